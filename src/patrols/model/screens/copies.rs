//! Whether a track is an earlier one handed in again: both are laid over one another in time, and the receiver's errors
//! and the walker's pace must be the same, not only the way.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::TrackRules;
use super::asked::{AROUND_S, Asked, By, MEAN_S};
use super::keys::{Shares, Window, apart};
use super::line::{Line, Metres, seconds_between};
use crate::base::time::Timestamp;

/// Hits of one track that are tried as a guess.
const GUESSES: usize = 60;
/// Hits agree when they place the tracks within so many seconds, and agree closely within fewer.
const AGREE_S: f64 = 40.0;
const CLOSE_S: f64 = 12.0;
/// Alignments of one earlier track that are tried.
const TRIED: usize = 3;
/// Two places in a row count for as long as lies between them, at most so long, s.
const LONGEST_BETWEEN_S: f64 = 300.0;
/// How closely two tracks are laid over one another, s.
const LEAST_STEP_S: f64 = 0.25;

/// Windows that lie farther apart are not alike.
const MOST_APART: f64 = 0.3;

/// A window of a new track that is alike one of an earlier track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The new track's window starts, s after its zero.
    pub asked_at_s: f64,
    /// At this pace.
    pub pace: f64,
    /// Where the earlier track's starts, s after its zero.
    pub kept_at_s: f64,
    /// How far the two lie apart.
    pub apart: f64,
}

impl Hit {
    /// A hit, if windows that share a key are alike.
    #[must_use]
    pub fn of(asked: &Window, kept_at_s: f64, kept: &Shares) -> Option<Self> {
        let apart = apart(&asked.shares, kept);
        (apart <= MOST_APART).then_some(Self {
            asked_at_s: asked.at_s,
            pace: asked.pace,
            kept_at_s,
            apart,
        })
    }
}

/// How two tracks lie over one another in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// The earlier track's second at the new track's zero.
    pub at_zero_s: f64,
    /// Seconds of the earlier track by seconds of the new one; below 0: the other way round.
    pub pace: f64,
    /// How many of the earlier track's windows say so.
    pub windows: usize,
    /// How far the nearest of them lies from the new track's.
    pub apart: f64,
}

impl Alignment {
    fn second(&self, of_new_s: f64) -> f64 {
        self.at_zero_s + self.pace * of_new_s
    }

    /// How much later the new track's walk begins than an earlier one's with that zero, s by the devices' clocks.
    #[must_use]
    pub fn later_s(&self, zero: Timestamp, new: &Line) -> f64 {
        // Of a walk turned round, the start is its end.
        let began_s = if self.pace < 0.0 { new.length_s() } else { 0.0 };
        seconds_between(zero, new.zero()) + began_s - self.second(began_s)
    }
}

/// A track that is an earlier one again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Copied {
    /// How much later its walk begins than the earlier one's, s by the devices' clocks.
    pub later_s: f64,
    /// How far it was moved, m.
    pub moved_m: f64,
    /// What is left between the two after that, m: half of the places differ by less.
    pub residual_m: f64,
    /// How many places were held against one another.
    pub places: usize,
    /// How long both were under way together, minutes.
    pub minutes: f64,
    /// Share of the new track's time under way that both have.
    pub share: f64,
    /// Whether it runs the other way round.
    pub is_reversed: bool,
    /// Seconds of the earlier track by seconds of the new one.
    pub pace: f64,
    /// How fast the new one goes where both are under way, m/s: half of the time faster.
    pub speed_mps: f64,
}

/// The alignments that most windows of an earlier track agree in, at most three that differ.
#[must_use]
pub fn alignments(hits: &[Hit]) -> Vec<Alignment> {
    let mut guesses: Vec<(Alignment, usize)> = hits
        .iter()
        .step_by(hits.len().div_ceil(GUESSES).max(1))
        .map(|hit| agreeing(hits, hit))
        .collect();
    guesses.sort_by(|(one, close), (other, closer)| {
        (other.windows, closer).cmp(&(one.windows, close))
    });
    let mut kept: Vec<Alignment> = Vec::new();
    for (guess, _) in guesses {
        let is_new = kept.iter().all(|own| {
            own.pace.to_bits() != guess.pace.to_bits()
                || (own.at_zero_s - guess.at_zero_s).abs() > AGREE_S
        });
        if is_new && kept.len() < TRIED {
            kept.push(guess);
        }
    }
    kept
}

/// How many windows place the tracks as a hit does, and how many hits do so closely.
fn agreeing(hits: &[Hit], hit: &Hit) -> (Alignment, usize) {
    let pace = hit.pace;
    let at_zero_s = hit.kept_at_s - pace * hit.asked_at_s;
    let (mut windows, mut close, mut apart) = (BTreeSet::new(), 0, hit.apart);
    for other in hits {
        let expected_s = at_zero_s + pace * other.asked_at_s;
        let off_s = (expected_s - other.kept_at_s).abs();
        if (other.pace < 0.0) == (pace < 0.0) && off_s <= AGREE_S {
            windows.insert(other.kept_at_s.to_bits());
            close += usize::from(off_s <= CLOSE_S);
            apart = apart.min(other.apart);
        }
    }
    let guess = Alignment {
        at_zero_s,
        pace,
        windows: windows.len(),
        apart,
    };
    (guess, close)
}

/// Hits by earlier track, those with the most windows that agree first, of equal ones the nearest.
#[must_use]
pub fn ranked<K: Ord + Copy>(hits: &BTreeMap<K, Vec<Hit>>) -> Vec<(K, Vec<Alignment>)> {
    let mut ranked: Vec<(K, Vec<Alignment>)> = hits
        .iter()
        .map(|(track, hits)| (*track, alignments(hits)))
        .collect();
    let first = |guesses: &[Alignment]| {
        guesses
            .first()
            .map_or((0, f64::INFINITY), |guess| (guess.windows, guess.apart))
    };
    ranked.sort_by(|(one, guesses), (other, others)| {
        let ((windows, apart), (more, nearer)) = (first(guesses), first(others));
        (more.cmp(&windows))
            .then(apart.total_cmp(&nearer))
            .then(one.cmp(other))
    });
    ranked
}

/// Lays a new track over an earlier one, near some guesses; the best fit, whatever it says.
#[must_use]
pub fn compared(new: &Asked, earlier: &Line, guesses: &[Alignment]) -> Option<Copied> {
    let fits = guesses
        .iter()
        .filter_map(|guess| fitted(new, earlier, *guess));
    fits.min_by(|one, other| one.residual_m.total_cmp(&other.residual_m))
}

fn fitted(new: &Asked, earlier: &Line, guess: Alignment) -> Option<Copied> {
    let (near, by_means) = refined(new, earlier, guess, By::Means, 16.0)?;
    let told = by_means.told(new.line(), earlier, &near);
    let by_fixes = refined(new, earlier, near, By::Fixes, 4.0)
        .map(|(best, fit)| fit.told(new.line(), earlier, &best))
        .filter(|by_fixes| by_fixes.residual_m < told.residual_m);
    Some(by_fixes.unwrap_or(told))
}

/// The best fit that small steps in time and pace lead to.
fn refined(
    new: &Asked,
    earlier: &Line,
    guess: Alignment,
    by: By,
    first_step_s: f64,
) -> Option<(Alignment, Fit)> {
    let (mut best, mut step_s) = (guess, first_step_s);
    let mut fit = Fit::of(new, earlier, &best, by)?;
    let middle_s = new.line().length_s() / 2.0;
    while step_s >= LEAST_STEP_S {
        let step_pace = step_s / 1000.0;
        let tried = [
            (step_s, 0.0),
            (-step_s, 0.0),
            (0.0, step_pace),
            (0.0, -step_pace),
        ];
        let better = tried.into_iter().find_map(|(seconds, pace)| {
            let guess = Alignment {
                // The pace turns around the middle.
                at_zero_s: best.at_zero_s + seconds - pace * middle_s,
                pace: best.pace + pace,
                ..best
            };
            let own = Fit::of(new, earlier, &guess, by)?;
            (own.residual_m < fit.residual_m && own.places * 10 >= fit.places * 9)
                .then_some((guess, own))
        });
        match better {
            Some((guess, own)) => (best, fit) = (guess, own),
            None => step_s /= 2.0,
        }
    }
    Some((best, fit))
}

impl Copied {
    /// Whether it is for the team to clear up: the walk is the same to within what jitter explains, for long enough, and
    /// the two were not simply out together.
    #[must_use]
    pub fn asks(&self, rules: &TrackRules) -> bool {
        let full = (self.minutes / rules.copy_full_min).min(1.0);
        let allowed_m = full * (rules.copy_residual_m + rules.copy_residual_s * self.speed_mps);
        let is_same = u32::try_from(self.places).is_ok_and(|places| places >= rules.copy_places)
            && self.moved_m <= rules.copy_within_m
            && self.residual_m <= allowed_m
            && self.minutes >= rules.copy_min
            && self.share >= rules.copy_share;
        let is_together = !self.is_reversed
            && self.later_s.abs() <= rules.together_s
            && (self.moved_m <= rules.together_m || self.residual_m > rules.beside_residual_m);
        is_same && !is_together
    }
}

struct Fit {
    places: usize,
    under_way: usize,
    moved: Metres,
    residual_m: f64,
    speed_mps: f64,
    both_s: f64,
}

impl Fit {
    fn of(new: &Asked, earlier: &Line, guess: &Alignment, by: By) -> Option<Self> {
        let places = new.places(by);
        let (mut apart, mut speeds) = (Vec::new(), Vec::new());
        let (mut both_s, mut both_until_s) = (0.0, MEAN_S / 2.0);
        for place in places {
            let second = guess.second(place.at_s);
            let there = match by {
                By::Means => mean_there(earlier, second, guess.pace),
                By::Fixes => earlier.place(second),
            };
            if let Some(there) = there {
                apart.push(place.here.minus(there));
                speeds.push(place.way_m / AROUND_S);
                both_s += (place.at_s - both_until_s).min(LONGEST_BETWEEN_S);
                both_until_s = place.at_s;
            }
        }
        let moved = Metres {
            east: median(apart.iter().map(|apart| apart.east))?,
            north: median(apart.iter().map(|apart| apart.north))?,
        };
        let residual_m = median(apart.iter().map(|apart| apart.minus(moved).length()))?;
        Some(Self {
            places: apart.len(),
            under_way: places.len(),
            moved,
            residual_m,
            speed_mps: median(speeds.into_iter())?,
            both_s,
        })
    }

    fn told(&self, new: &Line, earlier: &Line, best: &Alignment) -> Copied {
        let origin = new.origin_from(earlier);
        let moved = Metres {
            east: self.moved.east + origin.east,
            north: self.moved.north + origin.north,
        };
        let later_s = best.later_s(earlier.zero(), new);
        #[expect(clippy::cast_precision_loss, reason = "some hundred places")]
        let (places, under_way) = (self.places as f64, self.under_way.max(1) as f64);
        Copied {
            places: self.places,
            later_s,
            moved_m: moved.length(),
            residual_m: self.residual_m,
            minutes: self.both_s / 60.0,
            share: places / under_way,
            is_reversed: best.pace < 0.0,
            pace: best.pace,
            speed_mps: self.speed_mps,
        }
    }
}

fn mean_there(earlier: &Line, second: f64, pace: f64) -> Option<Metres> {
    let half_s = MEAN_S / 2.0 * pace.abs();
    earlier.mean(second - half_s, second + half_s)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
