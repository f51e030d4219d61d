//! The figures: what was painted and summed, told by commune and over all of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::base::ids::PatrolId;
use crate::base::total;
use crate::coverage::model::answer::Coverage as Share;
use crate::coverage::model::interval::Measured;
use crate::coverage::model::region::Region;
use crate::coverage::model::tally::Effort;
use crate::store::Tx;

use super::answer::{Before, CommuneAnswer, Figures, Fresh};
use super::cores::on_all_cores;
use super::material::Material;
use super::paint::{Painted, painted};
use super::tiles::Shared;
use super::trips::{Efforts, counted};
use super::{Coverage, Error, aside};

/// Communes that a core tells of at once: so few are told of by the thread that answers.
const COMMUNES_AT_ONCE: usize = 256;

/// Regions painted in one go: bounds what must be in memory at once.
const REGIONS_AT_ONCE: usize = 512;

/// The figures that are asked for.
#[derive(Debug)]
pub(super) struct Folded {
    /// Of every commune that is shown.
    pub(super) communes: Vec<CommuneAnswer>,
    /// Of all of them together.
    pub(super) total: Figures,
    /// The codes of communes whose risk cannot be computed.
    pub(super) faulty: Vec<String>,
    /// Whether any visit is of a patrol whose fixes were erased.
    pub(super) has_frozen: bool,
}

/// Shares by commune, and of all of them together.
pub(super) type Shares = (Vec<Share>, Share);

/// What all regions come to.
#[derive(Debug, Default)]
struct Sums {
    measured: Vec<Measured>,
    efforts: Vec<Effort>,
    patrols: usize,
    shown: HashSet<PatrolId>,
    oldest: HashMap<Region, i64>,
    has_frozen: bool,
    is_foreign: bool,
    /// The communes that were settled on finer cells.
    settled: HashSet<usize>,
}

impl Coverage {
    /// The figures that are asked for, beside those of other windows where they are wanted.
    pub(super) async fn answered(&self, tx: &mut Tx, material: Material) -> Result<Folded, Error> {
        let (before, fresh) = self.beside(tx, &material).await?;
        let (sums, material) = self.sums(tx, Arc::new(material)).await?;
        let mut folded = if material.shown.len() <= COMMUNES_AT_ONCE {
            sums.told(&material)?
        } else {
            aside(move || sums.told(&material)).await??
        };
        let (communes, total) = (&mut folded.communes, &mut folded.total);
        if let Some((shares, all)) = before {
            total.before = Some(Before::of(&all));
            for (own, share) in communes.iter_mut().zip(&shares) {
                own.figures.before = Some(Before::of(share));
            }
        }
        for (days, (shares, all)) in fresh {
            let fresh = |share: &Share| Fresh {
                days,
                coverage: share.coverage,
            };
            total.freshness.get_or_insert_default().push(fresh(&all));
            for (own, share) in communes.iter_mut().zip(&shares) {
                let classes = own.figures.freshness.get_or_insert_default();
                classes.push(fresh(share));
            }
        }
        Ok(folded)
    }

    /// The shares of the period before, and of the last days of the window.
    async fn beside(
        &self,
        tx: &mut Tx,
        material: &Material,
    ) -> Result<(Option<Shares>, Vec<(u32, Shares)>), Error> {
        let asked = &material.sieve.asked;
        let before = if asked.compare {
            Some(self.shares(tx, material.before()).await?)
        } else {
            None
        };
        let mut fresh = Vec::new();
        if asked.freshness {
            for days in material.definition.freshness_days() {
                let days = asked.view.days(*days);
                let last = material.days.end - i64::from(days)..material.days.end;
                fresh.push((days, self.shares(tx, material.over(last)).await?));
            }
        }
        Ok((before, fresh))
    }

    /// The shares of the communes that are shown, and of all of them together.
    pub(super) async fn shares(&self, tx: &mut Tx, material: Material) -> Result<Shares, Error> {
        let (sums, material) = self.sums(tx, Arc::new(material)).await?;
        let shares = sums.shares(&material);
        let total = Share::total(&shares, material.radius_cm);
        Ok((shares, total))
    }

    /// The share of all communes that are shown together, and whether any visit is of a patrol whose fixes were erased.
    pub(super) async fn share(
        &self,
        tx: &mut Tx,
        material: Material,
    ) -> Result<(Share, bool), Error> {
        let (sums, material) = self.sums(tx, Arc::new(material)).await?;
        let shares = sums.shares(&material);
        Ok((Share::total(&shares, material.radius_cm), sums.has_frozen))
    }

    /// Whether the commune at a place of the map is measured on finer cells than usual.
    pub(super) async fn is_settled(
        &self,
        tx: &mut Tx,
        material: &Arc<Material>,
        at: usize,
    ) -> Result<bool, Error> {
        let (sums, _) = self.sums(tx, Arc::clone(material)).await?;
        Ok(sums.settled.contains(&at))
    }

    /// Folds the regions that the material names.
    async fn sums(
        &self,
        tx: &mut Tx,
        mut material: Arc<Material>,
    ) -> Result<(Sums, Arc<Material>), Error> {
        let regions = Arc::clone(&material.regions);
        let (mut sums, is_settled) = match self.lines_in_memory(&mut material, &regions)? {
            Some(lines) => self.summed_at_once(tx, &material, lines).await?,
            None => (self.summed(tx, &mut material, &regions).await?, false),
        };
        if !is_settled {
            let settled = self.settled(tx, &mut material, &sums.measured, &sums.oldest);
            let settled = settled.await?;
            sums.settle(settled);
        }
        if sums.is_foreign || material.open.is_some() {
            let is_placed = sums.is_foreign;
            let counted = self.counted_sums(tx, &mut material, (&*regions, is_placed));
            (sums.efforts, sums.shown) = counted.await?;
            sums.patrols = sums.shown.len();
        } else if !material.shows_all {
            sums.patrols = sums.shown.len();
        }
        Ok((sums, material))
    }

    /// Sums of regions that are read some at a time.
    async fn summed(
        &self,
        tx: &mut Tx,
        material: &mut Arc<Material>,
        regions: &[Region],
    ) -> Result<Sums, Error> {
        let mut sums = Sums::of(material);
        for some in regions.chunks(REGIONS_AT_ONCE) {
            let lines = self.lines(tx, material, some).await?;
            let (coverage, own) = (self.clone(), Arc::clone(material));
            // Counted where it is weighed: whoever asked may be gone by then, and nothing is weighed twice.
            let painted = aside(move || {
                let painted = painted(&own, lines)?;
                coverage.count(&own, &painted.weights);
                Ok::<_, Error>(painted)
            });
            sums.add(painted.await??);
        }
        Ok(sums)
    }

    /// Sums of regions that are all in memory, on one thread beside those that answer requests: each that takes over from
    /// another may have to wait for a core. Tells whether communes were settled, for which their finer regions must be in
    /// memory too.
    async fn summed_at_once(
        &self,
        tx: &mut Tx,
        material: &Arc<Material>,
        lines: Vec<(Region, Shared)>,
    ) -> Result<(Sums, bool), Error> {
        let ground = self.ground_at(tx, self.clock_of(material)?).await?;
        let (coverage, own) = (self.clone(), Arc::clone(material));
        let summed = aside(move || {
            let mut sums = Sums::of(&own);
            let painted = painted(&own, lines)?;
            coverage.count(&own, &painted.weights);
            sums.add(painted);
            let settled =
                coverage.settled_in_memory(&own, &ground, &sums.measured, &sums.oldest)?;
            let is_settled = settled.is_some();
            sums.settle(settled.unwrap_or_default());
            Ok::<_, Error>((sums, is_settled))
        });
        summed.await?
    }

    /// Effort with patrols counted one by one, of the days that count; where boundaries were others, every trip is placed
    /// on the map.
    async fn counted_sums(
        &self,
        tx: &mut Tx,
        material: &mut Arc<Material>,
        (regions, is_placed): (&[Region], bool),
    ) -> Result<Efforts, Error> {
        let lines = self.lines(tx, material, regions).await?;
        let placed = if is_placed {
            self.placed_efforts(tx, material, &lines).await?
        } else {
            vec![Arc::default(); lines.len()]
        };
        let own = Arc::clone(material);
        aside(move || counted(&own, &lines, &placed)).await?
    }
}

impl Sums {
    fn of(material: &Material) -> Self {
        Self {
            measured: material.risk.unseen.clone(),
            ..Self::default()
        }
    }

    /// Takes what was measured of communes on finer cells.
    fn settle(&mut self, settled: Vec<(usize, Measured)>) {
        for (at, measured) in settled {
            if let Some(own) = self.measured.get_mut(at) {
                *own = measured;
                self.settled.insert(at);
            }
        }
    }

    fn add(&mut self, painted: Painted) {
        for (commune, measured) in painted.seen {
            if let Some(sum) = self.measured.get_mut(commune) {
                *sum = *sum + measured;
            }
        }
        if self.efforts.is_empty() {
            self.efforts = painted.efforts;
        } else {
            for (own, more) in self.efforts.iter_mut().zip(&painted.efforts) {
                own.join(more);
            }
        }
        self.patrols += painted.patrols;
        self.shown.extend(painted.shown);
        self.oldest.extend(painted.oldest);
        self.has_frozen |= painted.has_frozen;
        self.is_foreign |= painted.is_foreign;
    }

    /// The shares of the communes that are shown, in the order of their codes.
    fn shares(&self, material: &Material) -> Vec<Share> {
        let communes = material.risk.communes.iter().zip(material.shown.iter());
        let communes = communes
            .zip(&self.measured)
            .filter(|((_, shown), _)| **shown);
        communes
            .map(|((risk, _), measured)| {
                Share::of(*measured, risk.risk_area_m2, material.radius_cm)
            })
            .collect()
    }

    /// The resolution of the cells that a commune was measured on.
    fn resolution(&self, material: &Material, at: usize) -> u8 {
        let is_settled = self.settled.contains(&at);
        let risk = material.risk.communes.get(at).filter(|_| is_settled);
        let fine = risk.and_then(|risk| Some(risk.fine_parts().first()?.1.lattice()));
        u8::from(fine.unwrap_or(material.definition.lattice()).mask())
    }

    fn told(&self, material: &Material) -> Result<Folded, Error> {
        let shares = self.shares(material);
        let shown = material.shown.iter().enumerate();
        let shown = shown.filter(|(_, shown)| **shown).map(|(at, _)| at);
        let rows: Vec<(usize, &Share)> = shown.zip(&shares).collect();
        let parts = on_all_cores(&rows, COMMUNES_AT_ONCE, |pile| {
            let mut parts = Vec::new();
            while let Some(rows) = pile.take() {
                let mut part = Told::of(rows.first().map_or(0, |(at, _)| *at), rows.len());
                for (at, share) in rows {
                    self.tell(material, *at, share, &mut part);
                }
                parts.push(part);
            }
            Ok(parts)
        })?;
        let mut parts: Vec<Told> = parts.into_iter().flatten().collect();
        parts.sort_unstable_by_key(|part| part.first);
        let mut told = Told::of(0, rows.len());
        for part in parts {
            told.join(part);
        }
        told.total.patrols = self.patrols;
        let share = Share::total(&shares, material.radius_cm);
        let change_m2 = change_m2(material);
        told.faulty.sort_unstable();
        Ok(Folded {
            communes: told.communes,
            total: Figures::of(&share, change_m2, &told.total),
            faulty: told.faulty,
            has_frozen: self.has_frozen,
        })
    }

    fn tell(&self, material: &Material, at: usize, share: &Share, told: &mut Told) {
        let (Some(commune), Some(risk)) = (
            material.map.communes().get(at),
            material.risk.communes.get(at),
        ) else {
            return;
        };
        let code = commune.facts.code.as_str();
        if risk.is_faulty {
            told.faulty.push(code.to_owned());
        }
        let none = Effort::default();
        let effort = self.efforts.get(at).unwrap_or(&none);
        let answer = CommuneAnswer {
            code: code.to_owned(),
            name: commune.facts.name.clone(),
            resolution: self.resolution(material, at),
            figures: Figures::of(share, own_change_m2(material, at), effort),
        };
        told.communes.push(answer);
        told.total.join(effort);
    }
}

/// What is told of communes that follow one another.
struct Told {
    /// The place of the first of them on the map.
    first: usize,
    communes: Vec<CommuneAnswer>,
    faulty: Vec<String>,
    total: Effort,
}

impl Told {
    /// Nothing yet of so many communes.
    fn of(first: usize, many: usize) -> Self {
        Self {
            first,
            communes: Vec::with_capacity(many),
            faulty: Vec::new(),
            total: Effort::default(),
        }
    }

    fn join(&mut self, other: Self) {
        self.communes.extend(other.communes);
        self.faulty.extend(other.faulty);
        self.total.join(&other.total);
    }
}

/// The area at risk of a commune minus that in the period before, in m².
fn own_change_m2(material: &Material, at: usize) -> f64 {
    let [now, before] = [&material.risk, &material.before].map(|set| set.communes.get(at));
    match (now, before) {
        (Some(now), Some(before)) => now.risk_area_m2 - before.risk_area_m2,
        _ => 0.0,
    }
}

/// The same of all communes that are shown, added up in the order of their places.
fn change_m2(material: &Material) -> f64 {
    let shown = material.shown.iter().enumerate();
    let shown = shown.filter(|(_, shown)| **shown);
    total(shown.map(|(at, _)| own_change_m2(material, at)))
}
