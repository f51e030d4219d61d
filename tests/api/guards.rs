//! What guards approved work and its figures: who takes it out of them, what comes too late, what contradicts itself.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::figures::{People, people};
use crate::ledger::{
    Destroyed, desk, destroyed, eradication, org, path, photographed, recorded, told, verification,
};
use crate::plots::{WEST, plot_at};

fn why(refused: &Answer) -> String {
    let reason = refused.json()["fields"][0]["reason"].clone();
    reason.as_str().unwrap().to_owned()
}

/// Work on one team's word alone, photographed and accepted by a post; and the plot beside it.
async fn accepted(field: &Field, people: &People) -> (Uuid, Uuid) {
    let plot = recorded(field, &people.phone, &plot_at(104.3, 22.4)).await;
    let beside = recorded(field, &people.phone, &plot_at(104.300_1, 22.4)).await;
    people
        .phone
        .post(&path(beside, "/eradications"), &eradication())
        .await
        .expect(201);
    let acts = path(plot, "/eradications");
    let claimed = people
        .phone
        .post(&acts, &eradication())
        .await
        .expect(201)
        .json();
    photographed(field, &people.phone, plot).await;
    let approval = json!({ "eradication": claimed["properties"]["fact"] });
    people
        .post_desk
        .post(&path(plot, "/approvals"), &approval)
        .await
        .expect(201);
    field.clock.advance_millis(1_000);
    (plot, beside)
}

async fn third_unit(field: &Field) -> Client {
    let unit = org(field, "Công an xã").await;
    desk(field, "ca-xa", unit, Role::CommuneOfficer, &[WEST]).await
}

on_both! {
    async fn accepted_work_leaves_the_figures_by_the_province_alone(field: Field) {
        let people = people(&field).await;
        let third = third_unit(&field).await;
        let (plot, beside) = accepted(&field, &people).await;
        let other_crop = json!({ "verified_at": "2026-02-26T08:00:00+07:00", "result": "other_crop" });
        let same = json!({ "other": beside, "result": "same", "reason": "đối chiếu" });
        for (act, body) in [("/verifications", &other_crop), ("/judgements", &same)] {
            let refused = third.post(&path(plot, act), body).await.expect(422);
            assert_eq!(refused.pointers(), [""], "{act}");
            assert!(why(&refused).contains("ask the province"), "{act}");
        }
        assert_eq!(told(&people.phone, plot).await["state"], "eradicated");
        // What a hold alone keeps, is kept as well.
        people.province.put(&path(beside, "/hold"), &json!({ "reason": "vụ án 12" })).await.expect(200);
        let refused = third.post(&path(beside, "/verifications"), &other_crop).await.expect(422);
        assert!(why(&refused).contains("legal hold"));
        // The province says why.
        let refused = people.province.post(&path(plot, "/verifications"), &other_crop).await.expect(422);
        assert_eq!(refused.pointers(), ["/notes"]);
        let mut explained = other_crop.clone();
        explained["notes"] = json!("giám định: cây khác");
        let out = people.province.post(&path(plot, "/verifications"), &explained).await.expect(201).json();
        let out = &out["properties"];
        assert_eq!((out["state"].clone(), out["approved"].clone()), (json!("rejected"), json!(false)));
        assert_eq!(out["quantities"]["approved"]["plants"], Value::Null);
        assert_eq!(out["reinspections_due"], json!([]));
    }

    async fn accepted_work_is_referred_beyond_the_border_by_the_province_alone(field: Field) {
        let people = people(&field).await;
        let third = third_unit(&field).await;
        let (plot, _) = accepted(&field, &people).await;
        let mut beyond = plot_at(104.3, 22.4);
        (beyond["properties"]["revises"], beyond["properties"]["outside_vietnam"]) = (json!(1), json!(true));
        third.put(&format!("/api/v1/plots/{plot}"), &beyond).await.expect(201);
        let referral = json!({ "referred_at": "2026-03-01T08:00:00+07:00", "agency": "BLO", "document": "12/CV" });
        let refused = third.post(&path(plot, "/referrals"), &referral).await.expect(422);
        assert!(refused.pointers() == [""] && why(&refused).contains("ask the province"), "{}", why(&refused));
        let approved = told(&people.province, plot).await;
        assert_eq!((&approved["state"], &approved["approved"]), (&json!("eradicated"), &json!(true)));
        people.province.post(&path(plot, "/referrals"), &referral).await.expect(201);
        let gone = told(&people.province, plot).await;
        assert_eq!((&gone["state"], &gone["approved"]), (&json!("referred"), &json!(false)));
    }

    async fn plots_far_apart_are_not_judged_to_be_one(field: Field) {
        let people = people(&field).await;
        let plot = recorded(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        let far = recorded(&field, &people.phone, &plot_at(104.305, 22.4)).await;
        let judged = path(plot, "/judgements");
        let same = |other: Uuid| json!({ "other": other, "result": "same", "reason": "đối chiếu" });
        let refused = people.province.post(&judged, &same(far)).await.expect(422);
        assert_eq!(refused.pointers(), ["/other"]);
        // Three and a half times the accuracies of 6.5 m together, and both radii of 64 m².
        assert!(why(&refused).contains("m apart: expected at most 41 m"), "{}", why(&refused));
        let distinct = json!({ "other": far, "result": "distinct", "reason": "hai đám" });
        people.province.post(&judged, &distinct).await.expect(201);
        let near = recorded(&field, &people.phone, &plot_at(104.300_3, 22.4)).await;
        people.province.post(&judged, &same(near)).await.expect(201);
        assert_eq!(told(&people.phone, plot).await["state"], "merged");
    }

    async fn a_verification_after_the_work_is_told_and_changes_no_figure(field: Field) {
        let Destroyed { phone, plot, .. } = destroyed(&field).await;
        let third = third_unit(&field).await;
        field.clock.advance_millis(60_000);
        let mut late = verification();
        (late["verified_at"], late["plants"]) = (json!("2026-02-26T18:00:00+07:00"), json!(400));
        third.post(&path(plot, "/verifications"), &late).await.expect(201);
        let end = told(&phone, plot).await;
        assert_eq!(end["quantities"]["verified"]["plants"], 320);
        assert_eq!(end["flags"], json!(["late_verification"]));
        assert_eq!(end["conflicts"], json!([]));
        let early = json!({ "verified_at": "2026-02-25T09:14:59+07:00", "result": "confirmed", "plants": 320 });
        let refused = third.post(&path(plot, "/verifications"), &early).await.expect(422);
        assert_eq!(refused.pointers(), ["/verified_at"]);
    }

    async fn work_in_parts_is_stopped_and_badged_as_one(field: Field) {
        let people = people(&field).await;
        let mut unnumbered = plot_at(104.3, 22.4);
        for figure in ["plants", "plants_method"] {
            unnumbered["properties"].as_object_mut().unwrap().remove(figure);
        }
        let plot = recorded(&field, &people.phone, &unnumbered).await;
        photographed(&field, &people.phone, plot).await;
        let mut part = eradication();
        (part["plants_destroyed"], part["completeness"], part["ended_at"]) =
            (json!(300), json!("partial"), json!("2026-02-27T08:30:00+07:00"));
        people.phone.post(&path(plot, "/eradications"), &part).await.expect(201);
        let mut rest = eradication();
        (rest["plants_destroyed"], rest["started_at"]) = (json!(300), json!("2026-02-27T08:05:00+07:00"));
        let stopped = people.phone.post(&path(plot, "/eradications"), &rest).await.expect(201).json();
        let stopped = &stopped["properties"];
        assert_eq!((stopped["state"].clone(), stopped["missing"].clone()), (json!("eradicating"), json!(["samples"])));
        let badge = &stopped["law_badge"];
        assert_eq!((badge["plants"].clone(), badge["reaches_plants"].clone(), badge["basis"].clone()), (json!(600), json!(500), json!("destroyed")));
    }

    async fn figures_that_contradict_each_other_are_accepted_in_words(field: Field) {
        let people = people(&field).await;
        let plot = recorded(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        people.post_desk.post(&path(plot, "/verifications"), &verification()).await.expect(201);
        let mut more = eradication();
        more["plants_destroyed"] = json!(400);
        let claimed = people.phone.post(&path(plot, "/eradications"), &more).await.expect(201).json();
        photographed(&field, &people.phone, plot).await;
        let mut approval = json!({ "eradication": claimed["properties"]["fact"] });
        let refused = people.post_desk.post(&path(plot, "/approvals"), &approval).await.expect(422);
        assert_eq!(refused.pointers(), ["/notes"]);
        assert!(why(&refused).contains("400 destroyed + 0 left, 320 measured: 80 plants apart"), "{}", why(&refused));
        approval["notes"] = json!("đếm lại khi phá nhổ: nhiều cây con");
        people.post_desk.post(&path(plot, "/approvals"), &approval).await.expect(201);
        let rates = people.province.get("/api/v1/ledger/rates?from=2026-02-01&to=2026-03-02").await.expect(200).json();
        let beyond = json!({ "plots": 1, "beyond_plants": 80, "beyond_m2": 0.0 });
        assert_eq!((&rates["cohort"]["conflicts"], &rates["flow_conflicts"]), (&beyond, &beyond));
        assert_eq!(rates["cohort"]["plants_rate"], 1.25);
    }

    async fn an_eradication_to_come_does_not_count_and_no_account_confirms_its_own(field: Field) {
        let people = people(&field).await;
        let plot = recorded(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        // The clock stands at ten in the morning of 2 March.
        let mut ahead = eradication();
        (ahead["started_at"], ahead["ended_at"]) = (json!("2026-03-02T09:00:00+07:00"), json!("2026-03-03T09:00:00+07:00"));
        ahead["minutes"]["date"] = json!("2026-03-02");
        let told = people.phone.post(&path(plot, "/eradications"), &ahead).await.expect(201).json();
        let missing = told["properties"]["missing"].as_array().unwrap().clone();
        assert!(missing.contains(&json!("time_order")) && !missing.contains(&json!("minutes")), "{missing:?}");
        let other = recorded(&field, &people.phone, &plot_at(104.32, 22.4)).await;
        let mut bare = eradication();
        bare.as_object_mut().unwrap().remove("confirmation");
        people.post_desk.post(&path(other, "/eradications"), &bare).await.expect(201);
        let word = json!({ "confirmed_at": "2026-02-27T09:00:00+07:00" });
        let refused = people.post_desk.post(&path(other, "/confirmations"), &word).await.expect(422);
        assert!(why(&refused).contains("a second member's account"));
        let confirmed = people.phone.post(&path(other, "/confirmations"), &word).await.expect(201).json();
        let missing = confirmed["properties"]["missing"].as_array().unwrap().clone();
        assert!(!missing.contains(&json!("confirmation")), "{missing:?}");
    }
}
