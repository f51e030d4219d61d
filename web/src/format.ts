// Numbers, areas, dates as they are written in the language shown. Days are local days of Viet Nam (UTC+7).
import { language } from "./i18n/dictionary.svelte";

const ZONE = "Asia/Ho_Chi_Minh";
const locale = () => (language() === "vi" ? "vi-VN" : "en-GB");
const numbers = new Map<string, Intl.NumberFormat>();
const moments = new Map<string, Intl.DateTimeFormat>();

/** What stands where there is no value. */
export const NONE = "–";

type Maybe = number | null | undefined;

/** A number with so many decimal places. */
export function number(value: Maybe, places = 0): string {
	if (value === null || value === undefined || Number.isNaN(value)) return NONE;
	const key = `${locale()} ${places}`;
	let form = numbers.get(key);
	if (!form) {
		form = new Intl.NumberFormat(locale(), { minimumFractionDigits: places, maximumFractionDigits: places });
		numbers.set(key, form);
	}
	// A figure that rounds to nothing has no sign.
	return form
		.format(value)
		.replace(/^-(0([.,]0+)?)$/, "$1")
		.replace("-", "−");
}

/** A share (0 to 1) in per cent. */
export function percent(share: Maybe, places = 1): string {
	return share === null || share === undefined ? NONE : `${number(share * 100, places)} %`;
}

/** An area of a plot, always in m². */
export function area(m2: Maybe): string {
	if (m2 === null || m2 === undefined) return NONE;
	return `${number(m2, m2 < 10 ? 1 : 0)} m²`;
}

/** A wide area, in km². */
export function wide(m2: Maybe, places = 1): string {
	return m2 === null || m2 === undefined ? NONE : `${number(m2 / 1e6, places)} km²`;
}

/** A length in km. */
export function km(m: Maybe, places = 1): string {
	return m === null || m === undefined ? NONE : `${number(m / 1000, places)} km`;
}

/** How much a file holds. */
export function size(bytes: number): string {
	if (bytes >= 1e6) return `${number(bytes / 1e6, 1)} MB`;
	if (bytes >= 1e3) return `${number(bytes / 1e3)} kB`;
	return `${number(bytes)} B`;
}

/** A change with its sign. */
export function signed(value: Maybe, places = 1): string {
	if (value === null || value === undefined) return NONE;
	const text = number(value, places);
	return value > 0 && !/^0([.,]0+)?$/.test(text) ? `+${text}` : text;
}

function moment(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale() + JSON.stringify(options);
	let form = moments.get(key);
	if (!form) {
		form = new Intl.DateTimeFormat(locale(), { timeZone: ZONE, ...options });
		moments.set(key, form);
	}
	return form;
}

type When = string | number | Date | null | undefined;

/** dd/mm/yyyy; a bare date (`2026-03-01`) is that day wherever the reader is. */
export function day(when: When): string {
	if (when === null || when === undefined || when === "") return NONE;
	if (typeof when === "string") {
		const bare = /^(\d{4})-(\d{2})-(\d{2})$/.exec(when);
		if (bare) return `${bare[3]}/${bare[2]}/${bare[1]}`;
	}
	return moment({ day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date(when));
}

/** dd/mm/yyyy HH:mm, of 24 hours. */
export function dayAndTime(when: When): string {
	if (when === null || when === undefined || when === "") return NONE;
	return `${day(new Date(when))} ${clock(when)}`;
}

/** HH:mm. */
export function clock(when: When): string {
	if (when === null || when === undefined || when === "") return NONE;
	return moment({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(when));
}

/** A length of time, in hours and minutes. */
export function duration(seconds: Maybe): string {
	if (seconds === null || seconds === undefined) return NONE;
	const minutes = Math.round(seconds / 60);
	const hours = Math.floor(minutes / 60);
	const hour = language() === "vi" ? "giờ" : "h";
	const minute = language() === "vi" ? "phút" : "min";
	if (hours === 0) return `${minutes} ${minute}`;
	return `${number(hours)} ${hour}${minutes % 60 ? ` ${minutes % 60} ${minute}` : ""}`;
}

/** The local day of a moment as `yyyy-mm-dd`. */
export function isoDay(when: Date): string {
	return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(when);
}

/** A day so many days later. */
export function plusDays(iso: string, days: number): string {
	return new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A text without tone marks and in small letters, so that "muong" finds "Mường". */
export function folded(text: string): string {
	return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

// One collator for all: making one for each comparison takes most of the time of ordering a thousand rows.
const names = new Intl.Collator("vi", { numeric: true });

/** The order of names in Vietnamese. */
export const byName = (one: string, other: string): number => names.compare(one, other);
