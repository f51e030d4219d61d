//! A province's year, ours beside PostGIS: warm and cold, filtered, as lists, over HTTP, and made anew.

use std::num::NonZeroU8;
use std::time::Instant;

use tuantra::app::App;
use tuantra::base::actor::Actor;
use tuantra::cli::demo::over::Communes;
use tuantra::coverage::{Asked, Force, GapsAsked, Pass};
use tuantra::jobs;
use tuantra::patrols::INDEX_JOB;
use tuantra::patrols::model::vocabulary::PatrolKind;

use crate::anchors::{Agreement, fill};
use crate::cluster::Cluster;
use crate::engine::{Served, ask, ask_all, begun, whole};
use crate::postgis::{Anchor, BLOCKS, PLAIN, Query, TUNED};
use crate::report::{Times, megabytes, say};
use crate::window::{Window, Windows};
use crate::world::{Folder, first_day, loaded, open};

const RADIUS_M: i32 = 50;
/// Our windows for one of the anchor's.
const OURS_PER_ANCHOR: usize = 25;
const YEAR_D: i64 = 365;

/// The two sides.
struct Sides {
    folder: Folder,
    postgres_folder: Folder,
    postgres_url: String,
    sqlite: App,
    postgres: App,
    anchor: Anchor,
    /// Held to the end of the run.
    _cluster: Cluster,
}

/// Runs the comparison over a province of so many patrols.
pub async fn run(communes: usize, patrols: usize) -> anyhow::Result<()> {
    let mut sides = Box::pin(Sides::loaded(communes, patrols)).await?;
    sides.agree().await?;
    let mut served = Served::start(&sides.folder).await?;
    for (days, rounds) in [(30, 8), (YEAR_D, 3)] {
        sides.warm(&mut served, days, rounds).await?;
    }
    for (days, rounds) in [(30, 3), (YEAR_D, 2)] {
        Box::pin(sides.cold(days, rounds)).await?;
    }
    if patrols <= 1_000 {
        sides.plain().await?;
    }
    filtered(&sides.sqlite).await?;
    gap_list(&sides.sqlite).await?;
    let (now, peak) = served.server.memory_mb();
    say(&format!(
        "province: server RSS {now:.0} MB (peak {peak:.0}) with {patrols} patrols"
    ));
    drop(served);
    rebuild(&sides.sqlite).await?;
    sides.sqlite.journal.store().close().await;
    sides.postgres.journal.store().close().await;
    Ok(())
}

impl Sides {
    async fn loaded(communes: usize, patrols: usize) -> anyhow::Result<Self> {
        let folder = Folder::named(&format!("province-{patrols}"))?;
        let sqlite = open(&folder, None).await?;
        let world = loaded(&sqlite, Communes::MadeUp(communes), patrols).await?;
        say(&format!(
            "province: SQLite: {} patrols with {} fixes written in {:.1} s after {:.1} s for the areas; {:.0} MB",
            world.written.patrols,
            world.written.fixes,
            world.patrols.as_secs_f64(),
            world.areas.as_secs_f64(),
            megabytes(folder.bytes())
        ));
        let cluster = Cluster::start()?;
        let postgres_url = cluster.database("province").await?;
        // A throwaway cluster needs a throwaway signing key.
        let postgres_folder = Folder::throwaway(&format!("province-{patrols}-postgres"))?;
        let postgres = open(&postgres_folder, Some(&postgres_url)).await?;
        let written = loaded(&postgres, Communes::MadeUp(communes), patrols).await?;
        say(&format!(
            "province: PostgreSQL: {} patrols written in {:.1} s",
            written.written.patrols,
            written.patrols.as_secs_f64()
        ));
        let anchor = Anchor::open(&cluster.database("anchor").await?).await?;
        fill(&anchor, &sqlite, &world.year).await?;
        anchor.store(&[RADIUS_M]).await?;
        Ok(Self {
            folder,
            postgres_folder,
            postgres_url,
            sqlite,
            postgres,
            anchor,
            _cluster: cluster,
        })
    }

    /// Holds our figures against the anchor's before anything is timed.
    async fn agree(&self) -> anyhow::Result<()> {
        for query in [TUNED, BLOCKS] {
            for days in [7, 30, YEAR_D] {
                let mut agreement = Agreement::default();
                for window in Windows::of(first_day(), YEAR_D, days).take(2) {
                    let (answer, _) = self.anchor.ask(query, window, RADIUS_M).await?;
                    for app in [&self.sqlite, &self.postgres] {
                        agreement
                            .compare(app, &self.anchor, window, RADIUS_M, &answer)
                            .await?;
                    }
                }
                say(&format!(
                    "province: {days} d against {}: {}",
                    query.name,
                    agreement.told()
                ));
            }
        }
        Ok(())
    }

    /// Everything that is known in memory, both sides in turn.
    async fn warm(&mut self, served: &mut Served, days: i64, rounds: usize) -> anyhow::Result<()> {
        let mut windows = Windows::of(first_day(), YEAR_D, days);
        let year = Window {
            from: first_day().plus_days(-20),
            to: first_day().plus_days(YEAR_D),
        };
        for app in [&self.sqlite, &self.postgres] {
            ask(app, whole(year)).await?;
        }
        served.ask(year.from, year.to).await?;
        let [mut sqlite, mut postgres, mut http] = [const { Times::none() }; 3];
        let [mut tuned, mut blocks] = [const { Times::none() }; 2];
        for _ in 0..rounds {
            let own: Vec<Window> = windows.by_ref().take(OURS_PER_ANCHOR).collect();
            ask_all(&self.sqlite, &own, whole, &mut sqlite).await?;
            ask_all(&self.postgres, &own, whole, &mut postgres).await?;
            for window in &own {
                http.add(served.ask(window.from, window.to).await?.0);
            }
            self.anchor_asked(TUNED, &own, &mut tuned).await?;
            self.anchor_asked(BLOCKS, &own, &mut blocks).await?;
        }
        for (name, times) in [
            ("SQLite", &sqlite),
            ("PostgreSQL", &postgres),
            ("HTTP", &http),
        ] {
            told("warm", days, name, times, &tuned, &blocks);
        }
        Ok(())
    }

    /// Nothing is known of what was seen, both sides in turn.
    async fn cold(&self, days: i64, rounds: usize) -> anyhow::Result<()> {
        let mut windows = Windows::of(first_day(), YEAR_D, days);
        let [mut sqlite, mut postgres, mut tuned, mut blocks] = [const { Times::none() }; 4];
        for _ in 0..rounds {
            for _ in 0..3 {
                let own: Vec<Window> = windows.by_ref().take(1).collect();
                let app = begun(&self.folder, None).await?;
                ask_all(&app, &own, whole, &mut sqlite).await?;
                app.journal.store().close().await;
                let app = begun(&self.postgres_folder, Some(&self.postgres_url)).await?;
                ask_all(&app, &own, whole, &mut postgres).await?;
                app.journal.store().close().await;
            }
            let own: Vec<Window> = windows.by_ref().take(1).collect();
            self.anchor_asked(TUNED, &own, &mut tuned).await?;
            self.anchor_asked(BLOCKS, &own, &mut blocks).await?;
        }
        for (name, times) in [("SQLite", &sqlite), ("PostgreSQL", &postgres)] {
            told("cold", days, name, times, &tuned, &blocks);
        }
        let app = open(&self.folder, None).await?;
        let window = windows.by_ref().take(1);
        let mut first = Times::none();
        ask_all(&app, &window.collect::<Vec<_>>(), whole, &mut first).await?;
        app.journal.store().close().await;
        say(&format!(
            "province: the very first answer after a start, risk laid too, {days} d: {:.0} ms",
            first.median_ms()
        ));
        Ok(())
    }

    /// The plain query, which nobody waits for at more patrols.
    async fn plain(&self) -> anyhow::Result<()> {
        let windows: Vec<Window> = Windows::of(first_day(), YEAR_D, 7).take(60).collect();
        let [mut ours, mut plain] = [const { Times::none() }; 2];
        ask_all(&self.sqlite, &windows, whole, &mut ours).await?;
        for window in windows.chunks(30) {
            self.anchor_asked(PLAIN, window, &mut plain).await?;
        }
        say(&format!(
            "province: 7 d warm: {:.3} ms against {:.0} ms of the plain query: {:.0} times",
            ours.median_ms(),
            plain.median_ms(),
            plain.median_ms() / ours.median_ms()
        ));
        Ok(())
    }

    /// One of some windows: the anchor takes a thousand times as long.
    async fn anchor_asked(
        &self,
        query: Query,
        windows: &[Window],
        times: &mut Times,
    ) -> anyhow::Result<()> {
        if let Some(window) = windows.first() {
            times.add(self.anchor.ask(query, *window, RADIUS_M).await?.1);
        }
        Ok(())
    }
}

fn told(how: &str, days: i64, name: &str, ours: &Times, tuned: &Times, blocks: &Times) {
    let ms = ours.median_ms();
    say(&format!(
        "province: {days} d {how} {name}: p50 {ms:.3} ms, p99 {:.3} ms ({} answers); tuned PostGIS {:.0} ms ({} answers): \
         {:.0} times; its kept unions {:.0} ms: {:.0} times",
        ours.p99_ms(),
        ours.count(),
        tuned.median_ms(),
        tuned.count(),
        tuned.median_ms() / ms,
        blocks.median_ms(),
        blocks.median_ms() / ms,
    ));
}

type Question = (&'static str, fn(Window) -> Asked);

/// Questions that no union answers.
const FILTERED: [Question; 6] = [
    ("of one kind", |window| Asked {
        kind: Some(PatrolKind::CropCheck),
        ..whole(window)
    }),
    ("of one force", |window| Asked {
        force: Some(Force::Kind("dan_quan".to_owned())),
        ..whole(window)
    }),
    ("two visits", |window| Asked {
        visits: NonZeroU8::MIN.saturating_add(1),
        ..whole(window)
    }),
    ("five visits", |window| Asked {
        visits: NonZeroU8::MIN.saturating_add(4),
        ..whole(window)
    }),
    ("a named pass", |window| Asked {
        pass: Some(Pass::Named("flowering".to_owned())),
        ..whole(window)
    }),
    ("two passes", |window| Asked {
        pass: Some(Pass::Times(NonZeroU8::MIN.saturating_add(1))),
        ..whole(window)
    }),
];

/// Times the filtered questions over a year.
pub async fn filtered(app: &App) -> anyhow::Result<()> {
    let windows: Vec<Window> = Windows::of(first_day(), YEAR_D, YEAR_D).take(13).collect();
    for (name, asked) in FILTERED {
        let [mut first, mut times] = [const { Times::none() }; 2];
        ask_all(app, windows.get(..1).unwrap_or_default(), asked, &mut first).await?;
        ask_all(app, &windows, asked, &mut times).await?;
        say(&format!(
            "filtered: {YEAR_D} d, {name}: p50 {:.2} ms, p99 {:.2} ms, first {:.0} ms",
            times.median_ms(),
            times.p99_ms(),
            first.median_ms()
        ));
    }
    Ok(())
}

/// Times the gap list of the commune with the most risk.
async fn gap_list(app: &App) -> anyhow::Result<()> {
    let windows = Windows::of(first_day(), YEAR_D, 90);
    let year = Window {
        from: first_day(),
        to: first_day().plus_days(YEAR_D - 1),
    };
    let (answer, _) = ask(app, whole(year)).await?;
    let largest = answer.communes.iter();
    let largest = largest.max_by(|a, b| a.figures.risk_area_m2.total_cmp(&b.figures.risk_area_m2));
    let code = largest.map(|commune| commune.code.clone());
    for fine in [false, true] {
        let mut times = Times::none();
        for window in windows.clone().take(100) {
            let asked = GapsAsked {
                asked: Asked {
                    commune: code.clone(),
                    ..Asked::between(window.from, window.to)
                },
                fine,
                effort: false,
                after: None,
                limit: 50,
            };
            let begun = Instant::now();
            app.coverage.gaps(&Actor::console(), asked).await?;
            times.add(begun.elapsed());
        }
        say(&format!(
            "gaps: a commune, 90 d, {}: p50 {:.2} ms, p99 {:.2} ms",
            if fine { "res 11" } else { "res 9" },
            times.median_ms(),
            times.p99_ms()
        ));
    }
    Ok(())
}

/// Has every patrol of the year indexed again, by as many workers as there are cores.
async fn rebuild(app: &App) -> anyhow::Result<()> {
    let begun = Instant::now();
    let patrols = app.coverage.ask_for_all().await?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    jobs::work_off(app, INDEX_JOB, workers, |_| {}).await?;
    say(&format!(
        "rebuild: {patrols} patrols indexed again from their fixes in {:.1} s",
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}
