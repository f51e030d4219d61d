// The search in the header, on every screen of the map room.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { drawn, open, overflow, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;
const bare = (text) =>
	text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
let hamlet;

describe("the search", () => {
	before(async () => {
		const commune = place.communes[1];
		const outline = (await place.api("GET", `/api/v1/communes/${commune.code}`)).geometry;
		let corner = outline.coordinates;
		while (typeof corner[0] !== "number") corner = corner[0];
		hamlet = { code: `${commune.code}-07`, name: "Thôn Séo Chải", commune: commune.code };
		const feature = {
			type: "Feature",
			properties: { ...hamlet, former_names: "Thôn Sín Pao Lùng" },
			geometry: { type: "Point", coordinates: corner },
		};
		const folder = mkdtempSync(join(tmpdir(), "tuantra-e2e-hamlets-"));
		const file = join(folder, "hamlets.geojson");
		writeFileSync(file, JSON.stringify({ type: "FeatureCollection", features: [feature] }));
		await place.command("import", "hamlets", file);
		rmSync(folder, { recursive: true });
	});

	it("is reached by / and by keys alone opens a commune that is typed without tone marks", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/coverage");
		await open(page, place.base, "#/coverage");
		await page.keyboard.press("/");
		const box = page.getByRole("combobox", { name: /^Tìm nhanh/ });
		await page.keyboard.type(bare(place.communes[0].name));
		const options = page.getByRole("listbox", { name: "Kết quả tìm" }).getByRole("option");
		await options.first().waitFor();
		assert.equal(await box.getAttribute("aria-expanded"), "true");
		assert.equal(await box.getAttribute("aria-activedescendant"), null);
		await page.keyboard.press("ArrowDown");
		const active = await box.getAttribute("aria-activedescendant");
		assert.equal(await options.first().getAttribute("id"), active);
		assert.equal(await options.first().getAttribute("aria-selected"), "true");
		assert.match(await options.first().textContent(), new RegExp(place.communes[0].name));
		await page.keyboard.press("Enter");
		await page
			.getByRole("heading", { level: 1, name: new RegExp(`${place.communes[0].name}$`, "i") })
			.waitFor();
		assert.equal(await box.inputValue(), "");
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("writes / where something is typed in, closes by Escape, and says when nothing fits", async () => {
		const { page, context } = await as("can-bo-tinh", "#/coverage");
		await open(page, place.base, "#/coverage");
		const filter = page.getByLabel(/Tìm xã/);
		await filter.focus();
		await page.keyboard.press("/");
		assert.equal(await filter.inputValue(), "/");
		const box = page.getByRole("combobox", { name: /^Tìm nhanh/ });
		await box.fill("zzzzqqq");
		await page.getByRole("status").getByText("Không tìm thấy “zzzzqqq”").waitFor({ state: "attached" });
		assert.equal(await box.getAttribute("aria-expanded"), "false");
		await page.keyboard.press("Escape");
		await page.locator(".drop").waitFor({ state: "hidden" });
		await page.keyboard.press("Escape");
		assert.equal(await box.inputValue(), "");
		await context.close();
	});

	it("leads from a hamlet's former name to its commune, where the map marks it", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/");
		await page.getByRole("combobox", { name: /^Tìm nhanh/ }).fill("sin pao lung");
		const option = page.getByRole("option", { name: /Thôn Séo Chải/ });
		await option.waitFor();
		assert.match(await option.textContent(), /trước là Thôn Sín Pao Lùng/);
		await option.click();
		await page.getByText("Đang chỉ Thôn Séo Chải trên bản đồ").waitFor();
		assert.match(page.url(), new RegExp(`#/communes/${hamlet.commune}\\?hamlet=${hamlet.code}$`));
		await drawn(page);
		await page.waitForFunction(
			() =>
				document.querySelector("[data-map]").engine.queryRenderedFeatures({ layers: ["hamlet-middle"] })
					.length === 1,
		);
		await page.getByRole("button", { name: "Xem cả xã" }).click();
		await page.getByText("Đang chỉ Thôn Séo Chải").waitFor({ state: "detached" });
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("opens a plot by the code that people call it by, for those alone who may read plots", async () => {
		const plot = (await place.api("GET", "/api/v1/plots?limit=1")).features[0];
		const code = plot.id.slice(-6).toUpperCase();
		const { page, context, faults } = await as("can-bo-tinh", "#/");
		await page.getByRole("combobox", { name: /^Tìm nhanh/ }).fill(code.toLowerCase());
		await page.getByRole("option", { name: new RegExp(code) }).waitFor();
		await page.keyboard.press("Enter");
		await page.getByRole("heading", { level: 1, name: code }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
		const reader = await as("nguoi-xem", "#/");
		await reader.page.getByRole("combobox", { name: /^Tìm nhanh/ }).fill(code);
		await reader.page.getByRole("status").getByText("Không tìm thấy").waitFor({ state: "attached" });
		await reader.context.close();
	});

	it("has no fault that axe finds while it is open, and fits its window in both languages", async () => {
		for (const [width, language] of [
			[1440, "vi"],
			[320, "en"],
			[320, "vi"],
		]) {
			const { page, context, faults } = await as("can-bo-tinh", "#/coverage", { width, language });
			await open(page, place.base, "#/coverage");
			await page.keyboard.press("/");
			await page.keyboard.type(bare(place.communes[0].name).slice(0, 3));
			await page.locator("[role=option]").first().waitFor();
			assert.deepEqual(await violations(page), [], `${width} ${language}`);
			assert.ok((await overflow(page)) <= 0, `wider than ${width}`);
			const drop = await page.locator(".drop").boundingBox();
			assert.ok(drop.x >= 0 && drop.x + drop.width <= width, `the list leaves its window at ${width}`);
			await page.locator("input[role=combobox]").press("Escape");
			await page.locator("input[role=combobox]").press("Escape");
			if (width === 320)
				await page
					.getByRole("button", { name: language === "vi" ? "Mở ô tìm" : "Open the search" })
					.waitFor();
			assert.deepEqual(faults, []);
			await context.close();
		}
	});
});
