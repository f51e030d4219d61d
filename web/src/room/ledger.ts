// The ledger's figures as the screen takes them: which stand side by side, what they lie between, where their plots are.
import type { Schemas } from "../api/client";
import { type AmountFault, readAmount } from "../field/core/amount";
import { number, plusDays } from "../format";
import type { Query } from "../router.svelte";
import { yearOf } from "./reports";

export type Figures = Schemas["LedgerFigures"];
export type Total = Schemas["LedgerTotal"];
export type Cohort = Schemas["Cohort"];
export type RateFigure = Schemas["BehindPage"]["of"];

export const VIEWS = ["amounts", "rates", "classes", "sample"] as const;
export type View = (typeof VIEWS)[number];

/** What is said of a plot, by what it rests on; side by side, never added to one another. */
export const QUANTITIES = [
	"claimed",
	"remeasured",
	"verified",
	"destroyed_claimed",
	"eradicated",
	"approved",
] as const;
export type Quantity = (typeof QUANTITIES)[number];

export const GROUPINGS = ["commune", "org", "season"] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const groupingOf = (text: string | undefined): Grouping =>
	GROUPINGS.find((own) => own === text) ?? "commune";

/** The order that an address asks for, where its column can be ordered: names otherwise. */
export function orderOf(
	columns: { key: string; order?: unknown }[],
	query: Query,
): { key: string; down: boolean } {
	const own = columns.find(({ key, order }) => key === query.sort && order);
	return own ? { key: own.key, down: query.down === "1" } : { key: "name", down: false };
}

/** Stands in the address for plots that belong to no group: outside of all communes, of no unit. */
export const NO_GROUP = "none";

/** The figures whose plots can be listed. */
const RATE_FIGURES: Record<RateFigure, true> = {
	cohort: true,
	cohort_full: true,
	cohort_gone: true,
	cohort_open: true,
	flow: true,
	lag: true,
	lag_open: true,
	due: true,
	reinspected: true,
	resprout: true,
	replanting: true,
	replanting_visited: true,
	replanted: true,
	replanting_passed: true,
};
export const figureOf = (text: string | undefined): RateFigure | null =>
	text !== undefined && Object.hasOwn(RATE_FIGURES, text) ? (text as RateFigure) : null;

/** The figures that are told with what is in dispute of them. */
export type Part = "claimed" | "verified" | "eradicated";

/** Between which areas the truth lies until people decide whose ground it is, m²; nothing where the sum stands for itself. */
export function between(
	figures: Pick<Figures, "in_dispute" | "perhaps_twice" | Part>,
	part: Part,
): [number, number] | null {
	const sum = figures[part].area_m2;
	const [out, twice] = [figures.in_dispute[part].area_m2, figures.perhaps_twice[part].area_m2];
	return out > 0 || twice > 0 ? [Math.max(0, sum - twice), sum + out] : null;
}

/** Why the plots of a cohort are not all destroyed: how many stand, how many were gone before anybody came. */
export function missed(cohort: Pick<Cohort, "plots" | "full_plots" | "gone_plots">): {
	standing: number;
	gone: number;
} {
	const open = cohort.plots - cohort.full_plots;
	return { standing: Math.max(0, open - cohort.gone_plots), gone: cohort.gone_plots };
}

/** Hours as people say them: minutes, hours, from three days on days. */
export function lasting(
	hours: number | null | undefined,
	units: { day: string; hour: string; minute: string },
): string {
	if (hours === null || hours === undefined) return "–";
	const minutes = Math.round(hours * 60);
	if (minutes >= 72 * 60) return `${number(minutes / 1440, minutes < 14_400 ? 1 : 0)} ${units.day}`;
	const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
	if (whole === 0) return `${rest} ${units.minute}`;
	return rest ? `${whole} ${units.hour} ${rest} ${units.minute}` : `${whole} ${units.hour}`;
}

/** The season that a day lies in, as the server writes it: from September on. */
export function seasonOf(iso: string): string {
	const year = Number(iso.slice(0, 4));
	const first = iso.slice(5) >= "09-01" ? year : year - 1;
	return `${first}-${first + 1}`;
}
/** The season of a day and those before it, the last first. */
export function seasons(iso: string, count: number): string[] {
	const first = Number(seasonOf(iso).slice(0, 4));
	return Array.from({ length: count }, (_, at) => `${first - at}-${first - at + 1}`);
}

/** The statistical years that have closed and were not drawn yet, the last first. */
export function drawable(today: string, drawn: number[], count = 5): number[] {
	const last = yearOf(today) - 1;
	return Array.from({ length: count }, (_, at) => last - at).filter((year) => !drawn.includes(year));
}
/** When the year that is under way can be drawn. */
export const closesOn = (today: string): string => plusDays(`${yearOf(today)}-12-14`, 1);

export const CROPS: Schemas["Crop"][] = ["opium_poppy", "cannabis", "coca", "khat", "other"];
/** What a view and the list of its plots ask alike, as the address says it. */
export function narrowed(query: Query): { crop?: Schemas["Crop"]; commune?: string } {
	const crop = CROPS.find((own) => own === query.crop);
	return { ...(crop ? { crop } : {}), ...(query.commune ? { commune: query.commune } : {}) };
}

/** A claim that was drawn, which the contract leaves open. */
export interface Drawn {
	claim: {
		plot: string;
		org: string | null;
		commune: string | null;
		claimed_m2: number;
		signs: string[];
	};
	chance: number;
}

/** What somebody types in of a second visit. */
export interface RevisitTexts {
	day: string;
	time: string;
	area: string;
	method: string;
	plants: string;
	notes: string;
}
export type RevisitFault = "need_day" | "need_time" | "need_area" | "need_method" | AmountFault;
export type RevisitFaults = Partial<Record<keyof RevisitTexts, RevisitFault>>;
export const AREA_METHODS: Schemas["AreaMethod"][] = ["tape", "paced", "gnss_polygon", "uav", "estimated"];
/** The largest plot, m², and the most plants that the server takes. */
const [MOST_M2, MOST_PLANTS] = [50_000, 10_000_000];

/** What was typed as it is sent, or what is missing: where ground was found, how it was measured is said. */
export function readRevisit(
	texts: RevisitTexts,
	{ id, period }: { id: string; period: number },
): { body: Schemas["RevisitWire"]; faults: null } | { body: null; faults: RevisitFaults } {
	const area = readAmount(texts.area, { isWhole: false, min: 0, max: MOST_M2 });
	const plants = readAmount(texts.plants, { isWhole: true, min: 0, max: MOST_PLANTS });
	const method = AREA_METHODS.find((own) => own === texts.method);
	const faults: RevisitFaults = {
		...(texts.day ? {} : { day: "need_day" }),
		...(texts.time ? {} : { time: "need_time" }),
		...(area.fault ? { area: area.fault } : area.value === null ? { area: "need_area" } : {}),
		...(area.value && !method ? { method: "need_method" } : {}),
		...(plants.fault ? { plants: plants.fault } : {}),
	};
	if (area.value === null || Object.keys(faults).length > 0) return { body: null, faults };
	const notes = texts.notes.trim();
	const body = {
		id,
		period,
		visited_at: `${texts.day}T${texts.time}:00+07:00`,
		found_m2: area.value,
		...(method ? { area_method: method } : {}),
		...(plants.value === null ? {} : { plants: plants.value }),
		...(notes ? { notes } : {}),
	};
	return { body, faults: null };
}
