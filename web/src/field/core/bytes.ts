/** Bytes as text and back. */

/** Bytes that are no view of shared memory, as WebCrypto and Blob take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
	return new TextEncoder().encode(text) as Bytes;
}

export function fromUtf8(bytes: ArrayBuffer | Bytes): string {
	return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

export function base64(bytes: ArrayBuffer | Bytes): string {
	const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
	let text = "";
	for (const byte of view) {
		text += String.fromCharCode(byte);
	}
	return btoa(text);
}

export function fromBase64(text: string): Bytes {
	const plain = atob(text);
	const bytes = new Uint8Array(plain.length);
	for (let index = 0; index < plain.length; index += 1) {
		bytes[index] = plain.charCodeAt(index);
	}
	return bytes;
}

export function base64url(bytes: ArrayBuffer | Bytes): string {
	return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function hex(bytes: ArrayBuffer | Bytes): string {
	const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
	return [...view].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function sha256(bytes: ArrayBuffer | Bytes): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
