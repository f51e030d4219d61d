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

    async fn what_papers_and_receivers_write_is_read_and_its_doubts_told(field: Field) {
        load_communes(&field).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let read = async |text: &str| {
            let answer = officer.post(READINGS, &json!({ "text": text })).await;
            answer.expect(200).json()["readings"].as_array().unwrap().clone()
        };
        let has = |own: &serde_json::Value, code: &str| {
            own["reasons"].as_array().unwrap().iter().any(|reason| reason["code"] == code)
        };
        for (text, reason) in [
            ("X = 419615.38, Y= 2487639.51", "axes_swapped"),
            ("2.487.639,51; 419.615,38", "grouped_thousands"),
            ("X=2.487.640 Y=419.615", "grouped_thousands"),
            ("2 487 639,51 419 615,38", "grouped_thousands"),
        ] {
            let readings = read(text).await;
            let own = readings.iter().find(|own| own["epsg"] == 9208).unwrap();
            let off = (own["lon"].as_f64().unwrap() - 103.970_7).hypot(own["lat"].as_f64().unwrap() - 22.485_6);
            assert!(off < 1e-5 && has(own, reason), "{text}: {own}");
        }
        let garmin = read("48Q 0419615 UTM 2487639").await;
        assert_eq!((&garmin[0]["epsg"], &garmin[0]["crs"]), (&json!(32_648), &json!("WGS84 UTM 48N")));
        assert!(has(&garmin[0], "utm_zone") && garmin.len() > 1, "{garmin:?}");
        assert_eq!(read("-22.4856, 103.9707").await, [serde_json::Value::Null; 0]);
    }
}
