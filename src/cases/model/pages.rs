//! The printed pages of a case: summary with the official heading, what the photos are worth, who saw it, list and sheets
//! of photos, sketch of the scene.

use super::facts::CaseFacts;
use super::words::{day, moment, number};
use super::{heading, shots, sketch};
use crate::base::paper::letters::{lines, width};
use crate::base::paper::paint::{Mark, PAGE_HEIGHT, PAGE_WIDTH};
use crate::geo::position::Position;
use crate::geo::vn2000::{PlanePosition, in_minutes, nearest_meridian, plane};

/// Space left free at the left edge, 25 mm: papers are bound there.
pub(super) const LEFT: f32 = 71.0;
/// Right end of the text.
pub(super) const RIGHT: f32 = PAGE_WIDTH - 48.0;
pub(super) const TOP: f32 = 64.0;
const BOTTOM: f32 = PAGE_HEIGHT - 64.0;
/// Base line of what stands at the foot of every page.
const FOOT: f32 = PAGE_HEIGHT - 36.0;
/// Outlines of more corners have none of them listed.
const MOST_CORNERS: usize = 12;
/// So many lines of who saw and decided are printed, the latest.
const MOST_CUSTODY: usize = 60;
/// So many outside stamps.
const MOST_STAMPS: usize = 6;

/// Pages that are filled from top to bottom.
pub(super) struct Pages {
    done: Vec<Vec<Mark>>,
    pub(super) marks: Vec<Mark>,
    pub(super) y: f32,
}

impl Pages {
    fn new() -> Self {
        Self {
            done: Vec::new(),
            marks: Vec::new(),
            y: TOP,
        }
    }

    pub(super) fn turn(&mut self) {
        self.done.push(std::mem::take(&mut self.marks));
        self.y = TOP;
    }

    /// Begins a page when there is less room than that.
    pub(super) fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.turn();
        }
    }

    pub(super) fn text(&mut self, x: f32, size: f32, bold: bool, text: &str) {
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

    pub(super) fn centred(&mut self, middle: f32, size: f32, bold: bool, text: &str) {
        self.text(middle - width(text, size, bold) / 2.0, size, bold, text);
    }

    /// A thin line around a middle, so far under the base line.
    pub(super) fn rule(&mut self, middle: f32, under: f32, length: f32) {
        let y = self.y + under;
        let half = length / 2.0;
        self.marks.push(Mark::Line {
            points: vec![(middle - half, y), (middle + half, y)],
            width: 0.7,
            closed: false,
        });
    }

    pub(super) fn paragraph(&mut self, x: f32, size: f32, text: &str) {
        for line in lines(text, size, false, RIGHT - x) {
            self.need(size * 1.35);
            self.text(x, size, false, &line);
            self.y += size * 1.35;
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.need(48.0);
        self.y += 10.0;
        self.text(LEFT, 13.0, true, text);
        self.y += 19.0;
    }

    pub(super) fn row(&mut self, name: &str, value: &str) {
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
    heading::head(&mut pages, case);
    summary(&mut pages, case);
    graded(&mut pages, case);
    shots::listed(&mut pages, case);
    custody(&mut pages, case);
    origin(&mut pages, case);
    heading::ending(&mut pages);
    pages.turn();
    shots::sheets(&mut pages, case);
    let mut done = pages.done;
    done.push(sketch::sketch(case));
    for (at, marks) in done.iter_mut().enumerate() {
        let page = format!("Trang {}", at + 1);
        let head = format!("Đầu nhật ký {}", case.head.text);
        let right = RIGHT - width(&page, 10.0, false);
        for (x, size, text) in [(right, 10.0, page), (LEFT, 8.0, head)] {
            marks.push(Mark::Text {
                x,
                y: FOOT,
                size,
                bold: false,
                text,
            });
        }
    }
    done
}

fn summary(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("1. Điểm trồng");
    for line in place_lines(case.position, case.hacc_m) {
        pages.row(&line.0, &line.1);
    }
    for (name, value) in corners(case).iter().chain(&case.lines) {
        pages.row(name, value);
    }
    pages.heading("2. Diễn biến (giờ Việt Nam)");
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
        let name = "Tọa độ VN-2000 (X bắc, Y đông)".to_owned();
        rows.push((name, in_metres(&plane)));
        let zone = format!("{}, múi chiếu 3°", in_minutes(plane.meridian));
        rows.push(("Kinh tuyến trục".to_owned(), zone));
    }
    rows.push(("Tọa độ WGS84".to_owned(), in_degrees(position)));
    let error = hacc_m.map_or("không rõ".to_owned(), |hacc| {
        format!("±{} m", number(hacc, 1))
    });
    rows.push(("Sai số vị trí".to_owned(), error));
    rows
}

/// A place in degrees as papers write it.
pub(super) fn in_degrees(position: Position) -> String {
    format!("{:.6}° B; {:.6}° Đ", position.lat(), position.lon()).replace('.', ",")
}

pub(super) fn on_plane(position: Position) -> Option<PlanePosition> {
    plane(position, nearest_meridian(position)).ok()
}

/// The corners of an outline on the plane, and how far it reaches.
fn corners(case: &CaseFacts) -> Vec<(String, String)> {
    let outline = &case.outline;
    let meridian = nearest_meridian(case.position);
    // A ring's last point is its first again.
    let ends_where_it_began = outline.len() > 1 && outline.first() == outline.last();
    let count = outline.len() - usize::from(ends_where_it_began);
    let planes = outline.iter().take(count);
    let planes: Vec<PlanePosition> = planes
        .filter_map(|corner| plane(*corner, meridian).ok())
        .collect();
    if planes.len() < 3 {
        return Vec::new();
    }
    let reach = |of: fn(&PlanePosition) -> f64| {
        let all = planes.iter().map(of);
        let (least, most) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), own| {
            (least.min(own), most.max(own))
        });
        number(most - least, 1)
    };
    let east = reach(|own| own.y_east_m);
    let north = reach(|own| own.x_north_m);
    let mut rows = vec![(
        "Kích thước theo vòng đo".to_owned(),
        format!("đông – tây {east} m; bắc – nam {north} m"),
    )];
    if planes.len() <= MOST_CORNERS {
        let told = planes
            .iter()
            .enumerate()
            .map(|(at, own)| (format!("Góc {} (VN-2000)", at + 1), in_metres(own)));
        rows.extend(told);
    }
    rows
}

/// A place on the plane as papers write it.
pub(super) fn in_metres(plane: &PlanePosition) -> String {
    format!(
        "X = {} m; Y = {} m",
        number(plane.x_north_m, 1),
        number(plane.y_east_m, 1)
    )
}

/// What the photos of each eradication are worth, with every reason.
fn graded(pages: &mut Pages, case: &CaseFacts) {
    if case.grades.is_empty() {
        return;
    }
    pages.heading("Mức chứng cứ và lý do (Việt / Anh)");
    for (title, reasons) in &case.grades {
        pages.need(34.0);
        pages.text(LEFT, 11.5, true, title);
        pages.y += 16.0;
        for reason in reasons {
            pages.paragraph(LEFT + 14.0, 11.0, &format!("– {reason}"));
        }
    }
}

/// Who decided, saw and took out.
fn custody(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("4. Ai đã quyết định, xem và xuất hồ sơ");
    if case.custody.is_empty() {
        pages.paragraph(LEFT, 12.0, "Chưa có ai trước lần xuất này.");
    }
    let left_out = case.custody.len().saturating_sub(MOST_CUSTODY);
    for (at, what) in case.custody.iter().skip(left_out) {
        pages.row(&moment(*at), what);
    }
    if left_out > 0 {
        let told = format!("{left_out} dòng trước đó: xem tệp custody.json trong gói.");
        pages.paragraph(LEFT, 11.0, &told);
    }
}

/// What the pages rest on, so that paper and log can be held against each other.
fn origin(pages: &mut Pages, case: &CaseFacts) {
    pages.heading("5. Nguồn gốc và cách kiểm tra");
    let made = format!(
        "Lập ngày {} theo yêu cầu: {}.",
        day(case.made_at),
        case.reason
    );
    pages.paragraph(LEFT, 12.0, &made);
    let head = &case.head;
    let signed = format!(
        "Đầu nhật ký (số mục:gốc cây Merkle), ký lúc {}, khóa {}:",
        moment(head.at),
        head.key
    );
    pages.paragraph(LEFT, 12.0, &signed);
    pages.paragraph(LEFT + 14.0, 11.0, &head.text);
    let left_out = case.stamps.len().saturating_sub(MOST_STAMPS);
    for (at, of) in case.stamps.iter().skip(left_out) {
        let told = format!("Dấu thời gian bên ngoài (RFC 3161), {}: {of}.", moment(*at));
        pages.paragraph(LEFT, 12.0, &told);
    }
    if left_out > 0 {
        let told = format!("Và {left_out} dấu trước đó trong gói (heads/stamps).");
        pages.paragraph(LEFT, 12.0, &told);
    }
    if case.stamps.is_empty() {
        pages.paragraph(LEFT, 12.0, "Không có dấu thời gian bên ngoài (RFC 3161).");
    }
    pages.paragraph(
        LEFT,
        12.0,
        "Kiểm tra: sha256sum -c SHA256SUMS; tuantra verify case TỆP.zip --trust KHÓA. Trang in này chỉ để đọc; chứng cứ là \
         các tệp gốc trong gói. Giờ trên trang này là giờ Việt Nam (UTC+7).",
    );
}
