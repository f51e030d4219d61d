// A recorded track as one way along its legs: where a share of it ends, and where it broke off.
import type { Position } from "geojson";
import { metresBetween } from "./plot";

const metres = (a: Position, b: Position) =>
	metresBetween({ lon: a[0] ?? 0, lat: a[1] ?? 0 }, { lon: b[0] ?? 0, lat: b[1] ?? 0 });

/** The legs up to a share (0 to 1) of the recorded way; gaps have no length. */
export function walked(legs: Position[][], share: number): Position[][] {
	const total = legs.reduce(
		(sum, leg) => sum + leg.slice(1).reduce((own, point, at) => own + metres(leg[at] ?? point, point), 0),
		0,
	);
	let left = total * Math.min(1, Math.max(0, share));
	const done: Position[][] = [];
	for (const leg of legs) {
		const first = leg[0];
		if (!first) continue;
		const own: Position[] = [first];
		done.push(own);
		for (const [at, point] of leg.slice(1).entries()) {
			const from = leg[at] ?? point;
			const length = metres(from, point);
			if (length >= left) {
				const part = length === 0 ? 0 : left / length;
				own.push([
					(from[0] ?? 0) + ((point[0] ?? 0) - (from[0] ?? 0)) * part,
					(from[1] ?? 0) + ((point[1] ?? 0) - (from[1] ?? 0)) * part,
				]);
				return done;
			}
			left -= length;
			own.push(point);
		}
	}
	return done;
}

/** How far the length of a gap as told may be off that of the line between its ends, m and share. */
const OFF_M = 5;
const OFF_SHARE = 0.02;

/** The straight ways between legs where nothing was recorded: those that are gaps of the record. From the end of one device's
 * track to the beginning of another's nobody went, and a fix that was left out breaks a line too. */
export function breaks(legs: Position[][], gaps: readonly { metres: number }[]): Position[][] {
	const left = gaps.map((gap) => gap.metres);
	return legs.slice(1).flatMap((leg, at) => {
		const [end, begin] = [legs[at]?.at(-1), leg[0]];
		if (!end || !begin) return [];
		const long = metres(end, begin);
		const of = left.findIndex((own) => Math.abs(own - long) <= Math.max(OFF_M, long * OFF_SHARE));
		if (of < 0) return [];
		left.splice(of, 1);
		return [[end, begin]];
	});
}
