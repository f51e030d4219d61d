// Cells are places that somebody can go to; addresses hold what a map shows; what is not there is said to be not there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { drawn, open, overflow, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;
const view = (page) =>
	page.evaluate(() => {
		const { engine } = document.querySelector("[data-map]");
		const { lng, lat } = engine.getCenter();
		return { zoom: engine.getZoom(), lng, lat };
	});

describe("where to look next", () => {
	it("is told by place and coordinates, shown on the map, and taken along as a file", async () => {
		const back = (n) => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 10);
		const days = `from=${back(6)}&to=${back(0)}`;
		let code;
		for (const own of place.communes) {
			const { features } = await place.api(
				"GET",
				`/api/v1/coverage/cells?commune=${own.code}&limit=1&${days}`,
			);
			if (features.length > 0) code = own.code;
		}
		assert.ok(code, "some commune has ground at risk");
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, `#/communes/${code}?${days}`);
		const card = page.getByRole("region", { name: "Nên kiểm tra tiếp" });
		const rows = card.getByRole("listitem").filter({ hasText: "WGS84" });
		const asked = await place.api("GET", `/api/v1/density/suggestions?commune=${code}`);
		await rows.first().waitFor();
		assert.equal(await rows.count(), asked.areas.length);
		const text = await rows.first().textContent();
		assert.match(text, /WGS84 2\d,\d{5}; 10\d,\d{5}/);
		assert.match(text, /VN-2000 2\.\d{3}\.\d{3}; \d{3}\.\d{3} \(KTT 10\d°\d\d′\)/);
		assert.doesNotMatch(await card.textContent(), /-W\d/);
		await drawn(page);
		const before = await view(page);
		await rows
			.first()
			.getByRole("button", { name: /^Xem trên bản đồ/ })
			.click();
		await page.waitForFunction((cell) => location.hash.includes(cell), asked.areas[0].cell);
		await page.waitForFunction(
			(zoom) => document.querySelector("[data-map]").engine.getZoom() > zoom + 0.5,
			before.zoom,
		);
		// The map is in sight, and an address of its own shows the same.
		const box = await page.locator("[data-map]").boundingBox();
		assert.ok(box.y < 900 && box.y + box.height > 0);
		const [file] = await Promise.all([
			page.waitForEvent("download"),
			card.getByRole("button", { name: "Tải GPX" }).click(),
		]);
		const gpx = readFileSync(await file.path(), "utf8");
		assert.equal(gpx.match(/<wpt /g).length, asked.areas.length);
		const gaps = page.getByRole("region", { name: "Nơi chưa kiểm tra", exact: true }).first();
		const cell = gaps.locator("tbody th button").first();
		await cell.click();
		assert.equal(await cell.getAttribute("aria-pressed"), "true");
		assert.equal(await gaps.getByRole("button", { name: /^Chép tọa độ/ }).count(), 1);
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.equal(await overflow(page), 0);
			assert.deepEqual(await violations(page), []);
		}
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("a map's address", () => {
	for (const hash of ["#/density", "#/coverage", "#/plots", "#/live"])
		it(`holds zoom and middle: ${hash}`, async () => {
			const { page, context } = await as("can-bo-tinh");
			await open(page, place.base, hash);
			await drawn(page);
			await page.getByRole("button", { name: "Phóng to" }).click();
			await page.waitForFunction(() => /[?&]map=/.test(location.hash));
			const left = await view(page);
			await page.reload();
			await drawn(page);
			const back = await view(page);
			assert.ok(Math.abs(back.zoom - left.zoom) < 0.01, `${back.zoom} ${left.zoom}`);
			assert.ok(Math.abs(back.lng - left.lng) < 1e-4 && Math.abs(back.lat - left.lat) < 1e-4);
			await context.close();
		});
});

describe("an address of nothing", () => {
	it("says so, in the page's words", async () => {
		const { page, context } = await as("can-bo-tinh");
		for (const hash of ["#/plots/xyz", "#/patrols/xyz", "#/incidents/1"]) {
			await page.goto(`${place.base}/${hash}`);
			await page.getByText("Không tìm thấy", { exact: true }).waitFor();
			assert.equal(await page.getByText("UUID").count(), 0);
		}
		await page.goto(`${place.base}/#/communes/77777`);
		await page.getByRole("heading", { level: 1, name: "Không có xã mang mã 77777" }).waitFor();
		await context.close();
	});
});

describe("the list of incidents", () => {
	it("tells communes, plants and what they reach of each", async () => {
		const { code, name } = place.communes[1];
		const send = await place.phone("Tổ thử – máy E", code);
		const all = [];
		const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
		walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
		const middle = [0, 1].map((at) => {
			const own = all.map((point) => point[at]);
			return (Math.min(...own) + Math.max(...own)) / 2;
		});
		const now = Date.now();
		const id = (n) => `01900000-0000-7000-8000-${(now + n).toString(16).padStart(12, "0")}`;
		const occurred_at = new Date(now - 3_600_000).toISOString();
		await send("PUT", `/api/v1/incidents/${id(0)}`, { title: "Vụ thử", occurred_at });
		await send("PUT", `/api/v1/plots/${id(1)}`, {
			type: "Feature",
			geometry: { type: "Point", coordinates: middle },
			properties: {
				crop: "opium_poppy",
				detected_at: occurred_at,
				detected_by: "patrol",
				plants: 1234,
				plants_method: "counted",
				hacc_m: 5,
				position_method: "gnss_single",
				incident: id(0),
			},
		});
		const { page, context, faults } = await as("can-bo-tinh");
		const alone = [];
		page.on("request", (asked) => {
			if (asked.url().includes("/api/v1/incidents/")) alone.push(asked.url());
		});
		await open(page, place.base, "#/incidents");
		const row = page.getByRole("row", { name: /^Vụ thử/ });
		await row.getByRole("cell", { name, exact: true }).waitFor();
		await row.getByRole("cell", { name: "1.234", exact: true }).waitFor();
		await row.getByText("≥ 500 cây").waitFor();
		assert.deepEqual(alone, [], "one answer tells all of them");
		assert.deepEqual(await violations(page), []);
		assert.deepEqual(faults, []);
		await context.close();
	});
});
