/** A base map from a pack on the phone, under everything that the app draws. */

import type {
	AddProtocolAction,
	Map as DrawnMap,
	LayerSpecification,
	SourceSpecification,
} from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";
import { addProtocol, FACE } from "../../map/engine";
import type { KeptPack } from "../core/packs";
import { bytesOf } from "../core/packs";
import { packs } from "../packs.svelte";
import { layersOf } from "./layers";

let protocol: Protocol | null = null;

function opened(pack: KeptPack): PMTiles {
	if (!protocol) {
		protocol = new Protocol();
		addProtocol("pmtiles", protocol.tilev4 as AddProtocolAction);
	}
	const known = protocol.get(pack.tag);
	if (known) {
		return known;
	}
	const fresh = new PMTiles({
		getKey: () => pack.tag,
		getBytes: async (offset, length) => ({
			data: await bytesOf(await packs.shelf(), pack.tag, offset, length),
		}),
	});
	protocol.add(fresh);
	return fresh;
}

/** Puts the packs under the first of the app's layers; gives what is to be said of where they come from. */
export async function lay(map: DrawnMap, under: string, all: readonly KeptPack[]): Promise<string[]> {
	const told: string[] = [];
	for (const pack of all) {
		const about = (await opened(pack).getMetadata()) as {
			vector_layers?: { id: string }[];
			attribution?: string;
		} | null;
		const isVector = pack.tiles === "mvt";
		const source = { type: isVector ? "vector" : "raster", url: `pmtiles://${pack.tag}` };
		map.addSource(pack.tag, { ...source, ...(isVector ? {} : { tileSize: 256 }) } as SourceSpecification);
		const names = (about?.vector_layers ?? []).map(({ id }) => id);
		const layers: LayerSpecification[] = isVector
			? layersOf(pack.tag, names, FACE)
			: [
					{
						id: `${pack.tag} tiles`,
						type: "raster",
						source: pack.tag,
						paint: { "raster-brightness-max": 0.7 },
					},
				];
		for (const layer of layers) {
			map.addLayer(layer, under);
		}
		// Its links would lead elsewhere: the words alone are shown.
		const words = new DOMParser().parseFromString(about?.attribution ?? "", "text/html").body.textContent;
		if (words.trim()) {
			told.push(words.trim());
		}
	}
	return told;
}
