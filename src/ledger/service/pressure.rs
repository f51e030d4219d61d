//! What was sown again where plots had been destroyed, as a rate and cell by cell.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PlotId};
use crate::base::words::Crop;
use crate::geo::position::Position;
use crate::ledger::model::pressure::{
    CellPressure, Old, Replanting, Stood, Traced, by_cell, replanting, traced,
};
use crate::ledger::model::words::{Inspected, PlotState};
use crate::ledger::model::{Act, Fact, Life};
use crate::ledger::sql::PlotFilter;
use crate::plots::model::Season;

use super::books::Books;
use super::definitions::parameter;
use super::figures::{FiguresQuery, chosen};
use super::material::Material;
use super::{Error, Ledger};

/// Which pressure is asked for.
#[derive(Debug, Clone)]
pub struct PressureQuery {
    /// The season in which it was sown again.
    pub season: Season,
    /// H3 resolution, 7 to 9.
    pub resolution: u8,
    /// Of which plots; its season is not used.
    pub filter: PlotFilter,
    /// From what was entered up to this entry only.
    pub as_of: Option<EntryId>,
}

/// Re-planting pressure with what it rests on.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PressureView {
    /// What a map calls it.
    pub label: &'static str,
    /// The version of the definition.
    pub definition: u32,
    /// The season in which it was sown again.
    pub season: String,
    /// The season before, whose eradicated plots are followed.
    pub before: String,
    /// A new plot within this distance stands on the old one's ground, m.
    pub reach_m: f64,
    /// The cells' H3 resolution.
    pub res: u8,
    /// All plots in reach together.
    pub total: Replanting,
    /// The cells, in the order of their numbers: no ranking.
    pub cells: Vec<CellPressure>,
}

const LABEL: &str = "Áp lực tái trồng theo ô";

impl Ledger {
    /// The re-planting pressure on the cells in the caller's reach.
    pub async fn pressure(
        &self,
        actor: &Actor,
        query: &PressureQuery,
    ) -> Result<PressureView, Error> {
        let asked = FiguresQuery {
            by: None,
            filter: PlotFilter {
                season: None,
                ..query.filter.clone()
            },
            as_of: query.as_of,
        };
        let books = self.opened(actor, &asked).await?;
        let seen = chosen(&books, actor, &asked.filter);
        let stood = stood(&books, actor, query.season, asked.filter.grown);
        let mut plots = followed(&books, &seen, query.season, &stood);
        self.tell_passes((actor, query.as_of), &seen, query.season, &mut plots)
            .await?;
        let seen: BTreeSet<PlotId> = seen.iter().map(|(own, _)| own.row.id).collect();
        let asked_for = stood.into_iter().filter(|own| seen.contains(&own.plot));
        let asked_for: Vec<Stood> = asked_for.collect();
        let season = query.season.to_string();
        let cells = by_cell(&plots, &asked_for, &season, query.resolution);
        let cells = cells.or(Err(parameter("res", "expected 7, 8 or 9")))?;
        Ok(PressureView {
            label: LABEL,
            definition: books.rules.version,
            before: query.season.previous().to_string(),
            reach_m: books.rules.replanting_m,
            res: query.resolution,
            total: replanting(&plots),
            season,
            cells,
        })
    }
}

/// The eradicated plots of the season before one, with what became of their ground.
pub(super) fn followed_by(
    books: &Books,
    actor: &Actor,
    seen: &[&(Material, Life)],
    (season, crop): (Season, Option<Crop>),
) -> Vec<Traced> {
    let stood = stood(books, actor, season, crop);
    followed(books, seen, season, &stood)
}

/// The verified plots of a season and the two before, of a crop where one is asked about, wherever they lie; a ground that two
/// units claim once.
fn stood(books: &Books, actor: &Actor, season: Season, crop: Option<Crop>) -> Vec<Stood> {
    let before = season.previous();
    let seasons = [season, before, before.previous()].map(|season| season.to_string());
    let counted = books.plots.iter().filter(|own| {
        let part = books.part(own);
        let verified = part.life.verified_at.is_some();
        verified && part.is_counted() && part.disputed < 1.0
    });
    let counted = counted.filter(|(material, life)| {
        let is_asked = crop.is_none_or(|crop| life.crop == crop);
        is_asked && seasons.contains(&material.row.season)
    });
    counted
        .filter_map(|(material, _)| {
            Some(Stood {
                plot: material.row.id,
                position: position(material)?,
                season: material.row.season.clone(),
                is_shown: actor.may(Right::ReadPlots, material.row.place.as_deref()),
            })
        })
        .collect()
}

/// The eradicated plots of the season before with what became of their ground.
fn followed(
    books: &Books,
    seen: &[&(Material, Life)],
    season: Season,
    stood: &[Stood],
) -> Vec<Traced> {
    let (now, before) = (season.to_string(), season.previous().to_string());
    let days = season.days();
    let visit = |life: &Life, fact: &Fact| {
        let reached =
            matches!(&fact.act, Act::Reinspection(said) if said.result != Inspected::NotReached);
        let day = fact.at.local_date();
        let is_visit = reached && days.is_some_and(|(first, last)| (first..=last).contains(&day));
        (is_visit && life.stands(fact.id)).then_some(fact.id)
    };
    let old = seen.iter().filter(|own| {
        let (material, life) = own;
        let ended = matches!(life.state, PlotState::Eradicated | PlotState::Clear);
        material.row.season == before && ended && books.part(own).disputed < 1.0
    });
    let old: Vec<Old> = old
        .filter_map(|(material, life)| {
            let facts = material.facts.iter();
            Some(Old {
                plot: material.row.id,
                position: position(material)?,
                visits: facts.filter_map(|fact| visit(life, fact)).collect(),
            })
        })
        .collect();
    let new: Vec<&Stood> = stood.iter().filter(|own| own.season == now).collect();
    traced(&old, &new, books.rules.replanting_m)
}

fn position(material: &Material) -> Option<Position> {
    Position::new(material.row.lon, material.row.lat).ok()
}
