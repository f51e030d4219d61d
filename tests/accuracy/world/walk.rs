//! Walks as phones record them: true paths, noise, bad fixes, jumps, gaps, nights.

use super::dice::Dice;
use super::risk::Area;
use super::{DAYS, E7, LAST_DAY, Scale, Spot, whole};

/// The true path is known every so many seconds.
const STEP_S: i32 = 5;
const DAY_MS: i64 = 86_400_000;
/// Local time is seven hours ahead of UTC.
const LOCAL_MS: i64 = 7 * 3_600_000;
/// Seconds between fixes, at least and at most, and how often a phone is set so.
const PACES: [(f64, f64); 8] = [
    (5.0, 8.0),
    (10.0, 20.0),
    (20.0, 60.0),
    (20.0, 60.0),
    (30.0, 60.0),
    (60.0, 60.0),
    (60.0, 200.0),
    (120.0, 300.0),
];

/// One reading of a phone.
#[derive(Debug, Clone, Copy)]
pub struct Fix {
    /// Epoch milliseconds.
    pub t_ms: i64,
    pub at: E7,
    /// Claimed accuracy in 0.1 m.
    pub accuracy_dm: i32,
    /// Whether another program made it up.
    pub mock: bool,
}

/// A walker: where it is, where it heads, and how far off the phone believes it to be.
struct Walker {
    at: Spot,
    heading: Spot,
    noise: Spot,
    speed_mps: f64,
}

/// One walk to some risk area: communes are as likely as one another, so that small areas are visited too.
pub fn walk(communes: &[Vec<Area>], scale: Scale, dice: &mut Dice) -> Vec<Fix> {
    let Some(goal) = dice.pick(communes).and_then(|areas| dice.pick(areas)) else {
        return Vec::new();
    };
    let mut walker = Walker {
        at: goal.centre.plus(dice.scatter(), 0.7 * goal.reach_m + 150.0),
        heading: dice.direction(),
        noise: Spot::new(0.0, 0.0),
        speed_mps: dice.between(0.4, 1.1),
    };
    let start_ms = start(dice);
    let lasts_s = dice.whole(3_000, 12_000);
    let gaps = gaps(lasts_s, dice);
    let (least_s, most_s) = dice.pick(&PACES).copied().unwrap_or_default();
    let (mut fixes, mut next_s, mut is_cold) = (Vec::new(), 0.0, true);
    for t_s in (0..lasts_s).step_by(5) {
        walker.step(goal, dice);
        let is_gap = gaps.iter().any(|(from, to)| (*from..*to).contains(&t_s));
        is_cold |= is_gap;
        if is_gap || f64::from(t_s) < next_s {
            continue;
        }
        next_s = f64::from(t_s) + dice.between(least_s, most_s) - 0.5;
        let offset_ms = i64::from(dice.whole(0, 900));
        let (seen, accuracy_dm, mock) = reading(&walker, is_cold, dice);
        is_cold = false;
        fixes.push(Fix {
            t_ms: start_ms + i64::from(t_s) * 1_000 + offset_ms,
            at: scale.e7(seen),
            accuracy_dm,
            mock,
        });
    }
    fixes
}

/// In the morning most of the time, and late in the evening one time in six: such walks end on the next day. Recent
/// days are walked more, so that short windows are not empty.
fn start(dice: &mut Dice) -> i64 {
    let window_d = dice.pick(&[7, 7, 30, 30, 90]).copied().unwrap_or_default();
    let day = LAST_DAY - i64::from(dice.whole(0, window_d - 1).min(whole_days()));
    let minute = if dice.chance(0.17) {
        dice.whole(21 * 60 + 30, 23 * 60 + 30)
    } else {
        dice.whole(5 * 60, 15 * 60)
    };
    day * DAY_MS - LOCAL_MS + i64::from(minute) * 60_000
}

fn whole_days() -> i32 {
    i32::try_from(DAYS - 1).unwrap_or_default()
}

/// Stretches, in seconds, in which nothing was recorded.
fn gaps(lasts_s: i32, dice: &mut Dice) -> Vec<(i32, i32)> {
    let count = dice.whole(0, 4);
    let mut gap = || {
        let from = dice.whole(0, lasts_s);
        (from, from + dice.whole(40, 900))
    };
    (0..count).map(|_| gap()).collect()
}

impl Walker {
    fn step(&mut self, goal: &Area, dice: &mut Dice) {
        let home = goal.centre.minus(self.at);
        let mut heading = self.heading.plus(self.heading.left(), 0.16 * dice.normal());
        if home.length() > 1.2 * goal.reach_m + 300.0 {
            heading = heading.plus(home.direction(), 0.05);
        }
        self.heading = heading.direction();
        let stride_m = f64::from(STEP_S) * self.speed_mps * dice.between(0.6, 1.3);
        self.at = self.at.plus(self.heading, stride_m);
        let fresh = dice.scatter();
        self.noise = Spot::new(0.6 * self.noise.east, 0.6 * self.noise.north).plus(fresh, 2.8);
    }
}

/// What the phone says: place, claimed accuracy in 0.1 m, and whether it was made up.
fn reading(walker: &Walker, is_cold: bool, dice: &mut Dice) -> (Spot, i32, bool) {
    let seen = walker.at.plus(walker.noise, 1.0);
    let accuracy_dm = dice.whole(30, 190);
    let fault = dice.unit();
    match fault {
        _ if is_cold && fault < 0.5 => (seen, dice.whole(210, 480), false),
        _ if fault < 0.02 => (
            seen.plus(dice.scatter(), 70.0),
            whole(dice.between(505.0, 2_500.0)),
            false,
        ),
        _ if fault < 0.023 => (seen.plus(dice.scatter(), 400.0), accuracy_dm, false),
        _ if fault < 0.025 => (seen.plus(dice.scatter(), 900.0), accuracy_dm, true),
        _ => (seen, accuracy_dm, false),
    }
}
