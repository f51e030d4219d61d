//! The grade of an eradication's photos from outside, the photo minimum and its waiver.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::journal::history::KeyRing;
use tuantra::journal::proofs::{self, PhotoProof};
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::ledger::{desk, eradication, org};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// A plot with an eradication that a phone reported.
pub struct Done {
    pub phone: Client,
    pub plot: Uuid,
    pub eradication: Uuid,
}

pub async fn done(field: &Field) -> Done {
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
    pub async fn photo(&self, field: &Field, phase: &str, time: &str, changes: Value) -> Uuid {
        // No two pictures are the same bytes.
        static WIDTH: AtomicU32 = AtomicU32::new(40);
        let width = WIDTH.fetch_add(1, Ordering::Relaxed);
        let bytes = photos::jpeg(width, 30);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(self.plot);
        sidecar["eradication"] = json!(self.eradication);
        sidecar["phase"] = json!(phase);
        sidecar["taken_at"] = json!(format!("2026-02-27T{time}+07:00"));
        sidecar["gnss_at"] = sidecar["taken_at"].clone();
        sidecar["fix_age_s"] = json!(2.0);
        sidecar["source"] = json!("camera");
        for (name, value) in changes.as_object().unwrap() {
            sidecar[name] = value.clone();
        }
        photos::taken(field, &self.phone, &bytes, &sidecar).await
    }

    pub async fn told(&self, client: &Client) -> Value {
        let path = format!("/api/v1/eradications/{}/evidence", self.eradication);
        client.get(&path).await.expect(200).json()
    }
}

pub fn codes(told: &Value) -> Vec<&str> {
    let reasons = told["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

on_both! {
    async fn photos_of_a_correction_that_another_overtook_are_those_of_what_stands(field: Field) {
        let done = done(&field).await;
        let path = format!("/api/v1/plots/{}/eradications", done.plot);
        let mut corrections = Vec::new();
        for witnesses in [3, 4] {
            field.clock.advance_millis(1_000);
            let mut corrected = eradication();
            (corrected["corrects"], corrected["witnesses"]) = (json!(done.eradication), json!(witnesses));
            let told = done.phone.post(&path, &corrected).await.expect(201).json();
            corrections.push(told["properties"]["fact"].as_str().unwrap().to_owned());
        }
        let photo = done.photo(&field, "after", "09:05:00", json!({ "eradication": corrections[0] })).await;
        field.settle().await;
        let evidence = format!("/api/v1/eradications/{}/evidence", corrections[1]);
        let told = done.phone.get(&evidence).await.expect(200).json();
        let photos = told["photos"].as_array().unwrap();
        assert_eq!(photos.len(), 1);
        assert_eq!(photos[0]["id"], photo.to_string());
        assert!(!told["missing"].as_array().unwrap().contains(&json!("photos_after")));
    }

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
        assert_eq!(codes(&told), ["no_track", "exif_missing", "unsigned", "no_nonce", "no_account", "late"]);
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

    async fn one_fix_put_in_for_a_photo_stands_against_all_the_others(field: Field) {
        let done = done(&field).await;
        let patrol = format!("/api/v1/patrols/{}", field.new_id());
        let body = json!({ "kind": "crop_check", "transport": "foot",
            "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
        done.phone.put(&patrol, &body).await.expect(201);
        // Four kilometres off all the time, and at the plot for the second of the shutter.
        let mut fixes: Vec<Value> = (0..60)
            .map(|n| json!({ "t": format!("2026-02-27T07:{:02}:{:02}+07:00", 45 + n / 6, n % 6 * 10 + 5), "lon": 104.34, "lat": 22.4, "accuracy_m": 5 }))
            .collect();
        fixes.push(json!({ "t": "2026-02-27T07:50:00+07:00", "lon": 104.3, "lat": 22.4, "accuracy_m": 5 }));
        done.phone.post(&format!("{patrol}/fixes"), &json!({ "fixes": fixes })).await.expect(200);
        done.photo(&field, "overview", "07:50:00", json!({})).await;
        field.settle().await;
        let told = done.told(&done.phone).await;
        assert!(codes(&told).contains(&"track_elsewhere"), "{told}");
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
        // The proof shows the sidecar's hash instead, and proves the bytes as before; nothing else is hidden.
        let officer = field.officer().await;
        let plain = done.photo(&field, "during", "08:30:00", json!({})).await;
        field.settle().await;
        for (photo, is_shown) in [(named, false), (plain, true)] {
            let proof = officer.get(&format!("/api/v1/photos/{photo}/proof")).await.expect(200).json();
            assert_eq!((proof["sidecar"]["body"].is_string(), proof["sidecar"]["salt"].is_string()), (is_shown, is_shown));
            let bytes = officer.get(&format!("/api/v1/photos/{photo}/original?reason=kiem-tra")).await.expect(200).bytes;
            let proof: PhotoProof = serde_json::from_value(proof).unwrap();
            let ring = KeyRing::new(proof.original.log_id, &proof.original.keys, &[]).unwrap();
            proofs::photo(&proof, &bytes, &ring).unwrap();
            let other = proofs::photo(&proof, b"other bytes", &ring).unwrap_err();
            assert!(other.to_string().contains("not those that were recorded"), "{other}");
        }
    }

    async fn the_account_at_the_shutter_is_judged_as_it_was_when_the_photo_came(field: Field) {
        let done = done(&field).await;
        let officer = field.officer().await;
        let member = field.account("to-vien", Role::PatrolMember, &[WEST]).await;
        let before = done.photo(&field, "overview", "07:50:00", json!({ "taken_by": member.id })).await;
        assert!(officer.delete(&format!("/api/v1/accounts/{}", member.id)).await.status.is_success());
        let after = done.photo(&field, "close_up", "07:55:00", json!({ "taken_by": member.id })).await;
        let told = done.told(&done.phone).await;
        let photos = told["photos"].as_array().unwrap();
        let reasons = |id: Uuid| photos.iter().find(|photo| photo["id"] == id.to_string()).unwrap()["reasons"].to_string();
        assert!(!reasons(before).contains("no_account"), "{}", reasons(before));
        assert!(reasons(after).contains("no_account"), "{}", reasons(after));
    }

    async fn a_sender_who_claims_not_to_know_where_it_was_gains_nothing(field: Field) {
        let done = done(&field).await;
        let patrol = format!("/api/v1/patrols/{}", field.new_id());
        let body = json!({ "kind": "crop_check", "transport": "foot",
            "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
        done.phone.put(&patrol, &body).await.expect(201);
        let fix = json!({ "t": "2026-02-27T07:50:00+07:00", "lon": 104.34, "lat": 22.4, "accuracy_m": 5 });
        done.phone.post(&format!("{patrol}/fixes"), &json!({ "fixes": [fix] })).await.expect(200);
        // Twenty kilometres off and "accurate" to a hundred: neither at the work, nor where the track was, nor near.
        for (phase, time) in [("overview", "07:50:00"), ("close_up", "07:55:00"), ("after", "09:05:00")] {
            done.photo(&field, phase, time, json!({ "lon": 104.5, "accuracy_m": 100_000 })).await;
        }
        field.settle().await;
        let told = done.told(&done.phone).await;
        assert_eq!((told["grade"].clone(), told["missing"].clone()), (json!("C"), json!(["photos_at_the_work"])));
        let told = codes(&told);
        assert!(told.contains(&"no_position") && told.contains(&"rough_position") && told.contains(&"no_track"), "{told:?}");
        let plot = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
        assert_eq!(plot["properties"]["state"], "eradicating");
    }

    async fn a_fix_whose_age_is_not_told_is_not_fresh(field: Field) {
        let done = done(&field).await;
        let untold = done.photo(&field, "overview", "07:50:00", json!({ "fix_age_s": Value::Null })).await;
        let told = done.told(&done.phone).await;
        assert_eq!(told["photos"][0]["id"], untold.to_string());
        assert!(codes(&told).contains(&"position_age_untold"));
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

    async fn a_photo_from_before_that_was_taken_after_shows_nothing_from_before(field: Field) {
        let done = done(&field).await;
        // The work was from eight to nine.
        let of_plot = async || {
            field.settle().await;
            let plot = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
            (plot["properties"]["state"].clone(), plot["properties"]["missing"].clone())
        };
        for (phase, time) in [("before", "09:55:00"), ("close_up", "08:30:00"), ("after", "07:55:00")] {
            done.photo(&field, phase, time, json!({})).await;
        }
        assert_eq!(of_plot().await, (json!("eradicating"), json!(["photos_before", "photos_after"])));
        let told = done.told(&done.phone).await;
        assert_eq!(told["missing"], json!(["photos_before", "photos_after"]));
        assert!(codes(&told).contains(&"before_too_late") && codes(&told).contains(&"after_too_early"), "{told}");
        // As far as two phones' clocks may disagree it counts.
        done.photo(&field, "before", "08:14:00", json!({})).await;
        assert_eq!(of_plot().await.1, json!(["photos_after"]));
        done.photo(&field, "after", "08:46:00", json!({})).await;
        assert_eq!(of_plot().await, (json!("eradicated"), json!([])));
        // How far is the province's to say.
        let officer = field.officer().await;
        let all = officer.get("/api/v1/ledger/definitions").await.expect(200).json();
        let mut next = all[0]["definition"].clone();
        assert_eq!(next["photos"]["order_tolerance_min"], 15);
        (next["version"], next["photos"]["order_tolerance_min"]) = (json!(2), json!(10));
        let sent = json!({ "definition": next, "reason": "máy lấy giờ mạng" });
        officer.post("/api/v1/ledger/definitions", &sent).await.expect(201);
        assert_eq!(of_plot().await, (json!("eradicating"), json!(["photos_before", "photos_after"])));
    }

    async fn a_photo_from_elsewhere_or_another_week_fills_no_stage(field: Field) {
        let done = done(&field).await;
        let of_plot = async || {
            field.settle().await;
            let plot = done.phone.get(&format!("/api/v1/plots/{}", done.plot)).await.expect(200).json();
            (plot["properties"]["state"].clone(), plot["properties"]["missing"].clone())
        };
        // Two of every other stage lie at the work of that morning.
        for (phase, time) in [("close_up", "08:30:00"), ("close_up", "08:31:00"), ("after", "09:05:00"), ("after", "09:06:00")] {
            done.photo(&field, phase, time, json!({})).await;
        }
        let lacking = (json!("eradicating"), json!(["photos_before"]));
        assert_eq!(of_plot().await, lacking);
        // A hillside a kilometre away, and this one two weeks before.
        done.photo(&field, "before", "07:50:00", json!({ "lon": 104.31 })).await;
        let weeks_before = json!("2026-02-13T07:50:00+07:00");
        done.photo(&field, "overview", "07:50:00", json!({ "taken_at": weeks_before, "gnss_at": weeks_before })).await;
        assert_eq!(of_plot().await, lacking);
        assert_eq!(done.told(&done.phone).await["missing"], json!(["photos_before"]));
        // Where nobody knows the place it counts, and caps the grade as before.
        done.photo(&field, "before", "07:52:00", json!({ "lon": Value::Null, "lat": Value::Null, "accuracy_m": Value::Null })).await;
        assert_eq!(of_plot().await, (json!("eradicated"), json!([])));
        let told = done.told(&done.phone).await;
        assert!(told.to_string().contains("no_position") && told["grade"] == "C", "{told}");
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
        let allowed = officer.post(&path, &waiver).await.expect(201).json();
        assert_eq!(allowed["properties"]["state"], "eradicated");
        assert_eq!(allowed["properties"]["flags"], json!(["photos_waived"]));
        let step = allowed["properties"]["timeline"].as_array().unwrap().last().unwrap().clone();
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

    async fn a_picture_brought_again_is_a_question_that_the_team_answers_first(field: Field) {
        let done = done(&field).await;
        let second = field.new_id();
        done.phone.put(&format!("/api/v1/plots/{second}"), &plot_at(104.35, 22.4)).await.expect(201);
        let first = scene();
        let earlier = shown(&field, &done.phone, done.plot, &encoded(&first, 92)).await;
        let cut = image::imageops::crop_imm(&first, 12, 10, 590, 450).to_image();
        let later = shown(&field, &done.phone, second, &encoded(&cut, 60)).await;
        let same_plot = shown(&field, &done.phone, done.plot, &encoded(&first, 50)).await;
        let all = done.phone.get("/api/v1/evidence/questions?state=open").await.expect(200).json();
        let of = |photo: Uuid| {
            let all = all["questions"].as_array().unwrap().clone();
            all.into_iter().find(|own| own["photo"] == photo.to_string() && own["screen"] == "nearly_one_picture" && own["other"] != same_plot.to_string())
        };
        let asked = of(later).unwrap();
        assert_eq!(asked["other"], earlier.to_string());
        assert_eq!(asked["vi"], "Cần làm rõ: hai ảnh của hai điểm trồng gần như là một, vì sao?");
        assert!(of(earlier).is_none());
        let path = format!("/api/v1/evidence/questions/{}", asked["id"].as_str().unwrap());
        let post = org(&field, "Đồn biên phòng").await;
        let judge = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        let cleared = json!({ "result": "upheld", "reason": "dùng lại ảnh điểm khác" });
        let early = judge.post(&format!("{path}/decisions"), &cleared).await.expect(422);
        assert!(String::from_utf8_lossy(&early.bytes).contains("the unit answers first"));
        judge.post(&format!("{path}/answers"), &json!({ "text": "không phải tổ tôi" })).await.expect(422);
        done.phone.post(&format!("{path}/answers"), &json!({ "text": "gọi 0912345678" })).await.expect(422);
        let answered = done.phone.post(&format!("{path}/answers"), &json!({ "text": "gắn nhầm ảnh" })).await.expect(201).json();
        assert_eq!(answered["question"]["state"], "answered");
        assert!(answered["receipt"]["entry_id"].is_string());
        done.phone.post(&format!("{path}/decisions"), &cleared).await.expect(403);
        let reserve = tuantra::identity::model::RESERVE_ORG;
        let own = desk(&field, "cung-don-vi", reserve, Role::CommuneOfficer, &[WEST]).await;
        own.post(&format!("{path}/decisions"), &cleared).await.expect(422);
        let decided = judge.post(&format!("{path}/decisions"), &cleared).await.expect(201).json();
        assert_eq!(decided["question"]["state"], "upheld");
        let kinds: Vec<&str> = decided["question"]["replies"].as_array().unwrap().iter().map(|reply| reply["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["answer", "decision"]);
        done.phone.post(&format!("{path}/answers"), &json!({ "text": "nữa" })).await.expect(422);
        let stranger = field.phone("máy Đông", &[EAST]).await;
        stranger.get(&path).await.expect(404);
        assert_eq!(stranger.get("/api/v1/evidence/questions").await.expect(200).json()["questions"], json!([]));
    }

    async fn a_decision_comes_without_an_answer_once_seven_days_are_over(field: Field) {
        let done = done(&field).await;
        let photo = done.photo(&field, "overview", "07:50:00", json!({ "mock": true })).await;
        field.settle().await;
        let told = done.told(&done.phone).await;
        assert!(codes(&told).contains(&"under_review"));
        let all = done.phone.get("/api/v1/evidence/questions?state=open&limit=1").await.expect(200).json();
        let asked = &all["questions"][0];
        assert_eq!((asked["photo"].clone(), asked["screen"].clone(), asked["has_other"].clone()), (json!(photo), json!("mock_position"), json!(false)));
        let path = format!("/api/v1/evidence/questions/{}/decisions", asked["id"].as_str().unwrap());
        let post = org(&field, "Đồn biên phòng").await;
        let judge = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        let cleared = json!({ "result": "cleared", "reason": "máy thử của đơn vị" });
        judge.post(&path, &cleared).await.expect(422);
        field.clock.advance_millis(7 * 86_400_000);
        judge.post(&path, &cleared).await.expect(201);
        assert!(!codes(&done.told(&done.phone).await).contains(&"under_review"));
    }

    async fn two_pictures_of_one_millisecond_are_a_question(field: Field) {
        let done = done(&field).await;
        let first = done.photo(&field, "overview", "07:50:00", json!({})).await;
        field.settle().await;
        field.clock.advance_millis(1_000);
        let second = done.photo(&field, "close_up", "07:50:00", json!({})).await;
        field.settle().await;
        let all = done.phone.get("/api/v1/evidence/questions").await.expect(200).json();
        let questions = all["questions"].as_array().unwrap();
        assert_eq!(questions.len(), 1, "{all}");
        assert_eq!(questions[0]["screen"], "same_instant");
        assert_eq!((questions[0]["photo"].clone(), questions[0]["other"].clone()), (json!(second), json!(first)));
    }
}

/// A picture with something to see in every part.
pub fn scene() -> image::RgbImage {
    image::RgbImage::from_fn(640, 480, |x, y| {
        let (x, y) = (f64::from(x), f64::from(y));
        let waves = [
            (0.011, 0.017, 0.4),
            (0.031, -0.013, 1.9),
            (-0.007, 0.043, 2.3),
            (0.057, 0.029, 0.9),
        ];
        let light: f64 = waves
            .iter()
            .map(|(right, down, phase)| (right * x + down * y + phase).sin())
            .sum();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a byte"
        )]
        let light = (128.0 + 30.0 * light).clamp(0.0, 255.0) as u8;
        image::Rgb([light, light / 2 + 60, 255 - light])
    })
}

pub fn encoded(picture: &image::RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .unwrap();
    bytes
}

/// A photo of a plot, looked at by the screens.
pub async fn shown(field: &Field, client: &Client, plot: Uuid, bytes: &[u8]) -> Uuid {
    let mut sidecar = photos::sidecar(bytes);
    sidecar["plot"] = json!(plot);
    field.clock.advance_millis(1_000);
    sidecar["taken_at"] = json!(field.app.journal.now());
    let id = photos::taken(field, client, bytes, &sidecar).await;
    field.settle().await;
    id
}
