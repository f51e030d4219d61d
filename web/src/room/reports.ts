// Forms of the office: their periods, their cells, and where the facts under a number are shown.
import { day, number } from "../format";
import { href } from "../router.svelte";
import { filtersOf } from "./counted";

export type FormName = "b01" | "b02" | "b03";
export const FORMS: FormName[] = ["b01", "b02", "b03"];

export interface Cell {
	value: string | number | null;
	facts?: string;
	/** Of a comparison: the facts that it is held against. */
	facts_before?: string;
}
export type Row = Record<string, Cell>;
export interface Form {
	form: FormName;
	title: string;
	from: string;
	to: string;
	as_of: string | null;
	made_at: string;
	columns: { name: string; title: string }[];
	rows: Row[];
	total: Row | null;
	notes: string[];
	/** The same in English; forms that were kept before have none. */
	notes_en?: string[];
}

/** What a reader must know, in the language of the screen where it is told in it. */
export function notesOf(form: Form, isVietnamese: boolean): { lang: "vi" | "en"; notes: string[] } {
	const en = form.notes_en ?? [];
	return isVietnamese || en.length < form.notes.length
		? { lang: "vi", notes: form.notes }
		: { lang: "en", notes: en };
}

/** The statistical year (15 December to 14 December) that a day belongs to. */
export function yearOf(iso: string): number {
	const year = Number(iso.slice(0, 4));
	return iso.slice(5) >= "12-15" ? year + 1 : year;
}

/** The statistical month that a day belongs to: from the 15th of the month before. */
export function monthOf(iso: string): string {
	const [year = 0, month = 0, date = 0] = iso.split("-").map(Number);
	const at = date >= 15 ? month + 1 : month;
	return at > 12 ? `${year + 1}-01` : `${year}-${String(at).padStart(2, "0")}`;
}

const PERIOD = /^(\d{4})(?:-(H[12]|0[1-9]|1[0-2]))?$/;

/** The year and the part of a period as the server writes it; the present year's whole where it is none. */
export function partsOf(period: string | undefined, today: string): { year: number; part: string } {
	const found = PERIOD.exec(period ?? "");
	return found ? { year: Number(found[1]), part: found[2] ?? "" } : { year: yearOf(today), part: "" };
}
export const PARTS = [
	"",
	"H1",
	"H2",
	...Array.from({ length: 12 }, (_, at) => String(at + 1).padStart(2, "0")),
];
export const periodOf = (year: number, part: string): string => (part ? `${year}-${part}` : String(year));

/** First and last day of a period. */
export function daysOf(period: string): { from: string; to: string } {
	const { year, part } = partsOf(period, "");
	const [first, last] =
		part === ""
			? [0, 12]
			: part === "H1"
				? [0, 6]
				: part === "H2"
					? [6, 12]
					: [Number(part) - 1, Number(part)];
	const boundary = (month: number) =>
		month === 0 ? `${year - 1}-12-15` : `${year}-${String(month).padStart(2, "0")}-15`;
	return { from: boundary(first ?? 0), to: boundary(last ?? 12).replace(/15$/, "14") };
}

/** Columns whose numbers have decimals. */
const PLACES: Record<string, number> = {
	area_m2: 1,
	destroyed_area_m2: 1,
	weight_kg: 1,
	plants_pct: 1,
	area_pct: 1,
	open_area_m2: 1,
	before_harvest_pct: 1,
	change_pct: 1,
	x_north_m: 2,
	y_east_m: 2,
	hours: 1,
	risk_ha: 2,
	km: 1,
	covered_ha: 2,
	coverage_pct: 1,
	twice_pct: 1,
	last_30_pct: 1,
};

/** A value as it is written; nothing where there is nothing to tell. */
export function written(name: string, value: Cell["value"] | undefined): string {
	if (value === null || value === undefined) return "";
	if (typeof value === "number") return number(value, PLACES[name] ?? 0);
	return /^\d{4}-\d{2}-\d{2}/.test(value) ? day(value) : value;
}

/** The name of a state of sending that heads the notes, and what stands there beside. */
export function remarkOf(text: unknown): { state: "nothing" | "not_sent"; rest: string } | null {
	if (typeof text !== "string") return null;
	const [head = "", ...rest] = text.split("; ");
	const state = head === "Không phát sinh" ? "nothing" : head === "Chưa gửi" ? "not_sent" : null;
	return state && { state, rest: rest.join("; ") };
}

/** Whether a column holds numbers. */
export const isFigure = (form: Form, name: string): boolean =>
	form.rows.some((row) => typeof row[name]?.value === "number") && name !== "number";

/** The screen on which the facts under a number are listed. */
export function factsAt(address: string): string | null {
	const [path = "", search = ""] = address.split("?", 2);
	const asked = Object.fromEntries(new URLSearchParams(search));
	const window = { from: asked.from, to: asked.to, commune: asked.commune };
	const plot = /^\/api\/v1\/plots\/([^/]+)$/.exec(path)?.[1];
	if (plot) return href(["plots", plot]);
	if (path === "/api/v1/photos" && asked.plot) return href(["plots", asked.plot]);
	if (path === "/api/v1/ledger")
		return href([asked.by === "incident" ? "incidents" : "plots"], filtersOf(asked));
	if (path === "/api/v1/patrols") return href(["patrols"], { walked: asked.walked, ...window });
	if (path === "/api/v1/coverage/patrols")
		return href(["patrols"], { counted: "true", ...window, as_of: asked.as_of });
	if (path === "/api/v1/coverage") return href(["coverage"], window);
	return null;
}
