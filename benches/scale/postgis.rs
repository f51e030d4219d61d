//! The anchor: the same communes, risk areas and walks in PostGIS, and what it answers.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use geo::{Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon};
use geozero::{CoordDimensions, ToWkb};
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{PgPool, Row};
use tuantra::base::time::LocalDate;
use tuantra::patrols::model::track::TrackSummary;

use crate::window::Window;

const SCHEMA: &str = include_str!("../anchors/schema.sql");
const GROUND: &str = include_str!("../anchors/ground.sql");
const WALKS: &str = include_str!("../anchors/walks.sql");
const STORE: &str = include_str!("../anchors/store.sql");
const STORE_THIN: &str = include_str!("../anchors/store_thin.sql");
const STORE_UNIONS: &str = include_str!("../anchors/store_unions.sql");
const INDEX: &str = include_str!("../anchors/index.sql");
const SIZES: &str = "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' \
     AND (relname LIKE 'seen%' OR relname = 'walks') ORDER BY relname";
const COPY_BYTES: usize = 1 << 20;

/// A way of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    pub name: &'static str,
    pub what: &'static str,
    sql: &'static str,
}

macro_rules! query {
    ($name:literal, $what:literal) => {
        Query {
            name: $name,
            what: $what,
            sql: include_str!(concat!("../anchors/queries/", $name, ".sql")),
        }
    };
}

pub const PLAIN: Query = query!("plain", "buffer and union when asked");
pub const TUNED: Query = query!("tuned", "stored buffers clipped to risk, union per commune");
pub const BLOCKS: Query = query!("blocks", "thinned, united per day and per block of 32 days");
/// Everything that was tried on stored pieces.
pub const STORED: [Query; 7] = [
    TUNED,
    query!("unary", "tuned, ST_UnaryUnion of a collection"),
    query!("by_piece", "tuned, union per risk piece, areas summed"),
    query!("grid", "per risk piece, union snapped to a grid of 0.1 m"),
    query!(
        "thin",
        "per risk piece, from thinned tracks and coarser circles"
    ),
    query!("daily", "thinned, united per day"),
    BLOCKS,
];

/// A PostGIS database of one province.
pub struct Anchor {
    pool: PgPool,
}

/// Lines of text on their way into a table.
pub struct Copy {
    copy: sqlx::postgres::PgCopyIn<sqlx::pool::PoolConnection<sqlx::Postgres>>,
    text: String,
}

impl Copy {
    async fn begin(pool: &PgPool, statement: &'static str) -> anyhow::Result<Self> {
        Ok(Self {
            copy: pool.copy_in_raw(statement).await?,
            text: String::with_capacity(COPY_BYTES + 100_000),
        })
    }

    async fn line(&mut self, head: &str, shape: &Geometry) -> anyhow::Result<()> {
        self.text.push_str(head);
        self.text.push('\t');
        for byte in shape.to_wkb(CoordDimensions::xy())? {
            let _ = write!(self.text, "{byte:02x}");
        }
        self.text.push('\n');
        if self.text.len() > COPY_BYTES {
            self.copy.send(self.text.as_bytes()).await?;
            self.text.clear();
        }
        Ok(())
    }

    pub async fn end(mut self) -> anyhow::Result<()> {
        self.copy.send(self.text.as_bytes()).await?;
        self.copy.finish().await?;
        Ok(())
    }

    /// What a patrol walked, each local day by itself.
    pub async fn walk(&mut self, number: usize, summary: &TrackSummary) -> anyhow::Result<()> {
        for (day, track) in by_day(summary) {
            let head = format!("{number}\t{}", day.as_days());
            self.line(&head, &track).await?;
        }
        Ok(())
    }
}

impl Anchor {
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let pool = PgPool::connect(url).await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Loads communes and risk areas by code, and lays the risk of each commune.
    pub async fn load_ground<'a>(
        &self,
        communes: impl Iterator<Item = (&'a str, &'a MultiPolygon)>,
        risk_areas: impl Iterator<Item = (&'a str, &'a MultiPolygon)>,
    ) -> anyhow::Result<()> {
        let mut copy = Copy::begin(&self.pool, "COPY in_communes FROM STDIN").await?;
        for (code, shape) in communes {
            copy.line(code, &Geometry::MultiPolygon(shape.clone()))
                .await?;
        }
        copy.end().await?;
        let mut copy = Copy::begin(&self.pool, "COPY in_risk_areas FROM STDIN").await?;
        for (code, shape) in risk_areas {
            copy.line(code, &Geometry::MultiPolygon(shape.clone()))
                .await?;
        }
        copy.end().await?;
        sqlx::raw_sql(GROUND).execute(&self.pool).await?;
        Ok(())
    }

    pub async fn walks(&self) -> anyhow::Result<Copy> {
        Copy::begin(&self.pool, "COPY in_walks FROM STDIN").await
    }

    pub async fn index_walks(&self) -> anyhow::Result<()> {
        sqlx::raw_sql(WALKS).execute(&self.pool).await?;
        Ok(())
    }

    /// Stores what was seen, at full detail and thinned; gives the CPU-bound seconds of each.
    pub async fn store(&self, radii_m: &[i32]) -> anyhow::Result<[Duration; 3]> {
        let full = self.shared(STORE, radii_m).await?;
        let thin = self.shared(STORE_THIN, radii_m).await?;
        let begun = Instant::now();
        sqlx::raw_sql(STORE_UNIONS).execute(&self.pool).await?;
        let unions = begun.elapsed();
        sqlx::raw_sql(INDEX).execute(&self.pool).await?;
        Ok([full, thin, unions])
    }

    /// Runs a statement over all patrols with as many connections as there are cores; the sum of their times.
    async fn shared(&self, sql: &'static str, radii_m: &[i32]) -> anyhow::Result<Duration> {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = i32::try_from(workers)?;
        let mut spent = Duration::ZERO;
        for &radius_m in radii_m {
            let shares = (0..workers).map(async |share| {
                let begun = Instant::now();
                sqlx::query(sql)
                    .bind(radius_m)
                    .bind(share)
                    .bind(workers)
                    .execute(&self.pool)
                    .await?;
                anyhow::Ok(begun.elapsed())
            });
            for share in futures::future::join_all(shares).await {
                spent += share?;
            }
        }
        Ok(spent)
    }

    /// The covered part of each commune in m², and how long it took.
    pub async fn ask(
        &self,
        query: Query,
        window: Window,
        radius_m: i32,
    ) -> anyhow::Result<(BTreeMap<String, f64>, Duration)> {
        let begun = Instant::now();
        let rows = sqlx::query(query.sql)
            .bind(i32::try_from(window.from.as_days())?)
            .bind(i32::try_from(window.to.as_days())?)
            .bind(radius_m)
            .fetch_all(&self.pool)
            .await?;
        let spent = begun.elapsed();
        let answer = rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()?;
        Ok((answer, spent))
    }

    /// The ground at risk of each commune in m².
    pub async fn grounds(&self) -> anyhow::Result<BTreeMap<String, f64>> {
        let rows: Vec<(String, f64)> = sqlx::query_as("SELECT commune, area_m2 FROM grounds")
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Tables with their bytes, indexes included.
    pub async fn sizes(&self) -> anyhow::Result<Vec<(String, i64)>> {
        Ok(sqlx::query_as(SIZES).fetch_all(&self.pool).await?)
    }
}

/// Credible legs as lines and lone good fixes as points, by the local day that each begins on.
fn by_day(summary: &TrackSummary) -> BTreeMap<LocalDate, Geometry> {
    let mut days = BTreeMap::<LocalDate, (Vec<LineString>, Vec<geo::Point>)>::new();
    for leg in &summary.legs {
        // A step belongs to the day of its start, so a leg over midnight is cut after the step that crosses it.
        let mut rest = leg.points();
        while let [first, _, ..] = rest {
            let day = first.day();
            let steps = rest.iter().take_while(|point| point.day() == day).count();
            let end = (steps + 1).min(rest.len());
            let line = rest.get(..end).unwrap_or_default().iter();
            let line = line.map(|point| point.position.to_coord()).collect();
            days.entry(day).or_default().0.push(line);
            rest = rest.get(steps..).unwrap_or_default();
        }
    }
    for disc in &summary.discs {
        let points = &mut days.entry(disc.day()).or_default().1;
        points.push(disc.position.to_point());
    }
    days.into_iter()
        .map(|(day, (lines, points))| {
            let lines = Geometry::MultiLineString(MultiLineString::new(lines));
            let parts = if points.is_empty() {
                vec![lines]
            } else {
                vec![lines, Geometry::MultiPoint(MultiPoint::new(points))]
            };
            (
                day,
                Geometry::GeometryCollection(GeometryCollection::from(parts)),
            )
        })
        .collect()
}
