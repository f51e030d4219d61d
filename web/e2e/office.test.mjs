// The office's work in a browser, on the built program: a day of an officer, forms, files, accounts, a phone's first hour.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Phone } from "./field/phone.mjs";
import { dayOf, open, overflow, staged, until, violations } from "./harness.mjs";

const place = staged();
const { as } = place;
/** A number as the screen writes it. */
const read = (text) => Number(text.trim().replaceAll(".", "").replace(",", "."));
/** The number of a column in the row of totals. */
async function total(page, heading) {
	const names = await page.locator("thead th").allInnerTexts();
	const at = names.findIndex((name) => name.trim() === heading);
	assert.ok(at >= 0, `${heading} is not among ${names.join(", ")}`);
	return read(await page.locator("tfoot tr > *").nth(at).textContent());
}
/** The middle of a commune's box. */
async function middleOf(code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}
/** Goes on with Tab until what has the focus bears the name that is looked for. */
async function reach(page, name) {
	for (let at = 0; at < 150; at++) {
		await page.keyboard.press("Tab");
		const there = await page.evaluate((text) => {
			const own = document.activeElement;
			const words =
				own?.getAttribute("aria-label") ?? own?.labels?.[0]?.textContent ?? own?.textContent ?? "";
			return words.trim().startsWith(text);
		}, name);
		if (there) return;
	}
	assert.fail(`${name} is not reached by Tab`);
}

/** Makes a form anew until it is as expected: it tells what the ledger has numbered, which takes a moment. */
async function anew(page, isThere) {
	const isAnew = async () => {
		if (await isThere()) return true;
		await page.waitForTimeout(250);
		await page.getByRole("button", { name: "Lập lại" }).click();
		return false;
	};
	await until(isAnew, "the form as it is expected");
}

describe("an officer's whole day", () => {
	it("goes from the queue over approval to validated coverage and another B01, by keyboard", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/");
		const detected_at = new Date().toISOString();
		const today = `from=${dayOf(detected_at)}&to=${dayOf(detected_at)}`;
		// Cannabis counts only once the desk has verified it: a phone found some this morning.
		const code = place.communes[0].code;
		const send = await place.phone("Tổ thử – máy A", code);
		const id = `01900000-0000-7000-8000-${Date.now().toString(16).padStart(12, "0")}`;
		await send("PUT", `/api/v1/plots/${id}`, {
			type: "Feature",
			geometry: { type: "Point", coordinates: await middleOf(code) },
			properties: {
				crop: "cannabis",
				detected_at,
				detected_by: "patrol",
				plants: 37,
				plants_method: "counted",
				area_m2: 24,
				area_method: "tape",
				hacc_m: 5,
				position_method: "gnss_single",
			},
		});
		await open(page, place.base, `#/reports?view=b01&${today}`);
		await anew(page, () => page.getByText("cần sa chưa xác minh").isVisible());
		const before = await total(page, "Số điểm trồng");

		// The queue: a patrol is accepted, the plot is verified.
		await open(page, place.base, "#/review");
		await page.locator("[data-item]").first().waitFor();
		const patrol = await page.locator("[data-item]").first().getAttribute("data-item");
		const { started_at } = (await place.api("GET", `/api/v1/patrols/${patrol}`)).properties;
		const day = dayOf(started_at);
		const checked = async () => {
			await open(page, place.base, `#/coverage?from=${day}&to=${day}&validated=1`);
			return page.locator("tfoot td").allInnerTexts();
		};
		const unvalidated = await checked();
		await open(page, place.base, "#/review");
		await page.locator(`[data-item="${patrol}"][aria-current]`).waitFor();
		await page.keyboard.press("a");
		await page.keyboard.press("Enter");
		await page.getByRole("status").getByText("Đã ghi: Duyệt tuyến").waitFor();
		await open(page, place.base, "#/review?list=verify");
		await page.locator(`[data-item="${id}"]`).waitFor();
		const items = await page
			.locator("[data-item]")
			.evaluateAll((all) => all.map((own) => own.getAttribute("data-item")));
		for (const next of items.slice(1, items.indexOf(id) + 1)) {
			await page.keyboard.press("j");
			await page.locator(`[data-item="${next}"][aria-current]`).waitFor();
		}
		await page.locator(`[data-item="${id}"][aria-current]`).waitFor();
		await page.keyboard.press("a");
		await page.keyboard.press("Enter");
		await page.getByRole("status").getByText("Đã ghi: Xác minh đúng").waitFor();
		assert.equal((await place.api("GET", `/api/v1/plots/${id}`)).properties.state, "verified");

		// What follows: coverage of validated patrols, and the form.
		const isOther = async () => {
			await page.goto("about:blank");
			return (await checked()).join() !== unvalidated.join();
		};
		await until(isOther, `another coverage of validated patrols than ${unvalidated.join()}`);
		await open(page, place.base, `#/reports?view=b01&${today}`);
		await anew(page, async () => (await total(page, "Số điểm trồng")) === before + 1);
		// A number leads to the facts under it.
		await page
			.getByRole("row", { name: new RegExp(place.communes[0].name) })
			.getByRole("link", { name: "37" })
			.click();
		await page.getByRole("link", { name: id.slice(-6).toUpperCase() }).waitFor();
		// Exactly those that it counts: one plot has 37 plants.
		await page.getByText("Đúng các điểm được tính trong con số của biểu.").waitFor();
		assert.equal(await page.locator("tbody tr").count(), 1);
		await page.getByRole("link", { name: "Xem tất cả điểm trồng" }).click();
		await page.getByLabel("Trạng thái").waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("forms of the office", () => {
	it("tell silence from nothing, take a commune's word, and keep what was sent", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/reports?view=sending");
		await open(page, place.base, "#/reports?view=sending");
		const silent = page.getByRole("row", { name: /Chưa gửi/ });
		const before = await silent.count();
		assert.ok(before > 0);
		const name = (await silent.first().getByRole("link").first().textContent()).trim();
		assert.ok((await page.getByLabel("Lời nhắc các xã chưa gửi").inputValue()).includes(name));
		// Communes stand by name, in the reminder too.
		const reminder = await page.getByLabel("Lời nhắc các xã chưa gửi").inputValue();
		const named = /: ([^:]*)\. Đề nghị/.exec(reminder)[1].split(", ");
		assert.ok(named.length > 1);
		assert.deepEqual(named, named.toSorted(new Intl.Collator("vi", { numeric: true }).compare));
		await silent
			.first()
			.getByRole("button", { name: /Xác nhận không phát sinh/ })
			.click();
		await page.getByLabel("Đã rà soát những gì").fill("Đã rà soát ba bản");
		await page.getByRole("dialog").getByRole("button", { name: "Xác nhận không phát sinh" }).click();
		await page.getByRole("row", { name: new RegExp(`${name}.*Không phát sinh`) }).waitFor();
		await open(page, place.base, "#/reports?view=b01");
		const row = page.getByRole("row", { name: new RegExp(name) });
		await row.first().waitFor();
		await anew(page, async () => /Không phát sinh/.test(await row.textContent()));
		assert.equal(
			(await row.getByRole("link", { name: "0", exact: true }).count()) > 0,
			true,
			"a zero somebody stands for",
		);
		if (before > 1) {
			const other = page.getByRole("row", { name: /Chưa gửi/ }).first();
			assert.equal(await other.getByRole("link").count(), 0, "silence has no numbers");
		}
		const [sheet] = await Promise.all([
			page.waitForEvent("download"),
			page.getByRole("button", { name: "Tải Excel" }).click(),
		]);
		assert.match(sheet.suggestedFilename(), /^B01_.*\.xlsx$/);
		assert.equal(
			readFileSync(await sheet.path())
				.subarray(0, 2)
				.toString(),
			"PK",
		);
		await page.getByRole("button", { name: "Lưu bản này" }).click();
		await page.getByRole("status").getByText("Đã lưu B01").waitFor();
		await page.getByRole("tab", { name: "Bản đã lưu" }).click();
		await page.getByRole("row", { name: /B01/ }).waitFor();
		await page.getByRole("tab", { name: "Tình hình gửi" }).click();
		await page.getByRole("button", { name: `Rút xác nhận ${name}` }).click();
		await page.getByLabel("Vì sao rút").fill("Xác nhận nhầm kỳ");
		await page.getByRole("dialog").getByRole("button", { name: "Rút xác nhận" }).click();
		await page.getByRole("row", { name: new RegExp(`${name}.*Chưa gửi`) }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("hold what a role may see: readers have patrols and coverage by weeks, and confirm nothing", async () => {
		const { page, context, faults } = await as("nguoi-xem", "#/reports");
		await open(page, place.base, "#/reports");
		const tabs = (await page.getByRole("tab").allInnerTexts()).map((text) => text.trim());
		assert.deepEqual(tabs, ["B03 Tuần tra, độ bao phủ"]);
		await page.locator("tbody tr").first().waitFor();
		await page
			.getByText(/Số liệu theo tuần trọn, từ thứ Hai .* đến Chủ nhật/)
			.first()
			.waitFor();
		assert.equal(await page.getByRole("button", { name: "Lưu bản này" }).count(), 0);
		assert.deepEqual(faults, []);
		await context.close();
		const commune = await as("can-bo-xa", "#/reports?view=sending");
		await open(commune.page, place.base, "#/reports?view=sending");
		assert.equal(await commune.page.locator("tbody tr").count(), 1);
		await commune.context.close();
	});
});

describe("files", () => {
	it("a small one comes at once; several layers wait for a second person, and only the asker fetches them", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/exports");
		await open(page, place.base, "#/exports?layers=plots&format=csv");
		const [small] = await Promise.all([
			page.waitForEvent("download"),
			page.getByRole("button", { name: "Tải xuống ngay" }).click(),
		]);
		assert.equal(small.suggestedFilename(), "plots.csv");
		assert.equal(readFileSync(await small.path(), "utf8").charCodeAt(0), 0xfeff);

		await page.getByLabel("Tuyến tuần tra").check();
		assert.equal(await page.getByLabel("Định dạng").inputValue(), "gpkg");
		await page.getByLabel("Lấy ra để làm gì").fill("Gửi Sở Nông nghiệp rà soát");
		await page.getByRole("button", { name: "Gửi đề nghị xuất" }).click();
		await page.getByRole("row", { name: /Gửi Sở Nông nghiệp rà soát.*Chờ phê duyệt/ }).waitFor();
		assert.equal(
			await page.getByRole("button", { name: /^Phê duyệt/ }).count(),
			0,
			"nobody approves an own request",
		);

		const second = await as("pho-phong", "#/exports");
		const waiting = second.page.getByRole("listitem").filter({ hasText: "Gửi Sở Nông nghiệp rà soát" });
		assert.match(await waiting.textContent(), /Người đề nghị: can-bo-tinh/);
		await reach(second.page, "Phê duyệt");
		await second.page.keyboard.press("Enter");
		await second.page.getByRole("status").getByText("Đã phê duyệt").waitFor();
		await second.page.getByText("Không có đề nghị nào chờ phê duyệt.").waitFor();
		assert.equal(await second.page.getByRole("link", { name: /Tải tệp/ }).count(), 0);
		await second.context.close();

		const link = page.getByRole("link", { name: /Tải tệp/ });
		await link.waitFor();
		const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
		assert.equal(file.suggestedFilename(), "tuantra.gpkg");
		assert.equal(
			readFileSync(await file.path())
				.subarray(0, 15)
				.toString(),
			"SQLite format 3",
		);
		const part = await page.evaluate(
			async (path) => {
				const sent = await fetch(path, { headers: { range: "bytes=0-14" } });
				return [sent.status, (await sent.arrayBuffer()).byteLength];
			},
			await link.getAttribute("href"),
		);
		assert.deepEqual(part, [206, 15]);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("offer the layers that a role may read, and are refused with words", async () => {
		const { page, context } = await as("nguoi-xem", "#/exports");
		await open(page, place.base, "#/exports");
		const layers = (await page.locator("fieldset label").allInnerTexts()).map((text) => text.trim());
		assert.ok(layers.includes("Xã, phường") && !layers.includes("Điểm trồng"), layers.join());
		assert.equal(await page.getByText("Chờ tài khoản này phê duyệt").count(), 0);
		await context.close();
		const asker = await as("can-bo-tinh", "#/exports?layers=plots,patrols");
		await asker.page.getByLabel("Lấy ra để làm gì").fill("Đề nghị thứ hai");
		await asker.page.getByRole("button", { name: "Gửi đề nghị xuất" }).click();
		await asker.page.getByRole("row", { name: /Đề nghị thứ hai/ }).waitFor();
		const second = await as("pho-phong", "#/exports");
		await second.page.getByRole("button", { name: "Không đồng ý Đề nghị thứ hai" }).click();
		await second.page.getByLabel("Vì sao không đồng ý").fill("Chưa rõ nơi nhận");
		await second.page.getByRole("dialog").getByRole("button", { name: "Không đồng ý" }).click();
		await second.page.getByRole("status").getByText("Đã trả lại đề nghị").waitFor();
		await second.context.close();
		const told = asker.page.getByRole("row", { name: /Đề nghị thứ hai.*Không đồng ý/ });
		await told.waitFor();
		assert.match(await told.textContent(), /Chưa rõ nơi nhận/);
		await asker.context.close();
	});
});

describe("accounts", () => {
	it("change their unit, roles, communes and the end of rights, and the holder sees it at once", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/accounts");
		const holder = await as("can-bo-xa", "#/coverage");
		await page.getByRole("button", { name: "Sửa can-bo-xa", exact: true }).click();
		const form = page.getByRole("dialog");
		assert.equal(await form.getByLabel("Các xã đã chọn (1)").isChecked(), true);
		const [, other] = place.communes;
		await form.getByLabel("Tìm xã").fill(other.name);
		await form.getByLabel(other.name, { exact: true }).check();
		await form.getByRole("button", { name: "Thêm vai trò" }).click();
		const added = form.getByRole("region", { name: "Vai trò 2" });
		await added.getByLabel("Vai trò", { exact: true }).selectOption("auditor");
		await added.getByLabel("Toàn tỉnh").check();
		await added.getByLabel("Đến hết ngày").fill("2099-12-31");
		for (const width of [1440, 320]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.ok((await overflow(page)) <= 0);
		}
		await page.setViewportSize({ width: 1440, height: 900 });
		await form.getByRole("button", { name: "Lưu" }).click();
		await page.getByRole("status").getByText("Đã sửa tài khoản can-bo-xa").waitFor();
		// The message stands before the list is read again.
		const changed = page.getByRole("row", { name: /can-bo-xa/ }).filter({ hasText: "Kiểm toán" });
		const row = await changed.textContent();
		assert.match(row, /Cán bộ xã/);
		assert.ok(row.includes(other.name), row);
		assert.match(row, /Kiểm toán · Toàn tỉnh · đến hết 31\/12\/2099/);
		await holder.page.reload();
		const menu = holder.page.getByRole("navigation").getByRole("link", { name: "Nhật ký" });
		await menu.waitFor();
		await holder.context.close();
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("from enrolment to receipt", () => {
	it("an officer's browser lets a phone in, it records, and the officer sees what it sent", {
		timeout: 400_000,
	}, async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/devices");
		await page.getByRole("button", { name: "Thêm máy" }).click();
		const form = page.getByRole("dialog");
		await form.getByLabel("Tên máy").fill("Tổ thử – máy B");
		await form.getByRole("button", { name: "Thêm máy" }).click();
		await form.getByText("Chọn ít nhất một xã, hoặc chọn toàn tỉnh.").waitFor();
		await form.getByLabel(place.communes[0].name, { exact: true }).check();
		await form.getByRole("button", { name: "Thêm máy" }).click();
		await page.getByRole("button", { name: "Mở ghép máy Tổ thử – máy B" }).click();
		await page.getByRole("button", { name: "Mở mã 15 phút" }).click();
		const code = (await page.locator("[data-code]").textContent()).trim();
		const phone = await Phone.start({
			link: `${place.base}/field/`,
			middle: await middleOf(place.communes[0].code),
		});
		// Until the officer matches the number, the phone's secret opens nothing, and it asks again.
		phone.expected = /401/;
		try {
			await phone.page.goto(`${place.base}/field/`);
			await phone.page.getByLabel("Mã trên phiếu").fill(code.toLowerCase());
			await phone.button("Nhận cấu hình").click();
			const number = (await phone.page.locator(".number").textContent()).trim();
			await page.getByLabel("Số hiện trên điện thoại").fill(number);
			await page.getByRole("button", { name: "Khớp số" }).click();
			await page.getByRole("row", { name: /Tổ thử – máy B.*Đã ghép/ }).waitFor();
			await phone.page.getByLabel("Mã PIN", { exact: true }).waitFor();
			const name = phone.page.getByLabel("Người dùng máy");
			if ((await name.inputValue()) === "") await name.fill("Tổ thử");
			await phone.page.getByLabel("Mã PIN", { exact: true }).fill("402917");
			await phone.page.getByLabel("Nhập lại mã PIN").fill("402917");
			await phone.button("Lưu").click();
			await phone.page.getByRole("heading", { name: "Chuẩn bị ngoại tuyến" }).waitFor();
			await phone.startPatrol();
			await phone.walk(10);
			await phone.mark(41, 4, 3);
			await phone.photograph("Trước khi nhổ");
			await phone.endPatrol();
			await phone.sendNow();
			await phone.allSent();
			assert.ok((await phone.states()).every((state) => state === "stored"));
			assert.deepEqual(phone.faults, []);
		} finally {
			await phone.close();
		}
		await open(page, place.base, "#/plots?period=week");
		const row = page.getByRole("row", { name: /12 m².*41/ });
		await row.getByRole("link").first().click();
		await page.getByText("Ảnh bằng chứng").first().waitFor();
		await page.locator("main img").first().waitFor();
		await open(page, place.base, "#/patrols?period=week");
		await page
			.getByRole("row", { name: /Tổ dự bị/ })
			.first()
			.waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});
});
