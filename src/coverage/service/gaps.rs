//! The gap list: the ground at risk that nobody has come within sight of, worst first.

use std::collections::HashMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng};

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::coverage::model::canvas::Canvas;
use crate::coverage::model::lattice::bits;
use crate::coverage::model::region::Region;
use crate::coverage::model::risk::RiskGrid;
use crate::patrols::model::vocabulary::PatrolKind;

use super::answer::Asked;
use super::material::Material;
use super::paint::paint_once;
use super::tiles::{Shared, locked};
use super::{Coverage, Error, aside};

/// Which gaps are asked for.
#[derive(Debug, Clone)]
pub struct GapsAsked {
    /// The commune.
    pub commune: String,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// Patrols of one campaign.
    pub campaign: Option<CampaignId>,
    /// Patrols of one kind.
    pub kind: Option<PatrolKind>,
    /// The radius in centimetres; none: the walker's own.
    pub radius_cm: Option<u32>,
    /// Cells of the masks rather than their parents.
    pub fine: bool,
    /// After this place of the list.
    pub after: Option<GapPlace>,
    /// At most so many.
    pub limit: usize,
}

/// A place in the list: the parents' uncovered weight in dm², largest first, then parent, then cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GapPlace {
    /// The largest possible weight minus the parent's.
    pub rank: u64,
    /// The parent.
    pub parent: u64,
    /// The cell.
    pub cell: u64,
}

/// A cell of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Its place in the list.
    pub place: GapPlace,
    /// The cell.
    pub cell: CellIndex,
    /// How much of it is at risk, in m².
    pub risk_m2: f64,
    /// The covered part of that, in m².
    pub covered_m2: f64,
    /// Distinct patrols on distinct local days.
    pub visits: usize,
    /// The local day of the last visit.
    pub last_visit_on: Option<LocalDate>,
    /// Mean number of days between days with a visit; none before the second.
    pub revisit_days: Option<f64>,
}

impl Gap {
    /// The share of the cell that is at risk.
    #[must_use]
    pub fn risk_share(&self) -> f64 {
        (self.risk_m2 / self.cell.area_m2()).min(1.0)
    }

    /// The corners of the cell, longitude and latitude, closed.
    #[must_use]
    pub fn outline(&self) -> Vec<[f64; 2]> {
        let corners = self.cell.boundary();
        let pair = |at: &LatLng| [rounded(at.lng()), rounded(at.lat())];
        let mut ring: Vec<_> = corners.iter().map(pair).collect();
        ring.extend(ring.first().copied());
        ring
    }
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

impl Coverage {
    /// The cells at risk of one commune, those with the most unseen ground first; true when there are more.
    pub async fn gaps(&self, actor: &Actor, asked: GapsAsked) -> Result<(Vec<Gap>, bool), Error> {
        if !actor.may_somewhere(Right::ReadGaps) {
            return Err(Error::Forbidden);
        }
        if !actor.may(Right::ReadGaps, Some(&asked.commune)) {
            return Err(Error::NotFound);
        }
        let question = Asked {
            commune: Some(asked.commune.clone()),
            campaign: asked.campaign,
            kind: asked.kind,
            radius_cm: asked.radius_cm,
            ..Asked::between(asked.from, asked.to)
        };
        let mut tx = self.journal.store().read().await?;
        let (material, _) = self.material(&mut tx, question, &Scope::Province).await?;
        let mut material = Arc::new(material);
        let regions = Arc::clone(&material.regions);
        let lines = self.lines(&mut tx, &mut material, &regions).await?;
        self.done_with(&material, &lines);
        aside(move || {
            let lines: HashMap<Region, Shared> = lines.into_iter().collect();
            listed(&material, &asked, &lines)
        })
        .await?
    }
}

/// A word at risk, before its visits are looked up.
#[derive(Clone)]
struct Word<'a> {
    place: GapPlace,
    region: Region,
    grid: &'a RiskGrid,
    at: usize,
    seen: u64,
}

fn listed(
    material: &Material,
    asked: &GapsAsked,
    lines: &HashMap<Region, Shared>,
) -> Result<(Vec<Gap>, bool), Error> {
    let mut words = words(material, lines)?;
    words.sort_unstable_by_key(|word| word.place);
    let mut gaps = Vec::new();
    for word in &words {
        if gaps.len() > asked.limit {
            break;
        }
        let is_past = |place: &GapPlace| asked.after.is_none_or(|after| *place > after);
        let visits = || visits(material, lines.get(&word.region), word);
        if asked.fine {
            if asked.after.is_some_and(|after| {
                (word.place.rank, word.place.parent) < (after.rank, after.parent)
            }) {
                continue;
            }
            let own = fine(word, &visits()?);
            gaps.extend(own.into_iter().filter(|gap| is_past(&gap.place)));
        } else if is_past(&word.place) {
            gaps.extend(coarse(word, &visits()?));
        }
    }
    let is_more = gaps.len() > asked.limit;
    gaps.truncate(asked.limit);
    Ok((gaps, is_more))
}

/// Every word at risk of the commune that is shown.
fn words<'a>(
    material: &'a Material,
    lines: &HashMap<Region, Shared>,
) -> Result<Vec<Word<'a>>, Error> {
    let mut words = Vec::new();
    let mut canvas = Canvas::default();
    for part in material.risk.parts() {
        if material.shown.get(part.commune) != Some(&true) {
            continue;
        }
        for (region, places) in part.grid.regions() {
            canvas.clear();
            if let Some(shared) = lines.get(&region) {
                paint_once(material, &material.days, &mut *locked(shared)?, &mut canvas);
            }
            words.extend(places.filter_map(|at| {
                let risk = part.grid.risk(at)?;
                let seen = canvas.mask(part.grid.position(at)) & risk.mask;
                let unseen_dm2 = part.grid.weight_dm2(at, risk.mask & !seen);
                let cell = risk.parent.bits();
                Some(Word {
                    place: GapPlace {
                        rank: u64::MAX - unseen_dm2,
                        parent: cell,
                        cell,
                    },
                    region,
                    grid: part.grid,
                    at,
                    seen,
                })
            }));
        }
    }
    Ok(words)
}

/// The days of the visits to a word, one for each patrol, with the cells at risk that it saw.
fn visits(
    material: &Material,
    line: Option<&Shared>,
    word: &Word<'_>,
) -> Result<Vec<(i64, u64)>, Error> {
    let mut visits = Vec::new();
    let (Some(line), Some(risk)) = (line, word.grid.risk(word.at)) else {
        return Ok(visits);
    };
    let position = word.grid.position(word.at);
    locked(line)?.each_visit(&material.days, |block, day, visit| {
        if !material.chosen.counts(visit) {
            return;
        }
        let mask = block.mask(visit, position).unwrap_or(0);
        if mask & risk.mask != 0 {
            visits.push((day, mask & risk.mask));
        }
    });
    Ok(visits)
}

fn coarse(word: &Word<'_>, visits: &[(i64, u64)]) -> Option<Gap> {
    let risk = word.grid.risk(word.at)?;
    let days: Vec<i64> = visits.iter().map(|(day, _)| *day).collect();
    Some(Gap {
        place: word.place,
        cell: risk.parent.cell()?,
        risk_m2: square_metres(word.grid.weight_dm2(word.at, risk.mask)),
        covered_m2: square_metres(word.grid.weight_dm2(word.at, word.seen)),
        visits: days.len(),
        last_visit_on: days.last().copied().map(LocalDate::from_days),
        revisit_days: revisit_days(days),
    })
}

fn fine(word: &Word<'_>, visits: &[(i64, u64)]) -> Vec<Gap> {
    let Some(risk) = word.grid.risk(word.at) else {
        return Vec::new();
    };
    let cells = word.grid.lattice().cells(risk);
    let gaps = bits(risk.mask).zip(cells).map(|(bit, cell)| {
        let own = visits.iter().filter(|(_, mask)| mask >> bit & 1 == 1);
        let days: Vec<i64> = own.map(|(day, _)| *day).collect();
        let risk_m2 = square_metres(word.grid.weight_dm2(word.at, 1 << bit));
        Gap {
            place: GapPlace {
                cell: cell.into(),
                ..word.place
            },
            cell,
            risk_m2,
            covered_m2: if days.is_empty() { 0.0 } else { risk_m2 },
            visits: days.len(),
            last_visit_on: days.last().copied().map(LocalDate::from_days),
            revisit_days: revisit_days(days),
        }
    });
    gaps.collect()
}

/// Mean number of days between different days, which come in order.
fn revisit_days(mut days: Vec<i64>) -> Option<f64> {
    days.dedup();
    let count = u32::try_from(days.len()).ok().filter(|count| *count > 1)?;
    let span = i32::try_from(days.last()? - days.first()?).ok()?;
    Some(f64::from(span) / f64::from(count - 1))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a commune has less than 2^53 dm²"
)]
fn square_metres(weight_dm2: u64) -> f64 {
    weight_dm2 as f64 / 100.0
}
