/** Independent random checks: where to look is told, what is claimed is not. */

import assert from "node:assert/strict";
import { violations } from "../harness.mjs";
import { told } from "./story.mjs";

const story = told();

story(
	"a plot that was drawn is a task with its way, shows no claim before it was looked at, and is over once that is recorded",
	async (phone, device, province) => {
		const { features } = (await province.get("/api/v1/plots?limit=500", device.token)).value;
		const drawn = features.find(({ properties }) => properties.area_m2 && properties.plants);
		assert.ok(drawn, "a plot of the demo with figures");
		// No year of the demo can be drawn from: its claims came after their years. What a draw says is told in its stead.
		const period = 2025;
		const says = (path, json) => phone.context.route(path, (route) => route.fulfill({ json }));
		await says("**/api/v1/ledger/samples", [{ period, drawn_at: device.since, sums: null }]);
		await says("**/api/v1/ledger/sample/visits?*", {
			...{ period, drawn_at: device.since },
			plots: [{ plot: drawn.id, commune: null, is_visited: false }],
		});
		await phone.enrol();
		await phone.prepare();
		await phone.tab("Điểm trồng");
		const due = phone.page.getByRole("region", { name: "Cần kiểm tra lại" });
		const task = due.locator("li button").filter({ hasText: "Kiểm tra ngẫu nhiên" });
		await task.getByText(/\d k?m · (bắc|đông|nam|tây)/).waitFor();
		assert.equal(await task.count(), 1);
		await task.click();
		await phone.page.getByRole("heading", { name: /^Kiểm tra ngẫu nhiên:/ }).waitFor();
		await phone.says(/^Đơn vị khác đã báo phá nhổ ở đây trong năm thống kê 2025\./);
		await phone.says(/về hướng|Bạn đang ở đây/);
		const shown = await phone.page.locator("main").textContent();
		assert.doesNotMatch(shown, /Số cây: |\d m²/, "a figure of the claim is shown");
		assert.deepEqual(await violations(phone.page), []);
		await phone.context.setOffline(true);
		await phone.page.getByLabel("Diện tích thấy đã trồng và đã phá (m²)").fill("16");
		await phone.button("Thước dây").click();
		await phone.page.getByLabel("Số cây còn đứng").fill("0");
		await phone.button("Ghi lần xem lại").click();
		await phone.says("Đã ghi lần xem lại.");
		await task.waitFor({ state: "detached" });
		const waiting = (await phone.states()).filter((state) => state === "waiting");
		assert.equal(waiting.length, 1);
		await phone.page.locator("li[data-state=waiting]").getByText("Kiểm tra ngẫu nhiên").waitFor();
	},
);
