import { describe, expect, it } from "vitest";
import { duplicateFirst, SKETCH, sketch } from "./pairs";

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

describe("of two plots that are judged to be one", () => {
	const found = (plot: string, detected_at: string, left_out = 0) => ({ plot, detected_at, left_out });
	const closed = (...pair: [ReturnType<typeof found>, ReturnType<typeof found>]) =>
		duplicateFirst(...pair).map((own) => own.plot);
	it("keeps the one that was found first, in whatever order they come", () => {
		const [early, late] = [found("e", "2026-02-25T03:15:00Z"), found("l", "2026-02-26T03:15:00+07:00")];
		expect(closed(early, late)).toEqual(["l", "e"]);
		expect(closed(late, early)).toEqual(["l", "e"]);
	});
	it("keeps the one that sums count where both were found at once", () => {
		const at = "2026-02-25T03:15:00Z";
		const [counted, left] = [found("c", at), found("l", at, 1)];
		expect(closed(counted, left)).toEqual(["l", "c"]);
		expect(closed(left, counted)).toEqual(["l", "c"]);
	});
});
