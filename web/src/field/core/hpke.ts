/** Sealing to the province: HPKE (RFC 9180, base mode) with X25519, HKDF-SHA256 and AES-256-GCM, in the chunks of docs/sync.md. */

import type { Bytes } from "./bytes";
import { sha256, utf8 } from "./bytes";

const MAGIC = utf8("tuantra-bundle/1\n");
const CHUNK = 64 * 1024;
const LAST = 0x80000000;
const KEM = Uint8Array.of(0x4b, 0x45, 0x4d, 0x00, 0x20);
const SUITE = Uint8Array.of(0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x02);
const VERSION = utf8("HPKE-v1");
const NOTHING: Bytes = new Uint8Array();

export function joined(...parts: Bytes[]): Bytes {
	const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

export function u32(value: number): Bytes {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, value);
	return bytes;
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
	// WebCrypto takes no empty key; HMAC pads a short one with zeroes anyway (RFC 2104 §2).
	const raw = key.length > 0 ? key : new Uint8Array(32);
	const own = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
	return new Uint8Array(await crypto.subtle.sign("HMAC", own, data));
}

const extract = (salt: Bytes, suite: Bytes, label: string, secret: Bytes): Promise<Bytes> =>
	hmac(salt, joined(VERSION, suite, utf8(label), secret));

async function expand(
	secret: Bytes,
	suite: Bytes,
	label: string,
	info: Bytes,
	length: number,
): Promise<Bytes> {
	const labelled = joined(Uint8Array.of(0, length), VERSION, suite, utf8(label), info);
	return (await hmac(secret, joined(labelled, Uint8Array.of(1)))).slice(0, length);
}

/** The keys of one file, from the shared point (RFC 9180 §4.1, §5.1). */
async function keys(shared: Bytes, sent: Bytes, recipient: Bytes): Promise<{ key: CryptoKey; nonce: Bytes }> {
	const inner = await extract(NOTHING, KEM, "eae_prk", shared);
	const common = await expand(inner, KEM, "shared_secret", joined(sent, recipient), 32);
	const named = await extract(NOTHING, SUITE, "psk_id_hash", NOTHING);
	const info = await extract(NOTHING, SUITE, "info_hash", MAGIC);
	const context = joined(Uint8Array.of(0), named, info);
	const secret = await extract(common, SUITE, "secret", NOTHING);
	const raw = await expand(secret, SUITE, "key", context, 32);
	const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
	return { key, nonce: await expand(secret, SUITE, "base_nonce", context, 12) };
}

/** Seals a stream chunk by chunk; memory stays at a chunk and what the caller gives at once. */
export class Sealer {
	#waiting: Bytes = NOTHING;
	#sequence = 0;
	readonly parts: Bytes[] = [];

	private constructor(
		readonly key: CryptoKey,
		readonly nonce: Bytes,
	) {}

	static async begin(recipient: Bytes): Promise<Sealer> {
		const own = (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"])) as CryptoKeyPair;
		const theirs = await crypto.subtle.importKey("raw", recipient, { name: "X25519" }, false, []);
		const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, own.privateKey, 256);
		const sent = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
		const { key, nonce } = await keys(new Uint8Array(shared), sent, recipient);
		const sealer = new Sealer(key, nonce);
		const mark = (await sha256(recipient)).slice(0, 8);
		sealer.parts.push(MAGIC, mark, sent);
		return sealer;
	}

	async add(bytes: Bytes): Promise<void> {
		let rest = bytes;
		while (rest.length > 0) {
			// A full chunk waits until it is known whether it is the last one.
			if (this.#waiting.length === CHUNK) {
				await this.#flush(0);
			}
			const room = CHUNK - this.#waiting.length;
			this.#waiting = joined(this.#waiting, rest.slice(0, room));
			rest = rest.slice(room);
		}
	}

	async end(): Promise<Blob> {
		await this.#flush(LAST);
		return new Blob(this.parts, { type: "application/octet-stream" });
	}

	async #flush(mark: number): Promise<void> {
		const length = u32((this.#waiting.length + 16 + mark) >>> 0);
		const iv = this.nonce.slice();
		const view = new DataView(iv.buffer);
		// Sequences stay far below 2³², so the upper half of the 64 bits is never touched (RFC 9180 §5.2).
		view.setUint32(8, view.getUint32(8) ^ this.#sequence);
		this.#sequence += 1;
		const how = { name: "AES-GCM", iv, additionalData: length };
		const sealed = new Uint8Array(await crypto.subtle.encrypt(how, this.key, this.#waiting));
		this.parts.push(length, sealed);
		this.#waiting = NOTHING;
	}
}

/** Whether this browser can seal (X25519 in WebCrypto). */
export async function canSeal(): Promise<boolean> {
	try {
		await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
		return true;
	} catch {
		return false;
	}
}

export async function sealOnce(recipient: Bytes, plain: Bytes): Promise<Bytes> {
	const sealer = await Sealer.begin(recipient);
	await sealer.add(plain);
	return new Uint8Array(await (await sealer.end()).arrayBuffer());
}
