use geo::{Destination, Distance, Geodesic, InterpolatePoint, Point};
use h3o::{CellIndex, LatLng, Resolution};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::model::lattice::{Frame, Lattice, ParentCell, ParentMask, bits};
use crate::coverage::model::sweep::{Segment, Sweep, Walked, sweep, sweep_each};
use crate::geo::position::Position;

fn position(point: Point) -> Position {
    Position::new(point.x(), point.y()).unwrap()
}

fn centre(cell: CellIndex) -> Point {
    let at = LatLng::from(cell);
    Point::new(at.lng(), at.lat())
}

/// A walk as turns and lengths; every tenth step or so is a fix that no leg reaches.
fn walk(from: Point, steps: &[(f64, f64, bool)]) -> Vec<(Point, Point)> {
    let mut at = from;
    let mut pieces = vec![(at, at)];
    for (bearing, length_m, joined) in steps {
        let next = Geodesic.destination(at, *bearing, *length_m);
        pieces.push(if *joined { (at, next) } else { (next, next) });
        at = next;
    }
    pieces
}

fn walked(pieces: &[(Point, Point)]) -> Vec<Walked> {
    let piece = |(from, to): &(Point, Point)| {
        let (from, to) = (position(*from), position(*to));
        if from == to {
            Walked::Disc { at: from }
        } else {
            Walked::Corridor { from, to }
        }
    };
    pieces.iter().map(piece).collect()
}

fn swept(lattice: Lattice, radius_cm: u32, pieces: &[(Point, Point)]) -> BTreeSet<CellIndex> {
    let masks = sweep(lattice, radius_cm, &walked(pieces));
    assert!(
        masks.is_sorted_by(|a, b| a.parent < b.parent),
        "sorted, each parent once"
    );
    masks.iter().flat_map(|mask| lattice.cells(*mask)).collect()
}

/// The least geodesic distance to a leg, by ternary search along it (GeographicLib's solver).
fn distance_m(to: Point, (from, end): (Point, Point)) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        let at = |share| Geodesic.distance(to, Geodesic.point_at_ratio_between(from, end, share));
        if at(a) < at(b) { high = b } else { low = a }
    }
    Geodesic.distance(to, Geodesic.point_at_ratio_between(from, end, low))
}

/// Every cell near a leg, found without parents or frames, with its distance.
fn around(pieces: &[(Point, Point)], radius_m: f64) -> Vec<(CellIndex, f64)> {
    let mut found = BTreeMap::<CellIndex, f64>::new();
    for piece in pieces {
        let cell = LatLng::new(piece.0.y(), piece.0.x())
            .unwrap()
            .to_cell(Resolution::Eleven);
        let far_m = radius_m + Geodesic.distance(piece.0, piece.1) + 100.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few dozen rings"
        )]
        for near in cell.grid_disk::<Vec<_>>((far_m / 35.0) as u32) {
            if Geodesic.distance(centre(near), piece.0) < far_m {
                let least = found.entry(near).or_insert(f64::INFINITY);
                *least = least.min(distance_m(centre(near), *piece));
            }
        }
    }
    found.into_iter().collect()
}

/// The definition, word by word: every parent near a leg, every cell of it, each on the parent's own plane.
fn plainly(lattice: Lattice, radius_cm: u32, walked: &[Walked]) -> Vec<ParentMask> {
    let seen_m = f64::from(radius_cm) / 100.0;
    let mut masks = BTreeMap::<ParentCell, u64>::new();
    for piece in walked {
        let (from, to) = match *piece {
            Walked::Disc { at } => (at, at),
            Walked::Corridor { from, to } => (from, to),
        };
        let length_m = Geodesic.distance(from.to_point(), to.to_point());
        let home = LatLng::new(from.lat(), from.lon()).unwrap();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few dozen rings"
        )]
        let rings = 2 + ((seen_m + length_m) / lattice.parent_edge_m()) as u32;
        for parent in home.to_cell(lattice.parent()).grid_disk::<Vec<_>>(rings) {
            let frame = Frame::of(lattice, parent);
            let leg = Segment::new(
                frame.plane.place(from.to_coord()),
                frame.plane.place(to.to_coord()),
            );
            let within = bits(frame.all).filter(|bit| {
                let centre = frame.centre(*bit).unwrap();
                leg.distance_squared(centre.east, centre.north) <= seen_m * seen_m
            });
            let mask = within.fold(0, |mask, bit| mask | 1 << bit);
            *masks.entry(ParentCell::of(parent)).or_default() |= mask;
        }
    }
    let touched = masks.into_iter().filter(|(_, mask)| *mask != 0);
    touched
        .map(|(parent, mask)| ParentMask { parent, mask })
        .collect()
}

/// Steps of a walk: turns and lengths, short ones most of the time, and whether a leg joins them.
fn steps(count: usize) -> impl Strategy<Value = Vec<(f64, f64, bool)>> {
    let length_m = prop_oneof![4 => 0.0..9.0, 2 => 9.0..60.0, 1 => 60.0..299.0];
    prop::collection::vec((0.0..360.0, length_m, prop::bool::weighted(0.9)), 1..count)
}

/// Places of the country, and anywhere along the edges of the icosahedron, where H3's lattice is bent.
fn somewhere() -> impl Strategy<Value = Point> {
    let country = (102.2..109.4, 8.5..23.4).prop_map(|(lon, lat)| Point::new(lon, lat));
    let bent = (0..12_usize, 0..12_usize, 0.0..1.0).prop_map(|(from, to, share)| {
        let ends: Vec<Point> = Resolution::Nine.pentagons().map(centre).collect();
        let mut ends_by_distance = ends.clone();
        ends_by_distance.sort_by(|a, b| {
            let away = |end: &Point| Geodesic.distance(ends[from], *end);
            away(a).total_cmp(&away(b))
        });
        Geodesic.point_at_ratio_between(ends[from], ends_by_distance[1 + to % 5], share)
    });
    let bent = bent.prop_filter("planes are no good near the poles", |at| {
        at.y().abs() < 70.0
    });
    prop_oneof![2 => country, 1 => bent]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_sweep_is_what_its_definition_says(
        from in somewhere(), steps in steps(40), resolution in 9_u8..12,
    ) {
        let lattice = Lattice::new(resolution).unwrap();
        let walked = walked(&walk(from, &steps));
        for (radius_cm, swept) in [5_000, 10_000].into_iter().zip(sweep_each(lattice, &[5_000, 10_000], &walked)) {
            prop_assert_eq!(&swept, &plainly(lattice, radius_cm, &walked));
            prop_assert_eq!(swept, sweep(lattice, radius_cm, &walked));
        }
    }

    #[test]
    fn a_sweep_of_some_parents_is_that_part_of_the_whole(
        from in somewhere(), steps in steps(12), resolution in 11_u8..16, every in 1_usize..5, far in any::<bool>(),
    ) {
        let lattice = Lattice::new(resolution).unwrap();
        let walked = walked(&walk(from, &steps));
        let whole = sweep(lattice, 5_000, &walked);
        let mut parents: Vec<ParentCell> = whole.iter().map(|seen| seen.parent).step_by(every).collect();
        if far {
            let elsewhere = LatLng::new(from.y() - 0.3, from.x() + 0.2).unwrap().to_cell(lattice.parent());
            parents.extend(elsewhere.grid_disk::<Vec<_>>(9).into_iter().map(ParentCell::of));
            parents.sort_unstable();
        }
        let own: Vec<ParentMask> = whole.into_iter().filter(|seen| parents.binary_search(&seen.parent).is_ok()).collect();
        let swept = Sweep::within(lattice, &[5_000], &parents).swept(&walked);
        prop_assert_eq!(swept, [own]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_sweep_holds_the_cells_within_the_geodesic_radius_and_no_others(
        lon in 102.2..109.4, lat in 8.5..23.4,
        steps in prop::collection::vec((0.0..360.0, 0.5..299.0, prop::bool::weighted(0.9)), 0..5),
        radius_cm in prop::sample::select(vec![5_000_u32, 10_000]),
    ) {
        let radius_m = f64::from(radius_cm) / 100.0;
        let pieces = walk(Point::new(lon, lat), &steps);
        let swept = swept(Lattice::CURRENT, radius_cm, &pieces);
        let mut within = 0;
        for (cell, distance_m) in around(&pieces, radius_m) {
            if (distance_m - radius_m).abs() > 5e-5 * radius_m {
                prop_assert_eq!(swept.contains(&cell), distance_m < radius_m, "{} at {} m", cell, distance_m);
            }
            within += usize::from(distance_m < radius_m + 0.01);
        }
        prop_assert!(swept.len() <= within, "{} cells lie beyond the brute search", swept.len() - within);
    }

    #[test]
    fn order_and_repetition_of_pieces_do_not_matter(
        steps in prop::collection::vec((0.0..360.0, 0.5..299.0, prop::bool::weighted(0.9)), 1..60),
        seed in any::<u32>(),
    ) {
        let mut pieces = walk(Point::new(104.3, 22.4), &steps);
        let straight = sweep(Lattice::CURRENT, 5_000, &walked(&pieces));
        let count = pieces.len();
        for n in 0..count {
            pieces.swap(n, (seed as usize).wrapping_mul(n + 7) % count);
        }
        pieces.extend_from_within(..count / 2);
        prop_assert_eq!(straight, sweep(Lattice::CURRENT, 5_000, &walked(&pieces)));
    }
}

#[test]
fn a_disc_covers_about_its_own_area() {
    let cells = swept(
        Lattice::new(14).unwrap(),
        5_000,
        &[(Point::new(104.3, 22.4), Point::new(104.3, 22.4))],
    );
    let area_m2: f64 = cells.iter().map(|cell| cell.area_m2()).sum();
    let exact_m2 = std::f64::consts::PI * 50.0 * 50.0;
    assert!((area_m2 / exact_m2 - 1.0).abs() < 0.01, "{area_m2} m²");
}

#[test]
fn a_long_corridor_is_swept_without_holes() {
    let (from, to) = (Point::new(104.30, 22.40), Point::new(104.36, 22.43));
    let whole = swept(Lattice::CURRENT, 10_000, &[(from, to)]);
    let parts: Vec<_> = (0..40)
        .map(|n| {
            let at = |n: i32| {
                let share = f64::from(n) / 40.0;
                Point::new(104.30 + 0.06 * share, 22.40 + 0.03 * share)
            };
            (at(n), at(n + 1))
        })
        .collect();
    let cut = swept(Lattice::CURRENT, 10_000, &parts);
    let differ = whole.symmetric_difference(&cut).count();
    assert!(
        differ <= 1 && whole.len() > 500,
        "{differ} of {} cells differ",
        whole.len()
    );
}

#[test]
fn effort_only_sweeps_nothing() {
    let at = Position::new(104.3, 22.4).unwrap();
    assert!(sweep(Lattice::CURRENT, 0, &[Walked::Disc { at }]).is_empty());
    assert!(sweep(Lattice::CURRENT, 5_000, &[]).is_empty());
}

#[test]
fn pentagons_poles_and_the_antimeridian_do_not_panic() {
    for pentagon in Resolution::Nine.pentagons() {
        let at = position(centre(pentagon));
        let masks = sweep(Lattice::CURRENT, 10_000, &[Walked::Disc { at }]);
        let own = masks
            .iter()
            .find(|mask| mask.parent == ParentCell::of(pentagon))
            .unwrap();
        assert!(own.mask != 0 && own.mask < 1 << 41);
    }
    let edges = [(180.0, 0.0), (-180.0, 0.0), (0.0, 90.0), (0.0, -90.0)];
    for (lon, lat) in edges {
        let (from, to) = (
            Position::new(lon, lat).unwrap(),
            Position::new(-lon, lat).unwrap(),
        );
        let _ = sweep(
            Lattice::CURRENT,
            10_000,
            &[Walked::Disc { at: from }, Walked::Corridor { from, to }],
        );
    }
}
