// On paper nothing scrolls: forms and tables fit the sheet, heads say their columns, legends keep their colours.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawn, open, settled, staged, until } from "../harness.mjs";

const place = staged();
const { as } = place;
/** A4 across, 12 mm of margin, at 96 points to the inch. */
const SHEET = { width: Math.round(((297 - 24) / 25.4) * 96), height: Math.round(((210 - 24) / 25.4) * 96) };

/** Paper first: a window that shrinks on the screen is the reader's own and shows less. */
async function onPaper(page) {
	await page.emulateMedia({ media: "print" });
	await page.setViewportSize(SHEET);
	await page.waitForFunction((width) => innerWidth === width && matchMedia("print").matches, SHEET.width);
	await settled(page);
}
const tables = (page) =>
	page.evaluate(() =>
		[...document.querySelectorAll("main table")].map((own) => ({
			right: Math.round(own.getBoundingClientRect().right),
			columns: own.querySelectorAll("thead th").length,
			heads: [...own.querySelectorAll("thead th")].map(
				(head) =>
					getComputedStyle(head, "::before").content.replace(/^"|"$|^none$/g, "") || head.textContent.trim(),
			),
			group: getComputedStyle(own.tHead).display,
		})),
	);

describe("a printed page", () => {
	it("holds every column of the forms and of the table of communes", async () => {
		const { page, context } = await as("can-bo-tinh");
		const period = `${new Date().getFullYear()}`;
		const forms = await Promise.all(
			["b01", "b02", "b03"].map(async (form) => {
				const { columns, rows } = await place.api("GET", `/api/v1/reports/${form}?period=${period}`);
				return rows.length > 0 ? [[`#/reports?view=${form}&period=${period}`, columns.length]] : [];
			}),
		);
		assert.ok(forms.flat().length >= 2, "the demo has something to report");
		const screens = [...forms.flat(), ["#/coverage", 10]];
		for (const [hash, columns] of screens) {
			await open(page, place.base, hash);
			await onPaper(page);
			// The table of the view before may still stand.
			await until(async () => (await tables(page))[0]?.columns === columns, `${columns} columns at ${hash}`);
			const [own] = await tables(page);
			assert.ok(own.right <= SHEET.width, `${hash} ends at ${own.right} of ${SHEET.width}`);
			assert.ok(own.heads.every(Boolean), `${hash}: ${own.heads}`);
			assert.equal(own.group, "table-header-group");
			await page.emulateMedia({ media: "screen" });
			await page.setViewportSize({ width: 1440, height: 900 });
		}
		const page_size = await page.evaluate(() =>
			[...document.styleSheets]
				.flatMap((sheet) => [...sheet.cssRules])
				.filter((rule) => rule instanceof CSSPageRule)
				.map((rule) => rule.style.getPropertyValue("size")),
		);
		assert.deepEqual(page_size, ["a4 landscape"]);
		await context.close();
	});

	it("shows all of the map that the screen showed, with the colours of its legend", async () => {
		const { page, context } = await as("can-bo-tinh");
		await open(page, place.base, "#/coverage");
		await drawn(page);
		const wide = () =>
			page.evaluate(() => {
				const box = document.querySelector("[data-map]").engine.getBounds();
				return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
			});
		const before = await wide();
		await onPaper(page);
		// The engine hears of the sheet's size in its own time.
		await page
			.waitForFunction((own) => {
				const box = document.querySelector("[data-map]").engine.getBounds();
				return box.getWest() <= own[0] + 0.001 && box.getEast() >= own[2] - 0.001;
			}, before)
			.catch(() => {});
		const after = await wide();
		assert.ok(after[0] <= before[0] + 0.001 && after[1] <= before[1] + 0.001, `${before} ${after}`);
		assert.ok(after[2] >= before[2] - 0.001 && after[3] >= before[3] - 0.001, `${before} ${after}`);
		assert.equal(
			await page
				.locator("figcaption svg")
				.first()
				.evaluate((own) => getComputedStyle(own).printColorAdjust),
			"exact",
		);
		await context.close();
	});

	it("tells on the screen where a table goes on beyond its edge, and keeps who a row is about in sight", async () => {
		const { page, context } = await as("can-bo-tinh", "#/", { width: 700, height: 900 });
		await open(page, place.base, "#/coverage");
		const around = page.locator(".around").first();
		const frame = around.locator(".frame");
		await frame.waitFor();
		await page.locator(".around.beyond").first().waitFor();
		assert.ok(!(await around.evaluate((own) => own.classList.contains("before"))));
		const left = await frame
			.locator("tbody th")
			.first()
			.evaluate((own) => own.getBoundingClientRect().left);
		await frame.evaluate((own) => own.scrollTo({ left: own.scrollWidth }));
		await page.locator(".around.before").first().waitFor();
		assert.ok(!(await around.evaluate((own) => own.classList.contains("beyond"))));
		const kept = await frame
			.locator("tbody th")
			.first()
			.evaluate((own) => own.getBoundingClientRect().left);
		assert.ok(Math.abs(kept - left) < 2, `${left} ${kept}`);
		// At a desk everything fits.
		for (const width of [1366, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			for (const hash of ["#/coverage", "#/plots?period=last_season", "#/density"]) {
				await open(page, place.base, hash);
				const beyond = await page
					.locator("main .around .frame")
					.evaluateAll((all) => all.map((own) => own.scrollWidth - own.clientWidth));
				assert.ok(
					beyond.every((own) => own <= 1),
					`${hash} at ${width}: ${beyond}`,
				);
			}
		}
		await context.close();
	});

	it("holds the facts of a plot on few sheets, none upon another", async () => {
		const { page, context } = await as("can-bo-tinh");
		const { features } = await place.api("GET", "/api/v1/plots?limit=100");
		const told = [...features].sort((one, other) => other.properties.photos - one.properties.photos)[0];
		await open(page, place.base, `#/plots/${told.id}`);
		const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
		const count = (what) => pdf.toString("latin1").match(what)?.length ?? 0;
		const sheets = count(/\/Type\s*\/Page\b(?!s)/g);
		assert.ok(sheets >= 1 && sheets <= 5, `${sheets} sheets`);
		// A card that lies beyond the sheet is not printed: each picture stands on one.
		const pictures = await page
			.locator("main img")
			.evaluateAll((all) => new Set(all.map((own) => own.src)).size);
		const printed = count(/\/Subtype\s*\/Image\b/g);
		assert.ok(printed >= pictures, `${printed} of ${pictures} pictures`);
		await onPaper(page);
		const cards = await page.locator("main .card").evaluateAll((all) =>
			all.map((own) => {
				const { left, right, top, bottom } = own.getBoundingClientRect();
				return { left, right, top, bottom };
			}),
		);
		assert.ok(cards.length > 4);
		for (const [at, one] of cards.entries())
			for (const other of cards.slice(at + 1)) {
				const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
				const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
				assert.ok(wide < 1 || high < 1, `${JSON.stringify(one)} lies upon ${JSON.stringify(other)}`);
			}
		await context.close();
	});

	it("keeps the chosen tab of a bar that scrolls in sight, and a page that holds nothing has its heading and its way back", async () => {
		const { page, context } = await as("can-bo-tinh", "#/", { width: 320, height: 640 });
		for (const hash of [
			"#/reports?view=kept",
			"#/ledger?view=sample",
			"#/review?list=tracks",
			"#/review?list=carried",
		]) {
			await open(page, place.base, hash);
			const bar = page.getByRole("tablist").first();
			const off = await bar.evaluate((own) => {
				const tab = own.querySelector("[aria-selected=true]").getBoundingClientRect();
				const room = own.getBoundingClientRect();
				return [room.left - tab.left, tab.right - room.right].map(Math.round);
			});
			assert.ok(
				off.every((by) => by <= 1),
				`${hash}: ${off}`,
			);
		}
		await page.goto(`${place.base}/#/plots/01900000-0000-7000-8000-000000000000`);
		await page.getByText("Không tìm thấy", { exact: true }).waitFor();
		await page.getByRole("heading", { level: 1, name: "Điểm trồng 000000" }).waitFor();
		await page.getByRole("link", { name: "← Điểm trồng" }).click();
		await page.waitForURL(/#\/plots$/);
		await context.close();
	});
});
