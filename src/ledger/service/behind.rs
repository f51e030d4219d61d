//! The plots and facts under the figures of the rates, in the caller's reach.

use crate::base::actor::Actor;
use crate::base::time::Timestamp;
use crate::ledger::model::behind::{Behind, behind, behind_replanting};
use crate::ledger::model::rates::Window;
use crate::ledger::model::totals::Part;
use crate::ledger::model::words::RateFigure;
use crate::plots::model::Season;

use super::definitions::parameter;
use super::figures::{FiguresQuery, chosen};
use super::pressure::followed_by;
use super::{Error, Ledger};

impl Ledger {
    /// The plots under one figure of [`Ledger::rates`] for the same question, in the order of their ids.
    pub async fn behind_rates(
        &self,
        actor: &Actor,
        query: &FiguresQuery,
        (from, to): (Timestamp, Timestamp),
        figure: RateFigure,
    ) -> Result<Vec<Behind>, Error> {
        let all = query.of_all_seasons();
        let books = self.opened(actor, &all).await?;
        let seen = chosen(&books, actor, &all.filter);
        if is_of_a_season(figure) {
            let season: Option<Season> = query
                .filter
                .season
                .as_ref()
                .and_then(|season| season.parse().ok());
            let season =
                season.ok_or_else(|| parameter("season", "expected a season such as 2025-2026"))?;
            let traced = followed_by(&books, actor, &seen, season);
            return Ok(behind_replanting(&traced, figure));
        }
        let season = query.filter.season.as_ref();
        let parts: Vec<Part<'_>> = seen
            .iter()
            .filter(|own| season.is_none_or(|season| own.0.row.season == *season))
            .map(|own| books.part(own))
            .collect();
        let window = Window {
            from,
            to,
            now: self.journal.now(),
        };
        Ok(behind(&parts, &window, figure))
    }
}

const fn is_of_a_season(figure: RateFigure) -> bool {
    matches!(
        figure,
        RateFigure::Replanting | RateFigure::ReplantingVisited | RateFigure::Replanted
    )
}
