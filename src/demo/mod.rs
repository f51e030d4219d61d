//! The demo province: a made-up place with communes, risk areas, forces, two seasons of patrols, plots and
//! photos, drawn from a seed.
//!
//! Pure: it makes plain structs; feeding them through the services is the caller's. The same plan gives the same
//! province. Nothing in it is real: no place, no organisation, no find; and there are no persons in it at all.
//! Codes of kinds are those of the API, so they travel as text.

mod dice;

mod forces;
mod ground;
mod land;
mod lattice;
mod names;
mod number;
mod outings;
mod patrols;
mod phone;
mod photos;
mod places;
mod plots;
mod risk;
mod scene;
mod tags;
#[cfg(test)]
mod tests;
mod walk;
mod year;

pub use forces::{Device, Org, Team};
pub use patrols::{Patrol, Track};
pub use phone::Fix;
pub use photos::Photo;
pub use places::{Commune, Gate};
pub use plots::{Bed, Incident, Plot};
pub use risk::{CheckWindow, RiskArea};
pub use year::{Ground, Year, YearPlan};

use forces::{Force, Forces};
use ground::Spot;
use land::Land;
use outings::{Board, Outing};
use places::BOUNDARY_PARTS;
use risk::Slope;

use crate::base::time::LocalDate;
use crate::geo::position::Position;

/// Code of the invented province.
pub const PROVINCE_CODE: &str = "99";
/// Name of the invented province, NFC.
pub const PROVINCE_NAME: &str = "Tỉnh Mẫu";
/// The names give out beyond this many communes.
const MOST_COMMUNES: usize = 4_500;

/// How large a province to make up, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Communes, 1 to 4,500, about 130 km² each.
    pub communes: usize,
    /// Patrols over all seasons.
    pub patrols: usize,
    /// Seasons (1 September to 31 May), the last being the one that `end` lies in or follows.
    pub seasons: usize,
    /// Chooses the province.
    pub seed: u64,
    /// Everything happened before this day.
    pub end: LocalDate,
    /// About how many photos.
    pub photos: usize,
}

impl Plan {
    /// The day from which on everything stands: a month before the first season begins.
    #[must_use]
    pub fn since(&self) -> LocalDate {
        outings::seasons(self)
            .first()
            .map_or(self.end, |first| first.plus_days(-31))
    }

    /// The usual demo: 40 communes, 300 patrols over two seasons, some 60 photos.
    #[must_use]
    pub const fn until(end: LocalDate) -> Self {
        Self {
            communes: 40,
            patrols: 300,
            seasons: 2,
            seed: 1,
            end,
            photos: 60,
        }
    }
}

/// The made-up province. Patrols are made one at a time: [`Demo::patrols`].
pub struct Demo {
    /// The communes, from north to south.
    pub communes: Vec<Commune>,
    /// The national border, from east to west.
    pub border: Vec<Position>,
    /// The river, from north-west to south-east.
    pub river: Vec<Position>,
    /// The gates on the border.
    pub gates: Vec<Gate>,
    /// The risk areas.
    pub risk_areas: Vec<RiskArea>,
    /// The organisations.
    pub orgs: Vec<Org>,
    /// Their teams.
    pub teams: Vec<Team>,
    /// The teams' phones.
    pub devices: Vec<Device>,
    plan: Plan,
    land: Land,
    slopes: Vec<Slope>,
    line: Vec<(Spot, usize)>,
    forces: Vec<Force>,
    outings: Vec<Outing>,
    /// Plots that all patrols find together.
    plots: usize,
}

impl Demo {
    /// Makes the province of a plan up.
    #[must_use]
    pub fn made_up(plan: &Plan) -> Self {
        let plan = Plan {
            communes: plan.communes.clamp(1, MOST_COMMUNES),
            ..plan.clone()
        };
        let land = Land::grow(plan.seed, plan.communes);
        let line = places::border(&land);
        let communes = places::communes(&land, plan.seed, &line);
        let gates = places::gates(&land, &communes, &line);
        let since = plan.since();
        let areas = risk::areas(&land, &communes, plan.seed, since);
        let Forces {
            orgs,
            teams,
            devices,
            all: forces,
        } = forces::raised(&communes, plan.seed, since.start());
        let gate_communes: Vec<usize> = gates
            .iter()
            .filter_map(|gate| communes.iter().position(|of| of.code == gate.commune))
            .collect();
        let outings = outings::outings(&Board {
            plan: &plan,
            areas: &areas,
            forces: &forces,
            border: &line,
            gates: &gate_communes,
            communes: communes.len(),
        });
        let (risk_areas, slopes) = areas.into_iter().unzip();
        Self {
            border: line
                .iter()
                .map(|(spot, _)| spot.position(BOUNDARY_PARTS))
                .collect(),
            river: river(&land),
            plots: outings.iter().map(|outing| outing.finds).sum(),
            communes,
            gates,
            risk_areas,
            orgs,
            teams,
            devices,
            plan,
            land,
            slopes,
            line,
            forces,
            outings,
        }
    }
}

/// The river as far as it runs through the province.
fn river(land: &Land) -> Vec<Position> {
    let reach_m = land
        .seats
        .iter()
        .map(|&seat| land.lattice.spot(seat).distance_m(Spot::MIDDLE))
        .fold(0.0, f64::max);
    let course = land.relief.river(reach_m * 2.0);
    course
        .into_iter()
        .filter(|spot| land.commune_at(*spot).is_some())
        .map(|spot| spot.position(BOUNDARY_PARTS))
        .collect()
}
