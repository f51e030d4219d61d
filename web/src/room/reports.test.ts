import { expect, it } from "vitest";
import {
	daysOf,
	type Form,
	factsAt,
	monthOf,
	notesOf,
	partsOf,
	periodOf,
	remarkOf,
	written,
	yearOf,
} from "./reports";

it("statistical years run from 15 December to 14 December", () => {
	expect([yearOf("2025-12-14"), yearOf("2025-12-15"), yearOf("2026-06-01")]).toEqual([2025, 2026, 2026]);
	expect([monthOf("2026-03-14"), monthOf("2026-03-15"), monthOf("2025-12-20")]).toEqual([
		"2026-03",
		"2026-04",
		"2026-01",
	]);
	expect(daysOf("2026")).toEqual({ from: "2025-12-15", to: "2026-12-14" });
	expect(daysOf("2026-H1")).toEqual({ from: "2025-12-15", to: "2026-06-14" });
	expect(daysOf("2026-H2")).toEqual({ from: "2026-06-15", to: "2026-12-14" });
	expect(daysOf("2026-03")).toEqual({ from: "2026-02-15", to: "2026-03-14" });
	expect(daysOf("2026-01")).toEqual({ from: "2025-12-15", to: "2026-01-14" });
});

it("a period is a year and a part; what is none is the present year", () => {
	expect(partsOf("2026-H2", "2025-01-01")).toEqual({ year: 2026, part: "H2" });
	expect(partsOf("2026-13", "2025-12-20")).toEqual({ year: 2026, part: "" });
	expect(partsOf(undefined, "2025-12-01")).toEqual({ year: 2025, part: "" });
	expect([periodOf(2026, ""), periodOf(2026, "03")]).toEqual(["2026", "2026-03"]);
});

it("what is not known is written as nothing, never as zero", () => {
	expect(written("plots", null)).toBe("");
	expect(written("plots", 0)).toBe("0");
	expect(written("area_m2", 1234.5)).toBe("1.234,5");
	expect(written("detected_on", "2026-03-01")).toBe("01/03/2026");
	expect(written("change_pct", "không so sánh")).toBe("không so sánh");
});

it("the facts under a number have a screen", () => {
	const rest = "from=2026-01-01&to=2026-02-01&commune=02647&crop=cannabis&as_of=01a0";
	expect(factsAt(`/api/v1/ledger?by=plot&of=open&${rest}`)).toBe(`#/plots?of=open&${rest}`);
	expect(factsAt(`/api/v1/ledger?by=incident&of=in_incident&${rest}`)).toBe(
		`#/incidents?of=in_incident&${rest}`,
	);
	expect(factsAt("/api/v1/ledger?by=plot&of=counted&from=a&to=b&outside=true")).toBe(
		"#/plots?of=counted&from=a&to=b&outside=true",
	);
	expect(factsAt("/api/v1/plots/abc")).toBe("#/plots/abc");
	expect(factsAt("/api/v1/photos?plot=abc")).toBe("#/plots/abc");
	expect(factsAt("/api/v1/patrols?walked=true&from=a&to=b")).toBe("#/patrols?walked=true&from=a&to=b");
	expect(factsAt("/api/v1/coverage/patrols?from=a&to=b&commune=c&as_of=d")).toBe(
		"#/patrols?counted=true&from=a&to=b&commune=c&as_of=d",
	);
	expect(factsAt("/api/v1/unheard")).toBeNull();
});

it("a state of sending heads the notes, with what is said of a part beside", () => {
	expect(remarkOf("Không phát sinh")).toEqual({ state: "nothing", rest: "" });
	expect(remarkOf("Chưa gửi; mới xác nhận không phát sinh: Tây cũ, 50 % diện tích")).toEqual({
		state: "not_sent",
		rest: "mới xác nhận không phát sinh: Tây cũ, 50 % diện tích",
	});
	expect([remarkOf("Có điểm đang đối chiếu"), remarkOf(null)]).toEqual([null, null]);
});

it("notes stand in the language of the screen; those of forms kept before are in Vietnamese", () => {
	const own = { notes: ["Không tính 2 điểm"], notes_en: ["Plots that are not counted: 2"] } as Form;
	expect(notesOf(own, true)).toEqual({ lang: "vi", notes: own.notes });
	expect(notesOf(own, false)).toEqual({ lang: "en", notes: own.notes_en });
	expect(notesOf({ notes: own.notes } as Form, false)).toEqual({ lang: "vi", notes: own.notes });
});
