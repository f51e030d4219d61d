//! Where a made-up year plays: over the communes of a demo, or over those of a file; its areas are loaded once.

use std::io::Read;

use anyhow::Context;

use crate::app::App;
use crate::areas::CommuneImport;
use crate::base::actor::Actor;
use crate::base::time::LocalDate;
use crate::demo::{Demo, Ground, Plan, Year, YearPlan};
use crate::geo::position::Position;
use crate::jobs;

use super::areas;

/// The communes of a year.
pub enum Communes {
    /// So many made-up ones.
    MadeUp(usize),
    /// Those of a GeoJSON file; it is read when none are loaded.
    Of(Box<dyn Read + Send>),
}

/// The year of a plan, with its communes and risk areas loaded if none are. A load that was cut goes on with the days
/// that it began with: they follow from its areas.
pub async fn year_over(app: &App, communes: Communes, plan: YearPlan) -> anyhow::Result<Year> {
    let any_day = LocalDate::from_ymd(1970, 1, 1).context("no such day")?;
    let there = app.areas.risk_areas(any_day, plan.end, None).await?;
    let since = there.iter().map(|area| area.valid_from).min();
    let plan = YearPlan {
        end: since.map_or(plan.end, |since| YearPlan::end_from(since, plan.days)),
        ..plan
    };
    let year = match communes {
        Communes::MadeUp(count) => over_demo(app, count, plan).await?,
        Communes::Of(file) => over_file(app, file, plan).await?,
    };
    if there.is_empty() {
        areas::load_risk_areas(app, &year.risk_areas).await?;
    }
    // Patrols are swept over the fine ground of small areas too: it must be known before they are written.
    while jobs::run_due(app).await? > 0 {}
    Ok(year)
}

async fn over_demo(app: &App, communes: usize, plan: YearPlan) -> anyhow::Result<Year> {
    let demo = Demo::made_up(&Plan {
        communes,
        patrols: 0,
        seed: plan.seed,
        ..Plan::until(plan.end)
    });
    if app.areas.map(plan.end).await?.communes().is_empty() {
        areas::load_communes(app, &demo, plan.since()).await?;
    }
    Ok(Year::of_demo(&demo, plan))
}

async fn over_file(app: &App, file: Box<dyn Read + Send>, plan: YearPlan) -> anyhow::Result<Year> {
    if app.areas.map(plan.end).await?.communes().is_empty() {
        let import = CommuneImport {
            valid_from: Some(plan.since()),
            ..CommuneImport::default()
        };
        app.areas
            .import_communes(&Actor::console(), file, import)
            .await
            .context("the communes of the file")?;
    }
    let grounds = grounds(app, plan.end).await?;
    Ok(Year::over(&grounds, plan))
}

/// The communes of a day as grounds to invent a year over.
async fn grounds(app: &App, day: LocalDate) -> anyhow::Result<Vec<Ground>> {
    let map = app.areas.map(day).await?;
    let communes = map.communes().iter().map(|commune| {
        let polygons = commune.region().as_polygons().0.iter();
        let largest = polygons.max_by_key(|part| part.exterior().0.len());
        let outline = largest.map(|part| part.exterior().0.as_slice());
        let outline = outline.unwrap_or_default().iter();
        let outline: Result<Vec<Position>, _> = outline.map(|at| (*at).try_into()).collect();
        let facts = &commune.facts;
        Ok(Ground {
            code: facts.code.clone(),
            name: facts.name.clone(),
            kind: facts.kind.label().to_owned(),
            province: facts.province_name.clone().unwrap_or_default(),
            outline: outline?,
        })
    });
    communes.collect()
}
