import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { fieldWorker } from "./tools/field-worker.mjs";

// `npm run dev` shows changes at once beside a running server; the address of that server is TUANTRA_DEV.
const server = process.env.TUANTRA_DEV ?? "http://127.0.0.1:8080";
const doors = ["/api", "/sign-in", "/enrol", "/files", "/tiles", "/export", "/assets/plain.css"];

export default defineConfig({
	plugins: [svelte(), fieldWorker()],
	server: { proxy: Object.fromEntries(doors.map((door) => [door, server])) },
	build: {
		target: "es2022",
		// The policy on content takes scripts, styles and fonts from files of ours only.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		chunkSizeWarningLimit: 1200,
		rolldownOptions: { input: { room: "index.html", field: "field/index.html" } },
	},
	// Keys that are slow to make on purpose take a busy machine longer than the five seconds that are usual.
	test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 60_000, hookTimeout: 60_000 },
});
