//! `tuantra verify`: receipts, proofs, heads and whole logs, checked without a server.
//!
//! What holds goes to standard output a line each; the first thing that does not ends the command with a failure.

mod log;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde::de::DeserializeOwned;

use crate::base::ids::LogId;
use crate::cases;
use crate::journal::Receipt;
use crate::journal::history::{KeyRing, LogKey, Trust};
use crate::journal::note::{Checkpoint, PublicKey};
use crate::journal::proofs::{self, Checked, ConsistencyProof, EntryProof, Failure, PhotoProof};

use super::{Opening, print_line};

/// Check receipts, proofs, heads and whole logs, without a server.
#[derive(Debug, Subcommand)]
pub enum Verify {
    /// A receipt: its signature, and with a proof that its entry is in the log.
    Receipt(OfReceipt),
    /// The proof of an entry, as `/api/v1/journal/proof` gives it.
    Entry(OfEntry),
    /// A photo's bytes with the proof that `/api/v1/photos/{id}/proof` gives.
    Photo(OfPhoto),
    /// A case package: every file, entry, photo and signature in it.
    Case(OfCase),
    /// Two signed heads: that the newer log begins with the older one.
    Heads(OfHeads),
    /// A whole log: leaves from contents, order, tree, heads, keys, and the bytes of originals.
    Log(log::OfLog),
}

/// Keys from outside.
#[derive(Debug, Args)]
struct Roots {
    /// A file of public keys that were kept outside, one a line (verifier keys as `tuantra key show` prints them, or 64
    /// hex digits). Without it the answer is at best "consistent, origin unproven".
    #[arg(long)]
    trust: Option<PathBuf>,
}

/// A receipt.
#[derive(Debug, Args)]
pub struct OfReceipt {
    /// The receipt, JSON.
    receipt: PathBuf,
    /// The proof of its entry, JSON.
    #[arg(long)]
    proof: Option<PathBuf>,
    /// The content that was sent, byte for byte.
    #[arg(long)]
    body: Option<PathBuf>,
    #[command(flatten)]
    roots: Roots,
}

/// The proof of an entry.
#[derive(Debug, Args)]
pub struct OfEntry {
    /// The proof, JSON.
    proof: PathBuf,
    /// The content that was sent, byte for byte.
    #[arg(long)]
    body: Option<PathBuf>,
    #[command(flatten)]
    beside: Beside,
    #[command(flatten)]
    roots: Roots,
}

/// A head kept outside, beside a proof.
#[derive(Debug, Args)]
struct Beside {
    /// A signed head that was kept outside: the proof's head must agree with it.
    #[arg(long)]
    head: Option<PathBuf>,
    /// The consistency proof between the two heads, where they are of two sizes.
    #[arg(long, requires = "head")]
    consistency: Option<PathBuf>,
}

/// A photo.
#[derive(Debug, Args)]
pub struct OfPhoto {
    /// The photo's original bytes.
    photo: PathBuf,
    /// The proof, JSON.
    #[arg(long)]
    proof: PathBuf,
    #[command(flatten)]
    beside: Beside,
    #[command(flatten)]
    roots: Roots,
}

/// A case package.
#[derive(Debug, Args)]
pub struct OfCase {
    /// The package, as `/api/v1/plots/{id}/case` or `/api/v1/incidents/{id}/case` gives it.
    package: PathBuf,
    #[command(flatten)]
    roots: Roots,
}

/// Two heads.
#[derive(Debug, Args)]
pub struct OfHeads {
    /// The head that was kept first.
    older: PathBuf,
    /// The head that was kept later.
    newer: PathBuf,
    /// The consistency proof, JSON, as `/api/v1/journal/consistency` gives it.
    #[arg(long)]
    proof: Option<PathBuf>,
    #[command(flatten)]
    roots: Roots,
}

impl Verify {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let checked = match self {
            Self::Receipt(own) => own.check()?,
            Self::Entry(own) => own.check()?,
            Self::Photo(own) => own.check()?,
            Self::Case(own) => own.check()?,
            Self::Heads(own) => own.check()?,
            Self::Log(own) => return own.run().await,
        };
        for step in &checked.steps {
            print_line(&format!("holds: {step}"));
        }
        print_line(verdict(checked.trust));
        Ok(())
    }
}

/// The last line.
fn verdict(trust: Trust) -> &'static str {
    match trust {
        Trust::Proven => "verified",
        Trust::Unproven => {
            "consistent, origin unproven (no key from outside was given with --trust)"
        }
    }
}

impl OfReceipt {
    fn check(&self) -> anyhow::Result<Checked> {
        let receipt: Receipt = json(&self.receipt)?;
        let body = self.body.as_deref().map(bytes).transpose()?;
        let proof: Option<EntryProof> = self.proof.as_deref().map(json).transpose()?;
        let keys = proof.as_ref().map_or(&[][..], |proof| &proof.keys);
        let rings = self.roots.rings(receipt.log_id, keys)?;
        agreed(&rings, |ring| match &proof {
            Some(proof) => proofs::receipt_in(&receipt, proof, body.as_deref(), ring),
            None => proofs::receipt(&receipt, body.as_deref(), ring),
        })
    }
}

impl OfEntry {
    fn check(&self) -> anyhow::Result<Checked> {
        let proof: EntryProof = json(&self.proof)?;
        let body = self.body.as_deref().map(bytes).transpose()?;
        let between = self.beside.between()?;
        let keys = listed(&proof.keys, between.as_ref());
        let rings = self.roots.rings(proof.log_id, &keys)?;
        let checked = agreed(&rings, |ring| proofs::entry(&proof, body.as_deref(), ring))?;
        self.beside.check(&proof, between.as_ref(), rings, checked)
    }
}

impl OfPhoto {
    fn check(&self) -> anyhow::Result<Checked> {
        let proof: PhotoProof = json(&self.proof)?;
        let original = &proof.original;
        let between = self.beside.between()?;
        let keys = listed(&original.keys, between.as_ref());
        let rings = self.roots.rings(original.log_id, &keys)?;
        let photo = bytes(&self.photo)?;
        let checked = agreed(&rings, |ring| proofs::photo(&proof, &photo, ring))?;
        if self.beside.head.is_some() {
            agreed(&rings, |_| {
                proofs::one_head(&proof).map(|()| checked.clone())
            })?;
        }
        self.beside
            .check(original, between.as_ref(), rings, checked)
    }
}

impl OfCase {
    fn check(&self) -> anyhow::Result<Checked> {
        let (package, roots) = (bytes(&self.package)?, self.roots.keys()?);
        agreed(&[roots, Vec::new()], |roots| cases::check(&package, roots))
    }
}

impl OfHeads {
    fn check(&self) -> anyhow::Result<Checked> {
        let (older, newer) = (text(&self.older)?, text(&self.newer)?);
        let proof: Option<ConsistencyProof> = self.proof.as_deref().map(json).transpose()?;
        let keys = proof.as_ref().map_or(&[][..], |proof| &proof.keys);
        let (head, _) =
            Checkpoint::parse(&newer).with_context(|| format!("{}", self.newer.display()))?;
        let rings = self.roots.rings(head.log, keys)?;
        agreed(&rings, |ring| {
            proofs::heads(&older, &newer, proof.as_ref(), ring)
        })
    }
}

/// The keys that a proof lists with those that the one between two heads does: whichever was taken out first knows of no
/// change of key after it.
fn listed(own: &[LogKey], between: Option<&ConsistencyProof>) -> Vec<LogKey> {
    let more = between.map_or(&[][..], |between| between.keys.as_slice());
    own.iter().chain(more).cloned().collect()
}

impl Beside {
    /// The proof between the two heads, if it was given.
    fn between(&self) -> anyhow::Result<Option<ConsistencyProof>> {
        self.consistency.as_deref().map(json).transpose()
    }

    /// Holds the proof's head against the one kept outside, whichever is the older.
    fn check(
        &self,
        proof: &EntryProof,
        between: Option<&ConsistencyProof>,
        rings: [KeyRing; 2],
        mut checked: Checked,
    ) -> anyhow::Result<Checked> {
        let Some(file) = &self.head else {
            return Ok(checked);
        };
        let kept = text(file)?;
        let (head, _) = Checkpoint::parse(&kept).with_context(|| format!("{}", file.display()))?;
        // A key that signed after the proof was taken out is in no list of that time.
        let is_listed = between.is_some_and(|own| own.to >= head.size);
        let rings = if !is_listed && head.size > proof.head.size {
            rings.map(KeyRing::perhaps_behind)
        } else {
            rings
        };
        let own = proof.head.checkpoint.as_str();
        let (older, newer) = if head.size <= proof.head.size {
            (kept.as_str(), own)
        } else {
            (own, kept.as_str())
        };
        let heads = agreed(&rings, |ring| proofs::heads(older, newer, between, ring))?;
        checked.steps.extend(heads.steps);
        Ok(checked)
    }
}

impl Roots {
    /// The keys that were kept outside, with the names they came under.
    fn keys(&self) -> anyhow::Result<Vec<(Option<String>, PublicKey)>> {
        let Some(file) = &self.trust else {
            return Ok(Vec::new());
        };
        let listed = text(file)?;
        let lines = listed.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let keys: Vec<_> = lines
            .map(PublicKey::parse)
            .collect::<Result<_, _>>()
            .with_context(|| format!("{}", file.display()))?;
        ensure!(!keys.is_empty(), "{} holds no key", file.display());
        Ok(keys)
    }

    /// The listed keys of a log with those that were kept outside, and without.
    fn rings(&self, log: LogId, listed: &[LogKey]) -> anyhow::Result<[KeyRing; 2]> {
        let ring = |roots: &[(Option<String>, PublicKey)]| {
            let ring = KeyRing::new(log, listed, roots);
            ring.map_err(|fault| anyhow::anyhow!("does not hold: {fault}"))
        };
        Ok([ring(&self.keys()?)?, ring(&[])?])
    }
}

/// Why a check ended.
trait Ended: std::fmt::Display {
    /// Whether nothing was found wrong, and something that is needed was not given: the proof between two heads, a key, or
    /// bytes that an order erased.
    fn is_lack(&self) -> bool;

    /// Whether it is a key that nothing is known of.
    fn is_unvouched(&self) -> bool;
}

impl Ended for Failure {
    fn is_lack(&self) -> bool {
        Self::is_lack(self)
    }

    fn is_unvouched(&self) -> bool {
        Self::is_unvouched(self)
    }
}

impl Ended for cases::Fault {
    fn is_lack(&self) -> bool {
        Self::is_unvouched(self)
    }

    fn is_unvouched(&self) -> bool {
        Self::is_unvouched(self)
    }
}

const OLDER_KEY: &str = "if it is an older or a newer key of this log, give it with --trust beside the other as it was kept, or a proof that \
     lists both (for two heads /api/v1/journal/consistency, with --proof; for a head beside another proof with --consistency)";

/// The failure as the command ends with it. Where something is lacking nothing is said against what is there; a key that the
/// trusted ones do not vouch for ends a check early, so that it is done again without them.
fn agreed<R, E: Ended>(
    [with_roots, without]: &[R; 2],
    check: impl Fn(&R) -> Result<Checked, E>,
) -> anyhow::Result<Checked> {
    let failure = match check(with_roots) {
        Ok(checked) => return Ok(checked),
        Err(failure) => failure,
    };
    if failure.is_unvouched()
        && let Err(other) = check(without)
        && !other.is_lack()
    {
        return Err(anyhow::anyhow!("does not hold: {other}"));
    }
    Err(match (failure.is_lack(), failure.is_unvouched()) {
        (false, _) => anyhow::anyhow!("does not hold: {failure}"),
        (true, false) => anyhow::anyhow!("cannot be told: {failure}"),
        (true, true) => anyhow::anyhow!("cannot be told: {failure}; {OLDER_KEY}"),
    })
}

fn bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

fn json<T: DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    let text = text(file)?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not what is expected here", file.display()))
}
