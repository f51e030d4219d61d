//! Which patrol a fix belongs to that names none: by time.

use std::cmp::Reverse;

use super::fix::Fix;
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;

/// Phones start before the patrol is declared and stop after it.
const MARGIN_MS: i64 = 15 * 60_000;

/// A patrol that was never closed takes fixes for a day's and a night's work.
const LONGEST_OPEN_MS: i64 = 16 * 3_600_000;

/// When a patrol takes fixes that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl Window {
    /// The window of a patrol that began and ended so.
    #[must_use]
    pub fn of(started_at: Timestamp, ended_at: Option<Timestamp>) -> Self {
        let end = ended_at.unwrap_or(started_at.plus_millis(LONGEST_OPEN_MS));
        Self {
            from: started_at.plus_millis(-MARGIN_MS),
            to: end.plus_millis(MARGIN_MS),
        }
    }

    /// The starts and ends of patrols whose windows can meet this span: started by the first, ended (or, if never,
    /// started) from the second and third on.
    #[must_use]
    pub fn reach(first: Timestamp, last: Timestamp) -> [Timestamp; 3] {
        let ended_from = first.plus_millis(-MARGIN_MS);
        [
            last.plus_millis(MARGIN_MS),
            ended_from,
            ended_from.plus_millis(-LONGEST_OPEN_MS),
        ]
    }

    /// Whether an instant lies within.
    #[must_use]
    pub fn contains(&self, t: Timestamp) -> bool {
        (self.from..=self.to).contains(&t)
    }
}

/// A patrol that fixes may join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taker {
    /// The patrol.
    pub id: PatrolId,
    /// When it takes fixes.
    pub window: Window,
    /// Whether the fixes' device recorded it itself, not another device of its team.
    pub is_own: bool,
}

/// Fixes told apart by the patrol that they join, and those that join none.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// The patrols that get fixes.
    pub patrols: Vec<(PatrolId, Vec<Fix>)>,
    /// The fixes outside all of them.
    pub none: Vec<Fix>,
}

/// Tells fixes apart by windows; of several that contain a fix, that of the patrol named by the sender wins, then one that
/// the device recorded itself (a team may be out in several parties), then that of the latest start.
#[must_use]
pub fn join(fixes: Vec<Fix>, mut takers: Vec<Taker>, named: Option<PatrolId>) -> Joined {
    takers.sort_by_key(|taker| {
        let from = Reverse(taker.window.from);
        (Some(taker.id) != named, !taker.is_own, from, taker.id)
    });
    let mut joined = Joined {
        patrols: takers.iter().map(|taker| (taker.id, Vec::new())).collect(),
        none: Vec::new(),
    };
    for fix in fixes {
        let taker = takers
            .iter()
            .position(|taker| taker.window.contains(fix.t))
            .and_then(|at| joined.patrols.get_mut(at));
        match taker {
            Some((_, joining)) => joining.push(fix),
            None => joined.none.push(fix),
        }
    }
    joined.patrols.retain(|(_, taken)| !taken.is_empty());
    // Tracks are locked in one order, whoever comes first.
    joined.patrols.sort_by_key(|(id, _)| *id);
    joined
}
