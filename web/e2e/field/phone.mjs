/** A phone in a browser against the built binary with the demo province. */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { GONE, PATIENCE_MS } from "../harness.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const BINARY = process.env.TUANTRA_BIN ?? join(ROOT, "target/debug/tuantra");
// What the tests are told by is no setting of the program, which refuses those that it does not know.
const { TUANTRA_BIN: _, ...env } = process.env;
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
	"--no-sandbox",
	"--use-gl=angle",
	"--use-angle=swiftshader",
	"--enable-unsafe-swiftshader",
	"--ignore-gpu-blocklist",
	"--use-fake-device-for-media-stream",
	"--use-fake-ui-for-media-stream",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--no-first-run",
	"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
export const PIN = "402917";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Notes the last position that the page was told, so that a story can wait for it instead of for a time. */
const HEARD = () => {
	const real = navigator.geolocation?.watchPosition.bind(navigator.geolocation);
	if (!real) return;
	navigator.geolocation.watchPosition = (take, ...rest) =>
		real(
			(position) => {
				take(position);
				globalThis.heardAt = [position.coords.longitude, position.coords.latitude];
			},
			...rest,
		);
};
/** What browsers write down as an error though it is an answer or the lack of a network. */
const EXPECTED = /net::ERR_INTERNET_DISCONNECTED|net::ERR_FAILED/;

function needed(path, what) {
	if (!existsSync(path)) {
		throw new Error(
			`${what} is not at ${path}: run "make test", which installs and builds what the tests need`,
		);
	}
}

/** The demo province, served on a free port. */
export class Province {
	static async open() {
		needed(BINARY, "the built binary");
		const data = mkdtempSync(join(tmpdir(), "tuantra-e2e-"));
		const run = (...args) =>
			execFileSync(BINARY, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
		run("demo", "--data", data, "--communes", "3", "--patrols", "3", "--load-only", "--at-once");
		const server = spawn(BINARY, ["serve", "--data", data, "--listen", "127.0.0.1:0"], {
			env,
			stdio: ["ignore", "pipe", "pipe"],
		});
		const base = await new Promise((done, failed) => {
			server.once("exit", () => failed(new Error("the server ended")));
			for (const stream of [server.stdout, server.stderr]) {
				stream.setEncoding("utf8").on("data", (text) => {
					const found = /tuantra serves (\S+)/.exec(text)?.[1];
					if (found) done(found);
				});
			}
		});
		return new Province(data, base, server, run);
	}

	constructor(data, base, server, run) {
		Object.assign(this, { data, base, server, run });
		this.staff = run("account", "token", "--data", data, "--name", "e2e", "--role", "provincial_officer");
	}

	async get(path, token = this.staff) {
		const response = await fetch(this.base + path, { headers: { authorization: `Bearer ${token}` } });
		return { status: response.status, value: response.ok ? await response.json() : null };
	}

	async post(path, body, token = this.staff) {
		const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
		const response = await fetch(this.base + path, { method: "POST", headers, body: JSON.stringify(body) });
		const text = response.ok ? await response.text() : "";
		return { status: response.status, value: text ? JSON.parse(text) : null };
	}

	/** A device that records in the first two communes, and the link that its enrolment page gives. */
	async device(name, base = this.base) {
		const communes = (await this.get("/api/v1/communes?limit=2")).value.features.map(({ id }) => id);
		const token = this.run(
			"device",
			"enrol",
			"--data",
			this.data,
			"--name",
			name,
			"--door",
			"api",
			...communes.flatMap((code) => ["--commune", code]),
		);
		const { id } = (await this.get("/api/v1/me", token)).value;
		const enrol = Buffer.from(JSON.stringify({ device: id, token })).toString("base64url");
		const commune = (await this.get(`/api/v1/communes/${communes[0]}`)).value;
		return {
			id,
			token,
			link: `${base}/field/#enrol=${enrol}`,
			middle: middleOf(commune.geometry.coordinates),
			communes,
			since: new Date().toISOString(),
		};
	}

	/** The photos that came since a device was made: stories are told one after the other. */
	async photosOf(device) {
		const list = (await this.get("/api/v1/photos?limit=500", device.token)).value.features;
		return list.filter(({ properties }) => properties.recorded_at >= device.since);
	}

	/** The original of a photo as it is kept. */
	async original(photo) {
		const response = await fetch(`${this.base}/api/v1/photos/${photo}/original?reason=e2e`, {
			headers: { authorization: `Bearer ${this.staff}` },
		});
		return Buffer.from(await response.arrayBuffer());
	}

	async close() {
		this.server.kill("SIGKILL");
		await new Promise((done) => this.server.once("close", done));
		rmSync(this.data, GONE);
	}
}

/** Metres between two places by the haversine formula. */
export function metres([lon, lat], [toLon, toLat]) {
	const rad = (degrees) => (degrees * Math.PI) / 180;
	const h =
		Math.sin(rad(toLat - lat) / 2) ** 2 +
		Math.cos(rad(lat)) * Math.cos(rad(toLat)) * Math.sin(rad(toLon - lon) / 2) ** 2;
	return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
}

/** Processes whose command line names a folder. */
function processesNaming(folder) {
	const named = (pid) => {
		try {
			return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
		} catch {
			return false;
		}
	};
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map(Number)
		.filter(named);
}

function middleOf(coordinates) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk(coordinates);
	const of = (index) => all.map((place) => place[index]);
	return [0, 1].map((index) => (Math.min(...of(index)) + Math.max(...of(index))) / 2);
}

/**
 * Runs in the page: no two pictures of the made-up camera look alike, as no two of a real one do. It begins anew each time
 * and shows the same frame where a slow machine opens it later by just the wait between two shots; one picture for two
 * steps, or at two plots, is asked about, and that costs the set its grade.
 */
function tellPicturesApart() {
	const { toBlob } = HTMLCanvasElement.prototype;
	HTMLCanvasElement.prototype.toBlob = function (...how) {
		const paint = this.getContext("2d");
		const [wide, high] = [this.width / 6, this.height / 6];
		for (let cell = 0; cell < 36; cell += 1) {
			const [red, green, blue] = crypto.getRandomValues(new Uint8Array(3));
			paint.fillStyle = `rgb(${red} ${green} ${blue})`;
			paint.fillRect((cell % 6) * wide, Math.floor(cell / 6) * high, wide, high);
		}
		return toBlob.apply(this, how);
	};
}

/** A phone: a browser profile of its own, which may be killed and started again. */
export class Phone {
	static async start(device, viewport = { width: 360, height: 740 }, prepare = () => undefined) {
		needed(CHROMIUM, "Chromium");
		const phone = new Phone(device, viewport, mkdtempSync(join(tmpdir(), "tuantra-phone-")));
		phone.prepared = prepare;
		await phone.boot();
		return phone;
	}

	constructor(device, viewport, profile) {
		Object.assign(this, { device, viewport, profile, faults: [], foreign: [], place: [...device.middle] });
		/** Errors on the console that a story brings about itself. */
		this.expected = EXPECTED;
	}

	async boot() {
		const [longitude, latitude] = this.place;
		this.context = await chromium.launchPersistentContext(this.profile, {
			executablePath: CHROMIUM,
			timeout: 2 * PATIENCE_MS,
			args: FLAGS,
			viewport: this.viewport,
			locale: "vi-VN",
			permissions: ["geolocation", "camera", "screen-wake-lock", "clipboard-read", "clipboard-write"],
			geolocation: { longitude, latitude, accuracy: 6 },
			acceptDownloads: true,
		});
		this.context.setDefaultTimeout(PATIENCE_MS);
		this.context.on("request", (request) => {
			const url = request.url();
			if (/^https?:/.test(url) && !url.startsWith(new URL(this.device.link).origin)) {
				this.foreign.push(url);
			}
		});
		await this.context.addInitScript(tellPicturesApart);
		await this.context.addInitScript(HEARD);
		await this.prepared(this.context);
		this.page = await this.context.newPage();
		this.page.on("pageerror", (error) => this.faults.push(error.message));
		this.page.on("console", (message) => {
			if (message.type() === "error" && !this.expected.test(message.text())) this.faults.push(message.text());
		});
	}

	/** Every process of this phone's browser ends at once, as when the battery is taken out. */
	async kill() {
		for (let left = processesNaming(this.profile); left.length > 0; left = processesNaming(this.profile)) {
			for (const pid of left) {
				try {
					process.kill(pid, "SIGKILL");
				} catch {
					// It went with its parent.
				}
			}
			await new Promise((done) => setTimeout(done, 100));
		}
	}

	async enrol(name = "Tổ 01", pin = PIN) {
		await this.page.goto(this.device.link);
		await this.page.getByLabel("Người dùng máy").fill(name);
		await this.page.getByLabel("Mã PIN", { exact: true }).fill(pin);
		await this.page.getByLabel("Nhập lại mã PIN").fill(pin);
		await this.button("Lưu").click();
		await this.page.getByRole("heading", { name: "Chuẩn bị ngoại tuyến" }).waitFor();
	}

	async prepare() {
		await this.tab("Cài đặt");
		await this.button("Chuẩn bị ngay").click();
		await this.page.getByText("Sẵn sàng dùng khi mất mạng.").waitFor();
	}

	async unlock(pin = PIN) {
		await this.page.goto(new URL("/field/", this.device.link).href);
		await this.page.getByLabel("Mã PIN", { exact: true }).fill(pin);
		await this.button("Mở khóa").click();
	}

	button(name) {
		return this.page.locator("main").getByRole("button", { name, exact: true });
	}

	async tab(name) {
		await this.page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
	}

	async moveTo(longitude, latitude, accuracy = 6) {
		this.place = [longitude, latitude];
		await this.context.setGeolocation({ longitude, latitude, accuracy });
	}

	/** Moves to a place, and waits until the page was told of it: a slow machine merges readings that nobody waited for. */
	async stand(longitude, latitude, accuracy = 6) {
		await this.moveTo(longitude, latitude, accuracy);
		await this.page.waitForFunction(
			([lon, lat]) =>
				globalThis.heardAt &&
				Math.abs(globalThis.heardAt[0] - lon) < 1e-9 &&
				Math.abs(globalThis.heardAt[1] - lat) < 1e-9,
			[longitude, latitude],
			{ polling: 20 },
		);
	}

	/** Walks east, about ten metres a step. */
	async walk(steps, degrees = 0.0001) {
		const [lon, lat] = this.place;
		for (let step = 1; step <= steps; step += 1) {
			await this.stand(lon + step * degrees, lat);
		}
	}

	async startPatrol() {
		await this.tab("Tuần tra");
		await this.button("Bắt đầu tuần tra").click();
		await this.page.locator("[data-figure=fixes]").waitFor();
	}

	/** By keyboard: nobody can hold a key for 1.5 s. */
	async endPatrol() {
		await this.tab("Tuần tra");
		await this.page.locator(".hold").focus();
		await this.page.keyboard.press("Enter");
		await this.page.getByRole("alertdialog").getByRole("button", { name: "Kết thúc tuần tra" }).click();
		await this.button("Bắt đầu tuần tra").waitFor();
	}

	async figure(name) {
		return Number(
			(await this.page.locator(`[data-figure=${name}]`).textContent()).replaceAll(".", "").replace(",", "."),
		);
	}

	/** A figure once it fits, or as it stands when it has not for so long: what was told last may still be written. */
	async figureThat(name, fits, patienceMs = PATIENCE_MS) {
		const until = Date.now() + patienceMs;
		let shown = await this.figure(name);
		while (!fits(shown) && Date.now() < until) {
			await this.page.waitForTimeout(10);
			shown = await this.figure(name);
		}
		return shown;
	}

	/** A figure once it has stood for a second. */
	async settled(name) {
		let shown = await this.figure(name);
		for (let stood = 0; stood < 5; ) {
			await this.page.waitForTimeout(200);
			const now = await this.figure(name);
			stood = now === shown ? stood + 1 : 0;
			shown = now;
		}
		return shown;
	}

	/** A button once it may be pressed: what was pressed before has ended. */
	async pressable(name) {
		await this.button(name).and(this.page.locator(":enabled")).waitFor();
	}

	/** The queue as it says that so many items wait. */
	async waits(count) {
		await this.tab("Hàng đợi");
		await this.page
			.locator('li[data-state="waiting"]')
			.nth(count - 1)
			.waitFor();
		assert.equal((await this.states()).filter((state) => state === "waiting").length, count);
	}

	/** Marks a plot where the phone stands: counted, one bed by tape. */
	async mark(plants, length, width) {
		await this.tab("Điểm trồng");
		await this.button("Đánh dấu điểm trồng").click();
		await this.button("Tại đây").click();
		await this.page.getByLabel("Số cây").fill(String(plants));
		await this.button("Thước dây").click();
		await this.page.getByLabel("Dài").fill(String(length));
		await this.page.getByLabel("Rộng").fill(String(width));
		await this.button("Lưu").click();
		await this.page.getByText(/^Đã ghi điểm trồng/).waitFor();
	}

	async photograph(phase) {
		await this.button("Chụp ảnh").click();
		await this.button(phase).click();
		await this.button("Chụp").click();
		await this.page.getByText(/^Đã lưu ảnh/).waitFor();
		await this.button("‹ Quay lại").click();
	}

	async sendNow() {
		await this.tab("Hàng đợi");
		await this.button("Gửi ngay").click();
	}

	/** Every item as the queue shows it: its group. */
	async states() {
		await this.tab("Hàng đợi");
		await this.page.locator("li[data-state]").first().waitFor();
		return this.page
			.locator("li[data-state]")
			.evaluateAll((items) => items.map((item) => item.dataset.state));
	}

	async allSent() {
		await this.page.getByRole("banner").getByText("Đã gửi hết").waitFor();
	}

	/** Sends and looks at the plots until something is there: what the server makes of what it was sent takes its time. */
	async plotsUntil(isThere, patienceMs = PATIENCE_MS) {
		const until = Date.now() + patienceMs;
		do {
			await this.sendNow();
			await this.allSent();
			await this.tab("Điểm trồng");
			for (let look = 0; look < 5; look += 1) {
				if (await isThere()) return;
				await this.page.waitForTimeout(200);
			}
		} while (Date.now() < until);
	}

	/** Opens a screen of the bottom bar by its place, whatever the language. */
	async screen(index) {
		await this.page.getByRole("navigation").getByRole("button").nth(index).click();
	}

	/** What a reader sees after the last thing that was asked. */
	says(text) {
		return this.page.locator("main").getByText(text).first().waitFor();
	}

	/** No violation of WCAG 2.2 AA that axe finds, nothing wider than the screen, nothing to press that is too small. */
	async looked(where) {
		await this.page.evaluate(AXE);
		const found = await this.page.evaluate(async () => {
			// A colour on its way to another one is neither.
			const ending = document
				.getAnimations()
				.filter((own) => own.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
				.map((own) => own.finished.catch(() => {}));
			await Promise.race([Promise.all(ending), new Promise((ended) => setTimeout(ended, 1_000))]);
			const { violations } = await globalThis.axe.run({
				runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
			});
			const told = violations.map(
				({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
			);
			const root = document.documentElement;
			const wide = [root, document.querySelector("main")]
				.filter((box) => box && box.scrollWidth > box.clientWidth)
				.map((box) => `${box.tagName} is ${box.scrollWidth - box.clientWidth} px too wide`);
			const small = [
				...document.querySelectorAll(
					"button, select, summary, label.check, input:not([type=checkbox], [aria-hidden])",
				),
			]
				.filter((own) => own.offsetParent && own.getBoundingClientRect().height < 44)
				.map((own) => `less than 44 px high: ${own.outerHTML.slice(0, 120)}`);
			return [...told, ...wide, ...small];
		});
		assert.deepEqual(found, [], where);
	}

	async close() {
		await this.context.close().catch(() => undefined);
		rmSync(this.profile, GONE);
	}
}
