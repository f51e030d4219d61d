/** What a phone says with its own key: RFC 9421 over RFC 9530 digests, each statement naming the one before (docs/evidence.md). */

import type { Bytes } from "./bytes";
import { base64, base64url, sha256, utf8 } from "./bytes";

export interface SigningKey {
	id: string;
	pair: CryptoKeyPair;
}

/** Where the chain of statements stands. */
export interface Chain {
	seq: number;
	prev: string;
}

export const FIRST: Chain = { seq: 0, prev: base64(new Uint8Array(32)) };

export interface Said {
	method: "PUT" | "POST";
	path: string;
	body: Bytes;
	/** When, by this phone's clock. */
	atMs: number;
	/** The last head that this phone keeps, `SIZE:ROOT`. */
	head?: string | null;
	nonce?: string | null;
}

export interface Signed {
	headers: Record<string, string>;
	next: Chain;
}

/** A key that cannot leave this browser. */
export async function newKey(): Promise<SigningKey> {
	const algorithm = { name: "ECDSA", namedCurve: "P-256" };
	const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
	return { id: await thumbprint(pair.publicKey), pair };
}

export async function publicJwk(key: SigningKey): Promise<JsonWebKey> {
	const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", key.pair.publicKey);
	return { kty, crv, x, y } as JsonWebKey;
}

/** RFC 7638. */
async function thumbprint(key: CryptoKey): Promise<string> {
	const { crv, kty, x, y } = await crypto.subtle.exportKey("jwk", key);
	return base64url(await sha256(utf8(JSON.stringify({ crv, kty, x, y }))));
}

export async function sign(key: SigningKey, chain: Chain, said: Said): Promise<Signed> {
	const digest = `sha-256=:${base64(await sha256(said.body))}:`;
	const head = said.head ? `, head="${said.head}"` : "";
	const nonce = said.nonce ? `, nonce="${said.nonce}"` : "";
	const capture = `seq=${chain.seq}, prev=:${chain.prev}:${head}${nonce}`;
	const input =
		'("@method" "@path" "content-digest" "tuantra-capture");' +
		`created=${Math.floor(said.atMs / 1000)};keyid="${key.id}";alg="ecdsa-p256-sha256";tag="tuantra-capture"`;
	const base = [
		`"@method": ${said.method}`,
		`"@path": ${said.path}`,
		`"content-digest": ${digest}`,
		`"tuantra-capture": ${capture}`,
		`"@signature-params": ${input}`,
	].join("\n");
	const algorithm = { name: "ECDSA", hash: "SHA-256" };
	const signature = await crypto.subtle.sign(algorithm, key.pair.privateKey, utf8(base));
	return {
		headers: {
			"content-digest": digest,
			"tuantra-capture": capture,
			"signature-input": `own=${input}`,
			signature: `own=:${base64(signature)}:`,
		},
		next: { seq: chain.seq + 1, prev: base64(await sha256(utf8(base))) },
	};
}
