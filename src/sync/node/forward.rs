//! Forwarding over a link: facts first, originals when no fact waits; a batch is a bundle that the province takes as if
//! it had been carried.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::base::ids::{EntryId, LogId};
use crate::base::time::Timestamp;
use crate::store;

use super::super::bundle::seal::Recipient;
use super::super::sql::{self, Forwarding, HeldBack};
use super::answer::{AnswerWire, Settled, titled};
use super::gather::{Lanes, NotMade, Wanted, begin, fill, fill_with};

/// How often it is looked whether there is something to forward.
const POLL: Duration = Duration::from_secs(3);
/// The longest pause after failures.
const LONGEST_PAUSE_MS: i64 = 300_000;
/// So long a process has its turn unless it takes it again: after a crash forwarding stands still no longer.
const TURN: Duration = Duration::from_secs(15);
/// How often it takes its turn again while it sends.
const RENEWAL: Duration = Duration::from_secs(5);
/// What an answer takes, besides the time for the bytes.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes per second that a link is believed to carry at least.
const SLOWEST: u64 = 2_000;
/// A batch of facts: what a link of 16 kB/s carries in half a minute.
const BATCH_BYTES: u64 = 512 * 1024;
const BATCH_RECORDS: u64 = 200;
/// Records that are tried again at once.
const MOST_DUE: i64 = 200;
/// Largest answer to a batch.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
const LONGEST_FAULT: usize = 300;

/// The province's server as a node knows it.
#[derive(Debug, Clone)]
pub struct Upstream {
    url: String,
    token: String,
    client: reqwest::Client,
}

/// Why nothing went upwards.
#[derive(Debug, thiserror::Error)]
pub enum NoUpstream {
    /// No connection, or it broke off.
    #[error("the province cannot be reached: {0}")]
    Unreachable(String),
    /// It answered with a refusal.
    #[error("the province answered {0}: {1}")]
    Refused(u16, String),
    /// It answered something else than this program does.
    #[error("the province's answer cannot be read: {0}")]
    Answer(String),
    /// The file of the secret cannot be read.
    #[error("the secret for the province cannot be read: {0}")]
    Secret(std::io::Error),
    /// The batch could not be made.
    #[error(transparent)]
    Made(#[from] NotMade),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<reqwest::Error> for NoUpstream {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        // The first cause says what an operator can mend: no route, no such name, whose certificate it is.
        let mut first: &dyn std::error::Error = &error;
        while let Some(cause) = first.source() {
            first = cause;
        }
        let mut told = first.to_string();
        told.truncate(told.floor_char_boundary(LONGEST_FAULT));
        Self::Unreachable(told)
    }
}

#[derive(Deserialize)]
struct RecipientWire {
    log: LogId,
    recipient: String,
}

impl Upstream {
    /// The server at an address, with the secret in a file.
    pub fn at(url: &str, secret: &Path) -> Result<Self, NoUpstream> {
        let token = std::fs::read_to_string(secret).map_err(NoUpstream::Secret)?;
        // A second call finds a provider in place, which is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            token: token.trim().to_owned(),
            client,
        })
    }

    async fn recipient(&self) -> Result<(LogId, Recipient), NoUpstream> {
        let url = format!("{}/api/v1/bundles/recipient", self.url);
        let request = self.client.get(url).timeout(PATIENCE);
        let told: RecipientWire = self.asked(request).await?;
        let key = BASE64_URL.decode(&told.recipient).ok();
        let key = key.and_then(|bytes| bytes.try_into().ok());
        let key = key.ok_or_else(|| NoUpstream::Answer("its key is none".to_owned()))?;
        Ok((told.log, Recipient(key)))
    }

    async fn bring(&self, bundle: Vec<u8>) -> Result<AnswerWire, NoUpstream> {
        let request = self.client.post(format!("{}/api/v1/bundles", self.url));
        let request = request
            .timeout(time_for(bundle.len() as u64))
            .header("content-type", "application/octet-stream")
            .body(bundle);
        self.asked(request).await
    }

    async fn asked<T: serde::de::DeserializeOwned>(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<T, NoUpstream> {
        // A line that was cut in between lies dead in a pool: each batch has a connection of its own.
        let request = request.header(reqwest::header::CONNECTION, "close");
        let mut answer = request.bearer_auth(&self.token).send().await?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST_ANSWER {
                return Err(NoUpstream::Answer("it is too large".to_owned()));
            }
        }
        if !status.is_success() {
            let problem: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
            return Err(NoUpstream::Refused(
                status.as_u16(),
                titled(problem.as_ref()),
            ));
        }
        serde_json::from_slice(&bytes).map_err(|cause| NoUpstream::Answer(cause.to_string()))
    }
}

fn time_for(bytes: u64) -> Duration {
    PATIENCE + Duration::from_secs(bytes / SLOWEST)
}

/// Forwards as long as the process lives; without a link it waits, longer with each failure.
pub async fn run(app: App, url: String, secret: std::path::PathBuf) {
    let holder = app.journal.ids().make();
    loop {
        let sent = match Upstream::at(&url, &secret) {
            Ok(upstream) => forward_some(&app, &upstream, holder).await,
            Err(fault) => Err(fault),
        };
        let pause = match sent {
            Ok(0) => POLL,
            Ok(_) => Duration::ZERO,
            Err(fault) => {
                tracing::warn!(%fault, "nothing was forwarded");
                failed(&app, holder, &fault).await
            }
        };
        measure(&app).await;
        tokio::time::sleep(pause).await;
    }
}

async fn failed(app: &App, holder: Uuid, fault: &NoUpstream) -> Duration {
    let context = (holder, app.journal.now(), fault.to_string());
    let store = app.journal.store();
    let noted = store
        .write(context, |tx, (holder, now, fault)| {
            Box::pin(async move {
                sql::forward_failed(tx, *holder, *now, fault).await?;
                sql::forwarding(tx).await
            })
        })
        .await;
    let failures = noted.map_or(1, |row| row.failures.clamp(1, 20));
    let ms = (1_000 << failures).min(LONGEST_PAUSE_MS);
    Duration::from_millis(ms.unsigned_abs())
}

async fn measure(app: &App) {
    if let Ok((row, left)) = standing(app).await {
        #[expect(clippy::cast_precision_loss, reason = "a gauge")]
        let (left, failures) = (left as f64, row.failures as f64);
        metrics::gauge!("tuantra_forward_backlog").set(left);
        metrics::gauge!("tuantra_forward_failures").set(failures);
    }
}

/// How far forwarding has come, and how many facts wait, those that it went past included.
pub(super) async fn standing(app: &App) -> Result<(Forwarding, i64), store::Error> {
    let mut tx = app.journal.store().read().await?;
    let row = sql::forwarding(&mut tx).await?;
    let left = sql::outgoing_left(&mut tx, row.facts, row.originals).await?;
    Ok((row, left + sql::count_held(&mut tx).await?))
}

/// Forwards one batch if it is this process's turn; gives how many records went.
pub async fn forward_some(
    app: &App,
    upstream: &Upstream,
    holder: Uuid,
) -> Result<usize, NoUpstream> {
    if !take_turn(app, holder).await? {
        return Ok(0);
    }
    let mut sending = Box::pin(forward_batch(app, upstream, holder));
    loop {
        match tokio::time::timeout(RENEWAL, &mut sending).await {
            Ok(sent) => return sent,
            // A turn that was lost meanwhile is noticed when the lane is moved on.
            Err(_) => take_turn(app, holder).await.map(drop)?,
        }
    }
}

async fn forward_batch(app: &App, upstream: &Upstream, holder: Uuid) -> Result<usize, NoUpstream> {
    let mut tx = app.journal.store().read().await?;
    let row = sql::forwarding(&mut tx).await?;
    let left = sql::outgoing_left(&mut tx, row.facts, row.originals).await?;
    let due = sql::held_due(&mut tx, app.journal.now(), MOST_DUE).await?;
    if left == 0 && due.is_empty() {
        return Ok(0);
    }
    let through = sql::last_number(&mut tx).await?;
    drop(tx);
    let to = upstream.recipient().await?;
    let facts = Wanted {
        after: row.facts,
        through,
        author: None,
        from: None,
        until: None,
        lanes: Lanes::Facts,
        most_bytes: BATCH_BYTES,
        most_records: BATCH_RECORDS,
    };
    let sent = send(app, upstream, holder, &to, &facts).await?;
    if sent > 0 {
        return Ok(sent);
    }
    let sent = try_again(app, upstream, holder, &to, &due).await?;
    if sent > 0 {
        return Ok(sent);
    }
    let originals = Wanted {
        after: row.originals,
        lanes: Lanes::Originals,
        ..facts
    };
    send(app, upstream, holder, &to, &originals).await
}

async fn take_turn(app: &App, holder: Uuid) -> Result<bool, store::Error> {
    let now = app.journal.now();
    let turn_ms = i64::try_from(TURN.as_millis()).unwrap_or(i64::MAX);
    let store = app.journal.store();
    let context = (holder, now.plus_millis(turn_ms), now);
    store
        .write(context, |tx, (holder, until, now)| {
            Box::pin(sql::take_turn(tx, *holder, *until, *now))
        })
        .await
}

async fn send(
    app: &App,
    upstream: &Upstream,
    holder: Uuid,
    (log, recipient): &(LogId, Recipient),
    wanted: &Wanted,
) -> Result<usize, NoUpstream> {
    let number = u64::try_from(wanted.after + 1).unwrap_or(0);
    let mut writer = begin(app, Vec::new(), (*log, recipient), number)?;
    let filled = fill(app, &mut writer, wanted).await?;
    if filled.left_out > 0 {
        let count = filled.left_out;
        tracing::info!(count, "passed over: erased, or held for its holder alone");
    }
    let of_originals = wanted.lanes == Lanes::Originals;
    if filled.entries.is_empty() {
        let lane = Some((of_originals, filled.through));
        // Nothing was sent: that says nothing of the other lane, whose failure stands.
        return Ok(advance(app, holder, lane, Settled::default(), false).await?);
    }
    let bundle = writer.end(|text| app.journal.sign_text(text).1.to_vec());
    let bundle = bundle.map_err(NotMade::from)?;
    let answer = upstream.bring(bundle).await?;
    let (settled, fault) = Settled::of(&filled, answer, &[], app.journal.now());
    let through = settled.through.unwrap_or(filled.through);
    let lane = Some((of_originals, through));
    let count = advance(app, holder, lane, settled, fault.is_none()).await?;
    fault.map_or(Ok(count), Err)
}

/// Sends once more what the lanes went past and whose time has come.
async fn try_again(
    app: &App,
    upstream: &Upstream,
    holder: Uuid,
    (log, recipient): &(LogId, Recipient),
    due: &[HeldBack],
) -> Result<usize, NoUpstream> {
    let numbers: Vec<i64> = due.iter().map(|own| own.seq).collect();
    let Some(first) = numbers.first() else {
        return Ok(0);
    };
    let number = u64::try_from(*first).unwrap_or(0);
    let mut writer = begin(app, Vec::new(), (*log, recipient), number)?;
    let filled = fill_with(app, &mut writer, &numbers, BATCH_BYTES).await?;
    let is_gone = |own: &&HeldBack| {
        let mut sent = filled.entries.iter();
        own.seq <= filled.through && !sent.any(|(_, entry)| *entry == own.entry)
    };
    let gone: Vec<EntryId> = due.iter().filter(is_gone).map(|own| own.entry).collect();
    let (mut settled, mut fault) = (Settled::default(), None);
    if !filled.entries.is_empty() {
        let bundle = writer.end(|text| app.journal.sign_text(text).1.to_vec());
        let bundle = bundle.map_err(NotMade::from)?;
        let answer = upstream.bring(bundle).await?;
        (settled, fault) = Settled::of(&filled, answer, due, app.journal.now());
    }
    settled.gone.extend(gone);
    let is_well = fault.is_none() && !filled.entries.is_empty();
    let count = advance(app, holder, None, settled, is_well).await?;
    fault.map_or(Ok(count), Err)
}

/// Keeps what was answered, moves a lane on, and writes down what waits on behind it; where all went well the last failure
/// is forgotten. Gives how many records were answered for.
async fn advance(
    app: &App,
    holder: Uuid,
    lane: Option<(bool, i64)>,
    settled: Settled,
    is_well: bool,
) -> Result<usize, store::Error> {
    let at: Timestamp = app.journal.now();
    let count = settled.count();
    for own in &settled.held {
        tracing::warn!(entry = %own.entry, reason = own.reason, "forwarding goes past it, and tries it again later");
    }
    let context = (holder, lane, settled, (at, is_well));
    let store = app.journal.store();
    store
        .write(context, |tx, (holder, lane, settled, (at, is_well))| {
            Box::pin(async move {
                settled.write(tx, *at).await?;
                if *is_well {
                    sql::forget_fault(tx, *holder).await?;
                }
                if let Some((of_originals, through)) = lane {
                    sql::advance_lane(tx, *holder, *of_originals, *through, *at).await?;
                }
                Ok::<_, store::Error>(())
            })
        })
        .await?;
    Ok(count)
}

/// Lets everything after a number be forwarded again.
pub async fn rewind(app: &App, after: i64) -> Result<(), store::Error> {
    let write = app.journal.store().write(after, |tx, after| {
        Box::pin(async move {
            sql::let_go_after(tx, *after).await?;
            sql::rewind(tx, *after).await
        })
    });
    write.await
}
