//! The printed pages of a case: summary with the official heading, list and sheets of photos, sketch of the scene.

use super::facts::{CaseFacts, PhotoFacts};
use super::sketch;
use super::words::{day, label, moment, number};
use crate::base::paper::letters::{lines, width};
use crate::base::paper::paint::{Mark, PAGE_HEIGHT, PAGE_WIDTH};
use crate::geo::measure::distance_m;
use crate::geo::position::Position;
use crate::geo::vn2000::{PlanePosition, in_minutes, nearest_meridian, plane};

/// Space left free at the left edge, 25 mm: papers are bound there.
pub(super) const LEFT: f32 = 71.0;
/// Right end of the text.
pub(super) const RIGHT: f32 = PAGE_WIDTH - 48.0;
const TOP: f32 = 64.0;
const BOTTOM: f32 = PAGE_HEIGHT - 64.0;

/// Pages that are filled from top to bottom.
pub(super) struct Pages {
    done: Vec<Vec<Mark>>,
    marks: Vec<Mark>,
    y: f32,
}

impl Pages {
    fn new() -> Self {
        Self {
            done: Vec::new(),
            marks: Vec::new(),
            y: TOP,
        }
    }

    fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.marks));
        self.y = TOP;
    }

    /// Begins a page when there is less room than that.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.turn();
        }
    }

    fn text(&mut self, x: f32, size: f32, bold: bool, text: &str) {
        let text = text.to_owned();
        let y = self.y;
        self.marks.push(Mark::Text {
            x,
            y,
            size,
            bold,
            text,
        });
    }

    fn centred(&mut self, middle: f32, size: f32, bold: bool, text: &str) {
        self.text(middle - width(text, size, bold) / 2.0, size, bold, text);
    }

    fn paragraph(&mut self, x: f32, size: f32, text: &str) {
        for line in lines(text, size, false, RIGHT - x) {
            self.need(size * 1.35);
            self.text(x, size, false, &line);
            self.y += size * 1.35;
        }
    }

    fn heading(&mut self, text: &str) {
        self.need(48.0);
        self.y += 10.0;
        self.text(LEFT, 13.0, true, text);
        self.y += 19.0;
    }

    fn row(&mut self, name: &str, value: &str) {
        let x = LEFT + 170.0;
        let told = lines(value, 12.0, false, RIGHT - x);
        self.need(16.5);
        self.text(LEFT, 12.0, false, name);
        for line in &told {
            self.need(16.5);
            self.text(x, 12.0, false, line);
            self.y += 16.5;
        }
        if told.is_empty() {
            self.y += 16.5;
        }
    }
}

/// Every page of the case.
#[must_use]
pub fn pages(case: &CaseFacts) -> Vec<Vec<Mark>> {
    let mut pages = Pages::new();
    head(&mut pages, case);
    summary(&mut pages, case);
    listed(&mut pages, case);
    origin(&mut pages, case);
    pages.turn();
    sheets(&mut pages, case);
    let mut done = pages.done;
    done.push(sketch::sketch(case));
    for (at, marks) in done.iter_mut().enumerate() {
        let text = format!("Trang {}", at + 1);
        marks.push(Mark::Text {
            x: RIGHT - width(&text, 10.0, false),
            y: PAGE_HEIGHT - 36.0,
            size: 10.0,
            bold: false,
            text,
        });
    }
    done
}

/// The heading of Nghị định 30/2020: the office on the left, the state's name and motto on the right.
fn head(pages: &mut Pages, case: &CaseFacts) {
    const STATE: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
    const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
    let (office, state) = (LEFT + 75.0, RIGHT - 140.0);
    let org = case.org.as_deref().unwrap_or("…………………………");
    let mut y = pages.y;
    for line in lines(&org.to_uppercase(), 12.0, true, 150.0) {
        pages.y = y;
        pages.centred(office, 12.0, true, &line);
        y += 15.0;
    }
    pages.y = TOP;
    pages.centred(state, 12.0, true, STATE);
    pages.y += 16.0;
    pages.centred(state, 13.0, true, MOTTO);
    let half = width(MOTTO, 13.0, true) / 2.0;
    let under = pages.y + 4.0;
    pages.marks.push(Mark::Line {
        points: vec![(state - half, under), (state + half, under)],
        width: 0.7,
        closed: false,
    });
    pages.y += 24.0;
    let (year, month, day) = case.made_at.local_date().ymd();
    pages.centred(
        state,
        12.0,
        false,
        &format!("Ngày {day:02} tháng {month:02} năm {year}"),
    );
    pages.y = pages.y.max(y) + 34.0;
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

fn summary(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("1. Điểm trồng");
    for line in place_lines(case.position, case.hacc_m) {
        pages.row(&line.0, &line.1);
    }
    for (name, value) in &case.lines {
        pages.row(name, value);
    }
    pages.heading("2. Diễn biến");
    for (at, what) in &case.steps {
        pages.row(&moment(*at), what);
    }
    if !case.asked.is_empty() {
        pages.heading("Câu hỏi cần làm rõ");
        for told in &case.asked {
            pages.paragraph(LEFT, 11.5, told);
        }
    }
}

/// Where a plot is, on the national plane and in degrees.
pub(super) fn place_lines(position: Position, hacc_m: Option<f64>) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    if let Some(plane) = on_plane(position) {
        let value = format!(
            "X = {} m; Y = {} m",
            number(plane.x_north_m, 1),
            number(plane.y_east_m, 1)
        );
        rows.push(("Tọa độ VN-2000 (X bắc, Y đông)".to_owned(), value));
        let zone = format!("{}, múi chiếu 3°", in_minutes(plane.meridian));
        rows.push(("Kinh tuyến trục".to_owned(), zone));
    }
    let world = format!("{:.6}° B; {:.6}° Đ", position.lat(), position.lon()).replace('.', ",");
    rows.push(("Tọa độ WGS84".to_owned(), world));
    let error = hacc_m.map_or("không rõ".to_owned(), |hacc| {
        format!("±{} m", number(hacc, 1))
    });
    rows.push(("Sai số vị trí".to_owned(), error));
    rows
}

pub(super) fn on_plane(position: Position) -> Option<PlanePosition> {
    plane(position, nearest_meridian(position)).ok()
}

/// Bảng kê ảnh chứng cứ.
fn listed(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("3. Bảng kê ảnh chứng cứ");
    if case.photos.is_empty() {
        pages.paragraph(LEFT, 12.0, "Không có ảnh.");
    }
    for (at, photo) in case.photos.iter().enumerate() {
        pages.need(48.0);
        pages.text(LEFT, 11.5, true, &format!("Ảnh {}", at + 1));
        pages.y += 15.0;
        pages.paragraph(LEFT + 14.0, 11.0, &caption(case, photo));
        pages.paragraph(
            LEFT + 14.0,
            9.5,
            &format!("Mã ảnh {}; SHA-256: {}", photo.name, photo.sha256),
        );
    }
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

/// What the pages rest on.
fn origin(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("4. Nguồn gốc và cách kiểm tra");
    let made = format!(
        "Lập ngày {} theo yêu cầu: {}.",
        day(case.made_at),
        case.reason
    );
    pages.paragraph(LEFT, 12.0, &made);
    let head = format!("Nhật ký gốc: {}. Gốc cây Merkle: {}.", case.head, case.root);
    pages.paragraph(LEFT, 12.0, &head);
    pages.paragraph(
        LEFT,
        12.0,
        "Kiểm tra: sha256sum -c SHA256SUMS; tuantra verify case TỆP.zip --trust KHÓA. Trang in này chỉ để đọc; chứng cứ là \
         các tệp gốc trong gói.",
    );
}

/// Bản ảnh hiện trường: two photos on a page.
fn sheets(pages: &mut Pages, case: &CaseFacts) {
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
