// What happened on the plots of an incident, in the order in which it happened.
import type { Plot } from "./plot";

/** Plots whose events are read for an incident's page. */
export const MOST_TOLD = 30;

export interface Event {
	id: string;
	plot: string;
	/** `detected`, or the kind of a fact. */
	kind: string;
	at: string;
	org: string | null;
	plants: number | null;
	area_m2: number | null;
	/** Whether something later stands in its place. */
	isVoid: boolean;
}

/** The events of some plots, each once, the first one first. */
export function eventsOf(plots: Plot[]): Event[] {
	const seen = new Set<string>();
	const all = plots.flatMap(({ id: plot, properties: own }): Event[] => [
		{
			id: `${plot} detected`,
			plot,
			kind: "detected",
			at: own.detected_at,
			org: null,
			plants: own.plants ?? null,
			area_m2: own.area_m2 ?? null,
			isVoid: false,
		},
		...own.timeline.map((fact) => {
			const amount = fact.said.amount ?? fact.said.destroyed;
			return {
				id: fact.id,
				plot,
				kind: fact.kind,
				at: fact.at,
				org: fact.org,
				plants: amount?.plants ?? null,
				area_m2: amount?.area_m2 ?? null,
				isVoid: fact.corrected_by !== null && fact.corrected_by !== undefined,
			};
		}),
	]);
	const once = all.filter((own) => !seen.has(own.id) && seen.add(own.id));
	return once.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
