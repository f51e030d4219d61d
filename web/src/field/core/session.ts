/** One user at work: everything that needs the opened data key. */

import type { Bytes } from "./bytes";
import { hex, sha256, utf8 } from "./bytes";
import type { Chain, Said, SigningKey } from "./sign";
import { FIRST, newKey, sign } from "./sign";
import type { Db, Doc, FixRow, Item, Original, Profile } from "./store";
import { STRICT } from "./store";
import type { Fix } from "./track";
import { open, openJson, seal, sealJson } from "./vault";

/** A reading as it is kept: whether recording was interrupted before it. */
export type KeptFix = Fix & { interrupted: boolean };

/** Under which name an unfinished form is kept. */
export const draftKey = (form: string): string => `draft ${form}`;

/** A fact as it was captured: what its native route is sent. */
export interface Captured {
	kind: string;
	method: "PUT" | "POST";
	path: string;
	/** The exact bytes that were signed. */
	body: string;
	headers: Record<string, string>;
}

export interface Fact {
	kind: string;
	target: string;
	method: "PUT" | "POST";
	path: string;
	body: unknown;
	original?: Original;
	nonce?: string | null;
}

/** Things beside a fact that are written in its transaction, or not at all. */
export interface Beside {
	docs?: Record<string, unknown>;
	photo?: { id: string; bytes: ArrayBuffer };
	packed?: FixRow[];
}

interface ChainDoc extends Chain {
	nextItem: number;
}

export class Session {
	#turn: Promise<unknown> = Promise.resolve();

	constructor(
		readonly db: Db,
		readonly profile: Profile,
		readonly key: CryptoKey,
		readonly signing: SigningKey,
	) {}

	/** Opens a user's work with the key that the PIN opened; the first time it makes the phone's signing key. */
	static async begin(db: Db, profile: Profile, key: CryptoKey): Promise<Session> {
		const kept = await db.get("keys", profile.id);
		if (kept) {
			return new Session(db, profile, key, { id: kept.id, pair: kept.pair });
		}
		const signing = await newKey();
		await db.put("keys", { profile: profile.id, id: signing.id, pair: signing.pair });
		return new Session(db, profile, key, signing);
	}

	async doc<T>(key: string): Promise<T | null> {
		const kept = await this.db.get("docs", [this.profile.id, key]);
		return kept ? openJson<T>(this.key, kept.sealed) : null;
	}

	async keep(key: string, value: unknown): Promise<void> {
		const doc = await this.#sealedDoc(key, value);
		await this.db.transaction("docs", "readwrite", STRICT).store.put(doc);
	}

	async forget(key: string): Promise<void> {
		await this.db.delete("docs", [this.profile.id, key]);
	}

	async #sealedDoc(key: string, value: unknown): Promise<Doc> {
		return { profile: this.profile.id, key, sealed: await sealJson(this.key, value) };
	}

	/** Signs a fact and puts it into the queue, with what lies beside it, in one transaction. */
	capture(fact: Fact, beside: Beside = {}, atMs: number = Date.now()): Promise<Item> {
		return this.#alone(() => this.#capture(fact, beside, atMs));
	}

	/** One at a time: a chain has one end. Two tabs of one phone take turns too. */
	async #alone<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#turn.then(() => navigator.locks.request(`chain ${this.profile.id}`, work));
		this.#turn = turn.catch(() => undefined);
		return turn;
	}

	async #capture(fact: Fact, beside: Beside, atMs: number): Promise<Item> {
		const chain = (await this.doc<ChainDoc>("chain")) ?? { ...FIRST, nextItem: 1 };
		const text = JSON.stringify(fact.body);
		const body = utf8(text);
		const said: Said = {
			method: fact.method,
			path: fact.path,
			body,
			atMs,
			head: await this.doc<string>("head"),
			nonce: fact.nonce ?? null,
		};
		const signed = await sign(this.signing, chain, said);
		const captured: Captured = {
			kind: fact.kind,
			method: fact.method,
			path: fact.path,
			body: text,
			headers: signed.headers,
		};
		const item: Item = {
			profile: this.profile.id,
			n: chain.nextItem,
			kind: fact.kind,
			target: fact.target,
			bytes: body.length,
			at: atMs,
			state: "waiting",
			attempts: 0,
			nextAt: 0,
			sealed: await sealJson(this.key, captured),
			receipt: null,
			problem: null,
			original: fact.original ?? null,
		};
		const next: ChainDoc = { ...signed.next, nextItem: chain.nextItem + 1 };
		await this.#write(item, { ...beside, docs: { ...beside.docs, chain: next } });
		return item;
	}

	async #write(item: Item, beside: Beside): Promise<void> {
		const docs = await Promise.all(
			Object.entries(beside.docs ?? {}).map(([key, value]) => this.#sealedDoc(key, value)),
		);
		const photo = beside.photo && {
			profile: this.profile.id,
			id: beside.photo.id,
			at: item.at,
			sealed: await seal(this.key, beside.photo.bytes),
		};
		const tx = this.db.transaction(["items", "docs", "photos", "fixes"], "readwrite", STRICT);
		const writes: Promise<unknown>[] = [tx.objectStore("items").put(item)];
		for (const doc of docs) {
			writes.push(tx.objectStore("docs").put(doc));
		}
		if (photo) {
			writes.push(tx.objectStore("photos").put(photo));
		}
		for (const row of beside.packed ?? []) {
			writes.push(tx.objectStore("fixes").put({ ...row, packed: 1 }));
		}
		await Promise.all([...writes, tx.done]);
	}

	/** Keeps one fix at once. */
	async keepFix(patrol: string, fix: KeptFix): Promise<void> {
		const row: FixRow = {
			profile: this.profile.id,
			patrol,
			sealed: await sealJson(this.key, fix),
			packed: 0,
		};
		const tx = this.db.transaction("fixes", "readwrite", STRICT);
		await Promise.all([tx.store.add(row), tx.done]);
	}

	async fixes(patrol: string): Promise<KeptFix[]> {
		const rows = await this.db.getAllFromIndex("fixes", "patrol", [this.profile.id, patrol]);
		return Promise.all(rows.map((row) => openJson<KeptFix>(this.key, row.sealed)));
	}

	/** The next fixes that lie in no item yet, oldest first. */
	async unpacked(patrol: string, most: number): Promise<{ rows: FixRow[]; fixes: KeptFix[] }> {
		const all = await this.db.getAllFromIndex("fixes", "patrol", [this.profile.id, patrol]);
		const rows = all.filter((row) => row.packed === 0).slice(0, most);
		const fixes = await Promise.all(rows.map((row) => openJson<KeptFix>(this.key, row.sealed)));
		return { rows, fixes };
	}

	async items(): Promise<Item[]> {
		const range = IDBKeyRange.bound([this.profile.id, 0], [this.profile.id, Number.MAX_SAFE_INTEGER]);
		return this.db.getAll("items", range);
	}

	async captured(item: Item): Promise<Captured> {
		return openJson<Captured>(this.key, item.sealed);
	}

	/** Changes what the queue says of an item; its content never changes. */
	async note(item: Item, change: Partial<Item>): Promise<Item> {
		const tx = this.db.transaction("items", "readwrite", STRICT);
		const kept = (await tx.store.get([item.profile, item.n])) ?? item;
		const changed = { ...kept, ...change };
		await Promise.all([tx.store.put(changed), tx.done]);
		return changed;
	}

	async photo(id: string): Promise<ArrayBuffer | null> {
		const kept = await this.db.get("photos", [this.profile.id, id]);
		return kept ? open(this.key, kept.sealed) : null;
	}

	async dropPhoto(id: string): Promise<void> {
		await this.db.delete("photos", [this.profile.id, id]);
	}
}

/** SHA-256 of a photo's bytes, before anything else touches them. */
export async function digestOf(bytes: ArrayBuffer | Bytes): Promise<string> {
	return hex(await sha256(bytes));
}
