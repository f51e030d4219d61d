//! Pairs of claims of which the reader reaches one side alone: that its figures wait for a decision, and who can take it.
//! Of the other side nothing is told but that it lies beyond his reach.

use serde::Serialize;

use crate::base::actor::Actor;
use crate::ledger::model::pairs::Pair;
use crate::ledger::model::words::Sameness;

use super::books::{Books, Side, couple};
use super::{Error, Ledger};

/// A claim of the reader's that may be one ground with another's beyond his reach.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct BeyondView {
    /// What is told of it.
    pub told: &'static str,
    /// The claim in the reader's reach.
    pub own: Side,
    /// Who sees both sides and decides.
    pub seen_by: &'static str,
    /// Whether one ground is likelier, so that sums count it once until it is decided.
    pub is_likely: bool,
    /// What was decided.
    pub decided: Option<Sameness>,
}

const TOLD: &str = "Có thể trùng với một điểm ở xã, phường khác, ngoài địa bàn của bạn: cấp tỉnh xem được cả hai điểm và kết luận.";
const SEEN_BY: &str = "province";

impl Ledger {
    /// The claims in the caller's reach that may be one ground with one beyond it; the likeliest first.
    pub async fn duplicates_beyond(
        &self,
        actor: &Actor,
        season: Option<String>,
        undecided: bool,
    ) -> Result<Vec<BeyondView>, Error> {
        let books = self.books_of_pairs(actor, season).await?;
        let pairs = books.pairs.iter();
        let seen = pairs.filter_map(|pair| books.one_sided(actor, pair));
        Ok(seen
            .filter(|view| !undecided || view.decided.is_none())
            .collect())
    }
}

impl Books {
    /// A pair of which the caller reaches one side.
    fn one_sided(&self, actor: &Actor, pair: &Pair) -> Option<BeyondView> {
        let sides = (self.side(actor, pair.a), self.side(actor, pair.b));
        let ((Some(own), None) | (None, Some(own))) = sides else {
            return None;
        };
        Some(BeyondView {
            told: TOLD,
            own,
            seen_by: SEEN_BY,
            is_likely: pair.is_likely,
            decided: self.decided.get(&couple(pair.a, pair.b)).copied(),
        })
    }
}
