//! Against coordinates by PROJ 9.5.1 (EPSG:6960 and EPSG 9205, 9208, 9209).

use super::{nearest_meridian, plane};
use crate::geo::position::Position;

const BY_PROJ: [(f64, f64, f64, f64, f64); 6] = [
    (104.75, 103.9707, 22.4856, 419_615.382, 2_487_639.514),
    (104.75, 104.9127, 21.7168, 516_636.222, 2_402_318.230),
    (103.0, 103.456, 22.396, 546_754.889, 2_477_578.908),
    (103.0, 102.65, 22.45, 463_780.862, 2_483_528.842),
    (105.5, 104.9836, 22.8233, 446_797.967, 2_524_917.294),
    (105.5, 105.33, 23.36, 482_423.748, 2_584_265.625),
];

#[test]
fn positions_are_those_of_proj_within_a_millimetre() {
    for (meridian, lon, lat, east, north) in BY_PROJ {
        let found = plane(Position::new(lon, lat).unwrap(), meridian).unwrap();
        assert!((found.y_east_m - east).abs() < 1e-3, "{found:?}");
        assert!((found.x_north_m - north).abs() < 1e-3, "{found:?}");
    }
}

#[test]
fn the_meridian_is_the_nearest_one_of_the_north() {
    let at = |lon: f64| nearest_meridian(Position::new(lon, 22.0).unwrap());
    assert!((at(103.2) - 103.0).abs() < 1e-9);
    assert!((at(104.6) - 104.75).abs() < 1e-9);
    assert!((at(105.2) - 105.5).abs() < 1e-9);
}

mod written {
    use proptest::prelude::*;
    use serde::Deserialize;

    use crate::geo::position::Position;
    use crate::geo::vn2000::{Reading, Reason, ZONES, Zone, read};

    #[derive(Deserialize)]
    struct Known {
        text: String,
        epsg: u32,
        format: String,
        lon: f64,
        lat: f64,
    }

    #[derive(Deserialize)]
    struct File {
        texts: Vec<Known>,
    }

    fn known() -> Vec<Known> {
        let file = include_str!("../../../fixtures/coordinates/texts.json");
        serde_json::from_str::<File>(file).unwrap().texts
    }

    /// Metres between two positions that lie close to each other.
    fn apart_m(a: Position, lon: f64, lat: f64) -> f64 {
        let north = (a.lat() - lat) * 110_574.0;
        let east = (a.lon() - lon) * 111_320.0 * lat.to_radians().cos();
        north.hypot(east)
    }

    fn reading(text: &str, epsg: u32) -> Option<Reading> {
        read(text).into_iter().find(|one| one.system.epsg() == epsg)
    }

    #[test]
    fn every_way_of_writing_gives_the_place_that_proj_gives_within_a_millimetre() {
        for own in known() {
            let found = reading(&own.text, own.epsg);
            let found = found.unwrap_or_else(|| panic!("{} as {}", own.text, own.epsg));
            let off_m = apart_m(found.position, own.lon, own.lat);
            assert!(off_m < 1e-3, "{}: {off_m} m off", own.text);
            assert_eq!(found.format.as_str(), own.format, "{}", own.text);
        }
    }

    #[test]
    fn metres_without_a_meridian_are_read_on_every_zone_that_reaches_so_far() {
        let found = read("2487639.51 419615.38");
        assert!(found.len() > 3, "{found:?}");
        assert!(
            found
                .iter()
                .all(|one| one.reasons.contains(&Reason::MeridianAssumed))
        );
        let named = read("2487639.51 419615.38 KTT 104°45'");
        assert_eq!(named.len(), 1);
        assert_eq!(named[0].system.epsg(), 9208);
        assert!(named[0].reasons.contains(&Reason::MeridianNamed));
    }

    #[test]
    fn axes_that_are_named_the_other_way_round_are_turned_and_told() {
        for text in [
            "X = 419615.38, Y= 2487639.51",
            "X 419615.38; Y 2487639.51 KTT 104.75",
            "E 2487639.51 N 419615.38",
        ] {
            let found = reading(text, 9208).unwrap();
            assert_eq!(found.reasons[0], Reason::AxesSwapped, "{text}");
            assert!(apart_m(found.position, 103.970_699_989_8, 22.485_599_955_8) < 1e-3);
        }
        let named = reading("X=2487639.51 Y=419615.38", 9208).unwrap();
        assert_eq!(named.reasons[0], Reason::AxesNamed);
        let web = reading("X=103.9707 Y=22.4856", 4326).unwrap();
        assert!(apart_m(web.position, 103.9707, 22.4856) < 1e-3);
        assert_eq!(web.reasons[0], Reason::AxesSwapped);
    }

    #[test]
    fn grouped_thousands_are_the_number_without_them() {
        for (grouped, bare) in [
            ("2.487.639,51; 419.615,38", "2487639.51; 419615.38"),
            ("X=2.487.640 Y=419.615", "X=2487640 Y=419615"),
            ("2 487 639,51 419 615,38", "2487639,51 419615,38"),
            ("2\u{202f}487\u{202f}640 / 419\u{a0}615", "2487640 / 419615"),
            ("2,487,639.51 419,615.38", "2487639.51 419615.38"),
            (
                "2'487'640 419'615 KTT 104°45'",
                "2487640 419615 KTT 104°45'",
            ),
            ("419.615,38 2.487.639,51", "419615.38 2487639.51"),
        ] {
            let places = |text: &str| -> Vec<_> {
                let found = read(text).into_iter();
                found.map(|own| (own.position, own.system.epsg())).collect()
            };
            assert_eq!(places(grouped), places(bare), "{grouped}");
            assert!(!places(grouped).is_empty(), "{grouped}");
            assert!(
                read(grouped)[0].reasons.contains(&Reason::Grouped),
                "{grouped}"
            );
        }
        // Three decimals of degrees and of kilometres stay what they were.
        assert!(apart_m(read("22.486 103.971")[0].position, 103.971, 22.486) < 1e-3);
        assert_eq!(read("2487.640 419.615")[0].format.as_str(), "kilometres");
    }

    #[test]
    fn a_zone_as_receivers_write_it_is_utm_on_wgs84_first() {
        let found = read("48Q 0419615 UTM 2487639");
        assert_eq!(found[0].system.epsg(), 32_648);
        assert!(found[0].reasons.contains(&Reason::UtmZone));
        assert!(found.iter().any(|one| one.system.epsg() == 3405));
        let bare = read("48 419615 2487639");
        assert_ne!(bare[0].system.epsg(), 32_648);
        assert!(bare.iter().any(|one| one.system.epsg() == 32_648));
        let named = read("VN-2000 48Q 0419615 2487639");
        assert!(named.iter().all(|one| one.system.epsg() != 32_648));
    }

    #[test]
    fn a_square_of_the_grid_is_read_on_both_systems_unless_the_text_says_which() {
        let systems = |text: &str| -> Vec<u32> {
            let found = read(text).into_iter();
            found.map(|own| own.system.epsg()).collect()
        };
        assert_eq!(systems("48Q VK 12345 67890"), [32_648, 3405]);
        assert_eq!(systems("WGS84 48Q VK 12345 67890"), [32_648]);
        assert_eq!(systems("VN-2000: 48QVK1234567890"), [3405]);
        assert_eq!(systems("47Q RE 04123 45678"), [32_647]);
        assert!(
            read("48QVK1234567890")[0]
                .reasons
                .contains(&Reason::GridSquare)
        );
        // No such column, row, band or zone, a square of another band, and halves that differ.
        for text in [
            "48Q AK 12345 67890",
            "48Q VI 12345 67890",
            "48X VK 12345 67890",
            "50Q VK 12345 67890",
            "48P VK 12345 67890",
            "48Q VK 1234 567890",
            "48Q VK 123 456",
            "48Q VK 12345 67890 5",
            "48Q VK",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn a_meridian_ends_where_its_minutes_end() {
        for text in [
            "KTT 104°45' 2489123 498765",
            "KTT: 104.75; 2489123 498765",
            "2489123 498765 KTT 104,75",
            "Kinh tuyến trục 104 45 X=2489123 Y=498765",
            "KTT 104°45'00\" 2.489.123 498.765",
            "KTT 104-45, 2489123 498765",
            "2489123 498765 KTT 104-45, múi 3°",
            "KTT 104o45' 2489123 498765",
            "2489123 498765 kinh tuyến trục 104 độ 45 phút",
        ] {
            let found = read(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].system.epsg(), 9208, "{text}");
        }
        assert!(reading("KTT 105 2489123 498765", 5897).is_some());
        // Two zones have this meridian; how wide the zone is says which.
        let zones =
            |text: &str| -> Vec<u32> { read(text).iter().map(|one| one.system.epsg()).collect() };
        assert_eq!(zones("KTT 105 2489123 498765"), [5897, 3405]);
        assert_eq!(zones("KTT 105 múi 3° 2489123 498765"), [5897]);
        assert_eq!(zones("2489123 498765 KTT 105, múi chiếu 6 độ"), [3405]);
    }

    #[test]
    fn nothing_is_made_up_of_what_is_no_place_here() {
        for text in [
            "",
            "abc",
            "22",
            "22 61 0 103 0 0",
            "95 200",
            "1 2 3 4 5 6 7 8",
            "48.85, 2.35",
            "-22.4856, 103.9707",
            "22.4856; -103.9707",
            "X=-2487639 Y=419615",
            "0 0",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
        assert_eq!(read(&"2".repeat(100_000)), []);
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_place_on_every_plane(
            zone in prop::sample::select(ZONES.to_vec()),
            off in -1.6_f64..1.6,
            lat in 8.5_f64..23.5,
        ) {
            let zone: Zone = zone;
            let own = Position::new(zone.meridian + off, lat).unwrap();
            let projector = zone.projector().unwrap();
            let plane = projector.forward(own).unwrap();
            let back = projector.inverse(plane.x_north_m, plane.y_east_m).unwrap();
            // The shift of the datum at height 0 is not its own inverse: PROJ's two ways differ as much.
            prop_assert!(apart_m(back, own.lon(), own.lat()) < 3e-3);
        }

        #[test]
        fn any_text_is_read_or_not_and_never_harms(text in "\\PC{0,260}") {
            for one in read(&text) {
                prop_assert!(one.position.lon() > 100.0 && one.position.lat() < 30.0);
            }
        }

        #[test]
        fn numbers_and_signs_in_any_order_are_read_or_not(text in "[0-9.,°'\"NEXYBĐ=; \\-]{0,60}") {
            prop_assert!(read(&text).len() <= ZONES.len() + 3);
        }
    }
}
