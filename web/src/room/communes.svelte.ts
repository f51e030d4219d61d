// Boundaries and names of the communes, asked for once: they change by the year.
import type { Feature, MultiPolygon, Polygon } from "geojson";
import { ask, client } from "../api/client";
import { byName } from "../format";

export type CommuneFeature = Feature<Polygon | MultiPolygon, { code: string; name: string; label: string }>;

let kept: Promise<CommuneFeature[]> | null = null;

/** The communes that the reader may see, with their boundaries. */
export function communes(): Promise<CommuneFeature[]> {
	kept ??= load().catch((error: unknown) => {
		kept = null;
		throw error;
	});
	return kept;
}

async function load(): Promise<CommuneFeature[]> {
	const query = { geometry: true, limit: 500 };
	const answer = await ask(client.GET("/api/v1/communes", { params: { query } }));
	const features = answer.features as unknown as CommuneFeature[];
	return features.toSorted((one, other) => byName(one.properties.name, other.properties.name));
}
