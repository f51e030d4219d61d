//! Counts and areas of a file's columns: how each column writes thousands, and what is told of cells that may be read in two
//! ways.

use std::collections::HashSet;

use serde_json::Value;

use super::names::{self, ImportKind};
use super::read::numbers::{Amount, Column, amount, is_pointed};
use super::report::Report;
use super::table::{FileFormat, Table};

/// What a file's columns of counts and areas are like.
#[derive(Debug, Default)]
pub struct Amounts {
    /// Heads of columns that have decimal points.
    pointed: HashSet<String>,
    /// Cells read as thousands, and the first of them.
    thousands: (usize, String),
    /// Cells read as decimal numbers of three places, and the first of them.
    decimals: (usize, String),
}

/// Whether a field is a count; none where it is neither a count nor an area.
fn is_count(field: &str) -> Option<bool> {
    match field {
        "plants" | "required_visits" => Some(true),
        "area_m2" => Some(false),
        _ => None,
    }
}

impl Amounts {
    /// Looks through a file.
    #[must_use]
    pub fn of(kind: ImportKind, format: FileFormat, table: &Table) -> Self {
        let mut own = Self::default();
        let fields = table.heads.iter().filter_map(|head| {
            let field = names::field(kind, format, head)?;
            is_count(field).map(|_| (head, field))
        });
        for (head, field) in fields {
            let cells = || table.rows.iter().filter_map(|row| row.values.get(head));
            if cells().any(is_pointed) {
                own.pointed.insert(head.clone());
            }
            for cell in cells() {
                let place = match own.read(head, field, cell) {
                    Some(Amount::Thousands(_)) => &mut own.thousands,
                    Some(Amount::Decimal(_)) => &mut own.decimals,
                    _ => continue,
                };
                if place.0 == 0 {
                    cell.as_str().unwrap_or_default().clone_into(&mut place.1);
                }
                place.0 += 1;
            }
        }
        own
    }

    /// The count or area of a cell.
    #[must_use]
    pub fn read(&self, head: &str, field: &str, cell: &Value) -> Option<Amount> {
        let column = Column {
            is_count: is_count(field)?,
            is_machine: head.trim() == field,
            is_pointed: self.pointed.contains(head),
        };
        amount(cell, column)
    }

    /// Tells how cells were read that could be read otherwise.
    pub(super) fn tell(&self, report: &mut Report) {
        let (count, text) = &self.thousands;
        if *count > 0 {
            let bare = text.replace('.', "");
            report.note(
                format!("{count} ô có dấu chấm ngăn hàng nghìn: «{text}» đọc là {bare}."),
                format!(
                    "{count} cells have a point between thousands: {text:?} is read as {bare}."
                ),
            );
        }
        let (count, text) = &self.decimals;
        if *count > 0 {
            let bare = text.replace(',', ".");
            let vi = text.replace('.', ",");
            report.note(
                format!("{count} ô có ba chữ số thập phân: «{text}» đọc là {vi}, không phải hàng nghìn."),
                format!("{count} cells have three decimals: {text:?} is read as {bare}, not as thousands."),
            );
        }
    }
}
