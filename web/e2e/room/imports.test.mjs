// Files that offices send: checked row by row, loaded as a whole.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, overflow, settled, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;

async function cornerOf(code) {
	let corner = (await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates;
	while (typeof corner[0] !== "number") corner = corner[0];
	return corner;
}
/** A file of hamlets; one without a name is at fault. */
async function hamlets(...names) {
	const { code } = place.communes[0];
	const coordinates = await cornerOf(code);
	const features = names.map((name, at) => ({
		type: "Feature",
		properties: { code: `${code}-${90 + at}`, name, commune: code, chu_ho: "bỏ qua" },
		geometry: { type: "Point", coordinates },
	}));
	return {
		name: "thôn bản.geojson",
		mimeType: "application/geo+json",
		buffer: Buffer.from(JSON.stringify({ type: "FeatureCollection", features })),
	};
}
async function check(page, file) {
	await open(page, place.base, "#/imports");
	await page.getByLabel("Tệp này là").selectOption("hamlets");
	await page.getByLabel("Tệp", { exact: true }).setInputFiles(file);
	await page.getByRole("button", { name: "Kiểm tra tệp" }).click();
	await page.getByRole("heading", { level: 1, name: "thôn bản.geojson" }).waitFor();
}

describe("a file of an office", () => {
	it("with a fault is told row, column and reason, and cannot be loaded", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/imports");
		await check(page, await hamlets("Thôn Pác Mẫu", ""));
		await page.getByText("Có lỗi, không nạp được").waitFor();
		const fault = page.getByRole("region", { name: "Lỗi theo dòng" }).getByRole("row").nth(1);
		assert.match(await fault.textContent(), /2.*name/);
		assert.equal(await page.getByRole("button", { name: /^Nạp/ }).count(), 0);
		await page.getByRole("button", { name: "Kiểm tra lại" }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is checked, then loaded as it was checked; its report is kept and what it brought is found", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/imports");
		await check(page, await hamlets("Thôn Pác Mẫu", "Thôn Nậm Mẫu"));
		await page.getByText("Đã kiểm tra, chưa nạp").waitFor();
		const act = page.getByRole("region", { name: "Sẽ làm gì" }).getByRole("row");
		assert.equal(await act.count(), 3);
		assert.equal((await place.api("GET", "/api/v1/search?q=pac%20mau")).results.length, 0);
		await page.reload();
		await page.getByRole("button", { name: "Nạp 2 dòng" }).click();
		await page.getByRole("dialog").getByRole("button", { name: "Nạp 2 dòng" }).click();
		await page.getByRole("main").getByText("Đã nạp", { exact: true }).waitFor();
		assert.equal((await place.api("GET", "/api/v1/search?q=pac%20mau")).results[0].kind, "hamlet");
		await page.getByRole("link", { name: "Mọi lần kiểm tra" }).click();
		await page.getByRole("row", { name: /thôn bản\.geojson.*Đã nạp/ }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is chosen, checked and loaded by keys alone", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/");
		const press = (key) => page.keyboard.press(key);
		/** Tab goes on to it, as somebody without a mouse would. */
		const reach = async (target) => {
			await target.first().waitFor();
			for (let at = 0; at < 80; at++) {
				await press("Tab");
				if (await target.first().evaluate((own) => own === document.activeElement)) return;
			}
			assert.fail(`${target} is not reached by Tab`);
		};
		await reach(page.getByRole("link", { name: "Nhập dữ liệu" }));
		await press("Enter");
		const kind = page.getByLabel("Tệp này là");
		await reach(kind);
		const wanted = await kind.locator("option[value=hamlets]").evaluate((own) => own.index);
		await press("Home");
		for (let at = 0; at < wanted; at++) await press("ArrowDown");
		assert.equal(await kind.inputValue(), "hamlets");
		await reach(page.getByLabel("Tệp", { exact: true }));
		const chooser = page.waitForEvent("filechooser");
		await press("Space");
		await (await chooser).setFiles(await hamlets("Thôn Nà Phím", "Thôn Cốc Phím"));
		await reach(page.locator("main summary"));
		await press("Enter");
		await page.locator("main details[open]").waitFor();
		await reach(page.getByRole("button", { name: "Kiểm tra tệp" }));
		await press("Enter");
		const heading = page.getByRole("heading", { level: 1, name: "thôn bản.geojson" });
		await heading.waitFor();
		await reach(page.getByRole("button", { name: "Nạp 2 dòng" }));
		await press("Enter");
		const dialog = page.getByRole("dialog");
		await dialog.waitFor();
		assert.ok(
			await dialog.evaluate((own) => own.contains(document.activeElement)),
			"the dialog has the keys",
		);
		await press("Escape");
		await dialog.waitFor({ state: "hidden" });
		assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), "Nạp 2 dòng");
		// However fast one goes back and in again, the last key counts.
		await press("Enter");
		for (let at = 0; at < 10; at++) {
			await Promise.all([press("Escape"), press("Enter")]);
			// The dialog that Escape closed is gone by then; the one that Enter opens may take a slow machine longer.
			await settled(page);
			await dialog.waitFor().catch(() => {
				assert.fail(`Enter right after Escape was lost at the ${at + 1}. time`);
			});
		}
		await reach(dialog.getByRole("button", { name: "Nạp 2 dòng" }));
		await press("Enter");
		await page.getByRole("main").getByText("Đã nạp", { exact: true }).waitFor();
		await reach(page.getByRole("link", { name: "Mọi lần kiểm tra" }));
		await press("Enter");
		await reach(page.getByRole("link", { name: "thôn bản.geojson" }));
		await press("Enter");
		await heading.waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is no part of the menu of those who may bring none", async () => {
		const { page, context } = await as("nguoi-xem", "#/");
		await page.getByRole("link", { name: "Độ phủ theo xã" }).first().waitFor();
		assert.equal(await page.getByRole("link", { name: "Nhập dữ liệu" }).count(), 0);
		await context.close();
	});

	it("is shown without a fault that axe finds, within its window, in both languages", async () => {
		const first = await as("can-bo-tinh", "#/imports");
		await check(first.page, await hamlets("Thôn Pác Mẫu", ""));
		const hash = new URL(first.page.url()).hash;
		await first.context.close();
		for (const [width, language] of [
			[1440, "vi"],
			[320, "en"],
		]) {
			const { page, context, faults } = await as("can-bo-tinh", "#/", { width, language });
			for (const own of ["#/imports", hash]) {
				await open(page, place.base, own);
				assert.deepEqual(await violations(page), [], `${own} at ${width}`);
				assert.ok((await overflow(page)) <= 0, `${own} is wider than ${width}`);
			}
			assert.deepEqual(faults, []);
			await context.close();
		}
	});
});
