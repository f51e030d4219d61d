//! Enrolment sheets: one page per device with its code as QR and text, and what to do with it.

use super::makers::Maker;
use super::qr::{QUIET, Qr};
use crate::base::paper::letters::{lines, width};
use crate::base::paper::paint::{Mark, PAGE_HEIGHT, PAGE_WIDTH, PaintFault, pdf};

/// Sheets in one PDF.
pub const MOST_SHEETS: usize = 500;

const LEFT: f32 = 62.0;
const RIGHT: f32 = PAGE_WIDTH - 62.0;
const QR_SIDE: f32 = 210.0;

/// What stands on one sheet.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The device's pseudonym.
    pub name: String,
    /// Its team.
    pub team: String,
    /// Its team's organisation.
    pub org: String,
    /// The codes of its communes, or that it is the whole province.
    pub communes: String,
    /// Whose phone it is.
    pub maker: Option<Maker>,
    /// The code.
    pub code: String,
    /// The address that the QR code opens.
    pub link: String,
    /// The address to type, where the code goes into a field.
    pub typed_at: String,
}

/// What the team does, in order.
const STEPS: [&str; 5] = [
    "Gọi cán bộ quản lý thiết bị. Cán bộ mở dòng của thiết bị này trên máy chủ; từ lúc đó mã có hiệu lực 15 phút.",
    "Quét mã bằng máy ảnh của điện thoại, hoặc mở địa chỉ ghi dưới mã và gõ mã. Bấm \"Nhận cấu hình\".",
    "Đọc cho cán bộ số có hai chữ số hiện trên điện thoại. Cán bộ nhập số đó để xác nhận.",
    "Làm theo trang trên điện thoại: mở ứng dụng tuần tra, cài đặt Traccar Client, ODK Collect và các ứng dụng khác.",
    "Tắt chế độ tiết kiệm pin cho các ứng dụng đó, rồi hủy tờ giấy này.",
];
const ENGLISH: &str = "English: call the officer who keeps the devices; the code works for 15 minutes after the officer \
     opens this device's row. Scan it (or type it), press the button, read the two digits to the officer, set up the apps, \
     then destroy this sheet. The code alone opens nothing.";

/// A page that is filled from top to bottom.
struct Page {
    marks: Vec<Mark>,
    y: f32,
}

impl Page {
    fn line(&mut self, x: f32, size: f32, bold: bool, text: &str) {
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

    fn centred(&mut self, size: f32, bold: bool, text: &str) {
        let middle = f32::midpoint(LEFT, RIGHT);
        self.line(middle - width(text, size, bold) / 2.0, size, bold, text);
    }

    fn paragraph(&mut self, x: f32, size: f32, bold: bool, text: &str) {
        for line in lines(text, size, bold, RIGHT - x) {
            self.line(x, size, bold, &line);
            self.y += size * 1.32;
        }
    }
}

/// The sheets as a PDF.
pub fn sheets_pdf(sheets: &[Sheet]) -> Result<Vec<u8>, PaintFault> {
    let pages: Vec<Vec<Mark>> = sheets.iter().map(page).collect();
    pdf("Phiếu cài đặt thiết bị", &pages)
}

/// The marks of one sheet.
#[must_use]
pub fn page(sheet: &Sheet) -> Vec<Mark> {
    let mut page = Page {
        marks: Vec::new(),
        y: 70.0,
    };
    page.centred(17.0, true, "PHIẾU CÀI ĐẶT THIẾT BỊ");
    page.y += 17.0;
    page.centred(
        11.0,
        false,
        "Mã chưa có hiệu lực cho đến khi cán bộ mở dòng của thiết bị",
    );
    page.y += 28.0;
    let maker = sheet.maker.map_or("", Maker::label);
    for (name, value) in [
        ("Thiết bị", sheet.name.as_str()),
        ("Tổ", &sheet.team),
        ("Đơn vị", &sheet.org),
        ("Địa bàn", &sheet.communes),
        ("Máy", maker),
    ] {
        if !value.is_empty() {
            page.line(LEFT, 12.5, false, name);
            page.paragraph(LEFT + 80.0, 12.5, true, value);
        }
    }
    page.y += 6.0;
    square(&mut page, &sheet.link);
    page.y += QR_SIDE + 26.0;
    page.centred(23.0, true, &sheet.code);
    page.y += 22.0;
    page.centred(11.5, false, &format!("Gõ mã tại: {}", sheet.typed_at));
    page.y += 30.0;
    for (at, step) in STEPS.iter().enumerate() {
        page.line(LEFT, 12.5, true, &format!("{}.", at + 1));
        page.paragraph(LEFT + 20.0, 12.5, false, step);
        page.y += 3.0;
    }
    let battery = sheet.maker.unwrap_or(Maker::Other);
    page.y += 5.0;
    page.paragraph(LEFT, 11.0, true, &format!("Pin – {}:", battery.label()));
    page.paragraph(LEFT, 11.0, false, battery.battery_steps());
    page.y += 4.0;
    page.paragraph(
        LEFT,
        11.0,
        true,
        "Dưới 2 giờ: ứng dụng tuần tra. Đi cả ngày: Traccar Client. Biểu mẫu: ODK Collect.",
    );
    page.y = page.y.max(PAGE_HEIGHT - 96.0);
    page.paragraph(LEFT, 8.5, false, ENGLISH);
    page.marks
}

/// The QR code in the middle of the page, with its quiet zone inside its side.
#[expect(clippy::cast_precision_loss, reason = "fewer squares than 200")]
fn square(page: &mut Page, link: &str) {
    let Some(qr) = Qr::of(link) else { return };
    let module = QR_SIDE / (qr.width() + 2 * QUIET) as f32;
    let left = f32::midpoint(LEFT, RIGHT) - QR_SIDE / 2.0;
    for run in qr.runs() {
        let x = left + (run.x + QUIET) as f32 * module;
        let y = page.y + (run.y + QUIET) as f32 * module;
        page.marks.push(Mark::Block {
            corner: (x, y),
            size: (run.length as f32 * module, module),
        });
    }
}
