//! Areas of polygons cut with convex outlines, on a metre plane (Sutherland and Hodgman 1974).
//!
//! Cutting a concave ring may leave edges that run there and back along the cut. They enclose
//! nothing, so areas stay right, which is all that is asked of the rings made here.

use crate::coverage::model::plane::Metres;
use crate::coverage::model::sweep::Segment;

/// A closed ring, its last point joined to its first.
pub(super) type Ring = Vec<Metres>;

/// A polygon on the plane: the outer ring first, then its holes.
pub(super) type Rings = Vec<Ring>;

/// Twice-signed halves summed: positive when the ring turns left.
pub(super) fn signed_area_m2(ring: &[Metres]) -> f64 {
    let mut doubled = 0.0;
    if let Some(mut before) = ring.last().copied() {
        for &at in ring {
            doubled += before.east * at.north - at.east * before.north;
            before = at;
        }
    }
    doubled / 2.0
}

/// The area of a polygon whose rings were cut: the outer ring less its holes.
pub(super) fn area_m2(rings: &[Ring]) -> f64 {
    let mut areas = rings.iter().map(|ring| signed_area_m2(ring).abs());
    areas
        .next()
        .map_or(0.0, |outer| (outer - areas.sum::<f64>()).max(0.0))
}

/// The sides of a ring, from the one that closes it on.
fn sides(ring: &[Metres]) -> impl Iterator<Item = (Metres, Metres)> {
    let before = ring.last().into_iter().chain(ring);
    before.copied().zip(ring.iter().copied())
}

/// Whether any side comes within a distance of a place.
pub(super) fn comes_near(rings: &[Ring], place: Metres, within_m: f64) -> bool {
    let near = |(from, to)| {
        Segment::new(from, to).distance_squared(place.east, place.north) <= within_m * within_m
    };
    rings.iter().any(|ring| sides(ring).any(near))
}

/// Whether a place lies inside the outer ring and outside the holes: a line north crosses an odd number of sides.
pub(super) fn holds(rings: &[Ring], place: Metres) -> bool {
    let crosses = |(from, to): &(Metres, Metres)| {
        let (from, to) = (from.minus(place), to.minus(place));
        (from.east > 0.0) != (to.east > 0.0)
            && from.north - from.east * (to.north - from.north) / (to.east - from.east) > 0.0
    };
    let all = rings.iter().flat_map(|ring| sides(ring));
    all.filter(crosses).count() % 2 == 1
}

/// The part of each ring inside a convex outline that turns left.
pub(super) fn cut(rings: &[Ring], outline: &[Metres]) -> Rings {
    rings.iter().map(|ring| cut_ring(ring, outline)).collect()
}

fn cut_ring(ring: &[Metres], outline: &[Metres]) -> Ring {
    let mut kept = ring.to_vec();
    let Some(mut from) = outline.last().copied() else {
        return Vec::new();
    };
    for &to in outline {
        if kept.is_empty() {
            break;
        }
        kept = cut_side(&kept, from, to);
        from = to;
    }
    kept
}

/// The part of a ring to the left of one line.
fn cut_side(ring: &[Metres], from: Metres, to: Metres) -> Ring {
    let along = to.minus(from);
    let side = |at: Metres| {
        let off = at.minus(from);
        along.east * off.north - along.north * off.east
    };
    let mut kept = Vec::with_capacity(ring.len() + 4);
    let Some(mut before) = ring.last().copied() else {
        return kept;
    };
    let mut side_before = side(before);
    for &at in ring {
        let side_at = side(at);
        if (side_at >= 0.0) != (side_before >= 0.0) {
            let share = side_before / (side_before - side_at);
            kept.push(Metres {
                east: before.east + share * (at.east - before.east),
                north: before.north + share * (at.north - before.north),
            });
        }
        if side_at >= 0.0 {
            kept.push(at);
        }
        (before, side_before) = (at, side_at);
    }
    kept
}
