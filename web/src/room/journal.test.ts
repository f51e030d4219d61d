import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KINDS } from "./journal";
import { vi } from "./vi";
import { wword } from "./words/log";

describe("the kinds of entries", () => {
	it("are those of the server, and each has words", () => {
		const source = readFileSync("../src/journal/model.rs", "utf8");
		const list = source.split('Kind: "a kind of entry" {')[1]?.split("\n}")[0] ?? "";
		const kinds = [...list.matchAll(/^ +\w+ = "(\w+)",/gm)].map((own) => own[1]);
		expect([...KINDS]).toEqual(kinds);
		const words = vi as Record<string, string>;
		expect(kinds.filter((kind) => !words[`entry.${kind}`] && wword("entry", kind) === kind)).toEqual([]);
	});
});
