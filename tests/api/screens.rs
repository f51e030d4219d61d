//! Screens from outside: what is asked about, how much, about which of two, and who answers.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use tuantra::app::App;
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::evidence::{codes, done, encoded, scene, shown};
use crate::field::{Client, Field};
use crate::ledger::{desk, org};
use crate::photos;
use crate::plots::{WEST, load_communes, plot_at};

/// A plot of the western commune.
async fn plot(field: &Field, client: &Client, lon: f64) -> Uuid {
    let plot = field.new_id();
    client
        .put(&format!("/api/v1/plots/{plot}"), &plot_at(lon, 22.4))
        .await
        .expect(201);
    plot
}

/// The questions of one screen: the photo in question and the other.
async fn asked(client: &Client, screen: &str) -> Vec<(String, String)> {
    let all = client
        .get("/api/v1/evidence/questions?limit=500")
        .await
        .expect(200)
        .json();
    let questions = all["questions"].as_array().unwrap().iter();
    let own = questions.filter(|question| question["screen"] == screen);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    own.map(|question| (text(&question["photo"]), text(&question["other"])))
        .collect()
}

pub async fn question(client: &Client, photo: Uuid, screen: &str) -> String {
    let all = client
        .get("/api/v1/evidence/questions?limit=500")
        .await
        .expect(200)
        .json();
    let questions = all["questions"].as_array().unwrap();
    let found = questions
        .iter()
        .find(|own| own["photo"] == photo.to_string() && own["screen"] == screen);
    format!(
        "/api/v1/evidence/questions/{}",
        found.unwrap()["id"].as_str().unwrap()
    )
}

async fn upload(client: &Client, id: Uuid, bytes: &[u8]) {
    let path = format!("/api/v1/photos/{id}/original");
    let body = Body::from(bytes.to_vec());
    client
        .send(Method::PUT, &path, Some("image/jpeg"), body)
        .await
        .expect(201);
}

on_both! {
    async fn of_many_alike_photos_the_nearest_few_are_asked_about(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let picture = scene();
        let mut last = Uuid::nil();
        for number in 0..8_u8 {
            let own = plot(&field, &phone, 104.2 + 0.02 * f64::from(number)).await;
            last = shown(&field, &phone, own, &encoded(&picture, 90 - 5 * number)).await;
        }
        let about: Vec<_> = asked(&phone, "nearly_one_picture").await;
        let last = last.to_string();
        assert_eq!(about.iter().filter(|(photo, _)| *photo == last).count(), 5);
        // Each of eight asks about what came before, five at most: 0, 1, 2, 3, 4, 5, 5, 5.
        assert_eq!(about.len(), 25);
    }

    async fn one_picture_that_stands_for_two_steps_of_the_work_is_asked_about(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (own, other) = (plot(&field, &phone, 104.3).await, plot(&field, &phone, 104.36).await);
        let picture = encoded(&scene(), 90);
        let turned = encoded(&image::imageops::rotate180(&scene()), 90);
        // A byte behind the picture makes another file of it.
        let with = |tail: &[u8]| [&picture[..], tail].concat();
        let mut taken = Vec::new();
        for (plot, phase, bytes) in [
            (own, "overview", picture.clone()), (own, "before", with(b"1")), (own, "after", with(b"2")), (own, "close_up", turned.clone()),
            (other, "overview", turned),
        ] {
            let mut sidecar = photos::sidecar(&bytes);
            (sidecar["plot"], sidecar["phase"]) = (json!(plot), json!(phase));
            field.clock.advance_millis(1_000);
            sidecar["taken_at"] = json!(field.app.journal.now());
            taken.push(photos::taken(&field, &phone, &bytes, &sidecar).await.to_string());
            field.settle().await;
        }
        let mut about = asked(&phone, "one_picture_twice").await;
        about.sort();
        let mut expected = vec![(taken[2].clone(), taken[0].clone()), (taken[2].clone(), taken[1].clone())];
        expected.sort();
        assert_eq!(about, expected);
        // The same file under another id is asked about as that.
        assert_eq!(asked(&phone, "same_file").await, [(taken[4].clone(), taken[3].clone())]);
    }

    async fn pictures_that_show_little_are_not_compared(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        for (width, lon) in [(320, 104.3), (328, 104.33), (336, 104.36)] {
            let own = plot(&field, &phone, lon).await;
            shown(&field, &phone, own, &photos::jpeg(width, 240)).await;
        }
        assert_eq!(asked(&phone, "nearly_one_picture").await, []);
    }

    async fn a_photo_is_held_against_other_plots_once_it_is_joined_to_its_own(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let first = plot(&field, &phone, 104.3).await;
        let earlier = shown(&field, &phone, first, &encoded(&scene(), 90)).await;
        let late_plot = field.new_id();
        let later = shown(&field, &phone, late_plot, &encoded(&scene(), 60)).await;
        assert_eq!(asked(&phone, "nearly_one_picture").await, []);
        phone.put(&format!("/api/v1/plots/{late_plot}"), &plot_at(104.36, 22.4)).await.expect(201);
        field.settle().await;
        assert_eq!(asked(&phone, "nearly_one_picture").await, [(later.to_string(), earlier.to_string())]);
    }

    async fn of_two_pictures_of_one_instant_the_later_recorded_is_asked_about_once(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (first, second) = (field.new_id(), field.new_id());
        let bytes = [photos::jpeg(50, 30), photos::jpeg(52, 30)];
        for (id, bytes) in [(first, &bytes[0]), (second, &bytes[1])] {
            phone.put(&format!("/api/v1/photos/{id}"), &photos::sidecar(bytes)).await.expect(201);
            field.clock.advance_millis(1_000);
        }
        // The bytes of the second come and are looked at first.
        upload(&phone, second, &bytes[1]).await;
        field.settle().await;
        assert_eq!(asked(&phone, "same_instant").await, []);
        upload(&phone, first, &bytes[0]).await;
        field.settle().await;
        assert_eq!(asked(&phone, "same_instant").await, [(second.to_string(), first.to_string())]);
    }

    async fn one_file_under_three_ids_is_asked_about_and_counts_once(field: Field) {
        let done = done(&field).await;
        let bytes = photos::jpeg(54, 30);
        let mut ids = Vec::new();
        for (phase, time) in [("overview", "07:50"), ("close_up", "07:55"), ("after", "09:05")] {
            let mut sidecar = photos::sidecar(&bytes);
            sidecar["plot"] = json!(done.plot);
            sidecar["phase"] = json!(phase);
            sidecar["taken_at"] = json!(format!("2026-02-27T{time}:00+07:00"));
            ids.push(photos::taken(&field, &done.phone, &bytes, &sidecar).await.to_string());
            field.clock.advance_millis(1_000);
        }
        field.settle().await;
        let told = done.told(&done.phone).await;
        assert_eq!(told["missing"], json!(["photos_close_up", "photos_after", "photos_at_the_work"]));
        let state = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
        assert_eq!(state["properties"]["state"], "eradicating");
        let mut about = asked(&done.phone, "same_file").await;
        about.sort_unstable();
        let pair = |later: usize, earlier: usize| (ids[later].clone(), ids[earlier].clone());
        let mut expected = vec![pair(1, 0), pair(2, 0), pair(2, 1)];
        expected.sort_unstable();
        assert_eq!(about, expected);
    }

    async fn only_the_unit_of_the_photo_in_question_answers(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let other_unit = org(&field, "Tổ khác").await;
        let member = desk(&field, "to-khac", other_unit, Role::PatrolMember, &[WEST]).await;
        let first = plot(&field, &phone, 104.3).await;
        let earlier = shown(&field, &phone, first, &encoded(&scene(), 90)).await;
        let second = plot(&field, &member, 104.36).await;
        let later = shown(&field, &member, second, &encoded(&scene(), 60)).await;
        assert_eq!(asked(&phone, "nearly_one_picture").await, [(later.to_string(), earlier.to_string())]);
        let path = format!("{}/answers", question(&phone, later, "nearly_one_picture").await);
        let answer = json!({ "text": "gắn nhầm ảnh" });
        let refused = phone.post(&path, &answer).await.expect(422);
        assert!(String::from_utf8_lossy(&refused.bytes).contains("the unit that took the photo in question"));
        member.post(&path, &answer).await.expect(201);
    }

    async fn what_is_decided_is_decided_anew_by_the_province_alone(field: Field) {
        let done = done(&field).await;
        for (phase, time) in [("overview", "07:50:00"), ("close_up", "07:55:00")] {
            done.photo(&field, phase, time, json!({})).await;
        }
        let photo = done.photo(&field, "after", "09:05:00", json!({ "mock": true })).await;
        field.settle().await;
        let path = question(&done.phone, photo, "mock_position").await;
        done.phone.post(&format!("{path}/answers"), &json!({ "text": "máy thử" })).await.expect(201);
        let decide = |result: &str| json!({ "result": result, "reason": "đã đối chiếu" });
        let path = format!("{path}/decisions");
        let judge = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        let state = async || {
            field.settle().await;
            let plot = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
            let told = done.told(&done.phone).await;
            (plot["properties"]["state"].clone(), told["missing"].clone())
        };
        assert_eq!(state().await, (json!("eradicated"), json!([])));
        judge.post(&path, &decide("upheld")).await.expect(201);
        // What was rejected no longer stands for the work; what was eradicated by it is not.
        assert_eq!(state().await, (json!("eradicating"), json!(["photos_after"])));
        let second = desk(&field, "don-khac", org(&field, "Đồn khác").await, Role::PostOfficer, &[WEST]).await;
        for again in [&judge, &second] {
            let refused = again.post(&path, &decide("cleared")).await.expect(422);
            assert!(String::from_utf8_lossy(&refused.bytes).contains("it is decided already"));
        }
        field.settle().await;
        let seq = field.app.journal.head().await.unwrap().unwrap().size;
        let province = desk(&field, "ca-tinh", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        province.post(&path, &decide("cleared")).await.expect(201);
        assert_eq!(state().await, (json!("eradicated"), json!([])));
        // As of the entries before, it was rejected.
        let entry = field.app.journal.entries_since(i64::try_from(seq).unwrap() - 2, 1).await.unwrap()[0].id;
        let eradicated = async |as_of: String| {
            let figures = province.get(&format!("/api/v1/ledger?season=2025-2026{as_of}")).await.expect(200).json();
            figures.to_string()
        };
        assert_ne!(eradicated(format!("&as_of={entry}")).await, eradicated(String::new()).await);
    }

    async fn a_file_that_is_no_picture_stands_for_nothing(field: Field) {
        let done = done(&field).await;
        for (phase, time) in [("overview", "07:50:00"), ("close_up", "07:55:00")] {
            done.photo(&field, phase, time, json!({})).await;
        }
        let bytes = b"#!/bin/sh\n";
        let mut sidecar = photos::sidecar(bytes);
        sidecar["plot"] = json!(done.plot);
        sidecar["phase"] = json!("after");
        sidecar["taken_at"] = json!("2026-02-27T09:05:00+07:00");
        photos::taken(&field, &done.phone, bytes, &sidecar).await;
        field.settle().await;
        let plot = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
        assert_eq!(plot["properties"]["missing"], json!(["photos_after"]));
        assert_eq!(plot["properties"]["state"], "eradicating");
    }

    async fn a_clock_that_ran_ahead_for_a_while_hides_no_picture(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let elsewhere = App::assemble((*field.app.config).clone(), field.app.journal.clone(), field.app.blobs.clone());
        let plots = [plot(&field, &phone, 104.3).await, plot(&field, &phone, 104.33).await, plot(&field, &phone, 104.36).await];
        // This process looks at pictures while clocks are two hours ahead; at the second it takes the first one in.
        field.clock.advance_millis(7_200_000);
        for turned in [image::imageops::rotate90(&scene()), image::imageops::rotate270(&scene())] {
            shown(&field, &phone, plots[0], &encoded(&turned, 90)).await;
        }
        field.clock.advance_millis(-7_200_000);
        // Another one looks at the next picture when they are right again.
        let mut sidecar = photos::sidecar(&encoded(&scene(), 90));
        sidecar["plot"] = json!(plots[1]);
        let earlier = photos::taken(&field, &phone, &encoded(&scene(), 90), &sidecar).await;
        while tuantra::jobs::run_due(&elsewhere).await.unwrap() > 0 {}
        let later = shown(&field, &phone, plots[2], &encoded(&scene(), 60)).await;
        assert_eq!(asked(&phone, "nearly_one_picture").await, [(later.to_string(), earlier.to_string())]);
    }

    async fn the_screens_numbers_are_rules_that_a_province_sets_with_a_reason(field: Field) {
        let done = done(&field).await;
        let all = done.phone.get("/api/v1/evidence/screens").await.expect(200).json();
        let mut next = all[0]["definition"].clone();
        assert_eq!((&next["key_apart"], &next["answer_days"]), (&json!(11), &json!(7)));
        next["version"] = json!(2);
        next["answer_days"] = json!(1);
        let sent = |definition: &Value| json!({ "definition": definition, "reason": "mùa cao điểm" });
        done.phone.post("/api/v1/evidence/screens", &sent(&next)).await.expect(403);
        let officer = field.officer().await;
        for (name, value) in [("key_apart", json!(16)), ("check_apart", json!(129)), ("least_detail", json!(1.1)), ("most_alike", json!(0)),
            ("exif_apart_m", json!(0)), ("exif_apart_min", json!(0)), ("answer_days", json!(0))] {
            let mut wrong = next.clone();
            wrong[name] = value;
            let refused = officer.post("/api/v1/evidence/screens", &sent(&wrong)).await.expect(400);
            assert!(refused.json()["detail"].as_str().unwrap().contains(name), "{name}");
        }
        let photo = done.photo(&field, "overview", "07:50:00", json!({ "mock": true })).await;
        field.settle().await;
        officer.post("/api/v1/evidence/screens", &sent(&next)).await.expect(201);
        let path = format!("{}/decisions", question(&done.phone, photo, "mock_position").await);
        let judge = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        let cleared = json!({ "result": "cleared", "reason": "máy thử của đơn vị" });
        judge.post(&path, &cleared).await.expect(422);
        field.clock.advance_millis(86_400_000);
        judge.post(&path, &cleared).await.expect(201);
        assert!(!codes(&done.told(&done.phone).await).contains(&"under_review"));
    }
}
