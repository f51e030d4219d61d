//! Where risk lies: grids per commune, laid in parallel, kept by what they were made of.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use geo::Rect;

use crate::areas::model::map::CommuneMap;
use crate::areas::{RiskAreaView, RiskChoice};
use crate::coverage::model::interval::Measured;
use crate::coverage::model::lattice::Lattice;
use crate::coverage::model::region::Region;
use crate::coverage::model::risk::RiskGrid;
use crate::coverage::model::scales::GridId;
use crate::coverage::model::window::CheckWindow;

use super::lay::{CommuneRisk, Key, Plan, lay_all};
use super::season::windows_of;
use super::{Error, aside};

/// Communes whose risk is kept.
const KEPT_COMMUNES: usize = 8_000;
/// Whole sets that are kept.
const KEPT_SETS: usize = 8;

/// The risk of all communes of a map.
#[derive(Debug)]
pub(super) struct RiskSet {
    pub(super) communes: Vec<Arc<CommuneRisk>>,
    /// Every check window of the areas, once, by name and days.
    pub(super) windows: Vec<CheckWindow>,
    /// Whether any area is checked all year.
    pub(super) is_all_year: bool,
    /// Whether there is any area.
    pub(super) is_any: bool,
    /// Of each commune, what its grids come to while nothing of them was seen.
    pub(super) unseen: Vec<Measured>,
    /// Commune and place in it of every grid.
    parts: Vec<(usize, usize)>,
    /// The grids of each region with the places of their words in it.
    regions: HashMap<Region, Vec<(usize, Range<usize>)>>,
}

/// One grid of a set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// What tells its grid from all others.
    pub(super) id: GridId,
    /// The place of its commune on the map.
    pub(super) commune: usize,
    /// The check windows of its areas; none when passes do not matter.
    pub(super) windows: &'a [CheckWindow],
    /// The cells at risk.
    pub(super) grid: &'a RiskGrid,
}

impl RiskSet {
    /// The grids.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        (0..self.parts.len()).filter_map(|number| self.part(number))
    }

    /// A grid by its number.
    pub(super) fn part(&self, number: usize) -> Option<Part<'_>> {
        let (commune, part) = self.parts.get(number)?;
        let risk = self.communes.get(*commune)?;
        let (windows, grid) = risk.parts().get(*part)?;
        Some(Part {
            id: risk.grid_id(*part, false),
            commune: *commune,
            windows,
            grid,
        })
    }

    /// The numbers of the grids that have words in a region, with the places of those words.
    pub(super) fn in_region(&self, region: Region) -> &[(usize, Range<usize>)] {
        self.regions.get(&region).map_or(&[], Vec::as_slice)
    }

    fn of(communes: Vec<Arc<CommuneRisk>>, choice: &RiskChoice) -> Self {
        let mut parts = Vec::new();
        let mut regions = HashMap::<_, Vec<_>>::new();
        let unseen = communes.iter().map(|risk| {
            let grids = risk.parts().iter();
            grids
                .map(|(_, grid)| Measured::unseen(grid))
                .sum::<Measured>()
        });
        let unseen: Vec<Measured> = unseen.collect();
        for (commune, risk) in communes.iter().enumerate() {
            for (part, (_, grid)) in risk.parts().iter().enumerate() {
                for (region, places) in grid.regions() {
                    let own = regions.entry(region).or_default();
                    own.push((parts.len(), places));
                }
                parts.push((commune, part));
            }
        }
        let mut windows = BTreeMap::new();
        let (mut is_all_year, mut is_any) = (false, false);
        for area in choice.areas() {
            is_any = true;
            is_all_year |= area.windows.is_empty();
            for window in windows_of(area) {
                windows.insert((window.name.clone(), window.from, window.to), window);
            }
        }
        Self {
            communes,
            windows: windows.into_values().collect(),
            is_all_year,
            is_any,
            unseen,
            parts,
            regions,
        }
    }
}

/// What has been laid so far.
#[derive(Default)]
pub(super) struct Grounds {
    kept: Mutex<Kept>,
    /// Held while grids are laid, so that they are laid once.
    laying: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Kept {
    communes: HashMap<Key, (u64, Arc<CommuneRisk>)>,
    sets: Vec<KeptSet>,
    clock: u64,
}

/// A set with what it was asked for by.
struct KeptSet {
    map: Arc<CommuneMap>,
    choice: RiskChoice,
    by_windows: bool,
    set: Arc<RiskSet>,
}

impl fmt::Debug for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Grounds")
    }
}

impl Kept {
    fn set(
        &mut self,
        map: &Arc<CommuneMap>,
        choice: &RiskChoice,
        by: bool,
    ) -> Option<Arc<RiskSet>> {
        let at = self.sets.iter().position(|own| {
            Arc::ptr_eq(&own.map, map) && own.choice.is_same(choice) && own.by_windows == by
        })?;
        let entry = self.sets.remove(at);
        let set = Arc::clone(&entry.set);
        self.sets.push(entry);
        Some(set)
    }

    fn keep_set(&mut self, set: KeptSet) {
        if self.sets.len() >= KEPT_SETS {
            self.sets.remove(0);
        }
        self.sets.push(set);
    }

    fn commune(&mut self, key: &Key) -> Option<Arc<CommuneRisk>> {
        self.clock += 1;
        let (used, risk) = self.communes.get_mut(key)?;
        *used = self.clock;
        Some(Arc::clone(risk))
    }

    fn keep_commune(&mut self, key: Key, risk: Arc<CommuneRisk>) {
        self.clock += 1;
        self.communes.insert(key, (self.clock, risk));
        if self.communes.len() > KEPT_COMMUNES {
            let mut uses: Vec<u64> = self.communes.values().map(|(used, _)| *used).collect();
            uses.sort_unstable();
            let median = uses.get(uses.len() / 2).copied().unwrap_or(0);
            self.communes.retain(|_, (used, _)| *used > median);
        }
    }
}

impl Grounds {
    /// The risk of the communes of a map under these risk areas.
    pub(super) async fn risk(
        &self,
        lattice: Lattice,
        map: &Arc<CommuneMap>,
        choice: &RiskChoice,
        by_windows: bool,
    ) -> Result<Arc<RiskSet>, Error> {
        let known = || self.kept(|kept| kept.set(map, choice, by_windows));
        if let Some(set) = known() {
            return Ok(set);
        }
        let _laying = self.laying.lock().await;
        if let Some(set) = known() {
            return Ok(set);
        }
        let communes = self.communes(lattice, map, choice, by_windows).await?;
        let set = Arc::new(RiskSet::of(communes, choice));
        let kept = KeptSet {
            map: Arc::clone(map),
            choice: choice.clone(),
            by_windows,
            set: Arc::clone(&set),
        };
        self.kept(|own| {
            own.keep_set(kept);
            None::<()>
        });
        Ok(set)
    }

    /// The risk of each commune: known ones as they are, others laid.
    async fn communes(
        &self,
        lattice: Lattice,
        map: &CommuneMap,
        choice: &RiskChoice,
        by_windows: bool,
    ) -> Result<Vec<Arc<CommuneRisk>>, Error> {
        let areas = choice.areas().map(|area| (area.region.bounds(), area));
        let areas: Vec<(Rect, &RiskAreaView)> = areas.collect();
        let communes = map.communes().iter();
        let plan: Vec<Plan> = communes
            .map(|commune| Plan::of(commune, &areas, by_windows))
            .collect();
        let known: Vec<_> = plan
            .iter()
            .map(|plan| self.kept(|kept| kept.commune(&plan.key)))
            .collect();
        let missing = plan.iter().zip(&known).filter(|(_, known)| known.is_none());
        let missing: Vec<Plan> = missing.map(|(plan, _)| plan.clone()).collect();
        let mut laid = aside(move || lay_all(lattice, &missing)).await?.into_iter();
        let mut communes = Vec::with_capacity(plan.len());
        for (plan, known) in plan.iter().zip(known) {
            let risk = match known {
                Some(risk) => risk,
                None => Arc::new(laid.next().unwrap_or_default()),
            };
            if !risk.is_faulty {
                self.kept(|kept| {
                    kept.keep_commune(plan.key, Arc::clone(&risk));
                    None::<()>
                });
            }
            communes.push(risk);
        }
        Ok(communes)
    }

    fn kept<T>(&self, act: impl FnOnce(&mut Kept) -> Option<T>) -> Option<T> {
        act(&mut *self.kept.lock().ok()?)
    }
}
