//! The journal for callers with a secret: entries for auditors; heads, proofs and comparisons for whoever keeps a head.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::base::actor::Right;
use crate::base::ids::EntryId;
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::service::Identity;
use crate::journal::merkle::TileId;
use crate::journal::proofs::{ConsistencyProof, EntryProof, SignedHead};
use crate::journal::stamps::StampView;
use crate::journal::{self, Alarm, Between, NotTaken, Proving, Shown, Witness};

use super::Caller;

type Answer<T> = Result<Body<T>, Problem>;

/// Alarms and holders in one answer.
const MOST_ROWS: u32 = 500;

/// Which head is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HeadParams {
    /// The head that was signed over so many entries; without it the newest.
    size: Option<u64>,
}

/// Which entry is to be proven.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProofParams {
    /// The `entry_id` of a receipt.
    entry: EntryId,
    /// Under the head that was signed over so many entries; without it under the newest.
    size: Option<u64>,
}

/// Which heads are to be held together.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyParams {
    /// Entries in the older tree.
    from: u64,
    /// Entries in the newer tree; without it the newest head's.
    to: Option<u64>,
}

/// A head that the caller keeps.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldHead {
    /// The signed note, as it was given.
    pub checkpoint: String,
}

/// What the comparison came to: one of the two.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Comparison {
    /// `consistent`, or `alarm`.
    pub outcome: &'static str,
    /// That the log begins with the head.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<ConsistencyProof>,
    /// The alarm that was raised, for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<Alarm>,
}

/// Alarms and the heads held outside.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Watch {
    /// Heads from outside that the log does not agree with, the latest first.
    pub alarms: Vec<Alarm>,
    /// The largest head that each holder showed, the largest first.
    pub witnesses: Vec<Witness>,
}

/// The sequenced entries of the journal, for auditors: who did what, when, and for what reason where one was given.
#[utoipa::path(get, path = "/api/v1/journal/entries", tag = "journal", params(journal::http::EntriesParams), responses((status = 200, body = journal::http::EntryList)))]
pub async fn journal_entries(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Params(params): Params<journal::http::EntriesParams>,
) -> Answer<journal::http::EntryList> {
    // Nobody else learns who is called how.
    if !actor.may_in_province(Right::ReadJournal) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let of = match params.who.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(name) => Some(identity.author_named(name).await?.ok_or_else(nobody)?),
    };
    let mut list = journal::http::entries(identity.journal(), &actor, &params, of).await?;
    let ids = list.entries.iter().map(|entry| entry.actor).collect();
    let named = identity.named(&ids).await?;
    for entry in &mut list.entries {
        entry.who = named.get(&entry.actor).map(|own| own.name.clone());
    }
    Ok(Body(StatusCode::OK, list))
}

fn nobody() -> Problem {
    Problem::new(ProblemKind::InvalidParameter)
        .detail("who: expected the login of an account, the name of a device, or the id of either")
}

/// A signed head of the log: to be kept by phones, post nodes and outside offices.
#[utoipa::path(get, path = "/api/v1/journal/head", tag = "journal", params(HeadParams), responses((status = 200, body = SignedHead)))]
pub async fn journal_head(
    State(identity): State<Identity>,
    Caller(_actor): Caller,
    Params(params): Params<HeadParams>,
) -> Answer<SignedHead> {
    Ok(Body(StatusCode::OK, head_of(&identity, params).await?))
}

async fn head_of(identity: &Identity, params: HeadParams) -> Result<SignedHead, Problem> {
    let head = match params.size {
        Some(size) => identity.journal().head_at(size).await?,
        None => identity.journal().head().await?,
    };
    head.ok_or_else(|| {
        Problem::new(ProblemKind::NotFound).detail("no head was signed over so many entries")
    })
}

/// Heads that an outside authority stamped (RFC 3161), the newest first.
#[utoipa::path(get, path = "/api/v1/journal/stamps", tag = "journal", responses((status = 200, body = [StampView])))]
pub async fn journal_stamps(
    State(identity): State<Identity>,
    _caller: Caller,
) -> Answer<Vec<StampView>> {
    let stamps = identity.journal().stamps(MOST_ROWS).await?;
    Ok(Body(StatusCode::OK, stamps))
}

/// The authority's reply for one head, as it came. `openssl ts -verify -data CHECKPOINT -in REPLY -CAfile CA` checks it
/// against the head's text from `/api/v1/journal/checkpoint?size=`.
#[utoipa::path(get, path = "/api/v1/journal/stamps/{size}", tag = "journal", params(("size" = u64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/timestamp-reply")))]
pub async fn journal_stamp(
    State(identity): State<Identity>,
    _caller: Caller,
    Path(size): Path<u64>,
) -> Result<Response, Problem> {
    let reply = identity.journal().stamp_of(size).await?;
    let reply = reply.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let headers = [(header::CONTENT_TYPE, "application/timestamp-reply")];
    Ok((headers, reply).into_response())
}

/// A head as a signed note (C2SP `tlog-checkpoint`), plain text.
#[utoipa::path(get, path = "/api/v1/journal/checkpoint", tag = "journal", params(HeadParams), responses((status = 200, body = String, content_type = "text/plain")))]
pub async fn journal_checkpoint(
    State(identity): State<Identity>,
    Caller(_actor): Caller,
    Params(params): Params<HeadParams>,
) -> Result<Response, Problem> {
    let head = head_of(&identity, params).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, head.checkpoint).into_response())
}

/// That an entry is in the log; for its author, the device it came through, and auditors.
#[utoipa::path(get, path = "/api/v1/journal/proof", tag = "journal", params(ProofParams), responses((status = 200, body = EntryProof)))]
pub async fn journal_proof(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Params(params): Params<ProofParams>,
) -> Answer<EntryProof> {
    let journal = identity.journal();
    match journal.prove(&actor, params.entry, params.size).await? {
        Proving::Proof(proof) => Ok(Body(StatusCode::OK, *proof)),
        Proving::NotNumbered => Err(Problem::new(ProblemKind::WrongState)
            .detail("the entry is stored and not in the tree yet; ask again in a few seconds")),
        Proving::Unknown => Err(Problem::new(ProblemKind::NotFound)),
    }
}

/// That the log of `to` entries begins with the log of `from`.
#[utoipa::path(get, path = "/api/v1/journal/consistency", tag = "journal", params(ConsistencyParams), responses((status = 200, body = ConsistencyProof)))]
pub async fn journal_consistency(
    State(identity): State<Identity>,
    Caller(_actor): Caller,
    Params(params): Params<ConsistencyParams>,
) -> Answer<ConsistencyProof> {
    let between = Between {
        from: params.from,
        to: params.to,
    };
    let proof = identity.journal().prove_consistency(between).await?;
    let proof = proof.ok_or_else(|| {
        Problem::new(ProblemKind::InvalidParameter)
            .detail("from, to: expected from <= to, and to no more than the newest head counts")
    })?;
    Ok(Body(StatusCode::OK, proof))
}

/// One tile of the tree: up to 256 hashes of 32 bytes; a partial one grows. For auditors who keep a copy of the tree.
#[utoipa::path(get, path = "/api/v1/journal/tiles/{level}/{number}", tag = "journal", params(("level" = u32, Path), ("number" = u64, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn journal_tile(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path((level, number)): Path<(u32, u64)>,
) -> Result<Response, Problem> {
    if !actor.may_in_province(Right::ReadJournal) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let id = TileId { level, number };
    let tile = identity.journal().tile(id).await?;
    let tile = tile.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((headers, tile).into_response())
}

/// Shows the server a head that the caller keeps. It answers with the proof that the log begins with that head, or with
/// the alarm that it does not, which is kept in the log.
#[utoipa::path(post, path = "/api/v1/journal/heads", tag = "journal", request_body = HeldHead, responses((status = 200, body = Comparison)))]
pub async fn compare_head(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    held: Json<HeldHead>,
) -> Answer<Comparison> {
    let shown = identity
        .journal()
        .compare(&actor, &held.value.checkpoint)
        .await
        .map_err(not_taken)?;
    let comparison = match shown {
        Shown::Agrees(proof) => Comparison {
            outcome: "consistent",
            proof: Some(*proof),
            alarm: None,
        },
        Shown::Alarm(alarm) => Comparison {
            outcome: "alarm",
            proof: None,
            alarm: Some(alarm),
        },
    };
    Ok(Body(StatusCode::OK, comparison))
}

/// Alarms, and who holds which head: for auditors.
#[utoipa::path(get, path = "/api/v1/journal/heads", tag = "journal", responses((status = 200, body = Watch)))]
pub async fn journal_watch(
    State(identity): State<Identity>,
    Caller(actor): Caller,
) -> Answer<Watch> {
    if !actor.may_in_province(Right::ReadJournal) {
        return Err(Problem::new(ProblemKind::Forbidden));
    }
    let watch = Watch {
        alarms: identity.journal().alarms(MOST_ROWS).await?,
        witnesses: identity.journal().witnesses(MOST_ROWS).await?,
    };
    Ok(Body(StatusCode::OK, watch))
}

fn not_taken(refused: NotTaken) -> Problem {
    match refused {
        NotTaken::Store(error) => error.into(),
        refused => {
            Problem::new(ProblemKind::InvalidContent).fault("/checkpoint", refused.to_string())
        }
    }
}
