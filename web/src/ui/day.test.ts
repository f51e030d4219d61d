import { describe, expect, it } from "vitest";
import { faultWords, readDay, writtenDay } from "./day";

const day = (text: string) => readDay(text);

describe("a day as people write it", () => {
	it("is read day first, with any one separator, with none, or as yyyy-mm-dd", () => {
		for (const text of [
			"5/3/2026",
			"05/03/2026",
			" 05-03-2026 ",
			"5.3.2026",
			"05 03 2026",
			"05032026",
			"2026-03-05",
			"2026/3/5",
			"0５/０3/2026",
		])
			expect(day(text), text).toEqual({ day: "2026-03-05" });
		expect(day("  ")).toEqual({ day: "" });
	});
	it("is never guessed: a year cut short, mixed separators and words are refused", () => {
		for (const text of ["5.3.26", "05/03/26", "5/3/202", "050326"])
			expect(day(text), text).toEqual({ fault: "year" });
		for (const text of [
			"5/3-2026",
			"5/3",
			"5/2026",
			"532026",
			"5032026",
			"mai",
			"5/3/20261",
			"-5/3/2026",
			"2026-3",
		])
			expect(day(text), text).toEqual({ fault: text === "532026" ? "year" : "form" });
	});
	it("has to be in the calendar, leap years included", () => {
		expect(day("29/02/2024")).toEqual({ day: "2024-02-29" });
		expect(day("29/02/2000")).toEqual({ day: "2000-02-29" });
		for (const text of [
			"29/02/2026",
			"29/02/2100",
			"31/04/2026",
			"00/03/2026",
			"05/00/2026",
			"05/13/2026",
			"32/01/2026",
			"20260305",
			"20101103",
			"05/03/0026",
		])
			expect(day(text), text).toEqual({ fault: "calendar" });
	});
	it("reads each day of four years back as it is written", () => {
		for (let at = Date.UTC(2023, 11, 25); at < Date.UTC(2028, 2, 5); at += 86_400_000) {
			const own = new Date(at).toISOString().slice(0, 10);
			expect(day(writtenDay(own))).toEqual({ day: own });
			expect(day(writtenDay(own).replaceAll("/", ""))).toEqual({ day: own });
			expect(day(own)).toEqual({ day: own });
		}
	});
	it("lies within its bounds, which count themselves", () => {
		const bounds = { min: "2026-03-01", max: "2026-03-31" };
		expect(readDay("1/3/2026", bounds)).toEqual({ day: "2026-03-01" });
		expect(readDay("31/3/2026", bounds)).toEqual({ day: "2026-03-31" });
		expect(readDay("28/2/2026", bounds)).toEqual({ fault: "early" });
		expect(readDay("1/4/2026", bounds)).toEqual({ fault: "late" });
		expect(readDay("1/4/2026", { min: "", max: "" })).toEqual({ day: "2026-04-01" });
	});
});

describe("what would be accepted", () => {
	it("is said in the language shown, with the bounds as days are written", () => {
		const bounds = { min: "2026-03-01", max: "2026-03-31" };
		expect(faultWords("late", bounds, "vi")).toBe("Chỉ nhận từ 01/03/2026 đến 31/03/2026");
		expect(faultWords("early", { min: "2026-03-01" }, "en")).toBe("Accepted: 01/03/2026 or later");
		expect(faultWords("late", { max: "2026-03-31" }, "vi")).toBe("Chỉ nhận đến 31/03/2026");
		expect(faultWords("year", {}, "vi")).toMatch(/bốn chữ số/);
	});
	it("is a day that is read", () => {
		for (const fault of ["form", "year", "calendar"] as const)
			for (const language of ["vi", "en"] as const) {
				const [example = ""] = /\d\d\/\d\d\/\d{4}/.exec(faultWords(fault, {}, language)) ?? [];
				expect(day(example)).toEqual({ day: "2026-03-25" });
			}
	});
	it("stands empty where there is no day", () => {
		expect(writtenDay("")).toBe("");
		expect(writtenDay("2026-03-05T08:00:00Z")).toBe("");
	});
});
