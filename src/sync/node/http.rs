//! How far forwarding has come, both receipts of a fact, and the log's facts as a file to carry.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use axum::body::Body as Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::{Actor, Right};
use crate::base::ids::{EntryId, LogId};
use crate::base::time::Timestamp;
use crate::http::{Body, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::journal::{Entry, Kind, Receipt};
use crate::store;

use super::super::bundle::seal::Recipient;
use super::super::sql::{self, AsideUpstream, HeldBack};
use super::forward::standing;
use super::gather::{Filled, Lanes, NotMade, Wanted, begin, fill};

const PIECE: usize = 64 * 1024;
/// Facts held back that are shown.
const MOST_SHOWN: i64 = 100;
/// Records of one bundle: less than a reader takes.
const MOST_RECORDS: u64 = 50_000;

/// How far this log was forwarded upwards.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ForwardingView {
    /// The province's address; null when nothing is forwarded.
    pub upstream: Option<String>,
    /// The last number of facts that need nothing more; -1 at first.
    pub facts: i64,
    /// The same of photos' originals.
    pub originals: i64,
    /// Facts and originals that wait, those without a right to leave (fixes outside every patrol) included.
    pub backlog: i64,
    /// Fixes of trackers that wait in the tail, ten minutes at most, and are in no fact of the log yet: the backlog
    /// does not count them.
    pub unsealed_fixes: i64,
    /// When something was last taken by the province.
    pub forwarded_at: Option<Timestamp>,
    /// Failures since then.
    pub failures: i64,
    /// The last failure, until the province answers again.
    pub fault: Option<String>,
    /// When it was.
    pub failed_at: Option<Timestamp>,
    /// What of the backlog the province takes no part of for a while, the first hundred: the others go on past it.
    pub held_back: Vec<HeldBackView>,
    /// What has arrived and waits for a person at the province, or was refused by one, as the province last answered; the
    /// latest hundred. `tuantra node resend` asks anew.
    pub kept_aside: Vec<AsideView>,
}

/// A fact that the province did not take by itself.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ForwardedAside)]
pub struct AsideView {
    /// Its entry in this log.
    pub entry: EntryId,
    /// The entry's kind.
    pub kind: String,
    /// The fact.
    pub fact: Option<Uuid>,
    /// Why: `no_right`, `refused` and the others of `GET /api/v1/bundles/review`.
    pub reason: String,
    /// When the province said so.
    pub answered_at: Timestamp,
}

impl From<AsideUpstream> for AsideView {
    fn from(own: AsideUpstream) -> Self {
        Self {
            entry: own.entry,
            kind: own.kind,
            fact: own.fact,
            reason: own.reason,
            answered_at: own.answered_at,
        }
    }
}

/// A fact that forwarding went past, to be tried again later.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct HeldBackView {
    /// Its entry in this log.
    pub entry: EntryId,
    /// What the province said.
    pub reason: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried again.
    pub next_at: Timestamp,
}

impl From<HeldBack> for HeldBackView {
    fn from(own: HeldBack) -> Self {
        Self {
            entry: own.entry,
            reason: own.reason,
            tries: own.tries,
            next_at: own.next_at,
        }
    }
}

/// The receipts of a fact that went from a node to the province.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReceiptsView {
    /// This server's.
    pub own: Option<Receipt>,
    /// The post node's, where the fact came from one.
    #[schema(value_type = Option<Receipt>)]
    pub node: Option<serde_json::Value>,
    /// The province's, where the fact was forwarded.
    #[schema(value_type = Option<Receipt>)]
    pub upstream: Option<serde_json::Value>,
    /// Why the fact waits for a person at the province, if it does.
    pub review: Option<String>,
}

/// Which facts a bundle is to hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportParams {
    /// Only what stands after this number of the log: `tuantra-next` of the file before (default: all).
    pub after: Option<i64>,
    /// Only this device's.
    pub device: Option<Uuid>,
    /// Only what was received from then on.
    pub from: Option<Timestamp>,
    /// Only what was received before.
    pub until: Option<Timestamp>,
}

/// How far the log was forwarded to the province, and what stands in the way.
#[utoipa::path(get, path = "/api/v1/forwarding", tag = "sync", responses((status = 200, body = ForwardingView)))]
pub async fn forwarding(
    State(app): State<App>,
    Caller(actor): Caller,
) -> Result<Body<ForwardingView>, Problem> {
    need(&actor)?;
    let (row, backlog) = standing(&app).await?;
    let mut tx = app.journal.store().read().await?;
    let held = sql::held_back(&mut tx, MOST_SHOWN).await?;
    let aside = sql::aside_upstream(&mut tx, MOST_SHOWN).await?;
    let unsealed_fixes = app.patrols.unsealed_fixes(&mut tx).await?;
    drop(tx);
    let view = ForwardingView {
        held_back: held.into_iter().map(HeldBackView::from).collect(),
        kept_aside: aside.into_iter().map(AsideView::from).collect(),
        upstream: app.config.upstream_url.clone(),
        facts: row.facts,
        originals: row.originals,
        backlog,
        unsealed_fixes,
        forwarded_at: row.forwarded_at,
        failures: row.failures,
        fault: row.fault,
        failed_at: row.failed_at,
    };
    Ok(Body(StatusCode::OK, view))
}

fn need(actor: &Actor) -> Result<(), Problem> {
    if actor.may_in_province(Right::ManageIdentity) {
        Ok(())
    } else {
        Err(Problem::new(ProblemKind::Forbidden))
    }
}

/// Every receipt of a fact, by an entry of this log or of the post node that it came from: for its author, and for
/// those who read the log.
#[utoipa::path(get, path = "/api/v1/forwarding/receipts/{entry}", tag = "sync", params(("entry" = EntryId, Path)),
    responses((status = 200, body = ReceiptsView), (status = 404)))]
pub async fn forwarded_receipts(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(entry): Path<EntryId>,
) -> Result<Body<ReceiptsView>, Problem> {
    let unknown = || Problem::new(ProblemKind::NotFound);
    let mut tx = app.journal.store().read().await?;
    let came = sql::forwarded(&mut tx, entry).await?;
    let own = came.as_ref().map_or(Some(entry), |came| came.own);
    let stored = match own {
        Some(own) => app.journal.entry(&mut tx, own).await?,
        None => None,
    };
    let author = stored.as_ref().map(|stored| stored.row.actor);
    let is_own =
        author == Some(actor.id) || came.as_ref().is_some_and(|came| came.node == actor.id);
    if !is_own && !actor.may_in_province(Right::ReadJournal) || author.is_none() && came.is_none() {
        return Err(unknown());
    }
    let own = match &stored {
        Some(stored) => Some(app.journal.receipt_again(&mut tx, stored.row.id).await?),
        None => None,
    };
    let went = match &stored {
        Some(stored) => sql::upstream(&mut tx, stored.row.id).await?,
        None => None,
    };
    let read = |text: &String| serde_json::from_str(text).ok();
    let view = ReceiptsView {
        own,
        node: came.as_ref().and_then(|came| read(&came.receipt)),
        upstream: went
            .as_ref()
            .and_then(|went| went.receipt.as_ref())
            .and_then(read),
        review: went
            .and_then(|went| went.review)
            .or(came.and_then(|came| came.review)),
    };
    Ok(Body(StatusCode::OK, view))
}

/// The log's facts from the field as a bundle for the province (`upstream_recipient`), to be carried by hand: sealed to
/// the province and signed by this log, so that whoever carries it reads nothing. It holds at most `bundle_mib`:
/// `tuantra-next` says after which number the next one begins, `tuantra-more` whether there is more.
#[utoipa::path(get, path = "/api/v1/bundles/export", tag = "sync", params(ExportParams),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream")))]
pub async fn export_bundle(
    State(app): State<App>,
    Caller(actor): Caller,
    Params(params): Params<ExportParams>,
) -> Result<Response, Problem> {
    need(&actor)?;
    let to = match &app.config.upstream_recipient {
        Some(file) => read_recipient(&tokio::fs::read(file).await.map_err(from_disk)?),
        None => None,
    };
    let Some(to) = to else {
        return Err(Problem::new(ProblemKind::WrongState)
            .detail("this server knows no province: set upstream_recipient to what its `tuantra bundle recipient` prints"));
    };
    entered(&app, &actor, &params).await?;
    let folder = app.config.data.join("spool");
    tokio::fs::create_dir_all(&folder)
        .await
        .map_err(from_disk)?;
    let spooled = Leaving(folder.join(format!("{}.export", app.journal.ids().make())));
    let file = std::fs::File::create_new(&spooled.0).map_err(from_disk)?;
    let wanted = Wanted {
        after: params.after.unwrap_or(-1),
        through: i64::MAX,
        author: params.device,
        from: params.from,
        until: params.until,
        lanes: Lanes::Both,
        most_bytes: u64::from(app.config.bundle_mib) * 1024 * 1024 * 9 / 10,
        most_records: MOST_RECORDS,
    };
    let made = write_bundle(&app, file, &to, wanted).await;
    let filled = made.map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))?;
    let file = tokio::fs::File::open(&spooled.0).await.map_err(from_disk)?;
    let length = file.metadata().await.map_err(from_disk)?.len();
    let mut response = Bytes::from_stream(pieces(file, spooled)).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"tuantra-{}.bundle\"", filled.through);
    let name = HeaderValue::from_str(&name);
    headers.extend(name.ok().map(|name| (header::CONTENT_DISPOSITION, name)));
    headers.insert("tuantra-next", filled.through.into());
    headers.insert("tuantra-records", (filled.entries.len() as u64).into());
    let more = if filled.is_cut { "true" } else { "false" };
    headers.insert("tuantra-more", HeaderValue::from_static(more));
    Ok(response)
}

/// A recipient as `bundle recipient` prints it.
#[must_use]
pub fn read_recipient(json: &[u8]) -> Option<(LogId, Recipient)> {
    #[derive(Deserialize)]
    struct Wire {
        log: LogId,
        recipient: String,
    }
    let wire: Wire = serde_json::from_slice(json).ok()?;
    let key = BASE64_URL.decode(&wire.recipient).ok()?;
    Some((wire.log, Recipient(key.try_into().ok()?)))
}

/// Writes a whole bundle into a file, durably. Fixes that wait in trackers' tails become facts first, and whatever was
/// acknowledged has its number: nothing of that is missing in a file that is carried away.
pub async fn write_bundle(
    app: &App,
    file: std::fs::File,
    (log, recipient): &(LogId, Recipient),
    wanted: Wanted,
) -> Result<Filled, NotMade> {
    app.patrols.seal_waiting(wanted.author).await?;
    app.journal.sequence_all().await?;
    let mut tx = app.journal.store().read().await?;
    let last = sql::last_number(&mut tx).await?;
    drop(tx);
    let wanted = Wanted {
        through: wanted.through.min(last),
        ..wanted
    };
    let number = u64::try_from(wanted.after + 1).unwrap_or(0);
    let mut writer = begin(app, BufWriter::new(file), (*log, recipient), number)?;
    let filled = fill(app, &mut writer, &wanted).await?;
    let mut file = writer.end(|text| app.journal.sign_text(text).1.to_vec())?;
    let kept = file.flush().and_then(|()| file.get_ref().sync_all());
    kept.map_err(super::super::bundle::seal::Damage::File)?;
    Ok(filled)
}

/// Writes down who took facts out of the server.
async fn entered(app: &App, actor: &Actor, params: &ExportParams) -> Result<(), store::Error> {
    let body = json!({
        "export": "bundle", "after": params.after, "device": params.device, "from": params.from, "until": params.until,
    });
    let context = (app.journal.clone(), actor.clone(), body.to_string());
    let write = app.journal.write(context, |tx, (journal, actor, body)| {
        Box::pin(async move {
            let entry = Entry {
                kind: Kind::View,
                fact: journal.ids().make(),
                actor: actor.id,
                device: None,
                origin: None,
                body: body.as_bytes(),
            };
            journal.enter(tx, entry).await.map(drop)
        })
    });
    write.await
}

/// A file that goes when it was sent, or was not.
struct Leaving(PathBuf);

impl Drop for Leaving {
    fn drop(&mut self) {
        // What a crash leaves behind is collected later.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn pieces(
    file: tokio::fs::File,
    leaving: Leaving,
) -> impl futures::Stream<Item = std::io::Result<Vec<u8>>> {
    // Whoever packs an answer asks again after its end, which this kind of stream bears.
    futures::stream::try_unfold((file, leaving), |(mut file, leaving)| async move {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece).await?;
        piece.truncate(length);
        Ok::<_, std::io::Error>((length > 0).then_some((piece, (file, leaving))))
    })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn from_disk(cause: std::io::Error) -> Problem {
    super::super::bundle::http::from_disk(&cause)
}
