// Boxes around places, as [west, south, east, north].
import type { Geometry, Point, Polygon, Position } from "geojson";

export type Bounds = [number, number, number, number];

function* positions(geometry: Geometry): Generator<Position> {
	if (geometry.type === "GeometryCollection") {
		for (const part of geometry.geometries) yield* positions(part);
		return;
	}
	const open: unknown[] = [geometry.coordinates];
	while (open.length > 0) {
		const own = open.pop();
		if (!Array.isArray(own)) continue;
		if (typeof own[0] === "number") yield own as Position;
		else open.push(...own);
	}
}

/** The box around geometries; none where there is none. */
export function boundsOf(geometries: Iterable<Geometry | null | undefined>): Bounds | null {
	let box: Bounds | null = null;
	for (const geometry of geometries) {
		if (!geometry) continue;
		for (const [lon = 0, lat = 0] of positions(geometry)) {
			box = box
				? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)]
				: [lon, lat, lon, lat];
		}
	}
	return box;
}

/** A point within a polygon to write its name at: the middle of its widest crossing at half its height. */
export function middleOf(geometry: Geometry): Position | null {
	const polygons =
		geometry.type === "Polygon"
			? [geometry.coordinates]
			: geometry.type === "MultiPolygon"
				? geometry.coordinates
				: [];
	let best: { width: number; at: Position } | null = null;
	for (const rings of polygons) {
		const box = boundsOf([{ type: "Polygon", coordinates: rings }]);
		if (!box) continue;
		for (const share of [0.5, 0.4, 0.6]) {
			const lat = box[1] + (box[3] - box[1]) * share;
			const crossings: number[] = [];
			for (const ring of rings) {
				for (let at = 1; at < ring.length; at++) {
					const [x1 = 0, y1 = 0] = ring[at - 1] ?? [];
					const [x2 = 0, y2 = 0] = ring[at] ?? [];
					if (y1 > lat !== y2 > lat) crossings.push(x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1));
				}
			}
			crossings.sort((one, other) => one - other);
			for (let at = 1; at < crossings.length; at += 2) {
				const [left = 0, right = 0] = [crossings[at - 1], crossings[at]];
				if (right - left > (best?.width ?? 0)) best = { width: right - left, at: [(left + right) / 2, lat] };
			}
		}
	}
	return best?.at ?? null;
}

/** A ring of 48 corners around a point, so many metres wide to each side. */
export function circle({ coordinates: [lon = 0, lat = 0] }: Point, metres: number): Polygon {
	const high = metres / 111_195;
	const wide = high / Math.cos((lat * Math.PI) / 180);
	const corner = (at: number): Position => {
		const angle = (at * Math.PI) / 24;
		return [lon + wide * Math.cos(angle), lat + high * Math.sin(angle)];
	};
	return { type: "Polygon", coordinates: [Array.from({ length: 49 }, (_, at) => corner(at % 48))] };
}
