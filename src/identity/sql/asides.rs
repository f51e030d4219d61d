//! What of devices' fixes lies aside, as the journal keeps it.

use uuid::Uuid;

use crate::base::time::Timestamp;
use crate::on;
use crate::store::{Error, Tx};

pub(super) const FIXES_ASIDE: &str = "SELECT actor, reason, COUNT(*) AS messages, MAX(received_at) AS last_at FROM quarantine \
     WHERE kind = 'fixes' AND received_at > $1 GROUP BY actor, reason";

/// Messages of a device that brought what can be no fix, for the same reasons.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AsideRow {
    pub actor: Uuid,
    /// Words with a space between.
    pub reason: String,
    pub messages: i64,
    pub last_at: Timestamp,
}

/// What can be no fix and was received since an instant, by who sent it.
pub async fn fixes_aside(tx: &mut Tx, since: Timestamp) -> Result<Vec<AsideRow>, Error> {
    on!(tx, |c| sqlx::query_as(FIXES_ASIDE).bind(since).fetch_all(c))
}
