// The map engine in a chunk of its own: lists, queues and tables work before it has come.
import { addProtocol, Map as EngineMap, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "./engine.css";
import latin from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-600-normal.woff2?url";
import latinExt from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-ext-600-normal.woff2?url";
import vietnamese from "@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-600-normal.woff2?url";
import type { StyleSpecification } from "maplibre-gl";

setWorkerUrl(workerUrl);

/** The face of every label on a map. */
export const FACE = "Be Vietnam Pro";

/** An empty style: a ground, and labels drawn from the program's own font files (no glyph server). */
export function ground(colour: string): StyleSpecification {
	const face = [
		{
			url: vietnamese,
			"unicode-range": [
				"U+0102-0103",
				"U+0110-0111",
				"U+0128-0129",
				"U+0168-0169",
				"U+01A0-01A1",
				"U+01AF-01B0",
				"U+0300-0301",
				"U+0303-0304",
				"U+0308-0309",
				"U+0323",
				"U+0329",
				"U+1EA0-1EF9",
			],
		},
		{ url: latinExt, "unicode-range": ["U+0100-02BA", "U+1E00-1E9F"] },
		{ url: latin, "unicode-range": ["U+0000-00FF", "U+2000-206F", "U+2212"] },
	];
	return {
		version: 8,
		"font-faces": { [FACE]: face },
		sources: {},
		layers: [{ id: "ground", type: "background", paint: { "background-color": colour } }],
	} as StyleSpecification;
}

export { addProtocol, EngineMap };
