//! Taking a bundle in: opened and checked as a whole first, then fact by fact.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::ids::RequestId;
use crate::base::time::Timestamp;
use crate::http::{Problem, ProblemKind};
use crate::identity::NodeHolder;
use crate::journal::{Receipt, is_signed_by};
use crate::store;

use super::super::facts::FactResult;
use super::super::sql;
use super::aside::keep_file;
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
    /// What was decided about it since: `accepted` or `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
}

impl BundleResult {
    /// Whether it was refused for something that another record may mend.
    pub(super) const fn is_open(&self) -> bool {
        self.review.is_none() && matches!(self.fact.status, 404 | 409 | 422)
    }
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
/// refused as a whole, and its bytes are kept aside. By a secret that was replaced only what came whole before is told
/// again.
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
        Err(_) if carrier.actor.origin.retired => return Err(store::Error::Retired.into()),
        Err(damage) => return Err(refuse(app, &carrier, &source.file, &damage).await?),
    };
    if carrier.actor.origin.retired && !is_known(app, &foot).await? {
        return Err(store::Error::Retired.into());
    }
    let mut taking = Taking::of(app, carrier, maker);
    let mut results = Vec::new();
    pass(&source, &mut taking, &mut results).await?;
    if results.iter().any(|told| taking.waits(told)) {
        // What refers to a record behind itself finds it now; the file is read again rather than held in memory.
        taking.is_last = true;
        pass(&source, &mut taking, &mut results).await?;
    }
    taking.answer(&head, &foot, results).await
}

/// Reads a bundle through and takes what has no answer yet, or one that may change.
async fn pass(
    source: &Source,
    taking: &mut Taking,
    results: &mut Vec<BundleResult>,
) -> Result<(), Problem> {
    let mut reader = source.open().await?;
    let mut at = 0;
    loop {
        let (after, record) = blocking(move || {
            let record = reader.next_record();
            (reader, record)
        })
        .await?;
        reader = after;
        match record {
            Ok(Record::End(_)) => return Ok(()),
            Ok(record) => match results.get_mut(at) {
                None => results.push(taking.take(record).await?),
                Some(told) if told.is_open() => *told = taking.take(record).await?,
                Some(_) => {}
            },
            Err(cause) => return Err(Problem::new(ProblemKind::Unavailable).internal(cause)),
        }
        at += 1;
    }
}

/// Who made a bundle.
pub(super) struct Maker {
    /// As an author, and whether what it says counts.
    pub judged: Judged,
    /// When it is a post node.
    pub node: Option<NodeHolder>,
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

pub(super) async fn blocking<T: Send + 'static>(
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
) -> Result<Result<(Head, Foot, Maker), Damage>, Problem> {
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
    Ok(maker_of(app, &head, &foot)
        .await?
        .map(|maker| (head, foot, maker)))
}

/// Whether a bundle was taken as a whole before: nothing of it is new then.
async fn is_known(app: &App, foot: &Foot) -> Result<bool, Problem> {
    let mut tx = app.journal.store().read().await?;
    let entry = sql::known_bundle(&mut tx, named_by(&foot.sha256)).await?;
    Ok(entry.is_some())
}

/// Whose key signed it.
async fn maker_of(app: &App, head: &Head, foot: &Foot) -> Result<Result<Maker, Damage>, Problem> {
    let at = head.made_at.min(app.journal.now());
    if let Some(node) = app.identity.node_holder(&head.key_id, at).await? {
        if !node.key.signed(foot.text.as_bytes(), &foot.signature) {
            return Ok(Err(Damage::Forged));
        }
        let judged = Judged {
            rights_of: node.actor.id,
            author: node.actor.clone(),
            at,
            reason: node.is_revoked.then_some("revoked_since"),
        };
        let node = Some(node);
        return Ok(Ok(Maker { judged, node }));
    }
    let Some(holder) = app.identity.key_holder(&head.key_id, at).await? else {
        return Ok(Err(Damage::UnknownKey));
    };
    if !is_signed_by(&holder.public, &foot.text, &foot.signature) {
        return Ok(Err(Damage::Forged));
    }
    let judged = judge_at(app, holder, head.made_at);
    Ok(Ok(Maker { judged, node: None }))
}

/// Keeps a bundle that cannot be read, and says why it cannot.
async fn refuse(
    app: &App,
    carrier: &Carrier,
    file: &Path,
    damage: &Damage,
) -> Result<Problem, Problem> {
    let problem = Problem::new(ProblemKind::InvalidContent).fault("", damage.to_string());
    Ok(match keep_file(app, carrier, file).await? {
        Some(kept) => problem
            .with("quarantine", kept.quarantine)
            .with("receipt", kept.receipt),
        None => problem.detail("not kept aside: this carrier's share of the day is used up"),
    })
}

/// An id that is made of a digest.
pub(in crate::sync) fn named_by(sha256: &[u8; 32]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&sha256[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
