import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { uuidv7 } from "./ids";
import { Session } from "./session";
import type { Db, Profile } from "./store";
import { openStore } from "./store";
import type { Outcome } from "./sync";
import { headOf, round, waitMs } from "./sync";
import { newVault } from "./vault";

type Handler = (path: string, init: RequestInit) => Response | "cut" | "lost";

const TO = { base: "http://server.test", token: "secret" };
let db: Db;
let session: Session;
let calls: string[];

function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
	return new Response(JSON.stringify(value), {
		status,
		headers: { "content-type": "application/json", ...headers },
	});
}

/** A server that is asked by `fetch`; "cut" never gets there, "lost" is answered but the answer is not heard. */
function serve(handler: Handler): void {
	vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
		const path = url.slice(TO.base.length);
		calls.push(`${init.method} ${path.split("?")[0]}`);
		const answer = handler(path, init);
		if (answer === "cut" || answer === "lost") {
			throw new TypeError("network");
		}
		return answer;
	});
}

const receipt = (id: string) => ({
	entry_id: uuidv7(),
	id,
	sha256: "ab",
	received_at: "2026-03-01T00:00:00Z",
});

/** A server that takes facts once and originals piece by piece. */
function honest() {
	const facts = new Map<string, string>();
	const uploads = new Map<string, { length: number; bytes: number }>();
	const handler: Handler = (path, init) => {
		if (path === "/api/v1/sync/push") {
			const sent = JSON.parse(String(init.body)) as { facts: { id: string; kind: string; body: string }[] };
			const results = sent.facts.map((fact) => {
				facts.set(`${fact.kind} ${fact.id} ${fact.body}`, fact.body);
				return { status: 201, receipt: receipt(fact.id) };
			});
			return json({ results, now: new Date().toISOString() });
		}
		if (path.startsWith("/api/v1/sync/pull")) {
			return json({
				items: [],
				next: "c",
				more: false,
				secured_through: null,
				now: new Date().toISOString(),
			});
		}
		if (path === "/api/v1/sync/inventory") {
			const held = JSON.parse(String(init.body)) as { holds: { id: string }[] };
			return json({ facts: held.holds.map(({ id }) => ({ id, state: "stored" })) });
		}
		return tus(uploads, path, init);
	};
	return { facts, uploads, handler };
}

function tus(
	uploads: Map<string, { length: number; bytes: number }>,
	path: string,
	init: RequestInit,
): Response {
	const headers = init.headers as Record<string, string>;
	if (path === "/files") {
		const at = `/files/${uploads.size + 1}`;
		uploads.set(at, { length: Number(headers["upload-length"]), bytes: 0 });
		return new Response(null, { status: 201, headers: { location: TO.base + at } });
	}
	const upload = uploads.get(path);
	if (!upload) {
		return json({ title: "gone" }, 404);
	}
	if (init.method === "PATCH") {
		if (Number(headers["upload-offset"]) !== upload.bytes) {
			return json({ title: "offset" }, 409);
		}
		upload.bytes += (init.body as ArrayBuffer).byteLength;
	}
	return new Response(null, {
		status: init.method === "HEAD" ? 200 : 204,
		headers: { "upload-offset": String(upload.bytes) },
	});
}

async function plot(id = uuidv7()): Promise<string> {
	await session.capture({
		kind: "plot",
		target: id,
		method: "PUT",
		path: `/api/v1/plots/${id}`,
		body: { id },
	});
	return id;
}

async function photo(bytes: number): Promise<string> {
	const id = uuidv7();
	const original = { photo: id, bytes, sent: 0, upload: null, state: "waiting" } as const;
	const fact = {
		kind: "photo",
		target: id,
		method: "PUT",
		path: `/api/v1/photos/${id}`,
		body: { id },
		original,
	} as const;
	await session.capture(fact, { photo: { id, bytes: new Uint8Array(bytes).buffer } });
	return id;
}

let isOriginalWanted = true;
let small: Blob | null;
/** What happens on the phone after the facts went out and before the originals do. */
let meanwhile: () => Promise<void>;
const go = (): Promise<Outcome> =>
	round(session, TO, {
		originals: () => isOriginalWanted,
		preview: async () => {
			await meanwhile();
			return small;
		},
		take: async () => undefined,
		changed: () => undefined,
	});

/** As if the longest wait had passed. */
async function due(): Promise<void> {
	for (const item of await session.items()) {
		await session.note(item, { nextAt: 0 });
	}
}

beforeEach(async () => {
	calls = [];
	isOriginalWanted = true;
	small = new Blob([new Uint8Array(9_000)]);
	meanwhile = async () => undefined;
	vi.stubGlobal("navigator", { locks: { request: (_: string, work: () => unknown) => work() } });
	db = await openStore(`test-${uuidv7()}`);
	const { wraps, key } = await newVault("402917", null);
	const profile: Profile = {
		id: uuidv7(),
		device: uuidv7(),
		name: "Tổ 01",
		wraps,
		wrongPins: 0,
		lockedUntil: 0,
		createdAt: 0,
	};
	session = await Session.begin(db, profile, key);
});

afterEach(() => {
	db.close();
	vi.unstubAllGlobals();
});

describe("the queue", () => {
	it('says "stored" after the receipt and never before', async () => {
		await plot();
		serve(() => "cut");
		expect(await go()).toBe("unreachable");
		expect((await session.items())[0]).toMatchObject({ state: "waiting", attempts: 1, receipt: null });
		const server = honest();
		serve(server.handler);
		await due();
		expect(await go()).toBe("done");
		expect((await session.items())[0]?.state).toBe("stored");
		expect((await session.items())[0]?.receipt).not.toBeNull();
	});

	it("sends again what was taken but not answered, and there is one", async () => {
		await plot();
		const server = honest();
		serve((path, init) => {
			const answer = server.handler(path, init);
			return path === "/api/v1/sync/push" ? "lost" : answer;
		});
		await go();
		serve(server.handler);
		await due();
		expect(await go()).toBe("done");
		expect(server.facts.size).toBe(1);
	});

	it("goes on with an original where the server stands", async () => {
		await photo(600 * 1024);
		const server = honest();
		let pieces = 0;
		serve((path, init) => {
			if (init.method === "PATCH") {
				pieces += 1;
				if (pieces === 2) {
					return "cut";
				}
			}
			return server.handler(path, init);
		});
		expect(await go()).toBe("unreachable");
		expect((await session.items())[0]?.original).toMatchObject({ sent: 256 * 1024, state: "waiting" });
		await due();
		expect(await go()).toBe("done");
		expect((await session.items())[0]?.original).toMatchObject({ sent: 600 * 1024, state: "stored" });
		expect(calls.filter((call) => call === "POST /files")).toHaveLength(1);
		expect([...server.uploads.values()]).toEqual([{ length: 600 * 1024, bytes: 600 * 1024 }]);
	});

	it("begins an upload anew that the server has forgotten", async () => {
		await photo(10);
		const server = honest();
		serve((path, init) => (init.method === "PATCH" ? "cut" : server.handler(path, init)));
		await go();
		server.uploads.clear();
		serve(server.handler);
		await due();
		expect(await go()).toBe("done");
		expect([...server.uploads.values()]).toEqual([{ length: 10, bytes: 10 }]);
	});

	it("keeps what the server refuses, with the reason, and sends the rest", async () => {
		const bad = await plot();
		await plot();
		const server = honest();
		serve((path, init) => {
			if (path !== "/api/v1/sync/push") {
				return server.handler(path, init);
			}
			const sent = JSON.parse(String(init.body)) as { facts: { id: string }[] };
			const results = sent.facts.map(({ id }) =>
				id === bad
					? {
							status: 422,
							problem: { title: "x", fields: [{ pointer: "/properties/crop", reason: "expected a crop" }] },
						}
					: { status: 201, receipt: receipt(id) },
			);
			return json({ results, now: new Date().toISOString() });
		});
		expect(await go()).toBe("done");
		const [first, second] = await session.items();
		expect(first).toMatchObject({ state: "refused", problem: "422 /properties/crop: expected a crop" });
		expect(second?.state).toBe("stored");
	});

	it("queues again what a restored server does not know", async () => {
		await plot();
		const server = honest();
		serve(server.handler);
		await go();
		serve((path, init) => {
			const answer = server.handler(path, init);
			return path === "/api/v1/sync/inventory" ? json({ facts: [{ id: "x", state: "unknown" }] }) : answer;
		});
		await go();
		expect((await session.items())[0]).toMatchObject({ state: "waiting", receipt: null });
	});

	it("holds originals back on a link that costs money, not the facts", async () => {
		await photo(10);
		const server = honest();
		serve(server.handler);
		isOriginalWanted = false;
		expect(await go()).toBe("done");
		expect(server.facts.size).toBe(1);
		expect(server.uploads.size).toBe(0);
	});

	it("sends a small picture of every photo before the first original, once", async () => {
		const photos = [await photo(300 * 1024), await photo(300 * 1024)];
		const server = honest();
		serve((path, init) =>
			path.endsWith("/preview") ? json({ is_shown: true }, 201) : server.handler(path, init),
		);
		isOriginalWanted = false;
		expect(await go()).toBe("done");
		isOriginalWanted = true;
		expect(await go()).toBe("done");
		const sent = calls.filter((call) => /preview|files/.test(call)).map((call) => call.replace(/\d+$/, "N"));
		expect(sent.slice(0, 2)).toEqual(photos.map((id) => `PUT /api/v1/photos/${id}/preview`));
		expect(sent.slice(2)).toEqual(Array(2).fill(["POST /files", "PATCH /files/N", "PATCH /files/N"]).flat());
	});

	it("sends an original all the same whose preview will never do", async () => {
		await photo(300 * 1024);
		const server = honest();
		serve((path, init) =>
			path.endsWith("/preview") ? json({ title: "no picture" }, 422) : server.handler(path, init),
		);
		expect(await go()).toBe("done");
		expect((await session.items())[0]?.original).toMatchObject({ state: "stored", preview: "none" });
		small = new Blob([new Uint8Array(70_000)]);
		await photo(300 * 1024);
		calls = [];
		expect(await go()).toBe("done");
		expect(calls.filter((call) => call.endsWith("/preview"))).toEqual([]);
	});

	it("tries a preview again that did not get through", async () => {
		await photo(300 * 1024);
		const server = honest();
		serve((path, init) => (path.endsWith("/preview") ? "cut" : server.handler(path, init)));
		expect(await go()).toBe("unreachable");
		serve((path, init) => (path.endsWith("/preview") ? json({}, 201) : server.handler(path, init)));
		expect(await go()).toBe("done");
		expect((await session.items())[0]?.original).toMatchObject({ state: "stored", preview: "sent" });
	});

	it("lets a fact overtake an original that is under way", async () => {
		await photo(600 * 1024);
		const server = honest();
		serve(server.handler);
		meanwhile = async () => void (await plot());
		expect(await go()).toBe("later");
		expect([server.facts.size, [...server.uploads.values()][0]?.bytes]).toEqual([1, 0]);
		meanwhile = async () => undefined;
		expect(await go()).toBe("done");
		expect(server.facts.size).toBe(2);
		expect([...server.uploads.values()]).toEqual([{ length: 600 * 1024, bytes: 600 * 1024 }]);
	});

	it("signs in one chain, whoever captures at the same time", async () => {
		await Promise.all(Array.from({ length: 12 }, () => plot()));
		const items = await session.items();
		const captured = await Promise.all(items.map((item) => session.captured(item)));
		const numbers = captured.map(({ headers }) => headers["tuantra-capture"]?.match(/^seq=(\d+)/)?.[1]);
		expect(numbers).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
	});

	it("waits longer after each try, and never more than ten minutes", () => {
		expect([1, 2, 3, 30].map(waitMs)).toEqual([5_000, 10_000, 20_000, 600_000]);
	});

	it("shows the head that it keeps whenever it reads, before another takes its place", async () => {
		const heads = ["log\n7\nAA+A\n\n— log sig\n", "log\n9\nBBBB\n\n— log sig\n"];
		const shown: (string | null)[] = [];
		const server = honest();
		serve((path, init) => {
			if (!path.startsWith("/api/v1/sync/pull")) {
				return server.handler(path, init);
			}
			shown.push(new URL(path, TO.base).searchParams.get("head"));
			const head = { checkpoint: heads[shown.length - 1] };
			return json({
				items: [],
				next: "c",
				more: false,
				secured_through: null,
				now: "2026-03-01T00:00:00Z",
				head,
			});
		});
		await go();
		await go();
		expect(shown).toEqual([null, heads[0]]);
		expect(await session.doc("checkpoint")).toBe(heads[1]);
	});

	it("names the head that it keeps", () => {
		expect(headOf("tuantra.example/1\n12\nAQID\n\n— x y")).toBe("12:010203");
		expect(headOf("nonsense")).toBeNull();
	});
});

describe("contents", () => {
	it("lie sealed: neither a plot nor a photo is readable in the database", async () => {
		await session.capture({
			kind: "plot",
			target: "x",
			method: "PUT",
			path: "/api/v1/plots/x",
			body: { notes: "KHE SUOI" },
		});
		const rows = [...(await db.getAll("items")), ...(await db.getAll("docs"))];
		const bytes = rows.map((row) => new TextDecoder("latin1").decode(row.sealed.data));
		expect(bytes.some((text) => text.includes("KHE SUOI"))).toBe(false);
		expect((await session.captured((await session.items())[0] as never)).body).toContain("KHE SUOI");
	});
});
