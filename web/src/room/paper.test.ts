import { describe, expect, it } from "vitest";
import { bodyOf, endMoment, type FactDraft, faultsOf, inOrder, numberOf, pictures } from "./paper";

const paper = {
	number: "12/BB-CAX",
	date: "2026-02-26",
	pages: 2,
	signatories: 3,
	scan: { sha256: "ab".repeat(32), bytes: 9, media_type: "application/pdf" },
};
const draft = (kind: FactDraft["kind"], texts: Record<string, string>): FactDraft => ({
	id: "01900000-0000-7000-8000-000000000001",
	key: "01900000-0000-7000-8000-000000000002",
	kind,
	texts,
});

describe("what stands on paper", () => {
	it("is read as Vietnamese writes numbers", () => {
		expect(numberOf("64,5")).toBe(64.5);
		expect(numberOf("1.200")).toBe(1200);
		expect(numberOf("12.500,25")).toBe(12_500.25);
		expect(numberOf("2.5")).toBe(2.5);
		expect(numberOf(" ")).toBeNull();
		expect(numberOf("nhiều")).toBeNaN();
		expect(numberOf("-3")).toBeNaN();
	});
	it("ends the next morning where its end is before its start", () => {
		expect(endMoment("2026-02-28", "22:00", "03:30")).toBe("2026-03-01T03:30:00+07:00");
		expect(endMoment("2026-02-28", "07:00", "11:30")).toBe("2026-02-28T11:30:00+07:00");
	});
	it("becomes a plot with its coordinates as they were typed", () => {
		const texts = {
			crop: "opium_poppy",
			day: "2026-02-26",
			from: "08:40",
			place: "22,4 104,3",
			plants: "320",
		};
		expect(faultsOf("plot", texts)).toEqual({});
		const body = bodyOf(draft("plot", texts), paper, null) as { geometry: unknown; properties: object };
		expect(body.geometry).toEqual({ type: "Point", coordinates: [104.3, 22.4] });
		expect(body.properties).toEqual({
			crop: "opium_poppy",
			detected_at: "2026-02-26T08:40:00+07:00",
			position_method: "typed",
			coord_input: { text: "22,4 104,3", crs: "WGS84", format: "degrees" },
			plants: 320,
			plants_method: "counted",
		});
	});
	it("waits for the reading of coordinates that can be read in several ways", () => {
		const texts = {
			crop: "cannabis",
			day: "2026-02-26",
			from: "08:40",
			place: "2478123 419615",
			plants: "3",
		};
		expect(faultsOf("plot", texts)).toEqual({ place: "place.none" });
		expect(faultsOf("plot", { ...texts, reading: "1" })).toEqual({});
	});
	it("becomes an eradication with the paper as its minutes, or with minutes that are to come", () => {
		const texts = {
			plot: "other",
			code: "00AB12",
			day: "2026-02-26",
			from: "09:00",
			to: "10:00",
			by_pull_up: "1",
			by_burn: "1",
			plants: "320",
			completeness: "full",
			minutes: "1",
		};
		expect(faultsOf("eradication", texts)).toEqual({});
		expect(bodyOf(draft("eradication", texts), paper, null)).toEqual({
			id: "01900000-0000-7000-8000-000000000002",
			started_at: "2026-02-26T09:00:00+07:00",
			ended_at: "2026-02-26T10:00:00+07:00",
			methods: ["pull_up", "burn"],
			plants_destroyed: 320,
			plants_method: "counted",
			completeness: "full",
			minutes: { number: "12/BB-CAX", date: "2026-02-26", pages: 2, signatories: 3, sha256: "ab".repeat(32) },
		});
		expect(bodyOf(draft("eradication", { ...texts, minutes: "" }), paper, null)).toMatchObject({
			minutes_pending: true,
		});
	});
	it("says what is missing, and that an area needs a method", () => {
		expect(faultsOf("eradication", { day: "2026-02-26", area: "64" })).toEqual({
			plot: "required",
			from: "required",
			to: "required",
			completeness: "required",
			methods: "methods_need",
			area_method: "method_need",
		});
		expect(faultsOf("measure", { plot: "x", day: "2026-02-26", from: "09:00" })).toEqual({
			plants: "amount_need",
		});
	});
	it("becomes a re-inspection, with what stands there only where something does", () => {
		const texts = {
			plot: "x",
			day: "2026-03-29",
			from: "08:00",
			result: "clear",
			plants: "9",
			area: "không rõ",
		};
		const told = {
			id: "01900000-0000-7000-8000-000000000002",
			inspected_at: "2026-03-29T08:00:00+07:00",
		};
		expect(faultsOf("reinspection", texts)).toEqual({});
		expect(bodyOf(draft("reinspection", texts), paper, null)).toEqual({ ...told, result: "clear" });
		const found = { ...texts, result: "resprout", area: "" };
		expect(faultsOf("reinspection", found)).toEqual({});
		expect(bodyOf(draft("reinspection", found), paper, null)).toEqual({
			...told,
			result: "resprout",
			plants: 9,
			plants_method: "counted",
		});
		expect(faultsOf("reinspection", { ...found, plants: "" })).toEqual({});
		expect(faultsOf("reinspection", { ...found, area: "nhiều" })).toMatchObject({ area: "number_wrong" });
		expect(faultsOf("reinspection", { plot: "other" })).toEqual({
			day: "required",
			from: "required",
			result: "required",
			code: "required",
		});
	});
	it("is sent with a plot before what happens to it", () => {
		const list = (["reinspection", "eradication", "plot", "patrol"] as const).map((kind) => draft(kind, {}));
		expect(inOrder(list).map((own) => own.kind)).toEqual(["patrol", "plot", "eradication", "reinspection"]);
	});
});

describe("a scanned PDF", () => {
	const bytes = (...parts: (string | number[])[]) =>
		Uint8Array.from(
			parts.flatMap((part) => (typeof part === "string" ? [...part].map((own) => own.charCodeAt(0)) : part)),
		);
	it("gives the pictures that are its pages", () => {
		const page = (picture: number[]) =>
			bytes(
				"1 0 obj <</Subtype/Image/Filter/DCTDecode/Length 4>>\nstream\r\n",
				picture,
				"\nendstream endobj\n",
			);
		const pdf = Uint8Array.from([...bytes("%PDF-1.4\n"), ...page([0xff, 0xd8, 1]), ...page([0xff, 0xd8, 2])]);
		expect(pictures(pdf).map((own) => own[2])).toEqual([1, 2]);
	});
	it("gives none where it holds text alone, or ends in the middle", () => {
		expect(pictures(bytes("%PDF-1.4 <</Filter/FlateDecode>> stream x endstream"))).toEqual([]);
		expect(pictures(bytes("%PDF-1.4 <</Filter/DCTDecode>> stream ", [0xff, 0xd8]))).toEqual([]);
	});
});
