//! Silence is not zero: who has sent, who says that there was nothing, and who has said neither.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::refusal::Refusal;
use crate::base::time::{LocalDate, Timestamp};
use crate::journal::{Entry, Kind};
use crate::ledger::PlotLine;
use crate::reports::model::period::ReportPeriod;
use crate::reports::model::sheet::dmy;
use crate::reports::model::{Form, Sent};
use crate::reports::sql::{self, NothingRow};

use super::b01::plots_by_commune;
use super::{Asked, Error, Reports, figures_of, parameter, plots_of, sees};

const MOST_NOTE_CHARS: usize = 500;

/// What goes with a confirmation that nothing happened, or with taking it back.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NothingDraft {
    /// What was looked at, or why it is taken back.
    pub note: Option<String>,
}

/// That a commune says that nothing happened in a period.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NothingView {
    /// Its id.
    pub id: Uuid,
    /// The commune's code.
    pub commune: String,
    /// The period.
    pub period: String,
    /// First local day.
    pub from: LocalDate,
    /// Last local day of which it is said: days to come are not.
    pub through: LocalDate,
    /// Who says it.
    pub said_by: Uuid,
    /// When.
    pub said_at: Timestamp,
    /// What was looked at.
    pub note: Option<String>,
}

/// Where a commune stands in a period.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CommuneSending {
    /// The commune's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Sent, nothing, or not sent.
    pub state: Sent,
    /// The same in Vietnamese.
    pub label: &'static str,
    /// Plots that it recorded.
    pub plots: u32,
    /// Through which day it says that there was nothing.
    pub through: Option<LocalDate>,
    /// It says that there was nothing and plots are recorded: somebody has to look.
    pub is_contradicted: bool,
    /// Where its plots are listed.
    pub facts: String,
}

/// Where all communes stand in a period.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Sending {
    /// The period.
    pub period: ReportPeriod,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// Communes that sent.
    pub sent: usize,
    /// Communes that say that there was nothing.
    pub nothing: usize,
    /// Communes that have done neither.
    pub not_sent: usize,
    /// The communes in the caller's reach, by code.
    pub communes: Vec<CommuneSending>,
    /// A reminder to copy, while any has not sent.
    pub reminder: Option<String>,
}

impl Reports {
    /// The present statistical year.
    #[must_use]
    pub fn present(&self) -> ReportPeriod {
        ReportPeriod::year_of(self.areas.today())
    }

    /// Says for a commune that nothing happened in a period, up to today; saying it again changes nothing. True when it
    /// is new.
    pub async fn say_nothing(
        &self,
        actor: &Actor,
        (commune, period): (&str, ReportPeriod),
        draft: NothingDraft,
    ) -> Result<(NothingView, bool), Error> {
        self.answers_for(actor, commune, period).await?;
        let (from, to) = period.days();
        let today = self.areas.today();
        if today < from {
            return Err(parameter("period", "has not begun yet / kỳ chưa bắt đầu"));
        }
        let row = NothingRow {
            id: self.journal.ids().make(),
            commune: commune.to_owned(),
            period: period.to_string(),
            first_day: from,
            through: to.min(today),
            said_by: actor.id,
            said_at: self.journal.now(),
            note: note(draft)?,
        };
        let recorded = self.recorded(commune, from, to).await?;
        if recorded > 0 {
            return Err(Error::HasFacts(recorded));
        }
        let context = (self.clone(), row);
        self.journal
            .write(context, |tx, (reports, row)| {
                Box::pin(async move {
                    let known = sql::standing(tx, &row.commune, &row.period).await?;
                    if let Some(known) = known.filter(|known| known.through >= row.through) {
                        return Ok((view(known), false));
                    }
                    let told = json!({
                        "commune": row.commune, "period": row.period, "through": row.through, "note": row.note,
                    });
                    let entry = reports.enter(tx, row.said_by, row.id, &told).await?;
                    sql::insert_nothing(tx, row, entry).await?;
                    Ok::<_, Error>((view(row.clone()), true))
                })
            })
            .await
    }

    /// Takes back that nothing happened.
    pub async fn take_back(
        &self,
        actor: &Actor,
        (commune, period): (&str, ReportPeriod),
        draft: NothingDraft,
    ) -> Result<NothingView, Error> {
        self.answers_for(actor, commune, period).await?;
        let reason = note(draft)?;
        let reason = reason
            .ok_or_else(|| Refusal::at("/note", "expected why it is taken back / cần nêu lý do"))?;
        let context = (self.clone(), actor.id, commune.to_owned(), period, reason);
        self.journal
            .write(context, |tx, (reports, actor, commune, period, reason)| {
                Box::pin(async move {
                    let mut last = None;
                    // Said again later, it stands more than once.
                    while let Some(known) = sql::standing(tx, commune, &period.to_string()).await? {
                        let told = json!({
                            "commune": commune, "period": period, "retracted": known.id, "note": reason,
                        });
                        let entry = reports.enter(tx, *actor, known.id, &told).await?;
                        sql::retract_nothing(tx, known.id, entry, reports.journal.now()).await?;
                        last = Some(known);
                    }
                    last.map(view).ok_or(Error::NotFound)
                })
            })
            .await
    }

    /// Where the communes in the caller's reach stand in a period.
    pub async fn sending(&self, actor: &Actor, period: ReportPeriod) -> Result<Sending, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        let (from, to) = period.days();
        let asked = of_days(from, to);
        let by = |line: &PlotLine| line.commune.clone();
        let grouped = self.ledger.grouped(actor, &figures_of(asked), by).await?;
        let plots = plots_by_commune(&grouped);
        let mut tx = self.journal.store().read().await?;
        let said = sql::nothing_between(&mut tx, from, from, None).await?;
        drop(tx);
        let said: BTreeMap<String, LocalDate> = said
            .into_iter()
            .filter(|row| row.period == period.to_string())
            .map(|row| (row.commune, row.through))
            .collect();
        let map = self.areas.map(to.min(self.areas.today()).max(from)).await?;
        let seen = map
            .communes()
            .iter()
            .filter(|own| sees(actor, &own.facts.code));
        let communes: Vec<CommuneSending> = seen
            .map(|own| {
                let code = own.facts.code.clone();
                let plots = plots.get(&code).copied().unwrap_or(0);
                let through = said.get(&code).copied();
                let state = match (plots, through) {
                    (1.., _) => Sent::Sent,
                    (0, Some(_)) => Sent::Nothing,
                    (0, None) => Sent::NotSent,
                };
                CommuneSending {
                    facts: plots_of(asked, Some(&code)),
                    code,
                    name: own.facts.name.clone(),
                    state,
                    label: state.label(),
                    plots,
                    through,
                    is_contradicted: plots > 0 && through.is_some(),
                }
            })
            .collect();
        let count = |state: Sent| communes.iter().filter(|own| own.state == state).count();
        Ok(Sending {
            period,
            from,
            to,
            sent: count(Sent::Sent),
            nothing: count(Sent::Nothing),
            not_sent: count(Sent::NotSent),
            reminder: reminder(&communes, (from, to), self.areas.today()),
            communes,
        })
    }

    /// Whether the caller answers for a commune of a period's map.
    async fn answers_for(
        &self,
        actor: &Actor,
        commune: &str,
        period: ReportPeriod,
    ) -> Result<(), Error> {
        if !actor.may_somewhere(Right::ConfirmReports) {
            return Err(Error::Forbidden);
        }
        let day = period.days().1.min(self.areas.today());
        let is_known = self.areas.map(day).await?.commune(commune).is_some();
        if is_known && actor.may(Right::ConfirmReports, Some(commune)) {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    }

    /// Plots that count and were recorded in a commune.
    async fn recorded(&self, commune: &str, from: LocalDate, to: LocalDate) -> Result<u32, Error> {
        let asked = Asked {
            form: Form::B01,
            from,
            to,
            as_of: None,
        };
        let mut query = figures_of(asked);
        query.filter.commune = Some(commune.to_owned());
        // Whether there are facts does not depend on who asks.
        let grouped = self
            .ledger
            .grouped(&Actor::console(), &query, |_| ())
            .await?;
        Ok(grouped.total.plots)
    }

    async fn enter(
        &self,
        tx: &mut crate::store::Tx,
        actor: Uuid,
        fact: Uuid,
        told: &serde_json::Value,
    ) -> Result<crate::base::ids::EntryId, Error> {
        let body = told.to_string();
        let entry = Entry {
            kind: Kind::Nothing,
            fact,
            actor,
            device: None,
            origin: None,
            body: body.as_bytes(),
        };
        Ok(self.journal.enter(tx, entry).await?.entry)
    }
}

fn note(draft: NothingDraft) -> Result<Option<String>, Error> {
    let note = draft.note.map(|note| note.trim().to_owned());
    let note = note.filter(|note| !note.is_empty());
    if note
        .as_ref()
        .is_some_and(|note| note.chars().count() > MOST_NOTE_CHARS)
    {
        let expected = format!("expected at most {MOST_NOTE_CHARS} characters");
        return Err(Refusal::at("/note", expected).into());
    }
    Ok(note)
}

/// The text that the province's office sends to those that have not sent.
fn reminder(
    communes: &[CommuneSending],
    (from, to): (LocalDate, LocalDate),
    today: LocalDate,
) -> Option<String> {
    let silent = communes.iter().filter(|own| own.state == Sent::NotSent);
    let names: Vec<&str> = silent.map(|own| own.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Đến ngày {}, các xã, phường sau chưa gửi số liệu kỳ {} – {}: {}. Đề nghị ghi nhận số liệu, hoặc xác nhận \
             “không phát sinh” nếu không có, trước khi hết kỳ.",
            dmy(today),
            dmy(from),
            dmy(to),
            names.join(", ")
        )
    })
}

fn view(row: NothingRow) -> NothingView {
    NothingView {
        id: row.id,
        commune: row.commune,
        period: row.period,
        from: row.first_day,
        through: row.through,
        said_by: row.said_by,
        said_at: row.said_at,
        note: row.note,
    }
}

/// The form of plots of these days, as it stands now.
const fn of_days(from: LocalDate, to: LocalDate) -> Asked {
    Asked {
        form: Form::B01,
        from,
        to,
        as_of: None,
    }
}
