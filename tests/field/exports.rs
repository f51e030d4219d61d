//! What GDAL reads of our files is what went in: field by field, with diacritics, times, what is not known, and places.

use std::path::Path;
use std::process::Command;

use geo::{Geometry, MultiLineString, MultiPolygon, Point, line_string, polygon};
use serde_json::Value as Json;
use tuantra::base::time::{LocalDate, Timestamp};
use tuantra::publish::export::layer::{Layer, prepared};
use tuantra::publish::export::{Format, Sink};
use tuantra::publish::feature::{Collection, Feature, Field, Kind, Shape, Value};

use crate::binary::Folder;

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        title_vi: "Tên gọi",
        title_en: "Name",
        is_queryable: true,
    }
}

const FIELDS: &[Field] = &[
    field("notes", Kind::Text),
    field("plants", Kind::Integer),
    field("area_m2", Kind::Real),
    field("is_border", Kind::Flag),
    field("detected_at", Kind::Time),
    field("valid_from", Kind::Date),
];

const NOON: Timestamp = Timestamp::from_millis(1_772_420_400_000);

fn layer(collection: Collection, shape: Shape) -> Layer {
    Layer {
        collection,
        title: "Lớp thử",
        fields: FIELDS,
        shape,
    }
}

/// A shape of that kind, moved by some steps.
fn shape(kind: Shape, step: u32) -> Geometry<f64> {
    let (x, y) = (104.0 + 0.01 * f64::from(step), 22.123_456_7);
    let hole = geo::LineString::from(vec![
        (x + 0.001, y + 0.001),
        (x + 0.002, y + 0.001),
        (x + 0.002, y + 0.002),
        (x + 0.001, y + 0.001),
    ]);
    let square = polygon![(x: x, y: y), (x: x + 0.005, y: y), (x: x + 0.005, y: y + 0.005), (x: x, y: y + 0.005)];
    let holed = geo::Polygon::new(square.exterior().clone(), vec![hole]);
    let second = polygon![(x: x, y: y + 0.1), (x: x + 0.005, y: y + 0.1), (x: x, y: y + 0.105)];
    match kind {
        Shape::Point => Point::new(x, y).into(),
        Shape::MultiLineString => MultiLineString(vec![
            line_string![(x: x, y: y), (x: x + 0.003, y: y + 0.004)],
            line_string![(x: x + 0.01, y: y), (x: x + 0.02, y: y), (x: x + 0.02, y: y + 0.01)],
        ])
        .into(),
        Shape::MultiPolygon => MultiPolygon(vec![holed, second]).into(),
        Shape::Polygon => holed.into(),
    }
}

/// Features with everything, with nothing, and with what is easily mistaken.
fn features(kind: Shape) -> Vec<Feature> {
    let full = |notes: &str, plants, area_m2, is_border, day: &str| {
        vec![
            Value::Text(notes.to_owned()),
            Value::Integer(plants),
            Value::Real(area_m2),
            Value::Flag(is_border),
            Value::Time(NOON.plus_millis(plants * 1_000)),
            Value::Date(day.parse::<LocalDate>().unwrap()),
        ]
    };
    let values = [
        full(
            "Nương nhà ở Lùng Phình, cạnh suối “Ngòi Đum”",
            320,
            64.5,
            true,
            "2026-02-28",
        ),
        full(
            "dấu phẩy, \"ngoặc kép\" & <thẻ>; hai\ndòng",
            0,
            900.0,
            false,
            "2025-12-15",
        ),
        vec![Value::Null; 6],
        full(
            "ẩm ướt, Ế, Ỷ, Ợ, Đ, đ",
            3_000_000_000,
            0.1,
            true,
            "2026-01-01",
        ),
    ];
    (0..)
        .zip(values)
        .map(|(step, values)| {
            prepared(Feature {
                id: format!("01938f3a-7c2e-7b1a-9d43-{step:012}"),
                geometry: Some(shape(kind, step)),
                values,
            })
        })
        .collect()
}

/// The same as far as KML's and GPX's readers go: whole numbers of 32 bits.
fn narrow(mut features: Vec<Feature>) -> Vec<Feature> {
    for value in features.iter_mut().flat_map(|own| &mut own.values) {
        if *value == Value::Integer(3_000_000_000) {
            *value = Value::Integer(2_000_000_000);
        }
    }
    features
}

async fn write(format: Format, layers: &[(Layer, Vec<Feature>)], path: &Path) {
    let mut sink = Sink::create(format, path, NOON).await.unwrap();
    for (layer, features) in layers {
        sink.layer(*layer).await.unwrap();
        for some in features.chunks(2) {
            sink.add(some.to_vec()).await.unwrap();
        }
    }
    sink.finish().await.unwrap();
}

/// A layer of a file as GDAL reads it.
fn read(path: &Path, layer: Option<&str>, open: &[&str]) -> Vec<Json> {
    let mut command = Command::new("ogr2ogr");
    command.args([
        "-f",
        "GeoJSON",
        "-lco",
        "COORDINATE_PRECISION=9",
        "-lco",
        "WRITE_NAME=NO",
    ]);
    for option in open {
        command.args(["-oo", option]);
    }
    command.args(["/vsistdout/"]).arg(path).args(layer);
    let output = command.output().unwrap();
    let faults = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success() && faults.is_empty(),
        "{}: {faults}",
        path.display()
    );
    let read: Json = serde_json::from_slice(&output.stdout).unwrap();
    read["features"].as_array().unwrap().clone()
}

fn numbers(json: &Json, all: &mut Vec<f64>) {
    match json {
        Json::Array(parts) => parts.iter().for_each(|part| numbers(part, all)),
        Json::Number(number) => all.push(number.as_f64().unwrap()),
        _ => {}
    }
}

/// The numbers of a geometry, with what they are part of.
fn place(json: &Json) -> (String, Vec<f64>) {
    let mut all = Vec::new();
    numbers(&json["coordinates"], &mut all);
    let brackets = json["coordinates"].to_string();
    let brackets = brackets
        .chars()
        .filter(|letter| "[]".contains(*letter))
        .collect();
    (brackets, all)
}

fn as_json(geometry: &Geometry<f64>) -> Json {
    serde_json::to_value(geojson::Geometry::from(geometry)).unwrap()
}

/// What of a feature GDAL gives under a name, however the driver calls it.
fn given<'a>(feature: &'a Json, name: &str) -> &'a Json {
    let own = &feature["properties"];
    let names = [name.to_owned(), format!("ogr_{name}")];
    names
        .iter()
        .map(|name| &own[name.as_str()])
        .find(|value| !value.is_null())
        .unwrap_or(&Json::Null)
}

fn same(value: &Value, read: &Json) -> bool {
    let text = match read {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    };
    match value {
        // Formats that cannot tell them apart give nothing at all for what is not known.
        Value::Null => text.is_empty(),
        Value::Text(own) => *own == text,
        Value::Integer(own) => text.parse() == Ok(*own),
        Value::Real(own) => text.parse() == Ok(*own),
        Value::Flag(own) => matches!(
            (own, text.as_str()),
            (true, "true" | "1") | (false, "false" | "0")
        ),
        Value::Time(own) => {
            text.replace('/', "-")
                .replace(' ', "T")
                .trim_end_matches("+00")
                .trim_end_matches('Z')
                == own.to_string().trim_end_matches('Z')
        }
        Value::Date(own) => text.replace('/', "-") == own.to_string(),
    }
}

/// GDAL's reader of GPX drops line breaks within a text; they are in the file.
fn as_read(format: Format, value: &Value) -> Value {
    match value {
        Value::Text(own) if format == Format::Gpx => Value::Text(own.replace('\n', "")),
        other => other.clone(),
    }
}

fn check(format: Format, wanted: &[Feature], read: &[Json], has_place: bool) {
    assert_eq!(read.len(), wanted.len(), "{format}");
    for own in wanted {
        let found = read
            .iter()
            .find(|read| read["id"] == own.id.as_str() || given(read, "id") == own.id.as_str());
        let found =
            found.unwrap_or_else(|| unreachable!("{format}: {} is not there: {read:?}", own.id));
        for (field, value) in FIELDS.iter().zip(&own.values) {
            let told = given(found, field.name);
            let value = &as_read(format, value);
            assert!(
                same(value, told),
                "{format}: {} of {} is {told}, not {value:?}",
                field.name,
                own.id
            );
        }
        if has_place {
            let (brackets, numbers) = place(&found["geometry"]);
            let (own_brackets, own_numbers) = place(&as_json(own.geometry.as_ref().unwrap()));
            assert_eq!(brackets, own_brackets, "{format}");
            for (number, own) in numbers.iter().zip(&own_numbers) {
                assert!(
                    (number - own).abs() < 1e-7,
                    "{format}: {number} is not {own}"
                );
            }
        }
    }
}

const SHAPES: [(Collection, Shape); 4] = [
    (Collection::Plots, Shape::Point),
    (Collection::Patrols, Shape::MultiLineString),
    (Collection::RiskAreas, Shape::MultiPolygon),
    (Collection::CoverageCells, Shape::Polygon),
];

#[tokio::test]
async fn gdal_reads_back_what_went_into_files_of_one_layer() {
    let folder = Folder::new("exports");
    for (collection, kind) in SHAPES {
        let (own, all) = (layer(collection, kind), features(kind));
        for format in [
            Format::GeoJson,
            Format::GeoJsonLines,
            Format::FlatGeobuf,
            Format::Kml,
        ] {
            let path = folder.path().join(format!("{collection}.{format}"));
            let features = match format {
                Format::Kml => narrow(all.clone()),
                _ => all.clone(),
            };
            write(format, &[(own, features.clone())], &path).await;
            check(format, &features, &read(&path, None, &[]), true);
        }
        let path = folder.path().join(format!("{collection}.csv"));
        write(Format::Csv, &[(own, all.clone())], &path).await;
        let open: &[&str] = if kind == Shape::Point {
            &["X_POSSIBLE_NAMES=lon", "Y_POSSIBLE_NAMES=lat"]
        } else {
            &[]
        };
        check(Format::Csv, &all, &read(&path, None, open), true);
    }
}

#[tokio::test]
async fn gdal_reads_back_several_layers_of_a_geopackage_and_its_index_finds_them() {
    let folder = Folder::new("packages");
    let path = folder.path().join("tat-ca.gpkg");
    let layers = SHAPES.map(|(collection, kind)| (layer(collection, kind), features(kind)));
    write(Format::GeoPackage, &layers, &path).await;
    for (own, features) in &layers {
        check(
            Format::GeoPackage,
            features,
            &read(&path, Some(own.name()), &[]),
            true,
        );
    }
    let info = Command::new("ogrinfo")
        .args(["-ro", "-so", "-al"])
        .arg(&path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&info.stdout).into_owned();
    assert!(
        info.stderr.is_empty() && text.contains("driver `GPKG'"),
        "{text}"
    );
    assert!(
        text.contains("Geometry: Multi Polygon") && text.contains("WGS 84"),
        "{text}"
    );
    let one = Command::new("ogrinfo")
        .args(["-ro", "-al", "-q", "-sql"])
        .arg("SELECT p.id FROM plots p JOIN rtree_plots_geom r ON r.id = p.fid WHERE r.minx > 104.005 AND r.maxx < 104.015")
        .arg(&path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&one.stdout).into_owned();
    assert!(
        text.contains("000000000001") && !text.contains("000000000002"),
        "{text}"
    );
    let styled = Command::new("ogrinfo")
        .args(["-ro", "-q", "-sql", "SELECT COUNT(*) AS n FROM layer_styles WHERE useAsDefault AND styleQML LIKE '<!DOCTYPE qgis%'"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&styled.stdout).contains("n (Integer) = 4"));
}

#[tokio::test]
async fn a_file_without_features_is_a_layer_all_the_same() {
    let folder = Folder::new("empty");
    // A text of lines without a line has no byte: that one GDAL cannot open.
    for format in [
        Format::GeoJson,
        Format::FlatGeobuf,
        Format::GeoPackage,
        Format::Csv,
        Format::Gpx,
        Format::Kml,
    ] {
        let path = folder.path().join(format!("trong.{format}"));
        write(
            format,
            &[(layer(Collection::Plots, Shape::Point), Vec::new())],
            &path,
        )
        .await;
        let named = match format {
            Format::GeoPackage => Some("plots"),
            Format::Gpx => Some("waypoints"),
            _ => None,
        };
        assert_eq!(read(&path, named, &[]).len(), 0, "{format}");
    }
    let path = folder.path().join("trong.geojsonl");
    write(
        Format::GeoJsonLines,
        &[(layer(Collection::Plots, Shape::Point), Vec::new())],
        &path,
    )
    .await;
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

#[tokio::test]
async fn plots_in_a_geopackage_are_drawn_by_their_state() {
    const STATES: &[Field] = &[field("state", Kind::Text)];
    let folder = Folder::new("styles");
    let path = folder.path().join("diem.gpkg");
    let own = Layer {
        fields: STATES,
        ..layer(Collection::Plots, Shape::Point)
    };
    write(
        Format::GeoPackage,
        &[
            (own, Vec::new()),
            (layer(Collection::Photos, Shape::Point), Vec::new()),
        ],
        &path,
    )
    .await;
    let asked = |column: &str, table: &str| {
        let output = Command::new("sqlite3")
            .arg(&path)
            .arg(format!(
                "SELECT {column} FROM layer_styles WHERE f_table_name = '{table}'"
            ))
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (qml, sld) = (asked("styleQML", "plots"), asked("styleSLD", "plots"));
    assert!(
        qml.contains("type=\"categorizedSymbol\" attr=\"state\""),
        "{qml}"
    );
    let states = qml.matches("<category ").count();
    assert!(
        states == 14
            && qml.matches("<symbol ").count() == states
            && sld.matches("<Rule>").count() == states,
        "{qml}{sld}"
    );
    assert!(
        qml.contains("value=\"eradicated\"") && qml.contains("label=\"Đã phá nhổ\""),
        "{qml}"
    );
    assert!(
        sld.contains("<ogc:Literal>eradicated</ogc:Literal>"),
        "{sld}"
    );
    assert!(asked("styleQML", "photos").contains("singleSymbol"));
}

#[tokio::test]
async fn gdal_edits_our_geopackage_and_the_index_follows() {
    let folder = Folder::new("edits");
    let path = folder.path().join("diem.gpkg");
    let features = features(Shape::Point);
    write(
        Format::GeoPackage,
        &[(layer(Collection::Plots, Shape::Point), features)],
        &path,
    )
    .await;
    let edit = Command::new("ogrinfo")
        .arg(&path)
        .args(["-sql", "DELETE FROM plots WHERE fid = 1"])
        .output()
        .unwrap();
    assert!(
        edit.status.success() && edit.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&edit.stderr)
    );
    let counts = Command::new("ogrinfo")
        .args(["-ro", "-q", "-sql"])
        .arg("SELECT (SELECT feature_count FROM gpkg_ogr_contents) AS told, (SELECT COUNT(*) FROM rtree_plots_geom) AS indexed")
        .arg(&path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&counts.stdout).into_owned();
    assert!(
        text.contains("told (Integer64) = 3") && text.contains("indexed (Integer) = 3"),
        "{text}"
    );
}

#[tokio::test]
async fn flatgeobufs_index_finds_every_feature_of_a_window_and_no_other() {
    let folder = Folder::new("index");
    let path = folder.path().join("diem.fgb");
    let features: Vec<Feature> = (0..1_000_u32)
        .map(|step| Feature {
            id: step.to_string(),
            geometry: Some(
                Point::new(
                    104.0 + 0.001 * f64::from(step % 40),
                    22.0 + 0.001 * f64::from(step / 40),
                )
                .into(),
            ),
            values: vec![Value::Null; 6],
        })
        .collect();
    let within = |feature: &&Feature| {
        let Some(Geometry::Point(point)) = feature.geometry else {
            return false;
        };
        (104.0045..104.0105).contains(&point.x()) && (22.0035..22.0205).contains(&point.y())
    };
    let wanted = features.iter().filter(within).count();
    write(
        Format::FlatGeobuf,
        &[(layer(Collection::Plots, Shape::Point), features)],
        &path,
    )
    .await;
    let info = Command::new("ogrinfo")
        .args([
            "-ro", "-so", "-al", "-spat", "104.0045", "22.0035", "104.0105", "22.0205",
        ])
        .arg(&path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&info.stdout).into_owned();
    assert!(
        text.contains(&format!("Feature Count: {wanted}")),
        "{wanted}: {text}"
    );
    assert_eq!(read(&path, None, &[]).len(), 1_000);
}

#[tokio::test]
async fn gdal_reads_waypoints_and_tracks_of_a_gpx() {
    let folder = Folder::new("gpx");
    for (collection, kind, named) in [
        (Collection::Plots, Shape::Point, "waypoints"),
        (Collection::Patrols, Shape::MultiLineString, "tracks"),
    ] {
        let path = folder.path().join(format!("{collection}.gpx"));
        let features = narrow(features(kind));
        write(
            Format::Gpx,
            &[(layer(collection, kind), features.clone())],
            &path,
        )
        .await;
        check(Format::Gpx, &features, &read(&path, Some(named), &[]), true);
    }
}

#[tokio::test]
async fn a_feature_without_a_place_is_in_every_file_all_the_same() {
    let folder = Folder::new("placeless");
    let mut features = narrow(features(Shape::Point));
    features[1].geometry = None;
    for format in [
        Format::GeoJson,
        Format::FlatGeobuf,
        Format::GeoPackage,
        Format::Csv,
        Format::Kml,
    ] {
        let path = folder.path().join(format!("diem.{format}"));
        write(
            format,
            &[(layer(Collection::Plots, Shape::Point), features.clone())],
            &path,
        )
        .await;
        let own = (format == Format::GeoPackage).then_some("plots");
        check(format, &features, &read(&path, own, &[]), false);
    }
}
