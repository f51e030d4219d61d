//! A thousand phones come back at once after three days without a network.
//!
//! `cargo bench --bench load -- PART...`, the parts being
//! - `back=SHARE`: a SHARE-th of 25 million fixes and 20,000 photos (`back=1` is the whole), with live phones and hostile requests
//!   beside; stops by itself, fails where a promise is broken;
//! - `forms`: forms of ODK Collect without photos, a second;
//! - `fixes`: fixes that come one a request, a second;
//! - `postgres` beside others leaves SQLite out.
//!
//! Without a part: `back=1000 forms fixes`. SQLite always; PostgreSQL beside it under `tests/with-postgres.sh --durable`, whose
//! cluster has fsync on. Everything stays on the loopback.

mod drive;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use drive::{Database, Forms, LIVE_WITHIN, Load, MEMORY_MB, Stage};

const TIME: Duration = Duration::from_secs(15);
const CONNECTIONS: usize = 64;
const SENDERS: usize = 40;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(&words)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(words: &[String]) -> anyhow::Result<()> {
    let (alone, words): (Vec<_>, Vec<_>) =
        words.iter().cloned().partition(|word| word == "postgres");
    let mut databases = Vec::new();
    if alone.is_empty() {
        databases.push(Database::Sqlite);
    }
    databases.extend(
        std::env::var("TUANTRA_TEST_POSTGRES")
            .ok()
            .map(Database::Postgres),
    );
    let usual = ["back=1000", "forms", "fixes"].map(str::to_owned);
    let words: &[String] = if words.is_empty() { &usual } else { &words };
    for word in words {
        for database in &databases {
            part(word, database).await?;
        }
    }
    Ok(())
}

async fn part(word: &str, database: &Database) -> anyhow::Result<()> {
    let name = match database {
        Database::Sqlite => "SQLite",
        Database::Postgres(_) => "PostgreSQL",
    };
    if let Some(share) = word.strip_prefix("back=") {
        let load = Load::part(share.parse().context("back=SHARE")?);
        eprintln!("{name}: {load:?} come back");
        let report = Box::pin(drive::come_back(database, load)).await?;
        eprint!("{report}");
        let fixes = f64::from(u32::try_from(load.fixes_in_all())?);
        eprintln!("  {:.0} fixes a second", fixes / report.took.as_secs_f64());
        let mut faults = report.faults();
        if report.memory_mb > MEMORY_MB {
            faults.push(format!("{:.0} MB of memory", report.memory_mb));
        }
        if report.live_ms[2] > LIVE_WITHIN.as_secs_f64() * 1_000.0 {
            faults.push(format!("a live fix waited {:.0} ms", report.live_ms[2]));
        }
        ensure!(faults.is_empty(), "{name}: {}", faults.join("; "));
        return Ok(());
    }
    let forms = match word {
        "forms" => Forms::Collect,
        "fixes" => Forms::SingleFix,
        _ => bail!("no such part: {word}"),
    };
    let load = Load {
        phones: SENDERS,
        fixes: 0,
        photos: 0,
    };
    let stage = Stage::set(database, load, 0).await?;
    let report = drive::through(&stage, forms, CONNECTIONS, TIME).await?;
    eprint!("{name}: {word}\n{report}");
    let aside = stage.kept_aside().await?;
    ensure!(
        aside == 0,
        "{name}: {aside} of what was sent were kept aside, so this is no rate of what is taken"
    );
    ensure!(
        report.faults().is_empty(),
        "{name}: {}",
        report.faults().join("; ")
    );
    Ok(())
}
