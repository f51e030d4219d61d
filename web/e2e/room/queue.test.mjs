// The review queue by keyboard: what is typed is never taken for a decision, and both sides of a pair are seen.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, overflow, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;
const states = async (ids) =>
	Promise.all(ids.map(async (id) => (await place.api("GET", `/api/v1/patrols/${id}`)).properties.state));

/** One ground that two units claim. */
async function claimed() {
	const { code } = place.communes[0];
	const known = (await place.api("GET", "/api/v1/plots?limit=500")).features;
	const near = known.find((own) => own.properties.commune?.code === code) ?? known[0];
	const [lon, lat] = near.geometry.coordinates;
	const send = await place.phone("Tổ thử – máy D", near.properties.commune.code);
	const plot = `01900000-0000-7000-8000-${Date.now().toString(16).padStart(12, "0")}`;
	await send("PUT", `/api/v1/plots/${plot}`, {
		type: "Feature",
		geometry: { type: "Point", coordinates: [lon + 0.00004, lat] },
		properties: {
			crop: near.properties.crop,
			detected_at: near.properties.detected_at,
			detected_by: "patrol",
			plants: near.properties.plants,
			plants_method: "counted",
			hacc_m: 5,
			position_method: "gnss_single",
		},
	});
	return { plot, near: near.id };
}

describe("the review queue", () => {
	it("takes a reason with blanks and any letter as text, also just after its dialog was left", async () => {
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, "#/review?list=patrols");
		await page.locator("[data-item]").first().waitFor();
		const ids = await page.locator("[data-item]").evaluateAll((list) => list.map((own) => own.dataset.item));
		const before = await states(ids);
		const reason = "sai tuyến: không khớp kế hoạch, xa ranh giới";
		await page.keyboard.press("r");
		await page.getByRole("dialog").waitFor();
		await page.keyboard.type(reason);
		assert.equal(await page.getByLabel("Lý do").inputValue(), reason);
		assert.deepEqual(await states(ids), before);
		// Whoever goes on typing after the dialog went decides nothing and goes nowhere. The page's clock stands still
		// meanwhile: on a slow machine the keys come as soon after the dialog as a hand would send them.
		const since = await page.evaluate(() => {
			const at = performance.now();
			performance.now = () => at;
			return at;
		});
		await page.keyboard.press("Escape");
		await page.keyboard.type("ar jk a");
		await page.keyboard.press("Enter");
		await page.getByRole("dialog").waitFor({ state: "detached" });
		assert.match(page.url(), /#\/review\?list=patrols/);
		await page.evaluate(() => {
			delete performance.now;
		});
		await page.waitForFunction((at) => performance.now() > at + 1000, since);
		// A letter that is held down decides nothing either; another key takes it back.
		await page.keyboard.down("a");
		await page.keyboard.down("a");
		await page.keyboard.up("a");
		await page.keyboard.press("a");
		await page.getByText("Bấm Enter để ghi “Duyệt tuyến”").waitFor();
		assert.deepEqual(await violations(page), []);
		await page.keyboard.press("x");
		await page.getByText("Bấm Enter để ghi “Duyệt tuyến”").waitFor({ state: "detached" });
		assert.deepEqual(await states(ids), before);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("shows how a patrol's way lies and the pictures of a plot beside what decides on them", async () => {
		const { page, context, faults } = await as("can-bo-tinh", "#/", { width: 1280, height: 720 });
		const detail = page.getByRole("region", { name: "Mục đang chọn" });
		await open(page, place.base, "#/review?list=patrols");
		await detail.getByRole("img", { name: "Vết đi" }).waitFor();
		const { features } = await place.api("GET", "/api/v1/plots?state=detected&limit=200");
		const seen = features.find((own) => own.properties.photos > 0);
		assert.ok(seen, "no plot that waits for verification has a picture");
		await open(page, place.base, `#/review?list=verify&item=${seen.id}`);
		await detail.locator(".phases img").first().waitFor();
		for (const width of [1280, 320]) {
			await page.setViewportSize({ width, height: 720 });
			assert.deepEqual(await violations(page), []);
			assert.ok((await overflow(page)) <= 0);
		}
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("says on every list how much waits there", async () => {
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, "#/review?list=patrols");
		const tabs = page.getByRole("tab");
		await page.waitForFunction(() =>
			[...document.querySelectorAll("[role=tab]")].every((own) => /\d+\+?$/.test(own.textContent.trim())),
		);
		const due = await place.api("GET", "/api/v1/ledger/minutes-due?limit=200");
		await tabs.filter({ hasText: new RegExp(`^Chờ biên bản ?${due.plots.length}$`) }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("shows both sides of what may be one ground alike, with how they lie", async () => {
		const made = await claimed();
		const pairs = await place.api("GET", "/api/v1/ledger/duplicates?undecided=true");
		const found = pairs.find((own) => [own.a.plot, own.b.plot].includes(made.plot));
		assert.ok(found, "the two claims are a pair");
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, "#/review?list=pairs");
		await page.locator(`[data-item="${found.a.plot}-${found.b.plot}"]`).click();
		const sides = page.getByRole("list", { name: "Hai bên đối chiếu" });
		await sides.waitFor();
		assert.equal(await sides.getByRole("listitem").count(), 2);
		for (const side of [found.a, found.b])
			await sides.getByRole("link", { name: side.plot.slice(-6).toUpperCase() }).waitFor();
		await sides.getByText("chưa đo diện tích").first().waitFor();
		await page.getByRole("img", { name: /^Vị trí hai điểm trồng/ }).waitFor();
		await page
			.getByText(new RegExp(`cách .* ${Math.round(found.distance_m)} m về phía (đông|tây)`))
			.waitFor();
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.equal(await overflow(page), 0);
			assert.deepEqual(await violations(page), []);
		}
		// At a narrow screen nothing lies over what is decided on.
		await page.setViewportSize({ width: 320, height: 640 });
		assert.equal(await page.locator(".acts").evaluate((own) => getComputedStyle(own).position), "static");
		assert.deepEqual(faults, []);
		await context.close();
	});
});
