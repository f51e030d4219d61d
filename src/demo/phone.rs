//! What a phone makes of a true path: samples, noise, gaps, and now and then a lie.

use super::dice::Dice;
use super::ground::{Relief, Spot};
use super::number;
use super::walk::STEP_S;
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// Fixes keep 1e-7 degrees.
pub(super) const FIX_PARTS: f64 = 1e7;
const INTERVALS_S: [usize; 6] = [5, 10, 15, 20, 30, 60];
/// Interval after which half of a phone's error is new.
const ERROR_MEMORY_S: f64 = 20.0;
/// Steps under a closed canopy.
const CANOPY_STEPS: usize = 60;

/// One position as a phone reports it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// When, by the phone's clock.
    pub t: Timestamp,
    /// Where.
    pub position: Position,
    /// Horizontal accuracy as claimed, metres.
    pub accuracy_m: f64,
    /// Altitude, metres.
    pub altitude_m: Option<f64>,
    /// Speed over ground, metres a second.
    pub speed_mps: Option<f64>,
    /// Direction of travel, degrees clockwise from north; none when standing.
    pub bearing_deg: Option<f64>,
    /// Whether the phone says that the position is made up.
    pub mock: bool,
}

/// How one phone records one patrol.
pub(super) struct Phone {
    interval_s: usize,
    /// Steps behind the head of the file.
    lag: usize,
    sigma_m: f64,
    offset_ms: i64,
    /// Stretches, in steps, in which nothing was recorded.
    gaps: Vec<(usize, usize)>,
    /// Stretch, in steps, with an app that makes positions up.
    mocked: Option<(usize, usize)>,
    canopy: Vec<(usize, usize)>,
}

impl Phone {
    /// Draws a phone's habits. The first phone of a patrol walks in front.
    pub(super) fn drawn(place: usize, steps: usize, dice: &mut Dice) -> Self {
        let gaps = if dice.chance(0.38) {
            1 + dice.below(3)
        } else {
            0
        };
        let mut stretch = |least: usize, more: usize| {
            let from = dice.below(steps);
            (from, from + least + dice.below(more))
        };
        let gaps = (0..gaps).map(|_| stretch(80, 220)).collect();
        let canopy = (0..3)
            .map(|_| stretch(CANOPY_STEPS / 2, CANOPY_STEPS))
            .collect();
        let mock_at = stretch(12, 30);
        Self {
            interval_s: INTERVALS_S[dice.weighted(&[0.18, 0.3, 0.2, 0.12, 0.14, 0.06])],
            lag: if place == 0 { 0 } else { 1 + dice.below(6) },
            sigma_m: dice.between(3.2, 6.0),
            offset_ms: if dice.chance(0.7) {
                0
            } else {
                number::whole(dice.between(1.0, 999.0))
            },
            gaps,
            mocked: dice.chance(0.03).then_some(mock_at),
            canopy,
        }
    }

    /// The fixes of this phone along a path that began at `start`, in the order of time.
    pub(super) fn recorded(
        &self,
        path: &[Spot],
        start: Timestamp,
        relief: Relief,
        dice: &mut Dice,
    ) -> Vec<Fix> {
        let memory = ERROR_MEMORY_S / (ERROR_MEMORY_S + number::real(self.interval_s));
        let fresh = (1.0 - memory * memory).sqrt();
        let mut error = Spot::new(self.sigma_m * dice.normal(), self.sigma_m * dice.normal());
        let mut cold = true;
        let mut fixes = Vec::with_capacity(path.len() * STEP_S / self.interval_s + 1);
        for step in (0..path.len()).step_by(self.interval_s / STEP_S) {
            error = Spot::new(
                memory * error.east_m + fresh * self.sigma_m * dice.normal(),
                memory * error.north_m + fresh * self.sigma_m * dice.normal(),
            );
            if within(&self.gaps, step) {
                cold = true;
                continue;
            }
            let seen = Seen { step, error, cold };
            let elapsed = i64::try_from(step * STEP_S * 1_000).unwrap_or(0);
            fixes.push(self.fix(
                path,
                &seen,
                start.plus_millis(elapsed + self.offset_ms),
                relief,
                dice,
            ));
            cold = false;
        }
        fixes
    }

    fn fix(
        &self,
        path: &[Spot],
        seen: &Seen,
        t: Timestamp,
        relief: Relief,
        dice: &mut Dice,
    ) -> Fix {
        let at = |step: usize| {
            path.get(step.saturating_sub(self.lag))
                .copied()
                .unwrap_or(Spot::MIDDLE)
        };
        let (truth, before) = (at(seen.step), at(seen.step.saturating_sub(1)));
        let mock = self
            .mocked
            .is_some_and(|stretch| within(&[stretch], seen.step));
        let poor = self.poor(seen, dice);
        let shown = Spot::new(
            truth.east_m + seen.error.east_m * poor.scale,
            truth.north_m + seen.error.north_m * poor.scale,
        );
        let shown = if poor.thrown_m > 0.0 {
            shown.moved(dice.turn(), poor.thrown_m)
        } else {
            shown
        };
        let shown = if mock {
            before.moved(0.8, 1_500.0)
        } else {
            shown
        };
        let speed_mps = before.distance_m(truth) / number::real(STEP_S);
        let bearing = before.heading_to(truth).to_degrees().rem_euclid(360.0);
        Fix {
            t,
            position: shown.position(FIX_PARTS),
            accuracy_m: number::rounded(poor.accuracy_m, 10.0),
            altitude_m: Some(number::rounded(
                relief.altitude_m(truth) + 7.0 * dice.normal(),
                10.0,
            )),
            speed_mps: Some(number::rounded(
                (speed_mps + 0.08 * dice.normal()).max(0.0),
                100.0,
            )),
            bearing_deg: (speed_mps > 0.25)
                .then(|| number::rounded(bearing, 10.0).rem_euclid(360.0)),
            mock,
        }
    }

    /// How bad this fix is: first fixes, canopy, multipath with an honest claim, and throws with a false one.
    fn poor(&self, seen: &Seen, dice: &mut Dice) -> Poor {
        let lucky = self.sigma_m * dice.between(0.8, 1.7);
        let fault = dice.unit();
        if fault < 0.000_3 {
            return Poor {
                accuracy_m: lucky,
                scale: 1.0,
                thrown_m: dice.between(1_800.0, 9_000.0),
            };
        }
        let accuracy_m = if fault < 0.012 {
            dice.between(80.0, 300.0)
        } else if seen.cold {
            dice.between(25.0, 75.0)
        } else if within(&self.canopy, seen.step) {
            dice.between(14.0, 38.0)
        } else {
            lucky
        };
        Poor {
            accuracy_m,
            scale: (accuracy_m / self.sigma_m / 1.2).max(1.0),
            thrown_m: 0.0,
        }
    }
}

struct Seen {
    step: usize,
    error: Spot,
    /// First fix after a start or a gap.
    cold: bool,
}

struct Poor {
    accuracy_m: f64,
    scale: f64,
    thrown_m: f64,
}

fn within(stretches: &[(usize, usize)], step: usize) -> bool {
    stretches
        .iter()
        .any(|(from, to)| (*from..*to).contains(&step))
}
