//! What every reader makes of a file: rows of named values with a place, and what the file says of its coordinates.

use geo::Geometry;
use serde_json::{Map, Value};

use crate::base::words::vocabulary;
use crate::geo::vn2000::{System, ZONES, Zone};

use super::read::old::OldSheet;

vocabulary! {
    /// A format of files that offices send.
    FileFormat: "a format of files" {
        /// GeoJSON, or one feature per line.
        GeoJson = "geojson",
        /// `GeoPackage`.
        GeoPackage = "gpkg",
        /// `FlatGeobuf`.
        FlatGeobuf = "fgb",
        /// KML.
        Kml = "kml",
        /// Zipped KML.
        Kmz = "kmz",
        /// A zipped shapefile.
        Shapefile = "shapefile",
        /// A table as text.
        Csv = "csv",
        /// A table as a workbook.
        Xlsx = "xlsx",
    }
}

/// How much a foreign file may hold. Each reader stops at these, whatever the file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file within an archive after inflation, and of all of them together.
    pub inflated_bytes: usize,
    /// Rows or features.
    pub rows: usize,
    /// Vertices of all geometries together.
    pub vertices: usize,
    /// Columns.
    pub columns: usize,
    /// Bytes of one text.
    pub text_bytes: usize,
    /// Bytes of one shape written as text.
    pub shape_bytes: usize,
    /// How deep elements, geometries or pages may nest.
    pub depth: usize,
    /// How much larger a file within an archive may be than its packed bytes.
    pub ratio: usize,
}

impl Limits {
    /// The limits for a file of so many rows at most.
    #[must_use]
    pub const fn of_rows(rows: usize) -> Self {
        Self {
            inflated_bytes: 64 << 20,
            rows,
            vertices: 1_000_000,
            columns: 128,
            text_bytes: 16 << 10,
            shape_bytes: 2 << 20,
            depth: 32,
            // Pages of blanks and repeated rows pack well; small parts may exceed it.
            ratio: 100,
        }
    }
}

/// What the person who brings a file says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The layer or sheet, where there are several.
    pub layer: Option<String>,
    /// How its texts are coded, where the file does not say.
    pub encoding: Option<Encoding>,
}

vocabulary! {
    /// How old Vietnamese files code their texts.
    Encoding: "a coding of texts" {
        /// Unicode.
        Utf8 = "utf-8",
        /// Windows' own for Vietnamese: letters and separate tone marks.
        Windows1258 = "windows-1258",
        /// TCVN 5712 VN3 of the ABC fonts (`.VnTime`).
        Tcvn3 = "tcvn3",
        /// Windows' own for western Europe.
        Windows1252 = "windows-1252",
    }
}

/// Where a row says it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Nowhere.
    None,
    /// Numbers, in the file's own system and order of axes.
    Shape(Geometry<f64>),
    /// A text, as people write coordinates.
    Typed(String),
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number as the office sees it: the row of a sheet, the place in a layer from 1.
    pub number: usize,
    /// Its values under the file's own names; empty ones are left out.
    pub values: Map<String, Value>,
    /// Where it is.
    pub place: Place,
}

/// A row of a sheet that is none of the table's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// Its number as the office sees it.
    pub row: usize,
    /// What it is.
    pub why: Skip,
}

/// What rows of a sheet are that are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It numbers the columns.
    Numbering,
    /// It sums up.
    Total,
    /// It stands below the table: notes, signatures.
    Below,
}

/// What a file says of its reference system.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Told {
    /// Nothing.
    #[default]
    Nothing,
    /// One that is known here.
    Known(System),
    /// Another; its name, shortened.
    Other(String),
    /// A plane on no datum that is known, as hand-made files have it; its name, shortened.
    NoDatum(String),
}

/// A file as rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The layer or sheet that was read, where the format has such.
    pub layer: Option<String>,
    /// The names of its columns.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Its reference system.
    pub told: Told,
    /// How its texts were coded, where that is a question.
    pub encoding: Option<Encoding>,
    /// Rows of a sheet that are none of the table's.
    pub skipped: Vec<Skipped>,
    /// The title above a sheet's heads that names the zone of its coordinates.
    pub zone_title: Option<String>,
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is empty.
    Empty,
    /// None of the formats.
    UnknownFormat,
    /// A sheet in a format that is not read.
    Old(OldSheet),
    /// It is not what it says it is.
    Damaged(&'static str),
    /// It is too large in this respect.
    TooMuch(&'static str, usize),
    /// It has several layers or sheets, and none was named.
    WhichLayer(Vec<String>),
    /// The layer that was named is not there.
    NoLayer(Vec<String>),
    /// No row names columns.
    NoHeads,
    /// The archive lacks a part.
    NoPart(&'static str),
    /// The texts are not Unicode, and nothing says what they are.
    WhichEncoding,
    /// Its XML brings a document type, where entities that grow without end are declared.
    DocumentType,
    /// A fault of a feature of a GeoJSON file.
    Feature(String),
}

impl Unreadable {
    /// In Vietnamese.
    #[must_use]
    pub fn vi(&self) -> String {
        match self {
            Self::Empty => "Tệp trống".into(),
            Self::UnknownFormat => {
                "Không nhận ra định dạng: cần GeoJSON, GeoPackage, FlatGeobuf, KML, KMZ, shapefile nén ZIP, CSV hoặc XLSX".into()
            }
            Self::Old(old) => old.vi().into(),
            Self::Damaged(what) => format!("Tệp hỏng hoặc không đúng định dạng ({what})"),
            Self::TooMuch(what, most) => format!("Tệp quá lớn: {what} tối đa {most}"),
            Self::WhichLayer(names) => format!("Tệp có nhiều lớp, hãy chọn một: {}", names.join(", ")),
            Self::NoLayer(names) => format!("Không có lớp đó; các lớp trong tệp: {}", names.join(", ")),
            Self::NoHeads => "Không tìm thấy dòng tiêu đề cột".into(),
            Self::NoPart(part) => format!("Tệp nén thiếu {part}"),
            Self::WhichEncoding => {
                "Chữ không phải Unicode: hãy chọn bảng mã windows-1258 hoặc tcvn3 (ABC, .VnTime)".into()
            }
            Self::DocumentType => "XML có khai báo DOCTYPE, không được nhận".into(),
            Self::Feature(fault) => format!("GeoJSON không đọc được: {fault}"),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(&self) -> String {
        match self {
            Self::Empty => "the file is empty".into(),
            Self::UnknownFormat => {
                "the format is not known: expected GeoJSON, GeoPackage, FlatGeobuf, KML, KMZ, a zipped shapefile, CSV or XLSX".into()
            }
            Self::Old(old) => old.en().into(),
            Self::Damaged(what) => format!("the file is damaged or not of its format ({what})"),
            Self::TooMuch(what, most) => format!("the file is too large: at most {most} {what}"),
            Self::WhichLayer(names) => format!("the file has several layers, name one: {}", names.join(", ")),
            Self::NoLayer(names) => format!("there is no such layer; the file has: {}", names.join(", ")),
            Self::NoHeads => "no row that names columns was found".into(),
            Self::NoPart(part) => format!("the archive lacks {part}"),
            Self::WhichEncoding => {
                "the texts are not Unicode: name the encoding, windows-1258 or tcvn3 (ABC, .VnTime)".into()
            }
            Self::DocumentType => "the XML declares a DOCTYPE, which is refused".into(),
            Self::Feature(fault) => fault.clone(),
        }
    }
}

/// A reader's answer.
pub type Read<T> = Result<T, Unreadable>;

/// Counts what a file holds and stops at the limits.
#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    rows: usize,
    vertices: usize,
}

impl Budget {
    /// A full budget.
    #[must_use]
    pub const fn of(limits: Limits) -> Self {
        Self {
            limits,
            rows: 0,
            vertices: 0,
        }
    }

    /// Takes a row; gives its place in the file from 1.
    pub fn row(&mut self) -> Read<usize> {
        self.rows += 1;
        if self.rows > self.limits.rows {
            return Err(Unreadable::TooMuch("rows / dòng", self.limits.rows));
        }
        Ok(self.rows)
    }

    /// Takes vertices.
    pub fn vertices(&mut self, number: usize) -> Read<()> {
        self.vertices = self.vertices.saturating_add(number);
        if self.vertices > self.limits.vertices {
            return Err(Unreadable::TooMuch("vertices / đỉnh", self.limits.vertices));
        }
        Ok(())
    }

    /// Refuses too many columns.
    pub fn columns(&self, number: usize) -> Read<()> {
        if number > self.limits.columns {
            return Err(Unreadable::TooMuch("columns / cột", self.limits.columns));
        }
        Ok(())
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

impl Told {
    /// What an EPSG code names.
    #[must_use]
    pub fn of_epsg(code: u32) -> Self {
        match code {
            4326 => Self::Known(System::Wgs84),
            4756 => Self::Known(System::Vn2000Degrees),
            code => match Zone::from_epsg(code) {
                Some(zone) => Self::Known(System::Vn2000(zone)),
                None => Self::Other(format!("EPSG:{code}")),
            },
        }
    }

    /// What a text such as `urn:ogc:def:crs:EPSG::9208` names.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        if name.ends_with("CRS84") {
            return Self::Known(System::Wgs84);
        }
        let digits = name.rsplit([':', '/']).next().unwrap_or_default();
        match digits.parse() {
            Ok(code) if name.to_ascii_uppercase().contains("EPSG") => Self::of_epsg(code),
            _ => Self::Other(name.chars().take(80).collect()),
        }
    }

    /// What a well-known text (OGC 01-009, or that of a `.prj`) names: by its own numbers, as names differ from program to
    /// program.
    #[must_use]
    pub fn of_wkt(text: &str) -> Self {
        const MOST_CHARS: usize = 16 << 10;
        let text: String = text.chars().take(MOST_CHARS).collect();
        let upper = text.to_uppercase();
        let name = text.split('"').nth(1).unwrap_or("?");
        let other = || Self::Other(name.chars().take(80).collect());
        let folded = upper.replace(['_', '-', ' '], "");
        let is_vn2000 = folded.contains("VIETNAM2000") || folded.contains("VN2000");
        if !(upper.starts_with("PROJC") || upper.starts_with("PROJCRS")) {
            return match folded.contains("WGS1984") || folded.contains("\"WGS84\"") {
                _ if is_vn2000 => Self::Known(System::Vn2000Degrees),
                true => Self::Known(System::Wgs84),
                false => other(),
            };
        }
        let is_unknown = ["\"DUNKNOWN", "\"UNKNOWN", "\"UNNAMED", "\"NOTSPECIFIED"]
            .iter()
            .any(|name| folded.contains(&format!("DATUM[{name}")));
        if !is_vn2000 && is_unknown {
            return Self::NoDatum(name.chars().take(80).collect());
        }
        let meridian = parameter(&folded, &["CENTRALMERIDIAN", "LONGITUDEOFNATURALORIGIN"]);
        let scale = parameter(&folded, &["SCALEFACTORATNATURALORIGIN", "SCALEFACTOR"]);
        let Some((meridian, scale)) = meridian.zip(scale).filter(|_| is_vn2000) else {
            return other();
        };
        let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
        let own = |zone: &Zone| near(zone.meridian, meridian) && near(zone.width.scale(), scale);
        ZONES
            .into_iter()
            .find(own)
            .map_or_else(other, |zone| Self::Known(System::Vn2000(zone)))
    }
}

/// The number that follows a parameter's name.
fn parameter(folded: &str, names: &[&str]) -> Option<f64> {
    let name = names
        .iter()
        .find_map(|name| folded.find(name).map(|at| at + name.len()))?;
    let rest = folded.get(name..)?;
    let start = rest.find(|c: char| c.is_ascii_digit())?;
    let number = rest.get(start..)?;
    let end = number.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    number.get(..end)?.parse().ok()
}
