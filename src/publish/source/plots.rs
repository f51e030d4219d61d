//! Plots.

use serde::Deserialize;

use super::fields;
use super::push::{Column, Holds, Pushed, Table, near_cells, ranges};
use super::sieve::{Sifting, integer, owned, point, real, text};
use super::{Page, PageOf, PublishError, Publisher, Query};
use crate::base::actor::Actor;
use crate::base::ids::PlotId;
use crate::geo::cells::Cell;
use crate::plots::{self, Sight};
use crate::publish::feature::{Feature, Value};
use crate::publish::sql::{self, Bound, Clause, Given, PlotRow};
use crate::store::{Error as StoreError, Tx};

/// The state of a record that was taken back.
const RETRACTED: &str = "retracted";
const CHUNK: usize = 2_000;
/// Rows that are read while those before are looked at.
const PART: usize = 256;
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
        if let Some(page) = read_on(&mut tx, &sight, of).await? {
            return Ok(page);
        }
        row_by_row(&mut tx, &sight, of).await
    }

    /// What may change of the rows of a page that nothing sieves.
    pub(super) async fn plots_at_a_glance(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<String, PublishError> {
        let sight = plots::sight(actor).ok_or(PublishError::NotFound)?;
        self.plots.today().await?;
        let pushed = pushed(of.query, of.after)?;
        let limit = i64::try_from(of.limit.saturating_add(1)).unwrap_or(i64::MAX);
        let mut tx = self.store.read().await?;
        let told = sql::glance_plots(&mut tx, &sight, &pushed.clauses, limit).await?;
        Ok(told.unwrap_or_default())
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
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        if row.state == RETRACTED {
            return Err(PublishError::Gone);
        }
        Ok(Some(feature(row)?))
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

/// A page, of which one part is looked at while the database reads the next; none where a part cannot be taken apart.
async fn read_on(tx: &mut Tx, sight: &Sight, of: PageOf<'_>) -> Result<Option<Page>, PublishError> {
    let mut page = Sifting::new(of, MOST_SEEN);
    let mut wanted = page.wanted_after(0, PART);
    let mut given = part(tx, sight, of.query, (of.after, wanted)).await?;
    while let Some((count, last)) = given.end() {
        let after = last.to_string();
        let more = if count < wanted {
            0
        } else {
            page.wanted_after(count, PART)
        };
        let reading = async {
            match more {
                0 => Ok(None),
                more => part(tx, sight, of.query, (Some(&after), more))
                    .await
                    .map(Some),
            }
        };
        let seeing = async { see(&mut page, given) };
        let (next, goes_on) = tokio::join!(reading, seeing);
        match (goes_on?, next?) {
            (None, _) => return Ok(None),
            (Some(true), Some(next)) => given = next,
            (Some(_), _) => break,
        }
        wanted = more;
    }
    Ok(Some(page.page()))
}

/// Puts plots to a page: whether it may take more; none where they cannot be taken apart.
fn see(page: &mut Sifting<'_>, given: Given) -> Result<Option<bool>, StoreError> {
    let Some(rows) = given.rows() else {
        return Ok(None);
    };
    for row in rows {
        if !page.see(feature(row)?) {
            return Ok(Some(false));
        }
    }
    Ok(Some(true))
}

async fn part(
    tx: &mut Tx,
    sight: &Sight,
    query: &Query,
    (after, wanted): (Option<&str>, usize),
) -> Result<Given, PublishError> {
    let pushed = pushed(query, after)?;
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    Ok(sql::given_plots(tx, sight, &pushed.clauses, limit).await?)
}

async fn row_by_row(tx: &mut Tx, sight: &Sight, of: PageOf<'_>) -> Result<Page, PublishError> {
    let mut page = Sifting::new(of, MOST_SEEN);
    loop {
        let pushed = pushed(of.query, page.after())?;
        let wanted = page.wanted(CHUNK);
        let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
        let rows = sql::plots(tx, sight, &pushed.clauses, limit).await?;
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

fn pushed(query: &Query, after: Option<&str>) -> Result<Pushed, PublishError> {
    let mut pushed = TABLE.pushed(query, after)?;
    if !asks_for_retracted(query) {
        let retracted = Bound::Text(RETRACTED.to_owned());
        pushed
            .clauses
            .push(Clause::Compare("state", " <> ", retracted));
    }
    if let Some(cells) = query.bbox.and_then(near_cells) {
        pushed.clauses.push(Clause::OneOf("cell_7", cells));
    }
    if !query.cells.is_empty() {
        pushed.clauses.push(Clause::Ranges(ranges(&query.cells)));
    }
    Ok(pushed)
}

/// A record that was taken back is no plot any more: it is told to those alone who ask for it by the word of its state.
fn asks_for_retracted(query: &Query) -> bool {
    let at = fields::PLOTS.iter().position(|field| field.name == "state");
    let asked = at.and_then(|at| Some(query.filter.as_ref()?.names(at, RETRACTED)));
    asked.unwrap_or(false)
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
        owned(told.detected_by),
        owned(told.stage),
        integer(row.plants),
        owned(row.plants_method),
        real(row.area_m2),
        owned(row.area_method),
        real(row.uncertainty_pct),
        owned(told.land),
        real(row.altitude_m),
        real(row.hacc_m),
        owned(row.commune),
        owned(row.commune_name),
        text(row.patrol),
        text(row.incident),
        Value::Integer(row.photos),
        text(Some(cell(row.cell_7)?)),
        text(Some(cell(row.cell_9)?)),
        text(Some(cell(row.cell_12)?)),
        owned(told.notes),
        Value::Integer(row.version),
        Value::Time(row.recorded_at),
    ];
    Ok(Feature {
        id: row.id.to_string(),
        geometry: Some(point(row.lon, row.lat)),
        values,
    })
}
