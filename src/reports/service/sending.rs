//! Silence is not zero: who has sent, who says that there was nothing, and who has said neither.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::areas::model::map::{Boundary, CommuneMap};
use crate::base::actor::{Actor, Right};
use crate::base::refusal::Refusal;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::geo::shape::Place;
use crate::journal::{Entry, Kind};
use crate::ledger::PlotLine;
use crate::ledger::model::words::PlotFigure;
use crate::reports::model::period::ReportPeriod;
use crate::reports::model::sheet::dmy;
use crate::reports::model::{Form, Sent};
use crate::reports::sql::{self, NothingRow};

use super::addresses::{Addresses, Rows};
use super::b01::plots_by_commune;
use super::said::{CommuneSaid, Said};
use super::{Asked, Error, Reports, figures_of, parameter, sees};

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
    /// Through which day it says that there was nothing, from the first on and of all of its ground.
    pub through: Option<LocalDate>,
    /// What is said of a part of its ground or of the days, or by whom before boundaries changed; in Vietnamese.
    pub remark: Option<String>,
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
        let boundaries = self.areas.known_boundaries().await?;
        let context = (self.clone(), row, boundaries);
        self.journal
            .write(context, |tx, (reports, row, boundaries)| {
                Box::pin(async move {
                    let ground = |own: &NothingRow| {
                        boundaries.at(&own.commune, own.through, own.said_at)
                    };
                    let known = sql::standing(tx, &row.commune, &row.period).await?;
                    // What was said of another ground does not stand for this one.
                    let known = known.filter(|known| known.through >= row.through);
                    if let Some(known) = known.filter(|known| ground(known) == ground(row)) {
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
        let end = self.last_told(asked).await?;
        let map = self.areas.map(end.max(from)).await?;
        let mut said = self.said((asked, end), &map).await?;
        said.hold_against(grouped.groups.values().flat_map(|(_, lines)| lines));
        let facts = communes_of(actor, &map);
        let communes: Vec<CommuneSending> = facts
            .map(|own| standing((asked, own), plots.get(own.code.as_str()).copied(), &said))
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

    /// Plots that count and were recorded in a commune, or on ground that is its own now.
    async fn recorded(&self, commune: &str, from: LocalDate, to: LocalDate) -> Result<u32, Error> {
        let query = figures_of(of_days(from, to));
        let map = self.areas.map(to.min(self.areas.today())).await?;
        let ground = map.commune(commune).map(|own| Arc::clone(&own.ground));
        let is_there = |line: &PlotLine| {
            let position = Position::new(line.lon, line.lat).ok();
            let place = ground.as_ref().zip(position);
            let place = place.map(|(ground, position)| ground.place(position));
            line.commune.as_deref() == Some(commune) || place == Some(Place::Inside)
        };
        // Whether there are facts does not depend on who asks.
        let all = &Actor::console();
        let grouped = self.ledger.grouped(all, &query, is_there).await?;
        let own = grouped.groups.get(&true);
        Ok(own.map_or(0, |(figures, _)| figures.plots))
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

/// The communes of a map whose plots the caller may see.
fn communes_of<'a>(actor: &Actor, map: &'a CommuneMap) -> impl Iterator<Item = &'a Boundary> {
    let all = map.communes().iter().map(|own| &own.facts);
    all.filter(move |own| sees(actor, &own.code))
}

/// Where a commune stands with the plots that it recorded and what is said of it.
fn standing(
    (asked, own): (Asked, &Boundary),
    recorded: Option<u32>,
    said: &Said,
) -> CommuneSending {
    let state = said.state(&own.code, recorded.is_some());
    let told = said.of(&own.code);
    CommuneSending {
        facts: Addresses::of(asked, Rows::Commune(&own.code)).plots(PlotFigure::Counted),
        code: own.code.clone(),
        name: own.name.clone(),
        state,
        label: state.label(),
        plots: recorded.unwrap_or(0),
        through: told.and_then(CommuneSaid::through),
        remark: told.and_then(CommuneSaid::remark),
        is_contradicted: told.is_some_and(|told| told.is_contradicted),
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
    let names: Vec<String> = silent
        .map(|own| match &own.remark {
            Some(remark) => format!("{} ({remark})", own.name),
            None => own.name.clone(),
        })
        .collect();
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
