// What is typed in from minutes on paper: drafts as a form holds them, and the bodies that the native routes take.
import type { Schemas } from "../api/client";
import { readCoordinates } from "../field/core/coordinates";

export type FactKind = Schemas["PaperFactKind"];

/** The texts of a form's fields by their names; ticks are `"1"`. */
export type Texts = Record<string, string>;

export interface FactDraft {
	/** The patrol's or plot's id; of a measure, an eradication or a re-inspection that of the plot it belongs to, empty until it is known. */
	id: string;
	/** Its own mark in the list; the id of an eradication or a re-inspection. */
	key: string;
	kind: FactKind;
	texts: Texts;
	/** What became of it when it was sent last. */
	done?: boolean;
	problem?: { detail: string; fields: { pointer: string; reason: string }[] } | null;
}

export interface PaperRecord {
	number: string;
	date: string;
	commune: string;
	issuer: string;
	pages: number;
	signatories: number;
	notes: string | null;
	scan: { sha256: string; bytes: number; media_type: string };
}

/** Why a field cannot be sent yet; keys of the screen's words. */
export type Fault =
	| "required"
	| "number_wrong"
	| "order_wrong"
	| "methods_need"
	| "amount_need"
	| "method_need"
	| "place.none";
export type Faults = Partial<Record<string, Fault>>;

export const METHODS = ["pull_up", "cut", "spray", "burn", "plough"] as const;
export const AREA_METHODS = ["tape", "paced", "estimated"] as const;
export const RESULTS = ["clear", "resprout", "standing", "replanted", "not_reached"] as const;
export const PLANTS_METHODS = ["counted", "sampled", "estimated"] as const;

/** A number as people write it, with a comma or a point before decimals; `null` where nothing stands, NaN where it is none. */
export function numberOf(text: string | undefined): number | null {
	const plain = (text ?? "").trim().replace(/\s/g, "");
	if (plain === "") return null;
	// 1.200 and 12.500 are thousands as Vietnamese writes them.
	const grouped = /^\d{1,3}(\.\d{3})+(,\d+)?$/.test(plain) ? plain.replaceAll(".", "") : plain;
	return /^\d+([.,]\d+)?$/.test(grouped) ? Number(grouped.replace(",", ".")) : Number.NaN;
}

/** A local day and time of Viet Nam. */
export const moment = (day: string, time: string): string => `${day}T${time}:00+07:00`;

/** A moment on a day; a time before that of the start belongs to the next morning. */
export function endMoment(day: string, from: string, to: string): string {
	if (to > from) return moment(day, to);
	const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
	return moment(next, to);
}

/** The reading of the typed coordinates that was chosen, or the only one. */
export function placeOf(texts: Texts) {
	const readings = readCoordinates(texts.place ?? "");
	return readings.length === 1 ? readings[0] : readings[Number(texts.reading ?? Number.NaN)];
}

/** Whether a re-inspection found something whose amount can be told. */
export const isGrowing = (result: string | undefined): boolean =>
	result === "resprout" || result === "standing" || result === "replanted";

/** What keeps a draft from being sent. */
export function faultsOf(kind: FactKind, texts: Texts): Faults {
	const faults: Faults = {};
	const need = (...names: string[]) => {
		for (const name of names) if (!(texts[name] ?? "").trim()) faults[name] = "required";
	};
	const numeric = (...names: string[]) => {
		for (const name of names) if (Number.isNaN(numberOf(texts[name]))) faults[name] = "number_wrong";
	};
	if (kind === "patrol") {
		need("patrol_kind", "transport", "team", "day", "from", "to");
		if (texts.from && texts.from === texts.to) faults.to = "order_wrong";
		return faults;
	}
	if (kind === "reinspection" && !isGrowing(texts.result)) {
		need("plot", "day", "from", "result");
		if (texts.plot === "other") need("code");
		return faults;
	}
	numeric("plants", "area");
	if (kind === "plot") {
		need("crop", "day", "from", "place");
		if (texts.place && !placeOf(texts)) faults.place = "place.none";
	} else {
		need("plot", "day", "from");
		if (texts.plot === "other") need("code");
	}
	if (kind === "eradication") {
		need("to", "completeness");
		numeric("remaining", "witnesses");
		if (!METHODS.some((name) => texts[`by_${name}`])) faults.methods = "methods_need";
	}
	// A team that found plants need not have counted them.
	if (
		kind !== "reinspection" &&
		!faults.plants &&
		!faults.area &&
		numberOf(texts.plants) === null &&
		numberOf(texts.area) === null
	)
		faults.plants = "amount_need";
	if (numberOf(texts.area) !== null && !texts.area_method) faults.area_method = "method_need";
	return faults;
}

/** The body of a fact's native route, from a draft without faults. */
export function bodyOf(
	draft: FactDraft,
	paper: Pick<PaperRecord, "number" | "date" | "pages" | "signatories" | "scan">,
	leadOrg: string | null,
): Record<string, unknown> {
	const { kind, texts } = draft;
	const said = (name: string) => (texts[name] ?? "").trim().normalize("NFC");
	const word = (name: string, from = name) => (said(from) ? { [name]: said(from) } : {});
	const amount = (name: string, from: string) => {
		const value = numberOf(texts[from]);
		return value === null ? {} : { [name]: value };
	};
	const notes = word("notes");
	if (kind === "patrol")
		return {
			kind: said("patrol_kind"),
			transport: said("transport"),
			team: said("team"),
			...(leadOrg ? { lead_org: leadOrg } : {}),
			started_at: moment(said("day"), said("from")),
			ended_at: endMoment(said("day"), said("from"), said("to")),
			...notes,
		};
	const counted =
		numberOf(texts.plants) === null ? {} : { plants_method: said("plants_method") || "counted" };
	const measured = numberOf(texts.area) === null ? {} : { area_method: said("area_method") };
	if (kind === "eradication")
		return {
			id: draft.key,
			started_at: moment(said("day"), said("from")),
			ended_at: endMoment(said("day"), said("from"), said("to")),
			methods: METHODS.filter((name) => texts[`by_${name}`]),
			...amount("plants_destroyed", "plants"),
			...counted,
			...amount("area_m2_destroyed", "area"),
			...measured,
			completeness: said("completeness"),
			...(said("completeness") === "partial" ? amount("remaining_plants", "remaining") : {}),
			...amount("witnesses", "witnesses"),
			...(texts.minutes
				? {
						minutes: {
							number: paper.number,
							date: paper.date,
							pages: paper.pages,
							signatories: paper.signatories,
							sha256: paper.scan.sha256,
						},
					}
				: { minutes_pending: true }),
			...notes,
		};
	const amounts = { ...amount("plants", "plants"), ...counted, ...amount("area_m2", "area"), ...measured };
	if (kind === "measure") return { measured_at: moment(said("day"), said("from")), ...amounts, ...notes };
	if (kind === "reinspection")
		return {
			id: draft.key,
			inspected_at: moment(said("day"), said("from")),
			result: said("result"),
			...(isGrowing(texts.result) ? amounts : {}),
			...notes,
		};
	const spot = placeOf(texts);
	return {
		type: "Feature",
		geometry: { type: "Point", coordinates: [spot?.lon ?? 0, spot?.lat ?? 0] },
		properties: {
			crop: said("crop"),
			detected_at: moment(said("day"), said("from")),
			...word("detected_by"),
			position_method: "typed",
			coord_input: { text: said("place"), crs: spot?.crs ?? null, format: spot?.format ?? null },
			...amounts,
			...word("stage"),
			...word("land"),
			...word("patrol"),
			...notes,
		},
	};
}

/** The order in which facts are taken: patrols, plots, then what happened to these. */
export function inOrder(drafts: FactDraft[]): FactDraft[] {
	const rank = { patrol: 0, plot: 1, measure: 2, eradication: 3, reinspection: 4 };
	return drafts.toSorted((one, other) => rank[one.kind] - rank[other.kind]);
}

const MOST_PAGES = 100;

/** The pages of a scanned PDF, as far as they are JPEG pictures, which scanners make of them. */
export function pictures(pdf: Uint8Array): Uint8Array<ArrayBuffer>[] {
	const found: Uint8Array<ArrayBuffer>[] = [];
	let at = 0;
	while (found.length < MOST_PAGES) {
		const filter = indexOf(pdf, "/DCTDecode", at);
		if (filter < 0) break;
		const stream = indexOf(pdf, "stream", filter);
		if (stream < 0) break;
		const end = indexOf(pdf, "endstream", stream + 6);
		if (end < 0) break;
		let begin = stream + 6;
		while (pdf[begin] === 13 || pdf[begin] === 10) begin += 1;
		if (pdf[begin] === 0xff && pdf[begin + 1] === 0xd8) found.push(pdf.slice(begin, end));
		at = end + 9;
	}
	return found;
}

function indexOf(bytes: Uint8Array, text: string, from: number): number {
	const sought = [...text].map((letter) => letter.charCodeAt(0));
	const first = sought[0] ?? 0;
	for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
		if (sought.every((value, offset) => bytes[at + offset] === value)) return at;
	}
	return -1;
}
