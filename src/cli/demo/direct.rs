//! `tuantra demo --direct`: a year of patrols over made-up or real communes, written straight into the tables.

use std::fs::File;
use std::io::stdin;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use clap::Args;

use crate::app::App;
use crate::cli::tell;
use crate::demo::{Plan, YearPlan};

use super::over::{Communes, year_over};
use super::year::{YearLoad, load};

/// How a year is loaded.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_field_names,
    reason = "fields are called as their flags"
)]
pub struct Direct {
    /// Write a year of patrols straight into the tables, without plots and photos: for benchmarks. A load that was
    /// cut goes on when it is asked for again.
    #[arg(long)]
    pub(super) direct: bool,
    /// Invent the patrols over the communes of this GeoJSON file instead; `-` reads standard input.
    #[arg(long, requires = "direct", value_name = "FILE")]
    boundaries: Option<PathBuf>,
    /// Days of the year.
    #[arg(long, requires = "direct", default_value_t = 365)]
    days: usize,
    /// Leave the raw fixes out, as if they had been erased by age.
    #[arg(long, requires = "direct")]
    no_fixes: bool,
}

impl Direct {
    /// Loads the year, or what is missing of it.
    pub(super) async fn load(&self, app: &App, plan: &Plan) -> anyhow::Result<()> {
        let begun = Instant::now();
        let communes = match &self.boundaries {
            None => Communes::MadeUp(plan.communes),
            Some(file) if file == Path::new("-") => Communes::Of(Box::new(stdin())),
            Some(file) => {
                let opened = File::open(file).with_context(|| format!("{}", file.display()))?;
                Communes::Of(Box::new(opened))
            }
        };
        let plan = YearPlan {
            patrols: plan.patrols,
            days: self.days,
            end: plan.end,
            seed: plan.seed,
        };
        let year = year_over(app, communes, plan).await?;
        tell(&format!(
            "areas are loaded after {:.1} s",
            begun.elapsed().as_secs_f64()
        ));
        let how = YearLoad {
            keeps_fixes: !self.no_fixes,
            is_told: true,
        };
        let written = load(app, Arc::new(year), how).await?;
        tell(&format!(
            "a made-up year is loaded in {:.1} s: {} patrols with {} fixes; {} patrols were there",
            begun.elapsed().as_secs_f64(),
            written.patrols,
            written.fixes,
            written.known
        ));
        Ok(())
    }
}
