//! Windows by which a copied walk is found among all years' without reading them.
//!
//! A window is ten steps of one or two minutes: how far and where to the walk went in each, as shares of the whole. Place,
//! time of day and scale are not in it, so that a copy moved in place and time has the same windows. Two honest walks on
//! one trail differ in pace and rests and have none alike. A window's shares told to a coarse step in random directions
//! are its keys; what shares a key is held against the shares themselves. An earlier track keeps windows one after
//! the other; a new one is asked with those of every few seconds, forwards and backwards, at several speeds.

use std::sync::LazyLock;

use super::line::{Line, Metres};

/// Steps of a window.
const STEPS: usize = 10;
/// Seconds of a step at the speed of the earlier track; places are means over as long. The longer ones bear with few
/// fixes and with large errors.
const STEPS_S: [f64; 3] = [60.0, 120.0, 240.0];
/// Directions that a key is told in.
const DIRECTIONS: usize = 12;
/// Keys of one window, each in directions of its own.
pub const TABLES: usize = 3;
/// What a share in one direction is told to.
const COARSE: f64 = 0.17;
/// Slower windows tell nothing.
const LEAST_SPEED_MPS: f64 = 0.3;
/// How a straight and even way is told from one that bends and rests: share of the whole that is not straight.
const LEAST_BEND: f64 = 0.3;
/// Windows of a new track that begin within one step.
const PHASES: usize = 5;
/// Speeds of the original by that of the copy, beside the same one.
const SPEEDS: [f64; 8] = [0.84, 0.88, 0.92, 0.96, 1.04, 1.08, 1.13, 1.19];
/// Directions in which a share lies so near the next coarse step that a copy may have that one: so many are tried.
const NEARLY: usize = 2;

/// Ten steps of a walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// When it starts, s after the line's zero.
    pub at_s: f64,
    /// Seconds of an earlier track by seconds of this one; below 0: read backwards.
    pub pace: f64,
    /// East and north of each step as shares of the whole, in hundred-and-twenty-sevenths.
    pub shares: Shares,
    /// What it is found by: one key a table, and of a window that is asked with those that it nearly has.
    pub keys: Vec<u64>,
}

/// East and north of each step of a window in turn.
pub type Shares = [i8; 2 * STEPS];

/// How far two windows lie apart: 0 for one and the same, about 1.4 for two that have nothing in common.
#[must_use]
pub fn apart(one: &Shares, other: &Shares) -> f64 {
    let squares = one.iter().zip(other).map(|(one, other)| {
        let apart = i32::from(*one) - i32::from(*other);
        apart * apart
    });
    f64::from(squares.sum::<i32>()).sqrt() / 127.0
}

type Directions = [[f64; 2 * STEPS]; DIRECTIONS];

/// The same for every track of every year: a change here makes kept keys worthless.
static DIRECTION: LazyLock<[(Directions, [f64; DIRECTIONS]); TABLES]> = LazyLock::new(|| {
    let mut word = 0x7u64;
    let mut unit = move || {
        word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
        unit_of(mixed(word))
    };
    std::array::from_fn(|_| {
        let directions = std::array::from_fn(|_| {
            // Sums of four even numbers are near enough to normal.
            let raw: [f64; 2 * STEPS] =
                std::array::from_fn(|_| unit() + unit() + unit() + unit() - 2.0);
            let length = raw.iter().map(|part| part * part).sum::<f64>().sqrt();
            raw.map(|part| part / length)
        });
        (directions, std::array::from_fn(|_| unit()))
    })
});

const fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
fn unit_of(word: u64) -> f64 {
    (word >> 11) as f64 / (1_u64 << 53) as f64
}

/// The windows that a track keeps.
#[must_use]
pub fn kept(line: &Line) -> Vec<Window> {
    let mut windows = Vec::new();
    for step_s in STEPS_S {
        let mut at_s = step_s / 2.0;
        while at_s < line.length_s() {
            let places = std::array::from_fn(|step| {
                let second = at_s + step_s * count(step);
                line.mean(second - step_s / 2.0, second + step_s / 2.0)
            });
            match window(&places, step_s, (at_s, 1.0), 0) {
                Some(own) => {
                    windows.push(own);
                    // Of the longest, few fit into a track: they overlap.
                    let stride = if step_s > STEPS_S[1] {
                        STEPS / 2
                    } else {
                        STEPS
                    };
                    at_s += step_s * count(stride);
                }
                None => at_s += step_s / 2.0,
            }
        }
    }
    windows
}

#[expect(clippy::cast_precision_loss, reason = "a few")]
const fn count(steps: usize) -> f64 {
    steps as f64
}

/// The windows that a new track is asked with.
#[must_use]
pub fn asked(line: &Line) -> Vec<Window> {
    let mut windows = Vec::new();
    for step_s in STEPS_S {
        asked_at(line, step_s, 1.0, NEARLY, &mut windows);
    }
    for speed in SPEEDS {
        asked_at(line, STEPS_S[1], speed, 0, &mut windows);
    }
    windows
}

/// Places of all windows of one speed lie on one grid.
fn asked_at(line: &Line, step_s: f64, speed: f64, nearly: usize, windows: &mut Vec<Window>) {
    let every_s = step_s / speed / count(PHASES);
    let half_s = step_s / 2.0 / speed;
    let mut places = Vec::new();
    let mut second = 0.0;
    while second < line.length_s() {
        places.push(line.mean(second - half_s, second + half_s));
        second += every_s;
    }
    let mut at_s = 0.0;
    for (at, _) in places.iter().enumerate() {
        for pace in [speed, -speed] {
            let chosen = std::array::from_fn(|step| {
                let away = PHASES * step;
                let at = if pace > 0.0 {
                    at.checked_add(away)
                } else {
                    at.checked_sub(away)
                };
                places.get(at?).copied().flatten()
            });
            windows.extend(window(&chosen, step_s, (at_s, pace), nearly));
        }
        at_s += every_s;
    }
}

/// The window that begins at a second; `None` when it tells nothing.
fn window(
    places: &[Option<Metres>; STEPS + 1],
    step_s: f64,
    (at_s, pace): (f64, f64),
    nearly: usize,
) -> Option<Window> {
    let mut moved = [0.0; 2 * STEPS];
    for (pair, place) in moved.chunks_exact_mut(2).zip(places.windows(2)) {
        let step = place[1]?.minus(place[0]?);
        pair.copy_from_slice(&[step.east, step.north]);
    }
    let whole = moved.iter().map(|part| part * part).sum::<f64>().sqrt();
    let speed_mps = whole / count(STEPS).sqrt() / step_s;
    if speed_mps < LEAST_SPEED_MPS || bend(&moved, whole) < LEAST_BEND {
        return None;
    }
    let shares = moved.map(|part| part / whole);
    Some(Window {
        at_s,
        pace,
        shares: shares.map(|share| {
            #[expect(clippy::cast_possible_truncation, reason = "from -127 to 127")]
            let told = (share * 127.0).round() as i8;
            told
        }),
        keys: keys_of(&shares, step_s, nearly),
    })
}

/// How much of the steps differs from their mean, as a share.
fn bend(steps: &[f64; 2 * STEPS], whole: f64) -> f64 {
    let mean = |from: usize| steps.iter().skip(from).step_by(2).sum::<f64>() / count(STEPS);
    let (east, north) = (mean(0), mean(1));
    let off = steps
        .chunks_exact(2)
        .map(|pair| (pair[0] - east).powi(2) + (pair[1] - north).powi(2));
    off.sum::<f64>().sqrt() / whole
}

/// The keys of a window, and those that it would have if its shares in the directions that lie nearest to the next coarse
/// step had taken it.
fn keys_of(shares: &[f64; 2 * STEPS], step_s: f64, nearly: usize) -> Vec<u64> {
    let mut keys = Vec::with_capacity(TABLES << nearly);
    for (table, (directions, offsets)) in DIRECTION.iter().enumerate() {
        let mut coarse = [0; DIRECTIONS];
        let mut near = [(0.0, 0, 0); DIRECTIONS];
        for (at, (direction, offset)) in directions.iter().zip(offsets).enumerate() {
            let parts = direction.iter().zip(shares);
            let share: f64 = parts.map(|(one, other)| one * other).sum();
            let (told, step) = told(share / COARSE + offset);
            coarse[at] = told;
            near[at] = (step.0, at, step.1);
        }
        near.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        for taken in 0..1_usize << nearly {
            let mut own = coarse;
            for (bit, (_, at, step)) in near.iter().take(nearly).enumerate() {
                own[*at] += if taken >> bit & 1 == 1 { *step } else { 0 };
            }
            keys.push(hashed(&own, step_s, table));
        }
    }
    keys
}

/// The coarse step of a number, how far the next one is, and which that is.
fn told(number: f64) -> (i64, (f64, i64)) {
    let (low, rest) = (number.floor(), number - number.floor());
    #[expect(clippy::cast_possible_truncation, reason = "a few dozen at most")]
    let told = low as i64;
    let next = if rest < 0.5 {
        (rest, -1)
    } else {
        (1.0 - rest, 1)
    };
    (told, next)
}

fn hashed(coarse: &[i64; DIRECTIONS], step_s: f64, table: usize) -> u64 {
    let first = step_s.to_bits() ^ (table as u64 + 1);
    coarse.iter().fold(first, |bits, own| {
        mixed(bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ own.cast_unsigned())
    })
}
