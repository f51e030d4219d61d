//! Erasing by order: who may, that a second account approves, what goes, what stays, and what is told of it.

use std::path::Path;

use axum::http::Method;
use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::cases::check;
use tuantra::cases::model::archive::read;
use tuantra::evidence::{verify_originals, verify_rows};
use tuantra::journal::history::KeyRing;
use tuantra::journal::note::PublicKey;
use tuantra::journal::proofs::{self, Failure, PhotoProof};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::journal::by_hand;
use crate::ledger::{Destroyed, desk, destroyed, org, recorded};
use crate::patrols;
use crate::photos;
use crate::plots::{WEST, load_communes, plot_at};
use crate::tus;

pub const ORDERS: &str = "/api/v1/redactions";

pub fn order(target: &str, id: impl std::fmt::Display) -> Value {
    json!({ "target": target, "id": id.to_string(), "document": "12/QĐ-CAT", "reason": "lộ mặt người dân" })
}

/// Another account of the province.
pub async fn second(field: &Field) -> Client {
    field
        .account("can-bo-tinh-2", Role::ProvincialOfficer, &[])
        .await
}

pub async fn asked(client: &Client, target: &str, id: impl std::fmt::Display) -> Value {
    client
        .post(ORDERS, &order(target, id))
        .await
        .expect(201)
        .json()
}

pub async fn decided(client: &Client, order: &Value, approve: bool) -> Answer {
    let path = format!("{ORDERS}/{}/decision", order["id"].as_str().unwrap());
    let reason = (!approve).then_some("chưa đủ căn cứ");
    client
        .post(&path, &json!({ "approve": approve, "reason": reason }))
        .await
}

/// The photos of a plot, the first taken first, each with the bytes of its original and pictures.
async fn pictures(story: &Destroyed) -> Vec<(String, Vec<Vec<u8>>)> {
    let path = format!("/api/v1/photos?plot={}", story.plot);
    let list = story.desk.get(&path).await.expect(200).json();
    let mut found = Vec::new();
    for photo in list["features"].as_array().unwrap().iter().rev() {
        let id = photo["id"].as_str().unwrap().to_owned();
        let mut kept = Vec::new();
        for which in ["original?reason=kiem-tra", "display", "thumbnail"] {
            let path = format!("/api/v1/photos/{id}/{which}");
            kept.push(story.desk.get(&path).await.expect(200).bytes);
        }
        found.push((id, kept));
    }
    found
}

/// In which files under a folder these bytes stand: the database, its log ahead of writing, originals and pictures.
pub fn holding(folder: &Path, sought: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, sought));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(sought.len()).any(|own| own == sought)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// The content that an entry of a photo keeps.
async fn contents(field: &Field, client: &Client, photo: &str) -> Vec<Option<Vec<u8>>> {
    let path = format!("/api/v1/photos/{photo}/proof");
    let proof = client.get(&path).await.expect(200).json();
    let mut kept = Vec::new();
    for of in ["sidecar", "original"] {
        let entry = proof[of]["header"]["entry"].as_str().unwrap();
        let entry = entry.parse().unwrap();
        let mut tx = field.app.journal.store().read().await.unwrap();
        let stored = field.app.journal.entry(&mut tx, entry).await.unwrap();
        kept.push(stored.unwrap().body);
    }
    kept
}

/// A photo that was announced, with a preview and without its original.
async fn previewed(field: &Field, phone: &Client, bytes: &[u8]) -> Uuid {
    announced(field, phone, &photos::sidecar(bytes)).await
}

/// The same of a photo of the plot that was destroyed.
async fn previewed_of(field: &Field, story: &Destroyed, bytes: &[u8]) -> Uuid {
    let mut sidecar = photos::sidecar(bytes);
    sidecar["plot"] = json!(story.plot);
    announced(field, &story.phone, &sidecar).await
}

async fn announced(field: &Field, phone: &Client, sidecar: &Value) -> Uuid {
    let id = field.new_id();
    let path = format!("/api/v1/photos/{id}");
    phone.put(&path, sidecar).await.expect(201);
    preview(phone, id).await.expect(201);
    id
}

async fn preview(phone: &Client, id: Uuid) -> Answer {
    let path = format!("/api/v1/photos/{id}/preview");
    let small = photos::jpeg(312, 240);
    let kind = Some("application/octet-stream");
    phone.send(Method::PUT, &path, kind, small.into()).await
}

/// What the pass over log, originals and orders finds wrong.
pub async fn faults(field: &Field) -> Vec<String> {
    let store = field.app.journal.store();
    let log = field.app.journal.verify().await.unwrap().faults;
    let originals = verify_originals(store, &field.app.blobs).await.unwrap();
    let rows = verify_rows(store).await.unwrap();
    let log = log.iter().map(ToString::to_string);
    let originals = originals.faults.iter().map(ToString::to_string);
    let rows = rows.faults.iter().map(ToString::to_string);
    log.chain(originals).chain(rows).collect()
}

pub async fn roots(field: &Field) -> Vec<(Option<String>, PublicKey)> {
    let keys = field.app.journal.keys().await.unwrap();
    vec![PublicKey::parse(&keys[0].verifier_key).unwrap()]
}

async fn told(story: &Destroyed) -> (Value, Value) {
    let evidence = format!("/api/v1/eradications/{}/evidence", story.eradication);
    let evidence = story.desk.get(&evidence).await.expect(200).json();
    let plot = format!("/api/v1/plots/{}", story.plot);
    let plot = story.desk.get(&plot).await.expect(200).json();
    (evidence, plot["properties"].clone())
}

async fn approved(field: &Field, story: &Destroyed) {
    let approval = json!({ "eradication": story.eradication });
    let path = format!("/api/v1/plots/{}/approvals", story.plot);
    story.desk.post(&path, &approval).await.expect(201);
    field.settle().await;
}

on_both! {
    async fn a_photo_goes_by_the_order_of_two_accounts_and_nothing_of_it_is_found(field: Field) {
        let story = destroyed(&field).await;
        let pictures = pictures(&story).await;
        let (photo, kept) = &pictures[0];
        let path = format!("/api/v1/photos/{photo}");
        field.settle().await;
        let before = contents(&field, &story.desk, photo).await;
        let sidecar = before[0].clone().unwrap();
        let data = &field.app.config.data;
        for bytes in kept {
            assert_eq!(holding(data, bytes).len(), 1, "the search finds what is there");
        }
        let is_file = field.app.journal.store().engine() == "sqlite";
        assert_eq!(holding(data, &sidecar).is_empty(), !is_file, "PostgreSQL's files lie elsewhere");

        let officer = field.officer().await;
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let local = field.account("cb-xa", Role::ProvincialOfficer, &[WEST]).await;
        for other in [&story.phone, &story.desk, &auditor, &local] {
            other.post(ORDERS, &order("photo", photo)).await.expect(403);
            other.get(ORDERS).await.expect(403);
        }
        let waiting = asked(&officer, "photo", photo).await;
        let again = officer.post(ORDERS, &order("photo", photo)).await.expect(200).json();
        assert_eq!((&again["id"], &again["state"]), (&waiting["id"], &json!("asked")));
        let mut another = order("photo", photo);
        another["document"] = json!("13/QĐ-CAT");
        officer.post(ORDERS, &another).await.expect(409);
        decided(&officer, &waiting, true).await.expect(403);
        for other in [&story.phone, &story.desk, &auditor, &local] {
            decided(other, &waiting, true).await.expect(403);
        }
        // Until then everything is there.
        story.desk.get(&format!("{path}/display")).await.expect(200);

        let second = second(&field).await;
        let done = decided(&second, &waiting, true).await.expect(200).json();
        assert_eq!((&done["state"], &done["photos"]), (&json!("done"), &json!([photo])));
        decided(&second, &waiting, true).await.expect(409);
        officer.post(ORDERS, &order("photo", photo)).await.expect(409);
        for which in ["original?reason=kiem-tra", "display", "thumbnail"] {
            let gone = story.desk.get(&format!("{path}/{which}")).await.expect(410).json();
            assert!(gone["detail"].as_str().unwrap().contains("12/QĐ-CAT"), "{gone}");
        }
        let shown = story.phone.get(&path).await.expect(200).json();
        assert_eq!((&shown["redacted_document"], &shown["redacted_at"]), (&json!("12/QĐ-CAT"), &done["decided_at"]));
        field.settle().await;
        assert_eq!(contents(&field, &story.desk, photo).await, [None, None]);
        // Small pictures of different photos can be the same file.
        let others: Vec<_> = pictures[1..].iter().flat_map(|(_, own)| own).collect();
        assert!(!others.contains(&&kept[0]) && !others.contains(&&kept[1]), "original and picture are of this photo alone");
        for bytes in kept.iter().chain([&sidecar]).filter(|own| !others.contains(own)) {
            assert_eq!(holding(data, bytes), [] as [String; 0]);
        }
        // What others took of the plot stays.
        for (other, kept) in &pictures[1..] {
            let original = story.desk.get(&format!("/api/v1/photos/{other}/original?reason=kiem-tra")).await.expect(200);
            assert_eq!(original.bytes, kept[0]);
        }
        // A phone that sends it again is told that it came, and nothing of it is kept.
        photos::upload(&story.phone, photo.parse().unwrap(), &kept[0]).await.expect(200);
        assert_eq!(holding(data, &kept[0]), [] as [String; 0]);
        assert_eq!(faults(&field).await, [] as [String; 0]);
        let found = verify_originals(field.app.journal.store(), &field.app.blobs).await.unwrap();
        assert_eq!((found.photos, found.erased), (2, 1));
    }

    async fn what_was_counted_stays_and_the_case_says_by_which_order_a_photo_went(field: Field) {
        let story = destroyed(&field).await;
        approved(&field, &story).await;
        let (before, plot) = told(&story).await;
        assert_eq!(before["missing"], json!([]));
        let (officer, second) = (field.officer().await, second(&field).await);
        let (photo, kept) = pictures(&story).await.remove(0);
        let waiting = asked(&officer, "photo", &photo).await;
        decided(&second, &waiting, true).await.expect(200);
        field.settle().await;
        let (after, same) = told(&story).await;
        assert_eq!((&after["grade"], &after["missing"], &after["seal"]), (&before["grade"], &before["missing"], &before["seal"]));
        for figure in ["state", "quantities", "evidence_grades", "photos"] {
            assert_eq!(same[figure], plot[figure], "{figure}");
        }
        let listed = after["photos"].as_array().unwrap().iter();
        let marked: Vec<&Value> = listed.filter(|own| own.get("redacted").is_some()).collect();
        assert_eq!(marked.len(), 1);
        assert_eq!((&marked[0]["id"], &marked[0]["redacted"]["document"]), (&json!(photo), &json!("12/QĐ-CAT")));

        let path = format!("/api/v1/plots/{}/case?reason=ban-giao", story.plot);
        let package = story.desk.get(&path).await.expect(200).bytes;
        let checked = check(&package, &roots(&field).await).unwrap();
        let steps = checked.steps.join("\n");
        assert_eq!(steps.matches("redacted at").count(), 2, "{steps}");
        assert!(steps.contains("order 12/QĐ-CAT"), "{steps}");
        let files = read(&package).unwrap();
        let originals = files.iter().filter(|(name, _)| name.contains("/original."));
        assert!(originals.clone().all(|(name, _)| !name.contains(&photo)) && originals.count() == 2);
        assert_eq!(files.iter().filter(|(name, _)| name.contains("-redaction-")).count(), 2);

        let proof = story.desk.get(&format!("/api/v1/photos/{photo}/proof")).await.expect(200);
        let proof: PhotoProof = serde_json::from_slice(&proof.bytes).unwrap();
        let ring = KeyRing::new(proof.original.log_id, &proof.original.keys, &roots(&field).await).unwrap();
        let failure = proofs::photo(&proof, &kept[0], &ring).unwrap_err();
        assert!(matches!(&failure, Failure::Redacted(own) if own.document == "12/QĐ-CAT"), "{failure}");
        assert!(failure.is_lack());
        // The order of one photo excuses no other, and without it nothing tells that there was one.
        let alone = PhotoProof { redaction: None, ..proof.clone() };
        assert!(matches!(proofs::photo(&alone, &kept[0], &ring), Err(Failure::Differs(_))));
        let mut other = proof.clone();
        other.photo = tuantra::base::ids::PhotoId(field.new_id());
        assert!(matches!(proofs::photo(&other, &kept[0], &ring), Err(Failure::Differs(_))));
    }

    async fn nothing_goes_while_a_hold_stands_nor_after_a_refusal(field: Field) {
        let story = destroyed(&field).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let (photo, _) = pictures(&story).await.remove(0);
        let hold = format!("/api/v1/plots/{}/hold", story.plot);
        officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        let waiting = asked(&officer, "photo", &photo).await;
        let refused = decided(&second, &waiting, true).await.expect(409).json();
        assert!(refused["detail"].as_str().unwrap().contains("a legal hold keeps it"), "{refused}");
        let display = format!("/api/v1/photos/{photo}/display");
        story.desk.get(&display).await.expect(200);
        let why = json!({ "reason": "hết vụ" }).to_string();
        officer.send(Method::DELETE, &hold, Some("application/json"), why.into()).await.expect(200);
        let path = format!("{ORDERS}/{}/decision", waiting["id"].as_str().unwrap());
        assert_eq!(second.post(&path, &json!({ "approve": false })).await.expect(422).pointers(), ["/reason"]);
        let refused = decided(&second, &waiting, false).await.expect(200).json();
        assert_eq!((&refused["state"], &refused["photos"]), (&json!("refused"), &json!([])));
        decided(&second, &waiting, true).await.expect(409);
        story.desk.get(&display).await.expect(200);
        // It may be asked for again.
        let again = asked(&officer, "photo", &photo).await;
        let list = second.get(&format!("{ORDERS}?limit=1")).await.expect(200).json();
        assert_eq!(list["redactions"].as_array().unwrap().len(), 1);
        let next = second.get(list["next"].as_str().unwrap()).await.expect(200).json();
        let states = [&list, &next].map(|page| page["redactions"][0]["state"].clone());
        assert!(states.contains(&json!("asked")) && states.contains(&json!("refused")));
        decided(&second, &again, true).await.expect(200);
        story.desk.get(&display).await.expect(410);
        field.settle().await;
        assert_eq!(faults(&field).await, [] as [String; 0]);
    }

    async fn a_hold_keeps_what_was_recorded_on_plots_of_the_same_ground(field: Field) {
        let story = destroyed(&field).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let (photo, _) = pictures(&story).await.remove(0);
        let path = format!("/api/v1/photos/{photo}");
        let other = field.phone("máy B", &[WEST]).await;
        let mut plots = Vec::new();
        for lon in [104.300_1, 104.300_2] {
            plots.push(recorded(&field, &other, &plot_at(lon, 22.4)).await);
            field.clock.advance_millis(1_000);
        }
        let police = org(&field, "Công an tỉnh").await;
        let judge = desk(&field, "ca-tinh", police, Role::ProvincialOfficer, &[]).await;
        let one = |other: Uuid| json!({ "other": other, "result": "same", "reason": "đã đối chiếu biên bản" });
        judge.post(&format!("/api/v1/plots/{}/judgements", story.plot), &one(plots[0])).await.expect(201);
        field.clock.advance_millis(1_000);
        judge.post(&format!("/api/v1/plots/{}/judgements", plots[1]), &one(plots[0])).await.expect(201);
        field.settle().await;
        let waiting = asked(&officer, "photo", &photo).await;
        // On the plot that counts the ground, and on another that was merged into it.
        for held in plots {
            let hold = format!("/api/v1/plots/{held}/hold");
            officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
            decided(&second, &waiting, true).await.expect(409);
            assert_eq!(story.desk.get(&path).await.expect(200).json()["held"], json!(true));
            let why = json!({ "reason": "hết vụ" }).to_string();
            officer.send(Method::DELETE, &hold, Some("application/json"), why.into()).await.expect(200);
            assert_eq!(story.desk.get(&path).await.expect(200).json()["held"], json!(false));
        }
        decided(&second, &waiting, true).await.expect(200);
    }

    async fn a_plot_that_leaves_a_held_incident_stays_held(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let incident = field.new_id();
        let vu = json!({ "title": "Vụ 7", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&format!("/api/v1/incidents/{incident}"), &vu).await.expect(201);
        let mut drawn = plot_at(104.3, 22.4);
        drawn["properties"]["incident"] = json!(incident);
        let plot = recorded(&field, &phone, &drawn).await;
        let bytes = photos::jpeg(640, 480);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(plot);
        let photo = photos::taken(&field, &phone, &bytes, &sidecar).await;
        field.settle().await;
        let hold = format!("/api/v1/incidents/{incident}/hold");
        officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        let waiting = asked(&officer, "photo", photo).await;
        decided(&second, &waiting, true).await.expect(409);
        // What the phone says of the plot is taken, and the hold stands.
        let told = drawn["properties"].as_object_mut().unwrap();
        told.remove("incident");
        told.insert("revises".to_owned(), json!(1));
        phone.put(&crate::ledger::path(plot, ""), &drawn).await.expect(201);
        field.settle().await;
        assert_eq!(crate::ledger::told(&phone, plot).await["incident"], json!(null));
        decided(&second, &waiting, true).await.expect(409);
        let shown = phone.get(&format!("/api/v1/photos/{photo}")).await.expect(200).json();
        assert_eq!(shown["held"], json!(true));
        let why = json!({ "reason": "hết vụ" }).to_string();
        officer.send(Method::DELETE, &hold, Some("application/json"), why.into()).await.expect(200);
        decided(&second, &waiting, true).await.expect(200);
    }

    async fn an_order_names_what_there_is_with_a_document_and_a_reason(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        for target in ["photo", "track"] {
            officer.post(ORDERS, &order(target, field.new_id())).await.expect(404);
        }
        let bytes = photos::jpeg(64, 48);
        let id = field.new_id();
        phone.put(&format!("/api/v1/photos/{id}"), &photos::sidecar(&bytes)).await.expect(201);
        officer.post(ORDERS, &order("photo", id)).await.expect(409);
        photos::upload(&phone, id, &bytes).await.expect(201);
        let mut empty = order("photo", id);
        (empty["document"], empty["reason"]) = (json!(" "), json!(""));
        assert_eq!(officer.post(ORDERS, &empty).await.expect(422).pointers(), ["/document", "/reason"]);
        let mut personal = order("photo", id);
        personal["reason"] = json!("gọi 0912345678");
        assert_eq!(officer.post(ORDERS, &personal).await.expect(422).pointers(), ["/reason"]);
        officer.post(&format!("{ORDERS}/{id}/decision"), &json!({ "approve": true })).await.expect(404);
    }

    async fn photos_of_one_file_go_together_with_what_was_set_apart_and_shown_before(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let bytes = photos::jpeg(640, 480);
        let first = photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        let twin = photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        let other = photos::jpeg(644, 480);
        photos::upload(&phone, first, &other).await.expect(422);
        let data = &field.app.config.data;
        for kept in [&bytes, &other] {
            assert_eq!(holding(data, kept).len(), 1);
        }
        // Its pictures are not made yet.
        let (officer, second) = (field.officer().await, second(&field).await);
        let waiting = asked(&officer, "photo", first).await;
        let done = decided(&second, &waiting, true).await.expect(200).json();
        let mut gone: Vec<Uuid> = serde_json::from_value(done["photos"].clone()).unwrap();
        gone.sort_unstable();
        let mut both = [first, twin];
        both.sort_unstable();
        assert_eq!(gone, both);
        field.settle().await;
        for kept in [&bytes, &other] {
            assert_eq!(holding(data, kept), [] as [String; 0]);
        }
        for id in both {
            phone.get(&format!("/api/v1/photos/{id}/thumbnail")).await.expect(410);
        }
        assert_eq!(faults(&field).await, [] as [String; 0]);
    }

    async fn a_preview_goes_by_order_and_the_original_that_comes_later_brings_nothing_back(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let bytes = photos::jpeg(640, 480);
        let id = previewed(&field, &phone, &bytes).await;
        let path = format!("/api/v1/photos/{id}");
        let shown = officer.get(&format!("{path}/thumbnail")).await.expect(200).bytes;
        // Half of the original is there.
        let length = bytes.len().to_string();
        let pair = tus::photo_pair(id);
        let opening = [("upload-length", length.as_str()), ("upload-metadata", pair.as_str())];
        let opened = tus::send(&phone, Method::POST, "/files", &opening, "").await.expect(201);
        let at = opened.headers["location"].to_str().unwrap().to_owned();
        let half = bytes.len() / 2;
        tus::patch(&phone, &at, 0, bytes[..half].to_vec()).await.expect(204);
        let data = &field.app.config.data;
        for kept in [shown.as_slice(), &bytes[..half]] {
            assert_eq!(holding(data, kept).len(), 1, "the search finds what is there");
        }

        let waiting = asked(&officer, "photo", id).await;
        let done = decided(&second, &waiting, true).await.expect(200).json();
        assert_eq!(done["photos"], json!([id]));
        officer.post(ORDERS, &order("photo", id)).await.expect(409);
        let says_so = |answer: Answer| {
            let told = answer.expect(410).json();
            assert!(told["detail"].as_str().unwrap().contains("12/QĐ-CAT"), "{told}");
        };
        says_so(officer.get(&format!("{path}/thumbnail")).await);
        // Whatever way the phone goes, it is told once and for all.
        says_so(photos::upload(&phone, id, &bytes).await);
        says_so(preview(&phone, id).await);
        tus::patch(&phone, &at, half, bytes[half..].to_vec()).await.expect(404);
        says_so(tus::send(&phone, Method::POST, "/files", &opening, "").await);
        let unbound = tus::send(&phone, Method::POST, "/files", &opening[..1], "").await.expect(201);
        let unbound = unbound.headers["location"].to_str().unwrap().to_owned();
        tus::patch(&phone, &unbound, 0, bytes.clone()).await.expect(204);
        let binding = json!({ "upload": unbound.rsplit('/').next().unwrap() });
        says_so(phone.put(&format!("{path}/upload"), &binding).await);
        phone.put(&path, &photos::sidecar(&bytes)).await.expect(200);
        let held = phone.get("/api/v1/sync/inventory").await.expect(200).json();
        assert_eq!(held["incomplete"], json!([]), "nothing is waited for");

        field.settle().await;
        for kept in [shown.as_slice(), bytes.as_slice(), &bytes[..half]] {
            assert_eq!(holding(data, kept), [] as [String; 0]);
        }
        let told = officer.get(&path).await.expect(200).json();
        assert_eq!((&told["state"], &told["redacted_document"], &told["preview"]), (&json!("announced"), &json!("12/QĐ-CAT"), &json!(false)));
        officer.get(&format!("{path}/proof")).await.expect(410);
        assert_eq!(faults(&field).await, [] as [String; 0]);
        // That the order took what was announced is held against the log.
        by_hand(&field, "UPDATE photos SET redaction = NULL, redacted_at = NULL WHERE redaction IS NOT NULL").await;
        assert!(!faults(&field).await.is_empty());
    }

    async fn of_a_preview_whose_place_another_took_nothing_is_left_for_an_order_to_miss(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let id = previewed(&field, &phone, &photos::jpeg(640, 480)).await;
        let path = format!("/api/v1/photos/{id}");
        let first = officer.get(&format!("{path}/thumbnail")).await.expect(200).bytes;
        let data = &field.app.config.data;
        assert_eq!(holding(data, &first).len(), 1, "the search finds what is there");
        let other = photos::jpeg(200, 300);
        let kind = Some("application/octet-stream");
        phone.send(Method::PUT, &format!("{path}/preview"), kind, other.into()).await.expect(200);
        let shown = officer.get(&format!("{path}/thumbnail")).await.expect(200).bytes;
        assert_eq!((holding(data, &first).len(), holding(data, &shown).len()), (0, 1));
        let waiting = asked(&officer, "photo", id).await;
        decided(&second, &waiting, true).await.expect(200);
        assert_eq!(holding(data, &shown), [] as [String; 0]);
    }

    async fn what_was_only_announced_takes_no_original_with_it_and_goes_with_the_same_file(field: Field) {
        load_communes(&field).await;
        let (phone, other) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        let (officer, second) = (field.officer().await, second(&field).await);
        let bytes = photos::jpeg(640, 480);
        let kept = photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        field.settle().await;
        // A hash may be told without the file: the photo of another is not erased by it.
        let claimed = previewed(&field, &other, &bytes).await;
        let waiting = asked(&officer, "photo", claimed).await;
        let done = decided(&second, &waiting, true).await.expect(200).json();
        assert_eq!(done["photos"], json!([claimed]));
        officer.get(&format!("/api/v1/photos/{kept}/display")).await.expect(200);
        // The file itself goes with all that were announced by it: none of them brings it back.
        let late = previewed(&field, &other, &bytes).await;
        let waiting = asked(&officer, "photo", kept).await;
        let done = decided(&second, &waiting, true).await.expect(200).json();
        let mut gone: Vec<Uuid> = serde_json::from_value(done["photos"].clone()).unwrap();
        gone.sort_unstable();
        let mut both = [kept, late];
        both.sort_unstable();
        assert_eq!(gone, both);
        photos::upload(&other, late, &bytes).await.expect(410);
        field.settle().await;
        assert_eq!(holding(&field.app.config.data, &bytes), [] as [String; 0]);
        assert_eq!(faults(&field).await, [] as [String; 0]);
    }

    async fn a_hold_keeps_a_preview_too(field: Field) {
        let story = destroyed(&field).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let bytes = photos::jpeg(640, 480);
        let id = previewed_of(&field, &story, &bytes).await;
        let hold = format!("/api/v1/plots/{}/hold", story.plot);
        officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        let waiting = asked(&officer, "photo", id).await;
        decided(&second, &waiting, true).await.expect(409);
        story.desk.get(&format!("/api/v1/photos/{id}/thumbnail")).await.expect(200);
        photos::upload(&story.phone, id, &bytes).await.expect(201);
    }

    async fn a_case_tells_of_a_photo_that_was_erased_before_its_original_came(field: Field) {
        let story = destroyed(&field).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let id = previewed_of(&field, &story, &photos::jpeg(640, 480)).await;
        let waiting = asked(&officer, "photo", id).await;
        decided(&second, &waiting, true).await.expect(200);
        field.settle().await;
        let path = format!("/api/v1/plots/{}/case?reason=ban-giao", story.plot);
        let package = story.desk.get(&path).await.expect(200).bytes;
        let checked = check(&package, &roots(&field).await).unwrap();
        let steps = checked.steps.join("\n");
        assert_eq!(steps.matches("redacted at").count(), 1, "{steps}");
        assert!(steps.contains("order 12/QĐ-CAT"), "{steps}");
        let files = read(&package).unwrap();
        assert!(files.iter().all(|(name, _)| !name.contains(&format!("photos/{id}/"))));
    }

    async fn a_track_goes_by_order_with_its_line_and_keeps_its_figures(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let id = patrols::recorded(&field, &phone).await;
        let fixes = patrols::walk(&field, -3000, 200);
        patrols::send(&phone, id, &fixes).await.expect(200);
        field.settle().await;
        let before = phone.get(&patrols::path(id, "")).await.expect(200).json();
        let (officer, second) = (field.officer().await, second(&field).await);
        phone.post(ORDERS, &order("track", id)).await.expect(403);
        let hold = patrols::path(id, "/hold");
        officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        let waiting = asked(&officer, "track", id).await;
        decided(&second, &waiting, true).await.expect(409);
        let why = json!({ "reason": "hết vụ" }).to_string();
        officer.send(Method::DELETE, &hold, Some("application/json"), why.into()).await.expect(200);
        decided(&second, &waiting, true).await.expect(200);
        let after = phone.get(&patrols::path(id, "")).await.expect(200).json();
        assert!(after["properties"]["redacted_at"].is_string());
        for figure in ["length_m", "duration_s", "fix_quality", "cells"] {
            assert_eq!(after["properties"][figure], before["properties"][figure], "{figure}");
        }
        assert_eq!(after["geometry"]["coordinates"], json!([]));
        let again = patrols::send(&phone, id, &fixes).await.expect(200).json();
        assert_eq!(again["accepted"], 0);
        let another = asked(&officer, "track", id).await;
        decided(&second, &another, true).await.expect(409);
        field.settle().await;
        assert_eq!(faults(&field).await, [] as [String; 0]);
        // When it was erased is told by the order's entry, and a track that nobody erased is not said to be.
        let rows = || tuantra::patrols::verify_rows(field.app.journal.store());
        assert!(rows().await.unwrap().faults.is_empty());
        for (change, undo) in [
            ("UPDATE patrols SET redacted_at = redacted_at + 1", "UPDATE patrols SET redacted_at = redacted_at - 1"),
            ("UPDATE patrols SET redacted_at = NULL, length_m = redacted_at", "UPDATE patrols SET redacted_at = CAST(length_m AS BIGINT)"),
        ] {
            by_hand(&field, change).await;
            let found = rows().await.unwrap().faults;
            assert!(found.iter().any(|fault| fault.to_string().contains("redacted_at")), "{change}: {found:?}");
            by_hand(&field, undo).await;
            assert!(rows().await.unwrap().faults.is_empty(), "{undo}");
        }
    }

    async fn an_order_that_was_edited_in_its_table_is_found(field: Field) {
        let story = destroyed(&field).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let (photo, _) = pictures(&story).await.remove(0);
        let waiting = asked(&officer, "photo", &photo).await;
        decided(&second, &waiting, true).await.expect(200);
        field.settle().await;
        assert_eq!(faults(&field).await, [] as [String; 0]);
        for (change, undo) in [
            ("UPDATE evidence_redactions SET document = '99/QĐ'", "UPDATE evidence_redactions SET document = '12/QĐ-CAT'"),
            ("UPDATE evidence_redactions SET decided_at = decided_at + 1", "UPDATE evidence_redactions SET decided_at = decided_at - 1"),
            ("UPDATE photos SET redacted_at = redacted_at + 1 WHERE redaction IS NOT NULL", "UPDATE photos SET redacted_at = redacted_at - 1 WHERE redaction IS NOT NULL"),
        ] {
            by_hand(&field, change).await;
            let found = faults(&field).await;
            let is_of_it = |fault: &String| fault.contains("evidence_redactions") || fault.ends_with("redaction is not what the log gives");
            assert!(found.iter().any(|fault| fault.contains("evidence_redactions")) && found.iter().all(is_of_it), "{change}: {found:?}");
            by_hand(&field, undo).await;
            assert_eq!(faults(&field).await, [] as [String; 0], "{undo}");
        }
        // A photo that nobody ordered away is missed.
        by_hand(&field, "UPDATE photos SET redaction = NULL, redacted_at = NULL WHERE redaction IS NOT NULL").await;
        assert!(!faults(&field).await.is_empty());
    }

    async fn a_photo_that_is_marked_as_erased_by_no_order_is_found_in_the_log_and_in_the_case(field: Field) {
        let story = destroyed(&field).await;
        let (officer, second) = (field.officer().await, second(&field).await);
        let photos = pictures(&story).await;
        let waiting = asked(&officer, "photo", &photos[0].0).await;
        decided(&second, &waiting, true).await.expect(200);
        field.settle().await;
        let path = format!("/api/v1/plots/{}/case?reason=ban-giao", story.plot);
        let honest = story.desk.get(&path).await.expect(200).bytes;
        check(&honest, &roots(&field).await).unwrap();
        assert_eq!(faults(&field).await, [] as [String; 0]);
        let one = "(SELECT MIN(taken_at) FROM photos WHERE redaction IS NULL AND redacted_at IS NULL)";
        for mark in ["redaction = id, redacted_at = 1772420411111", "redacted_at = 1772420411111"] {
            let change = format!("UPDATE photos SET {mark} WHERE redaction IS NULL AND taken_at = {one}");
            by_hand(&field, change.leak()).await;
            let found = faults(&field).await;
            assert!(found.iter().any(|fault| fault.ends_with("redaction is not what the log gives")), "{mark}: {found:?}");
            field.app.journal.sequence_all().await.unwrap();
            let package = story.desk.get(&path).await.expect(200).bytes;
            let missed = check(&package, &roots(&field).await).unwrap_err().to_string();
            assert!(missed.contains("or the order that erased it"), "{mark}: {missed}");
            by_hand(&field, "UPDATE photos SET redaction = NULL, redacted_at = NULL WHERE redacted_at = 1772420411111").await;
            assert_eq!(faults(&field).await, [] as [String; 0]);
        }
        // Nor does the order of another photo excuse it.
        let change = format!(
            "UPDATE photos SET redaction = (SELECT id FROM evidence_redactions), redacted_at = (SELECT decided_at FROM evidence_redactions) \
             WHERE redaction IS NULL AND taken_at = {one}"
        );
        by_hand(&field, change.leak()).await;
        assert!(!faults(&field).await.is_empty());
        field.app.journal.sequence_all().await.unwrap();
        let package = story.desk.get(&path).await.expect(200).bytes;
        let missed = check(&package, &roots(&field).await).unwrap_err().to_string();
        assert!(missed.contains("or the order that erased it"), "{missed}");
    }
}
