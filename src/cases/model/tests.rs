//! The archive, the words and the pages.

use uuid::Uuid;

use super::archive::{ArchiveFault, Writer, read};
use super::facts::{CaseFacts, HeadFacts, Landmark, PhotoFacts};
use super::grades::{Numbers, asked, grades};
use super::pages::pages;
use super::sketch_labels::crosses;
use super::words::{
    compass, end_label, finding_label, flag_label, inspected_label, label, missing_label, moment,
    number,
};
use crate::base::ids::PlotId;
use crate::base::paper::letters::{covers, lines, width};
use crate::base::paper::offices::Above;
use crate::base::paper::paint::{Mark, pdf};
use crate::base::time::Timestamp;
use crate::base::words::{AreaMethod, Crop, PlantsMethod};
use crate::geo::position::Position;
use crate::ledger::model::words::{
    Completeness, FactKind, Finding, Inspected, LifeFlag, Missing, PlotState, ReturnEnd, Sameness,
};
use crate::plots::model::PlotFlag;

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
    assert_eq!(moment(at), "28/02/2026 01:05");
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
        bytes: 1_234_567,
        is_stored: true,
        erased: None,
        joined: "điểm trồng này; lần khai phá nhổ thứ 1".into(),
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
        org: Some("Công an tỉnh Mẫu".into()),
        above: Above::Named("Bộ Công an".into()),
        dated_at: Some("Mẫu".into()),
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
            accuracy_m: None,
        }),
        asked: Vec::new(),
        grades: Vec::new(),
        custody: Vec::new(),
        photos: (0..photos).map(photo).collect(),
        left_out: 0,
        head: HeadFacts {
            text: format!("42:{}", "cd".repeat(32)),
            at: Timestamp::from_millis(1_772_420_400_000),
            key: "6f81737296c967c1".into(),
        },
        stamps: Vec::new(),
    }
}

#[test]
fn photos_that_are_not_in_the_package_are_told_by_their_number() {
    let told = |left_out: usize| {
        let case = CaseFacts {
            left_out,
            ..case(1)
        };
        pages(&case)
            .iter()
            .map(|page| texts(page))
            .collect::<String>()
    };
    assert!(told(7).contains("Ngoài ra có 7 ảnh mới chỉ được khai báo"));
    assert!(!told(0).contains("khai báo, chưa nhận"));
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
        "BỘ CÔNG AN",
        "CÔNG AN TỈNH MẪU",
        "Số: ……/……",
        "Mẫu, ngày 02 tháng 03 năm 2026",
        "X = 2.487.639,5 m; Y = 419.615,4 m",
        "104°45′, múi chiếu 3°",
    ] {
        assert!(first.contains(wanted), "{wanted} in\n{first}");
    }
    let all: Vec<String> = pages.iter().map(|page| texts(page)).collect();
    let head = format!("42:{}", "cd".repeat(32));
    assert!(all.iter().all(|page| page.contains(&head)), "every page");
    let whole = all.join("\n").replace('\n', " ");
    for wanted in [
        "ký lúc 02/03/2026 10:00, khóa 6f81737296c967c1",
        "Ảnh 1 – Toàn cảnh – 02/03/2026 10:00",
        "kinh tuyến trục 104°45′",
        "WGS84 22,485700° B; 103,970800° Đ; sai số ±6,0 m; cách tâm điểm trồng 15 m.",
        "Kích thước: 1.234.567 byte. Toàn vẹn: tệp gốc có trong gói",
        "Liên kết: điểm trồng này; lần khai phá nhổ thứ 1.",
        "THỦ TRƯỞNG ĐƠN VỊ",
    ] {
        assert!(whole.contains(wanted), "{wanted} in\n{whole}");
    }
    let sheets = all
        .iter()
        .filter(|page| page.contains("BẢN ẢNH HIỆN TRƯỜNG"));
    assert_eq!(sheets.count(), 2, "three photos, two on a page");
    let sketch = all.last().unwrap();
    assert!(sketch.contains("SƠ ĐỒ HIỆN TRƯỜNG"));
    // By integrating the meridian's radius: 15.12 m to the photos, 11,073.8 m to the gate.
    // The circle of 64 m² has a radius of 4.51 m. The three were taken from one spot.
    assert!(
        sketch.contains("Ảnh 1–3 – tâm 15,1 m; mép 10,6 m"),
        "{sketch}"
    );
    assert!(
        sketch.contains(
            "Cửa khẩu Kim Thành; điểm trồng cách mốc 11.074 m về phía nam (từ mép: 11.069 m)"
        ),
        "{sketch}"
    );
    assert!(
        sketch.contains("Cửa khẩu Kim Thành: 11.074 m, hướng bắc (0°)"),
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

/// The boxes that texts cover: left, top, right, bottom.
fn boxes(page: &[Mark]) -> Vec<([f32; 4], String)> {
    let texts = page.iter().filter_map(|mark| match mark {
        Mark::Text {
            x,
            y,
            size,
            bold,
            text,
        } => {
            let right = x + width(text, *size, *bold);
            Some(([*x, y - size * 0.8, right, y + size * 0.2], text.clone()))
        }
        _ => None,
    });
    texts.collect()
}

#[test]
fn no_label_of_the_sketch_lies_over_another_and_none_leaves_the_page() {
    let around = |n: usize| {
        let n = f64::from(u32::try_from(n).unwrap());
        Position::new(
            103.9707 + 4e-6 * (n % 5.0),
            22.4856 + 5e-6 * (n / 5.0).floor(),
        )
        .unwrap()
    };
    for count in [1, 3, 12, 40] {
        let mut case = case(count);
        for (at, photo) in case.photos.iter_mut().enumerate() {
            photo.position = Some(around(at));
        }
        case.outline = [(-4e-5, -3e-5), (5e-5, -4e-5), (4e-5, 5e-5), (-3e-5, 4e-5)]
            .map(|(lon, lat)| Position::new(103.9707 + lon, 22.4856 + lat).unwrap())
            .to_vec();
        let sketch = pages(&case).pop().unwrap();
        let boxes = boxes(&sketch);
        for (at, (one, told)) in boxes.iter().enumerate() {
            assert!(
                one[0] >= 48.0 && one[2] <= 595.0 && one[3] <= 842.0,
                "{told}"
            );
            for (other, also) in &boxes[at + 1..] {
                let apart = one[2] <= other[0]
                    || other[2] <= one[0]
                    || one[3] <= other[1]
                    || other[3] <= one[1];
                assert!(apart, "{told} lies over {also}");
            }
        }
        for (own, told) in &boxes {
            // A line that leads to its label ends at the label's edge.
            let inner = [own[0] + 0.5, own[1] + 0.5, own[2] - 0.5, own[3] - 0.5];
            let line = sides(&sketch).find(|side| crosses(&inner, *side));
            assert_eq!(line, None, "a line runs through {told}");
        }
        let told = texts(&sketch);
        assert!(
            told.contains("Tâm điểm trồng") && told.contains("Ảnh 1"),
            "{told}"
        );
    }
}

type Point = (f32, f32);

/// Every straight side of a page, circles as polygons.
fn sides(page: &[Mark]) -> impl Iterator<Item = (Point, Point)> {
    let rings = page.iter().filter_map(|mark| match mark {
        Mark::Line { points, closed, .. } => {
            let mut ring = points.clone();
            ring.extend(closed.then_some(points[0]));
            Some(ring)
        }
        Mark::Circle {
            middle,
            radius,
            filled: false,
        } => {
            let at = |part: u8| {
                let angle = f32::from(part) * std::f32::consts::TAU / 180.0;
                (
                    middle.0 + radius * angle.cos(),
                    middle.1 + radius * angle.sin(),
                )
            };
            Some((0..=180).map(at).collect())
        }
        _ => None,
    });
    rings.flat_map(|ring: Vec<Point>| {
        let next: Vec<Point> = ring.iter().skip(1).copied().collect();
        ring.into_iter().zip(next)
    })
}

#[test]
fn a_side_meets_a_box_that_it_crosses_or_touches_and_no_other() {
    let place = [10.0, 10.0, 30.0, 20.0];
    for (side, meets) in [
        (((0.0, 15.0), (40.0, 15.0)), true),
        (((0.0, 0.0), (40.0, 30.0)), true),
        (((12.0, 12.0), (14.0, 14.0)), true),
        (((20.0, 0.0), (20.0, 10.0)), true),
        (((0.0, 9.0), (40.0, 9.0)), false),
        (((0.0, 15.0), (9.0, 15.0)), false),
        (((0.0, 25.0), (25.0, 40.0)), false),
        (((5.0, 5.0), (5.0, 40.0)), false),
    ] {
        assert_eq!(crosses(&place, side), meets, "{side:?}");
    }
}

#[test]
fn an_unknown_office_above_is_a_dotted_line_and_a_committee_has_none() {
    let mut own = case(0);
    own.above = Above::Unknown;
    own.dated_at = None;
    let first = texts(&pages(&own)[0]);
    assert!(first.contains("……………………………\nCÔNG AN TỈNH MẪU"), "{first}");
    assert!(
        first.contains("………………, ngày 02 tháng 03 năm 2026"),
        "{first}"
    );
    own.above = Above::Nobody;
    let first = texts(&pages(&own)[0]);
    assert!(first.starts_with("CÔNG AN TỈNH MẪU"), "{first}");
}

#[test]
fn the_paper_gives_every_reason_in_both_languages_with_what_was_waived_returned_and_asked() {
    let told = serde_json::json!({
        "eradications": [{
            "eradication": "e", "grade": "C", "rules": 2, "missing": ["photos_after"], "set_reasons": ["waived"],
            "reasons": [
                { "code": "waived", "cap": "C", "vi": "Được cho phép thiếu ảnh", "en": "Counted without its photos" },
                { "code": "no_nonce", "cap": "A", "vi": "Không có mã", "en": "No number" },
            ],
            "photos": [{ "id": "p", "grade": "A", "reasons": ["no_nonce"] }, { "id": "q", "grade": "B", "reasons": [] }],
            "seal": { "root": "ab12", "sealed_at": "2026-02-28T02:00:00Z" },
        }],
        "waivers": [{ "eradication": "e", "reason": "mưa", "at": "2026-02-27T02:00:00Z", "org_name": "Đồn A" }],
        "returns": [{ "eradication": "e", "reason": "thiếu ảnh", "at": "2026-02-27T03:00:00Z", "org_name": "Đồn A",
            "ended_vi": "đã trả lời" }],
        "questions": [{
            "photo": "q", "vi": "Có phải máy thử?", "state": "upheld", "asked_at": "2026-02-27T04:00:00Z",
            "replies": [
                { "kind": "answer", "org_name": "Tổ 1", "said_at": "2026-02-27T05:00:00Z", "said": { "text": "không phải", "result": null } },
                { "kind": "decision", "org_name": "Đồn A", "said_at": "2026-02-27T06:00:00Z", "said": { "text": "trùng ảnh cũ", "result": "upheld" } },
            ],
        }],
    });
    let numbers: Numbers = [("p".to_owned(), 1), ("q".to_owned(), 2)].into();
    let (title, lines) = grades(&told, &numbers).remove(0);
    assert_eq!(title, "Lần phá nhổ 1: mức C (quy tắc đánh giá phiên bản 2)");
    assert_eq!(
        lines,
        [
            "Từng ảnh: ảnh 1: A; ảnh 2: B.",
            "Được cho phép thiếu ảnh / Counted without its photos (cao nhất còn mức C; cả bộ).",
            "Không có mã / No number (chỉ để biết; ảnh 1).",
            "Còn thiếu so với mức tối thiểu: ảnh sau khi phá nhổ.",
            "Cho phép thiếu ảnh (27/02/2026 09:00, Đồn A): mưa",
            "Trả lại (27/02/2026 10:00, Đồn A): thiếu ảnh – đã trả lời",
            "Niêm phong lúc 28/02/2026 09:00, gốc ab12.",
        ]
    );
    assert_eq!(
        asked(&told, &numbers),
        [
            "Ảnh 2: Có phải máy thử? Hỏi lúc 27/02/2026 11:00; kết luận: không chấp nhận. \
             Trả lời (27/02/2026 12:00, Tổ 1): “không phải”. \
             Kết luận không chấp nhận (27/02/2026 13:00, Đồn A): “trùng ảnh cũ”."
        ]
    );
    let mut own = case(2);
    own.grades = grades(&told, &numbers);
    own.custody = vec![(
        Timestamp::from_millis(1_772_420_400_000),
        "Xuất hồ sơ – don-bp (Đồn A): bàn giao".into(),
    )];
    let printed = pages(&own);
    let printed: Vec<String> = printed.iter().map(|page| texts(page)).collect();
    let printed = printed.join("\n").replace('\n', " ");
    for wanted in [
        "Không có mã / No number (chỉ để biết; ảnh 1).",
        "Xuất hồ sơ – don-bp (Đồn A): bàn giao",
        "Không có dấu thời gian bên ngoài (RFC 3161).",
    ] {
        assert!(printed.contains(wanted), "{wanted} in\n{printed}");
    }
}

#[test]
fn the_corners_of_a_walked_edge_stand_on_the_plane_with_how_far_it_reaches() {
    let mut own = case(0);
    own.outline = [(0.0, 0.0), (1e-4, 0.0), (1e-4, 2e-4), (0.0, 2e-4)]
        .map(|(lon, lat)| Position::new(103.9707 + lon, 22.4856 + lat).unwrap())
        .to_vec();
    own.outline.push(own.outline[0]);
    let first = texts(&pages(&own)[0]);
    // Of the ellipsoid: a ten-thousandth of a degree is 10.29 m of the parallel and 11.07 m of the meridian there; the
    // grid is turned by 0.3 degrees against both.
    assert!(
        first.contains("đông – tây 10,4 m; bắc – nam 22,2 m"),
        "{first}"
    );
    assert!(
        first.contains("Góc 4 (VN-2000)") && !first.contains("Góc 5"),
        "{first}"
    );
    assert!(
        first.contains("Góc 1 (VN-2000)\nX = 2.487.639,5 m; Y = 419.615,4 m"),
        "{first}"
    );
}

#[test]
fn a_landmark_near_the_plot_is_drawn_in_its_place() {
    let mut near = case(1);
    near.landmark = Some(Landmark {
        name: "Bản Sín Chải".into(),
        position: Position::new(103.9707, 22.48565).unwrap(),
        accuracy_m: Some(50.0),
    });
    let sketch = pages(&near).pop().unwrap();
    assert!(sketch.iter().any(|mark| matches!(mark, Mark::Block { .. })));
    let told = texts(&sketch);
    assert!(told.contains("Bản Sín Chải: 6 m, hướng bắc (0°)"), "{told}");
    assert!(
        told.contains(
            "Bản Sín Chải (vị trí mốc ±50 m); điểm trồng cách mốc 6 m về phía nam (từ mép: 1 m)"
        ),
        "{told}"
    );
}

#[test]
fn the_summary_tells_what_was_refused_what_conflicts_and_what_is_missing() {
    let told = serde_json::json!({
        "state": "rejected", "crop": "cannabis", "crop_verified": "cannabis",
        "flags": ["conflict", "after_final"], "missing": ["minutes"],
        "quantities": { "claimed": { "plants": 320 }, "destroyed_claimed": { "plants": 900 }, "verified": {} },
        "conflicts": [{ "figure": "plants", "measured": 320.0, "measured_by": "claimed", "destroyed": 900.0, "remaining": 0.0, "tolerance_pct": 20.0 }],
        "evidence_grades": { "b": "C" },
        "detected_at": "2026-02-20T02:00:00Z",
        "timeline": [
            { "id": "a", "kind": "verification", "at": "2026-02-21T02:00:00Z", "flag": null, "corrected_by": null, "said": { "finding": "look_alike", "amount": {} } },
            { "id": "b", "kind": "eradication", "at": "2026-02-22T02:00:00Z", "flag": "after_final", "corrected_by": null, "said": { "completeness": "full", "destroyed": { "plants": 900 } } },
            { "id": "c", "kind": "reopening", "at": "2026-02-23T02:00:00Z", "flag": "out_of_place", "corrected_by": null, "said": { "reason": "x" } },
            { "id": "d", "kind": "verification", "at": "2026-02-24T02:00:00Z", "flag": "after_final", "corrected_by": null, "said": { "finding": "confirmed", "amount": { "plants": 5 } } },
            { "id": "e", "kind": "return", "at": "2026-02-25T02:00:00Z", "flag": null, "corrected_by": null, "said": { "eradication": "b", "reason": "thiếu ảnh toàn cảnh" } },
            { "id": "f", "kind": "reply", "at": "2026-02-26T02:00:00Z", "flag": null, "corrected_by": null, "said": { "returned": "e", "text": "máy ảnh hỏng" } },
        ],
    });
    let told = told.as_object().unwrap();
    let summary = super::summary::summary(told);
    let of = |name: &str| {
        summary
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(of("Loại cây ghi nhận (đã bị bác bỏ)"), Some("Cây cần sa"));
    assert_eq!(of("Đã xác minh"), None);
    assert_eq!(of("Báo đã phá nhổ"), Some("900 cây"));
    assert_eq!(
        of("Mâu thuẫn số liệu"),
        Some("ghi nhận 320 cây, báo phá 900 cây, còn lại 0 cây (sai số cho phép 20 %)")
    );
    assert_eq!(of("Còn thiếu"), Some("biên bản"));
    assert_eq!(
        of("Lưu ý"),
        Some("số liệu mâu thuẫn; ghi sau khi điểm đã kết thúc")
    );
    assert_eq!(of("Mức chứng cứ (A–D)"), Some("lần 1: C"));
    let course: Vec<String> = super::course::course(told)
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    assert_eq!(
        course,
        [
            "Phát hiện",
            "Xác minh: bác bỏ: cây trông giống",
            "Phá nhổ, tiêu hủy: toàn bộ, 900 cây – không có hiệu lực (ghi sau khi điểm đã kết thúc)",
            "Mở lại: x – không có hiệu lực (bước không hợp lệ ở trạng thái này)",
            "Xác minh: đúng là cây có chứa chất ma túy, 5 cây – không có hiệu lực (ghi sau khi điểm đã kết thúc)",
            "Trả lại – cần bổ sung: thiếu ảnh toàn cảnh",
            "Trả lời: máy ảnh hỏng",
        ]
    );
}

/// The codes of a vocabulary that are shown as they are.
macro_rules! untold {
    ($words:ident, $label:ident) => {
        $words::ALL
            .iter()
            .map(|word| word.as_str().to_owned())
            .filter(|code| $label(code) == code)
    };
}

#[test]
fn whatever_a_page_may_say_of_a_plot_is_said_in_vietnamese() {
    let untold: Vec<String> = untold!(LifeFlag, flag_label)
        .chain(untold!(PlotFlag, flag_label))
        .chain(untold!(Missing, missing_label))
        .chain(untold!(Finding, finding_label))
        .chain(untold!(Inspected, inspected_label))
        .chain(untold!(ReturnEnd, end_label))
        .chain(untold!(PlotState, label))
        .chain(untold!(FactKind, label))
        .chain(untold!(Sameness, label))
        .chain(untold!(Completeness, label))
        .chain(untold!(Crop, label))
        .chain(untold!(AreaMethod, label))
        .chain(untold!(PlantsMethod, label))
        .collect();
    assert!(untold.is_empty(), "{untold:?}");
}
