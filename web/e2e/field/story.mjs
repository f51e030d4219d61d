/** Stories of the field app: each has a phone of its own, and ends without a script error and without a word to anybody else. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { Phone, Province } from "./phone.mjs";

/** A province for the stories of one file. */
export function told() {
	const place = { province: null };
	before(async () => {
		place.province = await Province.open();
	});
	after(async () => {
		await place.province?.close();
	});
	const story = (name, act, { viewport, prepare, timeout = 400_000 } = {}) =>
		test(name, { timeout }, async () => {
			const code = createHash("sha256").update(name).digest("hex").slice(0, 8);
			const device = await place.province.device(`máy ${code}`);
			const phone = await Phone.start(device, viewport, prepare);
			try {
				await act(phone, device, place.province);
				assert.deepEqual(phone.faults, []);
				assert.deepEqual(phone.foreign, []);
			} finally {
				await phone.close();
			}
		});
	/** For tests that bring phones of their own. */
	story.province = () => place.province;
	return story;
}
