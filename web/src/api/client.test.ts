import { describe, expect, it } from "vitest";
import { faultOf } from "./client";

describe("what went wrong with a request", () => {
	it("is told by the status", () => {
		expect([401, 403, 404, 410, 422, 500].map((status) => faultOf(status))).toEqual([
			"signed-out",
			"denied",
			"missing",
			"missing",
			"refused",
			"failed",
		]);
	});
	it("is that nothing is there, where the address holds no id at all", () => {
		const detail = "Invalid URL: not an id: expected a UUID such as 01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
		expect(faultOf(400, detail)).toBe("missing");
		// A parameter that somebody chose is another matter.
		expect(faultOf(400, "plot: not an id: expected a UUID such as 01938f3a")).toBe("refused");
		expect(faultOf(400)).toBe("refused");
	});
});
