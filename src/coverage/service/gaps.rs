//! The gap list: the ground at risk that nobody has come within sight of, worst first.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use h3o::{CellIndex, LatLng, Resolution};

use crate::base::actor::{Actor, Right};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::coverage::model::region::Region;
use crate::coverage::sql;
use crate::geo::cells::Cell;
use crate::plots::model::season::season_of;
use crate::store::Tx;

use super::answer::{Asked, DefinitionView, Note};
use super::effort::{EffortCell, Sums};
use super::listed::{Listing, Walkers};
use super::material::{Material, Source};
use super::season::Season;
use super::standing::Standing;
use super::tiles::Shared;
use super::{Coverage, Error, aside, parameter};

/// Which gaps are asked for.
#[derive(Debug, Clone)]
pub struct GapsAsked {
    /// The window and the filters; a commune is needed.
    pub asked: Asked,
    /// Cells of the masks rather than their parents.
    pub fine: bool,
    /// With the effort in each cell; not for fine ones, which are smaller than a piece of a way.
    pub effort: bool,
    /// After this place of the list.
    pub after: Option<GapPlace>,
    /// At most so many.
    pub limit: usize,
}

/// A place in the list: the parents' uncovered weight in dm², largest first, then parent, then cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GapPlace {
    /// The largest possible weight minus the parent's.
    pub rank: u64,
    /// The parent.
    pub parent: u64,
    /// The cell.
    pub cell: u64,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct Gaps {
    /// First local day.
    pub from: LocalDate,
    /// Last local day.
    pub to: LocalDate,
    /// By which rule the figures were made.
    pub definition: DefinitionView,
    /// How far the index is.
    pub standing: Standing,
    /// The check windows.
    pub season: Season,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// H3 resolution of the cells that were measured, however large the listed ones are.
    pub resolution: u8,
    /// The cells, those with the most unseen ground first.
    pub cells: Vec<Gap>,
    /// Whether there are more.
    pub is_more: bool,
}

/// A cell of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Its place in the list.
    pub place: GapPlace,
    /// The cell.
    pub cell: CellIndex,
    /// How much of it is at risk, in m².
    pub risk_m2: f64,
    /// The covered part of that, in m².
    pub covered_m2: f64,
    /// Distinct patrols on distinct local days that saw any of what is at risk.
    pub visits: usize,
    /// The local day of the last visit.
    pub last_visit_on: Option<LocalDate>,
    /// Mean number of days between days with a visit; none before the second.
    pub revisit_days: Option<f64>,
    /// The effort in the whole cell, where it was asked for and there was any.
    pub effort: Option<EffortCell>,
}

impl Gap {
    /// The share of the cell that is at risk.
    #[must_use]
    pub fn risk_share(&self) -> f64 {
        (self.risk_m2 / self.cell.area_m2()).min(1.0)
    }

    /// The corners of the cell, longitude and latitude, closed.
    #[must_use]
    pub fn outline(&self) -> Vec<[f64; 2]> {
        let corners = self.cell.boundary();
        let pair = |at: &LatLng| [rounded(at.lng()), rounded(at.lat())];
        let mut ring: Vec<_> = corners.iter().map(pair).collect();
        ring.extend(ring.first().copied());
        ring
    }
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

impl Coverage {
    /// The days of a gap list when none are asked for: those of the present poppy season so far.
    #[must_use]
    pub fn present_days(&self) -> (LocalDate, LocalDate) {
        let today = self.areas.today();
        let season = season_of(Crop::OpiumPoppy, today).days();
        (season.map_or(today, |(first, _)| first), today)
    }

    /// The cells at risk of one commune, those with the most unseen ground first.
    pub async fn gaps(&self, actor: &Actor, asked: GapsAsked) -> Result<Gaps, Error> {
        let scope = actor.reach(Right::ReadGaps).ok_or(Error::Forbidden)?;
        let Some(code) = asked.asked.commune.as_deref() else {
            return Err(parameter("commune", "the gap list is of one commune"));
        };
        if !self.is_in_reach(asked.asked.to, code, &scope).await? {
            return Err(Error::NotFound);
        }
        if asked.effort && asked.fine {
            return Err(parameter("effort", "is told of cells of resolution 9"));
        }
        let mut tx = self.journal.store().read().await?;
        let standing = self.standing(&mut tx).await?;
        let question = asked.asked.clone();
        let (material, mut notes) = self.material(&mut tx, question, &scope).await?;
        let standing = Standing {
            pending_patrols: standing.pending_patrols.max(material.behind),
            ..standing
        };
        let (from, to) = (asked.asked.from, asked.asked.to);
        let season = Season::of(&material).await?;
        season.note(&material, &mut notes)?;
        let definition = DefinitionView::of(&material);
        let mut material = Arc::new(material);
        let listing = self.listing(&mut tx, &mut material).await?;
        let resolution = listing.resolution(&material);
        let wanted = asked.clone();
        let own = Arc::clone(&material);
        let page = aside(move || listing.page(&own, &wanted)).await??;
        let mut gaps = page.gaps;
        if asked.effort {
            self.add_effort(&mut tx, &material, page.walkers, &mut gaps)
                .await?;
        }
        let is_rechecked = matches!(material.source, Source::Rechecked(_));
        let has_frozen = page.has_frozen && !is_rechecked;
        notes.extend(Note::on_figures(has_frozen, material.faulty()));
        Ok(Gaps {
            from,
            to,
            definition,
            standing,
            season,
            notes,
            resolution,
            cells: gaps,
            is_more: page.is_more,
        })
    }

    /// What is known of the regions of a commune: those of the usual cells, and those of finer ones if it is measured on
    /// them, so that the list adds up to the figure.
    async fn listing(&self, tx: &mut Tx, material: &mut Arc<Material>) -> Result<Listing, Error> {
        let at = material.shown.iter().position(|shown| *shown);
        let at = at.ok_or(Error::NotFound)?;
        let risk = material.risk.communes.get(at).map(Arc::clone);
        let risk = risk.ok_or(Error::NotFound)?;
        let is_finer = risk.has_finer() && self.is_settled(tx, material, at).await?;
        let regions = Arc::clone(&material.regions);
        let coarse = self.lines(tx, material, &regions).await?;
        self.done_with(material, &coarse);
        let mut lines: HashMap<Region, Shared> = HashMap::new();
        if is_finer {
            let regions = risk
                .fine_parts()
                .iter()
                .flat_map(|(_, grid)| grid.regions());
            let regions: BTreeSet<Region> = regions.map(|(region, _)| region).collect();
            let regions: Vec<Region> = regions.into_iter().collect();
            let fine = self.lines(tx, material, &regions).await?;
            self.done_with(material, &fine);
            lines.extend(fine);
        }
        Ok(Listing {
            at,
            risk,
            is_finer,
            coarse,
            lines,
        })
    }

    /// Adds to each cell what was done in it by those who count, on the days that count.
    async fn add_effort(
        &self,
        tx: &mut Tx,
        material: &Arc<Material>,
        walkers: Walkers,
        gaps: &mut [Gap],
    ) -> Result<(), Error> {
        let regions: BTreeSet<Region> = gaps
            .iter()
            .filter_map(|gap| Region::above(gap.cell))
            .collect();
        let mut sums = Sums::at(u8::from(Resolution::Nine));
        for region in regions {
            let rows = self.pieces(tx, material, region).await?;
            for row in &rows {
                if let Some(walker) = walkers.get(&(row.day.as_days(), row.patrol)) {
                    sums.add(row, *walker)?;
                }
            }
        }
        let cells: HashMap<Cell, EffortCell> = sums
            .finish()
            .into_iter()
            .map(|own| (own.cell, own))
            .collect();
        for gap in gaps {
            gap.effort = cells.get(&Cell::from(gap.cell)).cloned();
        }
        Ok(())
    }

    /// The trips by place in a region and the window.
    async fn pieces(
        &self,
        tx: &mut Tx,
        material: &Material,
        region: Region,
    ) -> Result<Vec<sql::PiecesRow>, Error> {
        match &material.source {
            Source::Tiles => {
                let slice = sql::Slice {
                    version: material.view.version,
                    region,
                    from: LocalDate::from_days(material.days.start),
                    to: LocalDate::from_days(material.days.end - 1),
                };
                Ok(sql::pieces_in(tx, slice).await?)
            }
            Source::Rechecked(own) => Ok(own.pieces.get(&region).cloned().unwrap_or_default()),
        }
    }
}
