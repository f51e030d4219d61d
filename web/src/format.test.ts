import { describe, expect, it } from "vitest";
import {
	area,
	byName,
	day,
	dayAndTime,
	duration,
	folded,
	isoDay,
	km,
	number,
	percent,
	plusDays,
	signed,
	size,
} from "./format";
import { speak } from "./i18n/dictionary.svelte";

const plain = (text: string) => text.replace(/\u00a0|\u202f/g, " ");
globalThis.document ??= { documentElement: { lang: "" } } as Document;

describe("numbers as they are written in Vietnamese", () => {
	it("have a decimal comma and dots between thousands", () => {
		expect(number(3.68, 2)).toBe("3,68");
		expect(number(1_234_567)).toBe("1.234.567");
		expect(area(58.9)).toBe("59 m²");
		expect(area(4.25)).toBe("4,3 m²");
		expect(km(3680, 2)).toBe("3,68 km");
		expect(plain(percent(0.0279))).toBe("2,8 %");
		expect([size(12), size(3_400), size(5_600_000)]).toEqual(["12 B", "3 kB", "5,6 MB"]);
	});
	it("tell a change by its sign, and nothing by none", () => {
		expect(signed(1.25)).toBe("+1,3");
		expect(signed(-0.5)).toBe("−0,5");
		expect(signed(-0.01)).toBe("0,0");
		expect(signed(0.01)).toBe("0,0");
		expect(signed(null)).toBe("–");
	});
	it("leave a gap where there is no value, never a nought", () => {
		for (const write of [number, area, km, percent, day, dayAndTime, duration]) expect(write(null)).toBe("–");
	});
});

describe("days are those of Viet Nam", () => {
	it("wherever the reader is", () => {
		expect(day("2026-03-01T18:30:00Z")).toBe("02/03/2026");
		expect(dayAndTime("2026-03-01T18:30:00Z")).toBe("02/03/2026 01:30");
		expect(day("2026-03-01")).toBe("01/03/2026");
		expect(isoDay(new Date("2026-03-01T18:30:00Z"))).toBe("2026-03-02");
		expect(plusDays("2026-02-28", 1)).toBe("2026-03-01");
	});
});

describe("names", () => {
	it("are found without tone marks", () => {
		expect(folded("Mường Khương")).toContain("muong");
		expect(folded("Đồn Ữ Ổ")).toBe("don u o");
		expect(folded("Mường".normalize("NFD"))).toBe("muong");
	});
	it("stand in the order of the Vietnamese alphabet", () => {
		expect(["Đồn", "Dìn", "Ẳng", "An", "Tổ 10", "Tổ 2"].sort(byName)).toEqual([
			"An",
			"Ẳng",
			"Dìn",
			"Đồn",
			"Tổ 2",
			"Tổ 10",
		]);
	});
});

it("English has its own forms", () => {
	speak("en");
	expect(number(1234.5, 1)).toBe("1,234.5");
	expect(day("2026-03-01T02:00:00Z")).toBe("01/03/2026");
	speak("vi");
});
