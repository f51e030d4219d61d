//! What the formats make of features, read as text.

use geo::{Geometry, Point, polygon};

use crate::base::formulas::harmless;
use crate::base::time::Timestamp;
use crate::publish::feature::{Collection, Feature, Field, Kind, Shape, Value};

use super::csv::Csv;
use super::geojson;
use super::gpx::Gpx;
use super::kml::Kml;
use super::layer::{Layer, prepared, rooted};
use super::text::Rows;

const fn field(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        kind,
        title_vi: "Tên",
        title_en: "Name",
        is_queryable: true,
    }
}

const FIELDS: &[Field] = &[
    field("name", Kind::Text),
    field("count", Kind::Integer),
    field("seen_at", Kind::Time),
];

const POINTS: Layer = Layer {
    collection: Collection::Plots,
    title: "Điểm trồng",
    fields: FIELDS,
    shape: Shape::Point,
};

fn feature(name: Value) -> Feature {
    prepared(Feature {
        id: "a1".into(),
        geometry: Some(Geometry::Point(Point::new(104.123_456_789, 22.4))),
        values: vec![
            name,
            Value::Integer(-3),
            Value::Time(Timestamp::from_millis(1_772_420_400_000)),
        ],
    })
}

fn written(mut rows: impl Rows, features: &[Feature]) -> String {
    let mut text = String::new();
    rows.open(&mut text);
    for feature in features {
        rows.row(feature, &mut text);
    }
    rows.close(&mut text);
    text
}

#[test]
fn geojson_has_seven_decimals_and_composed_letters() {
    // "Nà Ún" with separate accents.
    let name = Value::Text("Na\u{300} U\u{301}n".into());
    let text = written(geojson::Collection::new(POINTS), &[feature(name)]);
    assert_eq!(
        text,
        "{\"type\":\"FeatureCollection\",\"name\":\"plots\",\"features\":[\n\
         {\"type\":\"Feature\",\"id\":\"a1\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[104.1234568,22.4]},\
         \"properties\":{\"name\":\"Nà Ún\",\"count\":-3,\"seen_at\":\"2026-03-02T03:00:00Z\"}}\n]}\n"
    );
}

#[test]
fn shells_run_anticlockwise() {
    let clockwise = polygon![(x: 104.0, y: 22.0), (x: 104.0, y: 22.1), (x: 104.1, y: 22.1), (x: 104.0, y: 22.0)];
    let whole = prepared(Feature {
        id: "1".into(),
        geometry: Some(Geometry::Polygon(clockwise)),
        values: Vec::new(),
    });
    let layer = Layer {
        fields: &[],
        shape: Shape::Polygon,
        ..POINTS
    };
    let text = written(geojson::Lines::new(layer), &[whole]);
    assert!(
        text.contains("[[[104,22],[104.1,22.1],[104,22.1],[104,22]]]"),
        "{text}"
    );
}

#[test]
fn excel_gets_its_mark_and_no_formula() {
    for formula in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
    ] {
        assert_eq!(harmless(formula), format!("'{formula}"));
    }
    assert_eq!(harmless("cạnh suối"), "cạnh suối");
    let rows = [
        feature(Value::Text("=HYPERLINK(\"x\")".into())),
        feature(Value::Text(String::new())),
        feature(Value::Null),
    ];
    let text = written(Csv::new(POINTS), &rows);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{FEFF}id,name,count,seen_at,lon,lat,vn2000_x_m,vn2000_y_m,vn2000_meridian"
    );
    assert!(
        lines[1]
            .starts_with("a1,\"'=HYPERLINK(\"\"x\"\")\",-3,2026-03-02T03:00:00Z,104.1234568,22.4,")
    );
    // Empty text and nothing known are told apart.
    assert!(lines[2].starts_with("a1,\"\",-3,"), "{}", lines[2]);
    assert!(lines[3].starts_with("a1,,-3,"), "{}", lines[3]);
}

#[test]
fn a_point_stands_on_the_plane_as_papers_write_it() {
    // EPSG:9208 by an independent transformation (PROJ): E 419615.382, N 2487639.514.
    let mut own = feature(Value::Null);
    own.geometry = Some(Geometry::Point(Point::new(103.9707, 22.4856)));
    let text = written(Csv::new(POINTS), &[own]);
    // Nearest to the meridian of Lào Cai.
    assert!(text.contains(",103.9707,22.4856,2487639.51"), "{text}");
    assert!(text.contains(",419615.38"), "{text}");
    assert!(text.contains(",104.75\r\n"), "{text}");
}

#[test]
fn xml_holds_what_texts_hold() {
    let name = Value::Text("Nà <Ún> & \"b\"\u{1}".into());
    for text in [
        written(Kml::new(POINTS), &[feature(name.clone())]),
        written(Gpx::new(POINTS), &[feature(name)]),
    ] {
        assert!(
            text.contains("Nà &lt;Ún&gt; &amp; &quot;b&quot;<"),
            "{text}"
        );
    }
}

#[test]
fn what_has_no_name_is_called_by_the_end_of_its_id_with_the_whole_id_beside() {
    let id = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
    let mut own = feature(Value::Null);
    own.id = id.into();
    let gpx = written(Gpx::new(POINTS), std::slice::from_ref(&own));
    assert!(
        gpx.contains(&format!("<name>B2C3D4</name><desc>{id}</desc>")),
        "{gpx}"
    );
    let kml = written(Kml::new(POINTS), std::slice::from_ref(&own));
    assert!(
        kml.contains(&format!("<Placemark id=\"{id}\"><name>B2C3D4</name>")),
        "{kml}"
    );
    // A name of one's own, and an id that is no UUID, stay.
    assert!(
        written(Gpx::new(POINTS), &[feature(Value::Text("Nà Ún".into()))])
            .contains("<name>Nà Ún</name>")
    );
    assert!(written(Kml::new(POINTS), &[feature(Value::Null)]).contains("<name>a1</name>"));
}

#[test]
fn links_in_files_lead_to_the_server_and_other_texts_stay() {
    const LINKED: &[Field] = &[
        field("display_href", Kind::Text),
        field("notes", Kind::Text),
    ];
    let own = Feature {
        id: "1".into(),
        geometry: None,
        values: vec![
            Value::Text("/api/v1/photos/1/display".into()),
            Value::Text("/a".into()),
        ],
    };
    let told = rooted(own, LINKED, "https://may-chu.vn");
    let wanted =
        ["https://may-chu.vn/api/v1/photos/1/display", "/a"].map(|text| Value::Text(text.into()));
    assert_eq!(told.values, wanted);
}

#[test]
fn a_patrols_track_has_a_segment_for_each_device_and_times() {
    let layer = Layer {
        collection: Collection::Patrols,
        shape: Shape::MultiLineString,
        ..POINTS
    };
    let fix = |device: &str, quality: &str| Feature {
        id: "f".into(),
        geometry: Some(Geometry::Point(Point::new(104.0, 22.0))),
        values: vec![
            Value::Text("p".into()),
            Value::Text(device.into()),
            Value::Time(Timestamp::from_millis(1_772_420_400_000)),
            Value::Null,
            Value::Real(912.5),
            Value::Null,
            Value::Null,
            Value::Text(quality.into()),
        ],
    };
    let (mut gpx, mut text) = (Gpx::new(layer), String::new());
    let patrol = feature(Value::Text("Tổ 1".into()));
    gpx.track(
        &patrol,
        Some(&[fix("a", "good"), fix("a", "mock")]),
        &mut text,
    );
    gpx.track(&patrol, Some(&[fix("b", "good")]), &mut text);
    gpx.track(&patrol, None, &mut text);
    let point =
        "<trkpt lat=\"22\" lon=\"104\"><ele>912.5</ele><time>2026-03-02T03:00:00Z</time></trkpt>\n";
    let segment = format!("<trkseg>\n{point}</trkseg>");
    assert!(
        text.ends_with(&format!("</extensions>{segment}{segment}</trk>\n")),
        "{text}"
    );
    assert_eq!(text.matches("<trk>").count(), 1, "{text}");
}
