import { expect, it } from "vitest";
import { clockWords, readClock } from "./clock";

it("a time of day is read as people write it, of 24 hours", () => {
	for (const text of ["7:05", "07:05", "7.05", "7h05", "7H05", "7 giờ 05", "7 giờ 05 phút", "7g05", " 0705 "])
		expect(readClock(text), text).toBe("07:05");
	expect(readClock("7h")).toBe("07:00");
	expect(readClock("7 giờ")).toBe("07:00");
	expect(readClock("00:00")).toBe("00:00");
	expect(readClock("2359")).toBe("23:59");
	expect(readClock("  ")).toBe("");
});

it("what is no time of day, or half of one, is not guessed", () => {
	for (const text of [
		"24:00",
		"12:60",
		"7",
		"7:",
		"7.",
		"705",
		"07:5",
		"7:05 PM",
		"sáng",
		"-7:05",
		"07:05:30",
	])
		expect(readClock(text), text).toBeNull();
});

it("every minute of a day is read back", () => {
	for (let at = 0; at < 24 * 60; at++) {
		const own = [Math.floor(at / 60), at % 60].map((part) => String(part).padStart(2, "0"));
		expect(readClock(own.join(":"))).toBe(own.join(":"));
		expect(readClock(own.join(""))).toBe(own.join(":"));
	}
});

it("what would be accepted is a time that is read", () => {
	for (const language of ["vi", "en"] as const)
		expect(readClock(clockWords(language).slice(-5))).toBe("14:30");
});
