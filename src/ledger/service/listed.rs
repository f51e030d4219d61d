//! What a list says of a plot beside its figures: where it lies, where it stands, and which units are behind it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::ids::OrgId;
use crate::base::time::Timestamp;
use crate::base::words::Crop;
use crate::ledger::model::totals::Part;
use crate::ledger::model::words::PlotState;
use crate::ledger::model::{Act, Conflict, Life, Quantities};

use super::material::Material;

/// A plot as a list of the ledger names it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ListedPlot {
    /// Its commune's code by the boundaries of its day.
    pub commune: Option<String>,
    /// That commune's name.
    pub commune_name: Option<String>,
    /// The crop as verified, else as recorded.
    pub crop: Crop,
    /// Where it stands.
    pub state: PlotState,
    /// When it was detected.
    pub detected_at: Timestamp,
    /// The unit that detected it.
    pub org: Option<OrgId>,
    /// The units that say they destroyed it.
    pub destroyed_by: BTreeSet<OrgId>,
    /// How far its areas may be off.
    pub errors: AreaErrors,
}

/// A plot as figures by plot tell it: with the facts under each of them.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FiguresPlot {
    /// What every list of the ledger says of it.
    #[serde(flatten)]
    pub plot: ListedPlot,
    /// Its point: longitude, latitude.
    pub position: [f64; 2],
    /// Photos that show it.
    pub photos: u32,
    /// The share that figures leave out until it is decided whose ground it is, 0 to 1.
    pub disputed: f64,
    /// The share that is counted and may be another claim's ground, 0 to 1.
    pub perhaps_twice: f64,
    /// The share of what was destroyed that figures leave out: of one ground the work counts once, of whoever did it, as far as
    /// it fits into the ground that counts.
    pub work_disputed: f64,
    /// Under each figure: what was said, and the ids of the facts; of a recording or measure its entry.
    #[schema(value_type = Object)]
    pub facts: Quantities,
    /// Figures whose parts do not make up the whole, with both numbers.
    #[schema(value_type = Vec<Object>)]
    pub conflicts: Vec<Conflict>,
}

impl FiguresPlot {
    /// What figures by plot tell of a plot.
    pub(super) fn of(own: &(Material, Life), part: &Part<'_>) -> Self {
        let (material, life) = own;
        Self {
            plot: listed(own),
            position: [material.row.lon, material.row.lat],
            photos: material.photos.count(),
            disputed: part.disputed,
            perhaps_twice: part.perhaps_twice,
            work_disputed: part.work_disputed,
            facts: life.quantities.clone(),
            conflicts: life.conflicts.clone(),
        }
    }
}

/// How far the areas of a plot may be off: relative errors that one measurement in ten exceeds, %; none where nothing was
/// measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AreaErrors {
    /// As recorded.
    pub claimed: Option<f64>,
    /// As measured after that.
    pub remeasured: Option<f64>,
    /// As verified.
    pub verified: Option<f64>,
}

/// What a list says of a plot.
pub(super) fn listed((material, life): &(Material, Life)) -> ListedPlot {
    let row = &material.row;
    let told = &life.quantities;
    let destroyed = material
        .facts
        .iter()
        .filter(|fact| told.destroyed_claimed.facts.contains(&fact.id));
    let verified = material
        .facts
        .iter()
        .filter(|fact| told.verified.facts.contains(&fact.id));
    let mut verified = verified.filter_map(|fact| match &fact.act {
        Act::Verification(said) => said.amount.uncertainty_pct,
        _ => None,
    });
    let remeasured = material.plot.remeasured;
    ListedPlot {
        commune: row.commune.clone(),
        commune_name: row.commune_name.clone(),
        crop: life.crop,
        state: life.state,
        detected_at: row.detected_at,
        org: row.org,
        destroyed_by: destroyed.filter_map(|fact| fact.org).collect(),
        errors: AreaErrors {
            claimed: material.plot.claimed.uncertainty_pct,
            remeasured: remeasured.and_then(|amount| amount.uncertainty_pct),
            verified: verified.next_back(),
        },
    }
}
