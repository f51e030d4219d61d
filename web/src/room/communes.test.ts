import { describe, expect, it, vi } from "vitest";
import { communes, communesNamed } from "./communes.svelte";

const asked: (string | undefined)[] = [];
vi.mock("../api/client", () => ({
	ask: (answer: unknown) => answer,
	client: {
		GET: async (_: string, { params }: { params: { query: { at?: string } } }) => {
			const { at } = params.query;
			asked.push(at);
			const codes = at && at < "2026-01-01" ? ["99001", "99002", "99003"] : ["99003", "99901"];
			return { features: codes.map((code) => ({ properties: { code, name: `Bản ${code}`, label: "xã" } })) };
		},
	},
}));
const codes = async (to: string, named: string[]) => {
	const found = await communesNamed({ to, communes: named.map((code) => ({ code })) });
	return found.map((own) => own.properties.code);
};

describe("the communes of figures", () => {
	it("are those of today while these have all that the figures name", async () => {
		expect(await communesNamed(null)).toBe(await communes());
		expect(await codes("2025-12-31", ["99003"])).toEqual(["99003", "99901"]);
		expect(asked).toEqual([undefined]);
	});

	it("are those of the last day where one has ended since, asked for once", async () => {
		expect(await codes("2025-12-31", ["99001", "99003"])).toEqual(["99001", "99002", "99003"]);
		expect(await codes("2025-12-31", ["99002"])).toEqual(["99001", "99002", "99003"]);
		expect(asked).toEqual([undefined, "2025-12-31"]);
	});
});
