//! Files made to hurt: each is told apart from its headers, and nothing panics.

use proptest::prelude::*;

use super::*;

fn fault(bytes: &[u8]) -> DeriveFault {
    let fault = derive(bytes, &Limits::default()).unwrap_err();
    assert_eq!(
        inspect(bytes, &Limits::default())
            .faults
            .first()
            .copied()
            .unwrap_or(fault),
        fault
    );
    fault
}

/// A PNG that claims a size, with a valid checksum and no data worth the name.
fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = encoded(&quarters(2, 2), ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

/// CRC-32 of PNG (ISO/IEC 15948 annex D), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

/// The JPEG with its scan repeated: what a progressive bomb looks like from its markers.
fn scans(times: usize) -> Vec<u8> {
    let once = jpeg(&quarters(64, 64));
    let at = once
        .windows(2)
        .position(|pair| pair == [0xFF, 0xDA])
        .unwrap();
    let scan = &once[at..once.len() - 2];
    [&once[..at], &scan.repeat(times), &[0xFF, 0xD9]].concat()
}

/// The JPEG whose frame header claims a size and a kind.
fn jpeg_claiming(width: u16, height: u16, frame: u8) -> Vec<u8> {
    let mut bytes = jpeg(&quarters(64, 64));
    let at = bytes
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    bytes[at + 1] = frame;
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn vast_claims_are_refused_from_the_header() {
    assert_eq!(
        fault(&png_claiming(60_000, 60_000)),
        DeriveFault::TooManyPixels
    );
    assert_eq!(
        fault(&png_claiming(u32::MAX, u32::MAX)),
        DeriveFault::TooManyPixels
    );
    assert_eq!(
        fault(&jpeg_claiming(65_000, 65_000, 0xC0)),
        DeriveFault::TooManyPixels
    );
    let mut webp = b"RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0".to_vec();
    webp.extend([0xFF; 6]);
    assert_eq!(fault(&webp), DeriveFault::TooManyPixels);
}

#[test]
fn a_progressive_picture_is_held_to_its_memory() {
    let faults = |bytes: &[u8]| inspect(bytes, &Limits::default()).faults;
    assert_eq!(faults(&jpeg_claiming(7_500, 8_000, 0xC0)), []);
    assert_eq!(
        faults(&jpeg_claiming(7_500, 8_000, 0xC2)),
        [DeriveFault::TooManyPixels]
    );
}

#[test]
fn a_second_frame_header_does_not_hide_a_large_one() {
    let large = jpeg_claiming(65_000, 65_000, 0xC0);
    let at = large
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    let small = jpeg(&quarters(64, 64));
    let frame = &small[at..at + 19];
    for hidden in [
        [&large[..at], frame, &large[at..]].concat(),
        [&large[..at + 19], frame, &large[at + 19..]].concat(),
    ] {
        assert_eq!(fault(&hidden), DeriveFault::TooManyPixels);
    }
}

#[test]
fn hundreds_of_scans_are_refused() {
    assert_eq!(fault(&scans(500)), DeriveFault::ScanBomb);
    assert_eq!(inspect(&scans(64), &Limits::default()).faults, []);
    assert_eq!(
        inspect(&scans(65), &Limits::default()).faults,
        [DeriveFault::ScanBomb]
    );
    let limits = Limits {
        scanned_pixels: 64 * 64 * 10,
        ..Limits::default()
    };
    assert_eq!(inspect(&scans(10), &limits).faults, []);
    assert_eq!(inspect(&scans(11), &limits).faults, [DeriveFault::ScanBomb]);
}

#[test]
fn a_file_that_ends_early_is_called_truncated() {
    let picture = quarters(300, 200);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let whole = encoded(&picture, format);
        for kept in [whole.len() / 2, whole.len() - 1] {
            assert_eq!(
                fault(&whole[..kept]),
                DeriveFault::Truncated,
                "{format:?} {kept}"
            );
        }
        assert!(derive(&whole, &Limits::default()).is_ok(), "{format:?}");
    }
}

#[test]
fn what_follows_a_picture_is_passed_over() {
    let motion = [
        jpeg(&quarters(64, 64)),
        b"\0\0\0\x18ftypmp42 a film".to_vec(),
    ]
    .concat();
    assert!(derive(&motion, &Limits::default()).is_ok());
}

#[test]
fn other_files_are_no_pictures() {
    for bytes in [
        b"".as_slice(),
        b"\xFF",
        b"%PDF-1.7 ...",
        b"<svg/>",
        &[0; 1_000],
    ] {
        assert_eq!(fault(bytes), DeriveFault::NotAPicture);
    }
    assert_eq!(
        fault(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        DeriveFault::UnsupportedHeic
    );
}

#[test]
fn heads_without_bodies_are_faults() {
    for bytes in [
        b"\xFF\xD8\xFF".as_slice(),
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
    ] {
        assert!(derive(bytes, &Limits::default()).is_err());
    }
}

#[test]
fn an_ifd_that_points_to_itself_ends() {
    let tiff = [b"MM\0*\0\0\0\x08".as_slice(), &[0, 0], &8_u32.to_be_bytes()].concat();
    assert!(
        derive(
            &with_exif(&jpeg(&quarters(16, 16)), &tiff),
            &Limits::default()
        )
        .is_ok()
    );
}

const TIGHT: Limits = Limits {
    pixels: 1 << 20,
    memory_bytes: 1 << 24,
    scans: 8,
    scanned_pixels: 1 << 22,
};

/// Whole pictures of every kind, for spoiling.
fn whole() -> Vec<Vec<u8>> {
    let picture = quarters(40, 30);
    vec![
        with_exif(&jpeg(&picture), &phone_tiff(6)),
        encoded(&picture, ImageFormat::Png),
        encoded(&picture, ImageFormat::WebP),
        scans(3),
    ]
}

proptest! {
    #[test]
    fn no_bytes_panic(magic in 0..5_usize, bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let heads = [
            b"\xFF\xD8\xFF".as_slice(), b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic", b"",
        ];
        let file = [heads[magic], &bytes].concat();
        let seen = inspect(&file, &TIGHT);
        prop_assert!((1..=8).contains(&seen.orientation));
        let result = derive(&file, &TIGHT);
        prop_assert!(seen.faults.is_empty() || result.is_err());
        prop_assert!(magic != 3 || result == Err(DeriveFault::UnsupportedHeic));
    }

    #[test]
    fn no_spoiled_picture_panics(
        kind in 0..4_usize,
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
    ) {
        let mut file = whole().swap_remove(kind);
        for (at, byte) in spoils {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let cut = file.len() / 2 + end.index(file.len() / 2) + 1;
        let seen = inspect(&file[..cut], &TIGHT);
        let result = derive(&file[..cut], &TIGHT);
        prop_assert!(seen.faults.is_empty() || result.is_err());
        if let Ok(derived) = result {
            prop_assert!(derived.width.max(derived.height) <= 1_280);
        }
    }
}
