//! Orders to erase as they are read.

use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::time::Timestamp;
use crate::evidence::model::redaction::{RedactionTarget, RedactionView};
use crate::evidence::sql::{self, RedactionRow};
use crate::store::{self, Tx};

use super::{Error, Evidence};

/// A page of orders to erase.
#[derive(Debug, Clone)]
pub struct RedactionPage {
    /// The orders.
    pub items: Vec<RedactionView>,
    /// The last order's key, when more follow.
    pub next: Option<(Timestamp, Uuid)>,
}

impl Evidence {
    /// A page of the orders, the latest first.
    pub async fn redactions(
        &self,
        actor: &Actor,
        after: Option<(Timestamp, Uuid)>,
        limit: u32,
    ) -> Result<RedactionPage, Error> {
        if !actor.may_in_province(Right::EraseRecords) {
            return Err(Error::Forbidden);
        }
        let mut tx = self.journal.store().read().await?;
        let mut rows = sql::redactions(&mut tx, after, i64::from(limit) + 1).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_last = rows.len() <= most;
        rows.truncate(most);
        let next = rows.last().filter(|_| !is_last);
        let next = next.map(|row| (row.asked_at, row.id));
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            views.push(self.redaction_view(&mut tx, row).await?);
        }
        Ok(RedactionPage { items: views, next })
    }

    /// An order with the photos that it erased.
    pub(super) async fn redaction_view(
        &self,
        tx: &mut Tx,
        row: RedactionRow,
    ) -> Result<RedactionView, Error> {
        let photos = sql::erased_by(tx, row.id).await?.into_iter();
        Ok(RedactionView {
            id: row.id,
            target: target_of(&row)?,
            subject: row.subject,
            state: row.state.parse().or(Err(corrupt(&row, "state")))?,
            asked_by_name: self.identity.name_of(tx, row.asked_by).await?,
            document: row.document,
            reason: row.reason,
            asked_by: row.asked_by,
            asked_at: row.asked_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            decided_why: row.decided_why,
            entry_id: row.decided_entry,
            photos: photos.map(|photo| photo.id).collect(),
        })
    }
}

/// What an order is about.
pub(super) fn target_of(row: &RedactionRow) -> Result<RedactionTarget, store::Error> {
    row.target.parse().or(Err(corrupt(row, "target")))
}

fn corrupt(row: &RedactionRow, column: &'static str) -> store::Error {
    store::Error::Corrupt {
        table: "evidence_redactions",
        column,
        id: row.id.to_string(),
    }
}
