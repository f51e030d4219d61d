import { beforeEach, describe, expect, it, vi } from "vitest";
import type { KnownPlot } from "./plots";
import type { Session } from "./session";
import { newSession } from "./testing";
import { openVisits, recordVisit, takeVisits } from "./visits";

const SERVER = { base: "http://server", token: "t" };
let session: Session;
let answers: Record<string, unknown>;

beforeEach(async () => {
	vi.stubGlobal("fetch", async (url: URL | string) => {
		const { pathname, search } = new URL(url, SERVER.base);
		const value = answers[pathname + search];
		return value === undefined
			? new Response("{}", { status: 403, headers: { "content-type": "application/problem+json" } })
			: Response.json(value);
	});
	session = await newSession();
	answers = {
		"/api/v1/ledger/samples": [{ period: 2026 }, { period: 2025 }, { period: 2024 }],
		"/api/v1/ledger/sample/visits?period=2026": { plots: [{ plot: "a", is_visited: false }] },
		"/api/v1/ledger/sample/visits?period=2025": {
			plots: [
				{ plot: "a", is_visited: true },
				{ plot: "b", is_visited: false },
			],
		},
		"/api/v1/plots/b": {
			id: "b",
			geometry: { type: "Point", coordinates: [103.9, 22.4] },
			properties: { crop: "opium_poppy", state: "eradicated", plants: 320, area_m2: 64 },
		},
	};
});

const open = async () => openVisits(session, await session.items());
const found = { found_m2: 16, area_method: "tape", plants: null, notes: " cạnh suối " } as const;

describe("plots that were drawn for another unit's look", () => {
	it("are those of the last two draws that nobody has looked at, with plots that the phone did not know", async () => {
		await session.keep("plots", ["a"]);
		await takeVisits(session, SERVER);
		expect(await open()).toEqual([
			{ plot: "a", period: 2026 },
			{ plot: "b", period: 2025 },
		]);
		expect(await session.doc<string[]>("plots")).toEqual(["a", "b"]);
		expect((await session.doc<KnownPlot>("plot b"))?.lat).toBe(22.4);
	});

	it("stay as they were told while the server tells nothing", async () => {
		await takeVisits(session, SERVER);
		answers = {};
		await takeVisits(session, SERVER);
		expect(await open()).toHaveLength(2);
	});

	it("are over once what was found is in the queue, of that draw alone, and open again where it was refused", async () => {
		await takeVisits(session, SERVER);
		const [visit] = await open();
		if (!visit) {
			throw new Error("nothing to visit");
		}
		await recordVisit(session, visit, found);
		expect(await open()).toEqual([{ plot: "b", period: 2025 }]);
		const item = (await session.items()).at(-1);
		if (!item) {
			throw new Error("the queue is empty");
		}
		const { kind, method, path, body } = await session.captured(item);
		expect([kind, method, path]).toEqual(["revisit", "POST", "/api/v1/plots/a/revisits"]);
		const { id, visited_at, ...said } = JSON.parse(body) as Record<string, unknown>;
		expect(said).toEqual({ period: 2026, found_m2: 16, area_method: "tape", notes: "cạnh suối" });
		expect([typeof id, Number.isFinite(Date.parse(String(visited_at)))]).toEqual(["string", true]);
		await session.keep("visits", [
			{ plot: "a", period: 2026 },
			{ plot: "a", period: 2027 },
		]);
		expect(await open()).toEqual([{ plot: "a", period: 2027 }]);
		await session.note(item, { state: "refused" });
		expect(await open()).toHaveLength(2);
	});
});
