//! Making a file: features are read page by page and written as they come.
//!
//! A file is as of one entry without one long transaction: it is noted which entries are there before the first page
//! and after the last. If none came in between that changes what is published, the file is exactly as of the last one;
//! else it is read again, and after a few tries it says that it is not settled: each feature is then as of some entry
//! between the two.

use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use crate::base::actor::Actor;
use crate::base::ids::EntryId;
use crate::publish::feature::{Collection, Feature, Value};
use crate::publish::filter::Expr;
use crate::publish::source::{PublishError, Query};
use crate::store::BoxFuture;

use super::filter::{Filter, FilterFault};
use super::layer::{Layer, prepared, rooted};
use super::sink::Sink;
use super::{Error, Exports, Format, sql};

/// Features of a page.
const PAGE: usize = 1_000;
/// How often a file is read before it is given unsettled.
const TRIES: u32 = 3;
const BLOCK: usize = 1 << 18;

/// What goes into a file.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The collections, each a layer.
    pub collections: Vec<Collection>,
    /// How.
    pub format: Format,
    /// Which features.
    pub filter: Filter,
}

/// How many features of a collection are in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ExportCount)]
pub struct Count {
    /// The collection.
    pub collection: Collection,
    /// Its features.
    pub features: u64,
}

/// A file that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What is in it.
    pub counts: Vec<Count>,
    /// The last entry that is in it; none while there is no entry.
    pub as_of: Option<EntryId>,
    /// Whether nothing came in while it was read.
    pub is_settled: bool,
    /// Its bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

impl Made {
    /// All features in it.
    #[must_use]
    pub fn features(&self) -> u64 {
        self.counts.iter().map(|count| count.features).sum()
    }
}

/// Who is told how far a file is, and may end it.
pub(super) trait Watch: Send + Sync {
    /// So many features are written.
    fn at(&self, features: u64) -> BoxFuture<'_, Result<(), Error>>;
}

/// A file of at most so many features.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtMost(pub u64);

impl Watch for AtMost {
    fn at(&self, features: u64) -> BoxFuture<'_, Result<(), Error>> {
        let most = self.0;
        Box::pin(async move {
            if features > most {
                return Err(Error::TooMany(most));
            }
            Ok(())
        })
    }
}

impl Exports {
    /// The layers of what is wanted, as far as the caller may read them and the format can hold them.
    pub(super) fn layers(&self, actor: &Actor, wanted: &Wanted) -> Result<Vec<Layer>, Error> {
        let readable = self.publisher.visible(actor);
        let mut layers = Vec::new();
        for collection in &wanted.collections {
            if !readable.contains(collection) {
                return Err(Error::NotFound);
            }
            let layer = Layer {
                collection: *collection,
                title: title(*collection),
                fields: self.publisher.fields(*collection, actor),
                shape: self.publisher.shape(*collection),
            };
            if !wanted.format.holds(&layer) {
                let reason = format!("{} are areas, which gpx cannot hold", layer.name());
                return Err(FilterFault {
                    name: "format",
                    reason,
                }
                .into());
            }
            wanted.filter.query(*collection, layer.fields)?;
            layers.push(layer);
        }
        Ok(layers)
    }

    /// Makes the file of what is wanted at `path`.
    pub(super) async fn make(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        path: &Path,
        watch: &dyn Watch,
    ) -> Result<Made, Error> {
        let layers = self.layers(actor, wanted)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let before = self.moment().await?;
            let counts = self.write(actor, wanted, &layers, path, watch).await?;
            let is_settled = self.is_as_of(&before).await?;
            if !is_settled && tries < TRIES {
                continue;
            }
            let (bytes, sha256) = digest(path).await?;
            return Ok(Made {
                counts,
                as_of: before.entry,
                is_settled,
                bytes,
                sha256,
            });
        }
    }

    async fn write(
        &self,
        actor: &Actor,
        wanted: &Wanted,
        layers: &[Layer],
        path: &Path,
        watch: &dyn Watch,
    ) -> Result<Vec<Count>, Error> {
        let mut sink = Sink::create(wanted.format, path, self.journal.now()).await?;
        let (mut counts, mut all) = (Vec::new(), 0);
        for layer in layers {
            sink.layer(*layer).await?;
            let query = wanted.filter.query(layer.collection, layer.fields)?;
            let is_timed = wanted.format == Format::Gpx && layer.collection == Collection::Patrols;
            let (mut after, mut features) = (None, 0);
            loop {
                let of = layer.collection;
                let page = self.publisher.page(actor, of, &query, after.as_ref(), PAGE);
                let page = Box::pin(page).await?;
                let rooted = |own| rooted(prepared(own), layer.fields, &self.root);
                let own: Vec<Feature> = page.features.into_iter().map(rooted).collect();
                features += own.len() as u64;
                watch.at(all + features).await?;
                if is_timed {
                    for feature in own {
                        self.add_track(actor, feature, &mut sink).await?;
                        watch.at(all + features).await?;
                    }
                } else {
                    sink.add(own).await?;
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            all += features;
            let collection = layer.collection;
            counts.push(Count {
                collection,
                features,
            });
        }
        sink.finish().await?;
        Ok(counts)
    }

    /// A patrol with its fixes: handhelds show when a team was where.
    async fn add_track(
        &self,
        actor: &Actor,
        patrol: Feature,
        sink: &mut Sink,
    ) -> Result<(), Error> {
        let fields = self.publisher.fields(Collection::Fixes, actor);
        let of = fields.iter().position(|field| field.name == "patrol");
        let is_of = of.map(|at| Expr::field_is(at, Value::Text(patrol.id.clone())));
        let query = Query {
            filter: is_of,
            ..Query::default()
        };
        let mut after = None;
        loop {
            let of = Collection::Fixes;
            let page = self.publisher.page(actor, of, &query, after.as_ref(), PAGE);
            let page = Box::pin(page).await?;
            let fixes: Vec<Feature> = page.features.into_iter().map(prepared).collect();
            sink.track(&patrol, Some(&fixes)).await?;
            after = page.next;
            if after.is_none() {
                return sink.track(&patrol, None).await;
            }
        }
    }

    async fn moment(&self) -> Result<sql::Moment, Error> {
        let mut tx = self.journal.store().read().await?;
        Ok(sql::moment(&mut tx).await?)
    }

    /// Whether nothing that is published was changed since.
    async fn is_as_of(&self, before: &sql::Moment) -> Result<bool, Error> {
        let mut tx = self.journal.store().read().await?;
        let since = sql::changes_since(&mut tx, before.seq).await?;
        Ok(since == before.changes)
    }
}

async fn digest(path: &Path) -> Result<(u64, [u8; 32]), Error> {
    let mut file = File::open(path).await?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut block = vec![0; BLOCK];
    loop {
        let read = file.read(&mut block).await?;
        if read == 0 {
            return Ok((bytes, digest.finalize().into()));
        }
        bytes += read as u64;
        digest.update(&block[..read]);
    }
}

/// What staff call a collection.
const fn title(collection: Collection) -> &'static str {
    match collection {
        Collection::Communes => "Xã, phường",
        Collection::Hamlets => "Thôn, bản",
        Collection::RiskAreas => "Khu vực nguy cơ",
        Collection::BorderGates => "Cửa khẩu, lối mở",
        Collection::Patrols => "Cuộc tuần tra",
        Collection::Fixes => "Điểm định vị",
        Collection::Plots => "Điểm trồng",
        Collection::Photos => "Ảnh chứng cứ",
        Collection::CoverageCells => "Độ bao phủ theo ô",
        Collection::DensityCells => "Mật độ điểm trồng",
    }
}

impl From<PublishError> for Error {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotFound | PublishError::Gone => Self::NotFound,
            PublishError::Parameter { name, reason } => Self::Filter(FilterFault { name, reason }),
            PublishError::Store(error) => Self::Store(error),
        }
    }
}
