// The ledger's screen: amounts side by side, rates with what they are made of, the second look; each to whom it is told.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { cut, dayOf, open, overflow, staged, violations } from "../harness.mjs";

const place = staged();
const { as } = place;
const DAY_MS = 86_400_000;
const newId = (at) => `01900000-0000-7000-8000-${(Date.now() + at).toString(16).padStart(12, "0")}`;
const short = (id) => id.slice(-6).toUpperCase();
const made = {};

async function middleOf(code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	return [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
}
const plot = ([lon, lat], plants, area_m2) => ({
	type: "Feature",
	geometry: { type: "Point", coordinates: [lon, lat] },
	properties: {
		crop: "opium_poppy",
		detected_at: new Date(Date.now() - 3_600_000).toISOString(),
		detected_by: "patrol",
		plants,
		plants_method: "counted",
		area_m2,
		area_method: "tape",
		hacc_m: 5,
		position_method: "gnss_single",
	},
});
/** The statistical year of today. */
function yearNow() {
	const today = dayOf(Date.now());
	return Number(today.slice(0, 4)) + (today.slice(5) >= "12-15" ? 1 : 0);
}
/** A draw of the year before, as the server tells one: a year of claims passes in no story. */
const DRAW = {
	...{ period: yearNow() - 1, drawn_at: new Date(Date.now() - DAY_MS).toISOString() },
	...{ claimed_by_org: {}, without_area: 0, rules: { share: 0.1, least: 1, risk_factor: 2 } },
	head: { size: 900, at: new Date(Date.now() - DAY_MS).toISOString() },
};
/** Puts that draw in the list of draws. */
const listed = (page, sums) =>
	page.route(/ledger\/samples$/, (route) =>
		route.fulfill({ json: [{ period: DRAW.period, drawn_at: DRAW.drawn_at, sums: sums?.() ?? null }] }),
	);
/** Puts that draw in the list, and says that it holds nothing. */
async function listedBare(page) {
	await listed(page);
	const none = { claims: 0, claimed_m2: 0, drawn: [], visits: [], units: [] };
	await page.route(/ledger\/sample\?/, (route) =>
		route.fulfill({ json: { ...DRAW, ...none, is_complete: false, estimate: null } }),
	);
	await page.route(/ledger\/sample\/visits/, (route) =>
		route.fulfill({ json: { period: DRAW.period, drawn_at: DRAW.drawn_at, plots: [] } }),
	);
}
/** What somebody who is signed in sends by the browser. */
async function sent(page, method, path, body) {
	const status = await page.evaluate(
		async ([method, path, body]) => {
			const headers = { "content-type": "application/json", "Tuantra-Api": "1" };
			const answer = await fetch(path, { method, headers, body: JSON.stringify(body) });
			return `${answer.status} ${answer.ok ? "" : await answer.text()}`;
		},
		[method, path, body],
	);
	assert.match(status, /^20/, `${method} ${path}: ${status}`);
}

describe("the ledger", () => {
	before(
		async () => {
			const [first, second] = place.communes;
			const [west, east] = [await middleOf(first.code), await middleOf(second.code)];
			const phone = await place.phone("Tổ thử – máy sổ", first.code);
			const other = await place.phone("Tổ thử – máy sổ 2", second.code);
			const { page, context } = await as("can-bo-tinh");
			// One that was verified and is said to be destroyed, without photos; one beside it that two units wrote down; one elsewhere.
			made.done = newId(0);
			await phone("PUT", `/api/v1/plots/${made.done}`, plot(west, 52, 64));
			await sent(page, "POST", `/api/v1/plots/${made.done}/verifications`, {
				...{ verified_at: new Date().toISOString(), result: "confirmed", crop: "opium_poppy" },
				...{ plants: 50, plants_method: "counted", area_m2: 60, area_method: "paced" },
			});
			await phone("POST", `/api/v1/plots/${made.done}/eradications`, {
				started_at: new Date().toISOString(),
				ended_at: new Date().toISOString(),
				...{ methods: ["pull_up"], plants_destroyed: 50, area_m2_destroyed: 60, area_method: "tape" },
				...{
					completeness: "full",
					minutes: { number: "12/BB-CAX", date: dayOf(Date.now()) },
				},
				confirmation: { alone: true },
			});
			const aside = [west[0] + 0.004, west[1]];
			made.one = newId(1);
			made.again = newId(2);
			await phone("PUT", `/api/v1/plots/${made.one}`, plot(aside, 320, 64));
			await sent(page, "PUT", `/api/v1/plots/${made.again}`, plot([aside[0] + 0.00001, aside[1]], 325, 66));
			made.east = newId(3);
			await other("PUT", `/api/v1/plots/${made.east}`, plot(east, 10, 4));
			await context.close();
		},
		{ timeout: 600_000 },
	);

	describe("the amounts", () => {
		it("stand side by side by commune, in the order of names, and add up to the total of the server", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger");
			await open(page, place.base, "#/ledger");
			await page.locator("tbody tr").first().waitFor();
			const today = dayOf(Date.now());
			const from = await page.evaluate(() =>
				document.querySelector("main header p").textContent.slice(0, 10),
			);
			const iso = from.split("/").toReversed().join("-");
			const told = await place.api("GET", `/api/v1/ledger?by=commune&from=${iso}&to=${today}`);
			const names = await page.locator("tbody th a").allTextContents();
			const byName = new Intl.Collator("vi", { numeric: true }).compare;
			assert.deepEqual(names, told.rows.map((row) => row.name).toSorted(byName));
			const metres = (value) => new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 0 }).format(value);
			const foot = await page.locator("tfoot tr").textContent();
			for (const own of ["claimed", "verified", "destroyed_claimed"])
				assert.ok(foot.includes(`${metres(told.total[own].area_m2)} m²`), `${own}: ${foot}`);
			assert.deepEqual(faults, []);
			await context.close();
		});

		it("of a row lead to its plots by keyboard, with errors, units and each plot's record", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger");
			await open(page, place.base, "#/ledger");
			await page.getByRole("link", { name: place.communes[0].name, exact: true }).focus();
			await page.keyboard.press("Enter");
			const heading = page.getByRole("heading", {
				level: 2,
				name: `Các điểm trồng: ${place.communes[0].name}`,
			});
			await heading.waitFor();
			assert.ok(
				await heading.evaluate((own) => own === document.activeElement),
				"the keyboard goes on from there",
			);
			const row = page.locator(`[data-row="${made.done}"]`);
			await row.waitFor();
			// A tape errs by 5 %, paces by 20 %; what has no photos is destroyed as claimed only.
			const told = (await row.locator("td").allTextContents()).map((own) =>
				own.replaceAll("\u00a0", " ").trim(),
			);
			const expected = ["64 m²± 5 %52 cây", "–", "60 m²± 20 %50 cây", "60 m²50 cây", "–", "–"];
			assert.deepEqual(
				told.slice(4).map((own) => own.replace(/\s*\n\s*/g, "").replace(/ (?=±)| (?=\d+ cây)/g, "")),
				expected,
			);
			assert.equal(told[0], "Đang phá nhổ");
			const { properties } = await place.api("GET", `/api/v1/plots/${made.done}`);
			const unit = (await place.api("GET", "/api/v1/orgs")).find(
				(own) => own.id === properties.handling_org,
			).name;
			assert.equal(
				await row.getByText(unit, { exact: true }).count(),
				2,
				"who found it and who destroyed it",
			);
			assert.equal(await page.locator(`[data-row="${made.east}"]`).count(), 0);
			await row.getByRole("link", { name: short(made.done) }).press("Enter");
			await page.getByRole("heading", { level: 1, name: short(made.done) }).waitFor();
			await page.goBack();
			await heading.waitFor();
			await page.getByRole("link", { name: "← Về bảng" }).click();
			await page.getByRole("link", { name: place.communes[0].name, exact: true }).waitFor();
			assert.deepEqual(faults, []);
			await context.close();
		});

		it("say calmly what two units wrote down, and lead whoever decides to the pair", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger");
			await open(page, place.base, "#/ledger?by=org");
			await page.getByText("không ai bị coi là ghi sai").waitFor();
			// What is to be compared stands in sight at the width of an office's screen, and opens on demand.
			const box = await page.getByRole("columnheader", { name: "Cần đối chiếu" }).boundingBox();
			assert.ok(box && box.x + box.width <= (page.viewportSize()?.width ?? 0), "the last column is in view");
			await page.getByText("1 chỗ cần xem").first().click();
			await page.getByText("Để ngoài 66 m² (1 điểm): một chỗ được ghi hai lần").first().waitFor();
			await page.getByRole("link", { name: "Mở các cặp cần đối chiếu" }).click();
			const pair = [made.one, made.again].map(short);
			await page.locator("[data-item]").filter({ hasText: pair[0] }).filter({ hasText: pair[1] }).waitFor();
			assert.deepEqual(faults, []);
			await context.close();
		});
	});

	describe("the rates", () => {
		it("tell what they are made of, and lead to it", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger?view=rates");
			const { code, name } = place.communes[0];
			await open(page, place.base, `#/ledger?view=rates&commune=${code}`);
			await page.getByText("Chưa đạt 100 %").waitFor();
			await page.getByRole("link", { name: "Xem các điểm này" }).click();
			await page.locator(`[data-row="${made.done}"]`).waitFor();
			await page.getByRole("link", { name: "← Về bảng" }).click();
			// The test of each commune says why, and leads to its plots.
			const row = page.getByRole("row", { name: new RegExp(`^${name}.*Chưa đạt`) });
			await row.getByRole("link", { name: /chưa phá nhổ hết/ }).press("Enter");
			await page.getByRole("heading", { level: 2, name: `Chưa phá nhổ hết, ${name}` }).waitFor();
			await page.locator(`[data-row="${made.done}"]`).waitFor();
			assert.equal(await page.locator(`[data-row="${made.east}"]`).count(), 0);
			assert.deepEqual(faults, []);
			await context.close();
		});
	});

	describe("the classes of QĐ 28", () => {
		const grouped = (value) => new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 0 }).format(value);

		it("stand by commune and statistical year, by name, with what they rest on and that they conclude nothing", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger");
			const year = yearNow();
			const told = await place.api("GET", `/api/v1/ledger/communes?period=${year}`);
			await open(page, place.base, "#/ledger?view=classes");
			await page.getByRole("tab", { name: "Mức xã (QĐ 28)", selected: true }).waitFor();
			await page.getByText("không nói gì về một người hay một hộ nào").waitFor();
			await page.getByText("loại II từ 500 cây hoặc 125 m²; loại I từ 3.000 cây hoặc 750 m²").waitFor();
			const names = await page.locator("tbody th a").allTextContents();
			const byName = new Intl.Collator("vi", { numeric: true }).compare;
			assert.deepEqual(names, told.map((row) => row.name).toSorted(byName));
			const own = told.find((row) => row.code === place.communes[0].code);
			assert.ok(own.flag.class && own.verified_plots > 0, "one of its plots was verified above");
			const row = page.locator(`[data-row="${own.code}"]`);
			await row.getByText(`Như loại ${own.flag.class}`, { exact: true }).waitFor();
			const cells = (await row.locator("td").allTextContents()).map((one) => one.replaceAll("\u00a0", " "));
			assert.ok(cells[1].trim().startsWith(grouped(own.plants)), cells[1]);
			assert.ok(cells[2].trim().startsWith(`${grouped(own.area_m2)} m²`), cells[2]);
			// What they rest on: the plots of that year, each with what was verified there.
			await row.getByRole("link", { name: `Xem ${own.verified_plots} điểm` }).press("Enter");
			await page.getByRole("heading", { level: 2, name: `Các điểm trồng: ${own.name}` }).waitFor();
			await page.locator(`[data-row="${made.done}"]`).waitFor();
			assert.match(page.url(), new RegExp(`from=${year - 1}-12-15&to=${year}-12-14`));
			await open(page, place.base, `#/ledger?view=classes&year=${year - 4}`);
			await page.getByText(`từ 15/12/${year - 5} đến 14/12/${year - 4}`).waitFor();
			assert.deepEqual(faults, []);
			await context.close();
		});

		it("stand on the commune's page, to whom plots are told", async () => {
			const [first, second] = place.communes;
			const [own] = await place.api(
				"GET",
				`/api/v1/ledger/communes?period=${yearNow()}&commune=${first.code}`,
			);
			const officer = await as("can-bo-xa", "#/");
			await open(officer.page, place.base, `#/communes/${first.code}`);
			const card = officer.page.getByRole("region", { name: "Tiêu chí cây trồng theo QĐ 28/2025" }).first();
			await card.getByText(`Như loại ${own.flag.class}`, { exact: true }).waitFor();
			await card.getByText("Không phải kết luận pháp lý").first().waitFor();
			assert.deepEqual(await violations(officer.page), []);
			// Of another commune his account is told nothing, and nothing is no answer.
			await open(officer.page, place.base, `#/communes/${second.code}`);
			assert.equal(await officer.page.getByText("Tiêu chí cây trồng theo QĐ 28/2025").count(), 0);
			await open(officer.page, place.base, "#/ledger?view=classes");
			assert.deepEqual(await officer.page.locator("tbody th a").allTextContents(), [first.name]);
			// What the page of a commune that is not his asks for is not there for him.
			assert.deepEqual(
				officer.faults.filter((fault) => !fault.includes("404")),
				[],
			);
			await officer.context.close();
			const reader = await as("nguoi-xem", "#/");
			await open(reader.page, place.base, `#/communes/${first.code}`);
			assert.equal(await reader.page.getByText("Tiêu chí cây trồng theo QĐ 28/2025").count(), 0);
			await reader.context.close();
		});
	});

	describe("the second look", () => {
		let closed;
		it("is asked for again, and is not drawn from a head that holds no claim: it is said why, and nothing is spent", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger?view=sample");
			await open(page, place.base, "#/ledger?view=sample");
			await page.getByText("Chưa rút lần nào.").waitFor();
			await page.getByRole("button", { name: /^Rút mẫu năm/ }).click();
			const dialog = page.getByRole("dialog");
			await dialog.getByText("Mỗi năm chỉ rút một lần").waitFor();
			const act = dialog.getByRole("button", { name: /^Rút mẫu năm/ });
			closed = Number(/\d{4}/.exec(await act.textContent())[0]);
			await act.click();
			await dialog.getByText("không có điểm nào báo đã phá nhổ với diện tích").waitFor();
			assert.deepEqual(await place.api("GET", "/api/v1/ledger/samples"), []);
			assert.deepEqual(
				faults.filter((fault) => !fault.includes("422")),
				[],
			);
			await context.close();
		});

		it("says what visits mean for all claims, with its interval and each unit's factor", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/");
			const drawn_at = new Date(Date.now() - DAY_MS).toISOString();
			const real = {
				...{ period: closed, drawn_at, claimed_by_org: {}, without_area: 0 },
				head: { size: 900, at: drawn_at },
				rules: { share: 0.1, least: 1, risk_factor: 2 },
			};
			const orgs = await place.api("GET", "/api/v1/orgs");
			// A year of claims passes in no story: the answers of one are put in the place of none.
			const told = {
				visited: 2,
				claimed_m2: 768,
				share: 0.625,
				found_m2: 480,
				interval_m2: [96, 864],
				inflation: 1.6,
			};
			const claim = (own, signs) => ({
				claim: { plot: own, org: orgs[0].id, commune: place.communes[0].code, claimed_m2: 64, signs },
				chance: 0.25,
			});
			const visit = {
				plot: made.done,
				org: orgs[1].id,
				visited_at: new Date(Date.now() - DAY_MS).toISOString(),
			};
			await page.route(/ledger\/samples$/, (route) =>
				route.fulfill({
					json: [
						{
							...{ period: closed, drawn_at },
							sums: { claims: 12, claimed_m2: 768, drawn: 2, visited: 1, estimate: told },
						},
					],
				}),
			);
			await page.route(/ledger\/sample\/visits/, (route) =>
				route.fulfill({ json: { period: closed, drawn_at, plots: [] } }),
			);
			await page.route(/ledger\/sample\?/, (route) =>
				route.fulfill({
					json: {
						...{ ...real, claims: 12, claimed_m2: 768, estimate: told, is_complete: false },
						drawn: [claim(made.done, ["single_party"]), claim(made.one, [])],
						visits: [{ ...visit, found_m2: 16, notes: null }],
						units: [{ org: orgs[0].id, ...told }],
					},
				}),
			);
			await open(page, place.base, "#/ledger?view=sample");
			await page.getByText("Mới xem lại 1 trên 2 điểm").waitFor();
			await page.getByText("62,5 % · khoảng 95 %: 96 – 864 m²").waitFor();
			const first = page.locator(`[data-row="${made.done}"]`);
			for (const words of ["Một bên xác nhận", "25 %", "Đã xem lại", "16 m²", orgs[1].name])
				await first.getByText(words, { exact: true }).first().waitFor();
			await page.locator(`[data-row="${made.one}"]`).getByText("Chưa xem lại").waitFor();
			await page
				.getByRole("row", { name: new RegExp(`^${orgs[0].name}.*1,60`) })
				.first()
				.waitFor();
			assert.deepEqual(await violations(page), []);
			assert.deepEqual(faults, []);
			await context.close();
		});
	});

	describe("a second visit", () => {
		it("is recorded by keyboard, told why where it is refused, and changes at once what the draw says", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/");
			const { period } = DRAW;
			const real = DRAW;
			const orgs = await place.api("GET", "/api/v1/orgs");
			const mine = await page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).org);
			const commune = place.communes[0].code;
			// A year of claims passes in no story: what was drawn is put in the place of the empty year's, and so is the door.
			const found = [];
			const sent = [];
			const claim = (own) => ({
				claim: { plot: own, org: orgs[0].id, commune, claimed_m2: 64, signs: [] },
				chance: 0.25,
			});
			const estimate = () => ({
				...{ visited: found.length, claimed_m2: 768, share: 0.5, found_m2: 384, interval_m2: null },
				inflation: 2,
			});
			await listed(page, () => ({
				...{ claims: 12, claimed_m2: 768, drawn: 2, visited: found.length },
				estimate: found.length ? estimate() : null,
			}));
			await page.route(/ledger\/sample\?/, (route) =>
				route.fulfill({
					json: {
						...{ ...real, claims: 12, claimed_m2: 768, drawn: [claim(made.done), claim(made.one)] },
						...{ visits: found, is_complete: false, estimate: found.length ? estimate() : null },
						units: found.length ? [{ org: orgs[0].id, ...estimate() }] : [],
					},
				}),
			);
			await page.route(/ledger\/sample\/visits/, (route) =>
				route.fulfill({
					json: {
						...{ period, drawn_at: real.drawn_at },
						plots: [made.done, made.one].map((plot) => ({
							...{ plot, commune },
							is_visited: found.some((own) => own.plot === plot),
						})),
					},
				}),
			);
			await page.route(/\/revisits$/, (route) => {
				const body = route.request().postDataJSON();
				sent.push({ to: new URL(route.request().url()).pathname, body });
				if (sent.length === 1)
					return route.fulfill({
						status: 422,
						contentType: "application/problem+json",
						json: {
							type: "/problems/invalid-content",
							title: "Some values cannot be accepted",
							status: 422,
							fields: [
								{ pointer: "", reason: "expected an account of another organisation than the author's" },
							],
						},
					});
				const { visited_at, found_m2, area_method, plants } = body;
				found.push({ plot: made.one, org: mine, visited_at, found_m2, area_method, plants, notes: null });
				return route.fulfill({ status: 201, json: { receipt: {} } });
			});
			await open(page, place.base, "#/ledger?view=sample");
			await page.getByText("Còn 2 trên 2 điểm chưa ai xem lại.").waitFor();
			const draw = page.getByRole("region", { name: "Các điểm đã rút" });
			const row = draw.locator(`[data-row="${made.one}"]`);
			await row.getByText(`Đơn vị khác, không phải ${orgs[0].name}`).waitFor();
			await page.getByText("Chưa có lần xem lại nào").waitFor();
			const record = page.getByRole("button", { name: new RegExp(`^Ghi lần xem lại.*${short(made.one)}`) });
			await record.press("Enter");
			const dialog = page.getByRole("dialog");
			await dialog.getByRole("heading", { name: `Ghi lần xem lại: điểm ${short(made.one)}` }).waitFor();
			const unit = orgs.find((own) => own.id === mine)?.name;
			assert.ok(unit, "who is signed in belongs to a unit");
			await dialog.getByText(`Đơn vị xem lại: ${unit}`).waitFor();
			await dialog.getByRole("button", { name: "Ghi nhận" }).press("Enter");
			await dialog.getByText("cần diện tích; không thấy gì thì ghi 0").waitFor();
			assert.equal(sent.length, 0, "nothing goes out while something is missing");
			const yesterday = dayOf(Date.now() - DAY_MS);
			await dialog.getByLabel("Ngày xem").fill(yesterday.split("-").toReversed().join("/"));
			await dialog.getByLabel("Giờ xem").fill("09:30");
			await dialog.getByLabel("Diện tích thấy đã trồng và đã phá, m²").fill("32,5");
			await dialog.getByText("cần cách đo").waitFor();
			await dialog.getByLabel("Đo bằng cách nào").selectOption("tape");
			await dialog.getByLabel("Số cây còn đứng").fill("1.200");
			assert.deepEqual(await violations(page), []);
			await dialog.getByRole("button", { name: "Ghi nhận" }).press("Enter");
			await dialog.getByText("cần người của đơn vị khác đơn vị đã lập").waitFor();
			await dialog.getByRole("button", { name: "Ghi nhận" }).press("Enter");
			await dialog.waitFor({ state: "hidden" });
			await page.getByText("Còn 1 trên 2 điểm chưa ai xem lại.").waitFor();
			const expected = {
				...{ period, visited_at: `${yesterday}T09:30:00+07:00`, found_m2: 32.5 },
				...{ area_method: "tape", plants: 1200 },
			};
			const [first, second] = sent;
			assert.deepEqual({ ...second.body, id: null }, { ...expected, id: null });
			assert.equal(second.to, `/api/v1/plots/${made.one}/revisits`);
			assert.equal(first.body.id, second.body.id, "what is sent twice counts once");
			// The draw, its estimate and the unit's factor follow without a reload.
			for (const words of ["Đã xem lại", "thước dây", "còn 1.200 cây đứng"])
				await row.getByText(words, { exact: true }).waitFor();
			await page.getByText("Cứ 100 m² báo đã phá nhổ thì ước tính có thật 50 m².").waitFor();
			await page.getByText("báo 200 m² thì có thật khoảng 100 m²").waitFor();
			// The refusal is an answer, which browsers write down as an error.
			assert.deepEqual(
				faults.filter((own) => !own.includes("422")),
				[],
			);
			await context.close();
		});

		it("fits a narrow window", async () => {
			const { page, context } = await as("can-bo-tinh", "#/", { width: 320 });
			const { period, drawn_at } = DRAW;
			await listedBare(page);
			const plots = [{ plot: made.one, commune: place.communes[0].code, is_visited: false }];
			await page.route(/ledger\/sample\/visits/, (route) =>
				route.fulfill({ json: { period, drawn_at, plots } }),
			);
			await open(page, place.base, "#/ledger?view=sample");
			await page.getByRole("button", { name: /^Ghi lần xem lại/ }).click();
			await page.getByRole("dialog").getByLabel("Giờ xem").waitFor();
			assert.ok((await overflow(page)) <= 0);
			assert.deepEqual(await cut(page), []);
			assert.deepEqual(await violations(page), []);
			await context.close();
		});
	});

	describe("who sees what", () => {
		it("a commune's officer sees his commune alone, and draws nothing", async () => {
			const [first, second] = place.communes;
			const { page, context, faults } = await as("can-bo-xa", "#/ledger");
			await open(page, place.base, "#/ledger");
			assert.deepEqual(await page.locator("tbody th a").allTextContents(), [first.name]);
			await open(page, place.base, `#/ledger?under=${second.code}`);
			await page.getByText("Không có điểm trồng nào ở đây.").waitFor();
			await open(page, place.base, "#/ledger?view=rates");
			await page.getByRole("row", { name: new RegExp(`^${first.name}`) }).waitFor();
			assert.equal(await page.getByRole("row", { name: new RegExp(`^${second.name}`) }).count(), 0);
			await listedBare(page);
			await open(page, place.base, "#/ledger?view=sample");
			await page.getByText("Các điểm đơn vị này có thể được giao xem lại").waitFor();
			await page.getByText("Không có điểm nào: các điểm đã rút ở nơi khác").waitFor();
			assert.equal(await page.getByRole("button", { name: /^Rút mẫu/ }).count(), 0);
			assert.equal(await page.getByRole("columnheader", { name: "Diện tích báo" }).count(), 0);
			assert.deepEqual(faults, []);
			await context.close();
		});

		it("who may not read plots has no way there, and is told so", async () => {
			const { page, context } = await as("nguoi-xem", "#/");
			assert.equal(await page.locator("#rail").getByRole("link", { name: "Sổ phá nhổ" }).count(), 0);
			await open(page, place.base, "#/ledger");
			await page.getByText("Tài khoản này không có quyền xem phần này").first().waitFor();
			await context.close();
		});
	});

	describe("the screen", () => {
		it("keeps its state in the address, and says when the network is gone", async () => {
			const { page, context, faults } = await as("can-bo-tinh", "#/ledger");
			await open(page, place.base, "#/ledger");
			await page.getByRole("tab", { name: "Diện tích, số cây" }).focus();
			await page.keyboard.press("ArrowRight");
			await page.getByRole("tab", { name: "Tỷ lệ", selected: true }).waitFor();
			assert.match(page.url(), /view=rates/);
			await page.reload();
			await page.getByRole("tab", { name: "Tỷ lệ", selected: true }).waitFor();
			await page.getByRole("heading", { name: "Đạt 100 % theo xã" }).waitFor();
			await context.setOffline(true);
			await page.getByRole("tab", { name: "Diện tích, số cây" }).click();
			await page.getByRole("alert").getByText("Không kết nối được máy chủ").waitFor();
			await context.setOffline(false);
			await page.getByRole("button", { name: "Thử lại" }).first().click();
			await page.locator("tfoot tr").waitFor();
			await open(page, place.base, "#/ledger?from=2001-01-01&to=2001-02-01");
			await page.getByText("Không có điểm trồng nào phát hiện trong khoảng này.").waitFor();
			assert.deepEqual(faults, []);
			await context.close();
		});

		it("fits narrow and wide windows in both languages, and axe finds nothing", async () => {
			for (const [width, language] of [
				[1440, "vi"],
				[1440, "en"],
				[320, "vi"],
				[320, "en"],
			]) {
				const { page, context, faults } = await as("can-bo-tinh", "#/", { width, language });
				const { code } = place.communes[0];
				await listedBare(page);
				for (const hash of [
					"#/ledger",
					`#/ledger?under=${code}`,
					"#/ledger?view=rates",
					`#/ledger?view=rates&of=cohort&in=${code}`,
					"#/ledger?view=classes",
					"#/ledger?view=sample",
				]) {
					await open(page, place.base, hash);
					await page.locator("tbody tr:visible").first().waitFor();
					assert.ok((await overflow(page)) <= 0, `${hash} is wider than ${width}`);
					assert.deepEqual(await cut(page), [], `${hash} at ${width}`);
					assert.deepEqual(await violations(page), [], `${hash} at ${width}`);
				}
				assert.deepEqual(faults, []);
				await context.close();
			}
		});
	});
});
