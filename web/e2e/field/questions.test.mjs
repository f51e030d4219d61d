/** What the screens ask a unit: its phone shows it and answers, without a network too. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { until, violations } from "../harness.mjs";
import { told } from "./story.mjs";

const story = told();
const LIST = "/api/v1/evidence/track-questions";

/** A patrol of the phone's team whose positions another program made up: its question, once it is asked. */
async function asked(device, province) {
	const stamp = Date.now().toString(16).padStart(12, "0");
	const id = `${stamp.slice(0, 8)}-${stamp.slice(8)}-7000-8000-${randomBytes(6).toString("hex")}`;
	const at = (seconds) => new Date(Date.now() - 7_200_000 + seconds * 1000).toISOString();
	const put = await fetch(`${province.base}/api/v1/patrols/${id}`, {
		method: "PUT",
		headers: { authorization: `Bearer ${device.token}`, "content-type": "application/json" },
		body: JSON.stringify({
			kind: "crop_check",
			transport: "foot",
			started_at: at(0),
			ended_at: at(1_200),
		}),
	});
	assert.equal(put.status, 201, await put.text());
	const [lon, lat] = device.middle;
	const fixes = Array.from({ length: 120 }, (_, step) => ({
		t: at(10 * step),
		lon: lon + step * 0.0001,
		lat,
		accuracy_m: 5,
		mock: true,
	}));
	const sent = await province.post(`/api/v1/patrols/${id}/fixes`, { fixes }, device.token);
	assert.equal(sent.status, 200);
	const found = async () => {
		const { questions } = (await province.get(`${LIST}?limit=100`, device.token)).value;
		return questions.find((own) => own.patrol === id && own.screen === "mock_fixes");
	};
	return until(found, "the question");
}

story(
	"a phone is told what its unit is asked, and answers without a network",
	async (phone, device, province) => {
		const question = await asked(device, province);
		await phone.enrol();
		await phone.prepare();
		await phone.tab("Hàng đợi");
		const list = phone.page.getByRole("region", { name: "Cần làm rõ" });
		const own = list.getByRole("listitem").filter({ hasText: question.vi });
		await own.waitFor();
		await phone.context.setOffline(true);
		await own.getByRole("button", { name: "Trả lời" }).click();
		assert.deepEqual(await violations(phone.page), []);
		await own.getByLabel("Việc đã xảy ra thế nào").fill("máy của đơn vị bật nhầm ứng dụng thử");
		await own.getByRole("button", { name: "Gửi trả lời" }).click();
		await phone.page.getByText("Đã ghi câu trả lời.").waitFor();
		await own.waitFor({ state: "detached" });
		await phone.page
			.locator("li[data-state=waiting]")
			.filter({ hasText: "Trả lời câu hỏi về tuyến" })
			.waitFor();
		assert.equal((await province.get(`${LIST}/${question.id}`)).value.question.state, "open");
		await phone.context.setOffline(false);
		await phone.sendNow();
		await phone.allSent();
		const { question: then } = (await province.get(`${LIST}/${question.id}`)).value;
		assert.equal(then.state, "answered");
		assert.deepEqual(
			then.replies.map((reply) => reply.said.text),
			["máy của đơn vị bật nhầm ứng dụng thử"],
		);
	},
);

story(
	"an answer that the server does not take leaves the question where it was, and says why",
	async (phone, device, province) => {
		const question = await asked(device, province);
		await phone.enrol();
		await phone.prepare();
		await phone.tab("Hàng đợi");
		const own = phone.page
			.getByRole("region", { name: "Cần làm rõ" })
			.getByRole("listitem")
			.filter({ hasText: question.vi })
			.first();
		await own.getByRole("button", { name: "Trả lời" }).click();
		await own.getByLabel("Việc đã xảy ra thế nào").fill("gọi 0912345678");
		await own.getByRole("button", { name: "Gửi trả lời" }).click();
		const refused = phone.page.locator("li[data-state=refused]");
		await refused.getByText("Có nội dung không nhận được.").waitFor();
		// What the server said of it stands in the phone's language, also without a network.
		await refused.getByText(/không ghi số điện thoại, số định danh/i).waitFor();
		assert.equal(await refused.getByText(/expected|telephone/).count(), 0);
		await phone.page.getByRole("banner").getByText("1 bị từ chối").waitFor();
		await own.getByRole("button", { name: "Trả lời" }).waitFor();
		assert.equal((await province.get(`${LIST}/${question.id}`)).value.question.state, "open");
	},
);
