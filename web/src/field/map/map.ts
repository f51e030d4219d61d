/** The map on the phone: what was taken along, drawn from memory. No tile and no glyph comes from anywhere else. */

import type { Feature, FeatureCollection, Geometry } from "geojson";
import type { GeoJSONSource, StyleSpecification } from "maplibre-gl";
import type { Bounds } from "../../map/bounds";
import { boundsOf } from "../../map/bounds";
import { EngineMap, FACE, ground } from "../../map/engine";
import type { KeptPack } from "../core/packs";
import type { KnownPlot } from "../core/plots";
import type { Drawn } from "../core/prepare";
import type { Fix, Walk } from "../core/track";

export interface Shown {
	communes: readonly Drawn[];
	risk: readonly Drawn[];
	plots: readonly KnownPlot[];
	walk: Walk;
	fix: Fix | null;
}

export interface FieldMap {
	show: (what: Shown) => void;
	goTo: (place: { lon: number; lat: number }) => void;
	remove: () => void;
	/** Where the base map comes from, as its makers want it said. */
	sources: readonly string[];
}

const collection = (features: Feature[]): FeatureCollection => ({ type: "FeatureCollection", features });
const empty = { type: "geojson" as const, data: collection([]) };

/** Colours by day and by night: a bright screen blinds its reader, and is seen from afar. */
const DAY = {
	ground: "#16302a",
	commune: "#20443a",
	risk: "#e88a3c",
	riskEdge: "#f8c46a",
	edge: "#cfe3d9",
	walk: "#ffd24a",
	plot: "#ffffff",
	due: "#ff6b57",
	words: "#ffffff",
	names: "#cfe3d9",
	halo: "#10231c",
	here: "#3fa7ff",
	rim: "#ffffff",
};
const NIGHT: typeof DAY = {
	ground: "#140000",
	commune: "#240606",
	risk: "#8a2b14",
	riskEdge: "#b5301c",
	edge: "#6b2a24",
	walk: "#c8452e",
	plot: "#ff9a8a",
	due: "#ffb9ad",
	words: "#ff9a8a",
	names: "#c96a5c",
	halo: "#140000",
	here: "#b5301c",
	rim: "#ff9a8a",
};

function style(isNight: boolean): StyleSpecification {
	const own = isNight ? NIGHT : DAY;
	return {
		...ground(own.ground),
		sources: { communes: empty, risk: empty, plots: empty, walk: empty, gaps: empty, here: empty },
		layers: [
			...ground(own.ground).layers,
			{ id: "commune", type: "fill", source: "communes", paint: { "fill-color": own.commune } },
			{ id: "risk", type: "fill", source: "risk", paint: { "fill-color": own.risk, "fill-opacity": 0.28 } },
			{
				id: "risk-edge",
				type: "line",
				source: "risk",
				paint: { "line-color": own.riskEdge, "line-width": 1.2 },
			},
			{
				id: "commune-edge",
				type: "line",
				source: "communes",
				paint: { "line-color": own.edge, "line-width": 1.5 },
			},
			{
				id: "walk",
				type: "line",
				source: "walk",
				layout: { "line-cap": "round", "line-join": "round" },
				paint: { "line-color": own.walk, "line-width": 4 },
			},
			{
				id: "gaps",
				type: "line",
				source: "gaps",
				paint: { "line-color": own.walk, "line-width": 2, "line-dasharray": [1, 2] },
			},
			{
				id: "plots",
				type: "circle",
				source: "plots",
				paint: {
					"circle-radius": 9,
					"circle-color": ["case", ["get", "due"], own.due, own.plot],
					"circle-stroke-color": own.halo,
					"circle-stroke-width": 2,
				},
			},
			// Below the names: a commune whose middle is stood on keeps its name.
			{
				id: "here",
				type: "circle",
				source: "here",
				paint: {
					"circle-radius": 8,
					"circle-color": own.here,
					"circle-stroke-color": own.rim,
					"circle-stroke-width": 3,
				},
			},
			{
				id: "plot-names",
				type: "symbol",
				source: "plots",
				layout: {
					"text-field": ["get", "code"],
					"text-font": [FACE],
					"text-size": 14,
					"text-offset": [0, 1.2],
				},
				paint: { "text-color": own.words, "text-halo-color": own.halo, "text-halo-width": 2 },
			},
			{
				id: "commune-names",
				type: "symbol",
				source: "communes",
				layout: { "text-field": ["get", "name"], "text-font": [FACE], "text-size": 15 },
				paint: { "text-color": own.names, "text-halo-color": own.halo, "text-halo-width": 2 },
			},
		],
	};
}

const point = (
	{ lon, lat }: { lon: number; lat: number },
	properties: Record<string, unknown> = {},
): Feature => ({
	type: "Feature",
	geometry: { type: "Point", coordinates: [lon, lat] },
	properties,
});

const line = (fixes: readonly { lon: number; lat: number }[]): Feature => ({
	type: "Feature",
	geometry: { type: "LineString", coordinates: fixes.map(({ lon, lat }) => [lon, lat]) },
	properties: {},
});

function gapsOf(walk: Walk): Feature[] {
	return walk.legs.slice(1).flatMap((leg, index) => {
		const [from, to] = [walk.legs[index]?.fixes.at(-1), leg.fixes[0]];
		return from && to ? [line([from, to])] : [];
	});
}

function extent(what: Shown): Bounds | null {
	const points = [...what.plots, ...(what.fix && what.communes.length === 0 ? [what.fix] : [])];
	return boundsOf([
		...what.communes.map(({ geometry }) => geometry as Geometry | null),
		...points.map(({ lon, lat }): Geometry => ({ type: "Point", coordinates: [lon, lat] })),
	]);
}

/** The packs under what is recorded; a map that cannot be read is left out, the rest is drawn. */
async function base(map: EngineMap, all: readonly KeptPack[], isNight: boolean): Promise<string[]> {
	if (all.length === 0) {
		return [];
	}
	try {
		const { lay } = await import("./base");
		const told = await lay(map, "commune", all);
		// By night what lies below shows through faintly only.
		map.setPaintProperty("commune", "fill-opacity", isNight ? 0.8 : 0.25);
		return told;
	} catch (error) {
		console.warn("the base map cannot be drawn", error);
		return [];
	}
}

/** Draws into an element; refuses where the phone has no WebGL. */
export async function draw(
	element: HTMLElement,
	choose: (plot: string) => void,
	all: readonly KeptPack[],
	isNight: boolean,
): Promise<FieldMap> {
	const map = new EngineMap({
		container: element,
		style: style(isNight),
		center: [103.9, 22.4],
		zoom: 9,
		attributionControl: false,
		fadeDuration: 0,
		dragRotate: false,
	});
	await new Promise<void>((resolve, reject) => {
		map.once("load", () => resolve());
		map.once("error", (event) => reject(event.error));
	});
	const sources = await base(map, all, isNight);
	// What the map shows cannot be read from its pixels; whoever checks it asks the engine.
	Object.assign(element, { engine: map });
	map.on("click", "plots", (event) => {
		const id = event.features?.[0]?.properties.id as string | undefined;
		if (id) {
			choose(id);
		}
	});
	let isFitted = false;
	const set = (source: string, features: Feature[]): void => {
		map.getSource<GeoJSONSource>(source)?.setData(collection(features));
	};
	return {
		show(what) {
			set("communes", what.communes as Feature[]);
			set("risk", what.risk as Feature[]);
			set(
				"plots",
				what.plots.map((plot) => point(plot, { id: plot.id, code: plot.code, due: plot.due_at !== null })),
			);
			set(
				"walk",
				what.walk.legs.filter((leg) => leg.fixes.length > 1).map((leg) => line(leg.fixes)),
			);
			set("gaps", gapsOf(what.walk));
			set("here", what.fix ? [point(what.fix)] : []);
			const bounds = isFitted ? null : extent(what);
			if (bounds) {
				isFitted = true;
				map.fitBounds(bounds, { padding: 40, maxZoom: 15, duration: 0 });
			}
		},
		goTo: ({ lon, lat }) => map.jumpTo({ center: [lon, lat], zoom: Math.max(map.getZoom(), 15) }),
		remove: () => map.remove(),
		sources,
	};
}
