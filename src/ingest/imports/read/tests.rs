//! Readers on files that GDAL 3.6 made, on what is damaged, and on bombs.

use std::io::{Read as _, Write as _};

use flatbuffers::FlatBufferBuilder;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::DeflateEncoder;
use geo::{CoordsIter, Geometry};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::old::OldSheet;
use super::read;
use super::zip::Archive;
use crate::geo::vn2000::{System, Zone};
use crate::ingest::imports::names::{ImportKind, field};
use crate::ingest::imports::table::{
    Asked, Budget, Encoding, FileFormat, Limits, Place, Read, Row, Table, Told, Unreadable,
};

const LIMITS: Limits = Limits::of_rows(1_000);

const GATES_XLSX: &[u8] = include_bytes!("../../../../fixtures/imports/gates.xlsx");
const GATES_FGB: &[u8] = include_bytes!("../../../../fixtures/imports/gates.fgb");
const GATES_KML: &[u8] = include_bytes!("../../../../fixtures/imports/gates.kml");
const GATES_GPKG: &[u8] = include_bytes!("../../../../fixtures/imports/gates.gpkg.gz");
const AREAS_FGB: &[u8] = include_bytes!("../../../../fixtures/imports/areas.fgb");
const AREAS_KML: &[u8] = include_bytes!("../../../../fixtures/imports/areas.kml");
const AREAS_ZIP: &[u8] = include_bytes!("../../../../fixtures/imports/areas.zip");
const GATES_JSON: &str = r#"{"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"code":"CK-01","accuracy_m":30},"geometry":{"type":"Point","coordinates":[104.31,22.41]}}]}"#;
const GATES_CSV: &str = "Danh sách cửa khẩu\n\nMã;Tên;Loại;Kinh độ;Vĩ độ\nCK-01;Cửa khẩu Mường Thử;chính;104,31;22,41\n";

fn gunzipped(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut whole).unwrap();
    whole
}

fn plain(bytes: &[u8], name: &str) -> Read<(FileFormat, Table)> {
    read(bytes, name, &Asked::default(), LIMITS)
}

fn table(bytes: &[u8], format: FileFormat) -> Table {
    let (found, table) = plain(bytes, "tệp").unwrap();
    assert_eq!(found, format);
    table
}

fn points(row: &Row) -> Vec<[f64; 2]> {
    match &row.place {
        Place::Shape(shape) => shape.coords_iter().map(|at| [at.x, at.y]).collect(),
        _ => Vec::new(),
    }
}

fn are_the_gates(table: &Table) {
    assert_eq!(table.rows.len(), 2);
    let [first, second] = &table.rows[..] else {
        unreachable!()
    };
    assert_eq!(first.values["code"], "CK-01");
    assert_eq!(first.values["kind"], "chính");
    assert_eq!(points(first), [[104.31, 22.41]]);
    assert_eq!(second.values["name"], "Lối mở Nậm Đeng");
    assert!(!second.values.contains_key("accuracy_m"));
    assert_eq!(points(second), [[104.62, 22.12]]);
}

/// Rings of each area: with a hole, and of two parts.
fn are_the_areas(table: &Table) {
    assert_eq!(table.rows.len(), 2);
    let shape = |at: usize| match &table.rows[at].place {
        Place::Shape(shape) => shape.clone(),
        _ => unreachable!(),
    };
    let rings = |shape: &Geometry<f64>| -> Vec<usize> {
        let polygons = match shape {
            Geometry::MultiPolygon(own) => own.0.clone(),
            Geometry::Polygon(own) => vec![own.clone()],
            Geometry::GeometryCollection(all) => {
                let parts = all.0.iter().cloned();
                parts.map(|part| part.try_into().unwrap()).collect()
            }
            other => unreachable!("{other:?}"),
        };
        polygons
            .iter()
            .map(|own| 1 + own.interiors().len())
            .collect()
    };
    assert_eq!(rings(&shape(0)), [2]);
    assert_eq!(rings(&shape(1)), [1, 1]);
}

#[test]
fn a_table_with_shapes_as_text_is_read() {
    let rows = [
        "NC-1,\"POLYGON ((103 22,104 22,104 23,103 22),(103.4 22.1,103.6 22.1,103.6 22.2,103.4 22.1))\"",
        "NC-2,\"MULTIPOLYGON (((1 2,2 2,2 3,1 2)),((5 5,6 5,6 6,5 5)))\"",
        "NC-3,POINT Z (104 22.5 900)",
        "NC-4,\"GEOMETRYCOLLECTION (POINT (1 2))\"",
        "NC-5,POLYGON EMPTY AND MORE",
    ];
    let text = format!("code,WKT\n{}\n", rows.join("\n"));
    let read = table(text.as_bytes(), FileFormat::Csv);
    let vertices: Vec<usize> = read.rows.iter().map(|row| points(row).len()).collect();
    assert_eq!(vertices, [8, 8, 1, 0, 0]);
    for row in &read.rows[3..] {
        assert!(matches!(row.place, Place::Typed(_)), "{row:?}");
    }
    let long = format!(
        "code,WKT\nNC-1,\"MULTIPOINT ({}1 2)\"\n",
        "103.1234567 22.1234567,".repeat(3_000)
    );
    assert_eq!(
        points(&table(long.as_bytes(), FileFormat::Csv).rows[0]).len(),
        3_001
    );
    let words = format!("code,name\nNC-1,{}\n", "a".repeat(17_000));
    assert!(matches!(
        plain(words.as_bytes(), "a.csv"),
        Err(Unreadable::TooMuch(..))
    ));
}

#[test]
fn a_day_of_noughts_in_a_dbase_table_is_no_day() {
    let mut head = vec![3, 126, 1, 1, 1, 0, 0, 0, 65, 0, 9, 0];
    head.resize(32, 0);
    head.extend_from_slice(b"valid_to\0\0\0D");
    head.resize(48, 0);
    head.push(8);
    head.resize(64, 0);
    head.push(0x0d);
    let read = |day: &[u8]| {
        let bytes = [&head, b" ".as_slice(), day].concat();
        let read = super::dbf::read(&bytes, None, &mut Budget::of(LIMITS)).unwrap();
        read.rows[0].clone().unwrap()
    };
    assert_eq!(read(b"20261126")["valid_to"], "2026-11-26");
    assert!(read(b"00000000").is_empty());
}

#[test]
fn a_geopackage_is_read() {
    let bytes = gunzipped(GATES_GPKG);
    let table = table(&bytes, FileFormat::GeoPackage);
    are_the_gates(&table);
    assert_eq!(table.layer.as_deref(), Some("cua_khau"));
    assert_eq!(table.told, Told::Known(System::Wgs84));
    assert_eq!(table.rows[0].values["accuracy_m"], 30);
}

#[test]
fn a_flatgeobuf_is_read_with_its_index() {
    let gates = table(GATES_FGB, FileFormat::FlatGeobuf);
    assert_eq!(gates.told, Told::Known(System::Wgs84));
    let mut sorted = gates;
    // The index orders features along a curve.
    sorted
        .rows
        .sort_by_key(|row| row.values["code"].to_string());
    are_the_gates(&sorted);
    let mut areas = table(AREAS_FGB, FileFormat::FlatGeobuf);
    areas.rows.sort_by_key(|row| row.values["code"].to_string());
    are_the_areas(&areas);
}

#[test]
fn placemarks_are_read() {
    let gates = table(GATES_KML, FileFormat::Kml);
    assert_eq!(gates.rows.len(), 2);
    assert_eq!(gates.rows[1].values["code"], "CK-02");
    assert_eq!(gates.rows[1].values["kind"], "lối mở");
    assert_eq!(points(&gates.rows[1]), [[104.62, 22.12]]);
    are_the_areas(&table(AREAS_KML, FileFormat::Kml));
}

#[test]
fn a_zipped_shapefile_is_read_with_projection_and_coding() {
    let areas = table(AREAS_ZIP, FileFormat::Shapefile);
    are_the_areas(&areas);
    let zone = Zone::from_epsg(9210).unwrap();
    assert_eq!(areas.told, Told::Known(System::Vn2000(zone)));
    assert_eq!(areas.encoding, Some(Encoding::Utf8));
    assert_eq!(areas.rows[0].values["name"], "Khu Nậm Đeng");
    assert_eq!(areas.rows[0].values["required_v"], 3);
    let northing = points(&areas.rows[0])[0][1];
    assert!((2_400_000.0..2_500_000.0).contains(&northing), "{northing}");
}

#[test]
fn a_workbook_is_read() {
    let gates = table(GATES_XLSX, FileFormat::Xlsx);
    are_the_gates(&gates);
    assert_eq!(gates.rows[0].number, 2);
}

#[test]
fn a_table_as_text_is_read_below_its_titles() {
    let (format, table) = plain(GATES_CSV.as_bytes(), "cửa khẩu.csv").unwrap();
    assert_eq!(format, FileFormat::Csv);
    assert_eq!(table.rows[0].values["Tên"], "Cửa khẩu Mường Thử");
    assert_eq!(points(&table.rows[0]), [[104.31, 22.41]]);
    assert_eq!(table.rows[0].number, 4);
}

#[test]
fn texts_of_old_codings_are_read_when_they_are_named() {
    let asked = |encoding| Asked {
        layer: None,
        encoding: Some(encoding),
    };
    // "Bản Đeng" in the ABC fonts, and in Windows' coding with a separate hook above.
    let abc = b"code,name,lon,lat\nB-1,B\xB6n \xA7eng,104.3,22.4\n";
    let windows = b"code,name,lon,lat\nB-1,Ba\xD2n \xD0eng,104.3,22.4\n";
    assert_eq!(plain(abc, "a.csv"), Err(Unreadable::WhichEncoding));
    for (bytes, encoding) in [
        (&abc[..], Encoding::Tcvn3),
        (&windows[..], Encoding::Windows1258),
    ] {
        let (_, table) = read(bytes, "a.csv", &asked(encoding), LIMITS).unwrap();
        assert_eq!(table.rows[0].values["name"], "Bản Đeng", "{encoding}");
    }
}

/// A file within an archive that says of itself what it likes.
struct Part<'a> {
    name: &'a str,
    body: Vec<u8>,
}

/// An archive by hand: only what the reader looks at.
fn archive(parts: &[Part<'_>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut directory = Vec::new();
    for part in parts {
        let at = u32::try_from(file.len()).unwrap();
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&part.body).unwrap();
        let squeezed = packer.finish().unwrap();
        let size = u32::try_from(squeezed.len()).unwrap().to_le_bytes();
        let name = u16::try_from(part.name.len()).unwrap().to_le_bytes();
        let sum = crc32fast::hash(&part.body).to_le_bytes();
        file.extend_from_slice(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0");
        file.extend_from_slice(&sum);
        file.extend_from_slice(&size);
        file.extend_from_slice(&[0; 4]);
        file.extend_from_slice(&name);
        file.extend_from_slice(&[0; 2]);
        file.extend_from_slice(part.name.as_bytes());
        file.extend_from_slice(&squeezed);
        directory.extend_from_slice(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
        directory.extend_from_slice(&sum);
        directory.extend_from_slice(&size);
        directory.extend_from_slice(&[0; 4]);
        directory.extend_from_slice(&name);
        directory.extend_from_slice(&[0; 12]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(part.name.as_bytes());
    }
    let start = u32::try_from(file.len()).unwrap();
    let number = u16::try_from(parts.len()).unwrap().to_le_bytes();
    file.extend_from_slice(&directory);
    file.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    file.extend_from_slice(&number);
    file.extend_from_slice(&number);
    file.extend_from_slice(&u32::try_from(directory.len()).unwrap().to_le_bytes());
    file.extend_from_slice(&start.to_le_bytes());
    file.extend_from_slice(&[0; 2]);
    file
}

#[test]
fn a_file_in_an_archive_that_is_not_what_was_put_in_is_refused() {
    let body = b"<kml><Placemark><name>A</name><Point><coordinates>104,22</coordinates></Point></Placemark></kml>";
    let whole = archive(&[Part {
        name: "doc.kml",
        body: body.to_vec(),
    }]);
    assert_eq!(plain(&whole, "a.kmz").unwrap().1.rows.len(), 1);
    let sum = crc32fast::hash(body).to_le_bytes();
    let mut changed = whole;
    let at = changed.windows(4).rposition(|own| own == sum).unwrap();
    changed[at] ^= 1;
    assert!(matches!(
        plain(&changed, "a.kmz"),
        Err(Unreadable::Damaged(_))
    ));
}

#[test]
fn an_archive_that_grows_without_end_is_refused() {
    let body = vec![b' '; 8 << 20];
    let bomb = archive(&[Part {
        name: "doc.kml",
        body,
    }]);
    assert!(bomb.len() < 20_000);
    let refused = plain(&bomb, "a.kmz");
    assert!(
        matches!(refused, Err(Unreadable::TooMuch(_, 1_048_576))),
        "{refused:?}"
    );
}

#[test]
fn all_files_of_an_archive_share_one_measure() {
    let limits = Limits {
        inflated_bytes: 1_000,
        ..LIMITS
    };
    let body = || vec![b'a'; 600];
    let bytes = archive(&[
        Part {
            name: "a",
            body: body(),
        },
        Part {
            name: "b",
            body: body(),
        },
    ]);
    let mut archive = Archive::open(&bytes, limits).unwrap();
    let entries = archive.entries.clone();
    assert_eq!(archive.inflate(&entries[0]).unwrap().len(), 600);
    assert!(archive.inflate(&entries[1]).is_err());
}

#[test]
fn documents_that_declare_entities_are_refused() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
        <kml><Document><Placemark><name>&b;</name></Placemark></Document></kml>"#;
    assert_eq!(
        plain(bomb.as_bytes(), "a.kml"),
        Err(Unreadable::DocumentType)
    );
    let undeclared = "<kml><Placemark><name>&b;</name></Placemark></kml>";
    assert_eq!(
        plain(undeclared.as_bytes(), "a.kml"),
        Err(Unreadable::Damaged("KML"))
    );
    let workbook = archive(&[Part {
        name: "xl/workbook.xml",
        body: b"<!DOCTYPE x [<!ENTITY a \"a\">]><workbook/>".to_vec(),
    }]);
    assert_eq!(plain(&workbook, "a.xlsx"), Err(Unreadable::DocumentType));
}

#[test]
fn elements_nest_only_so_deep() {
    let deep = "<kml>".repeat(100_000);
    let refused = plain(deep.as_bytes(), "a.kml");
    assert!(
        matches!(refused, Err(Unreadable::TooMuch(_, 32))),
        "{refused:?}"
    );
}

/// A collection of thirty levels, each four times the one below, in some hundred bytes: every offset is a true one.
fn tangled() -> Vec<u8> {
    let mut head = FlatBufferBuilder::new();
    let table = head.start_table();
    head.push_slot_always::<u8>(8, 7);
    let end = head.end_table(table);
    head.finish_size_prefixed(end, None);
    let mut feature = FlatBufferBuilder::new();
    let leaf = feature.start_table();
    feature.push_slot_always::<u8>(16, 7);
    let mut own = feature.end_table(leaf);
    for _ in 0..30 {
        let parts = feature.create_vector(&[own; 4]);
        let level = feature.start_table();
        feature.push_slot_always(18, parts);
        feature.push_slot_always::<u8>(16, 7);
        own = feature.end_table(level);
    }
    let root = feature.start_table();
    feature.push_slot_always(4, own);
    let root = feature.end_table(root);
    feature.finish_size_prefixed(root, None);
    [
        b"fgb\x03fgb\x00",
        head.finished_data(),
        feature.finished_data(),
    ]
    .concat()
}

#[test]
fn parts_that_are_pointed_at_again_and_again_are_counted() {
    let refused = plain(&tangled(), "a.fgb");
    assert!(
        matches!(refused, Err(Unreadable::TooMuch("vertices / đỉnh", _))),
        "{refused:?}"
    );
}

#[test]
fn rows_and_columns_are_counted() {
    let few = Limits {
        rows: 1,
        columns: 5,
        ..LIMITS
    };
    let all = [
        GATES_XLSX.to_vec(),
        GATES_FGB.to_vec(),
        GATES_KML.to_vec(),
        gunzipped(GATES_GPKG),
        AREAS_ZIP.to_vec(),
    ];
    for bytes in all {
        let refused = read(&bytes, "a", &Asked::default(), few);
        assert!(
            matches!(refused, Err(Unreadable::TooMuch(..))),
            "{refused:?}"
        );
    }
}

fn of_csv(text: &str) -> Table {
    table(text.as_bytes(), FileFormat::Csv)
}

fn typed(table: &Table) -> Vec<&str> {
    let texts = table.rows.iter().map(|row| match &row.place {
        Place::Typed(text) => text.as_str(),
        _ => "",
    });
    texts.collect()
}

#[test]
fn heads_of_two_rows_are_one_whichever_row_knows_more() {
    let both = of_csv(
        "TT,Địa bàn,Tọa độ,,Diện tích,,Phá nhổ,\n,Tên thôn,X,Y,Phá nhổ,Phát hiện,Ngày,Số cây\n\
         1,Bản A,2478000,453000,10,64,05/03/2026,7\n",
    );
    assert_eq!(
        both.heads,
        [
            "TT",
            "Tên thôn",
            "X",
            "Y",
            "Diện tích Phá nhổ",
            "Diện tích Phát hiện",
            "Phá nhổ Ngày",
            "Phá nhổ Số cây"
        ]
    );
    assert_eq!(both.rows[0].number, 3);
    assert_eq!(points(&both.rows[0]), [[453_000.0, 2_478_000.0]]);
    // Neither row alone names two columns.
    let few = of_csv("Tọa độ,,Đơn vị\nVĩ độ,Kinh độ,\n22.4,104.3,a\n");
    assert_eq!(few.heads, ["Vĩ độ", "Kinh độ", "Đơn vị"]);
    assert_eq!(points(&few.rows[0]), [[104.3, 22.4]]);
    // A title is no part of the heads below it, and a row of words none either.
    let titled = of_csv("DANH SÁCH THÔN,,\nMã,Tên,Chủ đề\nA1,Bản Vược,Thôn\nA2,Bản Qua,Thôn\n");
    assert_eq!(titled.heads, ["Mã", "Tên", "Chủ đề"]);
    assert_eq!(titled.rows.len(), 2);
    // Hectares under a heading are no square metres.
    let hectares = of_csv("Mã,Tên,Diện tích\n,,(ha)\nA1,Bản Vược,2\n");
    assert_eq!(hectares.heads, ["Mã", "Tên", "Diện tích (ha)"]);
}

#[test]
fn what_is_told_of_the_find_and_the_end_together_is_of_the_find() {
    for group in [
        "\"Kết quả phát hiện, triệt phá\"",
        "Phát hiện và phá nhổ",
        "\"Phát hiện, triệt xóa\"",
    ] {
        let own = of_csv(&format!(
            "Mã,Vĩ độ,Kinh độ,{group},,\n,,,Ngày,Số cây,Diện tích (m2)\nA1,22.4,104.3,05/03/2026,7,64\n"
        ));
        assert_eq!(
            own.heads,
            ["Mã", "Vĩ độ", "Kinh độ", "Ngày", "Số cây", "Diện tích (m2)"],
            "{group}"
        );
    }
    let after = of_csv(
        "Mã,Tọa độ,,Phá nhổ sau khi phát hiện,\n,Vĩ độ,Kinh độ,Ngày,Số cây\nA1,22.4,104.3,05/03/2026,7\n",
    );
    let ends = [
        "Phá nhổ sau khi phát hiện Ngày",
        "Phá nhổ sau khi phát hiện Số cây",
    ];
    assert_eq!(after.heads[3..], ends);
}

#[test]
fn a_remark_below_a_head_leaves_it_what_it_is() {
    let heads = "Mã,Loại cây,Ngày phát hiện,Số cây,Diện tích,Vĩ độ,Kinh độ\n";
    let row = "A1,Cần sa,05/03/2026,7,64,22.4,104.3\n";
    for remarks in [
        ",,dd/mm/yyyy,,,,",
        ",,,cây/bụi,,,",
        ",thuốc phiện/cần sa,,,,,",
        ",thuốc phiện/cần sa,dd/mm/yyyy,cây,m2,(độ),(độ)",
        ",,(dd/mm/yyyy),(cây),(m²),,",
    ] {
        let own = of_csv(&format!("{heads}{remarks}\n{row}"));
        assert_eq!(own.rows.len(), 1, "{remarks}");
        assert_eq!(points(&own.rows[0]), [[104.3, 22.4]], "{remarks}");
        let fields = own.heads.iter();
        let fields = fields.filter_map(|head| field(ImportKind::Plots, FileFormat::Csv, head));
        assert_eq!(
            fields.collect::<Vec<_>>(),
            ["code", "crop", "detected_at", "plants", "area_m2"],
            "{remarks}"
        );
    }
    // Below a pair of axes, where the second row is one of heads anyway.
    let mixed = of_csv(
        "Mã,Ngày phát hiện,Số cây,Tọa độ,\n,dd/mm/yyyy,chỉ cây sống,Vĩ độ,Kinh độ\nA1,05/03/2026,7,22.4,104.3\n",
    );
    assert_eq!(
        mixed.heads,
        ["Mã", "Ngày phát hiện", "Số cây", "Vĩ độ", "Kinh độ"]
    );
    // Other measures, and parts of what was found, are not what the head says.
    for other in [
        "%",
        "héc-ta",
        "1000 m2",
        "đã nhổ",
        "(đã nhổ)",
        "(mẫu)",
        "m2/cây",
    ] {
        let own = of_csv(&format!(
            "Mã,Tên,Diện tích,Tọa độ,,Phát hiện\n,,{other},Vĩ độ,Kinh độ,Ngày\nA1,Bản,7,22.4,104.3,05/03/2026\n"
        ));
        assert_eq!(own.heads[2], format!("Diện tích {other}"));
        assert_eq!(
            field(ImportKind::Plots, FileFormat::Csv, &own.heads[2]),
            None
        );
    }
    let parts = of_csv(
        "Mã,Số cây,,Tọa độ,,Phát hiện\n,Cây lớn,Cây nhỏ,Vĩ độ,Kinh độ,Ngày\nA1,7,8,22.4,104.3,05/03/2026\n",
    );
    assert_eq!(parts.heads[1..3], ["Số cây Cây lớn", "Số cây Cây nhỏ"]);
    // A row of words is one of the table.
    let words = of_csv("Mã,Tên,Loại\nA1,Bản Vược,Thôn\n");
    assert_eq!(words.rows.len(), 1);
}

#[test]
fn metres_under_a_group_of_another_system_are_not_x_and_y() {
    for heads in [
        "Mã,Tên,Tọa độ UTM (WGS84),\n,,X,Y\n",
        "Mã,Tên,Tọa độ WGS84,\n,,X (m),Y (m)\n",
        "Mã,Tên,Tọa độ UTM,\n,,Northing (m),Easting (m)\n",
        "TT,Nơi,Tọa độ UTM,\n,,N,E\n",
        ",,Tọa độ UTM (WGS84),\nMã,Tên,X,Y\n",
        "Mã,Tên,X UTM,Y UTM\n",
    ] {
        let own = of_csv(&format!("{heads}A1,Bản,2478000,453000\n"));
        assert_eq!(own.rows.len(), 1, "{heads}");
        assert_eq!(own.rows[0].place, Place::None, "{heads}");
    }
    // Beside columns of a plane of VN-2000 these count.
    let both =
        of_csv("Mã,Tọa độ UTM,,Tọa độ VN-2000,\n,X,Y,X,Y\nA1,2478111,453111,2478000,453000\n");
    assert_eq!(points(&both.rows[0]), [[453_000.0, 2_478_000.0]]);
    let degrees = of_csv("Mã,Tên,Tọa độ WGS84,\n,,Vĩ độ,Kinh độ\nA1,Bản,22.4,104.3\n");
    assert_eq!(points(&degrees.rows[0]), [[104.3, 22.4]]);
}

#[test]
fn the_zone_of_a_title_is_not_put_on_another_system() {
    for head in ["Tọa độ UTM", "Tọa độ MGRS", "Tọa độ WGS84"] {
        let own = of_csv(&format!(
            "\"Hệ tọa độ VN-2000, kinh tuyến trục 104°45'\"\nMã,Tên,{head}\nA1,Bản,48Q VK 12345 67890\n"
        ));
        assert_eq!(typed(&own), ["48Q VK 12345 67890"], "{head}");
        assert_eq!(own.zone_title, None, "{head}");
    }
}

#[test]
fn a_zone_above_x_and_y_is_theirs() {
    for heads in [
        "Mã,Tên,\"Tọa độ VN-2000 (KTT 104°45')\",\n,,X (m),Y (m)\n",
        ",,\"Tọa độ (hệ VN-2000, kinh tuyến trục 104°45')\",\nMã,Tên,X (m),Y (m)\n",
        "\"Hệ tọa độ VN-2000, kinh tuyến trục 104°45'\"\nMã,Tên,X (m),Y (m)\n",
        "Mã,Tên,N (KTT 104°45'),E (KTT 104°45')\n",
    ] {
        let own = of_csv(&format!("{heads}A1,Bản,2478000,453000\n"));
        assert_eq!(typed(&own), ["X 2478000; Y 453000 KTT 104.75"], "{heads}");
        assert_eq!(
            own.zone_title.is_some(),
            heads.starts_with("\"Hệ"),
            "{heads}"
        );
    }
    // Two zones, or one that a comma may have cut, are none.
    for titles in ["KTT 104°45'\nKTT 105°30'\n", "BẢNG KTT 104,75\n"] {
        let own = of_csv(&format!("{titles}Mã,Tên,X,Y\nA1,Bản,2478000,453000\n"));
        assert_eq!(points(&own.rows[0]), [[453_000.0, 2_478_000.0]], "{titles}");
    }
}

#[test]
fn degrees_minutes_and_seconds_in_columns_of_their_own_are_one_place() {
    let row = "A1,22,24,\"36,9\",104,18,36,300\n";
    for heads in [
        "Mã,Vĩ độ (độ),Vĩ độ (phút),Vĩ độ (giây),Kinh độ (độ),Kinh độ (phút),Kinh độ (giây),Số cây\n",
        "Mã,Vĩ độ,,,Kinh độ,,,Số cây\n,Độ,Phút,Giây,Độ,Phút,Giây,\n",
        "Mã,Vĩ độ (N),,,Kinh độ (E),,,Số cây\n,(độ),(phút),(giây),(độ),(phút),(giây),\n",
        "Mã,Vĩ độ,Phút,Giây,Kinh độ,Phút,Giây,Số cây\n",
        "Mã,Vĩ độ,,,Kinh độ,,,Số cây\n",
        "Mã,Vĩ độ (°),Vĩ độ ('),Vĩ độ (''),Kinh độ (°),Kinh độ ('),Kinh độ (''),Số cây\n",
    ] {
        let own = of_csv(&format!("{heads}{row}"));
        assert_eq!(own.rows.len(), 1, "{heads}");
        assert_eq!(points(&own.rows[0]), [[104.31, 22.410_25]], "{heads}");
        // Without its minutes or seconds a row has no place that can be read.
        for wrong in [
            "A1,22,,,104,,,300",
            "A1,22,24,,104,18,36,300",
            "A1,22,75,0,104,18,36,300",
        ] {
            let own = of_csv(&format!("{heads}{wrong}\n"));
            let [text] = typed(&own)[..] else {
                unreachable!()
            };
            assert!(
                crate::geo::vn2000::read(text).is_empty(),
                "{heads}: {wrong}"
            );
            assert!(!text.is_empty(), "{heads}: {wrong}");
        }
    }
    // Minutes of one axis only.
    let half = of_csv("Mã,Vĩ độ,Phút,Kinh độ\nA1,22,24.6,104\nA2,22,24.6,104.31\n");
    assert!(crate::geo::vn2000::read(typed(&half)[0]).is_empty());
    assert_eq!(points(&half.rows[1]), [[104.31, 22.41]]);
    let old =
        of_csv("Mã,Vĩ độ VN-2000,Phút,Giây,Kinh độ VN-2000,Phút,Giây\nA1,22,24,36,104,18,36\n");
    assert_eq!(typed(&old), ["VN-2000; 22.41; 104.31"]);
}

#[test]
fn degrees_under_a_heading_of_vn_2000_are_not_taken_for_those_of_wgs84() {
    let two = of_csv("Mã,Tên,Tọa độ VN-2000,\n,,Vĩ độ,Kinh độ\nA1,Bản,22.4,104.3\n");
    assert_eq!(typed(&two), ["VN-2000; 22.4; 104.3"]);
    let one = of_csv("Mã,Tọa độ VN-2000\nA1,\"22.4, 104.3\"\nA2,\"VN-2000 22.4, 104.3\"\n");
    assert_eq!(typed(&one), ["VN-2000; 22.4, 104.3", "VN-2000 22.4, 104.3"]);
    let plain = of_csv("Mã,Tên,N,E\nA1,Bản,22.4,104.3\n");
    assert_eq!(points(&plain.rows[0]), [[104.3, 22.4]]);
}

#[test]
fn sheets_of_other_formats_are_refused_by_what_they_are() {
    let compound = |name: &str| {
        let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0];
        bytes.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let page = "\u{feff}<!-- bảng -->\n<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>Mã</td></tr></table>";
    for (bytes, old) in [
        (compound("Workbook"), OldSheet::Binary),
        (compound("EncryptedPackage"), OldSheet::Locked),
        (vec![9, 8, 8, 0, 0, 5, 5, 0], OldSheet::Binary),
        (page.as_bytes().to_vec(), OldSheet::Page),
        (b"<!DOCTYPE html>\n<HTML>".to_vec(), OldSheet::Page),
        (b"<table border=1><tr><td>a".to_vec(), OldSheet::Page),
        (
            b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>"
                .to_vec(),
            OldSheet::Xml,
        ),
    ] {
        let refused = plain(&bytes, "danh-sach.xls").unwrap_err();
        assert_eq!(refused, Unreadable::Old(old));
        assert!(refused.vi().contains(".xlsx") && refused.en().contains(".xlsx"));
    }
    // A page within a placemark is no page.
    let kml = "<kml><Document><Placemark><description><![CDATA[<html><table>]]></description></Placemark></Document></kml>";
    assert!(!matches!(
        plain(kml.as_bytes(), "a.kml"),
        Err(Unreadable::Old(_))
    ));
}

#[test]
fn a_layer_that_is_not_there_is_told_of() {
    let asked = Asked {
        layer: Some("lối mở".into()),
        encoding: None,
    };
    for bytes in [
        gunzipped(GATES_GPKG),
        GATES_XLSX.to_vec(),
        AREAS_ZIP.to_vec(),
    ] {
        let refused = read(&bytes, "a", &asked, LIMITS);
        assert!(
            matches!(refused, Err(Unreadable::NoLayer(ref names)) if names.len() == 1),
            "{refused:?}"
        );
    }
}

fn samples() -> Vec<Vec<u8>> {
    vec![
        gunzipped(GATES_GPKG),
        GATES_FGB.to_vec(),
        AREAS_FGB.to_vec(),
        GATES_KML.to_vec(),
        AREAS_KML.to_vec(),
        AREAS_ZIP.to_vec(),
        GATES_XLSX.to_vec(),
        GATES_JSON.as_bytes().to_vec(),
        GATES_CSV.as_bytes().to_vec(),
    ]
}

/// Whatever a reader makes of bytes is within the limits.
fn is_bounded(bytes: &[u8]) {
    let limits = Limits {
        inflated_bytes: 1 << 20,
        rows: 50,
        vertices: 500,
        ..LIMITS
    };
    if let Ok((_, table)) = read(bytes, "tệp", &Asked::default(), limits) {
        assert!(table.rows.len() <= limits.rows);
        let vertices: usize = table.rows.iter().map(|row| points(row).len()).sum();
        assert!(vertices <= limits.vertices);
    }
}

/// The parts of an archive, as they are.
fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = Archive::open(bytes, LIMITS).unwrap();
    let entries = archive.entries.clone();
    let whole = entries.into_iter().map(|entry| {
        let body = archive.inflate(&entry).unwrap();
        (entry.name, body)
    });
    whole.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn shapes_out_of_any_text_are_read_or_refused(
        text in "(point|LINESTRING|POLYGON|MULTIPOLYGON|MULTIPOINT|TRIANGLE|TIN) ?(Z|M|ZM)?[ (),.0-9eE+-]{0,120}",
    ) {
        let file = format!("code,WKT\nNC-1,\"{text}\"\n");
        prop_assert_eq!(table(file.as_bytes(), FileFormat::Csv).rows.len(), 1);
    }

    #[test]
    fn arbitrary_bytes_are_told_of_and_no_more(
        which in 0..9_usize,
        head in 0..200_usize,
        bytes in vec(any::<u8>(), 0..600),
    ) {
        // Behind the first bytes of a true file, so that its own reader takes it.
        let sample = &samples()[which];
        let mut whole = sample[..head.min(sample.len())].to_vec();
        whole.extend_from_slice(&bytes);
        is_bounded(&whole);
        is_bounded(&bytes);
    }

    #[test]
    fn damaged_files_are_told_of_and_no_more(
        which in 0..9_usize,
        hits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        end in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = samples()[which].clone();
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(end.index(bytes.len()));
        }
        is_bounded(&bytes);
    }

    #[test]
    fn damaged_parts_of_archives_are_told_of_and_no_more(
        is_workbook in any::<bool>(),
        part in any::<prop::sample::Index>(),
        hits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let mut all = parts(if is_workbook { GATES_XLSX } else { AREAS_ZIP });
        let part = part.index(all.len());
        for (at, byte) in hits {
            let body = &mut all[part].1;
            let at = at.index(body.len());
            body[at] = byte;
        }
        let parts: Vec<Part<'_>> = all
            .iter()
            .map(|(name, body)| Part { name, body: body.clone() })
            .collect();
        is_bounded(&archive(&parts));
    }
}

#[test]
fn an_archive_made_again_reads_the_same() {
    let all = parts(AREAS_ZIP);
    let parts: Vec<Part<'_>> = all
        .iter()
        .map(|(name, body)| Part {
            name,
            body: body.clone(),
        })
        .collect();
    assert_eq!(plain(&archive(&parts), "a.zip"), plain(AREAS_ZIP, "a.zip"));
}

#[test]
fn columns_of_a_flatgeobuf_and_a_geopackage_agree() {
    let mut fgb = table(GATES_FGB, FileFormat::FlatGeobuf).rows;
    fgb.sort_by_key(|row| row.values["code"].to_string());
    let gpkg = table(&gunzipped(GATES_GPKG), FileFormat::GeoPackage).rows;
    let told = |rows: &[Row]| -> Vec<_> {
        rows.iter()
            .map(|row| json!([row.values["code"], row.values["name"], row.values["kind"]]))
            .collect()
    };
    assert_eq!(told(&fgb), told(&gpkg));
}

#[test]
fn a_plane_without_a_datum_says_so_and_others_are_what_they_are() {
    let plane = |datum: &str| {
        format!(
            "PROJCS[\"unnamed\",GEOGCS[\"g\",DATUM[\"{datum}\",SPHEROID[\"WGS_1984\",6378137.0,298.257223563]]],\
             PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"Central_Meridian\",104.75],PARAMETER[\"Scale_Factor\",0.9999]]"
        )
    };
    assert_eq!(
        Told::of_wkt(&plane("D_unknown")),
        Told::NoDatum("unnamed".into())
    );
    assert_eq!(
        Told::of_wkt(&plane("D_WGS_1984")),
        Told::Other("unnamed".into())
    );
    assert!(matches!(
        Told::of_wkt(&plane("D_Vietnam_2000")),
        Told::Known(System::Vn2000(_))
    ));
}
