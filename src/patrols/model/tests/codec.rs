use proptest::prelude::*;

use super::*;
use crate::patrols::model::codec::{CorruptChunk, MAX_FIXES, TooManyFixes, decode, encode};

fn any_fix() -> impl Strategy<Value = Fix> {
    let place = (
        any::<i64>(),
        -1_800_000_000..=1_800_000_000_i32,
        -900_000_000..=900_000_000_i32,
    );
    let extras = (
        any::<Option<u32>>(),
        any::<Option<i32>>(),
        any::<Option<u32>>(),
        any::<Option<u16>>(),
        any::<bool>(),
        any::<bool>(),
    );
    (place, extras).prop_map(
        |(
            (t, lon_e7, lat_e7),
            (accuracy_dm, altitude_dm, speed_cmps, bearing_ddeg, mock, after_break),
        )| Fix {
            t: Timestamp::from_millis(t),
            lon_e7,
            lat_e7,
            accuracy_dm,
            altitude_dm,
            speed_cmps,
            bearing_ddeg,
            mock,
            after_break,
        },
    )
}

/// A small generator of bell-shaped noise (sum of twelve), so that the walk needs no crate.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 32).unwrap()) / f64::from(u32::MAX)
    }

    fn bell(&mut self, sigma: f64) -> f64 {
        ((0..12).map(|_| self.uniform()).sum::<f64>() - 6.0) * sigma
    }
}

/// A walk of one fix per 5 s with every figure: correlated heading, and the receiver's noise correlated in time.
fn walk(fixes: i32) -> Vec<Fix> {
    let mut noise = Noise(7);
    let (mut east, mut north, mut heading, mut speed) = (0.0_f64, 0.0_f64, 1.0_f64, 1.1_f64);
    let (mut off_east, mut off_north, mut height, mut accuracy) = (0.0, 0.0, 800.0, 6.0);
    let step = |n: i32, noise: &mut Noise| {
        heading += noise.bell(0.15);
        speed = (speed + noise.bell(0.1)).clamp(0.2, 1.6);
        (east, north) = (
            east + 5.0 * speed * heading.sin(),
            north + 5.0 * speed * heading.cos(),
        );
        (off_east, off_north) = (
            off_east * 0.95 + noise.bell(1.2),
            off_north * 0.95 + noise.bell(1.2),
        );
        (height, accuracy) = (
            height + noise.bell(0.6),
            (accuracy + noise.bell(0.5)).clamp(3.0, 25.0),
        );
        let raw = RawFix {
            time: Some(at_ms(i64::from(n) * 5000)),
            accuracy_m: Some(accuracy),
            altitude_m: Some(height),
            speed_mps: Some((speed + noise.bell(0.15)).max(0.0)),
            bearing_deg: Some((heading + noise.bell(0.12)).to_degrees().rem_euclid(360.0)),
            ..raw(
                0,
                104.3 + (east + off_east) / LON_M,
                22.4 + (north + off_north) / LAT_M,
            )
        };
        Fix::parse(&raw, at_ms(i64::from(n) * 5000)).unwrap()
    };
    (0..fixes)
        .scan(step, |step, n| Some(step(n, &mut noise)))
        .collect()
}

#[test]
fn a_walk_with_every_figure_takes_at_most_eight_bytes_a_fix() {
    for fixes in [500, 5000] {
        let walk = walk(fixes);
        let bytes = encode(walk.clone()).unwrap();
        let limit = usize::try_from(fixes).unwrap() * 8;
        assert!(
            bytes.len() <= limit,
            "{} bytes for {fixes} fixes",
            bytes.len()
        );
        assert_eq!(decode(&bytes).unwrap(), walk);
    }
}

#[test]
fn the_coding_of_version_1_never_changes() {
    let fixes = vec![
        accurate(fix(0, 0.0, 0.0), 7),
        Fix {
            altitude_dm: Some(8125),
            ..fix(5, 6.0, 1.0)
        },
        Fix {
            accuracy_dm: None,
            mock: true,
            speed_cmps: Some(110),
            bearing_ddeg: Some(450),
            ..fix(10, 12.0, 2.5)
        },
    ];
    let hex = encode(fixes)
        .unwrap()
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    insta::assert_snapshot!(hex, @"f1030009002a5b5bd39bfdff3fa493040057afc50ffeffdf31a13400c19fab0346c73900c680ffff275300fa7e12803b4002101e48");
}

#[test]
fn an_interruption_alone_makes_a_chunk_of_version_2() {
    let fixes = vec![
        fix(0, 0.0, 0.0),
        Fix {
            after_break: true,
            ..fix(5, 6.0, 1.0)
        },
    ];
    let bytes = encode(fixes.clone()).unwrap();
    assert_eq!((bytes[0], decode(&bytes)), (0xF2, Ok(fixes.clone())));
    let plain: Vec<Fix> = fixes
        .into_iter()
        .map(|fix| Fix {
            after_break: false,
            ..fix
        })
        .collect();
    let mut other = encode(plain).unwrap();
    assert_eq!(other[0], 0xF1);
    other[0] = 0xF2;
    assert!(
        decode(&other).is_err(),
        "the same fixes have one coding only"
    );
}

#[test]
fn an_empty_chunk_and_a_full_one_come_back() {
    assert_eq!(decode(&encode(Vec::new()).unwrap()), Ok(Vec::new()));
    let full: Vec<Fix> = (0..50_000).map(|s| fix(s, 0.0, 0.0)).collect();
    assert_eq!(decode(&encode(full.clone()).unwrap()), Ok(full));
}

#[test]
fn more_fixes_than_a_chunk_holds_are_refused() {
    let fixes = (0..70_000).map(|s| fix(s, 0.0, 0.0)).collect();
    assert_eq!(encode(fixes), Err(TooManyFixes { count: 70_000 }));
    let fixes = (0..=50_000).map(|s| fix(s, 0.0, 0.0)).collect();
    assert_eq!(
        encode(fixes),
        Err(TooManyFixes {
            count: MAX_FIXES + 1
        })
    );
}

#[test]
fn bytes_that_are_no_chunk_are_refused_by_cause() {
    let good = encode(walk(100)).unwrap();
    assert_eq!(decode(&[]), Err(CorruptChunk::UnknownVersion));
    assert_eq!(decode(&[0xF3, 0, 0, 0]), Err(CorruptChunk::UnknownVersion));
    assert_eq!(
        decode(&[0xF1, 0xFF, 0xFF, 0]),
        Err(CorruptChunk::ImpossibleCount)
    );
    assert_eq!(
        decode(&[0xF1, 0x10, 0x27, 0]),
        Err(CorruptChunk::ImpossibleCount)
    );
    assert_eq!(
        decode(&[&good[..], &[0]].concat()),
        Err(CorruptChunk::TrailingBytes)
    );
    assert!(matches!(
        decode(&good[..good.len() - 20]),
        Err(CorruptChunk::Truncated(_))
    ));
}

proptest! {
    #[test]
    fn every_fix_comes_back(fixes in prop::collection::vec(any_fix(), 0..80)) {
        let mut wanted = fixes.clone();
        wanted.sort_unstable();
        wanted.dedup_by_key(|fix| fix.key());
        prop_assert_eq!(decode(&encode(fixes).unwrap()), Ok(wanted));
    }

    #[test]
    fn order_and_repeats_do_not_change_the_bytes(
        (fixes, shuffled) in prop::collection::vec(any_fix(), 0..40)
            .prop_flat_map(|fixes| (Just(fixes.clone()), Just([fixes.clone(), fixes].concat()).prop_shuffle())),
    ) {
        prop_assert_eq!(encode(fixes), encode(shuffled));
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes);
        bytes.splice(0..0, [0xF1, 9, 0]);
        if let Ok(fixes) = decode(&bytes) {
            prop_assert!(fixes.len() == 9 && decode(&encode(fixes.clone()).unwrap()) == Ok(fixes));
        }
    }

    #[test]
    fn a_flipped_bit_never_panics_and_never_passes_for_the_same_fixes(at in 0_usize..4000) {
        let walk = walk(100);
        let mut bytes = encode(walk.clone()).unwrap();
        let at = at % (bytes.len() * 8);
        bytes[at / 8] ^= 1 << (at % 8);
        prop_assert_ne!(decode(&bytes), Ok(walk));
    }
}
