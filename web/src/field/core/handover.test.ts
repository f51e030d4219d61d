import { inflateSync } from "node:zlib";
import jsqr from "jsqr";
import { describe, expect, it } from "vitest";
import { collectSettings, traccarLink, traccarTap } from "./handover";
import type { Drawn } from "./qr";
import { qrOf } from "./qr";

const BASE = "https://tuantra.example";
const DEVICE = "01900000-0000-7000-8000-0000deadbeef";
const TOKEN = "TdQpXyZ0123456789_-abcdefghijklmnop";
const SCALE = 4;

/** What an independent reader finds in a drawn code. */
function read({ side, path }: Drawn): string | undefined {
	const width = side * SCALE;
	const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
	for (const [, x = "", y = "", length = ""] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
		for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row += 1) {
			for (let column = Number(x) * SCALE; column < (Number(x) + Number(length)) * SCALE; column += 1) {
				pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
			}
		}
	}
	return jsqr(pixels, width, width)?.data;
}

describe("a hand-over", () => {
	it("is a code that Traccar Client's reader reads as it was meant", () => {
		const link = traccarLink(BASE, DEVICE, TOKEN);
		expect(link.startsWith(`${BASE}/t/${TOKEN}?id=deadbeef&interval=60&`)).toBe(true);
		expect(read(qrOf(link))).toBe(link);
		expect(traccarTap(BASE, DEVICE, TOKEN)).toContain(
			`config?url=${encodeURIComponent(`${BASE}/t/${TOKEN}`)}&id=deadbeef`,
		);
	});

	it("is settings that ODK Collect unpacks: base64, zlib, JSON", async () => {
		const settings = await collectSettings(BASE, "Tổ 01 – máy A", TOKEN);
		expect(read(qrOf(settings))).toBe(settings);
		const told = JSON.parse(inflateSync(Buffer.from(settings, "base64")).toString());
		expect(told.general.server_url).toBe(`${BASE}/v1/key/${TOKEN}/projects/1`);
		expect(told.project.name).toBe("tuantra – Tổ 01 – máy A");
		expect(told.admin).toEqual({});
	});

	it("draws every length that a code may have", () => {
		for (const length of [1, 50, 200, 600, 1_200]) {
			const text = "a1Z".repeat(length).slice(0, length);
			expect(read(qrOf(text))).toBe(text);
		}
	});
});
