// Where a cell lies, in words and figures that somebody can walk by.
import type { Geometry, MultiPolygon, Polygon, Position } from "geojson";
import { km, number } from "../format";
import { type Bounds, boundsOf } from "../map/bounds";
import { saveAs } from "./download";
import { called } from "./found";
import { metresBetween } from "./plot";
import { inMinutes, plane } from "./vn2000";
import { t, word } from "./words/places";

export interface Spot {
	lat: number;
	lon: number;
}
export interface Hamlet {
	geometry: Geometry;
	properties: { code: string; name: string; label: string };
}

/** Whether a point lies within: by how often a line to the east crosses the rings. */
export function contains(geometry: Polygon | MultiPolygon, { lat, lon }: Spot): boolean {
	const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
	let inside = false;
	for (const ring of polygons.flat()) {
		for (let at = 1; at < ring.length; at++) {
			const [x1 = 0, y1 = 0] = ring[at - 1] as Position;
			const [x2 = 0, y2 = 0] = ring[at] as Position;
			if (y1 > lat !== y2 > lat && lon < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
		}
	}
	return inside;
}

/** Finds the commune of a point; made once for a list of communes. */
export function finder<C extends { geometry: Polygon | MultiPolygon }>(
	communes: C[],
): (spot: Spot) => C | null {
	const boxed = communes.map((own) => ({ own, box: boundsOf([own.geometry]) }));
	const near = (box: Bounds | null, { lat, lon }: Spot) =>
		box && lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3];
	return (spot) => boxed.find(({ own, box }) => near(box, spot) && contains(own.geometry, spot))?.own ?? null;
}

/** The side of the compass from one place to another: eight of them from north on, clockwise. */
export function sideOf(from: Spot, to: Spot): number {
	const east = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
	const turn = Math.atan2(east, to.lat - from.lat) / (Math.PI / 4);
	return (Math.round(turn) + 8) % 8;
}

/** The part of a commune that a point lies in, by thirds of its box. */
export function partOf(box: Bounds, { lat, lon }: Spot): string {
	const third = (value: number, low: number, high: number) =>
		Math.min(2, Math.max(0, Math.floor(((value - low) / (high - low || 1)) * 3))) - 1;
	const [east, north] = [third(lon, box[0], box[2]), third(lat, box[1], box[3])];
	if (east === 0 && north === 0) return t("part.middle");
	const side = sideOf({ lat: 0, lon: 0 }, { lat: north, lon: east });
	return t("part", { side: word("side", String(side)) });
}

/** The nearest hamlet, how far it is, and on which side of it the point lies. */
export function nearest(hamlets: Hamlet[], spot: Spot): { name: string; m: number; side: number } | null {
	let best: { name: string; m: number; side: number } | null = null;
	for (const { geometry, properties } of hamlets) {
		const box = boundsOf([geometry]);
		if (!box) continue;
		const middle = { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 };
		const m = metresBetween(middle, spot);
		if (m < (best?.m ?? Number.POSITIVE_INFINITY))
			best = { name: called(properties.label, properties.name), m, side: sideOf(middle, spot) };
	}
	return best;
}

/** Beside the nearest hamlet; where none is known, the part of the commune. */
export function whereabouts(hamlets: Hamlet[], box: Bounds | null, spot: Spot): string {
	const found = nearest(hamlets, spot);
	if (!found) return box ? partOf(box, spot) : "";
	if (found.m < 150) return t("hamlet.at", { hamlet: found.name });
	const side = word("side", String(found.side));
	return t("hamlet.near", { hamlet: found.name, km: km(found.m), side });
}

/** Both ways of writing a place, as they are shown. */
export function written(spot: Spot): { wgs84: string; vn2000: string } {
	const own = plane(spot.lat, spot.lon);
	return {
		wgs84: `${number(spot.lat, 5)}; ${number(spot.lon, 5)}`,
		vn2000: `${number(own.x_north_m)}; ${number(own.y_east_m)} (${t("meridian", { meridian: inMinutes(own.meridian) })})`,
	};
}

/** "2026-W48" as people write it: `48/2026`. */
export function weekWords(week: string): string {
	const found = /^(\d{4})-W(\d{1,2})$/.exec(week);
	return found ? `${Number(found[2])}/${found[1]}` : week;
}

/** A place on a list for handsets. */
export interface Waypoint extends Spot {
	name: string;
	about: string;
}
const escaped = (text: string) =>
	text.replace(/[&<>"]/g, (own) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[own] ?? own);

/** Waypoints as GPX 1.1, which handsets and OsmAnd read. */
export function gpx(points: Waypoint[]): string {
	const lines = points.map(
		(own) =>
			`<wpt lat="${own.lat.toFixed(6)}" lon="${own.lon.toFixed(6)}"><name>${escaped(own.name)}</name><desc>${escaped(own.about)}</desc></wpt>`,
	);
	return [
		'<?xml version="1.0" encoding="UTF-8"?>',
		'<gpx version="1.1" creator="tuantra" xmlns="http://www.topografix.com/GPX/1/1">',
		...lines,
		"</gpx>\n",
	].join("\n");
}

/** Hands waypoints to the reader as a GPX file. */
export const saveGpx = (name: string, points: Waypoint[]): void =>
	saveAs(name, gpx(points), "application/gpx+xml;charset=utf-8");

/** Columns of a place for a table that is saved. */
export const PLACE_HEAD = ["lat", "lon", "vn2000_x_m", "vn2000_y_m", "vn2000_meridian"];
export function placeCells(spot: Spot): (string | number)[] {
	const own = plane(spot.lat, spot.lon);
	return [
		spot.lat.toFixed(6),
		spot.lon.toFixed(6),
		own.x_north_m.toFixed(2),
		own.y_east_m.toFixed(2),
		inMinutes(own.meridian),
	];
}
