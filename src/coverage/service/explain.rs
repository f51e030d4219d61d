//! Why a cell counts as covered or not: who saw it, who was near, and what of their fixes earned nothing there.

use std::collections::BTreeMap;
use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};
use serde::Serialize;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::PatrolId;
use crate::base::time::LocalDate;
use crate::coverage::model::lattice::ParentCell;
use crate::coverage::model::region::{FULL, Region};
use crate::geo::position::Position;
use crate::patrols::RefusedNear;

use super::answer::Asked;
use super::judged::rules_of;
use super::material::Material;
use super::tiles::{Shared, locked};
use super::{Coverage, Error, parameter};

/// Visits told at most, the latest first.
const MOST_VISITS: usize = 100;
/// A fix farther from the cell than this beyond the radius could not have earned it: the longest leg.
const BEYOND_M: f64 = 300.0;

/// Which cell is to be explained.
#[derive(Debug, Clone)]
pub struct ExplainAsked {
    /// The cell, of a resolution from 9 to 11.
    pub cell: CellIndex,
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// The radius in centimetres; none: the walker's own.
    pub radius_cm: Option<u32>,
}

/// A patrol that saw the cell or was near it on one day.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExplainedVisit {
    /// The patrol.
    pub patrol: PatrolId,
    /// The local day.
    pub day: LocalDate,
    /// The share of the cell's parts that it saw, 0 to 1.
    pub seen: f64,
    /// What of its fixes near the cell earned nothing; null when they were erased and cannot be checked again.
    pub refused: Option<RefusedNear>,
}

/// Why a cell counts as covered or not.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// The cell's H3 index.
    pub cell: String,
    /// The commune that its centre lies in.
    pub commune: Option<String>,
    /// How much of it is at risk in the window, in m².
    pub risk_m2: f64,
    /// How far a patrol sees.
    pub radius_m: f64,
    /// Patrols that saw it or were near, the latest first.
    pub visits: Vec<ExplainedVisit>,
    /// Whether there were more than are told.
    pub is_cut: bool,
}

impl Coverage {
    /// Explains a cell in the reach of a caller who may read gaps and patrols there.
    pub async fn explain(&self, actor: &Actor, asked: ExplainAsked) -> Result<Explanation, Error> {
        let rights = [Right::ReadGaps, Right::ReadPatrols];
        if !rights.iter().all(|right| actor.may_somewhere(*right)) {
            return Err(Error::Forbidden);
        }
        let (word, bits) = word_of(asked.cell)?;
        let at = LatLng::from(asked.cell);
        let place = Position::new(at.lng(), at.lat()).or(Err(Error::NotFound))?;
        let map = self.areas.map(asked.to).await?;
        let commune = map.locate(place).map(str::to_owned);
        if !rights
            .iter()
            .all(|right| actor.may(*right, commune.as_deref()))
        {
            return Err(Error::NotFound);
        }
        let question = Asked {
            commune: commune.clone(),
            radius_cm: asked.radius_cm,
            ..Asked::between(asked.from, asked.to)
        };
        let mut tx = self.journal.store().read().await?;
        let (material, _) = self.material(&mut tx, question, &Scope::Province).await?;
        let risk_m2 = risk_m2(&material, word, bits);
        let radius_m = f64::from(material.radius_cm) / 100.0;
        let mut material = Arc::new(material);
        let near = near_words(word)?;
        let regions: Vec<Region> = near.keys().copied().collect();
        let lines = self.lines(&mut tx, &mut material, &regions).await?;
        let seen = seen(&material, &lines, &near, (word, bits))?;
        let is_cut = seen.len() > MOST_VISITS;
        let rules = rules_of(&material.definition);
        let mut visits = Vec::new();
        for ((day, patrol), mask) in seen.into_iter().rev().take(MOST_VISITS) {
            let within_m = radius_m + BEYOND_M;
            let refused = self
                .patrols
                .refused_near(&mut tx, patrol, (place, within_m), &rules)
                .await?;
            visits.push(ExplainedVisit {
                patrol,
                day: LocalDate::from_days(day),
                seen: f64::from(mask.count_ones()) / f64::from(bits.count_ones().max(1)),
                refused,
            });
        }
        Ok(Explanation {
            cell: asked.cell.to_string(),
            commune,
            risk_m2,
            radius_m,
            visits,
            is_cut,
        })
    }
}

/// The word that a cell lies in, and its bits there.
fn word_of(cell: CellIndex) -> Result<(ParentCell, u64), Error> {
    let refused = || parameter("cell", "an H3 cell of resolution 9, 10 or 11");
    let word = cell.parent(Resolution::Nine).ok_or_else(refused)?;
    if cell.resolution() > Resolution::Eleven {
        return Err(refused());
    }
    let bits = cell
        .children(Resolution::Eleven)
        .filter_map(|child| child.child_position(Resolution::Nine))
        .fold(0, |mask, bit| mask | 1 << bit);
    Ok((ParentCell::of(word), bits & FULL))
}

/// The word and those around it, by region.
fn near_words(word: ParentCell) -> Result<BTreeMap<Region, Vec<u16>>, Error> {
    let cell = word.cell().ok_or(Error::NotFound)?;
    let mut near = BTreeMap::<Region, Vec<u16>>::new();
    for own in cell.grid_disk::<Vec<_>>(1) {
        if let Some((region, position)) = Region::of(ParentCell::of(own)) {
            near.entry(region).or_default().push(position);
        }
    }
    Ok(near)
}

fn risk_m2(material: &Material, word: ParentCell, bits: u64) -> f64 {
    let own = |grid: &crate::coverage::model::risk::RiskGrid| {
        let place = grid.place(word)?;
        u32::try_from(grid.weight_dm2(place, bits)).ok()
    };
    let weights = material.risk.parts().filter_map(|part| own(part.grid));
    weights.map(|dm2| f64::from(dm2) / 100.0).sum()
}

type SeenBits = BTreeMap<(i64, PatrolId), u64>;

/// Who was near on which day, with the bits of the cell that it saw.
fn seen(
    material: &Material,
    lines: &[(Region, Shared)],
    near: &BTreeMap<Region, Vec<u16>>,
    (word, bits): (ParentCell, u64),
) -> Result<SeenBits, Error> {
    let own = Region::of(word);
    let mut seen = SeenBits::new();
    for (region, shared) in lines {
        let Some(positions) = near.get(region) else {
            continue;
        };
        locked(shared)?.each_visit(&material.days, |block, day, visit| {
            for position in positions {
                let Some(mask) = block.mask(visit, *position) else {
                    continue;
                };
                let of_cell = if own == Some((*region, *position)) {
                    mask & bits
                } else {
                    0
                };
                *seen.entry((day, visit.facts.patrol)).or_default() |= of_cell;
            }
        });
    }
    Ok(seen)
}
