//! Facts that are carried by hand: sealed, brought by somebody else, taken as their authors.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::ids::LogId;
use tuantra::base::time::Timestamp;
use tuantra::blobs::BlobName;
use tuantra::identity::model::DeviceDraft;
use tuantra::journal::audit;
use tuantra::journal::model::sha256;
use tuantra::sync::bundle::format::{FORMAT, Head, Writer};
use tuantra::sync::bundle::seal::{Opening, Sealer};
use tuantra::sync::bundle::{collect_spool, opening};
use tuantra::sync::verify_rows;
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::journal::rows::{each_is_found, each_is_found_at_last};
use crate::patrols::{declared, walk};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::redactions;
use crate::signed::Signer;
use crate::sync::{fact, signed};

const BUNDLES: &str = "/api/v1/bundles";
const DAY_S: i64 = 86_400;

fn now_s(field: &Field) -> i64 {
    field.app.journal.now().as_millis() / 1_000
}

/// A bundle of the phone's, for this server or for another.
fn made(
    own: &Signer,
    field: &Field,
    to: &Opening,
    log: LogId,
    facts: &[Value],
    originals: &[(Uuid, &[u8])],
) -> Vec<u8> {
    let head = Head {
        format: FORMAT,
        log,
        key_id: own.key_id(),
        made_at: field.app.journal.now(),
        number: 1,
    };
    let fresh = tuantra::journal::random().unwrap();
    let sealer = Sealer::begin(Vec::new(), &to.recipient(), fresh).unwrap();
    let mut writer = Writer::begin(sealer, &head).unwrap();
    for fact in facts {
        writer.fact(fact.to_string().as_bytes()).unwrap();
    }
    for (photo, bytes) in originals {
        writer.original(*photo, bytes).unwrap();
    }
    writer.end(|text| own.sign(text)).unwrap()
}

pub fn bundle(own: &Signer, field: &Field, facts: &[Value]) -> Vec<u8> {
    let to = opening(&field.app).unwrap();
    made(own, field, &to, field.app.journal.log_id(), facts, &[])
}

pub async fn brought(carrier: &Client, bytes: Vec<u8>) -> Answer {
    let kind = Some("application/octet-stream");
    carrier
        .send(Method::POST, BUNDLES, kind, Body::from(bytes))
        .await
}

async fn taken(carrier: &Client, bytes: Vec<u8>) -> Value {
    brought(carrier, bytes).await.expect(200).json()
}

fn of_each<'a>(answer: &'a Value, member: &str) -> Vec<&'a Value> {
    let results = answer["results"].as_array().unwrap();
    results.iter().map(|own| &own[member]).collect()
}

/// A plot that the phone signs now.
pub fn a_plot(own: &mut Signer, field: &Field, lon: f64) -> (Uuid, Value) {
    own.clock_s.get_or_insert(now_s(field));
    let id = field.new_id();
    let captured = own.capture("PUT", &format!("/api/v1/plots/{id}"), &plot_at(lon, 22.4));
    (id, signed("plot", id, &captured))
}

async fn reasons(officer: &Client) -> Vec<String> {
    let list = officer
        .get("/api/v1/bundles/review")
        .await
        .expect(200)
        .json();
    let reviews = list["reviews"].as_array().unwrap();
    reviews
        .iter()
        .map(|own| own["reason"].as_str().unwrap().to_owned())
        .collect()
}

/// What waits, or was decided, by the fact's id.
async fn review_of(officer: &Client, fact: Uuid) -> Value {
    let path = "/api/v1/bundles/review?state=any";
    let list = officer.get(path).await.expect(200).json();
    let reviews = list["reviews"].as_array().unwrap();
    let own = reviews.iter().find(|own| own["fact"] == fact.to_string());
    own.unwrap().clone()
}

async fn decided(officer: &Client, review: &Value, decision: &str) -> Answer {
    let path = format!(
        "/api/v1/bundles/review/{}/decision",
        review["id"].as_str().unwrap()
    );
    let body = json!({ "decision": decision, "reason": "đã đối chiếu với sổ trực ban" });
    officer.post(&path, &body).await
}

on_both! {
    async fn what_waits_is_accepted_with_the_rights_of_then_and_told_as_such(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, first) = a_plot(&mut own, &field, 104.3);
        let (elsewhere, foreign) = a_plot(&mut own, &field, 104.7);
        let file = bundle(&own, &field, &[first, foreign]);
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}", phone.id)).await.expect(204);
        field.clock.advance_millis(DAY_S * 1_000);
        let answer = taken(&officer, file.clone()).await;
        assert_eq!(of_each(&answer, "review"), ["revoked_since", "revoked_since"]);
        let review = review_of(&officer, plot).await;
        assert_eq!((&review["record"], &review["decision"]), (&json!("fact"), &json!(null)));
        let path = format!("/api/v1/bundles/review/{}/decision", review["id"].as_str().unwrap());
        officer.post(&path, &json!({ "decision": "accepted", "reason": "ừ" })).await.expect(422);
        let reader = field.account("xem", Role::Reader, &[]).await;
        decided(&reader, &review, "accepted").await.expect(403);
        let done = decided(&officer, &review, "accepted").await.expect(200).json();
        assert_eq!(done["accepted"]["actor"], phone.id.to_string(), "{done:#}");
        assert_eq!(done["receipt"]["actor"], officer.id.to_string());
        assert_eq!(done["review"]["accepted"], done["accepted"]["entry_id"]);
        let told = officer.get(&format!("/api/v1/plots/{plot}")).await.expect(200).json();
        let flags = told["properties"]["flags"].as_array().unwrap();
        assert!(flags.contains(&json!("received_after_revocation")), "{flags:?}");
        let list = officer.get("/api/v1/plots").await.expect(200).json();
        assert!(list["features"][0]["properties"]["flags"].as_array().unwrap().contains(&json!("received_after_revocation")));
        // Once: again is known, otherwise is too late.
        assert_eq!(decided(&officer, &review, "accepted").await.expect(200).json()["receipt"], json!(null));
        decided(&officer, &review, "refused").await.expect(409);
        // An officer's word does not widen what the phone might do when it signed.
        let other = review_of(&officer, elsewhere).await;
        let refusal = decided(&officer, &other, "accepted").await.expect(422).json();
        assert!(refusal["refusal"].is_object(), "{refusal:#}");
        assert_eq!(reasons(&officer).await, ["revoked_since"]);
        decided(&officer, &other, "refused").await.expect(200);
        officer.get(&format!("/api/v1/plots/{elsewhere}")).await.expect(404);
        assert!(reasons(&officer).await.is_empty());
        let again = taken(&officer, file).await;
        assert_eq!(of_each(&again, "receipt"), of_each(&answer, "receipt"));
        assert_eq!(of_each(&again, "decision"), ["accepted", "refused"]);
        assert!(field.app.journal.verify().await.unwrap().faults.is_empty());
    }

    async fn bundles_and_decisions_that_are_edited_in_their_tables_are_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, first) = a_plot(&mut own, &field, 104.3);
        let (_, second) = a_plot(&mut own, &field, 104.31);
        let file = bundle(&own, &field, &[first, second]);
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}", phone.id)).await.expect(204);
        field.clock.advance_millis(DAY_S * 1_000);
        taken(&officer, file).await;
        decided(&officer, &review_of(&officer, plot).await, "accepted").await.expect(200);
        field.settle().await;
        let store = field.app.journal.store();
        let rows = || async { verify_rows(store).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE sync_bundles SET taken = taken + 1, review = review - 1", "UPDATE sync_bundles SET taken = taken - 1, review = review + 1", "sync_bundles "),
            ("UPDATE sync_bundles SET number = number + 1", "UPDATE sync_bundles SET number = number - 1", "sync_bundles "),
            ("UPDATE sync_bundles SET made_at = made_at + 1", "UPDATE sync_bundles SET made_at = made_at - 1", "sync_bundles "),
            ("UPDATE sync_bundles SET carrier = device", "UPDATE sync_bundles SET carrier = (SELECT a.id FROM identity_accounts a WHERE a.login = 'can-bo-tinh')", "sync_bundles "),
            ("UPDATE sync_reviews SET decision = 'refused' WHERE decision = 'accepted'", "UPDATE sync_reviews SET decision = 'accepted' WHERE decision = 'refused'", "sync_reviews "),
            ("UPDATE sync_reviews SET decision = 'refused' WHERE decision IS NULL", "UPDATE sync_reviews SET decision = NULL WHERE decision = 'refused'", "sync_reviews "),
            ("UPDATE sync_reviews SET decision_reason = 'khác' WHERE decision IS NOT NULL", "UPDATE sync_reviews SET decision_reason = 'đã đối chiếu với sổ trực ban' WHERE decision IS NOT NULL", "sync_reviews "),
            ("UPDATE sync_reviews SET decided_by = author WHERE decision IS NOT NULL", "UPDATE sync_reviews SET decided_by = (SELECT a.id FROM identity_accounts a WHERE a.login = 'can-bo-tinh') WHERE decision IS NOT NULL", "sync_reviews "),
            ("UPDATE sync_reviews SET author = quarantine", "UPDATE sync_reviews SET author = (SELECT q.actor FROM quarantine q WHERE q.id = quarantine)", "sync_reviews "),
        ]).await;
        let asides = || async { audit::verify_rows(store).await.unwrap() };
        each_is_found(&field, asides, &[
            ("UPDATE quarantine SET bytes = bytes + 1", "UPDATE quarantine SET bytes = bytes - 1", "quarantine "),
            ("UPDATE quarantine SET received_at = received_at + 1", "UPDATE quarantine SET received_at = received_at - 1", "quarantine "),
        ]).await;
        each_is_found_at_last(&field, rows, &[
            ("DELETE FROM sync_bundles", "entry "),
            ("DELETE FROM sync_reviews WHERE decision IS NOT NULL", "entry "),
        ]).await;
        each_is_found_at_last(&field, asides, &[("DELETE FROM quarantine WHERE id NOT IN (SELECT r.quarantine FROM sync_reviews r)", "entry ")]).await;
    }

    async fn nobody_accepts_what_cannot_be_read_or_what_a_device_of_their_own_signed(field: Field) {
        load_communes(&field).await;
        let officer = field.account("can-bo", Role::ProvincialOfficer, &[]).await;
        let maker = Actor { id: officer.id, ..Actor::console() };
        let draft = DeviceDraft { name: "máy A".into(), team: None, communes: vec![WEST.into()], maker: None };
        let device = field.app.identity.add_device(&maker, draft).await.unwrap();
        let phone = field.door(device.id, Door::Api).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, first) = a_plot(&mut own, &field, 104.3);
        let file = bundle(&own, &field, &[first]);
        let second = field.account("can-bo-hai", Role::ProvincialOfficer, &[]).await;
        second.delete(&format!("/api/v1/devices/{}", phone.id)).await.expect(204);
        taken(&second, file.clone()).await;
        let review = review_of(&second, plot).await;
        decided(&officer, &review, "accepted").await.expect(403);
        decided(&second, &review, "accepted").await.expect(200);
        brought(&second, file[..file.len() - 9].to_vec()).await.expect(422);
        let list = second.get("/api/v1/bundles/review").await.expect(200).json();
        let whole = &list["reviews"][0];
        assert_eq!((&whole["record"], &whole["reason"]), (&json!("bundle"), &json!("unreadable")));
        decided(&second, whole, "accepted").await.expect(422);
        decided(&second, whole, "refused").await.expect(200);
    }

    async fn a_bundle_is_taken_as_its_author_whoever_carries_it_and_as_often_as_it_comes(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, first) = a_plot(&mut own, &field, 104.3);
        let (patrol, photo) = (field.new_id(), field.new_id());
        let bytes = photos::jpeg(64, 48);
        let facts = [
            first.clone(),
            fact("patrol", patrol, &declared(&field, -3600, Some(0))),
            fact("fixes", patrol, &json!({ "fixes": walk(&field, -3600, 5) })),
            fact("photo", photo, &photos::sidecar(&bytes)),
        ];
        let to = opening(&field.app).unwrap();
        let file = made(&own, &field, &to, field.app.journal.log_id(), &facts, &[(photo, &bytes)]);
        // The carrier may record elsewhere only: it lends no right, and needs none here.
        let carrier = field.account("giao-lien", Role::PatrolMember, &[EAST]).await;
        let answer = taken(&carrier, file.clone()).await;
        assert_eq!(of_each(&answer, "status"), [201, 201, 200, 201, 201], "{answer:#}");
        assert_eq!((&answer["taken"], &answer["review"]), (&json!(5), &json!(0)));
        assert_eq!(answer["receipt"]["actor"], carrier.id.to_string());
        for receipt in of_each(&answer, "receipt") {
            assert_eq!(receipt["actor"], phone.id.to_string());
        }
        let again = taken(&carrier, file).await;
        assert_eq!(of_each(&again, "receipt"), of_each(&answer, "receipt"));
        assert_eq!(again["receipt"], answer["receipt"]);
        // The phone finds a network after all: the same promise.
        let late = phone.post("/api/v1/sync/push", &json!({ "facts": [first] })).await.expect(200).json();
        assert_eq!(&late["results"][0]["receipt"], of_each(&answer, "receipt")[0]);
        phone.get(&format!("/api/v1/plots/{plot}")).await.expect(200);
        assert!(field.app.journal.verify().await.unwrap().faults.is_empty());
    }

    async fn an_original_that_an_order_erased_before_it_came_is_not_asked_for_again(field: Field) {
        load_communes(&field).await;
        let (phone, other) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        let (chief, second) = (field.officer().await, redactions::second(&field).await);
        let (photo, bytes) = (field.new_id(), photos::jpeg(64, 48));
        phone.put(&format!("/api/v1/photos/{photo}"), &photos::sidecar(&bytes)).await.expect(201);
        let kept = photos::taken(&field, &other, &bytes, &photos::sidecar(&bytes)).await;
        let waiting = redactions::asked(&chief, "photo", kept).await;
        redactions::decided(&second, &waiting, true).await.expect(200);
        let mut own = Signer::confirmed(&field, &phone).await;
        let (_, first) = a_plot(&mut own, &field, 104.3);
        let to = opening(&field.app).unwrap();
        let file = made(&own, &field, &to, field.app.journal.log_id(), &[first], &[(photo, &bytes)]);
        let answer = taken(&chief, file).await;
        assert_eq!(of_each(&answer, "status"), [201, 410], "{answer:#}");
        assert_eq!((&answer["taken"], &answer["review"]), (&json!(1), &json!(0)));
        // The carrier is done: what is wanted no more holds back no receipt, and nothing of it lies here for a person.
        assert!(answer["receipt"].is_object(), "{answer:#}");
        assert_eq!(reasons(&chief).await, [] as [String; 0]);
        assert_eq!(redactions::holding(&field.app.config.data, &bytes), [] as [String; 0]);
        assert!(verify_rows(field.app.journal.store()).await.unwrap().faults.is_empty());
    }

    async fn a_bundle_that_cannot_be_read_is_refused_whole_and_kept(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, first) = a_plot(&mut own, &field, 104.3);
        let (to, log) = (opening(&field.app).unwrap(), field.app.journal.log_id());
        let good = bundle(&own, &field, std::slice::from_ref(&first));
        let mut damaged = good.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        let stranger = Signer::new(&phone);
        let files = [
            (good[..good.len() - 9].to_vec(), "cut off"),
            (damaged, "damaged"),
            (b"PK\x03\x04".to_vec(), "no bundle"),
            (made(&own, &field, &Opening::of([3; 32]), log, std::slice::from_ref(&first), &[]), "another recipient"),
            (made(&own, &field, &to, LogId(field.new_id()), std::slice::from_ref(&first), &[]), "another log"),
            (made(&stranger, &field, &to, log, std::slice::from_ref(&first), &[]), "no device"),
        ];
        for (file, why) in files {
            let refused = brought(&phone, file).await.expect(422).json();
            let reason = refused["fields"][0]["reason"].as_str().unwrap();
            assert!(reason.contains(why), "{reason}");
            assert!(refused["receipt"].is_object(), "{refused:#}");
        }
        phone.get(&format!("/api/v1/plots/{plot}")).await.expect(404);
        let officer = field.officer().await;
        assert_eq!(reasons(&officer).await, ["unreadable"; 6]);
        let reader = field.account("xem", Role::Reader, &[]).await;
        brought(&reader, good).await.expect(403);
    }

    async fn rights_are_those_of_the_signing(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (_, held) = a_plot(&mut own, &field, 104.3);
        let (_, foreign) = a_plot(&mut own, &field, 104.7);
        field.clock.advance_millis(DAY_S * 1_000);
        let officer = field.officer().await;
        officer.put(&format!("/api/v1/holders/{}/grants", phone.id), &json!([])).await.expect(204);
        field.clock.advance_millis(DAY_S * 1_000);
        own.clock_s = None;
        let (_, after) = a_plot(&mut own, &field, 104.31);
        let answer = taken(&officer, bundle(&own, &field, &[held, foreign, after])).await;
        let results = of_each(&answer, "review");
        assert_eq!(results, [&json!(null), &json!("no_right"), &json!("no_right")], "{answer:#}");
        assert_eq!(answer["results"][0]["status"], 201);
    }

    async fn what_was_signed_before_a_revocation_waits_for_a_person(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (plot, first) = a_plot(&mut own, &field, 104.3);
        let file = bundle(&own, &field, &[first, fact("plot", field.new_id(), &plot_at(104.31, 22.4))]);
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}", phone.id)).await.expect(204);
        let answer = taken(&officer, file.clone()).await;
        assert_eq!(of_each(&answer, "status"), [202, 202], "{answer:#}");
        assert_eq!(of_each(&answer, "review"), ["revoked_since", "revoked_since"]);
        assert_eq!(reasons(&officer).await, ["revoked_since", "revoked_since"]);
        officer.get(&format!("/api/v1/plots/{plot}")).await.expect(404);
        assert_eq!(of_each(&taken(&officer, file).await, "receipt"), of_each(&answer, "receipt"));
    }

    async fn what_is_dated_back_or_late_waits_for_a_person(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let at = now_s(&field);
        own.clock_s = Some(at - DAY_S);
        let (_, before_enrolment) = a_plot(&mut own, &field, 104.3);
        field.clock.advance_millis(3 * DAY_S * 1_000);
        field.settle().await;
        own.clock_s = Some(at + 2 * DAY_S);
        let (_, honest) = a_plot(&mut own, &field, 104.31);
        own.clock_s = Some(at + DAY_S);
        let (_, before_its_predecessor) = a_plot(&mut own, &field, 104.32);
        let nonces = phone.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(201).json();
        let nonce = nonces["nonces"][0].as_str().unwrap();
        own.more = format!(", nonce=\"{nonce}\"");
        own.clock_s = Some(at + 2 * DAY_S);
        let (_, before_its_nonce) = a_plot(&mut own, &field, 104.33);
        let facts = [before_enrolment, honest, before_its_predecessor, before_its_nonce];
        let answer = taken(&phone, bundle(&own, &field, &facts)).await;
        let expected = [json!("back_dated"), json!(null), json!("back_dated"), json!("back_dated")];
        assert_eq!(of_each(&answer, "review"), expected.iter().collect::<Vec<_>>(), "{answer:#}");
        own.more.clear();
        own.clock_s = Some(at + 3 * DAY_S);
        let (_, slow) = a_plot(&mut own, &field, 104.34);
        let file = bundle(&own, &field, &[slow]);
        field.clock.advance_millis(31 * DAY_S * 1_000);
        let officer = field.officer().await;
        assert_eq!(of_each(&taken(&officer, file).await, "review"), ["late"]);
    }

    async fn a_signature_that_fails_gives_no_author(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (_, first) = a_plot(&mut own, &field, 104.3);
        let mut elsewhere = first.clone();
        elsewhere["id"] = json!(field.new_id());
        let mut stranger = Signer::new(&phone);
        let (_, unknown) = a_plot(&mut stranger, &field, 104.3);
        let facts = [elsewhere, unknown, json!({ "kind": "harvest", "id": field.new_id(), "body": {} }), json!([1])];
        let answer = taken(&phone, bundle(&own, &field, &facts)).await;
        assert_eq!(of_each(&answer, "review"), ["signature_fails", "unknown_key", "refused", "refused"], "{answer:#}");
        assert_eq!(answer["taken"], 0);
    }

    async fn what_is_large_and_refused_lies_under_its_digest_and_not_in_the_log(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let (_, first) = a_plot(&mut own, &field, 104.3);
        let (to, large) = (opening(&field.app).unwrap(), vec![7; 400_000]);
        let log = field.app.journal.log_id();
        let mut file = made(&own, &field, &to, log, &[first], &[(field.new_id(), &large)]);
        file.pop();
        let refused = brought(&phone, file.clone()).await.expect(422).json();
        assert!(brought(&phone, file.clone()).await.expect(422).json()["receipt"] == refused["receipt"]);
        let entry = refused["receipt"]["entry_id"].as_str().unwrap().parse().unwrap();
        let mut tx = field.app.journal.store().read().await.unwrap();
        let body = field.app.journal.entry(&mut tx, entry).await.unwrap().unwrap().body.unwrap();
        drop(tx);
        assert!(body.len() < 200);
        // Beyond the machine's own clock, by which files are dated.
        field.clock.advance_millis(2_000 * DAY_S * 1_000);
        field.app.evidence.collect(field.app.journal.now()).await.unwrap();
        let name = BlobName(sha256(&file));
        assert_eq!(field.app.blobs.get(name).await.unwrap().unwrap(), file);
    }

    async fn what_a_crash_left_in_the_spool_goes_after_a_day(field: Field) {
        let data = &field.app.config.data;
        std::fs::create_dir_all(data.join("spool")).unwrap();
        for name in ["a.bundle", "b.export", "README"] {
            std::fs::write(data.join("spool").join(name), "x").unwrap();
        }
        let written = std::fs::metadata(data.join("spool/README")).unwrap().modified().unwrap();
        let written = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        let written = Timestamp::from_millis(i64::try_from(written).unwrap());
        let hours = |hours: i64| written.plus_millis(hours * 3_600_000);
        assert_eq!(collect_spool(data, hours(23)).await.unwrap(), 0);
        assert_eq!(collect_spool(data, hours(25)).await.unwrap(), 2);
        assert!(data.join("spool/README").exists());
    }

    async fn whoever_makes_a_bundle_learns_what_to_seal_it_to(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let told = phone.get("/api/v1/bundles/recipient").await.expect(200).json();
        assert_eq!(told["log"], field.app.journal.log_id().to_string());
        let again = field.elsewhere(&phone).get("/api/v1/bundles/recipient").await.expect(200).json();
        assert_eq!(told, again);
        assert!(told["recipient"].as_str().unwrap().len() == 43);
    }
}
