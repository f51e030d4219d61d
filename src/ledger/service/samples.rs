//! Drawing the plots that another unit visits again, and what follows from what it found for all claims.
//!
//! What is drawn from are the claims that the first head after the year holds: who adds, changes or takes back a claim
//! once the random numbers can be known changes nothing of the draw.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::actor::{Actor, Right};
use crate::base::fields::CLOCK_TOLERANCE_MS;
use crate::base::ids::{OrgId, PlotId};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::AreaMethod;
use crate::base::{from_hex, total};
use crate::journal::proofs::SignedHead;
use crate::journal::{Entry, Kind, Receipt, Written};
use crate::ledger::model::sample::{Drawn, Estimate, SampleRules, Visit, draw, estimate};
use crate::ledger::sql::{self, PlotFilter, RevisitRow, SampleRow};
use crate::plots::model::season::Period;
use crate::store::{self, Tx};

use super::books::Books;
use super::claimed::claims;
use super::definitions::parameter;
use super::record::unwritable;
use super::{Error, Ledger};

/// A draw, as it is journalled and kept.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draw {
    /// The statistical year.
    pub period: i64,
    /// The first head after the year; its root is the seed, its entries are what was drawn from.
    pub head: SignedHead,
    /// How it was drawn.
    pub rules: SampleRules,
    /// Claims of the year with an area.
    pub claims: usize,
    /// Their area, m².
    pub claimed_m2: f64,
    /// Their area by unit, m².
    pub claimed_by_org: BTreeMap<String, f64>,
    /// Claims without an area: they cannot be drawn.
    pub without_area: usize,
    /// The claims that are visited again.
    #[schema(value_type = Vec<Object>)]
    pub drawn: Vec<Drawn>,
}

/// What a second visit found, as readers see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RevisitView {
    /// The plot.
    pub plot: PlotId,
    /// Who visited.
    pub org: OrgId,
    /// When.
    pub visited_at: Timestamp,
    /// Ground on which the crop had stood and was destroyed, m².
    pub found_m2: f64,
    /// How that was measured.
    #[schema(value_type = Option<AreaMethod>)]
    pub area_method: Option<String>,
    /// Plants that were seen standing there.
    pub plants: Option<i64>,
    /// Free text.
    pub notes: Option<String>,
}

/// A unit's estimate.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EstimateView {
    /// The claiming unit; null for claims of none.
    pub org: Option<OrgId>,
    /// What the visits say of its claims.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// A draw with what was found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SampleView {
    /// The draw.
    #[serde(flatten)]
    pub draw: Draw,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// What was found so far; of each plot the last visit.
    pub visits: Vec<RevisitView>,
    /// What that says of all claims; null before the first visit.
    pub estimate: Option<Estimate>,
    /// Whether every drawn plot was visited: before that the estimate is one of those who were easy to reach.
    pub is_complete: bool,
    /// The same of each unit with visits.
    pub units: Vec<EstimateView>,
}

/// A year that was drawn.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SampleYear {
    /// The statistical year.
    pub period: i64,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// What the draw says; none but for officers of the province and auditors.
    pub sums: Option<SampleSums>,
}

/// What a draw says in short.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SampleSums {
    /// Claims of the year with an area.
    pub claims: usize,
    /// Their area, m².
    pub claimed_m2: f64,
    /// Claims that were drawn.
    pub drawn: usize,
    /// Of them, visited.
    pub visited: usize,
    /// What the visits say of all claims; null before the first.
    pub estimate: Option<Estimate>,
}

impl Ledger {
    /// Draws for a statistical year that has closed; once, and again only the same is answered.
    pub async fn draw_sample(
        &self,
        actor: &Actor,
        period: i64,
    ) -> Result<(SampleView, Receipt, bool), Error> {
        if !actor.may_in_province(Right::DrawSamples) {
            return Err(Error::Forbidden);
        }
        let head = self.head_after(period).await?;
        let mut tx = self.journal.store().read().await?;
        let known = sql::sample(&mut tx, period).await?;
        if let Some(known) = known {
            let receipt = self.journal.receipt_again(&mut tx, known.entry).await?;
            drop(tx);
            return Ok((self.sample(actor, period).await?, receipt, false));
        }
        let filter = PlotFilter {
            as_of: Some(i64::try_from(head.size).unwrap_or(i64::MAX) - 1),
            ..PlotFilter::default()
        };
        drop(tx);
        let books = self.books(&filter).await?;
        let drawn = drawn(&books, period, head)?;
        if drawn.claims == 0 {
            return Err(self.nothing_to_draw(period, &drawn).await?);
        }
        let written = self
            .journal
            .write(
                (self.clone(), actor.id, drawn),
                |tx, (ledger, actor, draw)| Box::pin(ledger.write_sample(tx, *actor, draw)),
            )
            .await?;
        let receipt = self.journal.receipt(&written);
        Ok((self.sample(actor, period).await?, receipt, true))
    }

    async fn write_sample(
        &self,
        tx: &mut Tx,
        actor: uuid::Uuid,
        draw: &Draw,
    ) -> Result<Written, Error> {
        let record = serde_json::to_string(draw).map_err(|cause| unwritable(&cause))?;
        let entry = Entry {
            kind: Kind::Sample,
            fact: self.journal.ids().make(),
            actor,
            device: None,
            origin: None,
            body: record.as_bytes(),
        };
        let written = self.journal.enter(tx, entry).await?;
        let row = SampleRow {
            period: draw.period,
            entry: written.entry,
            head: i64::try_from(draw.head.size).unwrap_or(i64::MAX),
            record,
            drawn_at: written.received_at,
        };
        if !sql::insert_sample(tx, &row).await? {
            return Err(store::Error::Busy("the sample was just drawn".into()).into());
        }
        Ok(written)
    }

    /// The first head after a year; a year that has not closed, or whose head is still to come, has none.
    async fn head_after(&self, period: i64) -> Result<SignedHead, Error> {
        let end = days(period)?.1.end();
        let open = || parameter("period", "expected a statistical year that has closed");
        if self.journal.now() <= end {
            return Err(open());
        }
        let head = self.journal.first_head_after(end).await?;
        head.ok_or_else(|| {
            parameter(
                "period",
                "no head was signed after this year yet: try again",
            )
        })
    }

    /// The years that were drawn, the last first.
    pub async fn samples(&self, actor: &Actor) -> Result<Vec<SampleYear>, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        let is_told = actor.may_in_province(Right::ReadSamples);
        let mut tx = self.journal.store().read().await?;
        let mut years = Vec::new();
        for row in sql::samples(&mut tx).await?.into_iter().rev() {
            let sums = if is_told {
                let visits = sql::revisits(&mut tx, row.period).await?;
                Some(sums(&view(read(&row)?, row.drawn_at, visits)))
            } else {
                None
            };
            years.push(SampleYear {
                period: row.period,
                drawn_at: row.drawn_at,
                sums,
            });
        }
        Ok(years)
    }

    /// A year's draw with what was found, for officers of the province and auditors: a unit's estimate is none of another's
    /// phones' business.
    pub async fn sample(&self, actor: &Actor, period: i64) -> Result<SampleView, Error> {
        if !actor.may_in_province(Right::ReadSamples) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let row = sql::sample(&mut tx, period).await?.ok_or(Error::NotFound)?;
        let draw = read(&row)?;
        let visits = sql::revisits(&mut tx, period).await?;
        Ok(view(draw, row.drawn_at, visits))
    }
}

pub(super) fn days(period: i64) -> Result<(LocalDate, LocalDate), Error> {
    let year = i32::try_from(period)
        .ok()
        .filter(|year| (2000..=2100).contains(year));
    let days = year.and_then(|year| Period::of_year(year).days());
    days.ok_or_else(|| parameter("period", "expected a year from 2000 to 2100"))
}

fn drawn(books: &Books, period: i64, head: SignedHead) -> Result<Draw, Error> {
    let seed: [u8; 32] = from_hex(&head.root).ok_or(store::Error::Corrupt {
        table: "journal_heads",
        column: "root",
        id: head.size.to_string(),
    })?;
    let (claims, without) = claims(books, days(period)?);
    let mut by_org: BTreeMap<String, f64> = BTreeMap::new();
    for claim in &claims {
        let org = claim.org.map(|org| org.to_string()).unwrap_or_default();
        *by_org.entry(org).or_default() += claim.claimed_m2;
    }
    Ok(Draw {
        period,
        rules: books.rules.sample,
        claims: claims.len(),
        claimed_m2: total(claims.iter().map(|claim| claim.claimed_m2)),
        claimed_by_org: by_org,
        without_area: without.len(),
        drawn: draw(&seed, &claims, &books.rules.sample),
        head,
    })
}

/// Whether a visit may be one of a draw: nobody could be asked to go there before it. Clocks of phones, and days that are
/// typed by heart, may lag by as much as they may run ahead.
pub(super) const fn is_of_draw(visited_at: Timestamp, drawn_at: Timestamp) -> bool {
    drawn_at.since(visited_at) <= CLOCK_TOLERANCE_MS
}

fn view(draw: Draw, drawn_at: Timestamp, rows: Vec<RevisitRow>) -> SampleView {
    let of_draw = rows.into_iter();
    let of_draw = of_draw.filter(|row| is_of_draw(row.visited_at, drawn_at));
    let last: BTreeMap<PlotId, RevisitRow> = of_draw.map(|row| (row.plot, row)).collect();
    let visits: Vec<Visit<'_>> = draw
        .drawn
        .iter()
        .filter_map(|drawn| {
            let found_m2 = last.get(&drawn.claim.plot)?.found_m2;
            Some(Visit { drawn, found_m2 })
        })
        .collect();
    let mut by_org: BTreeMap<Option<OrgId>, Vec<Visit<'_>>> = BTreeMap::new();
    for visit in &visits {
        by_org
            .entry(visit.drawn.claim.org)
            .or_default()
            .push(*visit);
    }
    let units = by_org.into_iter().filter_map(|(org, own)| {
        let key = org.map(|org| org.to_string()).unwrap_or_default();
        let claimed = draw.claimed_by_org.get(&key).copied().unwrap_or_default();
        let drawn = draw.drawn.iter().filter(|drawn| drawn.claim.org == org);
        let told = estimate(claimed, drawn.count(), &own);
        told.map(|estimate| EstimateView { org, estimate })
    });
    let units = units.collect();
    let told = estimate(draw.claimed_m2, draw.drawn.len(), &visits);
    let is_complete = visits.len() == draw.drawn.len();
    let visits = last.into_values().map(|row| RevisitView {
        plot: row.plot,
        org: row.org,
        visited_at: row.visited_at,
        found_m2: row.found_m2,
        area_method: row.area_method,
        plants: row.plants,
        notes: row.notes,
    });
    SampleView {
        visits: visits.collect(),
        estimate: told,
        is_complete,
        units,
        drawn_at,
        draw,
    }
}

fn sums(view: &SampleView) -> SampleSums {
    SampleSums {
        claims: view.draw.claims,
        claimed_m2: view.draw.claimed_m2,
        drawn: view.draw.drawn.len(),
        visited: view.visits.len(),
        estimate: view.estimate,
    }
}

pub(super) fn read(row: &SampleRow) -> Result<Draw, store::Error> {
    serde_json::from_str(&row.record).or(Err(store::Error::Corrupt {
        table: "ledger_samples",
        column: "record",
        id: row.period.to_string(),
    }))
}
