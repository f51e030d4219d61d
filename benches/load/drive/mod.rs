//! A thousand phones that come back at once after three days without a network, with everything that happens beside it.
//!
//! Shared by the bench and by the test that runs a thousandth of it in CI.

mod hostile;
mod phones;
mod stage;
mod tally;
mod wire;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::task::JoinSet;

pub use phones::{Forms, Load};
pub use stage::{Database, Stage};
pub use tally::{Report, Tally};

/// A run that takes longer has failed.
const LONGEST: Duration = Duration::from_hours(3);
/// Phones on patrol that have a network all the time.
const LIVE: usize = 20;
/// Resident memory that the server may need at its highest, in megabytes.
pub const MEMORY_MB: f64 = 512.0;
/// How long a live fix may take to be acknowledged while the backlog drains.
pub const LIVE_WITHIN: Duration = Duration::from_secs(2);

/// Lets the phones come back and waits until everything is acknowledged; what is stored is counted afterwards.
pub async fn come_back(database: &Database, load: Load) -> anyhow::Result<Report> {
    let stage = Stage::set(database, load, LIVE).await?;
    let tally = Arc::new(Tally::default());
    let over = Arc::new(AtomicBool::new(false));
    let photo: Arc<[u8]> = phones::picture()?.into();
    let mut beside = JoinSet::new();
    for (n, secrets) in stage.live.iter().enumerate() {
        let line = wire::Line::to(&stage.address);
        let walk = phones::walk_live(
            line,
            secrets.clone(),
            n,
            Arc::clone(&tally),
            Arc::clone(&over),
        );
        beside.spawn(walk);
    }
    for kind in hostile::Kind::ALL {
        let (address, secrets) = (stage.address.clone(), stage.live[0].clone());
        beside.spawn(hostile::attack(
            kind,
            address,
            secrets,
            Arc::clone(&tally),
            Arc::clone(&over),
        ));
    }
    let begun = Instant::now();
    let mut returning = JoinSet::new();
    for (n, secrets) in stage.phones.iter().enumerate() {
        let line = wire::Line::to(&stage.address);
        let phone = phones::Phone::new(
            n,
            load,
            secrets.clone(),
            line,
            Arc::clone(&tally),
            Arc::clone(&photo),
        );
        returning.spawn(phone.come_back());
    }
    while let Some(done) = tokio::time::timeout(LONGEST, returning.join_next()).await? {
        done??;
    }
    let drained = begun.elapsed();
    over.store(true, Ordering::Relaxed);
    while let Some(done) = beside.join_next().await {
        done??;
    }
    let report = stage.measured(&tally, drained)?;
    let (fixes, photos) = stage.stored().await?;
    let live = tally.live_fixes();
    ensure!(
        (fixes, photos) == (load.fixes_in_all() + live, load.photos_in_all()),
        "stored are {fixes} fixes and {photos} originals, sent were {} and {live} live ones, and {}",
        load.fixes_in_all(),
        load.photos_in_all()
    );
    Ok(report)
}

/// Requests through one door for some seconds from as many connections; gives how many were acknowledged in a second.
pub async fn through(
    stage: &Stage,
    forms: Forms,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Report> {
    let tally = Arc::new(Tally::default());
    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for n in 0..connections {
        let secrets = stage.phones[n % stage.phones.len()].clone();
        let line = wire::Line::to(&stage.address);
        senders.spawn(phones::send_one_after_the_other(
            line,
            secrets,
            n,
            forms,
            Arc::clone(&tally),
            Arc::clone(&over),
        ));
    }
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    while let Some(done) = senders.join_next().await {
        done??;
    }
    stage.measured(&tally, begun.elapsed())
}
