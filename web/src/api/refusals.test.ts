import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { reasonWords, refusalWords } from "./refusals";

const problem = (kind: string, detail?: string) => ({
	type: `https://tuantra.example/problems/${kind}`,
	title: "Some values cannot be accepted",
	...(detail ? { detail } : {}),
});

describe("a refusal of the server", () => {
	it("is told in the language shown, whichever the server speaks", () => {
		expect(refusalWords(problem("invalid-content"), "vi")).toBe("Có nội dung chưa nhận được");
		expect(refusalWords(problem("invalid-content"), "en")).toBe("Some values cannot be accepted");
		expect(refusalWords(problem("gone", "the file's days are over: ask again"), "vi")).toBe(
			"Mục này đã hết hạn: tệp đã hết hạn giữ: đề nghị lại",
		);
		expect(reasonWords("expected a named account of an organisation", "vi")).toMatch(/chưa thuộc đơn vị nào/);
	});
	it("that stands in both languages gives the one that is read", () => {
		const both = "expected why it is taken back / cần nêu lý do";
		expect(reasonWords(both, "vi")).toBe("cần nêu lý do");
		expect(reasonWords(both, "en")).toBe("expected why it is taken back");
		expect(reasonWords("Tệp không có dòng nào / The file has no rows", "en")).toBe("The file has no rows");
	});
	it("tells bounds as numbers are written", () => {
		expect(reasonWords("expected 1 to 2,000 characters", "vi")).toBe("cần từ 1 đến 2.000 ký tự");
		expect(reasonWords("expected at most 50,000 m²", "vi")).toBe("nhiều nhất 50.000 m²");
		expect(reasonWords("expected 1 to 2,000 characters", "en")).toBe("expected 1 to 2,000 characters");
	});
	it("of an answer or a decision too early is told in Vietnamese", () => {
		const early = "the unit answers first: expected its answer, or 7 days to be over";
		expect(reasonWords(early, "vi")).toBe("đơn vị được hỏi trả lời trước: chờ trả lời, hoặc qua 7 ngày");
		const asked = readFileSync("../src/evidence/service/asking.rs", "utf8");
		const units = ["questions.rs", "track_questions.rs"].map((name) =>
			readFileSync(`../src/evidence/service/${name}`, "utf8"),
		);
		const said = [...asked.matchAll(/(?:refused\(|Refusal::at\("", )"([^"{]+)"/g)].map(([, one = ""]) => one);
		for (const unit of units.join("").matchAll(/unit: "([^"]+)"/g)) said.push(`expected ${unit[1]}`);
		expect(said.length).toBeGreaterThan(5);
		for (const one of said) expect(reasonWords(one, "vi"), one).not.toBe(one);
	});
	it("of a list of devices is told in Vietnamese, with what the list says", () => {
		const told = (text: string) => reasonWords(text, "vi");
		expect(told("2647: expected the code of a commune of today; meant was perhaps 02647")).toBe(
			"không có xã mang mã 2647; có lẽ là 02647",
		);
		expect(told('"xom" is no column: expected name, team, communes, maker (tên, tổ, xã, hãng)')).toBe(
			"“xom” không phải tên cột: cần Tên, Tổ, Xã, Hãng",
		);
		const rows = ["model/roll.rs", "service/roll.rs"].map((name) =>
			readFileSync(`../src/identity/${name}`, "utf8"),
		);
		const said = [
			...rows
				.join("")
				.matchAll(/"((?:expected (?:a heading|commune|communes)|a quotation|more cells|no such team)[^"]*)/g),
		];
		expect(said.length).toBeGreaterThan(5);
		for (const [, one = ""] of said) expect(told(one), one).not.toBe(one);
	});
	it("that is not known stands as it came", () => {
		expect(reasonWords("expected sides longer than 0", "vi")).toBe("expected sides longer than 0");
		expect(refusalWords(problem("of-tomorrow"), "vi")).toBe("Some values cannot be accepted");
	});
	it("has a title of ours for each kind that a screen may meet", () => {
		const kinds = readFileSync("../src/http/problem.rs", "utf8").matchAll(/=> "([a-z-]+)", [A-Z0-9]/g);
		// Of other clients: trackers, uploads in pieces, protocols.
		const foreign = /^(basic-needed|method-not-allowed|wrong-offset|wrong-version|checksum-mismatch)$/;
		const met = [...kinds].map(([, kind = ""]) => kind).filter((kind) => !foreign.test(kind));
		expect(met.length).toBeGreaterThan(20);
		for (const kind of met)
			expect(refusalWords(problem(kind), "vi"), kind).not.toBe("Some values cannot be accepted");
	});
});
