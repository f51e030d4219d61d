import { describe, expect, it } from "vitest";
import { bearingDeg, crossesItself, directionOf, distanceM, ringAreaM2 } from "./geo";

// Lengths and areas by GeographicLib (pyproj.Geod, WGS84), not by this code.
const SAPA = { lon: 103.8, lat: 22.3 };

describe("geometry", () => {
	it("agrees with GeographicLib within 0.5 % on a length", () => {
		const there = { lon: 103.81, lat: 22.31 };
		expect(Math.abs(distanceM(SAPA, there) / 1512.5914 - 1)).toBeLessThan(0.005);
		expect(Math.abs(bearingDeg(SAPA, there) - 42.9367)).toBeLessThan(0.2);
		expect(directionOf(bearingDeg(SAPA, there))).toBe("ne");
	});

	it("agrees with GeographicLib within 0.1 % on the area of a field", () => {
		const ring = [
			SAPA,
			{ lon: 103.801, lat: 22.3 },
			{ lon: 103.801, lat: 22.3005 },
			{ lon: 103.8, lat: 22.3005 },
		];
		expect(Math.abs(ringAreaM2(ring) / 5705.2199 - 1)).toBeLessThan(0.001);
	});

	it("finds an edge that crosses itself", () => {
		const [a, b, c, d] = [
			SAPA,
			{ lon: 103.801, lat: 22.3 },
			{ lon: 103.801, lat: 22.301 },
			{ lon: 103.8, lat: 22.301 },
		];
		expect(crossesItself([a, b, c, d])).toBe(false);
		expect(crossesItself([a, c, b, d])).toBe(true);
	});
});
