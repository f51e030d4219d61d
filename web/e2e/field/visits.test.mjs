/** Independent random checks: where to look is told, what is claimed is not. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { violations } from "../harness.mjs";
import { told } from "./story.mjs";

const story = told();

/** A plot with figures that another phone recorded where this one goes. */
async function claimed(device, province) {
	const other = await province.device("máy của đơn vị khác");
	const stamp = Date.now().toString(16).padStart(12, "0");
	const id = `${stamp.slice(0, 8)}-${stamp.slice(8)}-7000-8000-${randomBytes(6).toString("hex")}`;
	const put = await fetch(`${province.base}/api/v1/plots/${id}`, {
		method: "PUT",
		headers: { authorization: `Bearer ${other.token}`, "content-type": "application/json" },
		body: JSON.stringify({
			type: "Feature",
			geometry: { type: "Point", coordinates: device.middle },
			properties: {
				crop: "opium_poppy",
				detected_at: new Date(Date.now() - 3_600_000).toISOString(),
				detected_by: "patrol",
				...{ plants: 83, plants_method: "counted", area_m2: 26, area_method: "tape" },
				...{ hacc_m: 5, position_method: "gnss_single" },
			},
		}),
	});
	assert.equal(put.status, 201, await put.text());
	return id;
}

story(
	"a plot that was drawn is a task with its way, shows no claim before it was looked at, and is over once that is recorded",
	async (phone, device, province) => {
		const drawn = { id: await claimed(device, province) };
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
