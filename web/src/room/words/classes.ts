// The words of what a commune's statistical year comes to by QĐ 28/2025; they come with the screens that show it.
import { dictionary } from "../../i18n/dictionary.svelte";

const vi = {
	title: "Tiêu chí cây trồng theo QĐ 28/2025",
	hint: "Năm thống kê {year}: từ {from} đến {to}.",
	"hint.open": "Năm thống kê {year}: từ {from} đến {to}, chưa khép lại.",
	year: "Năm thống kê",
	"flag.title": "Không phải kết luận pháp lý",
	"flag.detail":
		"Đây là dấu hiệu để người có thẩm quyền xem xét cùng các tiêu chí khác của Điều 4. Chỉ nói về địa bàn xã trong một năm; không nói gì về một người hay một hộ nào.",
	class: "Mức theo cây trồng",
	"class.I": "Như loại I",
	"class.II": "Như loại II",
	"class.III": "Như loại III",
	"class.none": "Không có",
	near: "Gần một mốc: nên kiểm lại số đo",
	plants: "Số cây đã xác minh",
	area: "Diện tích đã xác minh",
	plots: "Điểm trồng đã xác minh",
	"plots.see": "Xem {n} điểm",
	reaches: "từ mốc {n}",
	thresholds:
		"Mốc: loại II từ {plants2} cây hoặc {area2} m²; loại I từ {plants1} cây hoặc {area1} m²; có cây đã xác minh mà dưới mốc là loại III. Lấy mức cao hơn của hai số.",
	rests:
		"Chỉ tính điểm đã được đơn vị khác xác minh, theo địa giới ngày phát hiện; chỗ được ghi hai lần tính một lần. Số do đơn vị tự báo không tính.",
	none: "Không có điểm trồng nào của năm này trong địa bàn.",
	"none.commune": "Xã không có điểm trồng nào phát hiện trong năm này.",
	order: "Xếp theo tên, không xếp hạng. Xã không có trong bảng là xã không có điểm trồng nào trong năm.",
	all: "Mọi xã trong sổ",
};
const en: Record<keyof typeof vi, string> = {
	title: "The crop criterion of Decision 28/2025",
	hint: "Statistical year {year}: {from} to {to}.",
	"hint.open": "Statistical year {year}: {from} to {to}, under way.",
	year: "Statistical year",
	"flag.title": "Not a legal conclusion",
	"flag.detail":
		"A flag for those who decide, beside the other criteria of Article 4. It speaks of a commune in one year, and says nothing about any person or household.",
	class: "By what grew there",
	"class.I": "As class I",
	"class.II": "As class II",
	"class.III": "As class III",
	"class.none": "None",
	near: "Near a threshold: measures are worth another look",
	plants: "Verified plants",
	area: "Verified area",
	plots: "Verified plots",
	"plots.see": "Plots: {n}",
	reaches: "reaches {n}",
	thresholds:
		"Thresholds: class II from {plants2} plants or {area2} m² on; class I from {plants1} plants or {area1} m² on; verified plants below them are class III. The higher of both counts.",
	rests:
		"Only plots that another unit verified, by the boundaries of the day on which they were found; ground that was written down twice counts once. What a unit claims by itself does not count.",
	none: "No plot of this year lies in reach.",
	"none.commune": "No plot of this commune was found in this year.",
	order: "By name, not ranked. A commune that is not in the table has no plot of the year.",
	all: "All communes in the ledger",
};
export const { t: c, word: cword } = dictionary(vi, en);
