/** Old apps before new servers, new apps on old phones, other apps beside this one. */

import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import jsqr from "jsqr";
import { until } from "../harness.mjs";
import { PIN } from "./phone.mjs";
import { front } from "./proxy.mjs";
import { told } from "./story.mjs";

const story = told();

/** The phone moves to a server behind `alter`. */
async function behind(phone, province, alter, act) {
	const other = await front(province.base, alter);
	try {
		phone.device = await province.device(`máy ${other.base}`, other.base);
		await act();
	} finally {
		await other.close();
	}
}

story(
	"an app that was built before the server still sends; one that is too old waits for its update",
	async (phone, _, province) => {
		const spoken = new Set();
		const refusal = await fetch(`${province.base}/api/v1/me`, {
			headers: { authorization: `Bearer ${province.staff}`, "tuantra-api": "99" },
		});
		assert.equal(refusal.status, 400);
		const refused = {
			status: 400,
			headers: { "content-type": "application/problem+json" },
			body: Buffer.from(await refusal.arrayBuffer()),
		};
		let isTooNew = false;
		const newer = (path, answer, asked) => {
			if (!path.startsWith("/api/")) return;
			spoken.add(asked.headers["tuantra-api"]);
			if (isTooNew) {
				Object.assign(answer, refused);
				return;
			}
			if (!/json/.test(answer.headers["content-type"] ?? "") || answer.headers["content-encoding"]) return;
			const told = JSON.parse(answer.body);
			if (Array.isArray(told)) return;
			// What a later version may add: members, kinds of items, another number in the header.
			const added = { ...told, added_later: { by: "a newer server" } };
			if (Array.isArray(told.items))
				added.items = [...told.items, { kind: "something_new", id: null, seq: null, value: {} }];
			answer.body = Buffer.from(JSON.stringify(added));
			answer.headers["tuantra-api"] = "2";
		};
		await behind(phone, province, newer, async () => {
			phone.expected = /400/;
			await phone.enrol();
			await phone.prepare();
			await phone.mark(23, 3, 2);
			await phone.photograph("Trước khi nhổ");
			await phone.sendNow();
			await phone.allSent();
			assert.deepEqual([...spoken], ["1"]);
			isTooNew = true;
			await phone.mark(24, 3, 2);
			await phone.page
				.getByRole("status")
				.getByText(/^Ứng dụng cũ hơn máy chủ/)
				.waitFor();
			const states = await phone.states();
			assert.ok(states.includes("waiting") && !states.includes("refused"), states.join());
			isTooNew = false;
			await phone.sendNow();
			await phone.allSent();
			assert.ok((await phone.states()).every((state) => state === "stored"));
		});
	},
);

story("a new version is told, never during a patrol, and takes nothing away", async (phone, _, province) => {
	let version = null;
	let isCut = false;
	const fetched = [];
	const updated = (path, answer) => {
		if (version) fetched.push(path);
		if (version && path === "/field/" && !isCut) {
			// One file of the new version does not come.
			isCut = true;
			answer.status = 503;
		}
		if (!path.startsWith("/field/sw.js")) return;
		// As the next build would be: another version, the same files.
		if (version)
			answer.body = Buffer.from(answer.body.toString().replace(/VERSION = "\w+"/, `VERSION = "${version}"`));
		delete answer.headers.etag;
	};
	await behind(phone, province, updated, async () => {
		await phone.enrol();
		await phone.prepare();
		await phone.context.setOffline(true);
		await phone.mark(27, 3, 2);
		await phone.photograph("Trước khi nhổ");
		const queued = (await phone.states()).length;
		await phone.context.setOffline(false);
		const kept = () =>
			phone.page.evaluate(async () =>
				(await caches.keys()).filter((name) => name.startsWith("tuantra-field-")),
			);
		const before = await kept();
		await phone.startPatrol();
		await phone.walk(3);
		version = "0123456789abcdef";
		await phone.page.evaluate(async () =>
			(await navigator.serviceWorker.getRegistration("/field/")).update(),
		);
		await phone.page.getByText("Có bản mới. Cập nhật sau khi kết thúc tuần tra.").waitFor();
		assert.ok(isCut, "it was cut once and came all the same");
		const again = fetched.filter((path) => path.startsWith("/assets/"));
		assert.deepEqual(again, [], "files that the old version has are not fetched again");
		assert.equal(await phone.page.getByRole("button", { name: "Cập nhật" }).count(), 0);
		assert.deepEqual((await kept()).includes(before[0]), true, "the old version still serves");
		await phone.endPatrol();
		await phone.page.getByRole("button", { name: "Cập nhật" }).click();
		await phone.page.getByLabel("Mã PIN", { exact: true }).waitFor();
		assert.deepEqual(await kept(), [`tuantra-field-${version}`]);
		await phone.unlock();
		await phone.tab("Điểm trồng");
		await phone.page.getByText("Cây thuốc phiện").first().waitFor();
		assert.ok((await phone.states()).length > queued);
		await phone.sendNow();
		await phone.allSent();
	});
});

/** What an independent reader finds in a drawn code. */
async function readQr(page, name) {
	const drawing = page.getByRole("img", { name });
	const side = Number((await drawing.getAttribute("viewBox")).split(" ")[2]);
	const path = await drawing.locator("path").nth(1).getAttribute("d");
	const [scale, width] = [4, side * 4];
	const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
	for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
		for (let row = y * scale; row < (Number(y) + 1) * scale; row += 1)
			for (let column = x * scale; column < (Number(x) + Number(length)) * scale; column += 1)
				pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
	}
	return jsqr(pixels, width, width).data;
}

story(
	"Traccar Client and ODK Collect are set up from the app, by a code that an officer opened",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		phone.expected = /40[134]/;
		const opened = (own, doors) => province.post(`/api/v1/devices/${own}/enrolment`, doors ? { doors } : {});
		const own = await province.get("/api/v1/me", device.token);
		assert.equal(
			(
				await fetch(`${province.base}/api/v1/devices/${own.value.id}/enrolment`, {
					method: "POST",
					headers: { authorization: `Bearer ${device.token}` },
				})
			).status,
			403,
			"the phone's own secret opens no enrolment",
		);
		const type = async (code) => {
			await phone.page.getByLabel("Mã cán bộ đọc").fill(code);
			await phone.button("Nhận cấu hình").click();
		};
		await type("ABCD-EFGH-JKMN-PQRS");
		await phone.says(/^Mã chưa được mở/);
		const other = await province.device("máy khác");
		await type((await opened(other.id, ["odk"])).value.code);
		await phone.says(/^Mã này là của máy khác/);
		await type((await opened(device.id, ["odk", "tracker"])).value.code);
		const traccar = new URL(await readQr(phone.page, "Mã QR cho Traccar Client"));
		const collect = await readQr(phone.page, "Mã QR cho ODK Collect");
		const settings = JSON.parse(inflateSync(Buffer.from(collect, "base64")).toString());
		const forms = `${settings.general.server_url}/formList`;
		const here = `${traccar.origin}${traccar.pathname}?id=x&lat=${device.middle[1]}&lon=${device.middle[0]}&timestamp=${Math.floor(Date.now() / 1_000)}`;
		assert.notEqual(
			(await fetch(forms)).status,
			200,
			"nothing opens before the officer has matched the number",
		);
		const number = Number(await phone.page.locator("[data-figure=match]").textContent());
		assert.equal(
			(await province.post(`/api/v1/devices/${device.id}/enrolment/confirm`, { number })).status,
			204,
		);
		assert.equal((await fetch(forms)).status, 200);
		assert.equal((await fetch(here, { method: "POST" })).status, 200);
		await phone.looked("codes");
		await phone.button("Đã cài xong, xóa khỏi màn hình").click();
		assert.equal(await phone.page.getByRole("img", { name: /Mã QR/ }).count(), 0);
		const secret = traccar.pathname.split("/").at(-1);
		const found = await phone.page.evaluate(async (text) => {
			const open = indexedDB.open("tuantra-field");
			const db = await new Promise((done) => {
				open.onsuccess = () => done(open.result);
			});
			const all = await Promise.all(
				[...db.objectStoreNames].map(
					(name) =>
						new Promise((done) => {
							const asked = db.transaction(name).objectStore(name).getAll();
							asked.onsuccess = () => done(JSON.stringify(asked.result));
						}),
				),
			);
			return all.join().includes(text) || JSON.stringify(localStorage).includes(text);
		}, secret);
		assert.equal(found, false, "the secret is kept nowhere");
		// Every door: the app's own secret is replaced too, and it goes on.
		await type((await opened(device.id)).value.code);
		const again = Number(await phone.page.locator("[data-figure=match]").textContent());
		await province.post(`/api/v1/devices/${device.id}/enrolment/confirm`, { number: again });
		await phone.mark(19, 2, 2);
		await phone.sendNow();
		await phone.allSent();
		const old = () => province.get("/api/v1/plots?limit=1", device.token);
		await until(async () => (await old()).status !== 200, "the end of what the old secret reads");
	},
);

story(
	"a code typed at /field/ hands over every door that it opened, and says when this app's is not among them",
	async (phone, device, province) => {
		const { page } = phone;
		// While the number waits, the app asks whether its secret opens the door yet.
		phone.expected = /401/;
		const opened = async (doors) =>
			(await province.post(`/api/v1/devices/${device.id}/enrolment`, doors ? { doors } : {})).value.code;
		const matched = async () => {
			const number = Number(await page.locator("[data-figure=match]").textContent());
			const told = await province.post(`/api/v1/devices/${device.id}/enrolment/confirm`, { number });
			assert.equal(told.status, 204);
		};
		const type = async (code) => {
			await page.getByLabel("Mã trên phiếu").fill(code);
			await phone.button("Nhận cấu hình").click();
		};
		await page.goto(new URL("/field/", device.link).href);
		await type(await opened(["odk"]));
		await phone.says(/^Mã này không mở ứng dụng tuần tra/);
		await readQr(page, "Mã QR cho ODK Collect");
		await phone.looked("a code for another app alone");
		await phone.button("Đã cài xong, xóa khỏi màn hình").click();
		await type(await opened());
		await phone.says("Mã này mở cả Traccar Client, ODK Collect: mã QR hiện ở Cài đặt sau khi đặt PIN.");
		await matched();
		await page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await page.getByLabel("Nhập lại mã PIN").fill(PIN);
		await phone.button("Lưu").click();
		const apps = page.getByRole("region", { name: "Traccar Client, ODK Collect" });
		await apps.getByText(/^Mã cấp quyền vừa rồi mở cả các ứng dụng này/).waitFor();
		const traccar = new URL(await readQr(page, "Mã QR cho Traccar Client"));
		const collect = await readQr(page, "Mã QR cho ODK Collect");
		const settings = JSON.parse(inflateSync(Buffer.from(collect, "base64")).toString());
		assert.equal((await fetch(`${settings.general.server_url}/formList`)).status, 200);
		const here = `lat=${device.middle[1]}&lon=${device.middle[0]}&timestamp=${Math.floor(Date.now() / 1_000)}`;
		const told = await fetch(`${traccar.origin}${traccar.pathname}?id=x&${here}`, { method: "POST" });
		assert.equal(told.status, 200);
		await phone.looked("settings with codes for other apps");
		await phone.button("Khóa lại").click();
		await page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await phone.tab("Cài đặt");
		await apps.getByLabel("Mã cán bộ đọc").waitFor();
		assert.equal(await page.getByRole("img", { name: /Mã QR/ }).count(), 0, "they are gone with the lock");
	},
);
