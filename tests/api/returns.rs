//! What waits for a desk is sent back for completing: by whoever might accept it, until those whose work it is answer.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::identity::model::RESERVE_ORG;
use tuantra::{ledger as ledger_of, plots as plots_of};
use uuid::Uuid;

use crate::evidence::done;
use crate::field::{Client, Field};
use crate::ledger::{Destroyed, desk, destroyed, eradication, org, path, told, verification};
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// The plots that a list of what was sent back names, each with its flags.
async fn listed(client: &Client, query: &str) -> Vec<(String, Value)> {
    let page = client
        .get(&format!("/api/v1/plots?{query}"))
        .await
        .expect(200)
        .json();
    let plots = page["features"].as_array().unwrap().iter();
    plots
        .map(|own| {
            (
                own["id"].as_str().unwrap().to_owned(),
                own["properties"]["flags"].clone(),
            )
        })
        .collect()
}

fn is_flagged(told: &Value) -> bool {
    told["flags"]
        .as_array()
        .unwrap()
        .contains(&json!("returned"))
}

/// Sends the work back and gives the return.
async fn sent_back(field: &Field, own: &Destroyed) -> Uuid {
    field.clock.advance_millis(60_000);
    let id = field.new_id();
    let body = json!({ "id": id, "eradication": own.eradication, "reason": "thiếu ảnh toàn cảnh" });
    own.desk
        .post(&path(own.plot, "/returns"), &body)
        .await
        .expect(201);
    field.clock.advance_millis(60_000);
    id
}

async fn faults(field: &Field) -> Vec<String> {
    field.settle().await;
    let store = field.app.journal.store();
    let rows = [
        ledger_of::verify_rows(store).await.unwrap(),
        ledger_of::verify_made(store).await.unwrap(),
        plots_of::verify_made(store, field.app.journal.now())
            .await
            .unwrap(),
    ];
    rows.iter()
        .flat_map(|own| own.faults.iter().map(ToString::to_string))
        .collect()
}

on_both! {
    async fn work_that_is_sent_back_is_flagged_and_listed_until_its_unit_answers(field: Field) {
        let own = destroyed(&field).await;
        let before = told(&own.phone, own.plot).await;
        assert_eq!(before["returns"], json!([]));
        field.clock.advance_millis(60_000);
        let id = field.new_id();
        let body = json!({ "id": id, "eradication": own.eradication, "reason": " thiếu ảnh toàn cảnh " });
        let sent = own.desk.post(&path(own.plot, "/returns"), &body).await.expect(201).json();
        assert_eq!(sent["properties"]["fact"], id.to_string());
        let returned = sent["properties"]["returns"][0].clone();
        assert_eq!(returned["reason"], "thiếu ảnh toàn cảnh");
        assert_eq!((&returned["eradication"], &returned["version"]), (&json!(own.eradication), &Value::Null));
        assert_eq!((&returned["to"], &returned["ended_by"]), (&json!([RESERVE_ORG]), &Value::Null));
        let step = sent["properties"]["timeline"].as_array().unwrap().iter().find(|step| step["kind"] == "return").unwrap().clone();
        assert_eq!((&step["org"], &step["at"]), (&returned["org"], &returned["at"]));
        assert_eq!(step["said"]["reason"], "thiếu ảnh toàn cảnh");
        // The same once more is the same: one fact, one receipt.
        let again = own.desk.post(&path(own.plot, "/returns"), &body).await.expect(200).json();
        assert_eq!(again["receipt"]["entry_id"], sent["receipt"]["entry_id"]);
        let now = told(&own.phone, own.plot).await;
        assert_eq!(now["returns"].as_array().unwrap().len(), 1);
        assert!(is_flagged(&now) && !is_flagged(&before));
        for same in ["state", "quantities", "missing", "approved", "reinspections_due", "conflicts"] {
            assert_eq!(now[same], before[same], "{same}");
        }
        let plot = own.plot.to_string();
        assert_eq!(listed(&own.phone, "returned=true").await, [(plot.clone(), json!(["returned"]))]);
        assert!(listed(&own.phone, "returned=false").await.is_empty());
        assert_eq!(faults(&field).await, Vec::<String>::new());
        field.clock.advance_millis(60_000);
        let answer = json!({ "id": field.new_id(), "returned": id, "text": "máy ảnh hỏng, có biên bản" });
        let told_off = own.desk.post(&path(own.plot, "/replies"), &answer).await.expect(422);
        assert_eq!(told_off.pointers(), [""]);
        let answered = own.phone.post(&path(own.plot, "/replies"), &answer).await.expect(201).json();
        assert_eq!(answered["properties"]["returns"][0]["ended_by"], "reply");
        let again = own.phone.post(&path(own.plot, "/replies"), &answer).await.expect(200).json();
        assert_eq!(again["receipt"]["entry_id"], answered["receipt"]["entry_id"]);
        let answered = &answered["properties"];
        assert!(!is_flagged(answered));
        assert_eq!(answered["state"], before["state"]);
        assert!(listed(&own.phone, "returned=true").await.is_empty());
        assert_eq!(listed(&own.phone, "returned=false").await, [(plot, json!([]))]);
        assert_eq!(faults(&field).await, Vec::<String>::new());
    }

    async fn a_correction_a_photo_or_an_approval_ends_it_too(field: Field) {
        let own = destroyed(&field).await;
        sent_back(&field, &own).await;
        let mut corrected = eradication();
        corrected["corrects"] = json!(own.eradication);
        corrected["plants_destroyed"] = json!(310);
        let corrected = own.phone.post(&path(own.plot, "/eradications"), &corrected).await.expect(201).json();
        assert_eq!(corrected["properties"]["returns"][0]["ended_by"], "corrected");
        assert!(!is_flagged(&corrected["properties"]));
        // What was corrected and what took its place are told where the work was done, before it was sent back.
        let timeline = corrected["properties"]["timeline"].as_array().unwrap();
        let course: Vec<&str> = timeline.iter().map(|step| step["kind"].as_str().unwrap()).collect();
        let returned_at = course.iter().position(|kind| *kind == "return").unwrap();
        let works = course.iter().take(returned_at).filter(|kind| **kind == "eradication");
        assert_eq!(works.count(), 2, "{course:?}");
        // The correction is sent back in its turn; the desk accepts it after all.
        let fact = corrected["properties"]["fact"].as_str().unwrap().to_owned();
        let anew = json!({ "eradication": fact, "reason": "biên bản ghi 320 cây" });
        let anew = own.desk.post(&path(own.plot, "/returns"), &anew).await.expect(201).json();
        assert!(is_flagged(&anew["properties"]));
        field.clock.advance_millis(1_000);
        let approval = json!({ "eradication": fact, "notes": "biên bản ghi 320, đếm lại còn 310" });
        let accepted = own.desk.post(&path(own.plot, "/approvals"), &approval).await.expect(201).json();
        let ends: Vec<&Value> = accepted["properties"]["returns"].as_array().unwrap().iter().map(|own| &own["ended_by"]).collect();
        assert_eq!(ends, ["corrected", "accepted"]);
        assert!(!is_flagged(&accepted["properties"]));
        assert_eq!(faults(&field).await, Vec::<String>::new());
    }

    async fn only_a_photo_of_the_same_unit_that_comes_later_is_an_answer(field: Field) {
        let done = done(&field).await;
        let post = org(&field, "Đồn biên phòng").await;
        let officer = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        done.photo(&field, "overview", "07:50:00", json!({})).await;
        field.settle().await;
        field.clock.advance_millis(1_000);
        let body = json!({ "eradication": done.eradication, "reason": "thiếu ảnh sau khi phá" });
        officer.post(&path(done.plot, "/returns"), &body).await.expect(201);
        field.clock.advance_millis(1_000);
        let bytes = crate::photos::jpeg(90, 30);
        let mut sidecar = crate::photos::sidecar(&bytes);
        sidecar["plot"] = json!(done.plot);
        crate::photos::taken(&field, &officer, &bytes, &sidecar).await;
        field.settle().await;
        assert!(is_flagged(&told(&done.phone, done.plot).await), "the desk's own photo is no answer");
        done.photo(&field, "after", "09:05:00", json!({})).await;
        field.settle().await;
        let answered = told(&done.phone, done.plot).await;
        assert_eq!(answered["returns"][0]["ended_by"], "photo");
        assert!(!is_flagged(&answered));
        assert!(listed(&done.phone, "returned=true").await.is_empty());
        assert_eq!(faults(&field).await, Vec::<String>::new());
    }

    async fn a_detection_goes_back_by_its_version_until_it_is_recorded_anew(field: Field) {
        load_communes(&field).await;
        let post = org(&field, "Đồn biên phòng").await;
        let officer = desk(&field, "don-bp", post, Role::PostOfficer, &[WEST]).await;
        // The reserve unit is there once a phone is.
        let phone = field.phone("máy A", &[WEST]).await;
        let own = desk(&field, "to-truong", RESERVE_ORG, Role::PostOfficer, &[WEST]).await;
        let plot = field.new_id();
        phone.put(&path(plot, ""), &plot_at(104.3, 22.4)).await.expect(201);
        let back = |version: u32| json!({ "version": version, "reason": "đếm lại số cây" });
        let refused = officer.post(&path(plot, "/returns"), &back(2)).await.expect(422);
        assert_eq!(refused.pointers(), ["/version"]);
        let refused = own.post(&path(plot, "/returns"), &back(1)).await.expect(422);
        assert_eq!(refused.pointers(), [""], "nobody sends his own unit's recording back");
        let sent = officer.post(&path(plot, "/returns"), &back(1)).await.expect(201).json();
        assert_eq!(sent["properties"]["state"], "detected");
        assert_eq!(sent["properties"]["returns"][0]["version"], 1);
        assert_eq!(listed(&phone, "returned=true&state=detected").await.len(), 1);
        let mut anew = plot_at(104.3, 22.4);
        anew["properties"]["revises"] = json!(1);
        anew["properties"]["plants"] = json!(290);
        phone.put(&path(plot, ""), &anew).await.expect(201);
        field.settle().await;
        let answered = told(&phone, plot).await;
        assert_eq!(answered["returns"][0]["ended_by"], "corrected");
        assert!(!is_flagged(&answered));
        // Sent back anew; whoever verifies it wants nothing more of it.
        field.clock.advance_millis(1_000);
        officer.post(&path(plot, "/returns"), &back(2)).await.expect(201);
        field.clock.advance_millis(1_000);
        let verified = officer.post(&path(plot, "/verifications"), &verification()).await.expect(201).json();
        assert_eq!(verified["properties"]["returns"][1]["ended_by"], "accepted");
        assert!(!is_flagged(&verified["properties"]));
        assert_eq!(faults(&field).await, Vec::<String>::new());
    }

    async fn whoever_might_accept_the_work_sends_it_back_and_nobody_else(field: Field) {
        let own = destroyed(&field).await;
        let body = json!({ "eradication": own.eradication, "reason": "thiếu ảnh" });
        let returns = path(own.plot, "/returns");
        let post = org(&field, "Đồn khác").await;
        own.phone.post(&returns, &body).await.expect(403);
        let of = async |login: &str, role, communes: &[&str]| desk(&field, login, post, role, communes).await;
        for (login, role) in [("doc", Role::Reader), ("kiem-tra", Role::Auditor), ("quan-tri", Role::Admin), ("doi-vien", Role::PatrolMember)] {
            of(login, role, &[]).await.post(&returns, &body).await.expect(403);
        }
        of("xa-dong", Role::CommuneOfficer, &[EAST]).await.post(&returns, &body).await.expect(404);
        field.anon().post(&returns, &body).await.expect(401);
        let same = desk(&field, "cung-don-vi", RESERVE_ORG, Role::ProvincialOfficer, &[]).await;
        let refused = same.post(&returns, &body).await.expect(422);
        assert_eq!(refused.pointers(), [""], "nobody sends his own unit's work back");
        let orgless = field.account("khong-don-vi", Role::ProvincialOfficer, &[]).await;
        orgless.post(&returns, &body).await.expect(422);
        assert!(!is_flagged(&told(&own.phone, own.plot).await));
        for (login, role, communes) in [
            ("xa-tay", Role::CommuneOfficer, vec![WEST]),
            ("don-tay", Role::PostOfficer, vec![WEST]),
            ("tinh", Role::ProvincialOfficer, Vec::new()),
        ] {
            of(login, role, &communes).await.post(&returns, &body).await.expect(201);
        }
        let told = told(&own.phone, own.plot).await;
        assert_eq!(told["returns"].as_array().unwrap().len(), 3, "each desk's is its own");
    }

    async fn a_return_and_an_answer_say_what_is_meant_and_no_numbers_of_people(field: Field) {
        let own = destroyed(&field).await;
        let returns = path(own.plot, "/returns");
        let send = async |body: Value| own.desk.post(&returns, &body).await.expect(422).pointers();
        let work = own.eradication;
        assert_eq!(send(json!({ "eradication": work })).await, ["/reason"]);
        assert_eq!(send(json!({ "eradication": work, "reason": "ả".repeat(501) })).await, ["/reason"]);
        assert_eq!(send(json!({ "eradication": work, "reason": "gọi 0912 345 678" })).await, ["/reason"]);
        assert_eq!(send(json!({ "reason": "thiếu ảnh" })).await, [""]);
        assert_eq!(send(json!({ "eradication": field.new_id(), "reason": "thiếu ảnh" })).await, ["/eradication"]);
        let id = sent_back(&field, &own).await;
        let replies = path(own.plot, "/replies");
        let answer = async |body: Value| own.phone.post(&replies, &body).await.expect(422).pointers();
        assert_eq!(answer(json!({ "returned": id, "text": "gọi 0912 345 678" })).await, ["/text"]);
        assert_eq!(answer(json!({ "returned": work, "text": "đã bổ sung" })).await, ["/returned"]);
        assert_eq!(answer(json!({ "returned": id, "text": " " })).await, ["/text"]);
        // Another plot's return is none of this one.
        let other = field.new_id();
        own.phone.put(&path(other, ""), &plot_at(104.31, 22.41)).await.expect(201);
        let refused = own.phone.post(&path(other, "/replies"), &json!({ "returned": id, "text": "đã bổ sung" })).await.expect(422);
        assert_eq!(refused.pointers(), ["/returned"]);
        assert!(is_flagged(&told(&own.phone, own.plot).await));
    }

    async fn phones_are_told_what_was_sent_back_and_answer_from_their_queue(field: Field) {
        let own = destroyed(&field).await;
        field.settle().await;
        let start = own.phone.get("/api/v1/sync/pull").await.expect(200).json();
        let next = start["next"].as_str().unwrap().to_owned();
        let id = sent_back(&field, &own).await;
        field.settle().await;
        let plots = |page: &Value| -> Vec<Value> {
            let items = page["items"].as_array().unwrap().iter();
            items.filter(|item| item["kind"] == "plot").map(|item| item["value"]["properties"]["returns"].clone()).collect()
        };
        let changed = own.phone.get(&format!("/api/v1/sync/pull?cursor={next}")).await.expect(200).json();
        let told_back = plots(&changed);
        assert_eq!(told_back.len(), 1);
        assert_eq!((&told_back[0][0]["id"], &told_back[0][0]["ended_by"]), (&json!(id), &Value::Null));
        // A phone that is new begins with it; one of other communes does not hear of it.
        let fresh = field.phone("máy B", &[WEST]).await;
        let begun = fresh.get("/api/v1/sync/pull?limit=500").await.expect(200).json();
        assert!(plots(&begun).contains(&told_back[0]));
        let east = field.phone("máy đông", &[EAST]).await;
        let begun = east.get("/api/v1/sync/pull?limit=500").await.expect(200).json();
        assert_eq!(plots(&begun), Vec::<Value>::new());
        // What comes twice over a bad link is one answer, whoever of the unit gives it.
        let next = changed["next"].as_str().unwrap().to_owned();
        let body = json!({ "id": field.new_id(), "returned": id, "text": "đã bổ sung ảnh" });
        let batch = json!({ "facts": [{ "kind": "reply", "id": own.plot, "body": body }] });
        for status in [201, 200] {
            let pushed = fresh.post("/api/v1/sync/push", &batch).await.expect(200).json();
            assert_eq!(pushed["results"][0]["status"], status, "{pushed}");
        }
        field.settle().await;
        let changed = own.phone.get(&format!("/api/v1/sync/pull?cursor={next}")).await.expect(200).json();
        assert_eq!(plots(&changed)[0][0]["ended_by"], "reply");
    }
}
