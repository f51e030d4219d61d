// What waits for a desk can be sent back for completing; whose work it is answers.
import { ask, client } from "../api/client";
import { uuidv7 } from "../field/core/ids";
import type { Fact, PlotProperties, Returned } from "./plot";

/** Characters of a reason, as the server takes them. */
export const MOST_REASON = 500;
export const MOST_REPLY = 1000;

/** What can be sent back. */
export type Sent = { eradication: string } | { version: number };

/** The eradication that a desk looks at: the last one that nothing took the place of. */
export const lastWork = (timeline: Fact[]): Fact | undefined =>
	timeline.findLast((fact) => fact.kind === "eradication" && !fact.corrected_by);

/** What of a plot waits for a desk: its work for approval, else its recording for verification. */
export function waits(own: Pick<PlotProperties, "state" | "version" | "timeline" | "approved">): Sent | null {
	const work = lastWork(own.timeline);
	// What was recorded on a merged plot is closed there: it is approved, and goes back to nobody.
	if (work && !own.approved && (own.state === "eradicated" || own.state === "eradicating"))
		return work.from ? null : { eradication: work.id };
	return own.state === "detected" ? { version: own.version } : null;
}

/** Whose that is: no unit sends its own work back. */
export function unitOf(own: Pick<PlotProperties, "timeline" | "handling_org">, sent: Sent): string | null {
	if (!("eradication" in sent)) return own.handling_org;
	return own.timeline.find((fact) => fact.id === sent.eradication)?.org ?? null;
}

/** What nobody has answered yet, the latest first. */
export const openReturns = (own: { returns?: Returned[] }): Returned[] =>
	(own.returns ?? []).filter((one) => one.ended_by === null).toReversed();

/** Those that were sent back wait for their units: what a desk can decide on stands before them. */
export function returnedLast<T>(list: T[], isReturned: (one: T) => boolean): T[] {
	return list.toSorted((one, other) => Number(isReturned(one)) - Number(isReturned(other)));
}

/** A new id each time: the same words again are a new return. */
export const sendBack = (plot: string, sent: Sent, reason: string) =>
	ask(
		client.POST("/api/v1/plots/{id}/returns", {
			params: { path: { id: plot } },
			body: { id: uuidv7(), ...sent, reason },
		}),
	);

export const reply = (plot: string, returned: string, text: string) =>
	ask(
		client.POST("/api/v1/plots/{id}/replies", {
			params: { path: { id: plot } },
			body: { id: uuidv7(), returned, text },
		}),
	);
