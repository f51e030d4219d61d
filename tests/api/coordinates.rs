//! Coordinates typed off a Garmin or a paper, held against the declared commune.

use serde_json::json;
use tuantra::base::actor::Role;
use tuantra::geo::position::Position;
use tuantra::geo::vn2000::Zone;

use crate::plots::{EAST, WEST, load_communes};

const READINGS: &str = "/api/v1/coordinates/readings";

on_both! {
    async fn of_all_meridians_the_one_that_leads_into_the_declared_commune_fits(field: Field) {
        load_communes(&field).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let own = Position::new(104.4, 22.4).unwrap();
        let plane = Zone::from_epsg(9208).unwrap().projector().unwrap().forward(own).unwrap();
        let text = format!("X={:.3} Y={:.3}", plane.x_north_m, plane.y_east_m);
        let answer = officer.post(READINGS, &json!({ "text": text, "commune": WEST })).await;
        let answer = answer.expect(200).json();
        let first = &answer["readings"][0];
        assert_eq!((&answer["is_settled"], &first["epsg"]), (&json!(true), &json!(9208)));
        assert_eq!((&first["lon"], &first["lat"]), (&json!(104.4), &json!(22.4)));
        assert_eq!((&first["commune"], &first["fits"]), (&json!(WEST), &json!(true)));
        assert_eq!(first["reasons"][0]["code"], "axes_named");
        assert!(answer["readings"].as_array().unwrap().len() > 1);
    }

    async fn nothing_is_chosen_where_no_commune_is_declared(field: Field) {
        load_communes(&field).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let answer = officer.post(READINGS, &json!({ "text": "2478000 430000" })).await;
        assert_eq!(answer.expect(200).json()["is_settled"], false);
        let none = officer.post(READINGS, &json!({ "text": "xin chào" })).await;
        assert_eq!(none.expect(200).json()["readings"], json!([]));
    }

    async fn a_commune_that_is_none_and_a_text_that_is_too_long_are_refused_by_name(field: Field) {
        load_communes(&field).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[EAST]).await;
        let wrong = officer.post(READINGS, &json!({ "text": "22.4 104.2", "commune": "0" })).await;
        assert_eq!(wrong.expect(422).json()["fields"][0]["pointer"], "/commune");
        let long = officer.post(READINGS, &json!({ "text": "2".repeat(201) })).await;
        assert_eq!(long.expect(422).json()["fields"][0]["pointer"], "/text");
    }
}
