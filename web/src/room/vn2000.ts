// VN-2000 as papers and handsets of the office show it: X north and Y east in a 3° zone. The server's plane
// (`src/geo/vn2000`) and this one are held against the same values of PROJ.

export interface Plane {
	x_north_m: number;
	y_east_m: number;
	/** The zone's central meridian, degrees east. */
	meridian: number;
}

/** Central meridians of the northern provinces; the nearest one is taken, as the server does. */
const MERIDIANS = [103, 104.75, 105.5, 106];
const SEMI_MAJOR_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const E2 = FLATTENING * (2 - FLATTENING);
const SCALE_3 = 0.9999;
const RADIANS = Math.PI / 180;
/** "VN-2000 to WGS 84 (2)" of EPSG, rotations as position vector; here it is gone backwards. */
const SHIFT_M = [-191.90441429, -39.30318279, -111.45032835] as const;
const TURN = [0.00928836, -0.01975479, 0.00427372].map((seconds) => (seconds / 3600) * RADIANS);
const GROWTH = 1 + 0.252906278e-6;

/** Latitude and longitude on VN-2000's own datum, radians. */
function onDatum(lat: number, lon: number): [number, number] {
	const [phi, lambda] = [lat * RADIANS, lon * RADIANS];
	const normal = SEMI_MAJOR_M / Math.sqrt(1 - E2 * Math.sin(phi) ** 2);
	const x = (normal * Math.cos(phi) * Math.cos(lambda) - SHIFT_M[0]) / GROWTH;
	const y = (normal * Math.cos(phi) * Math.sin(lambda) - SHIFT_M[1]) / GROWTH;
	const z = (normal * (1 - E2) * Math.sin(phi) - SHIFT_M[2]) / GROWTH;
	const [rx = 0, ry = 0, rz = 0] = TURN;
	const [u, v, w] = [x + rz * y - ry * z, -rz * x + y + rx * z, ry * x - rx * y + z];
	const p = Math.hypot(u, v);
	let turned = Math.atan2(w, p * (1 - E2));
	for (let step = 0; step < 8; step += 1) {
		const around = SEMI_MAJOR_M / Math.sqrt(1 - E2 * Math.sin(turned) ** 2);
		turned = Math.atan2(w + E2 * around * Math.sin(turned), p);
	}
	return [turned, Math.atan2(v, u)];
}

/** Where a position of WGS84 (degrees) lies on the plane of the nearest 3° zone, by Krüger's series to n⁴. */
export function plane(lat: number, lon: number): Plane {
	const far = (meridian: number) => Math.abs(meridian - lon);
	const meridian = MERIDIANS.reduce((best, own) => (far(own) < far(best) ? own : best));
	const [phi, lambda] = onDatum(lat, lon);
	const n = FLATTENING / (2 - FLATTENING);
	const radius = (SEMI_MAJOR_M / (1 + n)) * (1 + n ** 2 / 4 + n ** 4 / 64);
	const e = Math.sqrt(E2);
	const sine = Math.sin(phi);
	const t = Math.sinh(Math.atanh(sine) - e * Math.atanh(e * sine));
	const away = lambda - meridian * RADIANS;
	const xi = Math.atan2(t, Math.cos(away));
	const eta = Math.atanh(Math.sin(away) / Math.hypot(1, t));
	const alpha = [
		n / 2 - (2 * n ** 2) / 3 + (5 * n ** 3) / 16 + (41 * n ** 4) / 180,
		(13 * n ** 2) / 48 - (3 * n ** 3) / 5 + (557 * n ** 4) / 1440,
		(61 * n ** 3) / 240 - (103 * n ** 4) / 140,
		(49561 * n ** 4) / 161280,
	];
	let [north, east] = [xi, eta];
	alpha.forEach((factor, at) => {
		const j = 2 * (at + 1);
		north += factor * Math.sin(j * xi) * Math.cosh(j * eta);
		east += factor * Math.cos(j * xi) * Math.sinh(j * eta);
	});
	return {
		x_north_m: SCALE_3 * radius * north,
		y_east_m: 500_000 + SCALE_3 * radius * east,
		meridian,
	};
}

/** A meridian in degrees and minutes: `104°45′`. */
export function inMinutes(meridian: number): string {
	const minutes = Math.round((meridian % 1) * 60);
	return `${Math.floor(meridian)}°${String(minutes).padStart(2, "0")}′`;
}
