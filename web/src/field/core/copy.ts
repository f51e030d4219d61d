/** "Xuất bản sao": everything of one user as a plain ZIP (stored, not compressed), for the phone's own storage. */

import type { Bytes } from "./bytes";
import { utf8 } from "./bytes";
import type { Session } from "./session";

interface Entry {
	name: string;
	bytes: Bytes;
}

/** A ZIP of signed facts as they were captured and of original photos. */
export async function copyOf(session: Session): Promise<Blob> {
	const items = await session.items();
	const facts = await Promise.all(
		items.map(async (item) => ({
			n: item.n,
			at: new Date(item.at).toISOString(),
			receipt: item.receipt,
			...(await session.captured(item)),
		})),
	);
	const entries: Entry[] = [{ name: "facts.json", bytes: utf8(JSON.stringify(facts, null, 1)) }];
	for (const item of items) {
		const bytes = item.original ? await session.photo(item.original.photo) : null;
		if (bytes && item.original) {
			entries.push({ name: `photos/${item.original.photo}.jpg`, bytes: new Uint8Array(bytes) });
		}
	}
	return zip(entries);
}

const TABLE = Array.from({ length: 256 }, (_, index) => {
	let value = index;
	for (let bit = 0; bit < 8; bit += 1) {
		value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
	}
	return value >>> 0;
});

export function crc32(bytes: Bytes): number {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
	}
	return (crc ^ 0xffffffff) >>> 0;
}

/** 1 January 1980, the first day that ZIP knows: the facts tell their own times. */
const DOS_DAY = 0x21;
const UTF8_NAMES = 0x0800;

function header(entry: Entry, crc: number, isCentral: boolean, offset: number): Bytes {
	const name = utf8(entry.name);
	const head = new Uint8Array((isCentral ? 46 : 30) + name.length);
	const view = new DataView(head.buffer);
	let at = 0;
	const u16 = (value: number): void => {
		view.setUint16(at, value, true);
		at += 2;
	};
	const u32 = (value: number): void => {
		view.setUint32(at, value, true);
		at += 4;
	};
	u32(isCentral ? 0x02014b50 : 0x04034b50);
	if (isCentral) {
		u16(20);
	}
	for (const value of [20, UTF8_NAMES, 0, 0, DOS_DAY]) {
		u16(value);
	}
	for (const value of [crc, entry.bytes.length, entry.bytes.length]) {
		u32(value);
	}
	u16(name.length);
	u16(0);
	if (isCentral) {
		for (const value of [0, 0, 0]) {
			u16(value);
		}
		u32(0);
		u32(offset);
	}
	head.set(name, at);
	return head;
}

export function zip(entries: readonly Entry[]): Blob {
	const parts: Bytes[] = [];
	const directory: Bytes[] = [];
	let offset = 0;
	for (const entry of entries) {
		const crc = crc32(entry.bytes);
		const head = header(entry, crc, false, 0);
		directory.push(header(entry, crc, true, offset));
		parts.push(head, entry.bytes);
		offset += head.length + entry.bytes.length;
	}
	const size = directory.reduce((sum, one) => sum + one.length, 0);
	const end = new Uint8Array(22);
	const view = new DataView(end.buffer);
	view.setUint32(0, 0x06054b50, true);
	view.setUint16(8, entries.length, true);
	view.setUint16(10, entries.length, true);
	view.setUint32(12, size, true);
	view.setUint32(16, offset, true);
	return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
