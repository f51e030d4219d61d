import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DESK } from "./refusals/desk";
import { FACTS } from "./refusals/facts";
import { learn } from "./refusals/room";
import { tongue } from "./refusals/tongue";
import { reasonWords, refusalWords, speak } from "./refusals.svelte";
import { spellings, wordings } from "./wordings";

const SOURCES = "../src";
const title = "Some values cannot be accepted";
const told = (text: string) => reasonWords(text, "vi");

/** What no screen of ours asks: the command line, other servers, programs that read layers, forms of ODK Collect and trackers. */
const UNASKED = [
	"cli",
	"demo",
	"config",
	"store",
	"server",
	"blobs",
	"journal",
	"app.rs",
	"main.rs",
	"jobs.rs",
	"http/signed.rs",
	"geo/wkb",
	"geo/cells",
	"base/paper",
	"cases/model",
	"cases/service",
	"coverage/model/packed.rs",
	"ingest/trackers",
	// These say each thing in both languages.
	"ingest/imports/doubts.rs",
	"ingest/imports/drafts.rs",
	"ingest/imports/look.rs",
	"ingest/imports/read/old.rs",
	"ingest/imports/table.rs",
	"ingest/imports/words.rs",
	"ingest/openrosa/http",
	"ingest/openrosa/xml.rs",
	"publish/ogc",
	"publish/filter",
	"publish/tiles",
	"sync/node",
	"sync/bundle/vouched.rs",
];
/** Doors that the field app knocks at, and what they are made of. */
const PHONE = [
	"base/fields.rs",
	"base/ids.rs",
	"base/page.rs",
	"base/time.rs",
	"base/words.rs",
	"areas/service/places.rs",
	"evidence/http/mod.rs",
	"evidence/http/photos.rs",
	"evidence/http/previews.rs",
	"evidence/http/uploads.rs",
	"evidence/model/sidecar",
	"evidence/service/asking.rs",
	"evidence/service/nonces.rs",
	"evidence/service/previews.rs",
	"geo/position.rs",
	"http/extract.rs",
	"http/layers.rs",
	"identity/http/caller.rs",
	"identity/service/keys.rs",
	"ingest/tus",
	"ledger/model/parse",
	"ledger/service/check.rs",
	"ledger/http/mod.rs",
	"patrols/http/mod.rs",
	"patrols/model/bits.rs",
	"patrols/model/codec.rs",
	"patrols/model/fix.rs",
	"patrols/model/patrol.rs",
	"patrols/service/record.rs",
	"plots/http/mod.rs",
	"plots/model",
	"plots/service",
	"sync/facts.rs",
	"sync/inventory.rs",
	"sync/pull.rs",
	"sync/push.rs",
	"sync/storage.rs",
];
const isOf = (file: string, list: readonly string[]) =>
	list.some((own) => file === own || file.startsWith(`${own}/`));

/** A wording with something filled in; two of them, so that no single sample decides. */
const samples = (text: string) => [text.replaceAll("{}", "7"), text.replaceAll("{}", "x y")];
const ENGLISH = /\b(expected|the|must|with|without|only|cannot|beds|points|characters|days)\b/;
/** Those of a list that are told in English. */
const untold = (tell: (text: string) => string | undefined, list: { text: string; file: string }[]) =>
	list.filter(({ text }) =>
		samples(text).some((one) => {
			const words = tell(one) ?? one;
			return words === one || ENGLISH.test(words);
		}),
	);

describe("a refusal of the server", () => {
	beforeAll(async () => learn());
	afterAll(() => speak(() => undefined));
	const all = wordings(SOURCES, UNASKED);

	it("has words of ours for whatever can reach a screen", () => {
		expect(all.length).toBeGreaterThan(300);
		expect(untold(told, all)).toEqual([]);
	});
	it("has words in the phone for whatever its doors may say", () => {
		const own = all.filter(({ file }) => isOf(file, PHONE));
		expect(own.length).toBeGreaterThan(100);
		const phone = tongue(FACTS);
		// Some wordings bring their Vietnamese with them.
		expect(
			untold((text) => phone(text) ?? text.split(" / ").find((half) => /[à-ỹđ]/i.test(half)), own),
		).toEqual([]);
		for (const one of PHONE)
			expect(
				all.some(({ file }) => isOf(file, [one])),
				one,
			).toBe(true);
	});
	it("has no words for what the server says no more", () => {
		const said = spellings(SOURCES);
		// Put together from parts in the sources.
		const joined = /^(\{\}: )?expected the code of a commune of today|^feature \{\}|that holds one$/;
		const ends = Object.keys({ ...FACTS, ...DESK }).filter(
			(one) => !said.has(one) && !said.has(one.replace("expected ", "")) && !joined.test(one),
		);
		expect(ends).toEqual([]);
	});
	it("has a title of ours for each kind", () => {
		const kinds = [
			...readFileSync(`${SOURCES}/http/problem.rs`, "utf8").matchAll(/=> "[a-z-]+", \w+, "([^"]+)"/g),
		];
		expect(kinds.length).toBeGreaterThan(25);
		for (const [, kind = ""] of kinds) expect(FACTS[kind], kind).toBeTruthy();
	});
	it("keeps in Vietnamese what the server filled in", () => {
		for (const [said, words] of Object.entries({ ...FACTS, ...DESK })) {
			const most = said.split("{}").length - 1;
			const used = [...words.matchAll(/\{(\d)\}/g)].map(([, place]) => Number(place));
			expect(
				used.every((place) => place < most),
				said,
			).toBe(true);
			expect(words, said).toBe(words.normalize("NFC"));
		}
		const both = Object.keys(DESK).filter((said) => said in FACTS);
		expect(both).toEqual([]);
		expect(told("more than 20000 fixes: send them in parts")).toBe(
			"hơn 20000 điểm định vị: gửi thành nhiều phần",
		);
		expect(told("at most 104857600 bytes: make smaller bundles")).toMatch(/^nhiều nhất 104\.857\.600 byte/);
	});
	it("is told in the language shown", () => {
		expect(refusalWords({ title }, "vi")).toBe("Có nội dung chưa nhận được");
		expect(refusalWords({ title }, "en")).toBe(title);
		const gone = { title: "This has ended", detail: "the file's days are over: ask again" };
		expect(refusalWords(gone, "vi")).toBe("Mục này đã hết hạn: tệp đã hết hạn giữ: đề nghị lại");
		expect(refusalWords(gone, "en")).toBe("the file's days are over: ask again");
		expect(refusalWords({ title, detail: title }, "vi")).toBe("Có nội dung chưa nhận được");
	});
	it("that stands in both languages gives the one that is read", () => {
		const both = "expected why it is taken back / cần nêu lý do";
		expect(told(both)).toBe("cần nêu lý do");
		expect(reasonWords(both, "en")).toBe("expected why it is taken back");
		expect(reasonWords("Tệp không có dòng nào / The file has no rows", "en")).toBe("The file has no rows");
	});
	it("tells bounds as numbers are written", () => {
		expect(told("expected 1 to 2,000 characters")).toBe("cần từ 1 đến 2.000 ký tự");
		expect(told("expected 0.1 to 1,000 m/s")).toBe("cần từ 0,1 đến 1.000 m/s");
		expect(told("expected at most 50,000 m²")).toBe("nhiều nhất 50.000 m²");
		expect(reasonWords("expected 1 to 2,000 characters", "en")).toBe("expected 1 to 2,000 characters");
	});
	it("with a refusal inside is told whole", () => {
		expect(told("expected refused: its bytes were erased")).toBe(
			"không ghi nhận được (nội dung đã bị xoá theo thời hạn lưu)",
		);
		expect(told("property name: expected one line of at most 200 characters")).toBe(
			"thuộc tính name: cần một dòng, nhiều nhất 200 ký tự",
		);
		expect(told("to: lies before from")).toBe("đến ngày: ngày cuối không được trước ngày đầu");
		expect(told("file 2 of the form: not a GPX file: its root element is not <gpx>")).toBe(
			"tệp thứ 2: không phải tệp GPX",
		);
	});
	it("of a list of devices says what the list says", () => {
		expect(told("2647: expected the code of a commune of today; meant was perhaps 02647")).toBe(
			"không có xã mang mã 2647; có lẽ là 02647",
		);
		expect(told('"xom" is no column: expected name, team, communes, maker (tên, tổ, xã, hãng)')).toBe(
			"“xom” không phải tên cột: cần Tên, Tổ, Xã, Hãng",
		);
	});
	it("of a document's reader tells what is missing, not the library's words", () => {
		expect(told("missing field `crop` (line 1, column 20)")).toBe("thiếu mục “crop”");
		expect(told("unknown field `x`, expected one of `a`, `b`")).toBe("có mục lạ “x”");
	});
	it("that is not known stands as it came", () => {
		expect(told("a wording of a newer server")).toBe("a wording of a newer server");
		expect(refusalWords({ title: "Of tomorrow" }, "vi")).toBe("Of tomorrow");
	});
});
