import { describe, expect, it } from "vitest";
import type { Fact, Returned } from "./plot";
import { lastWork, openReturns, returnedLast, unitOf, waits } from "./returns";

const work = (id: string, corrected_by: string | null = null, org = "a") =>
	({ id, kind: "eradication", corrected_by, org, said: {} }) as unknown as Fact;
const plot = (state: "detected" | "verified" | "eradicating" | "eradicated" | "clear", timeline: Fact[]) => ({
	state,
	version: 3,
	timeline,
	approved: false,
	handling_org: "h",
});

describe("what waits for a desk", () => {
	it("is the last work that nothing took the place of, until it is approved", () => {
		const list = [work("one", "two"), work("two"), { ...work("x"), kind: "approval" }];
		expect(lastWork(list)?.id).toBe("two");
		expect(waits(plot("eradicated", list))).toEqual({ eradication: "two" });
		expect(waits(plot("eradicating", list))).toEqual({ eradication: "two" });
		expect(waits({ ...plot("eradicated", list), approved: true })).toBeNull();
		expect(waits(plot("clear", list))).toBeNull();
	});
	it("is the version of the recording as long as nobody has verified it", () => {
		expect(waits(plot("detected", []))).toEqual({ version: 3 });
		expect(waits(plot("verified", []))).toBeNull();
	});
	it("is its author's: the unit of the work, or the one that handles the plot", () => {
		const own = plot("eradicated", [work("two", null, "b")]);
		expect(unitOf(own, { eradication: "two" })).toBe("b");
		expect(unitOf(own, { eradication: "gone" })).toBeNull();
		expect(unitOf(own, { version: 3 })).toBe("h");
	});
});

describe("what was sent back", () => {
	it("is told until somebody answers, the latest first", () => {
		const one = (id: string, ended_by: string | null) => ({ id, ended_by }) as Returned;
		const list = [one("a", null), one("b", "reply"), one("c", null)];
		expect(openReturns({ returns: list }).map(({ id }) => id)).toEqual(["c", "a"]);
		expect(openReturns({})).toEqual([]);
	});
	it("stands in a queue below what can be decided on, each in its order", () => {
		const list = ["a!", "b", "c!", "d"];
		expect(returnedLast(list, (one) => one.endsWith("!"))).toEqual(["b", "d", "a!", "c!"]);
	});
});
