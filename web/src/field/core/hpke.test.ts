import { describe, expect, it } from "vitest";
import type { Bytes } from "./bytes";
import { fromUtf8, sha256, utf8 } from "./bytes";
import { canSeal, sealOnce } from "./hpke";

describe("a sealed file", () => {
	it("begins with its version and the mark of whom it is for", async () => {
		expect(await canSeal()).toBe(true);
		const pair = (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"])) as CryptoKeyPair;
		const recipient: Bytes = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
		const sealed = await sealOnce(recipient, utf8("x".repeat(150_000)));
		expect(fromUtf8(sealed.slice(0, 17))).toBe("tuantra-bundle/1\n");
		expect(sealed.slice(17, 25)).toEqual((await sha256(recipient)).slice(0, 8));
		// Three chunks, each with its length and tag; only the last is marked.
		const marks: boolean[] = [];
		const view = new DataView(sealed.buffer);
		let at = 57;
		while (at < sealed.length) {
			const length = view.getUint32(at);
			marks.push((length & 0x80000000) !== 0);
			at += 4 + (length & 0x7fffffff);
		}
		expect([marks, at]).toEqual([[false, false, true], sealed.length]);
	});
});
