import { beforeEach, describe, expect, it, vi } from "vitest";
import { FIRST_RULES } from "./checklist";
import { uuidv7 } from "./ids";
import type { KnownPlot } from "./plots";
import {
	areas,
	known,
	learnNames,
	namesIn,
	riskAreas,
	takeAside,
	takePlots,
	takeRules,
	unheard,
	wipeStale,
} from "./prepare";
import type { Session } from "./session";
import { newSession } from "./testing";

const DAY_MS = 86_400_000;
let session: Session;

function told(id: string, state: string): Record<string, unknown> {
	return {
		id,
		geometry: { type: "Point", coordinates: [103.9, 22.4] },
		properties: { crop: "cannabis", state },
	};
}

beforeEach(async () => {
	session = await newSession();
});

describe("the names of a phone's team and unit", () => {
	it("are asked for once, kept while the server is silent, and asked anew when the phone changes hands", async () => {
		const lists: Record<string, unknown> = {
			"/api/v1/teams": [{ id: "t", org: "o", name: "Tổ công tác 2" }],
			"/api/v1/orgs": [
				{ id: "o", name: "Công an xã A", kind: "cong_an_xa" },
				{ id: "p", name: "Đồn B", kind: "don_bien_phong" },
			],
		};
		const asked: string[] = [];
		let isHeard = true;
		vi.stubGlobal("fetch", async (path: string) => {
			asked.push(path);
			if (!isHeard) throw new TypeError("no network");
			return Response.json(lists[path]);
		});
		const me = { id: "d", kind: "device", team: "t", org: "o", rights: [] };
		const learn = (org: string) => learnNames(session, { base: "", token: "x" }, { ...me, org });
		expect(await namesIn(session)).toEqual({ team: null, org: null });
		await learn("o");
		await learn("o");
		expect(asked).toEqual(["/api/v1/teams", "/api/v1/orgs"]);
		expect(await namesIn(session)).toMatchObject({ team: "Tổ công tác 2", org: "Công an xã A" });
		isHeard = false;
		await learn("p");
		expect(await namesIn(session)).toMatchObject({ org: "Công an xã A" });
		isHeard = true;
		await learn("p");
		expect(await namesIn(session)).toMatchObject({ team: "Tổ công tác 2", org: "Đồn B" });
		vi.unstubAllGlobals();
	});
});

describe("what a phone takes along", () => {
	it("waits for a second member's word until the server has worked out the eradication and says who is missing", () => {
		const id = uuidv7();
		const own = { ...(known(told(id, "eradicated"), null) as KnownPlot), is_unconfirmed: true };
		expect(known(told(id, "detected"), own)?.is_unconfirmed).toBe(true);
		const missing = (names: string[]) => {
			const value = told(id, "eradicating");
			return { ...value, properties: { ...(value.properties as object), missing: names } };
		};
		expect(known(missing(["minutes", "confirmation"]), null)?.is_unconfirmed).toBe(true);
		expect(known(missing(["minutes"]), own)?.is_unconfirmed).toBe(false);
		expect(known(told(id, "eradicated"), own)?.is_unconfirmed).toBe(false);
	});

	it("is a plot with the name of its commune and how its area was measured", () => {
		const value = told(uuidv7(), "verified");
		const properties = { ...(value.properties as object), commune: { code: "02683", name: "Lũng Dìn" } };
		const plot = known({ ...value, properties: { ...properties, area_m2: 15, area_method: "paced" } }, null);
		expect([plot?.commune, plot?.area_m2, plot?.area_method]).toEqual(["Lũng Dìn", 15, "paced"]);
	});

	it("is what the server tells of a plot, but for what waits to be sent", async () => {
		const [a, b] = [uuidv7(), uuidv7()];
		await session.keep(`plot ${b}`, { ...known(told(b, "detected"), null), state: "eradicated" });
		const items = [a, b].map((id, seq) => ({ kind: "plot", id, seq, value: told(id, "verified") }));
		await takePlots(session, items, new Set([b]));
		expect((await session.doc<KnownPlot>(`plot ${a}`))?.state).toBe("verified");
		expect((await session.doc<KnownPlot>(`plot ${b}`))?.state).toBe("eradicated");
		expect(await session.doc("plots")).toEqual([a, b]);
	});

	it("keeps no plot of others that was corrected out of its communes", async () => {
		const [theirs, own, busy] = [uuidv7(), uuidv7(), uuidv7()];
		const all = [theirs, own, busy];
		const items = all.map((id, seq) => ({ kind: "plot", id, seq, value: told(id, "detected") }));
		await takePlots(session, items, new Set());
		await session.keep(`plot ${own}`, { ...known(told(own, "detected"), null), is_own: true });
		const gone = all.map((id, seq) => ({ kind: "plot_gone", id, seq, value: { gone: true } }));
		await takePlots(session, gone, new Set([busy]));
		expect(await session.doc("plots")).toEqual([own, busy]);
		const left = await Promise.all(all.map((id) => session.doc<KnownPlot>(`plot ${id}`)));
		expect(left.map((plot) => plot?.id ?? null)).toEqual([null, own, busy]);
	});

	it("is told again of a plot that was passed over, once the server has what was done there", async () => {
		const id = uuidv7();
		await session.keep(`plot ${id}`, { ...known(told(id, "detected"), null), state: "eradicated" });
		const fact = { kind: "eradication", target: id, method: "POST", path: "/x", body: {} } as const;
		const item = await session.capture(fact);
		const asked: string[] = [];
		vi.stubGlobal("fetch", async (path: string) => {
			asked.push(path);
			const now = told(id, "eradicating");
			const value = { ...now, properties: { ...(now.properties as object), missing: ["photos_after"] } };
			return new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
		});
		const state = async () => (await session.doc<KnownPlot>(`plot ${id}`))?.state;
		const to = { base: "", token: "x" };
		await takePlots(
			session,
			[{ kind: "plot", id, seq: 1, value: told(id, "detected") }],
			await unheard(session),
		);
		await takeAside(session, to);
		expect([await state(), asked]).toEqual(["eradicated", []]);
		const receipt = { entry_id: uuidv7(), id, sha256: "", received_at: "" };
		await session.note(item, { state: "stored", receipt });
		await takeAside(session, to);
		expect(asked).toEqual([`/api/v1/plots/${id}`]);
		expect((await session.doc<KnownPlot>(`plot ${id}`))?.missing).toEqual(["photos_after"]);
		expect(await state()).toBe("eradicating");
		await takeAside(session, to);
		expect(asked).toHaveLength(1);
	});

	it("lets a plot go that left its communes, once the server has what was done there", async () => {
		const id = uuidv7();
		const value = told(id, "detected");
		await takePlots(session, [{ kind: "plot", id, seq: 1, value }], new Set());
		const fact = { kind: "eradication", target: id, method: "POST", path: "/x", body: {} } as const;
		const item = await session.capture(fact);
		vi.stubGlobal("fetch", async () => {
			const problem = { type: "about:blank", title: "", status: 404 };
			const headers = { "content-type": "application/problem+json" };
			return new Response(JSON.stringify(problem), { status: 404, headers });
		});
		const to = { base: "", token: "x" };
		const gone = [{ kind: "plot_gone", id, seq: 2, value: { gone: true } }];
		await takePlots(session, gone, await unheard(session));
		await takeAside(session, to);
		expect([await session.doc("plots"), (await session.doc<KnownPlot>(`plot ${id}`))?.id]).toEqual([
			[id],
			id,
		]);
		const receipt = { entry_id: uuidv7(), id, sha256: "", received_at: "" };
		await session.note(item, { state: "stored", receipt });
		await takeAside(session, to);
		expect([await session.doc("plots"), await session.doc(`plot ${id}`)]).toEqual([[], null]);
	});

	it("does not wait for what the server refused", async () => {
		const fact = { kind: "eradication", target: uuidv7(), method: "POST", path: "/x", body: {} } as const;
		const item = await session.capture(fact);
		expect([...(await unheard(session))]).toEqual([fact.target]);
		await session.note(item, { state: "refused" });
		expect((await unheard(session)).size).toBe(0);
	});

	it("is the rules of grades and of the ledger as they stand", async () => {
		const ledger = { definition: { version: 2, stop_plants: 300, confirm_within_m: 80 } };
		const evidence = { definition: { ...FIRST_RULES, version: 4 } };
		const item = { id: null, seq: null };
		await takeRules(session, [{ ...item, kind: "definitions", value: { evidence } }]);
		await takeRules(session, [{ ...item, kind: "definitions", value: { ledger, evidence: null } }]);
		await takeRules(session, [{ ...item, kind: "areas", value: { changed: true } }]);
		expect(await session.doc("limits")).toEqual(ledger.definition);
		expect(await session.doc("grade_rules")).toEqual(evidence.definition);
	});

	it("is the communes that it records in, or those around it, never a map without any", async () => {
		const asked: string[] = [];
		vi.stubGlobal("fetch", async (path: string) => {
			asked.push(path);
			const one = { type: "Feature", geometry: null, properties: { code: "02683" } };
			const told = /items|risk/.test(path) ? { features: [one], next: null } : one;
			return new Response(JSON.stringify(told), { headers: { "content-type": "application/json" } });
		});
		const to = { base: "", token: "x" };
		const me = (communes: string[] | null) => ({
			id: "x",
			kind: "device",
			org: null,
			team: null,
			rights: [{ right: "record_plots", communes }],
		});
		expect(await areas(session, to, me(null), null)).toBe(false);
		expect(await riskAreas(session, to)).toBe(false);
		expect(asked).toEqual([]);
		expect(await areas(session, to, me(null), { lon: 103.9, lat: 22.4 })).toBe(true);
		expect(await areas(session, to, me(["02683"]), null)).toBe(true);
		expect(await riskAreas(session, to)).toBe(true);
		expect(asked).toEqual([
			"/ogc/collections/communes/items?bbox=103.7000,22.2000,104.1000,22.6000&limit=40",
			"/api/v1/communes/02683",
			"/api/v1/risk-areas?limit=200&commune=02683",
		]);
		vi.unstubAllGlobals();
	});

	it("is wiped after thirty days without the server: others' plots and areas, never the team's own", async () => {
		const [own, other] = [uuidv7(), uuidv7()];
		await session.keep(`plot ${own}`, { ...known(told(own, "detected"), null), is_own: true });
		await session.keep(`plot ${other}`, known(told(other, "detected"), null));
		await session.keep("plots", [own, other]);
		await session.keep("communes", [{ type: "Feature" }]);
		await session.keep("contact", 1_000);
		expect(await wipeStale(session, 1_000 + 29 * DAY_MS)).toBe(false);
		expect(await wipeStale(session, 1_000 + 30 * DAY_MS)).toBe(true);
		expect(await session.doc("plots")).toEqual([own]);
		expect(await session.doc(`plot ${other}`)).toBeNull();
		expect(await session.doc("communes")).toEqual([]);
	});
});
