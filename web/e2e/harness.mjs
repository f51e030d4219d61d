// The built program on a made-up province of its own, and a browser that reaches nothing else.
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "mat-khau-thu-nghiem";
/** So long is waited for what must come: a wait ends as soon as it is there. */
export const PATIENCE_MS = 60_000;
/** What a program or a browser left behind goes, also when the last of it is just being written. */
export const GONE = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };

/** The browser that the tests need; without one they fail, and say what to do. */
export function browserPath() {
	const path = process.env.CHROMIUM ?? "/usr/bin/chromium";
	if (!existsSync(path)) throw new Error(`no Chromium at ${path}: run make tools, or set CHROMIUM`);
	return path;
}

function program() {
	const path = process.env.TUANTRA_BIN ?? join(root, "target/debug/tuantra");
	if (!existsSync(path)) throw new Error(`${path} is not built: run make browser, or set TUANTRA_BIN`);
	return path;
}

// What the tests are told by is no setting of the program, which refuses those that it does not know.
const { TUANTRA_BIN: _, ...env } = process.env;

function run(args) {
	return new Promise((done, failed) => {
		const child = spawn(program(), args, { env, stdio: ["ignore", "pipe", "pipe"] });
		let out = "";
		let err = "";
		child.stdout.on("data", (part) => {
			out += part;
		});
		child.stderr.on("data", (part) => {
			err += part;
		});
		child.on("exit", (code) => (code === 0 ? done(out) : failed(new Error(`tuantra ${args[0]}: ${err}`))));
	});
}

/** Loads a small province, or takes a copy of one that is loaded, serves it and makes the accounts that the tests sign in
 * with. */
export async function province({
	communes: size = 4,
	patrols = 10,
	seasons = 1,
	of = null,
	isAtOnce = true,
} = {}) {
	const data = mkdtempSync(join(tmpdir(), "tuantra-e2e-"));
	const load = { communes: size, patrols, seasons };
	if (of) cpSync(of, data, { recursive: true });
	else
		await run([
			...["demo", "--data", data, "--load-only", ...(isAtOnce ? ["--at-once"] : [])],
			...Object.entries(load).flatMap(([name, count]) => [`--${name}`, String(count)]),
		]);
	const token = (
		await run(["account", "token", "--data", data, "--name", "quan-tri", "--role", "provincial_officer"])
	).trim();
	const server = spawn(program(), ["serve", "--data", data, "--listen", "127.0.0.1:0"], {
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	const base = await new Promise((done, failed) => {
		let said = "";
		const hear = (part) => {
			said += part;
			const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
			if (found) done(found[0]);
		};
		server.stdout.on("data", hear);
		server.stderr.on("data", hear);
		server.on("exit", (code) => failed(new Error(`the server ended (${code}): ${said}`)));
	});
	const api = async (method, path, body) => {
		const response = await fetch(base + path, {
			method,
			headers: { authorization: `Bearer ${token}`, ...(body ? { "content-type": "application/json" } : {}) },
			...(body ? { body: JSON.stringify(body) } : {}),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
		return text ? JSON.parse(text) : null;
	};
	/** Sends the display image of a photo as another photo, by an account or a phone, and waits until it can be shown: its id. */
	const photo = async (of, sidecar, secret = token) => {
		const authorization = `Bearer ${secret}`;
		const read = { headers: { authorization: `Bearer ${token}` } };
		const shown = await fetch(`${base}/api/v1/photos/${of}/display`, read);
		const image = Buffer.from(await shown.arrayBuffer());
		// A comment of its own (FF FE) makes it another file: a set holds none twice.
		const own = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 10]), randomBytes(8)]);
		const bytes = Buffer.concat([image.subarray(0, 2), own, image.subarray(2)]);
		const id = `01900000-0000-7000-8000-${randomBytes(6).toString("hex")}`;
		const sha256 = createHash("sha256").update(bytes).digest("hex");
		const taken_at = new Date().toISOString();
		const told = await fetch(`${base}/api/v1/photos/${id}`, {
			method: "PUT",
			headers: { authorization, "content-type": "application/json" },
			body: JSON.stringify({ ...sidecar, sha256, bytes: bytes.length, taken_at }),
		});
		if (!told.ok) throw new Error(`the photo was not taken: ${told.status} ${await told.text()}`);
		const sent = await fetch(`${base}/api/v1/photos/${id}/original`, {
			method: "PUT",
			headers: { authorization, "content-type": "image/jpeg" },
			body: bytes,
		});
		if (!sent.ok) throw new Error(`the photo was not taken: ${sent.status} ${await sent.text()}`);
		const isMade = async () => (await api("GET", `/api/v1/photos/${id}`)).derived === "made";
		await until(isMade, "the photo's images");
		return id;
	};
	const org = (await api("GET", "/api/v1/orgs")).find((own) => own.kind === "cong_an_tinh").id;
	const communes = (await api("GET", "/api/v1/communes")).features.map((own) => own.properties);
	const account = (login, role, codes = []) =>
		api("POST", "/api/v1/accounts", { login, role, org, communes: codes, password: PASSWORD });
	await account("can-bo-tinh", "provincial_officer");
	await account("pho-phong", "provincial_officer");
	await account("can-bo-xa", "commune_officer", [communes[0].code]);
	await account("nguoi-xem", "reader");
	await account("kiem-toan", "auditor");
	/** The secret of a phone of that name which may record in a commune. */
	const secretOf = async (name, commune) => {
		const words = ["device", "enrol", "--data", data, "--name", name, "--door", "api", "--commune", commune];
		return (await run(words)).trim();
	};
	/** The link that the enrolment page gives such a phone. */
	const link = async (name, commune) => {
		const secret = await secretOf(name, commune);
		const asked = await fetch(`${base}/api/v1/me`, { headers: { authorization: `Bearer ${secret}` } });
		const told = JSON.stringify({ device: (await asked.json()).id, token: secret });
		return `${base}/field/#enrol=${Buffer.from(told).toString("base64url")}`;
	};
	/** Such a phone, with its secret and a way to send what it records. */
	const handset = async (name, commune) => {
		const secret = await secretOf(name, commune);
		const send = async (method, path, body) => {
			const sent = await fetch(base + path, {
				method,
				headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
				body: JSON.stringify(body),
			});
			if (!sent.ok) throw new Error(`${method} ${path}: ${sent.status} ${await sent.text()}`);
			return sent.json();
		};
		return { secret, send };
	};
	/** The way to send alone. */
	const phone = async (name, commune) => (await handset(name, commune)).send;
	return {
		base,
		api,
		link,
		handset,
		phone,
		photo,
		communes,
		/** A command of the program on this province, beside the server. */
		command: (...words) => run([...words, "--data", data]),
		stop: async () => {
			const isOver = server.exitCode !== null || server.signalCode !== null;
			const ended = isOver ? null : new Promise((done) => server.on("exit", done));
			server.kill("SIGTERM");
			await Promise.race([ended, new Promise((done) => setTimeout(done, 5000))]);
			server.kill("SIGKILL");
			await ended;
			rmSync(data, GONE);
		},
	};
}

export function launch() {
	return chromium.launch({
		executablePath: browserPath(),
		timeout: 2 * PATIENCE_MS,
		args: [
			"--no-sandbox",
			"--use-gl=angle",
			"--use-angle=swiftshader",
			"--enable-unsafe-swiftshader",
			"--ignore-gpu-blocklist",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--no-first-run",
			"--lang=vi",
			"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		],
	});
}

/** A page that notes what goes wrong on it: errors, and requests that leave the program. */
export async function visit(browser, base, { width = 1440, height = 900, language = "vi" } = {}) {
	const context = await browser.newContext({
		viewport: { width, height },
		locale: language === "vi" ? "vi-VN" : "en-GB",
		timezoneId: "Asia/Ho_Chi_Minh",
		reducedMotion: "no-preference",
	});
	context.setDefaultTimeout(PATIENCE_MS);
	// An empty page, which stories go over to have a screen anew, keeps nothing.
	await context.addInitScript((own) => {
		if (location.protocol !== "about:") localStorage.setItem("tuantra.language", own);
	}, language);
	const page = await context.newPage();
	const faults = [];
	page.on("console", (message) => {
		// That somebody is not signed in is an answer, which browsers write down as an error.
		if (message.type() === "error" && !/401|net::ERR_INTERNET_DISCONNECTED/.test(message.text()))
			faults.push(message.text());
	});
	page.on("pageerror", (error) => faults.push(String(error.stack)));
	page.on("request", (request) => {
		const url = request.url();
		if (!url.startsWith(base) && !/^(data|blob|about):/.test(url)) faults.push(`left the program: ${url}`);
	});
	return { page, context, faults };
}

/** Signs in by the form, as people do. */
export async function signIn(page, base, login, hash = "#/") {
	await page.goto(`${base}/${hash}`);
	await page.getByLabel(/Tên đăng nhập|Login/).fill(login);
	await page.getByLabel(/^(Mật khẩu|Password)$/).fill(PASSWORD);
	await page.getByRole("button", { name: /^(Đăng nhập|Sign in)$/ }).click();
	// On a narrow screen the menu is there, but closed.
	await page.locator("#rail").waitFor({ state: "attached" });
}

/** A province and a browser for all tests of a file. */
export function staged() {
	const stage = {
		visit: (how = {}) => visit(stage.browser, stage.base, how),
		/** A page on which an account is signed in. */
		async as(login, hash = "#/", how = {}) {
			const own = await stage.visit(how);
			await signIn(own.page, stage.base, login, hash);
			return own;
		},
	};
	before(
		async () => {
			stage.browser = await launch();
			Object.assign(stage, await province());
		},
		{ timeout: 600_000 },
	);
	after(async () => {
		await stage.browser?.close();
		await stage.stop?.();
	});
	return stage;
}

/**
 * The page has heard of its new address. Another one of the same page is no new page: until then the screen before is there,
 * whole. A message to itself comes behind what waits, also where a story has set the page's clock.
 */
export const hasHeard = (page) =>
	page.evaluate(
		() =>
			new Promise((done) => {
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = () => done();
				port2.postMessage(null);
			}),
	);

/** A link of the hills: 1.6 Mbit/s down, 0.75 up, 150 ms for each answer. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };

/** Puts a page on a slow link, and gives the session of the developers' tools that holds it there. */
export async function slowed(page) {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Network.enable");
	await devtools.send("Network.emulateNetworkConditions", SLOW);
	return devtools;
}

/** Goes to a screen and waits until everything that it asked for is there. */
export async function open(page, base, hash) {
	await page.goto(`${base}/${hash}`);
	await hasHeard(page);
	// A slow machine may keep a screen busy for longer; what it shows is waited for below.
	await page.waitForLoadState("networkidle", { timeout: 10_000 }).catch(() => undefined);
	await page.locator("main h1").first().waitFor();
	await page.waitForFunction(() => document.querySelectorAll(".skeleton").length === 0);
}

/** What was pressed has been dealt with, and is drawn: handlers are through and two frames came after them. */
export const settled = (page) =>
	page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Asks until there is an answer: a slow machine is given its time, a quick one is not kept waiting. */
export async function until(isThere, what, most_ms = PATIENCE_MS) {
	for (const last = Date.now() + most_ms; Date.now() < last; ) {
		const own = await isThere();
		if (own) return own;
		await new Promise((done) => setTimeout(done, 100));
	}
	throw new Error(`in vain waited for ${what}`);
}

/** What a page sends that changes something, from now on. */
export function changes(page) {
	const sent = [];
	page.on("request", (own) => {
		if (own.method() !== "GET") sent.push(`${own.method()} ${new URL(own.url()).pathname}`);
	});
	return sent;
}

/** What axe finds by WCAG 2.2 AA. */
export async function violations(page) {
	await page.evaluate(AXE);
	return page.evaluate(async () => {
		// A colour on its way to another one is neither.
		const ending = document
			.getAnimations()
			.filter((own) => own.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
			.map((own) => own.finished.catch(() => {}));
		const patience = new Promise((ended) => setTimeout(ended, 1_000));
		await Promise.race([Promise.all(ending), patience]);
		const found = await globalThis.axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"],
		});
		return found.violations.map(
			(own) => `${own.id}: ${own.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
		);
	});
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page) =>
	page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** What a select or a hint in a field says that does not fit it: any of its choices may be the chosen one. */
export const cut = (page) =>
	page.evaluate(() => {
		const ARROW = 18;
		const pen = document.createElement("canvas").getContext("2d");
		const found = [];
		for (const own of document.querySelectorAll("main select, main input[placeholder]")) {
			const style = getComputedStyle(own);
			if (own.clientWidth < 2) continue;
			pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
			const isSelect = own.matches("select");
			const frame = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
			const room = own.clientWidth - frame - (isSelect ? ARROW : 0);
			for (const text of isSelect ? [...own.options].map((one) => one.text) : [own.placeholder])
				if (pen.measureText(text).width > room + 1) found.push(`${own.labels?.[0]?.textContent}: ${text}`);
		}
		return found;
	});

/** The map's engine, once it has drawn. */
export async function drawn(page) {
	await page.waitForFunction(() => document.querySelector("[data-map]")?.engine?.isStyleLoaded());
}

export { PASSWORD };

/** Days among which all lie that the made-up province and the stories have. */
export const EVER = `from=2024-01-01&to=${new Date().getFullYear() + 1}-12-31`;

/** The day in Vietnam, as minutes and questions name it: from 17:00 UTC on it is the next one. */
export const dayOf = (at) => new Date(new Date(at).getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
