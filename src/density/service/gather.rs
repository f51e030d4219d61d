//! Facts put together by cell: plots by their own position, effort by that of its pieces, communes by the map of today.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::areas::model::map::CommuneMap;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::coverage::EffortCell;
use crate::density::model::definition::{Definition, Standing};
use crate::density::model::table::{CellFacts, Found};
use crate::density::model::trend::SeasonFacts;
use crate::density::sql::PlotRow;
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::store;

use super::answer::Visited;
use super::unavailable;
use super::window::{Span, Window};

/// Effort by cell, shared with the cache.
pub(super) type Effort = Arc<Vec<EffortCell>>;

/// The facts of every cell of the study area, by cell.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) cells: Vec<CellFacts>,
    pub(super) places: Vec<Place>,
    pub(super) unverified: BTreeMap<Option<usize>, u32>,
    pub(super) outside: u32,
    pub(super) is_open: bool,
}

/// What is not judged but shown of a cell, and whose it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub(super) visited: Visited,
    pub(super) home: Option<usize>,
    pub(super) others: Vec<usize>,
    /// Plots of the window by the commune in which each lies.
    pub(super) by_commune: Vec<(Option<usize>, u32)>,
}

struct Draft {
    facts: CellFacts,
    place: Place,
}

/// Gathers the study area: cells with effort in the window whose middle lies in a commune, or, where it lies in none, in
/// which a commune was walked in; and cells in which a plot counts, in the window or in a season before it. No land cover
/// and no houses are known yet: what lies in a commune is taken for land.
pub(super) fn gathered(
    window: &Window,
    plots: &[PlotRow],
    effort: &Effort,
    seasons: &[(Span, Effort)],
    map: &CommuneMap,
    definition: &Definition,
    today: LocalDate,
) -> Result<Gathered, store::Error> {
    let mut sheet = Sheet {
        window,
        map,
        definition,
        spans: seasons
            .iter()
            .map(|(span, _)| (span.clone(), span.to < today))
            .collect(),
        drafts: BTreeMap::new(),
        gathered: Gathered::default(),
    };
    sheet.gathered.is_open = sheet.spans.last().is_some_and(|(_, is_over)| !is_over);
    for own in effort.iter() {
        sheet.add_effort(own);
    }
    for row in plots {
        sheet.add_plot(row)?;
    }
    for (at, (_, effort)) in seasons.iter().enumerate() {
        sheet.add_season(at, effort);
    }
    Ok(sheet.finish())
}

struct Sheet<'a> {
    window: &'a Window,
    map: &'a CommuneMap,
    definition: &'a Definition,
    /// The seasons, with whether each is over.
    spans: Vec<(Span, bool)>,
    drafts: BTreeMap<Cell, Draft>,
    gathered: Gathered,
}

impl Sheet<'_> {
    fn commune_of(&self, position: Position) -> Option<usize> {
        let code = self.map.locate(position)?;
        let communes = self.map.communes();
        communes
            .binary_search_by(|commune| commune.facts.code.as_str().cmp(code))
            .ok()
    }

    fn blank(&self, cell: Cell) -> Draft {
        let season = |(_, is_over): &(Span, bool)| SeasonFacts {
            is_over: *is_over,
            ..SeasonFacts::default()
        };
        Draft {
            facts: CellFacts {
                cell,
                found: Found::default(),
                effort_km: 0.0,
                seasons: self.spans.iter().map(season).collect(),
            },
            place: Place {
                home: self.commune_of(cell.center()),
                ..Place::default()
            },
        }
    }

    fn add_effort(&mut self, own: &EffortCell) {
        let mut draft = self.blank(own.cell);
        draft.walked(own);
        // The middle of a cell on the border may lie across it: what was walked on this side counts all the same.
        if draft.place.home.is_none() {
            let inside = own.inside.and_then(|place| self.commune_of(place));
            draft.place.belongs_to(inside);
        }
        self.drafts.insert(own.cell, draft);
    }

    fn add_plot(&mut self, row: &PlotRow) -> Result<(), store::Error> {
        let crop: Crop = row.crop.parse().map_err(|fault| unavailable(&fault))?;
        if self.window.crop.is_some_and(|asked| asked != crop) {
            return Ok(());
        }
        let standing = self.definition.standing(&row.state, crop);
        let day = row.detected_at.local_date();
        let in_window = (self.window.from..=self.window.to).contains(&day);
        if standing == Standing::LeftOut {
            return Ok(());
        }
        let position = Position::new(row.lon, row.lat).map_err(|fault| unavailable(&fault))?;
        let commune = self.commune_of(position);
        if is_outside(row, commune)? {
            self.gathered.outside += u32::from(in_window);
            return Ok(());
        }
        if standing == Standing::Unverified {
            *self.gathered.unverified.entry(commune).or_default() += u32::from(in_window);
            return Ok(());
        }
        let resolution = self.window.resolution;
        let cell = Cell::at(position, resolution).map_err(|fault| unavailable(&fault))?;
        if !self.drafts.contains_key(&cell) {
            let blank = self.blank(cell);
            self.drafts.insert(cell, blank);
        }
        let span = |(span, _): &(Span, bool)| (span.from..=span.to).contains(&day);
        let season = self.spans.iter().position(span);
        if let Some(draft) = self.drafts.get_mut(&cell) {
            draft.found(row, day, in_window, season);
            draft.place.belongs_to(commune);
            if in_window {
                draft.place.holds_plot_of(commune);
            }
        }
        Ok(())
    }

    /// The effort of a season in cells that are in the study area already.
    fn add_season(&mut self, at: usize, effort: &Effort) {
        for own in effort.iter() {
            let draft = self.drafts.get_mut(&own.cell);
            if let Some(season) = draft.and_then(|draft| draft.facts.seasons.get_mut(at)) {
                season.effort_km = own.length_m / 1000.0;
            }
        }
    }

    /// Effort outside every commune makes no study area by itself.
    fn finish(mut self) -> Gathered {
        let drafts = self.drafts.into_values();
        for draft in drafts.filter(|draft| draft.place.is_in_a_commune() || draft.holds_plots()) {
            self.gathered.cells.push(draft.facts);
            self.gathered.places.push(draft.place);
        }
        self.gathered
    }
}

/// Whether a plot lies beyond the border. A day before the first boundaries has no communes; such a plot counts where
/// it lies today.
fn is_outside(row: &PlotRow, commune: Option<usize>) -> Result<bool, store::Error> {
    let Some(record) = &row.unplaced else {
        return Ok(false);
    };
    let record: serde_json::Value =
        serde_json::from_str(record).map_err(|fault| unavailable(&fault))?;
    Ok(commune.is_none() || record.get("outside_vietnam") == Some(&serde_json::Value::Bool(true)))
}

impl Draft {
    fn walked(&mut self, own: &EffortCell) {
        self.facts.effort_km = own.length_m / 1000.0;
        self.place.visited = Visited {
            visits: own.visits,
            last_on: Some(own.last_at.local_date()),
        };
    }

    fn found(&mut self, row: &PlotRow, day: LocalDate, in_window: bool, season: Option<usize>) {
        if in_window {
            let plants = row.plants.and_then(|plants| u64::try_from(plants).ok());
            self.facts.found.add(day, plants, row.area_m2);
        }
        if let Some(season) = season.and_then(|at| self.facts.seasons.get_mut(at)) {
            season.plots += 1;
        }
    }

    fn holds_plots(&self) -> bool {
        let facts = &self.facts;
        facts.found.plots > 0 || facts.seasons.iter().any(|season| season.plots > 0)
    }
}

impl Place {
    fn is_in_a_commune(&self) -> bool {
        self.home.is_some() || !self.others.is_empty()
    }

    fn belongs_to(&mut self, commune: Option<usize>) {
        if let Some(commune) = commune.filter(|commune| Some(*commune) != self.home)
            && !self.others.contains(&commune)
        {
            self.others.push(commune);
        }
    }

    fn holds_plot_of(&mut self, commune: Option<usize>) {
        match self.by_commune.iter_mut().find(|own| own.0 == commune) {
            Some((_, plots)) => *plots += 1,
            None => self.by_commune.push((commune, 1)),
        }
    }
}
