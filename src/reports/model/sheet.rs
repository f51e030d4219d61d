//! A form as a sheet for Excel: the heading that Nghị định 30/2020 asks for, numbers as Vietnamese papers write them, and
//! a page that prints on A4.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};
use serde_json::Value;

use super::table::{Cell, Column, Row, Style, Table};
use crate::base::time::LocalDate;

/// Vietnamese number forms whatever the machine's own: thousands dot, decimal comma.
const VIETNAMESE: &str = "[$-42A]";
const FONT: &str = "Times New Roman";
/// A4.
const PAPER: u8 = 9;
/// The row of the columns' headings: above it stands the heading block.
const HEAD: u32 = 8;

/// The file's bytes.
pub fn workbook(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (year, month, day) = table.made_at.local_date().ymd();
    let made = ExcelDateTime::from_ymd(
        u16::try_from(year).unwrap_or(1900),
        small(month),
        small(day),
    )?;
    let properties = DocProperties::new().set_title(table.form.title());
    book.set_properties(&properties.set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name(table.form.number())?;
    set_page(sheet)?;
    heading(sheet, table)?;
    let columns = table.form.columns();
    for (at, column) in places().zip(columns) {
        sheet.set_column_width(at, column.width)?;
        sheet.write_string_with_format(HEAD, at, column.title, &head_format())?;
        let number = format!("({})", at + 1);
        sheet.write_string_with_format(HEAD + 1, at, number, &number_format())?;
    }
    sheet.set_row_height(HEAD, 64)?;
    let mut next = HEAD + 2;
    for row in &table.rows {
        write(sheet, next, columns, row, false)?;
        next += 1;
    }
    if let Some(total) = &table.total {
        write(sheet, next, columns, total, true)?;
        next += 1;
    }
    ending(sheet, table, next + 1)?;
    book.save_to_buffer()
}

fn small(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(1)
}

fn places() -> std::ops::Range<u16> {
    0..u16::MAX
}

fn set_page(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    sheet.set_paper_size(PAPER).set_landscape();
    sheet.set_margins(0.5, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(HEAD, HEAD + 1)?;
    sheet.set_freeze_panes(HEAD + 2, 2)?;
    sheet.set_footer("&C&P/&N");
    Ok(())
}

fn plain() -> Format {
    Format::new().set_font_name(FONT).set_font_size(11)
}

fn centred() -> Format {
    plain().set_align(FormatAlign::Center)
}

fn boxed() -> Format {
    let boxed = plain().set_font_size(10).set_border(FormatBorder::Thin);
    boxed.set_align(FormatAlign::VerticalCenter)
}

fn head_format() -> Format {
    let head = boxed().set_bold().set_text_wrap();
    head.set_align(FormatAlign::Center)
        .set_background_color(Color::RGB(0x00E8_EEF4))
}

fn number_format() -> Format {
    boxed()
        .set_italic()
        .set_font_size(8)
        .set_align(FormatAlign::Center)
}

/// The two columns of the heading, and the title under them.
fn heading(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let last = u16::try_from(table.form.columns().len())
        .unwrap_or(2)
        .max(2)
        - 1;
    // The national motto needs room: the left part is the smaller one.
    let middle = last / 2;
    let left = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        sheet
            .merge_range(row, 0, row, middle, text, format)
            .map(drop)
    };
    let right = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        sheet
            .merge_range(row, middle + 1, row, last, text, format)
            .map(drop)
    };
    let (centred, bold) = (centred(), centred().set_bold());
    left(sheet, 0, "ỦY BAN NHÂN DÂN TỈNH", &centred)?;
    let org = table
        .org
        .as_deref()
        .unwrap_or("ĐƠN VỊ …………………")
        .to_uppercase();
    left(sheet, 1, &org, &bold)?;
    left(sheet, 2, "Số: ……/BC-……", &centred)?;
    right(sheet, 0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", &bold)?;
    right(
        sheet,
        1,
        "Độc lập - Tự do - Hạnh phúc",
        &bold
            .clone()
            .set_underline(rust_xlsxwriter::FormatUnderline::Single),
    )?;
    let (year, month, day) = table.made_at.local_date().ymd();
    let dated = format!("……………, ngày {day:02} tháng {month:02} năm {year}");
    right(sheet, 2, &dated, &centred.clone().set_italic())?;
    let title = centred.clone().set_bold().set_font_size(14);
    let whole = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        sheet.merge_range(row, 0, row, last, text, format).map(drop)
    };
    let named = format!("BÁO CÁO {}", table.form.title());
    whole(sheet, 4, &named, &title)?;
    let number = format!("(Biểu {})", table.form.number());
    let number = if table.form.is_internal() {
        format!("{number} – LƯU HÀNH NỘI BỘ")
    } else {
        number
    };
    whole(sheet, 5, &number, &centred)?;
    let window = format!(
        "Số liệu từ ngày {} đến ngày {}",
        dmy(table.from),
        dmy(table.to)
    );
    whole(sheet, 6, &window, &centred.set_italic())
}

/// A day as papers write it.
#[must_use]
pub fn dmy(day: LocalDate) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year}")
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    columns: &[Column],
    own: &Row,
    is_total: bool,
) -> Result<(), XlsxError> {
    for (at, (column, cell)) in places().zip(columns.iter().zip(&own.cells)) {
        let mut format = format_of(column.style);
        if is_total {
            format = format.set_bold();
        }
        match (&cell.value, day_of(column, cell)) {
            (_, Some(day)) => sheet.write_date_with_format(row, at, &day, &format)?,
            (Value::Number(number), _) => {
                let number = number.as_f64().unwrap_or_default();
                sheet.write_number_with_format(row, at, number, &format)?
            }
            (Value::String(text), _) => {
                sheet.write_string_with_format(row, at, harmless(text), &format)?
            }
            _ => sheet.write_blank(row, at, &format)?,
        };
    }
    Ok(())
}

fn day_of(column: &Column, cell: &Cell) -> Option<ExcelDateTime> {
    if column.style != Style::Day {
        return None;
    }
    let day: LocalDate = cell.value.as_str()?.parse().ok()?;
    let (year, month, day) = day.ymd();
    ExcelDateTime::from_ymd(u16::try_from(year).ok()?, small(month), small(day)).ok()
}

/// Cells of text are text to Excel; when the sheet is saved as CSV and opened again they must not become formulas.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn format_of(style: Style) -> Format {
    let boxed = boxed();
    match style {
        Style::Text => boxed.set_text_wrap(),
        Style::Mark => boxed.set_align(FormatAlign::Center),
        Style::Count | Style::Number(0) => boxed.set_num_format(format!("{VIETNAMESE}#,##0")),
        Style::Number(decimals) => {
            let zeros = "0".repeat(decimals.into());
            boxed.set_num_format(format!("{VIETNAMESE}#,##0.{zeros}"))
        }
        Style::Day => boxed
            .set_num_format("dd/mm/yyyy")
            .set_align(FormatAlign::Center),
    }
}

/// Notes, the entry that the figures rest on, and who gets the paper.
fn ending(sheet: &mut Worksheet, table: &Table, from: u32) -> Result<(), XlsxError> {
    let last = u16::try_from(table.form.columns().len())
        .unwrap_or(2)
        .max(2)
        - 1;
    let (text, small) = (
        plain().set_text_wrap(),
        plain().set_font_size(8).set_italic(),
    );
    let mut row = from;
    for note in &table.notes {
        sheet.merge_range(row, 0, row, last, note, &text)?;
        row += 1;
    }
    if let Some(entry) = table.as_of {
        let told = format!("Tính từ các mục nhật ký đến hết mục {entry}.");
        sheet.merge_range(row, 0, row, last, &told, &small)?;
        row += 1;
    }
    row += 1;
    let middle = last / 2;
    let bold = centred().set_bold();
    sheet.merge_range(
        row,
        0,
        row,
        middle,
        "Nơi nhận:",
        &plain().set_bold().set_italic(),
    )?;
    sheet.merge_range(row, middle + 1, row, last, "THỦ TRƯỞNG ĐƠN VỊ", &bold)?;
    sheet.merge_range(row + 1, 0, row + 1, middle, "- ……………………;", &plain())?;
    sheet.merge_range(
        row + 1,
        middle + 1,
        row + 1,
        last,
        "(Ký, ghi rõ họ tên)",
        &centred().set_italic(),
    )?;
    sheet.merge_range(row + 2, 0, row + 2, middle, "- Lưu: ……", &plain())?;
    Ok(())
}
