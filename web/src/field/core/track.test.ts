import { describe, expect, it } from "vitest";
import { distanceM } from "./geo";
import type { Fix } from "./track";
import { averaged, emptyWalk, freshFix, qualityOf, take, wayBack } from "./track";

function fix(second: number, lon: number, accuracy_m = 5): Fix {
	const t = new Date(Date.UTC(2026, 2, 1) + second * 1000).toISOString();
	return { t, lon, lat: 22.3, accuracy_m, altitude_m: null, speed_mps: null, bearing_deg: null };
}

describe("a walk", () => {
	it("is as long as its legs", () => {
		const walk = emptyWalk();
		const fixes = Array.from({ length: 60 }, (_, index) => fix(index * 10, 103.8 + index * 0.0001));
		for (const one of fixes) {
			take(walk, one, false);
		}
		const straight = distanceM(fixes[0] as Fix, fixes[59] as Fix);
		expect(walk.fixes).toBe(60);
		expect(walk.legs).toHaveLength(1);
		expect(Math.abs(walk.lengthM / straight - 1)).toBeLessThan(0.001);
	});

	it("draws no line over a gap", () => {
		const walk = emptyWalk();
		take(walk, fix(0, 103.8), false);
		take(walk, fix(10, 103.8001), false);
		take(walk, fix(20, 103.8002), true);
		take(walk, fix(900, 103.8003), false);
		expect(walk.legs.map((leg) => leg.fixes.length)).toEqual([2, 1, 1]);
		expect(walk.gaps.map((gap) => gap.seconds)).toEqual([10, 880]);
	});

	it("keeps a rough reading without walking to it", () => {
		const walk = emptyWalk();
		take(walk, fix(0, 103.8), false);
		take(walk, fix(10, 103.9, 900), false);
		expect([walk.fixes, walk.lengthM, walk.gaps.length]).toEqual([2, 0, 0]);
	});
});

describe("a pause", () => {
	it("is a gap also where the first reading after it is a rough one", () => {
		const walk = emptyWalk();
		take(walk, fix(0, 103.8), false);
		take(walk, fix(10, 103.8001), false);
		take(walk, fix(60, 103.8004, 150), true);
		take(walk, fix(70, 103.8005), false);
		take(walk, fix(80, 103.8006), false);
		expect(walk.legs.map((leg) => leg.fixes.length)).toEqual([2, 2]);
		expect(walk.gaps.map((gap) => gap.seconds)).toEqual([60]);
	});
});

describe("where a phone is", () => {
	it("is told by no reading older than a minute", () => {
		const at = Date.parse(fix(0, 103.8).t);
		expect(freshFix(fix(0, 103.8), at + 60_000)).not.toBeNull();
		expect(freshFix(fix(0, 103.8), at + 60_001)).toBeNull();
		expect(freshFix(fix(0, 103.8), at - 5_000)).not.toBeNull();
		expect(freshFix(null, at)).toBeNull();
	});
});

describe("the way back", () => {
	const way = Array.from({ length: 21 }, (_, index) => fix(index * 10, 103.8 + index * 0.0002));
	const at = (index: number) => way[index] as Fix;

	it("leads point by point to the start, however often the way came by here", () => {
		const goal = wayBack(way, at(20));
		expect(goal).toBe(at(18));
		const turned = [...way, at(19), at(18), at(17)];
		expect(wayBack(turned, at(17))).toBe(at(15));
		const loop = [...way, ...way.toReversed(), ...way];
		expect(wayBack(loop, at(10))).toBe(at(8));
	});

	it("ends at the start, and leads whoever strayed to the nearest point", () => {
		expect(wayBack(way, at(1))).toBeNull();
		expect(wayBack(way, { lon: at(12).lon, lat: 22.302 })).toBe(at(12));
		expect(wayBack([], at(0))).toBeNull();
	});
});

describe("positions", () => {
	it("are averaged by their accuracy, without a promise of more than twice the best", () => {
		const mean = averaged([fix(0, 103.8, 4), fix(1, 103.8004, 8)]);
		expect(mean?.lon).toBeCloseTo(103.80008, 7);
		expect(mean?.accuracy_m).toBe(2);
		expect(averaged([])).toBeNull();
	});

	it("are told in words", () => {
		expect([qualityOf(9.9), qualityOf(10), qualityOf(25), qualityOf(null)]).toEqual([
			"good",
			"fair",
			"weak",
			"none",
		]);
	});
});
