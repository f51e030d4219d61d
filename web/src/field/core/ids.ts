/** Ids made where things happen: UUIDv7 (RFC 9562 §5.7), rising within one page even when the clock stands or steps back. */

let lastMs = 0;
let counter = 0;

export function uuidv7(nowMs: number = Date.now()): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	if (nowMs > lastMs) {
		lastMs = nowMs;
		counter = ((bytes[6] ?? 0) & 0x03) * 256 + (bytes[7] ?? 0);
	} else {
		counter += 1;
		if (counter > 0xfff) {
			lastMs += 1;
			counter = 0;
		}
	}
	for (let index = 0; index < 6; index += 1) {
		bytes[index] = Math.floor(lastMs / 2 ** (8 * (5 - index))) % 256;
	}
	bytes[6] = 0x70 | (counter >> 8);
	bytes[7] = counter & 0xff;
	bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
	const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
