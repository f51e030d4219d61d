/** A second member's word that comes after the eradication was recorded. */

import assert from "node:assert/strict";
import { until } from "../harness.mjs";
import { Phone, PIN } from "./phone.mjs";
import { told } from "./story.mjs";

const story = told();

/** Records a plot and its eradication by three people, without anybody's confirmation. */
async function destroy(phone, plants) {
	await phone.mark(plants, 3, 2);
	await phone.button("Phá nhổ").click();
	await phone.button("Bắt đầu phá nhổ").click();
	await phone.button("Hoàn tất").click();
	await phone.says("Đã ghi phá nhổ.");
	await phone.page.getByRole("region", { name: "Chờ người thứ hai xác nhận" }).waitFor();
}

/** What the server says is missing at the plot with so many plants. */
async function missing(province, device, plants) {
	const plots = (await province.get("/api/v1/plots?limit=500", device.token)).value.features;
	const own = plots.find(({ properties }) => properties.plants === plants);
	return (await province.get(`/api/v1/plots/${own.id}`, device.token)).value.properties.missing ?? [];
}

const waitUntilConfirmed = (province, device, plants) =>
	until(
		async () => !(await missing(province, device, plants)).includes("confirmation"),
		"the end of the server's waiting for a confirmation",
	);

story(
	"a second member confirms later on the same phone, by a PIN of their own and without a network",
	async (phone, device, province) => {
		await phone.enrol("Tổ A");
		await phone.page.goto("about:blank");
		phone.device = await province.device("máy của người xác nhận sau");
		await phone.enrol("Tổ B", "771203");
		await phone.allSent();
		phone.device = device;
		await phone.page.goto(new URL("/field/", device.link).href);
		await phone.button("Tổ A").click();
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await destroy(phone, 33);
		await phone.sendNow();
		await phone.allSent();
		const isMissed = async () => (await missing(province, device, 33)).includes("confirmation");
		await until(isMissed, "the server's word that a confirmation is missing");
		await phone.context.setOffline(true);
		await phone.tab("Điểm trồng");
		// The newest stands first, whatever state the server told meanwhile.
		await phone.page.getByRole("region", { name: "Tổ đã ghi" }).locator("li button").first().click();
		await phone.page.getByLabel("Người xác nhận").selectOption({ label: "Tổ B" });
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Người thứ hai xác nhận tại chỗ").click();
		await phone.says("Sai mã PIN.");
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill("771203");
		await phone.button("Người thứ hai xác nhận tại chỗ").click();
		await phone.says("Đã ghi xác nhận tại chỗ.");
		assert.equal(await phone.page.getByRole("region", { name: "Chờ người thứ hai xác nhận" }).count(), 0);
		await phone.context.setOffline(false);
		await phone.sendNow();
		await phone.allSent();
		assert.ok((await phone.states()).every((state) => state === "stored"));
		await waitUntilConfirmed(province, device, 33);
	},
);

story(
	"a member of another team confirms on a phone of their own, and only where the plot is",
	async (phone, device, province) => {
		const other = await province.device("máy của lực lượng khác");
		const second = await Phone.start({ ...other, middle: [device.middle[0] + 0.01, device.middle[1]] });
		try {
			await phone.enrol("Tổ A");
			await destroy(phone, 35);
			await phone.sendNow();
			await phone.allSent();
			// A phone that comes new to the team's work is told by its first pull.
			await second.enrol("Tổ C", "660218");
			await second.allSent();
			const { features } = (await province.get("/api/v1/plots?limit=500", device.token)).value;
			const { id, properties } = features.find((own) => own.properties.plants === 35);
			const code = properties.code ?? id.replaceAll("-", "").slice(-6).toUpperCase();
			const plot = second.page.locator("li button").filter({ hasText: code });
			await second.plotsUntil(async () => (await plot.count()) > 0);
			await plot.click();
			await second.says("Chỉ xác nhận được khi đứng trong vòng 200 m quanh điểm trồng.");
			assert.ok(await second.button("Tôi đang ở đây, xác nhận đã phá nhổ").isDisabled());
			await second.moveTo(device.middle[0], device.middle[1]);
			await second.button("Tôi đang ở đây, xác nhận đã phá nhổ").click();
			await second.says("Đã ghi xác nhận tại chỗ.");
			await second.sendNow();
			await second.allSent();
			assert.ok((await second.states()).every((state) => state === "stored"));
			assert.deepEqual([second.faults, second.foreign], [[], []]);
		} finally {
			await second.close();
		}
		await waitUntilConfirmed(province, device, 35);
	},
);
