/** The account at the shutter, and the best grade, which needs it. */

import assert from "node:assert/strict";
import { generate } from "lean-qr";
import { until } from "../harness.mjs";
import { PIN } from "./phone.mjs";
import { told } from "./story.mjs";

const story = told();

/** Chromium on a desk reads no codes: it reads what the story holds before the camera. */
const reader = (context) =>
	context.addInitScript(() => {
		globalThis.BarcodeDetector = class {
			async detect() {
				return globalThis.held ? [{ rawValue: globalThis.held }] : [];
			}
		};
	});

/** A browser that reads no codes by itself, with a camera before which the story holds a text as a code: dark squares by line. */
const unread = (context) =>
	context.addInitScript(() => {
		delete globalThis.BarcodeDetector;
		const SIDE = 480;
		navigator.mediaDevices.getUserMedia = async () => {
			const canvas = document.createElement("canvas");
			[canvas.width, canvas.height] = [640, SIDE];
			const pen = canvas.getContext("2d");
			setInterval(() => {
				pen.fillStyle = "#c8c8b8";
				pen.fillRect(0, 0, 640, SIDE);
				const rows = globalThis.heldRows ?? [];
				const step = Math.floor((SIDE * 0.7) / (rows.length + 8));
				pen.fillStyle = "#f4f4f4";
				if (step > 0 && rows.length > 0)
					pen.fillRect(60, 40, (rows.length + 8) * step, (rows.length + 8) * step);
				pen.fillStyle = "#1c1c1c";
				for (const [y, row] of rows.entries())
					for (const [x, square] of [...row].entries())
						if (square === "1") pen.fillRect(60 + (x + 4) * step, 40 + (y + 4) * step, step, step);
			}, 100);
			return canvas.captureStream(10);
		};
	});

/** An account of no unit: whoever holds the phone may name it. */
async function account(province, name) {
	const token = province.run(
		"account",
		"token",
		"--data",
		province.data,
		"--name",
		name,
		"--role",
		"patrol_member",
	);
	return (await province.get("/api/v1/me", token)).value.id;
}

/** A second officer reads the key's digits off the phone. */
async function confirmKey(phone, device, province) {
	await phone.tab("Cài đặt");
	const shown = phone.page.getByRole("region", { name: "Khóa ký của máy" });
	const code = (await shown.locator(".number").textContent()).replace(/\D/g, "");
	const keys = async () => (await province.get(`/api/v1/devices/${device.id}/keys`)).value;
	const key = await until(async () => (await keys())[0], "the phone's key");
	const path = `/api/v1/devices/${device.id}/keys/${key.key_id}/confirm`;
	assert.equal((await province.post(path, { code })).status, 200);
	await phone.sendNow();
	await phone.tab("Cài đặt");
	await shown.getByText("Đã được xác nhận").waitFor();
}

story(
	"what is no account is said to be none and stays in the field; a code before the camera is one",
	async (phone, _, province) => {
		await phone.enrol();
		const own = phone.page.getByRole("region", { name: "Tài khoản người bấm máy" });
		const field = own.getByLabel("Mã tài khoản");
		await own.getByText("Chưa gắn tài khoản: chứng cứ cao nhất là mức B.").waitFor();
		await field.fill("can-bo-01");
		await field.blur();
		await own.getByRole("alert").getByText("Đây không phải mã tài khoản.").waitFor();
		assert.equal(await field.inputValue(), "can-bo-01");
		assert.equal(await field.getAttribute("aria-invalid"), "true");
		await phone.looked("an account that is none");
		await own.getByRole("button", { name: "Quét mã QR" }).click();
		await phone.page.evaluate(() => {
			globalThis.held = "https://example.invalid/poster";
		});
		await own.getByText("Đây không phải mã tài khoản.").waitFor();
		const id = await account(province, "nguoi-quet");
		await phone.page.evaluate((text) => {
			globalThis.held = text;
		}, id);
		await own.getByRole("button", { name: "Quét mã QR" }).click();
		await own.getByText(/^Đã gắn tài khoản/).waitFor();
		assert.equal(await field.inputValue(), id);
		await phone.looked("an account that was scanned");
		await phone.unlock();
		await phone.tab("Cài đặt");
		assert.equal(await field.inputValue(), id, "it is kept");
	},
	{ prepare: reader },
);

story(
	"a phone whose browser reads no codes reads them all the same: its enrolment, and an account without a network",
	async (phone, device, province) => {
		const id = await account(province, "nguoi-cam-may-khac");
		const { page } = phone;
		const hold = (text) => {
			const code = generate(text);
			const line = (y) => Array.from({ length: code.size }, (_, x) => (code.get(x, y) ? "1" : "0")).join("");
			return page.evaluate(
				(rows) => {
					globalThis.heldRows = rows;
				},
				Array.from({ length: code.size }, (_, y) => line(y)),
			);
		};
		// The officer's screen shows a link; the phone spends the code in it.
		phone.expected = /401|ERR_INTERNET_DISCONNECTED/;
		const opened = (await province.post(`/api/v1/devices/${device.id}/enrolment`, { doors: ["api"] })).value;
		await page.goto(new URL("/field/", device.link).href);
		await hold(`${province.base}/enrol/${opened.code}`);
		await phone.button("Quét mã QR").click();
		const number = Number(await page.locator("[data-figure=match]").textContent());
		await province.post(`/api/v1/devices/${device.id}/enrolment/confirm`, { number });
		await page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await page.getByLabel("Nhập lại mã PIN").fill(PIN);
		await phone.button("Lưu").click();
		await page.getByRole("heading", { name: "Chuẩn bị ngoại tuyến" }).waitFor();
		await phone.prepare();
		await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
		await phone.context.setOffline(true);
		// What the page has loaded goes: the reader must come from what the phone keeps.
		await phone.unlock();
		await phone.tab("Cài đặt");
		await hold(id);
		const own = phone.page.getByRole("region", { name: "Tài khoản người bấm máy" });
		await own.getByRole("button", { name: "Quét mã QR" }).click();
		await own.getByText(/^Đã gắn tài khoản/).waitFor();
		assert.equal(await own.getByLabel("Mã tài khoản").inputValue(), id);
	},
	{ prepare: unread },
);

story(
	"with a named account, a confirmed key and a recorded way the evidence reaches grade A, as the phone foretold",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		await confirmKey(phone, device, province);
		const id = await account(province, "nguoi-bam-may");
		// As it is copied: with blanks around it.
		await phone.page.getByLabel("Mã tài khoản").fill(` ${id} `);
		await phone.says(/^Đã gắn tài khoản/);
		await phone.startPatrol();
		await phone.walk(10);
		await phone.mark(310, 4, 3);
		for (const phase of ["Trước khi nhổ", "Cận cảnh"]) await phone.photograph(phase);
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		await phone.photograph("Sau khi nhổ");
		await phone.says("Đủ. Có thể rời điểm trồng.");
		const foretold = await phone.page.getByRole("region", { name: "Mức chứng cứ dự kiến" }).textContent();
		assert.match(foretold, /^Mức chứng cứ dự kiến: A/);
		await phone.endPatrol();
		await phone.sendNow();
		await phone.allSent();
		const [photo] = await province.photosOf(device);
		const work = JSON.stringify(photo).match(/"eradication":"([^"]+)"/)[1];
		let evidence;
		const isBest = async () => {
			evidence = (await province.get(`/api/v1/eradications/${work}/evidence`)).value;
			return evidence?.grade === "A";
		};
		await until(isBest, "grade A").catch(() => undefined);
		assert.equal(evidence?.grade, "A", JSON.stringify(evidence?.reasons));
	},
);
