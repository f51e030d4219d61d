/** A work that was recorded wrongly is recorded anew: the later one stands for it, with its pictures. */

import type { Shot } from "./evidence";
import { uuidv7 } from "./ids";
import type { EradicationDraft, KnownPlot } from "./plots";
import { eradicationWire } from "./plots";
import type { Session } from "./session";

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
		returns: (known.returns ?? []).filter(({ eradication }) => eradication !== corrects),
	};
	const kept: EradicationDraft = {
		...draft,
		id,
		ended_at,
		corrected: [...(before.corrected ?? []), ...(corrects ? [corrects] : [])],
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
