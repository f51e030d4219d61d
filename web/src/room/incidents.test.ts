import { describe, expect, it } from "vitest";
import { eventsOf } from "./incidents";
import type { Plot } from "./plot";

const plot = (id: string, detected_at: string, timeline: object[]): Plot =>
	({ id, properties: { detected_at, plants: 40, area_m2: null, timeline } }) as unknown as Plot;

describe("what happened on the plots of an incident", () => {
	it("stands in the order of time, whatever plot it was on, and each once", () => {
		const judged = {
			id: "j",
			kind: "judgement",
			at: "2026-03-04T00:00:00Z",
			org: "o",
			corrected_by: null,
			said: {},
		};
		const told = eventsOf([
			plot("a", "2026-03-02T01:00:00Z", [
				{
					id: "e",
					kind: "eradication",
					at: "2026-03-03T09:00:00+07:00",
					org: "o",
					corrected_by: "f",
					said: { destroyed: { plants: 38, area_m2: 12 } },
				},
				judged,
			]),
			plot("b", "2026-03-03T01:00:00Z", [judged]),
		]);
		expect(told.map((own) => `${own.plot} ${own.kind}`)).toEqual([
			"a detected",
			"b detected",
			"a eradication",
			"a judgement",
		]);
		expect(told[2]).toMatchObject({ plants: 38, area_m2: 12, isVoid: true });
	});
});
