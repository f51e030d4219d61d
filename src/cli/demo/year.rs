//! Loading a made-up year: forces through the services, patrols straight into the tables.
//!
//! Patrols are made and swept on all cores and written in order, some dozens to an act. An act is whole or not at
//! all, so a load that was cut goes on with the first act whose last patrol is not there.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures::{StreamExt, TryStreamExt};

use crate::app::App;
use crate::base::time::LocalDate;
use crate::coverage::{self, Swept};
use crate::demo::{Patrol, Year};
use crate::patrols::model::fix::{Fix, RawFix};
use crate::patrols::model::patrol::{Party, PatrolDraft, PatrolWire};
use crate::patrols::{self, DerivedPatrol, WholePatrol};
use crate::store::{self, ActError};

use super::forces::{Forces, Muster};
use super::wire;
use crate::cli::tell;

/// Patrols in an act.
const PATROLS_AT_ONCE: usize = 64;
/// How often progress is told.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// What is loaded of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearLoad {
    /// Whether raw fixes are kept; without them a patrol looks as it does when they have been erased by age.
    pub keeps_fixes: bool,
    /// Whether progress is told.
    pub is_told: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Patrols written now.
    pub patrols: usize,
    /// Their fixes.
    pub fixes: usize,
    /// Patrols that were there.
    pub known: usize,
}

/// Why patrols could not be written.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Patrols(#[from] patrols::Error),
    #[error(transparent)]
    Coverage(#[from] coverage::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Patrols(error) => error.store(),
            Self::Coverage(error) => error.store(),
            Self::Store(error) => Some(error),
        }
    }
}

/// Loads the patrols of a year and whoever walks them.
pub async fn load(app: &App, year: Arc<Year>, load: YearLoad) -> anyhow::Result<Written> {
    let forces = Arc::new(Forces::enlisted(app, Muster::from(&*year)).await?);
    let batches = year.days().flat_map(|day| {
        let numbers = year.numbers_on(day);
        let starts = numbers.clone().step_by(PATROLS_AT_ONCE);
        starts.map(move |from| (day, from..(from + PATROLS_AT_ONCE).min(numbers.end)))
    });
    let prepared = batches.map(|(day, numbers)| {
        let count = numbers.len();
        let context = (app.clone(), Arc::clone(&year), Arc::clone(&forces));
        let task = tokio::spawn(prepared(context, numbers, load.keeps_fixes));
        async move { anyhow::Ok((day, count, task.await??)) }
    });
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let mut prepared = std::pin::pin!(futures::stream::iter(prepared).buffered(workers + 2));
    let mut progress = Progress::of(&year, load.is_told);
    while let Some((day, count, batch)) = prepared.try_next().await? {
        let Some(batch) = batch else {
            progress.written.known += count;
            continue;
        };
        let fixes = batch.fixes;
        write(app, batch).await?;
        progress.written(day, (count, fixes));
    }
    app.journal.sequence_all().await?;
    Ok(progress.written)
}

/// Patrols of one act.
struct Batch {
    derived: Vec<DerivedPatrol>,
    swept: Vec<Swept>,
    fixes: usize,
}

/// Makes and sweeps patrols; none when they are there.
async fn prepared(
    (app, year, forces): (App, Arc<Year>, Arc<Forces>),
    numbers: Range<usize>,
    keeps_fixes: bool,
) -> anyhow::Result<Option<Batch>> {
    let mut batch = Batch {
        derived: Vec::with_capacity(numbers.len()),
        swept: Vec::new(),
        fixes: 0,
    };
    if let Some(last) = numbers.clone().next_back() {
        let mut tx = app.journal.store().read().await?;
        if app.patrols.is_known(&mut tx, year.patrol_id(last)).await? {
            return Ok(None);
        }
    }
    let mut walked = Vec::with_capacity(numbers.len());
    for number in numbers {
        let patrol = year.patrol(number).context("there is no risk area")?;
        let whole = whole(&patrol, &forces)?;
        batch.fixes += whole.fixes.len();
        let (derived, own) = app.patrols.derive_whole(whole, keeps_fixes).await?;
        batch.derived.push(derived);
        walked.push(own);
    }
    batch.swept = app.coverage.sweep_all(walked).await?;
    Ok(Some(batch))
}

async fn write(app: &App, batch: Batch) -> Result<(), Error> {
    app.journal
        .write((app.clone(), batch), |tx, (app, batch)| {
            Box::pin(async move {
                app.patrols.keep_whole(tx, &batch.derived).await?;
                app.coverage.keep_new(tx, &batch.swept).await?;
                Ok(())
            })
        })
        .await
}

/// A patrol as the doors would have parsed it.
pub fn whole(patrol: &Patrol, forces: &Forces) -> anyhow::Result<WholePatrol> {
    let track = patrol.tracks.first().context("a patrol without tracks")?;
    let body = wire::patrol(patrol, forces).to_string().into_bytes();
    let declared: PatrolWire = serde_json::from_slice(&body)?;
    let fixes = track.fixes.iter().map(|fix| {
        let raw = RawFix {
            time: Some(fix.t),
            lon: fix.position.lon(),
            lat: fix.position.lat(),
            accuracy_m: Some(fix.accuracy_m),
            altitude_m: fix.altitude_m,
            speed_mps: fix.speed_mps,
            bearing_deg: fix.bearing_deg,
            mock: fix.mock,
            after_break: false,
        };
        Fix::parse(&raw, patrol.ended_at)
    });
    let mut fixes: Vec<Fix> = fixes.collect::<Result<_, _>>()?;
    fixes.sort_unstable();
    Ok(WholePatrol {
        id: patrol.id,
        author: forces.device(track.device).0,
        draft: PatrolDraft::parse(declared, Party::default())?,
        body,
        fixes,
    })
}

/// How far a load has come.
struct Progress {
    all: usize,
    begun: Instant,
    told: Option<Instant>,
    written: Written,
}

impl Progress {
    fn of(year: &Year, is_told: bool) -> Self {
        let begun = Instant::now();
        Self {
            all: year.patrol_count(),
            begun,
            told: is_told.then_some(begun),
            written: Written::default(),
        }
    }

    fn written(&mut self, day: LocalDate, (patrols, fixes): (usize, usize)) {
        self.written.patrols += patrols;
        self.written.fixes += fixes;
        if self.told.is_none_or(|told| told.elapsed() < TOLD_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        tell(&self.line(day));
    }

    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    fn line(&self, day: LocalDate) -> String {
        let done = self.written.known + self.written.patrols;
        let per_s = self.written.patrols as f64 / self.begun.elapsed().as_secs_f64();
        let left_s = (self.all.saturating_sub(done)) as f64 / per_s.max(1e-9);
        format!(
            "{day}: {done} of {} patrols, {per_s:.0} a second, {:.0} min to go",
            self.all,
            left_s / 60.0
        )
    }
}
