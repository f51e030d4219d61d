/** The map that a phone takes along. */

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pack } from "./pmtiles.mjs";
import { told } from "./story.mjs";

const story = told();
const PIECE = 256 * 1024;

/** The only pack that the province has. */
function supply(province, name, bytes) {
	const folder = join(province.data, "map-packs");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, `${name}.pmtiles`), bytes);
}

/** Waits until the map shows the pack's water, its road and, once names are placed, one of them. */
const isShown = (phone) =>
	phone.page.waitForFunction(() => {
		const found = document.querySelector("[data-map]")?.engine?.queryRenderedFeatures() ?? [];
		const names = new Set(found.map(({ sourceLayer }) => sourceLayer));
		return names.has("water") && names.has("roads") && (names.has("places") || names.has("peaks"));
	});

/** The bytes from which on a pack was asked for, in the order in which it was. */
async function heard(phone, answer) {
	const asked = [];
	await phone.context.route("**/api/v1/map-packs/*", async (route) => {
		asked.push(Number(/^bytes=(\d+)-/.exec(route.request().headers().range)?.[1]));
		await answer(route, asked.length);
	});
	return asked;
}

story(
	"a map pack is fetched in pieces, goes on after a cut and a kill, and is drawn without a network",
	async (phone, device, province) => {
		const bytes = pack(device.middle, { attribution: '<a href="https://example.org">© Những người vẽ</a>' });
		await phone.enrol();
		await phone.tab("Cài đặt");
		assert.equal(await phone.page.getByRole("region", { name: "Bản đồ nền" }).count(), 0, "none is offered");
		supply(province, "nen-2026", bytes);
		let isCut = true;
		const asked = await heard(phone, (route, n) => (isCut && n > 2 ? route.abort() : route.continue()));
		await phone.prepare();
		await phone.tab("Tuần tra");
		await phone.tab("Cài đặt");
		await phone.button("Tải 700 kB").click();
		await phone.says("Mạng bị ngắt. Phần đã tải còn nguyên, bấm Tải tiếp khi có mạng.");
		await phone.says("Đã tải 524 kB / 700 kB");
		await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
		await phone.kill();
		await phone.boot();
		await phone.unlock();
		await phone.tab("Cài đặt");
		isCut = false;
		const then = await heard(phone, (route) => route.continue());
		await phone.button("Tải tiếp").click();
		await phone.says("✓ Đã có trên máy (700 kB)");
		assert.deepEqual(asked, [0, PIECE, 2 * PIECE]);
		assert.deepEqual(then, [2 * PIECE], "nothing is fetched twice");
		// A browser that hands its requests to a test first asks the network for a worker's script, whatever is kept of it.
		await phone.context.unrouteAll();
		await phone.context.setOffline(true);
		await phone.unlock();
		await phone.tab("Bản đồ");
		await isShown(phone);
		await phone.says("© Những người vẽ");
		assert.equal(await phone.page.locator(".below a").count(), 0, "no link leads elsewhere");
		await phone.tab("Cài đặt");
		await phone.button("Xóa khỏi máy").click();
		await phone.button("Hủy").click();
		await phone.says("✓ Đã có trên máy (700 kB)");
		await phone.button("Xóa khỏi máy").click();
		await phone.button("Xóa khỏi máy").click();
		await phone.page.getByRole("region", { name: "Bản đồ nền" }).waitFor({ state: "detached" });
		const left = await phone.page.evaluate(
			() =>
				new Promise((done, failed) => {
					const open = indexedDB.open("tuantra-map");
					open.onerror = () => failed(open.error);
					open.onsuccess = () => {
						const count = open.result.transaction("pieces").objectStore("pieces").count();
						count.onsuccess = () => done(count.result);
					};
				}),
		);
		assert.equal(left, 0);
	},
);

story(
	"a map pack that the province replaced meanwhile is not mixed with the old one",
	async (phone, device, province) => {
		supply(province, "nen", pack(device.middle));
		await phone.enrol();
		let isReplaced = false;
		await heard(phone, async (route, n) => {
			if (n === 2 && !isReplaced) {
				isReplaced = true;
				supply(province, "nen", pack(device.middle, { size: 800_000 }));
			}
			await route.continue();
		});
		await phone.tab("Cài đặt");
		await phone.button("Tải 700 kB").click();
		await phone.says("Tỉnh vừa thay bản đồ này: tải lại từ đầu.");
		await phone.button("Tải 800 kB").click();
		await phone.says("✓ Đã có trên máy (800 kB)");
		await phone.tab("Bản đồ");
		await isShown(phone);
	},
);

story(
	"a phone without room for a map says so before it fetches, and records all the same",
	async (phone, device, province) => {
		supply(province, "nen", pack(device.middle));
		await phone.enrol();
		await phone.tab("Cài đặt");
		await phone.button("Tải 700 kB").click();
		await phone.says("Máy không đủ chỗ cho bản đồ và ảnh. Dọn bớt rồi tải lại.");
		await phone.mark(5, 1, 1);
		await phone.photograph("Trước khi nhổ");
	},
	{
		prepare: async (context) =>
			context.addInitScript(() => {
				Object.defineProperty(StorageManager.prototype, "estimate", {
					value: async () => ({ quota: 150_000_000, usage: 20_000_000 }),
				});
			}),
	},
);
