import { describe, expect, it } from "vitest";
import type { EradicationDraft, KnownPlot } from "./plots";
import { isReleased, isWaiting, stateWord } from "./standing";

const plot = (changes: Partial<KnownPlot>): KnownPlot =>
	({ state: "eradicated", missing: [], ...changes }) as KnownPlot;
const work = (changes: Partial<EradicationDraft> = {}): EradicationDraft =>
	({ samples: [], release: null, ...changes }) as EradicationDraft;

describe("a plot that was destroyed", () => {
	it("is reported as destroyed as long as it waits for somebody's word", () => {
		expect(stateWord(plot({ is_unconfirmed: true }))).toBe("state_waits");
		expect(stateWord(plot({ missing: ["minutes"] }))).toBe("state_waits");
		expect(stateWord(plot({ is_unconfirmed: false }))).toBe("state_eradicated");
	});

	it("waits too where the server says that the work goes on, since nothing of it is left", () => {
		const told = { state: "eradicating", is_unconfirmed: true };
		expect(stateWord(plot({ ...told, is_whole: true }))).toBe("state_waits");
		expect(stateWord(plot({ ...told, is_whole: false }))).toBe("state_eradicating");
	});

	it("waits for nothing before it, and nothing once it grows again", () => {
		for (const state of ["detected", "resprout", "clear", "retracted"])
			expect(isWaiting(plot({ state, is_unconfirmed: true, is_whole: true }))).toBe(false);
	});
});

describe("a scene that was to be kept", () => {
	const sample = { number: "M01", seal: "NP-0012" };

	it("is released by samples or a release of this user's work", () => {
		expect(isReleased(plot({}), work())).toBe(false);
		expect(isReleased(plot({}), work({ samples: [sample] }))).toBe(true);
		expect(
			isReleased(plot({ state: "eradicating" }), work({ release: { agency: "a", document: "1" } })),
		).toBe(true);
	});

	it("is released by another's work unless the server misses its samples", () => {
		expect(isReleased(plot({ missing: ["samples", "minutes"] }), null)).toBe(false);
		expect(isReleased(plot({ missing: ["minutes"] }), null)).toBe(true);
	});

	it("is kept again when plants grow again, and before any work", () => {
		for (const state of ["detected", "resprout"])
			expect(isReleased(plot({ state }), work({ samples: [sample] }))).toBe(false);
	});
});
