// The words of the search in the header.
import { dictionary } from "../../i18n/dictionary.svelte";

const vi = {
	label: "Tìm nhanh: xã, thôn bản, mã điểm trồng",
	hint: "Xã, thôn, mã điểm trồng",
	found: "Kết quả tìm",
	count: "{n} kết quả",
	more: "Còn nữa: gõ thêm để thu hẹp",
	none: "Không tìm thấy “{text}”. Gõ tên xã, thôn (cả tên cũ, không cần dấu) hoặc mã điểm trồng.",
	looking: "Đang tìm…",
	former: "trước là {name}",
	"former.until": "trước là {name}, đến {day}",
	"kind.plot": "Điểm trồng",
	hamlet: "Đang chỉ {name} trên bản đồ",
	"hamlet.legend": "Thôn, bản đang tìm",
	"hamlet.forget": "Xem cả xã",
	close: "Đóng ô tìm",
	open: "Mở ô tìm",
};

const en: Record<keyof typeof vi, string> = {
	label: "Quick search: communes, hamlets, plot codes",
	hint: "Commune, hamlet, plot code",
	found: "Results",
	count: "{n} results",
	more: "There is more: type on to narrow it down",
	none: "Nothing found for “{text}”. Type a commune or hamlet (former names too, without tone marks) or a plot code.",
	looking: "Searching…",
	former: "formerly {name}",
	"former.until": "formerly {name}, until {day}",
	"kind.plot": "Plot",
	hamlet: "The map shows {name}",
	"hamlet.legend": "The hamlet looked for",
	"hamlet.forget": "Show the whole commune",
	close: "Close the search",
	open: "Open the search",
};

export const { t } = dictionary(vi, en);
