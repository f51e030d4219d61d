/** The server as the phone speaks to it: bearer secret, version, clock, bounded waits. */

export interface Problem {
	status: number;
	title?: string;
	detail?: string;
	fields?: { pointer: string; reason: string }[];
}

/** A refusal as an item keeps it: its status, where the fault is, what it says. */
export function refusalText(status: number, problem: Omit<Problem, "status"> | null | undefined): string {
	const field = problem?.fields?.[0];
	const why = field ? `${field.pointer}: ${field.reason}` : (problem?.detail ?? problem?.title ?? "");
	return `${status} ${why}`.trim();
}

export type Answer<T> =
	| { kind: "ok"; status: number; value: T; headers: Headers }
	| { kind: "refused"; status: number; problem: Problem }
	| { kind: "unreachable" };

export interface Connection {
	/** Without a slash at its end; empty for the origin that the app came from. */
	base: string;
	token: string;
}

/** The longest exchange seen lately: how far a clock that is measured by one may be off. */
let roundTripMs: number | null = null;

export function sentHeader(nowMs: number): string {
	return roundTripMs === null ? `at=${nowMs}` : `at=${nowMs}, rtt=${Math.min(roundTripMs, 600_000)}`;
}

export async function call<T>(
	to: Connection,
	method: string,
	path: string,
	body?: BodyInit | null,
	headers: Record<string, string> = {},
	waitMs = 60_000,
): Promise<Answer<T>> {
	return told(await exchange(to, method, path, body ?? null, headers, waitMs), read<T>);
}

/** Part of a file that the server keeps: its bytes from one up to another, as long as it is the file of that tag. */
export async function part(
	to: Connection,
	path: string,
	tag: string,
	from: number,
	end: number,
): Promise<Answer<ArrayBuffer>> {
	const headers = { range: `bytes=${from}-${end - 1}`, "if-range": `"${tag}"` };
	try {
		return await told(await exchange(to, "GET", path, null, headers, 60_000), (response) =>
			response.arrayBuffer(),
		);
	} catch {
		// The link broke off within the answer.
		return { kind: "unreachable" };
	}
}

async function exchange(
	to: Connection,
	method: string,
	path: string,
	body: BodyInit | null,
	headers: Record<string, string>,
	waitMs: number,
): Promise<Response | null> {
	const started = Date.now();
	let response: Response;
	try {
		response = await fetch(to.base + path, {
			method,
			body,
			headers: {
				authorization: `Bearer ${to.token}`,
				"tuantra-api": "1",
				"tuantra-sent": sentHeader(started),
				...headers,
			},
			credentials: "omit",
			cache: "no-store",
			redirect: "error",
			signal: AbortSignal.timeout(waitMs),
		});
	} catch {
		return null;
	}
	const took = Date.now() - started;
	roundTripMs = roundTripMs === null ? took : Math.max(took, Math.round(roundTripMs * 0.8));
	return response;
}

async function told<T>(
	response: Response | null,
	value: (response: Response) => Promise<T>,
): Promise<Answer<T>> {
	if (!response) {
		return { kind: "unreachable" };
	}
	const { status, headers } = response;
	if (response.ok) {
		return { kind: "ok", status, value: await value(response), headers };
	}
	const problem = (await read<Partial<Problem>>(response)) ?? {};
	return { kind: "refused", status, problem: { ...problem, status } };
}

async function read<T>(response: Response): Promise<T> {
	const kind = response.headers.get("content-type") ?? "";
	try {
		return (kind.includes("json") ? await response.json() : {}) as T;
	} catch {
		return {} as T;
	}
}

export function json(value: unknown): [string, Record<string, string>] {
	return [JSON.stringify(value), { "content-type": "application/json" }];
}
