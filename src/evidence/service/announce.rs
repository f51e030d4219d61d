//! Announcing a photo by its sidecar.

use serde_json::json;

use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::{EntryId, PhotoId};
use crate::base::time::Timestamp;
use crate::evidence::model::sidecar::{Sidecar, SidecarWire};
use crate::evidence::sql::{self, PhotoRow};
use crate::geo::position::Position;
use crate::journal::model::sha256;
use crate::journal::{Entry, KeptAside, Kind, Receipt, Written};
use crate::store::{self, Tx};

use super::read::PhotoView;
use super::seals::Marks;
use super::{Error, Evidence, too_much};

/// A photo as it was announced.
#[derive(Debug, Clone)]
pub struct Announced {
    /// The photo as its author sees it.
    pub view: PhotoView,
    /// Whether it was written now.
    pub is_new: bool,
    /// The promise.
    pub receipt: Receipt,
}

struct Sent {
    actor: Actor,
    id: PhotoId,
    sidecar: Sidecar,
    place: Option<String>,
    body: Vec<u8>,
}

enum Outcome {
    Written(Box<PhotoRow>, Written),
    Before(Box<PhotoRow>, Receipt),
    Foreign(Box<PhotoRow>, KeptAside),
    Differs(KeptAside),
    Outside(KeptAside),
}

impl Evidence {
    /// Announces a photo; `body` are the bytes as sent, by which a replay is told.
    pub async fn announce(
        &self,
        actor: &Actor,
        id: PhotoId,
        wire: &SidecarWire,
        body: &[u8],
    ) -> Result<Announced, Error> {
        if !actor.may_somewhere(Right::RecordPhotos) {
            return Err(Error::Forbidden);
        }
        let sidecar = Sidecar::from_wire(wire, self.most_bytes, self.journal.now())?;
        let place = match sidecar.position {
            Some(position) => self.plots.place_of(position).await?,
            None => None,
        };
        if sidecar.plot.is_some() {
            // Rights hold where the plot lies today, also for the first one that asks since boundaries changed.
            self.plots.today().await?;
        }
        let sent = Sent {
            actor: actor.clone(),
            id,
            sidecar,
            place,
            body: body.to_vec(),
        };
        let outcome = self
            .journal
            .write((self.clone(), sent), |tx, (evidence, sent)| {
                Box::pin(evidence.write_sidecar(tx, sent))
            })
            .await?;
        let (row, is_new, receipt) = match outcome {
            Outcome::Written(row, written) => (row, true, self.journal.receipt(&written)),
            Outcome::Before(row, receipt) => (row, false, receipt),
            Outcome::Foreign(row, kept) => (row, kept.is_new, kept.receipt),
            Outcome::Differs(kept) => return Err(Error::Differs(Box::new(kept))),
            Outcome::Outside(kept) => return Err(Error::Outside(Box::new(kept))),
        };
        let mut tx = self.journal.store().read().await?;
        let marks = Marks::of(&mut tx, [&*row]).await?;
        Ok(Announced {
            view: PhotoView::of(actor, *row, &marks)?,
            is_new,
            receipt,
        })
    }

    async fn write_sidecar(&self, tx: &mut Tx, sent: &Sent) -> Result<Outcome, Error> {
        let linked = self.may_link(tx, sent).await?;
        if !sql::lock_photo(tx, sent.id).await? {
            return self.write_first(tx, sent, linked).await;
        }
        let row = sql::photo(tx, sent.id).await?.ok_or(Error::NotFound)?;
        if row.author != sent.actor.id {
            if !linked && !sent.is_in_scope() {
                return self
                    .keep(tx, sent, "outside-scope")
                    .await
                    .map(Outcome::Outside);
            }
            let kept = self.keep(tx, sent, "foreign-id").await?;
            let entry = kept.receipt.entry_id;
            let row = sent.row(entry, kept.receipt.received_at, linked);
            return Ok(Outcome::Foreign(Box::new(row), kept));
        }
        let receipt = self.journal.receipt_again(tx, row.entry).await?;
        if receipt.sha256 == crate::base::hex(&sha256(&sent.body)) {
            return Ok(Outcome::Before(Box::new(row), receipt));
        }
        self.keep(tx, sent, "content-differs")
            .await
            .map(Outcome::Differs)
    }

    async fn write_first(&self, tx: &mut Tx, sent: &Sent, linked: bool) -> Result<Outcome, Error> {
        if !linked && !sent.is_in_scope() {
            return self
                .keep(tx, sent, "outside-scope")
                .await
                .map(Outcome::Outside);
        }
        let written = self.journal.enter(tx, sent.entry()).await?;
        let row = PhotoRow {
            named: i64::from(self.is_named(tx, sent).await?),
            ..sent.row(written.entry, written.received_at, linked)
        };
        if !sql::insert_photo(tx, &row).await? {
            // Another act wrote the id meanwhile; run again, this one sees it.
            return Err(store::Error::Busy("the photo was just written".into()).into());
        }
        if let Some(nonce) = &sent.sidecar.nonce {
            sql::spend_nonce(tx, nonce, sent.actor.id, sent.id, written.received_at).await?;
        }
        if let (true, Some(plot)) = (linked, row.plot) {
            self.plots.add_photo(tx, plot).await?;
            self.plots.photos_counted(tx).await?;
        } else if let Some(plot) = row.plot {
            // The plot may be on its way in another act at this moment; the job looks again.
            self.journal
                .queue(tx, crate::plots::LINK_JOB, plot.0)
                .await?;
        }
        let row = sql::photo(tx, sent.id).await?.ok_or(Error::NotFound)?;
        Ok(Outcome::Written(Box::new(row), written))
    }

    /// Whether a named account in use, of the sender's organisation or of none, is at the shutter as it stands now: it may be
    /// closed later.
    async fn is_named(&self, tx: &mut Tx, sent: &Sent) -> Result<bool, Error> {
        // A post node's accounts are known to the node alone.
        let vouched = sent.actor.origin.vouched.as_deref();
        if vouched.is_some_and(|own| own.named) {
            return Ok(true);
        }
        match sent.sidecar.capture.taken_by {
            Some(account) => Ok(self.identity.is_in_use(tx, account, sent.actor.org).await?),
            None => Ok(sent.actor.principal == Principal::Account),
        }
    }

    /// Whether the named plot is known and both to be seen and to be photographed by the author; a plot that is not is
    /// treated as one that has not arrived.
    async fn may_link(&self, tx: &mut Tx, sent: &Sent) -> Result<bool, Error> {
        let Some(plot) = sent.sidecar.plot else {
            return Ok(false);
        };
        let known = self.plots.place(tx, plot).await?;
        Ok(known.is_some_and(|plot| {
            let place = plot.place.as_deref();
            sent.actor.may(Right::RecordPhotos, place) && sent.actor.may(Right::ReadPlots, place)
        }))
    }

    async fn keep(&self, tx: &mut Tx, sent: &Sent, reason: &str) -> Result<KeptAside, Error> {
        let bytes = i64::try_from(sent.body.len()).unwrap_or(i64::MAX);
        let kept = self
            .journal
            .keep_aside(tx, sent.entry(), reason, bytes)
            .await?;
        too_much(kept)
    }
}

impl Sent {
    fn entry(&self) -> Entry<'_> {
        Entry {
            kind: Kind::Photo,
            fact: self.id.0,
            actor: self.actor.id,
            device: None,
            origin: Some(&self.actor.origin),
            body: &self.body,
        }
    }

    /// A photo without a place of its own is its unit's until it is joined to a plot.
    fn is_in_scope(&self) -> bool {
        self.sidecar.position.is_none()
            || self.actor.may(Right::RecordPhotos, self.place.as_deref())
    }

    fn row(&self, entry: EntryId, recorded_at: Timestamp, linked: bool) -> PhotoRow {
        let sidecar = &self.sidecar;
        let reach = match self.actor.reach(Right::RecordPhotos) {
            Some(Scope::Province) => serde_json::Value::Null,
            Some(Scope::Communes(codes)) => json!(codes),
            None => json!([]),
        };
        PhotoRow {
            id: self.id,
            entry,
            author: self.actor.id,
            org: self.actor.org,
            plot: sidecar.plot,
            linked: i64::from(linked),
            lon: sidecar.position.map(Position::lon),
            lat: sidecar.position.map(Position::lat),
            place: self.place.clone(),
            reach: reach.to_string(),
            taken_at: sidecar.taken_at,
            contains_person: i64::from(sidecar.contains_person),
            sha256: sidecar.sha256.0.to_vec(),
            bytes: i64::try_from(sidecar.bytes).unwrap_or(i64::MAX),
            record: record(sidecar).to_string(),
            state: "announced".to_owned(),
            original_entry: None,
            stored_at: None,
            derived: "waiting".to_owned(),
            flags: "[]".to_owned(),
            recorded_at,
            door: Some(self.actor.door.as_str().to_owned()),
            principal: Some(self.actor.principal.as_str().to_owned()),
            taken_by: sidecar.capture.taken_by,
            named: 0,
            seen_in: self.place.clone(),
            redacted_at: None,
            redacted_document: None,
        }
    }
}

/// The sidecar's fields that only its reader needs.
pub(super) fn record(sidecar: &Sidecar) -> serde_json::Value {
    let capture = &sidecar.capture;
    let mut record = json!({
        "accuracy_m": sidecar.accuracy_m,
        "bearing_deg": sidecar.bearing_deg,
        "fix_age_s": sidecar.fix_age_s,
        "phase": sidecar.phase,
        "eradication": sidecar.eradication,
        "nonce": sidecar.nonce,
        "media_type": sidecar.media_type,
    });
    // Who was at the shutter is no part of what readers see.
    let more = [
        ("source", json!(capture.source)),
        ("gnss_at", json!(capture.gnss_at)),
        ("monotonic_ms", json!(capture.monotonic_ms)),
        ("mock", json!(capture.is_mock.then_some(true))),
    ];
    for (name, value) in more {
        if !value.is_null() {
            record[name] = value;
        }
    }
    record
}
