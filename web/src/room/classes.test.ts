import { describe, expect, it } from "vitest";
import { daysOf, reached, yearIn, yearsTo } from "./classes";

describe("a commune's statistical year", () => {
	it("goes from the fifteenth of December to the fourteenth", () => {
		expect(daysOf(2026)).toEqual({ from: "2025-12-15", to: "2026-12-14" });
		expect(yearsTo("2026-12-14", 2)).toEqual([2026, 2025]);
		expect(yearsTo("2026-12-15", 2)).toEqual([2027, 2026]);
	});
	it("of an address is one that is offered, else the one under way", () => {
		expect(yearIn("2025", [2026, 2025])).toBe(2025);
		expect(yearIn("1999", [2026, 2025])).toBe(2026);
		expect(yearIn(undefined, [2026, 2025])).toBe(2026);
	});
	it("is told by the thresholds that it reaches, each figure by itself", () => {
		const of = { commune_plants: [500, 3000], commune_area_m2: [125, 750] };
		expect(reached({ plants: 499, area_m2: 124.99 }, of)).toEqual({ plants: null, area_m2: null });
		expect(reached({ plants: 500, area_m2: 750 }, of)).toEqual({ plants: 500, area_m2: 750 });
		expect(reached({ plants: 3000, area_m2: 0 }, of)).toEqual({ plants: 3000, area_m2: null });
	});
});
