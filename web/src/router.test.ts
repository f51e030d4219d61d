import { describe, expect, it } from "vitest";
import { href, parse } from "./router.svelte";

describe("an address", () => {
	it("comes back as it was written", () => {
		const written = href(["plots", "a b/ổ"], { week: 12, q: "Mường Khương", none: null, empty: "" });
		expect(parse(written)).toEqual({ path: ["plots", "a b/ổ"], query: { week: "12", q: "Mường Khương" } });
	});
	it("is the first screen where there is none", () => {
		for (const bare of ["", "#", "#/"]) expect(parse(bare)).toEqual({ path: [], query: {} });
	});
	it("that somebody mistyped breaks nothing", () => {
		expect(parse("#/plots/%E1%BB").path).toEqual(["plots", "%E1%BB"]);
	});
});
