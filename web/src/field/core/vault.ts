/** Storage at rest: one data key a user, wrapped by the PIN and by the unit's public key, so that a forgotten PIN loses nothing. */

import type { Bytes } from "./bytes";
import { base64, fromBase64, fromUtf8, utf8 } from "./bytes";
import { canSeal, sealOnce } from "./hpke";

/** OWASP's figure for PBKDF2-HMAC-SHA256. */
const ITERATIONS = 600_000;
const AES = "AES-GCM";

export interface Sealed {
	iv: Bytes;
	data: ArrayBuffer;
}

/** The data key, wrapped twice; nothing in it is secret without the PIN or the unit's private key. */
export interface Wraps {
	salt: string;
	iterations: number;
	pin: { iv: string; key: string };
	/** The key sealed to the province (HPKE), base64; none where it was not known yet or the browser cannot seal. */
	unit: string | null;
}

export class WrongPin extends Error {}

export function isPin(text: string): boolean {
	return /^\d{6,12}$/.test(text) && !/^(\d)\1*$/.test(text) && !"0123456789876543210".includes(text);
}

async function pinKey(pin: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
	const raw = await crypto.subtle.importKey("raw", utf8(pin), "PBKDF2", false, ["deriveKey"]);
	const algorithm = { name: "PBKDF2", salt, iterations, hash: "SHA-256" };
	return crypto.subtle.deriveKey(algorithm, raw, { name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
}

async function wrapWith(key: CryptoKey, raw: ArrayBuffer): Promise<{ iv: string; key: string }> {
	const iv = crypto.getRandomValues(new Uint8Array(12));
	return { iv: base64(iv), key: base64(await crypto.subtle.encrypt({ name: AES, iv }, key, raw)) };
}

const dataKey = (raw: ArrayBuffer | Bytes): Promise<CryptoKey> =>
	crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);

/** The unit's way in: tells which device the key is of, so that it opens no other. */
export interface Unit {
	device: string;
	recipient: Bytes;
}

async function unitWrap(unit: Unit, raw: ArrayBuffer): Promise<string | null> {
	if (!(await canSeal())) {
		return null;
	}
	const plain = { purpose: "tuantra storage key 1", device: unit.device, key: base64(raw) };
	return base64(await sealOnce(unit.recipient, utf8(JSON.stringify(plain))));
}

/** A new data key under a PIN and, where it is known, the unit's key. */
export async function newVault(pin: string, unit: Unit | null): Promise<{ wraps: Wraps; key: CryptoKey }> {
	const raw = crypto.getRandomValues(new Uint8Array(32)).buffer;
	return { wraps: await wrapped(raw, pin, unit), key: await dataKey(raw) };
}

async function wrapped(raw: ArrayBuffer, pin: string, unit: Unit | null): Promise<Wraps> {
	const salt = crypto.getRandomValues(new Uint8Array(16));
	const byPin = await wrapWith(await pinKey(pin, salt, ITERATIONS), raw);
	return {
		salt: base64(salt),
		iterations: ITERATIONS,
		pin: byPin,
		unit: unit ? await unitWrap(unit, raw) : null,
	};
}

async function rawKey(wraps: Wraps, pin: string): Promise<ArrayBuffer> {
	const key = await pinKey(pin, fromBase64(wraps.salt), wraps.iterations);
	try {
		const iv = fromBase64(wraps.pin.iv);
		return await crypto.subtle.decrypt({ name: AES, iv }, key, fromBase64(wraps.pin.key));
	} catch {
		throw new WrongPin();
	}
}

/** The data key, for whoever knows the PIN. */
export async function openVault(wraps: Wraps, pin: string): Promise<CryptoKey> {
	return dataKey(await rawKey(wraps, pin));
}

/** The same data key under another PIN. */
export async function changePin(wraps: Wraps, old: string, pin: string): Promise<Wraps> {
	const changed = await wrapped(await rawKey(wraps, old), pin, null);
	return { ...changed, unit: wraps.unit };
}

/** The data key as the unit's officers opened it, under a new PIN. */
export async function reopened(
	wraps: Wraps,
	raw: Bytes,
	pin: string,
): Promise<{ wraps: Wraps; key: CryptoKey }> {
	const changed = await wrapped(raw.slice().buffer, pin, null);
	return { wraps: { ...changed, unit: wraps.unit }, key: await dataKey(raw) };
}

export async function seal(key: CryptoKey, plain: ArrayBuffer | Bytes): Promise<Sealed> {
	const iv = crypto.getRandomValues(new Uint8Array(12));
	return { iv, data: await crypto.subtle.encrypt({ name: AES, iv }, key, plain) };
}

export async function open(key: CryptoKey, sealed: Sealed): Promise<ArrayBuffer> {
	return crypto.subtle.decrypt({ name: AES, iv: sealed.iv }, key, sealed.data);
}

export async function sealJson(key: CryptoKey, value: unknown): Promise<Sealed> {
	return seal(key, utf8(JSON.stringify(value)));
}

export async function openJson<T>(key: CryptoKey, sealed: Sealed): Promise<T> {
	return JSON.parse(fromUtf8(await open(key, sealed))) as T;
}
