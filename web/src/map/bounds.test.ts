import { describe, expect, it } from "vitest";
import { boundsOf, circle, middleOf } from "./bounds";

const horseshoe = {
	type: "Polygon" as const,
	coordinates: [
		[
			[0, 0],
			[10, 0],
			[10, 10],
			[8, 10],
			[8, 2],
			[2, 2],
			[2, 10],
			[0, 10],
			[0, 0],
		],
	],
};

describe("a place's box", () => {
	it("holds every corner of every part", () => {
		expect(boundsOf([horseshoe, { type: "Point", coordinates: [-1, 4] }, null])).toEqual([-1, 0, 10, 10]);
		expect(boundsOf([])).toBeNull();
	});
});

describe("where a name is written", () => {
	it("lies within the polygon, even where its middle does not", () => {
		const [lon = 0, lat = 0] = middleOf(horseshoe) ?? [];
		expect(lon < 2 || lon > 8).toBe(true);
		expect(lat).toBeGreaterThan(2);
	});
	it("is in the widest part of several", () => {
		const small = [
			[
				[20, 0],
				[21, 0],
				[21, 9],
				[20, 9],
				[20, 0],
			],
		];
		const [lon = 0] = middleOf({ type: "MultiPolygon", coordinates: [small, horseshoe.coordinates] }) ?? [];
		expect(lon).toBeLessThan(10);
	});
});

describe("a circle around a place", () => {
	it("is as wide as it is said to be, to the north and to the east alike", () => {
		const ring = circle({ type: "Point", coordinates: [104.3, 22.4] }, 10);
		const [west, south, east, north] = boundsOf([ring]) ?? [0, 0, 0, 0];
		// A degree of latitude is 111.2 km on the sphere; one of longitude at 22.4° north is 102.8 km.
		expect((north - south) * 111_195).toBeCloseTo(20, 3);
		expect((east - west) * 102_805).toBeCloseTo(20, 2);
		expect(ring.coordinates[0]?.at(-1)).toEqual(ring.coordinates[0]?.[0]);
	});
});
