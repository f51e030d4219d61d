/** Independent random checks: plots that another unit claims to have destroyed, drawn for this one to look at without knowing the claim. */

import type { AreaMethod } from "./area";
import { uuidv7 } from "./ids";
import { takePlot } from "./prepare";
import type { Connection } from "./server";
import { call } from "./server";
import type { Session } from "./session";
import type { Item } from "./store";

/** A plot to look at. */
export interface Visit {
	plot: string;
	/** The statistical year whose draw it is of. */
	period: number;
}

/** What was found there. */
export interface Found {
	/** Ground on which the crop had stood and was destroyed, m². */
	found_m2: number;
	area_method: AreaMethod;
	/** Plants that stand there; none where they were not counted. */
	plants: number | null;
	notes: string;
}

const KEY = "visits";
const KIND = "revisit";
/** Draws are asked about for so many years back: who was not there by then is not sent any more. */
const MOST_YEARS = 2;

/** Takes along which plots this unit may be sent to and nobody has looked at; what the server does not tell stays as it was told. */
export async function takeVisits(session: Session, to: Connection): Promise<void> {
	const years = await call<{ period: number }[]>(to, "GET", "/api/v1/ledger/samples");
	if (years.kind !== "ok") {
		return;
	}
	const visits: Visit[] = [];
	for (const { period } of years.value.slice(0, MOST_YEARS)) {
		const path = `/api/v1/ledger/sample/visits?period=${period}`;
		const told = await call<{ plots: { plot: string; is_visited: boolean }[] }>(to, "GET", path);
		if (told.kind !== "ok") {
			return;
		}
		for (const { plot } of told.value.plots.filter(({ is_visited }) => !is_visited)) {
			visits.push({ plot, period });
		}
	}
	await session.keep(KEY, visits);
	const index = new Set((await session.doc<string[]>("plots")) ?? []);
	for (const { plot } of visits.filter((visit) => !index.has(visit.plot))) {
		const answer = await call<Record<string, unknown>>(to, "GET", `/api/v1/plots/${plot}`);
		if (answer.kind === "ok") {
			await takePlot(session, plot, answer.value);
			index.add(plot);
		}
	}
	await session.keep("plots", [...index]);
}

const madeKey = ({ plot, period }: Visit): string => `visited ${period} ${plot}`;

/** The visits that are still to be made: what was recorded here is over, unless the server refused it. */
export async function openVisits(session: Session, items: readonly Item[]): Promise<Visit[]> {
	const open: Visit[] = [];
	for (const visit of (await session.doc<Visit[]>(KEY)) ?? []) {
		const at = await session.doc<number>(madeKey(visit));
		const isOwn = (item: Item): boolean =>
			item.kind === KIND && item.target === visit.plot && item.at === at && item.state !== "refused";
		if (at === null || !items.some(isOwn)) {
			open.push(visit);
		}
	}
	return open;
}

/** Puts what was found into the queue. */
export async function recordVisit(session: Session, visit: Visit, found: Found): Promise<void> {
	const now = Date.now();
	const notes = found.notes.trim().normalize("NFC");
	await session.capture(
		{
			kind: KIND,
			target: visit.plot,
			method: "POST",
			path: `/api/v1/plots/${visit.plot}/revisits`,
			body: {
				id: uuidv7(now),
				period: visit.period,
				visited_at: new Date(now).toISOString(),
				found_m2: found.found_m2,
				area_method: found.area_method,
				...(found.plants === null ? {} : { plants: found.plants }),
				...(notes ? { notes } : {}),
			},
		},
		{ docs: { [madeKey(visit)]: now } },
		now,
	);
}
