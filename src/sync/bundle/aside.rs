//! Keeping aside what waits for a person: a record with what is needed to take it later, or a whole bundle that cannot be
//! read.

use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::base::hex;
use crate::base::words::vocabulary;
use crate::blobs::{BlobName, Content, Part, Spooled};
use crate::http::{Problem, ProblemKind};
use crate::journal::{Entry, KeptAside, Kind};
use crate::store;

use super::super::sql::{self, NewReview};
use super::import::{Carrier, blocking, named_by};
use super::judge::Judged;

/// What is kept aside beyond so many bytes does not lie in an entry.
const LARGE: usize = 256 * 1024;
/// A file is kept in parts of so many bytes.
const PART: usize = 4 * 1024 * 1024;

vocabulary! {
    /// What a record that waits for a person is.
    RecordKind: "a kind of a record" {
        /// A fact as in a batch.
        Fact = "fact",
        /// A photo's original.
        Original = "original",
        /// A fact that a post node vouches for.
        Vouched = "vouched",
        /// A photo's original that a post node vouches for.
        VouchedOriginal = "vouched_original",
        /// A whole bundle that cannot be read.
        Bundle = "bundle",
    }
}

/// A record's bytes on their way aside.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// What it is.
    pub record: RecordKind,
    /// The fact's JSON, or the original's bytes.
    pub bytes: Vec<u8>,
    /// What a post node says of an original.
    pub vouched: Option<Vec<u8>>,
    /// What its own route said of it.
    pub refusal: Option<String>,
}

impl Kept {
    /// A record without more than its bytes.
    pub const fn of(record: RecordKind, bytes: Vec<u8>) -> Self {
        Self {
            record,
            bytes,
            vouched: None,
            refusal: None,
        }
    }

    /// The same with the words of a refusal (RFC 9457), without what belongs to the request alone.
    pub fn refused_by(self, problem: Option<&Value>) -> Self {
        let told = problem.map(|problem| {
            let names = ["type", "title", "status", "detail", "fields"];
            let told = names.iter().filter_map(|name| {
                let value = problem.get(*name)?;
                Some(((*name).to_owned(), value.clone()))
            });
            Value::Object(told.collect()).to_string()
        });
        Self {
            refusal: told,
            ..self
        }
    }
}

/// Keeps a record aside: a small one in its entry, a large one under its SHA-256 with an entry that names it.
pub(super) async fn keep_aside(
    app: &App,
    judged: &Judged,
    fact: Uuid,
    kept: Kept,
    reason: &'static str,
) -> Result<Option<KeptAside>, store::Error> {
    let weight = kept.bytes.len();
    let mut body = kept.bytes;
    let mut named = None;
    if weight > LARGE {
        let sha256 = <[u8; 32]>::from(Sha256::digest(&body));
        let bytes = std::mem::replace(&mut body, naming(&sha256, weight as u64));
        let put = app.blobs.put(BlobName(sha256), bytes.into()).await;
        put.map_err(|cause| store::Error::Unavailable(cause.to_string()))?;
        named = Some(sha256);
    }
    let row = NewReview {
        record: kept.record.as_str(),
        author: judged.author.id,
        rights_of: judged.rights_of,
        at: judged.at,
        vouched: kept.vouched,
        refusal: kept.refusal,
    };
    let weight = i64::try_from(weight).unwrap_or(i64::MAX);
    written(app, (fact, reason), (body, weight, named), row).await
}

/// Keeps a bundle that cannot be read, part by part: it never lies in memory as a whole.
pub(super) async fn keep_file(
    app: &App,
    carrier: &Carrier,
    file: &Path,
) -> Result<Option<KeptAside>, Problem> {
    let unavailable =
        |cause: crate::blobs::Error| Problem::new(ProblemKind::Unavailable).internal(cause);
    let row = NewReview {
        record: RecordKind::Bundle.as_str(),
        author: carrier.actor.id,
        rights_of: carrier.actor.id,
        at: app.journal.now(),
        vouched: None,
        refusal: None,
    };
    let upload = app.journal.ids().make();
    let (mut parts, mut digest, mut bytes) = (Vec::new(), Sha256::new(), 0_u64);
    let mut small = Vec::new();
    let mut open = open(file).await?;
    loop {
        let read;
        (open, read) = next_part(open).await?;
        if read.is_empty() {
            break;
        }
        digest.update(&read);
        let part = Part {
            upload,
            starts_at: bytes,
            fence: 0,
            bytes: read.len() as u64,
        };
        bytes += part.bytes;
        if bytes <= LARGE as u64 {
            small = read;
            continue;
        }
        app.blobs
            .put_part(&part, Bytes::from(read))
            .await
            .map_err(unavailable)?;
        parts.push(part);
    }
    let sha256: [u8; 32] = digest.finalize().into();
    let fact = named_by(&sha256);
    let weight = i64::try_from(bytes).unwrap_or(i64::MAX);
    if parts.is_empty() {
        return Ok(written(app, (fact, UNREADABLE), (small, weight, None), row).await?);
    }
    let content = Content {
        sha256,
        bytes,
        spooled: Spooled::Parts(parts.clone()),
    };
    let placed = app.blobs.keep(&content).await;
    app.blobs.drop_parts(&parts).await;
    placed.map_err(unavailable)?;
    let body = naming(&sha256, bytes);
    let kept = written(app, (fact, UNREADABLE), (body, weight, Some(sha256)), row).await?;
    Ok(kept)
}

/// Why a whole bundle waits.
const UNREADABLE: &str = "unreadable";

fn naming(sha256: &[u8; 32], bytes: u64) -> Vec<u8> {
    let naming = json!({ "sha256": hex(sha256), "bytes": bytes });
    naming.to_string().into_bytes()
}

async fn open(file: &Path) -> Result<std::fs::File, Problem> {
    let file = file.to_owned();
    let opened = blocking(move || std::fs::File::open(file)).await?;
    opened.map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))
}

async fn next_part(mut file: std::fs::File) -> Result<(std::fs::File, Vec<u8>), Problem> {
    let (file, read) = blocking(move || {
        let mut bytes = Vec::new();
        let read = (&mut file).take(PART as u64).read_to_end(&mut bytes);
        (file, read.map(|_| bytes))
    })
    .await?;
    let bytes = read.map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))?;
    Ok((file, bytes))
}

async fn written(
    app: &App,
    (fact, reason): (Uuid, &'static str),
    (body, weight, named): (Vec<u8>, i64, Option<[u8; 32]>),
    row: NewReview,
) -> Result<Option<KeptAside>, store::Error> {
    let context = (app.clone(), body, named, row);
    app.journal
        .write(context, move |tx, (app, body, named, row)| {
            Box::pin(async move {
                let entry = Entry {
                    kind: Kind::Bundle,
                    fact,
                    actor: row.author,
                    device: None,
                    origin: None,
                    body,
                };
                let kept = app.journal.keep_aside(tx, entry, reason, weight).await?;
                if let Some(kept) = kept.as_ref().filter(|kept| kept.is_new) {
                    if let Some(sha256) = named {
                        let (evidence, id) = (&app.evidence, kept.quarantine);
                        evidence.name_aside(tx, id, fact, sha256, weight).await?;
                    }
                    sql::insert_review(tx, kept.quarantine, row).await?;
                }
                Ok::<_, store::Error>(kept)
            })
        })
        .await
}
