import "fake-indexeddb/auto";
import { expect, it, vi } from "vitest";
import { uuidv7 } from "./ids";
import { addUser, secondMember } from "./profiles";
import { openStore } from "./store";

it("a second member's wrong PINs cost the same wait as anybody's, and the right one counts after it", async () => {
	vi.stubGlobal("navigator", { locks: { request: (_: string, work: () => unknown) => work() } });
	const db = await openStore(`test-${uuidv7()}`);
	const session = await addUser(db, { device: uuidv7(), token: "x" }, "Tổ B", "771203", null);
	await session.keep("me", { org: "unit" });
	const now = 1_000_000;
	const tries = [];
	for (let round = 0; round < 6; round += 1) {
		tries.push(await secondMember(db, session.profile.id, "402917", now));
	}
	expect(tries).toEqual([...Array(5).fill("wrong"), { waitMs: 30_000 }]);
	expect(await secondMember(db, session.profile.id, "771203", now + 10_000)).toEqual({ waitMs: 20_000 });
	expect(await secondMember(db, session.profile.id, "771203", now + 30_001)).toEqual({ org: "unit" });
}, 60_000);
