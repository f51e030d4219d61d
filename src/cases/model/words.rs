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
        "return" => "Trả lại – cần bổ sung",
        "reply" => "Trả lời",
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
        "full" => "toàn bộ",
        "partial" => "một phần",
        "same" => "cùng một điểm",
        "distinct" => "hai điểm khác nhau",
        "counted" => "đếm",
        "sampled" => "đếm mẫu",
        other => other,
    }
}

/// What a verification found.
#[must_use]
pub fn finding_label(code: &str) -> &str {
    match code {
        "confirmed" => "đúng là cây có chứa chất ma túy",
        "look_alike" => "bác bỏ: cây trông giống",
        "other_crop" => "bác bỏ: cây trồng khác",
        "not_found" => "không tìm thấy",
        "gone" => "không còn tại chỗ",
        other => other,
    }
}

/// What a look at the ground after an eradication found.
#[must_use]
pub fn inspected_label(code: &str) -> &str {
    match code {
        "clear" => "sạch",
        "resprout" => "mọc lại",
        "standing" => "còn cây sót",
        "replanted" => "trồng mới",
        "not_reached" => "chưa tới được",
        other => other,
    }
}

/// What an eradication still misses.
#[must_use]
pub fn missing_label(code: &str) -> &str {
    match code {
        "confirmation" => "xác nhận tại chỗ của người thứ hai",
        "verification" => "xác minh loại cây",
        "minutes" => "biên bản",
        "samples" => "mẫu vật, niêm phong",
        "photos_before" => "ảnh trước khi phá nhổ",
        "photos_close_up" => "ảnh cận cảnh",
        "photos_after" => "ảnh sau khi phá nhổ",
        "photos_at_the_work" => "ảnh tại lúc phá nhổ",
        "time_order" => "thời gian các bước chưa khớp",
        other => other,
    }
}

/// What a reader must know of a plot or a step.
#[must_use]
pub fn flag_label(code: &str) -> &str {
    match code {
        "possible_duplicate" => "có thể trùng điểm khác",
        "density_unusual" => "mật độ cây bất thường",
        "area_large" => "diện tích lớn",
        "outline_disagrees" => "đường mép khác số đo",
        "outline_off_point" => "đường mép lệch điểm",
        "outline_small" => "mép đi bộ quá nhỏ",
        "near_threshold" => "gần mốc luật định",
        "stop_450" => "từ 450 cây: giữ nguyên hiện trường",
        "position_weak" => "vị trí yếu",
        "position_hand_placed" => "vị trí đặt tay trên bản đồ",
        "position_mock" => "vị trí do phần mềm khác tạo ra",
        "outside_area" => "toạ độ ngoài địa bàn",
        "paper_retracted" => "biên bản giấy làm căn cứ đã bị thu hồi",
        "accuracy_unknown" => "không rõ sai số vị trí",
        "imported" => "nhập từ tệp",
        "conflict" => "số liệu mâu thuẫn",
        "claimed_twice" => "báo phá nhổ hai lần",
        "after_final" => "ghi sau khi điểm đã kết thúc",
        "verification_conflict" => "hai lần xác minh mâu thuẫn",
        "late_verification" => "xác minh đến muộn, không đổi số liệu",
        "detected_ahead" => "giờ phát hiện đi trước lúc nhận",
        "inspected_too_soon" => "kiểm tra lại khi chưa phá nhổ",
        "inspected_from_paper" => "kiểm tra lại theo biên bản giấy",
        "undone" => "đã bị bước sau hủy bỏ",
        "out_of_place" => "bước không hợp lệ ở trạng thái này",
        "destroyed_unverified" => "phá nhổ khi chưa xác minh",
        "single_party" => "một bên xác nhận",
        "minutes_pending" => "chờ biên bản",
        "minutes_late" => "biên bản quá hạn",
        "photos_waived" => "cho phép thiếu ảnh",
        "returned" => "bị trả lại, chờ bổ sung",
        "after_harvest" => "phá nhổ sau thu hoạch",
        "replanted" => "bị trồng lại",
        "corrected_twice" => "bị sửa hai lần",
        "correction_ignored" => "bản sửa không có hiệu lực",
        "unsigned" => "có bản ghi không có chữ ký của máy",
        "accepted_after_review" => "ghi nhận sau khi cán bộ xem",
        "received_after_revocation" => "nhận sau khi máy bị thu hồi",
        "back_dated" => "ngày ký không khớp",
        "text_looks_personal" => "nội dung có thể chứa số cá nhân",
        other => other,
    }
}

/// How a question about a photo or a claim stands.
#[must_use]
pub fn question_label(state: &str) -> &str {
    match state {
        "open" => "chưa trả lời",
        "answered" => "đã trả lời, chờ kết luận",
        "cleared" => "đã làm rõ",
        "upheld" => "kết luận: không chấp nhận",
        other => other,
    }
}

/// What ended a return.
#[must_use]
pub fn end_label(code: &str) -> &str {
    match code {
        "corrected" => "đã sửa",
        "reply" => "đã trả lời",
        "photo" => "đã gửi bổ sung ảnh",
        "accepted" => "sau đó được chấp nhận",
        "closed" => "điểm đã kết thúc",
        other => other,
    }
}

/// What an entry of the log records; `what` is the kind of view that it tells itself.
#[must_use]
pub fn entry_label<'a>(kind: &'a str, what: Option<&str>) -> &'a str {
    match (kind, what) {
        ("view", Some("case")) => "Xuất hồ sơ",
        ("view", Some("original")) => "Xem ảnh gốc",
        ("view", _) => "Xem, xuất dữ liệu",
        ("plot", _) => "Ghi nhận, sửa điểm trồng",
        ("incident", _) => "Ghi nhận, sửa vụ",
        ("photo", _) => "Ghi nhận ảnh",
        ("original", _) => "Nhận tệp ảnh gốc",
        ("question", _) => "Hỏi cần làm rõ",
        ("answer", _) => "Trả lời câu hỏi cần làm rõ",
        ("decision", _) => "Kết luận câu hỏi cần làm rõ",
        ("seal", _) => "Niêm phong ảnh",
        ("hold", _) => "Lưu giữ theo yêu cầu",
        ("hold_set", _) => "Đặt lệnh lưu giữ",
        ("hold_lifted", _) => "Bỏ lệnh lưu giữ",
        ("redaction", Some("ask")) => "Đề nghị xóa theo văn bản",
        ("redaction", Some("order")) => "Xóa theo văn bản",
        ("redaction", Some("refusal")) => "Không duyệt đề nghị xóa",
        ("redaction", _) => "Xóa nội dung",
        ("revisit", _) => "Xem lại theo mẫu",
        ("device", _) => "Lập, sửa hồ sơ máy",
        ("device_key", _) => "Báo, xác nhận khóa ký của máy",
        (kind, _) => label(kind),
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

/// A local day and time: `dd/mm/yyyy HH:mm`.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let seconds = (at.as_millis() + LOCAL_MS).rem_euclid(86_400_000) / 1000;
    let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
    format!("{} {hour:02}:{minute:02}", day(at))
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
