// What the server refuses it tells in English, at times with Vietnamese beside. A screen tells it in its own language:
// the title by its kind, reasons by what is known of them. What is not known stands as it came, since it names what to do.
import type { Language } from "../i18n/dictionary.svelte";

/** Titles by the last part of a problem's type. */
const TITLES: Record<string, string> = {
	"malformed-body": "Nội dung gửi lên không đọc được",
	"invalid-parameter": "Có thông số không nhận được",
	"invalid-header": "Yêu cầu này không đúng dạng",
	unauthenticated: "Cần đăng nhập lại",
	forbidden: "Tài khoản này không có quyền làm việc này",
	"https-needed": "Máy chủ này chỉ nhận qua HTTPS",
	"outside-scope": "Nơi này nằm ngoài địa bàn của tài khoản; nội dung được giữ riêng",
	"not-found": "Không tìm thấy",
	"content-differs": "Mã này đã dùng cho nội dung khác; cả hai đều được giữ",
	"stale-revision": "Có người đã sửa trước. Tải lại rồi sửa trên bản mới",
	"changed-since": "Có người đã sửa sau khi đọc. Tải lại rồi sửa trên bản mới",
	"wrong-state": "Trạng thái hiện tại không cho phép làm việc này",
	"too-large": "Nội dung lớn hơn mức nhận được",
	"unsupported-type": "Không nhận loại tệp này",
	"invalid-content": "Có nội dung chưa nhận được",
	"hash-mismatch": "Tệp nhận được không đúng tệp đã báo; được giữ riêng",
	gone: "Mục này đã hết hạn",
	locked: "Đang có người sửa mục này. Thử lại sau ít giây",
	"storage-full": "Máy chủ hết chỗ chứa; những gì đã nhận vẫn được giữ",
	"too-many-requests": "Gửi quá nhiều lần. Thử lại sau",
	internal: "Máy chủ gặp lỗi; chưa có gì được ghi",
	unavailable: "Máy chủ đang bận; chưa có gì được ghi",
	timeout: "Máy chủ làm quá lâu",
};

const REASONS: Record<string, string> = {
	"expected a named account of an organisation":
		"tài khoản này chưa thuộc đơn vị nào: người quản trị cần ghi đơn vị",
	"expected an account of another organisation than the author's": "cần người của đơn vị khác đơn vị đã lập",
	"expected an account of another organisation than the units in question":
		"cần người của đơn vị khác các đơn vị liên quan",
	"expected an account that the author, and who enrolled the author's phone, is not and did not create":
		"cần người khác với người lập, người cấp máy và không do họ tạo tài khoản",
	"expected either the eradication or the version of the recording that was read":
		"cần nêu một: lần phá nhổ, hoặc bản ghi đã xem",
	"no such version of this plot": "điểm này không có bản ghi đó: tải lại rồi xem bản mới",
	"no such eradication of this plot": "điểm này không có lần phá nhổ đó: tải lại rồi xem bản mới",
	"no such return of this plot": "điểm này không có lần trả lại đó",
	"expected the unit whose work was sent back": "cần đơn vị có việc bị trả lại",
	"expected the unit that took the photo in question": "cần đơn vị đã chụp ảnh được hỏi",
	"expected the unit of the patrol or claim in question": "cần đơn vị đi tuyến, hoặc đã báo điều được hỏi",
	"no telephone or identity numbers: say it without them":
		"không ghi số điện thoại, số định danh: viết lại không có số đó",
	"it is decided already": "đã có kết luận",
	"it is decided already: expected a provincial role that opens cases again":
		"đã có kết luận: chỉ cán bộ tỉnh mở lại được",
	"decided in this moment by another": "người khác vừa quyết định xong",
	"expected a day of the past": "ngày phải là ngày đã qua",
	"expected a day that has begun": "ngày phải là hôm nay hoặc đã qua",
	"expected a past time; check the device's clock": "giờ phải là giờ đã qua; kiểm tra đồng hồ của máy",
	"of: expected no as_of, and the right to read gaps in the communes asked about":
		"cần quyền xem nơi chưa kiểm tra ở các xã được hỏi, và không hỏi theo một thời điểm cũ",
	"expected a year for which this plot was drawn": "điểm này không có trong lần rút của năm đó",
	"expected an end after the start": "giờ kết thúc phải sau giờ bắt đầu",
	"to: expected a day that is not before from": "ngày cuối không được trước ngày đầu",
	"expected application/pdf or image/jpeg": "cần tệp PDF hoặc JPEG",
	"expected a number": "cần một số",
	"expected a whole number": "cần một số nguyên",
	"expected yes or no": "cần có hoặc không",
	"expected the code of a commune of today": "cần mã xã hiện nay",
	"expected a plot within your reach": "cần một điểm trồng trong địa bàn của tài khoản",
	"expected another plot within your reach": "cần một điểm trồng khác trong địa bàn của tài khoản",
	"expected either the minutes or minutes_pending, not both": "chọn một: số biên bản, hoặc chờ biên bản",
	"expected what was destroyed: plants_destroyed, area_m2_destroyed or weight_kg":
		"cần ghi đã phá gì: số cây, diện tích hoặc khối lượng",
	"expected 1 to 500 characters without telephone or identity numbers":
		"cần 1 đến 500 ký tự, không có số điện thoại hay số định danh",
	"login and password do not belong together": "tên đăng nhập hoặc mật khẩu không đúng",
	"the body ended early: send the file again": "đường truyền bị ngắt: gửi lại tệp",
	"the file's days are over: ask again": "tệp đã hết hạn giữ: đề nghị lại",
	"the code is unknown, spent or expired": "mã không đúng, đã dùng hoặc hết hạn",
	"the device was revoked": "máy này đã bị thu quyền",
	"nothing of the list was written": "chưa dòng nào của danh sách được ghi",
	"its bytes were erased": "nội dung đã bị xoá theo thời hạn lưu",
};

/** Bounds as the server writes them; the unit behind them is the same word in both languages unless it stands here. */
const UNITS: Record<string, string> = { characters: "ký tự", days: "ngày", "": "" };
const BETWEEN = /^expected ([\d,.]+) to ([\d,.]+)(?: (\S+))?$/;
const AT_MOST = /^expected (?:at most|up to) ([\d,.]+)(?: (\S+))?$/;

const FIRST = /^the unit answers first: expected its answer, or (\d+) days to be over$/;

/** Reasons with something of the sender's own in them, chiefly of lists of devices: `$1` stands for it. */
const TOLD: [RegExp, string][] = [
	[/^"(.*)" is no column: expected/, "“$1” không phải tên cột: cần Tên, Tổ, Xã, Hãng"],
	[/^"(.*)" names a column a second time/, "“$1” lặp lại một cột: mỗi cột chỉ có một lần"],
	[
		/^expected a heading with name, team, communes/,
		"dòng đầu cần có tên các cột: Tên, Tổ, Xã và có thể Hãng",
	],
	[/^a quotation mark stands alone/, "có dấu ngoặc kép lẻ: bỏ đi, hoặc đặt ở cả hai đầu ô"],
	[
		/^more cells than headings/,
		"thừa ô so với tên cột: nhiều xã thì ghi trong một ô, cách nhau bằng dấu cách",
	],
	[/^expected commune codes such as/, "cần mã xã, ví dụ 02647; máy ghi cả tỉnh thì ghi “toàn tỉnh”"],
	[/^expected a commune code such as/, "cần mã xã, ví dụ 02647"],
	[
		/^(\S+): expected the code of a commune of today; meant was perhaps (.+)$/,
		"không có xã mang mã $1; có lẽ là $2",
	],
	[/^(\S+): expected the code of a commune of today$/, "không có xã mang mã $1"],
	[
		/^expected the code of a commune of today; meant was perhaps (.+)$/,
		"không có xã mang mã này; có lẽ là $1",
	],
	[/^expected communes of yours/, "cần xã thuộc địa bàn của tài khoản; chỉ cán bộ tỉnh ghi được toàn tỉnh"],
	[/^no such team/, "không có tổ này: ghi tên hoặc mã tổ, để trống nếu là tổ dự bị"],
	[/^the same name stands in row (\d+)$/, "trùng tên với dòng $1"],
	[
		/^expected refused: its own route does not take it: (.+)$/,
		"phần này không ghi được ($1): chỉ có thể không ghi nhận",
	],
	[/^expected refused: (.+)$/, "không ghi nhận được ($1)"],
];

const figure = (text: string) => text.replaceAll(",", ".");
const unit = (text = "") => (text ? ` ${UNITS[text] ?? text}` : "");

const filled = (words: string, found: RegExpExecArray | null) =>
	words.replace(/\$(\d)/g, (_, place: string) => found?.[Number(place)] ?? "");

/** A reason in the language shown. */
export function reasonWords(text: string, language: Language): string {
	// Some reasons stand in both languages, in either order.
	const halves = text.split(" / ");
	if (halves.length === 2) {
		const isVietnamese = (half: string | undefined) => /[à-ỹđ]/i.test(half ?? "");
		const own = halves.find((half) => isVietnamese(half) === (language === "vi"));
		if (own) return own;
	}
	if (language !== "vi") return text;
	const between = BETWEEN.exec(text);
	if (between) return `cần từ ${figure(between[1] ?? "")} đến ${figure(between[2] ?? "")}${unit(between[3])}`;
	const most = AT_MOST.exec(text);
	if (most) return `nhiều nhất ${figure(most[1] ?? "")}${unit(most[2])}`;
	const first = FIRST.exec(text);
	if (first) return `đơn vị được hỏi trả lời trước: chờ trả lời, hoặc qua ${first[1]} ngày`;
	const told = TOLD.find(([said]) => said.test(text));
	if (told) return filled(told[1], told[0].exec(text));
	return REASONS[text] ?? text;
}

/** What a refusal says in one line: its kind, and more where the server said more than that. */
export function refusalWords(
	problem: { type: string; title: string; detail?: string },
	language: Language,
): string {
	const said = problem.detail && problem.detail !== problem.title ? problem.detail : null;
	const title = language === "vi" ? TITLES[problem.type.split("/").pop() ?? ""] : undefined;
	if (!title) return reasonWords(said ?? problem.title, language);
	return said ? `${title}: ${reasonWords(said, language)}` : title;
}
