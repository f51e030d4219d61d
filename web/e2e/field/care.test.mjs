/** What must not go wrong in silence: counts as they are typed, the stop rule, half-filled forms, stale positions, pauses. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { until } from "../harness.mjs";
import { PIN } from "./phone.mjs";
import { told } from "./story.mjs";

const story = told();

/** A receiver whose readings may be made older than they are. */
const AGING = () => {
	const real = navigator.geolocation.watchPosition.bind(navigator.geolocation);
	navigator.geolocation.watchPosition = (take, ...rest) =>
		real(
			({ coords, timestamp }) => take({ coords, timestamp: timestamp - (globalThis.olderMs ?? 0) }),
			...rest,
		);
};

const plants = (phone) => phone.page.getByLabel("Số cây", { exact: true });
const pressed = (phone) =>
	phone.page.locator("[data-name=phase] [aria-pressed=true]").getAttribute("aria-label");

async function beginMark(phone) {
	await phone.tab("Điểm trồng");
	await phone.button("Đánh dấu điểm trồng").click();
	await phone.button("Tại đây").click();
}

async function lookAtCamera(phone, phase) {
	await phone.button("Chụp ảnh").click();
	await phone.page.getByRole("heading", { name: "Ảnh chứng cứ" }).waitFor();
	assert.equal(await pressed(phone), phase);
	await phone.button("‹ Quay lại").click();
	await phone.button("Phá nhổ").waitFor();
}

/** The server's newest plot of a device with so many plants. */
async function newest(province, device, count) {
	const { features } = (await province.get("/api/v1/plots?limit=500", device.token)).value;
	const [own] = features
		.filter(({ properties }) => properties.plants === count)
		.sort((a, b) => b.properties.detected_at.localeCompare(a.properties.detected_at));
	return own;
}

story(
	"a count typed with a point between thousands is that count, and what is none is not saved",
	async (phone, device, province) => {
		await phone.enrol();
		await beginMark(phone);
		await plants(phone).pressSequentially("1.200", { delay: 20 });
		assert.equal(await plants(phone).inputValue(), "1.200", "nothing rewrites what is typed");
		await plants(phone).fill("1 200");
		await phone.says("= 1.200");
		await plants(phone).fill("1.200");
		assert.equal(await phone.page.getByText("= 1.200").count(), 0, "what stands there needs no echo");
		await phone.page.getByText("Dừng lại: từ 450 cây").waitFor();
		for (const text of ["abc", "1,5", "12.34"]) {
			await plants(phone).fill(text);
			await plants(phone).blur();
			await phone.page.getByText(/^Chỉ (gõ số|nhận số nguyên)/).waitFor();
			await phone.button("Lưu").click();
			assert.equal(await phone.page.getByText(/^Đã ghi điểm trồng/).count(), 0, text);
		}
		await phone.button("Thước dây").click();
		await phone.page.getByLabel("Dài").fill("1.200");
		await phone.page.getByLabel("Dài").blur();
		await phone.says(/^Hiểu được hai cách. Gõ 1200 nếu là nghìn, 1,200/);
		await phone.page.getByLabel("Rộng").fill("0,5");
		assert.ok(await phone.button("Lưu").isDisabled());
		await phone.says(/^Cạnh phải lớn hơn 0/);
		await phone.page.getByLabel("Dài").fill("12,5");
		await plants(phone).fill("1 200");
		await phone.looked("the form of a plot");
		await phone.button("Lưu").click();
		await phone.says(/^Đã ghi điểm trồng/);
		await phone.sendNow();
		await phone.allSent();
		const plot = await newest(province, device, 1200);
		assert.equal(plot.properties.area_m2, 6.25);
	},
);

story(
	"the stop rule goes by the most that was counted, not by what is written down as destroyed",
	async (phone) => {
		await phone.enrol();
		await phone.mark(600, 20, 10);
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.page.getByLabel("Số cây đã phá").fill("449");
		assert.ok(await phone.button("Hoàn tất").isDisabled());
		await phone.page.getByRole("region", { name: "Mẫu và niêm phong" }).waitFor();
		await phone.button("‹ Quay lại").click();
		await phone.page.getByText("Dừng lại: từ 450 cây").waitFor();
		await phone.button("‹ Quay lại").click();
		await phone.mark(300, 10, 10);
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.button("Còn lại").click();
		await phone.page.getByLabel("Số cây còn lại").fill("150");
		assert.ok(await phone.button("Hoàn tất").isDisabled(), "300 destroyed and 150 left are 450");
	},
);

story(
	"cannabis says what comes first, and a plot that was taken back offers nothing to do",
	async (phone) => {
		await phone.enrol();
		await beginMark(phone);
		await phone.button("Cây cần sa").click();
		await phone.says(/^Cây cần sa: chưa phá nhổ và chưa được tính/);
		await plants(phone).fill("40");
		await phone.button("Lưu").click();
		await phone.says(/^Cây cần sa: chưa phá nhổ/);
		await phone.button("Phá nhổ").click();
		await phone.says(/^Cây cần sa: chưa phá nhổ/);
		await phone.looked("before cannabis is destroyed");
		await phone.button("‹ Quay lại").click();
		await phone.button("Ghi nhầm – thu hồi").click();
		await phone.page.getByLabel("Lý do thu hồi").fill("ghi thử");
		await phone.page.locator("form").getByRole("button", { name: "Ghi nhầm – thu hồi" }).click();
		await phone.says("Đã thu hồi");
		for (const name of ["Chụp ảnh", "Phá nhổ", "Kiểm tra lại"]) {
			assert.equal(await phone.button(name).count(), 0, name);
		}
	},
);

story(
	"what was walked during a pause is walked by nobody, on the phone and on the server",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.startPatrol();
		// As fast as the server believes of people on foot: else it would draw no line whatever the phone says.
		// What is recorded is waited for until the page was told of it: readings that come late run into one another.
		const walk = async (steps, how = "stand") => {
			for (let step = 0; step < steps; step += 1) {
				await phone[how](phone.place[0] + 0.0001, phone.place[1]);
				await phone.page.waitForTimeout(1_700);
			}
		};
		await walk(4);
		await phone.button("Tạm dừng").click();
		await walk(6, "moveTo");
		await phone.button("Ghi tiếp").click();
		// The first reading afterwards is a rough one, as after a sleep.
		await phone.stand(phone.place[0] + 0.00002, phone.place[1], 150);
		await phone.page.waitForTimeout(1_700);
		await walk(4);
		const km = await phone.figure("km");
		assert.ok(km >= 0.05 && km < 0.09, `${km} km of some 30 and 40 m`);
		await phone.endPatrol();
		await phone.sendNow();
		await phone.allSent();
		const { features } = (await province.get("/api/v1/patrols?limit=500", device.token)).value;
		const { id } = features.find((own) => own.properties.started_at >= device.since);
		const differs = ({ length_m }) => Math.abs(length_m / 1_000 - km) >= 0.02;
		let properties;
		// Of fixes that came in several parts the server tells the first for a moment.
		const isWhole = async () => {
			({ properties } = (await province.get(`/api/v1/patrols/${id}`, device.token)).value);
			return properties.gaps?.length === 1 && !differs(properties);
		};
		await until(isWhole, "the patrol's line").catch(() => undefined);
		assert.equal(properties.gaps.length, 1);
		assert.ok(!differs(properties), `${properties.length_m} m and ${km} km`);
	},
);

story("after sending, the card shows the server's state and what is missing", async (phone) => {
	await phone.enrol();
	await phone.mark(37, 3, 2);
	await phone.button("Phá nhổ").click();
	await phone.button("Bắt đầu phá nhổ").click();
	await phone.button("Hoàn tất").click();
	await phone.says("Đã ghi phá nhổ.");
	const isTold = async () => {
		await phone.sendNow();
		await phone.allSent();
		await phone.tab("Điểm trồng");
		await phone.page.getByRole("region", { name: "Tổ đã ghi" }).locator("li button").first().click();
		await phone.page.waitForTimeout(300);
		return (await phone.page.getByRole("region", { name: "Máy chủ còn thiếu" }).count()) > 0;
	};
	await until(isTold, "what the server misses");
	const missing = await phone.page.getByRole("region", { name: "Máy chủ còn thiếu" }).textContent();
	for (const words of ["Ảnh trước khi nhổ", "Ảnh cận cảnh", "Ảnh sau khi nhổ"]) {
		assert.ok(missing.includes(words), missing);
	}
	await phone.says(/Đã báo phá nhổ – chờ xác nhận/);
	await phone.looked("a plot whose eradication misses photos");
});

story(
	"a position older than a minute is none: no mark, no confirmation, no good word",
	async (phone) => {
		await phone.enrol();
		const quality = phone.page.getByRole("banner").getByText(/^Tốt/);
		await quality.waitFor();
		await phone.page.evaluate(() => {
			globalThis.olderMs = 66_000;
		});
		await phone.moveTo(phone.place[0] + 0.0001, phone.place[1]);
		await phone.page.getByRole("banner").getByText("Chưa định vị").waitFor();
		await phone.tab("Điểm trồng");
		await phone.button("Đánh dấu điểm trồng").click();
		await phone.says(/^Định vị cuối đã 0:01:\d\d: quá cũ/);
		assert.ok(await phone.button("Tại đây").isDisabled());
		await phone.tab("Tuần tra");
		await phone.page
			.locator("summary")
			.getByText(/mục cần xem/)
			.waitFor();
		await phone.page.evaluate(() => {
			globalThis.olderMs = 0;
		});
		await phone.moveTo(phone.place[0] + 0.0001, phone.place[1]);
		await quality.waitFor();
		await phone.tab("Điểm trồng");
		await phone.page.getByText(/^± 6 m · \d+ giây trước/).waitFor();
		assert.ok(await phone.button("Tại đây").isEnabled());
	},
	{ prepare: (context) => context.addInitScript(AGING) },
);

story(
	"a half-filled form outlives other screens, the lock and the page, until it is thrown away",
	async (phone) => {
		await phone.enrol();
		await beginMark(phone);
		await plants(phone).fill("1.234");
		await phone.button("Thước dây").click();
		await phone.page.getByLabel("Dài").fill("7,5");
		await phone.page.getByLabel("Ghi chú (không ghi tên người)").fill("bên suối");
		const isWhole = async (where) => {
			await phone.says(/^Đã mở lại bản nháp lúc \d\d:\d\d/);
			assert.equal(await plants(phone).inputValue(), "1234", where);
			assert.equal(await phone.page.getByLabel("Dài").inputValue(), "7,5", where);
			assert.equal(
				await phone.page.getByLabel("Ghi chú (không ghi tên người)").inputValue(),
				"bên suối",
				where,
			);
		};
		await phone.tab("Hàng đợi");
		await phone.tab("Điểm trồng");
		await isWhole("another tab");
		await phone.button("‹ Quay lại").click();
		await phone.says(/^Có một điểm trồng đang ghi dở/);
		await phone.tab("Cài đặt");
		await phone.button("Khóa lại").click();
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await phone.page.getByRole("navigation").waitFor();
		await phone.page.reload();
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await phone.tab("Điểm trồng");
		await phone.button("Đánh dấu điểm trồng").click();
		await isWhole("a page loaded anew");
		await phone.button("Bỏ bản nháp").click();
		await phone.button("Bỏ hẳn").click();
		await phone.button("Đánh dấu điểm trồng").click();
		await plants(phone).waitFor();
		assert.equal(await plants(phone).inputValue(), "");
		assert.equal(await phone.page.getByText(/^Có một điểm trồng đang ghi dở/).count(), 0);
	},
);

story(
	"the eradication's form is there again after a photo of the work, and may be called off",
	async (phone) => {
		await phone.enrol();
		await phone.mark(600, 20, 10);
		await lookAtCamera(phone, "Trước khi nhổ");
		await phone.photograph("Trước khi nhổ");
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.page.getByLabel("Số cây đã phá").fill("580");
		await phone.page.getByLabel("Số người chứng kiến").fill("2");
		await phone.page.getByLabel("Ghi chú (không ghi tên người)").fill("đất dốc");
		await phone.button("Thêm mẫu").click();
		await phone.page.getByLabel("Ký hiệu mẫu").fill("M01");
		await phone.button("Chụp ảnh lúc đang nhổ").click();
		await phone.page.getByRole("heading", { name: "Ảnh chứng cứ" }).waitFor();
		assert.equal(await pressed(phone), "Đang nhổ");
		await phone.page.goBack();
		const value = (label) => phone.page.getByLabel(label).inputValue();
		await phone.page.getByLabel("Ký hiệu mẫu").waitFor();
		assert.deepEqual(
			[
				await value("Số cây đã phá"),
				await value("Số người chứng kiến"),
				await value("Ghi chú (không ghi tên người)"),
				await value("Ký hiệu mẫu"),
			],
			["580", "2", "đất dốc", "M01"],
		);
		await phone.looked("an eradication under way");
		await phone.button("Hủy lần phá nhổ này").click();
		await phone.button("Bỏ hẳn").click();
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		assert.equal(await value("Số người chứng kiến"), "");
	},
);

story("Back leads to the screen before, and out of a patrol only when asked", async (phone) => {
	await phone.enrol();
	await phone.mark(21, 2, 2);
	await phone.startPatrol();
	await phone.tab("Hàng đợi");
	await phone.page.goBack();
	await phone.page.locator("[data-figure=fixes]").waitFor();
	for (let steps = 0; steps < 8 && (await phone.page.getByRole("alertdialog").count()) === 0; steps += 1) {
		await phone.page.evaluate(() => history.back());
		const asked = phone.page.getByRole("alertdialog").waitFor({ timeout: 3_000 });
		await asked.catch(() => undefined);
	}
	await phone.page.getByRole("alertdialog", { name: /^Đang ghi tuyến/ }).waitFor();
	await phone.looked("leaving while a patrol is recorded");
	await phone.page.getByRole("button", { name: "Ở lại" }).click();
	await phone.tab("Tuần tra");
	assert.ok((await phone.figure("fixes")) >= 0);
	await phone.endPatrol();
});

story(
	"regrowth that is found without a network has a work and pictures of its own",
	async (phone, device, province) => {
		await phone.enrol();
		await phone.context.setOffline(true);
		await phone.mark(31, 3, 2);
		await phone.photograph("Trước khi nhổ");
		await phone.button("Phá nhổ").click();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		await phone.photograph("Sau khi nhổ");
		await phone.button("Kiểm tra lại").click();
		await phone.button("Mọc lại").click();
		await plants(phone).fill("25");
		await phone.button("Lưu").click();
		await phone.says("Đã ghi kiểm tra lại.");
		await phone.says(/^Mọc lại/);
		await lookAtCamera(phone, "Trước khi nhổ");
		await phone.photograph("Trước khi nhổ");
		await phone.context.setOffline(false);
		await phone.sendNow();
		await phone.allSent();
		const photos = await province.photosOf(device);
		const works = photos.map(({ properties }) => properties.eradication ?? null);
		assert.equal(works.length, 3);
		assert.equal(new Set(works).size, 2, JSON.stringify(works));
	},
);

story(
	"what was prepared is told of each user apart, and again after a start without a network",
	async (phone, _, province) => {
		await phone.enrol("Tổ A");
		await phone.prepare();
		const region = phone.page.getByRole("region", { name: "Chuẩn bị ngoại tuyến" });
		const ticked = region.locator("li").filter({ hasText: "✓" });
		const ticks = async () => {
			await phone.tab("Cài đặt");
			await region.waitFor();
			return ticked.count();
		};
		const done = await ticks();
		assert.ok(done >= 5, `${done} ticks`);
		/** They come from what is kept, a moment after the screen. */
		const areThere = async () => {
			await phone.tab("Cài đặt");
			await ticked.nth(done - 1).waitFor();
			assert.equal(await ticked.count(), done);
		};
		const first = phone.device;
		phone.device = await province.device("máy của người chưa chuẩn bị");
		await phone.page.goto("about:blank");
		await phone.enrol("Tổ B", "771203");
		assert.equal(await ticks(), 0);
		phone.device = first;
		await phone.button("Khóa lại").click();
		await phone.button("Tổ A").click();
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await areThere();
		await phone.context.setOffline(true);
		await phone.page.reload();
		await phone.button("Tổ A").click();
		await phone.page.getByLabel("Mã PIN", { exact: true }).fill(PIN);
		await phone.button("Mở khóa").click();
		await areThere();
		await phone.says("Cần có mạng để chuẩn bị.");
	},
);

story(
	"papers tell when the work was and what was destroyed, in the language that is chosen",
	async (phone) => {
		await phone.enrol();
		await phone.allSent();
		await phone.mark(60, 4, 3);
		await phone.button("Phá nhổ").click();
		const from = Date.now();
		await phone.button("Bắt đầu phá nhổ").click();
		await phone.page.getByLabel("Số cây đã phá").fill("55");
		await phone.button("Hoàn tất").click();
		await phone.says("Đã ghi phá nhổ.");
		const to = Date.now();
		// Hours later the papers still tell the time of the work.
		await phone.page.evaluate(() => {
			const real = Date.now;
			Date.now = () => real() + 3 * 3_600_000;
		});
		const [paper] = await Promise.all([
			phone.page.waitForEvent("download"),
			phone.button("Biên bản nháp").click(),
		]);
		const clock = new Intl.DateTimeFormat("en-GB", {
			timeZone: "Asia/Ho_Chi_Minh",
			hour: "2-digit",
			minute: "2-digit",
		});
		const html = readFileSync(await paper.path(), "utf8");
		// The unit whose phone it is; who holds the phone stands nowhere.
		assert.match(html, /Đơn vị chủ trì<\/th><td>Đơn vị dự bị</);
		assert.ok(!html.includes("Tổ 01"));
		const told = /Thời gian<\/th><td>([^<]*)/.exec(html)[1];
		const minutes = Math.ceil((to - from) / 60_000) + 1;
		const near = Array.from({ length: minutes }, (_, at) => clock.format(from + at * 60_000));
		assert.ok(
			near.some((at) => told.startsWith(at)),
			`${told} is none of ${near}`,
		);
		await phone.page.evaluate(() => {
			Object.defineProperty(navigator, "share", { value: undefined, configurable: true });
		});
		await phone.button("Báo cáo nhanh").click();
		await phone.says("Đã chép. Dán vào tin nhắn cho chỉ huy.");
		const copied = () => phone.page.evaluate(() => navigator.clipboard.readText());
		const vietnamese = await copied();
		assert.match(vietnamese, /^BÁO CÁO NHANH[\s\S]*Đã báo phá nhổ – chờ xác nhận: 55 cây, 12 m²/);
		assert.match(vietnamese, /; tổ: Tổ dự bị\n/);
		assert.ok(!vietnamese.includes("Tổ 01"));
		await phone.tab("Cài đặt");
		await phone.page.getByLabel("Ngôn ngữ").selectOption("en");
		await phone.screen(2);
		await phone.page
			.getByRole("region", { name: "Recorded by the team" })
			.locator("li button")
			.first()
			.click();
		await phone.button("Quick report").click();
		await phone.says("Copied. Paste it into a message to the commander.");
		const english = await copied();
		assert.match(
			english,
			/^QUICK REPORT[\s\S]*Reported as eradicated, awaiting confirmation: 55 plants, 12 m²/,
		);
		assert.doesNotMatch(english, /cây|Địa bàn|Loại|Lúc|tổ:/);
	},
);

story("a pair of metres offers the zone first in which the phone works", async (phone) => {
	await phone.enrol();
	await phone.prepare();
	await phone.tab("Điểm trồng");
	await phone.button("Đánh dấu điểm trồng").click();
	await phone.button("Gõ tọa độ (Garmin, VN-2000)").click();
	const field = phone.page.getByLabel("Gõ đúng như trên máy Garmin hoặc trên giấy");
	const offered = phone.page.locator("main button").filter({ hasText: /^VN-2000/ });
	await field.fill("2.489.123 498.765");
	await offered.first().waitFor();
	const far = await offered.evaluateAll((all) =>
		all.map((one) => Number(/cách đây ([\d.]+),\d km/.exec(one.textContent)[1].replaceAll(".", ""))),
	);
	assert.ok(far.length > 3, `${far.length} zones`);
	assert.deepEqual(
		far,
		far.toSorted((a, b) => a - b),
	);
	await field.fill("KTT 104°45' 2489123 498765");
	await offered.nth(1).waitFor({ state: "detached" });
	assert.equal(await offered.count(), 1);
	await offered.first().click();
	await phone.says("22,500881; 104,739901");
});
