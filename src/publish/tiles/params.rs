//! What a request for tiles asks.

use serde::Deserialize;

use super::layers::rules;
use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::http::{Problem, ProblemKind};
use crate::patrols::model::vocabulary::PatrolKind;
use crate::plots::model::season::{Season, season_of};
use crate::publish::feature::Collection;

/// Which features a layer shows; a parameter that a layer does not know is refused.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TileQuery {
    /// First local day (UTC+7). Patrols, plots, cells.
    pub from: Option<LocalDate>,
    /// Last local day; communes and risk areas are those of this day.
    pub to: Option<LocalDate>,
    /// A season such as 2025-2026, in place of days.
    pub season: Option<String>,
    /// Patrols of one campaign. Patrols, cells of coverage and of density.
    pub campaign: Option<CampaignId>,
    /// Patrols of one kind. Patrols and cells of coverage.
    #[param(inline)]
    pub kind: Option<PatrolKind>,
    /// One crop. Plots and cells of density.
    #[param(inline)]
    pub crop: Option<Crop>,
    /// A secret that may only read and that expires, where no header can be sent.
    pub access_token: Option<String>,
}

/// What a layer is to show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wanted {
    /// The layer.
    pub collection: Collection,
    /// First and last local day.
    pub days: Option<(LocalDate, LocalDate)>,
    /// Patrols of one campaign.
    pub campaign: Option<CampaignId>,
    /// Patrols of one kind.
    pub kind: Option<PatrolKind>,
    /// One crop.
    pub crop: Option<Crop>,
}

fn refused(name: &str, reason: &str) -> Problem {
    Problem::new(ProblemKind::InvalidParameter).detail(format!("{name}: {reason}"))
}

impl Wanted {
    /// What a query asks of the layer of that name.
    pub fn of(layer: &str, query: &TileQuery, today: LocalDate) -> Result<Self, Problem> {
        let unknown = || Problem::new(ProblemKind::NotFound);
        let collection: Collection = layer.parse().or(Err(unknown()))?;
        let rules = rules(collection).ok_or_else(unknown)?;
        let given = query.given();
        if let Some((name, _)) = given.iter().find(|(name, _)| !rules.takes.contains(name)) {
            let reason = format!("not for this layer, which takes {}", rules.takes.join(", "));
            return Err(refused(name, &reason));
        }
        Ok(Self {
            collection,
            days: query.days(collection, today)?,
            campaign: query.campaign,
            kind: query.kind,
            crop: query.crop,
        })
    }
}

impl TileQuery {
    /// The parameters that were given, secrets left out.
    pub fn given(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("from", self.from.map(|day| day.to_string())),
            ("to", self.to.map(|day| day.to_string())),
            ("season", self.season.clone()),
            ("campaign", self.campaign.map(|own| own.to_string())),
            ("kind", self.kind.map(|own| own.to_string())),
            ("crop", self.crop.map(|own| own.to_string())),
        ];
        let given = all.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }

    fn days(
        &self,
        collection: Collection,
        today: LocalDate,
    ) -> Result<Option<(LocalDate, LocalDate)>, Problem> {
        let day_alone = matches!(collection, Collection::Communes | Collection::RiskAreas);
        if day_alone {
            return Ok(self.to.map(|day| (day, day)));
        }
        let present = season_of(Crop::OpiumPoppy, today);
        let (season, from, to) = match (&self.season, self.from, self.to) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                return Err(refused("season", "give either a season or days"));
            }
            (Some(season), None, None) => (Some(named(season)?), None, None),
            // Without days, patrols are those of the present season; other layers choose for themselves.
            (None, None, None) if collection == Collection::Patrols => (Some(present), None, None),
            (None, None, None) => return Ok(None),
            (None, from, to) => (None, from, to),
        };
        if let Some(season) = season {
            let (from, to) = season
                .days()
                .ok_or_else(|| refused("season", "outside the calendar"))?;
            return Ok(Some((from, to.min(today.max(from)))));
        }
        let to = to.unwrap_or(today);
        let from = from.unwrap_or_else(|| {
            let begun = season_of(Crop::OpiumPoppy, to).days();
            begun.map_or(to, |(first, _)| first)
        });
        if to < from {
            return Err(refused("to", "lies before from"));
        }
        Ok(Some((from, to)))
    }
}

fn named(season: &str) -> Result<Season, Problem> {
    let season = season.parse::<Season>();
    season.map_err(|fault| refused("season", &fault.to_string()))
}
