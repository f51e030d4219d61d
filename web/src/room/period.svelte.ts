// The days that a screen is about, kept in its address.
import { day, isoDay, plusDays } from "../format";
import { address, set } from "../router.svelte";
import { t } from "./words";

export interface Period {
	from: string;
	to: string;
}
export type PeriodName = "season" | "last_season" | "month" | "week" | "own";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Seasons begin with September. */
const SEASON = "-09-01";

function seasonOf(day: string): string {
	const year = Number(day.slice(0, 4));
	return day.slice(5) >= SEASON.slice(1) ? `${year}${SEASON}` : `${year - 1}${SEASON}`;
}

/** The days of a named period, seen from a day. */
export function named(name: Exclude<PeriodName, "own">, today: string): Period {
	const season = seasonOf(today);
	if (name === "month") return { from: plusDays(today, -29), to: today };
	if (name === "week") return { from: plusDays(today, -6), to: today };
	if (name === "last_season")
		return { from: `${Number(season.slice(0, 4)) - 1}${SEASON}`, to: plusDays(season, -1) };
	return { from: season, to: today };
}

/** Today in Viet Nam. */
export const today = (): string => isoDay(new Date());

let last: Period = { from: "", to: "" };

/** The period of the address. It stays the same object while its days do, so that what else the address says (a search,
 * an order) asks for nothing anew. */
export function period(): Period {
	const next = read();
	if (next.from !== last.from || next.to !== last.to) last = next;
	return last;
}

/** Own days, a name, or the season. */
function read(): Period {
	const { from = "", to = "", period: name } = address().query;
	if (DAY.test(from) && DAY.test(to) && from <= to) return { from, to };
	return named(name === "last_season" || name === "month" || name === "week" ? name : "season", today());
}

export function periodName(): PeriodName {
	const { from, to, period: name } = address().query;
	if (from && to) return "own";
	return name === "last_season" || name === "month" || name === "week" ? name : "season";
}

export function choose(name: PeriodName): void {
	if (name === "own") set({ ...period(), period: null });
	else set({ period: name === "season" ? null : name, from: null, to: null });
}

/** What links to other screens carry along. */
export function periodQuery(): Record<string, string | undefined> {
	const { from, to, period: name } = address().query;
	return { from, to, period: name };
}

/** The days that an answer is of, once it is there: who may not read patrols is answered with whole weeks. */
export function span(answer: Period | null | undefined, asked: Period): string {
	const { from, to } = answer ?? asked;
	return t("period.span", { from: day(from), to: day(to) });
}

/** The names of periods to choose from: of the last seven days nothing is told to who may not read patrols. */
export function periodNames(readsPatrols: boolean): PeriodName[] {
	const names: PeriodName[] = ["season", "last_season", "month", "week", "own"];
	return names.filter((name) => readsPatrols || name !== "week");
}

/** The period of equal length just before. */
export function before({ from, to }: Period): Period {
	const days = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
	return { from: plusDays(from, -days), to: plusDays(from, -1) };
}

/** How long a step of a series is: weeks, or months where there would be too many to read. */
export function stepOf({ from, to }: Period): "week" | "month" {
	return Date.parse(to) - Date.parse(from) > 400 * 86_400_000 ? "month" : "week";
}
