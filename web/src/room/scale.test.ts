import { expect, it } from "vitest";
import { COVERAGE, classOf, RATE, rangeOf } from "./scale";

const words = { below: "dưới", from: "từ" };

it("an end belongs to the class that begins there", () => {
	expect([0, 0.0099, 0.01, 0.2499, 0.25, 1].map((share) => classOf(COVERAGE, share))).toEqual([
		0, 0, 1, 3, 4, 4,
	]);
	expect(classOf(COVERAGE, null)).toBeNull();
});

it("the legend says the ends that the colours have", () => {
	expect(COVERAGE.from.map((_, at) => rangeOf(COVERAGE, at, words))).toEqual([
		"dưới 1",
		"1 – 5",
		"5 – 10",
		"10 – 25",
		"từ 25",
	]);
	expect(rangeOf(RATE, 1, words)).toBe("0,02 – 0,05");
	for (const scale of [COVERAGE, RATE]) expect(scale.colours).toHaveLength(scale.from.length);
});
