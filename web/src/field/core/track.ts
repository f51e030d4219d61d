/** A patrol's own track while it is walked: what counts as recorded, what is a gap. */

import { distanceM, type Place } from "./geo";

/** One reading of the receiver, as the native API takes it. */
export interface Fix {
	t: string;
	lon: number;
	lat: number;
	accuracy_m: number | null;
	altitude_m: number | null;
	speed_mps: number | null;
	bearing_deg: number | null;
}

/** Two fixes make a straight leg only when they are no further apart than this (the server's rule of tracks). */
export const LEG_MOST_S = 300;
export const LEG_MOST_M = 300;
/** Readings rougher than this tell no place; they are kept and sent, but draw no line here. */
export const ROUGH_M = 100;

/** A reading older than this does not say where the phone is. */
export const OLDEST_FIX_S = 60;

/** How old a reading is, s; a receiver's clock that runs ahead makes none younger than now. */
export function ageS(fix: Fix, now: number): number {
	return Math.max(0, (now - Date.parse(fix.t)) / 1_000);
}

/** The reading while it tells where the phone is; none once it is too old. */
export function freshFix(fix: Fix | null, now: number): Fix | null {
	return fix && ageS(fix, now) <= OLDEST_FIX_S ? fix : null;
}

/** As near to a point of the way as this is on it, m. */
const ON_WAY_M = 30;

/** Where to go next on the way back: the last point before the way first came by here, or the nearest to whoever strayed from it; none at its start. */
export function wayBack<P extends Place>(way: readonly P[], here: Place): P | null {
	const came = way.findIndex((point) => distanceM(here, point) <= ON_WAY_M);
	if (came >= 0) {
		return way[came - 1] ?? null;
	}
	return way.reduce<P | null>(
		(best, point) => (best && distanceM(here, best) <= distanceM(here, point) ? best : point),
		null,
	);
}

export interface Leg {
	fixes: Fix[];
}

export interface Gap {
	from: string;
	to: string;
	seconds: number;
}

export interface Walk {
	legs: Leg[];
	gaps: Gap[];
	lengthM: number;
	fixes: number;
	last: Fix | null;
	/** Whether recording was interrupted since the last reading that tells a place. */
	isBroken: boolean;
}

export function emptyWalk(): Walk {
	return { legs: [], gaps: [], lengthM: 0, fixes: 0, last: null, isBroken: false };
}

/** Takes a fix; `interrupted` where the page was hidden or paused since the last one. */
export function take(walk: Walk, fix: Fix, interrupted: boolean): void {
	walk.fixes += 1;
	// The first reading after a pause is often a rough one: the pause is not over with it.
	walk.isBroken ||= interrupted;
	if ((fix.accuracy_m ?? 0) > ROUGH_M) {
		return;
	}
	const leg = walk.legs.at(-1);
	const before = walk.last;
	if (!leg || !before) {
		walk.legs.push({ fixes: [fix] });
		walk.last = fix;
		walk.isBroken = false;
		return;
	}
	const seconds = (Date.parse(fix.t) - Date.parse(before.t)) / 1000;
	const metres = distanceM(before, fix);
	if (walk.isBroken || seconds > LEG_MOST_S || metres > LEG_MOST_M) {
		walk.gaps.push({ from: before.t, to: fix.t, seconds });
		walk.legs.push({ fixes: [fix] });
	} else {
		leg.fixes.push(fix);
		walk.lengthM += metres;
	}
	walk.last = fix;
	walk.isBroken = false;
}

/** How good a position is, in words: Tốt, Khá, Yếu. */
export type Quality = "good" | "fair" | "weak" | "none";

export function qualityOf(accuracyM: number | null): Quality {
	if (accuracyM === null) {
		return "none";
	}
	if (accuracyM < 10) {
		return "good";
	}
	return accuracyM < 25 ? "fair" : "weak";
}

/** The mean of readings, each weighed by the inverse square of its accuracy; its accuracy never falls below the best third. */
export function averaged(readings: readonly Fix[]): { lon: number; lat: number; accuracy_m: number } | null {
	const usable = readings.filter((fix) => fix.accuracy_m !== null && fix.accuracy_m > 0);
	let [weight, lon, lat] = [0, 0, 0];
	let best = Number.POSITIVE_INFINITY;
	for (const fix of usable) {
		const accuracy = fix.accuracy_m ?? 1;
		const w = 1 / accuracy ** 2;
		weight += w;
		lon += fix.lon * w;
		lat += fix.lat * w;
		best = Math.min(best, accuracy);
	}
	// Errors of neighbouring seconds are alike, so a mean of sixty is not eight times better than one.
	return weight > 0 ? { lon: lon / weight, lat: lat / weight, accuracy_m: Math.max(best / 2, 1) } : null;
}
