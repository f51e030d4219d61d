/** What would cap the grade of an eradication, told before the team leaves. The server's rules decide; this names what is missing. */

import type { Shot } from "./evidence";
import type { Place } from "./geo";
import { distanceM } from "./geo";

export type Grade = "A" | "B" | "C" | "D";
export type Missing =
	| "no_before"
	| "no_close_up"
	| "no_after"
	| "no_position"
	| "far_from_plot"
	| "rough_position"
	| "no_nonce"
	| "no_track"
	| "key_unconfirmed"
	| "no_account"
	| "too_few";

const CAPS: Record<Missing, Grade> = {
	no_before: "D",
	no_after: "D",
	far_from_plot: "D",
	no_close_up: "C",
	no_position: "C",
	too_few: "C",
	rough_position: "B",
	no_track: "B",
	key_unconfirmed: "B",
	no_account: "B",
	no_nonce: "A",
};

export interface Situation {
	plot: Place & { accuracy_m: number | null };
	shots: readonly Shot[];
	isTracked: boolean;
	isKeyConfirmed: boolean;
	hasAccount: boolean;
}

export interface Prediction {
	grade: Grade;
	missing: Missing[];
}

const NEAR_M = 100;
const ROUGH_M = 50;

function offPlot(shot: Shot, plot: Situation["plot"]): Missing | null {
	if (shot.lon === null || shot.lat === null) {
		return "no_position";
	}
	const explained = Math.min(shot.accuracy_m ?? 0, ROUGH_M) + Math.min(plot.accuracy_m ?? 0, ROUGH_M);
	if (distanceM({ lon: shot.lon, lat: shot.lat }, plot) > NEAR_M + explained) {
		return "far_from_plot";
	}
	return (shot.accuracy_m ?? Number.POSITIVE_INFINITY) > ROUGH_M ? "rough_position" : null;
}

/** The best photo of a phase counts; its own fault is told where every photo of the phase has one. */
function ofPhase(found: readonly Shot[], plot: Situation["plot"], none: Missing): Missing[] {
	if (found.length === 0) {
		return [none];
	}
	const faults = found.map((shot) => offPlot(shot, plot));
	const best = faults.includes(null) ? null : faults.reduce((a, b) => (worth(a) <= worth(b) ? a : b));
	return best ? [best] : [];
}

const ORDER: Grade[] = ["A", "B", "C", "D"];
const worth = (missing: Missing | null | undefined): number => (missing ? ORDER.indexOf(CAPS[missing]) : 0);

export function predict(now: Situation): Prediction {
	const of = (...phases: Shot["phase"][]): Shot[] => now.shots.filter((shot) => phases.includes(shot.phase));
	const missing = new Set<Missing>([
		...ofPhase(of("before", "overview"), now.plot, "no_before"),
		...ofPhase(of("close_up"), now.plot, "no_close_up"),
		...ofPhase(of("after"), now.plot, "no_after"),
	]);
	if (now.shots.length < 3 && missing.size === 0) {
		missing.add("too_few");
	}
	const rest: [boolean, Missing][] = [
		[now.shots.length > 0 && now.shots.some((shot) => !shot.has_nonce), "no_nonce"],
		[!now.isTracked, "no_track"],
		[!now.isKeyConfirmed, "key_unconfirmed"],
		[!now.hasAccount, "no_account"],
	];
	for (const [is, why] of rest) {
		if (is) {
			missing.add(why);
		}
	}
	const all = [...missing].sort((a, b) => worth(b) - worth(a));
	return { grade: ORDER[Math.max(0, ...all.map(worth))] ?? "A", missing: all };
}
