import { describe, expect, it } from "vitest";
import { addressOf, kindsFor } from "./imports";

const plain = { kind: "gates" as const, epsg: "", layer: "", encoding: "", commune: "", source: "" };

describe("a file that an office sends", () => {
	it("is brought with what it does not say itself, and nothing that is empty", () => {
		expect(addressOf("cửa khẩu.csv", plain)).toBe(
			"/api/v1/imports?kind=gates&name=c%E1%BB%ADa+kh%E1%BA%A9u.csv",
		);
		expect(addressOf("a.xlsx", { ...plain, kind: "plots", epsg: " 9208 ", layer: "Sheet 2" })).toBe(
			"/api/v1/imports?kind=plots&name=a.xlsx&epsg=9208&layer=Sheet+2",
		);
	});
	it("may be of the kinds for which its sender holds the rights", () => {
		const none = () => false;
		expect(kindsFor(none, none)).toEqual([]);
		expect(kindsFor((right) => right !== "change_risk_areas", none)).toEqual(["plots"]);
		expect(kindsFor(none, (right) => right === "import_boundaries")).toEqual(["hamlets", "gates"]);
	});
});
