//! What the holder of a handheld sees of what is held: Vietnamese first, without scripts.

use std::fmt::Write;

use crate::base::time::Timestamp;
use crate::identity::model::setup::escaped;
use crate::patrols::{ClaimablePatrol, HeldSpan};

const TITLE: &str = "Vị trí ngoài chuyến tuần tra";
const MINUTE_MS: i64 = 60_000;
const LOCAL_OFFSET_MS: i64 = 7 * 60 * MINUTE_MS;

fn page(content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{TITLE} – tuantra</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/assets/plain.css\"></head>\n<body><main class=\"phone\">\n<h1>{TITLE}</h1>\n{content}</main></body></html>\n"
    )
}

/// The page on which the code is typed, with what is to be said first.
pub fn typing(told: Option<&str>) -> String {
    let told = told.map_or_else(String::new, |told| {
        format!("<p role=\"alert\"><strong>{}</strong></p>\n", escaped(told))
    });
    page(&format!(
        "{told}<form method=\"post\"><label for=\"code\">Mã do cán bộ đọc (8 ký tự)</label>\
         <input id=\"code\" name=\"code\" required autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" \
         maxlength=\"20\"><button type=\"submit\">Xem</button></form>\n\
         <p>Cán bộ mở cho thiết bị trong 15 phút. Chỉ người giữ máy xem được; cán bộ không xem được. Không có tọa độ.</p>\n\
         <p class=\"en\" lang=\"en\">Fixes outside every patrol are kept for 72 hours at most. Type the code that the officer reads \
         out; it works for 15 minutes. Times and numbers are shown, no places.</p>\n"
    ))
}

/// The page of what is held.
pub fn held(
    code: &str,
    told: Option<&str>,
    spans: &[HeldSpan],
    into: &[ClaimablePatrol],
) -> String {
    let mut content = String::new();
    if let Some(told) = told {
        let _ = writeln!(
            content,
            "<p role=\"status\"><strong>{}</strong></p>",
            escaped(told)
        );
    }
    if spans.is_empty() {
        content.push_str(
            "<p>Không còn vị trí nào được giữ.</p>\n<p class=\"en\" lang=\"en\">Nothing is held.</p>\n",
        );
    }
    for span in spans {
        one(&mut content, code, span, into);
    }
    content.push_str(
        "<p class=\"en\" lang=\"en\">Join each run to a patrol of your team, or erase it. What nobody claims is erased.</p>\n",
    );
    page(&content)
}

/// One run with what can be done with it. Writing to a String cannot fail.
fn one(content: &mut String, code: &str, span: &HeldSpan, into: &[ClaimablePatrol]) {
    let fields = format!(
        "<input type=\"hidden\" name=\"code\" value=\"{}\"><input type=\"hidden\" name=\"from\" value=\"{}\">\
         <input type=\"hidden\" name=\"to\" value=\"{}\">",
        escaped(code),
        span.from,
        span.to
    );
    let _ = writeln!(
        content,
        "<h2>{} – {}</h2>\n<p>{} điểm vị trí; tự xóa lúc {}.</p>",
        local(span.from),
        local(span.to),
        span.fixes,
        local(span.erased_at)
    );
    // A patrol of another time would tell another walk as its own.
    let times = (span.from, span.to);
    let mut into = into
        .iter()
        .filter(|patrol| patrol.window().within(times).is_some())
        .peekable();
    if into.peek().is_none() {
        content.push_str(
            "<p>Tổ chưa có chuyến tuần tra nào trong giờ này: ghi chuyến, hoặc sửa giờ của chuyến, rồi mở lại trang.</p>\n",
        );
    } else {
        let _ = write!(
            content,
            "<form method=\"post\">{fields}<label>Chuyến <select name=\"patrol\">"
        );
        for patrol in into {
            let ended = patrol.ended_at.map_or_else(|| "đang mở".to_owned(), local);
            let _ = write!(
                content,
                "<option value=\"{}\">{} – {ended}</option>",
                patrol.id,
                local(patrol.started_at)
            );
        }
        content.push_str(
            "</select></label><button type=\"submit\" name=\"act\" value=\"claim\">Gộp vào chuyến</button></form>\n",
        );
    }
    let _ = writeln!(
        content,
        "<form method=\"post\">{fields}<button type=\"submit\" name=\"act\" value=\"let_go\">Xóa, không dùng</button></form>"
    );
}

/// Day and minute as people in the province read them.
fn local(at: Timestamp) -> String {
    let (year, month, day) = at.local_date().ymd();
    let minute = (at.as_millis() + LOCAL_OFFSET_MS)
        .div_euclid(MINUTE_MS)
        .rem_euclid(24 * 60);
    format!(
        "{:02}:{:02} {day:02}/{month:02}/{year}",
        minute / 60,
        minute % 60
    )
}
