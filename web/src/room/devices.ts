// How the map room tells of phones.
import { number } from "../format";

/** The colour of how far a device's enrolment has come. */
export function enrolmentTone(state: string): "good" | "stop" | "warn" | "plain" {
	if (state === "enrolled") return "good";
	if (state === "revoked") return "stop";
	return state === "waiting" || state === "open" ? "warn" : "plain";
}

/** Gaps in a chain, first and last number of each, as they are read: `12–15; 20`. */
export const ranges = (gaps: readonly (readonly number[])[]): string =>
	gaps
		.flatMap(([first, last = first]) =>
			first === undefined ? [] : [first === last ? number(first) : `${number(first)}–${number(last)}`],
		)
		.join("; ");
