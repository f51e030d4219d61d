//! Pages of the log as auditors read it: in its order or the newest first, sifted by who, what and when.

use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::store::Error;

use super::model::Kind;
use super::service::Journal;
use super::sql::{self, ListedRow, Listing};

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

impl Journal {
    /// Numbered entries, in the order that is asked for.
    pub(super) async fn listed(&self, sift: &Sift) -> Result<Vec<ListedRow>, Error> {
        let edge = if sift.is_newest_first { i64::MAX } else { -1 };
        let listing = Listing {
            edge: sift.after.unwrap_or(edge),
            is_newest_first: sift.is_newest_first,
            from: sift.from.unwrap_or(Timestamp::from_millis(i64::MIN)),
            to: sift.to.unwrap_or(Timestamp::from_millis(i64::MAX)),
            kind: sift.kind.map_or("", Kind::as_str),
            of: sift.of,
            limit: i64::from(sift.limit),
        };
        let mut tx = self.store().read().await?;
        sql::listed(&mut tx, listing).await
    }
}
