import { describe, expect, it } from "vitest";
import { readCoordinates } from "../field/core/coordinates";
import { inMinutes, plane } from "./vn2000";

describe("the plane of VN-2000", () => {
	// PROJ, as in src/geo/vn2000/tests.rs: meridian, lon, lat, east, north.
	it.each([
		[104.75, 103.9707, 22.4856, 419_615.382, 2_487_639.514],
		[104.75, 104.9127, 21.7168, 516_636.222, 2_402_318.23],
		[103, 103.456, 22.396, 546_754.889, 2_477_578.908],
		[103, 102.65, 22.45, 463_780.862, 2_483_528.842],
		[105.5, 105.33, 23.36, 482_423.748, 2_584_265.625],
	])("is PROJ's within a millimetre, meridian %d at %d, %d", (meridian, lon, lat, east, north) => {
		const own = plane(lat, lon);
		expect(own.meridian).toBe(meridian);
		expect(Math.abs(own.y_east_m - east)).toBeLessThan(0.001);
		expect(Math.abs(own.x_north_m - north)).toBeLessThan(0.001);
	});
	it("is read back by whoever types what it says", () => {
		const own = plane(22.721019, 104.292445);
		const text = `${own.x_north_m.toFixed(2)} ${own.y_east_m.toFixed(2)} KTT ${inMinutes(own.meridian)}`;
		const back = readCoordinates(text)[0];
		expect(back?.crs).toBe("VN-2000 104°45′ (3°)");
		expect(back?.lat).toBeCloseTo(22.721019, 6);
		expect(back?.lon).toBeCloseTo(104.292445, 6);
	});
	it("names meridians by degrees and minutes", () => {
		expect([103, 104.75, 105.5].map(inMinutes)).toEqual(["103°00′", "104°45′", "105°30′"]);
	});
});
