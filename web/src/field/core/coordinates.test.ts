import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nearestFirst, readCoordinates } from "./coordinates";
import { distanceM } from "./geo";

// Made by PROJ; the server's reader is held against the same file.
const SHARED = JSON.parse(readFileSync("../fixtures/coordinates/texts.json", "utf8")) as {
	texts: { text: string; epsg: number; lon: number; lat: number }[];
};

const near = (text: string, crs: string, lon: number, lat: number): number => {
	const found = readCoordinates(text).find((one) => one.crs === crs);
	return found ? distanceM(found, { lon, lat }) : Number.POSITIVE_INFINITY;
};

describe("typed coordinates", () => {
	// PROJ 9.5.1, tmerc with the seven parameters of "VN-2000 to WGS 84 (2)".
	it.each([
		["2478901.234 412345.678", "VN-2000 104°45′ (3°)", 103.900537064, 22.40633273],
		["2530000 500000", "VN-2000 105°30′ (3°)", 105.50190808, 22.870038444],
		["X = 2456789,1 Y = 398765,4", "VN-2000 105°00′ (6°)", 104.019701795, 22.212561693],
		["567890.12; 2470000.5", "VN-2000 103°00′ (3°)", 103.660938541, 22.326850986],
		["2478.901234 412.345678", "VN-2000 104°45′ (3°)", 103.900537064, 22.40633273],
	])("reads VN-2000 %s as PROJ does, within a millimetre", (text, crs, lon, lat) => {
		expect(near(text, crs, lon, lat)).toBeLessThan(0.001);
	});

	it.each([
		"N22 30.600 E103 57.000",
		"22°30′36″B, 103°57′00″Đ",
		"22.51, 103.95",
		"103.95, 22.51",
		"22,51 103,95",
		"VĐ 22°30'36\" KĐ 103°57'0\"",
		"E 103.95 N 22.51",
	])("reads %s", (text) => {
		expect(near(text, "WGS84", 103.95, 22.51)).toBeLessThan(0.02);
	});

	it.each(SHARED.texts)("reads $text where the server reads it", ({ text, lon, lat }) => {
		const off = readCoordinates(text).map((one) => distanceM(one, { lon, lat }));
		expect(Math.min(...off)).toBeLessThan(0.02);
	});

	it("tells every zone that fits and chooses none", () => {
		expect(readCoordinates("2478901 512345").map((one) => one.crs).length).toBeGreaterThan(1);
	});

	it("puts the zone first whose place is nearest, and one in a commune of the phone before it", () => {
		const found = readCoordinates("2478901 512345");
		for (const one of found) {
			expect(nearestFirst(found, [], one)[0]).toBe(one);
		}
		const [here, other] = [found[0], found.at(-1)];
		if (!here || !other) {
			throw new Error("two zones fit");
		}
		const [w, s, e, n] = [other.lon - 0.003, other.lat - 0.003, other.lon + 0.003, other.lat + 0.003];
		const ring = [
			[w, s],
			[e, s],
			[e, n],
			[w, n],
			[w, s],
		];
		const commune = {
			type: "Feature" as const,
			geometry: { type: "Polygon", coordinates: [ring] },
			properties: { name: "Xã" },
		};
		expect(nearestFirst(found, [commune], here)[0]).toBe(other);
	});

	it("reads a UTM zone off a receiver as WGS84 first, and on the planes of VN-2000 as well", () => {
		const crs = readCoordinates("48Q 0419615 UTM 2487639").map((one) => one.crs);
		expect(crs[0]).toBe("WGS84 UTM 48N");
		expect(crs.length).toBeGreaterThan(1);
	});

	it("reads a square of the military grid on both systems unless the text says which", () => {
		const crs = (text: string) => readCoordinates(text).map((one) => one.crs);
		expect(crs("48Q VK 12345 67890")).toEqual(["WGS84 UTM 48N", "VN-2000 105°00′ (6°)"]);
		expect(crs("VN-2000 48QVK1234567890")).toEqual(["VN-2000 105°00′ (6°)"]);
		expect(crs("WGS84: 48QVK12346789")).toEqual(["WGS84 UTM 48N"]);
		for (const text of ["48Q AK 12345 67890", "48P VK 12345 67890", "48Q VK 1234 567890", "48Q VK 123 456"]) {
			expect(crs(text)).toEqual([]);
		}
	});

	it.each(["", "abc", "22", "22 61 0 103 0 0", "95 200", "1 2 3 4 5 6 7 8", "-22.4856, 103.9707"])(
		"does not make up a place of %s",
		(text) => {
			expect(readCoordinates(text)).toEqual([]);
		},
	);

	it("survives whatever is typed", () => {
		for (let round = 0; round < 2_000; round += 1) {
			const text = Array.from({ length: 30 }, () =>
				String.fromCharCode(32 + Math.floor(Math.random() * 400)),
			).join("");
			expect(() => readCoordinates(text)).not.toThrow();
		}
	});
});
