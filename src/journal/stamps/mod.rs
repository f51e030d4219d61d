//! Heads stamped by an outside authority (RFC 3161): that the log had this root no later than then, by a clock that is
//! not this server's.

mod token;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::base::time::Timestamp;
use crate::store;

use super::model::sha256;
use super::service::{Journal, random};
use super::sql::{self, StampRow};

pub use token::NoStamp;
pub(super) use token::stamped_over;

/// The longest that an authority may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest reply that is read, bytes: a token with a chain of certificates takes a tenth of it.
const LARGEST_REPLY: usize = 64 * 1024;

/// An outside time-stamping authority.
#[derive(Debug, Clone)]
pub struct Authority {
    url: String,
    client: reqwest::Client,
}

/// Why a head was not stamped.
#[derive(Debug, thiserror::Error)]
pub enum StampFault {
    /// It could not be reached, or answered too much.
    #[error("the time-stamping authority cannot be reached: {0}")]
    Unreachable(String),
    /// It answered something else.
    #[error(transparent)]
    NoStamp(#[from] NoStamp),
    /// The request could not be written.
    #[error("the request cannot be written: {0}")]
    Request(#[from] der::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<reqwest::Error> for StampFault {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url().to_string())
    }
}

/// A stamp of a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct StampView {
    /// Entries under the head; `GET /api/v1/journal/checkpoint?size=` gives the stamped text.
    pub size: u64,
    /// Who stamped it: the authority's host.
    pub authority: String,
    /// When, by the authority's clock.
    pub stamped_at: Timestamp,
}

/// A stamp with all that shows it: for whoever is handed it without this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownStamp {
    /// The stamp.
    pub stamp: StampView,
    /// The text that was stamped: the head as a signed note.
    pub checkpoint: String,
    /// The authority's reply as it came.
    pub reply: Vec<u8>,
}

/// When an authority says that a text existed, if its reply is over that text. Whether the reply is that authority's is for
/// whoever trusts its certificate to check (`openssl ts -verify`).
pub fn stamped_text(text: &[u8], reply: &[u8]) -> Result<Timestamp, NoStamp> {
    stamped_over(reply, &sha256(text))
}

impl Authority {
    /// The authority at an address.
    pub fn at(url: &str) -> Result<Self, StampFault> {
        // A second call finds a provider in place, which is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            url: url.to_owned(),
            client,
        })
    }

    /// Has a text stamped; gives the reply as it came and the time in it.
    async fn stamp(&self, text: &str) -> Result<(Vec<u8>, Timestamp), StampFault> {
        let digest = sha256(text.as_bytes());
        // A positive number that takes all eight bytes, so that every writer encodes it alike.
        let nonce = u64::from_be_bytes(random()?) >> 1 | 1 << 62;
        let request = self
            .client
            .post(&self.url)
            .header("content-type", "application/timestamp-query")
            .body(token::request(&digest, nonce)?);
        let mut answer = request.send().await?.error_for_status()?;
        let mut reply = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            reply.extend_from_slice(&chunk);
            if reply.len() > LARGEST_REPLY {
                return Err(StampFault::Unreachable("the reply is too large".into()));
            }
        }
        let at = token::stamped_at(&reply, &digest, nonce)?;
        Ok((reply, at))
    }
}

impl Journal {
    /// Has the newest head stamped, if none was for so long; gives the stamp if one was made.
    pub async fn stamp_if_due(
        &self,
        authority: &Authority,
        every: Duration,
    ) -> Result<Option<StampView>, StampFault> {
        let mut tx = self.store().read().await?;
        let last = sql::stamps(&mut tx, &authority.url, 1).await?;
        drop(tx);
        let every_ms = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
        let now = self.now();
        let Some(head) = self.head().await? else {
            return Ok(None);
        };
        let size = i64::try_from(head.size).unwrap_or(i64::MAX);
        let is_due = last
            .first()
            .is_none_or(|last| now.since(last.asked_at) >= every_ms && last.size != size);
        if !is_due {
            return Ok(None);
        }
        let (reply, stamped_at) = authority.stamp(&head.checkpoint).await?;
        let row = StampRow {
            size,
            authority: authority.url.clone(),
            stamped_at,
            asked_at: now,
        };
        let made = view(&row);
        self.write((row, reply), |tx, (row, reply)| {
            Box::pin(sql::insert_stamp(tx, row, reply))
        })
        .await?;
        Ok(Some(made))
    }

    /// The stamps, the latest first.
    pub async fn stamps(&self, limit: u32) -> Result<Vec<StampView>, store::Error> {
        let mut tx = self.store().read().await?;
        let rows = sql::all_stamps(&mut tx, i64::from(limit)).await?;
        Ok(rows.iter().map(view).collect())
    }

    /// For each of these entries, by number, the first stamp over a head that holds it, and the newest stamp of all, each
    /// once and the oldest first; of heads up to `size` entries.
    pub async fn stamps_over(
        &self,
        numbers: &[u64],
        size: u64,
    ) -> Result<Vec<ShownStamp>, store::Error> {
        let Some(least) = numbers.iter().min() else {
            return Ok(Vec::new());
        };
        let mut tx = self.store().read().await?;
        let rows = sql::stamps_above(&mut tx, least.cast_signed(), size.cast_signed()).await?;
        drop(tx);
        // Of several authorities' stamps of one head the first: the one whose reply is given out.
        let mut known: BTreeMap<u64, StampRow> = BTreeMap::new();
        for row in rows {
            known.entry(row.size.cast_unsigned()).or_insert(row);
        }
        let first = |number: &u64| known.range(number + 1..).next();
        let wanted = numbers
            .iter()
            .filter_map(first)
            .chain(known.last_key_value());
        let wanted: BTreeMap<u64, &StampRow> = wanted.map(|(size, row)| (*size, row)).collect();
        let mut shown = Vec::with_capacity(wanted.len());
        for (size, row) in wanted {
            let head = self.head_at(size).await?;
            let reply = self.stamp_of(size).await?;
            let own = head.zip(reply).map(|(head, reply)| ShownStamp {
                stamp: view(row),
                checkpoint: head.checkpoint,
                reply,
            });
            shown.extend(own);
        }
        Ok(shown)
    }

    /// The reply by which a head was stamped, as the authority sent it.
    pub async fn stamp_of(&self, size: u64) -> Result<Option<Vec<u8>>, store::Error> {
        let mut tx = self.store().read().await?;
        sql::stamp_of(&mut tx, size.cast_signed()).await
    }
}

/// An address without what may be secret in it.
pub(super) fn host(url: &str) -> String {
    let host = reqwest::Url::parse(url).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default()
}

fn view(row: &StampRow) -> StampView {
    StampView {
        size: row.size.cast_unsigned(),
        authority: host(&row.authority),
        stamped_at: row.stamped_at,
    }
}
