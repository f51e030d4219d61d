import { describe, expect, it } from "vitest";
import { isDue, isUndecided } from "./questions";
import { drawn, SIDE } from "./walks";

describe("a question", () => {
	const answer_by = "2026-03-08T00:00:00.000Z";
	const before = Date.parse("2026-03-07T23:59:59.999Z");

	it("is decided once the unit has answered, or its days are over", () => {
		expect(isDue({ state: "open", answer_by }, before)).toBe(false);
		expect(isDue({ state: "answered", answer_by }, before)).toBe(true);
		expect(isDue({ state: "open", answer_by }, Date.parse(answer_by))).toBe(true);
		expect(isDue({ state: "upheld", answer_by }, Date.parse(answer_by))).toBe(false);
	});

	it("waits for somebody until it is decided", () => {
		const states = ["open", "answered", "cleared", "upheld"] as const;
		expect(states.filter((state) => isUndecided({ state }))).toEqual(["open", "answered"]);
	});
});

describe("tracks drawn over each other", () => {
	const walk = [
		[104.3, 22.4],
		[104.31, 22.4],
	];

	it("keep one scale, north up", () => {
		const moved = walk.map(([x = 0, y = 0]) => [x, y + 0.001]);
		const own = drawn([[walk], [moved]]);
		const heights = own?.paths.map((path) => Number(path.split(/[ L]/)[1]));
		expect(heights?.[0]).toBeGreaterThan(heights?.[1] ?? SIDE);
		// 0.01° of longitude at 22.4° N is 1,028 m; the margin on both sides is a tenth more.
		expect(own?.wide_m).toBeGreaterThan(1_028);
		expect(own?.wide_m).toBeLessThan(1_150);
	});

	it("are nothing where positions are missing", () => {
		expect(drawn([[], []])).toBeNull();
		expect(drawn([[[]]])).toBeNull();
	});

	it("stay inside the drawing, whatever their shape", () => {
		const steep = [
			[104.3, 22.4],
			[104.3001, 22.9],
		];
		const numbers = drawn([[steep]])
			?.paths.join(" ")
			.match(/[\d.]+/g);
		for (const number of numbers ?? []) {
			expect(Number(number)).toBeGreaterThanOrEqual(0);
			expect(Number(number)).toBeLessThanOrEqual(SIDE);
		}
	});
});
