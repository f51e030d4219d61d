//! The table of a window: every cell of the province with its figures, made once and kept while nothing changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::areas::model::map::CommuneMap;
use crate::base::actor::Scope;
use crate::base::ids::{CampaignId, PatrolId};
use crate::density::model::definition::Definition;
use crate::density::model::rate::Prior;
use crate::density::model::table::judged;
use crate::store::{self, Tx};

use super::answer::CellFigures;
use super::cache::{Key, Marks};
use super::gather::{Gathered, Place, gathered};
use super::window::Window;
use super::{Density, Error, aside, parameter, unavailable};
use crate::density::sql;

/// Every cell of the study area.
#[derive(Debug)]
pub struct Table {
    pub(super) prior: Option<Prior>,
    pub(super) lines: Vec<Line>,
    /// Plots of the window that count only once verified, by their commune's place on the map.
    unverified: BTreeMap<Option<usize>, u32>,
    /// Plots of the window outside every commune.
    pub(super) outside: u32,
    /// Whether the last season has not ended.
    pub(super) is_open: bool,
    map: Arc<CommuneMap>,
}

/// One cell.
#[derive(Debug)]
pub struct Line {
    pub(super) figures: CellFigures,
    /// The figures as JSON.
    pub(super) text: Box<RawValue>,
    /// The commune of the cell's middle, by its place on the map.
    pub(super) home: Option<usize>,
    /// Other communes whose plots lie in the cell; where its middle lies in none, also the one that was walked in.
    others: Vec<usize>,
    /// Plots of the window by the commune in which each lies, by its place on the map.
    pub(super) by_commune: Vec<(Option<usize>, u32)>,
}

impl Line {
    /// The communes that the cell belongs to.
    pub(super) fn communes(&self) -> impl Iterator<Item = usize> {
        self.home.into_iter().chain(self.others.iter().copied())
    }
}

impl Table {
    /// The place of a commune on the table's map.
    pub(super) fn commune(&self, code: &str) -> Option<usize> {
        let communes = self.map.communes();
        communes
            .binary_search_by(|commune| commune.facts.code.as_str().cmp(code))
            .ok()
    }

    /// The code of a commune by its place.
    pub(super) fn code(&self, place: usize) -> Option<&str> {
        let commune = self.map.communes().get(place)?;
        Some(&commune.facts.code)
    }

    /// Plots in a scope that count only once verified.
    pub(super) fn unverified(&self, scope: &Scope) -> u32 {
        let own = self.unverified.iter();
        own.filter(|(commune, _)| scope.holds(commune.and_then(|place| self.code(place))))
            .map(|(_, count)| count)
            .sum()
    }

    fn lay(
        gathered: Gathered,
        map: Arc<CommuneMap>,
        definition: &Definition,
    ) -> Result<Self, store::Error> {
        let rule = definition.draft();
        let (prior, judged) = judged(&gathered.cells, definition);
        let cells = gathered.cells.iter().zip(&gathered.places).zip(&judged);
        let lines = cells.map(|((facts, place), judged)| {
            let Place {
                visited,
                home,
                others,
                by_commune,
            } = place;
            let figures = CellFigures::of(facts, *visited, judged, rule);
            Ok(Line {
                text: serde_json::value::to_raw_value(&figures)
                    .map_err(|fault| unavailable(&fault))?,
                figures,
                home: *home,
                others: others.clone(),
                by_commune: by_commune.clone(),
            })
        });
        Ok(Self {
            prior,
            lines: lines.collect::<Result<_, store::Error>>()?,
            unverified: gathered.unverified,
            outside: gathered.outside,
            is_open: gathered.is_open,
            map,
        })
    }
}

impl Density {
    /// The table of a window. What it depends on is marked first and read then: a change in between is read twice,
    /// never missed.
    pub(super) async fn table(&self, window: &Window) -> Result<Arc<Table>, Error> {
        let map = self.plots.today().await?;
        let marks = self.marks(window).await?;
        let key = Key::of(window);
        if let Some(table) = self.kept.table(&key, &marks, &map) {
            return Ok(table);
        }
        let _laying = self.kept.laying.lock().await;
        if let Some(table) = self.kept.table(&key, &marks, &map) {
            return Ok(table);
        }
        let (first, last) = window.reach();
        let mut tx = self.journal.store().read().await?;
        let mut plots = sql::plots_between(&mut tx, first.start(), last.end()).await?;
        drop(tx);
        if let Some(patrols) = &marks.patrols {
            let is_own = |own: PatrolId| patrols.binary_search(&own).is_ok();
            plots.retain(|row| row.patrol.is_some_and(is_own));
        }
        let (resolution, campaign) = (window.resolution, window.campaign);
        let days = (window.from, window.to);
        let effort = self.effort(days, resolution, campaign).await?;
        let mut seasons = Vec::new();
        for span in &window.seasons {
            let days = (span.from, span.to);
            let effort = self.effort(days, resolution, campaign).await?;
            seasons.push((span.clone(), effort));
        }
        let (window, definition) = (window.clone(), Arc::clone(&self.definition));
        let (today, on) = (marks.today, Arc::clone(&map));
        let table = aside(move || {
            let gathered = gathered(&window, &plots, &effort, &seasons, &on, &definition, today)?;
            Table::lay(gathered, on, &definition)
        });
        let table = Arc::new(table.await??);
        self.kept.keep_table(key, marks, &map, &table);
        Ok(table)
    }

    async fn marks(&self, window: &Window) -> Result<Marks, Error> {
        let (first, last) = window.reach();
        let mut tx = self.journal.store().read().await?;
        let patrols = match window.campaign {
            None => None,
            Some(campaign) => Some(patrols_of(&mut tx, campaign).await?),
        };
        Ok(Marks {
            plots: self.plots.epoch(&mut tx).await?,
            effort: self.coverage.effort_mark(&mut tx, first, last).await?,
            today: self.journal.now().local_date(),
            patrols,
        })
    }
}

/// The patrols of a campaign, by id. One that no patrol belongs to is refused: its empty map would read as ground on which
/// nothing was found.
async fn patrols_of(tx: &mut Tx, campaign: CampaignId) -> Result<Arc<[PatrolId]>, Error> {
    let mut patrols = sql::patrols_of(tx, campaign).await?;
    if patrols.is_empty() {
        return Err(parameter("campaign", "no patrol belongs to this campaign"));
    }
    patrols.sort_unstable();
    Ok(patrols.into())
}
