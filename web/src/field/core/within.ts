/** In which of the communes that the phone took along a place lies. */

import type { Place } from "./geo";
import type { Drawn } from "./prepare";

type Ring = [number, number][];

/** Whether a place lies within a ring, by the edges that a line eastwards from it crosses. */
function isInRing(ring: Ring, { lon, lat }: Place): boolean {
	let isIn = false;
	let before = ring.at(-1);
	for (const [x, y] of ring) {
		const [fromX, fromY] = before ?? [x, y];
		if (y > lat !== fromY > lat && lon < ((fromX - x) * (lat - y)) / (fromY - y) + x) {
			isIn = !isIn;
		}
		before = [x, y];
	}
	return isIn;
}

/** Whether a place lies within a polygon, or within one of several; holes are outside. */
export function isWithin(geometry: unknown, place: Place): boolean {
	const { type, coordinates } = (geometry ?? {}) as { type?: string; coordinates?: unknown };
	const polygons =
		type === "Polygon" ? [coordinates as Ring[]] : type === "MultiPolygon" ? (coordinates as Ring[][]) : [];
	return polygons.some((rings) => rings.filter((ring) => isInRing(ring, place)).length % 2 === 1);
}

/** The middle of the box around some areas; none where they have no corner. */
export function middleOf(drawn: readonly Drawn[]): Place | null {
	const corners: Ring = [];
	const walk = (value: unknown): void => {
		if (Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "number") {
			corners.push([value[0], value[1]]);
		} else if (Array.isArray(value)) {
			value.forEach(walk);
		}
	};
	for (const { geometry } of drawn) {
		walk((geometry as { coordinates?: unknown } | null)?.coordinates);
	}
	const middle = (values: number[]): number =>
		(values.reduce((a, b) => Math.min(a, b)) + values.reduce((a, b) => Math.max(a, b))) / 2;
	return corners.length > 0
		? { lon: middle(corners.map(([lon]) => lon)), lat: middle(corners.map(([, lat]) => lat)) }
		: null;
}

/** The name of the commune in which a place lies; none where it lies in none that the phone knows. */
export function communeAt(communes: readonly Drawn[], place: Place): string | null {
	const name = communes.find(({ geometry }) => isWithin(geometry, place))?.properties.name;
	return typeof name === "string" ? name : null;
}
