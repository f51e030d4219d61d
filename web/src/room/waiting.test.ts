import { beforeAll, describe, expect, it } from "vitest";
import type { Schemas } from "../api/client";
import { learn } from "../api/refusals/room";
import { recordWaiting } from "./waiting";

const kept = (more: object): Schemas["ReviewTold"] =>
	({
		id: "q",
		entry: "e",
		actor: "a",
		reason: "refused",
		bytes: 640,
		received_at: "2026-03-02T09:00:00+07:00",
		record: "vouched",
		name: "Đồn A · 5f0c9a41d2e7",
		kind: "plot",
		refusal: null,
		said: null,
		...more,
	}) as unknown as Schemas["ReviewTold"];

describe("a record that waits for a decision", () => {
	beforeAll(learn);

	it("says what it is, of whom, where, when, why not and what it says", async () => {
		const own = recordWaiting(
			kept({
				refusal: {
					type: "/problems/invalid-content",
					title: "The content cannot be accepted",
					status: 422,
					fields: [{ pointer: "/properties/revises", reason: "there is no version to revise yet" }],
				},
				said: {
					at: "2026-02-25T10:15:00+07:00",
					commune: "00002",
					commune_name: "Xã Đông",
					plot: "p",
					values: [
						{ name: "crop", text: "opium_poppy" },
						{ name: "plants", text: "500" },
						{ name: "methods", text: "pull_up burn" },
					],
				},
			}),
		);
		expect(own.title).toBe("Điểm trồng · Xã Đông");
		expect(own.to).toEqual(["plots", "p"]);
		const lines = own.lines.join("\n");
		for (const part of ["Đồn A · 5f0c9a41d2e7", "Xã Đông", "25/02/2026", "640"])
			expect(lines).toContain(part);
		// The refusal's own words, in the language shown.
		expect(lines).not.toContain("there is no version to revise yet");
		expect(lines.split("\n").length).toBeGreaterThanOrEqual(6);
		expect((await own.more?.())?.answers).toEqual([
			{ label: "Cây", text: "Cây thuốc phiện" },
			{ label: "Số cây", text: "500" },
			{ label: "Cách phá nhổ", text: "Nhổ, Đốt" },
		]);
	});

	it("shows no place and no content to whoever may not read them", () => {
		const own = recordWaiting(kept({}));
		expect([own.title, own.to, own.more]).toEqual(["Điểm trồng", [], undefined]);
		expect(own.lines).toContain("Nội dung không nhận được");
	});

	it("can only be refused where the whole cannot be read", () => {
		const own = recordWaiting(kept({ record: "bundle", kind: null, reason: "unreadable", name: null }));
		expect([own.title, own.acceptWith]).toEqual(["Cả gói", undefined]);
		expect(own.giveBack).toBeDefined();
	});
});
