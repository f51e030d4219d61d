// Forms that no slice took wait in the review queue: an officer of their commune records them or gives them back.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;

async function middleOf(code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}
/** A plot that a phone of another commune found, as ODK Collect sends it. */
async function send(secret, instance, [lon, lat]) {
	const xml = `<?xml version='1.0' ?><data id="plot_detection" version="2026112501" xmlns:orx="http://openrosa.org/xforms">
<start>${new Date(Date.now() - 7_200_000).toISOString()}</start><crop>opium_poppy</crop>
<detected_at>${new Date(Date.now() - 3_600_000).toISOString()}</detected_at><detected_by>patrol</detected_by>
<point>${lat} ${lon} 1510.2 4.3</point><plants>321</plants><plants_method>counted</plants_method>
<orx:meta><orx:instanceID>${instance}</orx:instanceID></orx:meta></data>`;
	const form = new FormData();
	form.set("xml_submission_file", new Blob([xml], { type: "text/xml" }), "a.xml");
	const sent = await fetch(`${place.base}/v1/key/${secret}/projects/1/submission`, {
		method: "POST",
		body: form,
	});
	assert.equal(sent.status, 202, await sent.text());
}

/** Two forms that wait. */
async function waiting() {
	const [{ code }, other] = place.communes;
	const words = ["device", "enrol", "--name", "Máy ODK", "--door", "odk", "--commune", other.code];
	const secret = (await place.command(...words)).trim();
	const [lon, lat] = await middleOf(code);
	await send(secret, "uuid:cho-xem-1", [lon, lat]);
	await send(secret, "uuid:cho-xem-2", [lon + 0.001, lat]);
}

describe("forms that wait for a person", () => {
	it("are recorded by A and Enter, or given back with a reason, by the officer of their commune", async () => {
		await waiting();
		for (const width of [1440, 320]) {
			const { page, context, faults } = await as("can-bo-xa", "#/", { width });
			await open(page, place.base, "#/review?list=forms");
			await page.getByRole("tab", { name: /Biểu mẫu chờ xem/ }).waitFor();
			const detail = page.getByRole("region", { name: "Mục đang chọn" });
			await detail.getByText("Điểm trồng: ngoài địa bàn của máy").waitFor();
			await detail.getByText("321").waitFor();
			await detail.getByText("Loại cây").waitFor();
			await detail.getByText("Cây thuốc phiện").first().waitFor();
			assert.deepEqual(await violations(page), []);
			if (width === 1440) {
				assert.equal(await page.locator("[data-item]").count(), 2);
				await page.keyboard.press("a");
				await page.keyboard.press("Enter");
				await page.getByText("Đã ghi: Ghi nhận", { exact: true }).waitFor();
			} else {
				await page
					.getByRole("button", { name: /Không ghi nhận/ })
					.first()
					.click();
				await page.getByLabel("Lý do").fill("đã có bản ghi của tổ khác");
				await page.getByRole("dialog").getByRole("button", { name: "Không ghi nhận" }).click();
				await page.getByText("Không còn mục nào chờ ở đây.").waitFor();
			}
			assert.deepEqual(faults, []);
			await context.close();
		}
		const { submissions } = await place.api("GET", "/api/v1/submissions?limit=500");
		const states = submissions
			.filter((own) => own.instance.startsWith("uuid:cho-xem"))
			.map((own) => own.state);
		assert.deepEqual(states.sort(), ["refused", "taken"]);
	});
	it("show what carried bundles held to whoever decides for the province alone", async () => {
		for (const [who, count] of [
			["can-bo-tinh", 1],
			["can-bo-xa", 0],
		]) {
			const { page, context } = await as(who, "#/");
			await open(page, place.base, "#/review?list=carried");
			await page.getByRole("tab").first().waitFor();
			assert.equal(await page.getByRole("tab", { name: /Gói chuyển tay chờ xem/ }).count(), count, who);
			await context.close();
		}
	});
});
