/** Without a network, without a map, with the screen off: the app in the mountains. */

import assert from "node:assert/strict";
import { told } from "./story.mjs";

const story = told();

story("after one visit every screen opens without a network", async (phone, device) => {
	const page = await fetch(new URL("/field/", device.link));
	const policy = page.headers.get("content-security-policy");
	assert.match(policy, /^default-src 'none'; script-src 'self';/);
	assert.ok(!/unsafe|https?:|\*/.test(policy), policy);
	await phone.enrol();
	await phone.prepare();
	await phone.mark(30, 3, 2);
	await phone.allSent();
	await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await phone.context.setOffline(true);
	await phone.unlock();
	await phone.tab("Bản đồ");
	await phone.page.locator(".map canvas").waitFor();
	await phone.button("Về vị trí của tôi").click();
	await phone.tab("Điểm trồng");
	await phone.page.getByText("Cây thuốc phiện").first().waitFor();
	await phone.button("Đánh dấu điểm trồng").click();
	await phone.button("Tại đây").click();
	await phone.page.getByLabel("Số cây").fill("4");
	await phone.button("Lưu").click();
	await phone.button("Chụp ảnh").click();
	await phone.button("Chụp").click();
	await phone.says(/^Đã lưu ảnh/);
	await phone.waits(2);
	await phone.tab("Tuần tra");
	await phone.button("Bắt đầu tuần tra").waitFor();
	await phone.tab("Cài đặt");
	await phone.page.getByRole("heading", { name: "Chuẩn bị ngoại tuyến" }).waitFor();
});

story("what was walked while the page was hidden is a gap, told and not joined", async (phone) => {
	await phone.enrol();
	await phone.startPatrol();
	await phone.walk(5);
	const turn = (state) =>
		phone.page.evaluate((value) => {
			Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
			document.dispatchEvent(new Event("visibilitychange"));
		}, state);
	// Five steps of ten metres, the last of them counted too.
	const km = await phone.figureThat("km", (walked) => walked >= 0.05);
	await turn("hidden");
	await phone.moveTo(phone.place[0] + 0.002, phone.place[1]);
	await turn("visible");
	await phone.page.getByRole("heading", { name: "Quãng ngắt" }).waitFor();
	await phone.says(/Đã ngắt \d+ phút/);
	assert.equal(await phone.figure("km"), km, "two hundred metres that nobody recorded are not walked");
	// The same after a kill: the gap was written down, not remembered.
	await phone.kill();
	await phone.boot();
	await phone.unlock();
	await phone.button("Ghi tiếp").click();
	await phone.page.getByRole("heading", { name: "Quãng ngắt" }).waitFor();
	assert.equal(await phone.figure("km"), km);
});

story(
	"a phone that cannot draw a map shows where to go",
	async (phone, device) => {
		await phone.enrol();
		await phone.mark(5, 1, 1);
		await phone.moveTo(device.middle[0] + 0.01, device.middle[1]);
		await phone.tab("Bản đồ");
		await phone.says("Máy này không vẽ được bản đồ. Dùng danh sách và hướng đi bên dưới.");
		await phone.says(/^(1,0 km|1\.0\d\d m) về hướng tây$/);
	},
	{
		prepare: async (context) =>
			context.addInitScript(() => {
				const real = HTMLCanvasElement.prototype.getContext;
				HTMLCanvasElement.prototype.getContext = function asked(kind, ...how) {
					return /webgl/.test(kind) ? null : real.call(this, kind, ...how);
				};
			}),
	},
);

story("letters, language and numbers are Vietnamese on every screen", async (phone) => {
	await phone.enrol();
	await phone.startPatrol();
	await phone.walk(40, 0.0004);
	await phone.figureThat("km", (km) => km >= 1);
	assert.match(await phone.page.locator("[data-figure=km]").textContent(), /^\d,\d\d$/);
	for (let screen = 0; screen < 5; screen += 1) {
		await phone.screen(screen);
		await phone.page.waitForTimeout(200);
		const seen = await phone.page.evaluate(async () => {
			await document.fonts.ready;
			const faces = [...document.fonts].filter((face) => face.status === "loaded").map((face) => face.family);
			const families = [...document.querySelectorAll("body *")]
				.filter((own) => own.offsetParent && own.textContent.trim())
				.map((own) => getComputedStyle(own).fontFamily.split(",")[0].replaceAll('"', ""));
			return {
				language: document.documentElement.lang,
				has: document.fonts.check("600 16px 'Be Vietnam Pro'", "Ữ Ổ ặ đ"),
				families: [...new Set(families)],
				faces: [...new Set(faces)],
			};
		});
		assert.equal(seen.language, "vi");
		assert.ok(seen.has, "the face has no Ữ Ổ ặ đ");
		assert.deepEqual(seen.families, ["Be Vietnam Pro"]);
		assert.ok(seen.faces.some((face) => face.includes("Be Vietnam Pro")));
	}
});

story("warnings before leaving: no position, a wrong clock", async (phone) => {
	await phone.context.route("**/api/v1/sync/pull*", async (route) => {
		const answer = await route.fetch();
		const told = await answer.json();
		const now = new Date(Date.now() + 10 * 60_000).toISOString();
		await route.fulfill({ response: answer, json: { ...told, now } });
	});
	await phone.context.clearPermissions();
	await phone.enrol();
	await phone.prepare();
	await phone.tab("Tuần tra");
	await phone.says(/^Quyền vị trí bị từ chối/);
	// An answer is on its way for some time, on a slow machine for seconds.
	await phone.says(/^Đồng hồ máy lệch (5[789]|6[012])\d giây so với máy chủ/);
});
