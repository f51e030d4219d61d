//! Rows of a file that this server wrote and an office brings back: each names its plot by the plot's id.

use geo::Geometry;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::base::ids::PlotId;
use crate::base::unmarked::unmarked;
use crate::geo::position::Position;
use crate::plots::{DERIVED, EDITED, Returned};

use super::drafts::{Draft, Reader, RowFault, single, unplaced};
use super::names::{self, ImportKind};
use super::place::Placed;
use super::read::{as_text, plain};
use super::table::{FileFormat, Row, Table};
use super::values::day;
use super::words;

/// Letters of an id as exports and forms write it.
const ID_LETTERS: usize = 36;
/// Digits of the code by which people call a plot.
const CODE_LETTERS: usize = 6;
/// Columns of exports that are not held against anything.
const TOLD_ONLY: [&str; 7] = [
    "id",
    "version",
    "photos",
    "cell_7",
    "cell_9",
    "cell_12",
    "recorded_at",
];

/// Whether a file is an export of plots: its columns say so.
pub fn is_export(kind: ImportKind, table: &Table) -> bool {
    let has = |wanted: &str| table.heads.iter().any(|head| head == wanted);
    kind == ImportKind::Plots && has("id") && has("version")
}

/// Whether a column of an export is looked at though it is no field.
pub fn is_export_column(head: &str) -> bool {
    TOLD_ONLY.contains(&head) || DERIVED.contains(&head)
}

/// The plot that a row names by its id, in a column of ids or, as forms have it, of codes.
pub fn id_of(format: FileFormat, row: &Row) -> Option<PlotId> {
    let is_own = |head: &str| {
        unmarked(head) == "id" || names::field(ImportKind::Plots, format, head) == Some("code")
    };
    let mut cells = row.values.iter().filter(|(head, _)| is_own(head));
    cells.find_map(|(_, value)| {
        let text = value.as_str()?.trim();
        (text.len() == ID_LETTERS).then(|| text.parse().ok())?
    })
}

/// The digits by which people call a plot, where a row's code is such.
fn digits_of(format: FileFormat, row: &Row) -> Option<&str> {
    let is_code = |head: &str| names::field(ImportKind::Plots, format, head) == Some("code");
    let mut cells = row.values.iter().filter(|(head, _)| is_code(head));
    let text = cells.find_map(|(_, value)| value.as_str())?.trim();
    let are_digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (text.len() == CODE_LETTERS && are_digits).then_some(text)
}

impl Reader<'_> {
    /// The same row as one that may tell of a known plot by the code that forms have.
    pub(super) fn coded(
        self,
        row: &Row,
        fresh: Result<Draft, Vec<RowFault>>,
    ) -> Result<Draft, Vec<RowFault>> {
        let code = digits_of(self.format, row).filter(|_| self.kind == ImportKind::Plots);
        let known =
            code.and_then(|code| Some((code, self.returned(row, PlotId(Uuid::nil())).ok()?)));
        match known {
            Some((code, Draft::Returned(known))) => Ok(Draft::Coded {
                code: code.to_owned(),
                known,
                fresh: Box::new(fresh),
            }),
            _ => fresh,
        }
    }

    /// What a row says of the plot that it names.
    pub(super) fn returned(self, row: &Row, id: PlotId) -> Result<Draft, Vec<RowFault>> {
        let mut faults = Vec::new();
        let properties = self.properties(row, &mut faults);
        let at = match self.way.place(row, self.ground, None) {
            Placed::None => None,
            Placed::Typed(typed) => Some(typed.1.position),
            Placed::Shape(shape) => {
                if let Geometry::Point(point) = single(shape) {
                    let at = Position::new(point.x(), point.y()).ok();
                    if at.is_none() {
                        faults.push(words::off_plane(row.number));
                    }
                    at
                } else {
                    faults.push(words::shape(row.number, "Point"));
                    None
                }
            }
            other => {
                faults.push(unplaced(row.number, &other));
                None
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let is_time =
            |head: &str| names::field(self.kind, self.format, head) == Some("detected_at");
        let detected = row.values.iter().find(|(head, _)| is_time(head));
        let detected = detected.and_then(|(_, value)| as_text(value));
        let day = detected
            .filter(|text| !text.contains([':', 'h']))
            .as_deref()
            .and_then(day);
        let derived: Map<String, Value> = row
            .values
            .iter()
            .filter(|(head, _)| DERIVED.contains(&head.as_str()))
            .map(|(head, value)| (head.clone(), value.clone()))
            .collect();
        Ok(Draft::Returned(Box::new(Returned {
            id,
            version: version(row),
            told: self.told_fields(properties),
            derived,
            day,
            at,
        })))
    }

    /// The fields that have a column, null where the cell is empty.
    fn told_fields(self, mut properties: Map<String, Value>) -> Map<String, Value> {
        let has = |field: &str| {
            let mut heads = self.heads.iter();
            heads.any(|head| names::field(self.kind, self.format, head) == Some(field))
        };
        let fields = EDITED.into_iter().filter(|field| has(field));
        fields
            .map(|field| {
                let value = properties.remove(field).unwrap_or_default();
                (field.to_owned(), value)
            })
            .collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a version is a small whole number"
)]
fn version(row: &Row) -> Option<i64> {
    let is_own = |head: &str| matches!(unmarked(head).as_str(), "version" | "phien ban");
    let cell = row.values.iter().find(|(head, _)| is_own(head));
    let number = cell.and_then(|(_, value)| plain(value));
    number
        .filter(|own| own.fract() == 0.0)
        .map(|own| own as i64)
}
