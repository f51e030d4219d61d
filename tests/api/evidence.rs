//! The grade of an eradication's photos from outside, the photo minimum and its waiver.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{desk, eradication, org};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// A plot with an eradication that a phone reported.
struct Done {
    phone: Client,
    plot: Uuid,
    eradication: Uuid,
}

async fn done(field: &Field) -> Done {
    load_communes(field).await;
    let phone = field.phone("máy A", &[WEST]).await;
    let plot = field.new_id();
    let path = format!("/api/v1/plots/{plot}");
    phone.put(&path, &plot_at(104.3, 22.4)).await.expect(201);
    let claimed = phone
        .post(&format!("{path}/eradications"), &eradication())
        .await
        .expect(201)
        .json();
    let id = claimed["properties"]["fact"].as_str().unwrap();
    Done {
        phone,
        plot,
        eradication: id.parse().unwrap(),
    }
}

impl Done {
    /// A photo of that phase at that time of the day, with changes to its sidecar.
    async fn photo(&self, field: &Field, phase: &str, time: &str, changes: Value) -> Uuid {
        let width = 40 + u32::try_from(field.new_id().as_u128() % 400).unwrap();
        let bytes = photos::jpeg(width, 30);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(self.plot);
        sidecar["eradication"] = json!(self.eradication);
        sidecar["phase"] = json!(phase);
        sidecar["taken_at"] = json!(format!("2026-02-27T{time}+07:00"));
        sidecar["gnss_at"] = sidecar["taken_at"].clone();
        sidecar["source"] = json!("camera");
        for (name, value) in changes.as_object().unwrap() {
            sidecar[name] = value.clone();
        }
        photos::taken(field, &self.phone, &bytes, &sidecar).await
    }

    async fn told(&self, client: &Client) -> Value {
        let path = format!("/api/v1/eradications/{}/evidence", self.eradication);
        client.get(&path).await.expect(200).json()
    }
}

fn codes(told: &Value) -> Vec<&str> {
    let reasons = told["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn photos_are_graded_with_every_reason_in_two_languages(field: Field) {
        let done = done(&field).await;
        let bare = done.told(&done.phone).await;
        assert_eq!(bare["grade"], "D");
        assert_eq!(bare["missing"], json!(["photos_before", "photos_close_up", "photos_after", "photos_at_the_work"]));
        assert_eq!(codes(&bare), ["no_before", "no_close_up", "no_after"]);
        assert_eq!(bare["reasons"][0]["vi"], "Chưa có ảnh trước khi phá nhổ");
        assert_eq!(bare["reasons"][0]["en"], "No photo from before the work");
        for (phase, time) in [("overview", "07:50:00"), ("close_up", "07:55:00"), ("after", "09:05:00")] {
            done.photo(&field, phase, time, json!({})).await;
        }
        field.settle().await;
        let told = done.told(&done.phone).await;
        assert_eq!(told["grade"], "B");
        assert_eq!(told["missing"], json!([]));
        assert_eq!(told["photos"].as_array().unwrap().len(), 3);
        // The phone recorded no track, signed nothing, and nobody is named.
        assert_eq!(codes(&told), ["no_track", "exif_missing", "unsigned", "no_account", "late"]);
        let plot = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
        assert_eq!(plot["properties"]["state"], "eradicated");
        assert_eq!(plot["properties"]["evidence_grades"], json!({ done.eradication.to_string(): "B" }));
        let stranger = field.phone("máy Đông", &[EAST]).await;
        stranger.get(&format!("/api/v1/eradications/{}/evidence", done.eradication)).await.expect(404);
        done.phone.get(&format!("/api/v1/eradications/{}/evidence", done.plot)).await.expect(404);
    }

    async fn the_devices_own_track_speaks_for_or_against_a_photo(field: Field) {
        let done = done(&field).await;
        let patrol = format!("/api/v1/patrols/{}", field.new_id());
        let body = json!({ "kind": "crop_check", "transport": "foot",
            "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
        done.phone.put(&patrol, &body).await.expect(201);
        let fix = |time: &str, lon: f64| json!({ "t": format!("2026-02-27T{time}+07:00"), "lon": lon, "lat": 22.4, "accuracy_m": 5 });
        // At the plot before the work, four kilometres off after it.
        let fixes = json!({ "fixes": [fix("07:49:30", 104.3), fix("07:50:30", 104.3), fix("09:04:00", 104.34)] });
        done.phone.post(&format!("{patrol}/fixes"), &fixes).await.expect(200);
        let before = done.photo(&field, "overview", "07:50:00", json!({})).await;
        let after = done.photo(&field, "after", "09:05:00", json!({})).await;
        field.settle().await;
        let told = done.told(&done.phone).await;
        let reasons = |id: Uuid| {
            let photos = told["photos"].as_array().unwrap();
            let photo = photos.iter().find(|photo| photo["id"] == id.to_string()).unwrap();
            (photo["grade"].clone(), photo["reasons"].to_string())
        };
        assert!(!reasons(before).1.contains("track"), "{}", reasons(before).1);
        assert!(reasons(after).1.contains("track_elsewhere"));
        assert_eq!((reasons(before).0, reasons(after).0), (json!("B"), json!("D")));
    }

    async fn who_was_at_the_shutter_counts_but_is_not_shown(field: Field) {
        let done = done(&field).await;
        let member = field.account("to-vien", Role::PatrolMember, &[WEST]).await;
        let named = done.photo(&field, "overview", "07:50:00", json!({ "taken_by": member.id })).await;
        let unknown = done.photo(&field, "after", "09:05:00", json!({ "taken_by": field.new_id() })).await;
        field.settle().await;
        let told = done.told(&done.phone).await;
        let photos = told["photos"].as_array().unwrap();
        let reasons = |id: Uuid| photos.iter().find(|photo| photo["id"] == id.to_string()).unwrap()["reasons"].to_string();
        assert!(!reasons(named).contains("no_account"));
        assert!(reasons(unknown).contains("no_account"));
        for path in [format!("/api/v1/photos/{named}"), format!("/api/v1/eradications/{}/evidence", done.eradication)] {
            let shown = done.phone.get(&path).await.expect(200);
            assert!(!String::from_utf8_lossy(&shown.bytes).contains(&member.id.to_string()), "{path}");
        }
    }

    async fn poor_photos_are_taken_and_capped_never_refused(field: Field) {
        let done = done(&field).await;
        let cases = [
            (json!({ "source": "gallery" }), "from_gallery"),
            (json!({ "mock": true }), "mock_position"),
            (json!({ "lon": 104.31 }), "far_from_plot"),
            (json!({ "gnss_at": "2026-02-27T05:00:00+07:00" }), "gnss_time_differs"),
            (json!({ "eradication": Value::Null }), "not_bound"),
        ];
        for (changes, code) in cases {
            let id = done.photo(&field, "overview", "07:50:00", changes).await;
            let told = done.told(&done.phone).await;
            let photos = told["photos"].as_array().unwrap();
            let photo = photos.iter().find(|photo| photo["id"] == id.to_string()).unwrap();
            assert!(photo["reasons"].to_string().contains(code), "{code}: {photo}");
        }
    }

    async fn a_role_lets_work_count_without_photos_and_it_stays_visible(field: Field) {
        let done = done(&field).await;
        let path = format!("/api/v1/plots/{}/waivers", done.plot);
        let waiver = json!({ "eradication": done.eradication, "reason": "điện thoại rơi xuống suối" });
        done.phone.post(&path, &waiver).await.expect(403);
        let post = org(&field, "Đồn biên phòng").await;
        let officer = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        officer.post(&path, &json!({ "eradication": done.eradication })).await.expect(422);
        officer.post(&path, &json!({ "eradication": done.plot, "reason": "?" })).await.expect(422);
        let waived = officer.post(&path, &waiver).await.expect(201).json();
        assert_eq!(waived["properties"]["state"], "eradicated");
        assert_eq!(waived["properties"]["flags"], json!(["photos_waived"]));
        let step = waived["properties"]["timeline"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((step["kind"].clone(), step["said"]["reason"].clone()), (json!("waiver"), waiver["reason"].clone()));
        let told = done.told(&done.phone).await;
        assert_eq!((told["waived"].clone(), told["grade"].clone()), (json!(true), json!("D")));
        assert!(codes(&told).contains(&"waived"));
    }

    async fn rules_are_set_with_a_reason_and_grades_follow(field: Field) {
        let done = done(&field).await;
        for (phase, time) in [("overview", "07:50:00"), ("close_up", "07:55:00"), ("after", "09:05:00")] {
            done.photo(&field, phase, time, json!({})).await;
        }
        field.settle().await;
        let all = done.phone.get("/api/v1/evidence/definitions").await.expect(200).json();
        let mut next = all[0]["definition"].clone();
        assert_eq!(next["caps"]["unsigned"], "B");
        next["caps"]["unsigned"] = json!("C");
        next["version"] = json!(2);
        let sent = json!({ "definition": next, "reason": "chữ ký là bắt buộc" });
        done.phone.post("/api/v1/evidence/definitions", &sent).await.expect(403);
        let officer = field.officer().await;
        officer.post("/api/v1/evidence/definitions", &json!({ "definition": next, "reason": " " })).await.expect(400);
        officer.post("/api/v1/evidence/definitions", &sent).await.expect(201);
        officer.post("/api/v1/evidence/definitions", &sent).await.expect(400);
        let told = done.told(&done.phone).await;
        assert_eq!((told["grade"].clone(), told["rules"].clone()), (json!("C"), json!(2)));
    }
}
