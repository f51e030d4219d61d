use std::io::{self, Read};

use proptest::prelude::*;

use super::COMMUNES;
use crate::areas::model::faults::ImportError;
use crate::areas::model::reader::{Feature, FeatureReader, Limits};

fn read_within(text: &[u8], limits: Limits) -> Result<Vec<Feature>, ImportError> {
    FeatureReader::new(text, limits).collect()
}

fn read(text: &str) -> Result<Vec<Feature>, ImportError> {
    read_within(text.as_bytes(), Limits::default())
}

fn refusal(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn codes(features: &[Feature]) -> Vec<&str> {
    features
        .iter()
        .map(|feature| feature.properties["code"].as_str().unwrap())
        .collect()
}

const POINT: &str = r#"{"type":"Feature","properties":{"code":"7"},"geometry":{"type":"Point","coordinates":[1,2]}}"#;

#[test]
fn features_come_numbered_whatever_the_layout() {
    let value: serde_json::Value = serde_json::from_str(COMMUNES).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let lines: Vec<String> = value["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let marked = format!("\u{feff}{COMMUNES}");
    let sequence = format!("\u{1e}{}\n", lines.join("\n\u{1e}"));
    for text in [
        COMMUNES,
        &pretty,
        &value.to_string(),
        &lines.join("\n"),
        &lines.join("\r\n\r\n"),
        &marked,
        &sequence,
    ] {
        let features = read(text).unwrap();
        assert_eq!(codes(&features), ["90001", "90002", "90003", "90004"]);
        assert_eq!(
            features.iter().map(|f| f.number).collect::<Vec<_>>(),
            [1, 2, 3, 4]
        );
        assert_eq!(
            features.iter().map(|f| f.vertices).collect::<Vec<_>>(),
            [6, 5, 6, 14]
        );
    }
}

#[test]
fn a_collection_may_be_empty_and_may_name_its_type_last() {
    assert!(
        read(r#"{"type":"FeatureCollection","features":[]}"#)
            .unwrap()
            .is_empty()
    );
    let late = format!(r#"{{"bbox":[1,2,3,4],"features":[{POINT}],"type":"FeatureCollection"}}"#);
    assert_eq!(read(&late).unwrap().len(), 1);
}

#[test]
fn every_cut_of_a_collection_is_refused() {
    let text = COMMUNES.trim_end().as_bytes();
    for length in 1..text.len() {
        let error = read_within(&text[..length], Limits::default())
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("the file is truncated: it ends in the middle"),
            "{length}: {error}"
        );
    }
}

#[test]
fn a_truncated_file_names_the_last_whole_feature() {
    let cut = format!(r#"{{"type":"FeatureCollection","features":[{POINT},{POINT},{{"type":"Fea"#);
    assert_eq!(
        refusal(&cut),
        "feature 2: the file is truncated: it ends in the middle"
    );
}

#[test]
fn files_of_another_kind_are_told_apart() {
    assert_eq!(refusal(""), "the file is empty");
    assert_eq!(refusal(" \n"), "the file is empty");
    assert_eq!(refusal("code;name\n1;2"), "the file is no JSON text");
    assert_eq!(refusal("{'type': 1}"), "the file is no JSON text");
    assert_eq!(
        refusal("PK\u{3}\u{4}"),
        "the file is compressed: unpack it first"
    );
    let wrong = "expected a GeoJSON FeatureCollection, or one Feature per line; found ";
    assert_eq!(refusal(&format!("[{POINT}]")), format!("{wrong}a list"));
    assert_eq!(
        refusal(r#"{"type":"Topology","objects":{}}"#),
        format!("{wrong}Topology")
    );
    assert_eq!(
        refusal(r#"{"type":"FeatureCollection"}"#),
        format!("{wrong}FeatureCollection")
    );
    assert_eq!(
        refusal(r#"{"a":1}"#),
        format!("{wrong}an object without type")
    );
    assert_eq!(
        refusal(r#"{"type":"Map","features":[]}"#),
        format!("{wrong}Map")
    );
    assert_eq!(
        refusal(r#"{"features":[]}"#),
        format!("{wrong}an object without type")
    );
}

#[test]
fn what_follows_the_end_is_refused() {
    let twice = format!("{COMMUNES}{COMMUNES}");
    assert_eq!(
        refusal(&twice),
        "something follows the end of the FeatureCollection"
    );
    let joined = format!(r#"{{"type":"FeatureCollection","features":[{POINT} {POINT}]}}"#);
    assert_eq!(
        refusal(&joined),
        "feature 1: expected a comma or the end of the list of features"
    );
    assert_eq!(
        refusal(&format!("{POINT}\nend")),
        "something follows the end of the FeatureCollection"
    );
}

#[test]
fn a_broken_feature_is_named_with_its_place() {
    let broken = format!(
        r#"{{"type":"FeatureCollection","features":[{POINT},{{"type":"Feature","geometry":7}}]}}"#
    );
    assert!(
        refusal(&broken).starts_with("feature 2: not a valid GeoJSON Feature (line 1, column ")
    );
    let odd = format!(r#"{{"type":"FeatureCollection","features":[{POINT},null]}}"#);
    assert!(refusal(&odd).contains("not a valid GeoJSON Feature"));
    let bare = r#"{"type":"FeatureCollection","features":[{"type":"Point","coordinates":[1,2]}]}"#;
    assert!(refusal(bare).starts_with("feature 1: expected a GeoJSON FeatureCollection"));
}

#[test]
fn a_foreign_crs_is_refused_before_or_behind_the_features() {
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::9208"}}"#;
    let before = format!(r#"{{"type":"FeatureCollection",{crs},"features":[{POINT}]}}"#);
    let behind = format!(r#"{{"type":"FeatureCollection","features":[{POINT}],{crs}}}"#);
    assert!(refusal(&before).contains("wrong CRS: \"urn:ogc:def:crs:EPSG::9208\""));
    assert!(refusal(&behind).contains("wrong CRS: \"urn:ogc:def:crs:EPSG::9208\""));
    assert!(read(&before.replace("EPSG::9208", "OGC:1.3:CRS84")).is_ok());
}

#[test]
fn each_limit_has_its_message() {
    let all = Limits::default();
    let error = |limits| {
        read_within(COMMUNES.as_bytes(), limits)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error(Limits { features: 3, ..all }),
        "the file has more than 3 features"
    );
    assert_eq!(
        error(Limits {
            vertices: 30,
            ..all
        }),
        "the file has more than 30 vertices"
    );
    assert_eq!(
        error(Limits {
            feature_bytes: 300,
            ..all
        }),
        "feature 1: the feature is larger than 300 bytes"
    );
    assert!(
        read_within(
            COMMUNES.as_bytes(),
            Limits {
                vertices: 31,
                features: 4,
                ..all
            }
        )
        .is_ok()
    );
}

/// A file that would go on for ever: the head of a collection, then copies of one feature.
struct Endless {
    head: &'static [u8],
    given: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for slot in buffer.iter_mut() {
            let at = usize::try_from(self.given).unwrap();
            let body = format!("{POINT},");
            let past_head = at.checked_sub(self.head.len());
            *slot =
                past_head.map_or_else(|| self.head[at], |past| body.as_bytes()[past % body.len()]);
            self.given += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn a_file_over_the_limit_is_given_up_where_the_limit_is() {
    let limits = Limits {
        file_bytes: 1 << 20,
        ..Limits::default()
    };
    let mut endless = Endless {
        head: br#"{"type":"FeatureCollection","features":["#,
        given: 0,
    };
    let error = FeatureReader::new(&mut endless, limits)
        .find_map(Result::err)
        .unwrap();
    assert_eq!(error.to_string(), "the file is larger than 1 MB");
    assert!(endless.given <= (1 << 20) + 64 * 1024);
}

#[test]
fn nothing_comes_after_an_error() {
    let broken = format!("{POINT}\n{{\"type\":7}}\n{POINT}");
    let mut reader = FeatureReader::new(broken.as_bytes(), Limits::default());
    assert!(reader.next().unwrap().is_ok());
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

proptest! {
    #[test]
    fn damaged_files_end_in_features_or_an_error(at in 0_usize..1_400, byte in any::<u8>()) {
        let mut text = COMMUNES.as_bytes().to_vec();
        let at = at % text.len();
        text[at] = byte;
        let read = FeatureReader::new(text.as_slice(), Limits::default()).take(100);
        prop_assert!(read.count() <= 5);
    }
}
