//! Taking in patrols that come whole, many in one act: what the doors, the sequel of jobs and nothing else would
//! have written. Made-up provinces are loaded like this, so that a country's year fits into an hour.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::journal::model::sha256;
use crate::journal::{Entry, Kind};
use crate::patrols::model::bounds::Bounds;
use crate::patrols::model::chunk;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::legs::GapRule;
use crate::patrols::model::patrol::{Declared, PatrolDraft, people_of};
use crate::patrols::model::quality::{Basis, QualityRule};
use crate::patrols::model::track::{PatrolTotals, Track, patrol_totals};
use crate::patrols::model::vocabulary::PatrolState;
use crate::patrols::model::walked::{Walked, WalkedTrack};
use crate::patrols::sql::{self, KeptTrack, NewChunk, VersionRow};
use crate::store::{self, Tx};

use super::append::span_of;
use super::derive::kept;
use super::{Error, Patrols};

/// A patrol that has ended, with all fixes of its one phone.
#[derive(Debug, Clone)]
pub struct WholePatrol {
    /// Its id.
    pub id: PatrolId,
    /// The phone that recorded it.
    pub author: Uuid,
    /// What was declared.
    pub draft: PatrolDraft,
    /// The declaration's bytes.
    pub body: Vec<u8>,
    /// The fixes, sorted by key, each once.
    pub fixes: Vec<Fix>,
}

/// A whole patrol with everything that follows from it, ready to be written.
#[derive(Debug)]
pub struct DerivedPatrol {
    id: PatrolId,
    author: Uuid,
    draft: PatrolDraft,
    body: Vec<u8>,
    /// The coded chunk; none when raw fixes are not kept.
    chunk: Option<Vec<u8>>,
    span: (Timestamp, Timestamp),
    fixes: i64,
    received_at: Timestamp,
    kept: Vec<KeptTrack>,
    totals: PatrolTotals,
    communes: BTreeSet<String>,
}

impl Patrols {
    /// Derives what follows from a whole patrol, which counts as received now. Without `keeps_fixes` the fixes are
    /// left out as if they had been erased by age: what was derived of them stays.
    pub async fn derive_whole(
        &self,
        whole: WholePatrol,
        keeps_fixes: bool,
    ) -> Result<(DerivedPatrol, Walked), Error> {
        let received_at = self.journal.now();
        let request = sha256(&whole.body);
        let span = span_of(&whole.fixes).unwrap_or((received_at, received_at));
        let walked = walked(&whole, received_at);
        let tracks = walked.tracks.as_deref().unwrap_or_default();
        let chunk = if keeps_fixes {
            let coded = chunk::body(&request, whole.fixes.clone());
            Some(coded.map_err(|many| store::Error::Unavailable(many.to_string()))?)
        } else {
            None
        };
        let derived = DerivedPatrol {
            id: whole.id,
            author: whole.author,
            draft: whole.draft,
            body: whole.body,
            chunk,
            span,
            fixes: i64::try_from(whole.fixes.len()).unwrap_or(i64::MAX),
            received_at,
            kept: tracks.iter().map(kept).collect(),
            totals: patrol_totals(tracks.iter().map(|track| &track.summary)),
            communes: self.communes_walked(tracks).await?,
        };
        Ok((derived, walked))
    }

    /// Whether there is a patrol of that id.
    pub async fn is_known(&self, tx: &mut Tx, id: PatrolId) -> Result<bool, Error> {
        Ok(sql::patrol(tx, id).await?.is_some())
    }

    /// Writes whole patrols that are new, in the caller's act.
    pub async fn keep_whole(&self, tx: &mut Tx, patrols: &[DerivedPatrol]) -> Result<(), Error> {
        for patrol in patrols {
            self.keep_one(tx, patrol).await?;
        }
        Ok(())
    }

    async fn keep_one(&self, tx: &mut Tx, patrol: &DerivedPatrol) -> Result<(), Error> {
        let entry = |kind, body| Entry {
            kind,
            fact: patrol.id.0,
            actor: patrol.author,
            device: None,
            origin: None,
            body,
        };
        let declared = self
            .journal
            .enter(tx, entry(Kind::Patrol, &patrol.body))
            .await?;
        let row = VersionRow {
            patrol: patrol.id,
            version: 1,
            entry: declared.entry,
            author: patrol.author,
            draft: &patrol.draft,
            state: PatrolState::Closed.as_str(),
            recorded_at: patrol.received_at,
        };
        if !sql::insert_patrol(tx, &row).await? {
            return Err(store::Error::Busy("the patrol was just written".into()).into());
        }
        let team = Some(patrol.draft.team());
        sql::lock_track(tx, patrol.id, patrol.author, team).await?;
        if let Some(chunk) = &patrol.chunk {
            let written = self.journal.enter(tx, entry(Kind::Fixes, chunk)).await?;
            let row = NewChunk {
                entry: written.entry,
                device: patrol.author,
                first_at: patrol.span.0,
                last_at: patrol.span.1,
                fixes: patrol.fixes,
                request: &sha256(&patrol.body),
                received_at: patrol.received_at,
            };
            sql::insert_chunk(tx, patrol.id, &row).await?;
        }
        for track in &patrol.kept {
            sql::keep_track(tx, patrol.id, track).await?;
        }
        sql::set_totals(tx, patrol.id, &patrol.totals, 1).await?;
        sql::set_communes(tx, patrol.id, &patrol.communes).await?;
        if patrol.chunk.is_none() {
            sql::freeze(tx, patrol.id, patrol.received_at).await?;
        }
        Ok(())
    }
}

fn walked(whole: &WholePatrol, received_at: Timestamp) -> Walked {
    let draft = &whole.draft;
    let basis = Basis {
        transport: draft.transport(),
        rule: QualityRule::current(),
        received_until: received_at,
    };
    let track = WalkedTrack {
        device: whole.author,
        chunks: 1,
        fixes: whole.fixes.len(),
        span: span_of(&whole.fixes),
        bounds: Bounds::of(&whole.fixes),
        summary: Track::derive(&whole.fixes, basis, GapRule::current()).summary(),
    };
    Walked {
        patrol: whole.id,
        declared: Declared {
            kind: draft.kind(),
            transport: draft.transport(),
            lead_org: draft.lead_org(),
            campaign: draft.campaign(),
            started_at: draft.started_at(),
            ended_at: draft.ended_at(),
            people: people_of(draft.headcount()),
        },
        state: PatrolState::Uploaded,
        received_until: Some(received_at),
        tracks: Some(vec![track]),
    }
}
