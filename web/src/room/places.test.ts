import type { Polygon } from "geojson";
import { describe, expect, it } from "vitest";
import { contains, finder, gpx, nearest, partOf, sideOf, weekWords, whereabouts } from "./places";

const square = (west: number, south: number, side: number): Polygon => ({
	type: "Polygon",
	coordinates: [
		[
			[west, south],
			[west + side, south],
			[west + side, south + side],
			[west, south + side],
			[west, south],
		],
	],
});
const hamlet = (name: string, lon: number, lat: number) => ({
	geometry: { type: "Point" as const, coordinates: [lon, lat] },
	properties: { code: name, name, label: "thôn" },
});

describe("where a cell lies", () => {
	it("is in the commune that holds it, and in none beyond", () => {
		const communes = [
			{ name: "Tây", geometry: square(104, 22, 0.1) },
			{ name: "Đông", geometry: square(104.1, 22, 0.1) },
		];
		const find = finder(communes);
		expect(find({ lat: 22.05, lon: 104.05 })?.name).toBe("Tây");
		expect(find({ lat: 22.05, lon: 104.15 })?.name).toBe("Đông");
		expect(find({ lat: 22.2, lon: 104.05 })).toBe(null);
		const holed = square(104, 22, 0.1);
		holed.coordinates.push(square(104.04, 22.04, 0.02).coordinates[0] ?? []);
		expect(contains(holed, { lat: 22.05, lon: 104.05 })).toBe(false);
		expect(contains(holed, { lat: 22.01, lon: 104.05 })).toBe(true);
	});
	it("is told by the side of the compass", () => {
		const from = { lat: 22, lon: 104 };
		const sides = [
			[22.1, 104],
			[22.1, 104.11],
			[22, 104.1],
			[21.9, 104.11],
			[21.9, 104],
			[21.9, 103.89],
			[22, 103.9],
			[22.1, 103.89],
		].map(([lat = 0, lon = 0]) => sideOf(from, { lat, lon }));
		expect(sides).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	});
	it("is beside the nearest hamlet, or in a part of the commune where none is known", () => {
		const hamlets = [hamlet("Lũng Ổ", 104, 22), hamlet("Séo Chải", 104.5, 22)];
		const spot = { lat: 22.01, lon: 104 };
		expect(nearest(hamlets, spot)).toMatchObject({ name: "thôn Lũng Ổ", side: 0 });
		expect(whereabouts(hamlets, null, spot)).toBe("cách thôn Lũng Ổ 1,1 km, về phía bắc");
		expect(whereabouts(hamlets, null, { lat: 22.0005, lon: 104 })).toBe("tại thôn Lũng Ổ");
		expect(whereabouts([], [104, 22, 104.3, 22.3], { lat: 22.05, lon: 104.25 })).toBe("phía đông nam xã");
		expect(partOf([104, 22, 104.3, 22.3], { lat: 22.15, lon: 104.15 })).toBe("giữa xã");
	});
	it("writes weeks as people do", () => {
		expect(weekWords("2026-W48")).toBe("48/2026");
		expect(weekWords("2027-W05")).toBe("5/2027");
		expect(weekWords("random")).toBe("random");
	});
	it("goes to handsets as waypoints whose words cannot break the file", () => {
		const text = gpx([{ lat: 22.5, lon: 104.25, name: "5ba42d", about: '<b> & "xã"' }]);
		expect(text).toContain('<wpt lat="22.500000" lon="104.250000"><name>5ba42d</name>');
		expect(text).toContain("<desc>&lt;b&gt; &amp; &quot;xã&quot;</desc>");
	});
});
