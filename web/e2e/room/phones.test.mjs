// Phones from the officer's desk: which apps they are given, what they still owe, and what shuts a lost one out.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cut, open, overflow, staged, until, violations } from "../harness.mjs";

const place = staged();
const { as } = place;
const dialog = (page) => page.getByRole("dialog");

async function device(name) {
	return (await place.api("POST", "/api/v1/devices", { name, communes: [place.communes[0].code] })).id;
}
async function middleOf(code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}
/** Presses the button of a code's page, as the phone does. */
async function pressed(page) {
	const code = (await page.locator("[data-code]").textContent()).trim();
	const answer = await fetch(`${place.base}/enrol/${code}`, { method: "POST" });
	assert.equal(answer.status, 201);
	return answer.json();
}

describe("enrolment from the officer's side", () => {
	it("gives the apps that are ticked, names the address, and Enter matches the number", async () => {
		await device("Máy ghép 1");
		const { page, context, faults } = await as("can-bo-tinh", "#/devices");
		await page.getByRole("button", { name: "Mở ghép máy Máy ghép 1" }).click();
		for (const name of ["Ứng dụng hiện trường", "ODK Collect", "Ứng dụng ghi vết"])
			assert.ok(await dialog(page).getByRole("checkbox", { name }).isChecked(), name);
		assert.deepEqual(await violations(page), []);
		await dialog(page).getByRole("checkbox", { name: "ODK Collect" }).uncheck();
		await page.keyboard.press("Enter");
		await page.locator("[data-code]").waitFor();
		const words = await dialog(page).textContent();
		assert.ok(words.includes(`${new URL(place.base).host}/enrol`), words);
		assert.match(words, /Còn 15 phút/);
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.ok((await overflow(page)) <= 0);
		}
		const phone = await pressed(page);
		assert.deepEqual([!!phone.api_token, !!phone.odk_token, !!phone.tracker_token], [true, false, true]);
		await dialog(page).getByText("Điện thoại đã nhận cấu hình").waitFor();
		const field = page.getByLabel("Số hiện trên điện thoại");
		await field.fill("1");
		await page.keyboard.press("Enter");
		await dialog(page).getByText("Cần đúng hai chữ số").waitFor();
		await field.fill(String(phone.number));
		await page.keyboard.press("Enter");
		await page.getByRole("status").getByText("Đã khớp").waitFor();
		await page.getByRole("row", { name: /Máy ghép 1.*Đã ghép/ }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("opens nothing while no app is ticked, and a number that waits is matched later", async () => {
		await device("Máy ghép 2");
		const { page, context } = await as("can-bo-tinh", "#/devices");
		await page.getByRole("button", { name: "Mở ghép máy Máy ghép 2" }).click();
		for (const box of await dialog(page).getByRole("checkbox").all()) await box.uncheck();
		await dialog(page).getByRole("button", { name: "Mở mã 15 phút" }).click();
		await dialog(page).getByText("Chọn ít nhất một ứng dụng.").waitFor();
		await dialog(page).getByRole("checkbox", { name: "ODK Collect" }).check();
		await dialog(page).getByRole("button", { name: "Mở mã 15 phút" }).click();
		const phone = await pressed(page);
		assert.deepEqual([!!phone.api_token, !!phone.odk_token, !!phone.tracker_token], [false, true, false]);
		await page.keyboard.press("Escape");
		await page.getByRole("button", { name: "Khớp số Máy ghép 2" }).click();
		await page.getByLabel("Số hiện trên điện thoại").fill(String(phone.number));
		await page.keyboard.press("Enter");
		await page.getByRole("row", { name: /Máy ghép 2.*Đã ghép/ }).waitFor();
		await context.close();
	});
});

describe("a phone's page", () => {
	it("tells what it owes, rotates one app's secret and shuts a lost phone out", async () => {
		const { secret } = await place.handset("Máy mất", place.communes[0].code);
		const id = (await place.api("GET", "/api/v1/devices")).find((own) => own.name === "Máy mất").id;
		const photo = "01900000-0000-7000-8000-00000000d001";
		const told = await fetch(`${place.base}/api/v1/photos/${photo}`, {
			method: "PUT",
			headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
			body: JSON.stringify({
				sha256: "ab".repeat(32),
				bytes: 300_000,
				taken_at: new Date().toISOString(),
				phase: "overview",
			}),
		});
		assert.equal(told.status, 201, await told.text());
		const { page, context, faults } = await as("can-bo-tinh", "#/devices");
		await page.getByRole("link", { name: "Máy mất" }).click();
		await page.getByRole("heading", { level: 1, name: "Máy mất" }).waitFor();
		await page.getByText("Máy chưa báo khoá ký nào").waitFor();
		await page.getByRole("row", { name: /00D001.*300 kB.*chưa về/ }).waitFor();
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.ok((await overflow(page)) <= 0);
		}
		await page.getByRole("button", { name: "Đổi bí mật Ứng dụng hiện trường" }).click();
		assert.equal(await dialog(page).getByRole("checkbox", { checked: true }).count(), 1);
		await page.keyboard.press("Escape");
		await page.getByRole("button", { name: "Mở mã cho người giữ máy" }).click();
		await page.locator("[data-held]").waitFor();
		await page.getByRole("button", { name: "Báo mất máy" }).click();
		await dialog(page).getByLabel("Ngày cuối máy còn trong tay tổ").fill("01/01/2026");
		await dialog(page).getByLabel("Giờ").fill("06:00");
		await dialog(page).getByRole("button", { name: "Báo mất máy" }).click();
		await dialog(page).getByText("Máy gửi từ 01/01/2026 06:00").first().waitFor();
		await dialog(page).getByRole("row", { name: /Ảnh/ }).first().waitFor();
		assert.deepEqual(await violations(page), []);
		await page.keyboard.press("Escape");
		await page.getByText("Đã thu hồi").first().waitFor();
		const asked = await fetch(`${place.base}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
		assert.equal(asked.status, 401);
		assert.equal((await place.api("GET", `/api/v1/devices/${id}`)).revoked, true);
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("an account's id for the field app", () => {
	it("is shown with a code in the editor and to its own holder", async () => {
		const own = (await place.api("GET", "/api/v1/accounts")).find((one) => one.login === "can-bo-xa");
		const { page, context, faults } = await as("can-bo-tinh", "#/accounts");
		await page.getByRole("button", { name: "Sửa can-bo-xa" }).click();
		await dialog(page).getByText("Mã cho máy hiện trường").click();
		assert.equal(await page.locator("[data-account-id]").inputValue(), own.id);
		await dialog(page).getByRole("img", { name: "Mã QR của mã tài khoản can-bo-xa" }).waitFor();
		assert.deepEqual(await violations(page), []);
		const holder = await as("can-bo-xa", "#/plots");
		await holder.page.getByRole("button", { name: "can-bo-xa" }).click();
		await holder.page.locator("[data-account-id]").waitFor();
		assert.equal(await holder.page.locator("[data-account-id]").inputValue(), own.id);
		assert.deepEqual(await violations(holder.page), []);
		assert.deepEqual([...faults, ...holder.faults], []);
		await holder.context.close();
		await context.close();
	});
});

describe("the access log", () => {
	it("begins with the newest, says who and why, and is sifted by both", async () => {
		const { features } = await place.api("GET", "/api/v1/photos?limit=100");
		// The story before this one left a photo whose original is owed.
		const photo = features.find(({ properties }) => properties.state === "stored").id;
		await place
			.api("GET", `/api/v1/photos/${photo}/original?reason=${encodeURIComponent("Đối chiếu hồ sơ")}`)
			.catch(() => {});
		const { page, context, faults } = await as("kiem-toan", "#/log");
		const row = page.getByRole("row", { name: /Đối chiếu hồ sơ/ });
		// It stands in the log once it has its number.
		const isThere = async () => {
			await page.reload();
			await page.locator("tbody tr").first().waitFor();
			return (await row.count()) > 0;
		};
		await until(isThere, "the entry of the photo that was read");
		const seqs = async () =>
			(await page.locator("tbody tr td:nth-child(6)").allTextContents()).map((own) =>
				Number(own.replace(/\D/g, "")),
			);
		const shown = await seqs();
		assert.ok(shown.length > 1 && shown.every((own, at) => at === 0 || own < shown[at - 1]));
		await page.getByLabel("Việc", { exact: true }).selectOption("view");
		await page.waitForFunction(() => document.querySelectorAll("tbody tr").length < 50);
		assert.match(await row.textContent(), /Ảnh gốc/);
		await page.getByLabel("Tên đăng nhập hoặc tên máy").fill("khong-co-ai");
		await page.keyboard.press("Enter");
		await page.getByText("không có tài khoản hay máy nào tên này").waitFor();
		await page.getByRole("button", { name: "Bỏ lọc" }).click();
		await row.waitFor();
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.deepEqual(await cut(page), []);
			assert.ok((await overflow(page)) <= 0);
		}
		assert.deepEqual(
			faults.filter((own) => !own.includes("400")),
			[],
		);
		await context.close();
	});
});

describe("an incident's page", () => {
	it("tells sums apart, what happened, and leads to its plots", async () => {
		const { code } = place.communes[1];
		const send = await place.phone("Máy của vụ", code);
		const middle = await middleOf(code);
		const now = Date.now();
		const id = (n) => `01900000-0000-7000-8000-${(now + n).toString(16).padStart(12, "0")}`;
		const at = (hours) => new Date(now - hours * 3_600_000).toISOString();
		await send("PUT", `/api/v1/incidents/${id(0)}`, { title: "Vụ hai điểm", occurred_at: at(5) });
		for (const [n, hours, east] of [
			[1, 3, 0],
			[2, 4, 0.003],
		])
			await send("PUT", `/api/v1/plots/${id(n)}`, {
				type: "Feature",
				geometry: { type: "Point", coordinates: [middle[0] + east, middle[1]] },
				properties: {
					crop: "opium_poppy",
					detected_at: at(hours),
					detected_by: "patrol",
					plants: 300,
					plants_method: "counted",
					hacc_m: 5,
					position_method: "gnss_single",
					incident: id(0),
				},
			});
		const { page, context, faults } = await as("can-bo-tinh");
		await open(page, place.base, `#/incidents/${id(0)}`);
		const sums = page.getByRole("region", { name: "Tổng của vụ" }).last();
		for (const name of [/Khai báo\s+2\s.*600/, /Đã xác minh\s+0/, /Đã duyệt\s+0/])
			await sums.getByRole("row", { name }).waitFor();
		await page.getByText("từ 500 cây").first().waitFor();
		await page.locator(".timeline li").first().waitFor();
		const times = await page
			.locator(".timeline time")
			.evaluateAll((all) => all.map((own) => Date.parse(own.dateTime)));
		assert.deepEqual(times.slice(0, 2), [Date.parse(at(4)), Date.parse(at(3))]);
		assert.deepEqual(
			times,
			times.toSorted((one, other) => one - other),
		);
		for (const width of [320, 1440]) {
			await page.setViewportSize({ width, height: 900 });
			assert.deepEqual(await violations(page), []);
			assert.ok((await overflow(page)) <= 0);
		}
		await page.locator(".timeline a").first().click();
		await page.waitForURL(/#\/plots\//);
		assert.deepEqual(faults, []);
		await context.close();
	});
});

describe("the menu", () => {
	it("keeps the way out in sight on a laptop, and readers are not told that nothing waits", async () => {
		for (const height of [900, 768, 600]) {
			const { page, context } = await as("can-bo-tinh", "#/", { height });
			const box = await page.getByRole("button", { name: "Đăng xuất" }).boundingBox();
			assert.ok(box && box.y + box.height <= height, `${height}: ${JSON.stringify(box)}`);
			await context.close();
		}
		const { page, context } = await as("nguoi-xem");
		await open(page, place.base, "#/");
		await page.getByText("Vai trò này không xem được hàng đợi").waitFor();
		assert.equal(await page.getByText("Không có việc quá hạn").count(), 0);
		await context.close();
	});
});
