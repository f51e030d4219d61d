// Tracks drawn over each other at one scale: a copy shows by eye, whether it was moved or not.
import type { Position } from "geojson";

/** The side of the drawing's square; tracks keep a margin within it. */
export const SIDE = 300;
const MARGIN = 14;
const METRES_IN_DEGREE = 111_195;

export interface Drawn {
	/** A path for each track (SVG `d`). */
	paths: string[];
	/** How many metres the drawing is wide. */
	wide_m: number;
}

/** Nothing where no track has two places. */
export function drawn(tracks: Position[][][]): Drawn | null {
	const places = tracks.flat(2);
	if (places.length < 2) return null;
	let [west, south, east, north] = [180, 90, -180, -90];
	for (const [x = 0, y = 0] of places) {
		west = Math.min(west, x);
		east = Math.max(east, x);
		south = Math.min(south, y);
		north = Math.max(north, y);
	}
	const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
	const span_m = Math.max((east - west) * shrink, north - south) * METRES_IN_DEGREE;
	// A phone that lay still is a dot, not a track over the whole drawing.
	const across_m = Math.max(span_m, 50);
	const scale = ((SIDE - 2 * MARGIN) / across_m) * METRES_IN_DEGREE;
	const at = ([x = 0, y = 0]: Position) =>
		`${(SIDE / 2 + (x - (west + east) / 2) * shrink * scale).toFixed(1)} ${(SIDE / 2 - (y - (south + north) / 2) * scale).toFixed(1)}`;
	return {
		paths: tracks.map((legs) =>
			legs
				.filter((leg) => leg.length > 0)
				.map((leg) => `M${leg.map(at).join("L")}`)
				.join(""),
		),
		wide_m: (across_m * SIDE) / (SIDE - 2 * MARGIN),
	};
}
