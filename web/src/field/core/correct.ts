/** What was recorded wrongly is recorded anew: the later one stands for it, the earlier one stays with the server. */

import type { Shot } from "./evidence";
import { uuidv7 } from "./ids";
import type { EradicationDraft, KnownPlot, PlotDraft } from "./plots";
import { areaM2, areaMethod, areaWire, eradicationWire, hundredths } from "./plots";
import type { Session } from "./session";

/** What this user recorded of a plot last, as it was sent. */
export interface Recording {
	/** The version that the server makes of it. */
	version: number;
	feature: { type: "Feature"; geometry: unknown; properties: Record<string, unknown> };
}

/** What may be corrected of a recording; its place, time and pictures stay. */
export interface Revision extends Pick<PlotDraft, "crop" | "stage" | "plants" | "plants_method"> {
	/** None: as it was recorded. */
	area: PlotDraft["area"] | null;
}

const SAID: readonly string[] = ["crop", "stage", "plants", "plants_method", "revises"];
const MEASURED: readonly string[] = [
	"area_m2",
	"area_method",
	"beds",
	"pace_m",
	"outline",
	"confirmed_small_outline",
];

/** The recording that this user may correct; none where another's word stands: a desk has corrected it, or somebody else recorded it. */
export async function recordingOf(session: Session, known: KnownPlot): Promise<Recording | null> {
	const own = (await session.items()).filter(
		({ kind, target, state }) => kind === "plot" && target === known.id && state !== "refused",
	);
	const last = own.at(-1);
	if (!last || (known.version ?? 0) > own.length) {
		return null;
	}
	const { body } = await session.captured(last);
	return { version: own.length, feature: JSON.parse(body) as Recording["feature"] };
}

/** Says what this user recorded of a plot anew, as its next version. */
export async function revisePlot(
	session: Session,
	known: KnownPlot,
	before: Recording,
	said: Revision,
): Promise<KnownPlot> {
	const now = Date.now();
	const kept = Object.entries(before.feature.properties).filter(
		([name]) => !SAID.includes(name) && !(said.area && MEASURED.includes(name)),
	);
	const properties = {
		...Object.fromEntries(kept),
		crop: said.crop,
		...(said.stage ? { stage: said.stage } : {}),
		...(said.plants === null ? {} : { plants: said.plants, plants_method: said.plants_method }),
		...(said.area ? areaWire(said.area) : {}),
		revises: before.version,
	};
	const earlier = { at: new Date(now).toISOString(), plants: known.plants, area_m2: known.area_m2 };
	const after: KnownPlot = {
		...known,
		crop: said.crop,
		plants: said.plants,
		...(said.area ? { area_m2: hundredths(areaM2(said.area)), area_method: areaMethod(said.area) } : {}),
		returns: (known.returns ?? []).filter(({ eradication }) => eradication !== null),
		earlier: [...(known.earlier ?? []), earlier],
	};
	await session.capture(
		{
			kind: "plot",
			target: known.id,
			method: "PUT",
			path: `/api/v1/plots/${known.id}`,
			body: { ...before.feature, properties },
		},
		{ docs: { [`plot ${known.id}`]: after } },
		now,
	);
	return after;
}

/** Takes the place of an eradication that this user recorded: it began and ended when that did. */
export async function correctWork(
	session: Session,
	known: KnownPlot,
	before: EradicationDraft,
	said: EradicationDraft,
): Promise<void> {
	const now = Date.now();
	const id = uuidv7(now);
	const ended_at = before.ended_at ?? new Date(now).toISOString();
	const corrects = before.id ?? known.eradication;
	const draft = { ...said, started_at: before.started_at };
	const after: KnownPlot = {
		...known,
		state: said.completeness === "full" ? "eradicated" : "eradicating",
		eradication: id,
		is_whole: said.completeness === "full",
		is_unconfirmed: said.confirmation === null && (before.confirmation ? true : known.is_unconfirmed),
		returns: (known.returns ?? []).filter(({ eradication }) => eradication !== corrects),
	};
	const kept: EradicationDraft = {
		...draft,
		id,
		ended_at,
		corrected: [...(before.corrected ?? []), ...(corrects ? [corrects] : [])],
		earlier: [
			...(before.earlier ?? []),
			{
				at: new Date(now).toISOString(),
				plants: before.plants_destroyed,
				area_m2: before.area_m2_destroyed,
			},
		],
	};
	await session.capture(
		{
			kind: "eradication",
			target: known.id,
			method: "POST",
			path: `/api/v1/plots/${known.id}/eradications`,
			body: { ...(eradicationWire(id, draft, ended_at) as object), corrects },
		},
		{ docs: { [`plot ${known.id}`]: after, [`eradication ${known.id}`]: kept } },
		now,
	);
}

/** Pictures of what was corrected are pictures of the correction, as with the server. */
export function shotsOf(shots: readonly Shot[], done: EradicationDraft | null): Shot[] {
	const earlier = new Set(done?.corrected ?? []);
	const own = done?.id;
	return shots.map((shot) =>
		own && shot.eradication && earlier.has(shot.eradication) ? { ...shot, eradication: own } : shot,
	);
}
