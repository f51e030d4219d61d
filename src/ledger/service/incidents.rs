//! Incidents with what their plots say together: one with its badge, or a page of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::actor::Actor;
use crate::base::ids::IncidentId;
use crate::base::time::Timestamp;
use crate::ledger::model::badges::{LawBadge, law_badge};
use crate::ledger::model::totals::portion;
use crate::ledger::model::{Definition, Life};
use crate::ledger::sql::{PlotFilter, Sight};
use crate::plots::{IncidentView, ListPage};

use super::books::Books;
use super::material::{self, Material};
use super::read::{CLAIMED, VERIFIED, plants};
use super::{Error, Ledger};

/// A commune in which a plot of an incident lies; neither code nor name where it lies in none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IncidentPlace {
    /// The commune's code by the boundaries of the plot's day.
    pub code: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// What the plots of an incident say together, as far as the reader reaches them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct IncidentSums {
    /// How many they are.
    pub plots: usize,
    /// Their plants, of each the most that anybody saw or that the work met, of those that count; a ground that two of them claim counts once.
    pub plants: u64,
    /// Where they lie, by code.
    pub communes: BTreeSet<IncidentPlace>,
    /// The badge of all of them.
    pub law_badge: Option<LawBadge>,
}

/// A page of incidents; what their plots say where that was asked for and there are any.
pub type IncidentPage = (
    ListPage<IncidentView, IncidentId>,
    BTreeMap<IncidentId, IncidentSums>,
);

impl Ledger {
    /// One incident with its plots in reach and the badge of all of them together, as sums take them: a ground that two
    /// of them claim counts once.
    pub async fn incident(
        &self,
        actor: &Actor,
        id: IncidentId,
    ) -> Result<(IncidentView, Option<LawBadge>), Error> {
        let view = self.plots.incident(actor, id).await?;
        let sums = self.sums_of(actor, vec![id]).await?;
        Ok((view, sums.into_values().find_map(|own| own.law_badge)))
    }

    /// A page of the incidents in the caller's reach, the latest first; `is_summed` asks what their plots say.
    pub async fn incidents(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, IncidentId)>,
        limit: u32,
        is_counted: bool,
        is_summed: bool,
    ) -> Result<IncidentPage, Error> {
        let page = self
            .plots
            .incidents(actor, after, limit, is_counted)
            .await?;
        let asked: Vec<IncidentId> = page.items.iter().map(IncidentView::id).collect();
        let sums = if is_summed && !asked.is_empty() {
            self.sums_of(actor, asked).await?
        } else {
            BTreeMap::new()
        };
        Ok((page, sums))
    }

    /// What the plots of each of these incidents say, of those that have any in reach.
    async fn sums_of(
        &self,
        actor: &Actor,
        incidents: Vec<IncidentId>,
    ) -> Result<BTreeMap<IncidentId, IncidentSums>, Error> {
        let sight: Sight = super::sight(actor).ok_or(Error::Forbidden)?;
        self.plots.today().await?;
        let filter = PlotFilter {
            among_incidents: Some(incidents),
            ..PlotFilter::default()
        };
        let mut tx = self.journal.store().read().await?;
        let rules = self.rules(&mut tx).await?;
        let gathered = material::gather(&mut tx, &sight, &filter).await?;
        let plots = self.lives(&mut tx, gathered, &rules, None).await?;
        drop(tx);
        let mut groups: BTreeMap<IncidentId, Vec<(Material, Life)>> = BTreeMap::new();
        for own in plots {
            if let Some(incident) = own.0.row.incident {
                groups.entry(incident).or_default().push(own);
            }
        }
        let mut all = BTreeMap::new();
        for (incident, plots) in groups {
            all.insert(incident, sums(rules.clone(), plots)?);
        }
        Ok(all)
    }
}

fn sums(rules: Definition, plots: Vec<(Material, Life)>) -> Result<IncidentSums, Error> {
    let books = Books::of(rules, plots)?;
    let parts = books.plots.iter().map(|own| books.part(own));
    let counted = parts.filter(|part| part.is_counted() && part.disputed < 1.0);
    let told: Vec<(u64, &str)> = counted
        .filter_map(|part| {
            let (plants, basis) = plants(part.life)?;
            Some((portion(plants, 1.0 - part.disputed), basis))
        })
        .collect();
    let all_verified = told.iter().all(|(_, basis)| *basis == VERIFIED);
    let basis = if all_verified { VERIFIED } else { CLAIMED };
    let plants: u64 = told.iter().map(|(plants, _)| plants).sum();
    let places = books.plots.iter().map(|(material, _)| IncidentPlace {
        code: material.row.commune.clone(),
        name: material.row.commune_name.clone(),
    });
    Ok(IncidentSums {
        plots: books.plots.len(),
        plants,
        communes: places.collect(),
        law_badge: law_badge(&books.rules, plants, basis),
    })
}
