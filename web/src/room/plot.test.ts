import { describe, expect, it } from "vitest";
import { cameAt, courseOf, type Fact, isPictured } from "./plot";

const fact = (id: string, at: string, recorded_at: string, corrected_by: string | null = null) =>
	({ id, kind: "eradication", at, recorded_at, corrected_by, said: {} }) as unknown as Fact;
const entry = (version: number, recorded_at: string) => ({ entry_id: `e${version}`, recorded_at, version });

describe("the course of a plot", () => {
	it("tells what was sent back before the correction that answered it, and work where it was done", () => {
		const own = {
			recorded_at: "2026-03-04T12:00:00Z",
			history: [entry(1, "2026-03-01T03:00:00Z"), entry(2, "2026-03-04T12:00:00Z")],
			timeline: [
				fact("returned", "2026-03-03T09:00:00+07:00", "2026-03-03T02:00:05Z"),
				// Corrected later: the old one and the new one are of one morning.
				fact("new", "2026-03-02T09:00:00+07:00", "2026-03-05T02:00:00Z"),
				fact("old", "2026-03-02T08:00:00+07:00", "2026-03-02T05:00:00Z", "new"),
			],
		};
		expect(courseOf(own).map(({ id }) => id)).toEqual(["old", "new", "returned", "e2"]);
		expect(courseOf(own).at(-1)).toMatchObject({
			version: 2,
			fact: null,
			recorded_at: "2026-03-04T12:00:00Z",
		});
		expect(cameAt(own)).toBe("2026-03-01T03:00:00Z");
	});

	it("has no step for the first version, which is the detection", () => {
		const own = {
			recorded_at: "2026-03-01T03:00:00Z",
			history: [entry(1, "2026-03-01T03:00:00Z")],
			timeline: [],
		};
		expect(courseOf(own)).toEqual([]);
	});
});

describe("a photo", () => {
	it("is pictured once its images are made, unless it shows a person or an order erased it", () => {
		const made = { derived: "made", contains_person: false };
		expect(isPictured(made)).toBe(true);
		expect(isPictured({ ...made, derived: "waiting" })).toBe(false);
		expect(isPictured({ ...made, contains_person: true })).toBe(false);
		expect(isPictured({ ...made, redacted_document: "12/QĐ-CAT" })).toBe(false);
	});
});
