//! What is told of a file before anything of it is loaded.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::areas::Act;
use crate::base::hex;
use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::store;

use super::drafts::RowFault;
use super::names::ImportKind;
use super::place::{SystemView, ZoneView};
use super::sql::ImportRow;
use super::table::{Encoding, FileFormat};

/// Rows and faults that a report lists; it counts all.
pub(super) const LISTED: usize = 500;

vocabulary! {
    /// How far a file is.
    ImportState: "a state of an import" {
        /// It can be loaded as the report says.
        Checked = "checked",
        /// It has faults: nothing of it can be loaded.
        Refused = "refused",
        /// It was loaded.
        Loaded = "loaded",
        /// Its days are over.
        Expired = "expired",
    }
}

vocabulary! {
    /// What loading does with a row.
    RowAct: "an act on a row" {
        /// It is new.
        Create = "create",
        /// It changes what stands: a new version.
        Change = "change",
        /// It stands already.
        Leave = "leave",
    }
}

impl From<Act> for RowAct {
    fn from(act: Act) -> Self {
        match act {
            Act::Create => Self::Create,
            Act::Change => Self::Change,
            Act::Leave => Self::Leave,
        }
    }
}

/// A sentence about the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FileNote {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// What loading does with one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RowOutcome {
    /// The row's number as the office sees it.
    pub row: usize,
    /// Its code, or what else it is known by; never a place.
    pub key: Option<String>,
    /// What is done.
    pub act: RowAct,
}

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportReport)]
pub struct Report {
    /// The format that the bytes show.
    pub format: Option<FileFormat>,
    /// The layer or sheet.
    pub layer: Option<String>,
    /// How texts were coded, where that is a question.
    pub encoding: Option<Encoding>,
    /// How numbers became positions.
    pub system: Option<SystemView>,
    /// Rows that were read.
    pub rows: usize,
    /// How many are new.
    pub create: usize,
    /// How many change what stands.
    pub change: usize,
    /// How many stand already.
    pub leave: usize,
    /// How many have faults; with one of them nothing is loaded.
    pub faulty: usize,
    /// What each row does that does something, the first 500.
    pub acts: Vec<RowOutcome>,
    /// The faults of rows, the first 500.
    pub faults: Vec<RowFault>,
    /// Columns that are none of the fields of such things, and are left out.
    pub ignored: Vec<String>,
    /// Why the file as a whole cannot be loaded.
    pub refused: Option<FileNote>,
    /// The zones that would fit, where the file has metres and nobody told of which zone.
    pub zones: Vec<ZoneView>,
    /// What else is to be known.
    pub notes: Vec<FileNote>,
}

impl Report {
    /// The report of a file that cannot be loaded as a whole.
    pub(super) fn refused(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            refused: Some(FileNote {
                vi: vi.into(),
                en: en.into(),
            }),
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.notes.push(FileNote {
            vi: vi.into(),
            en: en.into(),
        });
    }

    /// Counts a row as faulty and lists its faults.
    pub(super) fn fault(&mut self, faults: Vec<RowFault>) {
        self.faulty += 1;
        let room = LISTED.saturating_sub(self.faults.len());
        self.faults.extend(faults.into_iter().take(room));
    }

    /// Whether what it tells of can be loaded.
    #[must_use]
    pub fn is_loadable(&self) -> bool {
        self.refused.is_none() && self.faulty == 0 && self.rows > 0
    }
}

/// A file that was brought.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportView {
    /// Its id.
    pub id: Uuid,
    /// What it holds.
    pub kind: ImportKind,
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: ImportState,
    /// Its bytes.
    pub bytes: i64,
    /// Their SHA-256, in hex: what is told again to load it.
    pub sha256: String,
    /// What was found.
    pub report: Report,
    /// When it was brought.
    pub asked_at: Timestamp,
    /// Until when it can be loaded.
    pub expires_at: Timestamp,
    /// When it was loaded.
    pub loaded_at: Option<Timestamp>,
    /// The entry that says so.
    pub entry: Option<EntryId>,
}

impl ImportView {
    pub(super) fn of(row: &ImportRow) -> Result<Self, store::Error> {
        Ok(Self {
            id: row.id,
            kind: row.kind.parse().or(Err(row.corrupt("kind")))?,
            name: row.name.clone(),
            state: row.state.parse().or(Err(row.corrupt("state")))?,
            bytes: row.bytes,
            sha256: hex(&row.sha256),
            report: serde_json::from_str(&row.report).or(Err(row.corrupt("report")))?,
            asked_at: row.asked_at,
            expires_at: row.expires_at,
            loaded_at: row.loaded_at,
            entry: row.entry,
        })
    }
}
