// Communes' shares as the map shows them.
import type { Schemas } from "../api/client";
import { COVERAGE, classOf } from "./scale";

export type Share = Schemas["Answer"]["communes"][number];

/** Below this area at risk, m², a share says more about chance than about work. */
export const SMALL_M2 = 1e6;

/** The class of each commune by its code. */
export function classes(list: Share[]): Map<string, number | null | "small"> {
	return new Map(
		list.map((own) => {
			if (own.coverage === null || own.coverage === undefined) return [own.code, null];
			return [own.code, own.risk_area_m2 < SMALL_M2 ? "small" : classOf(COVERAGE, own.coverage)];
		}),
	);
}
