/** What a desk sends back for completing: the phones of the unit are asked for it, and answer without a network. */

import assert from "node:assert/strict";
import { until, violations } from "../harness.mjs";
import { told } from "./story.mjs";

const story = told();
const REASON = "số cây nhổ không khớp biên bản";

/** A secret of an officer of another unit than the phones'. */
const deskOf = (province) =>
	province.run(
		...["account", "token", "--data", province.data, "--name", "don-bien-phong-e2e"],
		...["--role", "provincial_officer", "--org", "Đồn biên phòng", "--org-kind", "don_bien_phong"],
	);

/** The plot with so many plants as the server has it. */
async function plotWith(province, device, plants) {
	const plots = (await province.get("/api/v1/plots?limit=500", device.token)).value.features;
	const { id } = plots.find(({ properties }) => properties.plants === plants);
	return (await province.get(`/api/v1/plots/${id}`, device.token)).value;
}

/** Sends the work at a plot back, and waits until the phone is asked for it. */
async function sendBack(phone, device, province, plants, reason) {
	const { id, properties } = await plotWith(province, device, plants);
	const work = properties.timeline.findLast((one) => one.kind === "eradication" && !one.corrected_by);
	const body = { eradication: work.id, reason };
	const sent = await province.post(`/api/v1/plots/${id}/returns`, body, deskOf(province));
	assert.equal(sent.status, 201);
	const asked = phone.page.getByRole("region", { name: "Bị trả lại" }).locator("li button");
	await phone.plotsUntil(async () => (await asked.count()) > 0);
	await asked.getByText(`Bị trả lại: ${reason}`).waitFor();
	await asked.click();
	await phone.page.getByRole("region", { name: `Bị trả lại: ${reason}` }).waitFor();
}

/** What ended each return at the plot, once the last of them is over. */
function ends(province, device, plants) {
	const ended = async () => {
		const { returns } = (await plotWith(province, device, plants)).properties;
		return returns.every((one) => one.ended_by !== null) && returns.map((one) => one.ended_by);
	};
	return until(ended, "an answer");
}

story(
	"work that was sent back is answered in words, and corrected on the phone that recorded it",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		await phone.mark(47, 3, 2);
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		await phone.sendNow();
		await phone.allSent();
		await sendBack(phone, device, province, 47, REASON);
		assert.deepEqual(await violations(phone.page), []);
		await phone.context.setOffline(true);
		await phone.button("Trả lời").click();
		await phone.page.getByLabel("Câu trả lời").fill("biên bản ghi nhầm, đã báo đồn");
		await phone.button("Gửi trả lời").click();
		await phone.says("Đã ghi câu trả lời.");
		assert.equal(await phone.page.getByRole("region", { name: `Bị trả lại: ${REASON}` }).count(), 0);
		await phone.context.setOffline(false);
		await phone.sendNow();
		await phone.allSent();
		assert.deepEqual(await ends(province, device, 47), ["reply"]);
		// Sent back again: the figures are corrected, what was recorded before stays in the log.
		await sendBack(phone, device, province, 47, `${REASON}, xem lại`);
		await phone.button("Sửa số đã ghi").click();
		await phone.page.getByRole("heading", { name: /^Sửa lần phá nhổ/ }).waitFor();
		await phone.page.getByLabel("Số cây đã phá").fill("45");
		await phone.button("Ghi bản sửa").click();
		await phone.says("Đã ghi bản sửa.");
		await phone.sendNow();
		await phone.allSent();
		assert.deepEqual(await ends(province, device, 47), ["reply", "corrected"]);
		const { timeline } = (await plotWith(province, device, 47)).properties;
		const works = timeline.filter((one) => one.kind === "eradication");
		const last = works.find((one) => !one.corrected_by);
		assert.equal(works.length, 2);
		assert.equal(last.said.destroyed.plants, 45);
		assert.equal(last.at, works.find((one) => one.corrected_by).at);
	},
	{ timeout: 600_000 },
);
