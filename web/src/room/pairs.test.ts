import { describe, expect, it } from "vitest";
import { SKETCH, sketch } from "./pairs";

const DEGREE_M = 111_195;
const at = (north_m: number, east_m: number) => ({
	lat: 22 + north_m / DEGREE_M,
	lon: 104 + east_m / (DEGREE_M * Math.cos((22 * Math.PI) / 180)),
});

describe("the sketch of two plots that may be one", () => {
	it("holds both at one scale, north up", () => {
		const own = sketch(at(0, 0), at(12, 0), [4, 6]);
		const [a, b] = own.points;
		expect(own.away_m).toBeCloseTo(12, 1);
		expect(own.side).toBe(0);
		expect(a?.x).toBeCloseTo(SKETCH / 2, 3);
		// The one in the north stands higher, and as far as the scale says.
		expect(((a?.y ?? 0) - (b?.y ?? 0)) * (own.wide_m / SKETCH)).toBeCloseTo(12, 1);
		expect((b?.r ?? 0) * (own.wide_m / SKETCH)).toBeCloseTo(6, 6);
		for (const point of own.points) {
			expect(point.y - point.r).toBeGreaterThanOrEqual(0);
			expect(point.y + point.r).toBeLessThanOrEqual(SKETCH);
		}
	});
	it("stays within its square however poor the positions are, and where both are one", () => {
		const far = sketch(at(0, 0), at(-30, 40), [null, 80]);
		expect(far.side).toBe(3);
		expect(far.away_m).toBeCloseTo(50, 0);
		for (const point of far.points) expect(point.x + point.r).toBeLessThanOrEqual(SKETCH);
		const same = sketch(at(0, 0), at(0, 0), [null, null]);
		expect(same.points.map((own) => [own.x, own.y, own.r])).toEqual([
			[80, 80, 0],
			[80, 80, 0],
		]);
	});
});
