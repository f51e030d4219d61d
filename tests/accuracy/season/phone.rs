//! What a phone records of a true path.

use tuantra::base::time::Timestamp;
use tuantra::patrols::model::fix::Fix;

use super::dice::{Dice, Drift};
use super::land::Spot;

/// Seconds between the fixes of a phone, and how many phones have them.
const INTERVALS: [(usize, f64); 7] = [
    (2, 0.04),
    (5, 0.2),
    (10, 0.3),
    (15, 0.18),
    (20, 0.1),
    (30, 0.13),
    (60, 0.05),
];
/// Seconds under a closed canopy.
const CANOPY_S: usize = 300;

/// How one phone records one patrol.
#[derive(Debug, Clone)]
pub struct Phone {
    pub interval_s: usize,
    /// Deviation of the error that is new within seconds, and of that which takes minutes, m on each axis.
    pub fast_m: f64,
    pub slow_m: f64,
    /// Scatter from fix to fix, m.
    pub grain_m: f64,
    /// Milliseconds that its fixes lie off the full second.
    pub offset_ms: i64,
    /// Seconds behind the head of the file.
    pub lag_s: usize,
    /// Stretches, in seconds, without a fix.
    pub gaps: Vec<(usize, usize)>,
    /// Stretches with an accuracy of 14 to 40 m, in seconds.
    pub canopy: Vec<(usize, usize)>,
    /// Fixes before it has settled, some hundred metres off.
    pub cold_fixes: usize,
    /// Whether it keeps telling one place while it does not move.
    pub pins: bool,
}

impl Phone {
    pub fn drawn(dice: &mut Dice, seconds: usize) -> Self {
        let mut left = dice.unit();
        let interval = INTERVALS.iter().find(|(_, share)| {
            left -= share;
            left < 0.0
        });
        let gaps = if dice.chance(0.35) {
            1 + dice.below(3)
        } else {
            0
        };
        let gaps = (0..gaps)
            .map(|_| stretch(dice, seconds, 200, 1_000))
            .collect();
        let canopy = (0..3)
            .map(|_| stretch(dice, seconds, CANOPY_S / 2, CANOPY_S))
            .collect();
        // One phone in five has a receiver of two frequencies.
        let fine = dice.chance(0.2);
        Self {
            interval_s: interval.map_or(10, |(seconds, _)| *seconds),
            fast_m: if fine {
                dice.between(0.5, 1.5)
            } else {
                dice.between(1.5, 4.0)
            },
            slow_m: if fine {
                dice.between(1.0, 2.0)
            } else {
                dice.between(2.0, 5.5)
            },
            grain_m: dice.between(0.1, 0.6),
            offset_ms: if dice.chance(0.7) {
                0
            } else {
                1 + i64::try_from(dice.below(999)).unwrap_or(0)
            },
            lag_s: dice.below(15),
            gaps,
            canopy,
            cold_fixes: if dice.chance(0.15) {
                1 + dice.below(3)
            } else {
                0
            },
            pins: dice.chance(0.4),
        }
    }

    /// The fixes along a true path, a spot a second, that began at `start`.
    pub fn recorded(&self, path: &[Spot], start: Timestamp, dice: &mut Dice) -> Vec<Fix> {
        #[expect(clippy::cast_precision_loss, reason = "seconds between fixes")]
        let step_s = self.interval_s as f64;
        let mut fast = [(); 2].map(|()| Drift::new(dice, 15.0, step_s));
        let mut slow = [(); 2].map(|()| Drift::new(dice, 200.0, step_s));
        let (mut fixes, mut pinned, mut cold) = (Vec::new(), None, self.cold_fixes);
        let thrown = dice.turn();
        for second in (0..path.len()).step_by(self.interval_s) {
            let mut off = [0.0; 2];
            for ((off, fast), slow) in off.iter_mut().zip(&mut fast).zip(&mut slow) {
                *off = self.fast_m * fast.next(dice)
                    + self.slow_m * slow.next(dice)
                    + self.grain_m * dice.normal();
            }
            if within(&self.gaps, second) {
                cold = self.cold_fixes;
                continue;
            }
            let truth = path[second.saturating_sub(self.lag_s)];
            let before = path[second.saturating_sub(self.lag_s + 30)];
            let poor = self.poor(second, dice);
            let scale = poor / 5.0;
            let mut shown = Spot::new(
                truth.east_m + off[0] * scale.max(1.0),
                truth.north_m + off[1] * scale.max(1.0),
            );
            let mut accuracy_m = poor;
            if cold > 0 {
                cold -= 1;
                shown = shown.moved(thrown, dice.between(60.0, 700.0));
                accuracy_m = dice.between(12.0, 90.0);
            }
            if self.pins && truth.distance_m(before) < 1.0 {
                shown = *pinned.get_or_insert(shown);
            } else {
                pinned = None;
            }
            let elapsed_ms = i64::try_from(second * 1_000).unwrap_or(0);
            let t = start.plus_millis(elapsed_ms + self.offset_ms);
            fixes.push(fix(t, shown, accuracy_m));
        }
        fixes
    }

    /// Claimed accuracy, m: now and then poor, under trees too.
    fn poor(&self, second: usize, dice: &mut Dice) -> f64 {
        if dice.chance(0.01) {
            dice.between(80.0, 300.0)
        } else if within(&self.canopy, second) {
            dice.between(14.0, 40.0)
        } else {
            self.fast_m.hypot(self.slow_m) * dice.between(0.8, 1.7)
        }
    }
}

/// A fix as it is kept.
pub fn fix(t: Timestamp, at: Spot, accuracy_m: f64) -> Fix {
    let (lon_e7, lat_e7) = at.e7();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some hundred metres"
    )]
    let tenths = (accuracy_m * 10.0).round() as u32;
    Fix {
        t,
        lon_e7,
        lat_e7,
        accuracy_dm: Some(tenths),
        altitude_dm: None,
        speed_cmps: None,
        bearing_ddeg: None,
        mock: false,
        after_break: false,
    }
}

fn within(stretches: &[(usize, usize)], second: usize) -> bool {
    stretches
        .iter()
        .any(|(from, to)| (*from..*to).contains(&second))
}

/// A stretch of at least `least` and up to `more` seconds more.
pub fn stretch(dice: &mut Dice, seconds: usize, least: usize, more: usize) -> (usize, usize) {
    let from = dice.below(seconds.max(1));
    (from, from + least + dice.below(more))
}
