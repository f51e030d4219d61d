//! `tuantra reindex`: the index of coverage made anew from the facts, with its progress in the terminal.

use std::time::Instant;

use anyhow::ensure;
use clap::Args;

use crate::jobs;
use crate::patrols::INDEX_JOB;

use super::{Opening, print_line, tell};

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
        let app = self.opening.open().await?;
        let begun = Instant::now();
        if !self.is_rest {
            app.coverage.ask_for_all().await?;
        }
        let (all, _) = app.journal.waiting(INDEX_JOB).await?;
        tell(&format!("{all} patrols wait to be indexed"));
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let workers = self.workers.unwrap_or_else(cores);
        let told = |waiting: i64| {
            let done = all.saturating_sub(waiting);
            tell(&format!("{done} of {all} patrols indexed"));
        };
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
