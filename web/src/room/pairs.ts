// Two plots that may be one ground, side by side.

import { type Spot, sideOf } from "./places";
import { isPictured, metresBetween, type PhotoProperties, type Plot, readPhotos, readPlot } from "./plot";

export interface PairSide {
	plot: Plot;
	spot: Spot;
	/** The unit that found it. */
	org: string | null;
	photo: (PhotoProperties & { id: string }) | null;
	/** Shares of its figures, 0 to 1, that sums leave out, or count although they may be another's. */
	left_out: number;
	perhaps_twice: number;
}
export interface PairSideAsked {
	plot: string;
	org: string | null;
	left_out?: number;
	perhaps_twice?: number;
}

async function side(asked: PairSideAsked, mayPhotos: boolean): Promise<PairSide> {
	const [plot, photos] = await Promise.all([readPlot(asked.plot), mayPhotos ? readPhotos(asked.plot) : []]);
	const shown = photos.filter((own) => isPictured(own.properties));
	// The ground before the work says more of what it is than the work.
	const photo =
		["overview", "before", "close_up"].flatMap(
			(phase) => shown.findLast((own) => own.properties.phase === phase) ?? [],
		)[0] ?? shown.at(-1);
	const [lon = 0, lat = 0] = plot.geometry.coordinates;
	return {
		plot,
		spot: { lat, lon },
		org: asked.org,
		photo: photo ? { ...photo.properties, id: photo.id } : null,
		left_out: asked.left_out ?? 0,
		perhaps_twice: asked.perhaps_twice ?? 0,
	};
}

/** Of two claims of one ground the one that is closed as a duplicate and the one that is kept: that which was found first, else that
 * which sums count now. The server takes no other way round once work was done on the first before the second was found. */
export function duplicateFirst<T extends { detected_at: string; left_out: number }>(a: T, b: T): [T, T] {
	const later = Date.parse(a.detected_at) - Date.parse(b.detected_at) || a.left_out - b.left_out;
	return later >= 0 ? [a, b] : [b, a];
}

/** Both sides with a picture each, as far as the reader may see them. */
export const readPair = (
	a: PairSideAsked,
	b: PairSideAsked,
	mayPhotos: boolean,
): Promise<[PairSide, PairSide]> => Promise.all([side(a, mayPhotos), side(b, mayPhotos)]);

/** The side of the sketch's square. */
export const SKETCH = 160;
const METRES_IN_DEGREE = 111_195;

export interface Sketch {
	points: { x: number; y: number; r: number }[];
	/** How many metres the square is wide. */
	wide_m: number;
	away_m: number;
	/** The side of the compass on which the second lies. */
	side: number;
}

/** Two places with their errors (m; none known: no circle) at one scale, both within the square. */
export function sketch(a: Spot, b: Spot, errors_m: (number | null)[]): Sketch {
	const away_m = metresBetween(a, b);
	const [ra = 0, rb = 0] = errors_m.map((own) => own ?? 0);
	const wide_m = Math.max(20, Math.ceil((away_m + 2 * Math.max(ra, rb)) * 1.25));
	const scale = SKETCH / wide_m;
	const middle = { lat: (a.lat + b.lat) / 2, lon: (a.lon + b.lon) / 2 };
	const shrink = Math.cos((middle.lat * Math.PI) / 180);
	const at = (own: Spot, r: number) => ({
		x: SKETCH / 2 + (own.lon - middle.lon) * shrink * METRES_IN_DEGREE * scale,
		y: SKETCH / 2 - (own.lat - middle.lat) * METRES_IN_DEGREE * scale,
		r: r * scale,
	});
	return { points: [at(a, ra), at(b, rb)], wide_m, away_m, side: sideOf(a, b) };
}
