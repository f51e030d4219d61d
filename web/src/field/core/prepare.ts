/** What a phone takes along: boundaries and risk areas of its communes, plots to check again, one-time numbers. */

import { newestRules } from "./checklist";
import { refill } from "./evidence";
import type { Place } from "./geo";
import { newestLimits } from "./limits";
import type { KnownPlot } from "./plots";
import { returnsOf } from "./returns";
import type { Answer, Connection } from "./server";
import { call } from "./server";
import type { Session } from "./session";
import { shortCode } from "./standing";
import type { PulledItem } from "./sync";

export interface Me {
	id: string;
	kind: string;
	org: string | null;
	team: string | null;
	rights: { right: string; communes: string[] | null }[];
}

/** A GeoJSON feature as it is drawn. */
export interface Drawn {
	type: "Feature";
	id?: string | number;
	geometry: unknown;
	properties: Record<string, unknown>;
}

export type Step = "app" | "areas" | "risk" | "plots" | "nonces" | "key";
export const STEPS: readonly Step[] = ["app", "areas", "risk", "plots", "nonces", "key"];

interface Page {
	features: Drawn[];
	next: string | null;
}

/** No phone takes more communes or risk areas along. */
const MOST_COMMUNES = 40;
const MOST_PAGES = 40;

export async function whoAmI(to: Connection): Promise<Me | number | null> {
	const answer = await call<Me>(to, "GET", "/api/v1/me");
	if (answer.kind === "unreachable") {
		return null;
	}
	return answer.kind === "ok" ? answer.value : answer.status;
}

/** Whose phone it is, by name. */
export interface Named {
	team: string | null;
	org: string | null;
}

interface Body {
	id: string;
	name: string;
}

/** The document that holds the names, with the ids that they are of. */
const NAMED = "named";

/** The names of the phone's team and unit, as they were heard last. */
export async function namesIn(session: Session): Promise<Named> {
	return (await session.doc<Named>(NAMED)) ?? { team: null, org: null };
}

/** Asks for the names of the phone's team and unit, once for each: names of units do not change. */
export async function learnNames(session: Session, to: Connection, { team, org }: Me): Promise<void> {
	const before = await session.doc<Named & { of: string }>(NAMED);
	const of = `${team} ${org}`;
	if (before?.of === of) {
		return;
	}
	const [teams, orgs] = [
		await call<Body[]>(to, "GET", "/api/v1/teams"),
		await call<Body[]>(to, "GET", "/api/v1/orgs"),
	];
	if (teams.kind === "ok" && orgs.kind === "ok") {
		const name = (all: Body[], id: string | null): string | null =>
			all.find((one) => one.id === id)?.name ?? null;
		await session.keep(NAMED, { of, team: name(teams.value, team), org: name(orgs.value, org) });
	}
}

/** The communes in which the phone records; none for the whole province. */
export function communesOf(me: Me): string[] {
	return me.rights.find(({ right }) => right === "record_plots")?.communes ?? [];
}

/** A phone of the whole province takes along the communes so far around it, degrees: a long day's way. */
const AROUND_DEG = 0.2;

/** The communes around a place; none where the server does not answer. */
async function around(to: Connection, at: Place): Promise<Drawn[] | null> {
	const [west, south, east, north] = [-1, -1, 1, 1].map((side, axis) =>
		((axis % 2 === 0 ? at.lon : at.lat) + side * AROUND_DEG).toFixed(4),
	);
	const path = `/ogc/collections/communes/items?bbox=${west},${south},${east},${north}&limit=${MOST_COMMUNES}`;
	const answer = await call<{ features: Drawn[] }>(to, "GET", path);
	return answer.kind === "ok" ? answer.value.features : null;
}

async function named(to: Connection, codes: readonly string[]): Promise<Drawn[] | null> {
	const drawn: Drawn[] = [];
	for (const code of codes) {
		const answer = await call<Drawn>(to, "GET", `/api/v1/communes/${encodeURIComponent(code)}`);
		if (answer.kind !== "ok") {
			return null;
		}
		drawn.push(answer.value);
	}
	return drawn;
}

/** The boundaries of the phone's communes, or of those around it where it records in the whole province. */
export async function areas(session: Session, to: Connection, me: Me, at: Place | null): Promise<boolean> {
	const codes = communesOf(me).slice(0, MOST_COMMUNES);
	const drawn = codes.length > 0 ? await named(to, codes) : at && (await around(to, at));
	if (!drawn) {
		return false;
	}
	await session.keep("communes", drawn);
	return true;
}

/** The risk areas of the communes that were taken along. */
export async function riskAreas(session: Session, to: Connection): Promise<boolean> {
	const communes = await session.doc<Drawn[]>("communes");
	if (!communes) {
		return false;
	}
	const drawn: Drawn[] = [];
	for (const code of communes.map(({ properties }) => String(properties.code))) {
		const some = await pages(to, `/api/v1/risk-areas?limit=200&commune=${encodeURIComponent(code)}`);
		if (!some) {
			return false;
		}
		drawn.push(...some);
	}
	await session.keep("risk", drawn);
	return true;
}

async function pages(to: Connection, first: string): Promise<Drawn[] | null> {
	const all: Drawn[] = [];
	let path: string | null = first;
	for (let page = 0; path && page < MOST_PAGES; page += 1) {
		const answer: Answer<Page> = await call<Page>(to, "GET", path);
		if (answer.kind !== "ok") {
			return null;
		}
		all.push(...answer.value.features);
		path = answer.value.next;
	}
	return all;
}

/** When plots are to be looked at again; what this phone did at one itself holds until the server has it. */
export async function dueDates(
	session: Session,
	to: Connection,
	unheard: ReadonlySet<string>,
): Promise<void> {
	interface Due {
		plots: { plot: string; due_on: string }[];
		next: string | null;
	}
	const due = new Map<string, string>();
	let path: string | null = "/api/v1/ledger/reinspections-due?limit=500";
	for (let page = 0; path && page < MOST_PAGES; page += 1) {
		const answer: Answer<Due> = await call<Due>(to, "GET", path);
		if (answer.kind !== "ok") {
			return;
		}
		for (const { plot, due_on } of answer.value.plots) {
			due.set(plot, due_on);
		}
		path = answer.value.next;
	}
	for (const id of (await session.doc<string[]>("plots")) ?? []) {
		const plot = unheard.has(id) ? null : await session.doc<KnownPlot>(`plot ${id}`);
		const due_at = due.get(id) ?? null;
		if (plot && plot.due_at !== due_at) {
			await session.keep(`plot ${id}`, { ...plot, due_at });
		}
	}
}

/** The rules that a phone acts by: the document that keeps them, the book of theirs, and how they are read. */
const RULES = [
	["grade_rules", "evidence", newestRules],
	["limits", "ledger", newestLimits],
] as const;

/** The rules of grades and of the ledger, where none came with what was pulled. */
export async function rules(session: Session, to: Connection): Promise<void> {
	for (const [doc, book, newest] of RULES) {
		if (await session.doc(doc)) {
			continue;
		}
		const answer = await call<unknown>(to, "GET", `/api/v1/${book}/definitions`);
		const found = answer.kind === "ok" ? newest(answer.value) : null;
		if (found) {
			await session.keep(doc, found);
		}
	}
}

/** Keeps the rules among pulled items: they come when a phone begins, and whenever they change. */
export async function takeRules(session: Session, items: readonly PulledItem[]): Promise<void> {
	for (const { value } of items.filter(({ kind }) => kind === "definitions")) {
		for (const [doc, book, newest] of RULES) {
			const found = newest(value[book]);
			if (found) {
				await session.keep(doc, found);
			}
		}
	}
}

export async function nonces(session: Session, to: Connection): Promise<boolean> {
	return (await refill(session, to)) > 0;
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);

/** States in which a server knows of no eradication. */
const BEFORE_WORK: readonly string[] = ["detected", "verified"];

/** A plot as the server tells it. */
export function known(value: Record<string, unknown>, before: KnownPlot | null): KnownPlot | null {
	const properties = (value.properties ?? {}) as Record<string, unknown>;
	const coordinates = (value.geometry as { coordinates?: number[] } | null)?.coordinates;
	const id = text(value.id);
	const [lon, lat] = coordinates ?? [];
	if (!id || lon === undefined || lat === undefined) {
		return null;
	}
	return {
		id,
		code: text(properties.code) ?? before?.code ?? shortCode(id),
		crop: (text(properties.crop) ?? "other") as KnownPlot["crop"],
		state: text(properties.state) ?? "detected",
		lon,
		lat,
		accuracy_m: number(properties.hacc_m),
		plants: number(properties.plants),
		area_m2: number(properties.area_m2),
		area_method: text(properties.area_method) as KnownPlot["area_method"],
		due_at: before?.due_at ?? null,
		detected_at: text(properties.detected_at) ?? "",
		commune: text((properties.commune as { name?: unknown } | null)?.name) ?? before?.commune ?? null,
		is_own: before?.is_own ?? false,
		eradication: before?.eradication ?? null,
		most_plants: before?.most_plants ?? null,
		missing: Array.isArray(properties.missing)
			? properties.missing.filter((one): one is string => typeof one === "string")
			: [],
		returns: returnsOf(properties.returns),
		version: number(properties.version),
		earlier: before?.earlier ?? [],
		is_whole: before?.is_whole ?? false,
		// A server that has not worked out what this phone just sent knows nothing of a confirmation that is missing.
		is_unconfirmed: BEFORE_WORK.includes(text(properties.state) ?? "")
			? (before?.is_unconfirmed ?? false)
			: Array.isArray(properties.missing) && properties.missing.includes("confirmation"),
	};
}

/** What the server does not have yet of this phone's doing; what it refused it will not have. */
export async function unheard(session: Session): Promise<Set<string>> {
	const open = (await session.items()).filter((item) => item.receipt === null && item.state !== "refused");
	return new Set(open.map((item) => item.target));
}

/** Plots that were told while the phone itself had done more at them. */
const ASIDE = "plots_aside";

/** Keeps a plot as the server tells it. */
export async function takePlot(session: Session, id: string, value: Record<string, unknown>): Promise<void> {
	const plot = known(value, await session.doc<KnownPlot>(`plot ${id}`));
	if (plot) {
		await session.keep(`plot ${id}`, plot);
	}
}

/** Forgets a plot that left this phone's communes; what the phone recorded stays its own, wherever it was corrected to. */
async function forgetGone(session: Session, id: string): Promise<boolean> {
	const plot = await session.doc<KnownPlot>(`plot ${id}`);
	if (!plot || plot.is_own) {
		return false;
	}
	await session.forget(`plot ${id}`);
	return true;
}

/**
 * Keeps the plots among pulled items; what the phone itself did later wins until the server has it. The cursor goes on
 * meanwhile and the server tells a plot again only when it changes: what is passed over is asked for later.
 */
export async function takePlots(
	session: Session,
	items: readonly PulledItem[],
	pending: ReadonlySet<string>,
): Promise<void> {
	const index = new Set((await session.doc<string[]>("plots")) ?? []);
	const aside = new Set((await session.doc<string[]>(ASIDE)) ?? []);
	const before = aside.size;
	for (const item of items) {
		if (item.kind === "plot_gone" && item.id && index.has(item.id)) {
			if (pending.has(item.id)) {
				aside.add(item.id);
			} else if (await forgetGone(session, item.id)) {
				index.delete(item.id);
			}
		}
		if (item.kind !== "plot" || !item.id) {
			continue;
		}
		index.add(item.id);
		if (pending.has(item.id)) {
			aside.add(item.id);
		} else {
			await takePlot(session, item.id, item.value);
		}
	}
	await session.keep("plots", [...index]);
	if (aside.size > before) {
		await session.keep(ASIDE, [...aside]);
	}
}

/** Asks for the plots that were passed over, as soon as the server has all that this phone did at them. */
export async function takeAside(session: Session, to: Connection): Promise<void> {
	const aside = (await session.doc<string[]>(ASIDE)) ?? [];
	const pending = await unheard(session);
	const left: string[] = [];
	const gone = new Set<string>();
	for (const id of aside) {
		const answer = pending.has(id)
			? null
			: await call<Record<string, unknown>>(to, "GET", `/api/v1/plots/${id}`);
		if (answer?.kind === "ok") {
			await takePlot(session, id, answer.value);
		} else if (answer === null || answer.kind === "unreachable") {
			left.push(id);
		} else if (answer.status === 404 && (await forgetGone(session, id))) {
			gone.add(id);
		}
	}
	if (gone.size > 0) {
		const index = (await session.doc<string[]>("plots")) ?? [];
		const kept = index.filter((id) => !gone.has(id));
		await session.keep("plots", kept);
	}
	if (left.length < aside.length) {
		await session.keep(ASIDE, left);
	}
}

/**
 * Which plots have something that was sent back: those that are new to the phone, and those where it is over, are asked for.
 * An answer by a photo is no entry that a phone pulls.
 */
export async function takeReturns(
	session: Session,
	to: Connection,
	pending: ReadonlySet<string>,
): Promise<void> {
	const listed = await pages(to, "/api/v1/plots?returned=true&limit=200");
	if (!listed) {
		return;
	}
	const open = new Set(listed.map(({ id }) => String(id)));
	const index = new Set((await session.doc<string[]>("plots")) ?? []);
	for (const id of [...open, ...[...index].filter((own) => !open.has(own))]) {
		const plot = await session.doc<KnownPlot>(`plot ${id}`);
		const isKnown = (plot?.returns ?? []).length > 0;
		if (pending.has(id) || isKnown === open.has(id)) {
			continue;
		}
		const answer = await call<Record<string, unknown>>(to, "GET", `/api/v1/plots/${id}`);
		if (answer.kind === "ok") {
			await takePlot(session, id, answer.value);
			index.add(id);
		}
	}
	await session.keep("plots", [...index]);
}

/** A phone that has not spoken to the server for so long keeps no map of others' plots; what it has not sent it keeps. */
const STALE_DAYS = 30;

export async function wipeStale(session: Session, now: number): Promise<boolean> {
	const contact = await session.doc<number>("contact");
	if (contact === null || now - contact < STALE_DAYS * 86_400_000) {
		return false;
	}
	await session.keep("communes", []);
	await session.keep("risk", []);
	await session.forget("steps");
	const own: string[] = [];
	for (const id of (await session.doc<string[]>("plots")) ?? []) {
		if ((await session.doc<KnownPlot>(`plot ${id}`))?.is_own) {
			own.push(id);
		} else {
			await session.forget(`plot ${id}`);
		}
	}
	await session.keep("plots", own);
	// The next pull begins anew, so that what was wiped comes back.
	await session.forget("cursor");
	return true;
}
