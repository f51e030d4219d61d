//! Taking a bundle in: opened and checked as a whole first, then fact by fact.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::ids::RequestId;
use crate::base::time::Timestamp;
use crate::http::{Problem, ProblemKind};
use crate::journal::{Entry, KeptAside, Kind, Receipt, is_signed_by};
use crate::store;

use super::super::facts::FactResult;
use super::format::{Foot, Head, Reader, Record};
use super::judge::{Judged, judge_at};
use super::seal::{Damage, Opening};
use super::taking::Taking;

type Read = Reader<BufReader<File>>;

/// What became of one record.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BundleResult {
    /// As in a batch; a photo's original is of the kind `original`.
    #[serde(flatten)]
    pub fact: FactResult,
    /// Why it waits for a person, if it does; its receipt is then that of what is kept aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<&'static str>,
}

/// What became of a bundle.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BundleAnswer {
    /// The bundle, by what stands in it.
    pub id: Uuid,
    /// The device that made it.
    pub device: Uuid,
    /// Its number among the device's.
    pub number: u64,
    /// When it was made, by the device's clock.
    pub made_at: Timestamp,
    /// One result for each record, in the order of the file.
    pub results: Vec<BundleResult>,
    /// Records that were taken.
    pub taken: u64,
    /// Records that wait for a person.
    pub review: u64,
    /// The promise for the whole; null while some records must be sent again.
    pub receipt: Option<Receipt>,
    /// The server's time.
    pub now: Timestamp,
}

/// Who asks for a bundle to be taken in.
#[derive(Debug, Clone)]
pub struct Carrier {
    /// The account or device.
    pub actor: Actor,
    /// The request, for the log.
    pub request: Option<RequestId>,
    /// Nothing is begun afterwards.
    pub until: Option<Instant>,
}

/// Takes a bundle in. One that cannot be read, is not for this log, or is not signed by a key that is known here is
/// refused as a whole, and its bytes are kept aside.
pub async fn import(app: &App, carrier: Carrier, file: PathBuf) -> Result<BundleAnswer, Problem> {
    let opening = super::opening(app)?;
    let most = usize::try_from(app.evidence.most_bytes()).unwrap_or(usize::MAX);
    let source = Source {
        file,
        opening,
        most,
    };
    let (head, foot, maker) = match checked(app, &source).await? {
        Ok(checked) => checked,
        Err(Damage::File(cause)) => {
            return Err(Problem::new(ProblemKind::Unavailable).internal(cause));
        }
        Err(damage) => return Err(refuse(app, &carrier, &source.file, &damage).await?),
    };
    let mut taking = Taking::of(app, carrier, maker);
    let mut results = Vec::new();
    let mut reader = source.open().await?;
    loop {
        let (after, record) = blocking(move || {
            let record = reader.next_record();
            (reader, record)
        })
        .await?;
        reader = after;
        match record {
            Ok(Record::End(_)) => break,
            Ok(record) => results.push(taking.take(record).await?),
            Err(cause) => return Err(Problem::new(ProblemKind::Unavailable).internal(cause)),
        }
    }
    taking.answer(&head, &foot, results).await
}

/// Where a bundle lies, and what opens it.
#[derive(Clone)]
struct Source {
    file: PathBuf,
    opening: Opening,
    most: usize,
}

impl Source {
    fn read(&self) -> Result<Read, Damage> {
        let file = BufReader::new(File::open(&self.file)?);
        Reader::begin(file, &self.opening, self.most)
    }

    async fn open(&self) -> Result<Read, Problem> {
        let own = self.clone();
        let opened = blocking(move || own.read()).await?;
        opened.map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))
    }
}

async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(act)
        .await
        .map_err(|cause| Problem::new(ProblemKind::Internal).internal(cause))
}

/// Reads the whole without taking anything: its head, its end, and for whom its key speaks.
async fn checked(
    app: &App,
    source: &Source,
) -> Result<Result<(Head, Foot, Judged), Damage>, Problem> {
    let own = source.clone();
    let read = blocking(move || {
        let mut reader = own.read()?;
        loop {
            if let Record::End(foot) = reader.next_record()? {
                return Ok((reader.head().clone(), foot));
            }
        }
    })
    .await?;
    let (head, foot) = match read {
        Ok(read) => read,
        Err(damage) => return Ok(Err(damage)),
    };
    if head.log != app.journal.log_id() {
        return Ok(Err(Damage::OtherLog));
    }
    let at = head.made_at.min(app.journal.now());
    let Some(holder) = app.identity.key_holder(&head.key_id, at).await? else {
        return Ok(Err(Damage::UnknownKey));
    };
    if !is_signed_by(&holder.public, &foot.text, &foot.signature) {
        return Ok(Err(Damage::Forged));
    }
    let maker = judge_at(app, holder, head.made_at);
    Ok(Ok((head, foot, maker)))
}

/// Keeps a bundle that cannot be read, and says why it cannot.
async fn refuse(
    app: &App,
    carrier: &Carrier,
    file: &Path,
    damage: &Damage,
) -> Result<Problem, Problem> {
    let problem = Problem::new(ProblemKind::InvalidContent).fault("", damage.to_string());
    let bytes = tokio::fs::read(file)
        .await
        .map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))?;
    let sha256 = <[u8; 32]>::from(Sha256::digest(&bytes));
    let kept = keep_aside(
        app,
        carrier.actor.id,
        named_by(&sha256),
        bytes,
        "unreadable",
    )
    .await?;
    Ok(match kept {
        Some(kept) => problem
            .with("quarantine", kept.quarantine)
            .with("receipt", kept.receipt),
        None => problem.detail("not kept aside: this carrier's share of the day is used up"),
    })
}

/// An id that is made of a digest.
pub(super) fn named_by(sha256: &[u8; 32]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&sha256[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

pub(super) async fn keep_aside(
    app: &App,
    author: Uuid,
    fact: Uuid,
    body: Vec<u8>,
    reason: &'static str,
) -> Result<Option<KeptAside>, store::Error> {
    let context = (app.journal.clone(), body);
    app.journal
        .write(context, move |tx, (journal, body)| {
            Box::pin(async move {
                let entry = Entry {
                    kind: Kind::Bundle,
                    fact,
                    actor: author,
                    device: None,
                    origin: None,
                    body,
                };
                let weight = i64::try_from(body.len()).unwrap_or(i64::MAX);
                journal.keep_aside(tx, entry, reason, weight).await
            })
        })
        .await
}
