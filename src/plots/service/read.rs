//! What may be read of plots: one with its history, or a list.

use serde_json::{Map, Value, json};

use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, PlotId};
use crate::base::origin::Doubt;
use crate::base::time::Timestamp;
use crate::geo::cells::Cell;
use crate::geo::position::Position;
use crate::identity::unsigned;
use crate::plots::model::record::{GROWER_STATUS, REVISES};
use crate::plots::model::words::PlotFlag;
use crate::plots::sql::{self, CandidateRow, Filter, MeasureRow, PlotRow, VersionRow};
use crate::store;

use super::places::{is_astray, is_outside};
use super::sources::{self, Typed};
use super::{Error, Plots, is_handling, screen, sight};

/// The ledger's word for what was sent back for completing; lists tell it, a plot's own record has it from its life.
const RETURNED: &str = "returned";
/// The flag of a plot with a fact that nothing signed, though its phone signs.
pub const UNSIGNED: &str = "unsigned";

/// A plot as one reader may see it.
#[derive(Debug, Clone)]
pub struct PlotView {
    /// Its id.
    pub id: PlotId,
    /// When it was detected: what lists are sorted by.
    pub detected_at: Timestamp,
    /// Longitude, latitude and, when known, altitude.
    pub coordinates: Vec<f64>,
    /// Everything else.
    pub properties: Map<String, Value>,
}

/// Which page of which plots is asked for.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Which plots.
    pub filter: Filter,
    /// The last plot of the page before.
    pub after: Option<(Timestamp, PlotId)>,
    /// Rows in a page.
    pub limit: u32,
    /// Whether to count all of them.
    pub count: bool,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct ListPage<T, K> {
    /// The rows.
    pub items: Vec<T>,
    /// The last row's key, when more follow.
    pub next: Option<(Timestamp, K)>,
    /// All rows that the filter leaves, when asked for.
    pub total: Option<i64>,
}

impl Plots {
    /// One plot with its history and measures.
    pub async fn plot(&self, actor: &Actor, id: PlotId) -> Result<PlotView, Error> {
        if !actor.may_somewhere(Right::ReadPlots) {
            return Err(Error::Forbidden);
        }
        let today = self.today().await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::plot(&mut tx, id)
            .await?
            .filter(|row| actor.may(Right::ReadPlots, row.place.as_deref()))
            .ok_or(Error::NotFound)?;
        let candidates = sql::candidates_of(&mut tx, &[id]).await?;
        let versions = sql::versions(&mut tx, id).await?;
        let measures = sql::measures(&mut tx, id).await?;
        let entries = versions.iter().map(|version| version.entry);
        let entries: Vec<EntryId> = entries
            .chain(measures.iter().map(|own| own.entry))
            .collect();
        let doubts = self.journal.doubts(&mut tx, &entries).await?;
        let mut view = PlotView::of(actor, row, candidates, &today)?;
        view.doubt(doubts.values());
        if !unsigned(&mut tx, &entries).await?.is_empty() {
            view.flag(UNSIGNED);
        }
        let typed = Typed::of(&mut tx, &self.journal, id).await?;
        if typed.is_any_retracted() {
            view.flag(PlotFlag::PaperRetracted.as_str());
        }
        sources::tell(&mut tx, std::slice::from_mut(&mut view)).await?;
        let history = versions.iter();
        let history = history.map(|row| typed.told(row.entry, version(row)));
        let history: Vec<Value> = history.collect();
        view.properties.insert("history".into(), history.into());
        let measures = measures.iter();
        let measures = measures.map(|row| typed.told(row.entry, measure(row)));
        let measures: Vec<Value> = measures.collect();
        view.properties.insert("measures".into(), measures.into());
        Ok(view)
    }

    /// A page of the plots in the caller's reach.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &ListQuery,
    ) -> Result<ListPage<PlotView, PlotId>, Error> {
        let sight = sight(actor).ok_or(Error::Forbidden)?;
        let today = self.today().await?;
        let mut tx = self.journal.store().read().await?;
        let limit = i64::from(query.limit);
        let mut rows = sql::list(&mut tx, &sight, &query.filter, query.after, limit + 1).await?;
        let more = rows.len() > usize::try_from(query.limit).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more);
        let next = next.map(|row| (row.detected_at, row.id));
        let ids: Vec<PlotId> = rows.iter().map(|row| row.id).collect();
        let candidates = sql::candidates_of(&mut tx, &ids).await?;
        let total = if query.count {
            Some(sql::count(&mut tx, &sight, &query.filter).await?)
        } else {
            None
        };
        let entries: Vec<EntryId> = rows.iter().map(|row| row.entry).collect();
        let doubts = self.journal.doubts(&mut tx, &entries).await?;
        let unsigned = unsigned(&mut tx, &entries).await?;
        let items = rows.into_iter().map(|row| {
            let own = candidates.iter().filter(|found| found.plot == row.id);
            let own = own.cloned().collect();
            let doubt = doubts.get(&row.entry);
            let (is_returned, is_unsigned) = (row.returned == 1, unsigned.contains(&row.entry));
            let mut view = PlotView::of(actor, row, own, &today)?;
            if is_returned {
                view.flag(RETURNED);
            }
            view.doubt(doubt.into_iter());
            if is_unsigned {
                view.flag(UNSIGNED);
            }
            Ok::<_, store::Error>(view)
        });
        let mut items = items.collect::<Result<Vec<_>, _>>()?;
        sources::tell(&mut tx, &mut items).await?;
        Ok(ListPage { items, next, total })
    }
}

impl Plots {
    /// The plot as its author sees it after an act, with its source.
    pub(super) async fn told(
        &self,
        actor: &Actor,
        row: PlotRow,
        candidates: Vec<CandidateRow>,
    ) -> Result<PlotView, Error> {
        let today = self.today().await?;
        let mut view = PlotView::of(actor, row, candidates, &today)?;
        let mut tx = self.journal.store().read().await?;
        sources::tell(&mut tx, std::slice::from_mut(&mut view)).await?;
        Ok(view)
    }
}

impl PlotView {
    /// Flags what must be known of how the plot's entries came.
    fn doubt<'a>(&mut self, doubts: impl Iterator<Item = &'a Doubt>) {
        let mut words: Vec<&str> = doubts.map(|doubt| doubt.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            self.flag(word);
        }
    }

    /// Adds a flag, once.
    pub fn flag(&mut self, word: &str) {
        if let Some(Value::Array(flags)) = self.properties.get_mut("flags")
            && !flags.iter().any(|flag| flag == word)
        {
            flags.push(word.into());
        }
    }

    /// The plot as this reader may see it: candidates in reach only, and what is known of the grower only within the
    /// handling unit.
    #[expect(clippy::needless_pass_by_value, reason = "the row becomes its view")]
    pub(super) fn of(
        actor: &Actor,
        row: PlotRow,
        candidates: Vec<CandidateRow>,
        today: &CommuneMap,
    ) -> Result<Self, store::Error> {
        let Ok(Value::Object(mut told)) = serde_json::from_str(&row.record) else {
            return Err(row.corrupt("record"));
        };
        for hidden in ["lon", "lat", "altitude_m", REVISES] {
            told.remove(hidden);
        }
        if !is_handling(actor, &row) {
            told.remove(GROWER_STATUS);
        }
        // That another record may be of this ground is told to whoever sees this one; which, as far as he reaches it.
        told.insert("flags".into(), flags(&row, &candidates, today)?);
        let candidates = screen::visible(actor, candidates);
        let listed: Vec<Value> = candidates.iter().map(candidate).collect();
        told.insert("candidates".into(), listed.into());
        told.extend(standing(&row)?);
        let mut coordinates = vec![row.lon, row.lat];
        coordinates.extend(row.altitude_m);
        Ok(Self {
            id: row.id,
            detected_at: row.detected_at,
            coordinates,
            properties: told,
        })
    }
}

/// What the server knows beside the recording.
fn standing(row: &PlotRow) -> Result<Map<String, Value>, store::Error> {
    let commune = row
        .commune
        .as_ref()
        .map(|code| json!({ "code": code, "name": row.commune_name }));
    let told = json!({
        "state": row.state,
        "version": row.version,
        "commune": commune,
        "cells": {
            "7": hexadecimal(row, row.cell_7)?,
            "9": hexadecimal(row, row.cell_9)?,
            "12": hexadecimal(row, row.cell_12)?,
        },
        "season": row.season,
        "period": row.period,
        "plants": row.plants,
        "plants_method": row.plants_method,
        "area_m2": row.area_m2,
        "area_method": row.area_method,
        "uncertainty_pct": row.uncertainty_pct,
        "incident": row.incident,
        "photos": row.photos,
        "recorded_at": row.recorded_at,
    });
    match told {
        Value::Object(told) => Ok(told),
        _ => Err(row.corrupt("record")),
    }
}

fn hexadecimal(row: &PlotRow, cell: i64) -> Result<String, store::Error> {
    let cell = Cell::from_db(cell).or(Err(row.corrupt("cell_12")))?;
    Ok(cell.to_string())
}

fn flags(
    row: &PlotRow,
    candidates: &[CandidateRow],
    today: &CommuneMap,
) -> Result<Value, store::Error> {
    let mut flags: Vec<PlotFlag> =
        serde_json::from_str(&row.flags).or(Err(row.corrupt("flags")))?;
    if !candidates.is_empty() {
        flags.insert(0, PlotFlag::PossibleDuplicate);
    }
    let position = Position::new(row.lon, row.lat).or(Err(row.corrupt("lat")))?;
    let is_placed = row.place.is_some() || row.commune.is_some();
    let is_ground_known = !today.communes().is_empty();
    if is_astray(position, is_placed, is_outside(row)?, is_ground_known) {
        flags.push(PlotFlag::OutsideArea);
    }
    Ok(json!(flags))
}

fn candidate(row: &CandidateRow) -> Value {
    json!({
        "id": row.other,
        "distance_m": (row.distance_m * 10.0).round() / 10.0,
        "detected_at": row.detected_at,
    })
}

fn version(row: &VersionRow) -> Value {
    told_of(row.version, row.entry, row.recorded_at)
}

pub(super) fn told_of(version: i64, entry: EntryId, recorded_at: Timestamp) -> Value {
    json!({ "version": version, "entry_id": entry, "recorded_at": recorded_at })
}

fn measure(row: &MeasureRow) -> Value {
    json!({
        "measured_at": row.measured_at,
        "version": row.version,
        "plants": row.plants,
        "plants_method": row.plants_method,
        "area_m2": row.area_m2,
        "area_method": row.area_method,
        "uncertainty_pct": row.uncertainty_pct,
        "entry_id": row.entry,
        "recorded_at": row.recorded_at,
    })
}
