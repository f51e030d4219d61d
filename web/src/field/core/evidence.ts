/** Evidence photos: hash and place at the shutter, a nonce burned before it, a signed sidecar. */

import { uuidv7 } from "./ids";
import type { Connection } from "./server";
import { call, json } from "./server";
import type { Session } from "./session";
import { digestOf } from "./session";
import type { Fix } from "./track";
import { ageS, freshFix } from "./track";

export const PHASES = ["overview", "before", "close_up", "during", "after", "minutes", "sample"] as const;
export type Phase = (typeof PHASES)[number];

/** What the phone keeps of a photo to show it and to predict the grade. */
export interface Shot {
	id: string;
	plot: string | null;
	eradication: string | null;
	phase: Phase;
	taken_at: string;
	lon: number | null;
	lat: number | null;
	accuracy_m: number | null;
	fix_age_s: number | null;
	bearing_deg: number | null;
	sha256: string;
	bytes: number;
	has_nonce: boolean;
	/** Whether a named account was at the shutter. */
	has_account: boolean;
	/** Whether a patrol was recorded at that moment. */
	is_tracked: boolean;
	contains_person: boolean;
}

export interface Moment {
	at: number;
	monotonicMs: number;
	fix: Fix | null;
	bearing: number | null;
	nonce: string | null;
	isTracked: boolean;
}

const POOL = 60;
const REFILL_BELOW = 20;

interface Pool {
	nonces: string[];
}

/** Takes one nonce out of the pool before the shutter: it can serve no other photo, whatever happens next. */
export async function burn(session: Session): Promise<string | null> {
	const pool = await session.doc<Pool>("nonces");
	const [first, ...rest] = pool?.nonces ?? [];
	if (first === undefined) {
		return null;
	}
	await session.keep("nonces", { nonces: rest });
	return first;
}

/** Fetches nonces while there is a network. */
export async function refill(session: Session, to: Connection): Promise<number> {
	const pool = (await session.doc<Pool>("nonces")) ?? { nonces: [] };
	if (pool.nonces.length >= REFILL_BELOW) {
		return pool.nonces.length;
	}
	const [body, headers] = json({ count: POOL });
	const answer = await call<{ nonces: string[] }>(to, "POST", "/api/v1/nonces", body, headers);
	if (answer.kind !== "ok") {
		return pool.nonces.length;
	}
	const all = [...pool.nonces, ...answer.value.nonces];
	await session.keep("nonces", { nonces: all });
	return all.length;
}

export interface Aim {
	plot: string | null;
	eradication: string | null;
	phase: Phase;
	account: string | null;
	contains_person: boolean;
}

/** Keeps a photo: bytes sealed, sidecar signed and queued, in one transaction. */
export async function keepShot(
	session: Session,
	bytes: ArrayBuffer,
	moment: Moment,
	aim: Aim,
): Promise<Shot> {
	const id = uuidv7(moment.at);
	const sha256 = await digestOf(bytes);
	// An old position is said to be none.
	const fix = freshFix(moment.fix, moment.at);
	const age = fix && ageS(fix, moment.at);
	const shot: Shot = {
		id,
		plot: aim.plot,
		eradication: aim.eradication,
		phase: aim.phase,
		taken_at: new Date(moment.at).toISOString(),
		lon: fix?.lon ?? null,
		lat: fix?.lat ?? null,
		accuracy_m: fix?.accuracy_m ?? null,
		fix_age_s: age === null ? null : Number(age.toFixed(1)),
		bearing_deg: moment.bearing === null ? null : Number((moment.bearing % 360).toFixed(1)) % 360,
		sha256,
		bytes: bytes.byteLength,
		has_nonce: moment.nonce !== null,
		has_account: aim.account !== null,
		is_tracked: moment.isTracked,
		contains_person: aim.contains_person,
	};
	const shots = (await session.doc<Shot[]>(shotsKey(aim.plot))) ?? [];
	await session.capture(
		{
			kind: "photo",
			target: id,
			method: "PUT",
			path: `/api/v1/photos/${id}`,
			body: sidecar(shot, moment, aim),
			nonce: moment.nonce,
			original: { photo: id, bytes: bytes.byteLength, sent: 0, upload: null, state: "waiting" },
		},
		{ photo: { id, bytes }, docs: { [shotsKey(aim.plot)]: [...shots, shot] } },
		moment.at,
	);
	return shot;
}

/** Where the work at a plot stands when a picture is taken. */
export interface Work {
	/** The eradication that pictures taken now belong to. */
	eradication: string | null;
	/** Whether it is under way. */
	isBegun: boolean;
	/** Whether it is done. */
	isDone: boolean;
}

/** The picture that the moment asks for: of its own work's set, the next that is missing. */
export function nextPhase(shots: readonly Shot[], work: Work): Phase {
	if (work.isBegun) {
		return "during";
	}
	const own = shots.filter((shot) => !shot.eradication || shot.eradication === work.eradication);
	const have = new Set(own.map((shot) => shot.phase));
	const order: Phase[] = work.isDone ? ["after"] : ["before", "close_up"];
	return order.find((phase) => !have.has(phase)) ?? (work.isDone ? "after" : "overview");
}

export const shotsKey = (plot: string | null): string => `shots ${plot ?? "loose"}`;

function sidecar(shot: Shot, moment: Moment, aim: Aim): unknown {
	const all = {
		sha256: shot.sha256,
		bytes: shot.bytes,
		taken_at: shot.taken_at,
		lon: shot.lon,
		lat: shot.lat,
		accuracy_m: shot.accuracy_m,
		bearing_deg: shot.bearing_deg,
		fix_age_s: shot.fix_age_s,
		phase: shot.phase,
		plot: shot.plot,
		eradication: shot.eradication,
		nonce: moment.nonce,
		contains_person: shot.contains_person || null,
		media_type: "image/jpeg",
		source: "camera",
		taken_by: aim.account,
		// The receiver's own clock: what the position says of the time, not what the phone believes.
		gnss_at: moment.fix && shot.lon !== null ? moment.fix.t : null,
		monotonic_ms: Math.round(moment.monotonicMs),
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}
