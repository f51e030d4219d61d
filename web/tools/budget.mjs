// Holds what a first visit loads against the budgets; a bundle that grew past one fails the check.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const assets = "dist/assets";
const names = readdirSync(assets).filter((name) => !/\.(br|gz)$/.test(name));
const size = (path) => (/\.woff2$/.test(path) ? statSync(path).size : gzipSync(readFileSync(path)).length);

/** Files that a page loads before anything is asked for: its own and those that these import. */
function firstLoad(page) {
	const seen = new Set();
	const html = readFileSync(page, "utf8");
	const open = [...html.matchAll(/\/assets\/([\w.-]+)/g)].map((match) => match[1]);
	while (open.length > 0) {
		const name = open.pop();
		if (seen.has(name) || !existsSync(join(assets, name))) continue;
		seen.add(name);
		if (!name.endsWith(".js")) continue;
		const text = readFileSync(join(assets, name), "utf8");
		for (const match of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+)["']/g)) open.push(match[1]);
	}
	return [...seen];
}

const sum = (list) => list.reduce((total, name) => total + size(join(assets, name)), 0);
const code = (list) => list.filter((name) => /\.(js|css)$/.test(name));
const map = names.filter((name) => /^(maplibre|engine|map)[\w.-]*\.(js|mjs|css)$/.test(basename(name)));
const fonts = names.filter((name) => name.endsWith(".woff2"));
const room = code(firstLoad("dist/index.html"));
const field = code(firstLoad("dist/field/index.html"));

const rows = [
	["map room: scripts and styles of the first page", sum(room), 90_000],
	["field app: scripts and styles of the first page", sum(field), 60_000],
	["map engine with its worker, loaded when a map is shown", sum(map), 470_000],
	["fonts", sum(fonts), 110_000],
	["field app: everything of a first visit", sum(field) + sum(map) + sum(fonts), 600_000],
];
let failed = false;
for (const [what, bytes, most] of rows) {
	const over = bytes > most;
	failed ||= over;
	console.log(
		`${over ? "OVER" : "ok  "} ${(bytes / 1000).toFixed(1).padStart(7)} kB of ${most / 1000} kB  ${what}`,
	);
}
if (map.length === 0) {
	console.error("no chunk of the map engine was found: its name has changed");
	failed = true;
}
process.exit(failed ? 1 : 0);
