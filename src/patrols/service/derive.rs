//! What follows from a patrol's fixes: its tracks, figures and communes. A job keeps them; whoever reads a patrol or
//! indexes it derives them as well, so that nothing waits for the job. What was derived last is kept in memory, held
//! against the list of chunks as it is now, and carried on with those that are new.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use crate::base::ids::{EntryId, JobId, PatrolId};
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::patrols::model::derived::{ChunkFixes, DerivedTrack};
use crate::patrols::model::fix::Fix;
use crate::patrols::model::patrol::{Declared, people_of};
use crate::patrols::model::quality::Basis;
use crate::patrols::model::rules::Rules;
use crate::patrols::model::track::{PatrolTotals, patrol_totals};
use crate::patrols::model::walked::{
    KeptSummary, Walked, WalkedTrack, places, simplified_lines, steps_of,
};
use crate::patrols::sql::{self, KeptTrack, PatrolRow, TrackChunk};
use crate::store::{self, Tx};

use super::append::decoded;
use super::memory::Tracks;
use super::tail::Tail;
use super::{Error, INDEX_JOB, Patrols, state_of};

impl Patrols {
    /// What a patrol walked, derived from its fixes; `None` when there is no such patrol.
    pub async fn walked(&self, tx: &mut Tx, id: PatrolId) -> Result<Option<Walked>, store::Error> {
        match sql::patrol(tx, id).await? {
            None => Ok(None),
            Some(row) => self.walked_of(tx, &row, &[]).await.map(Some),
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
        self.ask_to_screen(tx, id).await?;
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
            communes.append(&mut self.areas.passed(day, &positions).await?);
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

impl Patrols {
    /// Derives the tracks of a patrol that was read already, with what its tails hold besides.
    pub(super) async fn walked_of(
        &self,
        tx: &mut Tx,
        row: &PatrolRow,
        tails: &[Tail],
    ) -> Result<Walked, store::Error> {
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
        let tracks = if row.redacted_at.is_some() {
            self.memory.forget(row.id);
            None
        } else {
            let tracks = self.tracks(tx, row.id, &chunks, &declared).await?;
            Some(with_tails(tracks, tails, &declared))
        };
        Ok(Walked {
            patrol: row.id,
            declared,
            state: state_of(row)?,
            received_until: chunks.iter().map(|chunk| chunk.received_at).max(),
            tracks,
        })
    }

    /// The tracks of these chunks; only what memory does not know of them is read.
    async fn tracks(
        &self,
        tx: &mut Tx,
        patrol: PatrolId,
        chunks: &[TrackChunk],
        declared: &Declared,
    ) -> Result<Vec<(WalkedTrack, Arc<DerivedTrack>)>, store::Error> {
        let now = self.journal.now();
        let (began, known) = self.memory.find(patrol, now);
        let known = known.unwrap_or_default();
        let due = due(chunks, &known);
        let tracks = self.derived(tx, &due, declared, &Rules::current()).await?;
        let walked = walked_tracks(&due, &tracks);
        let walked = walked.into_iter().filter_map(|walked| {
            let track = tracks.get(&walked.device).map(Arc::clone)?;
            Some((walked, track))
        });
        let walked = walked.collect();
        if !tracks.is_empty() {
            self.memory.keep(patrol, Arc::new(tracks), began, now);
        }
        Ok(walked)
    }

    /// The tracks of these chunks under some rules, derived from all their fixes beside what memory knows.
    pub(super) async fn tracks_anew(
        &self,
        tx: &mut Tx,
        chunks: &[TrackChunk],
        declared: &Declared,
        rules: &Rules,
    ) -> Result<Vec<WalkedTrack>, store::Error> {
        let due = due(chunks, &Tracks::new());
        let tracks = self.derived(tx, &due, declared, rules).await?;
        Ok(walked_tracks(&due, &tracks))
    }

    async fn derived(
        &self,
        tx: &mut Tx,
        due: &[Due<'_>],
        declared: &Declared,
        rules: &Rules,
    ) -> Result<Tracks, store::Error> {
        let unread: Vec<EntryId> = due.iter().flat_map(Due::unread).collect();
        self.memory.count_read(unread.len());
        let mut read = HashMap::with_capacity(unread.len());
        for (entry, body) in sql::bodies(tx, &unread).await? {
            read.insert(entry, decoded(entry, &body)?);
        }
        let tracks = due
            .iter()
            .map(|due| (due.device, due.derive(&mut read, declared, rules)));
        Ok(tracks.collect())
    }
}

/// One device's chunks, and what is known of them.
struct Due<'a> {
    device: Uuid,
    chunks: &'a [TrackChunk],
    known: Option<Arc<DerivedTrack>>,
}

/// What is to be derived, device by device. A known track from a chunk that is no longer there is of no use.
fn due<'a>(chunks: &'a [TrackChunk], known: &Tracks) -> Vec<Due<'a>> {
    let of_devices = chunks.chunk_by(|one, other| one.device == other.device);
    of_devices
        .filter_map(|chunks| {
            let device = chunks.first()?.device;
            let there = chunks.iter().filter(|chunk| chunk.has_fixes());
            let there: HashSet<EntryId> = there.map(|chunk| chunk.entry).collect();
            let known = known.get(&device);
            let known = known.filter(|track| track.is_within(|entry| there.contains(&entry)));
            Some(Due {
                device,
                chunks,
                known: known.cloned(),
            })
        })
        .collect()
}

impl Due<'_> {
    /// The chunks whose fixes are not in the known track.
    fn unread(&self) -> impl Iterator<Item = EntryId> {
        let there = self.chunks.iter().filter(|chunk| chunk.has_fixes());
        there.map(|chunk| chunk.entry).filter(|entry| {
            let known = self.known.as_ref();
            known.is_none_or(|track| !track.holds(*entry))
        })
    }

    fn derive(
        &self,
        read: &mut HashMap<EntryId, Vec<Fix>>,
        declared: &Declared,
        rules: &Rules,
    ) -> Arc<DerivedTrack> {
        let received_until = self.chunks.iter().map(|chunk| chunk.received_at).max();
        let basis = Basis {
            transport: declared.transport,
            rule: rules.quality,
            received_until: received_until.unwrap_or(Timestamp::from_millis(0)),
        };
        let rule = rules.gap;
        // What was erased since the chunks were listed is missing here, and in what is kept.
        let news = self.unread().filter_map(|entry| {
            let fixes = read.remove(&entry)?;
            Some(ChunkFixes { entry, fixes })
        });
        let news: Vec<ChunkFixes> = news.collect();
        match &self.known {
            Some(known) if news.is_empty() && known.stands(&basis, &rule) => Arc::clone(known),
            Some(known) => Arc::new(known.with(news, basis, rule)),
            None => Arc::new(DerivedTrack::empty(basis, rule).with(news, basis, rule)),
        }
    }
}

fn walked_tracks(due: &[Due<'_>], tracks: &Tracks) -> Vec<WalkedTrack> {
    let walked = due.iter().filter_map(|due| {
        let track = tracks.get(&due.device)?;
        Some(WalkedTrack {
            device: due.device,
            chunks: due.chunks.len(),
            fixes: track.fixes(),
            span: track.span(),
            bounds: track.bounds(),
            summary: track.summary(),
        })
    });
    walked.collect()
}

/// Tracks with the fixes that are not sealed yet; one that only those make has no chunk.
fn with_tails(
    tracks: Vec<(WalkedTrack, Arc<DerivedTrack>)>,
    tails: &[Tail],
    declared: &Declared,
) -> Vec<WalkedTrack> {
    let mut tracks: BTreeMap<Uuid, _> = tracks
        .into_iter()
        .map(|(walked, track)| (walked.device, (walked.chunks, walked.summary, track)))
        .collect();
    let rules = Rules::current();
    for tail in tails {
        let basis = Basis {
            transport: declared.transport,
            rule: rules.quality,
            received_until: tail.received_until,
        };
        let (chunks, _, known) = tracks.remove(&tail.device).unwrap_or_else(|| {
            let none = DerivedTrack::empty(basis, rules.gap);
            (0, none.summary(), Arc::new(none))
        });
        let track = Arc::new(known.with_unsealed(&tail.fixes, basis, rules.gap));
        tracks.insert(tail.device, (chunks, track.summary(), track));
    }
    let walked = tracks
        .into_iter()
        .map(|(device, (chunks, summary, track))| WalkedTrack {
            device,
            chunks,
            fixes: track.fixes(),
            span: track.span(),
            bounds: track.bounds(),
            summary,
        });
    walked.collect()
}

pub(super) fn kept(track: &WalkedTrack) -> KeptTrack {
    let summary = KeptSummary::of(&track.summary);
    KeptTrack {
        device: track.device,
        chunks: i64::try_from(track.chunks).unwrap_or(i64::MAX),
        fixes: i64::try_from(track.fixes).unwrap_or(i64::MAX),
        span: track.span,
        bounds: track.bounds,
        summary: serde_json::to_string(&summary).unwrap_or_default(),
        line: serde_json::to_string(&steps_of(&simplified_lines(&track.summary)))
            .unwrap_or_default(),
    }
}
