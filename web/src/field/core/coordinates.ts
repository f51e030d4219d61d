/** Coordinates as staff read them off a Garmin or a paper. Every reading that fits is told; the person chooses. */

import type { Place } from "./geo";
import { distanceM } from "./geo";
import type { Drawn } from "./prepare";
import { communeAt } from "./within";

export interface Candidate extends Place {
	/** `WGS84`, or `VN-2000 104°45′ (3°)`. */
	crs: string;
	format: "degrees" | "dm" | "dms" | "metres";
}

/** Where the programme works, with room around it. */
const WEST = 101.5;
const EAST = 110;
const SOUTH = 8;
const NORTH = 24;

const isHere = ({ lon, lat }: Place): boolean => lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH;

/** Central meridians of the 3° zones that the server reads: the northern provinces' and the standard ones. */
const MERIDIANS_3 = [103, 104, 104.75, 105.5, 105.75, 106, 102, 105, 108];
/** UTM-like 6° zones (EPSG 3405, 3406). */
const MERIDIANS_6 = [105, 111];

interface Angle {
	degrees: number;
	parts: number;
	side: "lat" | "lon" | null;
}

/** Readings of one line of text, those that lie in the country first found first. */
export function readCoordinates(text: string): Candidate[] {
	const whole = text.normalize("NFC").trim().slice(0, 200);
	const isVn2000 = /VN[- ]?2000/i.test(whole);
	const named = MERIDIAN.exec(whole);
	const meridian = named?.[1] ? Number(named[1].replace(",", ".")) + Number(named[2] ?? 0) / 60 : null;
	const clean = withoutThousands(
		whole.replace(/VN[- ]?2000|WGS[- ]?84/gi, " ").replace(named?.[0] ?? "", " "),
	);
	// Nothing here lies south or west.
	if (/(?:^|[\s,;=:(])[-\u2212]\d/.test(clean)) {
		return [];
	}
	const squares = grid(whole).filter(isHere);
	if (squares.length > 0) {
		return squares;
	}
	// What a receiver wrote is likelier its own system than a plane of a map.
	const isReceivers = /UTM|4[89]\s*[PQR]/i.test(clean);
	const readings = (text: string) => {
		const planes = metres(text, meridian);
		const zone = isVn2000 || named ? [] : utm(text);
		return [...(isReceivers ? [...zone, ...planes] : [...planes, ...zone]), ...angles(text, isVn2000)].filter(
			isHere,
		);
	};
	const plain = readings(clean);
	const found = plain.length > 0 ? plain : readings(unspaced(clean));
	const seen = new Set<string>();
	return found.filter((one) => {
		const key = `${one.crs} ${one.lon.toFixed(6)} ${one.lat.toFixed(6)}`;
		return seen.has(key) ? false : seen.add(key) !== undefined;
	});
}

/** Readings in the order in which they are likely meant: in a commune of the phone, then near to where it is. */
export function nearestFirst(
	found: readonly Candidate[],
	communes: readonly Drawn[],
	about: Place | null,
): Candidate[] {
	const far = (one: Candidate): number =>
		(communeAt(communes, one) === null ? 1e9 : 0) + (about ? distanceM(about, one) : 0);
	return [...found].sort((a, b) => far(a) - far(b));
}

/**
 * "KTT 104°45'": the central meridian where it is named, degrees of at most three digits and minutes of at most two. A
 * longer number is the coordinate after it.
 */
const MERIDIAN =
	/(?:kinh tuyến trục|KTT)\D{0,3}(\d{1,3}(?![\d])(?:[.,]\d+)?)(?:(?<![.,]\d*)[^\d;:|\n(),]{1,4}([0-5]?\d)(?![\d.,]*\d))?/i;

/** Thousands parted by points or commas, told by a number that has two such marks, which no decimal has: 2.489.123 498.765. */
function withoutThousands(text: string): string {
	const mark = [".", ","].find((one) =>
		new RegExp(`(?<![\\d${one}])\\d{1,2}(?:[${one}]\\d{3}){2,}(?![\\d${one}])`).test(text),
	);
	return mark ? text.replace(new RegExp(`(?<=\\d)[${mark}](?=\\d)`, "g"), "") : text;
}

/** A decimal comma becomes a point where it stands between digits and no blank follows. */
function numbers(text: string): string[] {
	const isCommaDecimal = /\d,\d/.test(text) && !/\d\.\d/.test(text);
	const plain = isCommaDecimal ? text.replace(/(\d),(\d)/g, "$1.$2") : text.replace(/,/g, " ");
	return plain.match(/\d+(?:\.\d+)?/g) ?? [];
}

/** "2 487 640 419 615": thousands that blanks part, joined. */
function unspaced(text: string): string {
	return text
		.replace(/(?<![\d.,])([12])[ \u00a0\u2009\u202f](\d{3})[ \u00a0\u2009\u202f](\d{3})(?!\d)/g, "$1$2$3")
		.replace(/(?<![\d.,])(\d{3})[ \u00a0\u2009\u202f](\d{3})(?!\d)/g, "$1$2");
}

function angles(text: string, isVn2000: boolean): Candidate[] {
	const values = numbers(text).map(Number);
	const half = values.length / 2;
	if (![1, 2, 3].includes(half) || /[xy]\s*[=:]/i.test(text)) {
		return [];
	}
	const first = angle(values.slice(0, half));
	const second = angle(values.slice(half));
	if (!first || !second) {
		return [];
	}
	const [a, b] = sides(text);
	const format = half === 1 ? "degrees" : half === 2 ? "dm" : "dms";
	const isSwapped = a === "lon" || b === "lat" || (a === null && first.degrees > second.degrees);
	const [lat, lon] = isSwapped ? [second.degrees, first.degrees] : [first.degrees, second.degrees];
	const shifted84: Candidate[] = isVn2000 ? [{ crs: "VN-2000", format, ...shifted(lat, lon) }] : [];
	return [...shifted84, { crs: "WGS84", format, lon, lat }];
}

function angle(parts: number[]): Angle | null {
	const [degrees = 0, minutes = 0, seconds = 0] = parts;
	if (minutes >= 60 || seconds >= 60) {
		return null;
	}
	return { degrees: degrees + minutes / 60 + seconds / 3600, parts: parts.length, side: null };
}

/** Which of the two is said to be what: N, B (Bắc), VĐ before or after; E, Đ (Đông), KĐ. */
function sides(text: string): [Angle["side"], Angle["side"]] {
	const words = text.toUpperCase().match(/VĐ|KĐ|BẮC|ĐÔNG|LAT|LON|(?<!\p{L})[NSEBĐ](?!\p{L})/gu) ?? [];
	const side = (word: string | undefined): Angle["side"] => {
		if (!word) {
			return null;
		}
		return ["VĐ", "BẮC", "LAT", "N", "S", "B"].includes(word) ? "lat" : "lon";
	};
	return [side(words[0]), side(words[1])];
}

function metres(text: string, meridian: number | null): Candidate[] {
	// The zone's number may stand apart before the easting: 48 419615.
	const values = numbers(text)
		.map(Number)
		.filter(
			(value, index, all) =>
				!(all.length === 3 && (value === 48 || value === 49) && (all[index + 1] ?? 0) > 100_000),
		);
	if (values.length !== 2) {
		return [];
	}
	const scale = values.every((value) => value > 100 && value < 4_000) ? 1_000 : 1;
	const [a = 0, b = 0] = values.map((value) => value * scale);
	const isPrefixed = Math.max(a, b) >= 10_000_000;
	const [north, east] = a > b !== isPrefixed ? [a, b] : [b, a];
	if (north < 800_000 || north > 2_700_000) {
		return [];
	}
	// An easting may carry its zone's number in front: 18 500 000.
	const plain = east > 1_000_000 ? east % 1_000_000 : east;
	if (plain < 100_000 || plain > 900_000) {
		return [];
	}
	const zones = [
		...MERIDIANS_3.map((meridian) => ({ meridian, k: 0.9999, width: 3 })),
		...MERIDIANS_6.map((meridian) => ({ meridian, k: 0.9996, width: 6 })),
	];
	return zones
		.filter((zone) => meridian === null || Math.abs(zone.meridian - meridian) < 0.01)
		.map((zone) => ({ ...toWgs84(north, plain, zone.meridian, zone.k), zone }))
		.filter(({ lon, zone }) => Math.abs(lon - zone.meridian) <= zone.width / 2 + 0.5)
		.map(({ lon, lat, zone }) => ({
			lon,
			lat,
			format: "metres",
			crs: `VN-2000 ${told(zone.meridian)} (${zone.width}°)`,
		}));
}

/** Metres of UTM on WGS84 where the zone's number stands apart, as receivers show it: 48Q 0419615 UTM 2487639. */
function utm(text: string): Candidate[] {
	const values = numbers(text).map(Number);
	const at = values.findIndex(
		(value, index) => (value === 48 || value === 49) && (values[index + 1] ?? 0) > 100_000,
	);
	const zone = values[at];
	if (values.length !== 3 || zone === undefined) {
		return [];
	}
	const [a = 0, b = 0] = values.filter((_, index) => index !== at);
	const place = fromPlane(Math.max(a, b), Math.min(a, b), zone * 6 - 183, 0.9996);
	return [{ ...place, format: "metres", crs: `WGS84 UTM ${zone}N` }];
}

/** Letters of the columns of squares by the zone's number modulo 3; the first begins at 100 km. */
const COLUMNS = ["STUVWXYZ", "ABCDEFGH", "JKLMNPQR"];
/** Letters of the rows, which come again every 2,000 km; in zones of even numbers the sixth begins at the equator. */
const ROWS = "ABCDEFGHJKLMNPQRSTUV";
/** Bands over the country: the northing at which their first square begins, m, and their latitudes. */
const BANDS = {
	P: { least: 800_000, south: 8, north: 16 },
	Q: { least: 1_700_000, south: 16, north: 24 },
} as const;
const SQUARE = /^(4[789])\s*([PQ])\s*([A-Z])\s*([A-Z])\s*(?:(\d{5})\s*(\d{5})|(\d{4})\s*(\d{4}))$/;
const HALVES = /\s(\d+)\s+(\d+)$/;

/** Squares of the military grid (MGRS): 48Q VK 12345 67890, on WGS84 and on maps of VN-2000 unless the text says which. */
function grid(text: string): Candidate[] {
	const upper = text.toUpperCase();
	const bare = upper.replace(/VN[- ]?2000|WGS[- ]?84|MGRS|UTM/g, " ").replace(/^[\s:;,]+|[\s:;,]+$/g, "");
	const found = SQUARE.exec(bare);
	const halves = HALVES.exec(bare);
	if (!found || (halves && halves[1]?.length !== halves[2]?.length)) {
		return [];
	}
	const zone = Number(found[1]);
	const band = BANDS[found[2] as keyof typeof BANDS];
	const column = COLUMNS[zone % 3]?.indexOf(found[3] ?? "") ?? -1;
	const row = ROWS.indexOf(found[4] ?? "");
	if (column < 0 || row < 0) {
		return [];
	}
	const unit = found[5] ? 1 : 10;
	const base = ((zone % 2 === 0 ? row + 15 : row) % ROWS.length) * 100_000;
	const north = base + (base < band.least ? 2_000_000 : 0) + Number(found[6] ?? found[8]) * unit;
	const east = (column + 1) * 100_000 + Number(found[5] ?? found[7]) * unit;
	const meridian = zone * 6 - 183;
	const wgs84 = { ...fromPlane(north, east, meridian, 0.9996), crs: `WGS84 UTM ${zone}N` };
	const map = { ...toWgs84(north, east, meridian, 0.9996), crs: `VN-2000 ${told(meridian)} (6°)` };
	const isVn2000 = /VN[- ]?2000/.test(upper);
	const isWgs84 = /WGS[- ]?84/.test(upper);
	return [...(isVn2000 ? [] : [wgs84]), ...(isWgs84 || !MERIDIANS_6.includes(meridian) ? [] : [map])]
		.filter(({ lat }) => lat >= band.south - 0.01 && lat <= band.north + 0.01)
		.map((one) => ({ ...one, format: "metres" as const }));
}

function told(meridian: number): string {
	const minutes = Math.round((meridian % 1) * 60);
	return `${Math.floor(meridian)}°${String(minutes).padStart(2, "0")}′`;
}

const SEMI_MAJOR_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);

/** VN-2000 to WGS84 by "VN-2000 to WGS 84 (2)" of EPSG, rotations as position vector. */
const SHIFT_M = [-191.90441429, -39.30318279, -111.45032835] as const;
const TURN_RAD = [0.00928836, -0.01975479, 0.00427372].map((seconds) => (seconds / 3600) * (Math.PI / 180));
const SCALE = 1 + 0.252906278e-6;

/** A plane of VN-2000. */
function toWgs84(north: number, east: number, meridian: number, k: number): Place {
	const { lat, lon } = fromPlane(north, east, meridian, k);
	return shifted(lat, lon);
}

/** Inverse transverse Mercator by Krüger's series to n⁴ (Karney 2011): errors below 0.1 mm within a zone. */
function fromPlane(north: number, east: number, meridian: number, k: number): Place {
	const n = FLATTENING / (2 - FLATTENING);
	const radius = (SEMI_MAJOR_M / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
	const xi = north / (k * radius);
	const eta = (east - 500_000) / (k * radius);
	const beta = [
		n / 2 - (2 * n ** 2) / 3 + (37 * n ** 3) / 96 - n ** 4 / 360,
		n ** 2 / 48 + n ** 3 / 15 - (437 * n ** 4) / 1440,
		(17 * n ** 3) / 480 - (37 * n ** 4) / 840,
		(4397 * n ** 4) / 161280,
	];
	let [x, y] = [xi, eta];
	beta.forEach((factor, index) => {
		const j = 2 * (index + 1);
		x -= factor * Math.sin(j * xi) * Math.cosh(j * eta);
		y -= factor * Math.cos(j * xi) * Math.sinh(j * eta);
	});
	const chi = Math.asin(Math.sin(x) / Math.cosh(y));
	const lon = meridian + (Math.atan2(Math.sinh(y), Math.cos(x)) * 180) / Math.PI;
	return { lon, lat: (conformalToGeodetic(chi) * 180) / Math.PI };
}

function conformalToGeodetic(chi: number): number {
	const e = Math.sqrt(E2);
	let phi = chi;
	for (let step = 0; step < 12; step += 1) {
		const sin = Math.sin(phi);
		phi =
			2 * Math.atan(Math.tan(Math.PI / 4 + chi / 2) * ((1 + e * sin) / (1 - e * sin)) ** (e / 2)) -
			Math.PI / 2;
	}
	return phi;
}

function shifted(lat: number, lon: number): Place {
	const [phi, lambda] = [(lat * Math.PI) / 180, (lon * Math.PI) / 180];
	const normal = SEMI_MAJOR_M / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
	const [x, y, z] = [
		normal * Math.cos(phi) * Math.cos(lambda),
		normal * Math.cos(phi) * Math.sin(lambda),
		normal * (1 - E2) * Math.sin(phi),
	];
	const [rx = 0, ry = 0, rz = 0] = TURN_RAD;
	const [dx, dy, dz] = SHIFT_M;
	return geodetic(
		dx + SCALE * (x - rz * y + ry * z),
		dy + SCALE * (rz * x + y - rx * z),
		dz + SCALE * (-ry * x + rx * y + z),
	);
}

function geodetic(x: number, y: number, z: number): Place {
	const p = Math.hypot(x, y);
	let phi = Math.atan2(z, p * (1 - E2));
	for (let step = 0; step < 8; step += 1) {
		const normal = SEMI_MAJOR_M / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
		phi = Math.atan2(z + E2 * normal * Math.sin(phi), p);
	}
	return { lon: (Math.atan2(y, x) * 180) / Math.PI, lat: (phi * 180) / Math.PI };
}
