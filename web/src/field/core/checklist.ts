/** The grade that an eradication's photos would get, told before the team leaves: the server's rules as the phone last saw them, over what a phone can know. */

import type { Shot } from "./evidence";
import type { Place } from "./geo";
import { bearingDeg, distanceM } from "./geo";
import builtIn from "./grade-rules.json";

export type Grade = "A" | "B" | "C" | "D";

/** The server's reasons that a phone can know before anything is sent. */
export const REASONS = [
	"no_before",
	"no_close_up",
	"no_after",
	"not_bound",
	"no_position",
	"far_from_plot",
	"rough_position",
	"old_position",
	"position_age_untold",
	"points_away",
	"outside_time",
	"before_too_late",
	"after_too_early",
	"no_track",
	"key_unconfirmed",
	"no_nonce",
	"no_account",
] as const;
export type Reason = (typeof REASONS)[number];

/** The rules of one version, as `/api/v1/evidence/definitions` gives them; what a phone cannot know of is left out. */
export interface GradeRules {
	version: number;
	near_m: number;
	sigmas: number;
	rough_m: number;
	old_position_s: number;
	points_away_deg: number;
	direction_from_m: number;
	around_hours: number;
	order_tolerance_min: number;
	caps: Record<string, string>;
}

/** What a province starts with, for a phone that has not seen its own rules yet (held against the server's by a test). */
export const FIRST_RULES: GradeRules = builtIn;

/** The newest rules in what the server tells; none where it tells something else. */
export function newestRules(told: unknown): GradeRules | null {
	const all = Array.isArray(told) ? told : [told];
	const rules = (all.at(-1) as { definition?: Partial<GradeRules> } | undefined)?.definition;
	const names = Object.keys(FIRST_RULES) as (keyof GradeRules)[];
	return rules && names.every((name) => typeof rules[name] === typeof FIRST_RULES[name])
		? (rules as GradeRules)
		: null;
}

export interface Situation {
	plot: Place & { accuracy_m: number | null };
	shots: readonly Shot[];
	/** The eradication that the photos are to show; none where no id was set aside for it. */
	eradication: string | null;
	startedAt: string | null;
	endedAt: string | null;
	isKeyConfirmed: boolean;
}

export interface Missing {
	reason: Reason;
	/** The best grade that it leaves; A where it only informs. */
	cap: Grade;
}

export interface Prediction {
	grade: Grade;
	/** The worst first. */
	missing: Missing[];
	/** The version of the rules. */
	rules: number;
}

const ORDER: Grade[] = ["A", "B", "C", "D"];
const MINUTE_MS = 60_000;

function capOf(rules: GradeRules, reason: Reason): Grade {
	const cap = rules.caps[reason] as Grade | undefined;
	return cap && ORDER.includes(cap) ? cap : "A";
}

const worst = (rules: GradeRules, reasons: readonly Reason[]): number =>
	Math.max(0, ...reasons.map((reason) => ORDER.indexOf(capOf(rules, reason))));

function ofPlace(shot: Shot, plot: Situation["plot"], rules: GradeRules): Reason[] {
	if (shot.lon === null || shot.lat === null) {
		return ["no_position"];
	}
	if (shot.accuracy_m === null || shot.accuracy_m > rules.rough_m) {
		return shot.accuracy_m === null ? ["rough_position"] : ["rough_position", "no_position"];
	}
	const found: Reason[] = [];
	if (shot.fix_age_s === null) {
		found.push("position_age_untold");
	} else if (shot.fix_age_s > rules.old_position_s) {
		found.push("old_position");
	}
	if (shot.phase === "minutes" || shot.phase === "sample") {
		return found;
	}
	const here = { lon: shot.lon, lat: shot.lat };
	const awayM = distanceM(here, plot);
	const allowedM = rules.sigmas * Math.hypot(shot.accuracy_m, Math.min(plot.accuracy_m ?? 0, rules.rough_m));
	if (awayM > rules.near_m + allowedM) {
		found.push("far_from_plot");
	}
	if (shot.bearing_deg !== null && awayM > Math.max(rules.direction_from_m, allowedM)) {
		const apart = (((shot.bearing_deg - bearingDeg(here, plot)) % 360) + 360) % 360;
		if (Math.min(apart, 360 - apart) > rules.points_away_deg) {
			found.push("points_away");
		}
	}
	return found;
}

function ofTime(shot: Shot, now: Situation, rules: GradeRules): Reason[] {
	const at = Date.parse(shot.taken_at);
	const [around, tolerance] = [rules.around_hours * 60 * MINUTE_MS, rules.order_tolerance_min * MINUTE_MS];
	const sinceStart = now.startedAt === null ? null : at - Date.parse(now.startedAt);
	const sinceEnd = now.endedAt === null ? null : at - Date.parse(now.endedAt);
	const found: Reason[] = [];
	const isOutside = (sinceStart ?? 0) < -around || (sinceEnd ?? 0) > around;
	if (isOutside && shot.phase !== "minutes" && shot.phase !== "sample") {
		found.push("outside_time");
	}
	if ((shot.phase === "before" || shot.phase === "overview") && (sinceStart ?? 0) > tolerance) {
		found.push("before_too_late");
	}
	if (shot.phase === "after" && (sinceEnd ?? 0) < -tolerance) {
		found.push("after_too_early");
	}
	return found;
}

function ofShot(shot: Shot, now: Situation, rules: GradeRules): Reason[] {
	const found: Reason[] = [...ofPlace(shot, now.plot, rules), ...ofTime(shot, now, rules)];
	const rest: [boolean, Reason][] = [
		[!shot.eradication || shot.eradication !== now.eradication, "not_bound"],
		[!shot.is_tracked, "no_track"],
		[!now.isKeyConfirmed, "key_unconfirmed"],
		[!shot.has_nonce, "no_nonce"],
		[!shot.has_account, "no_account"],
	];
	for (const [is, reason] of rest) {
		if (is) {
			found.push(reason);
		}
	}
	return found;
}

const NEEDED: readonly [Shot["phase"][], Reason][] = [
	[["before", "overview"], "no_before"],
	[["close_up"], "no_close_up"],
	[["after"], "no_after"],
];

/** Each phase that is needed counts by its best photo, as with the server; photos of another eradication do not count. */
export function predict(now: Situation, rules: GradeRules = FIRST_RULES): Prediction {
	const own = now.shots.filter((shot) => !shot.eradication || shot.eradication === now.eradication);
	const reasons = new Set<Reason>();
	let grade = 0;
	for (const [phases, absent] of NEEDED) {
		const found = own.filter((shot) => phases.includes(shot.phase)).map((shot) => ofShot(shot, now, rules));
		const best = found.reduce<Reason[] | null>(
			(a, b) => (a !== null && worst(rules, a) <= worst(rules, b) ? a : b),
			null,
		) ?? [absent];
		// A phase that is shown badly is no worse than one that is not shown at all.
		grade = Math.max(grade, Math.min(worst(rules, best), worst(rules, [absent])));
		for (const reason of best) {
			reasons.add(reason);
		}
	}
	const missing = REASONS.filter((reason) => reasons.has(reason)).map((reason) => ({
		reason,
		cap: capOf(rules, reason),
	}));
	missing.sort((a, b) => ORDER.indexOf(b.cap) - ORDER.indexOf(a.cap));
	return { grade: ORDER[grade] ?? "A", missing, rules: rules.version };
}
