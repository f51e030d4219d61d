// A thousand rows and long names: nothing is left out without being said, and no screen grows beyond its window.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { open, overflow, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;
const LONG = "Điện thoại dự phòng của tổ tuần tra liên ngành số";
const newId = () => `01900000-0000-7000-8000-${randomBytes(6).toString("hex")}`;
let known = 0;

describe("a thousand rows", () => {
	before(
		async () => {
			const [team] = await place.api("GET", "/api/v1/teams");
			known = (await place.api("GET", "/api/v1/patrols?limit=1&count=true")).count;
			for (let at = 0; at < 230; at++) {
				const day = `2026-03-${String(1 + (at % 28)).padStart(2, "0")}`;
				await place.api("PUT", `/api/v1/patrols/${newId()}`, {
					kind: "crop_check",
					transport: "foot",
					team: team.id,
					lead_org: team.org,
					started_at: `${day}T07:00:00+07:00`,
					ended_at: `${day}T11:00:00+07:00`,
				});
			}
			const { page, context } = await as("can-bo-tinh", "#/devices");
			const rows = Array.from(
				{ length: 1000 },
				(_, at) => `${LONG} ${String(at).padStart(4, "0")},${team.name},toàn tỉnh`,
			);
			const status = await page.evaluate(
				async (body) => {
					const sent = await fetch("/api/v1/devices/import?dry_run=false", {
						method: "POST",
						headers: { "content-type": "text/csv", "Tuantra-Api": "1" },
						body,
					});
					return sent.status;
				},
				`name,team,communes\n${rows.join("\n")}\n`,
			);
			assert.equal(status, 200);
			await context.close();
		},
		{ timeout: 600_000 },
	);

	it("of phones are drawn as they are asked for, and their number is said", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/devices");
		await open(page, place.base, "#/devices");
		await page.getByText("Đang hiện 200 trên").waitFor();
		assert.equal(await page.locator("tbody tr").count(), 200);
		await page.getByRole("button", { name: "Hiện thêm 200 dòng" }).click();
		await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 400);
		await page.getByLabel("Tên máy").fill("so 0999");
		await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
		await page.getByRole("row", { name: /0999/ }).waitFor();
		await page.getByLabel("Tên máy").fill("");
		// On paper all of them stand.
		await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
		assert.ok((await page.locator("tbody tr").count()) >= 1000);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("of patrols come in pages that say how many there are", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/");
		await open(page, place.base, "#/patrols?from=2020-01-01&to=2030-12-31");
		const all = known + 230;
		await page.getByText(`200 trên ${all} tuyến`).waitFor();
		await page.getByRole("button", { name: "Xem thêm" }).click();
		await page.getByText(`${all} trên ${all} tuyến`).waitFor();
		assert.equal(await page.locator("tbody tr").count(), all);
		assert.equal(await page.getByRole("button", { name: "Xem thêm" }).count(), 0);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("of the queue are more than are shown, which it says", async () => {
		const { page, context } = await as("can-bo-tinh", "#/review");
		await open(page, place.base, "#/review?list=patrols");
		await page.getByRole("tab", { name: /Tuyến tuần tra\s*\d+\+/ }).waitFor();
		await page.getByText("Xử lý xong mục nào, mục sau hiện tiếp").waitFor();
		await context.close();
	});

	it("stay within their window, and axe finds nothing", async () => {
		for (const [width, language] of [
			[1440, "vi"],
			[768, "en"],
			[320, "vi"],
		]) {
			const { page, context } = await as("can-bo-tinh", "#/", { width, language });
			for (const hash of ["#/devices", "#/patrols?from=2020-01-01&to=2030-12-31", "#/review?list=patrols"]) {
				await open(page, place.base, hash);
				await page.locator("tbody tr, [data-item]").first().waitFor();
				assert.ok((await overflow(page)) <= 0, `${hash} is wider than ${width}`);
				assert.deepEqual(await violations(page), [], `${hash} at ${width}`);
			}
			// Words of a name stay together: a narrow table scrolls in its frame instead.
			await open(page, place.base, "#/devices");
			const lines = await page
				.locator("tbody th")
				.first()
				.evaluate(
					(own) => own.getBoundingClientRect().height / Number.parseFloat(getComputedStyle(own).lineHeight),
				);
			assert.ok(lines < 7, `a name takes ${lines} lines at ${width}`);
			await context.close();
		}
	});
});
