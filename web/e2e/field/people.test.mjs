/** Whose phone it is: forgotten PINs, second members, keys alone, screens for every eye. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PATIENCE_MS } from "../harness.mjs";
import { Phone, PIN } from "./phone.mjs";
import { told } from "./story.mjs";

const PASSWORD = "mat-khau-thu-nghiem";
const story = told();

async function account(province, login, role, communes) {
	const org = (await province.get("/api/v1/orgs")).value[0].id;
	const made = await province.post("/api/v1/accounts", { login, role, org, communes, password: PASSWORD });
	assert.equal(made.status, 201);
}

story(
	"a forgotten PIN is opened at the post by an officer, and nothing is lost",
	async (phone, device, province) => {
		await account(province, "can-bo-xa", "commune_officer", device.communes);
		await account(province, "nguoi-xem", "reader", []);
		await phone.enrol();
		await phone.prepare();
		await phone.context.setOffline(true);
		await phone.mark(64, 4, 4);
		await phone.photograph("Trước khi nhổ");
		await phone.context.setOffline(false);
		await phone.page.reload();
		await phone.button("Quên mã PIN?").click();
		phone.expected = /40[13]/;
		const asked = async (login) => {
			await phone.page.getByLabel("Tên đăng nhập của cán bộ").fill(login);
			await phone.page.getByLabel("Mật khẩu").fill(PASSWORD);
			await phone.page.getByLabel("Đặt mã PIN").fill("580136");
			await phone.button("Mở bằng quyền của đơn vị").click();
		};
		await asked("nguoi-xem");
		await phone.says(/^Không mở được/);
		await asked("can-bo-xa");
		await phone.tab("Điểm trồng");
		await phone.page.getByText("Cây thuốc phiện").first().waitFor();
		await phone.sendNow();
		await phone.allSent();
		assert.equal((await province.photosOf(device)).length, 1);
		const session = await phone.page.evaluate(() => fetch("/api/v1/me").then(({ status }) => status));
		assert.equal(session, 401, "the officer is signed out again");
		await phone.page.reload();
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await phone.says("Sai mã PIN.");
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill("580136");
		await phone.button("Mở khóa").click();
		await phone.page.getByRole("navigation").waitFor();
	},
);

story("a second member confirms on the spot with a PIN of their own", async (phone, _, province) => {
	await phone.enrol("Tổ A");
	await phone.page.goto("about:blank");
	const first = phone.device;
	phone.device = await province.device("máy của người xác nhận");
	await phone.enrol("Tổ B", "771203");
	await phone.allSent();
	phone.device = first;
	await phone.page.goto(new URL("/field/", first.link).href);
	await phone.button("Tổ A").click();
	await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
	await phone.button("Mở khóa").click();
	await phone.mark(31, 3, 2);
	await phone.button("Phá nhổ").click();
	await phone.button("Bắt đầu phá nhổ").click();
	await phone.page.getByLabel("Người xác nhận").selectOption({ label: "Tổ B" });
	await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
	await phone.button("Người thứ hai xác nhận tại chỗ").click();
	await phone.says("Sai mã PIN.");
	await phone.page.getByLabel("Mã PIN", { exact: true }).fill("771203");
	await phone.button("Người thứ hai xác nhận tại chỗ").click();
	await phone.says("✓ Đã xác nhận");
	await phone.button("Hoàn tất").click();
	await phone.says("Đã ghi phá nhổ.");
	await phone.sendNow();
	await phone.allSent();
	assert.ok((await phone.states()).every((state) => state === "stored"));
});

story(
	"a plot is checked again when it is due, a wrong record taken back, a report has no place in it",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.prepare();
		await phone.mark(44, 3, 3);
		await phone.button("Báo cáo nhanh").click();
		await phone.says("Đã chép. Dán vào tin nhắn cho chỉ huy.");
		const report = await phone.page.evaluate(() => navigator.clipboard.readText());
		assert.ok(report.split("\n").length <= 6 && report.includes("44 cây"), report);
		assert.ok(!/10[2-9][.,]\d{3}|2[0-9][.,]\d{3}/.test(report), "coordinates in a chat message");
		await phone.button("Ghi nhầm – thu hồi").click();
		await phone.page.getByLabel("Lý do thu hồi").fill("nhầm cây cải");
		await phone.button("Ghi nhầm – thu hồi").click();
		await phone.says(/^Đã thu hồi/);
		await phone.button("‹ Quay lại").click();
		await phone.mark(45, 3, 3);
		await phone.photograph("Trước khi nhổ");
		await phone.photograph("Cận cảnh");
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.page.getByLabel("Số người tham gia").fill("1");
		await phone.button("Chỉ có một mình").click();
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		await phone.photograph("Sau khi nhổ");
		await phone.button("‹ Quay lại").click();
		const due = phone.page.getByRole("region", { name: "Cần kiểm tra lại" }).getByRole("button");
		await phone.plotsUntil(async () => (await due.count()) > 0);
		const isDue = (await due.count()) === 1;
		assert.ok(isDue, `it is due: ${isDue ? "" : await phone.states()}`);
		assert.match(await due.textContent(), /Hạn: \d\d\/\d\d\/\d{4}/);
		await due.click();
		await phone.button("Kiểm tra lại").click();
		await phone.button("Sạch, không mọc lại").click();
		await phone.button("Lưu").click();
		await phone.says("Đã ghi kiểm tra lại.");
		await phone.button("‹ Quay lại").click();
		assert.equal(await due.count(), 0);
		await phone.sendNow();
		await phone.allSent();
		assert.ok((await phone.states()).every((state) => state === "stored"));
		const plots = (await province.get("/api/v1/plots?limit=500", device.token)).value.features;
		const own = plots.find(({ properties }) => properties.plants === 44);
		assert.ok(!own || own.properties.state === "retracted");
	},
);

story("a card that is left before the phone's storage has answered leaves no error behind", async (phone) => {
	await phone.enrol();
	await phone.prepare();
	await phone.mark(44, 3, 3);
	await phone.button("‹ Quay lại").click();
	const own = phone.page.getByRole("main").locator("li button").first();
	for (let round = 0; round < 5; round += 1) {
		await own.waitFor();
		// Both clicks within one task of the browser: no answer of the storage can lie between them.
		await own.evaluate(async (button) => {
			button.click();
			await Promise.resolve();
			[...document.querySelectorAll("button")].find((one) => one.textContent.includes("Quay lại")).click();
		});
	}
	await phone.button("Đánh dấu điểm trồng").waitFor();
});

/** Presses Tab until what has the focus is called so, then Enter. */
async function press(phone, name, key = "Enter") {
	const seen = [];
	// What was pressed before may still be on its way to the screen.
	for (const last = Date.now() + PATIENCE_MS; Date.now() < last; ) {
		const called = await phone.page.evaluate(() => {
			const own = document.activeElement;
			return (
				own?.labels?.[0]?.textContent.trim() ||
				own?.getAttribute("aria-label") ||
				own?.textContent.trim() ||
				""
			);
		});
		if (called === name || called.endsWith(` ${name}`)) {
			if (key) await phone.page.keyboard.press(key);
			return;
		}
		seen.push(called.slice(0, 30));
		await phone.page.keyboard.press("Tab");
	}
	throw new Error(`no key leads to ${name}: ${seen.slice(-90).join(" → ")}`);
}

story("keys alone: enrol, walk, mark, photograph, end, send", async (phone) => {
	const { page } = phone;
	const type = async (label, text) => {
		await press(phone, label, null);
		await page.keyboard.type(text);
	};
	await page.goto(phone.device.link);
	await page.getByLabel("Người dùng máy").waitFor();
	await type("Người dùng máy", "Tổ 01");
	await type("Mã PIN", PIN);
	await type("Nhập lại mã PIN", PIN);
	await press(phone, "Lưu");
	await page.getByRole("heading", { name: "Chuẩn bị ngoại tuyến" }).waitFor();
	await press(phone, "Tuần tra");
	await phone.button("Bắt đầu tuần tra").waitFor();
	await press(phone, "Bắt đầu tuần tra");
	await phone.walk(4);
	await press(phone, "Điểm trồng");
	await press(phone, "Đánh dấu điểm trồng");
	await press(phone, "Tại đây");
	await type("Số cây", "15");
	await press(phone, "Lưu");
	await phone.says(/^Đã ghi điểm trồng/);
	await press(phone, "Chụp ảnh");
	await phone.pressable("Chụp");
	await press(phone, "Chụp");
	await phone.says(/^Đã lưu ảnh/);
	await press(phone, "Tuần tra");
	await press(phone, "Giữ 1,5 giây để kết thúc");
	await press(phone, "Kết thúc tuần tra");
	await phone.button("Bắt đầu tuần tra").waitFor();
	await press(phone, "Hàng đợi");
	await press(phone, "Gửi ngay");
	await phone.allSent();
});

const WORDS = {
	vi: {
		here: "Tại đây",
		mark: "Đánh dấu điểm trồng",
		save: "Lưu",
		plants: "Số cây",
		walk: "Đi quanh mép (từ 2.000 m²)",
	},
	en: {
		here: "Here",
		mark: "Mark a plot",
		save: "Save",
		plants: "Plants",
		walk: "Walk the edge (from 2,000 m²)",
	},
};
for (const [width, language, eyes] of [
	[320, "vi", ["large"]],
	[320, "en", ["night", "large"]],
	[1440, "vi", ["night"]],
	[1440, "en", []],
]) {
	const name = [String(width), language, ...eyes].join(", ");
	test(`no screen has a fault that axe finds, none is too wide (${name})`, { timeout: 400_000 }, async () => {
		await everyScreen({ width, language, eyes }, story.province());
	});
}

async function everyScreen({ width, language, eyes }, province) {
	const prepare = (context) =>
		context.addInitScript(
			([own, kinds]) => {
				if (!location.origin.startsWith("http")) return;
				localStorage.setItem("tuantra language", own);
				for (const kind of kinds) localStorage.setItem(`tuantra ${kind}`, "1");
			},
			[language, eyes],
		);
	const device = await province.device(`máy axe ${width} ${language}`);
	const phone = await Phone.start(device, { width, height: 740 }, prepare);
	const { page } = phone;
	const main = page.locator("main");
	const press = (own) => main.getByRole("button", { name: own, exact: true }).click();
	const words = WORDS[language];
	try {
		await page.goto(device.link.split("#")[0]);
		await main.getByRole("heading").waitFor();
		await phone.looked("enrol");
		await page.goto("about:blank");
		await page.goto(device.link);
		await main.locator("input").nth(2).waitFor();
		await phone.looked("pin");
		for (const [index, text] of ["Tổ 01", PIN, PIN].entries())
			await main.locator("input").nth(index).fill(text);
		await press(words.save);
		await page.getByRole("navigation").waitFor();
		await page.waitForTimeout(1_000);
		await phone.looked("settings");
		await phone.screen(2);
		await phone.looked("no plots");
		await press(words.mark);
		await press(words.here);
		await main.getByLabel(words.plants, { exact: true }).fill("480");
		for (const pressed of await main.locator("[data-name=area] button").all()) {
			await pressed.click();
			await phone.looked(`mark, area ${await pressed.textContent()}`);
		}
		await main.locator("[data-name=area] button").first().click();
		await press(words.save);
		await page.waitForTimeout(500);
		await phone.looked("plot");
		const cards = ["camera", "eradicate", "reinspect"];
		for (const [index, card] of cards.entries()) {
			await main.locator("article > button.main, article > .row button").nth(index).click();
			await page.waitForTimeout(card === "camera" ? 1_500 : 200);
			await phone.looked(card);
			if (card === "eradicate") {
				await main.locator("button.main").click();
				await main.locator("[data-name=complete] button").nth(1).click();
				await main.locator("input[type=checkbox]").first().uncheck();
				await phone.looked("eradication under way");
			}
			await main.locator("button.plain").first().click();
		}
		await main.locator("article button.plain").last().click();
		await phone.looked("retract");
		for (const [index, where] of ["map", "patrol", "plots", "queue", "settings"].entries()) {
			await phone.screen(index);
			await page.waitForTimeout(where === "map" ? 2_500 : 200);
			await phone.looked(where);
		}
		await phone.screen(1);
		await main.locator("button.main").click();
		await page.locator("[data-figure=fixes]").waitFor();
		await phone.walk(3);
		await phone.looked("under way");
		await page.reload();
		await main.locator("input[type=password]").waitFor();
		await phone.looked("unlock");
		await main.locator("button.plain").first().click();
		await phone.looked("forgotten");
		assert.deepEqual([phone.faults, phone.foreign], [[], []]);
	} finally {
		await phone.close();
	}
}
