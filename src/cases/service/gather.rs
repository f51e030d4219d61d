//! Everything of a case but the originals' bytes: proofs of all entries, histories, custody, printed pages.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::{EntryId, PhotoId};
use crate::base::paper::paint;
use crate::cases::model::manifest::{entry_file, original_name, photo_file};
use crate::cases::model::pages;
use crate::cases::sql;
use crate::evidence::CasePhoto;
use crate::journal::proofs::{EntryProof, PhotoProof};
use crate::journal::{Kind, Proving};
use crate::plots::PlotView;

use super::package::Subject;
use super::{Cases, Error, unwritable};

const README: &str = include_str!("readme.txt");

/// The files of a package that are at hand, and what the manifest lists.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) files: BTreeMap<String, Bytes>,
    pub(super) originals: Vec<(String, Vec<u8>)>,
    pub(super) entries: Vec<EntryId>,
    pub(super) photos: Vec<PhotoId>,
    pub(super) after_seal: Vec<PhotoId>,
}

/// A plot of the case, and the folder of what is told of it alone.
pub(super) struct Chapter {
    pub(super) folder: String,
    pub(super) view: PlotView,
    pub(super) photos: Vec<CasePhoto>,
}

impl Cases {
    pub(super) async fn gather(
        &self,
        actor: &Actor,
        subject: Subject,
        chapters: &[Chapter],
    ) -> Result<Gathered, Error> {
        let mut gathered = Gathered::default();
        let proofs = self.proofs(actor, subject, chapters).await?;
        for (at, proof) in proofs.iter().enumerate() {
            let name = entry_file(at + 1, &proof.header.kind, proof.header.entry);
            gathered.files.insert(name, text(proof)?);
            gathered.entries.push(proof.header.entry);
        }
        for chapter in chapters {
            for photo in chapter.photos.iter().filter(|photo| photo.is_stored) {
                add_photo(&mut gathered, photo, &proofs)?;
            }
            let view = &chapter.view;
            let history = json!({ "type": "Feature", "id": view.id,
                "geometry": { "type": "Point", "coordinates": view.coordinates }, "properties": view.properties });
            let name = format!("{}history.json", chapter.folder);
            gathered.files.insert(name, text(&history)?);
        }
        let custody = text(&custody(&proofs))?;
        gathered.files.insert("custody.json".into(), custody);
        let readme = Bytes::from_static(README.as_bytes());
        gathered.files.insert("README.txt".into(), readme);
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

    /// The proofs of every entry of the subject, its plots, their photos and those who looked at them, with contents.
    async fn proofs(
        &self,
        actor: &Actor,
        subject: Subject,
        chapters: &[Chapter],
    ) -> Result<Vec<EntryProof>, Error> {
        let mut tx = self.journal.store().read().await?;
        let mut listed = match subject {
            Subject::Plot(_) => Vec::new(),
            Subject::Incident(id) => sql::incident_entries(&mut tx, id).await?,
        };
        for chapter in chapters {
            listed.extend(sql::entries(&mut tx, chapter.view.id).await?);
        }
        if listed.iter().any(|(_, seq)| seq.is_none()) {
            return Err(Error::NotYet);
        }
        listed.sort_by_key(|(_, seq)| *seq);
        let mut wanted: Vec<EntryId> = listed.into_iter().map(|(entry, _)| entry).collect();
        let mut looked_at: Vec<Uuid> = vec![subject.id()];
        for chapter in chapters {
            looked_at.push(chapter.view.id.0);
            looked_at.extend(chapter.photos.iter().map(|photo| photo.view.id.0));
        }
        let mut told = BTreeSet::new();
        for thing in looked_at.into_iter().filter(|thing| told.insert(*thing)) {
            wanted.extend(sql::views(&mut tx, thing).await?);
        }
        drop(tx);
        let shown = chapters.iter().map(|chapter| &chapter.view);
        let shown = shown.filter(|view| view.properties.contains_key(GROWER_STATUS));
        let shown: BTreeSet<Uuid> = shown.map(|view| view.id.0).collect();
        let mut proofs = Vec::with_capacity(wanted.len());
        for entry in wanted {
            let Proving::Proof(mut proof) = self.journal.prove_content(entry).await? else {
                return Err(Error::NotYet);
            };
            let of_shown = proof.header.fact.is_some_and(|fact| shown.contains(&fact));
            if !of_shown && names_grower(&proof) {
                // Hidden outside the handling unit (decisions 20); the hash and the proof stand without the content.
                proof.body = None;
            }
            if self.is_about_unseen(actor, &proof).await? {
                proof.body = None;
            }
            proofs.push(*proof);
        }
        self.prove_keys(&mut proofs).await?;
        Ok(proofs)
    }

    /// Adds by which entries the keys that signed were announced, and by whom confirmed.
    async fn prove_keys(&self, proofs: &mut Vec<EntryProof>) -> Result<(), Error> {
        let signed = proofs.iter().filter(|proof| proof.statement.is_some());
        let devices = signed.map(|proof| proof.header.device.unwrap_or(proof.header.actor));
        let devices: BTreeSet<Uuid> = devices.collect();
        let mut told: BTreeSet<EntryId> = proofs.iter().map(|proof| proof.header.entry).collect();
        for device in devices {
            let mut tx = self.journal.store().read().await?;
            let entries = sql::key_entries(&mut tx, device).await?;
            drop(tx);
            for entry in entries.into_iter().filter(|entry| told.insert(*entry)) {
                let Proving::Proof(proof) = self.journal.prove_content(entry).await? else {
                    return Err(Error::NotYet);
                };
                proofs.push(*proof);
            }
        }
        Ok(())
    }

    /// Whether an entry is a question that names a photo which the caller must not know of.
    async fn is_about_unseen(&self, actor: &Actor, proof: &EntryProof) -> Result<bool, Error> {
        if proof.header.kind != Kind::Question.as_str() {
            return Ok(false);
        }
        let asked = content(proof).unwrap_or_default();
        let id = |name: &str| asked[name].as_str()?.parse::<PhotoId>().ok();
        let (Some(photo), Some(other)) = (id("photo"), id("other")) else {
            return Ok(false);
        };
        Ok(photo != other && !self.evidence.may_read(actor, other).await?)
    }

    /// The printed pages of a plot.
    pub(super) async fn print(
        &self,
        actor: &Actor,
        chapter: &Chapter,
        reason: &str,
    ) -> Result<Bytes, Error> {
        let view = &chapter.view;
        let facts = self.facts(actor, view, &chapter.photos, reason).await?;
        let title = format!("Hồ sơ điểm trồng {}", view.id);
        let pdf = tokio::task::spawn_blocking(move || paint::pdf(&title, &pages::pages(&facts)));
        let pdf = pdf.await.map_err(unwritable)?.map_err(unwritable)?;
        Ok(pdf.into())
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

pub(super) fn text(value: &impl Serialize) -> Result<Bytes, Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(unwritable)?;
    text.push(b'\n');
    Ok(text.into())
}
