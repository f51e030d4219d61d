//! Warm answers of a province with nothing beside them: in the engine and over HTTP, as a client asks whose questions follow
//! one another. Beside PostGIS every 25th answer finds the processor's caches full of the anchor's, which is all that its
//! longest hundredth tells.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};
use tuantra::cli::demo::over::Communes;

use crate::engine::{Served, ask, begun, whole};
use crate::report::{Times, say};
use crate::window::{Window, Windows};
use crate::world::{Folder, first_day, loaded, open};

const YEAR_D: i64 = 365;
const LENGTHS_D: [i64; 4] = [30, 90, 300, YEAR_D];
/// Windows of one length. One of a month has 336 places in a year, one of a year 13.
const WINDOWS: usize = 330;
/// Answers that are not counted: the first ones unite the days of blocks.
const FIRST: usize = 20;

/// Asks for windows of four lengths of a province of so many patrols.
pub async fn run(communes: usize, patrols: usize) -> anyhow::Result<()> {
    let folder = Folder::named(&format!("province-{patrols}"))?;
    let app = open(&folder, None).await?;
    loaded(&app, Communes::MadeUp(communes), patrols).await?;
    app.journal.store().close().await;
    leave_unscreened(&folder).await?;
    let app = begun(&folder, None).await?;
    // Warm is what was read before: the year with the days around it.
    let year = Window {
        from: first_day().plus_days(-20),
        to: first_day().plus_days(YEAR_D),
    };
    ask(&app, whole(year)).await?;
    for days in LENGTHS_D {
        let mut times = Times::none();
        for (at, window) in windows(days).enumerate() {
            let spent = ask(&app, whole(window)).await?.1;
            if at >= FIRST {
                times.add(spent);
            }
        }
        told("in the engine", days, &times);
    }
    app.journal.store().close().await;
    let mut served = Served::start(&folder).await?;
    served.ask(year.from, year.to).await?;
    for days in LENGTHS_D {
        let mut times = Times::none();
        for (at, window) in windows(days).enumerate() {
            let spent = served.ask(window.from, window.to).await?.0;
            if at >= FIRST {
                times.add(spent);
            }
        }
        told("over HTTP", days, &times);
    }
    let (now, peak) = served.server.memory_mb();
    say(&format!(
        "alone: server RSS {now:.0} MB (peak {peak:.0}) with {patrols} patrols"
    ));
    Ok(())
}

fn windows(days: i64) -> impl Iterator<Item = Window> {
    Windows::of(first_day(), YEAR_D, days).take(FIRST + WINDOWS)
}

fn told(how: &str, days: i64, times: &Times) {
    say(&format!(
        "alone: {days} d {how}: p50 {:.3} ms, p99 {:.3} ms, longest {:.3} ms ({} answers)",
        times.median_ms(),
        times.p99_ms(),
        times.most_ms(),
        times.count()
    ));
}

/// A year that was loaded directly leaves its tracks to be screened, which takes a core for as long as anybody measures.
async fn leave_unscreened(folder: &Folder) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new().filename(folder.path().join("tuantra.db"));
    let mut conn = SqliteConnection::connect_with(&options).await?;
    conn.execute(
        "INSERT INTO track_screens (patrol, device, zero_at, screened_at) SELECT patrol, device, 0, 0 FROM tracks WHERE true \
         ON CONFLICT (patrol, device) DO NOTHING",
    )
    .await?;
    conn.close().await?;
    Ok(())
}
