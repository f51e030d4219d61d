// The plots and incidents under a number of a form, as the ledger lists them: exactly those that it counts.
import type { Query } from "../router.svelte";
import type { Plot, PlotPage } from "./plot";

/** What of a number's address the screens of facts take over. */
const FILTERS = ["of", "from", "to", "commune", "outside", "crop", "as_of"];

/** The filters of an address, for the address of a screen. */
export const filtersOf = (asked: Query): Query =>
	Object.fromEntries(FILTERS.flatMap((name) => (asked[name] ? [[name, asked[name]]] : [])));

/** The ledger's list for a screen that came from a number; none for one that did not. */
export function listOf(
	query: Query,
	by: "plot" | "incident",
	days: { from: string; to: string },
): string | null {
	if (!query.of) return null;
	const asked = { by, ...filtersOf(query), ...days, limit: "200" };
	return `/api/v1/ledger?${new URLSearchParams(asked)}`;
}

export interface CountedRow {
	key: string | null;
	plots: number;
	claimed: { plants: number; plants_unknown: number; area_m2: number };
	listed?: {
		state: Plot["properties"]["state"];
		crop: string;
		detected_at: string;
		commune?: string | null;
		commune_name?: string | null;
		position: [number, number];
		photos: number;
	};
}
export interface Counted {
	rows: CountedRow[];
	total: { plots: number };
	next: string | null;
}

/** A row as lists of plots show it: with the part of its figures that is counted. */
function plotOf({ key, claimed, listed }: CountedRow): Plot[] {
	if (!key || !listed) return [];
	const { position, commune: code, commune_name: name, ...told } = listed;
	const commune = code ? { code, name: name ?? code } : null;
	const figures = { area_m2: claimed.area_m2, plants: claimed.plants_unknown > 0 ? null : claimed.plants };
	// Figures tell no flags of their plots.
	const properties = { flags: [], ...told, commune, ...figures } as unknown as Plot["properties"];
	return [{ id: key, geometry: { type: "Point", coordinates: position }, properties }];
}

/** A page of plots. */
export const plotsOf = (page: Counted): PlotPage => ({
	features: page.rows.flatMap(plotOf),
	next: page.next,
	total: page.total.plots,
});
