//! What follows from a patrol's fixes: its tracks, figures and communes. A job keeps them; whoever reads a patrol or
//! indexes it derives anew, so that nothing waits for the job.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::ids::{JobId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::patrols::model::legs::GapRule;
use crate::patrols::model::patrol::{Declared, people_of};
use crate::patrols::model::quality::{Basis, QualityRule};
use crate::patrols::model::track::{PatrolTotals, Track, patrol_totals};
use crate::patrols::model::walked::{
    KeptSummary, Walked, WalkedTrack, places, simplified_lines, steps_of,
};
use crate::patrols::sql::{self, KeptTrack, PatrolRow, TrackChunk};
use crate::store::{self, Tx};

use super::append::{decoded, span_of};
use super::{Error, INDEX_JOB, Patrols, state_of};

impl Patrols {
    /// What a patrol walked, derived from its fixes; `None` when there is no such patrol.
    pub async fn walked(&self, tx: &mut Tx, id: PatrolId) -> Result<Option<Walked>, store::Error> {
        match sql::patrol(tx, id).await? {
            None => Ok(None),
            Some(row) => walked_of(tx, &row).await.map(Some),
        }
    }

    /// The job of a patrol whose fixes or declaration changed: keeps what follows, and passes it on to coverage.
    pub async fn derive(&self, id: PatrolId, job: JobId) -> Result<(), Error> {
        let mut tx = self.journal.store().read().await?;
        let walked = self.walked(&mut tx, id).await?;
        drop(tx);
        let tracks = walked.and_then(|walked| walked.tracks).unwrap_or_default();
        let communes = self.communes_walked(&tracks).await?;
        let totals = patrol_totals(tracks.iter().map(|track| &track.summary));
        let kept: Vec<KeptTrack> = tracks.iter().map(kept).collect();
        let context = (self.clone(), (id, job), (kept, totals, communes));
        self.journal
            .write(context, |tx, (patrols, (id, job), derived)| {
                Box::pin(patrols.keep_act(tx, *id, *job, derived))
            })
            .await
    }

    async fn keep_act(
        &self,
        tx: &mut Tx,
        id: PatrolId,
        job: JobId,
        (kept, totals, communes): &(Vec<KeptTrack>, PatrolTotals, BTreeSet<String>),
    ) -> Result<(), Error> {
        sql::lock_patrol(tx, id).await?;
        for track in kept {
            sql::keep_track(tx, id, track).await?;
        }
        let chunks = kept.iter().map(|track| track.chunks).sum();
        if !kept.is_empty() && sql::set_totals(tx, id, totals, chunks).await? {
            sql::set_communes(tx, id, communes).await?;
        }
        self.journal.queue(tx, INDEX_JOB, id.0).await?;
        Ok(self.journal.finish_job(tx, job).await?)
    }

    /// The communes that the credible fixes lie in, each on the map of its own day.
    pub(super) async fn communes_walked(
        &self,
        tracks: &[WalkedTrack],
    ) -> Result<BTreeSet<String>, Error> {
        let mut days: BTreeMap<LocalDate, Vec<Position>> = BTreeMap::new();
        for (t, position) in tracks.iter().flat_map(|track| places(&track.summary)) {
            days.entry(t.local_date()).or_default().push(position);
        }
        let mut communes = BTreeSet::new();
        for (day, positions) in days {
            let located = self.areas.locate(day, &positions).await?;
            communes.extend(located.into_iter().flatten());
        }
        Ok(communes)
    }

    /// Derives and keeps within an act that locks the patrol: what is kept before the raw fixes go.
    pub(super) async fn keep_derived(&self, tx: &mut Tx, id: PatrolId) -> Result<(), Error> {
        let walked = self.walked(tx, id).await?;
        let Some(tracks) = walked.and_then(|walked| walked.tracks) else {
            return Ok(());
        };
        let mut chunks = 0;
        for track in tracks.iter().map(kept) {
            chunks += track.chunks;
            sql::keep_track(tx, id, &track).await?;
        }
        let totals = patrol_totals(tracks.iter().map(|track| &track.summary));
        sql::set_totals(tx, id, &totals, chunks).await?;
        Ok(())
    }
}

/// Derives the tracks of a patrol that was read already.
pub(super) async fn walked_of(tx: &mut Tx, row: &PatrolRow) -> Result<Walked, store::Error> {
    let declared = Declared {
        kind: row.kind.parse().or(Err(row.corrupt("kind")))?,
        transport: row.transport.parse().or(Err(row.corrupt("transport")))?,
        lead_org: row.lead_org,
        campaign: row.campaign,
        started_at: row.started_at,
        ended_at: row.ended_at,
        people: serde_json::from_str(&row.headcount)
            .map(|headcount| people_of(&headcount))
            .or(Err(row.corrupt("headcount")))?,
    };
    let chunks = sql::chunks_of(tx, row.id).await?;
    let received_until = chunks.iter().map(|chunk| chunk.received_at).max();
    let tracks = if row.redacted_at.is_some() {
        None
    } else {
        Some(derived(&chunks, &declared)?)
    };
    Ok(Walked {
        patrol: row.id,
        declared,
        state: state_of(row)?,
        received_until,
        tracks,
    })
}

pub(super) fn derived(
    chunks: &[TrackChunk],
    declared: &Declared,
) -> Result<Vec<WalkedTrack>, store::Error> {
    chunks
        .chunk_by(|one, other| one.device == other.device)
        .map(|of_device| derived_track(of_device, declared))
        .collect()
}

fn derived_track(chunks: &[TrackChunk], declared: &Declared) -> Result<WalkedTrack, store::Error> {
    let mut fixes = Vec::new();
    for chunk in chunks {
        if let Some(body) = &chunk.body {
            fixes.extend(decoded(chunk.entry, body)?);
        }
    }
    fixes.sort_unstable();
    let received_until = chunks.iter().map(|chunk| chunk.received_at).max();
    let basis = Basis {
        transport: declared.transport,
        rule: QualityRule::current(),
        received_until: received_until.unwrap_or(Timestamp::from_millis(0)),
    };
    let device = chunks.first().map(|chunk| chunk.device).unwrap_or_default();
    Ok(WalkedTrack {
        device,
        chunks: chunks.len(),
        fixes: fixes.len(),
        span: span_of(&fixes),
        summary: Track::derive(&fixes, basis, GapRule::current()).summary(),
    })
}

pub(super) fn kept(track: &WalkedTrack) -> KeptTrack {
    let summary = KeptSummary::of(&track.summary);
    KeptTrack {
        device: track.device,
        chunks: i64::try_from(track.chunks).unwrap_or(i64::MAX),
        fixes: i64::try_from(track.fixes).unwrap_or(i64::MAX),
        span: track.span,
        summary: serde_json::to_string(&summary).unwrap_or_default(),
        line: serde_json::to_string(&steps_of(&simplified_lines(&track.summary)))
            .unwrap_or_default(),
    }
}
