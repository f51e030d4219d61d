/** What the phone keeps: IndexedDB, one row a fix, contents sealed, several users apart. */

import type { DBSchema, IDBPDatabase } from "idb";
import { openDB } from "idb";
import type { Sealed, Wraps } from "./vault";

/** One user of this phone. */
export interface Profile {
	id: string;
	/** The device's id with the server. */
	device: string;
	/** The device's pseudonym, or what its team calls it. */
	name: string;
	wraps: Wraps;
	wrongPins: number;
	/** No PIN is tried before this, ms. */
	lockedUntil: number;
	createdAt: number;
}

export type ItemState = "waiting" | "sending" | "stored" | "secured" | "refused";

/** One thing to be sent. Its kind, size and fate lie open, so that the queue can be shown and counted; its content does not. */
export interface Item {
	profile: string;
	/** The order in which things were captured; signed statements must be sent in it. */
	n: number;
	kind: string;
	/** The id of its native route. */
	target: string;
	bytes: number;
	at: number;
	state: ItemState;
	attempts: number;
	/** Not tried again before this, ms. */
	nextAt: number;
	sealed: Sealed;
	receipt: StoredReceipt | null;
	/** Why the server refused it. */
	problem: string | null;
	/** What of it lies elsewhere: a photo's original. */
	original: Original | null;
}

export interface StoredReceipt {
	entry_id: string;
	id: string;
	sha256: string;
	received_at: string;
}

export interface Original {
	photo: string;
	bytes: number;
	sent: number;
	upload: string | null;
	state: ItemState;
	/** What became of the small picture ahead of it: there, or of no use. Not there yet where this is missing. */
	preview?: "sent" | "none";
}

export interface FixRow {
	n?: number;
	profile: string;
	patrol: string;
	sealed: Sealed;
	/** 1 once it lies in an item of the queue. */
	packed: 0 | 1;
}

export interface Doc {
	profile: string;
	key: string;
	sealed: Sealed;
}

interface Schema extends DBSchema {
	profiles: { key: string; value: Profile };
	items: {
		key: [string, number];
		value: Item;
		indexes: { state: [string, ItemState] };
	};
	fixes: { key: number; value: FixRow; indexes: { patrol: [string, string] } };
	photos: { key: [string, string]; value: { profile: string; id: string; sealed: Sealed; at: number } };
	docs: { key: [string, string]; value: Doc };
	/** Signing keys: not extractable, so they lie as they are. */
	keys: { key: string; value: { profile: string; id: string; pair: CryptoKeyPair } };
}

export type Db = IDBPDatabase<Schema>;

const NAME = "tuantra-field";
const VERSION = 1;

/** Opens the database; schemas only ever grow, and an update never clears what is there. */
export async function openStore(name: string = NAME): Promise<Db> {
	return openDB<Schema>(name, VERSION, {
		upgrade(db, before) {
			if (before < 1) {
				db.createObjectStore("profiles", { keyPath: "id" });
				const items = db.createObjectStore("items", { keyPath: ["profile", "n"] });
				items.createIndex("state", ["profile", "state"]);
				const fixes = db.createObjectStore("fixes", { keyPath: "n", autoIncrement: true });
				fixes.createIndex("patrol", ["profile", "patrol"]);
				db.createObjectStore("photos", { keyPath: ["profile", "id"] });
				db.createObjectStore("docs", { keyPath: ["profile", "key"] });
				db.createObjectStore("keys", { keyPath: "profile" });
			}
		},
	});
}

/** Whether the phone refused to keep something: no room, or the browser gave the write up. */
export function isStorageFault(error: unknown): boolean {
	const names = ["QuotaExceededError", "AbortError", "UnknownError"];
	return error instanceof DOMException && names.includes(error.name);
}

/** Writes are on disk before the promise resolves, as far as the browser can say so. */
export const STRICT = { durability: "strict" } as const;
