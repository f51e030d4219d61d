//! The gap list: the ground at risk that nobody has come within sight of, worst first.

use std::collections::HashSet;
use std::num::NonZeroU8;

use h3o::{CellIndex, LatLng, Resolution};

use crate::base::actor::{Actor, Right, Scope};
use crate::base::time::LocalDate;
use crate::coverage::model::fold::{CellVisits, Row, cells};
use crate::coverage::model::lattice::ParentCell;
use crate::store;

use super::answer::Asked;
use super::ask::Material;
use super::fold::rows_by_grid;
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
        let areas = self.areas.risk_areas(asked.from, asked.to, None).await?;
        let question = Asked {
            commune: Some(asked.commune.clone()),
            radius_cm: asked.radius_cm,
            visits: NonZeroU8::MIN,
            ..Asked::between(asked.from, asked.to)
        };
        let material = self
            .material(question, Scope::Province, &areas, &mut Vec::new())
            .await?;
        let masks = std::sync::Arc::clone(&self.masks);
        let listed = aside(move || {
            let slots = masks.slots.read();
            let slots = slots.map_err(|fault| store::Error::Unavailable(fault.to_string()))?;
            let rows = rows_by_grid(&material, &slots);
            drop(slots);
            Ok::<_, Error>(listed(&material, &asked, rows))
        });
        listed.await?
    }
}

fn listed(material: &Material, asked: &GapsAsked, rows: Vec<Vec<Row>>) -> (Vec<Gap>, bool) {
    let mut gaps = Vec::new();
    for ((commune, _, grid), rows) in material.risk.parts().zip(rows) {
        let code = material.map.communes().get(commune);
        if code.is_some_and(|commune| commune.facts.code == asked.commune) {
            let cells = cells(grid, rows.iter().copied());
            gaps.extend(by_parent(&cells, rows, asked.fine));
        }
    }
    gaps.sort_unstable_by_key(|gap| gap.place);
    let mut rest: Vec<Gap> = gaps
        .into_iter()
        .filter(|gap| asked.after.is_none_or(|after| gap.place > after))
        .collect();
    let is_more = rest.len() > asked.limit;
    rest.truncate(asked.limit);
    (rest, is_more)
}

/// Cells come in the order of parents, so that those of one parent stand together.
fn by_parent(cells: &[CellVisits], mut rows: Vec<Row>, fine: bool) -> Vec<Gap> {
    rows.sort_unstable_by_key(|row| (row.parent, row.day, row.patrol));
    let parent_of = |visits: &CellVisits| visits.cell.parent(Resolution::Nine);
    let mut gaps = Vec::new();
    for own in cells.chunk_by(|a, b| parent_of(a) == parent_of(b)) {
        let Some(parent) = own.first().and_then(parent_of) else {
            continue;
        };
        let unseen: u64 = own
            .iter()
            .filter(|cell| cell.visits == 0)
            .map(|cell| cell.risk_dm2)
            .sum();
        let place = |cell: CellIndex| GapPlace {
            rank: u64::MAX - unseen,
            parent: parent.into(),
            cell: cell.into(),
        };
        if fine {
            gaps.extend(
                own.iter()
                    .map(|visits| fine_gap(visits, place(visits.cell))),
            );
        } else {
            let cell = ParentCell::of(parent);
            let from = rows.partition_point(|row| row.parent < cell);
            let to = rows.partition_point(|row| row.parent <= cell);
            let here = rows.get(from..to).unwrap_or_default();
            gaps.push(coarse_gap(parent, own, here, place(parent)));
        }
    }
    gaps
}

fn fine_gap(visits: &CellVisits, place: GapPlace) -> Gap {
    let risk_m2 = square_metres(visits.risk_dm2);
    Gap {
        place,
        cell: visits.cell,
        risk_m2,
        covered_m2: if visits.visits > 0 { risk_m2 } else { 0.0 },
        visits: visits.visits as usize,
        last_visit_on: visits.last_visit,
    }
}

fn coarse_gap(parent: CellIndex, own: &[CellVisits], rows: &[Row], place: GapPlace) -> Gap {
    let risk: u64 = own.iter().map(|cell| cell.risk_dm2).sum();
    let covered = own.iter().filter(|cell| cell.visits > 0);
    let at_risk = own
        .iter()
        .filter_map(|cell| cell.cell.child_position(Resolution::Nine));
    let at_risk: u64 = at_risk.fold(0, |mask, bit| mask | 1 << bit);
    let here = rows.iter().filter(|row| row.mask & at_risk != 0);
    let visits: HashSet<_> = here.map(|row| (row.day, row.patrol)).collect();
    Gap {
        place,
        cell: parent,
        risk_m2: square_metres(risk),
        covered_m2: square_metres(covered.map(|cell| cell.risk_dm2).sum()),
        visits: visits.len(),
        last_visit_on: visits.iter().map(|(day, _)| *day).max(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a commune has less than 2^53 dm²"
)]
fn square_metres(weight_dm2: u64) -> f64 {
    weight_dm2 as f64 / 100.0
}
