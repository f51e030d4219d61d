//! A desk accepts what it could look at: no approval before the photos, none by photos that came after it, and approved
//! work is taken back by the province alone.

use serde_json::{Value, json};
use tuantra::base::actor::Role;

use crate::evidence::{Done, done};
use crate::field::{Client, Field};
use crate::ledger::{desk, org};
use crate::plots::WEST;

const MORNING: [(&str, &str); 3] = [
    ("overview", "07:50:00"),
    ("close_up", "07:55:00"),
    ("after", "09:05:00"),
];

async fn officer_of(field: &Field, name: &str, role: Role) -> Client {
    let login = format!("cb-{}", field.new_id().simple());
    desk(field, &login, org(field, name).await, role, &[WEST]).await
}

async fn told(done: &Done) -> Value {
    let path = format!("/api/v1/plots/{}", done.plot);
    done.phone.get(&path).await.expect(200).json()["properties"].clone()
}

fn approved_m2(told: &Value) -> (Value, Value) {
    let area = told["quantities"]["approved"]["area_m2"].clone();
    (told["approved"].clone(), area)
}

on_both! {
    async fn work_is_not_accepted_before_its_photos_are_there(field: Field) {
        let done = done(&field).await;
        let officer = officer_of(&field, "Đồn biên phòng", Role::PostOfficer).await;
        let path = format!("/api/v1/plots/{}/approvals", done.plot);
        let approval = json!({ "eradication": done.eradication });
        for (phase, time) in MORNING {
            let refused = officer.post(&path, &approval).await.expect(422);
            assert_eq!(refused.pointers(), ["/eradication"]);
            let why = refused.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
            assert!(why.contains("photos_after") && why.contains("a waiver with a reason"), "{why}");
            done.photo(&field, phase, time, json!({})).await;
            field.clock.advance_millis(1_000);
        }
        field.settle().await;
        assert_eq!(done.told(&done.phone).await["seal"], Value::Null, "nothing was sealed");
        assert_eq!(approved_m2(&told(&done).await), (json!(false), Value::Null));
        let accepted = officer.post(&path, &approval).await.expect(201).json();
        assert_eq!(approved_m2(&accepted["properties"]), (json!(true), json!(64.0)));
        let shown = done.told(&done.phone).await;
        assert!(shown["photos"].as_array().unwrap().iter().all(|photo| photo["after_seal"] == false), "{shown}");
    }

    async fn a_photo_that_comes_after_an_approval_turns_no_figure_on(field: Field) {
        let done = done(&field).await;
        let officer = officer_of(&field, "Đồn biên phòng", Role::PostOfficer).await;
        let path = format!("/api/v1/plots/{}", done.plot);
        done.photo(&field, "overview", "07:50:00", json!({ "mock": true })).await;
        for (phase, time) in &MORNING[1..] {
            done.photo(&field, phase, time, json!({})).await;
        }
        field.settle().await;
        let approval = json!({ "eradication": done.eradication });
        let accepted = officer.post(&format!("{path}/approvals"), &approval).await.expect(201).json();
        assert_eq!(approved_m2(&accepted["properties"]), (json!(true), json!(64.0)));
        // The photo from before turns out to be made up: the work misses it, whatever was accepted.
        let asked = done.phone.get("/api/v1/evidence/questions?state=open").await.expect(200).json();
        let asked = asked["questions"].as_array().unwrap().clone();
        let asked = asked.iter().find(|own| own["screen"] == "mock_position").unwrap();
        let question = format!("/api/v1/evidence/questions/{}", asked["id"].as_str().unwrap());
        done.phone.post(&format!("{question}/answers"), &json!({ "text": "máy thử" })).await.expect(201);
        let upheld = json!({ "result": "upheld", "reason": "vị trí giả" });
        officer.post(&format!("{question}/decisions"), &upheld).await.expect(201);
        field.settle().await;
        let without = told(&done).await;
        assert_eq!((without["state"].clone(), without["missing"].clone()), (json!("eradicating"), json!(["photos_before"])));
        assert_eq!(approved_m2(&without), (json!(false), Value::Null));
        field.clock.advance_millis(1_000);
        done.photo(&field, "overview", "07:51:00", json!({})).await;
        field.settle().await;
        let late = told(&done).await;
        assert_eq!(late["state"], "eradicated");
        assert_eq!(approved_m2(&late), (json!(false), Value::Null), "nobody has looked at this one");
        let anew = json!({ "eradication": done.eradication, "notes": "đã xem ảnh bổ sung" });
        let accepted = officer.post(&format!("{path}/approvals"), &anew).await.expect(201).json();
        assert_eq!(approved_m2(&accepted["properties"]), (json!(true), json!(64.0)));
    }

    async fn what_a_role_let_count_without_photos_may_be_accepted(field: Field) {
        let done = done(&field).await;
        let officer = officer_of(&field, "Đồn biên phòng", Role::PostOfficer).await;
        let path = format!("/api/v1/plots/{}", done.plot);
        let approval = json!({ "eradication": done.eradication });
        officer.post(&format!("{path}/approvals"), &approval).await.expect(422);
        let waiver = json!({ "eradication": done.eradication, "reason": "điện thoại rơi xuống suối" });
        officer.post(&format!("{path}/waivers"), &waiver).await.expect(201);
        let accepted = officer.post(&format!("{path}/approvals"), &approval).await.expect(201).json();
        assert_eq!(approved_m2(&accepted["properties"]), (json!(true), json!(64.0)));
        assert_eq!(accepted["properties"]["flags"], json!(["photos_waived"]));
    }

    async fn what_was_accepted_or_is_held_the_province_alone_takes_back(field: Field) {
        let done = done(&field).await;
        let path = format!("/api/v1/plots/{}", done.plot);
        let officer = officer_of(&field, "Đồn biên phòng", Role::PostOfficer).await;
        let province = desk(&field, "ca-tinh", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        for (phase, time) in MORNING {
            done.photo(&field, phase, time, json!({})).await;
        }
        field.settle().await;
        let back = json!({ "reason": "ghi nhầm điểm" });
        let refused_to_all = async || {
            for client in [&done.phone, &officer] {
                let refused = client.post(&format!("{path}/retractions"), &back).await.expect(422);
                let why = refused.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
                assert!(why.contains("ask the province"), "{why}");
            }
        };
        let hold = format!("{path}/hold");
        province.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        refused_to_all().await;
        let lift = json!({ "reason": "hết vụ" }).to_string();
        province.send(axum::http::Method::DELETE, &hold, Some("application/json"), lift.into()).await.expect(200);
        let approval = json!({ "eradication": done.eradication });
        officer.post(&format!("{path}/approvals"), &approval).await.expect(201);
        refused_to_all().await;
        assert_eq!(told(&done).await["state"], "eradicated");
        // What else is said of it late is taken as ever.
        let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 322, "plants_method": "counted" });
        done.phone.post(&format!("{path}/measures"), &measure).await.expect(201);
        let taken = province.post(&format!("{path}/retractions"), &back).await.expect(201).json();
        assert_eq!(taken["properties"]["state"], "retracted");
    }
}
