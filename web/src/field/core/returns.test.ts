import { beforeEach, describe, expect, it, vi } from "vitest";
import { correctWork, shotsOf } from "./correct";
import type { Shot } from "./evidence";
import { shotsKey } from "./evidence";
import { uuidv7 } from "./ids";
import type { EradicationDraft, KnownPlot } from "./plots";
import { known, takeReturns } from "./prepare";
import type { Returned, Task } from "./returns";
import { answerReturn, returnsOf, tasksOf } from "./returns";
import type { Session } from "./session";
import { newSession } from "./testing";

const OWN = "unit-a";
const back = (changes: Partial<Returned> = {}): Returned => ({
	id: uuidv7(),
	eradication: "work",
	reason: "thiếu ảnh toàn cảnh",
	at: "2026-03-02T05:00:00.000Z",
	to: [OWN],
	...changes,
});
const shot = (changes: Partial<Shot>): Shot =>
	({ eradication: "work", taken_at: "2026-03-02T06:00:00.000Z", ...changes }) as Shot;
const told = (id: string, returns: unknown[]) => ({
	id,
	geometry: { type: "Point", coordinates: [103.9, 22.4] },
	properties: { crop: "opium_poppy", state: "eradicated", returns },
});
const plotOf = (id: string, returns: Returned[]): KnownPlot =>
	known(
		told(
			id,
			returns.map((one) => ({ ...one, ended_by: null })),
		),
		null,
	) as KnownPlot;

let session: Session;
beforeEach(async () => {
	session = await newSession();
});
const tasks = async (plots: KnownPlot[], org: string | null = OWN): Promise<Task[]> =>
	tasksOf(session, plots, await session.items(), org);

describe("what was sent back", () => {
	it("is what the server tells and nobody has answered", () => {
		const open = { ...back(), ended_by: null, version: null, org: "desk" };
		expect(returnsOf([open, { ...back(), ended_by: "photo" }])).toEqual([
			{ id: open.id, eradication: "work", reason: open.reason, at: open.at, to: [OWN] },
		]);
		expect(returnsOf(undefined)).toEqual([]);
		expect(plotOf("a", [back()]).returns).toHaveLength(1);
	});

	it("is a task of the unit that is asked alone, the longest waiting first", async () => {
		const late = plotOf("a", [back({ at: "2026-03-03T05:00:00.000Z" }), back({ to: ["unit-b"] })]);
		const early = plotOf("b", [back()]);
		expect((await tasks([late, early])).map(({ plot }) => plot.id)).toEqual(["b", "a"]);
		expect(await tasks([late, early], "unit-c")).toEqual([]);
		expect(await tasks([late, early], null)).toEqual([]);
	});

	it("is answered by a picture that was taken since and shows it", async () => {
		const is = async (changes: Partial<Shot>, of: Partial<Returned> = {}) => {
			await session.keep(shotsKey("a"), [shot(changes)]);
			return (await tasks([plotOf("a", [back(of)])]))[0]?.isShot;
		};
		expect(await is({})).toBe(true);
		expect(await is({ eradication: null })).toBe(true);
		expect(await is({ eradication: "next" })).toBe(false);
		expect(await is({ eradication: "next" }, { eradication: null })).toBe(true);
		expect(await is({ taken_at: "2026-03-02T04:59:00.000Z" })).toBe(false);
	});

	it("is told no more once it was answered in words, and again where the server refused them", async () => {
		const plot = plotOf("a", [back(), back({ at: "2026-03-04T05:00:00.000Z" })]);
		const [first, second] = await tasks([plot]);
		await answerReturn(session, first as Task, " máy ảnh hỏng ");
		expect((await tasks([plot])).map(({ returned }) => returned.id)).toEqual([second?.returned.id]);
		const [item] = await session.items();
		if (!item) throw new Error("nothing waits");
		const sent = await session.captured(item);
		expect([item.kind, item.target, sent.path]).toEqual(["reply", "a", "/api/v1/plots/a/replies"]);
		expect(JSON.parse(sent.body)).toMatchObject({ returned: first?.returned.id, text: "máy ảnh hỏng" });
		await session.note(item, { state: "refused" });
		expect(await tasks([plot])).toHaveLength(2);
	});
});

describe("work that was sent back", () => {
	it("is corrected under a new id, began and ended when it did, and keeps its pictures", async () => {
		const plot = { ...plotOf("a", [back(), back({ eradication: null })]), eradication: "work" };
		const before = {
			id: "work",
			started_at: "2026-03-02T02:00:00.000Z",
			ended_at: "2026-03-02T03:00:00.000Z",
			methods: ["pull_up"],
			plants_destroyed: 30,
			samples: [],
			completeness: "full",
			notes: "",
		} as unknown as EradicationDraft;
		await correctWork(session, plot, before, { ...before, plants_destroyed: 28, started_at: "x" });
		const [item] = await session.items();
		if (!item) throw new Error("nothing waits");
		const body = JSON.parse((await session.captured(item)).body);
		expect(body).toMatchObject({
			corrects: "work",
			plants_destroyed: 28,
			started_at: before.started_at,
			ended_at: before.ended_at,
		});
		expect(body.id).not.toBe("work");
		const kept = await session.doc<KnownPlot>("plot a");
		expect(kept?.eradication).toBe(body.id);
		expect(kept?.returns?.map(({ eradication }) => eradication)).toEqual([null]);
		const done = await session.doc<EradicationDraft>("eradication a");
		expect([done?.id, done?.corrected]).toEqual([body.id, ["work"]]);
		const shots = shotsOf([shot({}), shot({ eradication: "other" }), shot({ eradication: null })], done);
		expect(shots.map(({ eradication }) => eradication)).toEqual([body.id, "other", null]);
		expect(shotsOf([shot({})], null)).toEqual([shot({})]);
	});
});

describe("a phone that was away", () => {
	it("asks for what was sent back meanwhile and for what is over, never for what it has not sent itself", async () => {
		const [fresh, over, known, pending] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
		await session.keep("plots", [over, known, pending]);
		for (const id of [over, known]) await session.keep(`plot ${id}`, plotOf(id, [back()]));
		await session.keep(`plot ${pending}`, plotOf(pending, []));
		const asked: string[] = [];
		vi.stubGlobal("fetch", async (path: string) => {
			asked.push(path);
			const listed = [fresh, known, pending].map((id) => ({ id }));
			const one = (id: string) => told(id, id === fresh ? [{ ...back(), ended_by: null }] : []);
			const value = path.includes("?") ? { features: listed, next: null } : one(path.split("/").at(-1) ?? "");
			return new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
		});
		await takeReturns(session, { base: "", token: "x" }, new Set([pending]));
		expect(asked[0]).toBe("/api/v1/plots?returned=true&limit=200");
		expect(asked.slice(1).sort()).toEqual([fresh, over].map((id) => `/api/v1/plots/${id}`).sort());
		const count = async (id: string) => (await session.doc<KnownPlot>(`plot ${id}`))?.returns?.length;
		expect([await count(fresh), await count(over), await count(known)]).toEqual([1, 0, 1]);
		expect(await session.doc("plots")).toContain(fresh);
		vi.unstubAllGlobals();
	});
});
