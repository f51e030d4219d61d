//! Where a label stands: the place inside an area that lies farthest from its border.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::thin::distance;
use super::world::{Bounds, World};

/// Squares looked at for one label.
const MOST_SQUARES: usize = 2_000;
/// The search ends when nothing better than this share of the area's smaller side can be found.
const PRECISION: f64 = 0.01;

struct Square {
    middle: [f64; 2],
    half: f64,
    /// How deep inside the middle lies; negative outside.
    depth: f64,
}

impl Square {
    fn of(middle: [f64; 2], half: f64, rings: &[Vec<World>]) -> Self {
        Self {
            middle,
            half,
            depth: depth(middle, rings),
        }
    }

    /// No place of the square lies deeper.
    fn most(&self) -> f64 {
        self.depth + self.half * std::f64::consts::SQRT_2
    }
}

impl Ord for Square {
    fn cmp(&self, other: &Self) -> Ordering {
        self.most().total_cmp(&other.most())
    }
}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Square {}

/// The pole of inaccessibility of rings, exteriors and holes; none without ground.
pub fn label_of(rings: &[Vec<World>]) -> Option<World> {
    let bounds = rings.iter().filter_map(|ring| Bounds::of(ring));
    let bounds = bounds.reduce(|all, next| all.with(&next))?;
    let (low, high) = (bounds.low.pair(), bounds.high.pair());
    let (wide, tall) = (high[0] - low[0], high[1] - low[1]);
    let side = wide.min(tall);
    if side <= 0.0 {
        return None;
    }
    let half = side / 2.0;
    let mut open = BinaryHeap::new();
    let count = |length: f64| {
        std::iter::successors(Some(half), move |at| Some(at + side))
            .take_while(move |at| at - half < length)
    };
    for x in count(wide).take(64) {
        for y in count(tall).take(64) {
            open.push(Square::of([low[0] + x, low[1] + y], half, rings));
        }
    }
    let mut best = Square::of([low[0] + wide / 2.0, low[1] + tall / 2.0], 0.0, rings);
    for _ in 0..MOST_SQUARES {
        let Some(square) = open.pop() else { break };
        if square.most() - best.depth <= side * PRECISION {
            break;
        }
        let half = square.half / 2.0;
        for (x, y) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            let middle = [square.middle[0] + x, square.middle[1] + y];
            open.push(Square::of(middle, half, rings));
        }
        if square.depth > best.depth {
            best = square;
        }
    }
    (best.depth > 0.0).then(|| place(best.middle))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the middle lies within the world"
)]
fn place(at: [f64; 2]) -> World {
    World {
        x: at[0].round() as u32,
        y: at[1].round() as u32,
    }
}

/// The distance to the nearest border, negative outside.
fn depth(at: [f64; 2], rings: &[Vec<World>]) -> f64 {
    let (mut nearest, mut is_inside) = (f64::INFINITY, false);
    for ring in rings {
        let next = ring.iter().cycle().skip(1);
        for (one, other) in ring.iter().zip(next) {
            let (a, b) = (one.pair(), other.pair());
            if (a[1] > at[1]) != (b[1] > at[1])
                && at[0] < (b[0] - a[0]) * (at[1] - a[1]) / (b[1] - a[1]) + a[0]
            {
                is_inside = !is_inside;
            }
            nearest = nearest.min(distance(at, a, b));
        }
    }
    if is_inside { nearest } else { -nearest }
}
