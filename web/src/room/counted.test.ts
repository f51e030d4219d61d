import { expect, it } from "vitest";
import { type Counted, listOf, plotsOf } from "./counted";

const days = { from: "2026-01-01", to: "2026-02-01" };

it("a screen that came from a number lists what the ledger counts", () => {
	expect(listOf({ commune: "02647", state: "verified" }, "plot", days)).toBeNull();
	expect(listOf({ of: "open", commune: "02647", crop: "cannabis", sort: "when" }, "plot", days)).toBe(
		"/api/v1/ledger?by=plot&of=open&commune=02647&crop=cannabis&from=2026-01-01&to=2026-02-01&limit=200",
	);
	expect(listOf({ of: "in_incident", outside: "true" }, "incident", days)).toBe(
		"/api/v1/ledger?by=incident&of=in_incident&outside=true&from=2026-01-01&to=2026-02-01&limit=200",
	);
});

it("rows become plots with the figures that count; unknown plants are no zero", () => {
	const listed = {
		state: "verified" as const,
		crop: "opium_poppy",
		detected_at: "2026-01-05T08:00:00+07:00",
		commune: null,
		commune_name: null,
		position: [104.3, 22.4] as [number, number],
		photos: 3,
	};
	const page: Counted = {
		rows: [
			{ key: "a", plots: 1, claimed: { plants: 0, plants_unknown: 1, area_m2: 64 }, listed },
			{
				key: "b",
				plots: 1,
				claimed: { plants: 9, plants_unknown: 0, area_m2: 4 },
				listed: { ...listed, commune: "02647", commune_name: "Nậm Tin" },
			},
		],
		total: { plots: 2 },
		next: null,
	};
	const { features, total } = plotsOf(page);
	expect(total).toBe(2);
	expect(features.map((own) => own.geometry.coordinates)).toEqual([
		[104.3, 22.4],
		[104.3, 22.4],
	]);
	expect(features.map((own) => own.properties.plants)).toEqual([null, 9]);
	expect(features[0]?.properties).toMatchObject({ area_m2: 64, commune: null, photos: 3 });
	expect(features[1]?.properties.commune).toEqual({ code: "02647", name: "Nậm Tin" });
});
