//! Which patrol a fix belongs to that names none: by time.

use std::cmp::Reverse;

use super::fix::Fix;
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;

/// Phones start before the patrol is declared and stop after it.
const MARGIN_MS: i64 = 15 * 60_000;

/// A patrol that is open takes fixes for a day's and a night's work, ms, whatever else its author began meanwhile.
pub const SHORTEST_OPEN_MS: i64 = 16 * 3_600_000;

/// Teams are out for days. A patrol that nobody closed within a week was forgotten, and a tracker records homes.
const LONGEST_OPEN_MS: i64 = 7 * 86_400_000;

/// How long after its start an open patrol can still take fixes, ms.
pub const OPEN_REACH_MS: i64 = LONGEST_OPEN_MS + MARGIN_MS;

/// When a patrol takes fixes that name none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

impl Window {
    /// The window of a patrol that began and ended so. One that is open ends, as far as fixes go, where its author began
    /// the next one for the team.
    #[must_use]
    pub fn of(
        started_at: Timestamp,
        ended_at: Option<Timestamp>,
        next_at: Option<Timestamp>,
    ) -> Self {
        let end = ended_at.unwrap_or_else(|| {
            let shortest = started_at.plus_millis(SHORTEST_OPEN_MS);
            let longest = started_at.plus_millis(LONGEST_OPEN_MS);
            next_at.map_or(longest, |next| next.clamp(shortest, longest))
        });
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

    /// What of a span of time lies within; `None` when nothing does.
    #[must_use]
    pub fn within(&self, (from, to): (Timestamp, Timestamp)) -> Option<(Timestamp, Timestamp)> {
        let inside = (from.max(self.from), to.min(self.to));
        (inside.0 <= inside.1).then_some(inside)
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

/// Whether each of the fixes lies in one of these windows. Where they are those of the device's own patrols, those of its team
/// get none of the fixes, unless the sender names one.
#[must_use]
pub fn take_all(takers: &[Taker], fixes: &[Fix]) -> bool {
    fixes
        .iter()
        .all(|fix| takers.iter().any(|taker| taker.window.contains(fix.t)))
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
