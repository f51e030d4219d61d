/** What a province's ledger rules let a phone do: they come with the first pull, and whenever they change. */

import builtIn from "./ledger-rules.json";

/** The rules of one version, as `/api/v1/ledger/definitions` gives them; what a phone does not act by is left out. */
export interface Limits {
	version: number;
	/** At this many plants the scene is kept and the duty officer called. */
	stop_plants: number;
	/** How near to a plot a second member confirms "on the spot", m. */
	confirm_within_m: number;
}

/** What a province starts with, for a phone that has not seen its own rules yet (held against the server's by a story). */
export const FIRST_LIMITS: Limits = builtIn;

/** The newest rules in what the server tells; what a server does not state yet is as it was first. None where it tells something else. */
export function newestLimits(told: unknown): Limits | null {
	const all = Array.isArray(told) ? told : [told];
	const rules = (all.at(-1) as { definition?: Record<string, unknown> } | undefined)?.definition;
	if (typeof rules?.version !== "number") {
		return null;
	}
	const number = (name: keyof Limits): number => {
		const value = rules[name];
		return typeof value === "number" && value > 0 ? value : FIRST_LIMITS[name];
	};
	return {
		version: rules.version,
		stop_plants: number("stop_plants"),
		confirm_within_m: number("confirm_within_m"),
	};
}
