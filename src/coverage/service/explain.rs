//! Why a cell counts as covered or not: who saw it, who was near, and what of their fixes earned nothing there.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};
use serde::Serialize;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::PatrolId;
use crate::base::time::LocalDate;
use crate::coverage::model::lattice::ParentCell;
use crate::coverage::model::region::{FULL, Region, unpack};
use crate::coverage::sql::{self, Slice};
use crate::geo::position::Position;
use crate::patrols::model::vocabulary::{PatrolState, Transport};
use crate::patrols::{NearDay, PatrolNear, RefusedNear, Spot};
use crate::store::Tx;

use super::answer::{Asked, DefinitionView};
use super::finer::risk_m2;
use super::judged::rules_of;
use super::material::Material;
use super::reasons::{AtCell, CellReason, reasons};
use super::standing::Standing;
use super::tiles::{Shared, locked};
use super::{Coverage, Error, parameter};

/// Visits told at most, the latest first.
const MOST_VISITS: usize = 100;
/// Patrols whose fixes are read at most for one answer.
const MOST_PATROLS: usize = 300;

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

/// A patrol that saw the cell or came near it on one day.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ExplainedVisit {
    /// The patrol.
    pub patrol: PatrolId,
    /// The local day.
    pub day: LocalDate,
    /// How it moved.
    pub transport: Transport,
    /// Where it stands.
    pub state: PatrolState,
    /// The share of the cell's parts that it saw, 0 to 1.
    pub seen: f64,
    /// How near its credible way came to the middle of the cell, in whole metres, where it came near; null for who may
    /// not read the patrol.
    pub nearest_m: Option<i64>,
    /// Why it did not see all of the cell: at least one reason; none when it did.
    pub reasons: Vec<CellReason>,
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
    /// By which rule fixes are judged and joined.
    pub definition: DefinitionView,
    /// How far the index is.
    #[serde(flatten)]
    pub standing: Standing,
    /// What lies no farther than so many metres from the middle of the cell is near: the radius, the longest way between
    /// two joined fixes, and the cell itself.
    pub within_m: f64,
    /// Patrols that saw it or came near, the latest first.
    pub visits: Vec<ExplainedVisit>,
    /// Whether there may be more than are told.
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
        // Rights hold where the place lies today; the figures are those of its commune on the last day.
        let today = self.areas.map(self.areas.today()).await?;
        let here = today.locate(place);
        if !rights.iter().all(|right| actor.may(*right, here)) {
            return Err(Error::NotFound);
        }
        let map = self.areas.map(asked.to).await?;
        let commune = map.locate(place).map(str::to_owned);
        let question = Asked {
            commune: commune.clone(),
            radius_cm: asked.radius_cm,
            ..Asked::between(asked.from, asked.to)
        };
        let mut tx = self.journal.store().read().await?;
        let standing = self.standing(&mut tx).await?;
        let (material, _) = self.material(&mut tx, question, &Scope::Province).await?;
        let definition = DefinitionView::of(&material);
        let spot = Spot {
            at: place,
            within_m: definition.radius_m + definition.max_gap_m + half_width_m(asked.cell),
            rules: rules_of(&material.definition),
        };
        let mut material = Arc::new(material);
        let finer = self.measured_finer(&mut tx, &material).await?;
        let risk_m2 = risk_m2(&material, (asked.cell, word, bits), finer);
        let near = near_words(word)?;
        let regions: Vec<Region> = near.keys().copied().collect();
        let lines = self.lines(&mut tx, &mut material, &regions).await?;
        let mut seen = seen(&material, &lines, &near, (word, bits))?;
        add_rejected(&mut tx, &material, &near, &mut seen).await?;
        let (visits, is_cut) = self
            .visits(&mut tx, actor, (&*material, &spot), (&seen, bits))
            .await?;
        Ok(Explanation {
            cell: asked.cell.to_string(),
            commune,
            risk_m2,
            radius_m: definition.radius_m,
            definition,
            standing,
            within_m: spot.within_m.round(),
            visits,
            is_cut,
        })
    }

    /// The visits of patrols that saw the cell or the ground around it, and of those whose fixes came near; true when
    /// there may be more.
    async fn visits(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        (material, spot): (&Material, &Spot),
        (seen, bits): (&SeenBits, u64),
    ) -> Result<(Vec<ExplainedVisit>, bool), Error> {
        let days = material.days.start..=material.days.end - 1;
        let first = LocalDate::from_days(*days.start()).start();
        let last = LocalDate::from_days(*days.end()).end();
        let mut patrols: Vec<PatrolId> = seen.keys().rev().map(|(_, patrol)| *patrol).collect();
        let passing = self
            .patrols
            .passing(tx, (first, last), spot, MOST_PATROLS + 1);
        patrols.extend(passing.await?);
        let mut known = HashSet::new();
        patrols.retain(|patrol| known.insert(*patrol));
        let mut is_cut = patrols.len() > MOST_PATROLS;
        patrols.truncate(MOST_PATROLS);
        let mut visits = Vec::new();
        for patrol in patrols {
            let Some(mut near) = self.patrols.near(tx, actor, patrol, spot).await? else {
                continue;
            };
            let kept = near.days.take();
            let is_erased = kept.is_none();
            let mut kept = kept.unwrap_or_default();
            let saw = seen.iter().filter(|((_, own), _)| *own == patrol);
            let saw: BTreeMap<i64, u64> = saw.map(|((day, _), mask)| (*day, *mask)).collect();
            let told = kept.keys().map(|day| day.as_days());
            let told = told
                .chain(saw.keys().copied())
                .filter(|day| days.contains(day));
            for day in told.collect::<BTreeSet<i64>>() {
                let mask = saw.get(&day).copied().unwrap_or(0);
                let own = kept.remove(&LocalDate::from_days(day));
                if own.is_none() && mask == 0 && !is_erased {
                    continue;
                }
                let share = f64::from(mask.count_ones()) / f64::from(bits.count_ones().max(1));
                let own = own.unwrap_or_default();
                visits.push(explained(
                    material,
                    (patrol, &near),
                    (day, share),
                    (own, is_erased),
                ));
            }
        }
        visits.sort_unstable_by_key(|own| Reverse((own.day, own.patrol)));
        is_cut |= visits.len() > MOST_VISITS;
        visits.truncate(MOST_VISITS);
        Ok((visits, is_cut))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is near is no farther than some kilometres"
)]
fn explained(
    material: &Material,
    (patrol, near): (PatrolId, &PatrolNear),
    (day, seen): (i64, f64),
    (own, is_erased): (NearDay, bool),
) -> ExplainedVisit {
    let reasons = if seen < 1.0 {
        reasons(
            &material.definition,
            material.radius_cm,
            near,
            AtCell {
                day: &own,
                has_seen: seen > 0.0,
                is_erased,
            },
        )
    } else {
        Vec::new()
    };
    let nearest_m = own.nearest_m.filter(|_| near.is_shown);
    ExplainedVisit {
        patrol,
        day: LocalDate::from_days(day),
        transport: near.transport,
        state: near.state,
        seen,
        nearest_m: nearest_m.map(|metres| metres.round() as i64),
        reasons,
        refused: (!is_erased).then(|| own.refused.cut()),
    }
}

/// How far the corners of a cell lie from its middle.
fn half_width_m(cell: CellIndex) -> f64 {
    let middle = LatLng::from(cell);
    let corners = cell.boundary();
    corners
        .iter()
        .map(|corner| middle.distance_m(*corner))
        .fold(0.0, f64::max)
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

/// Adds who was near and is rejected, as having seen nothing, where fixes that would tell of it were erased.
async fn add_rejected(
    tx: &mut Tx,
    material: &Material,
    near: &BTreeMap<Region, Vec<u16>>,
    seen: &mut SeenBits,
) -> Result<(), Error> {
    for (region, positions) in near {
        let slice = Slice {
            version: material.view.version,
            region: *region,
            from: LocalDate::from_days(material.days.start),
            to: LocalDate::from_days(material.days.end - 1),
        };
        for row in sql::rejected_in(tx, slice, material.view.footprint).await? {
            let mut words = unpack(&row.cells)?;
            if words.any(|word| positions.contains(&word.position)) {
                seen.entry((row.day.as_days(), row.patrol)).or_default();
            }
        }
    }
    Ok(())
}
