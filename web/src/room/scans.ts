// Scans that this page has at hand: never kept in the browser's storage, since names stand on them.
import { askFile } from "./file";

const held = new Map<string, Blob>();

/** Keeps the scan of a paper until the page is left. */
export function holdScan(paper: string, scan: Blob): void {
	held.set(paper, scan);
}

/** The scan of a paper, if this page has it. */
export const heldScan = (paper: string): Blob | null => held.get(paper) ?? null;

/** SHA-256 of a file's bytes, in hex. */
export async function sha256Hex(file: Blob): Promise<string> {
	const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
	return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Sends the scan that a paper announced. */
export async function sendScan(paper: string, scan: Blob): Promise<void> {
	const headers = { "content-type": "application/octet-stream" };
	await askFile(`/api/v1/papers/${paper}/scan`, { method: "PUT", headers, body: scan });
}

/** Asks for a paper's scan; the reason is written into the log. */
export async function readScan(paper: string, mediaType: string, reason: string): Promise<Blob> {
	const query = new URLSearchParams({ reason });
	const response = await askFile(`/api/v1/papers/${paper}/scan?${query}`);
	return new Blob([await response.arrayBuffer()], { type: mediaType });
}
