//! Bundles sealed, opened, damaged and made up.

use proptest::prelude::*;
use uuid::Uuid;

use crate::base::ids::LogId;
use crate::base::time::Timestamp;

use super::format::{FORMAT, Head, Reader, Record, Writer};
use super::seal::{Damage, MAGIC, Opened, Opening, Sealer};

const SECRET: Opening = Opening::of([7; 32]);
const MOST: usize = 1 << 20;

fn head() -> Head {
    Head {
        format: FORMAT,
        log: LogId(Uuid::from_u128(5)),
        key_id: "k".repeat(43),
        made_at: Timestamp::from_millis(1_772_420_000_000),
        number: 3,
    }
}

fn bundle(originals: &[Vec<u8>]) -> Vec<u8> {
    let sealer = Sealer::begin(Vec::new(), &SECRET.recipient(), [9; 32]).unwrap();
    let mut writer = Writer::begin(sealer, &head()).unwrap();
    writer.fact(br#"{"kind":"plot"}"#).unwrap();
    for bytes in originals {
        writer.original(Uuid::from_u128(1), bytes).unwrap();
    }
    writer.end(|_| vec![1; 64]).unwrap()
}

fn read(bytes: &[u8]) -> Result<Vec<Record>, Damage> {
    let mut reader = Reader::begin(bytes, &SECRET, MOST)?;
    let mut records = Vec::new();
    loop {
        let record = reader.next_record()?;
        let is_end = matches!(record, Record::End(_));
        records.push(record);
        if is_end {
            return Ok(records);
        }
    }
}

#[test]
fn what_was_sealed_is_read_again() {
    for length in [0, 1, 65_000, 65_536, 200_000] {
        let records = read(&bundle(&[vec![4; length]])).unwrap();
        assert_eq!(records[0], Record::Fact(br#"{"kind":"plot"}"#.to_vec()));
        let Record::Original { bytes, .. } = &records[1] else {
            unreachable!("the second record is an original")
        };
        assert_eq!(bytes, &vec![4; length]);
        let Record::End(foot) = &records[2] else {
            unreachable!("the third record is the end")
        };
        assert_eq!((foot.count, foot.signature.clone()), (2, vec![1; 64]));
        assert!(foot.text.contains(&crate::base::hex(&foot.sha256)));
    }
}

#[test]
fn nobody_else_opens_it_and_it_says_so() {
    let bytes = bundle(&[]);
    let other = Reader::begin(&bytes[..], &Opening::of([8; 32]), MOST);
    assert!(matches!(other.err(), Some(Damage::OtherRecipient)));
    assert!(matches!(
        read(b"PK\x03\x04").err(),
        Some(Damage::NotABundle)
    ));
    assert!(matches!(read(&[]).err(), Some(Damage::NotABundle)));
}

#[test]
fn what_follows_the_end_is_no_part_of_it() {
    let mut bytes = bundle(&[]);
    bytes.push(0);
    assert!(matches!(read(&bytes).err(), Some(Damage::Malformed(_))));
}

#[test]
fn an_original_larger_than_accepted_is_refused_before_it_is_read() {
    let bytes = bundle(&[vec![0; MOST + 1]]);
    assert!(matches!(read(&bytes).err(), Some(Damage::Malformed(_))));
}

/// A file that opens and holds these bytes.
fn sealed(plain: &[u8]) -> Vec<u8> {
    let mut sealer = Sealer::begin(Vec::new(), &SECRET.recipient(), [9; 32]).unwrap();
    sealer.add(plain).unwrap();
    sealer.end().unwrap()
}

proptest! {
    #[test]
    fn no_bytes_open_by_chance(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).is_err());
        let mut begun = bundle(&[])[..MAGIC.len() + 8 + 32].to_vec();
        begun.extend(&bytes);
        prop_assert!(read(&begun).is_err());
    }

    #[test]
    fn whatever_is_sealed_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&sealed(&bytes)).is_err());
        let file = sealed(&bytes);
        let mut opened = Opened::begin(&file[..], &SECRET).unwrap();
        let mut plain = vec![0; bytes.len()];
        opened.read_exact(&mut plain).unwrap();
        opened.expect_end().unwrap();
        prop_assert_eq!(plain, bytes);
    }

    #[test]
    fn a_bundle_that_is_cut_anywhere_is_refused(share in 0.0..1.0_f64) {
        let bytes = bundle(&[vec![4; 70_000]]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a small length")]
        let at = (bytes.len() as f64 * share) as usize;
        prop_assert!(read(&bytes[..at]).is_err());
    }

    #[test]
    fn a_bundle_that_is_changed_anywhere_is_refused(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut bytes = bundle(&[vec![4; 300]]);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(read(&bytes).is_err());
    }
}
