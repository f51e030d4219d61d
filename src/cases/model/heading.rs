//! The heading and the ending of an official paper (Nghị định 30/2020/NĐ-CP, Phụ lục I): offices, number, place and day at
//! the top, who gets it and who signs at the end. What nobody told is a dotted line to be filled in by hand.

use super::facts::CaseFacts;
use super::pages::{LEFT, Pages, RIGHT, TOP};
use crate::base::paper::letters::{lines, width};
use crate::base::paper::offices::BLANK;

const STATE: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
/// Width of the offices' part, points.
const OFFICES: f32 = 180.0;
/// Its middle, and that of the state's part.
const OFFICE: f32 = LEFT + 92.0;
const SIDE: f32 = RIGHT - 140.0;

/// Offices on the left, the state's name and motto on the right, then number, place and day.
pub(super) fn head(pages: &mut Pages, case: &CaseFacts) {
    let below = offices(pages, case);
    pages.y = TOP;
    pages.centred(SIDE, 12.0, true, STATE);
    pages.y += 16.0;
    pages.centred(SIDE, 13.0, true, MOTTO);
    pages.rule(SIDE, 4.0, width(MOTTO, 13.0, true));
    pages.y = below.max(pages.y + 24.0);
    pages.centred(OFFICE, 12.0, false, "Số: ……/……");
    let (year, month, day) = case.made_at.local_date().ymd();
    let place = case.dated_at.as_deref().unwrap_or("………………");
    let dated = format!("{place}, ngày {day:02} tháng {month:02} năm {year}");
    pages.centred(SIDE, 12.0, false, &dated);
    pages.y += 34.0;
    let middle = f32::midpoint(LEFT, RIGHT);
    pages.centred(
        middle,
        14.0,
        true,
        "HỒ SƠ ĐIỂM TRỒNG CÂY CÓ CHỨA CHẤT MA TÚY",
    );
    pages.y += 18.0;
    pages.centred(middle, 11.0, false, &format!("Mã điểm: {}", case.plot));
    pages.y += 22.0;
}

/// The office above in plain capitals, the own one in bold ones with a short line under it; gives where the next line is.
fn offices(pages: &mut Pages, case: &CaseFacts) -> f32 {
    let above = case.above.line();
    let own = case.org.as_deref().unwrap_or(BLANK);
    pages.y = TOP;
    for (text, bold) in above
        .map(|text| (text, false))
        .into_iter()
        .chain([(own, true)])
    {
        for line in lines(&text.to_uppercase(), 12.0, bold, OFFICES) {
            pages.centred(OFFICE, 12.0, bold, &line);
            pages.y += 15.0;
        }
    }
    pages.y -= 15.0;
    pages.rule(OFFICE, 5.0, 62.0);
    pages.y + 24.0
}

/// Who gets the paper and who signs it, both left to be filled in.
pub(super) fn ending(pages: &mut Pages) {
    pages.need(110.0);
    pages.y += 20.0;
    let right = RIGHT - 110.0;
    pages.text(LEFT, 11.0, true, "Nơi nhận:");
    pages.centred(right, 12.0, true, "THỦ TRƯỞNG ĐƠN VỊ");
    pages.y += 15.0;
    pages.text(LEFT, 11.0, false, "- ……………………;");
    pages.centred(right, 11.0, false, "(Ký, ghi rõ họ tên, đóng dấu)");
    pages.y += 15.0;
    pages.text(LEFT, 11.0, false, "- Lưu: ……");
    pages.y += 60.0;
}
