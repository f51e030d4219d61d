import { expect, it } from "vitest";
import { before, named, stepOf } from "./period.svelte";

it("a season begins in September and is not cut by the new year", () => {
	expect(named("season", "2026-11-26")).toEqual({ from: "2026-09-01", to: "2026-11-26" });
	expect(named("season", "2027-02-03")).toEqual({ from: "2026-09-01", to: "2027-02-03" });
	expect(named("last_season", "2027-02-03")).toEqual({ from: "2025-09-01", to: "2026-08-31" });
});

it("both days count", () => {
	expect(named("week", "2026-03-07")).toEqual({ from: "2026-03-01", to: "2026-03-07" });
	expect(before({ from: "2026-03-01", to: "2026-03-07" })).toEqual({ from: "2026-02-22", to: "2026-02-28" });
});

it("more than a year is shown by months", () => {
	expect(stepOf(named("last_season", "2027-02-03"))).toBe("week");
	expect(stepOf({ from: "2024-01-01", to: "2026-01-01" })).toBe("month");
});
