//! A made-up year in a store of ours, as `tuantra demo --direct` loads it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tuantra::app::App;
use tuantra::base::time::{LocalDate, SystemClock};
use tuantra::cli::demo::over::{Communes, year_over};
use tuantra::cli::demo::year::{Written, YearLoad, load};
use tuantra::config::Config;
use tuantra::demo::{Year, YearPlan};

use crate::server;

/// A folder of the bench.
pub enum Folder {
    /// Goes with this value.
    Throwaway(server::Folder),
    /// Stays, so that a year is loaded once.
    Kept(PathBuf),
}

impl Folder {
    /// A folder under the one that `SCALE_DATA` names, else a throwaway one.
    pub fn named(name: &str) -> anyhow::Result<Self> {
        let Some(root) = std::env::var_os("SCALE_DATA") else {
            return Self::throwaway(name);
        };
        let path = PathBuf::from(root).join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self::Kept(path))
    }

    /// A folder that always goes.
    pub fn throwaway(name: &str) -> anyhow::Result<Self> {
        server::Folder::new(name).map(Self::Throwaway)
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Throwaway(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        server::bytes_in(self.path())
    }
}

/// The last day of every made-up year, so that runs can be compared.
fn end() -> LocalDate {
    LocalDate::from_ymd(2026, 11, 1).unwrap_or(LocalDate::from_days(20_000))
}

/// So many patrols in a year of 365 days.
pub fn plan(patrols: usize) -> YearPlan {
    YearPlan {
        patrols,
        days: 365,
        end: end(),
        seed: 1,
    }
}

/// The first day of the year.
pub fn first_day() -> LocalDate {
    plan(0).first_day()
}

/// Opens a store: the folder's own, or that of PostgreSQL.
pub async fn open(folder: &Folder, postgres: Option<&str>) -> anyhow::Result<App> {
    let mut flags = vec![
        ("data", folder.path().display().to_string()),
        ("requests_per_second", "1000000".to_owned()),
    ];
    flags.extend(postgres.map(|url| ("database_url", url.to_owned())));
    let config = Config::load(None, flags.into_iter().collect())?;
    App::open(config, Arc::new(SystemClock)).await
}

/// What a load took.
pub struct Loaded {
    pub year: Arc<Year>,
    pub written: Written,
    pub areas: Duration,
    pub patrols: Duration,
}

/// Loads a year, or what is missing of it.
pub async fn loaded(app: &App, communes: Communes, patrols: usize) -> anyhow::Result<Loaded> {
    let begun = Instant::now();
    let year = Arc::new(year_over(app, communes, plan(patrols)).await?);
    let areas = begun.elapsed();
    let how = YearLoad {
        keeps_fixes: true,
        is_told: true,
    };
    let written = load(app, Arc::clone(&year), how).await?;
    Ok(Loaded {
        year,
        written,
        areas,
        patrols: begun.elapsed().saturating_sub(areas),
    })
}
