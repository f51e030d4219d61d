// What needs clearing up: the unit that is asked answers on a screen, and only then another unit decides.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changes, open, overflow, PASSWORD, settled, staged, violations } from "../harness.mjs";
import { asked, copied, doubled } from "../questions.mjs";

const place = staged();
const { as } = place;
const UNIT = "Đơn vị dự bị";
const CLEARED = /^Đã rõ, không vấn đề/;
const UPHELD = /^Xác nhận có vấn đề/;

async function make() {
	const { id: org } = (await place.api("GET", "/api/v1/orgs")).find((own) => own.name === UNIT);
	const communes = [place.communes[0].code];
	for (const [login, role] of [
		["to-vien", "patrol_member"],
		["can-bo-don-vi", "commune_officer"],
	])
		await place.api("POST", "/api/v1/accounts", { login, role, org, communes, password: PASSWORD });
	const photo = await doubled(place);
	const patrol = await copied(place);
	const look = await asked(place, "questions", "nearly_one_picture", (own) => own.photo === photo.id);
	const walk = await asked(place, "track-questions", "copied_track", (own) => own.patrol === patrol);
	return { photo, patrol, look, walk };
}
let made;
/** A photo that looks like another plot's and a track that was handed in again, made once for all stories. */
const ready = () => (made ??= make());
const state = async (book, own) =>
	(await place.api("GET", `/api/v1/evidence/${book}/${own.id}`)).question.state;
const detail = (page) => page.getByRole("region", { name: "Mục đang chọn" });
async function choose(page, list, own) {
	await open(page, place.base, `#/review?list=${list}&item=${own.id}`);
	await page.locator(`[data-item="${own.id}"][aria-current]`).waitFor();
	await detail(page).getByRole("heading", { name: "Trả lời và kết luận" }).waitFor();
	await page.waitForFunction(() => document.querySelectorAll(".skeleton").length === 0);
}
async function answer(page, text) {
	await page.getByLabel("Việc đã xảy ra thế nào").fill(text);
	await page.getByRole("button", { name: "Gửi trả lời" }).click();
}

describe("a photo that looks like another plot's", () => {
	it("is not decided before its unit answered, and says until when", async () => {
		const made = await ready();
		const { page, context, faults } = await as("can-bo-tinh");
		await choose(page, "photos", made.look);
		const own = detail(page);
		const sides = own.getByRole("list", { name: "Hai bên" }).getByRole("img");
		await sides.nth(1).waitFor();
		assert.equal(await sides.count(), 2);
		await own.getByText(made.look.vi, { exact: true }).waitFor();
		await own.getByText(/^Chưa kết luận được: đơn vị trả lời trước, chậm nhất .*\d{4}/).waitFor();
		for (const name of [CLEARED, UPHELD])
			assert.ok(await own.getByRole("button", { name }).isDisabled(), `${name}`);
		const sent = changes(page);
		await page.keyboard.press("a");
		await page.keyboard.press("r");
		await settled(page);
		assert.equal(await page.getByRole("dialog").count(), 0);
		assert.deepEqual(sent, []);
		assert.equal(await state("questions", made.look), "open");
		assert.deepEqual(await violations(page), []);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is answered by a member of its unit, by keys, on a narrow screen as on a wide one", async () => {
		const made = await ready();
		const { page, context, faults } = await as("to-vien");
		await page.getByRole("link", { name: "Hàng chờ duyệt" }).click();
		await choose(page, "photos", made.look);
		const items = await page
			.locator("[data-item]")
			.evaluateAll((all) => all.map((own) => own.getAttribute("data-item")));
		const at = items.indexOf(made.look.id);
		const [there, back, beside] = at > 0 ? ["k", "j", items[at - 1]] : ["j", "k", items[1]];
		await page.keyboard.press(there);
		await page.locator(`[data-item="${beside}"][aria-current]`).waitFor();
		await page.keyboard.press(back);
		await page.locator(`[data-item="${made.look.id}"][aria-current]`).waitFor();
		await detail(page).getByText(made.look.vi, { exact: true }).waitFor();
		await detail(page).getByText("Chưa có câu trả lời.").waitFor();
		// Who answers decides nothing.
		assert.equal(await detail(page).getByRole("button", { name: CLEARED }).count(), 0);
		await page.keyboard.press("t");
		const box = page.getByLabel("Việc đã xảy ra thế nào");
		await page.waitForFunction(() => document.activeElement?.matches("textarea"));
		// While somebody writes, letters are letters.
		await page.keyboard.type("jkar");
		assert.equal(await box.inputValue(), "jkar");
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.equal(await overflow(page), 0);
		}
		await answer(page, "gọi 0912345678");
		await page.getByText("không ghi số điện thoại, số định danh: viết lại không có số đó").waitFor();
		assert.equal(await box.inputValue(), "gọi 0912345678");
		assert.equal(await page.getByText("no telephone").count(), 0);
		// What was begun is there after a reload.
		await page.reload();
		await page.waitForFunction(() => document.querySelector("textarea")?.value === "gọi 0912345678");
		await answer(page, "gắn nhầm ảnh của điểm bên cạnh");
		const said = detail(page).getByRole("listitem").filter({ hasText: "gắn nhầm ảnh của điểm bên cạnh" });
		await said.getByText(new RegExp(`${UNIT} · .*\\d{4}`)).waitFor();
		assert.equal(await state("questions", made.look), "answered");
		// The refusal itself is written down by the browser as an error.
		assert.deepEqual(
			faults.filter((fault) => !/422/.test(fault)),
			[],
		);
		await context.close();
	});

	it("is decided then by another unit, on the reason that was given", async () => {
		const made = await ready();
		const { page, context, faults } = await as("can-bo-tinh");
		await choose(page, "photos", made.look);
		const own = detail(page);
		await own.getByText("gắn nhầm ảnh của điểm bên cạnh").waitFor();
		await own.getByText("Đơn vị đã trả lời: kết luận được.").waitFor();
		await own.getByRole("button", { name: CLEARED }).isEnabled();
		await page.keyboard.press("a");
		await page.getByText("Bấm Enter để ghi “Đã rõ, không vấn đề”").waitFor();
		await page.keyboard.press("Enter");
		await page.getByText("Đã ghi: Đã rõ, không vấn đề").waitFor();
		await page.locator(`[data-item="${made.look.id}"]`).waitFor({ state: "detached" });
		assert.equal(await state("questions", made.look), "cleared");
		// On the page of its plot it stays with both, and nothing is left to do.
		await open(page, place.base, `#/plots/${made.photo.plot}`);
		const card = page.getByRole("region", { name: "Cần làm rõ" });
		await card.getByText("Kết luận: đã làm rõ").waitFor();
		await card.getByText("đã làm rõ", { exact: true }).waitFor();
		assert.deepEqual(await violations(page), []);
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("that another unit would answer is refused in the page's language", async () => {
		const made = await ready();
		const mock = await asked(place, "questions", "mock_position", (own) => own.photo === made.photo.id);
		const { page, context } = await as("can-bo-tinh");
		await choose(page, "photos", mock);
		await page.keyboard.press("t");
		await answer(page, "không phải máy của tỉnh");
		await page.getByRole("alert").getByText("cần đơn vị đã chụp ảnh được hỏi").waitFor();
		assert.equal(await page.getByRole("alert").getByText("expected").count(), 0);
		assert.equal(await state("questions", mock), "open");
		await context.close();
	});

	it("is decided without an answer once its days are over, by the server's clock", async () => {
		const made = await ready();
		const mock = await asked(place, "questions", "mock_position", (own) => own.photo === made.photo.id);
		const { page, context } = await as("can-bo-tinh");
		// A desk whose clock is eight days ahead.
		await page.clock.setFixedTime(Date.now() + 8 * 86_400_000);
		await choose(page, "photos", mock);
		await detail(page)
			.getByText(/^Hết hạn trả lời lúc .*: kết luận được\./)
			.waitFor();
		await detail(page).getByRole("button", { name: CLEARED }).click();
		await page
			.getByRole("alert")
			.getByText("đơn vị được hỏi trả lời trước: chờ trả lời, hoặc qua 7 ngày")
			.waitFor();
		assert.equal(await state("questions", mock), "open");
		await context.close();
	});
});

describe("a track that was handed in again", () => {
	it("is answered on the patrol's page, where its unit sees both tracks and that another decides", async () => {
		const made = await ready();
		const { page, context, faults } = await as("can-bo-don-vi", "#/", { width: 320 });
		await open(page, place.base, `#/patrols/${made.patrol}`);
		const card = page.getByRole("region", { name: "Cần làm rõ" });
		await card.getByText(made.walk.vi, { exact: true }).waitFor();
		await card.getByText("Tài khoản này thuộc đơn vị được hỏi: đơn vị khác kết luận.").first().waitFor();
		assert.equal(await card.getByRole("button", { name: CLEARED }).count(), 0);
		const drawing = card.getByRole("img", { name: "Hai vết đi trên cùng tỷ lệ, bắc ở trên" }).first();
		assert.equal(await drawing.locator("path").count(), 2);
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.equal(await overflow(page), 0);
		}
		await choose(page, "tracks", made.walk);
		await answer(page, "nộp nhầm tệp của hôm trước");
		await detail(page).getByText("nộp nhầm tệp của hôm trước").waitFor();
		assert.equal(await state("track-questions", made.walk), "answered");
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("is upheld by another unit with a reason, in English too", async () => {
		const made = await ready();
		const { page, context, faults } = await as("can-bo-tinh", "#/", { language: "en" });
		await open(page, place.base, `#/review?list=tracks&item=${made.walk.id}`);
		const own = page.getByRole("region", { name: "Chosen item" });
		await own.getByText(made.walk.en, { exact: true }).waitFor();
		await own.getByText("The unit has answered: a decision can be made.").waitFor();
		await page.keyboard.press("r");
		await page.getByRole("dialog").getByRole("textbox").fill("vết đi cũ nộp lại");
		await page.getByRole("dialog").getByRole("button", { name: "Upheld" }).click();
		await page.locator(`[data-item="${made.walk.id}"]`).waitFor({ state: "detached" });
		assert.equal(await state("track-questions", made.walk), "upheld");
		assert.deepEqual(faults, []);
		await context.close();
	});
});
