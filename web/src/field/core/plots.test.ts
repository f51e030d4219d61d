import { beforeEach, describe, expect, it } from "vitest";
import type { Shot } from "./evidence";
import { nextPhase } from "./evidence";
import { uuidv7 } from "./ids";
import { fixWire } from "./patrol";
import type { EradicationDraft, KnownPlot } from "./plots";
import { eradicate, eradicationOf, plan, reinspect, unplan } from "./plots";
import type { Session } from "./session";
import { mostCounted } from "./standing";
import { newSession } from "./testing";

let session: Session;

const PLOT: KnownPlot = {
	id: "",
	code: "A1B2C3",
	crop: "opium_poppy",
	state: "detected",
	lon: 103.9,
	lat: 22.4,
	accuracy_m: 5,
	plants: 600,
	area_m2: null,
	due_at: null,
	detected_at: "2026-03-02T01:00:00.000Z",
	commune: null,
	is_own: true,
	eradication: null,
};

function draft(plot: string, completeness: "full" | "partial" = "full"): EradicationDraft {
	return {
		plot,
		started_at: "2026-03-02T02:00:00.000Z",
		methods: ["pull_up"],
		plants_destroyed: 30,
		area_m2_destroyed: null,
		area_method: null,
		completeness,
		remaining_plants: completeness === "partial" ? 20 : null,
		witnesses: null,
		minutes: null,
		samples: [],
		release: null,
		confirmation: null,
		people: null,
		voluntary: false,
		notes: "",
	};
}

beforeEach(async () => {
	session = await newSession();
});

const kept = async (id: string) => (await session.doc<KnownPlot>(`plot ${id}`)) as KnownPlot;

describe("the stop rule's number", () => {
	it("is the most that was ever counted, whatever is written down as destroyed", () => {
		expect(mostCounted(PLOT, 449)).toBe(600);
		expect(mostCounted({ ...PLOT, plants: null }, 300, 200)).toBe(500);
		expect(mostCounted({ ...PLOT, plants: 100, most_plants: 460 }, 90)).toBe(460);
		expect(mostCounted({ ...PLOT, plants: null })).toBe(0);
	});
});

describe("the work that a picture belongs to", () => {
	it("is a new one after regrowth that was found without a network", async () => {
		const plot = { ...PLOT, id: uuidv7() };
		const first = await eradicationOf(session, plot);
		await eradicate(session, plot, draft(plot.id));
		expect(await eradicationOf(session, await kept(plot.id))).toBe(first);
		await reinspect(session, await kept(plot.id), "resprout", 25, "");
		const grown = await kept(plot.id);
		expect(grown.state).toBe("resprout");
		const second = await eradicationOf(session, grown);
		expect(second).not.toBe(first);
		// Until the server has folded the visit it may tell the earlier state again; seen twice it is one work to come.
		expect(await eradicationOf(session, { ...grown, state: "eradicating" })).toBe(second);
		await reinspect(session, { ...grown, state: "eradicating" }, "standing", 25, "");
		expect(await eradicationOf(session, await kept(plot.id))).toBe(second);
		await eradicate(session, grown, draft(plot.id));
		expect((await kept(plot.id)).eradication).toBe(second);
	});

	it("is a new one for a second pass over what was left, unless that is called off", async () => {
		const plot = { ...PLOT, id: uuidv7() };
		await eradicate(session, plot, draft(plot.id, "partial"));
		const partly = await kept(plot.id);
		expect(partly.state).toBe("eradicating");
		const second = await plan(session, partly);
		expect(await eradicationOf(session, partly)).toBe(second);
		expect(second).not.toBe(partly.eradication);
		await unplan(session, partly);
		expect(await eradicationOf(session, partly)).toBe(partly.eradication);
	});

	it("is none of this phone's where another team did it meanwhile", async () => {
		const plot = { ...PLOT, id: uuidv7() };
		await plan(session, plot);
		expect(await eradicationOf(session, { ...plot, state: "eradicated" })).toBeNull();
	});

	it("stays planned for the plot whose first work was called off: its pictures name it", async () => {
		const plot = { ...PLOT, id: uuidv7() };
		const planned = await plan(session, plot);
		await unplan(session, plot);
		expect(await eradicationOf(session, plot)).toBe(planned);
	});
});

describe("the picture that the moment asks for", () => {
	const shot = (phase: Shot["phase"], eradication: string): Shot =>
		({ phase, eradication, id: uuidv7() }) as Shot;

	it("is before, during, after", () => {
		const work = { eradication: "a", isBegun: false, isDone: false };
		expect(nextPhase([], work)).toBe("before");
		expect(nextPhase([shot("before", "a")], work)).toBe("close_up");
		expect(nextPhase([shot("before", "a")], { ...work, isBegun: true })).toBe("during");
		expect(nextPhase([shot("before", "a")], { ...work, isDone: true })).toBe("after");
	});

	it("is before again for a work of its own", () => {
		const shots = [shot("before", "a"), shot("close_up", "a"), shot("after", "a")];
		expect(nextPhase(shots, { eradication: "b", isBegun: false, isDone: false })).toBe("before");
	});
});

it("a fix tells of an interruption before it, and nothing of what is not known", () => {
	const fix = {
		t: "2026-03-02T02:00:00.000Z",
		lon: 103.9,
		lat: 22.4,
		accuracy_m: 5,
		altitude_m: null,
		speed_mps: null,
		bearing_deg: null,
	};
	const plain = { t: fix.t, lon: fix.lon, lat: fix.lat, accuracy_m: 5 };
	expect(fixWire({ ...fix, interrupted: false })).toEqual(plain);
	expect(fixWire({ ...fix, interrupted: true })).toEqual({ ...plain, break: true });
});
