import { describe, expect, it } from "vitest";
import { fromBase64, sha256, utf8 } from "./bytes";
import { FIRST, newKey, publicJwk, sign } from "./sign";

describe("a statement", () => {
	it("is an RFC 9421 signature over method, path, digest and its place in the chain", async () => {
		const key = await newKey();
		const body = utf8('{"a":1}');
		const said = {
			method: "PUT",
			path: "/api/v1/plots/x",
			body,
			atMs: 1_785_000_000_500,
			nonce: "N",
		} as const;
		const { headers, next } = await sign(key, FIRST, said);
		const input = headers["signature-input"]?.replace(/^own=/, "");
		const base =
			`"@method": PUT\n"@path": /api/v1/plots/x\n"content-digest": ${headers["content-digest"]}\n` +
			`"tuantra-capture": ${headers["tuantra-capture"]}\n"@signature-params": ${input}`;
		const signature = fromBase64(headers.signature?.slice("own=:".length, -1) ?? "");
		const how = { name: "ECDSA", hash: "SHA-256" };
		expect(await crypto.subtle.verify(how, key.pair.publicKey, signature, utf8(base))).toBe(true);
		expect(headers["tuantra-capture"]).toContain("seq=0, prev=:AAAA");
		expect(headers["tuantra-capture"]).toContain('nonce="N"');
		expect(input).toContain("created=1785000000;");
		expect(next.seq).toBe(1);
		expect(fromBase64(next.prev)).toEqual(await sha256(utf8(base)));
	});

	it("comes from a key that cannot be taken out", async () => {
		const key = await newKey();
		await expect(crypto.subtle.exportKey("jwk", key.pair.privateKey)).rejects.toThrow();
		expect(Object.keys(await publicJwk(key)).sort()).toEqual(["crv", "kty", "x", "y"]);
		expect(key.id).toHaveLength(43);
	});
});
