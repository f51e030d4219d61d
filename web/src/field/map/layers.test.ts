import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, it } from "vitest";
import { layersOf } from "./layers";

describe("a base map's layers", () => {
	const names = ["water", "landcover", "roads", "places", "earth", "something-else"];
	const layers = layersOf("own", names, "Face");

	it("are ones that the engine takes", () => {
		const source = { type: "vector" as const, url: "pmtiles://own" };
		const style = { version: 8 as const, glyphs: "x/{fontstack}/{range}", sources: { own: source }, layers };
		expect(validateStyleMin(style)).toEqual([]);
	});

	it("are areas first, then lines, names on top", () => {
		const kinds = layers.map(({ type }) => type);
		expect(kinds).toEqual([...kinds].sort((a, b) => "fls".indexOf(a[0] ?? "") - "fls".indexOf(b[0] ?? "")));
		expect(kinds).toContain("symbol");
	});

	it("leave nothing out that is drawn as a line, whatever its name", () => {
		expect(layers.map(({ id }) => id)).toContain("own something-else line");
	});
});
