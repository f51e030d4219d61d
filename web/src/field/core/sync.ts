/** The queue goes out: facts, what the server has for us, previews, originals. Nothing is "sent" before its receipt. */

import { fromBase64, hex } from "./bytes";
import { MOST_BYTES } from "./preview";
import type { Answer, Connection, Problem } from "./server";
import { call, json, refusalText } from "./server";
import type { Captured, Session } from "./session";
import type { Item, StoredReceipt } from "./store";
import { isPassing, upload } from "./tus";

const BATCH_FACTS = 20;
const BATCH_BYTES = 64 * 1024;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 10 * 60_000;

interface FactResult {
	status: number;
	receipt?: StoredReceipt | null;
	problem?: { title?: string; detail?: string; fields?: { pointer: string; reason: string }[] } | null;
}

interface Pushed {
	results: FactResult[];
	head?: { checkpoint?: string | null };
	now: string;
}

export interface PulledItem {
	kind: string;
	id: string | null;
	seq: number | null;
	value: Record<string, unknown>;
}

interface Pulled {
	items: PulledItem[];
	next: string;
	more: boolean;
	secured_through: number | null;
	head?: { checkpoint?: string | null };
	now: string;
}

interface Compared {
	facts: { id: string; state: "stored" | "secured" | "unknown" }[];
}

/** `outdated`: the server no longer speaks this app's version of the API. */
export type Outcome = "done" | "unreachable" | "later" | "signed_out" | "outdated";

export interface Wishes {
	/** Whether originals may be sent over this link. */
	originals: () => boolean;
	/** The small picture of a photo. */
	preview: (bytes: ArrayBuffer) => Promise<Blob | null>;
	/** What pulled items are for. */
	take: (items: PulledItem[]) => Promise<void>;
	/** Told after each change of the queue. */
	changed: () => void;
}

/** How long a thing waits after so many tries, ms. */
export function waitMs(attempts: number): number {
	return Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1), LONGEST_WAIT_MS);
}

/** One round. */
export async function round(session: Session, to: Connection, wishes: Wishes): Promise<Outcome> {
	for (const lane of [facts, pull, secured, previews, originals]) {
		const outcome = await lane(session, to, wishes);
		if (outcome !== "done") {
			return outcome;
		}
	}
	return "done";
}

const isDue = (item: Item, now: number): boolean =>
	(item.state === "waiting" || item.state === "sending") && item.nextAt <= now;

async function facts(session: Session, to: Connection, wishes: Wishes): Promise<Outcome> {
	for (;;) {
		const due = (await session.items()).filter((item) => isDue(item, Date.now()));
		const batch = firstBatch(due);
		if (batch.length === 0) {
			return "done";
		}
		const outcome = await push(session, to, batch, wishes);
		if (outcome !== "done") {
			return outcome;
		}
	}
}

function firstBatch(due: Item[]): Item[] {
	const batch: Item[] = [];
	let bytes = 0;
	for (const item of due) {
		if (batch.length > 0 && (batch.length >= BATCH_FACTS || bytes + item.bytes > BATCH_BYTES)) {
			break;
		}
		batch.push(item);
		bytes += item.bytes;
	}
	return batch;
}

async function push(session: Session, to: Connection, batch: Item[], wishes: Wishes): Promise<Outcome> {
	const sending = await Promise.all(batch.map((item) => session.note(item, { state: "sending" })));
	wishes.changed();
	const own = sending.filter((item) => item.kind === "device_key");
	for (const item of own) {
		const outcome = await sendNative(session, to, item, wishes);
		if (outcome !== "done") {
			return outcome;
		}
	}
	const others = sending.filter((item) => item.kind !== "device_key");
	if (others.length === 0) {
		return "done";
	}
	const captured = await Promise.all(others.map((item) => session.captured(item)));
	const wire = captured.map((fact, index) => ({
		kind: fact.kind,
		id: others[index]?.target,
		body: fact.body,
		headers: fact.headers,
	}));
	const head = await session.doc<string>("checkpoint");
	const [body, headers] = json({ facts: wire, brief: true, ...(head ? { head } : {}) });
	const answer = await call<Pushed>(to, "POST", "/api/v1/sync/push", body, headers);
	return settle(session, others, answer, wishes);
}

async function sendNative(session: Session, to: Connection, item: Item, wishes: Wishes): Promise<Outcome> {
	const fact: Captured = await session.captured(item);
	const headers = { ...fact.headers, "content-type": "application/json" };
	const answer = await call<{ code?: string; receipt?: StoredReceipt }>(
		to,
		fact.method,
		fact.path,
		fact.body,
		headers,
	);
	if (answer.kind === "ok") {
		await session.keep("key_code", answer.value.code ?? null);
		await session.note(item, { state: "stored", receipt: answer.value.receipt ?? null, problem: null });
		wishes.changed();
		return "done";
	}
	return failed(session, [item], answer, wishes);
}

async function settle(
	session: Session,
	sent: Item[],
	answer: Answer<Pushed>,
	wishes: Wishes,
): Promise<Outcome> {
	if (answer.kind !== "ok") {
		return failed(session, sent, answer, wishes);
	}
	await keepHead(session, answer.value.head?.checkpoint);
	await keepSkew(session, answer.value.now);
	let isLater = false;
	for (const [index, item] of sent.entries()) {
		const result = answer.value.results[index];
		if (!result || isPassing(result.status)) {
			isLater = true;
			await session.note(item, waiting(item));
		} else if (result.receipt) {
			await session.note(item, { state: "stored", receipt: result.receipt, problem: null, attempts: 0 });
		} else {
			await session.note(item, { state: "refused", problem: refusalText(result.status, result.problem) });
		}
	}
	wishes.changed();
	return isLater ? "later" : "done";
}

async function failed<T>(
	session: Session,
	items: Item[],
	answer: Answer<T>,
	wishes: Wishes,
): Promise<Outcome> {
	const isOutdated = answer.kind === "refused" && speaksNoMore(answer.problem);
	const refused = answer.kind === "refused" && !isPassing(answer.status) && !isOutdated;
	for (const item of items) {
		const change = refused
			? { state: "refused" as const, problem: refusalText(answer.status, answer.problem) }
			: waiting(item);
		await session.note(item, change);
	}
	wishes.changed();
	if (answer.kind === "unreachable") {
		return "unreachable";
	}
	if (answer.kind === "refused" && answer.status === 401) {
		return "signed_out";
	}
	if (isOutdated) {
		return "outdated";
	}
	return refused ? "done" : "later";
}

/** Whether it is the version of the app that was refused, not what it sent: that waits for the app's update. */
const speaksNoMore = (problem: Problem): boolean =>
	problem.fields?.some(({ pointer }) => pointer === "header:tuantra-api") ?? false;

function waiting(item: Item): Partial<Item> {
	const attempts = item.attempts + 1;
	return { state: "waiting", attempts, nextAt: Date.now() + waitMs(attempts) };
}

async function pull(session: Session, to: Connection, wishes: Wishes): Promise<Outcome> {
	for (;;) {
		const cursor = await session.doc<string>("cursor");
		// The head that is kept is shown before another takes its place: a log made anew is found by it.
		const head = await session.doc<string>("checkpoint");
		const query = new URLSearchParams({ ...(cursor ? { cursor } : {}), ...(head ? { head } : {}) });
		const answer = await call<Pulled>(to, "GET", `/api/v1/sync/pull?${query}`);
		if (answer.kind === "refused" && answer.status === 400 && cursor) {
			await session.forget("cursor");
			continue;
		}
		if (answer.kind !== "ok") {
			return answer.kind === "unreachable" ? "unreachable" : answer.status === 401 ? "signed_out" : "later";
		}
		await keepHead(session, answer.value.head?.checkpoint);
		await keepSkew(session, answer.value.now);
		await wishes.take(answer.value.items);
		await session.keep("cursor", answer.value.next);
		wishes.changed();
		if (!answer.value.more) {
			return "done";
		}
	}
}

/** Which of what was stored a verified backup covers by now; what the server lost is queued again. */
async function secured(session: Session, to: Connection, wishes: Wishes): Promise<Outcome> {
	const stored = (await session.items()).filter((item) => item.state === "stored" && item.receipt);
	for (let from = 0; from < stored.length; from += 1_000) {
		const some = stored.slice(from, from + 1_000);
		const holds = some.map(({ receipt }) => ({
			id: receipt?.id,
			sha256: receipt?.sha256,
			entry_id: receipt?.entry_id,
		}));
		const [body, headers] = json({ holds });
		const answer = await call<Compared>(to, "POST", "/api/v1/sync/inventory", body, headers);
		if (answer.kind !== "ok") {
			return answer.kind === "unreachable" ? "unreachable" : "later";
		}
		for (const [index, item] of some.entries()) {
			const state = answer.value.facts[index]?.state;
			if (state === "secured") {
				await session.note(item, { state: "secured" });
			} else if (state === "unknown") {
				await session.note(item, { state: "waiting", receipt: null, nextAt: 0, original: again(item) });
			}
		}
	}
	if (stored.length > 0) {
		wishes.changed();
	}
	return "done";
}

const again = (item: Item): Item["original"] =>
	item.original && {
		photo: item.original.photo,
		bytes: item.original.bytes,
		sent: 0,
		upload: null,
		state: "waiting",
	};

/**
 * A small picture of each announced photo before the first original: on a thin link an original takes an evening. One whose
 * original is hardly larger and may go now is its own preview.
 */
async function previews(session: Session, to: Connection, wishes: Wishes): Promise<Outcome> {
	for (const item of (await session.items()).filter(isAnnounced)) {
		const original = item.original;
		if (!original || original.preview || original.sent > 0) {
			continue;
		}
		if (original.bytes <= 2 * MOST_BYTES && wishes.originals()) {
			continue;
		}
		const bytes = await session.photo(original.photo);
		const small = bytes && (await wishes.preview(bytes));
		let preview: "sent" | "none" = "none";
		if (small && small.size <= MOST_BYTES) {
			const path = `/api/v1/photos/${original.photo}/preview`;
			const answer = await call(to, "PUT", path, small, { "content-type": "application/octet-stream" });
			if (answer.kind === "unreachable") {
				return "unreachable";
			}
			if (answer.kind === "refused" && isPassing(answer.status)) {
				return answer.status === 401 ? "signed_out" : "later";
			}
			preview = answer.kind === "ok" ? "sent" : "none";
		}
		await session.note(item, { original: { ...original, preview } });
		wishes.changed();
	}
	return "done";
}

async function originals(session: Session, to: Connection, wishes: Wishes): Promise<Outcome> {
	const items = (await session.items()).filter(isAnnounced);
	for (const item of items) {
		const original = item.original;
		if (!original || !wishes.originals()) {
			continue;
		}
		const bytes = await session.photo(original.photo);
		if (!bytes) {
			await session.note(item, { original: { ...original, state: "refused" } });
			continue;
		}
		const outcome = await sendOriginal(session, to, item, bytes, wishes);
		if (outcome !== "done") {
			return outcome;
		}
	}
	return "done";
}

/** A sidecar that has its receipt and whose original is not there yet. */
const isAnnounced = (item: Item): boolean =>
	item.original !== null &&
	item.original.state !== "stored" &&
	item.original.state !== "refused" &&
	item.receipt !== null;

/** Whether a fact was captured meanwhile: it goes before the rest of an original. */
const hasFacts = async (session: Session): Promise<boolean> => {
	const now = Date.now();
	return (await session.items()).some((item) => isDue(item, now));
};

async function sendOriginal(
	session: Session,
	to: Connection,
	item: Item,
	bytes: ArrayBuffer,
	wishes: Wishes,
): Promise<Outcome> {
	const original = item.original;
	if (!original) {
		return "done";
	}
	const note = async (change: Partial<typeof original>): Promise<void> => {
		const kept = (await session.items()).find((one) => one.n === item.n)?.original ?? original;
		await session.note(item, { original: { ...kept, ...change } });
		wishes.changed();
	};
	const outcome = await upload(
		to,
		bytes,
		{ photo: original.photo, at: original.upload },
		(sent, at) => note({ sent, upload: at, state: "sending" }),
		async () => wishes.originals() && !(await hasFacts(session)),
	);
	if (outcome === "done") {
		await note({ sent: original.bytes, state: "stored" });
		return "done";
	}
	if (typeof outcome === "object") {
		await note({ state: "refused" });
		await session.note(item, { problem: outcome.refused });
		return "done";
	}
	await note({ state: "waiting" });
	return outcome;
}

async function keepHead(session: Session, checkpoint: string | null | undefined): Promise<void> {
	if (!checkpoint) {
		return;
	}
	await session.keep("checkpoint", checkpoint);
	const head = headOf(checkpoint);
	if (head) {
		await session.keep("head", head);
	}
}

/** `SIZE:ROOT in hex` of a signed note (C2SP checkpoint): its second and third line. */
export function headOf(checkpoint: string): string | null {
	const [, size, root] = checkpoint.split("\n");
	return size && root && /^\d+$/.test(size) ? `${size}:${hex(fromBase64(root))}` : null;
}

async function keepSkew(session: Session, now: string): Promise<void> {
	await session.keep("skew_ms", Date.parse(now) - Date.now());
}
