// Words of the review queue beyond those that the whole map room shares.
import { dictionary } from "../../i18n/dictionary.svelte";

const vi = {
	lead: "J, K: dòng sau, dòng trước · A rồi Enter: duyệt · Enter: mở hồ sơ",
	"lead.return": "R: {what}, kèm lý do",
	"lead.deny": "X: {what}, kèm lý do",
	"lead.answer": "T: trả lời câu hỏi",
	sure: "Bấm Enter để ghi “{what}” cho mục này. Phím khác: thôi.",
	own: "Do chính đơn vị của tài khoản này báo: đơn vị khác quyết định.",
	orgless: "Tài khoản này chưa thuộc đơn vị nào, nên không quyết định được.",
	noarea: "chưa đo diện tích",
	returned: "đã trả lại, chờ đơn vị bổ sung",
	"returned.why": "Đã trả lại ngày {when}: {reason}",
	"return.hint": "Tổ thấy lý do này trên điện thoại. Không ghi tên người, số điện thoại, số định danh.",
	"return.what": "Cần bổ sung gì",
	"returned.title": "Bị trả lại: {reason}",
	"returned.by": "{unit} trả lại lúc {when}. Hết khi đơn vị được hỏi sửa, gửi thêm ảnh hoặc trả lời.",
	reply: "Trả lời",
	"reply.text": "Câu trả lời",
	"reply.hint": "Không ghi tên người, số điện thoại, số định danh.",
	contradicts:
		"Số chưa khớp: phá nhổ {destroyed} + còn lại {left}, đo được {measured}, lệch {by}. Phê duyệt cần ghi lý do.",
	"pair.question": "Cần đối chiếu: hai đơn vị có cùng ghi một chỗ không?",
	"pair.question.own": "Cần đối chiếu: hai điểm này của một đơn vị có phải là một chỗ không?",
	"pair.sides": "Hai bên đối chiếu",
	"pair.twice": "Đang tính cả hai: {share} của bên này có thể tính hai lần",
	"pair.out": "Tạm không tính {share} của bên này",
	"pair.nophoto": "Chưa có ảnh xem được",
	"pair.sketch": "Vị trí hai điểm trồng và sai số của chúng; bắc ở trên",
	"pair.away": "{b} cách {a} {m} m về phía {side}",
	"pair.scale": "Khung rộng {m} m. Vòng tròn: sai số vị trí đã báo.",
};

const en: Record<keyof typeof vi, string> = {
	lead: "J, K: next, previous · A then Enter: accept · Enter: open the record",
	"lead.return": "R: {what}, with a reason",
	"lead.deny": "X: {what}, with a reason",
	"lead.answer": "T: answer the question",
	sure: "Press Enter to record “{what}” for this item. Any other key: leave it.",
	own: "Reported by this account's own unit: another unit decides.",
	orgless: "This account belongs to no unit yet, so it cannot decide.",
	noarea: "area not measured",
	returned: "sent back, waits for the unit",
	"returned.why": "Sent back on {when}: {reason}",
	"return.hint": "The team sees this reason on its phones. No names, no telephone or identity numbers.",
	"return.what": "What is to be completed",
	"returned.title": "Sent back: {reason}",
	"returned.by":
		"{unit} sent it back at {when}. It is over once the unit corrects it, sends another photo or answers.",
	reply: "Answer",
	"reply.text": "The answer",
	"reply.hint": "No names, no telephone or identity numbers.",
	contradicts:
		"Figures disagree: {destroyed} destroyed + {left} left, {measured} measured, {by} apart. An approval needs a reason.",
	"pair.question": "To be compared: did two units record one ground?",
	"pair.question.own": "To be compared: are these two plots of one unit one ground?",
	"pair.sides": "Both sides",
	"pair.twice": "Both are counted: {share} of this one may be counted twice",
	"pair.out": "{share} of this one is left out for now",
	"pair.nophoto": "No photo to show yet",
	"pair.sketch": "Where both plots lie, and how exactly; north is up",
	"pair.away": "{b} is {m} m {side} of {a}",
	"pair.scale": "The frame is {m} m wide. Circles: the error of the position as reported.",
};

export const { t } = dictionary(vi, en);
