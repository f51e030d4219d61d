// Tells in Vietnamese what the server says in English, by books of its wordings.

type Tell = (text: string) => string | undefined;

/** Bounds, as many doors say them; a unit is the same word in both languages unless it stands here. */
const UNITS: Record<string, string> = {
	characters: "ký tự",
	days: "ngày",
	bytes: "byte",
	min: "phút",
	h: "giờ",
	s: "giây",
	degrees: "độ",
};
const UNIT = `(?: (${[...Object.keys(UNITS), "m²", "m/s", "m", "%"].join("|")}))?`;
const FIGURE = "([\\d,.]+)";
const BETWEEN = new RegExp(`^expected ${FIGURE} to ${FIGURE}${UNIT}$`);
const AT_MOST = new RegExp(`^expected (?:at most|up to) ${FIGURE}${UNIT}$`);

/** What readers of documents say: their words are a library's, so only their kind is told. */
const READERS: [RegExp, string][] = [
	[/^missing field `([^`]+)`/, "thiếu mục “$1”"],
	[/^unknown field `([^`]+)`/, "có mục lạ “$1”"],
	[/^duplicate field `([^`]+)`/, "mục “$1” ghi hai lần"],
	[/^unknown variant/, "giá trị không có trong danh mục"],
	[
		/^(invalid (type|value|length)|invalid digit|number too|cannot parse|expected value)/,
		"giá trị không đúng dạng",
	],
	[/^(EOF|trailing|key must be|control character|lone |recursion)/, "nội dung bị cắt hoặc không đúng dạng"],
	[/^Invalid URL: /, "địa chỉ không đúng dạng"],
];

/** Parameters that a screen sends, as it calls them. */
const NAMES: Record<string, string> = {
	from: "từ ngày",
	to: "đến ngày",
	period: "kỳ báo cáo",
	season: "niên vụ",
	reason: "lý do",
	commune: "xã",
	compare: "so sánh",
	crop: "loại cây",
	date: "ngày",
	year: "năm",
	res: "cỡ ô",
	radius: "tầm nhìn",
};

const figure = (text: string) => text.replaceAll(/[.,]/g, (sign) => (sign === "," ? "." : ","));
const unit = (text = "") => (text ? ` ${UNITS[text] ?? text}` : "");

/** A figure that was filled in, as it is written here; codes, years and ids stay as they are. */
const written = (text: string) =>
	/^[1-9]\d{5,}$/.test(text)
		? text.replace(/\B(?=(\d{3})+$)/g, ".")
		: /^\d+\.\d+$/.test(text)
			? text.replace(".", ",")
			: text;

const literal = (text: string) => text.replace(/[.*+?^$()[\]{}|\\/]/g, "\\$&");

/** A teller of these books; what is filled in is told as well where it is a wording. */
export function tongue(...books: Record<string, string>[]): Tell {
	const known = new Map(books.flatMap((book) => Object.entries(book)));
	// The more of its own a wording says, the sooner it is tried.
	const shapes = [...known.keys()]
		.filter((key) => key.includes("{}"))
		.sort((one, other) => other.replaceAll("{}", "").length - one.replaceAll("{}", "").length)
		.map((key) => ({ key, shape: new RegExp(`^${key.split("{}").map(literal).join("(.+?)")}$`, "s") }));

	const filled = (words: string, parts: readonly string[]) =>
		words.replace(/\{(\d)\}/g, (_, place: string) => {
			const part = parts[Number(place)] ?? "";
			return tell(part) ?? tell(`expected ${part}`) ?? written(part);
		});

	function tell(text: string): string | undefined {
		const plain = known.get(text);
		if (plain) return plain;
		const between = BETWEEN.exec(text);
		if (between)
			return `cần từ ${figure(between[1] ?? "")} đến ${figure(between[2] ?? "")}${unit(between[3])}`;
		const most = AT_MOST.exec(text);
		if (most) return `nhiều nhất ${figure(most[1] ?? "")}${unit(most[2])}`;
		for (const { key, shape } of shapes) {
			const found = shape.exec(text);
			if (found) return filled(known.get(key) ?? "", found.slice(1));
		}
		for (const [said, words] of READERS) {
			const found = said.exec(text);
			if (found) return words.replace("$1", found[1] ?? "");
		}
		const [, name = "", rest = ""] = /^([a-z_0-9]+): (.+)$/s.exec(text) ?? [];
		const reason = rest && tell(rest);
		return reason ? `${NAMES[name] ?? name}: ${reason}` : undefined;
	}
	return tell;
}
