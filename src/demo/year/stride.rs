//! A walk on flat ground and what a phone records of it: the cheap kin of the demo's own walk and phone.

use super::frame::Frame;
use crate::base::time::Timestamp;
use crate::demo::dice::Dice;
use crate::demo::ground::Spot;
use crate::demo::number;
use crate::demo::phone::{FIX_PARTS, Fix};

/// The path is known, and a fix recorded, every so many seconds.
pub(super) const STEP_S: usize = 5;
/// Steps before the walker looks where to go.
const STEPS_PER_LOOK: usize = 4;
/// The walker is there when so near.
const CLOSE_M: f64 = 35.0;
/// How much of the phone's error stays from one fix to the next: half of it is new after 20 s.
const ERROR_MEMORY: f64 = 0.8;
const ERROR_FRESH: f64 = 0.6;

/// How far and how fast a patrol goes.
pub(super) struct Gait {
    pub(super) speed_mps: f64,
    pub(super) steps: usize,
}

/// Walks a route until it ends or the time is out, in the last fifth of it back to where it began.
pub(super) fn walked(route: &[Spot], gait: &Gait, dice: &mut Dice) -> Vec<Spot> {
    let start = route.first().copied().unwrap_or(Spot::MIDDLE);
    let mut ahead = route.iter().skip(1).copied();
    let mut aim = ahead.next().unwrap_or(start);
    let (mut at, mut astray, mut rest) = (start, 0.0, 0);
    let mut towards = (0.0, 0.0);
    let mut path = Vec::with_capacity(gait.steps);
    let homeward = gait.steps - gait.steps / 5;
    for step in 0..gait.steps {
        path.push(at);
        if step == homeward {
            aim = start;
        }
        if at.distance_m(aim) < CLOSE_M {
            match ahead.next().filter(|_| step < homeward) {
                Some(next) => aim = next,
                None if step >= homeward => break,
                None => aim = start,
            }
        }
        if rest > 0 {
            rest -= 1;
            continue;
        }
        if step.is_multiple_of(STEPS_PER_LOOK) {
            astray = 0.85 * astray + 0.3 * dice.normal();
            towards = (at.heading_to(aim) + astray).sin_cos();
            if dice.chance(0.016) {
                rest = 10 + dice.below(80);
            }
        }
        let pace_m = gait.speed_mps * number::real(STEP_S) * dice.between(0.8, 1.2);
        at = Spot::new(
            at.east_m + pace_m * towards.0,
            at.north_m + pace_m * towards.1,
        );
    }
    path
}

/// What a phone makes of a path: noise, gaps and now and then a lie.
struct Receiver {
    sigma_m: f64,
    offset_ms: i64,
    /// Stretches, in steps, in which nothing was recorded.
    gaps: Vec<(usize, usize)>,
    altitude_m: f64,
}

/// The error of a fix, carried on to the next.
#[derive(Default)]
struct Error {
    east: f64,
    north: f64,
    up: f64,
}

impl Error {
    fn drift(&mut self, dice: &mut Dice) {
        self.east = ERROR_MEMORY * self.east + ERROR_FRESH * dice.normal();
        self.north = ERROR_MEMORY * self.north + ERROR_FRESH * dice.normal();
        self.up = ERROR_MEMORY * self.up + ERROR_FRESH * dice.normal();
    }
}

/// The fixes of a path that began at `start`, in the order of time.
pub(super) fn recorded(
    path: &[Spot],
    frame: &Frame,
    start: Timestamp,
    dice: &mut Dice,
) -> Vec<Fix> {
    let receiver = Receiver::drawn(path.len(), dice);
    let mut error = Error::default();
    let mut cold = true;
    let mut fixes = Vec::with_capacity(path.len());
    let mut before = path.first().copied().unwrap_or(Spot::MIDDLE);
    for (step, &truth) in path.iter().enumerate() {
        error.drift(dice);
        let is_missed = receiver
            .gaps
            .iter()
            .any(|(from, to)| (*from..*to).contains(&step));
        if !is_missed {
            let elapsed = i64::try_from(step * STEP_S * 1_000).unwrap_or(0);
            let t = start.plus_millis(elapsed + receiver.offset_ms);
            let (shown, accuracy_m) = receiver.shown(truth, &error, cold, dice);
            let (speed_mps, bearing_deg) = moved(before, truth, dice);
            fixes.push(Fix {
                t,
                position: frame.position(shown, FIX_PARTS),
                accuracy_m: number::rounded(accuracy_m, 10.0),
                altitude_m: Some(number::rounded(receiver.altitude_m + 7.0 * error.up, 10.0)),
                speed_mps: Some(speed_mps),
                bearing_deg,
                mock: false,
            });
        }
        cold = is_missed;
        before = truth;
    }
    fixes
}

/// Speed and, when under way, direction as a phone tells them.
fn moved(before: Spot, truth: Spot, dice: &mut Dice) -> (f64, Option<f64>) {
    let speed_mps = before.distance_m(truth) / number::real(STEP_S);
    let bearing = before.heading_to(truth).to_degrees() + 4.0 * dice.normal();
    let told = (speed_mps + 0.08 * dice.normal()).max(0.0);
    let is_moving = speed_mps > 0.25;
    (
        number::rounded(told, 100.0),
        is_moving.then(|| number::rounded(bearing, 10.0).rem_euclid(360.0)),
    )
}

impl Receiver {
    fn drawn(steps: usize, dice: &mut Dice) -> Self {
        let gaps = if dice.chance(0.38) {
            1 + dice.below(3)
        } else {
            0
        };
        let gaps = (0..gaps).map(|_| {
            let from = dice.below(steps);
            (from, from + 20 + dice.below(100))
        });
        Self {
            gaps: gaps.collect(),
            sigma_m: dice.between(3.2, 6.0),
            offset_ms: if dice.chance(0.7) {
                0
            } else {
                number::whole(dice.between(1.0, 999.0))
            },
            altitude_m: dice.between(300.0, 1_600.0),
        }
    }

    /// Where the phone says it is, and how well it says to know it. One in a hundred is poor and says so, one in
    /// three thousand is thrown far away and does not.
    fn shown(&self, truth: Spot, error: &Error, cold: bool, dice: &mut Dice) -> (Spot, f64) {
        let lucky_m = self.sigma_m * dice.between(0.8, 1.7);
        let fault = dice.unit();
        if fault < 0.000_3 {
            return (
                truth.moved(dice.turn(), dice.between(1_800.0, 9_000.0)),
                lucky_m,
            );
        }
        let accuracy_m = if fault < 0.012 {
            dice.between(80.0, 300.0)
        } else if cold {
            dice.between(25.0, 75.0)
        } else {
            lucky_m
        };
        let scale_m = self.sigma_m * (accuracy_m / self.sigma_m / 1.2).max(1.0);
        let shown = Spot::new(
            truth.east_m + error.east * scale_m,
            truth.north_m + error.north * scale_m,
        );
        (shown, accuracy_m)
    }
}
