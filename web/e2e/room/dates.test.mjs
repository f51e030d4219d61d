// Days and files in the page's own words, whatever the browser's language.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, overflow, PATIENCE_MS, signIn, staged, violations } from "../harness.mjs";

const place = staged();

/** A page of an officer whose browser writes dates month first. */
async function abroad(hash, { width = 1366, language = "vi" } = {}) {
	const context = await place.browser.newContext({
		viewport: { width, height: 768 },
		locale: "en-US",
		timezoneId: "America/Los_Angeles",
	});
	context.setDefaultTimeout(PATIENCE_MS);
	await context.addInitScript((own) => {
		localStorage.setItem("tuantra.language", own);
		// A calendar of the browser has no place in a test: that it was asked for is what counts.
		globalThis.asked = [];
		HTMLInputElement.prototype.showPicker = function () {
			globalThis.asked.push(this.value);
		};
	}, language);
	const page = await context.newPage();
	const faults = [];
	page.on("pageerror", (error) => faults.push(String(error.stack)));
	await signIn(page, place.base, "can-bo-tinh");
	await open(page, place.base, hash);
	return { page, context, faults };
}
const query = (page) => new URLSearchParams(new URL(page.url()).hash.split("?")[1]);

describe("a day", () => {
	it("stands as dd/mm/yyyy in a browser that writes it otherwise, and is taken as people write it", async () => {
		const { page, context, faults } = await abroad("#/patrols?from=2026-01-02&to=2026-03-04");
		const from = page.getByLabel("Từ ngày");
		const to = page.getByLabel("Đến ngày");
		assert.deepEqual([await from.inputValue(), await to.inputValue()], ["02/01/2026", "04/03/2026"]);
		for (const [typed, day] of [
			["5/2/2026", "2026-02-05"],
			["06022026", "2026-02-06"],
			["7-2-2026", "2026-02-07"],
			["2026-02-08", "2026-02-08"],
		]) {
			await from.fill(typed);
			await from.press("Enter");
			assert.equal(query(page).get("from"), day, typed);
			assert.equal(await from.inputValue(), day.split("-").reverse().join("/"));
		}
		// What is left with Tab counts as what is left with Enter.
		await from.fill("09022026");
		await from.press("Tab");
		assert.equal(query(page).get("from"), "2026-02-09");
		// An end before its beginning takes the beginning along.
		await to.fill("1/1/2026");
		await to.press("Enter");
		assert.deepEqual([await from.inputValue(), await to.inputValue()], ["01/01/2026", "01/01/2026"]);
		// A screen that cannot do without a day keeps its own.
		await from.fill("");
		await from.press("Enter");
		await page.waitForFunction((own) => own.value === "01/01/2026", await from.elementHandle());
		// A step back in the address is followed.
		await page.goto(`${place.base}/#/patrols?from=2025-12-24&to=2025-12-31`);
		await page.waitForFunction((own) => own.value === "24/12/2025", await from.elementHandle());
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("that is none, or out of bounds, is told with what would be accepted, and changes nothing", async () => {
		const { page, context, faults } = await abroad("#/patrols?from=2026-01-02&to=2026-03-04");
		const from = page.getByLabel("Từ ngày");
		for (const [typed, words] of [
			["31/02/2026", "Không có ngày này"],
			["12/25/2026", "Không có ngày này"],
			["5.3.26", "Viết đủ bốn chữ số của năm"],
			["hôm qua", "Viết ngày/tháng/năm, ví dụ 25/03/2026"],
			["1/1/2199", "Chỉ nhận đến"],
		]) {
			await from.fill(typed);
			await from.press("Enter");
			await page.getByText(words).waitFor();
			assert.equal(await from.inputValue(), typed, "what was typed stands to be mended");
			assert.equal(await from.getAttribute("aria-invalid"), "true");
			const told = await from.evaluate((own) =>
				own
					.getAttribute("aria-describedby")
					.split(" ")
					.map((id) => document.getElementById(id)?.textContent)
					.join(" "),
			);
			assert.ok(told.includes(words), told);
			assert.equal(query(page).get("from"), "2026-01-02");
		}
		assert.deepEqual(await violations(page), []);
		// The fault goes while it is mended, before the field is left.
		await from.fill("05/03/2026");
		assert.equal(await from.getAttribute("aria-invalid"), null);
		await from.press("Enter");
		assert.deepEqual([query(page).get("from"), query(page).get("to")], ["2026-03-05", "2026-03-05"]);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("that is none keeps a form from being sent", async () => {
		const { page, context, faults } = await abroad("#/accounts");
		await page.getByRole("button", { name: "Sửa can-bo-xa", exact: true }).click();
		const form = page.getByRole("dialog");
		const until = form.getByLabel("Đến hết ngày");
		await until.fill("31/02/2099");
		await form.getByRole("button", { name: "Lưu" }).click();
		await form.getByText("Không có ngày này").waitFor();
		assert.ok(await until.evaluate((own) => own === document.activeElement), "the field has the keys");
		await until.fill("1/1/2020");
		await until.press("Enter");
		await form.getByText(/^Chỉ nhận từ .* trở đi$/).waitFor();
		await until.fill("28/02/2099");
		await form.getByRole("button", { name: "Lưu" }).click();
		await page.getByRole("row", { name: /can-bo-xa.*đến hết 28\/02\/2099/ }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is typed or chosen by keys alone; the calendar is one stop after the text, and named", async () => {
		for (const [width, language, words] of [
			[320, "vi", ["Từ ngày", "Mở lịch"]],
			[1366, "en", ["From", "Open the calendar"]],
		]) {
			const { page, context, faults } = await abroad("#/patrols?from=2026-01-02&to=2026-03-04", {
				width,
				language,
			});
			const from = page.getByLabel(words[0], { exact: true });
			await from.focus();
			await page.keyboard.press("Tab");
			assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), words[1]);
			await page.keyboard.press("Enter");
			assert.deepEqual(await page.evaluate(() => globalThis.asked), ["2026-01-02"]);
			// What the browser's calendar does when a day is chosen.
			await page
				.locator("input[type=date]")
				.first()
				.evaluate((own) => {
					own.value = "2026-02-03";
					own.dispatchEvent(new Event("change", { bubbles: true }));
				});
			await page.waitForFunction((own) => own.value === "03/02/2026", await from.elementHandle());
			assert.equal(query(page).get("from"), "2026-02-03");
			assert.deepEqual(await violations(page), []);
			assert.ok((await overflow(page)) <= 0);
			assert.deepEqual(faults, []);
			await context.close();
		}
	});
});

describe("a file", () => {
	it("is asked for in the page's words, told by name and size, and can be dropped", async () => {
		const { page, context, faults } = await abroad("#/imports");
		const field = page.locator(".field", { has: page.getByLabel("Tệp", { exact: true }) });
		await field.getByText("Chưa chọn tệp").waitFor();
		const drop = (names) =>
			page.getByLabel("Tệp", { exact: true }).evaluate((own, list) => {
				const dataTransfer = new DataTransfer();
				for (const name of list) dataTransfer.items.add(new File([new Uint8Array(2_345)], name));
				for (const kind of ["dragenter", "dragover", "drop"])
					own.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
			}, names);
		await drop(["một.csv", "hai.csv"]);
		await field.getByText("Chỉ nhận một tệp").waitFor();
		await drop(["cửa khẩu.csv"]);
		await field.getByText("cửa khẩu.csv 2 kB").waitFor();
		assert.equal(await field.getByText("Chỉ nhận một tệp").count(), 0);
		await field.getByText("Chọn tệp khác").waitFor();
		assert.equal(
			await page.getByLabel("Tệp", { exact: true }).evaluate((own) => own.files[0].name),
			"cửa khẩu.csv",
		);
		// Its own words are in the browser's language: nobody sees them.
		assert.equal(
			await page.getByLabel("Tệp", { exact: true }).evaluate((own) => getComputedStyle(own).opacity),
			"0",
		);
		assert.deepEqual(await violations(page), []);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("of a long name stays in its frame at 320 px, in English too", async () => {
		const { page, context, faults } = await abroad("#/papers/new", { width: 320, language: "en" });
		await page.getByText("No file yet").waitFor();
		await page.getByLabel("The scan (PDF or JPEG)").setInputFiles({
			name: `${"bien-ban-pha-nho".repeat(8)}.pdf`,
			mimeType: "application/pdf",
			buffer: Buffer.from("%PDF-1.4\n"),
		});
		await page.getByText(/bien-ban-pha-nho.*9 B/).waitFor();
		assert.ok((await overflow(page)) <= 0);
		assert.deepEqual(await violations(page), []);
		// A draft that is dropped lets go of its file, and the same one can be chosen again.
		await page.getByRole("button", { name: "Discard the draft" }).click();
		await page.getByText("No file yet").waitFor();
		assert.equal(await page.getByLabel("The scan (PDF or JPEG)").evaluate((own) => own.files.length), 0);
		assert.deepEqual(faults, []);
		await context.close();
	});
});
