//! What forms become, document by document.

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::forms::FORMS;
use super::super::names::{self, Before, Chain};
use super::super::xml;
use super::*;
use crate::base::ids::OrgId;

fn chain(revision: u32) -> Chain {
    Chain {
        root: names::submission(Uuid::from_u128(7), "uuid:a"),
        revision,
        org: Some(OrgId(Uuid::from_u128(9))),
        before: Before::whole(revision),
    }
}

fn read_form(id: &str, inside: &str, revision: u32) -> Reading {
    let root = xml::read(format!("<data id=\"{id}\">{inside}</data>").as_bytes()).unwrap();
    read(Form::of(id).unwrap(), &root, &chain(revision))
}

fn document<'a>(reading: &'a Reading, name: &str) -> &'a Value {
    let part = reading.parts.iter().find(|part| part.name == name);
    &part.unwrap().document
}

#[test]
fn a_trace_is_spread_over_the_patrols_time_and_taps_are_left_out() {
    let reading = read_form(
        "patrol_report",
        "<kind>crop_check</kind><transport>foot</transport><started_at>2026-03-02T07:00:00.000+07:00</started_at>\
         <ended_at>2026-03-02T07:10:00.000+07:00</ended_at><headcount>4</headcount>\
         <route>22.4 104.3 900.0 5.0;22.5 104.3 0.0 0.0;22.401 104.3 900.0 0.0;22.402 104.3 900.0 6.0</route>",
        1,
    );
    let fixes = &document(&reading, "track")["fixes"];
    let times: Vec<_> = fixes
        .as_array()
        .unwrap()
        .iter()
        .map(|fix| fix["t"].as_str().unwrap())
        .collect();
    assert_eq!(
        times,
        [
            "2026-03-02T00:00:00Z",
            "2026-03-02T00:05:00Z",
            "2026-03-02T00:10:00Z"
        ]
    );
    assert_eq!(fixes[0]["accuracy_m"], 5.0);
    assert_eq!(
        (&fixes[0]["mock"], &fixes[1]["mock"]),
        (&json!(false), &json!(true))
    );
    let patrol = document(&reading, "patrol");
    assert_eq!(patrol["headcount"][Uuid::from_u128(9).to_string()], 4);
    let notes = patrol["notes"].as_str().unwrap();
    assert!(notes.contains("chia đều") && notes.contains("[ODK] 1 điểm chấm tay"));
    assert!(!notes.contains("thưa"), "{notes}");
    assert_eq!(reading.kept, [("taps", HAND_PLACED)]);
}

#[test]
fn a_few_points_for_a_long_walk_are_kept_and_told_to_make_no_line() {
    let read = |ended_at: &str| {
        read_form(
            "patrol_report",
            &format!(
                "<started_at>2026-03-02T07:00:00.000+07:00</started_at><ended_at>{ended_at}</ended_at>\
                 <route>22.4 104.3 900.0 5.0;22.401 104.3 900.0 5.0;22.402 104.3 900.0 6.0</route>"
            ),
            1,
        )
    };
    let long = read("2026-03-02T08:30:00.000+07:00");
    assert_eq!(
        document(&long, "track")["fixes"].as_array().unwrap().len(),
        3
    );
    assert_eq!(long.kept, [("line", TOO_SPARSE)]);
    let notes = document(&long, "patrol")["notes"].as_str().unwrap();
    assert!(notes.contains("Vết đi thưa (90 phút)"), "{notes}");
    // Five minutes between two points is the longest that joins them.
    assert!(read("2026-03-02T07:10:00.000+07:00").kept.is_empty());
    assert_eq!(
        read("2026-03-02T07:10:01.000+07:00").kept,
        [("line", TOO_SPARSE)]
    );
}

#[test]
fn a_trace_that_was_drawn_is_no_track() {
    let reading = read_form(
        "patrol_report",
        "<route>22.4 104.3 0.0 0.0;22.5 104.3 0.0 0.0</route>",
        1,
    );
    assert_eq!(reading.parts.len(), 1);
    assert_eq!(reading.kept, [("track", HAND_PLACED)]);
}

#[test]
fn beds_by_tape_and_by_paces_become_the_bed_list() {
    let bed = "<bed><bed_shape>triangle</bed_shape><bed_count>2</bed_count><bed_length>4</bed_length><bed_width>3.5</bed_width></bed>";
    let tape = read_form(
        "plot_detection",
        &format!("<area_how>tape</area_how>{bed}{bed}"),
        1,
    );
    let told = &document(&tape, "plot")["properties"];
    assert_eq!(
        told["beds"][1],
        json!({ "shape": "triangle", "count": 2, "base_m": 4, "height_m": 3.5 })
    );
    let paces = read_form(
        "plot_detection",
        &format!("<area_how>paces</area_how><pace_m>0.7</pace_m>{bed}"),
        1,
    );
    let told = &document(&paces, "plot")["properties"];
    assert_eq!(
        (&told["beds"][0]["base_paces"], &told["pace_m"]),
        (&json!(4), &json!(0.7))
    );
}

#[test]
fn an_edge_drawn_by_hand_is_an_estimate_and_a_walked_one_a_measure_only_when_confirmed() {
    let shape = |acc: &str| {
        format!(
            "<area_how>edge</area_how><outline>22.4 104.3 1 {acc};22.4001 104.3 1 {acc};22.4001 104.3001 1 {acc};22.4 104.3 1 {acc}</outline>"
        )
    };
    let drawn = read_form("plot_detection", &shape("0.0"), 1);
    let told = &document(&drawn, "plot")["properties"];
    assert_eq!(told["area_method"], "estimated");
    // Half of 11.07 m by 10.30 m.
    assert!(
        (told["area_m2"].as_f64().unwrap() - 57.0).abs() < 0.5,
        "{told}"
    );
    let walked = read_form("plot_detection", &shape("4.0"), 1);
    let told = &document(&walked, "plot")["properties"];
    assert_eq!(
        (&told["area_m2"], &told["area_method"]),
        (&Value::Null, &Value::Null)
    );
    let confirmed = shape("4.0") + "<confirmed_small_outline>yes</confirmed_small_outline>";
    let confirmed = read_form("plot_detection", &confirmed, 1);
    let told = &document(&confirmed, "plot")["properties"];
    assert_eq!(told["area_method"], "gnss_polygon");
    assert_eq!(
        told["outline"]["coordinates"][0].as_array().unwrap().len(),
        4
    );
}

#[test]
fn what_is_no_number_is_handed_on_for_the_draft_to_refuse() {
    let reading = read_form("plot_detection", "<plants>nhiều</plants>", 1);
    let told = document(&reading, "plot");
    assert_eq!(told["properties"]["plants"], "nhiều");
    assert_eq!(told["geometry"]["coordinates"], Value::Null);
}

#[test]
fn an_eradication_of_a_listed_plot_makes_no_plot() {
    let plot = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d5";
    let inside = format!(
        "<plot_source>known</plot_source><plot>{plot}</plot><methods>pull_up burn</methods>\
         <stop><sample><sample_number>M1</sample_number><sample_seal>N1</sample_seal></sample></stop>\
         <minutes_way>pending</minutes_way>"
    );
    let reading = read_form("eradication", &inside, 1);
    assert_eq!(reading.parts.len(), 1);
    assert_eq!(
        reading.parts[0].kind,
        PartKind::Eradication(plot.parse().unwrap())
    );
    let told = document(&reading, "eradication");
    assert_eq!(told["methods"], json!(["pull_up", "burn"]));
    assert_eq!(told["samples"], json!([{ "number": "M1", "seal": "N1" }]));
    assert_eq!(told["minutes_pending"], true);
}

#[test]
fn an_edit_revises_plots_and_corrects_facts() {
    let reading = read_form("eradication", "<plot_source>new</plot_source>", 2);
    assert_eq!(document(&reading, "plot")["properties"]["revises"], 1);
    let first = read_form("eradication", "<plot_source>new</plot_source>", 1);
    assert_eq!(
        document(&reading, "eradication")["corrects"],
        document(&first, "eradication")["id"]
    );
    assert_eq!(reading.plot, first.plot);
}

#[test]
fn an_entity_of_another_dataset_or_without_a_version_is_no_update() {
    let entity = |attributes: &str| {
        let inside = format!(
            "<meta><entity {attributes} id='01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d5'/></meta>"
        );
        read_form("reinspection", &inside, 1).entity
    };
    let update = entity("dataset='diem_kiem_tra' update='1' baseVersion='3'").unwrap();
    assert_eq!(update.base_version, 3);
    assert_eq!(entity("dataset='other' update='1' baseVersion='3'"), None);
    assert_eq!(
        entity("dataset='diem_kiem_tra' update='1' baseVersion=''"),
        None
    );
}

proptest! {
    #[test]
    fn any_answers_make_documents_without_a_panic(
        form in 0..4_usize,
        answers in proptest::collection::vec(
            ("(route|point|outline|plants|area_how|bed|started_at|ended_at|plot|methods|headcount|sample|photo_overview)", "[-0-9a-z.;: ]{0,40}"), 0..12),
    ) {
        let inside: String = answers.iter().fold(String::new(), |told, (name, text)| told + &format!("<{name}>{text}</{name}>"));
        let root = xml::read(format!("<data>{inside}</data>").as_bytes()).unwrap();
        let reading = read(&FORMS[form], &root, &chain(1));
        prop_assert!(!reading.parts.is_empty());
    }
}
