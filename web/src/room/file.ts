// Files that the server makes: asked for with the session, told apart from refusals, handed to the reader.
import { faultOf, Refusal, refusal } from "../api/client";

/** Asks for a file, or sends one; a refusal is thrown as such. */
export async function askFile(path: string, how: RequestInit = {}): Promise<Response> {
	const headers = new Headers(how.headers);
	headers.set("Tuantra-Api", "1");
	const response = await fetch(path, {
		...how,
		headers,
		credentials: "same-origin",
		cache: "no-store",
	}).catch(() => {
		throw new Refusal("offline", null);
	});
	if (!response.ok) throw await refusal(faultOf(response.status), await response.json().catch(() => null));
	return response;
}

/** The name that the server gives a file. */
export function nameOf(disposition: string | null, otherwise: string): string {
	return /filename="([^"]+)"/.exec(disposition ?? "")?.[1] ?? otherwise;
}

/** Hands bytes to the reader as a file of that name. */
export function save(bytes: Blob, name: string): void {
	const url = URL.createObjectURL(bytes);
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Takes a file from the server under the name that it gives it. */
export async function take(path: string, otherwise: string): Promise<void> {
	const response = await askFile(path);
	save(await response.blob(), nameOf(response.headers.get("content-disposition"), otherwise));
}
