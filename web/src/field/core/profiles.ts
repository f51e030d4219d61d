/** Users of one phone: who they are, their PINs, their work apart from each other. */

import { uuidv7 } from "./ids";
import type { Connection } from "./server";
import { Session } from "./session";
import type { Db, Profile } from "./store";
import { STRICT } from "./store";
import type { Unit } from "./vault";
import { newVault, openVault, WrongPin } from "./vault";

/** After so many wrong PINs each further one costs a wait. */
const FREE_TRIES = 5;

export interface Handed {
	device: string;
	token: string;
	name?: string;
}

/** What `#enrol=` of an enrolment link says. */
export function handed(hash: string): Handed | null {
	const coded = /^#enrol=([\w-]+)$/.exec(hash)?.[1];
	if (!coded) {
		return null;
	}
	try {
		const plain = atob(coded.replaceAll("-", "+").replaceAll("_", "/"));
		const { device, token } = JSON.parse(plain) as Partial<Handed>;
		return typeof device === "string" && typeof token === "string" ? { device, token } : null;
	} catch {
		return null;
	}
}

/** A new user: the secret goes into the vault, never beside it. */
export async function addUser(
	db: Db,
	given: Handed,
	name: string,
	pin: string,
	unit: Unit | null,
): Promise<Session> {
	const { wraps, key } = await newVault(pin, unit);
	const known = await db.get("profiles", given.device);
	const profile: Profile = {
		id: known ? uuidv7() : given.device,
		device: given.device,
		name,
		wraps,
		wrongPins: 0,
		lockedUntil: 0,
		createdAt: Date.now(),
	};
	const tx = db.transaction("profiles", "readwrite", STRICT);
	await Promise.all([tx.store.add(profile), tx.done]);
	const session = await Session.begin(db, profile, key);
	await session.keep("connection", { base: "", token: given.token } satisfies Connection);
	return session;
}

export type Unlocked = { session: Session } | { waitMs: number } | "wrong";

/** Opens a user's work; wrong PINs are counted and slowed down, and destroy nothing. */
export async function unlock(db: Db, id: string, pin: string, now: number = Date.now()): Promise<Unlocked> {
	const profile = await db.get("profiles", id);
	if (!profile) {
		return "wrong";
	}
	if (profile.lockedUntil > now) {
		return { waitMs: profile.lockedUntil - now };
	}
	try {
		const key = await openVault(profile.wraps, pin);
		await db.put("profiles", { ...profile, wrongPins: 0, lockedUntil: 0 });
		return { session: await Session.begin(db, profile, key) };
	} catch (error) {
		if (!(error instanceof WrongPin)) {
			throw error;
		}
		const wrongPins = profile.wrongPins + 1;
		const beyond = wrongPins - FREE_TRIES;
		const waitMs = beyond > 0 ? Math.min(30_000 * 2 ** (beyond - 1), 3_600_000) : 0;
		await db.put("profiles", { ...profile, wrongPins, lockedUntil: now + waitMs });
		return waitMs > 0 ? { waitMs } : "wrong";
	}
}

export type Second = { org: string | null } | { waitMs: number } | "wrong";

/** The second member's word on the spot: their own PIN on this phone tells their force. Wrong PINs cost the same wait. */
export async function secondMember(
	db: Db,
	id: string,
	pin: string,
	now: number = Date.now(),
): Promise<Second> {
	const unlocked = await unlock(db, id, pin, now);
	if (unlocked === "wrong" || "waitMs" in unlocked) {
		return unlocked;
	}
	const me = await unlocked.session.doc<{ org: string | null }>("me");
	return { org: me?.org ?? null };
}
