//! A country's year: loaded, found on disk, and asked for over HTTP, at sizes that grow, with curves of both.

use std::fs::File;
use std::time::Instant;

use anyhow::Context;
use tuantra::cli::demo::over::Communes;

use crate::curves::{Curve, Panel, drawn};
use crate::engine::{Served, ask, whole};
use crate::report::{Times, megabytes, say};
use crate::window::{Window, Windows};
use crate::world::{Folder, first_day, loaded, open};

const YEAR_D: i64 = 365;
const ROUNDS: usize = 60;

/// What was seen of one size.
struct Seen {
    patrols: usize,
    year_ms: f64,
    month_ms: f64,
    engine_ms: f64,
    disk_gb: f64,
    rss_mb: f64,
}

/// Loads years of so many patrols over the communes of the file that `NATIONAL` names, and asks for them.
pub async fn run(sizes: &[usize]) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for patrols in sizes {
        all.push(size(*patrols).await?);
    }
    if let Some(path) = std::env::var_os("CURVES") {
        std::fs::write(path, curves(&all))?;
    }
    Ok(())
}

async fn size(patrols: usize) -> anyhow::Result<Seen> {
    let folder = Folder::named(&format!("national-{patrols}"))?;
    load(&folder, patrols).await?;
    let mut served = Served::start(&folder).await?;
    let (first, last) = (first_day(), first_day().plus_days(YEAR_D - 1));
    let (spent, bytes) = served.ask(first, last).await?;
    say(&format!(
        "national {patrols}: first answer {:.1} s after the start, {:.2} MB",
        spent.as_secs_f64(),
        megabytes(u64::try_from(bytes)?)
    ));
    let year = asked(&mut served, YEAR_D).await?;
    let month = asked(&mut served, 30).await?;
    let (rss_mb, peak_mb) = served.server.memory_mb();
    drop(served);
    let engine = in_engine(&folder).await?;
    let disk_gb = megabytes(folder.bytes()) / 1e3;
    for (name, times) in [
        ("365 d over HTTP", &year),
        ("30 d over HTTP", &month),
        ("365 d in the engine", &engine),
    ] {
        say(&format!(
            "national {patrols}: {name}: median {:.1} ms, p99 {:.1} ms of {}",
            times.median_ms(),
            times.p99_ms(),
            times.count()
        ));
    }
    say(&format!(
        "national {patrols}: RSS {rss_mb:.0} MB (peak {peak_mb:.0}), {disk_gb:.2} GB on disk"
    ));
    Ok(Seen {
        patrols,
        year_ms: year.median_ms(),
        month_ms: month.median_ms(),
        engine_ms: engine.median_ms(),
        disk_gb,
        rss_mb,
    })
}

async fn load(folder: &Folder, patrols: usize) -> anyhow::Result<()> {
    let file =
        std::env::var_os("NATIONAL").context("NATIONAL names no GeoJSON file of communes")?;
    let app = open(folder, None).await?;
    let communes = Communes::Of(Box::new(File::open(file)?));
    let begun = Instant::now();
    let world = loaded(&app, communes, patrols).await?;
    say(&format!(
        "national {patrols}: {} patrols with {} fixes written in {:.1} s, {} were there; areas {:.1} s",
        world.written.patrols,
        world.written.fixes,
        begun.elapsed().as_secs_f64(),
        world.written.known,
        world.areas.as_secs_f64()
    ));
    app.journal.store().close().await;
    Ok(())
}

/// Windows that never repeat, once what they need of the rows is known.
async fn asked(served: &mut Served, days: i64) -> anyhow::Result<Times> {
    let mut times = Times::none();
    for (round, Window { from, to }) in Windows::of(first_day(), YEAR_D, days)
        .take(ROUNDS)
        .enumerate()
    {
        let (spent, _) = served.ask(from, to).await?;
        if round >= ROUNDS / 10 {
            times.add(spent);
        }
    }
    Ok(times)
}

async fn in_engine(folder: &Folder) -> anyhow::Result<Times> {
    let app = open(folder, None).await?;
    let mut times = Times::none();
    for (round, window) in Windows::of(first_day(), YEAR_D, YEAR_D)
        .take(ROUNDS)
        .enumerate()
    {
        let (_, spent) = ask(&app, whole(window)).await?;
        if round >= ROUNDS / 10 {
            times.add(spent);
        }
    }
    app.journal.store().close().await;
    Ok(times)
}

fn curves(all: &[Seen]) -> String {
    let line = |name, of: fn(&Seen) -> f64| Curve {
        name,
        points: all.iter().map(|seen| (seen.patrols, of(seen))).collect(),
    };
    drawn(&[
        Panel {
            title: "Warm answer for 3,321 communes, ms",
            curves: vec![
                line("365 d over HTTP", |seen| seen.year_ms),
                line("30 d over HTTP", |seen| seen.month_ms),
                line("365 d in the engine", |seen| seen.engine_ms),
            ],
        },
        Panel {
            title: "On disk, GB",
            curves: vec![line("everything", |seen| seen.disk_gb)],
        },
        Panel {
            title: "Memory of the server, MB",
            curves: vec![line("resident", |seen| seen.rss_mb)],
        },
    ])
}
