// Takes a picture of every screen of both faces in both languages from a made-up province: docs/screens/*.png.
//   npm run screens                    all of them, on the built program
//   npm run screens -- room-report     those whose name begins so
// SCREENS_OF=folder takes a province that is loaded already instead of loading one.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Phone } from "../e2e/field/phone.mjs";
import { launch, province } from "../e2e/harness.mjs";
import { asked, madeUp } from "../e2e/questions.mjs";
import { reduced } from "./png.mjs";
import { room } from "./screens-room.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../../docs/screens");
const only = process.argv.slice(2);
const wanted = (name) => only.length === 0 || only.some((own) => name.startsWith(own));
const MOST_BYTES = 300_000;
const PIN = "402917";
let sum = 0;

function keep(name, png) {
	const small = reduced(png);
	if (small.length > MOST_BYTES) throw new Error(`${name}: ${small.length} bytes`);
	writeFileSync(join(out, `${name}.png`), small);
	sum += small.length;
	console.log(`${String(Math.round(small.length / 1000)).padStart(4)} kB ${name}`);
}

/** The words of the field app by their keys: what its buttons say in a language. */
function wordsOf(language) {
	const text = readFileSync(join(here, `../src/field/i18n/${language}.ts`), "utf8");
	const found = text.matchAll(/^\t(\w+):\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/gm);
	return Object.fromEntries([...found].map(([, key, one, other]) => [key, one ?? other]));
}

/** The field app, as a team goes through it. */
async function field(place, language) {
	if (only.length > 0 && !only.some((own) => "field-".startsWith(own) || own.startsWith("field-"))) return;
	const words = wordsOf(language);
	const code = place.communes[0].code;
	const middle = await middleOf(place, code);
	const phone = await Phone.start({ link: `${place.base}/field/`, middle });
	const { page } = phone;
	await page.addInitScript((own) => localStorage.setItem("tuantra language", own), language);
	const button = (key) => page.locator("main").getByRole("button", { name: words[key], exact: true });
	const tab = (key) => page.getByRole("navigation").getByRole("button", { name: words[key], exact: true });
	const shoot = async (name) => {
		const file = `field-${name}.${language}`;
		if (!wanted(file)) return;
		await page.waitForLoadState("networkidle");
		await page.waitForTimeout(700);
		keep(file, await page.screenshot());
	};
	const link = await place.link(`Tổ 09 – ${language}`, code);
	await page.goto(`${place.base}/field/`);
	await page.getByLabel(words.enrol_code).waitFor();
	await shoot("enrol");
	await page.goto("about:blank");
	await page.goto(link);
	await page.getByLabel(words.settings_user).fill(language === "vi" ? "Tổ 09" : "Team 09");
	await page.getByLabel(words.pin, { exact: true }).fill(PIN);
	await page.getByLabel(words.pin_again).fill(PIN);
	await shoot("pin");
	await button("save").click();
	await page.getByRole("heading", { name: words.prepare }).waitFor();
	await tab("nav_settings").click();
	await button("prepare_go").click();
	await page.getByText(words.prepare_ready).waitFor();
	await shoot("settings");
	await tab("nav_patrol").click();
	await button("patrol_start").waitFor();
	await shoot("patrol-start");
	await button("patrol_start").click();
	await page.locator("[data-figure=fixes]").waitFor();
	await phone.walk(25);
	await shoot("patrol");
	await tab("nav_plots").click();
	await button("plot_mark").click();
	await button("plot_here").click();
	await page.getByLabel(words.plot_plants, { exact: true }).fill("320");
	await button("plot_area_tape").click();
	await page.getByLabel(`${words.plot_bed_length} ${words.plot_bed_in_metres}`).fill("6");
	await page.getByLabel(words.plot_bed_width).fill(language === "vi" ? "2,5" : "2.5");
	await shoot("mark");
	await button("save").click();
	await button("plot_photo").click();
	await button("phase_before").click();
	await shoot("camera");
	await button("camera_shoot").click();
	await page.getByText(new RegExp(`^${words.camera_kept.split("{")[0]}[0-9A-Z]`)).waitFor();
	await page.getByRole("button", { name: `‹ ${words.back}` }).click();
	await shoot("plot");
	await button("plot_eradicate").click();
	await shoot("eradicate");
	await button("erad_begin").click();
	await button("erad_finish").waitFor();
	await shoot("eradicate-form");
	await button("erad_finish").click();
	await page.getByText(words.erad_saved).waitFor();
	await page.getByText(words.erad_unconfirmed).last().scrollIntoViewIfNeeded();
	await shoot("confirm");
	await button("plot_reinspect").click();
	await shoot("reinspect");
	await page.getByRole("button", { name: `‹ ${words.back}` }).click();
	await page.getByRole("button", { name: `‹ ${words.back}` }).click();
	await shoot("plots");
	await tab("nav_map").click();
	await page.waitForTimeout(2500);
	await shoot("map");
	await tab("nav_queue").click();
	await button("queue_now").click();
	await page.waitForTimeout(2500);
	await shoot("queue");
	await tab("nav_settings").click();
	await page.getByLabel(words.settings_night).click();
	await tab("nav_plots").click();
	await page.locator("main li button").first().click();
	await shoot("night");
	await tab("nav_settings").click();
	await page.getByLabel(words.settings_night).click();
	await page.goto("about:blank");
	await page.goto(`${place.base}/field/`);
	await page.getByLabel(words.pin, { exact: true }).waitFor();
	await shoot("unlock");
	await phone.close();
}

/** What else a team meets: a code for every app, a way back, a stop, what is asked of it, what goes wrong. */
async function fieldMore(place, language) {
	if (only.length > 0 && !only.some((own) => "field-".startsWith(own) || own.startsWith("field-"))) return;
	const words = wordsOf(language);
	const { code } = place.communes[0];
	const isVietnamese = language === "vi";
	const phone = await Phone.start({ link: `${place.base}/field/`, middle: await middleOf(place, code) });
	const { page } = phone;
	await page.addInitScript((own) => localStorage.setItem("tuantra language", own), language);
	const button = (key) => page.locator("main").getByRole("button", { name: words[key], exact: true });
	const back = () => page.getByRole("button", { name: `‹ ${words.back}` });
	const tab = (key) => page.getByRole("navigation").getByRole("button", { name: words[key], exact: true });
	const shoot = async (name, top = null, of = page) => {
		const file = `field-${name}.${language}`;
		if (!wanted(file)) return;
		await of.waitForLoadState("networkidle");
		// What the picture is about stands at the top of what scrolls.
		await top?.evaluate((own) => own.scrollIntoView({ block: "start" }));
		await of.waitForTimeout(700);
		keep(file, await of.screenshot());
	};
	const unlock = async () => {
		await page.getByLabel(words.pin, { exact: true }).fill(PIN);
		await button("unlock").click();
		await page.getByRole("navigation").waitFor();
	};
	const sent = async () => {
		await tab("nav_queue").click();
		await button("queue_now").click();
		await page.getByRole("banner").getByText(words.nothing_waits).waitFor();
	};

	// One code for every app of the phone.
	const name = isVietnamese ? "Máy 12" : "Phone 12";
	const { id } = await place.api("POST", "/api/v1/devices", { name, communes: [code] });
	const opened = await place.api("POST", `/api/v1/devices/${id}/enrolment`, {});
	await page.goto(`${place.base}/field/`);
	await page.getByLabel(words.enrol_code).fill(opened.code);
	await button("enrol_go").click();
	const number = page.locator("[data-figure=match]");
	await number.waitFor();
	await shoot("enrol-number");
	await place.api("POST", `/api/v1/devices/${id}/enrolment/confirm`, {
		number: Number(await number.textContent()),
	});
	await page.getByLabel(words.settings_user).fill(isVietnamese ? "Tổ 12" : "Team 12");
	await page.getByLabel(words.pin, { exact: true }).fill(PIN);
	await page.getByLabel(words.pin_again).fill(PIN);
	await button("save").click();
	const apps = page.getByRole("region", { name: words.apps });
	await apps.getByRole("img").nth(1).waitFor();
	await shoot("settings-apps", apps);
	await button("apps_done").click();
	await button("prepare_go").click();
	await page.getByText(words.prepare_ready).waitFor();
	await shoot("settings-account", page.getByRole("region", { name: words.prepare_key }));

	// Under way: a pause, the way back, a phone that was started anew.
	await tab("nav_patrol").click();
	await button("patrol_start").click();
	await page.locator("[data-figure=fixes]").waitFor();
	await phone.walk(14);
	await button("patrol_pause").click();
	await shoot("patrol-paused");
	await button("patrol_go_on").click();
	await phone.walk(8);
	await button("patrol_back").click();
	await shoot("patrol-back");
	await page.goto("about:blank");
	await page.goto(`${place.base}/field/`);
	await unlock();
	await tab("nav_patrol").click();
	await page.getByText(words.patrol_resume).waitFor();
	await shoot("patrol-resume");
	await button("patrol_go_on").click();
	await button("patrol_pause").waitFor();

	// A plot by typed metres, by its edge, and above the stop rule.
	const plants = isVietnamese ? 480 : 490;
	await tab("nav_plots").click();
	await shoot("plots-none");
	await button("plot_mark").click();
	await button("plot_typed").click();
	const typed = page.getByLabel(words.plot_typed_text);
	await typed.fill("2.489.123 498.765");
	await shoot("mark-typed", page.getByRole("region", { name: words.plot_where }));
	await button("plot_typed").click();
	await button("plot_here").click();
	await page.getByLabel(words.plot_plants, { exact: true }).fill(String(plants));
	const size = page.getByRole("region", { name: words.plot_size });
	await shoot("mark-stop", size);
	await button("plot_area_walk").click();
	const [lon, lat] = phone.place;
	for (const [east, north] of [
		[0, 0],
		[0.0009, 0],
		[0.001, 0.0005],
		[0.0001, 0.0006],
	]) {
		await phone.stand(lon + east, lat + north, 4);
		await button("plot_walk_corner").click();
	}
	await shoot("mark-edge", page.locator("[data-name=area]"));
	await phone.stand(lon, lat);
	await button("plot_area_none").click();
	// From here on without a network: what waits is what is carried by hand.
	await phone.context.setOffline(true);
	await button("save").click();
	await page.locator("article h1").waitFor();

	// Samples before anything is destroyed, what is written for others, what is carried by hand.
	await button("plot_eradicate").click();
	await button("erad_begin").click();
	await button("erad_sample_add").click();
	await page.getByLabel(words.erad_sample_number).fill("M01");
	await page.getByLabel(words.erad_seal).fill("NP-0012");
	await shoot("samples", page.getByRole("region", { name: words.erad_samples }));
	await button("erad_finish").click();
	await page.getByText(words.erad_saved).waitFor();
	await button("plot_report").click();
	await page.locator(".written").waitFor();
	await shoot("report");
	const [file] = await Promise.all([page.waitForEvent("download"), button("plot_draft").click()]);
	const paper = await phone.context.newPage();
	await paper.setContent(readFileSync(await file.path(), "utf8"));
	await shoot("minutes", null, paper);
	await paper.close();
	await button("plot_revise").click();
	await shoot("revise");
	await back().click();
	await tab("nav_queue").click();
	await button("queue_courier").click();
	await page.getByText(words.queue_courier_text).waitFor();
	await shoot("courier");
	await phone.context.setOffline(false);
	await sent();

	// What others ask of the team.
	await asks(place, phone, { words, code, plants, shoot, sent, tab, button, back });

	// What goes wrong.
	await tab("nav_patrol").click();
	await page.locator(".hold").focus();
	await page.keyboard.press("Enter");
	await shoot("patrol-end");
	await page.getByRole("alertdialog").getByRole("button", { name: words.patrol_end_key }).click();
	await button("patrol_start").waitFor();
	await phone.context.clearPermissions();
	await page.goto("about:blank");
	await page.goto(`${place.base}/field/`);
	await page.getByLabel(words.pin, { exact: true }).waitFor();
	await button("unlock_forgot").click();
	await shoot("forgotten");
	await button("back").click();
	await unlock();
	await tab("nav_patrol").click();
	await page.getByText(words.position_denied).first().waitFor();
	await shoot("denied");
	await phone.close();
}

/** The patrol that both languages are asked about. */
let madeUpOnce = null;

/** What was sent back, what is to be made clear, and a plot that was drawn for a second look. */
async function asks(place, phone, { words, code, plants, shoot, sent, tab, button, back }) {
	const { page } = phone;
	const wants = (name) => ["vi", "en"].some((own) => wanted(`field-${name}.${own}`));
	if (wants("returned")) {
		const { features } = await place.api("GET", "/api/v1/plots?limit=500");
		const { id } = features.find((own) => own.properties.plants === plants);
		const desk = await place.command(
			...["account", "token", "--name", `don-bien-phong-${plants}`],
			...["--role", "provincial_officer", "--org", "Đồn biên phòng", "--org-kind", "don_bien_phong"],
		);
		const { properties } = await place.api("GET", `/api/v1/plots/${id}`);
		const work = properties.timeline.findLast((own) => own.kind === "eradication");
		const returned = await fetch(`${place.base}/api/v1/plots/${id}/returns`, {
			method: "POST",
			headers: { authorization: `Bearer ${desk.trim()}`, "content-type": "application/json" },
			body: JSON.stringify({ eradication: work.id, reason: "thiếu ảnh sau khi nhổ" }),
		});
		if (!returned.ok) throw new Error(`nothing was sent back: ${await returned.text()}`);
		const task = page.getByRole("region", { name: words.returns_title });
		for (let round = 0; round < 20 && (await task.count()) === 0; round += 1) {
			await sent();
			await tab("nav_plots").click();
			await back()
				.click({ timeout: 500 })
				.catch(() => undefined);
			await page.waitForTimeout(500);
		}
		await shoot("returned-list");
		await task.locator("li button").first().click();
		await shoot("returned");
		await back().click();
	}
	if (wants("question")) {
		madeUpOnce ??= madeUp(place);
		const patrol = await madeUpOnce;
		await asked(place, "track-questions", "mock_fixes", (own) => own.patrol === patrol);
		const list = page.getByRole("region", { name: words.ask_title });
		for (let round = 0; round < 20 && (await list.count()) === 0; round += 1) {
			await sent();
			await page.waitForTimeout(500);
		}
		await shoot("question", list);
	}
	if (wants("revisit")) {
		const { features } = await place.api("GET", "/api/v1/plots?limit=500");
		const drawn = features.find(
			(own) => own.properties.commune?.code === code && own.properties.plants !== plants,
		);
		const [period, drawn_at] = [2025, new Date().toISOString()];
		const says = (path, json) => phone.context.route(path, (route) => route.fulfill({ json }));
		await says("**/api/v1/ledger/samples", [{ period, drawn_at, sums: null }]);
		await says("**/api/v1/ledger/sample/visits?*", {
			...{ period, drawn_at },
			plots: [{ plot: drawn.id, commune: null, is_visited: false }],
		});
		const task = page.locator("main li button").filter({ hasText: words.visit_title });
		for (let round = 0; round < 20 && (await task.count()) === 0; round += 1) {
			await sent();
			await tab("nav_plots").click();
			await page.waitForTimeout(500);
		}
		await task.click();
		await button("visit_save").waitFor();
		await shoot("revisit");
		await back().click();
	}
}

async function middleOf(place, code) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk((await place.api("GET", `/api/v1/communes/${code}`)).geometry.coordinates);
	const of = (at) => all.map((own) => own[at]);
	// Somewhat north of it: the commune's name stands in the middle.
	const [longitude, latitude] = [0, 1].map((at) => (Math.min(...of(at)) + Math.max(...of(at))) / 2);
	return [longitude, latitude + 0.012];
}

mkdirSync(out, { recursive: true });
// A year that is over has its heads, so that a second look can be drawn of it.
const made = { communes: 14, patrols: 160, seasons: 2, isAtOnce: false };
const place = await province({ ...made, of: process.env.SCREENS_OF ?? null });
const browser = await launch();
try {
	for (const language of ["vi", "en"]) {
		await room({ browser, place, language, wanted, keep });
		await field(place, language);
		await fieldMore(place, language);
	}
	console.log(`${(sum / 1e6).toFixed(1)} MB in all`);
} finally {
	await browser.close();
	await place.stop();
}
