import { describe, expect, it } from "vitest";
import { readView, writeView } from "./view";

describe("where a map was left", () => {
	it("comes back as it was written", () => {
		const text = writeView(11.254, { lng: 104.1234567, lat: 22.3412 });
		expect(text).toBe("11.25/22.34120/104.12346");
		expect(readView(text)).toEqual({ zoom: 11.25, center: [104.12346, 22.3412] });
		expect(readView(writeView(4, { lng: -70.5, lat: -9 }))).toEqual({ zoom: 4, center: [-70.5, -9] });
	});
	it("is nowhere where the address says something else", () => {
		for (const text of [
			null,
			undefined,
			"",
			"11",
			"a/b/c",
			"11/99/104",
			"11/22/204",
			"99/22/104",
			"11/22/104/5",
			" 11/22/104",
		])
			expect(readView(text)).toBe(null);
	});
});
