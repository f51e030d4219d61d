//! Notes of coverage about reach, seasons and changed risk areas, as a form says them.

use crate::base::time::LocalDate;
use crate::cases::model::words::number;
use crate::coverage::Note;
use crate::reports::model::sheet::dmy;

const M2_PER_HA: f64 = 10_000.0;

/// A note of coverage about reach, seasons and changed risk areas as a form with that last day says it; any other as it is.
pub(super) fn later_words(note: &Note, to: &str) -> String {
    match note.code {
        "none_in_reach" => format!(
            "Ngày {to} không có xã nào có đất nằm trọn trong địa bàn hiện nay của người lập biểu."
        ),
        "partly_in_reach" => format!(
            "Một số xã theo địa giới ngày {to} chỉ có một phần đất nằm trong địa bàn hiện nay của người lập biểu nên không \
             nêu ở đây."
        ),
        "window_elsewhere" => "Ở đây không có khu vực nguy cơ nào đặt đợt kiểm tra đó.".to_owned(),
        "too_few_windows" => {
            "Trong những ngày này không nơi nào có đủ số đợt kiểm tra được hỏi, nên tỷ lệ bằng 0."
                .to_owned()
        }
        "risk_area_changed" => risk_changed(&note.text),
        _ => note.text.clone(),
    }
}

/// The change of a risk area that a note tells, with its day and the ground before and after it.
fn risk_changed(text: &str) -> String {
    let words = text.split([' ', ',']);
    let on = words
        .clone()
        .find_map(|word| word.parse::<LocalDate>().ok());
    let amounts = words.clone().zip(words.skip(1));
    let amounts = amounts.filter(|(_, unit)| *unit == "m2");
    let amounts: Vec<String> = amounts
        .filter_map(|(amount, _)| amount.parse::<f64>().ok())
        .map(|m2| number(m2 / M2_PER_HA, 2))
        .collect();
    let (Some(on), [before, now]) = (on, amounts.as_slice()) else {
        return "Khu vực nguy cơ của những ngày này bị sửa sau khi những ngày đó đã bắt đầu."
            .to_owned();
    };
    format!(
        "Khu vực nguy cơ của những ngày này bị sửa ngày {}, sau khi những ngày đó đã bắt đầu: trước khi sửa là {before} ha, nay là {now} ha.",
        dmy(on)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_risk_area_is_told_with_its_day_and_both_grounds() {
        let text = "the risk area of these days was changed on 2026-03-02, after they had begun: 4560985 m2 before, 2280573 m2 now";
        assert_eq!(
            risk_changed(text),
            "Khu vực nguy cơ của những ngày này bị sửa ngày 02/03/2026, sau khi những ngày đó đã bắt đầu: trước khi sửa là 456,10 ha, nay là 228,06 ha."
        );
    }
}
