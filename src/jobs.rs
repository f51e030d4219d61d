//! The background workers: they take jobs under leases, run what their kind asks for, and do the periodic chores.

use std::time::Duration;

use axum::extract::FromRef;

use crate::app::App;
use crate::base::ids::{EntryId, PatrolId};
use crate::ingest::imports::Imports;
use crate::journal::stamps::Authority;
use crate::journal::{JobRow, Journal, Kinds};
use crate::publish::export::Exports;
use crate::sync::bundle::collect_spool;
use crate::sync::node;
use crate::{areas, coverage, evidence, ledger, patrols, plots};

const LEASE: Duration = Duration::from_mins(2);
const POLL: Duration = Duration::from_secs(2);
/// So long after the first word that something was written it is looked for jobs: under load once for many acts.
const GATHERING: Duration = Duration::from_millis(20);
/// Jobs taken at once, unless each may take long.
const BATCH: i64 = 64;
/// Jobs that are done many together, those of plots in one act: each kind before the one that may follow from it.
const TOGETHER: [&str; 4] = [
    patrols::SEAL_AROUND_JOB,
    plots::LINK_JOB,
    plots::SETTLE_JOB,
    ledger::CLAIMS_JOB,
];
/// How often a command that works jobs off says how far it is.
const TELLING: Duration = Duration::from_secs(1);
const CHORES: Duration = Duration::from_secs(30);
/// How often it is looked whether a head is to be stamped.
const STAMPS: Duration = Duration::from_mins(5);
/// Rounds of chores in a day.
const CHORES_A_DAY: u64 = 86_400 / CHORES.as_secs();

/// Jobs that wait for one another. Pictures have a loop of their own: a slow one holds up nothing but pictures.
#[derive(Debug, Clone, Copy)]
enum Lane {
    Pictures,
    Others,
}

impl Lane {
    const fn kinds(self) -> Kinds<'static> {
        match self {
            Self::Pictures => Kinds::Only(evidence::DERIVE_JOB),
            Self::Others => Kinds::AllBut(evidence::DERIVE_JOB),
        }
    }

    /// Jobs taken at once. A picture may take up to its time limit: the next one waits without a lease.
    const fn batch(self) -> i64 {
        match self {
            Self::Pictures => 1,
            Self::Others => BATCH,
        }
    }
}

/// Starts the workers, the sequencer and the chores; they end with the process.
pub fn start(app: &App) {
    tokio::spawn(app.journal.clone().run_sequencer());
    tokio::spawn(work(app.clone(), Lane::Others));
    tokio::spawn(work(app.clone(), Lane::Pictures));
    tokio::spawn(make_exports(app.clone()));
    tokio::spawn(do_chores(app.clone()));
    if let (Some(url), Some(secret)) = (
        app.config.upstream_url.clone(),
        app.config.upstream_token_file.clone(),
    ) {
        tokio::spawn(node::run(app.clone(), url, secret));
    }
    if let Some(url) = &app.config.tsa_url {
        let every = Duration::from_hours(u64::from(app.config.tsa_hours));
        tokio::spawn(stamp_heads(app.journal.clone(), url.clone(), every));
    }
}

/// Has heads stamped outside. An authority that cannot be reached is asked again with the next round.
async fn stamp_heads(journal: Journal, url: String, every: Duration) {
    let authority = match Authority::at(&url) {
        Ok(authority) => authority,
        Err(error) => {
            tracing::error!(%error, "no head will be stamped");
            return;
        }
    };
    loop {
        match journal.stamp_if_due(&authority, every).await {
            Ok(Some(stamp)) => tracing::info!(stamp.size, "a head was stamped"),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a head could not be stamped"),
        }
        tokio::time::sleep(STAMPS).await;
    }
}

async fn work(app: App, lane: Lane) {
    let mut queued = app.journal.queued();
    loop {
        match run_due_in(&app, lane).await {
            Ok(0) => {
                until_queued(&mut queued).await;
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "jobs could not be taken");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

async fn until_queued(queued: &mut tokio::sync::watch::Receiver<()>) {
    if let Ok(Ok(())) = tokio::time::timeout(POLL, queued.changed()).await {
        tokio::time::sleep(GATHERING).await;
        queued.mark_unchanged();
    }
}

/// Makes files that were asked for, one after the other: a large one holds up nothing but files.
async fn make_exports(app: App) {
    let exports = Exports::from_ref(&app);
    let mut queued = app.journal.queued();
    loop {
        match exports.run_next().await {
            Ok(true) => {}
            Ok(false) => {
                until_queued(&mut queued).await;
            }
            Err(error) => {
                tracing::warn!(%error, "exports could not be made");
                tokio::time::sleep(POLL).await;
            }
        }
    }
}

/// Runs jobs of every kind that are due now; gives how many were.
pub async fn run_due(app: &App) -> anyhow::Result<usize> {
    let made = Box::pin(Exports::from_ref(app).run_next()).await?;
    let done = run_due_in(app, Lane::Others).await? + run_due_in(app, Lane::Pictures).await?;
    Ok(done + usize::from(made))
}

/// Works off all jobs of one kind with so many workers and tells now and then how many wait. Jobs that fail are
/// put off; those that another process has taken are waited for.
pub async fn work_off(
    app: &App,
    kind: &'static str,
    workers: usize,
    told: impl Fn(i64),
) -> anyhow::Result<()> {
    let mut working = tokio::task::JoinSet::new();
    for _ in 0..workers.max(1) {
        let app = app.clone();
        working.spawn(async move {
            while app.journal.waiting(kind).await?.0 > 0 {
                if run_some(&app, Kinds::Only(kind), BATCH).await? == 0 {
                    tokio::time::sleep(TELLING).await;
                }
            }
            anyhow::Ok(())
        });
    }
    loop {
        match tokio::time::timeout(TELLING, working.join_next()).await {
            Ok(Some(ended)) => ended??,
            Ok(None) => return Ok(()),
            Err(_) => told(app.journal.waiting(kind).await?.0),
        }
    }
}

async fn run_due_in(app: &App, lane: Lane) -> anyhow::Result<usize> {
    run_some(app, lane.kinds(), lane.batch()).await
}

async fn run_some(app: &App, kinds: Kinds<'_>, most: i64) -> anyhow::Result<usize> {
    let jobs = app.journal.take_jobs(kinds, most, LEASE).await?;
    for kind in TOGETHER {
        let alike = jobs.iter().filter(|job| job.kind == kind);
        run_together(app, &alike.cloned().collect::<Vec<_>>()).await?;
    }
    for job in &jobs {
        if !TOGETHER.contains(&job.kind.as_str()) {
            run_or_delay(app, job).await?;
        }
    }
    Ok(jobs.len())
}

/// Does jobs of one kind in one act; where that fails each by itself, so that one holds up no other.
async fn run_together(app: &App, jobs: &[JobRow]) -> anyhow::Result<()> {
    if jobs.len() > 1 {
        match run(app, jobs).await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::warn!(%error, "jobs failed together, each is tried alone"),
        }
    }
    for job in jobs {
        run_or_delay(app, job).await?;
    }
    Ok(())
}

async fn run_or_delay(app: &App, job: &JobRow) -> anyhow::Result<()> {
    if let Err(error) = run(app, std::slice::from_ref(job)).await {
        tracing::warn!(kind = job.kind, attempts = job.attempts, %error, "a job failed");
        app.journal.delay_job(job, &error.to_string()).await?;
    }
    Ok(())
}

/// Does jobs of one kind, several only of those that are done together.
async fn run(app: &App, jobs: &[JobRow]) -> anyhow::Result<()> {
    let Some(job) = jobs.first() else {
        return Ok(());
    };
    match job.kind.as_str() {
        patrols::DERIVE_JOB => app.patrols.derive(PatrolId(job.subject), job.id).await?,
        patrols::SEAL_JOB => app.patrols.seal_tail(job.subject, job.id).await?,
        patrols::SEAL_AROUND_JOB => app.patrols.seal_around(jobs).await?,
        patrols::SCREEN_JOB => app.evidence.screen_tracks(job).await?,
        patrols::INDEX_JOB => app.coverage.index(PatrolId(job.subject), job.id).await?,
        patrols::JUDGED_JOB => app.evidence.settle_judged(job).await?,
        areas::AREAS_JOB => app.coverage.follow_areas(job.id).await?,
        areas::BOUNDARIES_JOB => {
            let entry = EntryId(job.subject);
            app.areas.keep_kin().await?;
            app.patrols.follow_boundaries(entry, job.id).await?;
        }
        coverage::REINDEX_JOB => app.coverage.reindex(job.id).await?,
        evidence::DERIVE_JOB => app.evidence.derive_images(job).await?,
        plots::SETTLE_JOB => app.ledger.settle_jobs(jobs).await?,
        ledger::CLAIMS_JOB => app.ledger.screen_claims(jobs).await?,
        ledger::SETTLE_ALL_JOB => app.ledger.settle_all(job.id).await?,
        plots::LINK_JOB => app.evidence.link_photos(jobs).await?,
        kind => anyhow::bail!("no such kind of job: {kind}"),
    }
    Ok(())
}

async fn do_chores(app: App) {
    let mut round = 0;
    loop {
        tokio::time::sleep(CHORES).await;
        app.patrols.forget_unused();
        if let Err(error) = app.identity.flush_last_used().await {
            tracing::warn!(%error, "last uses could not be written");
        }
        if let Err(error) = app.areas.keep_kin().await {
            tracing::warn!(%error, "which communes are kin could not be written down");
        }
        if let Err(error) = app.patrols.seal_due().await {
            tracing::warn!(%error, "tails could not be sealed");
        }
        if let Err(error) = erase_due(&app).await {
            tracing::warn!(%error, "what is due could not be erased");
        }
        if let Err(error) = Exports::from_ref(&app).expire().await {
            tracing::warn!(%error, "exports whose time is over could not be removed");
        }
        if let Err(error) = Imports::from_ref(&app).expire().await {
            tracing::warn!(%error, "imports whose time is over could not be forgotten");
        }
        if let Err(error) = app.evidence.expire_uploads().await {
            tracing::warn!(%error, "uploads whose time is over could not be forgotten");
        }
        round = (round + 1) % CHORES_A_DAY;
        if round == 1 {
            keep_photos(&app).await;
            collect_parts(&app).await;
            if let Err(error) = collect_spool(&app.config.data, app.journal.now()).await {
                tracing::warn!(%error, "what bundles left behind could not be removed");
            }
            if let Err(error) = app.patrols.ask_to_screen_earlier().await {
                tracing::warn!(%error, "earlier tracks could not be put up for screening");
            }
            if let Err(error) = app.coverage.ask_to_follow().await {
                tracing::warn!(%error, "fine ground could not be asked for");
            }
        }
    }
}

/// Once a day: photos are placed by the boundaries of the day, and bytes that nothing names go.
async fn keep_photos(app: &App) {
    if let Err(error) = app.evidence.place_all().await {
        tracing::warn!(%error, "photos could not be placed");
    }
    match app.evidence.collect(app.journal.now()).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "bytes that nothing named were removed"),
        Err(error) => tracing::warn!(%error, "bytes could not be collected"),
    }
}

/// Once a day: parts of uploads that ended between disk and row go.
async fn collect_parts(app: &App) {
    if let Err(error) = app.evidence.collect_parts(app.journal.now()).await {
        tracing::warn!(%error, "parts of uploads could not be collected");
    }
}

/// Erases what has outlived its retention, and leaves nothing of it in SQLite's files.
pub async fn erase_due(app: &App) -> anyhow::Result<()> {
    let months = app.config.retention_months;
    app.patrols.erase_held().await?;
    app.patrols.expire_tracks(months).await?;
    app.openrosa.expire_reports(months).await?;
    // Also where nothing was due: an order's own sweep may have met a reader in its way.
    app.journal.store().sweep_in_passing().await?;
    Ok(())
}
