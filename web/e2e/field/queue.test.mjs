/** What waits, goes out and arrives: cuts, kills, a full phone, answers that are not heard. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { until } from "../harness.mjs";
import { told } from "./story.mjs";

const story = told();
const PIECE = 256 * 1024;

/** The camera's pictures are as large as a phone's: the fake one's, with a tail that no viewer shows. */
const largePictures = (context) =>
	context.addInitScript(() => {
		const real = HTMLCanvasElement.prototype.toBlob;
		HTMLCanvasElement.prototype.toBlob = function made(take, ...how) {
			const tail = Array.from({ length: 20 }, () => crypto.getRandomValues(new Uint8Array(65_536)));
			real.call(this, (blob) => take(new Blob([blob, ...tail], { type: blob.type })), ...how);
		};
	});

/** A phone that can be filled: from then on its database refuses as a browser's does. */
const fillable = (context) =>
	context.addInitScript(() => {
		for (const name of ["put", "add"]) {
			const real = IDBObjectStore.prototype[name];
			IDBObjectStore.prototype[name] = function kept(...what) {
				if (globalThis.isFull) throw new DOMException("no room", "QuotaExceededError");
				return real.apply(this, what);
			};
		}
	});

/** Notes every request of an upload: its method, and from which byte on. */
async function heard(phone, answer = (route) => route.continue()) {
	const calls = [];
	await phone.context.route(/\/files(\/|$)/, async (route) => {
		const request = route.request();
		const offset = request.headers()["upload-offset"];
		calls.push(offset === undefined ? request.method() : `${request.method()} ${offset}`);
		await answer(route, calls.length, calls.at(-1));
	});
	return calls;
}

/** Waits until so many requests of an upload were made, however slow the machine is. */
async function reached(phone, calls, count) {
	await until(() => calls.length >= count, `${count} requests of an upload`);
	await phone.page.waitForTimeout(300);
}

async function arrived(province, device) {
	const [photo, ...others] = await province.photosOf(device);
	assert.equal(others.length, 0, "there is one photo");
	const bytes = await province.original(photo.id);
	const digest = createHash("sha256").update(bytes).digest("hex");
	assert.ok(JSON.stringify(photo).includes(digest), "the stored bytes have the hash of the shutter");
	return { photo, bytes };
}

story(
	"a photo taken without a network and without EXIF arrives as it was, with the place that the phone wrote beside it",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		await phone.context.setOffline(true);
		await phone.mark(12, 2, 2);
		await phone.photograph("Trước khi nhổ");
		await phone.context.setOffline(false);
		await phone.sendNow();
		await phone.allSent();
		const { photo, bytes } = await arrived(province, device);
		assert.ok(!bytes.includes("Exif"), "the camera wrote no EXIF");
		const text = JSON.stringify(photo);
		for (const degrees of phone.place) assert.ok(text.includes(String(Number(degrees.toFixed(7)))), text);
	},
);

story(
	"the browser is killed in the middle of a photo: the rest goes on from where the server stands",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.mark(12, 2, 2);
		const first = await heard(phone, (route, n) => (n > 3 ? route.abort() : route.continue()));
		await phone.photograph("Trước khi nhổ");
		await reached(phone, first, 4);
		assert.deepEqual(first.slice(0, 4), ["POST", "PATCH 0", `PATCH ${PIECE}`, `PATCH ${2 * PIECE}`]);
		await phone.kill();
		await phone.boot();
		const then = await heard(phone);
		await phone.unlock();
		await phone.sendNow();
		await phone.allSent();
		assert.deepEqual(then.slice(0, 2), ["HEAD", `PATCH ${2 * PIECE}`], "nothing is sent twice");
		assert.ok(!then.includes("POST"));
		await arrived(province, device);
	},
	{ prepare: largePictures },
);

story(
	"on a link that costs money the province sees a small picture the same evening, the original comes by Wi-Fi",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.mark(12, 2, 2);
		await phone.allSent();
		await phone.tab("Hàng đợi");
		await phone.page.getByLabel("Ảnh gốc chỉ gửi khi có Wi-Fi").check();
		let sent = 0;
		await phone.context.route("**/api/v1/photos/*/preview", async (route) => {
			sent += route.request().postDataBuffer()?.length ?? 0;
			await route.continue();
		});
		const calls = await heard(phone);
		await phone.tab("Điểm trồng");
		await phone.page.locator("li button").first().click();
		await phone.photograph("Trước khi nhổ");
		await phone.tab("Hàng đợi");
		await phone.says("Đã gửi ảnh nhỏ, ảnh gốc chờ");
		assert.ok(sent > 500 && sent < 20_000, `${sent} bytes`);
		const [photo] = await province.photosOf(device);
		const seen = await fetch(`${province.base}/api/v1/photos/${photo.id}/thumbnail`, {
			headers: { authorization: `Bearer ${province.staff}` },
		});
		assert.deepEqual([seen.status, seen.headers.get("tuantra-preview")], [200, "1"]);
		assert.deepEqual(calls, [], "no byte of the original");
		await phone.page.getByLabel("Ảnh gốc chỉ gửi khi có Wi-Fi").uncheck();
		await phone.button("Gửi ngay").click();
		await phone.allSent();
		await arrived(province, device);
		const whole = await phone.page.locator("li[data-state]").filter({ hasText: "Ảnh" }).first().textContent();
		assert.ok(!whole.includes("ảnh nhỏ"), whole);
	},
	{ prepare: largePictures },
);

story(
	"an upload at which the server stands elsewhere is asked again, one that it forgot begins anew",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.mark(12, 2, 2);
		const refuse = (route, status) =>
			route.fulfill({ status, contentType: "application/problem+json", body: "{}" });
		phone.expected = /ERR_FAILED|40[49]/;
		let answer = (route, _, call) => (call === `PATCH ${PIECE}` ? refuse(route, 409) : route.continue());
		const calls = await heard(phone, (...about) => answer(...about));
		await phone.photograph("Trước khi nhổ");
		await reached(phone, calls, 3);
		assert.deepEqual(calls, ["POST", "PATCH 0", `PATCH ${PIECE}`]);
		answer = (route, _, call) => (call === `PATCH ${2 * PIECE}` ? refuse(route, 409) : route.continue());
		await phone.sendNow();
		await reached(phone, calls, 6);
		assert.deepEqual(calls.slice(3), ["HEAD", `PATCH ${PIECE}`, `PATCH ${2 * PIECE}`]);
		answer = (route, _, call) => (call === "HEAD" ? refuse(route, 404) : route.continue());
		await phone.sendNow();
		await phone.allSent();
		assert.deepEqual(calls.slice(6, 9), ["HEAD", "POST", "PATCH 0"]);
		await arrived(province, device);
	},
	{ prepare: largePictures },
);

story(
	'a record is "sent" when its receipt is here, not before; one whose answer was lost is there once',
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		let isLost = true;
		let go;
		let isTaken;
		const taken = new Promise((resolve) => {
			isTaken = resolve;
		});
		const held = new Promise((resolve) => {
			go = resolve;
		});
		await phone.context.route("**/api/v1/sync/push", async (route) => {
			if (!isLost) {
				await route.continue();
				return;
			}
			isLost = false;
			await route.fetch();
			isTaken();
			await held;
			await route.abort();
		});
		await phone.mark(21, 3, 3);
		await phone.tab("Hàng đợi");
		const plot = phone.page.locator("li[data-state]").filter({ hasText: "Điểm trồng" });
		await phone.page.locator('li[data-state="sending"]').filter({ hasText: "Điểm trồng" }).waitFor();
		await taken;
		// The server has it, and has not been heard: nothing says that it is sent.
		assert.equal(
			(await province.get("/api/v1/plots?limit=100", device.token)).value.features.filter(
				({ properties }) => properties.plants === 21,
			).length,
			1,
		);
		assert.equal(await phone.page.getByRole("banner").getByText("Đã gửi hết").count(), 0);
		assert.ok(!(await plot.textContent()).includes("Mã biên nhận"));
		go();
		await phone.page.locator('li[data-state="waiting"]').filter({ hasText: "Điểm trồng" }).waitFor();
		await phone.button("Gửi ngay").click();
		await phone.allSent();
		assert.equal(await plot.getAttribute("data-state"), "stored");
		assert.match(await plot.textContent(), /Mã biên nhận [0-9A-F]{8}/);
		const plots = (await province.get("/api/v1/plots?limit=100", device.token)).value.features;
		assert.equal(plots.filter(({ properties }) => properties.plants === 21).length, 1);
	},
);

story(
	"a full phone says so and loses nothing: neither a photo, a form nor the way",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		await phone.mark(18, 2, 3);
		const fill = (isFull) =>
			phone.page.evaluate((own) => {
				globalThis.isFull = own;
			}, isFull);
		await phone.startPatrol();
		await phone.walk(5);
		await phone.figureThat("fixes", (fixes) => fixes >= 5);
		const before = await phone.settled("fixes");
		await fill(true);
		await phone.walk(4);
		await phone.page
			.getByRole("alert")
			.getByText(/^Máy hết dung lượng/)
			.waitFor();
		assert.equal(await phone.figure("fixes"), before, "what is not kept is not counted");
		await phone.tab("Điểm trồng");
		await phone.page.locator("li button").first().click();
		await phone.button("Chụp ảnh").click();
		await phone.button("Chụp").click();
		await phone.says(/^Máy hết dung lượng: ảnh chưa được lưu/);
		await phone.button("‹ Quay lại").click();
		await phone.button("‹ Quay lại").click();
		await phone.button("Đánh dấu điểm trồng").click();
		await phone.button("Tại đây").click();
		await phone.page.getByLabel("Số cây").fill("77");
		await phone.button("Lưu").click();
		await phone.pressable("Lưu");
		assert.equal(
			await phone.page.getByLabel("Số cây").inputValue(),
			"77",
			"the form stands as it was filled in",
		);
		await fill(false);
		await phone.button("Lưu").click();
		await phone.says(/^Đã ghi điểm trồng/);
		await phone.walk(1);
		await phone.tab("Tuần tra");
		await phone.page.waitForFunction(
			(least) => Number(document.querySelector("[data-figure=fixes]")?.textContent) >= least,
			before + 5,
		);
		assert.equal(await phone.page.getByRole("alert").count(), 0);
		await phone.endPatrol();
		await phone.sendNow();
		await phone.allSent();
		const plots = (await province.get("/api/v1/plots?limit=100", device.token)).value.features;
		assert.equal(plots.filter(({ properties }) => properties.plants === 77).length, 1);
	},
	{ prepare: fillable },
);

story("the browser wakes an open page when the network is back (Background Sync)", async (phone) => {
	await phone.enrol();
	await phone.prepare();
	const scope = new URL("/field/", phone.device.link).href;
	await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await phone.context.setOffline(true);
	await phone.mark(9, 2, 2);
	await phone.waits(1);
	const cdp = await phone.context.newCDPSession(phone.page);
	const versions = new Promise((resolve) => {
		cdp.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
			const own = registrations.find(({ scopeURL }) => scopeURL === scope);
			if (own) resolve(own.registrationId);
		});
	});
	await cdp.send("ServiceWorker.enable");
	const registrationId = await versions;
	// The page itself does not hear that the network is back: only the browser's event can make it send.
	await phone.page.evaluate(() => {
		Object.defineProperty(navigator, "onLine", { get: () => true });
		addEventListener("online", (event) => event.stopImmediatePropagation(), { capture: true });
	});
	await phone.context.setOffline(false);
	await phone.page.waitForFunction(() =>
		fetch("/healthz").then(
			({ ok }) => ok,
			() => false,
		),
	);
	await cdp.send("ServiceWorker.dispatchSyncEvent", {
		origin: new URL(scope).origin,
		registrationId,
		tag: "queue",
		lastChance: false,
	});
	await phone.allSent();
});
