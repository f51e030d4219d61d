// The API as the contract tells it (`docs/openapi.json`), and its refusals as errors that screens can show.
import createClient from "openapi-fetch";
import { language } from "../i18n/dictionary.svelte";
import { learn } from "./refusals/room";
import { reasonWords, refusalWords } from "./refusals.svelte";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** A refusal by RFC 9457. */
export interface Problem {
	type: string;
	title: string;
	status: number;
	detail?: string;
	fields?: { pointer: string; reason: string }[];
	request_id?: string;
}

/** What went wrong with a request, as far as a screen must tell it apart. */
export type Fault = "offline" | "signed-out" | "denied" | "missing" | "refused" | "failed";

/** A request that was not answered as hoped. */
export class Refusal extends Error {
	constructor(
		readonly fault: Fault,
		readonly problem: Problem | null,
	) {
		super(problem ? refusalWords(problem, language()) : fault);
		this.name = "Refusal";
	}

	/** The reason for a field of the request's body (`/name`), in the language shown. */
	at(pointer: string): string | undefined {
		const found = this.problem?.fields?.find((field) => field.pointer === pointer);
		return found && reasonWords(found.reason, language());
	}

	/** Every reason once, in the language shown. */
	get reasons(): string[] {
		const all = (this.problem?.fields ?? []).map((field) => reasonWords(field.reason, language()));
		return [...new Set(all)];
	}
}

/** A refusal once its words are there. */
export async function refusal(fault: Fault, problem: Problem | null): Promise<Refusal> {
	if (problem) await learn();
	return new Refusal(fault, problem);
}

/** The kind of a refusal by its status; an address with what is no id at all names nothing. */
export function faultOf(status: number, detail?: string): Fault {
	if (status === 400 && detail?.startsWith("Invalid URL: not an id")) return "missing";
	if (status === 401) return "signed-out";
	if (status === 403) return "denied";
	if (status === 404 || status === 410) return "missing";
	return status >= 500 ? "failed" : "refused";
}

export const client = createClient<paths>({
	baseUrl: globalThis.location?.origin ?? "http://localhost",
	headers: { "Tuantra-Api": "1" },
	credentials: "same-origin",
	cache: "no-store",
	fetch: (request) => globalThis.fetch(request),
});

let onSignedOut = () => {};

/** Tells whoever keeps the session that it ended. */
export function whenSignedOut(then: () => void): void {
	onSignedOut = then;
}

type Answer = { data?: unknown; error?: unknown; response: Response };
type Data<A extends Answer> = Exclude<A["data"], undefined>;

/** The data of an answer, or a `Refusal`. */
export async function ask<A extends Answer>(request: Promise<A>): Promise<Data<A>> {
	let answer: A;
	try {
		answer = await request;
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") throw error;
		// `fetch` fails with a TypeError where no answer came at all.
		throw new Refusal("offline", null);
	}
	if (answer.response.ok) return answer.data as Data<A>;
	const told = answer.error;
	const problem = told && typeof told === "object" && "status" in told ? (told as Problem) : null;
	const fault = faultOf(answer.response.status, problem?.detail);
	if (fault === "signed-out") onSignedOut();
	throw await refusal(fault, problem);
}

/** Asks for a path that is known only at run time, such as the next page of a list. */
export async function follow<T>(url: string): Promise<T> {
	const response = fetch(url, {
		headers: { "Tuantra-Api": "1" },
		credentials: "same-origin",
		cache: "no-store",
	});
	return ask(
		response.then(async (got) => {
			const body: unknown = await got.json().catch(() => null);
			return got.ok ? { data: body as T, response: got } : { data: body as T, error: body, response: got };
		}),
	) as Promise<T>;
}
