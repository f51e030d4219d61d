// Maps and their tables: one selection, fixed classes, legends that say what is drawn.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawn, open, staged } from "../harness.mjs";

const place = staged();
const { as } = place;

/** The hexagons of the density map as they are drawn: cell, class and colour. */
const hexes = (page) =>
	page.evaluate(() => {
		const { engine } = document.querySelector("[data-map]");
		const [, , ...pairs] = engine.getPaintProperty("fill", "fill-color");
		const data = engine.getSource("hexes").serialize().data.features;
		return data.map(({ properties }) => ({
			cell: properties.cell,
			colour: pairs[pairs.indexOf(properties.class) + 1],
		}));
	});

const rows = (page) =>
	page.locator("tbody tr[data-row]").evaluateAll((list) => list.map((own) => own.dataset.row));

/** The lower ends of the classes as the legend writes them, with their colours and how many cells it counts. */
const legend = (page) =>
	page.locator(".legend li:has(small)").evaluateAll((list) =>
		list.map((own) => {
			const words = own.querySelector("span").textContent.trim();
			const number = (text) => Number(text.replace(".", "").replace(",", "."));
			const figures = words.match(/[\d.,]+/g).map(number);
			return {
				words,
				from: words.startsWith("dưới") ? 0 : figures[0],
				until: words.startsWith("từ") ? Number.POSITIVE_INFINITY : figures.at(-1),
				colour: own.querySelector("path").getAttribute("fill"),
				cells: number(own.querySelector("small").textContent.match(/[\d.]+/)[0]),
			};
		}),
	);

/** The answers of the density route, in the order in which they came. */
function answers(page) {
	const told = [];
	page.on("response", async (response) => {
		if (!response.url().includes("/api/v1/density?") || !response.ok()) return;
		// An answer that a reload overtakes is of no use to anybody.
		const answer = await response.json().catch(() => null);
		if (answer) told.push(answer);
	});
	return told;
}

/** A season in which somebody walked. */
async function season() {
	for (const year of [2025, 2024, 2026]) {
		const span = `from=${year}-09-01&to=${year + 1}-08-31`;
		const { cells } = await place.api("GET", `/api/v1/density?${span}&res=7`);
		if (cells.length > 2) return year;
	}
	throw new Error("the made-up province has no season with cells");
}

describe("the density map and its table", () => {
	it("show the same cells; one that is chosen in the table is outlined, and the address restores it", async () => {
		const year = await season();
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, `#/density?season=${year}&res=7`);
		await drawn(page);
		const listed = await rows(page);
		assert.ok(listed.length > 2);
		await page.waitForFunction(
			(count) => document.querySelector("[data-map]").engine.querySourceFeatures("hexes").length >= count,
			listed.length,
		);
		assert.deepEqual((await hexes(page)).map(({ cell }) => cell).toSorted(), listed.toSorted());
		const outlined = (cell) =>
			page.waitForFunction(
				(own) =>
					document
						.querySelector("[data-map]")
						?.engine?.queryRenderedFeatures({ layers: ["chosen"] })
						.some(({ properties }) => properties.cell === own),
				cell,
			);
		await page.locator(`tr[data-row="${listed[1]}"] button`).click();
		await outlined(listed[1]);
		assert.ok(page.url().includes(`cell=${listed[1]}`));
		await page.reload();
		await drawn(page);
		await outlined(listed[1]);
		await page.locator(`tr.chosen[data-row="${listed[1]}"]`).waitFor();
		await page.locator(`tr[data-row="${listed[1]}"] button`).click();
		await page.waitForFunction(() => !location.hash.includes("cell="));
		assert.equal(await page.locator("tr.chosen").count(), 0);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("has a legend whose ranges, colours and counts are those of the map, in every week and on both layers", async () => {
		const year = await season();
		const { page, context, faults } = await as("can-bo-tinh");
		const told = answers(page);
		const first = {};
		for (const layer of ["rate", "effort"]) {
			for (const week of [52, 30, 12]) {
				await page.goto(`${place.base}/#/density?season=${year}&res=7&layer=${layer}&week=${week}`);
				told.length = 0;
				await page.reload();
				await page.locator("tbody tr[data-row]").first().waitFor();
				await drawn(page);
				for (let wait = 0; told.length === 0 && wait < 50; wait++) await page.waitForTimeout(100);
				const classes = await legend(page);
				assert.equal(classes.length, 5);
				for (const [at, own] of classes.entries())
					assert.equal(own.until, classes[at + 1]?.from ?? Number.POSITIVE_INFINITY, own.words);
				const words = classes.map((own) => `${own.words} ${own.colour}`);
				first[layer] ??= words;
				assert.deepEqual(words, first[layer], `the classes of week ${week}`);
				const cells = told.at(-1).cells;
				const shown = new Map((await hexes(page)).map(({ cell, colour }) => [cell, colour]));
				assert.equal(shown.size, cells.length);
				const counts = classes.map(() => 0);
				for (const cell of cells) {
					const value = layer === "effort" ? cell.effort_km : cell.rate;
					const at = classes.findIndex(({ from, until }) => value >= from && value < until);
					if (value === null || value === undefined) continue;
					counts[at] += 1;
					assert.equal(shown.get(cell.cell), classes[at].colour, `${cell.cell}: ${value}`);
				}
				assert.deepEqual(
					classes.map((own) => own.cells),
					counts,
				);
			}
		}
		assert.notDeepEqual(first.rate, first.effort);
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("the coverage map and its table", () => {
	it("share one selection, whichever of them it is made in", async () => {
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, "#/coverage");
		await drawn(page);
		const codes = await rows(page);
		const at = await page.waitForFunction(() => {
			const { engine } = document.querySelector("[data-map]");
			const [own] = engine.queryRenderedFeatures({ layers: ["names"] });
			if (!own) return null;
			const { x, y } = engine.project(own.geometry.coordinates);
			const box = engine.getCanvas().getBoundingClientRect();
			const [under] = engine.queryRenderedFeatures([x, y], { layers: ["fill"] });
			return under && { x: box.x + x, y: box.y + y, code: under.properties.code };
		});
		const { x, y, code } = await at.jsonValue();
		assert.ok(codes.includes(code));
		await page.mouse.click(x, y);
		await page.locator(`tr.chosen[data-row="${code}"]`).waitFor();
		await page.waitForFunction(
			(own) =>
				document
					.querySelector("[data-map]")
					.engine.queryRenderedFeatures({ layers: ["chosen"] })
					.some(({ properties }) => properties.code === own),
			code,
		);
		assert.deepEqual(faults, []);
		await context.close();
	});
});
