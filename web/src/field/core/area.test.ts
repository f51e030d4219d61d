import { describe, expect, it } from "vitest";
import { bedsArea, uncertaintyPct } from "./area";

describe("area", () => {
	it("sums beds by tape and by paces", () => {
		expect(bedsArea([{ shape: "rectangle", count: 1, length: 5, width: 3 }], null)).toEqual({ area_m2: 15 });
		const paced = bedsArea([{ shape: "rectangle", count: 2, length: 10, width: 5 }], 0.7);
		expect("area_m2" in paced && paced.area_m2).toBeCloseTo(49, 9);
		expect(bedsArea([{ shape: "triangle", count: 1, a: 3, b: 4, c: 5 }], null)).toEqual({ area_m2: 6 });
	});

	it("names what is wrong with a bed", () => {
		expect(bedsArea([{ shape: "triangle", count: 1, a: 1, b: 1, c: 9 }], null)).toEqual({
			fault: "bed_triangle",
			index: 0,
		});
		expect(bedsArea([{ shape: "rectangle", count: 1, length: 0, width: 3 }], null)).toEqual({
			fault: "bed_side",
			index: 0,
		});
		expect(bedsArea([], null)).toEqual({ fault: "bed_total", index: 0 });
	});

	it("gives the error of a walked edge as the simulation of the server has it", () => {
		expect(uncertaintyPct("gnss_polygon", 45, 4)).toBeCloseTo(92, 6);
		expect(uncertaintyPct("gnss_polygon", 10_000, 8)).toBeCloseTo(12, 6);
		expect(uncertaintyPct("gnss_polygon", 40_000, 8)).toBeCloseTo(6, 6);
		expect(uncertaintyPct("tape", 15, null)).toBe(5);
	});
});
