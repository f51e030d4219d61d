//! Map tiles (MVT 2.1, `TileJSON` 3.0.0) of what each caller may see.
//!
//! Invariants: a tile is drawn from the features that every publisher gets, with the caller's rights and at the caller's
//! precision, and kept under both; a tile's name (`ETag`) is a digest of what it shows, so a changed fact changes the
//! names of its own tiles alone; drawing runs beside the threads that answer requests, once for all who wait for it;
//! memory is bounded.

mod cells;
mod drawn;
mod layers;
mod params;
mod prepared;
pub mod routes;
pub mod sets;
mod tile_json;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::areas::Areas;
use crate::base::actor::{Actor, Right};
use crate::coverage::Coverage;
use crate::density::Density;
use crate::geo::tile::Tile;
use crate::patrols::{self, Patrols};
use crate::plots::Plots;
use crate::store;

use super::feature::Collection;
use super::memory::Memory;
use super::source::{PublishError, Publisher};
use drawn::Drawn;
use params::Wanted;
use prepared::Prepared;

/// Whether a collection is drawn at all.
#[must_use]
pub const fn has_layer(collection: Collection) -> bool {
    layers::rules(collection).is_some()
}

/// What is told by patrols is read again after so many milliseconds, for nothing tells when one was declared or derived
/// anew.
const PATROLS_STAND_MS: i64 = 15_000;

/// Draws and keeps tiles.
#[derive(Debug, Clone)]
pub struct Tiles {
    publisher: Publisher,
    areas: Areas,
    plots: Plots,
    coverage: Coverage,
    sets: Arc<Memory<SetKey, Arc<Prepared>>>,
    drawn: Arc<Memory<(SetKey, Tile), Arc<Drawn>>>,
}

/// What a set of features was made for and from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SetKey {
    wanted: Wanted,
    /// A digest of what the caller may see: rights, scope, precision.
    reach: [u8; 32],
    /// H3 resolution of cells.
    resolution: Option<u8>,
    /// The ground that the set reaches over; none: everything.
    around: Option<Tile>,
    version: [i64; 5],
}

impl Tiles {
    /// Tiles of what these services hold, of which at most so many bytes are kept.
    #[must_use]
    pub fn new(
        (areas, patrols, plots): (Areas, Patrols, Plots),
        (coverage, density): (Coverage, Density),
        most_bytes: usize,
    ) -> Self {
        let publisher = Publisher::new(
            (areas.clone(), patrols, plots.clone()),
            (coverage.clone(), density),
        );
        Self {
            publisher,
            areas,
            plots,
            coverage,
            sets: Arc::new(Memory::new(most_bytes / 3 * 2)),
            drawn: Arc::new(Memory::new(most_bytes / 3)),
        }
    }

    /// A tile of a layer.
    async fn draw(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        tile: Tile,
    ) -> Result<Arc<Drawn>, PublishError> {
        let collection = wanted.collection;
        let rules = layers::rules(collection).ok_or(PublishError::NotFound)?;
        let reach = reach(collection, actor).ok_or(PublishError::NotFound)?;
        if tile.z() < rules.min_zoom {
            return Ok(Arc::new(Drawn::of(Vec::new())));
        }
        let is_full = actor.may_somewhere(Right::ReadDensity);
        let key = SetKey {
            wanted: wanted.clone(),
            reach,
            resolution: cells::resolution(collection, tile.z(), is_full),
            around: cells::around(collection, tile),
            version: self.version(wanted).await?,
        };
        let key = (key, tile);
        if let Some(drawn) = self.drawn.found(&key) {
            return Ok(drawn);
        }
        Box::pin(self.made(actor, key)).await
    }

    /// A tile that was not kept.
    async fn made(&self, actor: &Actor, key: (SetKey, Tile)) -> Result<Arc<Drawn>, PublishError> {
        let (of, tile) = &key;
        let (of, tile) = (of.clone(), *tile);
        let drawing = Box::pin(async {
            let read = Box::pin(self.prepared(actor, &of));
            let set = self.sets.get(of.clone(), |set| set.bytes(), read).await?;
            let drawn = aside(move || Drawn::of(set.draw(tile))).await?;
            Ok::<_, PublishError>(Arc::new(drawn))
        });
        let size = |drawn: &Arc<Drawn>| drawn.bytes();
        self.drawn.get(key, size, drawing).await
    }

    /// The numbers that a layer's features stand or fall with.
    async fn version(&self, wanted: &Wanted) -> Result<[i64; 5], PublishError> {
        use Collection::{CoverageCells, DensityCells, Patrols, Plots};
        let collection = wanted.collection;
        let mut version = [
            self.areas.epoch().await?,
            0,
            0,
            self.areas.today().as_days(),
            0,
        ];
        if matches!(collection, Collection::Communes | Collection::RiskAreas) {
            return Ok(version);
        }
        let mut tx = self.areas.journal().store().read().await?;
        if matches!(collection, Plots | DensityCells) {
            version[1] = self.plots.epoch(&mut tx).await?;
        }
        if matches!(collection, Patrols | CoverageCells | DensityCells) {
            version[2] = self.coverage.clock(&mut tx).await?;
        }
        // Which plots are a campaign's is told by its patrols.
        let asks_patrols = collection == DensityCells && wanted.campaign.is_some();
        if collection == Patrols || asks_patrols {
            version[4] = self.areas.journal().now().as_millis() / PATROLS_STAND_MS;
        }
        Ok(version)
    }
}

/// A digest of what of a collection the caller may see; none if nothing.
fn reach(collection: Collection, actor: &Actor) -> Option<[u8; 32]> {
    let by = |right: Right| {
        let scope = actor.reach(right)?;
        Some(format!("{}:{scope:?}", right.as_str()))
    };
    let text = match collection {
        Collection::Communes => by(Right::ReadCommunes).map(|_| String::new()),
        Collection::RiskAreas => by(Right::ReadRiskAreas),
        Collection::Patrols => patrols::sight(actor).ok().map(|sight| format!("{sight:?}")),
        Collection::Plots => by(Right::ReadPlots),
        Collection::CoverageCells => by(Right::ReadGaps),
        Collection::DensityCells => by(Right::ReadDensity).or_else(|| by(Right::ReadCoarseDensity)),
        Collection::Hamlets | Collection::BorderGates | Collection::Fixes | Collection::Photos => {
            None
        }
    };
    text.map(|text| Sha256::digest(text).into())
}

/// Runs a computation beside the threads that answer requests.
async fn aside<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, store::Error> {
    tokio::task::spawn_blocking(compute)
        .await
        .map_err(|fault| store::Error::Unavailable(format!("a tile could not be drawn: {fault}")))
}
