//! Notes of coverage as a form says them.

use crate::base::time::LocalDate;
use crate::cases::model::words::number;
use crate::coverage::Note;
use crate::reports::model::sheet::dmy;

const M2_PER_HA: f64 = 10_000.0;

/// A note of coverage as the form says it.
pub(super) fn words_of(
    note: &Note,
    (from, to): (LocalDate, LocalDate),
    commune: Option<&str>,
) -> String {
    let (from, to) = (dmy(from), dmy(to));
    let told = match note.code {
        "whole_weeks" => {
            return format!(
                "Số liệu theo tuần trọn, từ thứ Hai {from} đến Chủ nhật {to}; những ngày sau đó chưa công bố cho người không \
                 xem được tuyến tuần tra."
            );
        }
        "no_boundaries" => return format!("Ngày {to} chưa có địa giới xã nào trong hệ thống."),
        "none_in_reach" => {
            return format!(
                "Ngày {to} không có xã nào có đất nằm trọn trong địa bàn hiện nay của người lập biểu."
            );
        }
        "partly_in_reach" => {
            return format!(
                "Một số xã theo địa giới ngày {to} chỉ có một phần đất nằm trong địa bàn hiện nay của người lập biểu nên không \
                 nêu ở đây."
            );
        }
        "window_elsewhere" => "Ở đây không có khu vực nguy cơ nào đặt đợt kiểm tra đó.",
        "risk_area_changed" => return risk_changed(&note.text),
        "not_recheckable" => {
            "Điểm định vị gốc của một số cuộc tuần tra đã xoá theo thời hạn lưu: tính như lần lập số liệu cuối."
        }
        "as_of" => "Tính từ các cuộc tuần tra và điểm định vị đã nhận tới lúc chốt số liệu.",
        "all_year_ground" => {
            "Có khu vực nguy cơ không đặt đợt kiểm tra: ở đó lượt kiểm tra ngày nào cũng được tính."
        }
        "outside_season" => {
            "Không đợt kiểm tra nào mở trong những ngày này: đi rà soát ngoài đợt chưa chứng tỏ được nơi đó không có cây."
        }
        "geometry_fault" => {
            let commune = commune.unwrap_or("một xã");
            return format!("Hình khu vực nguy cơ bị lỗi, chưa tính được diện tích: {commune}.");
        }
        "not_indexed_yet" => {
            "Một số cuộc tuần tra chưa được tính theo quy tắc này: số liệu còn thiếu cho tới khi tính xong."
        }
        _ => return note.text.clone(),
    };
    told.to_owned()
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
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_changed_risk_area_is_told_with_its_day_and_both_grounds() {
        let text = "the risk area of these days was changed on 2026-03-02, after they had begun: 4560985 m2 before, 2280573 m2 now";
        assert_eq!(
            risk_changed(text),
            "Khu vực nguy cơ của những ngày này bị sửa ngày 02/03/2026, sau khi những ngày đó đã bắt đầu: trước khi sửa là 456,10 ha, nay là 228,06 ha."
        );
    }

    /// The codes of notes that coverage may give, as its sources name them.
    fn codes() -> BTreeMap<&'static str, String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/coverage/service");
        let mut found = BTreeMap::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let own = text.split("#[cfg(test)]").next().unwrap_or_default();
            for part in own.split("code: \"").skip(1) {
                let code = part.split('"').next().unwrap_or_default().to_owned();
                let code: &'static str = code.leak();
                found.insert(code, format!("the words of {code}"));
            }
        }
        found
    }

    #[test]
    fn every_note_of_coverage_stands_in_vietnamese() {
        let codes = codes();
        assert!(codes.len() > 6, "{codes:?}");
        let days = (LocalDate::from_days(20_000), LocalDate::from_days(20_010));
        for (code, text) in codes {
            let told = words_of(&Note { code, text }, days, Some("Tây"));
            let is_theirs = told
                .chars()
                .any(|letter| "ăâđêôơưạảấầẩậắặẻẽẹếềệỉịọỏốồộớờợụủứừựỳ".contains(letter));
            assert!(is_theirs && !told.contains("the words"), "{code}: {told}");
        }
    }
}
