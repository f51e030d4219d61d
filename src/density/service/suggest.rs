//! "Nên kiểm tra tiếp": where a commune might look next.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use crate::areas::RiskAreaView;
use crate::areas::model::map::CommuneMap;
use crate::base::actor::{Actor, Right};
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::density::model::suggest::{Reason, choose};
use crate::density::model::trend::TrendClass;
use crate::geo::cells::{Cell, cover};
use crate::plots::model::season::season_of;
use crate::store;

use super::answer::{CellFigures, Note};
use super::table::{Line, Table};
use super::window::{Window, span};
use super::{Density, Error, aside, parameter, unavailable};

/// What the list is called.
const LABEL: &str = "Nên kiểm tra tiếp";

/// Where to look next in a commune.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Suggestions {
    /// What the list is called.
    pub label: &'static str,
    /// The commune, by code.
    pub commune: String,
    /// The ISO week that the draw is of, such as `2026-W10`.
    pub week: String,
    /// First local day of the evidence.
    pub from: LocalDate,
    /// Last local day of the evidence.
    pub to: LocalDate,
    /// H3 resolution of the areas.
    pub res: u8,
    /// The version of the definition.
    pub definition: u32,
    /// The share of the listed areas that were drawn at random.
    pub random_share: f64,
    /// What a reader must know.
    pub notes: Vec<Note>,
    /// The areas. Any beginning of the list holds its share of random ones.
    pub areas: Vec<Suggestion>,
}

/// One area to look at.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// Its H3 index.
    pub cell: String,
    /// `evidence` or `random`.
    pub reason: &'static str,
    /// The reason in words.
    pub text: String,
    /// Plots in the seasons looked back over.
    pub plots: u32,
    /// The way that patrols went there in that time, in km.
    pub effort_km: f64,
    /// Plots per km, drawn towards the province's rate; null without effort.
    pub rate: Option<f64>,
    /// The class of its history.
    pub trend: TrendClass,
    /// The local day of the last visit.
    pub last_visit_on: Option<LocalDate>,
}

impl Density {
    /// Areas of a commune to look at next: what was found for the effort made, and a share drawn at random.
    pub async fn suggestions(
        &self,
        actor: &Actor,
        commune: &str,
        most: Option<usize>,
    ) -> Result<Suggestions, Error> {
        if !actor.may_somewhere(Right::ReadSuggestions) {
            return Err(Error::Forbidden);
        }
        let today = self.journal.now().local_date();
        let map = self.areas.map(today).await?;
        if !actor.may(Right::ReadSuggestions, Some(commune)) || map.commune(commune).is_none() {
            return Err(Error::NotFound);
        }
        let rule = self.definition.draft();
        let most = most.unwrap_or(rule.suggestion_default);
        if !(1..=rule.suggestion_most).contains(&most) {
            return Err(parameter("n", format!("1 to {}", rule.suggestion_most)));
        }
        let window = self.evidence_window(today)?;
        let table = self.table(&window).await?;
        let risk = self.areas.risk_areas(today, today, None).await?;
        let (code, resolution) = (commune.to_owned(), window.resolution);
        let (pool, is_risk) = aside(move || pool(&map, &code, &risk, resolution)).await??;
        let week = week(today);
        let seed = format!("{}\n{commune}\n{week}", rule.version);
        let share = rule.suggestion_random_share;
        let chosen = choose(&evidence(&table, commune), &pool, most, share, &seed);
        let areas: Vec<Suggestion> = chosen
            .iter()
            .map(|(cell, reason)| suggestion(&table, *cell, *reason, &week))
            .collect();
        Ok(Suggestions {
            label: LABEL,
            commune: commune.to_owned(),
            from: window.from,
            to: window.to,
            res: resolution,
            definition: rule.version,
            random_share: random_share(&chosen),
            notes: notes(is_risk),
            areas,
            week,
        })
    }

    /// All seasons that trends look back over, together.
    fn evidence_window(&self, today: LocalDate) -> Result<Window, Error> {
        let to = span(season_of(Crop::OpiumPoppy, today))?.to;
        let resolution = self.definition.draft().suggestion_resolution;
        let window = Window::of(to, to, resolution, None, &self.definition)?;
        let (from, _) = window.reach();
        Ok(Window { from, ..window })
    }
}

impl Table {
    /// The line of a cell.
    fn line(&self, cell: &str) -> Option<&Line> {
        let at = self
            .lines
            .binary_search_by(|line| line.figures.cell.as_str().cmp(cell))
            .ok()?;
        self.lines.get(at)
    }
}

fn suggestion(table: &Table, cell: Cell, reason: Reason, week: &str) -> Suggestion {
    let name = cell.to_string();
    let line = table.line(&name);
    let figures = line.map(|line| &line.figures);
    Suggestion {
        reason: match reason {
            Reason::Evidence => "evidence",
            Reason::Random => "random",
        },
        text: match (reason, figures) {
            (Reason::Evidence, Some(figures)) => evidence_text(figures),
            _ => format!("Chọn ngẫu nhiên trong khu vực nguy cơ, tuần {week}."),
        },
        plots: figures.map_or(0, |own| own.plots),
        effort_km: figures.map_or(0.0, |own| own.effort_km),
        rate: figures.and_then(|own| own.rate),
        trend: figures
            .and_then(|own| own.trend)
            .unwrap_or(TrendClass::None),
        last_visit_on: figures.and_then(|own| own.last_visit_on),
        cell: name,
    }
}

/// The commune's cells whose label has not expired, by rate; those that nobody walked, by their plots, after them.
fn evidence(table: &Arc<Table>, commune: &str) -> Vec<Cell> {
    // Of a code that is none of the table's map, cells outside every commune would be taken for its own.
    let Some(home) = table.commune(commune) else {
        return Vec::new();
    };
    let mut strong: Vec<&Line> = table
        .lines
        .iter()
        .filter(|line| line.home == Some(home) && line.figures.trend != Some(TrendClass::None))
        .collect();
    strong.sort_by(|a, b| {
        let (a, b) = (&a.figures, &b.figures);
        let rate = |own: &CellFigures| own.rate.unwrap_or(-1.0);
        rate(b).total_cmp(&rate(a)).then(b.plots.cmp(&a.plots))
    });
    strong
        .iter()
        .filter_map(|line| line.figures.cell.parse::<h3o::CellIndex>().ok())
        .map(Cell::from)
        .collect()
}

/// The cells of a commune that meet risk areas; all of its cells when it has none.
fn pool(
    map: &CommuneMap,
    code: &str,
    risk: &[RiskAreaView],
    resolution: u8,
) -> Result<(Vec<Cell>, bool), store::Error> {
    use geo::Intersects;
    let Some(commune) = map.commune(code) else {
        return Ok((Vec::new(), false));
    };
    let bounds = commune.region().bounds();
    let near = risk
        .iter()
        .map(|area| &*area.region)
        .filter(|region| region.bounds().intersects(&bounds));
    let own = |cell: &Cell| map.locate(cell.center()) == Some(code);
    let mut cells = BTreeSet::new();
    for region in near {
        let covered = cover(region, resolution).map_err(|fault| unavailable(&fault))?;
        cells.extend(covered.iter().map(|covered| covered.cell).filter(own));
    }
    let is_risk = !cells.is_empty();
    if !is_risk {
        let covered = cover(commune.region(), resolution).map_err(|fault| unavailable(&fault))?;
        cells.extend(covered.iter().map(|covered| covered.cell).filter(own));
    }
    Ok((cells.into_iter().collect(), is_risk))
}

fn notes(is_risk: bool) -> Vec<Note> {
    let mut notes = vec![Note::new(
        "houses_unknown",
        "no houses are known to the server: leave out what lies within 200 m of one",
    )];
    if !is_risk {
        notes.push(Note::new(
            "no_risk_area",
            "the commune has no risk area: random areas are drawn from all of its ground",
        ));
    }
    notes
}

#[expect(clippy::cast_precision_loss, reason = "lists are short")]
fn random_share(chosen: &[(Cell, Reason)]) -> f64 {
    let random = chosen
        .iter()
        .filter(|(_, reason)| *reason == Reason::Random)
        .count();
    random as f64 / chosen.len().max(1) as f64
}

fn week(today: LocalDate) -> String {
    let (year, week) = today.iso_week();
    format!("{year}-W{week:02}")
}

fn evidence_text(figures: &CellFigures) -> String {
    let seasons = figures.seasons_with_plots.unwrap_or(0);
    let trend = match figures.trend {
        Some(TrendClass::Emerging) => "mới xuất hiện hoặc tăng",
        Some(TrendClass::Persistent) => "lặp lại",
        Some(TrendClass::Diminishing) => "giảm",
        _ => "rải rác",
    };
    let effort = match figures.raw_rate {
        Some(rate) => format!(
            "đã đi {} km, {} điểm trồng mỗi km",
            decimal(figures.effort_km),
            decimal(rate)
        ),
        None => "chưa có cuộc tuần tra nào".to_owned(),
    };
    format!(
        "{} điểm trồng trong {seasons} niên vụ; {effort}; xu hướng: {trend}.",
        figures.plots
    )
}

/// A number as it is written in Vietnam.
fn decimal(value: f64) -> String {
    format!("{value:.1}").replace('.', ",")
}
