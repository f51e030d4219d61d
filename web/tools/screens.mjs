// Takes a picture of every screen of both faces in both languages from a made-up province: docs/screens/*.png.
//   npm run screens                    all of them, on the built program
//   npm run screens -- room-report     those whose name begins so
// SCREENS_OF=folder takes a province that is loaded already instead of loading one.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Phone } from "../e2e/field/phone.mjs";
import { launch, open, province, signIn, visit } from "../e2e/harness.mjs";
import { asked, copied, doubled } from "../e2e/questions.mjs";
import { reduced } from "./png.mjs";

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

let raised = null;
/** What a unit is asked about its photo and about its track, made once for both languages. */
const questions = (place) => {
	raised ??= (async () => {
		const [photo, patrol] = [await doubled(place), await copied(place)];
		return {
			photo: await asked(place, "questions", "nearly_one_picture", (own) => own.photo === photo.id),
			track: await asked(place, "track-questions", "copied_track", (own) => own.patrol === patrol),
		};
	})();
	return raised;
};

/** The map room, screen by screen. */
async function room(browser, place, language) {
	const { page, context } = await visit(browser, place.base, { width: 1280, height: 800, language });
	const shoot = async (name, hash, act) => {
		const file = `room-${name}.${language}`;
		if (!wanted(file)) return;
		if (hash) await open(page, place.base, hash);
		await act?.();
		await page.waitForLoadState("networkidle");
		await page
			.waitForFunction(
				() => [...document.querySelectorAll("[data-map]")].every((own) => own.engine?.areTilesLoaded()),
				null,
				{ timeout: 15_000 },
			)
			.catch(() => {});
		// What was said of an earlier screen is no part of this one.
		await page.evaluate(() => {
			for (const own of document.querySelectorAll(".toast button")) own.click();
		});
		await page.waitForTimeout(600);
		const height = await page.evaluate(() => document.documentElement.scrollHeight);
		await page.setViewportSize({ width: 1280, height: Math.min(Math.max(height, 800), 1100) });
		await page.waitForTimeout(400);
		keep(file, await page.screenshot());
		await page.setViewportSize({ width: 1280, height: 800 });
	};
	if (wanted(`room-sign-in.${language}`)) {
		await page.goto(`${place.base}/#/`);
		await page.locator("input").first().waitFor();
		await shoot("sign-in", null);
	}
	await signIn(page, place.base, "can-bo-tinh");
	const span = "from=2024-09-01&to=2026-12-31";
	const { features: plots } = await place.api("GET", "/api/v1/plots?limit=500");
	const told = [...plots].sort((one, other) => other.properties.photos - one.properties.photos);
	const destroyed = told.find((own) => own.properties.state === "eradicated") ?? told[0];
	const { features: patrols } = await place.api("GET", "/api/v1/patrols?limit=500");
	const longest = [...patrols].sort((one, other) => other.properties.length_m - one.properties.length_m)[0];
	const { incidents } = await place.api("GET", "/api/v1/incidents?limit=5");
	const busy = destroyed?.properties.commune?.code ?? place.communes[0].code;
	await shoot("overview", "#/?period=last_season");
	await shoot("coverage", `#/coverage?period=last_season&commune=${busy}`);
	await shoot("density", "#/density?season=2025");
	await shoot("commune", `#/communes/${busy}?period=last_season`);
	await shoot("search", "#/coverage?period=last_season", async () => {
		await page.keyboard.press("/");
		await page.keyboard.type(place.communes[1].name.split(" ")[0]);
		await page.locator("[role=option]").first().waitFor();
		await page.keyboard.press("ArrowDown");
	});
	// The first closes the list, the second empties the box.
	for (const key of ["Escape", "Escape"]) await page.keyboard.press(key);
	await shoot("plots", `#/plots?${span}&plot=${destroyed?.id ?? ""}`);
	if (destroyed) await shoot("plot", `#/plots/${destroyed.id}`);
	await shoot("ledger", `#/ledger?${span}`);
	await shoot("review", "#/review");
	await shoot("review-verify", "#/review?list=verify");
	await shoot("review-approve", "#/review?list=approve");
	if (["photos", "tracks"].some((own) => wanted(`room-review-${own}.${language}`))) {
		const own = await questions(place);
		await shoot("review-photos", `#/review?list=photos&item=${own.photo.id}`);
		await shoot("review-tracks", `#/review?list=tracks&item=${own.track.id}`);
	}
	await shoot("patrols", `#/patrols?${span}`);
	if (longest) await shoot("patrol", `#/patrols/${longest.id}`);
	await shoot("incidents", "#/incidents");
	if (incidents[0]) await shoot("incident", `#/incidents/${incidents[0].id}`);
	await shoot("live", "#/live");
	await shoot("report-b01", "#/reports?view=b01&period=2026");
	await shoot("report-b02", "#/reports?view=b02&period=2026");
	await shoot("report-b03", "#/reports?view=b03&period=2026");
	await shoot("report-sending", "#/reports?view=sending&period=2026");
	await shoot("exports", "#/exports?layers=plots,patrols");
	await paper(page, place, shoot);
	await imported(page, place, shoot);
	await shoot("imports", "#/imports");
	await shoot("devices", "#/devices");
	await shoot("devices-add", "#/devices", async () => {
		await page.locator("main header button, main .tools button").first().click();
		await page.locator("dialog[open] input").first().waitFor();
	});
	await page.keyboard.press("Escape");
	const [phone] = await place.api("GET", "/api/v1/devices");
	if (phone) await shoot("device", `#/devices/${phone.id}`);
	await shoot("devices-doors", "#/devices", async () => {
		await page.locator("tbody .acts button").first().click();
		await page.locator("dialog[open] fieldset").waitFor();
	});
	await page.keyboard.press("Escape");
	await shoot("devices-enrol", "#/devices", async () => {
		await page.locator("tbody .acts button").first().click();
		await page.locator("dialog[open] footer .main").click();
		await page.locator("[data-code]").waitFor();
	});
	await shoot("accounts", "#/accounts");
	await shoot("account", "#/coverage", async () => {
		await open(page, place.base, "#/accounts");
		await page.locator("tbody tr").filter({ hasText: "can-bo-xa" }).locator(".acts button").first().click();
		await page.locator("dialog[open] form").waitFor();
	});
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: language === "vi" ? "Đăng xuất" : "Sign out" }).click();
	await page.locator("input").first().waitFor();
	// Only those who audit read the log.
	await signIn(page, place.base, "kiem-toan");
	await shoot("log", "#/log");
	await context.close();
}

/** Minutes on paper, with a sheet drawn for the purpose. */
async function paper(page, place, shoot) {
	const field = (at) => page.locator("main form input:not([aria-hidden]), main form select").nth(at);
	await shoot("paper", null, async () => {
		await open(page, place.base, "#/papers/new");
		const bytes = await page.evaluate(async () => {
			const sheet = new OffscreenCanvas(840, 1188);
			const pen = sheet.getContext("2d");
			pen.fillStyle = "#fffdf5";
			pen.fillRect(0, 0, 840, 1188);
			pen.fillStyle = "#222";
			pen.font = "600 26px serif";
			pen.textAlign = "center";
			pen.fillText("BIÊN BẢN PHÁ NHỔ (mẫu)", 420, 110);
			for (let line = 0; line < 28; line++) pen.fillRect(80, 180 + line * 30, 680 - (line % 4) * 70, 3);
			const blob = await sheet.convertToBlob({ type: "image/jpeg" });
			return [...new Uint8Array(await blob.arrayBuffer())];
		});
		await field(0).fill("12/BB-CAX");
		await field(1).fill("2026-02-26");
		await field(2).selectOption({ index: 1 });
		await field(3).fill("Công an xã");
		await field(5).fill("3");
		await page
			.locator("input[type=file]")
			.setInputFiles({ name: "bien-ban.jpg", mimeType: "image/jpeg", buffer: Buffer.from(bytes) });
		await page.locator("main form button[type=submit]").click();
		await page.waitForURL(/papers\/0/);
		await page.locator("[data-scan] img").waitFor();
		await page
			.locator("main button")
			.filter({ hasText: /Phá nhổ|Eradication/ })
			.first()
			.click();
		await page.locator("main form").waitFor();
		await page.evaluate(() => scrollTo(0, 0));
	});
	await shoot("papers", "#/papers");
	await shoot("paper-new", "#/papers/new");
}

/** A list of crossings in metres of an unnamed zone, with a row at fault. */
async function imported(page, place, shoot) {
	await shoot("import", null, async () => {
		await open(page, place.base, "#/imports");
		const rows = "ma,ten,loai,x,y\nCK-01,Lối mở Một,loi_mo,2509008,447708\nCK-02,,loi_mo,2506832,458815\n";
		const file = { name: "loi-mo.csv", mimeType: "text/csv", buffer: Buffer.from(rows) };
		await page.locator("main select").first().selectOption("gates");
		await page.locator("main input[type=file]").setInputFiles(file);
		await page.locator("main form button[type=submit]").click();
		await page.waitForURL(/imports\/0/);
		await page.locator("main dl").waitFor();
	});
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
	await page.getByLabel(words.plot_bed_length).fill("6");
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
const place = await province({ communes: 14, patrols: 60, seasons: 2, of: process.env.SCREENS_OF ?? null });
const browser = await launch();
try {
	for (const language of ["vi", "en"]) {
		await room(browser, place, language);
		await field(place, language);
	}
	console.log(`${(sum / 1e6).toFixed(1)} MB in all`);
} finally {
	await browser.close();
	await place.stop();
}
