/** What tests of the field app stand on: one user at work on a phone of memory. */

import "fake-indexeddb/auto";
import { vi } from "vitest";
import { uuidv7 } from "./ids";
import { Session } from "./session";
import { openStore } from "./store";
import { newVault } from "./vault";

/** A session over a store of its own; locks are taken at once, since nobody else is there. */
export async function newSession(): Promise<Session> {
	vi.stubGlobal("navigator", { locks: { request: (_: string, work: () => unknown) => work() } });
	const db = await openStore(`test-${uuidv7()}`);
	const { wraps, key } = await newVault("402917", null);
	const common = { name: "Tổ 01", wraps, wrongPins: 0, lockedUntil: 0, createdAt: 0 };
	return Session.begin(db, { id: uuidv7(), device: uuidv7(), ...common }, key);
}
