//! What the anchor can do: everything that was tried in PostGIS, side by side, and whether the figures agree.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use futures::{StreamExt, TryStreamExt};
use tuantra::app::App;
use tuantra::base::actor::Actor;
use tuantra::cli::demo::forces::{Forces, Muster};
use tuantra::cli::demo::over::Communes;
use tuantra::cli::demo::year::whole;
use tuantra::coverage::Asked;
use tuantra::demo::Year;
use tuantra::patrols::model::walked::Walked;

use crate::cluster::Cluster;
use crate::postgis::{Anchor, PLAIN, Query, STORED};
use crate::report::{Times, say};
use crate::window::{Window, Windows};
use crate::world::{Folder, first_day, loaded, open};

const RADII_M: [i32; 2] = [50, 100];
/// Circles of eight segments a quadrant lie up to half a per cent inside, and thinned tracks up to 2 m off.
const POLYGON_SLACK: f64 = 0.005;

/// Runs the anchor's queries over a province of so many patrols.
pub async fn run(communes: usize, patrols: usize) -> anyhow::Result<()> {
    let folder = Folder::named(&format!("province-{patrols}"))?;
    let app = open(&folder, None).await?;
    let world = loaded(&app, Communes::MadeUp(communes), patrols).await?;
    let cluster = Cluster::start()?;
    let anchor = Anchor::open(&cluster.database("anchor").await?).await?;
    fill(&anchor, &app, &world.year).await?;
    let stored = anchor.store(&RADII_M).await?;
    #[expect(clippy::cast_precision_loss, reason = "thousands of patrols")]
    let per_walk = |spent: std::time::Duration| {
        spent.as_secs_f64() * 1000.0 / (patrols * RADII_M.len()) as f64
    };
    say(&format!(
        "anchors: {patrols} patrols; storing what one saw at one radius: tuned {:.1} ms, thinned {:.1} ms, its daily and \
         32-day unions {:.1} ms",
        per_walk(stored[0]),
        per_walk(stored[1]),
        per_walk(stored[2])
    ));
    for (table, bytes) in anchor.sizes().await? {
        #[expect(clippy::cast_precision_loss, reason = "for people to read")]
        let kilobytes = bytes as f64 / 1e3 / patrols as f64;
        say(&format!(
            "anchors: table {table}: {kilobytes:.1} kB per patrol"
        ));
    }
    for radius_m in RADII_M {
        for days in [7, 30, 90, 365] {
            for query in STORED {
                ask(&anchor, &app, query, days, radius_m, 3).await?;
            }
        }
    }
    if patrols <= 1_000 {
        ask(&anchor, &app, PLAIN, 7, 50, 2).await?;
    }
    app.journal.store().close().await;
    Ok(())
}

/// Puts communes, risk areas and walks of our store into the anchor, as ours knows them.
pub async fn fill(anchor: &Anchor, app: &App, year: &Arc<Year>) -> anyhow::Result<()> {
    let begun = Instant::now();
    let day = first_day();
    let map = app.areas.map(day).await?;
    let areas = app.areas.risk_areas(day, day, None).await?;
    let communes = map.communes().iter();
    let communes = communes.map(|of| (of.facts.code.as_str(), of.region().as_polygons()));
    let areas = areas
        .iter()
        .map(|area| (area.code.as_str(), area.region.as_polygons()));
    anchor.load_ground(communes, areas).await?;
    let ground = begun.elapsed();
    let forces = Arc::new(Forces::enlisted(app, Muster::from(&**year)).await?);
    let mut copy = anchor.walks().await?;
    let walked = (0..year.patrol_count()).map(|number| {
        let (app, year, forces) = (app.clone(), Arc::clone(year), Arc::clone(&forces));
        let task = tokio::spawn(async move { walked(&app, &year, &forces, number).await });
        async move { anyhow::Ok((number, task.await??)) }
    });
    let mut walked = std::pin::pin!(futures::stream::iter(walked).buffered(64));
    while let Some((number, walked)) = walked.try_next().await? {
        for track in walked.tracks.unwrap_or_default() {
            copy.walk(number, &track.summary).await?;
        }
    }
    copy.end().await?;
    anchor.index_walks().await?;
    say(&format!(
        "anchors: ground laid in {:.1} s, tracks loaded in {:.1} s",
        ground.as_secs_f64(),
        begun.elapsed().saturating_sub(ground).as_secs_f64()
    ));
    Ok(())
}

async fn walked(app: &App, year: &Year, forces: &Forces, number: usize) -> anyhow::Result<Walked> {
    let patrol = year.patrol(number).context("no such patrol")?;
    let (_, walked) = app
        .patrols
        .derive_whole(whole(&patrol, forces)?, false)
        .await?;
    Ok(walked)
}

async fn ask(
    anchor: &Anchor,
    app: &App,
    query: Query,
    days: i64,
    radius_m: i32,
    rounds: usize,
) -> anyhow::Result<()> {
    let mut times = Times::none();
    let mut agreement = Agreement::default();
    let windows = Windows::of(first_day(), 365, days).take(rounds + 1);
    for (round, window) in windows.enumerate() {
        let (answer, spent) = anchor.ask(query, window, radius_m).await?;
        // The first one finds its pages outside the server's memory.
        if round > 0 {
            times.add(spent);
        }
        agreement
            .compare(app, anchor, window, radius_m, &answer)
            .await?;
    }
    say(&format!(
        "anchors: {radius_m} m, {days} d: {:<8} {:>9.1} ms (median of {}; {}); {}",
        query.name,
        times.median_ms(),
        times.count(),
        query.what,
        agreement.told()
    ));
    Ok(())
}

/// How our figures lie to the anchor's, commune by commune.
#[derive(Debug, Default)]
pub struct Agreement {
    cases: usize,
    outside: usize,
    worst_pp: f64,
    sum_pp: f64,
    share: f64,
}

impl Agreement {
    /// Compares one window's answer with ours.
    pub async fn compare(
        &mut self,
        app: &App,
        anchor: &Anchor,
        window: Window,
        radius_m: i32,
        answer: &BTreeMap<String, f64>,
    ) -> anyhow::Result<()> {
        let grounds = anchor.grounds().await?;
        let asked = Asked {
            radius_cm: Some(u32::try_from(radius_m)? * 100),
            ..Asked::between(window.from, window.to)
        };
        let ours = app.coverage.ask(&Actor::console(), asked).await?;
        for commune in &ours.communes {
            let Some(ground_m2) = grounds.get(&commune.code) else {
                continue;
            };
            let theirs = answer.get(&commune.code).copied().unwrap_or(0.0) / ground_m2;
            let own = commune.figures.coverage.unwrap_or(0.0);
            let bound = commune.figures.error_bound.unwrap_or(0.0) + POLYGON_SLACK * own;
            let off = (own - theirs).abs();
            self.cases += 1;
            self.outside += usize::from(off > bound);
            self.worst_pp = self.worst_pp.max(100.0 * off);
            self.sum_pp += 100.0 * off;
            self.share += own;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "a few thousand cases")]
    pub fn told(&self) -> String {
        let cases = self.cases.max(1) as f64;
        format!(
            "coverage {:.2} %, ours differs by {:.3} pp on average, {:.2} at most, {} of {} outside the interval",
            100.0 * self.share / cases,
            self.sum_pp / cases,
            self.worst_pp,
            self.outside,
            self.cases
        )
    }
}
