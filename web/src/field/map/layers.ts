/** How a base map is drawn whose makers chose the names of its layers: by what the usual ones mean, quietly otherwise. */

import type { LayerSpecification } from "maplibre-gl";

interface Look {
	fill: string | null;
	line: string;
	width: number;
	isNamed: boolean;
}

const LOOKS: readonly [RegExp, Look][] = [
	[/^(water|ocean|lake|river)/, { fill: "#1f4a66", line: "#4d8fb8", width: 1.2, isNamed: true }],
	[/^(land|wood|forest|park|natural)/, { fill: "#1c4032", line: "#2c5a48", width: 0, isNamed: false }],
	[/^(earth|background|globallandcover)/, { fill: null, line: "#2c5a48", width: 0, isNamed: false }],
	[/^(road|transport|street|path|track)/, { fill: null, line: "#b9a98a", width: 1.4, isNamed: false }],
	[/^(contour|elevation|hill)/, { fill: null, line: "#6f6a4f", width: 0.6, isNamed: false }],
	[/^(building)/, { fill: "#4a5f55", line: "#4a5f55", width: 0.5, isNamed: false }],
	[/^(place|poi|peak|mountain|settlement)/, { fill: null, line: "#6f8a7e", width: 0, isNamed: true }],
];
const OTHER: Look = { fill: null, line: "#6f8a7e", width: 0.8, isNamed: false };

const is = (kind: "Polygon" | "LineString" | "Point"): ["in", unknown, unknown] => [
	"in",
	["geometry-type"],
	["literal", [kind, `Multi${kind}`]],
];

/** The layers for a source of vector tiles; areas below, then lines, names on top. */
export function layersOf(source: string, names: readonly string[], face: string): LayerSpecification[] {
	const all = names.map((name) => ({
		name,
		look: LOOKS.find(([word]) => word.test(name.toLowerCase()))?.[1] ?? OTHER,
	}));
	const fills = all.flatMap(({ name, look }) =>
		look.fill
			? [layer("fill", source, name, "Polygon", { "fill-color": look.fill, "fill-antialias": false })]
			: [],
	);
	const lines = all.flatMap(({ name, look }) =>
		look.width > 0
			? [layer("line", source, name, "LineString", { "line-color": look.line, "line-width": look.width })]
			: [],
	);
	const words = all.flatMap(({ name, look }) => (look.isNamed ? [labels(source, name, face)] : []));
	return [...fills, ...lines, ...words];
}

function layer(
	type: "fill" | "line",
	source: string,
	name: string,
	kind: "Polygon" | "LineString",
	paint: Record<string, unknown>,
): LayerSpecification {
	const id = `${source} ${name} ${type}`;
	return { id, type, source, "source-layer": name, filter: is(kind), paint } as LayerSpecification;
}

function labels(source: string, name: string, face: string): LayerSpecification {
	return {
		id: `${source} ${name} names`,
		type: "symbol",
		source,
		"source-layer": name,
		filter: ["all", is("Point"), ["any", ["has", "name:vi"], ["has", "name"]]],
		layout: {
			"text-field": ["coalesce", ["get", "name:vi"], ["get", "name"]],
			"text-font": [face],
			"text-size": 13,
		},
		paint: { "text-color": "#cfe3d9", "text-halo-color": "#10231c", "text-halo-width": 1.6 },
	} as LayerSpecification;
}
