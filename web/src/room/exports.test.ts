import { expect, it } from "vitest";
import { direct, filtersFor, formatsFor, narrowed } from "./exports";
import { nameOf } from "./file";

it("several layers go into a GeoPackage only, and areas into no waypoints", () => {
	expect(formatsFor(["plots", "patrols"])).toEqual(["gpkg"]);
	expect(formatsFor(["plots"])).toContain("gpx");
	expect(formatsFor(["risk_areas"])).not.toContain("gpx");
});

it("layers are narrowed only by what all of them have", () => {
	expect(filtersFor(["plots"])).toEqual(["commune", "days", "state"]);
	expect(filtersFor(["plots", "patrols"])).toEqual(["commune", "days"]);
	expect(filtersFor(["plots", "risk_areas"])).toEqual([]);
	expect(filtersFor([])).toEqual([]);
	const wanted = { commune: "02647", from: "2026-01-01", to: "", state: "verified" };
	expect(narrowed(["plots"], wanted)).toEqual({ commune: "02647", from: "2026-01-01", state: "verified" });
	expect(narrowed(["photos"], wanted)).toEqual({ from: "2026-01-01" });
	expect(narrowed(["risk_areas"], wanted)).toEqual({});
});

it("a file is asked for by its address", () => {
	expect(direct("plots", "csv", { commune: "02647" })).toBe("/export/plots.csv?commune=02647");
	expect(direct("communes", "fgb", {})).toBe("/export/communes.fgb");
});

it("a file keeps the name that the server gives it", () => {
	expect(nameOf('attachment; filename="plots.csv"', "x")).toBe("plots.csv");
	expect(nameOf(null, "x")).toBe("x");
});
