import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { en } from "./en";
import { vi } from "./vi";

const SOURCES = "../src";

/** The codes of a vocabulary, as the server's sources declare it. */
function codes(file: string, name: string): string[] {
	const source = readFileSync(`${SOURCES}/${file}`, "utf8");
	const body = source.split(`    ${name}: "`)[1]?.split("\n    }\n")[0] ?? "";
	return [...body.matchAll(/ = "([a-z0-9_]+)"/g)].map((found) => found[1] ?? "");
}

test("whatever a plot's page may say of a plot has words in both languages", () => {
	const shown = [
		["flag", codes("ledger/model/words.rs", "LifeFlag")],
		["flag", codes("plots/model/words.rs", "PlotFlag")],
		["missing", codes("ledger/model/words.rs", "Missing")],
		["plot.fact", codes("ledger/model/words.rs", "FactKind")],
	] as const;
	for (const [group, words] of shown) {
		expect(words.length).toBeGreaterThan(5);
		const untold = words.filter((code) => !(`${group}.${code}` in vi) || !(`${group}.${code}` in en));
		expect(untold, group).toEqual([]);
	}
});
