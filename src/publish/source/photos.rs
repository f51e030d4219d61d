//! Evidence photos as points with links to their images.

use serde::Deserialize;

use super::fields;
use super::push::{Column, Holds, Table};
use super::sieve::{Sifting, point, real, text};
use super::{Page, PageOf, PublishError, Publisher, Query};
use crate::base::actor::Actor;
use crate::base::hex;
use crate::base::ids::PhotoId;
use crate::evidence;
use crate::publish::feature::{Feature, Value};
use crate::publish::sql::{self, Bound, Clause, PhotoRow};
use crate::store::Error as StoreError;

const CHUNK: usize = 1_000;
const MOST_SEEN: usize = 50_000;

const TABLE: Table = Table {
    id: "p.id",
    fields: fields::PHOTOS,
    columns: &[
        Column {
            field: "taken_at",
            name: "p.taken_at",
            holds: Holds::Time,
        },
        Column {
            field: "state",
            name: "p.state",
            holds: Holds::Text,
        },
        Column {
            field: "bytes",
            name: "p.bytes",
            holds: Holds::Integer,
        },
        Column {
            field: "recorded_at",
            name: "p.recorded_at",
            holds: Holds::Time,
        },
    ],
    point: Some(("p.lon", "p.lat")),
    time: ("p.taken_at", "p.taken_at"),
};

/// What is read of a sidecar.
#[derive(Debug, Deserialize)]
struct Told {
    phase: Option<String>,
    accuracy_m: Option<f64>,
    bearing_deg: Option<f64>,
}

impl Publisher {
    pub(super) async fn photos(&self, actor: &Actor, of: PageOf<'_>) -> Result<Page, PublishError> {
        let sight = evidence::sight(actor).ok_or(PublishError::NotFound)?;
        let mut tx = self.store.read().await?;
        let mut page = Sifting::new(of, MOST_SEEN);
        loop {
            let pushed = TABLE.pushed(of.query, page.after())?;
            let wanted = page.wanted(CHUNK);
            let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
            let rows = sql::photos(&mut tx, &sight, &pushed.clauses, limit).await?;
            let is_last = rows.len() < wanted;
            for row in rows {
                if !page.see(feature(actor, &row)?) {
                    return Ok(page.page());
                }
            }
            if is_last {
                return Ok(page.page());
            }
        }
    }

    pub(super) async fn photo(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let Ok(id) = id.parse::<PhotoId>() else {
            return Ok(None);
        };
        let sight = evidence::sight(actor).ok_or(PublishError::NotFound)?;
        let mut tx = self.store.read().await?;
        let own = [Clause::Compare("p.id", " = ", Bound::Id(id.0))];
        let rows = sql::photos(&mut tx, &sight, &own, 1).await?;
        let found = rows.into_iter().map(|row| feature(actor, &row)).next();
        Ok(found.transpose()?)
    }

    pub(super) async fn count_photos(
        &self,
        actor: &Actor,
        query: &Query,
    ) -> Result<Option<u64>, PublishError> {
        let pushed = TABLE.pushed(query, None)?;
        if !pushed.is_exact {
            return Ok(None);
        }
        let sight = evidence::sight(actor).ok_or(PublishError::NotFound)?;
        let mut tx = self.store.read().await?;
        let count = sql::count_photos(&mut tx, &sight, &pushed.clauses).await?;
        Ok(u64::try_from(count).ok())
    }
}

/// A plot to which a photo is not joined is named only to the author's unit, and so are images that show a person.
fn feature(actor: &Actor, row: &PhotoRow) -> Result<Feature, StoreError> {
    let told: Told = serde_json::from_str(&row.record).or(Err(StoreError::Corrupt {
        table: "photos",
        column: "record",
        id: row.id.to_string(),
    }))?;
    let is_handling = actor.id == row.author || (row.org.is_some() && row.org == actor.org);
    let shows_person = row.contains_person == 1;
    let has_images =
        row.derived == "made" && row.redacted_at.is_none() && (is_handling || !shows_person);
    let href = |size: &str| text(has_images.then(|| format!("/api/v1/photos/{}/{size}", row.id)));
    let values = vec![
        text(row.plot.filter(|_| row.linked == 1 || is_handling)),
        text(told.phase),
        Value::Time(row.taken_at),
        real(told.accuracy_m),
        real(told.bearing_deg),
        Value::Flag(shows_person),
        Value::Text(row.state.clone()),
        Value::Text(hex(&row.sha256)),
        Value::Integer(row.bytes),
        href("display"),
        href("thumbnail"),
        row.stored_at.map_or(Value::Null, Value::Time),
        Value::Time(row.recorded_at),
    ];
    Ok(Feature {
        id: row.id.to_string(),
        geometry: row.lon.zip(row.lat).map(|(lon, lat)| point(lon, lat)),
        values,
    })
}
