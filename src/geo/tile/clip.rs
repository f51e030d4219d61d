//! Rings and lines cut to a tile with its buffer.

use super::world::{BUFFER, EXTENT};

/// A place in a tile's units, not yet rounded.
pub type At = [f64; 2];

fn edges() -> (f64, f64) {
    (f64::from(-BUFFER), f64::from(EXTENT + BUFFER))
}

/// What of a ring lies within, by Sutherland and Hodgman: parts of a ring that leaves and comes back are joined along
/// the edge, which whoever makes areas of it takes apart again. The ring is not closed, and neither is the answer.
pub fn ring(mut ring: Vec<At>) -> Vec<At> {
    let (low, high) = edges();
    for axis in 0..2 {
        ring = side(&ring, axis, low, |value, edge| value >= edge);
        ring = side(&ring, axis, high, |value, edge| value <= edge);
    }
    ring
}

fn side(ring: &[At], axis: usize, edge: f64, is_in: fn(f64, f64) -> bool) -> Vec<At> {
    let mut kept = Vec::with_capacity(ring.len() + 4);
    let Some(mut before) = ring.last().copied() else {
        return kept;
    };
    for at in ring {
        match (is_in(before[axis], edge), is_in(at[axis], edge)) {
            (true, true) => kept.push(*at),
            (true, false) => kept.push(crossing(before, *at, axis, edge)),
            (false, true) => {
                kept.push(crossing(before, *at, axis, edge));
                kept.push(*at);
            }
            (false, false) => {}
        }
        before = *at;
    }
    kept
}

/// The same place in whichever direction the way goes, so that two areas agree on it.
fn crossing(one: At, other: At, axis: usize, edge: f64) -> At {
    let (from, to) = if one[axis] < other[axis] {
        (one, other)
    } else {
        (other, one)
    };
    let share = (edge - from[axis]) / (to[axis] - from[axis]);
    let across = 1 - axis;
    let mut at = [edge; 2];
    at[across] = from[across] + (to[across] - from[across]) * share;
    at
}

/// The parts of a line that lie within, by Liang and Barsky.
pub fn line(line: &[At]) -> Vec<Vec<At>> {
    let mut parts: Vec<Vec<At>> = Vec::new();
    let mut goes_on = false;
    for pair in line.windows(2) {
        let &[from, to] = pair else { continue };
        let Some((start, end)) = span(from, to) else {
            goes_on = false;
            continue;
        };
        let along = |share: f64| {
            [
                from[0] + (to[0] - from[0]) * share,
                from[1] + (to[1] - from[1]) * share,
            ]
        };
        let ends = if end < 1.0 { along(end) } else { to };
        match parts.last_mut() {
            Some(part) if goes_on && start <= 0.0 => part.push(ends),
            _ => parts.push(vec![if start > 0.0 { along(start) } else { from }, ends]),
        }
        goes_on = end >= 1.0;
    }
    parts
}

/// From which share of a straight way to which it lies within.
fn span(from: At, to: At) -> Option<(f64, f64)> {
    let (low, high) = edges();
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let step = to[axis] - from[axis];
        for (towards, room) in [(-step, from[axis] - low), (step, high - from[axis])] {
            if towards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if towards < 0.0 {
                start = start.max(room / towards);
            } else {
                end = end.min(room / towards);
            }
        }
    }
    (start <= end).then_some((start, end))
}
