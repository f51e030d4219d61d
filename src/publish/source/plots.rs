//! Plots.

use serde::Deserialize;

use super::fields;
use super::push::{Column, Holds, Pushed, Table, near_cells, ranges};
use super::sieve::{Sifting, integer, point, real, text};
use super::{Page, PageOf, PublishError, Publisher, Query};
use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::geo::cells::Cell;
use crate::plots;
use crate::publish::feature::{Feature, Value};
use crate::publish::sql::{self, Bound, Clause, PlotRow};
use crate::store::Error as StoreError;

const CHUNK: usize = 2_000;
const MOST_SEEN: usize = 50_000;

const fn column(field: &'static str, holds: Holds) -> Column {
    Column {
        field,
        name: field,
        holds,
    }
}

const TABLE: Table = Table {
    id: "id",
    fields: fields::PLOTS,
    columns: &[
        column("state", Holds::Text),
        column("crop", Holds::Text),
        column("season", Holds::Text),
        column("period", Holds::Integer),
        column("detected_at", Holds::Time),
        column("plants", Holds::Integer),
        column("plants_method", Holds::Text),
        column("area_m2", Holds::Real),
        column("area_method", Holds::Text),
        column("commune", Holds::Text),
        column("commune_name", Holds::Text),
        column("patrol", Holds::Id),
        column("incident", Holds::Id),
        column("photos", Holds::Integer),
        column("version", Holds::Integer),
        column("recorded_at", Holds::Time),
    ],
    point: Some(("lon", "lat")),
    time: ("detected_at", "detected_at"),
};

/// What is read of a recording.
#[derive(Debug, Deserialize)]
struct Told {
    detected_by: Option<String>,
    stage: Option<String>,
    land: Option<String>,
    notes: Option<String>,
}

impl Publisher {
    pub(super) async fn plots(&self, actor: &Actor, of: PageOf<'_>) -> Result<Page, PublishError> {
        let sight = plots::sight(actor).ok_or(PublishError::NotFound)?;
        self.plots.today().await?;
        let mut tx = self.store.read().await?;
        let mut page = Sifting::new(of, MOST_SEEN);
        loop {
            let pushed = pushed(of.query, page.after())?;
            let wanted = page.wanted(CHUNK);
            let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
            let rows = sql::plots(&mut tx, &sight, &pushed.clauses, limit).await?;
            let is_last = rows.len() < wanted;
            for row in rows {
                if !page.see(feature(row)?) {
                    return Ok(page.page());
                }
            }
            if is_last {
                return Ok(page.page());
            }
        }
    }

    pub(super) async fn plot(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let Ok(id) = id.parse::<PlotId>() else {
            return Ok(None);
        };
        let sight = plots::sight(actor).ok_or(PublishError::NotFound)?;
        self.plots.today().await?;
        let mut tx = self.store.read().await?;
        let own = [Clause::Compare("id", " = ", Bound::Id(id.0))];
        let rows = sql::plots(&mut tx, &sight, &own, 1).await?;
        let found = rows.into_iter().map(feature).next();
        Ok(found.transpose()?)
    }

    pub(super) async fn count_plots(
        &self,
        actor: &Actor,
        query: &Query,
    ) -> Result<Option<u64>, PublishError> {
        let pushed = pushed(query, None)?;
        if !pushed.is_exact {
            return Ok(None);
        }
        let sight = plots::sight(actor).ok_or(PublishError::NotFound)?;
        self.plots.today().await?;
        let mut tx = self.store.read().await?;
        let count = sql::count_plots(&mut tx, &sight, &pushed.clauses).await?;
        Ok(u64::try_from(count).ok())
    }
}

fn pushed(query: &Query, after: Option<&str>) -> Result<Pushed, PublishError> {
    let mut pushed = TABLE.pushed(query, after)?;
    if let Some(cells) = query.bbox.and_then(near_cells) {
        pushed.clauses.push(Clause::OneOf("cell_7", cells));
    }
    if !query.cells.is_empty() {
        pushed.clauses.push(Clause::Ranges(ranges(&query.cells)));
    }
    Ok(pushed)
}

fn feature(row: PlotRow) -> Result<Feature, StoreError> {
    let corrupt = |column| StoreError::Corrupt {
        table: "plots",
        column,
        id: row.id.to_string(),
    };
    let told: Told = serde_json::from_str(&row.record).or(Err(corrupt("record")))?;
    let cell = |number: i64| Cell::from_db(number).or(Err(corrupt("cell_12")));
    let values = vec![
        Value::Text(row.state),
        Value::Text(row.crop),
        Value::Text(row.season),
        Value::Integer(row.period),
        Value::Time(row.detected_at),
        text(told.detected_by),
        text(told.stage),
        integer(row.plants),
        text(row.plants_method),
        real(row.area_m2),
        text(row.area_method),
        real(row.uncertainty_pct),
        text(told.land),
        real(row.altitude_m),
        real(row.hacc_m),
        text(row.commune),
        text(row.commune_name),
        text(row.patrol),
        text(row.incident),
        Value::Integer(row.photos),
        text(Some(cell(row.cell_7)?)),
        text(Some(cell(row.cell_9)?)),
        text(Some(cell(row.cell_12)?)),
        text(told.notes),
        Value::Integer(row.version),
        Value::Time(row.recorded_at),
    ];
    Ok(Feature {
        id: row.id.to_string(),
        geometry: Some(point(row.lon, row.lat)),
        values,
    })
}
