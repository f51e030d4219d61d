/** Originals in pieces (tus 1.0): what the server has is asked, never guessed. */

import { base64, utf8 } from "./bytes";
import type { Connection } from "./server";
import { call, refusalText } from "./server";

const PIECE = 256 * 1024;
const RESUMABLE = { "tus-resumable": "1.0.0" };

export interface Upload {
	photo: string;
	/** The upload's path, once it was created. */
	at: string | null;
}

export type Uploaded = "done" | "unreachable" | "later" | { refused: string };

/** Sends what is missing; `progress` is told the durable length after each piece and the upload's path. */
export async function upload(
	to: Connection,
	bytes: ArrayBuffer,
	what: Upload,
	progress: (sent: number, at: string) => Promise<void>,
	goesOn: () => Promise<boolean>,
): Promise<Uploaded> {
	let at = what.at;
	let offset = at ? await offsetOf(to, at) : null;
	if (offset === "unreachable" || offset === "later") {
		return offset;
	}
	if (at === null || offset === null) {
		const created = await create(to, bytes.byteLength, what.photo);
		if (!("at" in created)) {
			return created.failed;
		}
		at = created.at;
		offset = 0;
		await progress(0, at);
	}
	while (offset < bytes.byteLength) {
		if (!(await goesOn())) {
			return "later";
		}
		const sent = await piece(to, at, bytes, offset);
		if (typeof sent !== "number") {
			return sent;
		}
		offset = sent;
		await progress(offset, at);
	}
	return "done";
}

async function create(
	to: Connection,
	length: number,
	photo: string,
): Promise<{ at: string } | { failed: Uploaded }> {
	const answer = await call(to, "POST", "/files", null, {
		...RESUMABLE,
		"upload-length": String(length),
		"upload-metadata": `photo ${base64(utf8(photo))}`,
	});
	if (answer.kind === "unreachable") {
		return { failed: "unreachable" };
	}
	if (answer.kind === "refused") {
		return {
			failed: isPassing(answer.status) ? "later" : { refused: refusalText(answer.status, answer.problem) },
		};
	}
	const location = answer.headers.get("location");
	const path = location ? new URL(location, globalThis.location?.href ?? "http://localhost").pathname : null;
	return path ? { at: path } : { failed: "later" };
}

/** The durable length; null where the upload is gone and must be created anew. */
async function offsetOf(to: Connection, at: string): Promise<number | null | "unreachable" | "later"> {
	const answer = await call(to, "HEAD", at, null, RESUMABLE);
	if (answer.kind === "unreachable") {
		return "unreachable";
	}
	if (answer.kind === "refused") {
		return isPassing(answer.status) ? "later" : null;
	}
	const offset = Number(answer.headers.get("upload-offset") ?? Number.NaN);
	return Number.isInteger(offset) ? offset : null;
}

async function piece(
	to: Connection,
	at: string,
	bytes: ArrayBuffer,
	offset: number,
): Promise<number | Uploaded> {
	const answer = await call(to, "PATCH", at, bytes.slice(offset, offset + PIECE), {
		...RESUMABLE,
		"upload-offset": String(offset),
		"content-type": "application/offset+octet-stream",
	});
	if (answer.kind === "unreachable") {
		return "unreachable";
	}
	if (answer.kind === "refused") {
		// 409: another page of this phone was faster; 404 and 410: the upload is gone, as after a restore of the server.
		// The next round asks again.
		return [404, 409, 410].includes(answer.status) || isPassing(answer.status)
			? "later"
			: { refused: refusalText(answer.status, answer.problem) };
	}
	const now = Number(answer.headers.get("upload-offset") ?? Number.NaN);
	return Number.isInteger(now) && now > offset ? now : "later";
}

/** Answers that pass by themselves. */
export function isPassing(status: number): boolean {
	return (
		status === 401 || status === 408 || status === 423 || status === 425 || status === 429 || status >= 500
	);
}
