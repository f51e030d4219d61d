// Plots as the server tells them; their properties are open in the contract, so what screens read is named here.
import type { Point } from "geojson";
import { ask, client, type Schemas } from "../api/client";
import { area, number } from "../format";
import { word } from "./words";
import { t as review } from "./words/review";

export interface Amount {
	area_m2?: number | null;
	area_method?: string | null;
	plants?: number | null;
	plants_method?: string | null;
	uncertainty_pct?: number | null;
	weight_kg?: number | null;
}
export interface Measure extends Amount {
	entry_id: string;
	measured_at: string;
	version: number;
}
export interface Said {
	amount?: Amount;
	destroyed?: Amount;
	finding?: string;
	crop?: string;
	result?: string;
	methods?: string[];
	completeness?: string;
	minutes_pending?: boolean;
	minutes?: { number?: string | null } | null;
	number?: string | null;
	/** What was taken before the scene was cleared, and who let it be. */
	samples?: { number: string; seal?: string | null }[];
	release?: { agency: string; document: string } | null;
	reason?: string | null;
	/** What was decided of two plots, and the other of them. */
	sameness?: "same" | "distinct";
	other?: string;
	/** What was answered to a return. */
	text?: string | null;
	notes?: string | null;
}
export interface Fact {
	id: string;
	kind: string;
	at: string;
	recorded_at: string;
	entry_id: string;
	org: string | null;
	state: string | null;
	flag: string | null;
	corrected_by: string | null;
	/** The plot on which it was recorded, where that was merged into this one. */
	from?: string | null;
	said: Said;
}
/** What was sent back for completing: an eradication, or a version of the recording. */
export interface Returned {
	id: string;
	eradication: string | null;
	version: number | null;
	reason: string;
	org: string | null;
	at: string;
	/** The units that are asked. */
	to: string[];
	ended_by: string | null;
}
export interface Badge {
	heading: string;
	source: string;
	reaches_plants: number | null;
	near_plants: number | null;
}
export interface Conflict {
	figure: "plants" | "area_m2";
	measured: number;
	destroyed: number;
	remaining: number;
}
export interface PlotProperties extends Amount {
	state: Schemas["PlotState"];
	crop: string;
	commune: { code: string; name: string } | null;
	detected_at: string;
	detected_by: string | null;
	stage: string | null;
	land: string | null;
	hacc_m: number | null;
	position_method: string | null;
	season: string;
	incident: string | null;
	patrol: string | null;
	photos: number;
	flags: string[];
	candidates: { id: string; distance_m: number; detected_at: string }[];
	version: number;
	recorded_at: string;
	history: { entry_id: string; recorded_at: string; version: number }[];
	measures: Measure[];
	timeline: Fact[];
	/** The plots that were merged into it: what was recorded there is in the timeline. */
	merged?: string[];
	returns: Returned[];
	missing: string[];
	evidence_grades: Record<string, string>;
	handling_org: string | null;
	law_badge: Badge | null;
	approved: boolean;
	quantities: Record<string, Amount & { facts: string[] }>;
	/** Figures that do not make up what was measured. */
	conflicts: Conflict[];
	minutes_due: { due_at: string; eradication: string }[];
}
export interface Plot {
	id: string;
	geometry: Point;
	properties: PlotProperties;
}
export interface PlotPage {
	features: Plot[];
	next: string | null;
	total: number | null;
}
export interface PhotoProperties {
	id: string;
	phase: Schemas["Phase"];
	taken_at: string;
	lon: number | null;
	lat: number | null;
	accuracy_m: number | null;
	bearing_deg: number | null;
	sha256: string;
	bytes: number;
	state: string;
	derived: string;
	contains_person: boolean;
	eradication: string | null;
	flags: string[];
	/** Came after the photos of its eradication were sealed. */
	after_seal: boolean;
	/** A legal hold on its plot or incident keeps it. */
	held: boolean;
	/** The number of the document by whose order it was erased; none while it stands. */
	redacted_document?: string;
}
export interface Photo {
	id: string;
	properties: PhotoProperties;
}
/** Whether there is a picture of it that may be shown. */
export const isPictured = (
	own: Pick<PhotoProperties, "derived" | "contains_person" | "redacted_document">,
): boolean => own.derived === "made" && !own.contains_person && !own.redacted_document;

/** A short name of a record: the end of its id, where ids of one day differ. */
export const short = (id: string): string => id.slice(-6).toUpperCase();

/** An area with its method and error, or that none was measured. */
export function claimedArea(own: Amount): string {
	if (own.area_m2 === null || own.area_m2 === undefined) return review("noarea");
	const error = own.uncertainty_pct;
	const how = [word("method", own.area_method), error || error === 0 ? `± ${number(error)} %` : ""];
	return [area(own.area_m2), how.filter(Boolean).join(" ")].filter(Boolean).join(", ");
}

/** A step of a plot's course: a fact, or a later version of the recording. */
export interface Happening {
	id: string;
	/** When it happened, or was said. */
	at: string;
	/** When the log took it in. */
	recorded_at: string;
	fact: Fact | null;
	/** The version that a correction of the recording made. */
	version: number | null;
}
/** What happened after the detection, the earliest first. Of the recording's corrections only the time of entry is known. */
export function courseOf(own: Pick<PlotProperties, "history" | "timeline">): Happening[] {
	const facts = own.timeline.map((fact) => ({
		id: fact.id,
		at: fact.at,
		recorded_at: fact.recorded_at,
		fact,
		version: null,
	}));
	const corrections = own.history
		.filter(({ version }) => version > 1)
		.map(({ entry_id, recorded_at, version }) => ({
			id: entry_id,
			at: recorded_at,
			recorded_at,
			fact: null,
			version,
		}));
	return [...facts, ...corrections].toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}
/** When the recording itself came. */
export const cameAt = (own: Pick<PlotProperties, "history" | "recorded_at">): string =>
	own.history.find(({ version }) => version === 1)?.recorded_at ?? own.recorded_at;

export async function readPlot(id: string): Promise<Plot> {
	return (await ask(client.GET("/api/v1/plots/{id}", { params: { path: { id } } }))) as unknown as Plot;
}

export async function readPhotos(plot: string): Promise<Photo[]> {
	const query = { plot, limit: 500 };
	const answer = await ask(client.GET("/api/v1/photos", { params: { query } }));
	return answer.features as unknown as Photo[];
}

/** Metres between two places near each other. */
export function metresBetween(a: { lon: number; lat: number }, b: { lon: number; lat: number }): number {
	const radians = Math.PI / 180;
	const x = (b.lon - a.lon) * radians * Math.cos(((a.lat + b.lat) / 2) * radians);
	const y = (b.lat - a.lat) * radians;
	return Math.hypot(x, y) * 6_371_008.8;
}

/** The tone of a state's mark. */
export function toneOf(state: string): "plain" | "good" | "warn" | "stop" | "note" {
	if (state === "eradicated" || state === "clear") return "good";
	if (state === "resprout") return "stop";
	if (state === "detected" || state === "reported" || state === "eradicating") return "warn";
	return state === "verified" || state === "transferred" ? "note" : "plain";
}
