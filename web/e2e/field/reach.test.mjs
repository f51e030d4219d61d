/** A small phone in one hand: what is to be pressed lies under the thumb, what was done is in sight. */

import assert from "node:assert/strict";
import { told } from "./story.mjs";

const story = told();
const viewport = { width: 320, height: 640 };

/** Whether all of a thing lies in the part of the screen between the header and the bottom bar. */
async function isInSight(phone, thing) {
	await thing.waitFor();
	// A screen that has just changed may not have come to rest.
	for (let look = 0; look < 150; look += 1) {
		const [box, main] = [await thing.boundingBox(), await phone.page.locator("main").boundingBox()];
		if (box && box.y >= main.y - 1 && box.y + box.height <= main.y + main.height + 1) return true;
		await phone.page.waitForTimeout(100);
	}
	return false;
}

story(
	"on a small phone every main button is in reach without scrolling, and what was kept is told in sight",
	async (phone) => {
		const { page } = phone;
		const inReach = async (name) =>
			assert.ok(await isInSight(phone, phone.button(name)), `${name} is out of reach`);
		const inSight = async (text) =>
			assert.ok(
				await isInSight(phone, page.locator("main").getByText(text).first()),
				`${text} is out of sight`,
			);
		await phone.enrol();
		await phone.tab("Tuần tra");
		await inReach("Bắt đầu tuần tra");
		await phone.startPatrol();
		await inReach("Giữ 1,5 giây để kết thúc");
		await phone.tab("Điểm trồng");
		await phone.button("Đánh dấu điểm trồng").click();
		await inReach("Lưu");
		await inSight("Còn thiếu: vị trí.");
		await phone.button("Tại đây").click();
		await page.getByLabel("Số cây").fill("12");
		await phone.button("Lưu").click();
		await inSight(/^Đã ghi điểm trồng/);
		await phone.button("Chụp ảnh").click();
		await inReach("Chụp");
		await phone.button("Trước khi nhổ").click();
		await phone.button("Chụp").click();
		await inSight(/^Đã lưu ảnh/);
		await phone.button("‹ Quay lại").click();
		await phone.button("Phá nhổ").click();
		await inReach("Bắt đầu phá nhổ");
		await phone.button("Bắt đầu phá nhổ").click();
		await inReach("Hoàn tất");
		// The minutes' day is typed in figures only, and told in words where it is none.
		await page.getByLabel("Chờ biên bản").uncheck();
		await page.getByLabel("Số biên bản").fill("12/BB-CAX");
		const day = page.getByLabel("Ngày biên bản");
		assert.match(await day.inputValue(), /^\d\d\/\d\d\/\d{4}$/);
		await day.fill("31022026");
		await day.press("Tab");
		await page.getByText("Không có ngày này").waitFor();
		assert.ok(await phone.button("Hoàn tất").isDisabled(), "a day that is none is not kept");
		await phone.looked("a day that is none");
		await day.fill("05032026");
		await day.press("Tab");
		assert.equal(await day.inputValue(), "05/03/2026");
		await page.getByLabel("Chờ biên bản").check();
		await phone.button("Hoàn tất").click();
		await inSight("Đã ghi phá nhổ.");
		await phone.button("Kiểm tra lại").click();
		await inReach("Lưu");
		await inSight("Còn thiếu: kết quả.");
		assert.ok(await phone.button("Lưu").isDisabled());
		await phone.button("‹ Quay lại").click();
		await phone.button("Báo cáo nhanh").click();
		await inSight("Đã chép. Dán vào tin nhắn cho chỉ huy.");
		await phone.tab("Hàng đợi");
		await inReach("Gửi ngay");
	},
	{ viewport },
);

story(
	"the phase and the shutter of the camera are in sight on the smallest phones, with large text too",
	async (phone) => {
		const { page } = phone;
		await phone.enrol();
		await phone.mark(14, 2, 2);
		const looked = async (text) => {
			await phone.tab("Điểm trồng");
			await page.locator("li button").first().click();
			await phone.button("Chụp ảnh").click();
			for (const [width, height] of [
				[320, 568],
				[360, 640],
			]) {
				await page.setViewportSize({ width, height });
				const where = `${width} × ${height}, ${text}`;
				for (const name of ["Biên bản", "Toàn cảnh", "Sau khi nhổ"]) {
					await phone.button(name).click();
					const chosen = page.locator("[data-name=phase] [aria-pressed=true]");
					assert.ok(await isInSight(phone, chosen), `${name} is out of sight: ${where}`);
					const { x, width: wide } = await chosen.boundingBox();
					assert.ok(x >= 0 && x + wide <= width, `${name} is cut: ${where}`);
					assert.ok(await isInSight(phone, phone.button("Chụp")), `the shutter is out of sight: ${where}`);
				}
				const [finder, head] = [
					await page.locator(".finder").boundingBox(),
					await page.locator(".phases").boundingBox(),
				];
				assert.ok(head.y - finder.y >= 100, `the finder shows ${head.y - finder.y} px: ${where}`);
				await phone.looked(`the camera at ${where}`);
			}
		};
		await looked("text as it is");
		await phone.tab("Cài đặt");
		await page.getByLabel("Chữ lớn").check();
		await looked("large text");
	},
);
