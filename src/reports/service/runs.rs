//! Forms that are kept as they were: whoever asks later gets the same, and can fill it in again as of the same entry.

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::EntryId;
use crate::base::time::{LocalDate, Timestamp};
use crate::journal::{Entry, Kind};
use crate::reports::model::Form;
use crate::reports::model::period::ReportPeriod;
use crate::reports::model::table::Table;
use crate::reports::sql::{self, RunRow};

use super::{Asked, Error, Reports};

/// Which form is to be kept.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunDraft {
    /// The form.
    pub form: Form,
    /// A period, instead of two days.
    pub period: Option<ReportPeriod>,
    /// First local day.
    pub from: Option<LocalDate>,
    /// Last local day.
    pub to: Option<LocalDate>,
    /// From what was entered up to this entry only.
    pub as_of: Option<EntryId>,
}

/// A kept form.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// Its id.
    pub id: Uuid,
    /// The form.
    pub form: Form,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// The entry up to which facts are in it.
    pub as_of: Option<EntryId>,
    /// The entry that says that it was kept.
    pub entry: EntryId,
    /// Who kept it.
    pub made_by: Uuid,
    /// When.
    pub made_at: Timestamp,
    /// The same as a file.
    pub file: String,
    /// The form itself, where one is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub report: Option<serde_json::Value>,
}

impl Reports {
    /// Fills a form in and keeps it.
    pub async fn keep(&self, actor: &Actor, asked: Asked) -> Result<RunView, Error> {
        if !actor.may_somewhere(Right::ConfirmReports) {
            return Err(Error::Forbidden);
        }
        let asked = if asked.as_of.is_some() {
            asked
        } else {
            let as_of = self.last_entry().await?;
            Asked { as_of, ..asked }
        };
        let table = self.fill(actor, asked).await?;
        let reach = actor
            .reach(Right::ReadPlots)
            .or(actor.reach(Right::ReadCoverage));
        let reach = reach.ok_or(Error::Forbidden)?;
        let id = self.journal.ids().make();
        let row = RunRow {
            id,
            entry: EntryId(id),
            form: table.form.as_str().to_owned(),
            first_day: table.from,
            last_day: table.to,
            as_of: table.as_of,
            reach: serde_json::to_string(&codes(&reach)).unwrap_or_default(),
            made_by: actor.id,
            made_at: table.made_at,
            body: serde_json::to_string(&table).unwrap_or_default(),
        };
        let told = json!({
            "form": table.form, "from": table.from, "to": table.to, "as_of": table.as_of,
            "definitions": table.definitions, "sha256": crate::base::hex(&crate::journal::model::sha256(row.body.as_bytes())),
        });
        let context = (self.journal.clone(), row, told);
        let row = self
            .journal
            .write(context, |tx, (journal, row, told)| {
                Box::pin(async move {
                    let body = told.to_string();
                    let entry = Entry {
                        kind: Kind::Report,
                        fact: row.id,
                        actor: row.made_by,
                        device: None,
                        origin: None,
                        body: body.as_bytes(),
                    };
                    let entry = journal.enter(tx, entry).await?.entry;
                    let row = RunRow {
                        entry,
                        ..row.clone()
                    };
                    sql::insert_run(tx, &row).await?;
                    Ok::<_, Error>(row)
                })
            })
            .await?;
        view(&row, Some(table.told()))
    }

    /// The kept forms that the caller may see, the newest first.
    pub async fn runs(&self, actor: &Actor) -> Result<Vec<RunView>, Error> {
        let mut tx = self.journal.store().read().await?;
        let rows = sql::runs(&mut tx).await?.into_iter();
        let seen = rows.filter(|row| sees(actor, row));
        seen.map(|row| view(&row, None)).collect()
    }

    /// One kept form.
    pub async fn run(&self, actor: &Actor, id: Uuid) -> Result<(RunView, Table), Error> {
        let mut tx = self.journal.store().read().await?;
        let row = sql::run(&mut tx, id).await?;
        let row = row.filter(|row| sees(actor, row)).ok_or(Error::NotFound)?;
        let table: Table = serde_json::from_str(&row.body).or(Err(corrupt(&row, "body")))?;
        Ok((view(&row, Some(table.told()))?, table))
    }
}

/// The communes of a reach; null: the whole province.
fn codes(reach: &Scope) -> Option<Vec<String>> {
    match reach {
        Scope::Province => None,
        Scope::Communes(codes) => Some(codes.iter().cloned().collect()),
    }
}

/// Whoever may read all that is in it: plots, and in B03 also the days of patrols, which outsiders see by weeks.
fn sees(actor: &Actor, row: &RunRow) -> bool {
    let rights: &[Right] = if row.form == Form::B03.as_str() {
        &[Right::ReadCoverage, Right::ReadPatrols, Right::ReadPlots]
    } else {
        &[Right::ReadPlots]
    };
    let reach: Option<Option<Vec<String>>> = serde_json::from_str(&row.reach).ok();
    let holds = |right: Right| match &reach {
        Some(None) => actor.may_in_province(right),
        Some(Some(codes)) => codes.iter().all(|code| actor.may(right, Some(code))),
        None => false,
    };
    rights.iter().all(|right| holds(*right))
}

fn corrupt(row: &RunRow, column: &'static str) -> Error {
    Error::Store(crate::store::Error::Corrupt {
        table: "report_runs",
        column,
        id: row.id.to_string(),
    })
}

fn view(row: &RunRow, report: Option<serde_json::Value>) -> Result<RunView, Error> {
    Ok(RunView {
        id: row.id,
        form: row.form.parse().or(Err(corrupt(row, "form")))?,
        from: row.first_day,
        to: row.last_day,
        as_of: row.as_of,
        entry: row.entry,
        made_by: row.made_by,
        made_at: row.made_at,
        file: format!("/api/v1/reports/runs/{}/file", row.id),
        report,
    })
}
