import { describe, expect, it } from "vitest";
import { ranges } from "./devices";

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
