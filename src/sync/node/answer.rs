//! What the province answered for a batch: what arrived, what waits on behind the lanes, and what stops them.

use serde::Deserialize;

use crate::base::ids::EntryId;
use crate::base::time::Timestamp;
use crate::store::{self, Tx};

use super::super::sql::{self, HeldBack};
use super::forward::NoUpstream;
use super::gather::Filled;

/// The status of a record that cannot be taken for a while: its author's share of what is kept aside in a day is used up.
const FOR_A_WHILE: u16 = 429;
/// The status of an original whose photo an order erased there: it is wanted no more.
const ERASED: u16 = 410;
/// Such a record is tried again after so long, and longer each time.
const FIRST_PAUSE_MS: i64 = 3_600_000;
const LONGEST_PAUSE_MS: i64 = 6 * 3_600_000;
const LONGEST_TITLE: usize = 300;

/// The answer to a batch.
#[derive(Debug, Deserialize)]
pub(super) struct AnswerWire {
    results: Vec<ResultWire>,
}

#[derive(Debug, Deserialize)]
struct ResultWire {
    kind: Option<String>,
    status: u16,
    receipt: Option<serde_json::Value>,
    review: Option<String>,
    problem: Option<serde_json::Value>,
}

/// The words of a problem that name nothing of what was sent.
pub(super) fn titled(problem: Option<&serde_json::Value>) -> String {
    let title = problem.and_then(|problem| problem["title"].as_str());
    let mut title = title.unwrap_or("no reason given").to_owned();
    title.truncate(title.floor_char_boundary(LONGEST_TITLE));
    title
}

/// What a batch comes to.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// What arrived: the province's receipt, and why it waits for a person there.
    arrived: Vec<(EntryId, Option<String>, Option<String>)>,
    /// What waits on while the others go on.
    pub(super) held: Vec<HeldBack>,
    /// What waited and can be told no more, or is wanted no more.
    pub(super) gone: Vec<EntryId>,
    /// Through which number nothing more is needed, where something must be sent again before anything else.
    pub(super) through: Option<i64>,
}

impl Settled {
    /// Of these records, and what stopped them; `before` are those of them that waited already.
    pub(super) fn of(
        filled: &Filled,
        answer: AnswerWire,
        before: &[HeldBack],
        now: Timestamp,
    ) -> (Self, Option<NoUpstream>) {
        let (mut own, mut fault) = (Self::default(), None);
        let mut results = answer.results.into_iter();
        for (seq, entry) in &filled.entries {
            let refused = match results.next() {
                // What the province keeps aside has arrived, whatever its own door said of it.
                Some(result) if result.status < 300 || result.review.is_some() => {
                    let receipt = result.receipt.map(|receipt| receipt.to_string());
                    own.arrived.push((*entry, receipt, result.review));
                    continue;
                }
                Some(result) if result.status == FOR_A_WHILE => {
                    let known = before.iter().find(|own| own.entry == *entry);
                    let tries = known.map_or(0, |own| own.tries);
                    own.held
                        .push(held_back((*seq, *entry), tries + 1, &result.refused(), now));
                    continue;
                }
                Some(result) if result.status == ERASED => {
                    tracing::info!(%entry, "the province erased the photo by order: its original stays here");
                    own.gone.push(*entry);
                    continue;
                }
                Some(result) => result.refused(),
                None => NoUpstream::Answer("it answers too few facts".to_owned()),
            };
            // Records stand by what they need, not by their number: all from the first that failed on are sent again.
            let last = *seq - 1;
            own.through = Some(own.through.map_or(last, |through| through.min(last)));
            fault.get_or_insert(refused);
        }
        (own, fault)
    }

    /// How many records were answered for, or can be told no more.
    pub(super) const fn count(&self) -> usize {
        self.arrived.len() + self.held.len() + self.gone.len()
    }

    /// Keeps receipts, and what waits on.
    pub(super) async fn write(&self, tx: &mut Tx, at: Timestamp) -> Result<(), store::Error> {
        for (entry, receipt, review) in &self.arrived {
            let (receipt, review) = (receipt.as_deref(), review.as_deref());
            sql::set_upstream(tx, *entry, receipt, review, at).await?;
            sql::let_go(tx, *entry).await?;
        }
        for entry in &self.gone {
            sql::let_go(tx, *entry).await?;
        }
        for row in &self.held {
            sql::hold_back(tx, row).await?;
        }
        Ok(())
    }
}

impl ResultWire {
    fn refused(self) -> NoUpstream {
        let kind = self.kind.unwrap_or_default();
        let told = titled(self.problem.as_ref());
        NoUpstream::Refused(self.status, format!("{kind}: {told}"))
    }
}

fn held_back(
    (seq, entry): (i64, EntryId),
    tries: i64,
    why: &NoUpstream,
    now: Timestamp,
) -> HeldBack {
    let pause_ms = FIRST_PAUSE_MS.saturating_mul(tries).min(LONGEST_PAUSE_MS);
    HeldBack {
        entry,
        seq,
        reason: why.to_string(),
        tries,
        next_at: now.plus_millis(pause_ms),
    }
}
