// Boundaries and names of the communes, asked for once: they change by the year.
import type { Feature, MultiPolygon, Polygon } from "geojson";
import { ask, client } from "../api/client";
import { byName } from "../format";

export type CommuneFeature = Feature<Polygon | MultiPolygon, { code: string; name: string; label: string }>;

let kept: Promise<CommuneFeature[]> | null = null;
/** Those of earlier days, by the day. */
const keptThen = new Map<string, Promise<CommuneFeature[]>>();

/** The communes that the reader may see, with their boundaries. */
export function communes(): Promise<CommuneFeature[]> {
	kept ??= load().catch((error: unknown) => {
		kept = null;
		throw error;
	});
	return kept;
}

/** Those of a day. */
export function communesOn(day: string): Promise<CommuneFeature[]> {
	const known = keptThen.get(day);
	if (known) return known;
	const then = load(day);
	then.catch(() => keptThen.delete(day));
	keptThen.set(day, then);
	return then;
}

/** The communes that figures name: those of today, or of the figures' last day where one has ended since. */
export async function communesNamed(figures: Named | null): Promise<CommuneFeature[]> {
	const today = await communes();
	const codes = new Set(today.map((own) => own.properties.code));
	if (!figures || figures.communes.every((own) => codes.has(own.code))) return today;
	return communesOn(figures.to);
}

/** Figures of communes by code, and the last of their days. */
interface Named {
	to: string;
	communes: { code: string }[];
}

async function load(at?: string): Promise<CommuneFeature[]> {
	const query = { geometry: true, limit: 500, ...(at ? { at } : {}) };
	const answer = await ask(client.GET("/api/v1/communes", { params: { query } }));
	const features = answer.features as unknown as CommuneFeature[];
	return features.toSorted((one, other) => byName(one.properties.name, other.properties.name));
}
