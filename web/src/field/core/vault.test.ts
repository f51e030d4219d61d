import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "./bytes";
import { changePin, isPin, newVault, open, openVault, reopened, seal, WrongPin } from "./vault";

describe("storage at rest", () => {
	it("opens with its PIN and with no other", async () => {
		const { wraps, key } = await newVault("402917", null);
		const sealed = await seal(key, utf8("điểm trồng"));
		const again = await openVault(wraps, "402917");
		expect(fromUtf8(await open(again, sealed))).toBe("điểm trồng");
		await expect(openVault(wraps, "402918")).rejects.toBeInstanceOf(WrongPin);
	});

	it("keeps its content under another PIN", async () => {
		const { wraps, key } = await newVault("402917", null);
		const sealed = await seal(key, utf8("x"));
		const changed = await changePin(wraps, "402917", "771203");
		await expect(openVault(changed, "402917")).rejects.toBeInstanceOf(WrongPin);
		expect(fromUtf8(await open(await openVault(changed, "771203"), sealed))).toBe("x");
	});

	it("opens under a new PIN with the key as the unit got it out", async () => {
		const raw = crypto.getRandomValues(new Uint8Array(32));
		const { wraps } = await newVault("402917", null);
		const opened = await reopened(wraps, raw, "771203");
		const sealed = await seal(opened.key, utf8("x"));
		expect(fromUtf8(await open(await openVault(opened.wraps, "771203"), sealed))).toBe("x");
	});

	it("takes no PIN that anybody would try first", () => {
		expect(["402917", "40291734"].every(isPin)).toBe(true);
		expect(["12345", "111111", "123456", "987654", "abcdef", ""].some(isPin)).toBe(false);
	});
});
