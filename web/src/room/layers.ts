// Layers that several maps have in common.
import type { FeatureCollection } from "geojson";
import type { Map as EngineMap, SymbolLayerSpecification } from "maplibre-gl";
import { middleOf } from "../map/bounds";
import type { CommuneFeature } from "./communes.svelte";

/** Communes' names as points within them. */
export function namesOf(communes: CommuneFeature[]): FeatureCollection {
	return {
		type: "FeatureCollection",
		features: communes.map((own) => ({
			type: "Feature",
			geometry: { type: "Point", coordinates: middleOf(own.geometry) ?? [0, 0] },
			properties: { name: own.properties.name },
		})),
	};
}

/** The names of the source `names`, with a halo that any ground can stand under. */
export const nameLayer: SymbolLayerSpecification = {
	id: "names",
	type: "symbol",
	source: "names",
	layout: {
		"text-field": ["get", "name"],
		"text-font": ["Be Vietnam Pro"],
		"text-size": 12.5,
		"text-max-width": 7,
		"text-padding": 4,
		// Beside a point that lies on it, a name goes where there is room.
		"text-variable-anchor": ["center", "top", "bottom", "left", "right"],
		"text-radial-offset": 0.7,
	},
	paint: { "text-color": "#10231c", "text-halo-color": "#ffffff", "text-halo-width": 1.8 },
};

/** Keeps names clear of the points of a source, so many pixels wide: drawn circles alone take no room from labels. */
export function keepClear(map: EngineMap, source: string, pixels: number): void {
	if (!map.hasImage("clear")) map.addImage("clear", { width: 1, height: 1, data: new Uint8Array(4) });
	map.addLayer({
		id: `${source}-clear`,
		type: "symbol",
		source,
		layout: { "icon-image": "clear", "icon-size": pixels, "icon-allow-overlap": true },
	});
}

/** Nothing yet. */
export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };
