//! Filling in forms, keeping them, and who has sent what.

mod addresses;
mod b01;
mod b02;
mod b03;
mod known;
mod runs;
mod said;
mod sending;
mod told;
mod verify;

use serde_json::{Map, json};

use crate::areas::{self, Areas};
use crate::base::actor::{Actor, Right};
use crate::base::ids::EntryId;
use crate::base::paper::offices::{above, dated_at};
use crate::base::refusal::Refusal;
use crate::base::time::LocalDate;
use crate::coverage::{self, Coverage};
use crate::identity::{self, Identity};
use crate::journal::{Entry, Journal, Kind};
use crate::ledger::{self, FiguresQuery, Ledger, PlotFilter};
use crate::reports::model::Form;
use crate::reports::model::sheet::workbook;
use crate::reports::model::table::Table;
use crate::reports::sql;
use crate::store::{self, ActError};

pub use runs::{RunDraft, RunView};
pub use sending::{NothingDraft, NothingView, Sending};
pub use verify::verify_rows;

/// The longest window: more days than any programme has run.
const MOST_DAYS: i64 = 3_660;

/// Which form of which window.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The form.
    pub form: Form,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// From what was entered up to this entry only; none: up to the last numbered one.
    pub as_of: Option<EntryId>,
}

/// The forms.
#[derive(Debug, Clone)]
pub struct Reports {
    journal: Journal,
    identity: Identity,
    areas: Areas,
    ledger: Ledger,
    coverage: Coverage,
}

/// Why a form is not filled in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller lacks the right.
    #[error("not allowed")]
    Forbidden,
    /// There is no such thing, or it is not in the caller's reach.
    #[error("no such thing")]
    NotFound,
    /// What was sent cannot be accepted.
    #[error("refused")]
    Refused(#[from] Refusal),
    /// A parameter cannot be answered.
    #[error("{name}: {reason}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// What would be answered.
        reason: String,
    },
    /// There are facts where a commune says that there are none.
    #[error("{0} plots are recorded")]
    HasFacts(u32),
    /// A sheet could not be written.
    #[error("the sheet cannot be written: {0}")]
    Sheet(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Reports {
    /// Forms over these services.
    #[must_use]
    pub fn new(identity: Identity, areas: Areas, ledger: Ledger, coverage: Coverage) -> Self {
        Self {
            journal: identity.journal().clone(),
            identity,
            areas,
            ledger,
            coverage,
        }
    }

    /// A form filled in for the caller's reach.
    pub async fn fill(&self, actor: &Actor, asked: Asked) -> Result<Table, Error> {
        check_days(asked.from, asked.to)?;
        let end = self.last_told(asked).await?;
        let asked = Asked {
            as_of: match asked.as_of {
                None if asked.form != Form::B03 => self.last_entry().await?,
                as_of => as_of,
            },
            ..asked
        };
        let table = match asked.form {
            Form::B01 => self.b01(actor, asked, end).await?,
            Form::B02 => self.b02(actor, asked).await?,
            Form::B03 => self.b03(actor, asked, end).await?,
        };
        Ok(table.rounded())
    }

    /// A form as a file; that it is taken out is an entry.
    pub async fn file(&self, actor: &Actor, table: &Table) -> Result<Vec<u8>, Error> {
        let bytes = workbook(table).map_err(|cause| Error::Sheet(cause.to_string()))?;
        let told = json!({
            "what": "report", "form": table.form, "from": table.from, "to": table.to, "as_of": table.as_of,
            "rows": table.rows.len(),
        });
        let context = (self.journal.clone(), actor.id, told);
        self.journal
            .write(context, |tx, (journal, actor, told)| {
                Box::pin(async move {
                    let body = told.to_string();
                    let entry = Entry {
                        kind: Kind::View,
                        fact: journal.ids().make(),
                        actor: *actor,
                        device: None,
                        origin: None,
                        body: body.as_bytes(),
                    };
                    journal.enter(tx, entry).await?;
                    Ok::<_, Error>(())
                })
            })
            .await?;
        Ok(bytes)
    }

    /// The last entry: what was committed a moment ago is numbered first, so that whoever records something finds it in a
    /// form.
    async fn last_entry(&self) -> Result<Option<EntryId>, Error> {
        self.journal.number_waiting_entries().await?;
        let mut tx = self.journal.store().read().await?;
        Ok(sql::last_entry(&mut tx).await?)
    }

    /// The province of all communes of today, where they are of one.
    async fn province(&self) -> Result<Option<String>, Error> {
        let map = self.areas.map(self.areas.today()).await?;
        let mut names = map.communes().iter().map(|own| &own.facts.province_name);
        let first = names.next().cloned().flatten();
        Ok(first.filter(|first| names.all(|own| own.as_ref() == Some(first))))
    }

    /// An empty form of a window.
    async fn blank(
        &self,
        actor: &Actor,
        asked: Asked,
        definitions: Map<String, serde_json::Value>,
    ) -> Result<Table, Error> {
        let orgs = self.identity.orgs().await?;
        let org = orgs.iter().find(|org| Some(org.id) == actor.org);
        let kind = org.map(|org| org.kind.as_str());
        let kinds = orgs.iter().map(|org| (org.kind.clone(), org.name.clone()));
        let above = above(kind, &kinds.collect::<Vec<_>>());
        let province = self.province().await?;
        let head = self.journal.head().await?;
        Ok(Table {
            form: asked.form,
            from: asked.from,
            to: asked.to,
            as_of: asked.as_of,
            definitions,
            made_at: self.journal.now(),
            head: head.map(|head| format!("{}:{}", head.size, head.root)),
            org: org.map(|org| org.name.clone()),
            above,
            dated_at: dated_at(kind, province.as_deref()),
            rows: Vec::new(),
            total: None,
            notes: Vec::new(),
            notes_en: Vec::new(),
        })
    }
}

/// What the ledger is asked for a window.
fn figures_of(asked: Asked) -> FiguresQuery {
    FiguresQuery {
        by: None,
        as_of: asked.as_of,
        filter: PlotFilter {
            from: Some(asked.from.start()),
            to: Some(asked.to.end()),
            ..PlotFilter::default()
        },
    }
}

fn check_days(from: LocalDate, to: LocalDate) -> Result<(), Error> {
    let days = to.as_days().saturating_sub(from.as_days());
    if days < 0 {
        return Err(parameter("to", "lies before from"));
    }
    if days >= MOST_DAYS {
        return Err(parameter(
            "from",
            format!("at most {MOST_DAYS} days at once"),
        ));
    }
    Ok(())
}

fn parameter(name: &'static str, reason: impl Into<String>) -> Error {
    let reason = reason.into();
    Error::Parameter { name, reason }
}

/// Whether the caller may see a commune's plots.
fn sees(actor: &Actor, commune: &str) -> bool {
    actor.may(Right::ReadPlots, Some(commune))
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ledger::Error> for Error {
    fn from(error: ledger::Error) -> Self {
        match error {
            ledger::Error::Store(error) => Self::Store(error),
            ledger::Error::Forbidden => Self::Forbidden,
            ledger::Error::Refused(refusal) => Self::Refused(refusal),
            ledger::Error::Parameter { name, reason } => Self::Parameter { name, reason },
            _ => Self::NotFound,
        }
    }
}

impl From<coverage::Error> for Error {
    fn from(error: coverage::Error) -> Self {
        match error {
            coverage::Error::Store(error) => Self::Store(error),
            coverage::Error::Forbidden => Self::Forbidden,
            coverage::Error::Parameter { name, reason } => Self::Parameter { name, reason },
            coverage::Error::NotFound => Self::NotFound,
        }
    }
}

impl From<areas::Error> for Error {
    fn from(error: areas::Error) -> Self {
        match error {
            areas::Error::Store(error) => Self::Store(error),
            areas::Error::Forbidden => Self::Forbidden,
            _ => Self::NotFound,
        }
    }
}

impl From<identity::Error> for Error {
    fn from(error: identity::Error) -> Self {
        match error {
            identity::Error::Store(error) => Self::Store(error),
            _ => Self::Forbidden,
        }
    }
}
