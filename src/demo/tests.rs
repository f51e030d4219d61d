use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use exif::{In, Tag, Value};
use geo::{
    BoundingRect, Contains, Distance, GeodesicArea, Haversine, LineString, Polygon, Validation,
};
use proptest::prelude::*;

use super::*;

/// Web-Mercator tile 8/202/111: lon = x/2^z·360 − 180, lat = atan(sinh(π·(1 − 2y/2^z))).
const TILE_WEST: f64 = 104.0625;
const TILE_EAST: f64 = 105.468_75;
const TILE_SOUTH: f64 = 21.943_046;
const TILE_NORTH: f64 = 23.241_346;

fn plan() -> Plan {
    Plan::until(LocalDate::from_ymd(2026, 11, 22).unwrap())
}

fn demo() -> Demo {
    Demo::made_up(&plan())
}

fn polygon(ring: &[Position]) -> Polygon {
    Polygon::new(
        ring.iter()
            .map(|place| place.to_coord())
            .collect::<LineString>(),
        vec![],
    )
}

fn metres(a: Position, b: Position) -> f64 {
    Haversine.distance(a.to_point(), b.to_point())
}

type Edge = ((i32, i32), (i32, i32));

fn edges(communes: &[Commune]) -> Vec<Edge> {
    let pairs = communes
        .iter()
        .flat_map(|commune| commune.outline.windows(2));
    pairs
        .map(|pair| (pair[0].to_e7(), pair[1].to_e7()))
        .collect()
}

/// Edges whose reverse belongs to no commune, chained into rings.
fn outer_rings(communes: &[Commune]) -> Vec<Vec<Position>> {
    let all: BTreeSet<Edge> = edges(communes).into_iter().collect();
    let mut next: BTreeMap<_, _> = all
        .iter()
        .filter(|(a, b)| !all.contains(&(*b, *a)))
        .copied()
        .collect();
    let mut rings = Vec::new();
    while let Some((start, mut at)) = next.pop_first() {
        let mut ring = vec![start];
        while at != start {
            ring.push(at);
            at = next.remove(&at).expect("the outer boundary is closed");
        }
        ring.push(start);
        rings.push(
            ring.into_iter()
                .map(|(lon, lat)| Position::from_e7(lon, lat).unwrap())
                .collect(),
        );
    }
    rings
}

fn assert_gap_free(communes: &[Commune]) {
    let all = edges(communes);
    let distinct: BTreeSet<&Edge> = all.iter().collect();
    assert_eq!(
        distinct.len(),
        all.len(),
        "an edge borders two communes on one side: an overlap"
    );
    let outer = outer_rings(communes);
    assert_eq!(outer.len(), 1, "more than one outer ring: a gap");
    let sum: f64 = communes
        .iter()
        .map(|of| polygon(&of.outline).geodesic_area_signed())
        .sum();
    let whole = polygon(&outer[0]).geodesic_area_signed();
    assert!(
        (sum - whole).abs() < 1e-6 * whole,
        "{sum} m2 of communes in {whole} m2 of province"
    );
    for commune in communes {
        assert!(
            polygon(&commune.outline).is_valid(),
            "{} crosses itself",
            commune.name
        );
        assert!(
            polygon(&commune.outline).geodesic_area_signed() > 0.0,
            "{} runs clockwise",
            commune.name
        );
    }
}

#[test]
fn the_same_seed_makes_the_same_province_and_another_seed_another() {
    let (one, two) = (demo(), demo());
    let other = Demo::made_up(&Plan { seed: 2, ..plan() });
    assert_eq!(one.communes, two.communes);
    assert_eq!(one.risk_areas, two.risk_areas);
    assert_eq!(
        (&one.orgs, &one.teams, &one.devices),
        (&two.orgs, &two.teams, &two.devices)
    );
    assert!(one.patrols().take(60).eq(two.patrols().take(60)));
    assert_ne!(one.communes, other.communes);
    assert!(!one.patrols().take(5).eq(other.patrols().take(5)));
}

#[test]
fn a_patrol_is_the_same_whether_or_not_those_before_it_are_made() {
    let demo = demo();
    let alone = demo.patrols().nth(17).unwrap();
    let among: Vec<Patrol> = demo.patrols().take(18).collect();
    assert_eq!(among[17], alone);
}

#[test]
fn communes_leave_no_gap_and_do_not_overlap() {
    let demo = demo();
    assert_eq!(demo.communes.len(), 40);
    assert_gap_free(&demo.communes);
    for commune in &demo.communes {
        let km2 = polygon(&commune.outline).geodesic_area_unsigned() / 1e6;
        assert!(
            (20.0..400.0).contains(&km2),
            "{} has {km2} km2",
            commune.name
        );
        assert!(
            (100..600).contains(&commune.outline.len()),
            "{}",
            commune.outline.len()
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn any_seed_and_size_leaves_no_gap(seed in any::<u64>(), communes in 1_usize..14) {
        let made = Demo::made_up(&Plan { communes, seed, patrols: 3, ..plan() });
        prop_assert_eq!(made.communes.len(), communes);
        assert_gap_free(&made.communes);
        prop_assert_eq!(made.patrols().count(), 3);
    }
}

#[test]
fn the_province_is_about_as_large_as_its_plan() {
    let outer = outer_rings(&demo().communes);
    let km2 = polygon(&outer[0]).geodesic_area_unsigned() / 1e6;
    assert!((km2 / (40.0 * 130.0) - 1.0).abs() < 0.03, "{km2} km2");
}

#[test]
fn names_and_codes_differ_and_names_are_composed() {
    let demo = Demo::made_up(&Plan {
        communes: 700,
        patrols: 0,
        ..plan()
    });
    let names: BTreeSet<&str> = demo.communes.iter().map(|of| of.name.as_str()).collect();
    let codes: BTreeSet<&str> = demo.communes.iter().map(|of| of.code.as_str()).collect();
    assert_eq!((names.len(), codes.len()), (700, 700));
    assert!(
        codes
            .iter()
            .all(|code| code.len() == 5 && code.starts_with("99"))
    );
    let texts = names
        .iter()
        .copied()
        .chain(demo.orgs.iter().map(|org| org.name.as_str()));
    let texts = texts.chain(demo.risk_areas.iter().map(|area| area.name.as_str()));
    for text in texts.chain([PROVINCE_NAME]) {
        assert!(
            !text.chars().any(|c| ('\u{300}'..='\u{36f}').contains(&c)),
            "{text} is not NFC"
        );
    }
}

#[test]
fn the_border_lies_in_the_north_and_carries_gates() {
    let demo = demo();
    let bordering: Vec<&Commune> = demo.communes.iter().filter(|of| of.is_border).collect();
    assert!((4..20).contains(&bordering.len()), "{}", bordering.len());
    assert!(demo.communes.iter().any(|of| of.kind == "phường"));
    assert_eq!(demo.gates.len(), 4);
    for gate in &demo.gates {
        assert!(demo.border.contains(&gate.position));
        assert!(
            bordering.iter().any(|of| of.code == gate.commune),
            "{}",
            gate.name
        );
    }
    let outer: BTreeSet<(i32, i32)> = outer_rings(&demo.communes)
        .concat()
        .into_iter()
        .map(Position::to_e7)
        .collect();
    assert!(
        demo.border
            .iter()
            .all(|place| outer.contains(&place.to_e7()))
    );
    let middle = demo.communes.iter().map(|of| of.seat.lat()).sum::<f64>() / 40.0;
    assert!(demo.border.iter().all(|place| place.lat() > middle));
}

#[test]
fn risk_areas_are_valid_shapes_that_stand_before_the_first_season() {
    let demo = demo();
    let communes: Vec<Polygon> = demo
        .communes
        .iter()
        .map(|of| polygon(&of.outline))
        .collect();
    let mut crossing = 0;
    let mut touched = BTreeSet::new();
    for area in &demo.risk_areas {
        let shape = polygon(&area.outline);
        assert!(shape.is_valid(), "{}", area.name);
        let ha = shape.geodesic_area_signed() / 1e4;
        assert!((20.0..2_000.0).contains(&ha), "{} has {ha} ha", area.name);
        let on: BTreeSet<usize> = area
            .outline
            .iter()
            .filter_map(|place| {
                communes
                    .iter()
                    .position(|commune| commune.contains(&place.to_point()))
            })
            .collect();
        crossing += usize::from(on.len() > 1);
        touched.extend(on);
        assert_eq!(area.valid_from.to_string(), "2025-08-01");
        assert_eq!(
            area.windows
                .iter()
                .map(|window| window.pass)
                .collect::<Vec<_>>(),
            ["seedling", "flowering"]
        );
    }
    assert!(
        (70..160).contains(&demo.risk_areas.len()),
        "{}",
        demo.risk_areas.len()
    );
    assert!(crossing > 5, "{crossing} areas cross a boundary");
    assert!(touched.len() < 40, "some commune has no risk area");
    assert_eq!(
        demo.risk_areas
            .iter()
            .filter(|area| area.valid_to.is_some())
            .count(),
        1
    );
    let names: BTreeSet<&str> = demo
        .risk_areas
        .iter()
        .map(|area| area.name.as_str())
        .collect();
    assert_eq!(names.len(), demo.risk_areas.len());
}

#[test]
fn patrols_run_in_season_in_order_and_end_before_the_end() {
    let demo = demo();
    let ids: BTreeSet<_> = demo.patrols().map(|patrol| patrol.id).collect();
    assert_eq!(ids.len(), 300);
    let mut before = LocalDate::from_days(0);
    let mut seasons = BTreeSet::new();
    for patrol in demo.patrols() {
        let day = patrol.started_at.local_date();
        let (year, month, _) = day.ymd();
        seasons.insert(if month >= 9 { year } else { year - 1 });
        assert!(day >= before && !(6..=8).contains(&month), "{day}");
        before = day;
        let hour = (
            patrol.started_at.since(day.start()) / 3_600_000,
            patrol.kind == "night",
        );
        assert!(
            matches!(hour, (20..=22, true) | (6..=14, false)),
            "{hour:?}"
        );
        let lasted_h = patrol.ended_at.since(patrol.started_at) / 3_600_000;
        assert!((0..5).contains(&lasted_h), "{lasted_h} h");
        assert!(patrol.ended_at < plan().end.start());
    }
    assert_eq!(seasons.into_iter().collect::<Vec<_>>(), [2025, 2026]);
}

#[test]
fn fixes_come_in_order_within_their_patrol() {
    for patrol in demo().patrols() {
        for fixes in patrol.tracks.iter().map(|track| &track.fixes) {
            assert!(fixes.windows(2).all(|pair| pair[0].t < pair[1].t));
            let within = patrol.started_at..=patrol.ended_at;
            assert!(fixes.iter().all(|fix| within.contains(&fix.t)));
            assert!(fixes.iter().all(|fix| {
                fix.bearing_deg
                    .is_none_or(|deg| (0.0..360.0).contains(&deg))
            }));
        }
    }
}

#[test]
fn tracks_carry_the_faults_that_phones_have() {
    let (mut coarse, mut mocked, mut gaps, mut throws, mut good, mut all) = (0, 0, 0, 0, 0, 0);
    for track in demo().patrols().flat_map(|patrol| patrol.tracks) {
        all += track.fixes.len();
        good += track
            .fixes
            .iter()
            .filter(|fix| fix.accuracy_m <= 50.0 && !fix.mock)
            .count();
        coarse += track
            .fixes
            .iter()
            .filter(|fix| (80.0..=300.0).contains(&fix.accuracy_m))
            .count();
        mocked += track.fixes.iter().filter(|fix| fix.mock).count();
        for pair in track.fixes.windows(2) {
            gaps += usize::from(pair[1].t.since(pair[0].t) > 300_000);
            let claimed = pair.iter().all(|fix| fix.accuracy_m < 15.0 && !fix.mock);
            throws += usize::from(claimed && metres(pair[0].position, pair[1].position) > 1_500.0);
        }
    }
    assert!(
        coarse > 500 && mocked > 20 && gaps > 50 && throws > 10,
        "{coarse} {mocked} {gaps} {throws}"
    );
    assert!(good * 100 > all * 93, "{good} of {all} fixes are good");
}

#[test]
fn phones_of_one_patrol_go_the_same_way_at_their_own_pace() {
    let patrols: Vec<Patrol> = demo()
        .patrols()
        .filter(|patrol| patrol.tracks.len() > 1)
        .collect();
    let joint = patrols
        .iter()
        .filter(|patrol| patrol.tracks.iter().any(|track| track.team != patrol.team));
    assert!(patrols.len() > 60 && joint.count() > 20);
    for patrol in patrols.iter().filter(|patrol| patrol.transport == "foot") {
        let good = |fix: &&Fix| fix.accuracy_m < 12.0 && !fix.mock;
        let [first, second] = [0, 1].map(|place| patrol.tracks[place].fixes.iter().filter(good));
        let others: Vec<&Fix> = second.collect();
        let mut apart: Vec<f64> = first
            .filter_map(|fix| {
                let near = others
                    .iter()
                    .filter(|other| other.t.since(fix.t).abs() < 5_000);
                near.map(|other| metres(fix.position, other.position))
                    .reduce(f64::min)
            })
            .collect();
        apart.sort_by(f64::total_cmp);
        let median = apart.get(apart.len() / 2).copied().unwrap_or(0.0);
        assert!(median < 45.0, "{median} m apart");
    }
}

#[test]
fn plots_have_true_sizes_and_lie_by_their_track() {
    let demo = demo();
    let communes: Vec<Polygon> = demo
        .communes
        .iter()
        .map(|of| polygon(&of.outline))
        .collect();
    let (mut plots, mut large) = (0, 0);
    for patrol in demo.patrols() {
        for plot in &patrol.plots {
            plots += 1;
            let density = f64::from(plot.plants) / plot.area_m2;
            assert!((0.9..=27.5).contains(&density), "{density} plants a m2");
            if let Some(outline) = &plot.outline {
                large += 1;
                let walked = polygon(outline).geodesic_area_signed();
                assert!(
                    plot.area_m2 >= 2_000.0 && (walked / plot.area_m2 - 1.0).abs() < 0.01,
                    "{walked}"
                );
            } else {
                let beds: f64 = plot.beds.iter().map(|bed| bed.area_m2()).sum();
                assert!(
                    (15.0..=350.0).contains(&plot.area_m2) && (beds - plot.area_m2).abs() < 0.06
                );
            }
            assert!(
                communes
                    .iter()
                    .any(|commune| commune.contains(&plot.position.to_point()))
            );
            if plot.patrol.is_some() {
                assert_eq!(plot.patrol, Some(patrol.id));
                assert!((patrol.started_at..=patrol.ended_at).contains(&plot.detected_at));
                let fixes = patrol.tracks.iter().flat_map(|track| &track.fixes);
                let off_m = fixes
                    .map(|fix| metres(fix.position, plot.position))
                    .fold(f64::MAX, f64::min);
                assert!(off_m < 150.0, "{off_m} m off its track");
            }
        }
    }
    assert!(
        (30..150).contains(&plots) && (1..6).contains(&large),
        "{plots} plots, {large} large"
    );
}

#[test]
fn some_plots_are_neighbours_and_some_are_claimed_twice() {
    let (mut neighbours, mut twins, mut incidents) = (0, 0, 0);
    for patrol in demo().patrols() {
        incidents += usize::from(patrol.incident.is_some());
        let own: Vec<&Plot> = patrol
            .plots
            .iter()
            .filter(|plot| plot.same_as.is_none())
            .collect();
        let apart = own
            .windows(2)
            .map(|pair| metres(pair[0].position, pair[1].position));
        neighbours += apart.filter(|metres| (9.0..15.0).contains(metres)).count();
        for twin in patrol.plots.iter().filter(|plot| plot.same_as.is_some()) {
            twins += 1;
            let first = own
                .iter()
                .find(|plot| Some(plot.id) == twin.same_as)
                .unwrap();
            assert!(first.team != twin.team && metres(first.position, twin.position) < 30.0);
        }
        let grouped = patrol.plots.iter().filter(|plot| plot.incident.is_some());
        assert!(
            grouped
                .clone()
                .all(|plot| plot.incident == patrol.incident.as_ref().map(|of| of.id))
        );
        assert!(grouped.count() != 1);
    }
    assert!(
        neighbours >= 2 && twins >= 2 && incidents >= 5,
        "{neighbours} {twins} {incidents}"
    );
}

#[test]
fn the_tile_8_202_111_holds_most_of_the_province() {
    let demo = demo();
    let within = |place: Position| {
        (TILE_WEST..TILE_EAST).contains(&place.lon())
            && (TILE_SOUTH..TILE_NORTH).contains(&place.lat())
    };
    let seats = demo.communes.iter().filter(|of| within(of.seat)).count();
    let (mut plots, mut tracks) = (0, 0);
    for patrol in demo.patrols() {
        plots += patrol
            .plots
            .iter()
            .filter(|plot| within(plot.position))
            .count();
        tracks += patrol
            .tracks
            .iter()
            .filter(|track| track.fixes.iter().any(|fix| within(fix.position)))
            .count();
    }
    assert!(
        seats >= 30 && plots >= 20 && tracks >= 200,
        "{seats} {plots} {tracks}"
    );
    let outer = polygon(&outer_rings(&demo.communes)[0]);
    let bounds = outer.bounding_rect().unwrap();
    assert!(
        bounds.min().x < 104.3
            && 104.3 < bounds.max().x
            && bounds.min().y < 22.4
            && 22.4 < bounds.max().y
    );
}

fn photos(demo: &Demo) -> Vec<Photo> {
    demo.patrols()
        .flat_map(|patrol| patrol.plots)
        .flat_map(|plot| plot.photos)
        .collect()
}

#[test]
fn photos_are_about_as_many_as_planned_and_of_every_phase() {
    let photos = photos(&demo());
    assert!((50..=70).contains(&photos.len()), "{}", photos.len());
    let phases: BTreeSet<&str> = photos.iter().map(|photo| photo.phase).collect();
    assert_eq!(
        phases.into_iter().collect::<Vec<_>>(),
        ["after", "before", "close_up", "during", "overview"]
    );
    assert!(photos.iter().any(|photo| photo.orientation == 1));
    assert!(photos.iter().any(|photo| photo.orientation == 6));
    assert!(
        photos
            .iter()
            .all(|photo| photo.taken_at < plan().end.start())
    );
}

fn degrees(exif: &exif::Exif, tag: Tag) -> f64 {
    match &exif.get_field(tag, In::PRIMARY).unwrap().value {
        Value::Rational(parts) => {
            parts[0].to_f64() + parts[1].to_f64() / 60.0 + parts[2].to_f64() / 3_600.0
        }
        other => panic!("{other:?} is no angle"),
    }
}

#[test]
fn a_photo_reads_back_with_the_exif_of_its_sidecar() {
    for photo in photos(&demo()).iter().take(8) {
        let jpeg = photo.jpeg(160).unwrap();
        assert_eq!(jpeg, photo.jpeg(160).unwrap());
        let exif = exif::Reader::new()
            .read_from_container(&mut Cursor::new(&jpeg))
            .unwrap();
        let text = |tag| {
            exif.get_field(tag, In::PRIMARY)
                .unwrap()
                .display_value()
                .to_string()
        };
        assert_eq!(
            (text(Tag::Make), text(Tag::Model)),
            ("\"tuantra\"".to_owned(), "\"demo\"".to_owned())
        );
        assert_eq!(text(Tag::OffsetTimeOriginal), "\"+07:00\"");
        let taken = format!("{}+07:00", text(Tag::DateTimeOriginal).replace(' ', "T"));
        assert_eq!(taken.parse(), Ok(photo.taken_at));
        let orientation = exif
            .get_field(Tag::Orientation, In::PRIMARY)
            .unwrap()
            .value
            .get_uint(0);
        assert_eq!(orientation, Some(u32::from(photo.orientation)));
        assert!((degrees(&exif, Tag::GPSLatitude) - photo.position.lat()).abs() < 5e-7);
        assert!((degrees(&exif, Tag::GPSLongitude) - photo.position.lon()).abs() < 5e-7);
        let picture = image::load_from_memory(&jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (160, 120));
    }
}

#[test]
fn a_full_photo_is_as_heavy_as_a_phone_would_make_it() {
    let jpeg = photos(&demo())[0].jpeg(1_600).unwrap();
    assert!(
        (150_000..700_000).contains(&jpeg.len()),
        "{} bytes",
        jpeg.len()
    );
}

#[test]
fn no_patrols_and_no_photos_is_a_province_too() {
    let demo = Demo::made_up(&Plan {
        communes: 0,
        patrols: 0,
        photos: 0,
        seasons: 0,
        ..plan()
    });
    assert_eq!(
        (
            demo.communes.len(),
            demo.patrol_count(),
            demo.patrols().count()
        ),
        (1, 0, 0)
    );
}
