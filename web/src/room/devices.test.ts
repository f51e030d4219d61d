import { describe, expect, it } from "vitest";
import { ranges, setAside, summed } from "./devices";

describe("fixes that were set aside", () => {
	it("are told apart by whether the clock is why, with the sum and the last one", () => {
		const told = [
			{ reason: "future_time", messages: 3, last_at: "2026-03-02T02:00:01Z" },
			{ reason: "null_island", messages: 2, last_at: "2026-03-02T01:00:00Z" },
			{ reason: "no_time", messages: 4, last_at: "2026-03-01T02:00:00Z" },
		];
		const { clock, other } = setAside(told);
		expect(summed(clock)).toEqual({ n: 7, last: "2026-03-02T02:00:01Z" });
		expect(other.map((own) => own.reason)).toEqual(["null_island"]);
		expect(summed(setAside().clock)).toBeNull();
	});
});

describe("numbers that are missing", () => {
	it("are told as runs, a single one alone", () => {
		expect(
			ranges([
				[12, 15],
				[20, 20],
				[1000, 1203],
			]),
		).toBe("12–15; 20; 1.000–1.203");
		expect(ranges([])).toBe("");
	});
});
