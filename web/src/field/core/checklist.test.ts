import { describe, expect, it } from "vitest";
import type { GradeRules, Reason, Situation } from "./checklist";
import { FIRST_RULES, newestRules, predict } from "./checklist";
import type { Phase, Shot } from "./evidence";

const PLOT = { lon: 103.8, lat: 22.3, accuracy_m: 5 };
const START = "2026-03-01T01:00:00Z";
const END = "2026-03-01T02:00:00Z";

function shot(phase: Phase, change: Partial<Shot> = {}): Shot {
	const taken_at = phase === "after" ? "2026-03-01T02:05:00Z" : "2026-03-01T00:50:00Z";
	return {
		id: phase,
		plot: "p",
		eradication: "e",
		phase,
		taken_at,
		lon: 103.8,
		lat: 22.3,
		accuracy_m: 5,
		fix_age_s: 1,
		bearing_deg: null,
		sha256: "",
		bytes: 1,
		has_nonce: true,
		has_account: true,
		is_tracked: true,
		contains_person: false,
		...change,
	};
}

function situation(shots: Shot[], change: Partial<Situation> = {}): Situation {
	const work = { eradication: "e", startedAt: START, endedAt: END };
	return { plot: PLOT, shots, isKeyConfirmed: true, ...work, ...change };
}

const WHOLE = [shot("before"), shot("close_up"), shot("after")];
const told = (now: Situation, rules?: GradeRules): [string, Reason[]] => {
	const { grade, missing } = predict(now, rules);
	return [grade, missing.map(({ reason }) => reason)];
};

describe("the checklist", () => {
	it("finds nothing missing in a whole set, and names the version of the rules", () => {
		expect(predict(situation(WHOLE))).toEqual({ grade: "A", missing: [], rules: 1 });
	});

	it("names what is missing, the worst first", () => {
		const now = situation([shot("before", { is_tracked: false })]);
		expect(told(now)).toEqual(["D", ["no_after", "no_close_up", "no_track"]]);
	});

	it("lets the best photo of a phase count", () => {
		const far = shot("after", { lat: 22.31 });
		expect(told(situation([...WHOLE, far]))).toEqual(["A", []]);
		expect(told(situation([shot("before"), shot("close_up"), far]))).toEqual(["D", ["far_from_plot"]]);
	});

	it("counts no photo of another eradication, and holds a missing name against one", () => {
		const others = WHOLE.map((own) => ({ ...own, eradication: "f" }));
		expect(told(situation(others))[0]).toBe("D");
		const unnamed = WHOLE.map((own) => ({ ...own, eradication: null }));
		expect(told(situation(unnamed))).toEqual(["B", ["not_bound"]]);
	});

	it.each<[string, Partial<Shot>, string, Reason[]]>([
		["no place", { lon: null, lat: null }, "C", ["no_position"]],
		["a rough place", { accuracy_m: 60 }, "C", ["no_position", "rough_position"]],
		["an old place", { fix_age_s: 300 }, "B", ["old_position"]],
		["no nonce, which only informs", { has_nonce: false }, "A", ["no_nonce"]],
		["no account", { has_account: false }, "B", ["no_account"]],
		["before the work ended", { taken_at: "2026-03-01T01:30:00Z" }, "C", ["after_too_early"]],
		["a day later", { taken_at: "2026-03-02T02:30:00Z" }, "C", ["outside_time"]],
		["looking away from 80 m", { lat: 22.30072, bearing_deg: 0 }, "B", ["points_away"]],
		["looking at it from 80 m", { lat: 22.30072, bearing_deg: 180 }, "A", []],
	])("judges a photo from after with %s", (_, change, grade, reasons) => {
		expect(told(situation([shot("before"), shot("close_up"), shot("after", change)]))).toEqual([
			grade,
			reasons,
		]);
	});

	it("goes by the server's rules: their numbers and their caps", () => {
		const near = situation([shot("before"), shot("close_up"), shot("after", { lat: 22.3006 })]);
		expect(told(near)).toEqual(["A", []]);
		const strict = {
			...FIRST_RULES,
			version: 2,
			near_m: 20,
			caps: { ...FIRST_RULES.caps, far_from_plot: "C" },
		};
		expect(predict(near, strict)).toEqual({
			grade: "C",
			missing: [{ reason: "far_from_plot", cap: "C" }],
			rules: 2,
		});
	});

	it("takes the newest of what the server tells, and nothing that is no rules", () => {
		const second = { ...FIRST_RULES, version: 2, late_hours: 72 };
		expect(newestRules([{ definition: FIRST_RULES }, { definition: second }])?.version).toBe(2);
		expect(newestRules({ definition: second })?.version).toBe(2);
		for (const other of [null, [], {}, [{ definition: { version: 3 } }], "rules"]) {
			expect(newestRules(other)).toBeNull();
		}
	});
});
