//! The photos on paper: Bảng kê ảnh chứng cứ (form B12) and Bản ảnh hiện trường.

use super::facts::{CaseFacts, PhotoFacts};
use super::pages::{LEFT, Pages, RIGHT, in_degrees, in_metres, on_plane};
use super::words::{label, moment, number};
use crate::base::paper::paint::Mark;
use crate::geo::measure::distance_m;
use crate::geo::vn2000::in_minutes;

/// Bảng kê ảnh chứng cứ: what form B12 asks of every photo.
pub(super) fn listed(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("3. Bảng kê ảnh chứng cứ (biểu B12)");
    if case.photos.is_empty() {
        pages.paragraph(LEFT, 12.0, "Không có ảnh.");
    }
    for (at, photo) in case.photos.iter().enumerate() {
        pages.need(92.0);
        let title = format!(
            "Ảnh {} – {} – {}",
            at + 1,
            label(&photo.phase),
            moment(photo.taken_at)
        );
        pages.text(LEFT, 11.5, true, &title);
        pages.y += 15.0;
        for told in entries(case, photo) {
            pages.paragraph(LEFT + 14.0, 10.5, &told);
        }
        pages.paragraph(
            LEFT + 14.0,
            9.5,
            &format!("Mã ảnh {}; SHA-256: {}", photo.name, photo.sha256),
        );
        pages.y += 4.0;
    }
    if case.left_out > 0 {
        let told = format!(
            "Ngoài ra có {} ảnh mới chỉ được khai báo, chưa nhận được tệp gốc; không liệt kê ở đây và không có trong gói.",
            case.left_out
        );
        pages.paragraph(LEFT, 12.0, &told);
    }
}

/// The columns of B12 that have no line of their own.
fn entries(case: &CaseFacts, photo: &PhotoFacts) -> Vec<String> {
    let later = if photo.after_seal {
        " Bổ sung sau khi niêm phong."
    } else {
        ""
    };
    let integrity = match &photo.erased {
        Some(erased) => format!("tệp gốc đã xóa {erased}"),
        None if photo.is_stored => "tệp gốc có trong gói, khớp mã băm đã báo".to_owned(),
        None => "chưa nhận được tệp gốc".to_owned(),
    };
    // No photo that is taken is as large as that.
    let size = u32::try_from(photo.bytes).unwrap_or(u32::MAX);
    let size = number(f64::from(size), 0);
    vec![
        format!("Vị trí chụp: {}", stood(case, photo)),
        format!(
            "Người/thiết bị chụp: {}. Kích thước: {size} byte. Toàn vẹn: {integrity}.",
            photo.taken_by
        ),
        format!("Liên kết: {}.{later}", photo.joined),
    ]
}

/// Where a photo was taken, on the plane and in degrees, with its error and its distance from the plot's middle.
fn stood(case: &CaseFacts, photo: &PhotoFacts) -> String {
    let Some(position) = photo.position else {
        return "máy không ghi được tọa độ.".to_owned();
    };
    let plane = on_plane(position).map(|own| {
        format!(
            "VN-2000 {} (kinh tuyến trục {}); ",
            in_metres(&own),
            in_minutes(own.meridian)
        )
    });
    let error = photo.accuracy_m.map_or("không rõ".to_owned(), |accuracy| {
        format!("±{} m", number(accuracy, 1))
    });
    format!(
        "{}WGS84 {}; sai số {error}; cách tâm điểm trồng {} m.",
        plane.unwrap_or_default(),
        in_degrees(position),
        number(distance_m(case.position, position), 0)
    )
}

fn caption(case: &CaseFacts, photo: &PhotoFacts) -> String {
    let what = format!(
        "{}. Chụp lúc {}.",
        label(&photo.phase),
        moment(photo.taken_at)
    );
    let later = if photo.after_seal {
        " Bổ sung sau khi niêm phong."
    } else {
        ""
    };
    let by = format!("Người/thiết bị chụp: {}.{later}", photo.taken_by);
    let Some(position) = photo.position else {
        return format!("{what} {by}");
    };
    let away = number(distance_m(case.position, position), 0);
    let error = photo.accuracy_m;
    let error = error.map(|accuracy| format!(" (sai số ±{} m)", number(accuracy, 0)));
    let error = error.unwrap_or_default();
    format!("{what} Cách tâm điểm trồng {away} m{error}. {by}")
}

/// Bản ảnh hiện trường: two photos on a page.
pub(super) fn sheets(pages: &mut Pages, case: &CaseFacts) {
    const HEIGHT: f32 = 270.0;
    if case.photos.is_empty() {
        return;
    }
    for (at, photo) in case.photos.iter().enumerate() {
        if at % 2 == 0 {
            if at > 0 {
                pages.turn();
            }
            pages.centred(
                f32::midpoint(LEFT, RIGHT),
                14.0,
                true,
                "BẢN ẢNH HIỆN TRƯỜNG",
            );
            pages.y += 20.0;
        }
        let corner = (LEFT, pages.y);
        if let Some(jpeg) = &photo.image {
            pages.marks.push(Mark::Picture {
                corner,
                size: (RIGHT - LEFT, HEIGHT),
                jpeg: jpeg.clone(),
            });
        } else {
            let (top, bottom) = (corner.1, corner.1 + HEIGHT);
            pages.marks.push(Mark::Line {
                points: vec![(LEFT, top), (RIGHT, top), (RIGHT, bottom), (LEFT, bottom)],
                width: 0.6,
                closed: true,
            });
            pages.y += HEIGHT / 2.0;
            pages.centred(f32::midpoint(LEFT, RIGHT), 12.0, false, photo.instead);
            pages.y -= HEIGHT / 2.0;
        }
        pages.y += HEIGHT + 16.0;
        pages.text(LEFT, 11.5, true, &format!("Ảnh {}", at + 1));
        pages.y += 14.0;
        pages.paragraph(LEFT, 11.0, &caption(case, photo));
        pages.y += 8.0;
    }
    pages.turn();
}
