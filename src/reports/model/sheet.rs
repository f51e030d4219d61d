//! A form as a sheet for Excel: the heading that Nghị định 30/2020 asks for, numbers as Vietnamese papers write them, and
//! a page that prints on A4.

use std::ops::Range;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};
use serde_json::Value;

use super::Form;
use super::paper::{LETTERS_PT, height_pt};
use super::table::{Cell, Column, Row, Style, Table};
use crate::base::formulas::harmless;
use crate::base::time::LocalDate;

/// Vietnamese number forms whatever the machine's own: thousands dot, decimal comma.
const VIETNAMESE: &str = "[$-42A]";
const FONT: &str = "Times New Roman";
/// A4.
const PAPER: u8 = 9;
/// How much of a column's letters plain and bold ones take, and bold capitals of the heading.
const PLAIN: f64 = 1.05;
const BOLD: f64 = 1.2;
const HEADING: f64 = 1.5;
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
    set_page(sheet, table.form)?;
    heading(sheet, table)?;
    let columns = table.form.columns();
    for (at, column) in places().zip(columns) {
        sheet.set_column_width(at, column.width)?;
        sheet.write_string_with_format(HEAD, at, column.title, &head_format())?;
        let number = format!("({})", at + 1);
        sheet.write_string_with_format(HEAD + 1, at, number, &number_format())?;
    }
    let titles = columns.iter().map(|column| (column.title, column.width));
    sheet.set_row_height(HEAD, height_pt(titles, BOLD))?;
    let mut next = HEAD + 2;
    for row in &table.rows {
        write(sheet, next, columns, row, false)?;
        next += 1;
    }
    if let Some(total) = &table.total {
        write(sheet, next, columns, total, true)?;
        next += 1;
    }
    if table.form == Form::B02 {
        ids(sheet, table)?;
    }
    ending(sheet, table, next + 1)?;
    book.save_to_buffer()
}

/// The ids of the rows' plots, hidden behind the last column: a form that an office sends back says which plots it is of.
fn ids(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let at = u16::try_from(table.form.columns().len()).unwrap_or(u16::MAX);
    sheet.write_string_with_format(HEAD, at, "id", &head_format())?;
    sheet.write_string_with_format(HEAD + 1, at, format!("({})", at + 1), &number_format())?;
    for (row, own) in (HEAD + 2..).zip(&table.rows) {
        let facts = own.cells.first().and_then(|cell| cell.facts.as_deref());
        if let Some(id) = facts.and_then(|facts| facts.strip_prefix("/api/v1/plots/")) {
            sheet.write_string_with_format(row, at, id, &format_of(Style::Text))?;
        }
    }
    sheet.set_column_hidden(at).map(drop)
}

fn small(number: u32) -> u8 {
    u8::try_from(number).unwrap_or(1)
}

fn places() -> Range<u16> {
    0..u16::MAX
}

fn set_page(sheet: &mut Worksheet, form: Form) -> Result<(), XlsxError> {
    let across = form.across();
    sheet.set_paper_size(PAPER).set_landscape();
    sheet.set_margins(0.5, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_print_fit_to_pages(across.pages, 0);
    sheet.set_repeat_rows(HEAD, HEAD + 1)?;
    if across.pages > 1 {
        sheet.set_repeat_columns(0, across.keys - 1)?;
        // Over, then down: the pages of the same rows follow one another.
        sheet.set_page_order(false);
    }
    sheet.set_freeze_panes(HEAD + 2, across.keys)?;
    let told = if form.is_internal() {
        " – LƯU HÀNH NỘI BỘ"
    } else {
        ""
    };
    sheet.set_footer(format!("&LBiểu {}{told}&C&P/&N", form.number()));
    Ok(())
}

fn plain() -> Format {
    Format::new().set_font_name(FONT).set_font_size(11)
}

fn centred() -> Format {
    plain().set_align(FormatAlign::Center)
}

fn boxed() -> Format {
    let boxed = plain()
        .set_font_size(LETTERS_PT)
        .set_border(FormatBorder::Thin);
    boxed.set_align(FormatAlign::VerticalCenter)
}

fn head_format() -> Format {
    let head = boxed().set_bold().set_text_wrap();
    head.set_align(FormatAlign::Center)
        .set_background_color(Color::RGB(0x00E8_EEF4))
}

fn number_format() -> Format {
    boxed().set_italic().set_align(FormatAlign::Center)
}

/// The columns over which the heading and the ending of a form lie: those of the first page.
struct Places {
    /// The left part's first and last.
    left: (u16, u16),
    /// The right part's first.
    right: u16,
    last: u16,
    /// The first beside the key columns that are printed again on every page.
    beside: u16,
}

impl Places {
    fn of(form: Form) -> Self {
        let across = form.across();
        let last = across.first - 1;
        // What lies in the key columns is printed again on every page, so it must lie in them wholly or not at all.
        let (left, beside) = if across.pages > 1 {
            (across.keys - 1, across.keys)
        } else {
            (last / 2, 0)
        };
        Self {
            left: (0, left),
            right: last / 2 + 1,
            last,
            beside,
        }
    }

    /// How many letters columns hold together, both included.
    fn letters(form: Form, (from, to): (u16, u16)) -> f64 {
        let own = form.columns().get(usize::from(from)..=usize::from(to));
        let own = own.unwrap_or_default().iter();
        own.map(|column| column.width).sum()
    }
}

/// The two parts of the heading, and the title under them.
fn heading(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let places = Places::of(table.form);
    let left = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        let (from, to) = places.left;
        sheet
            .merge_range(row, from, row, to, text, format)
            .map(drop)
    };
    let right = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        let (from, to) = (places.right, places.last);
        sheet
            .merge_range(row, from, row, to, text, format)
            .map(drop)
    };
    let (centred, bold) = (centred(), centred().set_bold());
    let letters = Places::letters(table.form, places.left);
    // An office that names none above it leaves the line free.
    let above = table.above.line().unwrap_or_default().to_uppercase();
    let org = table.org.as_deref().unwrap_or("ĐƠN VỊ …………………");
    let org = org.to_uppercase();
    let wrapped = |format: &Format| format.clone().set_text_wrap();
    for (row, text, format) in [(0, &above, wrapped(&centred)), (1, &org, wrapped(&bold))] {
        left(sheet, row, text, &format)?;
        sheet.set_row_height(row, height_pt([(text.as_str(), letters)], HEADING))?;
    }
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
    let place = table.dated_at.as_deref().unwrap_or("……………");
    let dated = format!("{place}, ngày {day:02} tháng {month:02} năm {year}");
    right(sheet, 2, &dated, &centred.clone().set_italic())?;
    titles(sheet, table, (places.beside, places.last))
}

/// The title, over columns from one to another.
fn titles(sheet: &mut Worksheet, table: &Table, (from, to): (u16, u16)) -> Result<(), XlsxError> {
    let whole = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        sheet
            .merge_range(row, from, row, to, text, format)
            .map(drop)
    };
    let title = centred().set_bold().set_font_size(14);
    whole(sheet, 4, &format!("BÁO CÁO {}", table.form.title()), &title)?;
    let number = format!("(Biểu {})", table.form.number());
    let number = if table.form.is_internal() {
        format!("{number} – LƯU HÀNH NỘI BỘ")
    } else {
        number
    };
    whole(sheet, 5, &number, &centred())?;
    let (first, last) = (dmy(table.from), dmy(table.to));
    let window = format!("Số liệu từ ngày {first} đến ngày {last}");
    whole(sheet, 6, &window, &centred().set_italic())
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
    let texts = columns.iter().zip(&own.cells);
    let texts = texts.filter_map(|(column, cell)| Some((cell.value.as_str()?, column.width)));
    sheet.set_row_height(row, height_pt(texts, if is_total { BOLD } else { PLAIN }))?;
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
                let format = format.set_text_wrap();
                // Text to Excel; saved as CSV and opened again it must not become a formula.
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
    let places = Places::of(table.form);
    let first = places.beside;
    let letters = Places::letters(table.form, (first, places.last));
    let as_of = table
        .as_of
        .map(|entry| format!("Tính từ các mục nhật ký đến hết mục {entry}."));
    let head = table.head.as_ref();
    let head = head.map(|head| format!("Đầu nhật ký (số mục:gốc) khi lập: {head}."));
    let origin = as_of.into_iter().chain(head).map(|told| {
        let format = plain().set_font_size(LETTERS_PT).set_italic();
        (told, format.set_text_wrap())
    });
    let notes = table.notes.iter();
    let notes = notes.map(|note| (note.clone(), plain().set_text_wrap()));
    let mut row = from;
    for (text, format) in notes.chain(origin) {
        sheet.merge_range(row, first, row, places.last, &text, &format)?;
        sheet.set_row_height(row, height_pt([(text.as_str(), letters)], BOLD))?;
        row += 1;
    }
    row += 1;
    let middle = places.right - 1;
    let left = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        sheet
            .merge_range(row, first, row, middle, text, format)
            .map(drop)
    };
    let right = |sheet: &mut Worksheet, row, text: &str, format: &Format| {
        let (from, to) = (places.right, places.last);
        sheet
            .merge_range(row, from, row, to, text, format)
            .map(drop)
    };
    left(sheet, row, "Nơi nhận:", &plain().set_bold().set_italic())?;
    right(sheet, row, "THỦ TRƯỞNG ĐƠN VỊ", &centred().set_bold())?;
    left(sheet, row + 1, "- ……………………;", &plain())?;
    right(
        sheet,
        row + 1,
        "(Ký, ghi rõ họ tên)",
        &centred().set_italic(),
    )?;
    left(sheet, row + 2, "- Lưu: ……", &plain())
}
