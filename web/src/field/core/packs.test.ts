import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { uuidv7 } from "./ids";
import type { MapPack } from "./packs";
import { bytesOf, drop, fetchPack, kept, meet, openShelf, PIECE } from "./packs";

const TO = { base: "http://server.test", token: "secret" };
const file = Uint8Array.from({ length: 2 * PIECE + 1000 }, (_, at) => (at * 7 + (at >> 8)) & 255);
const pack: MapPack = {
	name: "lao-cai",
	bytes: file.length,
	tag: "a",
	bounds: [103, 22, 105, 23],
	min_zoom: 6,
	max_zoom: 12,
	tiles: "mvt",
};
let shelf: Awaited<ReturnType<typeof openShelf>>;
let ranges: string[];

/** A server of the file; what it answers to the request of that number may be another. */
function serve(other: (n: number) => Response | "cut" | null = () => null): void {
	vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
		const { range } = init.headers as Record<string, string>;
		ranges.push(range ?? "");
		const answer = other(ranges.length);
		if (answer === "cut") throw new TypeError("network");
		const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
		return answer ?? new Response(file.slice(Number(from), Number(last) + 1), { status: 206 });
	});
}

const fetched = (goesOn = () => true, what = pack) => fetchPack(shelf, TO, what, () => undefined, goesOn);

beforeEach(async () => {
	ranges = [];
	shelf = await openShelf(`map-${uuidv7()}`);
});
afterEach(() => {
	shelf.close();
	vi.unstubAllGlobals();
});

describe("a map pack", () => {
	it("goes on where it was cut, and fetches nothing twice", async () => {
		serve((n) => (n === 2 ? "cut" : null));
		expect(await fetched()).toBe("later");
		expect(await kept(shelf)).toMatchObject([{ tag: "a", have: PIECE }]);
		serve();
		expect(await fetched()).toBe("done");
		const asked = (from: number, end: number) => `bytes=${from}-${end - 1}`;
		expect(ranges).toEqual([
			asked(0, PIECE),
			asked(PIECE, 2 * PIECE),
			asked(PIECE, 2 * PIECE),
			asked(2 * PIECE, file.length),
		]);
	});

	it("is read anywhere, over the seams of its pieces and up to its end", async () => {
		serve();
		await fetched();
		for (const [offset, length] of [
			[0, 127],
			[PIECE - 3, 9],
			[5, 2 * PIECE],
			[file.length - 10, 100],
		] as const) {
			const read = new Uint8Array(await bytesOf(shelf, "a", offset, length));
			expect(Buffer.compare(read, file.slice(offset, offset + length))).toBe(0);
		}
	});

	it("stops when it is told to", async () => {
		serve();
		let more = 1;
		expect(
			await fetched(() => {
				more -= 1;
				return more >= 0;
			}),
		).toBe("paused");
		expect(ranges).toHaveLength(1);
	});

	it("mixes no two files: a whole answer in place of a part means that the file is another by now", async () => {
		serve((n) => (n === 2 ? new Response(file, { status: 200 }) : null));
		expect(await fetched()).toBe("changed");
		expect((await kept(shelf))[0]?.have).toBe(PIECE);
	});

	it("serves until a newer one is whole, then goes; what is dropped leaves nothing", async () => {
		serve();
		await fetched();
		const newer = { ...pack, tag: "b" };
		let left = 2;
		const stops = (): boolean => {
			left -= 1;
			return left >= 0;
		};
		await fetched(stops, newer);
		expect((await kept(shelf)).map(({ tag }) => tag)).toEqual(["a", "b"]);
		expect(await fetched(() => true, newer)).toBe("done");
		expect((await kept(shelf)).map(({ tag }) => tag)).toEqual(["b"]);
		await drop(shelf, "b");
		expect(await shelf.count("pieces")).toBe(0);
	});

	it("is offered for the ground of the phone's communes", () => {
		expect(meet([103, 22, 104, 23], [103.9, 22.9, 105, 24])).toBe(true);
		expect(meet([103, 22, 104, 23], [104.1, 22, 105, 23])).toBe(false);
	});
});
