//! The figures: what was painted and summed, told by commune and over all of them.

use std::sync::Arc;

use crate::coverage::model::answer::Coverage as Share;
use crate::coverage::model::interval::Measured;
use crate::coverage::model::region::Region;
use crate::store::Tx;

use super::answer::{CommuneAnswer, Figures};
use super::ask::{Material, Source};
use super::paint::{Effort, Painted, painted};
use super::tiles::Shared;
use super::trips::counted;
use super::{Coverage, Error, aside};

/// Regions painted in one go: bounds what must be in memory at once.
const REGIONS_AT_ONCE: usize = 512;

/// The figures of every commune that is shown, of all of them together, and the codes whose risk cannot be computed.
pub(super) type Folded = (Vec<CommuneAnswer>, Figures, Vec<String>);

/// What all regions come to.
#[derive(Debug, Default)]
struct Sums {
    measured: Vec<Measured>,
    efforts: Vec<Effort>,
    patrols: usize,
    shown: std::collections::HashSet<crate::base::ids::PatrolId>,
    is_foreign: bool,
}

impl Coverage {
    /// Folds the regions that the material names.
    pub(super) async fn folded(&self, tx: &mut Tx, material: Material) -> Result<Folded, Error> {
        let mut material = Arc::new(material);
        let mut sums = Sums::of(&material);
        let regions = Arc::clone(&material.regions);
        for some in regions.chunks(REGIONS_AT_ONCE) {
            let lines = self.lines(tx, &mut material, some).await?;
            let own = Arc::clone(&material);
            let (painted, lines) = aside(move || (painted(&own, &lines), lines)).await?;
            sums.add(painted?);
            self.done_with(&material, &lines);
        }
        if sums.is_foreign {
            (sums.efforts, sums.patrols) = self.placed_sums(tx, &mut material, &regions).await?;
        } else if !material.shows_all {
            sums.patrols = sums.shown.len();
        }
        aside(move || sums.told(&material))
            .await
            .map_err(Error::from)
    }

    /// The timelines of some regions, everything in them known by number to the material.
    pub(super) async fn lines(
        &self,
        tx: &mut Tx,
        material: &mut Arc<Material>,
        regions: &[Region],
    ) -> Result<Vec<(Region, Shared)>, Error> {
        let lines = match &material.source {
            Source::Tiles => {
                let (view, days) = (material.view, material.days.clone());
                self.tiles.lines(tx, view, regions, &days).await?
            }
            Source::Rechecked(own) => own.lines(regions),
        };
        let words = self.tiles.words()?;
        if material.words < words.len() {
            *material = Arc::new(material.numbered(&words));
        }
        Ok(regions.iter().copied().zip(lines).collect())
    }

    pub(super) fn done_with(&self, material: &Material, lines: &[(Region, Shared)]) {
        if matches!(material.source, Source::Tiles) {
            self.tiles.settle(material.view, lines);
        }
    }

    /// Effort with every trip placed on the map, region by region of all.
    async fn placed_sums(
        &self,
        tx: &mut Tx,
        material: &mut Arc<Material>,
        regions: &[Region],
    ) -> Result<(Vec<Effort>, usize), Error> {
        let lines = self.lines(tx, material, regions).await?;
        let placed = self.placed_efforts(tx, material, &lines).await?;
        let own = Arc::clone(material);
        aside(move || counted(&own, &lines, &placed)).await?
    }
}

impl Sums {
    fn of(material: &Material) -> Self {
        Self {
            measured: vec![Measured::default(); material.risk.communes.len()],
            efforts: vec![Effort::default(); material.risk.communes.len()],
            ..Self::default()
        }
        .with_risk(material)
    }

    fn with_risk(mut self, material: &Material) -> Self {
        for part in material.risk.parts() {
            if let Some(sum) = self.measured.get_mut(part.commune) {
                *sum = *sum + Measured::unseen(part.grid);
            }
        }
        self
    }

    fn add(&mut self, painted: Painted) {
        for (commune, measured) in painted.seen {
            if let Some(sum) = self.measured.get_mut(commune) {
                *sum = *sum + measured;
            }
        }
        for (own, more) in self.efforts.iter_mut().zip(&painted.efforts) {
            own.join(more);
        }
        self.patrols += painted.patrols;
        self.shown.extend(painted.shown);
        self.is_foreign |= painted.is_foreign;
    }

    fn told(&self, material: &Material) -> Folded {
        let mut communes = Vec::new();
        let (mut shares, mut faulty) = (Vec::new(), Vec::new());
        let mut total = Effort::default();
        let mut change_m2 = 0.0;
        for (at, commune) in material.map.communes().iter().enumerate() {
            let (Some(risk), Some(before), Some(true)) = (
                material.risk.communes.get(at),
                material.before.communes.get(at),
                material.shown.get(at),
            ) else {
                continue;
            };
            let code = commune.facts.code.as_str();
            if risk.is_faulty {
                faulty.push(code.to_owned());
            }
            let measured = self.measured.get(at).copied().unwrap_or_default();
            let share = Share::of(measured, risk.risk_area_m2, material.radius_cm);
            let effort = self.efforts.get(at).cloned().unwrap_or_default();
            let own_change_m2 = risk.risk_area_m2 - before.risk_area_m2;
            change_m2 += own_change_m2;
            communes.push(CommuneAnswer {
                code: code.to_owned(),
                name: commune.facts.name.clone(),
                figures: Figures::of(&share, own_change_m2, &effort),
            });
            total.join(&effort);
            shares.push(share);
        }
        total.patrols = self.patrols;
        let share = Share::total(&shares, material.radius_cm);
        (communes, Figures::of(&share, change_m2, &total), faulty)
    }
}
