import { describe, expect, it } from "vitest";
import { communeAt, isWithin, middleOf } from "./within";

const square = (west: number, south: number, side: number): [number, number][] => [
	[west, south],
	[west + side, south],
	[west + side, south + side],
	[west, south + side],
	[west, south],
];
const at = (lon: number, lat: number) => ({ lon, lat });

describe("a place", () => {
	const holed = { type: "Polygon", coordinates: [square(104, 22, 1), square(104.4, 22.4, 0.2)] };
	const two = { type: "MultiPolygon", coordinates: [[square(105, 22, 1)], [square(107, 22, 1)]] };

	it("lies in a polygon but not in its hole, and in one part of several", () => {
		expect(
			[at(104.1, 22.1), at(104.5, 22.5), at(103.9, 22.5), at(104.5, 23.1)].map((own) => isWithin(holed, own)),
		).toEqual([true, false, false, false]);
		expect([at(105.5, 22.5), at(106.5, 22.5), at(107.5, 22.5)].map((own) => isWithin(two, own))).toEqual([
			true,
			false,
			true,
		]);
		expect(isWithin(null, at(104, 22))).toBe(false);
	});

	it("is named by the commune in which it lies", () => {
		const communes = [
			{ type: "Feature" as const, geometry: holed, properties: { name: "Tây" } },
			{ type: "Feature" as const, geometry: two, properties: { name: "Đông" } },
		];
		expect(
			[at(104.1, 22.1), at(107.5, 22.5), at(104.5, 22.5)].map((own) => communeAt(communes, own)),
		).toEqual(["Tây", "Đông", null]);
	});
});

it("the middle of areas is that of the box around them; nothing has none", () => {
	const at = (lon: number) => ({
		type: "Feature" as const,
		geometry: {
			type: "Polygon",
			coordinates: [
				[
					[lon, 22],
					[lon + 0.2, 22],
					[lon, 22.4],
					[lon, 22],
				],
			],
		},
		properties: {},
	});
	const middle = middleOf([at(103), at(104)]);
	expect(middle?.lon).toBeCloseTo(103.6, 9);
	expect(middle?.lat).toBeCloseTo(22.2, 9);
	expect(middleOf([])).toBeNull();
});
