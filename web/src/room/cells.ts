// Outlines of H3 cells, computed here: a list of cells is far smaller than their outlines. Loaded with the map only.

import type { Polygon } from "geojson";
import { cellToBoundary, cellToLatLng } from "h3-js";

/** The outline of a cell. */
export function outline(cell: string): Polygon {
	return { type: "Polygon", coordinates: [cellToBoundary(cell, true)] };
}

/** The middle of a cell. */
export function middle(cell: string): { lat: number; lon: number } {
	const [lat, lon] = cellToLatLng(cell);
	return { lat, lon };
}
