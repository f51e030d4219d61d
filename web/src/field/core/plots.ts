/** Plots as the team records them, and what is done at them. */

import type { AreaMethod, Bed } from "./area";
import { bedsArea } from "./area";
import { ringAreaM2 } from "./geo";
import { uuidv7 } from "./ids";
import type { Returned } from "./returns";
import type { Session } from "./session";
import { isWorked, mostCounted, shortCode } from "./standing";

export const CROPS = ["opium_poppy", "cannabis", "coca", "khat", "other"] as const;
export const STAGES = ["seedling", "vegetative", "flowering", "capsule", "lanced", "harvested"] as const;
export const LANDS = ["forest", "swidden", "garden", "field", "other"] as const;
export const FOUND_BY = ["patrol", "tip", "check", "imagery", "voluntary"] as const;
export const METHODS = ["pull_up", "cut", "spray", "burn", "plough"] as const;
export const RESULTS = ["clear", "resprout", "standing", "replanted", "not_reached"] as const;
export type Crop = (typeof CROPS)[number];
export type Stage = (typeof STAGES)[number];
export type Method = (typeof METHODS)[number];
export type Result = (typeof RESULTS)[number];

export interface Spot {
	lon: number;
	lat: number;
	accuracy_m: number | null;
	method: "gnss_single" | "gnss_averaged" | "typed" | "map_tap";
	typed?: { text: string; crs: string | null; format: string | null };
}

export interface PlotDraft {
	id: string;
	crop: Crop;
	stage: Stage | null;
	land: (typeof LANDS)[number] | null;
	found_by: (typeof FOUND_BY)[number];
	spot: Spot;
	plants: number | null;
	plants_method: "counted" | "sampled" | "estimated";
	area:
		| { kind: "none" }
		| { kind: "beds"; beds: Bed[]; pace_m: number | null }
		| { kind: "typed"; area_m2: number; method: AreaMethod }
		| { kind: "outline"; ring: [number, number][]; is_small_confirmed: boolean };
	voluntary: boolean;
	notes: string;
}

/** Figures that a correction took the place of; the server keeps them too. */
export interface Earlier {
	/** When they were corrected, ISO 8601. */
	at: string;
	plants: number | null;
	area_m2: number | null;
}

/** What the phone shows of a plot that it or others recorded. */
export interface KnownPlot {
	id: string;
	code: string;
	crop: Crop;
	state: string;
	lon: number;
	lat: number;
	accuracy_m: number | null;
	plants: number | null;
	area_m2: number | null;
	/** How its area was measured, where that is known. */
	area_method?: AreaMethod | null;
	due_at: string | null;
	detected_at: string;
	commune: string | null;
	is_own: boolean;
	/** The eradication that photos taken now belong to. */
	eradication: string | null;
	/** Whether this phone recorded that nothing of it was left. */
	is_whole?: boolean;
	/** Whether a second member's word is missing for what was destroyed. */
	is_unconfirmed?: boolean;
	/** The most plants that this phone's team ever counted at it, besides `plants`. */
	most_plants?: number | null;
	/** What the server misses before the plot counts as destroyed; none as long as it has not told. */
	missing?: string[];
	/** What a desk sent back for completing and nobody has answered. */
	returns?: Returned[];
	/** The version that the server told last. */
	version?: number | null;
	/** What this user corrected, the latest last. */
	earlier?: Earlier[];
}

/** A second member's word on the spot: their force, or that nobody else was there. */
export type Confirmation = { org: string } | { alone: true };

function bedWire(bed: Bed, paced: boolean): Record<string, unknown> {
	const unit = paced ? "paces" : "m";
	return bed.shape === "rectangle"
		? { shape: "rectangle", count: bed.count, [`length_${unit}`]: bed.length, [`width_${unit}`]: bed.width }
		: {
				shape: "triangle",
				count: bed.count,
				[`a_${unit}`]: bed.a,
				[`b_${unit}`]: bed.b,
				[`c_${unit}`]: bed.c,
			};
}

export function areaWire(area: PlotDraft["area"]): Record<string, unknown> {
	switch (area.kind) {
		case "none":
			return {};
		case "typed":
			return { area_m2: area.area_m2, area_method: area.method };
		case "beds": {
			const paced = area.pace_m !== null;
			const beds = area.beds.map((bed) => bedWire(bed, paced));
			return { beds, area_method: paced ? "paced" : "tape", ...(paced ? { pace_m: area.pace_m } : {}) };
		}
		case "outline": {
			const outline = { type: "Polygon", coordinates: [area.ring] };
			const small = area.is_small_confirmed ? { confirmed_small_outline: true } : {};
			return { outline, area_method: "gnss_polygon", ...small };
		}
	}
}

/** The area of a draft, m², as the server will work it out; none where nothing was measured. */
export function areaM2(area: PlotDraft["area"]): number | null {
	switch (area.kind) {
		case "none":
			return null;
		case "typed":
			return area.area_m2;
		case "beds": {
			const measured = bedsArea(area.beds, area.pace_m);
			return "area_m2" in measured ? measured.area_m2 : null;
		}
		case "outline":
			return ringAreaM2(area.ring.slice(0, -1).map(([lon, lat]) => ({ lon, lat })));
	}
}

export const hundredths = (value: number | null): number | null =>
	value === null ? null : Math.round(value * 100) / 100;

export function areaMethod(area: PlotDraft["area"]): AreaMethod | null {
	switch (area.kind) {
		case "none":
			return null;
		case "typed":
			return area.method;
		case "beds":
			return area.pace_m === null ? "tape" : "paced";
		case "outline":
			return "gnss_polygon";
	}
}

/** The Feature that the native API takes. */
export function plotWire(draft: PlotDraft, detectedAt: string, patrol: string | null): unknown {
	const { spot } = draft;
	return {
		type: "Feature",
		geometry: { type: "Point", coordinates: [spot.lon, spot.lat] },
		properties: {
			crop: draft.crop,
			detected_at: detectedAt,
			detected_by: draft.found_by,
			position_method: spot.method,
			...(spot.accuracy_m === null ? {} : { hacc_m: spot.accuracy_m }),
			...(spot.typed ? { coord_input: spot.typed } : {}),
			...(draft.stage ? { stage: draft.stage } : {}),
			...(draft.land ? { land: draft.land } : {}),
			...(draft.plants === null ? {} : { plants: draft.plants, plants_method: draft.plants_method }),
			...areaWire(draft.area),
			...(draft.voluntary ? { voluntary: true } : {}),
			...(patrol ? { patrol } : {}),
			...(draft.notes.trim() ? { notes: draft.notes.trim().normalize("NFC") } : {}),
		},
	};
}

export interface EradicationDraft {
	plot: string;
	started_at: string;
	methods: Method[];
	plants_destroyed: number | null;
	area_m2_destroyed: number | null;
	area_method: AreaMethod | null;
	completeness: "full" | "partial";
	remaining_plants: number | null;
	witnesses: number | null;
	minutes: { number: string; date: string } | null;
	samples: { number: string; seal: string }[];
	release: { agency: string; document: string } | null;
	confirmation: Confirmation | null;
	/** Its id, once it is recorded. */
	id?: string;
	/** When it ended, by this phone's clock; the checklist holds photos against it. */
	ended_at?: string;
	/** The ids of what it took the place of. */
	corrected?: string[];
	/** The figures of what it took the place of, the latest last. */
	earlier?: Earlier[];
	people: { org: string; number: number } | null;
	voluntary: boolean;
	notes: string;
}

export function eradicationWire(id: string, draft: EradicationDraft, endedAt: string): unknown {
	const number = (name: string, value: number | null): Record<string, number> =>
		value === null ? {} : { [name]: value };
	return {
		id,
		started_at: draft.started_at,
		ended_at: endedAt,
		methods: draft.methods,
		completeness: draft.completeness,
		...number("plants_destroyed", draft.plants_destroyed),
		...(draft.plants_destroyed === null ? {} : { plants_method: "counted" }),
		...number("area_m2_destroyed", draft.area_m2_destroyed),
		...(draft.area_m2_destroyed === null || !draft.area_method ? {} : { area_method: draft.area_method }),
		...number("remaining_plants", draft.completeness === "partial" ? draft.remaining_plants : null),
		...number("witnesses", draft.witnesses),
		...(draft.minutes ? { minutes: draft.minutes } : { minutes_pending: true }),
		...(draft.samples.length > 0 ? { samples: draft.samples } : {}),
		...(draft.release ? { release: draft.release } : {}),
		...(draft.confirmation ? { confirmation: draft.confirmation } : {}),
		...(draft.people ? { headcount: { [draft.people.org]: draft.people.number } } : {}),
		...(draft.voluntary ? { voluntary: true } : {}),
		...(draft.notes.trim() ? { notes: draft.notes.trim().normalize("NFC") } : {}),
	};
}

const post = (plot: string, kind: string, route: string, body: unknown) =>
	({ kind, target: plot, method: "POST", path: `/api/v1/plots/${plot}/${route}`, body }) as const;

export async function recordPlot(
	session: Session,
	draft: PlotDraft,
	patrol: string | null,
): Promise<KnownPlot> {
	const now = Date.now();
	const detectedAt = new Date(now).toISOString();
	const known: KnownPlot = {
		id: draft.id,
		code: shortCode(draft.id),
		crop: draft.crop,
		state: "detected",
		lon: draft.spot.lon,
		lat: draft.spot.lat,
		accuracy_m: draft.spot.accuracy_m,
		plants: draft.plants,
		area_m2: hundredths(areaM2(draft.area)),
		area_method: areaMethod(draft.area),
		due_at: null,
		detected_at: detectedAt,
		commune: null,
		is_own: true,
		eradication: null,
	};
	const body = plotWire(draft, detectedAt, patrol);
	const fact = {
		kind: "plot",
		target: draft.id,
		method: "PUT",
		path: `/api/v1/plots/${draft.id}`,
		body,
	} as const;
	await session.capture(fact, { docs: { [`plot ${draft.id}`]: known } }, now);
	return known;
}

const plannedKey = (plot: string): string => `planned ${plot}`;
/** Whether what is planned is another pass over a plot that was worked already, not what came to nothing before. */
const againKey = (plot: string): string => `again ${plot}`;

/**
 * The eradication that a photo taken now belongs to: the one that was done, or the one that is to come. Its id is set aside before
 * the first photo, so that pictures from before name the work that they are from before of.
 */
export async function eradicationOf(session: Session, known: KnownPlot): Promise<string | null> {
	const planned = await session.doc<string>(plannedKey(known.id));
	if (planned && (!isWorked(known) || (await session.doc<boolean>(againKey(known.id))))) {
		return planned;
	}
	if (isWorked(known)) {
		// Another team's work has an id that this phone does not know: the photo names none, and counts as such.
		return known.eradication;
	}
	return plan(session, known);
}

/** Sets aside the id of the work that is to come: the next pass over a plot is a work of its own. */
export async function plan(session: Session, known: KnownPlot): Promise<string> {
	if (isWorked(known)) {
		await session.keep(againKey(known.id), true);
	}
	const planned = await session.doc<string>(plannedKey(known.id));
	if (planned) {
		return planned;
	}
	const id = uuidv7();
	await session.keep(plannedKey(known.id), id);
	return id;
}

/** A work that was begun and is not to be: after an earlier one, pictures show that one again. */
export async function unplan(session: Session, known: KnownPlot): Promise<void> {
	if (isWorked(known)) {
		await session.forget(plannedKey(known.id));
		await session.forget(againKey(known.id));
	}
}

export async function eradicate(session: Session, known: KnownPlot, draft: EradicationDraft): Promise<void> {
	const now = Date.now();
	const endedAt = new Date(now).toISOString();
	const id = (await session.doc<string>(plannedKey(known.id))) ?? uuidv7(now);
	const body = eradicationWire(id, draft, endedAt);
	const after: KnownPlot = {
		...known,
		state: draft.completeness === "full" ? "eradicated" : "eradicating",
		eradication: id,
		is_whole: draft.completeness === "full",
		is_unconfirmed: draft.confirmation === null,
		most_plants: mostCounted(
			known,
			draft.plants_destroyed,
			draft.completeness === "partial" ? draft.remaining_plants : null,
		),
		// What the server missed before was of an earlier work.
		missing: [],
	};
	await session.capture(
		post(known.id, "eradication", "eradications", body),
		{
			docs: {
				[`plot ${known.id}`]: after,
				[`eradication ${known.id}`]: { ...draft, id, ended_at: endedAt },
				[plannedKey(known.id)]: null,
				[againKey(known.id)]: null,
			},
		},
		now,
	);
}

/** What a second member says after the eradication was recorded; `done` is it, where this user recorded it. */
export async function confirmOnTheSpot(
	session: Session,
	known: KnownPlot,
	done: EradicationDraft | null,
	said: Confirmation,
): Promise<void> {
	const now = Date.now();
	const body = {
		id: uuidv7(now),
		...said,
		...(done && known.eradication ? { eradication: known.eradication } : {}),
		confirmed_at: new Date(now).toISOString(),
	};
	const after: KnownPlot = { ...known, is_unconfirmed: false };
	const docs = {
		[`plot ${known.id}`]: after,
		...(done ? { [`eradication ${known.id}`]: { ...done, confirmation: said } } : {}),
	};
	await session.capture(post(known.id, "confirmation", "confirmations", body), { docs }, now);
}

export async function reinspect(
	session: Session,
	known: KnownPlot,
	result: Result,
	plants: number | null,
	notes: string,
): Promise<void> {
	const now = Date.now();
	const body = {
		id: uuidv7(now),
		inspected_at: new Date(now).toISOString(),
		result,
		...(plants === null ? {} : { plants, plants_method: "counted" }),
		...(notes.trim() ? { notes: notes.trim().normalize("NFC") } : {}),
	};
	const after: KnownPlot = {
		...known,
		due_at: result === "not_reached" ? known.due_at : null,
		state: stateAfter(known, result),
		most_plants: mostCounted(known, plants),
	};
	// The next work's id is set aside at once: until the server has folded this, it may tell the earlier state again.
	const isNew = after.state === "resprout" && isWorked(known) && !(await session.doc(againKey(known.id)));
	const planned = isNew ? { [plannedKey(known.id)]: uuidv7(), [againKey(known.id)]: true } : {};
	await session.capture(
		post(known.id, "reinspection", "reinspections", body),
		{ docs: { [`plot ${known.id}`]: after, ...planned } },
		now,
	);
}

/** As the server will fold it: what grows again is to be destroyed anew, by a work of its own. */
function stateAfter(known: KnownPlot, result: Result): string {
	if (result === "clear") {
		return "clear";
	}
	const grows = result === "resprout" || result === "standing";
	return grows && isWorked(known) ? "resprout" : known.state;
}

/** "Ghi nhầm – thu hồi": the record stays, with the reason. */
export async function retract(session: Session, known: KnownPlot, reason: string): Promise<void> {
	const now = Date.now();
	const body = { id: uuidv7(now), reason: reason.trim().normalize("NFC") };
	const after: KnownPlot = { ...known, state: "retracted" };
	await session.capture(
		post(known.id, "retraction", "retractions", body),
		{ docs: { [`plot ${known.id}`]: after } },
		now,
	);
}
