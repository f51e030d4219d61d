//! Rows as they stand, page by page, for the pass that holds them against the log.

use uuid::Uuid;

use crate::base::ids::{EntryId, FactId, PatrolId, PhotoId, PlotId, QuestionId};
use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

use super::{QuestionBook, QuestionRow, ReplyRow, SealRow};

pub(super) const QUESTIONS_FROM: &str = "SELECT id, screen, photo, other, state, record, entry, asked_at \
     FROM evidence_questions WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const TRACK_QUESTIONS_FROM: &str = "SELECT id, screen, patrol, other_patrol, plot, state, record, entry, asked_at \
     FROM evidence_track_questions WHERE id > $1 ORDER BY id LIMIT 500";
pub(super) const REPLIES_FROM: &str = "SELECT entry, question, kind, author, org, body, said_at FROM evidence_replies \
     WHERE entry > $1 ORDER BY entry LIMIT 500";
pub(super) const TRACK_REPLIES_FROM: &str = "SELECT entry, question, kind, author, org, body, said_at \
     FROM evidence_track_replies WHERE entry > $1 ORDER BY entry LIMIT 500";
pub(super) const SEALS_FROM: &str = "SELECT eradication, plot, entry, named, root, sealed_at FROM evidence_seals \
     WHERE eradication > $1 ORDER BY eradication LIMIT 500";
pub(super) const SEALED_OF: &str =
    "SELECT photo FROM evidence_sealed WHERE eradication = $1 ORDER BY photo";
pub(super) const HOLDS_FROM: &str = "SELECT entry, subject, reason, set_at, lifted_by, lifted_at FROM evidence_holds \
     WHERE entry > $1 ORDER BY entry LIMIT 500";
pub(super) const HOLDS_PATROL: &str =
    "SELECT COUNT(*) FROM patrols WHERE id = $1 AND held_entry IS NOT NULL";
pub(super) const SPENT_NONCES_FROM: &str = "SELECT n.nonce, n.device, n.spent_at, n.photo, p.entry FROM evidence_nonces n \
     LEFT JOIN photos p ON p.id = n.photo WHERE n.photo IS NOT NULL AND n.nonce > $1 ORDER BY n.nonce LIMIT 500";
pub(super) const OF_FORMS: &str = "SELECT DISTINCT photo FROM odk_files";
pub(super) const PLOT_PLACES: &str =
    "SELECT version, place, commune, lon, lat FROM plots WHERE id = $1";

/// Where a plot lies, today and by the boundaries of its day.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PlotPlaces {
    pub version: i64,
    pub place: Option<String>,
    pub commune: Option<String>,
    pub lon: f64,
    pub lat: f64,
}

/// A question about a track or a claim, without what decides who sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptTrackQuestion {
    pub id: QuestionId,
    pub screen: String,
    pub patrol: Option<PatrolId>,
    pub other_patrol: Option<PatrolId>,
    pub plot: Option<PlotId>,
    pub state: String,
    pub record: String,
    pub entry: EntryId,
    pub asked_at: Timestamp,
}

/// A hold with what it is on.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct KeptHold {
    pub entry: EntryId,
    pub subject: Uuid,
    pub reason: String,
    pub set_at: Timestamp,
    pub lifted_by: Option<EntryId>,
    pub lifted_at: Option<Timestamp>,
}

/// A nonce that a photo spent, with the entry of the photo.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SpentNonce {
    pub nonce: String,
    pub device: Uuid,
    pub spent_at: Option<Timestamp>,
    pub photo: PhotoId,
    pub entry: Option<EntryId>,
}

pub async fn questions_from(tx: &mut Tx, id: QuestionId) -> Result<Vec<QuestionRow>, Error> {
    on!(tx, |c| sqlx::query_as(QUESTIONS_FROM).bind(id).fetch_all(c))
}

pub async fn track_questions_from(
    tx: &mut Tx,
    id: QuestionId,
) -> Result<Vec<KeptTrackQuestion>, Error> {
    on!(tx, |c| sqlx::query_as(TRACK_QUESTIONS_FROM)
        .bind(id)
        .fetch_all(c))
}

pub async fn replies_from(
    tx: &mut Tx,
    book: QuestionBook,
    entry: EntryId,
) -> Result<Vec<ReplyRow>, Error> {
    let text = match book {
        QuestionBook::Photos => REPLIES_FROM,
        QuestionBook::Tracks => TRACK_REPLIES_FROM,
    };
    on!(tx, |c| sqlx::query_as(text).bind(entry).fetch_all(c))
}

pub async fn seals_from(tx: &mut Tx, eradication: FactId) -> Result<Vec<SealRow>, Error> {
    on!(tx, |c| sqlx::query_as(SEALS_FROM)
        .bind(eradication)
        .fetch_all(c))
}

/// The photos under one seal, by id.
pub async fn sealed_of(tx: &mut Tx, eradication: FactId) -> Result<Vec<PhotoId>, Error> {
    on!(tx, |c| sqlx::query_scalar(SEALED_OF)
        .bind(eradication)
        .fetch_all(c))
}

pub async fn holds_from(tx: &mut Tx, entry: EntryId) -> Result<Vec<KeptHold>, Error> {
    on!(tx, |c| sqlx::query_as(HOLDS_FROM).bind(entry).fetch_all(c))
}

/// Whether an id is that of a patrol whose raw fixes were put under a hold.
pub async fn holds_patrol(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    let count: i64 = on!(tx, |c| sqlx::query_scalar(HOLDS_PATROL)
        .bind(id)
        .fetch_one(c))?;
    Ok(count > 0)
}

pub async fn spent_nonces_from(tx: &mut Tx, nonce: &str) -> Result<Vec<SpentNonce>, Error> {
    on!(tx, |c| sqlx::query_as(SPENT_NONCES_FROM)
        .bind(nonce)
        .fetch_all(c))
}

/// The photos that forms brought.
pub async fn of_forms(tx: &mut Tx) -> Result<Vec<PhotoId>, Error> {
    on!(tx, |c| sqlx::query_scalar(OF_FORMS).fetch_all(c))
}

pub async fn plot_places(tx: &mut Tx, plot: PlotId) -> Result<Option<PlotPlaces>, Error> {
    on!(tx, |c| sqlx::query_as(PLOT_PLACES)
        .bind(plot)
        .fetch_optional(c))
}
