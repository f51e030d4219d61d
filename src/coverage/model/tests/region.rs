use h3o::{LatLng, Resolution};
use proptest::prelude::*;

use crate::base::time::Timestamp;
use crate::coverage::model::effort::night_ms;
use crate::coverage::model::lattice::{ParentCell, ParentMask};
use crate::coverage::model::region::{FULL, Region, WORDS, by_region, pack, unpack};

proptest! {
    #[test]
    fn a_word_is_found_again_by_its_region_and_position(lon in 102.0..110.0, lat in 8.0..24.0, resolution in 9..=13_u8) {
        let resolution = Resolution::try_from(resolution).unwrap();
        let word = ParentCell::of(LatLng::new(lat, lon).unwrap().to_cell(resolution));
        let (region, position) = Region::of(word).unwrap();
        prop_assert!(usize::from(position) < WORDS);
        prop_assert_eq!(region.word(position), Some(word));
        prop_assert_eq!(Region::from_db(region.to_db()), region);
        prop_assert_eq!(region.lattice().unwrap().parent(), resolution);
    }

    #[test]
    fn masks_survive_being_laid_out_and_packed(cells in prop::collection::btree_map((0..40_u8, 0..40_u8), 1..=FULL, 0..40)) {
        let mut masks: Vec<_> = cells.iter().map(|((east, north), mask)| {
            let at = LatLng::new(22.0 + f64::from(*north) * 0.01, 104.0 + f64::from(*east) * 0.01).unwrap();
            ParentMask { parent: ParentCell::of(at.to_cell(Resolution::Nine)), mask: *mask }
        }).collect();
        masks.sort_unstable();
        masks.dedup_by_key(|own| own.parent);
        let mut back = Vec::new();
        for (region, seen) in by_region(&masks) {
            let unpacked: Vec<_> = unpack(&pack(&seen)).unwrap().collect();
            prop_assert_eq!(&unpacked, &seen);
            back.extend(unpacked.iter().map(|own| ParentMask { parent: region.word(own.position).unwrap(), mask: own.mask }));
        }
        prop_assert_eq!(back, masks);
    }

    #[test]
    fn day_and_night_are_each_half_of_any_whole_days(from in 0..4_000_000_000_000_i64, days in 1..5_i64) {
        let from = Timestamp::from_millis(from);
        prop_assert_eq!(night_ms(from, from.plus_millis(days * 86_400_000)), days * 43_200_000);
    }
}

#[test]
fn bytes_that_are_cut_short_or_name_no_position_are_refused() {
    assert!(unpack(&[0; 8]).is_err());
    assert!(unpack(&[255; 9]).is_err());
    assert_eq!(unpack(&[]).unwrap().count(), 0);
}

#[test]
fn night_is_from_six_in_the_evening_to_six_in_the_morning() {
    // 2026-03-02T10:30:00Z is 17:30 local time.
    let half_past_five = Timestamp::from_millis(1_772_447_400_000);
    let hour = 3_600_000;
    assert_eq!(
        night_ms(half_past_five, half_past_five.plus_millis(hour)),
        hour / 2
    );
    assert_eq!(night_ms(half_past_five, half_past_five), 0);
    assert_eq!(
        night_ms(half_past_five.plus_millis(-hour), half_past_five),
        0
    );
}
