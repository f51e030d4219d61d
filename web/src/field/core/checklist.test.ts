import { describe, expect, it } from "vitest";
import type { Situation } from "./checklist";
import { predict } from "./checklist";
import type { Phase, Shot } from "./evidence";

const PLOT = { lon: 103.8, lat: 22.3, accuracy_m: 5 };

function shot(phase: Phase, change: Partial<Shot> = {}): Shot {
	return {
		id: phase,
		plot: "p",
		eradication: "e",
		phase,
		taken_at: "2026-03-01T00:00:00Z",
		lon: 103.8,
		lat: 22.3,
		accuracy_m: 5,
		fix_age_s: 1,
		bearing_deg: null,
		sha256: "",
		bytes: 1,
		has_nonce: true,
		contains_person: false,
		...change,
	};
}

function situation(shots: Shot[], change: Partial<Situation> = {}): Situation {
	return { plot: PLOT, shots, isTracked: true, isKeyConfirmed: true, hasAccount: true, ...change };
}

const WHOLE = [shot("before"), shot("close_up"), shot("after")];

describe("the checklist", () => {
	it("finds nothing missing in a whole set", () => {
		expect(predict(situation(WHOLE))).toEqual({ grade: "A", missing: [] });
	});

	it("names what is missing, the worst first", () => {
		expect(predict(situation([shot("before")], { isTracked: false }))).toEqual({
			grade: "D",
			missing: ["no_after", "no_close_up", "no_track"],
		});
	});

	it("lets the best photo of a phase count", () => {
		const far = shot("after", { lat: 22.31 });
		expect(predict(situation([...WHOLE, far])).grade).toBe("A");
		expect(predict(situation([shot("before"), shot("close_up"), far])).missing).toEqual(["far_from_plot"]);
	});
});
