//! Pages of the log as auditors read it: in its order or the newest first, sifted by who, what and when.

use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::store::Error;

use super::model::Kind;
use super::service::Journal;
use super::sql::{self, ListedRow, Listing};

/// Numbers that a page looks through at most, so that a sieve that lets hardly anything through keeps no reader from the
/// database; the next page goes on from there.
const LOOKED_THROUGH: i64 = 200_000;

/// Which page is read.
#[derive(Debug, Clone)]
pub(super) struct Sift {
    /// Whether numbers fall.
    pub is_newest_first: bool,
    /// The number that the page before ended at.
    pub after: Option<i64>,
    /// Received at this instant or later.
    pub from: Option<Timestamp>,
    /// Received at this instant or earlier.
    pub to: Option<Timestamp>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// By this account or device, or through it.
    pub of: Option<Uuid>,
    /// Most rows.
    pub limit: u32,
}

/// A page of the log.
#[derive(Debug)]
pub(super) struct Listed {
    /// What is listed, in its order.
    pub rows: Vec<ListedRow>,
    /// The number that the page ended at, while others may follow.
    pub next: Option<i64>,
}

impl Journal {
    /// Numbered entries, in the order that is asked for.
    pub(super) async fn listed(&self, sift: &Sift) -> Result<Listed, Error> {
        let mut tx = self.store().read().await?;
        let last = sql::last_sequenced(&mut tx).await?;
        let last = last.map_or(-1, |(seq, _)| seq);
        let begin = if sift.is_newest_first { last + 1 } else { -1 };
        let edge = sift.after.unwrap_or(begin);
        let (end, is_more) = if sift.is_newest_first {
            let end = edge.saturating_sub(LOOKED_THROUGH);
            (end, end > 0)
        } else {
            let end = edge.saturating_add(LOOKED_THROUGH);
            (end, end < last)
        };
        let listing = Listing {
            edge,
            end,
            is_newest_first: sift.is_newest_first,
            from: sift.from.unwrap_or(Timestamp::from_millis(i64::MIN)),
            to: sift.to.unwrap_or(Timestamp::from_millis(i64::MAX)),
            kind: sift.kind.map_or("", Kind::as_str),
            of: sift.of,
            limit: i64::from(sift.limit),
        };
        let rows = sql::listed(&mut tx, listing).await?;
        let is_full = i64::try_from(rows.len()) == Ok(listing.limit);
        let next = if is_full {
            rows.last().and_then(|own| own.row.seq)
        } else {
            is_more.then_some(end)
        };
        Ok(Listed { rows, next })
    }
}
