// The map room's screens for docs/screens, one after another: as the province's officer sees them, then as those see them whose rights
// are others.
import { randomBytes } from "node:crypto";
import { open, signIn, visit } from "../e2e/harness.mjs";
import { asked, copied, doubled, formsWaiting, middleOf } from "../e2e/questions.mjs";

const WIDTH = 1280;
const HEIGHT = 800;
const TALLEST = 1100;
const SPAN = "from=2024-09-01&to=2026-12-31";

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

let formed = null;
/** Forms of ODK Collect that no slice took. */
const waiting = (place) => {
	formed ??= formsWaiting(place);
	return formed;
};
let drawn = null;
/** A second look at the claims of the year that is over. */
const draw = (place) => {
	const period = new Date().getFullYear() - 1;
	drawn ??= place
		.api("POST", "/api/v1/ledger/sample", { period })
		.catch((error) => console.warn(String(error)));
	return drawn;
};
let walking = null;
/** A patrol that is on its way. */
const onItsWay = (place) => {
	walking ??= (async () => {
		const { code } = place.communes[0];
		const [lon, lat] = await middleOf(place, code);
		const send = await place.phone("Tổ 12 – máy A", code);
		const [{ id: org }] = await place.api("GET", "/api/v1/orgs");
		const id = `01900000-0000-7000-8000-${randomBytes(6).toString("hex")}`;
		const at = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();
		const about = { kind: "crop_check", transport: "foot", headcount: { [org]: 4 }, started_at: at(-900) };
		await send("PUT", `/api/v1/patrols/${id}`, about);
		const fixes = Array.from({ length: 80 }, (_, n) => ({
			...{ t: at(-880 + 10 * n), lon, lat: lat + 0.00008 * n, accuracy_m: 5 },
		}));
		await send("POST", `/api/v1/patrols/${id}/fixes`, { fixes });
	})();
	return walking;
};

/** Takes a picture of a screen once everything on it stands still; `act` does what is shown. */
function shooting({ page, place, language, wanted, keep }) {
	return async (name, hash, act) => {
		const file = `room-${name}.${language}`;
		if (!wanted(file)) return;
		if (hash) await open(page, place.base, hash);
		await act?.();
		// A stream that goes on is no reason to wait.
		await page.waitForLoadState("networkidle", { timeout: 10_000 }).catch(() => {});
		const standsStill = () =>
			[...document.querySelectorAll("[data-map]")].every((own) => own.engine?.areTilesLoaded());
		await page.waitForFunction(standsStill, null, { timeout: 15_000 }).catch(() => {});
		// What was said of an earlier screen is no part of this one.
		await page.evaluate(() => {
			for (const own of document.querySelectorAll(".toast button")) own.click();
		});
		// Nothing is marked because the mouse lies there.
		await page.mouse.move(0, 0);
		await page.waitForTimeout(600);
		const height = await page.evaluate(() => document.documentElement.scrollHeight);
		const isScrolled = await page.evaluate(() => scrollY > 0);
		if (!isScrolled)
			await page.setViewportSize({ width: WIDTH, height: Math.min(Math.max(height, HEIGHT), TALLEST) });
		await page.waitForTimeout(400);
		keep(file, await page.screenshot());
		await page.setViewportSize({ width: WIDTH, height: HEIGHT });
	};
}

/** The map room, screen by screen. */
export async function room(how) {
	const { browser, place, language } = how;
	const { page, context } = await visit(browser, place.base, { width: WIDTH, height: HEIGHT, language });
	const own = { ...how, page, context, shoot: shooting({ ...how, page }) };
	await page.goto(`${place.base}/#/`);
	await page.locator("input").first().waitFor();
	await own.shoot("sign-in", null);
	for (const [login, walk] of [
		["can-bo-tinh", atThePolice],
		["pho-phong", secondPerson],
		["can-bo-xa", inACommune],
		["nguoi-xem", fromOutside],
		// Only those who audit read the log.
		["kiem-toan", ({ shoot }) => shoot("log", "#/log")],
	]) {
		await signIn(page, place.base, login);
		await walk(own);
		await context.setOffline(false);
		await page.getByRole("button", { name: language === "vi" ? "Đăng xuất" : "Sign out" }).click();
		await page.locator("input").first().waitFor();
	}
	await context.close();
}

/** What the province's officer sees, in the order of the menu. */
async function atThePolice(own) {
	await province(own);
	await evidence(own);
	await queue(own);
	await papersAndFiles(own);
	await keeping(own);
}

async function province({ page, place, shoot }) {
	const busy = await busiest(place);
	await shoot("overview", "#/?period=last_season");
	await shoot("coverage", `#/coverage?period=last_season&commune=${busy}`);
	await shoot("density", "#/density?season=2025");
	await shoot("density-effort", "#/density?season=2025&layer=effort");
	await shoot("density-cell", "#/density?season=2025", () => page.locator("tbody .pick").first().click());
	await shoot("commune", `#/communes/${busy}?period=last_season`);
	await shoot("commune-gaps", `#/communes/${busy}?period=last_season`, () => toEnd(page));
	await shoot("search", "#/coverage?period=last_season", async () => {
		await page.keyboard.press("/");
		await page.keyboard.type(place.communes[1].name.split(" ")[0]);
		await page.locator("[role=option]").first().waitFor();
		await page.keyboard.press("ArrowDown");
	});
	// The first closes the list, the second empties the box.
	for (const key of ["Escape", "Escape"]) await page.keyboard.press(key);
	await shoot("ledger", `#/ledger?${SPAN}`);
	await shoot("ledger-rates", `#/ledger?view=rates&${SPAN}`);
	await shoot("ledger-plots", `#/ledger?view=rates&of=cohort_open&${SPAN}`);
	await shoot("ledger-classes", "#/ledger?view=classes");
	await shoot("ledger-sample", "#/ledger?view=sample", async () => {
		await draw(place);
		await open(page, place.base, "#/ledger");
		await open(page, place.base, "#/ledger?view=sample");
	});
}

async function evidence({ page, place, shoot }) {
	const { features: plots } = await place.api("GET", "/api/v1/plots?limit=500");
	const told = [...plots].sort((one, other) => other.properties.photos - one.properties.photos);
	const destroyed = told.find((own) => own.properties.state === "eradicated") ?? told[0];
	await shoot("plots", `#/plots?${SPAN}&plot=${destroyed?.id ?? ""}`);
	await shoot("plots-none", "#/plots?from=2020-01-01&to=2020-01-31");
	if (destroyed) {
		await shoot("plot", `#/plots/${destroyed.id}`);
		await shoot("plot-custody", `#/plots/${destroyed.id}`, () => toEnd(page));
	}
	const { features: patrols } = await place.api("GET", "/api/v1/patrols?limit=500");
	const by = (figure) =>
		[...patrols].sort((one, other) => figure(other.properties) - figure(one.properties))[0];
	const longest = by((own) => own.length_m);
	const broken = by((own) => own.gaps.length);
	await shoot("patrols", `#/patrols?${SPAN}`);
	if (longest) await shoot("patrol", `#/patrols/${longest.id}`);
	if (broken) await shoot("patrol-gaps", `#/patrols/${broken.id}`);
	const { incidents } = await place.api("GET", "/api/v1/incidents?limit=5");
	await shoot("incidents", "#/incidents");
	if (incidents[0]) await shoot("incident", `#/incidents/${incidents[0].id}`);
	await shoot("live", "#/live");
	await shoot("live-on", "#/live", async () => {
		await onItsWay(place);
		await page.locator("main header .button.main, main header button").first().click();
		await page.locator("main tbody tr").first().waitFor();
	});
}

async function queue({ page, place, language, wanted, shoot }) {
	await shoot("review", "#/review");
	await shoot("review-verify", "#/review?list=verify");
	await shoot("review-return", "#/review?list=verify", async () => {
		await page.keyboard.press("r");
		await page.locator("dialog[open] textarea").waitFor();
	});
	if (await page.locator("dialog[open]").count()) await page.keyboard.press("Escape");
	await shoot("review-approve", "#/review?list=approve");
	if (["photos", "tracks"].some((own) => wanted(`room-review-${own}.${language}`))) {
		const own = await questions(place);
		await shoot("review-photos", `#/review?list=photos&item=${own.photo.id}`);
		await shoot("review-tracks", `#/review?list=tracks&item=${own.track.id}`);
	}
	await shoot("review-pairs", "#/review?list=pairs");
	await shoot("review-minutes", "#/review?list=minutes");
	await shoot("review-reinspections", "#/review?list=reinspections");
	if (wanted(`room-review-forms.${language}`)) await waiting(place);
	await shoot("review-forms", "#/review?list=forms");
	await shoot("review-carried", "#/review?list=carried");
}

async function papersAndFiles({ page, place, shoot }) {
	for (const form of ["b01", "b02", "b03"])
		await shoot(`report-${form}`, `#/reports?view=${form}&period=2026`);
	await shoot("report-sending", "#/reports?view=sending&period=2026");
	await shoot("report-kept", "#/reports?view=b01&period=2026", async () => {
		await page.getByRole("button", { name: /Lưu bản này|Keep this form/ }).click();
		await page.locator(".toast").first().waitFor();
		await open(page, place.base, "#/reports?view=kept");
	});
	await shoot("exports", "#/exports?layers=plots,patrols");
	await shoot("exports-asked", "#/exports?layers=plots,patrols", async () => {
		await page.locator("main form textarea").fill("Gửi Sở Nông nghiệp rà soát");
		await page.locator("main form button[type=submit]").click();
		await page.locator("main tbody tr").first().waitFor();
		await toEnd(page);
	});
	await paper(page, place, shoot);
	await imported(page, place, shoot);
	await shoot("imports", "#/imports");
}

async function keeping({ page, place, language, context, shoot }) {
	const rows = (name) => page.locator("tbody tr").filter({ hasText: name });
	await shoot("devices", "#/devices");
	await shoot("devices-add", "#/devices", async () => {
		await page.locator("main header button, main .tools button").first().click();
		await page.locator("dialog[open] input").first().waitFor();
	});
	await page.keyboard.press("Escape");
	await shoot("devices-csv", "#/devices", async () => {
		await page.getByRole("button", { name: /CSV/ }).click();
		await page.locator("dialog[open] input").first().waitFor({ state: "attached" });
	});
	await page.keyboard.press("Escape");
	const phones = await place.api("GET", "/api/v1/devices");
	const phone = phones.find((own) => own.name.startsWith("Tổ 01"));
	if (phone) {
		await shoot("device", `#/devices/${phone.id}`);
		await shoot("device-loss", `#/devices/${phone.id}`, async () => {
			await page
				.getByRole("button", { name: /Báo mất máy|Report/ })
				.first()
				.click();
			await page.locator("dialog[open]").waitFor();
		});
		await page.keyboard.press("Escape");
	}
	await shoot("devices-doors", "#/devices", async () => {
		await rows("Tổ 01").first().locator(".acts button").first().click();
		await page.locator("dialog[open] fieldset").waitFor();
	});
	await page.keyboard.press("Escape");
	await shoot("devices-enrol", "#/devices", async () => {
		await rows("Tổ 01").first().locator(".acts button").first().click();
		await page.locator("dialog[open] footer .main").click();
		await page.locator("[data-code]").waitFor();
	});
	await shoot("accounts", "#/accounts");
	await shoot("account", "#/coverage", async () => {
		await open(page, place.base, "#/accounts");
		await rows("can-bo-xa").locator(".acts button").first().click();
		await page.locator("dialog[open] form").waitFor();
	});
	await page.keyboard.press("Escape");
	await shoot("own-account", "#/coverage", async () => {
		await page.locator("#rail .me").click();
		await page.locator("dialog[open] svg, dialog[open] canvas").first().waitFor();
	});
	await page.keyboard.press("Escape");
	await shoot("unknown", null, async () => {
		await page.goto(`${place.base}/#/khong-co`);
		await page.locator("main h1").waitFor();
	});
	await open(page, place.base, "#/patrols");
	await shoot("offline", null, async () => {
		await context.setOffline(true);
		await page.goto(`${place.base}/#/patrols?from=2025-01-01&to=2025-02-01&language=${language}`);
		await page.locator("main [role=alert]").first().waitFor();
	});
}

/** Who decides on what others ask for. */
async function secondPerson({ page, place, shoot }) {
	await shoot("exports-approve", "#/exports", () => page.locator("main .waiting li").first().waitFor());
	await open(page, place.base, "#/");
}

async function inACommune({ shoot, place }) {
	await shoot("overview-commune", "#/?period=last_season");
	const [, other] = place.communes;
	await shoot("commune-beyond", `#/communes/${other.code}?period=last_season`);
}

/** Who reads rounded figures alone. */
async function fromOutside({ shoot }) {
	await shoot("overview-reader", "#/?period=last_season");
	await shoot("density-reader", "#/density");
	await shoot("denied", "#/plots");
}

/** The commune of the plot with the most photos. */
async function busiest(place) {
	const { features } = await place.api("GET", "/api/v1/plots?limit=500");
	const told = [...features].sort((one, other) => other.properties.photos - one.properties.photos);
	const destroyed = told.find((own) => own.properties.state === "eradicated") ?? told[0];
	return destroyed?.properties.commune?.code ?? place.communes[0].code;
}

/** The end of a long page comes into sight. */
async function toEnd(page) {
	await page.waitForLoadState("networkidle");
	await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
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
