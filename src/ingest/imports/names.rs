//! What offices call their columns, without marks, and what that is here.

use crate::base::unmarked::unmarked;
use crate::base::words::vocabulary;
use crate::geo::vn2000::zone_of_heading;

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

/// What of a place a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// Longitude.
    Lon,
    /// Latitude.
    Lat,
    /// The X of a paper: northing, unless its size says otherwise.
    X,
    /// The Y of a paper.
    Y,
    /// Both in one text.
    Typed,
    /// The central meridian of the zone.
    Meridian,
    /// A shape as well-known text, as QGIS and this server write tables.
    Wkt,
}

pub(super) type Names<T> = &'static [(T, &'static [&'static str])];

const SPOTS: Names<Spot> = &[
    (Spot::Lon, &["lon", "lng", "long", "longitude", "kinh do"]),
    (Spot::Lat, &["lat", "latitude", "vi do"]),
    (
        Spot::X,
        &[
            "x",
            "x m",
            "toa do x",
            "toa do x m",
            "x vn2000",
            "x vn 2000",
            "vn 2000 x",
            "vn 2000 x m",
            "vn2000 x m",
            "toa do vn 2000 x",
        ],
    ),
    (
        Spot::Y,
        &[
            "y",
            "y m",
            "toa do y",
            "toa do y m",
            "y vn2000",
            "y vn 2000",
            "vn 2000 y",
            "vn 2000 y m",
            "vn2000 y m",
            "toa do vn 2000 y",
        ],
    ),
    (
        Spot::Typed,
        &[
            "toa do",
            "toa do vn2000",
            "toa do vn 2000",
            "toa do gps",
            "toa do wgs84",
            "toa do wgs 84",
            "wgs84 vi do kinh do",
            "vi do kinh do",
            "coordinates",
        ],
    ),
    (Spot::Meridian, &["kinh tuyen truc", "ktt", "meridian"]),
    (Spot::Wkt, &["wkt", "wkt geom", "geom wkt"]),
];

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
    ("plants", &["plants", "so cay", "so luong cay", "so luong"]),
    (
        "plants_method",
        &["plants method", "cach dem", "cach dem cay"],
    ),
    (
        "area_m2",
        &["area m2", "dien tich", "dien tich m2", "dien tich m²"],
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

/// What of a place a column holds, if it does.
#[must_use]
pub fn spot(head: &str) -> Option<Spot> {
    spot_of(&unmarked(head)).or_else(|| zoned(head).map(|(spot, _)| spot))
}

/// The zone that the heading of a column of coordinates names, as it may stand after `KTT`: "X (KTT 104°45')".
#[must_use]
pub fn headed_zone(head: &str) -> Option<String> {
    zoned(head).map(|(_, zone)| zone)
}

fn spot_of(word: &str) -> Option<Spot> {
    let own = SPOTS.iter().find(|(_, names)| names.contains(&word));
    own.map(|(spot, _)| *spot)
}

fn zoned(head: &str) -> Option<(Spot, String)> {
    let (rest, zone) = zone_of_heading(head)?;
    let words = unmarked(&rest);
    // "Hệ VN-2000" is VN-2000.
    let words: Vec<&str> = words.split(' ').filter(|word| *word != "he").collect();
    let spot = spot_of(&words.join(" "))?;
    matches!(spot, Spot::X | Spot::Y | Spot::Typed).then_some((spot, zone))
}

/// How many of these texts name columns that are known here, of whichever kind.
#[must_use]
pub fn known_heads(heads: &[String]) -> usize {
    let is_known = |head: &&String| {
        spot(head).is_some()
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
        assert_eq!(spot("Tọa độ X (m)"), Some(Spot::X));
        assert_eq!(spot("Kinh độ"), Some(Spot::Lon));
    }

    #[test]
    fn a_heading_may_name_the_central_meridian_of_its_column() {
        for (head, of, zone) in [
            ("X (KTT 104°45')", Spot::X, "104.75"),
            ("Y VN-2000 kinh tuyến 105-30", Spot::Y, "105.5"),
            ("Tọa độ X, KTT 104,75", Spot::X, "104.75"),
            (
                "TỌA ĐỘ Y (m) – KINH TUYẾN TRỤC 105°30'00\"",
                Spot::Y,
                "105.5",
            ),
            (
                "X (hệ VN-2000, KTT 104°45′, múi 3°)",
                Spot::X,
                "104.75 MÚI 3",
            ),
            ("Toa do VN2000 KTT 103", Spot::Typed, "103"),
            ("Tọa độ VN-2000 KTT 105 múi 6 độ X", Spot::X, "105 MÚI 6"),
        ] {
            assert_eq!(spot(head), Some(of), "{head}");
            assert_eq!(headed_zone(head).as_deref(), Some(zone), "{head}");
        }
        for head in ["X", "X (m)", "Kinh tuyến trục", "KTT", "Kinh độ"] {
            assert_eq!(headed_zone(head), None, "{head}");
        }
        for head in ["KTT 104°45'", "Số nhà 105", "Kinh độ KTT 105", "X (KTT 12)"] {
            assert_eq!(spot(head), None, "{head}");
        }
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
