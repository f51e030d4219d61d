// Communes' shares as the map shows them.
import type { Schemas } from "../api/client";
import { day } from "../format";
import { COVERAGE, classOf } from "./scale";
import { t } from "./words";

export type Share = Schemas["Answer"]["communes"][number];

/** Below this area at risk, m², a share says more about chance than about work. */
export const SMALL_M2 = 1e6;

/** When somebody was there last: the day, or the week where no days are told. */
export function lastVisit(view: Schemas["CoverageView"], at: string | null | undefined): string {
	return view === "coarse" && at ? t("coverage.last.week", { day: day(at) }) : day(at);
}

/** How much of the ground at risk more was seen than in the period before, in points; none where either had no such ground. */
export function change(own: Share): number | null {
	const before = own.before?.coverage;
	if (own.coverage === null || own.coverage === undefined || before === null || before === undefined)
		return null;
	return (own.coverage - before) * 100;
}

/** The class of each commune by its code. */
export function classes(list: Share[]): Map<string, number | null | "small"> {
	return new Map(
		list.map((own) => {
			if (own.coverage === null || own.coverage === undefined) return [own.code, null];
			return [own.code, own.risk_area_m2 < SMALL_M2 ? "small" : classOf(COVERAGE, own.coverage)];
		}),
	);
}
