//! Windows: the days that figures are of, and the seasons that trends look back over.

use crate::base::ids::CampaignId;
use crate::base::time::LocalDate;
use crate::base::words::Crop;
use crate::density::model::definition::Definition;
use crate::plots::model::season::{Season, season_of};

use super::ask::Asked;
use super::{Error, parameter};

/// The longest window: more days than any programme has run.
const MOST_DAYS: i64 = 3_660;

/// A season by its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) season: Season,
    pub(super) from: LocalDate,
    pub(super) to: LocalDate,
}

/// What figures are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: LocalDate,
    pub(super) to: LocalDate,
    pub(super) resolution: u8,
    pub(super) crop: Option<Crop>,
    /// Patrols of one campaign, and the plots that they found.
    pub(super) campaign: Option<CampaignId>,
    /// The seasons that trends look back over, oldest first; the last is that of the window's last day. None for one
    /// campaign: it has no seasons before it.
    pub(super) seasons: Vec<Span>,
}

impl Window {
    /// The window that somebody with the full view asks for.
    pub(super) fn full(
        asked: &Asked,
        definition: &Definition,
        today: LocalDate,
    ) -> Result<Self, Error> {
        let known = &definition.draft().resolutions;
        let resolution = asked
            .resolution
            .unwrap_or(definition.draft().default_resolution);
        if !known.contains(&resolution) {
            return Err(parameter("res", format!("one of {known:?}")));
        }
        let (from, to) = days(asked, today)?;
        let window = Self::of(from, to, resolution, asked.crop, definition)?;
        Ok(match asked.campaign {
            None => window,
            Some(_) => Self {
                campaign: asked.campaign,
                seasons: Vec::new(),
                ..window
            },
        })
    }

    /// A window of those days.
    pub(super) fn of(
        from: LocalDate,
        to: LocalDate,
        resolution: u8,
        crop: Option<Crop>,
        definition: &Definition,
    ) -> Result<Self, Error> {
        let last = season_of(crop.unwrap_or(Crop::OpiumPoppy), to);
        let seasons = seasons_until(last, definition.draft().trend_seasons)?;
        Ok(Self {
            from,
            to,
            resolution,
            crop,
            campaign: None,
            seasons,
        })
    }

    /// The first and the last day that figures or trends depend on.
    pub(super) fn reach(&self) -> (LocalDate, LocalDate) {
        let first = self.seasons.first().map_or(self.from, |span| span.from);
        let last = self.seasons.last().map_or(self.to, |span| span.to);
        (first.min(self.from), last.max(self.to))
    }

    /// Whether no poppy grows on any of the days, June to August, and no other crop is asked for, which may.
    pub(super) fn is_outside_season(&self) -> bool {
        if self.crop.is_some_and(|crop| crop != Crop::OpiumPoppy) {
            return false;
        }
        let (_, month, _) = self.from.ymd();
        let (_, last_month, _) = self.to.ymd();
        let days = self.to.as_days() - self.from.as_days();
        (6..=8).contains(&month) && (6..=8).contains(&last_month) && days < 92
    }
}

/// That many seasons, oldest first, the given one last.
fn seasons_until(last: Season, count: usize) -> Result<Vec<Span>, Error> {
    let seasons = std::iter::successors(Some(last), |season| Some(season.previous()));
    let mut spans = seasons
        .take(count)
        .map(span)
        .collect::<Result<Vec<_>, _>>()?;
    spans.reverse();
    Ok(spans)
}

/// A season's days.
pub(super) fn span(season: Season) -> Result<Span, Error> {
    let days = season.days();
    let (from, to) = days.ok_or_else(|| parameter("season", "beyond the calendar"))?;
    Ok(Span { season, from, to })
}

/// The days asked for: from and to, a season, or the part of a season between from and to; the present season when
/// nothing is said.
fn days(asked: &Asked, today: LocalDate) -> Result<(LocalDate, LocalDate), Error> {
    let season = match (asked.season, asked.from.or(asked.to)) {
        (Some(season), _) => Some(span(season)?),
        (None, None) => Some(span(season_of(
            asked.crop.unwrap_or(Crop::OpiumPoppy),
            today,
        ))?),
        (None, Some(_)) => None,
    };
    let (from, to) = match (season, asked.from, asked.to) {
        (Some(season), from, to) => (
            from.map_or(season.from, |from| from.max(season.from)),
            to.map_or(season.to, |to| to.min(season.to)),
        ),
        (None, Some(from), Some(to)) => (from, to),
        (None, _, _) => return Err(parameter("from", "give from and to, or a season")),
    };
    let days = to.as_days().saturating_sub(from.as_days());
    if days < 0 {
        return Err(parameter("to", "lies before from, or outside the season"));
    }
    if days >= MOST_DAYS {
        return Err(parameter(
            "from",
            format!("at most {MOST_DAYS} days at once"),
        ));
    }
    Ok((from, to))
}
