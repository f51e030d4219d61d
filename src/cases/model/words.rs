//! Vietnamese words and numbers as papers write them: decimal comma, day before month, local time.

use crate::base::time::Timestamp;

const LOCAL_MS: i64 = 7 * 3_600_000;

/// The label of a code; a code without one is shown as it is.
#[must_use]
pub fn label(code: &str) -> &str {
    match code {
        "opium_poppy" => "Cây thuốc phiện (anh túc)",
        "cannabis" => "Cây cần sa",
        "coca" => "Cây côca",
        "khat" => "Lá khát",
        "other" => "Khác",
        "before" => "Trước khi phá nhổ",
        "during" => "Trong khi phá nhổ",
        "after" => "Sau khi phá nhổ",
        "overview" => "Toàn cảnh",
        "close_up" => "Cận cảnh",
        "minutes" => "Biên bản",
        "sample" => "Mẫu vật",
        "verification" => "Xác minh",
        "confirmation" => "Xác nhận tại chỗ",
        "eradication" => "Phá nhổ, tiêu hủy",
        "approval" => "Phê duyệt kết quả",
        "reinspection" => "Kiểm tra lại",
        "transfer" => "Bàn giao",
        "referral" => "Thông báo cơ quan khác",
        "retraction" => "Ghi nhầm – thu hồi",
        "reopening" => "Mở lại",
        "judgement" => "Đối chiếu trùng lặp",
        "waiver" => "Cho phép thiếu ảnh",
        "reported" => "Mới có tin báo",
        "detected" => "Đã phát hiện",
        "verified" => "Đã xác minh",
        "transferred" => "Đã bàn giao",
        "eradicating" => "Đang phá nhổ",
        "eradicated" => "Đã phá nhổ",
        "resprout" => "Mọc lại",
        "clear" => "Đã kiểm tra lại, sạch",
        "not_found" => "Không tìm thấy",
        "rejected" => "Không phải cây có chứa chất ma túy",
        "merged" => "Đã gộp",
        "gone" => "Không còn tại chỗ",
        "referred" => "Đã chuyển",
        "retracted" => "Đã thu hồi",
        "tape" => "thước dây",
        "paced" => "đếm bước",
        "gnss_polygon" => "đo vòng bằng GNSS",
        "uav" => "ảnh UAV",
        "estimated" => "ước lượng",
        "counted" => "đếm",
        "sampled" => "đếm mẫu",
        other => other,
    }
}

/// A number with so many decimals: thousands dot, decimal comma.
#[must_use]
pub fn number(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, rest) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut told = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            told.push('.');
        }
        told.push(digit);
    }
    let sign = if value < 0.0 { "-" } else { "" };
    if rest.is_empty() {
        format!("{sign}{told}")
    } else {
        format!("{sign}{told},{rest}")
    }
}

/// A local day.
#[must_use]
pub fn day(at: Timestamp) -> String {
    let (year, month, day) = at.local_date().ymd();
    format!("{day:02}/{month:02}/{year}")
}

/// A local day and time.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let seconds = (at.as_millis() + LOCAL_MS).rem_euclid(86_400_000) / 1000;
    let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
    format!("{hour:02} giờ {minute:02} phút, {}", day(at))
}

/// The point of the compass of a bearing.
#[must_use]
pub fn compass(bearing_deg: f64) -> &'static str {
    const POINTS: [&str; 8] = [
        "bắc",
        "đông bắc",
        "đông",
        "đông nam",
        "nam",
        "tây nam",
        "tây",
        "tây bắc",
    ];
    let turned = (bearing_deg + 22.5).rem_euclid(360.0);
    let at = POINTS.iter().enumerate().rev();
    let mut at =
        at.map(|(place, point)| (45.0 * f64::from(u8::try_from(place).unwrap_or(0)), point));
    at.find(|(from, _)| turned >= *from)
        .map_or(POINTS[0], |(_, point)| *point)
}
