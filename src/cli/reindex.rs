//! `tuantra reindex`: the index of coverage made anew from the facts, with its progress in the terminal.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Instant;

use anyhow::ensure;
use clap::Args;

use crate::jobs;
use crate::patrols::INDEX_JOB;

use super::{Opening, print_line, tell};

/// So often the same is told before the reason is.
const STILL: u32 = 5;

/// Make the index of coverage anew from the facts, beside a running server or without one. Answers stay as they are
/// meanwhile. A run that is cut loses nothing: a server on the same data goes on with what waits, and so does
/// `tuantra reindex --continue`.
#[derive(Debug, Args)]
pub struct Reindex {
    #[command(flatten)]
    opening: Opening,
    /// Only what an earlier run left waiting.
    #[arg(long = "continue")]
    is_rest: bool,
    /// Patrols indexed at the same time [default: one for each core].
    #[arg(long)]
    workers: Option<usize>,
}

impl Reindex {
    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<()> {
        let app = self.opening.open_existing().await?;
        let begun = Instant::now();
        if !self.is_rest {
            app.coverage.ask_for_all().await?;
        }
        let (all, _) = app.journal.waiting(INDEX_JOB).await?;
        tell(&format!("{all} patrols wait to be indexed"));
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let workers = self.workers.unwrap_or_else(cores);
        let progress = Progress::of(all);
        let told = |waiting: i64| progress.tell(waiting);
        jobs::work_off(&app, INDEX_JOB, workers, told).await?;
        let took_s = begun.elapsed().as_secs_f64();
        let failed = app.journal.set_aside(INDEX_JOB).await?;
        app.journal.store().close().await;
        let indexed = all.saturating_sub(failed);
        print_line(&format!("{indexed} patrols indexed in {took_s:.1} s"));
        ensure!(
            failed == 0,
            "{failed} patrols could not be indexed and were set aside; the log says why"
        );
        Ok(())
    }
}

/// What was told last, and how often the same.
struct Progress {
    all: i64,
    waiting: AtomicI64,
    still: AtomicU32,
}

impl Progress {
    const fn of(all: i64) -> Self {
        Self {
            all,
            waiting: AtomicI64::new(all),
            still: AtomicU32::new(0),
        }
    }

    /// Tells how far the work is; once it stands still, why it may.
    fn tell(&self, waiting: i64) {
        let is_same = self.waiting.swap(waiting, Ordering::Relaxed) == waiting;
        let still = if is_same {
            self.still.fetch_add(1, Ordering::Relaxed) + 1
        } else {
            self.still.store(0, Ordering::Relaxed);
            0
        };
        if still < STILL {
            let done = self.all.saturating_sub(waiting);
            tell(&format!("{done} of {} patrols indexed", self.all));
        } else if still == STILL {
            tell(&format!(
                "{waiting} patrols left: another run has taken them; if it was cut, they are free again after two minutes at most"
            ));
        }
    }
}
