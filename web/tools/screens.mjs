// Takes a picture of every screen of both faces in both languages from a made-up province: docs/screens/*.png.
//   npm run screens                    all of them, on the built program
//   npm run screens -- room-report     those whose name begins so
// SCREENS_OF=folder takes a province that is loaded already instead of loading one.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Phone } from "../e2e/field/phone.mjs";
import { launch, province } from "../e2e/harness.mjs";
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
// A year that is over has its heads, so that a second look can be drawn of it.
const made = { communes: 14, patrols: 160, seasons: 2, isAtOnce: false };
const place = await province({ ...made, of: process.env.SCREENS_OF ?? null });
const browser = await launch();
try {
	for (const language of ["vi", "en"]) {
		await room({ browser, place, language, wanted, keep });
		await field(place, language);
	}
	console.log(`${(sum / 1e6).toFixed(1)} MB in all`);
} finally {
	await browser.close();
	await place.stop();
}
