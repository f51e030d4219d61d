//! The pages that a phone sees while it is enrolled: Vietnamese first, without scripts and styles of their own.

use std::fmt::Write;

use crate::identity::model::makers::Maker;
use crate::identity::model::qr::Qr;
use crate::identity::model::setup::{Addresses, escaped};
use crate::identity::service::Enrolled;

/// One app on the page of settings.
struct App<'a> {
    /// Its name.
    name: &'a str,
    /// What it is for.
    what: &'a str,
    /// How to set it up, in steps.
    steps: &'a [&'a str],
    /// What its QR code says.
    qr: Option<String>,
    /// What a tap on the phone opens.
    tap: Option<String>,
    /// What is typed or pasted, with its label.
    copied: Option<(&'a str, String)>,
    /// The same in English.
    english: &'a str,
    /// Whether it is shown unfolded.
    open: bool,
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title} – tuantra</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/assets/plain.css\"></head>\n<body><main class=\"phone\">\n{content}</main></body></html>\n"
    )
}

/// The page on which a code is typed.
pub fn typing() -> String {
    page(
        "Cài đặt điện thoại",
        "<h1>Cài đặt điện thoại</h1>\n<form method=\"post\" action=\"/enrol\">\
         <label for=\"code\">Mã trên phiếu hoặc do cán bộ đọc (16 ký tự)</label>\
         <input id=\"code\" name=\"code\" required autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" \
         maxlength=\"40\"><button type=\"submit\">Nhận cấu hình</button></form>\n\
         <p>Mã chỉ có hiệu lực 15 phút từ lúc cán bộ mở dòng của thiết bị.</p>\n\
         <p class=\"en\" lang=\"en\">Type the code of the sheet. It works for 15 minutes after the officer opens the device.</p>\n",
    )
}

/// The page of a code that can be spent.
pub fn button(name: &str) -> String {
    let content = format!(
        "<h1>Cài đặt điện thoại</h1>\n<p>Thiết bị: <strong>{}</strong></p>\n\
         <p>Bấm nút khi đang cầm đúng điện thoại này và cán bộ đang chờ. Mã chỉ dùng được <strong>một lần</strong>; trang tiếp \
         theo cũng chỉ hiện một lần.</p>\n<form method=\"post\"><button type=\"submit\">Nhận cấu hình</button></form>\n\
         <p class=\"en\" lang=\"en\">Press the button on the right phone while the officer waits. The code works once.</p>\n",
        escaped(name)
    );
    page("Cài đặt điện thoại", &content)
}

/// The page of every code that does not open.
pub fn refused() -> String {
    page(
        "Mã không dùng được",
        "<h1>Mã không dùng được</h1>\n\
         <p>Mã chưa được mở, đã dùng, đã hết hạn hoặc gõ sai. Nhờ cán bộ mở dòng của thiết bị, rồi thử lại trong 15 phút.</p>\n\
         <p><a class=\"button\" href=\"/enrol\">Gõ mã khác</a></p>\n\
         <p class=\"en\" lang=\"en\">The code is not open, spent, expired or mistyped. Ask the officer to open the device's row, \
         then try again within 15 minutes.</p>\n",
    )
}

/// The page after too many wrong codes.
pub fn too_many() -> String {
    page(
        "Thử lại sau",
        "<h1>Thử lại sau một phút</h1>\n<p>Đã có quá nhiều mã sai từ mạng này.</p>\n\
         <p class=\"en\" lang=\"en\">Too many wrong codes from this network. Try again in a minute.</p>\n",
    )
}

/// What the phone gets: the number for the officer, then each app's settings.
pub fn settings(enrolled: &Enrolled, base: &str) -> String {
    let addresses = Addresses {
        base,
        device: enrolled.device,
        name: &enrolled.name,
    };
    let mut content = head(enrolled);
    for app in apps(enrolled, addresses) {
        section(&mut content, &app);
    }
    // Forms record no walk: their app may sleep.
    if enrolled.api_token.is_some() || enrolled.tracker_token.is_some() {
        content.push_str(&battery(enrolled.maker.as_deref()));
    }
    page("Cấu hình", &content)
}

fn head(enrolled: &Enrolled) -> String {
    format!(
        "<h1>{}</h1>\n<p id=\"n\">Đọc số này cho cán bộ:</p>\n<p class=\"number\" aria-labelledby=\"n\">{}</p>\n\
         <p><strong>Cấu hình dưới đây chỉ dùng được sau khi cán bộ nhập đúng số.</strong> Nếu cán bộ báo số không khớp, dừng lại \
         và gọi lại: có thể người khác đã dùng mã.</p>\n\
         <p>Trang này chỉ hiện một lần. Giữ trang mở cho đến khi cài xong; không gửi cho ai.</p>\n\
         <p class=\"en\" lang=\"en\">Read the number to the officer. The settings below work only after the officer has entered \
         it. This page is shown once; share it with nobody.</p>\n\
         <p class=\"rule\">{}</p>\n",
        escaped(&enrolled.name),
        enrolled.number,
        rule(enrolled)
    )
}

/// What to take when, of the apps that got a secret.
fn rule(enrolled: &Enrolled) -> String {
    let walks = match (&enrolled.api_token, &enrolled.tracker_token) {
        (Some(_), Some(_)) => "Dưới 2 giờ: ghi trên ứng dụng tuần tra. Đi cả ngày: Traccar Client.",
        (Some(_), None) => "Ghi trên ứng dụng tuần tra, màn hình bật.",
        (None, Some(_)) => "Ghi tuyến: Traccar Client.",
        (None, None) => "",
    };
    let forms = match &enrolled.odk_token {
        Some(_) => "Biểu mẫu: ODK Collect.",
        None => "",
    };
    format!("{walks} {forms}").trim().to_owned()
}

fn apps<'a>(enrolled: &Enrolled, at: Addresses<'_>) -> Vec<App<'a>> {
    let mut apps = Vec::new();
    if let Some(token) = &enrolled.api_token {
        apps.push(App {
            name: "Ứng dụng tuần tra",
            what: "Ghi tuyến dưới 2 giờ, điểm trồng, ảnh chứng cứ, phá nhổ, kiểm tra lại; dùng được khi mất mạng.",
            steps: &[
                "Sau khi cán bộ đã nhập số: bấm nút dưới đây trên chính điện thoại này, hoặc quét mã bằng máy ảnh.",
                "Đặt mã PIN, bấm Chuẩn bị ngay, rồi Cài lên màn hình chính.",
            ],
            qr: Some(at.field_link(token)),
            tap: Some(at.field_link(token)),
            copied: None,
            english: "Field app: after the officer has entered the number, tap or scan; choose a PIN, prepare, put it on the home screen.",
            open: true,
        });
    }
    if let Some(token) = &enrolled.odk_token {
        apps.push(App {
            name: "ODK Collect",
            what: "Biểu mẫu: báo cáo tuần tra, điểm trồng, phá nhổ, kiểm tra lại.",
            steps: &[
                "Mở ODK Collect → Configure with QR code (Cấu hình bằng mã QR) → quét mã.",
                "Trang đang mở trên chính điện thoại này: chụp màn hình mã, rồi trong ODK Collect chọn ⋮ → Import QR code (Nhập mã QR) → \
                 chọn ảnh, xong xóa ảnh.",
            ],
            qr: Some(at.collect_settings(token)),
            tap: None,
            copied: Some(("Địa chỉ máy chủ (nếu nhập tay)", at.collect_url(token))),
            english: "ODK Collect: Configure with QR code. On this phone: take a screenshot of the code, import it in Collect, then \
                      delete the picture.",
            open: true,
        });
    }
    if let Some(token) = &enrolled.tracker_token {
        apps.extend(trackers(token, at));
        apps.extend(templates(token, at));
    }
    apps
}

fn trackers<'a>(token: &str, at: Addresses<'_>) -> [App<'a>; 3] {
    [
        App {
            name: "Traccar Client",
            what: "Ghi tuyến cả ngày, kể cả khi tắt màn hình.",
            steps: &[
                "Bấm nút dưới đây, hoặc trong Traccar Client chọn biểu tượng mã QR và quét.",
                "Cho phép vị trí: Luôn cho phép; bật Theo dõi liên tục (Continuous tracking) khi bắt đầu đi.",
            ],
            qr: Some(at.traccar_link(token)),
            tap: Some(at.traccar_tap(token)),
            copied: Some(("Địa chỉ máy chủ (nếu nhập tay)", at.tracker_url(token))),
            english: "Traccar Client: tap, or scan in the app. Location: always allow.",
            open: true,
        },
        App {
            name: "OwnTracks",
            what: "Ghi tuyến, thay cho Traccar Client.",
            steps: &[
                "Bấm nút dưới đây, hoặc quét mã bằng máy ảnh.",
                "Chế độ: Di chuyển (Move).",
            ],
            qr: Some(at.owntracks_link(token)),
            tap: Some(at.owntracks_link(token)),
            copied: Some(("Chế độ HTTP, địa chỉ", at.owntracks_url(token))),
            english: "OwnTracks: HTTP mode, monitoring Move.",
            open: false,
        },
        App {
            name: "Overland",
            what: "Ghi tuyến trên iPhone.",
            steps: &[
                "Bấm nút dưới đây, hoặc quét mã bằng máy ảnh.",
                "Bật Tracking.",
            ],
            qr: Some(at.overland_link(token)),
            tap: Some(at.overland_link(token)),
            copied: Some(("Receiver endpoint", at.overland_url(token))),
            english: "Overland: tap, then switch tracking on.",
            open: false,
        },
    ]
}

/// Apps that are given an address with places for what they measure.
fn templates<'a>(token: &str, at: Addresses<'_>) -> [App<'a>; 2] {
    [
        App {
            name: "OsmAnd",
            what: "Bản đồ ngoại tuyến có ghi tuyến.",
            steps: &[
                "Trình cắm (Plugins) → Ghi hành trình (Trip recording) → Theo dõi trực tuyến (Online tracking) → dán địa chỉ.",
            ],
            qr: Some(at.osmand_template(token)),
            tap: None,
            copied: Some(("Địa chỉ theo dõi trực tuyến", at.osmand_template(token))),
            english: "OsmAnd: Plugins → Trip recording → Online tracking → web address.",
            open: false,
        },
        App {
            name: "GPSLogger",
            what: "Ghi tuyến nhẹ máy.",
            steps: &[
                "Chi tiết log (Logging details) → Đăng nhập URL tuỳ chỉnh (Log to custom URL) → dán địa chỉ.",
                "Bật Cho phép tự động gửi; để tắt Bỏ qua các vị trí ngoại tuyến (Discard offline locations): máy giữ điểm khi mất mạng.",
            ],
            qr: Some(at.gpslogger_template(token)),
            tap: None,
            copied: Some(("URL tùy chỉnh", at.gpslogger_template(token))),
            english: "GPSLogger: Logging details → Log to custom URL; leave Discard offline locations off.",
            open: false,
        },
    ]
}

/// Writing to a String cannot fail.
fn section(content: &mut String, app: &App<'_>) {
    let open = if app.open { " open" } else { "" };
    let _ = write!(
        content,
        "<details{open}><summary>{}</summary>\n<p>{}</p>\n<ol>",
        app.name, app.what
    );
    for step in app.steps {
        let _ = write!(content, "<li>{step}</li>");
    }
    content.push_str("</ol>\n");
    if let Some(tap) = &app.tap {
        let _ = writeln!(
            content,
            "<p><a class=\"button\" rel=\"noreferrer\" href=\"{}\">Mở {}</a></p>",
            escaped(tap),
            app.name
        );
    }
    if let Some(qr) = app.qr.as_deref().and_then(Qr::of) {
        content.push_str(&qr.svg(&format!("Mã QR cho {}", app.name)));
    }
    if let Some((label, text)) = &app.copied {
        let _ = writeln!(
            content,
            "<label>{label} <textarea readonly rows=\"4\" spellcheck=\"false\">{}</textarea></label>",
            escaped(text)
        );
    }
    let _ = writeln!(
        content,
        "<p class=\"en\" lang=\"en\">{}</p></details>",
        app.english
    );
}

/// The steps of the phone's maker, or of every maker when nobody wrote down whose it is.
fn battery(maker: Option<&str>) -> String {
    let own: Option<Maker> = maker.and_then(|maker| maker.parse().ok());
    let mut text = String::from(
        "<h2>Tiết kiệm pin</h2>\n<p>Làm cho từng ứng dụng ghi tuyến; nếu không, máy sẽ tắt ứng dụng khi màn hình tắt.</p>\n<dl>",
    );
    let shown = Maker::ALL
        .iter()
        .filter(|maker| own.is_none_or(|own| own == **maker));
    for maker in shown {
        let _ = write!(
            text,
            "<dt>{}</dt><dd>{}</dd>",
            maker.label(),
            maker.battery_steps()
        );
    }
    text.push_str("</dl>\n");
    text
}
