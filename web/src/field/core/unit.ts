/** The unit's key to a phone's storage, and its officers' way in when a PIN is forgotten. */

import type { Recipient } from "./bundle";
import { keyBytes } from "./bundle";
import { fromBase64 } from "./bytes";
import type { Connection } from "./server";
import { call } from "./server";
import { Session } from "./session";
import type { Db } from "./store";
import type { Unit } from "./vault";
import { reopened } from "./vault";

/** The public key under which a phone's data key is wrapped too; none while there is no network. */
export async function unitOf(to: Connection, device: string): Promise<Unit | null> {
	const answer = await call<Recipient>(to, "GET", "/api/v1/bundles/recipient");
	return answer.kind === "ok" ? { device, recipient: keyBytes(answer.value) } : null;
}

interface SignIn {
	login: string;
	password: string;
}

/** Opens a user's work by an officer's right, under a new PIN; the officer is signed out again at once. */
export async function reopen(db: Db, id: string, officer: SignIn, pin: string): Promise<Session | null> {
	const profile = await db.get("profiles", id);
	if (!profile?.wraps.unit) {
		return null;
	}
	const own = { credentials: "same-origin", headers: { "content-type": "application/json" } } as const;
	try {
		const entered = await fetch("/api/v1/session", { ...own, method: "POST", body: JSON.stringify(officer) });
		if (!entered.ok) {
			return null;
		}
		try {
			const path = `/api/v1/devices/${profile.device}/storage-openings`;
			const opened = await fetch(path, {
				...own,
				method: "POST",
				body: JSON.stringify({ sealed: profile.wraps.unit }),
			});
			if (!opened.ok) {
				return null;
			}
			const { key } = (await opened.json()) as { key: string };
			const fresh = await reopened(profile.wraps, fromBase64(key), pin);
			const changed = { ...profile, wraps: fresh.wraps, wrongPins: 0, lockedUntil: 0 };
			await db.put("profiles", changed);
			return await Session.begin(db, changed, fresh.key);
		} finally {
			await fetch("/api/v1/session", { ...own, method: "DELETE" });
		}
	} catch {
		return null;
	}
}
