import { describe, expect, it } from "vitest";
import { uuidv7 } from "./ids";

describe("ids", () => {
	it("are UUIDv7 of the moment", () => {
		const id = uuidv7(1_785_000_000_000);
		expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(1_785_000_000_000);
	});

	it("rise within one millisecond and when the clock steps back", () => {
		const ids = Array.from({ length: 5_000 }, (_, index) => uuidv7(1_785_000_000_100 - (index % 7)));
		expect([...ids].sort()).toEqual(ids);
		expect(new Set(ids).size).toBe(ids.length);
	});
});
