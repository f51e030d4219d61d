//! Taking a case out: who may, the entry that says so, and the archive.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::hex;
use crate::base::ids::{IncidentId, PhotoId, PlotId};
use crate::cases::model::manifest::{MANIFEST, Manifest, RECEIPT};
use crate::cases::sql;
use crate::evidence::CasePhoto;
use crate::journal::model::sha256;
use crate::journal::{Entry, Kind, Receipt};
use crate::plots::PlotView;

use super::gather::{Chapter, Gathered, text};
use super::graded::timeline;
use super::pack::{Part, stream};
use super::{Cases, Error, unwritable};

const MOST_REASON_CHARS: usize = 500;
/// Originals of one package, bytes: the plain ZIP format counts to 4 GiB.
const MOST_BYTES: u64 = 4_000_000_000;

/// What a case is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject {
    /// One plot.
    Plot(PlotId),
    /// An incident with all its plots.
    Incident(IncidentId),
}

impl Subject {
    pub(super) const fn id(self) -> Uuid {
        match self {
            Self::Plot(id) => id.0,
            Self::Incident(id) => id.0,
        }
    }
}

/// Photos that a package has already.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    /// Of which something came.
    came: usize,
    /// That were only announced.
    announced: usize,
}

/// A package as it is sent.
pub type Package = BoxStream<'static, Result<Bytes, Error>>;

impl Cases {
    /// The package of a plot's case; that it is taken out is journalled before the first byte.
    pub async fn package(
        &self,
        actor: &Actor,
        plot: PlotId,
        reason: &str,
    ) -> Result<Package, Error> {
        let reason = admitted(actor, reason)?;
        let within = (String::new(), Taken::default());
        let chapters = [self.chapter(actor, plot, within).await?];
        let gathered = self.gather(actor, Subject::Plot(plot), &chapters).await?;
        self.sent(actor, Subject::Plot(plot), reason, &chapters, gathered)
            .await
    }

    /// The package of an incident's case with those of all its plots. Whoever does not answer for every one of them gets
    /// none: part of a case would pass for the whole.
    pub async fn incident_package(
        &self,
        actor: &Actor,
        incident: IncidentId,
        reason: &str,
    ) -> Result<Package, Error> {
        let reason = admitted(actor, reason)?;
        let (view, badge) = self.ledger.incident(actor, incident).await?;
        let mut tx = self.journal.store().read().await?;
        let commune = sql::incident_commune(&mut tx, incident).await?;
        let plots = sql::incident_plots(&mut tx, incident).await?;
        drop(tx);
        let named = commune.iter().cloned().collect();
        let wider = self.plots.with_ended(actor, named).await?;
        if !wider.may(Right::ExportCases, commune.as_deref()) {
            return Err(Error::NotFound);
        }
        let mut chapters = Vec::with_capacity(plots.len());
        let mut taken = Taken::default();
        for plot in plots {
            let within = (format!("plots/{plot}/"), taken);
            let chapter = self.chapter(actor, plot, within).await;
            let chapter = chapter.map_err(|error| match error {
                Error::NotFound => Error::Forbidden,
                error => error,
            })?;
            let came = chapter.photos.iter().filter(|photo| photo.came()).count();
            taken.came += came;
            taken.announced += chapter.photos.len() - came;
            chapters.push(chapter);
        }
        mark_alike(&mut chapters);
        let subject = Subject::Incident(incident);
        let mut gathered = self.gather(actor, subject, &chapters).await?;
        let plots: Vec<PlotId> = chapters.iter().map(|chapter| chapter.view.id).collect();
        let told = json!({ "incident": view.told()?, "plots": plots, "law_badge": badge });
        gathered.files.insert("incident.json".into(), text(&told)?);
        self.sent(actor, subject, reason, &chapters, gathered).await
    }

    /// What is told of a plot whose case the caller may take out, in a folder of a package that has some photos already.
    async fn chapter(
        &self,
        actor: &Actor,
        plot: PlotId,
        (folder, taken): (String, Taken),
    ) -> Result<Chapter, Error> {
        let view = self.ledger.plot(actor, plot).await?;
        let mut tx = self.journal.store().read().await?;
        let place = self.plots.place(&mut tx, plot).await?;
        drop(tx);
        let may = |place: Option<&str>| actor.may(Right::ExportCases, place);
        if !place.is_some_and(|place| may(place.place.as_deref())) {
            return Err(Error::NotFound);
        }
        let merged = self.merged(actor, &view).await?;
        let beside = (&view, merged.as_slice());
        let (photos, left_out) = self.photos(actor, beside, taken).await?;
        let orgs = self.org_names().await?;
        let timeline = timeline(&view, &orgs);
        let told = (timeline.as_slice(), &orgs, left_out);
        let evidence = self.evidence_file(actor, &view, &merged, told).await?;
        Ok(Chapter {
            folder,
            view,
            merged,
            photos,
            left_out,
            timeline,
            evidence,
        })
    }

    /// The photos of a plot and of those beside it, in the order of the shutter, and how many are left out that were only announced.
    async fn photos(
        &self,
        actor: &Actor,
        (view, beside): (&PlotView, &[PlotId]),
        before: Taken,
    ) -> Result<(Vec<CasePhoto>, usize), Error> {
        let most = self.bounds.photos;
        let (mut found, mut left_out) = (before.came, 0_usize);
        for plot in beside.iter().chain([&view.id]) {
            found = found.saturating_add(self.evidence.count_of_plot(*plot, true).await?);
            left_out = left_out.saturating_add(self.evidence.count_of_plot(*plot, false).await?);
        }
        if found > most {
            return Err(Error::TooMany { found, most });
        }
        let mut room = self.bounds.announced.saturating_sub(before.announced);
        let mut photos = Vec::new();
        let merged = merged_into(view);
        for plot in [&view.id].into_iter().chain(beside) {
            let kept_by = merged.contains(plot).then_some(view.id);
            let own = self.evidence.of_plot(actor, *plot, kept_by, room).await?;
            let announced = own.iter().filter(|photo| !photo.came()).count();
            room = room.saturating_sub(announced);
            left_out = left_out.saturating_sub(announced);
            photos.extend(own);
        }
        photos.sort_by_key(|photo| (photo.view.taken_at, photo.view.id));
        Ok((photos, left_out))
    }

    /// The plots that were merged into one, and those whose photos its seals hold since they were, as far as the caller may
    /// take their cases out: the others are named by the plot's history alone.
    async fn merged(&self, actor: &Actor, view: &PlotView) -> Result<Vec<PlotId>, Error> {
        let mut listed = merged_into(view);
        for plot in self.evidence.sealed_beside(view.id).await? {
            if !listed.contains(&plot) {
                listed.push(plot);
            }
        }
        let mut tx = self.journal.store().read().await?;
        let mut merged = Vec::new();
        for id in listed {
            let place = self.plots.place(&mut tx, id).await?;
            let may = |place: Option<&str>| actor.may(Right::ExportCases, place);
            if place.is_some_and(|own| may(own.place.as_deref())) {
                merged.push(id);
            }
        }
        Ok(merged)
    }

    /// Prints the pages, journals that the case is taken out, and begins to send it.
    async fn sent(
        &self,
        actor: &Actor,
        subject: Subject,
        reason: &str,
        chapters: &[Chapter],
        mut gathered: Gathered,
    ) -> Result<Package, Error> {
        // Of an incident two chapters may have the same photo: a plot's and that of the one it was merged into.
        let photos = chapters.iter().flat_map(|chapter| &chapter.photos);
        // What was only announced weighs nothing, whatever size its sender told.
        let photos = photos.filter(|photo| photo.is_stored);
        let photos: BTreeMap<PhotoId, u64> =
            photos.map(|photo| (photo.view.id, photo.bytes)).collect();
        let weight: u64 = photos.values().sum();
        if weight > MOST_BYTES {
            return Err(Error::TooLarge);
        }
        let mut room = self.bounds.printed;
        for (at, chapter) in chapters.iter().enumerate() {
            let beside = (&gathered.printed, at);
            let pages = self.print(actor, chapter, (reason, &mut room), beside);
            let pages = pages.await?;
            let name = format!("{}ho-so.pdf", chapter.folder);
            gathered.files.insert(name, pages);
        }
        let (manifest, receipt) = self.take_out(actor, subject, reason, &gathered).await?;
        let mut parts: VecDeque<Part> = VecDeque::new();
        parts.push_back(Part::Ready(MANIFEST.into(), manifest.into()));
        parts.push_back(Part::Ready(RECEIPT.into(), text(&receipt)?));
        let ready = gathered.files.into_iter();
        parts.extend(ready.map(|(name, bytes)| Part::Ready(name, bytes)));
        let originals = gathered.originals.into_iter();
        parts.extend(originals.map(|(name, digest)| Part::Original(name, digest)));
        Ok(stream(self.evidence.clone(), parts, gathered.turn).boxed())
    }

    /// Journals that the case is taken out: the entry's content is the manifest.
    async fn take_out(
        &self,
        actor: &Actor,
        subject: Subject,
        reason: &str,
        gathered: &Gathered,
    ) -> Result<(Vec<u8>, Receipt), Error> {
        let ready = gathered.files.iter();
        let ready = ready.map(|(name, bytes)| (name.clone(), hex(&sha256(bytes))));
        let originals = gathered.originals.iter();
        let originals = originals.map(|(name, digest)| (name.clone(), hex(digest)));
        let (plot, incident) = match subject {
            Subject::Plot(id) => (Some(id), None),
            Subject::Incident(id) => (None, Some(id)),
        };
        let manifest = Manifest {
            what: "case".into(),
            plot,
            incident,
            reason: reason.to_owned(),
            at: self.journal.now(),
            entries: gathered.entries.clone(),
            photos: gathered.photos.clone(),
            after_seal: gathered.after_seal.clone(),
            marks_ground: true,
            one_head: true,
            merged: gathered.merged.clone(),
            files: ready.chain(originals).collect(),
        };
        let body = serde_json::to_vec_pretty(&manifest).map_err(unwritable)?;
        let context = (self.clone(), actor.id, subject, body.clone());
        let written = self
            .journal
            .write(context, |tx, (cases, actor, subject, body)| {
                Box::pin(async move {
                    let entry = Entry {
                        kind: Kind::View,
                        fact: subject.id(),
                        actor: *actor,
                        device: None,
                        origin: None,
                        body,
                    };
                    Ok::<_, Error>(cases.journal.enter(tx, entry).await?)
                })
            })
            .await?;
        Ok((body, self.journal.receipt(&written)))
    }
}

/// The plots that were merged into one, as its history names them.
fn merged_into(view: &PlotView) -> Vec<PlotId> {
    let listed = view.properties.get("merged").and_then(Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(Value::as_str);
    listed.filter_map(|id| id.parse().ok()).collect()
}

/// A photo of a merged plot may stand in several chapters of an incident: in all of them it is marked as beside the plot that
/// counts its ground, which may be another than the one under whose seal it lies since before.
fn mark_alike(chapters: &mut [Chapter]) {
    let mut marked: BTreeMap<PhotoId, bool> = BTreeMap::new();
    for chapter in chapters.iter() {
        let merged = merged_into(&chapter.view);
        let is_kept = |photo: &&CasePhoto| photo.plot.is_some_and(|plot| merged.contains(&plot));
        let others = chapter.photos.iter().filter(is_kept);
        marked.extend(others.map(|photo| (photo.view.id, photo.after_seal)));
    }
    for photo in chapters.iter_mut().flat_map(|own| &mut own.photos) {
        if let Some(is_after) = marked.get(&photo.view.id) {
            photo.after_seal = *is_after;
        }
    }
}

/// The reason, if the caller may take any case out.
fn admitted<'a>(actor: &Actor, reason: &'a str) -> Result<&'a str, Error> {
    if !actor.may_somewhere(Right::ExportCases) {
        return Err(Error::Forbidden);
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MOST_REASON_CHARS {
        return Err(Error::Reason);
    }
    Ok(reason)
}
