// What criterion d of QĐ 28/2025 says of a commune's statistical year, as screens tell it: a flag for people, of places alone.
import type { Schemas } from "../api/client";
import { yearOf } from "./reports";

export type CommuneYear = Schemas["CommuneRow"];
type Thresholds = Pick<Schemas["LedgerDefinition"], "commune_plants" | "commune_area_m2">;

/** The days of a statistical year. */
export const daysOf = (year: number): { from: string; to: string } => ({
	from: `${year - 1}-12-15`,
	to: `${year}-12-14`,
});

/** The statistical year that is under way and those before it, the last first. */
export const yearsTo = (today: string, count = 5): number[] =>
	Array.from({ length: count }, (_, at) => yearOf(today) - at);

/** The year of an address, of those that are offered. */
export const yearIn = (text: string | undefined, offered: number[]): number =>
	offered.find((own) => String(own) === text) ?? offered[0] ?? 0;

/** The highest threshold that each figure reaches; nothing of a figure that reaches none. */
export function reached(
	row: Pick<CommuneYear, "plants" | "area_m2">,
	of: Thresholds,
): { plants: number | null; area_m2: number | null } {
	const highest = (value: number, thresholds: number[]) =>
		thresholds.toReversed().find((own) => value >= own) ?? null;
	return {
		plants: highest(row.plants, of.commune_plants),
		area_m2: highest(row.area_m2, of.commune_area_m2),
	};
}
