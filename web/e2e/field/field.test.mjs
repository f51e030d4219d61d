/** The field app as a team uses it, in real Chromium against the built binary. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { until } from "../harness.mjs";
import { metres, PIN } from "./phone.mjs";
import { told } from "./story.mjs";

const builtIn = (name) =>
	JSON.parse(readFileSync(new URL(`../../src/field/core/${name}.json`, import.meta.url), "utf8"));
const RULES = builtIn("grade-rules");
const story = told();

story(
	"from enrolment to receipts in one run: patrol, plot, photos, eradication",
	async (phone, device, province) => {
		await phone.enrol();
		assert.equal(new URL(phone.page.url()).hash, "", "the secret left the address");
		await phone.prepare();
		await phone.startPatrol();
		await phone.walk(20);
		const isWalked = (km) => Math.abs(km / 0.206 - 1) < 0.06;
		await phone.figureThat("km", isWalked);
		assert.ok(isWalked(await phone.settled("km")));
		await phone.mark(320, 5, 3);
		await phone.says(/320.*15 m²/);
		await phone.says("Bạn đang ở đây");
		for (const phase of ["Trước khi nhổ", "Cận cảnh"]) {
			await phone.photograph(phase);
		}
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.button("Hoàn tất").click();
		await phone.page.getByText("Đã ghi phá nhổ.").waitFor();
		await phone.photograph("Sau khi nhổ");
		const grade = await phone.page.getByRole("region", { name: "Mức chứng cứ dự kiến" }).textContent();
		await phone.endPatrol();
		await phone.says(/^Đã ghi cuộc tuần tra: 0,\d\d km/);
		await phone.sendNow();
		await phone.allSent();
		assert.ok((await phone.states()).every((state) => state === "stored"));
		await stored(province, device);
		await graded(province, device, grade);
	},
);

/** The server gives the grade that the phone foretold, for reasons that it named, by the rules that it named. */
async function graded(province, device, foretold) {
	const [{ definition }] = (await province.get("/api/v1/evidence/definitions", device.token)).value;
	const { caps, ...numbers } = RULES;
	assert.deepEqual(Object.fromEntries(Object.keys(numbers).map((name) => [name, definition[name]])), numbers);
	for (const [reason, cap] of Object.entries(caps)) assert.equal(definition.caps[reason], cap, reason);
	const [ledger] = (await province.get("/api/v1/ledger/definitions", device.token)).value;
	for (const [name, value] of Object.entries(builtIn("ledger-rules")))
		assert.equal(ledger.definition[name], value, `the phone's first rules of the ledger: ${name}`);
	const named = (await province.photosOf(device)).map(
		(photo) => JSON.stringify(photo).match(/"eradication":"([^"]+)"/)?.[1],
	);
	assert.equal(new Set(named).size, 1, "pictures from before and after name one eradication");
	let evidence;
	const isGraded = async () => {
		evidence = await province.get(`/api/v1/eradications/${named[0]}/evidence`);
		return evidence.value?.grade === "B";
	};
	await until(isGraded, "the server's grade").catch(() => undefined);
	const { grade, rules, reasons } = evidence.value;
	assert.match(foretold, new RegExp(`^Mức chứng cứ dự kiến: ${grade}`));
	assert.match(foretold, new RegExp(`quy tắc xếp mức số ${rules}`));
	const told = { key_unconfirmed: "Khóa ký của máy", no_account: "Không gắn tài khoản" };
	const capping = reasons.filter(({ cap }) => cap !== "A").map(({ code }) => code);
	assert.deepEqual(capping.sort(), Object.keys(told).sort());
	for (const text of Object.values(told)) assert.ok(foretold.includes(text), foretold);
}

/** What the server holds of a device's day: the plot's area, its eradication, three signed photos, one chain without a hole. */
async function stored(province, device) {
	const plots = (await province.get("/api/v1/plots?limit=100", device.token)).value.features;
	const plot = plots.find(({ properties }) => properties.plants === 320);
	assert.equal(plot.properties.area_m2, 15);
	assert.equal(plot.properties.position_method, "gnss_single");
	const own = (await province.photosOf(device)).filter((photo) => JSON.stringify(photo).includes(plot.id));
	assert.equal(own.length, 3);
	const [key] = (await province.get(`/api/v1/devices/${device.id}/keys`)).value;
	assert.deepEqual([key.chain.missing, key.chain.forks, key.chain.broken], [0, [], []]);
}

/** Walks east, each step once the page has counted a reading more. */
async function walkCounted(phone, steps, degrees) {
	const [lon, lat] = phone.place;
	// A walk begins where its first reading was taken: that of the first step would be the walk's beginning, 41 m on.
	await phone.figureThat("fixes", (fixes) => fixes > 0);
	for (let step = 1; step <= steps; step += 1) {
		const before = await phone.figure("fixes");
		await phone.moveTo(lon + step * degrees, lat);
		const counted = await phone.figureThat("fixes", (fixes) => fixes > before);
		assert.ok(counted > before, `no reading of step ${step}`);
	}
}

/** Kilometres and fixes as the open screen shows them. */
const recorded = async (phone) => ({ km: await phone.figure("km"), fixes: await phone.figure("fixes") });

story("a killed browser, offline: the patrol goes on with every fix, the queue is whole", async (phone) => {
	await phone.enrol();
	await phone.prepare();
	await phone.context.setOffline(true);
	await phone.startPatrol();
	const from = phone.place;
	await walkCounted(phone, 60, 0.0004);
	const straight = metres(from, phone.place) / 1_000;
	// A reading from before the first step may have stood for it: then the last one is still being written.
	await phone.figureThat("km", (km) => km / straight >= 0.99);
	const walked = await recorded(phone);
	assert.ok(walked.fixes >= 60, `${walked.fixes} fixes of 60 readings`);
	assert.ok(Math.abs(walked.km / straight - 1) < 0.01, `${walked.km} km of ${straight}`);
	await phone.mark(40, 4, 2);
	await phone.photograph("Trước khi nhổ");
	await phone.tab("Tuần tra");
	// A receiver that is silent is asked anew each 20 s: while plot and photo were recorded more readings came from where it stands.
	const before = await recorded(phone);
	assert.ok(before.fixes >= walked.fixes);
	await phone.kill();
	await phone.boot();
	await phone.context.setOffline(true);
	await phone.unlock();
	const resume = phone.page.getByRole("region", { name: "Tiếp tục tuyến đang ghi?" });
	await resume.waitFor();
	// What is shown before anything goes on is what lay on the phone. One reading may have come between the look and the kill.
	const kept = await recorded(phone);
	assert.ok(
		[0, 1].includes(kept.fixes - before.fixes),
		`${kept.fixes} fixes of ${before.fixes} that were shown`,
	);
	assert.equal(kept.km, before.km);
	await phone.button("Ghi tiếp").click();
	await resume.waitFor({ state: "detached" });
	const after = await recorded(phone);
	assert.ok(after.fixes >= kept.fixes, `${after.fixes} fixes of ${kept.fixes}`);
	assert.equal(after.km, before.km);
	// The patrol, the plot and the photo.
	await phone.waits(3);
	await phone.context.setOffline(false);
	await phone.sendNow();
	await phone.allSent();
});

story(
	"two users of one phone never see each other's queue, and a wrong PIN opens nothing",
	async (phone, _, province) => {
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
		// What others destroyed and waits for a second word is told to every phone; this was never sent.
		assert.equal(await phone.page.getByText(/(?<!\d)7 cây/).count(), 0);
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
	},
);

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
				await phone.stand(lon + x, lat + y, 4);
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
		const takeBack = async () => {
			for (let corner = 0; corner < 4; corner += 1) {
				await phone.button("Hoàn tác").click();
			}
		};
		await takeBack();
		await walkRound(100, 50);
		assert.ok(Math.abs((await area()) / 5_000 - 1) < 0.02);
		assert.ok(await phone.button("Lưu").isEnabled());
		await takeBack();
		for (const [x, y] of [
			[0, 0],
			[100, 50],
			[100, 0],
			[0, 50],
		]) {
			await phone.stand(lon + x * metre.lon, lat + y * metre.lat, 4);
			await phone.button("Thêm điểm tại đây").click();
		}
		await phone.says(/^Đường mép tự cắt/);
		assert.equal(await phone.page.locator("[data-figure=area]").count(), 0, "it has no area");
		assert.equal(await phone.page.getByText(/∞|^Đi mép chỉ dùng/).count(), 0);
		assert.ok(await phone.button("Lưu").isDisabled());
		const why = await phone.button("Lưu").getAttribute("aria-describedby");
		assert.match(await phone.page.locator(`[id="${why}"]`).textContent(), /^Đường mép tự cắt/);
		await phone.looked("an edge that crosses itself");
		await phone.button("Đi lại từ đầu").click();
		await phone.says("0 điểm");
		for (const step of [0, 1, 2]) {
			await phone.stand(lon + step * 30 * metre.lon, lat, 4);
			await phone.button("Thêm điểm tại đây").click();
		}
		await phone.says(/^Các điểm nằm trên một đường/);
		assert.ok(await phone.button("Lưu").isDisabled());
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
		await phone.button("Thêm mẫu").click();
		await phone.page.getByLabel("Ký hiệu mẫu").fill("M01");
		await phone.page.getByLabel("Số niêm phong").fill("NP-0012");
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		const isStopped = () => phone.page.getByText("Dừng lại: từ 450 cây").count();
		assert.equal(await isStopped(), 0, "the work had its samples");
		await phone.says(/^Đã báo phá nhổ – chờ xác nhận/);
		await phone.sendNow();
		await phone.allSent();
		await phone.sendNow();
		await phone.tab("Điểm trồng");
		await phone.page.getByRole("region", { name: "Tổ đã ghi" }).locator("li button").first().click();
		await phone.says(/^Đã báo phá nhổ – chờ xác nhận/);
		assert.equal(await isStopped(), 0, "whatever the server says of it");
	},
);

story("what waits is carried by hand: a sealed file that the province opens", async (phone, _, province) => {
	await phone.enrol();
	// To whom a bundle is sealed is asked with everything else that is taken along.
	await phone.prepare();
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
