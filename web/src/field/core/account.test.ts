import { describe, expect, it } from "vitest";
import { accountOf } from "./account";

const ID = "0199a2b4-6c1d-7e00-9f3a-4b5c6d7e8f90";

describe("the account at the shutter", () => {
	it("is an id as it was scanned, pasted or typed", () => {
		for (const text of [ID, ` ${ID}\n`, ID.toUpperCase(), ID.replace("-7e00", "- 7e00")]) {
			expect(accountOf(text)).toBe(ID);
		}
	});

	it("is nothing else that a camera or a hand may bring", () => {
		const others = [
			"",
			"can-bo-01",
			ID.slice(1),
			`${ID}0`,
			ID.replaceAll("-", ""),
			`https://tuantra.example/${ID}`,
		];
		expect(others.map(accountOf)).toEqual(others.map(() => null));
	});
});
