// Minutes on paper, typed in beside their scan in the map room.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cut, open, overflow, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;

/** A page as a scanner makes it: a JPEG. */
const pageOf = async (page) =>
	Buffer.from(
		await page.evaluate(async () => {
			const sheet = new OffscreenCanvas(420, 594);
			const pen = sheet.getContext("2d");
			pen.fillStyle = "#fffdf5";
			pen.fillRect(0, 0, 420, 594);
			pen.fillStyle = "#222";
			for (let line = 0; line < 18; line++) pen.fillRect(40, 60 + line * 26, 340 - (line % 4) * 40, 5);
			const blob = await sheet.convertToBlob({ type: "image/jpeg" });
			return [...new Uint8Array(await blob.arrayBuffer())];
		}),
	);
/** That page in a PDF. */
const pdfOf = (jpeg) =>
	Buffer.concat([
		Buffer.from(
			`%PDF-1.4\n1 0 obj <</Type/XObject/Subtype/Image/Filter/DCTDecode/Length ${jpeg.length}>>\nstream\n`,
		),
		jpeg,
		Buffer.from("\nendstream endobj\n%%EOF\n"),
	]);
const scanned = (jpeg) => ({ name: "bien-ban.pdf", mimeType: "application/pdf", buffer: pdfOf(jpeg) });

async function middleOf(code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}

/** A paper with its scan, made by the form. */
async function begin(page, number) {
	await open(page, place.base, "#/papers/new");
	await page.getByLabel("Số biên bản").fill(number);
	await page.getByLabel("Ngày trên biên bản").fill("2026-02-26");
	await page.getByLabel("Xã, phường").selectOption(place.communes[0].code);
	await page.getByLabel("Cơ quan lập").fill("Công an xã");
	await page.getByLabel("Số người ký").fill("3");
	await page.getByLabel("Tệp bản quét").setInputFiles(scanned(await pageOf(page)));
	await page.getByRole("img", { name: "Trang 1 của bản quét" }).waitFor();
	await page.getByRole("button", { name: "Gửi biên bản và bản quét" }).click();
	await page.getByRole("heading", { level: 1, name: `Biên bản ${number}` }).waitFor();
	await page.getByText("Đang nhập", { exact: true }).waitFor();
}

describe("minutes on paper", () => {
	it("are typed in beside their scan; the lower grade is said before, and stands in the plot afterwards", async () => {
		const { page, context, faults } = await as("can-bo-xa", "#/papers");
		await page.getByRole("link", { name: "Nhập biên bản mới" }).click();
		await page.getByText("mức chứng cứ không cao hơn C").waitFor();
		await begin(page, "12/BB-CAX");
		const shown = page.locator("[data-scan] img");
		await shown.waitFor();
		assert.ok((await shown.evaluate((own) => own.naturalWidth)) === 420, "the page of the PDF is drawn");
		await page.getByText("mức chứng cứ không cao hơn C").first().waitFor();

		const [lon, lat] = await middleOf(place.communes[0].code);
		await page.getByRole("button", { name: "Điểm trồng", exact: true }).click();
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.getByText("Cần điền").first().waitFor();
		await page.getByLabel("Lúc", { exact: true }).fill("08:40");
		await page.getByLabel("Toạ độ trên giấy").fill(`${lat.toFixed(5)}, ${lon.toFixed(5)}`);
		await page.getByLabel("Số cây", { exact: true }).fill("320");
		await page.getByLabel("Diện tích (m²)").fill("64,5");
		await page.getByLabel("Đo bằng").selectOption("tape");
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.getByRole("button", { name: "Phá nhổ", exact: true }).click();
		await page.getByLabel("Từ giờ").fill("09:00");

		// A reload loses nothing that was typed: neither the list nor the form that is open.
		await page.reload();
		await page.getByText("Chờ gửi (1)").waitFor();
		assert.equal(await page.getByLabel("Từ giờ").inputValue(), "09:00");
		await page.getByLabel("Đến giờ").fill("10:30");
		await page.getByLabel("Nhổ", { exact: true }).check();
		await page.getByLabel("Đốt", { exact: true }).check();
		await page.getByLabel("Số cây đã phá").fill("320");
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.getByRole("button", { name: "Ghi 2 nội dung" }).click();
		await page.getByRole("status").getByText("Đã ghi 2 nội dung").waitFor();
		const link = page.getByRole("region", { name: "Đã ghi từ biên bản này" }).getByRole("link").first();
		const id = (await link.getAttribute("href")).split("/").pop();
		const plot = (await place.api("GET", `/api/v1/plots/${id}`)).properties;
		assert.equal(plot.source, "paper");
		assert.deepEqual([plot.plants, plot.area_m2, plot.area_method], [320, 64.5, "tape"]);
		assert.deepEqual(Object.values(plot.evidence_grades), ["D"]);
		const fact = plot.timeline.find((own) => own.kind === "eradication");
		assert.equal(fact.said.minutes.number, "12/BB-CAX");

		// The scan is gone from the page after the reload: it is read again for a reason, which is an entry.
		await page.getByRole("button", { name: "Mở bản quét" }).click();
		assert.equal(
			await page.getByLabel("Lý do xem bản quét").inputValue(),
			"Đối chiếu khi nhập biên bản 12/BB-CAX",
		);
		await page.getByRole("dialog").getByRole("button", { name: "Mở bản quét" }).click();
		await page.getByRole("img", { name: "Trang 1 của bản quét" }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("take a re-inspection of a plot that stands already, and the plot says that it was on paper", async () => {
		const id = "01900000-0000-7000-8000-0000000a17b3";
		const plot = await place.api("PUT", `/api/v1/plots/${id}`, {
			type: "Feature",
			geometry: { type: "Point", coordinates: await middleOf(place.communes[0].code) },
			properties: {
				crop: "opium_poppy",
				detected_at: "2026-02-20T08:00:00+07:00",
				detected_by: "tip",
				plants: 40,
				plants_method: "counted",
			},
		});
		const code = plot.id.replaceAll("-", "").slice(-6).toUpperCase();
		const { page, context, faults } = await as("can-bo-xa", "#/papers");
		await begin(page, "17/BB-CAX");
		await page.getByRole("button", { name: "Kiểm tra lại", exact: true }).click();
		await page.getByRole("textbox", { name: "Mã điểm trồng" }).fill(code);
		await page.getByLabel("Lúc", { exact: true }).fill("08:00");
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.getByText("Cần điền").first().waitFor();
		assert.equal(await page.getByLabel("Số cây đang mọc").count(), 0);
		await page.getByLabel("Kết quả kiểm tra lại").selectOption("resprout");
		await page.getByLabel("Số cây đang mọc").fill("12");
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.locator("[data-fact=reinspection]").getByText("Mọc lại").waitFor();
		await page.getByRole("button", { name: "Ghi 1 nội dung" }).click();
		await page.getByRole("status").getByText("Đã ghi 1 nội dung").waitFor();
		const told = (await place.api("GET", `/api/v1/plots/${plot.id}`)).properties;
		const step = told.timeline.findLast((own) => own.kind === "reinspection" && own.source === "paper");
		assert.deepEqual([step.said.result, step.said.amount.plants], ["resprout", 12]);
		assert.ok(told.flags.includes("inspected_from_paper"), told.flags.join());
		await open(page, place.base, `#/plots/${plot.id}`);
		await page.getByText("Kiểm tra lại theo biên bản giấy").first().waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("keep a fact that is refused with its reason on its line, and take it once it is corrected", async () => {
		const { page, context } = await as("can-bo-xa", "#/papers");
		await begin(page, "13/BB-CAX");
		await page.getByRole("button", { name: "Tuyến tuần tra", exact: true }).click();
		await page.getByLabel("Tổ", { exact: true }).selectOption({ index: 1 });
		await page.getByLabel("Ngày", { exact: true }).fill("1999-02-26");
		// Times are those of 24 hours, written as on the paper.
		await page.getByLabel("Từ giờ").fill("7:60");
		await page.getByLabel("Đến giờ").focus();
		await page.getByText("Viết giờ:phút, từ 00:00 đến 23:59").waitFor();
		assert.equal(await page.getByLabel("Từ giờ").getAttribute("aria-invalid"), "true");
		await page.getByLabel("Từ giờ").fill("7h");
		await page.getByLabel("Đến giờ").focus();
		assert.equal(await page.getByLabel("Từ giờ").inputValue(), "07:00");
		await page.getByLabel("Đến giờ").fill("11:30");
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.getByRole("button", { name: "Ghi 1 nội dung" }).click();
		await page.getByText("1 nội dung chưa được nhận").waitFor();
		const line = page.locator("[data-fact=patrol]");
		await line.getByText("/started_at").first().waitFor();
		await line.getByText("trước năm 2000: đồng hồ của máy chưa được đặt").waitFor();
		await line.getByRole("button", { name: /^Sửa/ }).click();
		await page.getByLabel("Ngày", { exact: true }).fill("2026-02-26");
		await page.getByRole("button", { name: "Đưa vào danh sách" }).click();
		await page.getByRole("button", { name: "Ghi 1 nội dung" }).click();
		await page.getByRole("status").getByText("Đã ghi 1 nội dung").waitFor();
		assert.equal(await page.locator("[data-fact]").count(), 0);
		const link = page.getByRole("region", { name: "Đã ghi từ biên bản này" }).getByRole("link").first();
		await link.click();
		await page.waitForURL(/#\/patrols\//);
		await context.close();
	});

	it("are retracted with a reason and then take nothing more; what others typed in can be read, not added to", async () => {
		const { page, context, faults } = await as("can-bo-xa", "#/papers");
		await begin(page, "14/BB-CAX");
		const address = page.url();
		const officer = await as("can-bo-tinh", "#/papers");
		await officer.page.goto(address);
		await officer.page.getByText("Chỉ người đã nhập biên bản này").waitFor();
		assert.equal(await officer.page.getByRole("button", { name: "Phá nhổ", exact: true }).count(), 0);
		await officer.context.close();
		await page.getByRole("button", { name: "Thu hồi biên bản" }).click();
		await page.getByLabel("Lý do thu hồi").fill("Nhập nhầm biên bản");
		await page.getByRole("dialog").getByRole("button", { name: "Thu hồi biên bản" }).click();
		await page.getByText("Biên bản này đã thu hồi").waitFor();
		assert.equal(await page.getByRole("button", { name: "Phá nhổ", exact: true }).count(), 0);
		await page.getByRole("link", { name: "Mọi biên bản" }).click();
		await page.getByRole("row", { name: /14\/BB-CAX.*Đã thu hồi/ }).waitFor();
		assert.deepEqual(faults, []);
		await context.close();
	});

	it("leave no draft behind for whoever signs in next at the same desk", async () => {
		const { page, context } = await as("can-bo-xa", "#/papers/new");
		await page.getByLabel("Số biên bản").fill("15/BB-CAX");
		await page.reload();
		assert.equal(await page.getByLabel("Số biên bản").inputValue(), "15/BB-CAX");
		await page.getByRole("button", { name: "Đăng xuất" }).click();
		await page.getByRole("heading", { name: "Đăng nhập" }).waitFor();
		assert.equal(await page.evaluate(() => sessionStorage.length), 0);
		await context.close();
	});

	it("are typed in by keys alone", async () => {
		const { page, context } = await as("can-bo-xa", "#/papers");
		await begin(page, "16/BB-CAX");
		const reach = async (name) => {
			for (let at = 0; at < 80; at++) {
				await page.keyboard.press("Tab");
				if (await page.evaluate((text) => document.activeElement?.textContent?.trim() === text, name)) return;
			}
			assert.fail(`${name} is not reached by Tab`);
		};
		await page.locator("main").focus();
		await reach("Đo lại điểm trồng");
		await page.keyboard.press("Enter");
		// The form opens with its first field at hand.
		await page.waitForFunction(
			() => document.activeElement?.closest("form") && document.activeElement.matches("select"),
		);
		await page.keyboard.press("Escape");
		await reach("Huỷ");
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Đo lại điểm trồng" }).waitFor();
		await context.close();
	});

	it("have no fault that axe finds, and fit their window in both languages", async () => {
		const { papers } = await place.api("GET", "/api/v1/papers");
		for (const [width, language] of [
			[1440, "vi"],
			[320, "en"],
			[320, "vi"],
		]) {
			const { page, context, faults } = await as("can-bo-xa", "#/papers", { width, language });
			for (const hash of [
				"#/papers",
				"#/papers/new",
				...papers.slice(0, 2).map((own) => `#/papers/${own.id}`),
			]) {
				await open(page, place.base, hash);
				const kinds = page.locator("main button:has-text('Phá nhổ'), main button:has-text('Eradication')");
				if (/papers\/0/.test(hash) && (await kinds.count()) > 0) {
					await kinds.first().click();
					await page.locator("main form").waitFor();
				}
				assert.deepEqual(await violations(page), [], `${hash} at ${width}`);
				assert.deepEqual(await cut(page), [], `${hash} at ${width}`);
				assert.ok((await overflow(page)) <= 0, `${hash} is wider than ${width}`);
			}
			assert.deepEqual(faults, []);
			await context.close();
		}
	});
});
