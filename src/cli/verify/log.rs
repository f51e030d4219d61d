//! `tuantra verify log`: a whole log from its database and blobs. It needs no signing key and writes nothing.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::Args;

use crate::app::open_blobs;
use crate::areas;
use crate::base::time::{Clock, SystemClock};
use crate::config::Config;
use crate::coverage;
use crate::evidence::{self, Originals, verify_originals};
use crate::identity;
use crate::ingest::{imports, papers};
use crate::journal::Verified;
use crate::journal::audit::{self, Outside, Rows, verify};
use crate::journal::history::Trust;
use crate::journal::note::Checkpoint;
use crate::ledger;
use crate::patrols;
use crate::plots::{self, PlotRows, verify_rows};
use crate::publish::export;
use crate::reports;
use crate::store::Store;
use crate::sync;

use super::{Opening, Roots, print_line, text, verdict};

/// A whole log.
#[derive(Debug, Args)]
pub struct OfLog {
    #[command(flatten)]
    opening: Opening,
    /// A signed head that was kept outside; give it again for more.
    #[arg(long = "head")]
    heads: Vec<PathBuf>,
    #[command(flatten)]
    roots: Roots,
}

impl OfLog {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = self.opening.config(std::collections::BTreeMap::new())?;
        let mut outside = Outside {
            trusted: self.roots.keys()?,
            ..Outside::default()
        };
        for file in &self.heads {
            let head = Checkpoint::parse(&text(file)?);
            outside
                .heads
                .push(head.with_context(|| format!("{}", file.display()))?);
        }
        let store = open(&config).await?;
        let found = verify(&store, outside)
            .await
            .context("the log cannot be read (is the schema up to date? `tuantra migrate`)")?;
        let blobs = open_blobs(&config, true)?;
        let originals = verify_originals(&store, &blobs).await?;
        let plots = verify_rows(&store).await?;
        let mut slices = slices(&store).await?;
        slices.extend(made(&store).await?);
        store.close().await;
        tell(&found, &originals, &plots, &slices)
    }
}

/// What each slice's own rows say, held against the log.
async fn slices(store: &Store) -> anyhow::Result<Vec<(&'static str, Rows)>> {
    Ok(vec![
        (
            "journal: {} rules, facts typed in from paper, contents kept aside, alarms and stamps",
            audit::verify_rows(store).await?,
        ),
        (
            "identity: {} people, devices, roles, secrets, enrolments and keys with what was decided about them",
            identity::verify_rows(store).await?,
        ),
        (
            "areas: {} boundaries, risk areas, gates and hamlets",
            areas::verify_rows(store).await?,
        ),
        (
            "plots: {} incidents and their versions",
            plots::verify_incidents(store).await?,
        ),
        (
            "ledger: {} facts, tips, outcomes, draws and visits",
            ledger::verify_rows(store).await?,
        ),
        (
            "patrols: {} declarations, chunks of fixes, judgements, holds and calls",
            patrols::verify_rows(store).await?,
        ),
        (
            "evidence: {} questions, answers, decisions, seals, holds, nonces and orders to erase",
            evidence::verify_rows(store).await?,
        ),
        (
            "reports: {} kept forms and confirmations that nothing happened",
            reports::verify_rows(store).await?,
        ),
        (
            "papers: {} paper records",
            papers::verify_rows(store).await?,
        ),
        (
            "imports: {} files of offices",
            imports::verify_rows(store).await?,
        ),
        (
            "coverage: {} definitions",
            coverage::verify_rows(store).await?,
        ),
        (
            "exports: {} files in the background",
            export::verify_rows(store).await?,
        ),
        (
            "sync: {} bundles, decisions and watches",
            sync::verify_rows(store).await?,
        ),
    ])
}

/// What the slices made of their facts, made again.
async fn made(store: &Store) -> anyhow::Result<Vec<(&'static str, Rows)>> {
    Ok(vec![
        (
            "plots: {} rows with their unit, communes, warnings and count of photos",
            plots::verify_made(store, SystemClock.now()).await?,
        ),
        (
            "evidence: {} photos with their unit, door, named account and plot",
            evidence::verify_made(store, SystemClock.now()).await?,
        ),
        (
            "ledger: {} states, and facts with their unit, right and plot,",
            ledger::verify_made(store).await?,
        ),
    ])
}

/// The database as it is: nothing is made and no migration runs.
async fn open(config: &Config) -> anyhow::Result<Store> {
    if let Some(url) = &config.database_url {
        return Ok(Store::open_postgres(url, 2).await?);
    }
    let file = config.data.join("tuantra.db");
    ensure!(file.exists(), "{} is not there", file.display());
    Ok(Store::open_sqlite(&config.data, true).await?)
}

fn tell(
    found: &Verified,
    originals: &Originals,
    plots: &PlotRows,
    slices: &[(&str, Rows)],
) -> anyhow::Result<()> {
    let faults: Vec<String> = found
        .faults
        .iter()
        .map(ToString::to_string)
        .chain(originals.faults.iter().map(ToString::to_string))
        .chain(plots.faults.iter().map(ToString::to_string))
        .chain(
            slices
                .iter()
                .flat_map(|(_, rows)| rows.faults.iter().map(ToString::to_string)),
        )
        .collect();
    counts(found, originals, plots, slices);
    for fault in faults.iter().skip(1) {
        super::super::tell(&format!("also: {fault}"));
    }
    if let Some(first) = faults.first() {
        bail!("does not hold: {first}");
    }
    print_line(verdict(if found.is_origin_proven {
        Trust::Proven
    } else {
        Trust::Unproven
    }));
    if found.unsigned_count > 0 {
        print_line(&format!(
            "note: facts in the name of phones that sign, which nothing signed: {} (named above); whoever can write the database can put such in",
            found.unsigned_count
        ));
    }
    if found.outside == 0 {
        print_line(
            "note: no head from outside was given (--head): a log rebuilt as a whole looks like this too",
        );
    }
    Ok(())
}

/// What was looked at, and what came unsigned.
fn counts(found: &Verified, originals: &Originals, plots: &PlotRows, slices: &[(&str, Rows)]) {
    print_line(&format!(
        "log: {} entries recomputed from their contents, {} erased by order, {} signed heads, {} heads kept outside",
        found.whole, found.redacted, found.heads, found.outside
    ));
    print_line(&format!(
        "originals: {} as the log tells, {} redacted by order, {} blobs of {} bytes hashed",
        originals.photos, originals.erased, originals.blobs, originals.bytes
    ));
    print_line(&format!(
        "pictures: {} small images made of their originals, {} of before that was signed",
        originals.pictures, originals.unsigned
    ));
    print_line(&format!(
        "plots: {} plots, {} versions and measures as their entries say",
        plots.plots, plots.agreeing
    ));
    for (what, rows) in slices {
        let agreeing = rows.agreeing.to_string();
        print_line(&format!(
            "{} as their entries say",
            what.replace("{}", &agreeing)
        ));
    }
    for own in &found.unsigned {
        print_line(&format!("unsigned: {own}"));
    }
}
