// Forms that no slice took wait in the review queue: an officer of their commune records them or gives them back.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { open, staged, violations } from "../harness.mjs";
import { formsDiffer, formsWaiting } from "../questions.mjs";

const place = staged();
const { as } = place;

describe("forms that wait for a person", () => {
	it("are recorded by A and Enter, or given back with a reason, by the officer of their commune", async () => {
		await formsWaiting(place);
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
	it("show what came otherwise under one name beside the first, until somebody has seen it", async () => {
		await formsDiffer(place);
		for (const width of [320, 1440]) {
			const { page, context, faults } = await as("can-bo-xa", "#/", { width });
			await open(page, place.base, "#/review?list=forms");
			const detail = page.getByRole("region", { name: "Mục đang chọn" });
			await detail.getByText(/Máy gửi thêm bản khác cùng mã/).waitFor();
			await detail
				.getByText(/^Bản sau: /)
				.first()
				.waitFor();
			await detail.getByText("411", { exact: true }).waitFor();
			assert.equal(await detail.getByRole("button", { name: /Không ghi nhận/ }).count(), 0);
			assert.deepEqual(await violations(page), []);
			if (width === 1440) {
				await page.keyboard.press("a");
				await page.keyboard.press("Enter");
				await page.getByText("Không còn mục nào chờ ở đây.").waitFor();
			}
			assert.deepEqual(faults, []);
			await context.close();
		}
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
