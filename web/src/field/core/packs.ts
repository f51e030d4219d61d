/**
 * Base maps that the phone takes along (PMTiles), fetched piece by piece so that a cut costs one piece. They hold public geography
 * and nothing that was recorded, so they lie unsealed in a database of their own, for every user of the phone.
 */

import type { DBSchema, IDBPDatabase } from "idb";
import { openDB } from "idb";
import type { Bounds } from "../../map/bounds";
import type { Connection } from "./server";
import { call, part } from "./server";
import { isPassing } from "./tus";

/** A pack as the server offers it. */
export interface MapPack {
	name: string;
	bytes: number;
	/** Changes with the content. */
	tag: string;
	bounds: Bounds;
	min_zoom: number;
	max_zoom: number;
	tiles: "mvt" | "png" | "jpeg" | "webp" | "avif";
}

/** A pack on the phone, and how much of it. */
export interface KeptPack extends MapPack {
	/** Bytes from the beginning on. */
	have: number;
}

interface Schema extends DBSchema {
	packs: { key: string; value: KeptPack };
	pieces: { key: [string, number]; value: { tag: string; at: number; bytes: ArrayBuffer } };
}

type Shelf = IDBPDatabase<Schema>;

/** What one request brings: small enough for a thin link to carry within a request's time. */
export const PIECE = 256 * 1024;
/** Room that stays free for photos, bytes. */
export const MARGIN = 200_000_000;

export async function openShelf(name = "tuantra-map"): Promise<Shelf> {
	return openDB<Schema>(name, 1, {
		upgrade(db) {
			db.createObjectStore("packs", { keyPath: "tag" });
			db.createObjectStore("pieces", { keyPath: ["tag", "at"] });
		},
	});
}

export const isWhole = (pack: KeptPack): boolean => pack.have >= pack.bytes;

/** Whether two boxes share ground. */
export const meet = (one: Bounds, other: Bounds): boolean =>
	one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];

/** What the province supplied; `null` where it cannot be asked. */
export async function offered(to: Connection): Promise<MapPack[] | null> {
	const answer = await call<{ packs: MapPack[] }>(to, "GET", "/api/v1/map-packs");
	return answer.kind === "ok" ? answer.value.packs : null;
}

export const kept = (shelf: Shelf): Promise<KeptPack[]> => shelf.getAll("packs");

/** `changed`: the province has another file under this name by now. */
export type Fetched = "done" | "paused" | "later" | "changed" | "refused";

/** Fetches what is missing of a pack; `progress` is told after each piece that is kept. */
export async function fetchPack(
	shelf: Shelf,
	to: Connection,
	pack: MapPack,
	progress: (pack: KeptPack) => void,
	goesOn: () => boolean,
): Promise<Fetched> {
	let own = (await shelf.get("packs", pack.tag)) ?? { ...pack, have: 0 };
	const path = `/api/v1/map-packs/${encodeURIComponent(pack.name)}`;
	while (!isWhole(own)) {
		if (!goesOn()) {
			return "paused";
		}
		const end = Math.min(own.have + PIECE, own.bytes);
		const answer = await part(to, path, own.tag, own.have, end);
		if (answer.kind === "unreachable" || (answer.kind === "refused" && isPassing(answer.status))) {
			return "later";
		}
		if (answer.kind === "refused") {
			return answer.status === 404 || answer.status === 416 ? "changed" : "refused";
		}
		if (answer.status !== 206 || answer.value.byteLength !== end - own.have) {
			return "changed";
		}
		own = await keep(shelf, own, answer.value);
		progress(own);
	}
	await dropOlder(shelf, own);
	return "done";
}

async function keep(shelf: Shelf, pack: KeptPack, bytes: ArrayBuffer): Promise<KeptPack> {
	const after = { ...pack, have: pack.have + bytes.byteLength };
	const tx = shelf.transaction(["packs", "pieces"], "readwrite");
	await Promise.all([
		tx.objectStore("pieces").put({ tag: pack.tag, at: pack.have / PIECE, bytes }),
		tx.objectStore("packs").put(after),
		tx.done,
	]);
	return after;
}

/** The map that this one takes the place of serves until this one is whole. */
async function dropOlder(shelf: Shelf, pack: KeptPack): Promise<void> {
	for (const other of await kept(shelf)) {
		if (other.name === pack.name && other.tag !== pack.tag) {
			await drop(shelf, other.tag);
		}
	}
}

export async function drop(shelf: Shelf, tag: string): Promise<void> {
	const tx = shelf.transaction(["packs", "pieces"], "readwrite");
	await Promise.all([
		tx.objectStore("packs").delete(tag),
		tx.objectStore("pieces").delete(IDBKeyRange.bound([tag, 0], [tag, Number.MAX_SAFE_INTEGER])),
		tx.done,
	]);
}

/** Bytes of a pack on the phone; fewer where it ends. */
export async function bytesOf(
	shelf: Shelf,
	tag: string,
	offset: number,
	length: number,
): Promise<ArrayBuffer> {
	const first = Math.floor(offset / PIECE);
	const last = Math.floor((offset + length - 1) / PIECE);
	const pieces = await shelf.getAll("pieces", IDBKeyRange.bound([tag, first], [tag, last]));
	const joined = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0));
	let at = 0;
	for (const { bytes } of pieces) {
		joined.set(new Uint8Array(bytes), at);
		at += bytes.byteLength;
	}
	const from = offset - first * PIECE;
	return joined.slice(from, from + length).buffer;
}
