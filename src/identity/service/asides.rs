//! What of a device's fixes was set aside: a phone with a wrong clock hears 2xx and would lose its day unseen.

use serde::Serialize;

use crate::base::time::Timestamp;

use super::super::sql::AsideRow;

/// So long what was set aside is told.
pub(super) const TOLD_FOR_MS: i64 = 7 * 86_400_000;

/// What a device sent as fixes in the last seven days that can be none, for one reason: it was set aside and counts for
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FixesAside {
    /// Why: `no_time`, `future_time`, `time_too_old`, `week_rollover`, `null_island`, `bad_accuracy`, `unreadable`, …
    pub reason: String,
    /// In how many messages; a tracker's message is one fix, unless it sends batches.
    pub messages: i64,
    /// When the last one was received.
    pub last_at: Timestamp,
}

/// Reason by reason, the last one first.
pub(super) fn by_reason(rows: &[AsideRow]) -> Vec<FixesAside> {
    let mut all: Vec<FixesAside> = Vec::new();
    for row in rows {
        for reason in row.reason.split_whitespace() {
            match all.iter_mut().find(|own| own.reason == reason) {
                Some(own) => {
                    own.messages += row.messages;
                    own.last_at = own.last_at.max(row.last_at);
                }
                None => all.push(FixesAside {
                    reason: reason.to_owned(),
                    messages: row.messages,
                    last_at: row.last_at,
                }),
            }
        }
    }
    all.sort_by(|a, b| {
        b.last_at
            .cmp(&a.last_at)
            .then_with(|| a.reason.cmp(&b.reason))
    });
    all
}
