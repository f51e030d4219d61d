//! What offices call their columns, without marks, and what that is here.

use crate::base::unmarked::unmarked;
use crate::base::words::vocabulary;

use super::spots::{paired, spot};
use super::table::FileFormat;

vocabulary! {
    /// What a file holds.
    ImportKind: "a kind of import" {
        /// Plots of illicit crops, as they stand in old lists.
        Plots = "plots",
        /// Risk areas.
        RiskAreas = "risk_areas",
        /// Border gates and crossings.
        Gates = "gates",
        /// Hamlets.
        Hamlets = "hamlets",
    }
}

pub(super) type Names<T> = &'static [(T, &'static [&'static str])];

const CODE: (&str, &[&str]) = (
    "code",
    &[
        "code",
        "ma",
        "ma so",
        "ky hieu",
        "ma khu vuc",
        "ma diem",
        "ma diem trong",
        "ma thon",
        "ma thon ban",
        "ma ban",
        "ma cua khau",
    ],
);
const NAME: (&str, &[&str]) = (
    "name",
    &[
        "name",
        "ten",
        "ten goi",
        "ten khu vuc",
        "ten thon",
        "ten thon ban",
        "ten ban",
        "thon ban",
        "ten cua khau",
        "cua khau",
    ],
);
const COMMUNE: (&str, &[&str]) = (
    "commune",
    &[
        "commune",
        "commune code",
        "ma xa",
        "ma xa phuong",
        "ma dvhc",
    ],
);
const ACCURACY: &[&str] = &[
    "accuracy m",
    "hacc m",
    "sai so",
    "sai so m",
    "sai so vi tri m",
];

const PLOTS: Names<&str> = &[
    CODE,
    COMMUNE,
    ("crop", &["crop", "loai cay", "cay"]),
    (
        "detected_at",
        &[
            "detected at",
            "ngay phat hien",
            "thoi gian phat hien",
            "phat hien luc",
            "ngay",
        ],
    ),
    (
        "detected_by",
        &["detected by", "nguon phat hien", "phat hien qua"],
    ),
    ("stage", &["stage", "giai doan", "giai doan sinh truong"]),
    (
        "plants",
        &[
            "plants",
            "so cay",
            "so luong cay",
            "so luong",
            "so cay phat hien",
            "phat hien so cay",
        ],
    ),
    (
        "plants_method",
        &["plants method", "cach dem", "cach dem cay"],
    ),
    (
        "area_m2",
        &[
            "area m2",
            "dien tich",
            "dien tich m2",
            "dien tich m²",
            "dien tich phat hien",
            "dien tich phat hien m2",
            "dien tich phat hien m²",
            "dien tich m2 phat hien",
            "dien tich m² phat hien",
            "phat hien dien tich",
        ],
    ),
    (
        "area_method",
        &["area method", "cach do", "cach do dien tich"],
    ),
    ("land", &["land", "loai dat"]),
    ("hacc_m", ACCURACY),
    ("voluntary", &["voluntary", "tu nguyen", "tu nguyen pha bo"]),
    ("outside_vietnam", &["outside vietnam", "ben kia bien gioi"]),
    (
        "intercropped_with",
        &["intercropped with", "trong xen", "trong xen voi"],
    ),
    (
        "forest_compartment",
        &["forest compartment", "tieu khu", "tieu khu khoanh"],
    ),
    ("notes", &["notes", "ghi chu"]),
];

const RISK_AREAS: Names<&str> = &[
    CODE,
    NAME,
    (
        "level",
        &["level", "muc nguy co", "muc do", "muc do nguy co"],
    ),
    ("basis", &["basis", "can cu"]),
    ("crop", &["crop", "loai cay", "cay"]),
    (
        "windows",
        &[
            "windows",
            "thoi gian kiem tra",
            "thoi gian kiem tra trong nam",
        ],
    ),
    (
        "required_visits",
        &[
            "required visits",
            "so luot kiem tra",
            "so luot kiem tra moi vu",
        ],
    ),
    (
        "valid_from",
        &["valid from", "tu ngay", "hieu luc tu", "hieu luc tu ngay"],
    ),
    ("valid_to", &["valid to", "den ngay", "den het ngay"]),
];

const GATES: Names<&str> = &[
    CODE,
    NAME,
    COMMUNE,
    ("kind", &["kind", "type", "loai", "loai cua khau"]),
    ("accuracy_m", ACCURACY),
    ("basis", &["basis", "can cu", "nguon", "nguon vi tri"]),
];

const HAMLETS: Names<&str> = &[
    CODE,
    NAME,
    COMMUNE,
    ("kind", &["kind", "type", "loai"]),
    (
        "former_names",
        &[
            "former names",
            "ten cu",
            "ten truoc day",
            "ten truoc sap nhap",
        ],
    ),
    ("accuracy_m", ACCURACY),
    ("basis", &["basis", "can cu", "nguon", "nguon vi tri"]),
];

const fn fields(kind: ImportKind) -> Names<&'static str> {
    match kind {
        ImportKind::Plots => PLOTS,
        ImportKind::RiskAreas => RISK_AREAS,
        ImportKind::Gates => GATES,
        ImportKind::Hamlets => HAMLETS,
    }
}

/// Letters in the names of a dBASE table's columns.
const DBASE_LETTERS: usize = 10;

/// The field that a column of a file is, if it is one of that kind.
#[must_use]
pub fn field(kind: ImportKind, format: FileFormat, head: &str) -> Option<&'static str> {
    // A share is no count and no area, and unmarked words have no such sign.
    if head.contains('%') {
        return None;
    }
    let word = unmarked(head);
    let all = fields(kind);
    let exact = all.iter().find(|(_, names)| names.contains(&word.as_str()));
    if let Some((field, _)) = exact {
        return Some(field);
    }
    if format != FileFormat::Shapefile || head.chars().count() != DBASE_LETTERS {
        return None;
    }
    let mut cut = all
        .iter()
        .filter(|(_, names)| names.iter().any(|name| name.starts_with(&word)));
    match (cut.next(), cut.next()) {
        (Some((field, _)), None) => Some(field),
        _ => None,
    }
}

/// Headings of the name of a commune: it is held against the place, which says where a row counts.
const COMMUNE_NAMES: [&str; 12] = [
    "xa",
    "ten xa",
    "xa phuong",
    "ten xa phuong",
    "xa phuong thi tran",
    "xa phuong dac khu",
    "xa thi tran",
    "phuong xa",
    "thuoc xa",
    "don vi hanh chinh",
    "don vi hanh chinh cap xa",
    "commune name",
];

/// Whether a column holds names of communes.
#[must_use]
pub fn is_commune_name(head: &str) -> bool {
    COMMUNE_NAMES.contains(&unmarked(head).as_str())
}

/// How many of these texts name columns that are known here, of whichever kind.
#[must_use]
pub fn known_heads(heads: &[String]) -> usize {
    let heads = paired(heads.to_vec());
    let is_known = |head: &&String| {
        spot(head).is_some()
            || is_commune_name(head)
            || ImportKind::ALL
                .iter()
                .any(|kind| field(*kind, FileFormat::Csv, head).is_some())
    };
    heads.iter().filter(is_known).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_what_offices_call_them() {
        let plots = |head| field(ImportKind::Plots, FileFormat::Xlsx, head);
        assert_eq!(plots("Diện tích (m²)"), Some("area_m2"));
        assert_eq!(plots("NGÀY PHÁT HIỆN"), Some("detected_at"));
        assert_eq!(plots("detected_at"), Some("detected_at"));
        assert_eq!(plots("Chủ hộ"), None);
        assert_eq!(plots("Phát hiện Diện tích"), Some("area_m2"));
        assert_eq!(plots("Diện tích Phá nhổ"), None);
        assert_eq!(plots("Diện tích (%)"), None);
    }

    #[test]
    fn names_that_a_dbase_table_cut_are_known_where_they_are_one() {
        let cut = |kind, head| field(kind, FileFormat::Shapefile, head);
        assert_eq!(
            cut(ImportKind::RiskAreas, "required_v"),
            Some("required_visits")
        );
        assert_eq!(cut(ImportKind::Plots, "detected_a"), Some("detected_at"));
        assert_eq!(cut(ImportKind::Plots, "detected_b"), Some("detected_by"));
        assert_eq!(cut(ImportKind::Gates, "commune_co"), Some("commune"));
        assert_eq!(
            field(ImportKind::Plots, FileFormat::Csv, "detected_a"),
            None
        );
    }
}
