// Layers that several maps have in common.
import type { FeatureCollection } from "geojson";
import type { SymbolLayerSpecification } from "maplibre-gl";
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
	},
	paint: { "text-color": "#10231c", "text-halo-color": "#ffffff", "text-halo-width": 1.8 },
};

/** Nothing yet. */
export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };
