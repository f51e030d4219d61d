//! Everything of a case but the originals' bytes, and the entry that says who takes it out.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde::Serialize;
use serde_json::{Value, json};

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::{EntryId, PhotoId, PlotId};
use crate::cases::model::manifest::{
    MANIFEST, Manifest, RECEIPT, entry_file, original_name, photo_file,
};
use crate::cases::model::{pages, paint};
use crate::cases::sql;
use crate::evidence::CasePhoto;
use crate::journal::model::sha256;
use crate::journal::proofs::{EntryProof, PhotoProof};
use crate::journal::{Entry, Kind, Proving, Receipt};
use crate::plots::PlotView;

use super::pack::{Part, stream};
use super::{Cases, Error, unwritable};

const MOST_REASON_CHARS: usize = 500;
/// Originals of one package, bytes: the plain ZIP format counts to 4 GiB.
const MOST_BYTES: u64 = 4_000_000_000;

const README: &str = include_str!("readme.txt");

/// The files of a package that are at hand, and what the manifest lists.
struct Gathered {
    files: BTreeMap<String, Bytes>,
    originals: Vec<(String, Vec<u8>)>,
    entries: Vec<EntryId>,
    photos: Vec<PhotoId>,
    after_seal: Vec<PhotoId>,
}

impl Cases {
    /// The package of a plot's case; that it is taken out is journalled before the first byte.
    pub async fn package(
        &self,
        actor: &Actor,
        plot: PlotId,
        reason: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
        if !actor.may_somewhere(Right::ExportCases) {
            return Err(Error::Forbidden);
        }
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > MOST_REASON_CHARS {
            return Err(Error::Reason);
        }
        let view = self.ledger.plot(actor, plot).await?;
        let mut tx = self.journal.store().read().await?;
        let place = self.plots.place(&mut tx, plot).await?;
        drop(tx);
        let may = |place: Option<&str>| actor.may(Right::ExportCases, place);
        if !place.is_some_and(|place| may(place.place.as_deref())) {
            return Err(Error::NotFound);
        }
        let photos = self.evidence.of_plot(actor, plot).await?;
        let weight: u64 = photos.iter().map(|photo| photo.bytes).sum();
        if weight > MOST_BYTES {
            return Err(Error::TooLarge);
        }
        let mut gathered = self.gather(plot, &view, &photos).await?;
        self.print(actor, &view, &photos, reason, &mut gathered)
            .await?;
        let (manifest, receipt) = self.take_out(actor, plot, reason, &gathered).await?;
        let mut parts: VecDeque<Part> = VecDeque::new();
        parts.push_back(Part::Ready(MANIFEST.into(), manifest.into()));
        parts.push_back(Part::Ready(RECEIPT.into(), text(&receipt)?));
        let ready = gathered.files.into_iter();
        parts.extend(ready.map(|(name, bytes)| Part::Ready(name, bytes)));
        let originals = gathered.originals.into_iter();
        parts.extend(originals.map(|(name, digest)| Part::Original(name, digest)));
        Ok(stream(self.evidence.clone(), parts).boxed())
    }

    async fn gather(
        &self,
        plot: PlotId,
        view: &PlotView,
        photos: &[CasePhoto],
    ) -> Result<Gathered, Error> {
        let mut gathered = Gathered {
            files: BTreeMap::new(),
            originals: Vec::new(),
            entries: Vec::new(),
            photos: Vec::new(),
            after_seal: Vec::new(),
        };
        let proofs = self.proofs(plot, view, photos).await?;
        for (at, proof) in proofs.iter().enumerate() {
            let name = entry_file(at + 1, &proof.header.kind, proof.header.entry);
            gathered.files.insert(name, text(proof)?);
            gathered.entries.push(proof.header.entry);
        }
        for photo in photos.iter().filter(|photo| photo.is_stored) {
            add_photo(&mut gathered, photo, &proofs)?;
        }
        let history = json!({ "type": "Feature", "id": view.id,
            "geometry": { "type": "Point", "coordinates": view.coordinates }, "properties": view.properties });
        gathered
            .files
            .insert("history.json".into(), text(&history)?);
        gathered
            .files
            .insert("custody.json".into(), text(&custody(&proofs))?);
        gathered
            .files
            .insert("README.txt".into(), Bytes::from_static(README.as_bytes()));
        let head = self.journal.head().await?.ok_or(Error::NotYet)?;
        let checkpoint = head.checkpoint.into_bytes();
        gathered
            .files
            .insert("heads/checkpoint.txt".into(), checkpoint.into());
        let keys = self.journal.keys().await?;
        gathered
            .files
            .insert("heads/keys.json".into(), text(&keys)?);
        Ok(gathered)
    }

    /// The proofs of every entry of the plot, its photos and those who looked at them, with contents.
    async fn proofs(
        &self,
        plot: PlotId,
        view: &PlotView,
        photos: &[CasePhoto],
    ) -> Result<Vec<EntryProof>, Error> {
        let mut tx = self.journal.store().read().await?;
        let listed = sql::entries(&mut tx, plot).await?;
        if listed.iter().any(|(_, seq)| seq.is_none()) {
            return Err(Error::NotYet);
        }
        let mut wanted: Vec<EntryId> = listed.into_iter().map(|(entry, _)| entry).collect();
        wanted.extend(sql::views(&mut tx, plot.0).await?);
        for photo in photos {
            wanted.extend(sql::views(&mut tx, photo.view.id.0).await?);
        }
        drop(tx);
        let mut proofs = Vec::with_capacity(wanted.len());
        for entry in wanted {
            let Proving::Proof(mut proof) = self.journal.prove_content(entry).await? else {
                return Err(Error::NotYet);
            };
            if !view.properties.contains_key(GROWER_STATUS) && names_grower(&proof) {
                // Hidden outside the handling unit (decisions 20); the hash and the proof stand without the content.
                proof.body = None;
            }
            proofs.push(*proof);
        }
        Ok(proofs)
    }

    async fn print(
        &self,
        actor: &Actor,
        view: &PlotView,
        photos: &[CasePhoto],
        reason: &str,
        gathered: &mut Gathered,
    ) -> Result<(), Error> {
        let facts = self.facts(actor, view, photos, reason).await?;
        let title = format!("Hồ sơ điểm trồng {}", view.id);
        let pdf = tokio::task::spawn_blocking(move || paint::pdf(&title, &pages::pages(&facts)));
        let pdf = pdf.await.map_err(unwritable)?.map_err(unwritable)?;
        gathered.files.insert("ho-so.pdf".into(), pdf.into());
        Ok(())
    }

    /// Journals that the case is taken out: the entry's content is the manifest.
    async fn take_out(
        &self,
        actor: &Actor,
        plot: PlotId,
        reason: &str,
        gathered: &Gathered,
    ) -> Result<(Vec<u8>, Receipt), Error> {
        let ready = gathered.files.iter();
        let ready = ready.map(|(name, bytes)| (name.clone(), hex(&sha256(bytes))));
        let originals = gathered.originals.iter();
        let originals = originals.map(|(name, digest)| (name.clone(), hex(digest)));
        let manifest = Manifest {
            what: "case".into(),
            plot,
            reason: reason.to_owned(),
            at: self.journal.now(),
            entries: gathered.entries.clone(),
            photos: gathered.photos.clone(),
            after_seal: gathered.after_seal.clone(),
            files: ready.chain(originals).collect(),
        };
        let body = serde_json::to_vec_pretty(&manifest).map_err(unwritable)?;
        let context = (self.clone(), actor.id, plot, body.clone());
        let written = self
            .journal
            .write(context, |tx, (cases, actor, plot, body)| {
                Box::pin(async move {
                    let entry = Entry {
                        kind: Kind::View,
                        fact: plot.0,
                        actor: *actor,
                        device: None,
                        body,
                    };
                    Ok::<_, Error>(cases.journal.enter(tx, entry).await?)
                })
            })
            .await?;
        Ok((body, self.journal.receipt(&written)))
    }
}

const GROWER_STATUS: &str = crate::plots::model::record::GROWER_STATUS;

/// Whether an entry's content tells what is known of the grower.
fn names_grower(proof: &EntryProof) -> bool {
    let body = content(proof);
    let told = body.as_ref().and_then(|body| body.get("properties"));
    told.is_some_and(|told| told.get(GROWER_STATUS).is_some())
}

/// An entry's content, if it is JSON and shown.
pub(super) fn content(proof: &EntryProof) -> Option<Value> {
    serde_json::from_slice(&body(proof)?).ok()
}

fn body(proof: &EntryProof) -> Option<Vec<u8>> {
    use base64::Engine;
    let text = proof.body.as_ref()?;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

fn add_photo(
    gathered: &mut Gathered,
    photo: &CasePhoto,
    proofs: &[EntryProof],
) -> Result<(), Error> {
    let id = photo.view.id;
    let of_kind = |kind: &str| {
        let mut own = proofs.iter();
        own.find(|proof| proof.header.fact == Some(id.0) && proof.header.kind == kind)
    };
    let (Some(sidecar), Some(original)) = (of_kind("photo"), of_kind("original")) else {
        return Err(Error::NotYet);
    };
    if let Some(body) = body(sidecar) {
        let name = photo_file(id, "sidecar.json");
        gathered.files.insert(name, body.into());
    }
    let proof = PhotoProof {
        photo: id,
        sidecar: sidecar.clone(),
        original: original.clone(),
    };
    gathered
        .files
        .insert(photo_file(id, "proof.json"), text(&proof)?);
    // What the sidecar says, else what the upload said.
    let named = |told: Option<Value>| Some(told?.get("media_type")?.as_str()?.to_owned());
    let kind = named(content(sidecar)).or_else(|| named(content(original)));
    let name = photo_file(id, original_name(kind.as_deref()));
    gathered.originals.push((name, photo.sha256.clone()));
    gathered.photos.push(id);
    gathered.after_seal.extend(photo.after_seal.then_some(id));
    Ok(())
}

/// Who did and saw what, for people; each line is proven by the entry that it names.
fn custody(proofs: &[EntryProof]) -> Value {
    let line = |proof: &EntryProof| {
        json!({
            "entry": proof.header.entry,
            "index": proof.index,
            "kind": proof.header.kind,
            "of": proof.header.fact,
            "by": proof.header.actor,
            "device": proof.header.device,
            "received_at": proof.header.received_at,
            "sha256": proof.sha256,
            "redacted_by": proof.redacted_by,
            "reason": content(proof).and_then(|told| told.get("reason").cloned()),
        })
    };
    proofs.iter().map(line).collect()
}

fn text(value: &impl Serialize) -> Result<Bytes, Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(unwritable)?;
    text.push(b'\n');
    Ok(text.into())
}
