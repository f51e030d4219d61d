import { expect, it } from "vitest";
import type { Schemas } from "../api/client";
import { byNamesIn } from "./reminder";

it("names silent communes in the order of the Vietnamese alphabet, and nobody else", () => {
	const communes = ["Đồn", "Dìn", "Ẳng", "An"].map((name) => ({
		name,
		state: name === "An" ? "sent" : "not_sent",
	})) as Schemas["CommuneSending"][];
	expect(byNamesIn("Chưa gửi: Đồn, Dìn, Ẳng. Đồn nhớ gửi.", communes)).toBe(
		"Chưa gửi: Ẳng, Dìn, Đồn. Đồn nhớ gửi.",
	);
});
