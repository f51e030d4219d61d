/** The field app as a team uses it, in real Chromium against the built binary. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Phone, PIN, Province } from "./phone.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let province;

before(async () => {
	province = await Province.open();
});

after(async () => {
	await province?.close();
});

/** A story with a phone of its own; it ends with no script error and no request to another origin. */
function story(name, act) {
	test(name, { timeout: 120_000 }, async () => {
		const device = await province.device(
			`máy ${createHash("sha256").update(name).digest("hex").slice(0, 8)}`,
		);
		const phone = await Phone.start(device);
		try {
			await act(phone, device);
			assert.deepEqual(phone.faults, []);
			assert.deepEqual(phone.foreign, []);
		} finally {
			await phone.close();
		}
	});
}

story("from enrolment to receipts in one run: patrol, plot, photos, eradication", async (phone, device) => {
	await phone.enrol();
	assert.equal(new URL(phone.page.url()).hash, "", "the secret left the address");
	await phone.prepare();
	await phone.startPatrol();
	await phone.walk(20);
	assert.ok(Math.abs((await phone.figure("km")) / 0.206 - 1) < 0.06);
	await phone.mark(320, 5, 3);
	for (const phase of ["Trước khi nhổ", "Cận cảnh"]) {
		await phone.photograph(phase);
	}
	await phone.button("Phá nhổ").click();
	await phone.button("Bắt đầu phá nhổ").click();
	await phone.button("Hoàn tất").click();
	await phone.page.getByText("Đã ghi phá nhổ.").waitFor();
	await phone.photograph("Sau khi nhổ");
	await phone.endPatrol();
	await phone.sendNow();
	await phone.allSent();
	assert.ok((await phone.states()).every((state) => state === "stored"));
	await stored(device);
});

/** What the server holds of a device's day: the plot's area, its eradication, three signed photos, one chain without a hole. */
async function stored(device) {
	const plots = (await province.get("/api/v1/plots?limit=100", device.token)).value.features;
	const plot = plots.find(({ properties }) => properties.plants === 320);
	assert.equal(plot.properties.area_m2, 15);
	assert.equal(plot.properties.position_method, "gnss_single");
	const photos = (await province.get("/api/v1/photos?limit=100", device.token)).value;
	const own = (photos.photos ?? photos.features ?? photos.items).filter((photo) =>
		JSON.stringify(photo).includes(plot.id),
	);
	assert.equal(own.length, 3);
	const [key] = (await province.get(`/api/v1/devices/${device.id}/keys`)).value;
	assert.deepEqual([key.chain.missing, key.chain.forks, key.chain.broken], [0, [], []]);
}

story("a killed browser, offline: the patrol goes on with every fix, the queue is whole", async (phone) => {
	await phone.enrol();
	await phone.prepare();
	await phone.context.setOffline(true);
	await phone.startPatrol();
	await phone.walk(30);
	const [fixes, km] = [await phone.figure("fixes"), await phone.figure("km")];
	await phone.mark(40, 4, 2);
	await phone.photograph("Trước khi nhổ");
	await phone.kill();
	await phone.boot();
	await phone.context.setOffline(true);
	await phone.unlock();
	await phone.page.getByRole("heading", { name: "Tiếp tục tuyến đang ghi?" }).waitFor();
	await phone.button("Ghi tiếp").click();
	assert.equal(await phone.figure("fixes"), fixes);
	assert.equal(await phone.figure("km"), km);
	const waiting = (await phone.states()).filter((state) => state === "waiting");
	assert.equal(waiting.length, 3, "the patrol, the plot and the photo wait");
	await phone.context.setOffline(false);
	await phone.sendNow();
	await phone.allSent();
});

story(
	"a photo that is cut in the middle goes on where the server stands, and arrives as it was",
	async (phone, device) => {
		await phone.enrol();
		await phone.mark(12, 2, 2);
		let pieces = 0;
		await phone.context.route("**/files/**", async (route) => {
			pieces += 1;
			await (pieces === 1 && route.request().method() === "PATCH" ? route.abort() : route.continue());
		});
		await phone.photograph("Trước khi nhổ");
		await phone.page.waitForTimeout(1_500);
		await phone.sendNow();
		await phone.allSent();
		const list = (await province.get("/api/v1/photos?limit=100", device.token)).value;
		const photos = list.photos ?? list.features ?? list.items;
		const [photo] = photos;
		const response = await fetch(`${province.base}/api/v1/photos/${photo.id}/original?reason=e2e`, {
			headers: { authorization: `Bearer ${province.staff}` },
		});
		const bytes = Buffer.from(await response.arrayBuffer());
		const digest = createHash("sha256").update(bytes).digest("hex");
		assert.ok(JSON.stringify(photo).includes(digest), "the stored bytes have the hash of the shutter");
	},
);

story("two users of one phone never see each other's queue, and a wrong PIN opens nothing", async (phone) => {
	await phone.enrol("Tổ A");
	await phone.context.setOffline(true);
	await phone.mark(7, 2, 1);
	await phone.context.setOffline(false);
	const other = await province.device("máy của người thứ hai");
	await phone.page.goto("about:blank");
	const first = phone.device;
	phone.device = other;
	await phone.enrol("Tổ B", "771203");
	await phone.tab("Điểm trồng");
	assert.equal(await phone.page.getByText("Cây thuốc phiện").count(), 0);
	phone.device = first;
	await phone.page.goto(new URL("/field/", first.link).href);
	await phone.button("Tổ A").click();
	await phone.page.getByLabel("Mã PIN", { exact: true }).fill("771203");
	await phone.button("Mở khóa").click();
	await phone.page.getByText("Sai mã PIN.").waitFor();
	await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
	await phone.button("Mở khóa").click();
	await phone.tab("Điểm trồng");
	await phone.page.getByText("Cây thuốc phiện").first().waitFor();
});

story(
	"a 5 × 3 m bed is 15 m²; a walk round it is refused with the reason; 100 × 50 m is 5,000 m²",
	async (phone) => {
		await phone.enrol();
		const corners = (dLon, dLat) => [
			[0, 0],
			[dLon, 0],
			[dLon, dLat],
			[0, dLat],
		];
		const [lon, lat] = phone.place;
		const metre = { lon: 1 / (111_320 * Math.cos((lat * Math.PI) / 180)), lat: 1 / 110_700 };
		const walkRound = async (width, height) => {
			for (const [x, y] of corners(width * metre.lon, height * metre.lat)) {
				await phone.moveTo(lon + x, lat + y, 4);
				await phone.page.waitForTimeout(250);
				await phone.button("Thêm điểm tại đây").click();
			}
		};
		const area = async () =>
			Number(
				/([\d.,]+) m²/
					.exec(await phone.page.locator("[data-figure=area]").textContent())[1]
					.replaceAll(".", "")
					.replace(",", "."),
			);
		await phone.tab("Điểm trồng");
		await phone.button("Đánh dấu điểm trồng").click();
		await phone.button("Tại đây").click();
		await phone.button("Thước dây").click();
		await phone.page.getByLabel("Dài").fill("5");
		await phone.page.getByLabel("Rộng").fill("3");
		assert.equal(await area(), 15);
		await phone.button("Đi quanh mép (từ 2.000 m²)").click();
		await walkRound(5, 3);
		await phone.page.getByText(/^Đi mép chỉ dùng từ 2.000 m²/).waitFor();
		assert.ok(await phone.button("Lưu").isDisabled());
		for (let corner = 0; corner < 4; corner += 1) {
			await phone.button("Hoàn tác").click();
		}
		await walkRound(100, 50);
		assert.ok(Math.abs((await area()) / 5_000 - 1) < 0.02);
		assert.ok(await phone.button("Lưu").isEnabled());
	},
);

story(
	"from 450 plants the app says stop, and finishes no eradication without samples or a release",
	async (phone) => {
		await phone.enrol();
		await phone.mark(450, 20, 10);
		await phone.page.getByText("Dừng lại: từ 450 cây").waitFor();
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		assert.ok(await phone.button("Hoàn tất").isDisabled());
		await phone.button("Thêm").click();
		await phone.page.getByLabel("Số mẫu").fill("M01");
		await phone.page.getByLabel("Số niêm phong").fill("NP-0012");
		assert.ok(await phone.button("Hoàn tất").isEnabled());
	},
);

story("what waits is carried by hand: a sealed file that the province opens", async (phone) => {
	await phone.enrol();
	await phone.page.waitForTimeout(1_500);
	await phone.context.setOffline(true);
	await phone.mark(33, 3, 3);
	await phone.tab("Hàng đợi");
	const [download] = await Promise.all([
		phone.page.waitForEvent("download"),
		phone.button("Gói chuyển tay").click(),
	]);
	const file = await download.path();
	assert.equal(readFileSync(file).subarray(0, 16).toString(), "tuantra-bundle/1");
	assert.ok(!readFileSync(file).includes("opium_poppy"));
	const told = province.run("bundle", "import", file, "--data", province.data);
	assert.match(told, /"kind":"plot"/);
});

for (const [width, name] of [
	[320, "small"],
	[1440, "wide"],
]) {
	test(`no screen has a fault that axe finds (${name})`, { timeout: 120_000 }, async () => {
		const phone = await Phone.start(await province.device(`máy axe ${name}`), { width, height: 740 });
		try {
			await phone.enrol();
			await phone.mark(12, 2, 2);
			await looked(phone, "plot");
			for (const tab of ["Bản đồ", "Tuần tra", "Điểm trồng", "Hàng đợi", "Cài đặt"]) {
				await phone.tab(tab);
				await phone.page.waitForTimeout(tab === "Bản đồ" ? 2_500 : 200);
				await looked(phone, tab);
			}
			await phone.tab("Điểm trồng");
			await phone.button("Đánh dấu điểm trồng").click();
			await looked(phone, "mark");
		} finally {
			await phone.close();
		}
	});
}

/** No violation of WCAG 2.2 AA, and nothing wider than the screen. */
async function looked(phone, where) {
	await phone.page.evaluate(AXE);
	const found = await phone.page.evaluate(async () => {
		const { violations } = await globalThis.axe.run({
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
		});
		return violations.map(
			({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
		);
	});
	assert.deepEqual(found, [], where);
	const overflow = await phone.page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
	);
	assert.ok(overflow <= 0, `${where} is ${overflow} px too wide`);
}
