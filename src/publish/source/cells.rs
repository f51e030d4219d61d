//! Cells with figures: the gap list of the communes in reach, and the density of plots.

use h3o::CellIndex;

use super::push::needed_text;
use super::sieve::{Sifting, integer, outline, page_of, real, text};
use super::{Page, PageOf, PublishError, Publisher, Query, fields};
use crate::base::actor::{Actor, Right};
use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::Crop;
use crate::coverage::{self, Gap, GapsAsked};
use crate::density::model::trend::TrendClass;
use crate::density::{Asked, CellFigures, DensityView};
use crate::geo::cells::Cell;
use crate::plots::model::season::season_of;
use crate::publish::feature::{Feature, Value};

/// Communes whose cells are computed for one page.
const MOST_COMMUNES: usize = 25;
const FINE: u8 = 11;
const COARSE: u8 = 9;

/// The days that figures are of.
type Window = (LocalDate, LocalDate);

impl Query {
    /// The days asked for; without any, those of the present season so far.
    fn window(&self, today: LocalDate) -> Window {
        let season = season_of(Crop::OpiumPoppy, today).days();
        let begun = season.map_or(today, |(first, _)| first);
        let Some(asked) = self.datetime else {
            return (begun, today);
        };
        let to = asked.to.map_or(today, Timestamp::local_date);
        let from = asked.from.map_or(begun.min(to), Timestamp::local_date);
        (from, to.max(from))
    }

    fn is_fine(&self) -> Result<bool, PublishError> {
        match self.resolution {
            None | Some(COARSE) => Ok(false),
            Some(FINE) => Ok(true),
            Some(_) => Err(PublishError::Parameter {
                name: "res",
                reason: "9 or 11".into(),
            }),
        }
    }
}

impl Publisher {
    pub(super) async fn coverage_cells(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<Page, PublishError> {
        let window = of.query.window(self.today());
        of.query.is_fine()?;
        let reach = actor.reach(Right::ReadGaps).ok_or(PublishError::NotFound)?;
        let map = self.areas.map(window.1).await?;
        let reached = self.areas.reached(&map, &reach).await?;
        let begun = of
            .after
            .map(|after| after.split('.').next().unwrap_or(after));
        let only = needed_text(of.query.filter.as_ref(), fields::COVERAGE_CELLS, "commune");
        let communes = map.communes().iter().enumerate().filter(|(at, own)| {
            let code = own.facts.code.as_str();
            reached.holds(*at)
                && begun.is_none_or(|begun| code >= begun)
                && only.is_none_or(|only| code == only)
                && of.query.is_near(own.ground.bounds())
        });
        let mut page = Sifting::new(of, usize::MAX);
        for (seen, (_, commune)) in communes.enumerate() {
            let facts = &commune.facts;
            if seen >= MOST_COMMUNES {
                page.cut(facts.code.clone());
                break;
            }
            let named = (facts.code.as_str(), facts.name.as_str());
            for feature in self.cells_of(actor, named, window, of.query).await? {
                if of.after.is_some_and(|after| feature.id.as_str() <= after) {
                    continue;
                }
                if !page.see(feature) {
                    return Ok(page.page());
                }
            }
        }
        Ok(page.page())
    }

    /// The cells of one commune by id.
    async fn cells_of(
        &self,
        actor: &Actor,
        (code, name): (&str, &str),
        window: Window,
        query: &Query,
    ) -> Result<Vec<Feature>, PublishError> {
        let asked = GapsAsked {
            asked: coverage::Asked {
                commune: Some(code.to_owned()),
                campaign: query.campaign,
                kind: query.kind,
                ..coverage::Asked::between(window.0, window.1)
            },
            fine: query.is_fine()?,
            effort: false,
            after: None,
            limit: usize::MAX - 1,
        };
        let gaps = match self.coverage.gaps(actor, asked).await {
            Err(coverage::Error::NotFound) => Vec::new(),
            found => found?.cells,
        };
        let mut features: Vec<Feature> = gaps
            .iter()
            .map(|gap| coverage_cell(gap, (code, name), window))
            .collect();
        features.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(features)
    }

    pub(super) async fn coverage_cell(
        &self,
        actor: &Actor,
        id: &str,
        query: &Query,
    ) -> Result<Option<Feature>, PublishError> {
        let window = query.window(self.today());
        let map = self.areas.map(window.1).await?;
        let Some((code, cell)) = id.split_once('.') else {
            return Ok(None);
        };
        let Some(commune) = map.commune(code) else {
            return Ok(None);
        };
        let is_fine = cell
            .parse::<CellIndex>()
            .is_ok_and(|cell| u8::from(cell.resolution()) == FINE);
        let query = Query {
            resolution: is_fine.then_some(FINE),
            ..query.clone()
        };
        let named = (code, commune.facts.name.as_str());
        let cells = self.cells_of(actor, named, window, &query).await?;
        Ok(cells.into_iter().find(|feature| feature.id == id))
    }

    pub(super) async fn density_cells(
        &self,
        actor: &Actor,
        of: PageOf<'_>,
    ) -> Result<Page, PublishError> {
        let mut features = self.density_features(actor, of.query).await?;
        features.retain(|own| of.after.is_none_or(|after| own.id.as_str() > after));
        Ok(page_of(of, features.into_iter()).await)
    }

    pub(super) async fn density_cell(
        &self,
        actor: &Actor,
        id: &str,
        query: &Query,
    ) -> Result<Option<Feature>, PublishError> {
        let resolution = id.parse::<CellIndex>().ok();
        let query = Query {
            resolution: resolution.map(|cell| cell.resolution().into()),
            ..query.clone()
        };
        let features = match self.density_features(actor, &query).await {
            Err(PublishError::Parameter { .. }) => return Ok(None),
            found => found?,
        };
        Ok(features.into_iter().find(|feature| feature.id == id))
    }

    async fn density_features(
        &self,
        actor: &Actor,
        query: &Query,
    ) -> Result<Vec<Feature>, PublishError> {
        let today = self.today();
        let days = query.datetime.map(|_| query.window(today));
        let asked = Asked {
            from: days.map(|(from, _)| from),
            to: days.map(|(_, to)| to),
            resolution: query.resolution,
            crop: query.crop,
            campaign: query.campaign,
            ..Asked::default()
        };
        let answer = self.density.ask(actor, &asked).await?;
        let is_full = answer.view == DensityView::Full;
        let window = (answer.from, answer.to);
        let cells = answer.cells.figures();
        let mut features: Vec<Feature> = cells
            .iter()
            .filter_map(|cell| density_cell(cell, window, is_full))
            .collect();
        features.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(features)
    }
}

fn coverage_cell(gap: &Gap, (code, name): (&str, &str), (from, to): Window) -> Feature {
    let covered_pct = (gap.risk_m2 > 0.0).then_some(100.0 * gap.covered_m2 / gap.risk_m2);
    Feature {
        id: format!("{code}.{}", gap.cell),
        geometry: Some(outline(gap.cell.into()).into()),
        values: vec![
            text(Some(gap.cell)),
            text(Some(code)),
            text(Some(name)),
            Value::Date(from),
            Value::Date(to),
            real(Some(gap.risk_m2)),
            real(Some(gap.risk_share())),
            real(Some(gap.covered_m2)),
            real(covered_pct),
            integer(Some(gap.visits)),
            gap.last_visit_on.map_or(Value::Null, Value::Date),
            real(gap.revisit_days),
        ],
    }
}

fn density_cell(own: &CellFigures, (from, to): Window, is_full: bool) -> Option<Feature> {
    let cell: CellIndex = own.cell.parse().ok()?;
    let day = |day: Option<LocalDate>| day.map_or(Value::Null, Value::Date);
    let mut values = vec![
        text(Some(&own.cell)),
        Value::Date(from),
        Value::Date(to),
        Value::Integer(own.plots.into()),
        Value::Flag(own.is_small),
        integer(own.plants),
        real(own.area_m2),
        real(Some(own.effort_km)),
        real(own.raw_rate),
        real(own.raw_low),
        real(own.raw_high),
    ];
    if is_full {
        values.extend([
            integer(own.visits),
            day(own.last_visit_on),
            day(own.last_plot_on),
            real(own.rate),
            real(own.rate_low),
            real(own.rate_high),
            real(own.gi_z),
            real(own.gi_q),
            text(own.gi),
            text(own.trend.map(TrendClass::as_str)),
            real(own.trend_z),
            integer(own.seasons_with_plots),
            integer(own.clean_seasons),
        ]);
    }
    Some(Feature {
        id: own.cell.clone(),
        geometry: Some(outline(Cell::from(cell)).into()),
        values,
    })
}
