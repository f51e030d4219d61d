//! Sealing the photos of an approved eradication, and telling which came after.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::base::hex;
use crate::base::ids::{FactId, PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::evidence::model::seal::{Seal, SealOf, SealedPhoto, WHAT, is_after, speaks_for_merged};
use crate::evidence::sql::{self, PhotoRow, SealRow};
use crate::journal::merkle::{self, Hash};
use crate::journal::{Entry, Kind};
use crate::store::{self, Tx};

use super::Evidence;

/// An eradication whose photos are to be sealed.
#[derive(Debug, Clone)]
pub struct Sealing {
    /// The plot.
    pub plot: PlotId,
    /// The plots whose photos are sealed: it, and those merged into it on which what was corrected had been recorded.
    pub plots: Vec<PlotId>,
    /// The eradication, then those that it corrected.
    pub named: Vec<FactId>,
    /// SHA-256 of what was sent for the eradication.
    pub version_sha256: Vec<u8>,
    /// The approval, which is the reason.
    pub approval: FactId,
    /// Who approved.
    pub by: Uuid,
}

/// The root of a seal's tree, as everybody can compute it again.
#[must_use]
pub fn seal_root(seal: &Seal) -> Hash {
    let leaves: Vec<Hash> = seal
        .leaves()
        .iter()
        .map(|leaf| merkle::leaf_hash(leaf.as_bytes()))
        .collect();
    merkle::root(&leaves)
}

impl Evidence {
    /// Seals the photos of an eradication as they lie there, in the act that approves it. A second approval of the same
    /// eradication changes nothing: what was sealed stays so.
    pub async fn seal(&self, tx: &mut Tx, sealing: &Sealing) -> Result<(), store::Error> {
        let Some(eradication) = sealing.named.first().copied() else {
            return Ok(());
        };
        if sql::seal(tx, eradication).await?.is_some() {
            return Ok(());
        }
        let mut seal = Seal {
            what: WHAT.to_owned(),
            plot: sealing.plot,
            eradication,
            version_sha256: hex(&sealing.version_sha256),
            named: sealing.named.clone(),
            approval: sealing.approval,
            photos: of_set(tx, sealing).await?,
            root: String::new(),
        };
        seal.order();
        let root = seal_root(&seal);
        seal.root = hex(&root);
        let unwritable = |cause: serde_json::Error| store::Error::Unavailable(cause.to_string());
        let body = serde_json::to_vec(&seal).map_err(unwritable)?;
        let entry = Entry {
            kind: Kind::Seal,
            fact: eradication.0,
            actor: sealing.by,
            device: None,
            origin: None,
            body: &body,
        };
        let written = self.journal.enter(tx, entry).await?;
        let row = SealRow {
            eradication,
            plot: sealing.plot,
            entry: written.entry,
            named: serde_json::to_string(&seal.named).map_err(unwritable)?,
            root: root.to_vec(),
            sealed_at: written.received_at,
        };
        let photos: Vec<PhotoId> = seal.photos.iter().map(|photo| photo.id).collect();
        if !sql::insert_seal(tx, &row, &photos).await? {
            return Err(store::Error::Busy("the eradication was just sealed".into()));
        }
        Ok(())
    }
}

/// The stored photos that name the eradication or none.
async fn of_set(tx: &mut Tx, sealing: &Sealing) -> Result<Vec<SealedPhoto>, store::Error> {
    let mut rows = Vec::new();
    for plot in &sealing.plots {
        rows.extend(sql::sealable(tx, *plot).await?);
    }
    let own = rows
        .into_iter()
        .filter(|row| names(&row.record).is_none_or(|id| sealing.named.contains(&id)));
    Ok(own
        .map(|row| SealedPhoto {
            id: row.id,
            sha256: hex(&row.sha256),
            sidecar_sha256: hex(&row.sidecar_sha256),
        })
        .collect())
}

/// The eradication that a photo's record names.
fn names(record: &str) -> Option<FactId> {
    let record: Value = serde_json::from_str(record).ok()?;
    record.get("eradication")?.as_str()?.parse().ok()
}

/// What is to be told beside photos of some plots: seals, whether a hold keeps them, and whether a preview stands for
/// their thumbnail.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    seals: BTreeMap<PlotId, Vec<Sealed>>,
    /// The plots that count the ground of those that were merged into them.
    kept_by: BTreeMap<PlotId, BTreeSet<PlotId>>,
    sealed: BTreeSet<(FactId, PhotoId)>,
    held: BTreeSet<PlotId>,
    previewed: BTreeSet<PhotoId>,
}

/// A seal as it stands beside photos.
#[derive(Debug, Clone)]
struct Sealed {
    eradication: FactId,
    named: Vec<FactId>,
    at: Timestamp,
}

impl Marks {
    /// The marks of the plots that these photos name.
    pub(super) async fn of<'a>(
        tx: &mut Tx,
        rows: impl IntoIterator<Item = &'a PhotoRow> + Send,
    ) -> Result<Self, store::Error> {
        let rows: Vec<&PhotoRow> = rows.into_iter().collect();
        let plots: BTreeSet<PlotId> = rows.iter().filter_map(|row| row.plot).collect();
        let plots: Vec<PlotId> = plots.into_iter().collect();
        let kept_by = if plots.is_empty() {
            BTreeMap::new()
        } else {
            sql::kept_by(tx, &plots).await?
        };
        Self::beside(tx, &rows, kept_by).await
    }

    /// The same for a case: of a plot that was merged into it, its own plot counts the ground.
    pub(super) async fn of_case(
        tx: &mut Tx,
        rows: &[PhotoRow],
        merged: Option<(PlotId, PlotId)>,
    ) -> Result<Self, store::Error> {
        let rows: Vec<&PhotoRow> = rows.iter().collect();
        let kept_by = merged.map(|(merged, kept)| (merged, BTreeSet::from([kept])));
        Self::beside(tx, &rows, kept_by.into_iter().collect()).await
    }

    async fn beside(
        tx: &mut Tx,
        rows: &[&PhotoRow],
        kept_by: BTreeMap<PlotId, BTreeSet<PlotId>>,
    ) -> Result<Self, store::Error> {
        let plots: BTreeSet<PlotId> = rows.iter().filter_map(|row| row.plot).collect();
        let plots: Vec<PlotId> = plots.into_iter().collect();
        let mut marks = Self {
            kept_by,
            ..Self::default()
        };
        let without = rows.iter().filter(|row| row.derived != "made");
        let without: Vec<PhotoId> = without.map(|row| row.id).collect();
        marks.previewed = sql::previewed(tx, &without).await?.into_iter().collect();
        if plots.is_empty() {
            return Ok(marks);
        }
        let kept = marks.kept_by.values().flatten();
        let sealing: BTreeSet<PlotId> = plots.iter().chain(kept).copied().collect();
        let sealing: Vec<PlotId> = sealing.into_iter().collect();
        for row in sql::seals(tx, &sealing).await? {
            let seal = Sealed {
                eradication: row.eradication,
                named: row.named()?,
                at: row.sealed_at,
            };
            marks.seals.entry(row.plot).or_default().push(seal);
        }
        if !marks.seals.is_empty() {
            marks.sealed = sql::sealed(tx, &sealing).await?.into_iter().collect();
        }
        marks.held = sql::held_plots(tx, &plots).await?.into_iter().collect();
        Ok(marks)
    }

    /// Whether the photo was added after the seal of its set.
    pub(super) fn after_seal(&self, row: &PhotoRow) -> bool {
        let Some(plot) = row.plot.filter(|_| row.linked == 1) else {
            return false;
        };
        let seals = |plot: &PlotId| self.seals.get(plot).into_iter().flatten();
        let kept = self
            .kept_by
            .get(&plot)
            .into_iter()
            .flatten()
            .flat_map(seals);
        let kept =
            kept.filter(|seal| speaks_for_merged(self.holds(seal, row), seal.at, row.stored_at));
        let all = seals(&plot).chain(kept).map(|seal| SealOf {
            named: seal.named.clone(),
            holds: self.holds(seal, row),
        });
        is_after(&all.collect::<Vec<_>>(), names(&row.record))
    }

    fn holds(&self, seal: &Sealed, row: &PhotoRow) -> bool {
        self.sealed.contains(&(seal.eradication, row.id))
    }

    /// Whether a preview stands for the photo's thumbnail.
    pub(super) fn is_previewed(&self, row: &PhotoRow) -> bool {
        self.previewed.contains(&row.id)
    }

    /// Whether a legal hold keeps the photo.
    pub(super) fn is_held(&self, row: &PhotoRow) -> bool {
        row.linked == 1 && row.plot.is_some_and(|plot| self.held.contains(&plot))
    }
}
