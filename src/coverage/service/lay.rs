//! The risk of one commune, laid on grids: usual ones at once, finer ones when they are first asked for.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use geo::{Intersects, MultiPolygon, Rect};
use sha2::{Digest, Sha256};

use crate::areas::RiskAreaView;
use crate::areas::model::map::Commune;
use crate::coverage::model::fine::FineGround;
use crate::coverage::model::lattice::Lattice;
use crate::coverage::model::risk::{RiskGrid, apart, geodesic_area_m2, risk_of};
use crate::coverage::model::scales::GridId;
use crate::coverage::model::settle::settling_resolution;
use crate::coverage::model::window::{CheckWindow, united};
use crate::geo::shape::{BlockedRegion, Region};

use super::Error;
use super::cores::on_all_cores;
use super::season::windows_of;

/// What a commune's risk is made of, as a digest.
pub(super) type Key = [u8; 32];

/// Communes whose finer grids a core lays before it takes more.
const COMMUNES_AT_ONCE: usize = 8;

/// Less ground than this is a sliver along a boundary, m².
const LEAST_M2: f64 = 1.0;

/// The number of the next risk that is laid in this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The risk of one commune.
#[derive(Debug, Default)]
pub(super) struct CommuneRisk {
    /// No other risk of this process has it.
    number: u64,
    /// The geodesic area at risk.
    pub(super) risk_area_m2: f64,
    /// One grid; when passes are asked for, one for each set of check windows.
    parts: Vec<(Vec<CheckWindow>, RiskGrid)>,
    /// The same on finer cells, where there is so little risk that coarse ones may say too little.
    fine: Option<Fine>,
    seasons: Seasons,
    /// The geometry could not be computed.
    pub(super) is_faulty: bool,
}

/// The check windows of the areas that have ground in a commune, told apart when they are first asked for.
#[derive(Debug, Default)]
struct Seasons {
    ground: Option<Arc<BlockedRegion>>,
    /// The areas near it, by their check windows.
    near: Vec<(Vec<CheckWindow>, Vec<Arc<Region>>)>,
    told: OnceLock<Vec<Vec<CheckWindow>>>,
}

/// The risk of a commune on finer cells, laid when it is first asked for.
#[derive(Debug)]
struct Fine {
    lattice: Lattice,
    shapes: Vec<(Vec<CheckWindow>, MultiPolygon)>,
    parts: OnceLock<Vec<(Vec<CheckWindow>, RiskGrid)>>,
    /// Of a generation of the fine ground: since when all words lie on it.
    since: Mutex<Option<(i64, Option<i64>)>>,
}

impl CommuneRisk {
    /// What tells one of its grids from all others.
    pub(super) const fn grid_id(&self, part: usize, is_fine: bool) -> GridId {
        GridId {
            risk: self.number,
            part,
            is_fine,
        }
    }

    /// The grids of the usual cells with their check windows.
    pub(super) fn parts(&self) -> &[(Vec<CheckWindow>, RiskGrid)] {
        &self.parts
    }

    /// The sets of check windows that its ground at risk has; an empty set is of ground that is checked all year.
    pub(super) fn seasons(&self) -> &[Vec<CheckWindow>] {
        self.seasons.told.get_or_init(|| self.seasons.tell())
    }

    /// Whether these were told apart already.
    pub(super) fn has_seasons(&self) -> bool {
        self.seasons.told.get().is_some()
    }

    /// Whether finer cells than usual settle this commune.
    pub(super) const fn has_finer(&self) -> bool {
        self.fine.is_some()
    }

    /// The grids of the cells that settle this commune, if those are finer than usual.
    pub(super) fn fine_parts(&self) -> &[(Vec<CheckWindow>, RiskGrid)] {
        self.fine.as_ref().map_or(&[], |fine| {
            fine.parts.get_or_init(|| {
                let shapes = fine.shapes.iter();
                shapes
                    .map(|(windows, shape)| (windows.clone(), RiskGrid::lay(fine.lattice, shape)))
                    .collect()
            })
        })
    }

    /// The generation from which on every word of the finer grids is fine ground; none while one is missing.
    pub(super) fn fine_since(&self, ground: &FineGround) -> Option<i64> {
        let generation = ground.generation();
        let mut kept = self.fine.as_ref()?.since.lock().ok()?;
        if let Some((_, since)) = kept.filter(|(known, _)| *known == generation) {
            return since;
        }
        let parts = self.fine_parts().iter();
        let since = parts.map(|(_, grid)| ground.since(grid));
        let since = since
            .collect::<Option<Vec<i64>>>()
            .and_then(|all| all.into_iter().max());
        *kept = Some((generation, since));
        since
    }
}

impl Seasons {
    fn of(plan: &Plan) -> Self {
        let mut near = BTreeMap::<String, (Vec<CheckWindow>, Vec<Arc<Region>>)>::new();
        for area in plan.groups.iter().flat_map(|(_, areas)| areas) {
            let windows = windows_of(area);
            let own = near.entry(format!("{windows:?}"));
            let own = own.or_insert_with(|| (windows, Vec::new()));
            own.1.push(Arc::clone(&area.region));
        }
        Self {
            ground: Some(Arc::clone(&plan.commune.ground)),
            near: near.into_values().collect(),
            told: OnceLock::new(),
        }
    }

    fn tell(&self) -> Vec<Vec<CheckWindow>> {
        let Some(ground) = &self.ground else {
            return Vec::new();
        };
        let ground = ground.region().as_polygons();
        let has_ground = |areas: &[Arc<Region>]| {
            let shapes = areas.iter().map(|own| own.as_polygons().clone());
            let shapes: Vec<MultiPolygon> = shapes.collect();
            let risk = || geodesic_area_m2(&risk_of(ground, &shapes));
            // What cannot be computed is taken to have ground here.
            !catch_unwind(AssertUnwindSafe(risk)).is_ok_and(|m2| m2 < LEAST_M2)
        };
        let own = self.near.iter().filter(|(_, areas)| has_ground(areas));
        own.map(|(windows, _)| windows.clone()).collect()
    }
}

/// Lays the grids of finer cells of those communes that have any, on all cores.
pub(super) fn lay_finer(communes: &[Arc<CommuneRisk>]) -> Result<(), Error> {
    let laid = on_all_cores(communes, COMMUNES_AT_ONCE, |pile| {
        while let Some(some) = pile.take() {
            for own in some {
                own.fine_parts();
            }
        }
        Ok(())
    });
    laid.map(drop)
}

/// One commune's grid to be laid.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) key: Key,
    commune: Commune,
    groups: Vec<(Vec<CheckWindow>, Vec<RiskAreaView>)>,
}

impl Plan {
    /// Of a commune and areas with their bounds.
    pub(super) fn of(commune: &Commune, areas: &[(Rect, &RiskAreaView)], by_windows: bool) -> Self {
        let bounds = commune.ground.bounds();
        let near = areas.iter().filter(|(own, _)| own.intersects(&bounds));
        let near = near.map(|(_, area)| area);
        let mut digest = Sha256::new();
        digest.update(commune.facts.id.as_bytes());
        digest.update([u8::from(by_windows)]);
        let mut groups = BTreeMap::<String, (Vec<CheckWindow>, Vec<RiskAreaView>)>::new();
        for area in near {
            digest.update(area.id.as_bytes());
            digest.update(area.version.to_be_bytes());
            let windows = if by_windows {
                windows_of(area)
            } else {
                Vec::new()
            };
            let group = groups.entry(format!("{windows:?}"));
            let group = group.or_insert_with(|| (windows, Vec::new()));
            group.1.push((*area).clone());
        }
        Self {
            key: digest.finalize().into(),
            commune: commune.clone(),
            groups: groups.into_values().collect(),
        }
    }

    /// Ground of several groups is laid once, with the windows of all of them.
    fn lay(&self, lattice: Lattice) -> CommuneRisk {
        let ground = self.commune.region().as_polygons();
        let risks = self.groups.iter().map(|(windows, areas)| {
            let shapes = areas.iter().map(|area| area.region.as_polygons().clone());
            let shapes: Vec<MultiPolygon> = shapes.collect();
            (windows.clone(), risk_of(ground, &shapes))
        });
        let laid = apart(risks.collect(), |own, others| united(own, others));
        // The sum of nothing at all would be -0.
        let areas_m2 = laid.iter().map(|(_, risk)| geodesic_area_m2(risk));
        let risk_area_m2 = areas_m2.fold(0.0, |sum, own| sum + own);
        let parts = laid.iter();
        let parts = parts.map(|(windows, risk)| (windows.clone(), RiskGrid::lay(lattice, risk)));
        let mut parts: Vec<_> = parts.collect();
        parts.retain(|(_, grid)| grid.parents() > 0);
        let settling = settling_resolution(risk_area_m2);
        let is_fine = !parts.is_empty() && settling != lattice;
        CommuneRisk {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            risk_area_m2,
            parts,
            fine: is_fine.then(|| Fine {
                lattice: settling,
                shapes: laid,
                parts: OnceLock::new(),
                since: Mutex::default(),
            }),
            seasons: Seasons::of(self),
            is_faulty: false,
        }
    }
}

/// Lays grids on all cores. Geometry that panics costs its own commune only.
pub(super) fn lay_all(lattice: Lattice, plans: &[Plan]) -> Vec<CommuneRisk> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut laid = Vec::new();
        while let Some((at, plan)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            plans.get(at).map(|plan| (at, plan))
        } {
            let risk = catch_unwind(AssertUnwindSafe(|| plan.lay(lattice)));
            laid.push((at, risk.unwrap_or_else(|_| faulty(plan))));
        }
        laid
    };
    let mut all: Vec<(usize, CommuneRisk)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(plans.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let done = workers.into_iter().filter_map(|worker| worker.join().ok());
        done.flatten().collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, risk)| risk).collect()
}

fn faulty(plan: &Plan) -> CommuneRisk {
    tracing::error!(commune = plan.commune.facts.code, "risk cannot be computed");
    CommuneRisk {
        is_faulty: true,
        ..CommuneRisk::default()
    }
}
