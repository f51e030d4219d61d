//! Headings of coordinates as offices write them.

use super::*;

#[test]
fn the_usual_names_of_columns_of_coordinates_are_known() {
    for (own, heads) in [
        (
            Spot::Lat,
            "Vĩ độ|Vĩ độ (độ phút giây)|Vĩ độ (°)|Vĩ độ (N)|Vĩ độ Bắc|VĨ ĐỘ (độ)|lat|Latitude (deg)|Tọa độ vĩ độ|Vĩ độ WGS-84",
        ),
        (
            Spot::Lon,
            "Kinh độ|Kinh độ (E)|Kinh độ Đông|Kinh độ (độ)|lng|Longitude|Kinh độ VN-2000",
        ),
        (
            Spot::X,
            "X|X (m)|X(m)|X (Bắc)|VN2000 X|X VN-2000|Toạ độ X|Tọa độ X (m)|Northing (m)|Northing|N (Bắc)|Tọa độ N|Y (Bắc)|vn2000_x_m",
        ),
        (
            Spot::Y,
            "Y|Y (Đông)|Y(E)|Easting (m)|VN-2000 Y (m)|Tọa độ Đông|X (Đông)|toado_y",
        ),
        (
            Spot::LatMinutes,
            "Vĩ độ (phút)|Vĩ độ Bắc (phút)|Vĩ độ Phút|Vĩ độ (')|Vĩ độ (độ) Phút|lat_min|Vĩ độ (phút, giây)",
        ),
        (
            Spot::LatSeconds,
            "Vĩ độ (giây)|Vĩ độ Giây|Vĩ độ (\")|Vĩ độ ('')",
        ),
        (Spot::LonMinutes, "Kinh độ (phút)|Kinh độ VN-2000 Phút"),
        (Spot::LonSeconds, "Kinh độ Đông (giây)|Kinh độ (″)"),
        (
            Spot::Typed,
            "Tọa độ|Tọa độ GPS|WGS84 vĩ độ, kinh độ|Tọa độ (X, Y)|Tọa độ VN-2000|Tọa độ MGRS|Tọa độ quân sự|coordinates",
        ),
    ] {
        for head in heads.split('|') {
            assert_eq!(spot(head), Some(own), "{head}");
        }
    }
    let unknown = "N|E|B|Đ|m|Tọa độ Chủ hộ|Vĩ độ (E)|X UTM|X WGS84|X (km)|vn2000_meridian|Độ dốc|Hướng đông|Điểm|Phút|Giây|Tọa độ (phút)|X (phút)|";
    for head in unknown.split('|') {
        assert_eq!(spot(head), None, "{head}");
    }
}

#[test]
fn north_and_east_alone_are_coordinates_as_a_pair_only() {
    let told = |heads: &[&str]| -> Vec<Option<Spot>> {
        let heads = heads.iter().map(|head| (*head).to_owned()).collect();
        paired(heads).iter().map(|head| spot(head)).collect()
    };
    assert_eq!(
        told(&["Mã", "N", "E"]),
        [None, Some(Spot::X), Some(Spot::Y)]
    );
    assert_eq!(told(&["E (m)", "N (m)"]), [Some(Spot::Y), Some(Spot::X)]);
    assert_eq!(told(&["Mã", "N"]), [None, None]);
    assert_eq!(told(&["N", "N", "E"]), [None, None, None]);
    assert_eq!(
        told(&["N", "E", "Vĩ độ", "Kinh độ"]),
        [None, None, Some(Spot::Lat), Some(Spot::Lon)]
    );
}

#[test]
fn minutes_and_seconds_are_of_the_degrees_before_them() {
    let told = |heads: &[&str]| parted(heads.iter().map(|head| (*head).to_owned()).collect());
    assert_eq!(
        told(&["Vĩ độ", "Phút", "Giây", "Kinh độ (độ)", "(')", "(\")"]),
        [
            "Vĩ độ",
            "Vĩ độ Phút",
            "Vĩ độ Giây",
            "Kinh độ (độ)",
            "Kinh độ (độ) (')",
            "Kinh độ (độ) (\")"
        ]
    );
    assert_eq!(
        told(&["Vĩ độ", "Mã", "Phút", "m"]),
        ["Vĩ độ", "Mã", "Phút", "m"]
    );
}

#[test]
fn degrees_of_another_datum_are_told_by_their_heading() {
    assert!(names_vn2000("Vĩ độ VN-2000"));
    assert!(names_vn2000("Tọa độ (VN 2000)"));
    assert!(!names_vn2000("Vĩ độ (WGS84)"));
    for head in [
        "Tọa độ UTM",
        "Tọa độ MGRS",
        "Tọa độ (WGS 84)",
        "Vĩ độ WGS84",
    ] {
        assert!(names_other(head), "{head}");
    }
    assert!(!names_other("Tọa độ VN-2000") && !names_other("Lớp UTM") && !names_other("X"));
    assert!(names_direction("X (Bắc)") && names_direction("Easting"));
    assert!(!names_direction("X (m)") && !names_direction("Kinh độ"));
}

#[test]
fn a_heading_may_name_the_central_meridian_of_its_column() {
    for (head, of, zone) in [
        ("X (KTT 104°45')", Spot::X, "104.75"),
        ("Y VN-2000 kinh tuyến 105-30", Spot::Y, "105.5"),
        ("Tọa độ X, KTT 104,75", Spot::X, "104.75"),
        ("Tọa độ VN-2000 (KTT 104°45') X (m)", Spot::X, "104.75"),
        ("Hệ VN-2000, kinh tuyến trục 105°00' Y (m)", Spot::Y, "105"),
        ("VN-2000 KTT 104o45' X", Spot::X, "104.75"),
        ("Tọa độ N (KTT 105 độ 30 phút)", Spot::X, "105.5"),
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
