use std::f64::consts::TAU;

use geo::algorithm::Validation;
use geo::{
    Area as _, BooleanOps, Contains, Coord, Euclidean, Length, LineString, MultiLineString,
    MultiPolygon, Point, Polygon, Rect,
};
use proptest::prelude::*;

use super::areas::surveyed;
use super::{Area, Areas, BUFFER, EXTENT, Layer, Lines, MAX_ZOOM, Tag, Tile, World, tile_of};

const LON: f64 = 104.0;
const LAT: f64 = 22.0;

fn tile_at(z: u8) -> Tile {
    let at = World::of(LON, LAT);
    Tile::new(MAX_ZOOM, at.x >> 12, at.y >> 12)
        .unwrap()
        .above(z)
}

/// A ring around a middle whose vertices lie at the given shares of a radius in degrees.
fn star(middle: [f64; 2], radius: f64, shares: &[f64]) -> LineString<f64> {
    let mut angle = 0.0;
    let mut coords: Vec<Coord<f64>> = Vec::new();
    for share in shares {
        let (sine, cosine) = f64::sin_cos(angle);
        coords.push(Coord {
            x: middle[0] + radius * share * cosine,
            y: middle[1] + radius * share * sine,
        });
        #[expect(clippy::cast_precision_loss, reason = "a few vertices")]
        let step = TAU / shares.len() as f64;
        angle += step;
    }
    coords.push(coords[0]);
    LineString(coords)
}

/// A place in a tile's units without rounding.
fn exact(tile: Tile, at: Coord<f64>) -> Coord<f64> {
    let side = 2_f64.powi(32 - i32::from(tile.z()));
    let place = World::of(at.x, at.y).pair();
    let corner = tile.units(World { x: 0, y: 0 });
    #[expect(clippy::cast_precision_loss, reason = "below 2^33")]
    let unit = |axis: usize| place[axis] / side * f64::from(EXTENT) + corner[axis] as f64;
    Coord {
        x: unit(0),
        y: unit(1),
    }
}

fn window() -> Rect<f64> {
    let (low, high) = (f64::from(-BUFFER), f64::from(EXTENT + BUFFER));
    Rect::new(Coord { x: low, y: low }, Coord { x: high, y: high })
}

fn polygon(area: &Area) -> Polygon<f64> {
    let ring = |ring: &Vec<[i32; 2]>| -> LineString<f64> {
        ring.iter()
            .map(|at| (f64::from(at[0]), f64::from(at[1])))
            .collect()
    };
    Polygon::new(ring(&area[0]), area[1..].iter().map(ring).collect())
}

fn assert_well_formed(areas: &[Area]) {
    for area in areas {
        for (number, ring) in area.iter().enumerate() {
            assert!(ring.len() >= 3 && ring.first() != ring.last());
            assert_eq!(surveyed(ring) > 0, number == 0, "winding");
            for place in ring.iter().flatten() {
                assert!((-BUFFER..=EXTENT + BUFFER).contains(place));
            }
        }
        assert!(polygon(area).is_valid());
    }
    for (at, one) in areas.iter().enumerate() {
        for other in &areas[at + 1..] {
            let common = polygon(one).intersection(&polygon(other));
            assert!(common.unsigned_area() < 1e-6);
        }
    }
}

fn drawn(areas: &[Area]) -> f64 {
    areas.iter().map(|area| polygon(area).unsigned_area()).sum()
}

proptest! {
    #[test]
    fn a_cut_area_is_valid_and_as_large_as_what_the_tile_shows_of_it(
        shares in prop::collection::vec(0.2_f64..1.0, 3..40),
        hole in prop::collection::vec(0.2_f64..0.9, 3..12),
        (dx, dy) in (-1.0_f64..1.0, -1.0_f64..1.0),
        size in 0.05_f64..4.0,
        z in 14_u8..=17,
    ) {
        let width = 360.0 / 2_f64.powi(i32::from(z));
        let middle = [LON + dx * width, LAT + dy * width];
        let radius = size * width;
        let area = MultiPolygon(vec![Polygon::new(
            star(middle, radius, &shares),
            vec![star(middle, radius * 0.1, &hole)],
        )]);
        let tile = tile_at(z);
        let cut = Areas::of(std::iter::once(&area)).cut(0, tile);
        assert_well_formed(&cut);
        let whole = geo::MapCoords::map_coords(&area, |at| exact(tile, at));
        let wanted = whole.intersection(&MultiPolygon(vec![window().to_polygon()]));
        let edge: f64 = wanted.iter().map(|own| Euclidean.length(own.exterior())).sum();
        let holes: f64 = wanted
            .iter()
            .flat_map(Polygon::interiors)
            .map(|own| Euclidean.length(own))
            .sum();
        let difference = (drawn(&cut) - wanted.unsigned_area()).abs();
        prop_assert!(difference <= edge + holes + 8.0, "{difference} of {}", wanted.unsigned_area());
    }

    #[test]
    fn areas_side_by_side_leave_no_gap_and_no_overlap_at_any_zoom(
        bends in prop::collection::vec((-0.4_f64..0.4, -0.4_f64..0.4), 24 * 12),
        z in 6_u8..=15,
    ) {
        let areas = quilt(&bends);
        let all = Areas::of(areas.iter());
        let tile = tile_at(z);
        let cut: Vec<Area> = (0..all.len()).flat_map(|at| all.cut(at, tile)).collect();
        assert_well_formed(&cut);
        let side = f64::from(EXTENT + 2 * BUFFER);
        let corners = [(LON - 2.0, LAT - 2.0), (LON + 2.0, LAT + 2.0)];
        let [low, high] = corners.map(|(x, y)| exact(tile, Coord { x, y }));
        let shown = Rect::new(low, high).to_polygon().intersection(&window().to_polygon());
        let difference = (drawn(&cut) - shown.unsigned_area()).abs();
        // The outer edge is rounded, and a ring too small for a pixel is left out.
        prop_assert!(difference <= 4.0 * side + 16.0, "{difference}");
    }

    #[test]
    fn a_line_keeps_its_length_in_a_tile(
        steps in prop::collection::vec((-0.5_f64..0.5, -0.5_f64..0.5), 2..60),
        z in 14_u8..=17,
    ) {
        let width = 360.0 / 2_f64.powi(i32::from(z));
        let mut at = Coord { x: LON, y: LAT };
        let line: LineString<f64> = steps.iter().map(|(x, y)| {
            at = Coord { x: at.x + x * width, y: at.y + y * width };
            at
        }).collect();
        let line = MultiLineString(vec![line]);
        let tile = tile_at(z);
        let parts = Lines::of(std::iter::once(&line)).cut(0, tile);
        let mut length = 0.0;
        for part in &parts {
            prop_assert!(part.len() > 1);
            for place in part.iter().flatten() {
                prop_assert!((-BUFFER..=EXTENT + BUFFER).contains(place));
            }
            let line: LineString<f64> = part.iter().map(|p| (f64::from(p[0]), f64::from(p[1]))).collect();
            length += Euclidean.length(&line);
        }
        let whole = geo::MapCoords::map_coords(&line, |at| exact(tile, at));
        let wanted = Euclidean.length(&window().to_polygon().clip(&whole, false));
        #[expect(clippy::cast_precision_loss, reason = "a few vertices")]
        let most = 3.0 * steps.len() as f64;
        prop_assert!((length - wanted).abs() <= most, "{length} for {wanted}");
    }

    #[test]
    fn a_place_belongs_to_one_tile_and_lies_near_those_around(
        lon in -180.0_f64..180.0, lat in -85.0_f64..85.0, z in 0_u8..=MAX_ZOOM,
    ) {
        let place = World::of(lon, lat);
        let shift = 32 - u32::from(z);
        let number = |step: u32| step.checked_shr(shift).unwrap_or(0);
        let last = (1_u32 << z) - 1;
        let mut owners = 0;
        for dx in -1_i64..=1 {
            for dy in -1_i64..=1 {
                let x = u32::try_from(i64::from(number(place.x)) + dx);
                let y = u32::try_from(i64::from(number(place.y)) + dy);
                let tile = x.ok().zip(y.ok()).and_then(|(x, y)| Tile::new(z, x, y));
                owners += usize::from(tile.is_some_and(|tile| tile.own(place).is_some()));
            }
        }
        // Half a unit before the world's last edge rounds into a tile that is not there.
        let is_edge = |step: u32| number(step) == last && step > u32::MAX - (1 << (20 - z));
        prop_assert!(owners == 1 || is_edge(place.x) || is_edge(place.y));
    }
}

/// Sixteen areas of four by four degrees around a place, side by side along bent borders.
fn quilt(bends: &[(f64, f64)]) -> Vec<MultiPolygon<f64>> {
    const SIDES: usize = 4;
    const STEPS: usize = 3;
    let count = SIDES * STEPS;
    let cell = 4.0 / 12.0;
    #[expect(clippy::cast_precision_loss, reason = "a dozen")]
    let corner = |x: usize, y: usize| {
        let inner = |at: usize| at > 0 && at < count;
        let (dx, dy) = bends[(y * 13 + x) % bends.len()];
        Coord {
            x: LON - 2.0 + (x as f64 + if inner(x) { dx } else { 0.0 }) * cell,
            y: LAT - 2.0 + (y as f64 + if inner(y) { dy } else { 0.0 }) * cell,
        }
    };
    let patch = |left: usize, low: usize| {
        let mut ring = Vec::new();
        ring.extend((0..STEPS).map(|step| corner(left + step, low)));
        ring.extend((0..STEPS).map(|step| corner(left + STEPS, low + step)));
        ring.extend((0..STEPS).map(|step| corner(left + STEPS - step, low + STEPS)));
        ring.extend((0..=STEPS).map(|step| corner(left, low + STEPS - step)));
        MultiPolygon(vec![Polygon::new(LineString(ring), Vec::new())])
    };
    let places = (0..SIDES).flat_map(|x| (0..SIDES).map(move |y| (x * STEPS, y * STEPS)));
    places.map(|(x, y)| patch(x, y)).collect()
}

#[test]
fn an_area_of_a_few_pixels_is_still_there() {
    let width = 360.0 / 2_f64.powi(8) / f64::from(EXTENT);
    let small = MultiPolygon(vec![Polygon::new(
        star([LON, LAT], width * 6.0, &[1.0; 24]),
        Vec::new(),
    )]);
    let cut = Areas::of(std::iter::once(&small)).cut(0, tile_at(8));
    assert_eq!(cut.len(), 1);
    assert_well_formed(&cut);
}

#[test]
fn a_label_stands_inside_and_far_from_the_border() {
    let bent = LineString::from(vec![
        (104.0, 22.0),
        (104.4, 22.0),
        (104.4, 22.05),
        (104.1, 22.05),
        (104.1, 22.4),
        (104.0, 22.4),
        (104.0, 22.0),
    ]);
    let area = Polygon::new(bent, Vec::new());
    let areas = Areas::of(std::iter::once(&MultiPolygon(vec![area.clone()])));
    let label = areas.label(0).unwrap();
    let degrees = Point::new(
        f64::from(label.x) / 2_f64.powi(32) * 360.0 - 180.0,
        (std::f64::consts::PI * (1.0 - 2.0 * f64::from(label.y) / 2_f64.powi(32)))
            .sinh()
            .atan()
            .to_degrees(),
    );
    assert!(area.contains(&degrees));
    let border = geo::Distance::distance(&Euclidean, &degrees, area.exterior());
    assert!(border > 0.045, "{border}");
}

#[test]
fn tiles_that_are_not_there_are_none() {
    assert!(Tile::new(3, 7, 7).is_some());
    for (z, x, y) in [(3, 8, 0), (3, 0, 8), (0, 1, 0), (MAX_ZOOM + 1, 0, 0)] {
        assert!(Tile::new(z, x, y).is_none());
    }
}

/// The examples of the specification, version 2.1, section 4.3.5.
#[test]
fn geometries_are_written_as_the_specification_says() {
    let ends = |layer: &Layer<'_>, wanted: &[u8]| {
        let bytes = tile_of(std::slice::from_ref(layer));
        let found = bytes.windows(wanted.len()).any(|own| own == wanted);
        assert!(found, "{bytes:?}");
    };
    let none: [(&str, Tag); 0] = [];
    let mut layer = Layer::new("a");
    layer.point([25, 17], &none);
    ends(&layer, &[0x18, 1, 0x22, 3, 9, 50, 34]);
    let mut layer = Layer::new("a");
    layer.line(
        &[vec![[2, 2], [2, 10], [10, 10]], vec![[1, 1], [3, 5]]],
        &none,
    );
    ends(
        &layer,
        &[
            0x18, 2, 0x22, 14, 9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8,
        ],
    );
    let mut layer = Layer::new("a");
    layer.area(&[vec![vec![[3, 6], [8, 12], [20, 34]]]], &none);
    ends(
        &layer,
        &[0x18, 3, 0x22, 9, 9, 6, 12, 18, 10, 12, 24, 44, 15],
    );
}

#[test]
fn keys_and_values_stand_once() {
    let (one, other) = (
        [("name", Tag::text("Nậm Lúc")), ("plants", Tag::integer(3))],
        [("name", Tag::text("Nậm Lúc")), ("plants", Tag::integer(-4))],
    );
    let mut layer = Layer::new("plots");
    layer.point([1, 1], &one);
    layer.point([2, 2], &other);
    assert_eq!(layer.len(), 2);
    let bytes = tile_of(&[layer, Layer::new("empty")]);
    let count = |wanted: &[u8]| {
        let places = bytes.windows(wanted.len());
        places.filter(|own| *own == wanted).count()
    };
    assert_eq!(count("Nậm Lúc".as_bytes()), 1);
    assert_eq!(count(b"plants"), 1);
    assert_eq!((count(b"empty"), count(&[0x28, 0x80, 0x20])), (0, 1));
    assert!(tile_of(&[Layer::new("empty")]).is_empty());
}
