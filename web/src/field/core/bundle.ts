/** A courier bundle: what waits in the queue as one file, sealed to the province and signed by this phone (docs/sync.md). */

import type { Bytes } from "./bytes";
import { fromBase64, hex, sha256, utf8 } from "./bytes";
import { joined, Sealer, u32 } from "./hpke";
import type { Connection } from "./server";
import { call } from "./server";
import type { Session } from "./session";
import type { Item } from "./store";

export interface Recipient {
	log: string;
	recipient: string;
}

/** The key to seal to, fetched while there is a network. */
export async function fetchRecipient(session: Session, to: Connection): Promise<Recipient | null> {
	const answer = await call<Recipient>(to, "GET", "/api/v1/bundles/recipient");
	if (answer.kind === "ok") {
		await session.keep("recipient", answer.value);
		return answer.value;
	}
	return session.doc<Recipient>("recipient");
}

export function keyBytes(recipient: Recipient): Bytes {
	const text = recipient.recipient.replaceAll("-", "+").replaceAll("_", "/");
	return fromBase64(text.padEnd(Math.ceil(text.length / 4) * 4, "="));
}

const HEADER = 0;
const FACT = 1;
const ORIGINAL = 2;
const FOOTER = 3;

const record = (kind: number, content: Bytes): Bytes =>
	joined(Uint8Array.of(kind), u32(content.length), content);

function uuidBytes(id: string): Bytes {
	const plain = id.replaceAll("-", "");
	return Uint8Array.from({ length: 16 }, (_, index) =>
		Number.parseInt(plain.slice(2 * index, 2 * index + 2), 16),
	);
}

/** What is not with the server yet: facts without a receipt, originals that did not come whole. */
function pending(items: readonly Item[]): Item[] {
	return items.filter(
		(item) =>
			item.kind !== "device_key" &&
			(item.receipt === null || (item.original !== null && item.original.state !== "stored")),
	);
}

/** WebCrypto digests no stream, so the hash runs over records' digests' bytes kept until the end: a bundle is as large as a phone's queue. */
export async function bundleOf(session: Session, recipient: Recipient): Promise<Blob> {
	const sealer = await Sealer.begin(keyBytes(recipient));
	const hashed: Bytes[] = [];
	let count = 0;
	const put = async (kind: number, content: Bytes): Promise<void> => {
		const bytes = record(kind, content);
		hashed.push(bytes);
		await sealer.add(bytes);
		count += kind === HEADER ? 0 : 1;
	};
	const number = ((await session.doc<number>("bundles")) ?? 0) + 1;
	const head = {
		format: 1,
		log: recipient.log,
		key_id: session.signing.id,
		made_at: new Date().toISOString(),
		number,
	};
	await put(HEADER, utf8(JSON.stringify(head)));
	for (const item of pending(await session.items())) {
		const { kind, body, headers } = await session.captured(item);
		await put(FACT, utf8(JSON.stringify({ kind, id: item.target, body, headers })));
		const bytes = item.original ? await session.photo(item.original.photo) : null;
		if (item.original && bytes) {
			const original = new Uint8Array(bytes);
			await put(ORIGINAL, joined(uuidBytes(item.original.photo), await sha256(original), original));
		}
	}
	const digest = hex(await sha256(joined(...hashed)));
	const text = `tuantra bundle 1\nlog ${recipient.log}\nrecords ${count}\nsha-256 ${digest}\n`;
	const how = { name: "ECDSA", hash: "SHA-256" };
	const signature = hex(await crypto.subtle.sign(how, session.signing.pair.privateKey, utf8(text)));
	await sealer.add(record(FOOTER, utf8(JSON.stringify({ count, sha256: digest, signature }))));
	await session.keep("bundles", number);
	return sealer.end();
}
