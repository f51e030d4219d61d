/** What a team itself notices to be wrong it corrects on the phone that recorded it, without a network. */

import assert from "node:assert/strict";
import { violations } from "../harness.mjs";
import { told } from "./story.mjs";

const story = told();

/** The plot that this phone recorded, as the server has it. */
async function ownPlot(province, device) {
	const plots = (await province.get("/api/v1/plots?limit=500", device.token)).value.features;
	const own = plots.filter(({ properties }) => properties.recorded_at >= device.since);
	assert.equal(own.length, 1);
	return (await province.get(`/api/v1/plots/${own[0].id}`, device.token)).value.properties;
}

story(
	"a wrong count, crop and area are corrected offline, before and after the destruction; what was said before stays",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		await phone.context.setOffline(true);
		await phone.mark(73, 5, 2);
		await phone.button("Sửa số đã ghi của điểm trồng").click();
		await phone.page.getByRole("heading", { name: /^Sửa số đã ghi:/ }).waitFor();
		await phone.says("Số đã ghi trước vẫn còn trong sổ. Vị trí, giờ phát hiện và ảnh giữ nguyên.");
		assert.deepEqual(await violations(phone.page), []);
		await phone.page.getByLabel("Số cây").fill("71");
		await phone.button("Thước dây").click();
		await phone.page.getByLabel("Dài").fill("4");
		await phone.page.getByLabel("Rộng").fill("3");
		await phone.button("Ghi bản sửa").click();
		await phone.says("Đã ghi bản sửa.");
		await phone.says(/71.*12 m²/);
		const earlier = phone.page.getByRole("region", { name: "Số trước khi sửa (vẫn còn trong sổ)" });
		await earlier.getByText(/73 cây · 10 m²/).waitFor();
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		await phone.button("Sửa số đã ghi của lần phá nhổ").click();
		await phone.page.getByRole("heading", { name: /^Sửa lần phá nhổ/ }).waitFor();
		await phone.page.getByLabel("Số cây đã phá").fill("70");
		await phone.button("Ghi bản sửa").click();
		await phone.says("Đã ghi bản sửa.");
		await earlier.getByText(/71 cây · 12 m²/).waitFor();
		assert.deepEqual(await violations(phone.page), []);
		await phone.context.setOffline(false);
		await phone.sendNow();
		await phone.allSent();
		assert.ok((await phone.states()).every((state) => state === "stored"));
		const plot = await ownPlot(province, device);
		assert.deepEqual([plot.version, plot.plants, plot.area_m2], [2, 71, 12]);
		const works = plot.timeline.filter((one) => one.kind === "eradication");
		assert.equal(works.length, 2, "the work and its correction");
		const last = works.find((one) => !one.corrected_by);
		assert.equal(last.said.destroyed.plants, 70);
		assert.equal(last.at, works.find((one) => one.corrected_by).at);
	},
	{ timeout: 600_000 },
);
