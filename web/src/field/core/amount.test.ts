import { describe, expect, it } from "vitest";
import { readAmount, written } from "./amount";

const COUNT = { isWhole: true, min: 0, max: 1_000_000 };
const METRES = { isWhole: false, min: 0, max: 50_000 };

describe("a number of plants", () => {
	it.each([
		["1200", 1200],
		["1.200", 1200],
		["1 200", 1200],
		["1\u00a0200", 1200],
		["1,200", 1200],
		["12.345.678", null],
		["999.999", 999_999],
		["0", 0],
		[" 7 ", 7],
	])("typed as %j is %j", (text, value) => {
		expect(readAmount(text, COUNT).value).toBe(value);
	});

	it.each([
		["abc", "amount_bad"],
		["1.2.3", "amount_bad"],
		["1.20", "amount_whole"],
		["1,5", "amount_whole"],
		["1.", "amount_bad"],
		["01.200", "amount_whole"],
		["-3", "amount_bad"],
		["1e3", "amount_bad"],
		["2000000", "amount_range"],
	])("is none of %j, and it is said why", (text, fault) => {
		expect(readAmount(text, COUNT)).toEqual({ value: null, fault });
	});

	it("may be left out without a fault", () => {
		expect(readAmount("  ", COUNT)).toEqual({ value: null, fault: null });
	});

	it("never becomes another one on the way to its last digit", () => {
		const faults = ["1", "1.", "1.2", "1.20", "1.200"].map((text) => readAmount(text, COUNT));
		expect(faults.map(({ value }) => value)).toEqual([1, null, null, null, 1200]);
	});
});

describe("a measure", () => {
	it.each([
		["0,5", 0.5],
		["0.5", 0.5],
		["12,75", 12.75],
		["0.125", 0.125],
		["1.200,5", 1200.5],
		["1,200.5", 1200.5],
		["1 200", 1200],
		["12.345.678", null],
	])("typed as %j is %j", (text, value) => {
		expect(readAmount(text, METRES).value).toBe(value);
	});

	it("is not chosen between two readings", () => {
		expect(readAmount("1.200", METRES).fault).toBe("amount_two_ways");
		expect(readAmount("1,200", METRES)).toEqual({ value: 1.2, fault: null });
	});

	it("is refused where its marks agree with neither way", () => {
		expect(readAmount("1.20.5", METRES).fault).toBe("amount_bad");
		expect(readAmount("1.200.5", METRES).fault).toBe("amount_bad");
	});
});

it("is shown as it can be typed on", () => {
	expect([written(null), written(1200), written(0.5)]).toEqual(["", "1200", "0,5"]);
});
