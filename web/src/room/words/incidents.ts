// The words of an incident's page; they come with it.
import { dictionary } from "../../i18n/dictionary.svelte";

const vi = {
	sums: "Tổng của vụ",
	"sums.hint":
		"Số khai báo và số đã xác minh đứng riêng, không cộng vào nhau. Chỉ gồm các điểm trong phạm vi được xem.",
	figure: "Con số",
	plots: "Điểm trồng",
	plants: "Số cây",
	area: "Diện tích",
	weight: "Khối lượng",
	claimed: "Khai báo",
	verified: "Đã xác minh",
	destroyed_claimed: "Khai báo đã phá",
	eradicated: "Đã phá, đủ chứng cứ",
	approved: "Đã duyệt",
	not_counted: "{n} điểm không tính (bác bỏ, gộp, thu hồi, bàn giao).",
	in_dispute: "Chưa tính {area} còn tranh chấp.",
	kg: "{n} kg",
	unknown: "{n} điểm không rõ số cây",
	timeline: "Diễn biến các điểm trồng",
	"timeline.detected": "Phát hiện",
	"timeline.plot": "Điểm {code}",
	"timeline.some":
		"Diễn biến của {shown} trên {all} điểm trồng đầu; các điểm khác xem ở trang của từng điểm.",
	"timeline.failed": "{n} điểm không đọc được diễn biến.",
	"law.none": "Chưa tới ngưỡng {law}.",
} as const;
const en: Record<keyof typeof vi, string> = {
	sums: "Sums of the incident",
	"sums.hint":
		"What was claimed and what was verified stand apart and are never added. Only plots in this account's reach.",
	figure: "Figure",
	plots: "Plots",
	plants: "Plants",
	area: "Area",
	weight: "Weight",
	claimed: "Claimed",
	verified: "Verified",
	destroyed_claimed: "Claimed as destroyed",
	eradicated: "Destroyed, nothing missing",
	approved: "Approved",
	not_counted: "{n} plots do not count (rejected, merged, retracted, referred).",
	in_dispute: "{area} in dispute is left out.",
	kg: "{n} kg",
	unknown: "{n} plots of unknown number",
	timeline: "What happened on its plots",
	"timeline.detected": "Detected",
	"timeline.plot": "Plot {code}",
	"timeline.some": "What happened on the first {shown} of {all} plots; of the others their own pages tell.",
	"timeline.failed": "Of {n} plots it could not be read.",
	"law.none": "The bound of {law} is not reached.",
};
export const { t: i } = dictionary(vi, en);
