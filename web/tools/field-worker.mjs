/** Puts the field app's own files into its service worker: whatever its entry reaches, nothing of the map room. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ENTRY = "field/index.html";
const WORKER = "src/field/sw.js";
const PUBLIC = "public/field";

/** Every file that one entry of the bundle needs, with what it loads later. */
function reached(bundle, start) {
	const seen = new Set();
	const queue = [start];
	while (queue.length > 0) {
		const name = queue.pop();
		if (name === undefined || seen.has(name)) {
			continue;
		}
		seen.add(name);
		const item = bundle[name];
		if (item?.type === "chunk") {
			const meta = item.viteMetadata;
			queue.push(
				...item.imports,
				...item.dynamicImports,
				...(meta?.importedCss ?? []),
				...(meta?.importedAssets ?? []),
			);
			// Assets that code names by address, such as fonts.
			queue.push(
				...Object.keys(bundle).filter(
					(other) => bundle[other]?.type === "asset" && item.code.includes(other),
				),
			);
		} else if (item?.type === "asset" && name.endsWith(".css")) {
			const css = String(item.source);
			queue.push(...Object.keys(bundle).filter((other) => css.includes(other.split("/").at(-1) ?? other)));
		}
	}
	return [...seen].filter((name) => name in bundle);
}

/** The worker with its list and version; a mark that is not there would leave phones without the app offline. */
function filled(worker, list, version) {
	const marks = [
		[/["']__FILES__["']/, list.map((name) => JSON.stringify(name)).join(", ")],
		[/__VERSION__/, version],
	];
	return marks.reduce((text, [mark, value]) => {
		if (!mark.test(text)) throw new Error(`${WORKER} has no ${mark}`);
		return text.replace(mark, value);
	}, worker);
}

export function fieldWorker() {
	let root = "";
	return {
		name: "field-worker",
		apply: "build",
		configResolved(config) {
			root = config.root;
		},
		generateBundle: {
			order: "post",
			handler(_, bundle) {
				const entry = Object.values(bundle).find(
					(item) => item.type === "chunk" && item.isEntry && item.facadeModuleId?.endsWith(ENTRY),
				);
				if (!entry) {
					return;
				}
				const workers = Object.keys(bundle).filter((name) => name.includes("maplibre-gl-worker"));
				const files = [...new Set([...reached(bundle, entry.fileName), ...workers])].filter(
					(name) => !name.endsWith(".map") && !name.endsWith(".woff"),
				);
				const own = readdirSync(join(root, PUBLIC)).map((name) => `field/${name}`);
				const hash = createHash("sha256");
				for (const name of files) {
					hash.update(name);
				}
				for (const name of own) {
					hash.update(readFileSync(join(root, "public", name)));
				}
				const html = Object.values(bundle).find((item) => item.fileName === ENTRY);
				hash.update(String(html?.source ?? ""));
				const list = ["/field/", ...files.map((name) => `/${name}`), ...own.map((name) => `/${name}`)];
				const source = filled(
					readFileSync(join(root, WORKER), "utf8"),
					list,
					hash.digest("hex").slice(0, 16),
				);
				this.emitFile({ type: "asset", fileName: "field/sw.js", source });
			},
		},
	};
}
