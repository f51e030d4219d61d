import { describe, expect, it } from "vitest";
import {
	between,
	closesOn,
	drawable,
	figureOf,
	groupingOf,
	lasting,
	missed,
	orderOf,
	type RevisitTexts,
	readRevisit,
	seasonOf,
	seasons,
} from "./ledger";

const sum = (area_m2: number) => ({ plots: 1, plants: 0, plants_unknown: 0, area_m2, weight_kg: 0 });
const parts = (claimed: number, verified = 0, eradicated = 0) => ({
	claimed: sum(claimed),
	verified: sum(verified),
	eradicated: sum(eradicated),
});

it("an address cannot order a table by a column that is not to be ordered by", () => {
	const columns = [{ key: "name", order: () => "" }, { key: "plots" }, { key: "rate", order: () => 0 }];
	expect(orderOf(columns, { sort: "rate", down: "1" })).toEqual({ key: "rate", down: true });
	for (const query of [{}, { sort: "plots", down: "1" }, { sort: "nothing" }])
		expect(orderOf(columns, query as Record<string, string>)).toEqual({ key: "name", down: false });
	expect(orderOf(columns, { sort: "name", down: "1" })).toEqual({ key: "name", down: true });
});

it("the truth lies between the sum less what may count twice and the sum with what is left out", () => {
	const figures = { ...parts(264, 200, 64), in_dispute: parts(66), perhaps_twice: parts(64, 0, 64) };
	expect(between(figures, "claimed")).toEqual([200, 330]);
	expect(between(figures, "eradicated")).toEqual([0, 64]);
	expect(between(figures, "verified")).toBeNull();
});

it("what is not destroyed in full stands, or was gone before anybody came", () => {
	expect(missed({ plots: 6, full_plots: 3, gone_plots: 1 })).toEqual({ standing: 2, gone: 1 });
	expect(missed({ plots: 3, full_plots: 3, gone_plots: 0 })).toEqual({ standing: 0, gone: 0 });
});

it("hours are said as people say them", () => {
	const units = { day: "ngày", hour: "giờ", minute: "phút" };
	expect(lasting(0.2, units)).toBe("12 phút");
	expect(lasting(46.75, units)).toBe("46 giờ 45 phút");
	expect(lasting(24, units)).toBe("24 giờ");
	expect(lasting(23.9999, units)).toBe("24 giờ");
	expect(lasting(90, units)).toBe("3,8 ngày");
	expect(lasting(9282.38, units)).toBe("387 ngày");
	expect(lasting(null, units)).toBe("–");
});

it("a season begins with September", () => {
	expect(seasonOf("2026-08-31")).toBe("2025-2026");
	expect(seasonOf("2026-09-01")).toBe("2026-2027");
	expect(seasons("2027-02-01", 2)).toEqual(["2026-2027", "2025-2026"]);
});

it("only years that have closed are drawn, and each once", () => {
	expect(drawable("2026-12-14", [2025], 3)).toEqual([2024, 2023]);
	expect(drawable("2026-12-15", [2025], 3)).toEqual([2026, 2024]);
	expect(closesOn("2026-12-14")).toBe("2026-12-15");
});

it("an address that says something else is read as the first", () => {
	expect(groupingOf("plants")).toBe("commune");
	expect(groupingOf("org")).toBe("org");
	expect(figureOf("toString")).toBeNull();
	expect(figureOf("cohort_open")).toBe("cohort_open");
});

describe("what a second visit found", () => {
	const as = { id: "01900000-0000-7000-8000-000000000001", period: 2026 };
	const typed = (own: Partial<RevisitTexts>): RevisitTexts => ({
		...{ day: "2026-12-20", time: "09:30", area: "12,5", method: "tape", plants: "", notes: "" },
		...own,
	});
	it("goes out with what was typed, and with nothing that was not", () => {
		expect(readRevisit(typed({ notes: " còn gốc " }), as).body).toEqual({
			...as,
			visited_at: "2026-12-20T09:30:00+07:00",
			found_m2: 12.5,
			area_method: "tape",
			notes: "còn gốc",
		});
		expect(readRevisit(typed({ plants: "1.200" }), as).body?.plants).toBe(1200);
	});
	it("may be nothing at all: then nothing was measured either", () => {
		const { body } = readRevisit(typed({ area: "0", method: "" }), as);
		expect(body).toEqual({ ...as, visited_at: "2026-12-20T09:30:00+07:00", found_m2: 0 });
	});
	it("is not sent while something is missing or has two readings", () => {
		expect(readRevisit(typed({ day: "", time: "", area: "", method: "" }), as).faults).toEqual({
			...{ day: "need_day", time: "need_time", area: "need_area" },
		});
		expect(readRevisit(typed({ method: "" }), as).faults).toEqual({ method: "need_method" });
		expect(readRevisit(typed({ area: "1.200", plants: "3,5" }), as).faults).toEqual({
			...{ area: "amount_two_ways", plants: "amount_whole" },
		});
		expect(readRevisit(typed({ area: "50001" }), as).faults).toEqual({ area: "amount_range" });
	});
});
