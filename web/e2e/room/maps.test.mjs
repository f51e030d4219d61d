// Maps and their tables: one selection, fixed classes, legends that say what is drawn.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { cut, drawn, open, overflow, staged, until, violations } from "../harness.mjs";

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
	const now = new Date().getFullYear();
	for (const year of [now - 1, now - 2, now]) {
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
				const { cells } = await until(() => told.at(-1), "the answer of the map");
				await page.waitForFunction(
					(count) =>
						document.querySelector("[data-map]").engine.getSource("hexes")?.serialize().data.features
							?.length === count,
					cells.length,
				);
				const classes = await legend(page);
				assert.equal(classes.length, 5);
				for (const [at, own] of classes.entries())
					assert.equal(own.until, classes[at + 1]?.from ?? Number.POSITIVE_INFINITY, own.words);
				const words = classes.map((own) => `${own.words} ${own.colour}`);
				first[layer] ??= words;
				assert.deepEqual(words, first[layer], `the classes of week ${week}`);
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

/** A plot that is known, with the code of its commune. */
async function known() {
	const { features } = await place.api("GET", "/api/v1/plots?limit=100");
	const { properties, geometry } = features.find((own) => own.properties.commune);
	return { code: properties.commune.code, geometry };
}

/** A campaign of one patrol, which walked this morning where a plot is known and found a plot; beside it a plot of nobody's patrol. */
async function campaigned() {
	const { code, geometry } = await known();
	const [lon, lat] = geometry.coordinates;
	const send = await place.phone("Tổ chiến dịch – máy D", code);
	const [campaign, patrol] = [randomUUID(), randomUUID()];
	const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
	await send("PUT", `/api/v1/patrols/${patrol}`, {
		kind: "crop_check",
		transport: "foot",
		started_at: at(61),
		ended_at: at(10),
		campaign,
	});
	const step = (n) => ({ t: at(60 - n / 6), lon, lat: lat + 0.00008 * n, accuracy_m: 5 });
	const fixes = Array.from({ length: 60 }, (_, n) => step(n));
	await send("POST", `/api/v1/patrols/${patrol}/fixes`, { fixes });
	for (const own of [patrol, null])
		await send("PUT", `/api/v1/plots/${randomUUID()}`, {
			type: "Feature",
			geometry: { type: "Point", coordinates: [lon, lat] },
			properties: {
				crop: "opium_poppy",
				detected_at: at(own ? 50 : 40),
				detected_by: "patrol",
				patrol: own,
				plants: 52,
				plants_method: "counted",
				hacc_m: 5,
			},
		});
	// The walk may have begun before midnight.
	const [from, to] = [17, -7].map((hours) =>
		new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 10),
	);
	const asked = `/api/v1/density?from=${from}&to=${to}&res=7&campaign=${campaign}`;
	const isIndexed = async () => (await place.api("GET", asked)).total.effort_km > 0;
	await until(isIndexed, "the index of the campaign's patrol");
	return campaign;
}

describe("the density map of one campaign", () => {
	it("counts its plots and its way, computes no trend, and stands in the address", async () => {
		const campaign = await campaigned();
		const { page, context, faults } = await as("can-bo-tinh");
		const told = answers(page);
		await open(page, place.base, "#/density?res=7");
		await page.getByLabel("Chiến dịch").selectOption(campaign);
		await page.waitForFunction((id) => location.hash.includes(`campaign=${id}`), campaign);
		await page.getByRole("listitem").filter({ hasText: "xu hướng không tính cho một chiến dịch" }).waitFor();
		const asked = () => told.findLast((answer) => answer.campaign === campaign);
		const own = await until(asked, "the campaign's answer");
		assert.equal(own.total.plots, 1);
		assert.deepEqual(
			await rows(page),
			own.cells.map(({ cell }) => cell),
		);
		const head = page.getByRole("columnheader", { name: "Xu hướng" });
		assert.match(await head.textContent(), /không tính cho một chiến dịch/);
		assert.equal(await head.getByRole("button").count(), 0);
		await page.reload();
		await page.locator("tbody tr[data-row]").first().waitFor();
		assert.equal(await page.getByLabel("Chiến dịch").inputValue(), campaign);
		assert.deepEqual(await violations(page), []);
		await page.setViewportSize({ width: 320, height: 640 });
		assert.equal(await overflow(page), 0);
		assert.deepEqual(await cut(page), []);
		// Another season has other campaigns.
		const before = await page.getByLabel("Niên vụ").locator("option").nth(1).getAttribute("value");
		await page.getByLabel("Niên vụ").selectOption(before);
		await page.waitForFunction(() => !location.hash.includes("campaign="));
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is not offered to outsiders", async () => {
		const { page, context, faults } = await as("nguoi-xem");
		await open(page, place.base, "#/density");
		await page.getByLabel("Niên vụ").waitFor();
		assert.equal(await page.getByLabel("Chiến dịch").count(), 0);
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("figures of communes", () => {
	/** The headings that a table can be ordered by. */
	const orders = (page) =>
		page.locator("thead th:has(button)").evaluateAll((list) => list.map((own) => own.dataset.label));

	it("are not ordered by what was found: cells stand by commune, and neither plots nor an address rank them", async () => {
		const year = await season();
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, `#/density?season=${year}&res=7&sort=plots&down=1`);
		await page.locator("tbody tr[data-row]").first().waitFor();
		await drawn(page);
		const communes = () =>
			page
				.locator("tbody tr[data-row] td:nth-child(2)")
				.evaluateAll((list) => list.map((own) => own.textContent.trim()));
		const byName = new Intl.Collator("vi", { numeric: true }).compare;
		await page.waitForFunction(
			() => !document.querySelector("tbody td:nth-child(2)").textContent.includes("–"),
		);
		const names = await communes();
		assert.deepEqual(names, names.toSorted(byName));
		assert.ok(!(await orders(page)).includes("Điểm trồng"));
		assert.equal(await page.locator("th[aria-sort]").count(), 1);
		for (const [hash, only] of [
			["#/ledger?by=commune&sort=plots&down=1", 1],
			["#/ledger?by=org&sort=claimed&down=1", 1],
		]) {
			await open(page, place.base, hash);
			await page.locator("tbody tr[data-row]").first().waitFor();
			assert.equal((await orders(page)).length, only, hash);
			const own = await page.locator("tbody th a").allTextContents();
			assert.deepEqual(own, own.toSorted(byName), hash);
		}
		await open(page, place.base, "#/ledger?by=season");
		await page.locator("tbody tr[data-row]").first().waitFor();
		assert.ok((await orders(page)).includes("Điểm trồng"), "seasons are nobody's");
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("a plot's page", () => {
	it("tells its course in the order of what happened, with both times, and what was corrected where it stood", async () => {
		const { code, geometry } = await known();
		const send = await place.phone("Tổ thử – máy E", code);
		const id = randomUUID();
		const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
		const plot = (plants, more) => ({
			type: "Feature",
			geometry,
			properties: {
				crop: "opium_poppy",
				detected_at: detected,
				detected_by: "patrol",
				plants,
				plants_method: "counted",
				hacc_m: 5,
				...more,
			},
		});
		const detected = at(90);
		await send("PUT", `/api/v1/plots/${id}`, plot(52));
		const work = {
			started_at: at(60),
			ended_at: at(50),
			methods: ["pull_up"],
			plants_destroyed: 52,
			completeness: "full",
			confirmation: { alone: true },
		};
		const first = await send("POST", `/api/v1/plots/${id}/eradications`, work);
		await send("PUT", `/api/v1/plots/${id}`, plot(50, { revises: 1 }));
		const corrected = { ...work, ended_at: at(49), plants_destroyed: 50, corrects: first.properties.fact };
		await send("POST", `/api/v1/plots/${id}/eradications`, corrected);
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, `#/plots/${id}`);
		const course = await page.locator(".timeline li > b").allTextContents();
		assert.deepEqual(course, ["Phát hiện", "Phá nhổ", "Phá nhổ", "Sửa bản ghi phát hiện, bản 2"]);
		assert.equal(await page.locator(".timeline li.void").count(), 1);
		assert.match(await page.locator(".timeline li").nth(1).textContent(), /đã được sửa bằng bản ghi sau/);
		assert.equal(await page.locator(".timeline li", { hasText: "ghi sổ" }).count(), 4);
		assert.deepEqual(await violations(page), []);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("shows where the plot lies in its commune, and around it its photos", async () => {
		const { features } = await place.api("GET", "/api/v1/plots?limit=500");
		const { id } = features.find(({ properties }) => properties.photos > 0 && properties.commune);
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, `#/plots/${id}`);
		await drawn(page);
		const seen = (layer) =>
			page.waitForFunction(
				(own) =>
					document.querySelector("[data-map]").engine.queryRenderedFeatures({ layers: [own] }).length > 0,
				layer,
			);
		await seen("plot");
		await seen("borders");
		await page.getByRole("button", { name: "Quanh điểm trồng" }).click();
		await seen("photos");
		await seen("plot");
		assert.deepEqual(await violations(page), []);
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
