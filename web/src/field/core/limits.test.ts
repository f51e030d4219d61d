import { describe, expect, it } from "vitest";
import { FIRST_LIMITS, newestLimits } from "./limits";

describe("what the ledger's rules let a phone do", () => {
	const definition = { version: 3, stop_plants: 300, confirm_within_m: 80, minutes_hours: 72 };

	it("is read from the newest version, however it is told", () => {
		const read = { version: 3, stop_plants: 300, confirm_within_m: 80 };
		expect(newestLimits({ definition })).toEqual(read);
		expect(newestLimits([{ definition: { version: 2 } }, { definition }])).toEqual(read);
	});

	it("is what a province starts with where a server does not state it yet", () => {
		expect(newestLimits({ definition: { version: 2, stop_plants: 300 } })).toEqual({
			...FIRST_LIMITS,
			version: 2,
			stop_plants: 300,
		});
	});

	it("is not taken from anything else", () => {
		for (const told of [null, undefined, {}, [], { definition: null }, { definition: { stop_plants: 1 } }]) {
			expect(newestLimits(told)).toBeNull();
		}
	});
});
