//! A form as a table: columns with their numbers' forms, and cells that lead to the facts under them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Form;
use crate::base::ids::EntryId;
use crate::base::paper::offices::Above;
use crate::base::rounding::decimals;
use crate::base::time::{LocalDate, Timestamp};

/// How a column's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As text.
    Text,
    /// As text in the middle.
    Mark,
    /// As a whole number.
    Count,
    /// With so many decimals, in data and in a sheet.
    Number(u8),
    /// As a day.
    Day,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name in data.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// Its width in letters.
    pub width: f64,
    /// How its values are written.
    pub style: Style,
}

/// A column of these.
#[must_use]
pub const fn column(name: &'static str, title: &'static str, width: f64, style: Style) -> Column {
    Column {
        name,
        title,
        width,
        style,
    }
}

/// How a form's columns lie on paper: across so many pages, each printed with the key columns at its left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Across {
    /// The key columns: the first so many.
    pub keys: u16,
    /// Pages side by side.
    pub pages: u16,
    /// The columns that the first page holds at least.
    pub first: u16,
}

/// One cell: a value, and where the facts under it are listed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// A number, a text or a day; null where there is nothing to tell.
    pub value: Value,
    /// The list of the facts under it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub facts: Option<String>,
    /// Of a comparison: the list of the facts that it is held against.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub facts_before: Option<String>,
}

/// One row: cells in the order of the columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The cells.
    pub cells: Vec<Cell>,
}

/// A form that was filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Which.
    pub form: Form,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// From what was entered up to this entry only.
    pub as_of: Option<EntryId>,
    /// The versions of the definitions by which the figures were made, by name.
    pub definitions: Map<String, Value>,
    /// When it was filled in.
    pub made_at: Timestamp,
    /// The newest head of the log then, `SIZE:ROOT` with the root in hex, so that paper and log can be held against each
    /// other; none in forms of before it was kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub head: Option<String>,
    /// The organisation for which.
    pub org: Option<String>,
    /// The office above that one; unknown in forms of before it was kept.
    #[serde(default)]
    pub above: Above,
    /// The place by which the paper is dated; none where it is to be filled in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dated_at: Option<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The sum of all.
    pub total: Option<Row>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// The same in English; empty in forms of before it was kept.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes_en: Vec<String>,
}

impl Row {
    /// Adds a cell.
    pub fn add(&mut self, value: impl Into<Value>, facts: Option<&str>) {
        let (value, facts) = (value.into(), facts.map(str::to_owned));
        self.cells.push(Cell {
            value,
            facts,
            facts_before: None,
        });
    }

    /// Adds a cell that compares facts with others.
    pub fn compare(&mut self, value: impl Into<Value>, facts: &str, before: &str) {
        self.cells.push(Cell {
            value: value.into(),
            facts: Some(facts.to_owned()),
            facts_before: Some(before.to_owned()),
        });
    }

    /// Adds a cell without facts of its own.
    pub fn tell(&mut self, value: impl Into<Value>) {
        self.add(value, None);
    }
}

impl Table {
    /// Adds what a reader must know, in both languages.
    pub fn note(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.notes.push(vi.into());
        self.notes_en.push(en.into());
    }

    /// The form with every figure in the decimals of its column.
    #[must_use]
    pub fn rounded(mut self) -> Self {
        let columns = self.form.columns();
        for row in self.rows.iter_mut().chain(&mut self.total) {
            for (column, cell) in columns.iter().zip(&mut row.cells) {
                let figure = cell.value.as_f64().filter(|_| cell.value.is_f64());
                if let (Style::Number(places), Some(figure)) = (column.style, figure) {
                    cell.value = decimals(figure, places).into();
                }
            }
        }
        self
    }

    /// The form as JSON tells it: each cell under its column's name.
    #[must_use]
    pub fn told(&self) -> Value {
        let columns = self.form.columns();
        let row = |row: &Row| -> Value {
            let cells = columns.iter().zip(&row.cells);
            let cells = cells.map(|(column, cell)| {
                let told = serde_json::to_value(cell).unwrap_or_default();
                (column.name.to_owned(), told)
            });
            Value::Object(cells.collect())
        };
        serde_json::json!({
            "form": self.form,
            "title": self.form.title(),
            "from": self.from,
            "to": self.to,
            "as_of": self.as_of,
            "definitions": self.definitions,
            "made_at": self.made_at,
            "head": self.head,
            "columns": columns.iter().map(|own| serde_json::json!({ "name": own.name, "title": own.title })).collect::<Vec<_>>(),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
            "total": self.total.as_ref().map(row),
            "notes": self.notes,
            "notes_en": self.notes_en,
        })
    }
}

impl Form {
    /// The form's columns.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::B01 => B01,
            Self::B02 => B02,
            Self::B03 => B03,
        }
    }

    /// How they lie on paper: what is too wide for letters that can be read is laid in two bands.
    #[must_use]
    pub const fn across(self) -> Across {
        let (keys, pages, first) = match self {
            Self::B01 => (2, 1, 19),
            Self::B02 => (3, 2, 13),
            Self::B03 => (1, 1, 11),
        };
        Across { keys, pages, first }
    }
}

const B01: &[Column] = &[
    column("number", "TT", 4.0, Style::Mark),
    column("commune", "Xã, phường", 14.0, Style::Text),
    column("border", "Xã biên giới", 5.0, Style::Mark),
    column("crop", "Loại cây", 12.0, Style::Text),
    column("incidents", "Số vụ", 4.5, Style::Count),
    column("plots", "Số điểm trồng", 5.5, Style::Count),
    column("plants", "Số cây phát hiện", 7.0, Style::Count),
    column("area_m2", "Diện tích phát hiện (m²)", 8.5, Style::Number(1)),
    column("destroyed_plants", "Số cây đã phá nhổ", 7.0, Style::Count),
    column(
        "destroyed_area_m2",
        "Diện tích đã phá nhổ (m²)",
        8.5,
        Style::Number(1),
    ),
    column("weight_kg", "Khối lượng (kg)", 6.0, Style::Number(1)),
    column(
        "plants_pct",
        "Tỷ lệ triệt phá theo cây (%)",
        6.5,
        Style::Number(1),
    ),
    column(
        "area_pct",
        "Tỷ lệ triệt phá theo diện tích (%)",
        6.5,
        Style::Number(1),
    ),
    column("open_plots", "Chưa triệt phá (điểm)", 6.0, Style::Count),
    column("open_area_m2", "Chưa triệt phá (m²)", 8.5, Style::Number(1)),
    column(
        "voluntary_plots",
        "Tự nguyện phá bỏ (điểm)",
        6.5,
        Style::Count,
    ),
    column(
        "before_harvest_pct",
        "Trước thu hoạch (%)",
        6.5,
        Style::Number(1),
    ),
    column("change_pct", "So với cùng kỳ (%)", 8.0, Style::Number(1)),
    column("notes", "Ghi chú", 16.0, Style::Text),
];

const B02: &[Column] = &[
    column("plot", "Mã điểm", 8.0, Style::Text),
    column("hamlet", "Thôn, bản", 10.0, Style::Text),
    column("commune", "Xã", 12.0, Style::Text),
    column("x_north_m", "VN-2000 X (m)", 12.0, Style::Number(2)),
    column("y_east_m", "VN-2000 Y (m)", 10.5, Style::Number(2)),
    column("meridian", "Kinh tuyến trục", 8.0, Style::Mark),
    column("wgs84", "WGS84 (vĩ độ; kinh độ)", 19.0, Style::Text),
    column("altitude_m", "Độ cao (m)", 6.0, Style::Number(0)),
    column("land", "Loại đất", 9.0, Style::Text),
    column("crop", "Loại cây", 13.0, Style::Text),
    column("stage", "Giai đoạn", 9.0, Style::Text),
    column("plants", "Số cây", 6.0, Style::Count),
    column("area_m2", "Diện tích (m²)", 8.0, Style::Number(1)),
    column("area_method", "Cách đo", 9.0, Style::Text),
    column("detected_by", "Nguồn phát hiện", 11.0, Style::Text),
    column("detected_on", "Ngày phát hiện", 10.0, Style::Day),
    column("eradicated_on", "Ngày phá nhổ", 10.0, Style::Day),
    column("hours", "Số giờ xử lý", 6.0, Style::Number(1)),
    column("minutes", "Biên bản số", 11.0, Style::Text),
    column("lead_org", "Đơn vị chủ trì", 18.0, Style::Text),
    column("other_orgs", "Đơn vị phối hợp", 17.0, Style::Text),
    column("photos", "Số ảnh", 5.5, Style::Count),
    column("state", "Trạng thái", 11.0, Style::Text),
];

const B03: &[Column] = &[
    column("commune", "Xã", 24.0, Style::Text),
    column(
        "risk_ha",
        "Diện tích khu vực nguy cơ (ha)",
        12.0,
        Style::Number(2),
    ),
    column("patrols", "Số cuộc tuần tra", 9.0, Style::Count),
    column("people", "Lượt người", 9.0, Style::Count),
    column("km", "Km", 9.0, Style::Number(1)),
    column("hours", "Giờ", 9.0, Style::Number(1)),
    column("covered_ha", "Đã bao phủ (ha)", 11.0, Style::Number(2)),
    column("coverage_pct", "Độ bao phủ (%)", 9.0, Style::Number(1)),
    column("twice_pct", "≥2 lượt (%)", 9.0, Style::Number(1)),
    column(
        "last_30_pct",
        "30 ngày gần nhất (%)",
        10.0,
        Style::Number(1),
    ),
    column("plots", "Số điểm phát hiện", 10.0, Style::Count),
];
