/** What a team measures of a plot, and how far it may be off: the server's rule `area-uncertainty-1`. */

export const AREA_METHODS = ["tape", "paced", "gnss_polygon", "estimated"] as const;
export type AreaMethod = (typeof AREA_METHODS)[number];

export interface Rectangle {
	shape: "rectangle";
	count: number;
	length: number;
	width: number;
}

export interface Triangle {
	shape: "triangle";
	count: number;
	a: number;
	b: number;
	c: number;
}

export type Bed = Rectangle | Triangle;

/** A walked edge is a measure only from here, m². */
export const WALKED_EDGE_FROM_M2 = 2_000;
export const MAX_AREA_M2 = 50_000;

/** Why a list of beds has no area; the words are keys of the dictionary. */
export type BedFault = "bed_side" | "bed_count" | "bed_triangle" | "bed_pace" | "bed_total";

export type Measured = { area_m2: number } | { fault: BedFault; index: number };

const isSide = (metres: number): boolean => metres > 0 && metres <= 1_000;

function bedM2(bed: Bed, unit: number): number | BedFault {
	if (!Number.isInteger(bed.count) || bed.count < 1 || bed.count > 1_000) {
		return "bed_count";
	}
	if (bed.shape === "rectangle") {
		const [length, width] = [bed.length * unit, bed.width * unit];
		return isSide(length) && isSide(width) ? length * width * bed.count : "bed_side";
	}
	const [a, b, c] = [bed.a * unit, bed.b * unit, bed.c * unit];
	if (![a, b, c].every(isSide)) {
		return "bed_side";
	}
	const half = (a + b + c) / 2;
	const squared = half * (half - a) * (half - b) * (half - c);
	return squared > 0 ? Math.sqrt(squared) * bed.count : "bed_triangle";
}

/** The area of beds whose sides are in metres, or in paces of `paceM`. */
export function bedsArea(beds: readonly Bed[], paceM: number | null): Measured {
	if (paceM !== null && !(paceM >= 0.3 && paceM <= 1.5)) {
		return { fault: "bed_pace", index: 0 };
	}
	let area_m2 = 0;
	for (const [index, bed] of beds.entries()) {
		const one = bedM2(bed, paceM ?? 1);
		if (typeof one === "string") {
			return { fault: one, index };
		}
		area_m2 += one;
	}
	return area_m2 > 0 && area_m2 <= MAX_AREA_M2 ? { area_m2 } : { fault: "bed_total", index: 0 };
}

const AREAS_M2 = [45, 125, 350, 750, 2_000, 10_000];
const ACCURACIES_M = [2, 4, 8];
const NINETIETH_PCT = [
	[45, 92, 179],
	[27, 55, 100],
	[16, 33, 66],
	[11, 22, 45],
	[7, 14, 27],
	[3, 6, 12],
];
const ASSUMED_PCT: Record<Exclude<AreaMethod, "gnss_polygon">, number> = {
	tape: 5,
	paced: 20,
	estimated: 50,
};

function clamp(scale: readonly number[], value: number): number {
	return Math.min(Math.max(value, scale[0] ?? 1), scale.at(-1) ?? 1);
}

function place(scale: readonly number[], value: number): [number, number] {
	const within = clamp(scale, value);
	for (let index = 0; index + 1 < scale.length; index += 1) {
		const [low, high] = [scale[index] ?? 1, scale[index + 1] ?? 1];
		if (within <= high) {
			return [index, Math.log(within / low) / Math.log(high / low)];
		}
	}
	return [0, 0];
}

function walkedErrorPct(areaM2: number, accuracyM: number): number {
	const [row, down] = place(AREAS_M2, areaM2);
	const [column, across] = place(ACCURACIES_M, accuracyM);
	const cell = (r: number, c: number): number => Math.log(NINETIETH_PCT[r]?.[c] ?? 1);
	const mix = (from: number, to: number, share: number): number => from + (to - from) * share;
	const upper = mix(cell(row, column), cell(row, column + 1), across);
	const lower = mix(cell(row + 1, column), cell(row + 1, column + 1), across);
	const beyond = (scale: readonly number[], value: number): number =>
		Math.max(value, Number.MIN_VALUE) / clamp(scale, value);
	return (
		Math.exp(mix(upper, lower, down)) * beyond(AREAS_M2, areaM2) ** -0.5 * beyond(ACCURACIES_M, accuracyM)
	);
}

/** The relative error (%) that one measurement in ten by this method exceeds. */
export function uncertaintyPct(method: AreaMethod, areaM2: number, accuracyM: number | null): number {
	return method === "gnss_polygon" ? walkedErrorPct(areaM2, accuracyM ?? 8) : ASSUMED_PCT[method];
}
