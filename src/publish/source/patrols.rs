//! Patrols as lines, one part per leg, from what the job kept of their tracks.

use std::collections::{BTreeMap, HashMap};

use geo::{Coord, Geometry, LineString, MultiLineString};
use serde::Deserialize;

use super::fields;
use super::push::{Column, Holds, Table};
use super::sieve::{Sifting, integer, real, text};
use super::{Page, PageOf, PublishError, Publisher, Query};
use crate::base::actor::Actor;
use crate::base::ids::{OrgId, PatrolId};
use crate::patrols;
use crate::patrols::model::quality::QualityCounts;
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::model::walked::{Line, lines_of, rounded};
use crate::publish::feature::{Feature, Value};
use crate::publish::sql::{self, Bound, Clause, PatrolRow};
use crate::store::{Error as StoreError, Tx};

const CHUNK: usize = 500;
const MOST_SEEN: usize = 10_000;

macro_rules! column {
    ($field:literal, $column:literal, $holds:ident) => {
        Column {
            field: $field,
            name: $column,
            holds: Holds::$holds,
        }
    };
}

pub(super) const TABLE: Table = Table {
    id: "p.id",
    fields: fields::PATROLS,
    columns: &[
        column!("kind", "p.kind", Text),
        column!("transport", "p.transport", Text),
        column!("started_at", "p.started_at", Time),
        column!("ended_at", "p.ended_at", Time),
        column!("team", "p.team", Id),
        column!("lead_org", "p.lead_org", Id),
        column!("campaign", "p.campaign", Id),
        column!("version", "p.version", Integer),
        column!("recorded_at", "p.recorded_at", Time),
    ],
    point: None,
    time: ("p.started_at", "COALESCE(p.ended_at, p.started_at)"),
};

/// What is read of a track's kept figures.
#[derive(Debug, Deserialize)]
struct Kept {
    quality: QualityCounts,
}

/// What is known of a patrol's tracks together.
#[derive(Debug, Default)]
struct Tracks {
    lines: Vec<Line>,
    quality: QualityCounts,
    communes: Vec<String>,
}

impl Publisher {
    pub(super) async fn patrols(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<Page, PublishError> {
        let sight = patrols::sight(actor)?;
        let mut tx = self.store.read().await?;
        let mut page = Sifting::new(of, MOST_SEEN);
        loop {
            let pushed = TABLE.pushed(of.query, page.after())?;
            let wanted = page.wanted(CHUNK);
            let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
            let rows = sql::patrols(&mut tx, &sight, &pushed.clauses, limit).await?;
            let is_last = rows.len() < wanted;
            for found in features(&mut tx, rows).await? {
                if !page.see(found) {
                    return Ok(page.page());
                }
            }
            if is_last {
                return Ok(page.page());
            }
        }
    }

    pub(super) async fn patrol(
        &self,
        actor: &Actor,
        id: &str,
    ) -> Result<Option<Feature>, PublishError> {
        let Ok(id) = id.parse::<PatrolId>() else {
            return Ok(None);
        };
        let sight = patrols::sight(actor)?;
        let mut tx = self.store.read().await?;
        let own = [Clause::Compare("p.id", " = ", Bound::Id(id.0))];
        let rows = sql::patrols(&mut tx, &sight, &own, 1).await?;
        Ok(features(&mut tx, rows).await?.pop())
    }

    pub(super) async fn count_patrols(
        &self,
        actor: &Actor,
        query: &Query,
    ) -> Result<Option<u64>, PublishError> {
        let pushed = TABLE.pushed(query, None)?;
        if !pushed.is_exact {
            return Ok(None);
        }
        let sight = patrols::sight(actor)?;
        let mut tx = self.store.read().await?;
        let count = sql::count_patrols(&mut tx, &sight, &pushed.clauses).await?;
        Ok(u64::try_from(count).ok())
    }
}

async fn features(tx: &mut Tx, rows: Vec<PatrolRow>) -> Result<Vec<Feature>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<PatrolId> = rows.iter().map(|row| row.id).collect();
    let mut tracks: HashMap<PatrolId, Tracks> = HashMap::new();
    for row in sql::tracks(tx, &ids).await? {
        let corrupt = |column| StoreError::Corrupt {
            table: "tracks",
            column,
            id: row.patrol.to_string(),
        };
        let own = tracks.entry(row.patrol).or_default();
        if let Some(line) = &row.line {
            let kept: Vec<Vec<i64>> = serde_json::from_str(line).or(Err(corrupt("line")))?;
            own.lines.extend(lines_of(&kept));
        }
        if let Some(summary) = &row.summary {
            let kept: Kept = serde_json::from_str(summary).or(Err(corrupt("summary")))?;
            own.quality.add(&kept.quality);
        }
    }
    for (patrol, commune) in sql::communes(tx, &ids).await? {
        tracks.entry(patrol).or_default().communes.push(commune);
    }
    rows.into_iter()
        .map(|row| {
            let own = tracks.remove(&row.id).unwrap_or_default();
            feature(row, own)
        })
        .collect()
}

fn feature(row: PatrolRow, tracks: Tracks) -> Result<Feature, StoreError> {
    let corrupt = |column| StoreError::Corrupt {
        table: "patrols",
        column,
        id: row.id.to_string(),
    };
    let headcount: BTreeMap<OrgId, u32> =
        serde_json::from_str(&row.headcount).or(Err(corrupt("headcount")))?;
    let people: u64 = headcount.values().map(|own| u64::from(*own)).sum();
    let quality = &tracks.quality;
    let credible = u64::from(quality.good) + u64::from(quality.accuracy_unknown);
    let others = [
        quality.mock,
        quality.future,
        quality.inaccurate,
        quality.unsettled,
        quality.impossible_speed,
    ];
    let fixes = credible + others.into_iter().map(u64::from).sum::<u64>();
    let values = vec![
        text(Some(state(&row).ok_or_else(|| corrupt("state"))?)),
        Value::Text(row.kind),
        Value::Text(row.transport),
        integer(Some(people)),
        Value::Time(row.started_at),
        row.ended_at.map_or(Value::Null, Value::Time),
        real(Some(rounded(row.length_m / 1000.0, 1000.0))),
        real(Some(hours(row.duration_ms))),
        real(Some(hours(row.moving_ms))),
        integer(Some(tracks.lines.len())),
        integer(Some(fixes)),
        integer(Some(credible)),
        percentage(credible, fixes),
        text(Some(tracks.communes.join(","))),
        text(Some(row.team)),
        text(Some(row.lead_org)),
        text(row.campaign),
        text(row.notes),
        Value::Flag(row.redacted_at.is_some()),
        Value::Integer(row.version),
        Value::Time(row.recorded_at),
    ];
    Ok(Feature {
        id: row.id.to_string(),
        geometry: lines(tracks.lines),
        values,
    })
}

/// A closed patrol of which fixes came is an uploaded one.
fn state(row: &PatrolRow) -> Option<PatrolState> {
    Some(match row.state.parse().ok()? {
        PatrolState::Closed if row.chunks > 0 => PatrolState::Uploaded,
        state => state,
    })
}

fn lines(lines: Vec<Line>) -> Option<Geometry<f64>> {
    let lines: Vec<LineString<f64>> = lines
        .into_iter()
        .filter(|line| line.len() > 1)
        .map(|line| LineString(line.into_iter().map(|[x, y]| Coord { x, y }).collect()))
        .collect();
    (!lines.is_empty()).then_some(Geometry::MultiLineString(MultiLineString(lines)))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a patrol lasts far less than 2^53 ms"
)]
fn hours(millis: i64) -> f64 {
    rounded(millis as f64 / 3_600_000.0, 1000.0)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a patrol has far less than 2^53 fixes"
)]
fn percentage(part: u64, whole: u64) -> Value {
    if whole == 0 {
        Value::Null
    } else {
        Value::Real(rounded(100.0 * part as f64 / whole as f64, 10.0))
    }
}
