// Classes of what maps colour: fixed, so that a colour means the same in every week and for every reader.
import { number } from "../format";

export interface Scale {
	/** Lower ends of the classes, the first one first. */
	from: readonly number[];
	colours: readonly string[];
	/** How an end is written. */
	write: (end: number) => string;
}

/** Shares of a risk area. With a view of 50 m, a quarter of the ground is already a great deal of walking. */
export const COVERAGE: Scale = {
	from: [0, 0.01, 0.05, 0.1, 0.25],
	colours: ["#eaf3ee", "#b7dccf", "#73bdb0", "#2f8a8c", "#12505f"],
	write: (end) => number(end * 100),
};

/** Plots per km walked. */
export const RATE: Scale = {
	from: [0, 0.02, 0.05, 0.1, 0.25],
	colours: ["#fdf0c4", "#f8c46a", "#e88a3c", "#b8483a", "#5c1a3c"],
	write: (end) => number(end, 2),
};

/** Kilometres walked in a cell. */
export const EFFORT: Scale = {
	from: [0, 1, 3, 10, 30],
	colours: COVERAGE.colours,
	write: (end) => number(end),
};

/** The class of a value; none for no value. */
export function classOf(scale: Scale, value: number | null | undefined): number | null {
	if (value === null || value === undefined) return null;
	let found = 0;
	for (const [at, from] of scale.from.entries()) if (value >= from) found = at;
	return found;
}

/** What the legend says of a class. */
export function rangeOf(scale: Scale, at: number, words: { below: string; from: string }): string {
	const low = scale.from[at] ?? 0;
	const high = scale.from[at + 1];
	if (high === undefined) return `${words.from} ${scale.write(low)}`;
	if (at === 0) return `${words.below} ${scale.write(high)}`;
	return `${scale.write(low)} – ${scale.write(high)}`;
}
