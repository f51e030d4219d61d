//! `GeoPackage` 1.3: several layers in one SQLite file, each with its index, its count and its style, so that an office
//! opens, edits and mails it back with nothing else at hand.

use std::path::Path;

use geo::Geometry;
use geozero::{CoordDimensions, ToWkb};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::base::time::Timestamp;
use crate::publish::feature::Feature;

use super::layer::{Layer, bounds, joined};
use super::sql::geopackage as sql;
use super::styles;

/// Values that one statement inserts: SQLite binds 32,766.
const VALUES: usize = 8_000;

/// A file that is being made.
#[derive(Debug)]
pub struct GeoPackage {
    file: SqliteConnection,
    now: String,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    layer: Layer,
    count: i64,
    extent: Option<[f64; 4]>,
}

impl GeoPackage {
    /// Begins a file that nobody reads yet: it is thrown away after a crash, so that nothing waits for the disk.
    pub async fn create(path: &Path, now: Timestamp) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .locking_mode(SqliteLockingMode::Exclusive)
            .foreign_keys(false)
            .pragma("cache_size", "-16000")
            .disable_statement_logging();
        let mut file = options.connect().await?;
        let now = now.to_string();
        sql::begin(&mut file, &now).await?;
        sql::start(&mut file).await?;
        let open = None;
        Ok(Self { file, now, open })
    }

    /// Begins a layer.
    pub async fn layer(&mut self, layer: Layer) -> sqlx::Result<()> {
        self.end_layer().await?;
        let told = sql::Told {
            now: &self.now,
            qml: &styles::qml(&layer),
            sld: &styles::sld(&layer),
        };
        sql::add_layer(&mut self.file, &layer, &told).await?;
        self.open = Some(Open {
            layer,
            count: 0,
            extent: None,
        });
        Ok(())
    }

    /// Takes features of the layer that was begun last.
    pub async fn add(&mut self, features: &[Feature]) -> sqlx::Result<()> {
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        for some in features.chunks(VALUES / (open.layer.fields.len() + 3)) {
            let mut rows = Vec::with_capacity(some.len());
            for feature in some {
                open.count += 1;
                let geometry = feature.geometry.as_ref().and_then(coded);
                if let Some((_, own)) = &geometry {
                    open.extent = Some(joined(open.extent, *own));
                }
                rows.push(sql::Row {
                    fid: open.count,
                    geometry,
                    feature,
                });
            }
            sql::add_rows(&mut self.file, &open.layer, &rows).await?;
        }
        Ok(())
    }

    /// Ends the file.
    pub async fn finish(mut self) -> sqlx::Result<()> {
        self.end_layer().await?;
        sql::end(&mut self.file).await?;
        self.file.close().await
    }

    async fn end_layer(&mut self) -> sqlx::Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        sql::end_layer(&mut self.file, &open.layer, open.count, open.extent).await
    }
}

/// The header of `GeoPackage`'s geometry, its envelope where it is no point, and WKB.
fn coded(geometry: &Geometry<f64>) -> Option<(Vec<u8>, [f64; 4])> {
    const LITTLE_ENDIAN: u8 = 1;
    const WITH_ENVELOPE: u8 = 1 << 1;
    let own = bounds(geometry)?;
    let wkb = geometry.to_wkb(CoordDimensions::xy()).ok()?;
    let is_point = matches!(geometry, Geometry::Point(_));
    let flags = LITTLE_ENDIAN | if is_point { 0 } else { WITH_ENVELOPE };
    let mut bytes = Vec::with_capacity(40 + wkb.len());
    bytes.extend_from_slice(&[b'G', b'P', 0, flags]);
    bytes.extend_from_slice(&4326_i32.to_le_bytes());
    if !is_point {
        let [west, south, east, north] = own;
        for number in [west, east, south, north] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
    }
    bytes.extend_from_slice(&wkb);
    Some((bytes, own))
}
