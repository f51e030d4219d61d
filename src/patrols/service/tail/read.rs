//! What of the tail belongs to a patrol, told without sealing it.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::patrols::model::fix::Fix;
use crate::patrols::model::window::Window;
use crate::patrols::sql::{self, PatrolRow, TailRow};
use crate::store::{self, Tx};

use super::super::files::joined;
use super::super::{Error, Patrols};
use super::seal::tracker;

const EVER: (Timestamp, Timestamp) = (
    Timestamp::from_millis(i64::MIN),
    Timestamp::from_millis(i64::MAX),
);

/// A device's fixes that are not sealed yet.
#[derive(Debug)]
pub(in crate::patrols::service) struct Tail {
    pub device: Uuid,
    /// Sorted.
    pub fixes: Vec<Fix>,
    pub received_until: Timestamp,
}

impl Patrols {
    /// The fixes in the tail that join a patrol by time.
    pub(in crate::patrols::service) async fn tails_of(
        &self,
        tx: &mut Tx,
        row: &PatrolRow,
    ) -> Result<Vec<Tail>, Error> {
        let mut tails = Vec::new();
        if row.redacted_at.is_some() {
            return Ok(tails);
        }
        // The widest there is: which fixes of it join is told below.
        let window = Window::of(row.started_at, row.ended_at, None);
        let span = (window.from, window.to);
        for (device, team) in sql::tail_devices(tx, row.team, row.author, span).await? {
            let rows = sql::tail(tx, device, span).await?;
            let received_until = rows.iter().map(|row| row.received_at).max();
            let joining = joined(tx, &tracker(device, Some(team)), None, &fixes_of(&rows)?).await?;
            let own = joining.patrols.into_iter().find(|(id, _)| *id == row.id);
            if let (Some((_, fixes)), Some(received_until)) = (own, received_until) {
                tails.push(Tail {
                    device,
                    fixes,
                    received_until,
                });
            }
        }
        Ok(tails)
    }

    /// The patrols that fixes in the tail join of those received at an instant or later, and the latest receipt.
    pub async fn heard_since(
        &self,
        tx: &mut Tx,
        since: Timestamp,
    ) -> Result<(BTreeSet<PatrolId>, Timestamp), store::Error> {
        let (mut patrols, mut until) = (BTreeSet::new(), since);
        for (device, last) in sql::tail_since(tx, since).await? {
            until = until.max(last);
            let mut rows = sql::tail(tx, device, EVER).await?;
            rows.retain(|row| row.received_at >= since);
            let team = sql::team_of(tx, device).await?;
            let joining = joined(tx, &tracker(device, team), None, &fixes_of(&rows)?).await;
            let joining = joining.map_err(of_store)?;
            patrols.extend(joining.patrols.into_iter().map(|(id, _)| id));
        }
        Ok((patrols, until))
    }

    /// The latest fix that waits in the tail for a patrol, by the time of the fix and no later than an instant.
    pub async fn latest_in_tail(
        &self,
        tx: &mut Tx,
        patrol: PatrolId,
        until: Timestamp,
    ) -> Result<Option<Fix>, store::Error> {
        let Some(row) = sql::patrol(tx, patrol).await? else {
            return Ok(None);
        };
        let tails = self.tails_of(tx, &row).await.map_err(of_store)?;
        let fixes = tails.into_iter().flat_map(|tail| tail.fixes);
        Ok(fixes.filter(|fix| fix.t <= until).max())
    }

    /// How many fixes of all devices wait in the tail: acknowledged, and in no entry of the log yet.
    pub async fn unsealed_fixes(&self, tx: &mut Tx) -> Result<i64, store::Error> {
        sql::count_tail(tx).await
    }

    /// A device's fixes in the tail that join no patrol.
    pub(in crate::patrols::service) async fn unjoined_tail(
        &self,
        tx: &mut Tx,
        device: Uuid,
    ) -> Result<(Vec<Fix>, Option<Timestamp>), Error> {
        let rows = sql::tail(tx, device, EVER).await?;
        let team = sql::team_of(tx, device).await?;
        let joining = joined(tx, &tracker(device, team), None, &fixes_of(&rows)?).await?;
        let received_at = rows.iter().map(|row| row.received_at).min();
        Ok((joining.none, received_at))
    }
}

/// Reading fails with the store alone.
pub(super) fn of_store(error: Error) -> store::Error {
    match error {
        Error::Store(error) => error,
        other => store::Error::Unavailable(other.to_string()),
    }
}

pub(super) fn fixes_of(rows: &[TailRow]) -> Result<Vec<Fix>, store::Error> {
    rows.iter().map(TailRow::fix).collect()
}
