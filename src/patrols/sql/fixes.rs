//! Chunks of fixes: those of tracks, those held for a patrol to come, and what could be no fix.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::base::ids::{EntryId, PatrolId, TeamId};
use crate::base::time::Timestamp;
use crate::identity::model::RESERVE_TEAM;
use crate::store::{Error, Tx, padded};
use crate::{changed, on};

use super::PatrolRow;
use super::around::{at_home, off_paper, sharing};

/// The state of a patrol that an officer found true.
const VALIDATED: &str = "validated";

// What a post node took for its devices joins what it took for another of them: their rights are known there alone. Every batch
// of fixes comes here: both are looked up for the one author, and no list of all holders of rights is made.
const LOCK_TRACK: &str = concat!(
    "INSERT INTO tracks (patrol, device, chunks, fixes) SELECT p.id, $2, 0, 0 FROM patrols p \
     WHERE p.id = $1 AND (p.author = $2 OR (p.team = $3 AND ($3 <> $4 OR EXISTS (",
    sharing!(),
    "$2 AND o.holder = p.author) OR EXISTS (SELECT 1 FROM identity_devices d JOIN identity_nodes n ON n.device = d.created_by \
     JOIN identity_devices o ON o.created_by = n.device WHERE d.id = $2 AND o.id = p.author))))",
    off_paper!(),
    " ON CONFLICT (patrol, device) DO UPDATE SET chunks = tracks.chunks \
     RETURNING (SELECT redacted_at FROM patrols WHERE id = $1) AS erased_at"
);
const CHUNKS_BETWEEN: &str = "SELECT c.entry, c.request, b.body FROM fix_chunks c \
     LEFT JOIN journal_bodies b ON b.entry = c.entry \
     WHERE c.patrol = $1 AND c.device = $2 AND c.last_at >= $3 AND c.first_at <= $4 ORDER BY c.received_at, c.entry";
const DEVICE_CHUNKS_BETWEEN: &str = "SELECT c.entry, c.request, b.body FROM fix_chunks c \
     LEFT JOIN journal_bodies b ON b.entry = c.entry \
     WHERE c.device = $1 AND c.last_at >= $2 AND c.first_at <= $3 ORDER BY c.received_at, c.entry";
const INSERT_CHUNK: &str = "INSERT INTO fix_chunks (entry, patrol, device, first_at, last_at, fixes, request, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const CHUNKS_OF: &str = "SELECT c.entry, c.device, c.received_at, \
     (SELECT COUNT(*) FROM journal_bodies b WHERE b.entry = c.entry) AS bodies \
     FROM fix_chunks c WHERE c.patrol = $1 ORDER BY c.device, c.received_at, c.entry";
const LATE_FIXES: &str = "SELECT CAST(COALESCE(SUM(c.fixes), 0) AS BIGINT) FROM fix_chunks c \
     JOIN journal_entries e ON e.id = $2 WHERE c.patrol = $1 AND c.received_at > e.received_at";
const BODIES: &str = "SELECT entry, body FROM journal_bodies WHERE entry IN (";
/// Bodies that are asked for at once: far below the bound parameters that either database takes.
const BODIES_AT_ONCE: usize = 500;
const HELD_BETWEEN: &str = "SELECT h.entry, h.request, h.expires_at, b.body FROM held_chunks h \
     LEFT JOIN journal_bodies b ON b.entry = h.entry \
     WHERE h.device = $1 AND h.last_at >= $2 AND h.first_at <= $3 ORDER BY h.received_at, h.entry";
const INSERT_HELD: &str = "INSERT INTO held_chunks (entry, device, first_at, last_at, fixes, request, received_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const DELETE_HELD: &str = "DELETE FROM held_chunks WHERE entry = $1";
const HELD_EXPIRED: &str = "SELECT entry, device FROM held_chunks WHERE expires_at <= $1 ORDER BY expires_at, entry LIMIT $2";
const REFUSED: &str =
    "SELECT entry FROM fix_refusals WHERE subject = $1 AND author = $2 AND digest = $3";
const INSERT_REFUSED: &str = "INSERT INTO fix_refusals (subject, author, digest, entry, received_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const REFUSED_OF: &str = "SELECT entry FROM fix_refusals WHERE subject = $1 ORDER BY entry";
const FORGET_REFUSED: &str = "DELETE FROM fix_refusals WHERE subject = $1";

pub(super) const STATEMENTS: &[&str] = &[
    LOCK_TRACK,
    CHUNKS_BETWEEN,
    DEVICE_CHUNKS_BETWEEN,
    INSERT_CHUNK,
    CHUNKS_OF,
    LATE_FIXES,
    HELD_BETWEEN,
    INSERT_HELD,
    DELETE_HELD,
    HELD_EXPIRED,
    REFUSED,
    INSERT_REFUSED,
    REFUSED_OF,
    FORGET_REFUSED,
];

/// A chunk that may know some of the fixes that came.
#[derive(Debug, sqlx::FromRow)]
pub struct KnownChunk {
    pub entry: EntryId,
    pub request: Vec<u8>,
    /// `None` once erased.
    pub body: Option<Vec<u8>>,
}

/// A held chunk.
#[derive(Debug, sqlx::FromRow)]
pub struct HeldChunk {
    pub entry: EntryId,
    pub request: Vec<u8>,
    pub expires_at: Timestamp,
    pub body: Option<Vec<u8>>,
}

/// A chunk of a patrol, without its fixes.
#[derive(Debug, sqlx::FromRow)]
pub struct TrackChunk {
    pub entry: EntryId,
    pub device: Uuid,
    pub received_at: Timestamp,
    /// One, or none once erased.
    bodies: i64,
}

impl TrackChunk {
    /// Whether its fixes were not erased.
    pub const fn has_fixes(&self) -> bool {
        self.bodies > 0
    }
}

/// A chunk to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewChunk<'a> {
    pub entry: EntryId,
    pub device: Uuid,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub fixes: i64,
    pub request: &'a [u8],
    pub received_at: Timestamp,
}

/// A track that one act keeps all others out of.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct TrackLock {
    /// When the raw fixes of its patrol were erased.
    pub erased_at: Option<Timestamp>,
}

impl TrackLock {
    /// How many of so many new fixes count in no figure: all that come after an erasure, for what was made of those before
    /// can be joined with nothing.
    pub const fn uncounted(self, accepted: usize) -> usize {
        if self.erased_at.is_some() {
            accepted
        } else {
            0
        }
    }
}

/// Keeps other acts on the device's track out until this one ends, making the track if need be; none when there is
/// no such patrol, or it is neither the author's nor its team's: of the reserve team's those alone whose authors have a
/// commune in common with the device.
pub async fn lock_track(
    tx: &mut Tx,
    patrol: PatrolId,
    device: Uuid,
    team: Option<TeamId>,
) -> Result<Option<TrackLock>, Error> {
    on!(tx, |c| sqlx::query_as(LOCK_TRACK)
        .bind(patrol)
        .bind(device)
        .bind(team)
        .bind(RESERVE_TEAM)
        .fetch_optional(c))
}

/// The track's chunks that overlap with a span of time, in the order of their receipt.
pub async fn chunks_between(
    tx: &mut Tx,
    patrol: PatrolId,
    device: Uuid,
    span: (Timestamp, Timestamp),
) -> Result<Vec<KnownChunk>, Error> {
    on!(tx, |c| sqlx::query_as(CHUNKS_BETWEEN)
        .bind(patrol)
        .bind(device)
        .bind(span.0)
        .bind(span.1)
        .fetch_all(c))
}

/// The chunks of all tracks of a device that overlap with a span of time, in the order of their receipt.
pub async fn device_chunks_between(
    tx: &mut Tx,
    device: Uuid,
    span: (Timestamp, Timestamp),
) -> Result<Vec<KnownChunk>, Error> {
    on!(tx, |c| sqlx::query_as(DEVICE_CHUNKS_BETWEEN)
        .bind(device)
        .bind(span.0)
        .bind(span.1)
        .fetch_all(c))
}

pub async fn insert_chunk(
    tx: &mut Tx,
    patrol: PatrolId,
    chunk: &NewChunk<'_>,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_CHUNK)
            .bind(chunk.entry)
            .bind(patrol)
            .bind(chunk.device)
            .bind(chunk.first_at)
            .bind(chunk.last_at)
            .bind(chunk.fixes)
            .bind(chunk.request)
            .bind(chunk.received_at)
    )
    .map(drop)
}

/// All chunks of a patrol by device, each device's in the order of their receipt.
pub async fn chunks_of(tx: &mut Tx, patrol: PatrolId) -> Result<Vec<TrackChunk>, Error> {
    on!(tx, |c| sqlx::query_as(CHUNKS_OF).bind(patrol).fetch_all(c))
}

/// How many fixes of a patrol came after an officer validated it; none when nobody did, or none came.
pub async fn late_fixes(tx: &mut Tx, row: &PatrolRow) -> Result<Option<i64>, Error> {
    let Some(judged) = row.judged_entry.filter(|_| row.state == VALIDATED) else {
        return Ok(None);
    };
    let late: i64 = on!(tx, |c| sqlx::query_scalar(LATE_FIXES)
        .bind(row.id)
        .bind(judged)
        .fetch_one(c))?;
    Ok((late > 0).then_some(late))
}

/// The bodies of chunks, in any order; those that were erased are missing.
pub async fn bodies(tx: &mut Tx, chunks: &[EntryId]) -> Result<Vec<(EntryId, Vec<u8>)>, Error> {
    let mut found = Vec::with_capacity(chunks.len());
    for part in chunks.chunks(BODIES_AT_ONCE) {
        let rows: Vec<(EntryId, Vec<u8>)> = on!(tx, |c| {
            let mut query = QueryBuilder::new(BODIES);
            let mut list = query.separated(", ");
            for entry in padded(part) {
                list.push_bind(entry);
            }
            query.push(")");
            async move { query.build_query_as().fetch_all(c).await }
        })?;
        found.extend(rows);
    }
    Ok(found)
}

/// The device's held chunks that overlap with a span of time, in the order of their receipt.
pub async fn held_between(
    tx: &mut Tx,
    device: Uuid,
    span: (Timestamp, Timestamp),
) -> Result<Vec<HeldChunk>, Error> {
    on!(tx, |c| sqlx::query_as(HELD_BETWEEN)
        .bind(device)
        .bind(span.0)
        .bind(span.1)
        .fetch_all(c))
}

pub async fn insert_held(
    tx: &mut Tx,
    chunk: &NewChunk<'_>,
    expires_at: Timestamp,
) -> Result<(), Error> {
    changed!(
        tx,
        sqlx::query(INSERT_HELD)
            .bind(chunk.entry)
            .bind(chunk.device)
            .bind(chunk.first_at)
            .bind(chunk.last_at)
            .bind(chunk.fixes)
            .bind(chunk.request)
            .bind(chunk.received_at)
            .bind(expires_at)
    )
    .map(drop)
}

/// Ends the holding of a chunk; false when another act already did.
pub async fn delete_held(tx: &mut Tx, entry: EntryId) -> Result<bool, Error> {
    changed!(tx, sqlx::query(DELETE_HELD).bind(entry)).map(|rows| rows > 0)
}

pub async fn held_expired(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(EntryId, Uuid)>, Error> {
    on!(tx, |c| sqlx::query_as(HELD_EXPIRED)
        .bind(now)
        .bind(limit)
        .fetch_all(c))
}

/// The entry under which this content was set apart before.
pub async fn refused(
    tx: &mut Tx,
    subject: Uuid,
    author: Uuid,
    digest: &[u8],
) -> Result<Option<EntryId>, Error> {
    on!(tx, |c| sqlx::query_scalar(REFUSED)
        .bind(subject)
        .bind(author)
        .bind(digest)
        .fetch_optional(c))
}

/// Notes content set apart; false when another act was faster.
pub async fn insert_refused(
    tx: &mut Tx,
    subject: Uuid,
    author: Uuid,
    digest: &[u8],
    entry: EntryId,
    at: Timestamp,
) -> Result<bool, Error> {
    changed!(
        tx,
        sqlx::query(INSERT_REFUSED)
            .bind(subject)
            .bind(author)
            .bind(digest)
            .bind(entry)
            .bind(at)
    )
    .map(|rows| rows > 0)
}

/// The entries of what was set apart, taken off the books.
pub async fn forget_refused(tx: &mut Tx, subject: Uuid) -> Result<Vec<EntryId>, Error> {
    let entries = on!(tx, |c| sqlx::query_scalar(REFUSED_OF)
        .bind(subject)
        .fetch_all(c))?;
    changed!(tx, sqlx::query(FORGET_REFUSED).bind(subject))?;
    Ok(entries)
}
