/** A patrol while it is recorded: every fix kept at once, packed into signed batches, resumed after a kill. */

import { uuidv7 } from "./ids";
import type { KeptFix, Session } from "./session";
import type { Walk } from "./track";
import { emptyWalk, take } from "./track";

export const KINDS = [
	"crop_check",
	"border",
	"night",
	"gate",
	"inter_agency",
	"cross_border",
	"inspection",
] as const;
export const TRANSPORTS = ["foot", "motorbike", "car", "boat"] as const;
export type Kind = (typeof KINDS)[number];
export type Transport = (typeof TRANSPORTS)[number];

export interface Plan {
	kind: Kind;
	transport: Transport;
	/** Members of the own organisation. */
	people: number;
}

export interface Under {
	id: string;
	plan: Plan;
	startedAt: string;
	org: string | null;
	isPaused: boolean;
}

const BATCH = 200;

function wire(patrol: Under, endedAt: string | null): unknown {
	return {
		kind: patrol.plan.kind,
		transport: patrol.plan.transport,
		started_at: patrol.startedAt,
		ended_at: endedAt,
		...(patrol.org ? { headcount: { [patrol.org]: patrol.plan.people } } : {}),
	};
}

/** Starts one: the server is told of it before it ends, so that trackers and live views know. */
export async function start(session: Session, plan: Plan, org: string | null): Promise<Under> {
	const now = Date.now();
	const patrol: Under = {
		id: uuidv7(now),
		plan,
		startedAt: new Date(now).toISOString(),
		org,
		isPaused: false,
	};
	const fact = {
		kind: "patrol",
		target: patrol.id,
		method: "PUT",
		path: `/api/v1/patrols/${patrol.id}`,
		body: wire(patrol, null),
	} as const;
	await session.capture(fact, { docs: { patrol, plan, [`patrol ${patrol.id}`]: patrol } }, now);
	return patrol;
}

/** The patrol that was under way when the page went, with its walk. */
export async function resumed(session: Session): Promise<{ patrol: Under; walk: Walk } | null> {
	const patrol = await session.doc<Under>("patrol");
	if (!patrol) {
		return null;
	}
	const walk = emptyWalk();
	for (const { interrupted, ...fix } of await session.fixes(patrol.id)) {
		take(walk, fix, interrupted);
	}
	return { patrol, walk };
}

/** Puts fixes that lie open into signed items; the last batch of a patrol may be short. */
export async function pack(session: Session, patrol: string, isLast: boolean): Promise<number> {
	let packed = 0;
	for (;;) {
		const { rows, fixes } = await session.unpacked(patrol, BATCH);
		if (fixes.length === 0 || (!isLast && fixes.length < BATCH)) {
			return packed;
		}
		await session.capture(
			{
				kind: "fixes",
				target: patrol,
				method: "POST",
				path: `/api/v1/patrols/${patrol}/fixes`,
				body: { fixes: fixes.map(fixWire) },
			},
			{ packed: rows },
		);
		packed += fixes.length;
	}
}

/** A fix without what is not known. What it tells of an interruption goes along: the server joins what is near otherwise. */
export function fixWire({ interrupted, ...fix }: KeptFix): Record<string, unknown> {
	const known = Object.entries(fix).filter(([, value]) => value !== null);
	return { ...Object.fromEntries(known), ...(interrupted ? { break: true } : {}) };
}

/** Ends it: fixes first, then the patrol's second version with its end. */
export async function end(session: Session, patrol: Under): Promise<void> {
	await pack(session, patrol.id, true);
	const now = Date.now();
	await session.capture(
		{
			kind: "patrol",
			target: patrol.id,
			method: "PUT",
			path: `/api/v1/patrols/${patrol.id}`,
			body: { ...(wire(patrol, new Date(now).toISOString()) as object), revises: 1 },
		},
		{ docs: { patrol: null, last_patrol: patrol.id } },
		now,
	);
}
