import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { noteWords } from "./notes";
import { lastVisit } from "./shares";
import { vi } from "./vi";

/** The codes of notes that figures of coverage may come with, read from the server's sources. */
function codes(): string[] {
	const folder = "../src/coverage/service";
	const found = readdirSync(folder).flatMap((file) => {
		const source = readFileSync(`${folder}/${file}`, "utf8").split("#[cfg(test)]")[0] ?? "";
		return [...source.matchAll(/\bcode: "([a-z_]+)"/g)].map(([, code = ""]) => code);
	});
	return [...new Set(found)];
}

describe("a note of coverage", () => {
	it("has words of ours in both languages, whatever the server may note", () => {
		expect(codes().length).toBeGreaterThan(6);
		for (const code of codes())
			for (const book of [vi, en] as Record<string, string>[])
				expect(book[`note.${code}`], code).toBeTruthy();
	});
});

describe("a changed risk area", () => {
	it("is told with its day and the ground before and after", () => {
		const text =
			"the risk area of these days was changed on 2026-03-02, after they had begun: 4560985 m2 before, 2280573 m2 now";
		const told = noteWords({ code: "risk_area_changed", text });
		expect(told).toContain("ngày 02/03/2026");
		expect(told).toContain("456,1 ha, nay là 228,1 ha");
		expect(noteWords({ code: "risk_area_changed", text: "" })).toBe(vi["note.risk_area_changed"]);
		expect(noteWords({ code: "of_no_words", text })).toBeNull();
	});
});

describe("the last visit", () => {
	it("is a day, or a week for who sees weeks only", () => {
		// Midnight of a Monday in Viet Nam is Sunday afternoon in UTC.
		const monday = "2026-02-15T17:00:00Z";
		expect(lastVisit("full", monday)).toBe("16/02/2026");
		expect(lastVisit("coarse", monday)).toBe("tuần từ 16/02/2026");
		expect(lastVisit("coarse", null)).toBe(lastVisit("full", null));
	});
});
