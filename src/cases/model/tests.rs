//! The archive, the words and the pages.

use uuid::Uuid;

use super::archive::{ArchiveFault, Writer, read};
use super::facts::{CaseFacts, Landmark, PhotoFacts};
use super::pages::pages;
use super::words::{compass, moment, number};
use crate::base::ids::PlotId;
use crate::base::paper::letters::{covers, lines, width};
use crate::base::paper::paint::{Mark, pdf};
use crate::base::time::Timestamp;
use crate::geo::position::Position;

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut all = Vec::new();
    for (name, bytes) in files {
        all.extend(writer.before(name, bytes).unwrap());
        all.extend_from_slice(bytes);
    }
    all.extend(writer.end().unwrap());
    all
}

#[test]
fn an_archive_gives_back_what_went_in_and_notices_what_changed() {
    let files: [(&str, &[u8]); 3] = [
        ("a/ảnh.jpg", b"\xFF\xD8\xFF"),
        ("empty", b""),
        ("b", b"text"),
    ];
    let whole = archive(&files);
    let back = read(&whole).unwrap();
    let back: Vec<(&str, &[u8])> = back
        .iter()
        .map(|(name, bytes)| (name.as_str(), *bytes))
        .collect();
    assert_eq!(back, files);
    let mut changed = whole.clone();
    let at = changed.windows(4).position(|four| four == b"text").unwrap();
    changed[at] ^= 1;
    assert_eq!(read(&changed), Err(ArchiveFault::Checksum("b".into())));
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "cut at {length}");
    }
    assert_eq!(
        read(&archive(&[("b", b"1"), ("b", b"2")])),
        Err(ArchiveFault::Twice("b".into()))
    );
}

#[test]
fn numbers_times_and_directions_are_written_as_papers_do() {
    let told = [
        number(2_487_639.514, 1),
        number(64.0, 0),
        number(-1234.5, 2),
        number(999.96, 1),
    ];
    assert_eq!(told, ["2.487.639,5", "64", "-1.234,50", "1.000,0"]);
    let at: Timestamp = "2026-02-27T18:05:00Z".parse().unwrap();
    assert_eq!(moment(at), "01 giờ 05 phút, 28/02/2026");
    let ways = [0.0, 44.0, 90.0, 200.0, 337.4, 359.0].map(compass);
    assert_eq!(ways, ["bắc", "đông bắc", "đông", "nam", "tây bắc", "bắc"]);
}

/// Every letter of Vietnamese, in both cases, and the signs that the pages use.
const LETTERS: &str = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵfjwz\
    0123456789.,:;()/–-°′±²…";

#[test]
fn the_fonts_hold_every_vietnamese_letter() {
    assert!(covers(LETTERS) && covers(&LETTERS.to_uppercase()));
}

#[test]
fn text_is_broken_within_its_width() {
    let text =
        "Bản ảnh hiện trường và sơ đồ hiện trường 0123456789abcdef0123456789abcdef0123456789abcdef";
    let broken = lines(text, 12.0, false, 120.0);
    assert!(broken.len() > 3);
    for line in &broken {
        assert!(width(line, 12.0, false) <= 120.0, "{line}");
    }
    assert_eq!(broken.concat().replace(' ', ""), text.replace(' ', ""));
    // Liberation Serif has the widths of Times New Roman: a digit is half the size wide.
    assert!((width("00", 10.0, false) - 10.0).abs() < 0.01);
}

fn case(photos: usize) -> CaseFacts {
    let position = Position::new(103.9707, 22.4856).unwrap();
    let photo = |n: usize| PhotoFacts {
        name: format!("01938f3a-{n}"),
        sha256: "ab".repeat(32),
        taken_at: Timestamp::from_millis(1_772_420_400_000),
        position: Some(Position::new(103.9708, 22.4857).unwrap()),
        accuracy_m: Some(6.0),
        phase: "overview".into(),
        taken_by: "don-bp".into(),
        after_seal: n == 2,
        image: None,
        instead: "Không có bản hiển thị",
    };
    CaseFacts {
        plot: PlotId(Uuid::from_u128(7)),
        org: Some("Công an tỉnh".into()),
        made_at: Timestamp::from_millis(1_772_420_400_000),
        reason: "bàn giao".into(),
        position,
        hacc_m: Some(6.5),
        outline: Vec::new(),
        area_m2: Some(64.0),
        lines: vec![("Loại cây".into(), "Cây thuốc phiện (anh túc)".into())],
        steps: vec![(
            Timestamp::from_millis(1_772_420_400_000),
            "Phát hiện".into(),
        )],
        landmark: Some(Landmark {
            name: "Cửa khẩu Kim Thành".into(),
            position: Position::new(103.9707, 22.5856).unwrap(),
        }),
        photos: (0..photos).map(photo).collect(),
        head: "42 mục".into(),
        root: "cd".repeat(32),
    }
}

fn texts(page: &[Mark]) -> String {
    let texts = page.iter().filter_map(|mark| match mark {
        Mark::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_pages_carry_the_heading_the_plane_coordinates_the_photos_and_the_sketch() {
    let pages = pages(&case(3));
    let first = texts(&pages[0]);
    for wanted in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "CÔNG AN TỈNH",
        "X = 2.487.639,5 m; Y = 419.615,4 m",
        "104°45′, múi chiếu 3°",
    ] {
        assert!(first.contains(wanted), "{wanted} in\n{first}");
    }
    let all: Vec<String> = pages.iter().map(|page| texts(page)).collect();
    let sheets = all
        .iter()
        .filter(|page| page.contains("BẢN ẢNH HIỆN TRƯỜNG"));
    assert_eq!(sheets.count(), 2, "three photos, two on a page");
    let sketch = all.last().unwrap();
    assert!(sketch.contains("SƠ ĐỒ HIỆN TRƯỜNG"));
    // By integrating the meridian's radius: 15.12 m to the photos, 11,073.8 m to the gate.
    assert!(sketch.contains("Ảnh 1 – 15,1 m"), "{sketch}");
    assert!(
        sketch.contains("Cửa khẩu Kim Thành; điểm trồng cách mốc 11.074 m về phía nam"),
        "{sketch}"
    );
}

#[test]
fn the_pages_become_a_pdf_with_one_sheet_each() {
    let pages = pages(&case(40));
    for mark in pages.iter().flatten() {
        if let Mark::Text {
            x,
            size,
            bold,
            text,
            ..
        } = mark
        {
            assert!(
                x + width(text, *size, *bold) < 595.0,
                "beyond the page: {text}"
            );
            assert!(covers(text), "{text}");
        }
    }
    let bytes = pdf("Hồ sơ", &pages).unwrap();
    assert!(bytes.starts_with(b"%PDF-1."));
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("LiberationSerif"), "the fonts are named");
    assert!(
        text.contains(&format!("/Count {}", pages.len())),
        "as many pages as were made"
    );
}
