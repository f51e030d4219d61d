//! Which vertices of a line stand at which zoom, by Douglas and Peucker for all zooms at once.

use super::world::{MAX_ZOOM, World};

/// From this zoom on every vertex stands: a unit is 0.6 m.
pub const DEEPEST: u8 = 14;
/// A vertex goes when the line without it lies no farther away than so many units: less than half a pixel of a tile
/// that is drawn 512 pixels wide.
const TOLERANCE: f64 = 3.0;

/// The least zoom at which each vertex stands; the ends always do. The same for the line walked backwards.
pub fn depths(line: &[World]) -> Vec<u8> {
    let mut depths = vec![DEEPEST; line.len()];
    let (Some(first), Some(last)) = (line.first(), line.last()) else {
        return depths;
    };
    if last < first {
        let backwards: Vec<World> = line.iter().rev().copied().collect();
        mark(&backwards, &mut depths);
        depths.reverse();
    } else {
        mark(line, &mut depths);
    }
    depths
}

fn mark(line: &[World], depths: &mut [u8]) {
    let Some(end) = line.len().checked_sub(1) else {
        return;
    };
    depths[0] = 0;
    depths[end] = 0;
    let mut open = vec![(0, end, 0_u8)];
    while let Some((from, to, above)) = open.pop() {
        let (a, b) = (line[from].pair(), line[to].pair());
        let within = (from + 1..to).map(|at| (at, distance(line[at].pair(), a, b)));
        // The first of several that are equally far.
        let farthest = within.fold(None, |best: Option<(usize, f64)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        });
        if let Some((at, distance)) = farthest {
            let depth = depth_of(distance).max(above);
            depths[at] = depth;
            if depth < DEEPEST {
                open.push((from, at, depth));
                open.push((at, to, depth));
            }
        }
    }
}

fn depth_of(distance: f64) -> u8 {
    let is_seen = |zoom: &u8| distance > TOLERANCE * f64::from(1_u32 << (MAX_ZOOM - zoom));
    (0..DEEPEST).find(is_seen).unwrap_or(DEEPEST)
}

/// From a place to a straight way between two others, in steps.
pub fn distance(at: [f64; 2], a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 {
        (((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / length).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (at[0] - a[0] - dx * share).hypot(at[1] - a[1] - dy * share)
}
