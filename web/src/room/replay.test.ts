import { expect, it } from "vitest";
import { breaks, walked } from "./replay";

const legs = [
	[
		[104, 22],
		[104.01, 22],
	],
	[
		[104.03, 22],
		[104.04, 22],
	],
];

it("half of the way ends with the first of two equal legs: the gap between them has no length", () => {
	const half = walked(legs, 0.5);
	expect(half.at(-1)?.at(-1)?.[0]).toBeCloseTo(104.01, 6);
	const more = walked(legs, 0.75);
	expect(more).toHaveLength(2);
	expect(more[1]?.at(-1)?.[0]).toBeCloseTo(104.035, 6);
});

it("the whole way is what was recorded", () => {
	expect(walked(legs, 1).flat()).toHaveLength(4);
	expect(walked([], 0.5)).toEqual([]);
});

const BETWEEN_M = 2062;

it("a gap goes from the end of a leg to the beginning of the next", () => {
	expect(breaks(legs, [{ metres: BETWEEN_M }])).toEqual([
		[
			[104.01, 22],
			[104.03, 22],
		],
	]);
});

it("what lies between two legs is no gap unless the record has one as long", () => {
	expect(breaks(legs, [])).toEqual([]);
	expect(breaks(legs, [{ metres: 300 }])).toEqual([]);
	// A gap is drawn once.
	expect(breaks([...legs, ...legs], [{ metres: BETWEEN_M }])).toHaveLength(1);
});
