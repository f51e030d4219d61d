//! Answers of which nothing is known in memory: from SQLite, and from PostgreSQL where a cluster is named. No anchor is
//! asked, so that a change of the reading path shows within minutes.

use std::time::Duration;

use tuantra::app::App;
use tuantra::cli::demo::over::Communes;

use crate::cluster::Cluster;
use crate::engine::{ask, begun, whole};
use crate::report::{Times, say};
use crate::window::Windows;
use crate::world::{Folder, first_day, loaded, open};

const YEAR_D: i64 = 365;
/// Windows of one length.
const WINDOWS: usize = 20;
/// The system counts a process's time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// Asks for a month and a year of a province of so many patrols, each time with nothing in memory.
pub async fn run(communes: usize, patrols: usize) -> anyhow::Result<()> {
    let folder = Folder::named(&format!("province-{patrols}"))?;
    let app = open(&folder, None).await?;
    load(&app, communes, patrols).await?;
    app.journal.store().close().await;
    asked("SQLite", &folder, None).await?;
    if std::env::var_os("SCALE_POSTGIS").is_none() {
        return Ok(());
    }
    let url = Cluster::start()?.database("country").await?;
    let folder = Folder::throwaway("cold-postgres")?;
    let app = open(&folder, Some(&url)).await?;
    load(&app, communes, patrols).await?;
    app.journal.store().close().await;
    asked("PostgreSQL", &folder, Some(&url)).await
}

async fn load(app: &App, communes: usize, patrols: usize) -> anyhow::Result<()> {
    loaded(app, Communes::MadeUp(communes), patrols).await?;
    Ok(())
}

async fn asked(name: &str, folder: &Folder, postgres: Option<&str>) -> anyhow::Result<()> {
    for days in [30, YEAR_D] {
        let (mut times, mut spent) = (Times::none(), Duration::ZERO);
        for window in Windows::of(first_day(), YEAR_D, days).take(WINDOWS) {
            let app = begun(folder, postgres).await?;
            let before = of_this_process();
            times.add(ask(&app, whole(window)).await?.1);
            spent += of_this_process().saturating_sub(before);
            app.journal.store().close().await;
        }
        let cpu = spent.as_secs_f64() * 1000.0 / f64::from(u32::try_from(WINDOWS)?);
        say(&format!(
            "cold: {days} d {name}: p50 {:.1} ms, least {:.1} ms, {cpu:.1} ms of CPU on average, of {} answers",
            times.median_ms(),
            times.least_ms(),
            times.count()
        ));
    }
    Ok(())
}

/// What this process has spent of the cores; without `/proc` nothing.
fn of_this_process() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = fields.split_whitespace().skip(11).take(2);
    TICK * ticks.filter_map(|own| own.parse::<u32>().ok()).sum::<u32>()
}
