// Files that take records out: which layers, formats and filters there are, and how one is asked for.
import type { Schemas } from "../api/client";

export type Layer = Schemas["Collection"];
export type Format = Schemas["Format"];
export type Order = Schemas["ExportView"];
type Filter = "commune" | "days" | "state";

interface Facts {
	/** What it can be narrowed by; another filter the server refuses. */
	filters: Filter[];
	states?: readonly string[];
}

export const LAYERS: Partial<Record<Layer, Facts>> = {
	communes: { filters: ["commune"] },
	hamlets: { filters: ["commune"] },
	risk_areas: { filters: [] },
	border_gates: { filters: ["commune"] },
	patrols: {
		filters: ["commune", "days", "state"],
		states: ["open", "closed", "uploaded", "validated", "rejected"],
	},
	fixes: { filters: ["days"] },
	plots: {
		filters: ["commune", "days", "state"],
		states: [
			"detected",
			"verified",
			"eradicating",
			"eradicated",
			"resprout",
			"clear",
			"rejected",
			"retracted",
		],
	},
	photos: { filters: ["days"] },
	coverage_cells: { filters: ["commune", "days"] },
	density_cells: { filters: ["days"] },
};

export const FORMATS: Format[] = ["gpkg", "csv", "geojson", "fgb", "gpx", "kml", "geojsonl"];

/** Areas cannot be written as waypoints and tracks. */
const WITHOUT_GPX: Layer[] = ["communes", "hamlets", "risk_areas", "coverage_cells", "density_cells"];

/** The formats that hold these layers. */
export function formatsFor(layers: Layer[]): Format[] {
	if (layers.length > 1) return ["gpkg"];
	return FORMATS.filter((own) => own !== "gpx" || !layers.some((layer) => WITHOUT_GPX.includes(layer)));
}

/** What all of these layers can be narrowed by. */
export function filtersFor(layers: Layer[]): Filter[] {
	const all: Filter[] = ["commune", "days", "state"];
	return all.filter(
		(filter) =>
			layers.length > 0 &&
			(filter !== "state" || layers.length === 1) &&
			layers.every((layer) => LAYERS[layer]?.filters.includes(filter)),
	);
}

export interface Narrowed {
	commune?: string | undefined;
	from?: string | undefined;
	to?: string | undefined;
	state?: string | undefined;
}

/** The filter without what these layers cannot be narrowed by. */
export function narrowed(layers: Layer[], wanted: Narrowed): Schemas["ExportFilter"] {
	const can = filtersFor(layers);
	const day = (text: string | undefined) => (can.includes("days") && text ? text : undefined);
	const own = {
		commune: can.includes("commune") && wanted.commune ? wanted.commune : undefined,
		from: day(wanted.from),
		to: day(wanted.to),
		state: can.includes("state") && wanted.state ? wanted.state : undefined,
	};
	return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

/** Where a file of one layer is taken at once. */
export function direct(layer: Layer, format: Format, filter: Schemas["ExportFilter"]): string {
	const query = new URLSearchParams(filter as Record<string, string>).toString();
	return `/export/${layer}.${format}${query ? `?${query}` : ""}`;
}
