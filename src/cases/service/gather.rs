//! Everything of a case but the originals' bytes: proofs of all entries, histories, custody, printed pages.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use crate::base::actor::Actor;
use crate::base::ids::{EntryId, PhotoId, PlotId};
use crate::base::paper::paint;
use crate::cases::model::manifest::{entry_file, original_name, photo_file};
use crate::cases::model::pages;
use crate::cases::sql;
use crate::evidence::CasePhoto;
use crate::journal::proofs::{EntryProof, PhotoProof, SignedHead};
use crate::journal::stamps::StampView;
use crate::journal::{Kind, Proving};
use crate::plots::PlotView;

use super::custody::Act;
use super::package::Subject;
use super::turns::weight;
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
    pub(super) merged: BTreeMap<PlotId, Vec<PhotoId>>,
    pub(super) printed: Printed,
    /// The turn in which all this may stand in memory.
    pub(super) turn: Option<OwnedSemaphorePermit>,
}

/// What the pages print of the package around them.
#[derive(Default)]
pub(super) struct Printed {
    pub(super) head: Option<SignedHead>,
    pub(super) stamps: Vec<StampView>,
    /// For each chapter in turn.
    pub(super) custody: Vec<Vec<Act>>,
}

/// A plot of the case, and the folder of what is told of it alone.
pub(super) struct Chapter {
    pub(super) folder: String,
    pub(super) view: PlotView,
    /// The plots that were merged into it: its photos are among this one's.
    pub(super) merged: Vec<PlotId>,
    pub(super) photos: Vec<CasePhoto>,
    /// How many photos that were only announced are not among them.
    pub(super) left_out: usize,
    /// Its timeline with what organisations are called.
    pub(super) timeline: Vec<Value>,
    /// The content of its `evidence.json`.
    pub(super) evidence: Value,
}

impl Chapter {
    /// The plot and those that were merged into it.
    fn plots(&self) -> Vec<PlotId> {
        let own = std::iter::once(self.view.id);
        own.chain(self.merged.iter().copied()).collect()
    }
}

/// The entries of a case, and which of them each chapter has.
struct Wanted {
    all: Vec<EntryId>,
    of: Vec<BTreeSet<EntryId>>,
}

impl Cases {
    pub(super) async fn gather(
        &self,
        actor: &Actor,
        subject: Subject,
        chapters: &[Chapter],
    ) -> Result<Gathered, Error> {
        let mut gathered = Gathered::default();
        let wanted = self.wanted(subject, chapters).await?;
        let photos = chapters.iter().map(|chapter| chapter.photos.len()).sum();
        let weight = weight(wanted.all.len(), photos, self.bounds.printed);
        gathered.turn = Some(self.turns.taken(weight).await?);
        // All proofs lead to this one: what a kept head says of it, it says of each of them.
        let head = self.journal.head().await?.ok_or(Error::NotYet)?;
        let proofs = self
            .proofs(actor, (wanted.all, head.size), chapters)
            .await?;
        refuse_late(chapters, &proofs)?;
        for (at, proof) in proofs.iter().enumerate() {
            let name = entry_file(at + 1, &proof.header.kind, proof.header.entry);
            gathered.files.insert(name, text(proof)?);
            gathered.entries.push(proof.header.entry);
        }
        for chapter in chapters {
            for photo in chapter.photos.iter().filter(|photo| photo.is_stored) {
                if !gathered.photos.contains(&photo.view.id) {
                    add_photo(&mut gathered, photo, &proofs)?;
                }
            }
            for plot in &chapter.merged {
                let own = chapter.photos.iter();
                let own = own.filter(|photo| photo.plot == Some(*plot));
                let own = own.map(|photo| photo.view.id).collect();
                gathered.merged.insert(*plot, own);
            }
            let view = &chapter.view;
            let history = json!({ "type": "Feature", "id": view.id,
                "geometry": { "type": "Point", "coordinates": view.coordinates }, "properties": view.properties });
            let name = format!("{}history.json", chapter.folder);
            gathered.files.insert(name, text(&history)?);
            let name = format!("{}evidence.json", chapter.folder);
            gathered.files.insert(name, text(&chapter.evidence)?);
        }
        let custody = self.custody(&proofs).await?;
        gathered
            .files
            .insert("custody.json".into(), text(&custody)?);
        let own = |of: &BTreeSet<EntryId>| {
            let acts = custody.iter().filter(|act| of.contains(&act.entry));
            acts.cloned().collect::<Vec<Act>>()
        };
        gathered.printed.custody = wanted.of.iter().map(own).collect();
        let readme = Bytes::from_static(README.as_bytes());
        gathered.files.insert("README.txt".into(), readme);
        self.add_heads(&mut gathered, &proofs, head).await?;
        Ok(gathered)
    }

    /// Adds the head that proofs lead to, the log's keys and the outside stamps.
    async fn add_heads(
        &self,
        gathered: &mut Gathered,
        proofs: &[EntryProof],
        head: SignedHead,
    ) -> Result<(), Error> {
        let checkpoint = Bytes::from(head.checkpoint.clone());
        let keys = text(&self.journal.keys().await?)?;
        let files = &mut gathered.files;
        files.insert("heads/checkpoint.txt".into(), checkpoint);
        files.insert("heads/keys.json".into(), keys);
        self.add_stamps(gathered, proofs, &head).await?;
        gathered.printed.head = Some(head);
        Ok(())
    }

    /// Every entry of the subject, its plots, their photos and those who looked at them, each once.
    async fn wanted(&self, subject: Subject, chapters: &[Chapter]) -> Result<Wanted, Error> {
        let mut tx = self.journal.store().read().await?;
        let mut listed = match subject {
            Subject::Plot(_) => Vec::new(),
            Subject::Incident(id) => sql::incident_entries(&mut tx, id).await?,
        };
        let of_subject = sql::views(&mut tx, subject.id()).await?;
        let mut views = of_subject.clone();
        let orders = sql::orders_on_words(&mut tx, subject.id()).await?;
        listed.extend(&orders);
        let mut of = Vec::with_capacity(chapters.len());
        for chapter in chapters {
            let mut own: BTreeSet<EntryId> = of_subject.iter().copied().collect();
            own.extend(orders.iter().map(|(entry, _)| *entry));
            let plots = chapter.plots();
            let listed_here: BTreeSet<PhotoId> =
                chapter.photos.iter().map(|photo| photo.view.id).collect();
            for plot in &plots {
                let mut entries = sql::entries(&mut tx, *plot).await?;
                entries.extend(sql::orders_on_words(&mut tx, plot.0).await?);
                for (photo, entry, seq) in sql::announced(&mut tx, *plot).await? {
                    if listed_here.contains(&photo) {
                        entries.push((entry, seq));
                    }
                }
                own.extend(entries.iter().map(|(entry, _)| *entry));
                listed.extend(entries);
            }
            let photos = chapter.photos.iter().map(|photo| photo.view.id.0);
            let things: Vec<Uuid> = plots.iter().map(|plot| plot.0).chain(photos).collect();
            for thing in things {
                let seen = sql::views(&mut tx, thing).await?;
                own.extend(&seen);
                views.extend(seen);
            }
            of.push(own);
        }
        if listed.iter().any(|(_, seq)| seq.is_none()) {
            return Err(Error::NotYet);
        }
        listed.sort_by_key(|(_, seq)| *seq);
        let all = listed.into_iter().map(|(entry, _)| entry).chain(views);
        let mut told = BTreeSet::new();
        let all = all.filter(|entry| told.insert(*entry)).collect();
        Ok(Wanted { all, of })
    }

    /// The proofs of entries, with the contents that the caller may know.
    async fn proofs(
        &self,
        actor: &Actor,
        (wanted, size): (Vec<EntryId>, u64),
        chapters: &[Chapter],
    ) -> Result<Vec<EntryProof>, Error> {
        let shown = chapters.iter().map(|chapter| &chapter.view);
        let shown = shown.filter(|view| view.properties.contains_key(GROWER_STATUS));
        let shown: BTreeSet<Uuid> = shown.map(|view| view.id.0).collect();
        let mut proofs = Vec::with_capacity(wanted.len());
        for entry in wanted {
            let Proving::Proof(mut proof) = self.journal.prove_content(entry, size).await? else {
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
        self.prove_keys(&mut proofs, size).await?;
        self.prove_erasures(&mut proofs, (&shown, size)).await?;
        Ok(proofs)
    }

    /// Adds by which entries the contents were erased that are not there any more. `shown`: of which facts the caller may
    /// know what is known about the grower, which an order on words leaves.
    async fn prove_erasures(
        &self,
        proofs: &mut Vec<EntryProof>,
        (shown, size): (&BTreeSet<Uuid>, u64),
    ) -> Result<(), Error> {
        let mut told: BTreeSet<EntryId> = proofs.iter().map(|proof| proof.header.entry).collect();
        let orders: Vec<EntryId> = proofs.iter().filter_map(|own| own.redacted_by).collect();
        for order in orders.into_iter().filter(|order| told.insert(*order)) {
            let Proving::Proof(mut proof) = self.journal.prove_content(order, size).await? else {
                return Err(Error::NotYet);
            };
            let of_shown = proof.header.fact.is_some_and(|fact| shown.contains(&fact));
            if !of_shown && names_grower(&proof) {
                proof.body = None;
            }
            proofs.push(*proof);
        }
        Ok(())
    }

    /// Adds by which entries the keys that signed were announced, and by whom confirmed.
    async fn prove_keys(&self, proofs: &mut Vec<EntryProof>, size: u64) -> Result<(), Error> {
        let signed = proofs.iter().filter(|proof| proof.statement.is_some());
        let devices = signed.map(|proof| proof.header.device.unwrap_or(proof.header.actor));
        let devices: BTreeSet<Uuid> = devices.collect();
        let mut told: BTreeSet<EntryId> = proofs.iter().map(|proof| proof.header.entry).collect();
        for device in devices {
            let mut tx = self.journal.store().read().await?;
            let entries = sql::key_entries(&mut tx, device).await?;
            drop(tx);
            for entry in entries.into_iter().filter(|entry| told.insert(*entry)) {
                let Proving::Proof(proof) = self.journal.prove_content(entry, size).await? else {
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

    /// The printed pages of a plot: the chapter at that place of the case. `room` are the bytes of pictures that still may be
    /// printed.
    pub(super) async fn print(
        &self,
        actor: &Actor,
        chapter: &Chapter,
        (reason, room): (&str, &mut usize),
        (printed, at): (&Printed, usize),
    ) -> Result<Bytes, Error> {
        let acts = printed.custody.get(at).map_or(&[][..], Vec::as_slice);
        let facts = self.facts(actor, chapter, (reason, room), (printed, acts));
        let facts = facts.await?;
        let title = format!("Hồ sơ điểm trồng {}", chapter.view.id);
        let pdf = tokio::task::spawn_blocking(move || paint::pdf(&title, &pages::pages(&facts)));
        let pdf = pdf.await.map_err(unwritable)?.map_err(unwritable)?;
        Ok(pdf.into())
    }
}

const GROWER_STATUS: &str = crate::plots::model::record::GROWER_STATUS;

/// Whether an entry's content tells what is known of the grower.
fn names_grower(proof: &EntryProof) -> bool {
    let body = content(proof).unwrap_or_default();
    let names = |told: &Value| {
        let own = told.get("properties");
        own.is_some_and(|own| own.get(GROWER_STATUS).is_some())
    };
    let left = body.get("left").and_then(Value::as_object);
    let left = left.into_iter().flat_map(|all| all.values());
    let mut left = left.filter_map(|text| serde_json::from_str(text.as_str()?).ok());
    names(&body) || left.any(|told: Value| names(&told))
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

/// An original that came after the photos were listed would be told of and not be there.
fn refuse_late(chapters: &[Chapter], proofs: &[EntryProof]) -> Result<(), Error> {
    let photos = chapters.iter().flat_map(|chapter| &chapter.photos);
    let told = photos.filter(|photo| photo.is_stored || photo.erased.is_some());
    let told: BTreeSet<Uuid> = told.map(|photo| photo.view.id.0).collect();
    let mut came = proofs
        .iter()
        .filter(|proof| proof.header.kind == Kind::Original.as_str());
    let is_late = |proof: &EntryProof| proof.header.fact.is_none_or(|id| !told.contains(&id));
    if came.any(is_late) {
        return Err(Error::NotYet);
    }
    Ok(())
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
        redaction: None,
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

pub(super) fn text(value: &impl Serialize) -> Result<Bytes, Error> {
    let mut text = serde_json::to_vec_pretty(value).map_err(unwritable)?;
    text.push(b'\n');
    Ok(text.into())
}
