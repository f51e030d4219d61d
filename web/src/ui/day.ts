// Days as people write them: dd/mm/yyyy whatever the browser's language. What could be read in two ways is refused.
import type { Language } from "../i18n/dictionary.svelte";

/** Why a text is no day that is accepted: not a day's form, a year cut short, not in the calendar, before or after the bounds. */
export type DayFault = "form" | "year" | "calendar" | "early" | "late";
/** A day as `yyyy-mm-dd`, empty where nothing stands; or what is wrong. */
export type DayReading = { day: string } | { fault: DayFault };
export interface Bounds {
	/** The first and the last day that are accepted, as `yyyy-mm-dd`; empty or absent where there is no bound. */
	min?: string | undefined;
	max?: string | undefined;
}

// One kind of separator in a text: 5/3-2026 is a slip, not a date.
const DAY_FIRST = /^(\d{1,2})([/. -])(\d{1,2})\2(\d{4})$/;
const YEAR_FIRST = /^(\d{4})([/.-])(\d{1,2})\2(\d{1,2})$/;
const BARE = /^(\d{2})(\d{2})(\d{4})$/;
const SHORT_YEAR = /^\d{1,2}([/. -])\d{1,2}\1\d{1,3}$|^\d{6}$/;
/** Years that a record of this work may bear; 20/10/1103 is 2011-03-10 or so without its separators. */
const YEARS = { first: 1900, last: 2199 };
const MONTHS = 12;

/** The last day of a month, of 28 to 31. */
const lastOf = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Reads 5/3/2026, 05-03-2026, 5.3.2026, 05032026 and 2026-03-05. */
export function readDay(text: string, { min, max }: Bounds = {}): DayReading {
	const plain = text.normalize("NFKC").trim();
	if (plain === "") return { day: "" };
	if (SHORT_YEAR.test(plain)) return { fault: "year" };
	const first = DAY_FIRST.exec(plain);
	const bare = BARE.exec(plain);
	const iso = YEAR_FIRST.exec(plain);
	const parts = first
		? [first[4], first[3], first[1]]
		: bare
			? [bare[3], bare[2], bare[1]]
			: iso
				? [iso[1], iso[3], iso[4]]
				: null;
	if (!parts) return { fault: "form" };
	const [year = 0, month = 0, day = 0] = parts.map(Number);
	const isInCalendar =
		year >= YEARS.first &&
		year <= YEARS.last &&
		month >= 1 &&
		month <= MONTHS &&
		day >= 1 &&
		day <= lastOf(year, month);
	if (!isInCalendar) return { fault: "calendar" };
	const found = [year, String(month).padStart(2, "0"), String(day).padStart(2, "0")].join("-");
	if (min && found < min) return { fault: "early" };
	if (max && found > max) return { fault: "late" };
	return { day: found };
}

/** dd/mm/yyyy of a day as `yyyy-mm-dd`; empty where there is none. */
export function writtenDay(day: string): string {
	const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
	return parts ? `${parts[3]}/${parts[2]}/${parts[1]}` : "";
}

const WORDS = {
	vi: {
		open: "Mở lịch",
		form: "Viết ngày/tháng/năm, ví dụ 25/03/2026",
		year: "Viết đủ bốn chữ số của năm, ví dụ 25/03/2026",
		calendar: "Không có ngày này. Viết ngày trước, tháng sau, ví dụ 25/03/2026",
		from: "Chỉ nhận từ {min} trở đi",
		to: "Chỉ nhận đến {max}",
		between: "Chỉ nhận từ {min} đến {max}",
	},
	en: {
		open: "Open the calendar",
		form: "Write day/month/year, such as 25/03/2026",
		year: "Write all four digits of the year, such as 25/03/2026",
		calendar: "There is no such day. The day stands before the month, such as 25/03/2026",
		from: "Accepted: {min} or later",
		to: "Accepted: {max} or earlier",
		between: "Accepted: {min} to {max}",
	},
} as const;

/** What the button beside a day says. */
export const calendarWords = (language: Language): string => WORDS[language].open;

/** What would be accepted instead, in words. */
export function faultWords(fault: DayFault, { min, max }: Bounds, language: Language): string {
	const words = WORDS[language];
	if (fault !== "early" && fault !== "late") return words[fault];
	const bound = min && max ? words.between : fault === "early" ? words.from : words.to;
	return bound.replace("{min}", writtenDay(min ?? "")).replace("{max}", writtenDay(max ?? ""));
}
