// How the map room tells of phones.
import { number } from "../format";

/** The colour of how far a device's enrolment has come. */
export function enrolmentTone(state: string): "good" | "stop" | "warn" | "plain" {
	if (state === "enrolled") return "good";
	if (state === "revoked") return "stop";
	return state === "waiting" || state === "open" ? "warn" : "plain";
}

/** Reasons that a phone's own clock gives. */
const OF_THE_CLOCK = new Set(["no_time", "future_time", "time_too_old", "week_rollover"]);
interface Aside {
	reason: string;
	messages: number;
	last_at: string;
}
/** What of a phone's fixes was set aside: for its clock, and for other reasons. */
export function setAside(all: readonly Aside[] = []): { clock: Aside[]; other: Aside[] } {
	const isOfClock = ({ reason }: Aside) => OF_THE_CLOCK.has(reason);
	return { clock: all.filter(isOfClock), other: all.filter((own) => !isOfClock(own)) };
}
/** In how many messages, and when the last one came; none when there are none. */
export function summed(all: readonly Aside[]): { n: number; last: string } | null {
	const last = all
		.map((own) => own.last_at)
		.toSorted()
		.at(-1);
	return last === undefined ? null : { n: all.reduce((sum, own) => sum + own.messages, 0), last };
}

/** Gaps in a chain, first and last number of each, as they are read: `12–15; 20`. */
export const ranges = (gaps: readonly (readonly number[])[]): string =>
	gaps
		.flatMap(([first, last = first]) =>
			first === undefined ? [] : [first === last ? number(first) : `${number(first)}–${number(last)}`],
		)
		.join("; ");
