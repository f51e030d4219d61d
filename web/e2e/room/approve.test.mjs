// What an officer approves on: pictures and reasons beside the key that does it; refusals in the page's language.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	changes,
	dayOf,
	EVER,
	open,
	overflow,
	PASSWORD,
	PATIENCE_MS,
	settled,
	signIn,
	staged,
	violations,
} from "../harness.mjs";

const place = staged();
const { as } = place;

async function middleOf(code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}
/** A plot that a phone found and destroyed this morning, with two pictures. */
async function destroyed() {
	const { code } = place.communes[0];
	const [lon, lat] = await middleOf(code);
	const send = await place.phone("Tổ thử – máy C", code);
	const plot = `01900000-0000-7000-8000-${Date.now().toString(16).padStart(12, "0")}`;
	await send("PUT", `/api/v1/plots/${plot}`, {
		type: "Feature",
		geometry: { type: "Point", coordinates: [lon, lat] },
		properties: {
			crop: "opium_poppy",
			detected_at: new Date(Date.now() - 3_600_000).toISOString(),
			detected_by: "patrol",
			plants: 52,
			plants_method: "counted",
			hacc_m: 5,
			position_method: "gnss_single",
		},
	});
	const { features } = await place.api("GET", "/api/v1/photos?limit=500");
	const { id } = features.find((own) => own.properties.derived === "made");
	const shoot = (phase) => place.photo(id, { plot, lon, lat, phase, accuracy_m: 4 });
	for (const phase of ["overview", "before", "close_up"]) await shoot(phase);
	const started_at = new Date().toISOString();
	await shoot("during");
	await send("POST", `/api/v1/plots/${plot}/eradications`, {
		started_at,
		ended_at: new Date().toISOString(),
		methods: ["pull_up"],
		plants_destroyed: 52,
		completeness: "full",
		minutes: { number: "12/BB-CAX", date: dayOf(started_at) },
		confirmation: { alone: true },
	});
	await shoot("after");
	return plot;
}

let made;
/** That plot, made once for all stories. */
const waiting = () => (made ??= destroyed());

describe("an eradication that waits for approval", () => {
	it("shows its pictures of each phase and every reason of its grade, also at a desk of 1366 × 768", async () => {
		const own = await waiting();
		const { page, context, faults } = await as("can-bo-tinh", "#/", { width: 1366, height: 768 });
		await open(page, place.base, "#/review?list=approve");
		const detail = page.getByRole("region", { name: "Mục đang chọn" });
		await page.locator(`[data-item="${own}"]`).waitFor();
		for (let at = 0; at < (await page.locator("[data-item]").count()); at++) {
			if (at > 0) await page.keyboard.press("j");
			const id = await page.locator("[data-item]").nth(at).getAttribute("data-item");
			await page.locator(`[data-item="${id}"][aria-current]`).waitFor();
			await page.waitForFunction(() => document.querySelectorAll(".skeleton").length === 0);
			const { timeline } = (await place.api("GET", `/api/v1/plots/${id}`)).properties;
			const work = timeline.findLast((one) => one.kind === "eradication" && !one.corrected_by);
			const { reasons } = await place.api("GET", `/api/v1/eradications/${work.id}/evidence`);
			for (const { vi } of reasons) await detail.getByText(vi, { exact: true }).waitFor();
			assert.equal(await detail.locator(".reasons li").count(), reasons.length);
			const { features } = await place.api("GET", `/api/v1/photos?plot=${id}&limit=500`);
			const phases = new Set(
				features
					.filter((one) => one.properties.derived === "made" && !one.properties.contains_person)
					.map((one) => one.properties.phase)
					.filter((phase) => ["before", "during", "after"].includes(phase)),
			);
			assert.equal(await detail.getByRole("img").count(), phases.size);
			if (id === own) assert.ok(reasons.length > 0 && phases.size > 0, "there is something to show");
			// The deed is in sight however long the reasons are.
			const box = await detail.getByRole("button", { name: /^Phê duyệt/ }).boundingBox();
			assert.ok(box.y + box.height <= 768, `${box.y}`);
		}
		assert.deepEqual(await violations(page), []);
		// From the record a link leads back to its place in the queue.
		await page.locator(`[data-item="${own}"]`).click();
		await page.getByRole("link", { name: "Mở hồ sơ" }).click();
		await page.getByRole("heading", { level: 1, name: own.slice(-6).toUpperCase() }).waitFor();
		await page.getByRole("link", { name: "← Hàng chờ duyệt" }).click();
		await page.locator(`[data-item="${own}"][aria-current]`).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is not decided by an account without a unit, which the page says before anybody tries", async () => {
		await place.api("POST", "/api/v1/accounts", {
			login: "khong-don-vi",
			role: "provincial_officer",
			org: null,
			communes: [],
			password: PASSWORD,
		});
		const context = await place.browser.newContext({
			viewport: { width: 1366, height: 768 },
			locale: "en-US",
		});
		context.setDefaultTimeout(PATIENCE_MS);
		await context.addInitScript(() => localStorage.setItem("tuantra.language", "vi"));
		const page = await context.newPage();
		const own = await waiting();
		await signIn(page, place.base, "khong-don-vi");
		await open(page, place.base, "#/review?list=approve");
		await page.locator(`[data-item="${own}"]`).click();
		await page.getByText("Tài khoản này chưa thuộc đơn vị nào, nên không quyết định được.").waitFor();
		assert.equal(await page.getByRole("button", { name: /^Phê duyệt/ }).count(), 0);
		const sent = changes(page);
		await page.keyboard.press("a");
		await page.keyboard.press("Enter");
		await settled(page);
		// What is not sent can only be waited for.
		await page.waitForTimeout(300);
		assert.deepEqual(sent, []);
		assert.equal((await place.api("GET", `/api/v1/plots/${own}`)).properties.approved, false);
		await context.close();
	});

	it("is sent back by R with a reason, waits below the others, and is over once its unit answers", async () => {
		const own = await waiting();
		const plot = async () => (await place.api("GET", `/api/v1/plots/${own}`)).properties;
		const before = await plot();
		const { page, context, faults } = await as("can-bo-tinh", "#/", { width: 1440, height: 900 });
		await open(page, place.base, "#/review?list=approve");
		await page.locator(`[data-item="${own}"]`).click();
		await page.keyboard.press("r");
		const dialog = page.getByRole("dialog", { name: "Trả lại" });
		await dialog.waitFor();
		// What looks like somebody's number is not taken, and what was typed stays to be mended.
		await page.keyboard.type("thiếu ảnh, gọi 0912345678");
		await page.keyboard.press("Control+Enter");
		await dialog.getByText(/không ghi số điện thoại/).waitFor();
		assert.deepEqual(await violations(page), []);
		const text = dialog.getByLabel("Cần bổ sung gì");
		assert.equal(await text.inputValue(), "thiếu ảnh, gọi 0912345678");
		await text.fill("thiếu ảnh toàn cảnh sau khi nhổ");
		await page.keyboard.press("Control+Enter");
		await page.getByRole("status").getByText("Đã ghi: Trả lại").waitFor();
		const returned = await plot();
		assert.deepEqual(
			returned.returns.map((one) => [one.reason, one.ended_by]),
			[["thiếu ảnh toàn cảnh sau khi nhổ", null]],
		);
		assert.ok(returned.flags.includes("returned"));
		assert.deepEqual([returned.state, returned.quantities], [before.state, before.quantities]);
		const row = page.locator(`[data-item="${own}"]`);
		await row.getByText("đã trả lại, chờ đơn vị bổ sung").waitFor();
		assert.equal(await page.locator("[data-item]").last().getAttribute("data-item"), own);
		// Its record says so, in the list of plots too, at any width.
		await open(page, place.base, `#/plots/${own}`);
		const title = "Bị trả lại: thiếu ảnh toàn cảnh sau khi nhổ";
		await page.getByText(title).waitFor();
		await page.getByRole("button", { name: "Trả lại", exact: true }).waitFor();
		await page.locator(".timeline").getByText("Trả lại – cần bổ sung").waitFor();
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.equal(await overflow(page), 0);
			assert.deepEqual(await violations(page), []);
		}
		await open(page, place.base, `#/plots?state=returned&period=own&${EVER}`);
		await page.locator(`[data-row="${own}"]`).getByText("Bị trả lại, chờ bổ sung").waitFor();
		// Another phone of the unit answers.
		const send = await place.phone("Tổ thử – máy trả lời", place.communes[0].code);
		await send("POST", `/api/v1/plots/${own}/replies`, {
			returned: returned.returns[0].id,
			text: "đã nhổ trong đêm, ảnh toàn cảnh chụp sáng hôm sau",
		});
		await open(page, place.base, `#/plots/${own}`);
		await page.locator(".timeline").getByText("đã nhổ trong đêm").waitFor();
		assert.equal(await page.getByText(title).count(), 0);
		assert.deepEqual([(await plot()).returns[0].ended_by, (await plot()).flags], ["reply", before.flags]);
		// The browser tells of the refusal that was asked for.
		assert.deepEqual(
			faults.filter((fault) => !fault.includes("422")),
			[],
		);
		await context.close();
	});
});
