/** A phone in a browser against the built binary with the demo province. */

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const BINARY = process.env.TUANTRA_BIN ?? join(ROOT, "target/debug/tuantra");
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
			execFileSync(BINARY, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
		run("demo", "--data", data, "--communes", "3", "--patrols", "3", "--load-only");
		const server = spawn(BINARY, ["serve", "--data", data, "--listen", "127.0.0.1:0"], {
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
		return { status: response.status, value: response.ok ? await response.json() : null };
	}

	/** A device that records in the first two communes, and the link that its enrolment page gives. */
	async device(name) {
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
			link: `${this.base}/field/#enrol=${enrol}`,
			middle: middleOf(commune.geometry.coordinates),
			communes,
		};
	}

	async close() {
		this.server.kill("SIGKILL");
		await new Promise((done) => this.server.once("close", done));
		rmSync(this.data, { recursive: true, force: true });
	}
}

function middleOf(coordinates) {
	const all = [];
	const walk = (value) => (typeof value[0] === "number" ? all.push(value) : value.forEach(walk));
	walk(coordinates);
	const of = (index) => all.map((place) => place[index]);
	return [0, 1].map((index) => (Math.min(...of(index)) + Math.max(...of(index))) / 2);
}

/** A phone: a browser profile of its own, which may be killed and started again. */
export class Phone {
	static async start(device, viewport = { width: 360, height: 740 }) {
		needed(CHROMIUM, "Chromium");
		const phone = new Phone(device, viewport, mkdtempSync(join(tmpdir(), "tuantra-phone-")));
		await phone.boot();
		return phone;
	}

	constructor(device, viewport, profile) {
		Object.assign(this, { device, viewport, profile, faults: [], foreign: [], place: [...device.middle] });
	}

	async boot() {
		const [longitude, latitude] = this.place;
		this.context = await chromium.launchPersistentContext(this.profile, {
			executablePath: CHROMIUM,
			args: FLAGS,
			viewport: this.viewport,
			locale: "vi-VN",
			permissions: ["geolocation", "camera", "screen-wake-lock", "clipboard-read", "clipboard-write"],
			geolocation: { longitude, latitude, accuracy: 6 },
			acceptDownloads: true,
		});
		this.context.on("request", (request) => {
			const url = request.url();
			if (/^https?:/.test(url) && !url.startsWith(new URL(this.device.link).origin)) {
				this.foreign.push(url);
			}
		});
		this.page = await this.context.newPage();
		this.page.on("pageerror", (error) => this.faults.push(error.message));
	}

	async kill() {
		execFileSync("pkill", ["-9", "-f", this.profile]);
		await new Promise((done) => setTimeout(done, 500));
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

	/** Walks east, about ten metres a step. */
	async walk(steps) {
		const [lon, lat] = this.place;
		for (let step = 1; step <= steps; step += 1) {
			await this.moveTo(lon + step * 0.0001, lat);
			await this.page.waitForTimeout(60);
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

	async allSent(timeout = 30_000) {
		await this.page.getByRole("banner").getByText("Đã gửi hết").waitFor({ timeout });
	}

	async close() {
		await this.context.close().catch(() => undefined);
		rmSync(this.profile, { recursive: true, force: true });
	}
}
