//! What keeps photos as they were: seals of approved eradications, legal holds, and rows of before that stay readable.

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tuantra::base::actor::{CONSOLE, Role};
use tuantra::base::ids::EntryId;
use tuantra::blobs::BlobName;
use tuantra::cases::check;
use tuantra::cases::model::archive::read;
use tuantra::journal::note::PublicKey;
use tuantra::journal::{Entry, Kind, LEGAL_HOLD};
use tuantra::store::{Error, MIGRATIONS};
use uuid::Uuid;

use crate::evidence::done;
use crate::field::{Client, Field};
use crate::journal::by_hand;
use crate::ledger::{Destroyed, desk, destroyed, org};
use crate::patrols;
use crate::photos;
use crate::plots::{WEST, load_communes, plot_at};

impl Destroyed {
    async fn approve(&self, field: &Field, by: &Client) {
        let path = format!("/api/v1/plots/{}/approvals", self.plot);
        let approval = json!({ "eradication": self.eradication });
        by.post(&path, &approval).await.expect(201);
        field.settle().await;
    }

    async fn evidence(&self) -> Value {
        let path = format!("/api/v1/eradications/{}/evidence", self.eradication);
        self.desk.get(&path).await.expect(200).json()
    }

    /// One more photo of the plot.
    async fn photo(&self, field: &Field, width: u32) -> Uuid {
        let bytes = photos::jpeg(width, 30);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(self.plot);
        sidecar["phase"] = json!("during");
        let id = photos::taken(field, &self.phone, &bytes, &sidecar).await;
        field.settle().await;
        id
    }

    /// Which of the plot's photos the list marks.
    async fn marked(&self) -> Vec<String> {
        let path = format!("/api/v1/photos?plot={}", self.plot);
        let list = self.desk.get(&path).await.expect(200).json();
        let features = list["features"].as_array().unwrap().iter();
        let marked = features.filter(|photo| photo["properties"]["after_seal"] == true);
        marked
            .map(|photo| photo["id"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn case(&self) -> Vec<u8> {
        let path = format!("/api/v1/plots/{}/case?reason=ban-giao", self.plot);
        self.desk.get(&path).await.expect(200).bytes
    }
}

async fn body_of(field: &Field, entry: &Value) -> Vec<u8> {
    let id: EntryId = entry.as_str().unwrap().parse().unwrap();
    let mut tx = field.app.journal.store().read().await.unwrap();
    let stored = field.app.journal.entry(&mut tx, id).await.unwrap().unwrap();
    stored.body.unwrap()
}

async fn roots(field: &Field) -> Vec<(Option<String>, PublicKey)> {
    let keys = field.app.journal.keys().await.unwrap();
    vec![PublicKey::parse(&keys[0].verifier_key).unwrap()]
}

fn hash(parts: &[&[u8]]) -> Vec<u8> {
    Sha256::digest(parts.concat()).to_vec()
}

/// Erases the content of an entry by order.
async fn erase(field: &Field, entry: EntryId) -> Result<(), Error> {
    let journal = field.app.journal.clone();
    journal
        .write((journal.clone(), entry), |tx, (journal, entry)| {
            Box::pin(async move {
                let body = json!({ "of": entry, "why": "lệnh", "entries": 1 }).to_string();
                let order = Entry {
                    kind: Kind::Redaction,
                    fact: entry.0,
                    actor: CONSOLE,
                    device: None,
                    origin: None,
                    body: body.as_bytes(),
                };
                let by = journal.enter(tx, order).await?;
                journal.redact(tx, *entry, &by).await
            })
        })
        .await
}

on_both! {
    async fn approving_an_eradication_seals_its_photos_under_one_root(field: Field) {
        let story = destroyed(&field).await;
        assert_eq!(story.evidence().await["seal"], Value::Null);
        story.approve(&field, &story.desk).await;
        let told = story.evidence().await;
        let seal: Value = serde_json::from_slice(&body_of(&field, &told["seal"]["entry_id"]).await).unwrap();
        assert_eq!((&seal["eradication"], &seal["root"]), (&json!(story.eradication), &told["seal"]["root"]));
        // The version is what was sent for the eradication; each photo is bound to its sidecar.
        let plot = story.desk.get(&format!("/api/v1/plots/{}", story.plot)).await.expect(200).json();
        let timeline = plot["properties"]["timeline"].as_array().unwrap();
        let sent = timeline.iter().find(|step| step["kind"] == "eradication").unwrap();
        let version = tuantra::base::hex(&hash(&[&body_of(&field, &sent["entry_id"]).await]));
        assert_eq!(seal["version_sha256"], version);
        let sealed = seal["photos"].as_array().unwrap();
        assert_eq!(sealed.len(), 3);
        let leaves: Vec<Vec<u8>> = sealed
            .iter()
            .map(|photo| {
                let of = |name: &str| photo[name].as_str().unwrap().to_owned();
                let text = format!("tuantra-seal-v1\n{}\n{}\n{}\n{}\n{version}\n", of("id"), of("sha256"), of("sidecar_sha256"), story.eradication);
                hash(&[&[0], text.as_bytes()])
            })
            .collect();
        let root = hash(&[&[1], &hash(&[&[1], &leaves[0], &leaves[1]]), &leaves[2]]);
        assert_eq!(seal["root"], tuantra::base::hex(&root));
        assert!(sealed.windows(2).all(|two| two[0]["sha256"].as_str() < two[1]["sha256"].as_str()));
        // A second desk may approve as well: what was sealed stays.
        let other = desk(&field, "ca-tinh", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        story.photo(&field, 90).await;
        story.approve(&field, &other).await;
        assert_eq!(story.evidence().await["seal"], told["seal"]);
    }

    async fn what_comes_after_the_seal_is_marked_wherever_photos_are_listed(field: Field) {
        let story = destroyed(&field).await;
        // Announced before, its bytes come after: it was not there to be approved.
        let late = field.new_id();
        let bytes = photos::jpeg(92, 30);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(story.plot);
        story.phone.put(&format!("/api/v1/photos/{late}"), &sidecar).await.expect(201);
        assert_eq!(story.marked().await, [] as [String; 0]);
        story.approve(&field, &story.desk).await;
        photos::upload(&story.phone, late, &bytes).await.expect(201);
        let added = story.photo(&field, 94).await;
        let mut marked = story.marked().await;
        marked.sort_unstable();
        let mut expected = [late.to_string(), added.to_string()];
        expected.sort_unstable();
        assert_eq!(marked, expected);
        let one = story.desk.get(&format!("/api/v1/photos/{added}")).await.expect(200).json();
        assert_eq!(one["after_seal"], true);
        let told = story.evidence().await;
        let photos = told["photos"].as_array().unwrap();
        let of = |photo: &Value| (photo["id"].as_str().unwrap().to_owned(), photo["after_seal"].as_bool().unwrap());
        assert_eq!(photos.iter().map(of).filter(|(_, after)| *after).count(), 2);
        assert_eq!(photos.len(), 5);
        let package = story.case().await;
        let files = read(&package).unwrap();
        let manifest = files.iter().find(|(name, _)| name == "manifest.json").unwrap().1;
        let manifest: Value = serde_json::from_slice(manifest).unwrap();
        let mut listed: Vec<&str> = manifest["after_seal"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        listed.sort_unstable();
        assert_eq!(listed, expected);
        let checked = check(&package, &roots(&field).await).unwrap();
        let steps = checked.steps.join("\n");
        assert!(steps.contains(&format!("the seal of eradication {} over 3 photos has the root", story.eradication)), "{steps}");
    }

    async fn the_case_alone_names_who_was_at_the_shutter(field: Field) {
        let story = destroyed(&field).await;
        let member = field.account("to-vien-truc", Role::PatrolMember, &[WEST]).await;
        let bytes = photos::jpeg(96, 30);
        let mut sidecar = photos::sidecar(&bytes);
        sidecar["plot"] = json!(story.plot);
        sidecar["taken_by"] = json!(member.id);
        let id = photos::taken(&field, &story.phone, &bytes, &sidecar).await;
        field.settle().await;
        let package = story.case().await;
        let files = read(&package).unwrap();
        let sidecar = files.iter().find(|(name, _)| *name == format!("photos/{id}/sidecar.json")).unwrap().1;
        assert!(String::from_utf8_lossy(sidecar).contains(&member.id.to_string()));
        check(&package, &roots(&field).await).unwrap();
        let proof = story.desk.get(&format!("/api/v1/photos/{id}/proof")).await.expect(200).json();
        assert_eq!(proof["sidecar"]["body"], Value::Null);
    }

    async fn a_seal_that_does_not_hold_is_named_by_verify(field: Field) {
        let story = destroyed(&field).await;
        story.approve(&field, &story.desk).await;
        let entry = story.evidence().await["seal"]["entry_id"].clone();
        let sealed: Value = serde_json::from_slice(&body_of(&field, &entry).await).unwrap();
        let first = sealed["photos"][0]["id"].clone();
        let forged = |change: &dyn Fn(&mut Value)| {
            let mut seal = sealed.clone();
            change(&mut seal);
            seal
        };
        let cases = [
            (forged(&|seal| seal["root"] = json!("00".repeat(32))), "do not have the sealed root".to_owned()),
            (forged(&|seal| seal["photos"][0]["sidecar_sha256"] = json!("00".repeat(32))), format!("photo {} is not the one that was sealed", first.as_str().unwrap())),
            (forged(&|seal| seal["photos"][0]["id"] = json!(story.plot)), format!("the sealed photo {} is missing", story.plot)),
            (forged(&|seal| seal["version_sha256"] = json!("00".repeat(32))), "is not the version that was approved".to_owned()),
            (forged(&|seal| seal["what"] = json!("view")), "this is no seal".to_owned()),
        ];
        for (seal, expected) in cases {
            field.clock.advance_millis(1_000);
            // A server that has the key writes another seal in the place of the first.
            let journal = field.app.journal.clone();
            let context = (journal.clone(), seal.to_string(), story.eradication);
            let written: Result<_, Error> = journal.write(context, |tx, (journal, body, fact)| Box::pin(async move {
                let entry = Entry { kind: Kind::Seal, fact: *fact, actor: CONSOLE, device: None, origin: None, body: body.as_bytes() };
                journal.enter(tx, entry).await
            })).await;
            written.unwrap();
            by_hand(&field, "UPDATE evidence_seals SET entry = (SELECT id FROM journal_entries WHERE kind = 'seal' ORDER BY received_at DESC, id DESC LIMIT 1)").await;
            field.settle().await;
            let fault = check(&story.case().await, &roots(&field).await).unwrap_err().to_string();
            assert!(fault.contains(&expected), "{fault}");
        }
    }

    async fn a_hold_is_set_and_lifted_by_the_province_with_a_reason(field: Field) {
        let done = done(&field).await;
        let photo = done.photo(&field, "overview", "07:50:00", json!({})).await;
        let hold = format!("/api/v1/plots/{}/hold", done.plot);
        let put = async |client: &Client, reason: &str| client.put(&hold, &json!({ "reason": reason })).await;
        let lift = async |client: &Client, reason: &str| {
            let body = json!({ "reason": reason }).to_string();
            client.send(axum::http::Method::DELETE, &hold, Some("application/json"), body.into()).await
        };
        let local = desk(&field, "cb-xa", org(&field, "Công an xã").await, Role::CommuneOfficer, &[WEST]).await;
        put(&local, "vụ án 12").await.expect(403);
        let officer = field.officer().await;
        assert_eq!(put(&officer, " ").await.expect(422).pointers(), ["/reason"]);
        lift(&officer, "hết vụ").await.expect(422);
        officer.put(&format!("/api/v1/plots/{}/hold", field.new_id()), &json!({ "reason": "vụ án" })).await.expect(404);
        officer.put(&format!("/api/v1/incidents/{}/hold", field.new_id()), &json!({ "reason": "vụ án" })).await.expect(404);
        let first = put(&officer, "vụ án 12").await.expect(200).json();
        let again = put(&officer, "vụ án 12").await.expect(200).json();
        assert_eq!((&first["receipt"], &first["reasons"]), (&again["receipt"], &json!(["vụ án 12"])));
        field.clock.advance_millis(1_000);
        let second = put(&officer, "VKS yêu cầu").await.expect(200).json();
        assert_eq!((&second["reasons"], &second["held_since"]), (&json!(["vụ án 12", "VKS yêu cầu"]), &first["held_since"]));
        let told = async || done.phone.get(&format!("/api/v1/photos/{photo}")).await.expect(200).json()["held"].clone();
        assert_eq!(told().await, true);
        let lifted = lift(&officer, "hết vụ").await.expect(200).json();
        assert_eq!((&lifted["reasons"], &lifted["held_since"]), (&json!([]), &Value::Null));
        assert_eq!(lift(&officer, "hết vụ").await.expect(200).json()["receipt"], lifted["receipt"]);
        assert_eq!(told().await, false);
        let said: Value = serde_json::from_slice(&body_of(&field, &lifted["receipt"]["entry_id"]).await).unwrap();
        assert_eq!(said["reason"], "hết vụ");
        // Each is an entry of the case.
        field.settle().await;
        let exporter = desk(&field, "ca-tinh-2", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        let package = exporter.get(&format!("/api/v1/plots/{}/case?reason=ban-giao", done.plot)).await.expect(200).bytes;
        let files = read(&package).unwrap();
        let acts = |kind: &str| files.iter().filter(|(name, _)| name.contains(kind)).count();
        assert_eq!((acts("-hold_set-"), acts("-hold_lifted-")), (2, 1));
    }

    async fn while_a_hold_stands_nothing_of_its_photos_is_erased(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let (plot, incident) = (field.new_id(), field.new_id());
        let mut sent = plot_at(104.3, 22.4);
        sent["properties"]["incident"] = json!(incident);
        phone.put(&format!("/api/v1/plots/{plot}"), &sent).await.expect(201);
        let vu = json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        phone.put(&format!("/api/v1/incidents/{incident}"), &vu).await.expect(201);
        for subject in [format!("plots/{plot}"), format!("incidents/{incident}")] {
            // A photo whose bytes lie there although no row says so: the upload ended between bytes and row.
            let bytes = format!("{subject} bytes").into_bytes();
            let id = field.new_id();
            let mut sidecar = photos::sidecar(&bytes);
            sidecar["plot"] = json!(plot);
            let announced = phone.put(&format!("/api/v1/photos/{id}"), &sidecar).await.expect(201).json();
            let entry: EntryId = announced["receipt"]["entry_id"].as_str().unwrap().parse().unwrap();
            let blob = BlobName(Sha256::digest(&bytes).into());
            field.app.blobs.put(blob, Bytes::from(bytes)).await.unwrap();
            let later = tuantra::base::time::Clock::now(&tuantra::base::time::SystemClock).plus_millis(25 * 3_600_000);
            let hold = format!("/api/v1/{subject}/hold");
            officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
            assert_eq!(field.app.evidence.collect(later).await.unwrap(), 0);
            let refused = erase(&field, entry).await.unwrap_err();
            assert!(matches!(&refused, Error::Conflict { constraint } if constraint == LEGAL_HOLD), "{refused}");
            body_of(&field, &announced["receipt"]["entry_id"]).await;
            let body = json!({ "reason": "hết vụ" }).to_string();
            officer.send(axum::http::Method::DELETE, &hold, Some("application/json"), body.into()).await.expect(200);
            assert_eq!(field.app.evidence.collect(later).await.unwrap(), 1);
            assert!(!field.app.blobs.holds(blob).await.unwrap());
            erase(&field, entry).await.unwrap();
            let mut tx = field.app.journal.store().read().await.unwrap();
            assert_eq!(field.app.journal.entry(&mut tx, entry).await.unwrap().unwrap().body, None);
        }
    }

    async fn a_photo_under_a_patrols_or_a_devices_id_keeps_no_track(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let officer = field.officer().await;
        let plot = field.new_id();
        phone.put(&format!("/api/v1/plots/{plot}"), &plot_at(104.3, 22.4)).await.expect(201);
        let patrol = patrols::recorded(&field, &phone).await;
        let mut fixes = patrols::walk(&field, -3000, 20);
        fixes.extend(patrols::walk(&field, -2 * patrols::DAY_S, 2));
        let told = patrols::send_gpx(&phone, &patrols::path(patrol, "/gpx"), patrols::gpx(&fixes)).await.expect(201).json();
        assert_eq!((&told["accepted"], &told["held"]), (&json!(20), &json!(2)));
        for id in [patrol, phone.id] {
            let mut sidecar = photos::sidecar(&id.as_bytes()[..]);
            sidecar["plot"] = json!(plot);
            phone.put(&format!("/api/v1/photos/{id}"), &sidecar).await.expect(201);
        }
        officer.put(&format!("/api/v1/plots/{plot}/hold"), &json!({ "reason": "vụ án 12" })).await.expect(200);
        field.settle().await;
        field.clock.advance_millis(800 * patrols::DAY_S * 1000);
        assert_eq!(field.app.patrols.erase_held().await.unwrap(), 1);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 1);
    }

    async fn photos_of_before_keep_whether_a_named_account_was_at_the_shutter(field: Field) {
        let done = done(&field).await;
        let member = field.account("to-vien", Role::PatrolMember, &[WEST]).await;
        let named = done.photo(&field, "overview", "07:50:00", json!({ "taken_by": member.id })).await;
        let unknown = done.photo(&field, "close_up", "07:55:00", json!({ "taken_by": field.new_id() })).await;
        let untold = done.photo(&field, "after", "09:05:00", json!({})).await;
        field.clock.advance_millis(60_000);
        let closed = field.officer().await.delete(&format!("/api/v1/accounts/{}", member.id)).await;
        assert!(closed.status.is_success());
        // The schema of the version before, with these photos in it.
        by_hand(&field, "UPDATE photos SET named = 0").await;
        let (_, _, template) = MIGRATIONS.iter().find(|(version, ..)| *version == 19).unwrap();
        let mut statements = template.split(';');
        let update = statements.find(|statement| statement.contains("UPDATE photos SET named"));
        by_hand(&field, update.unwrap().trim()).await;
        let told = done.told(&done.phone).await;
        let reasons = |id: Uuid| {
            let photos = told["photos"].as_array().unwrap();
            photos.iter().find(|photo| photo["id"] == id.to_string()).unwrap()["reasons"].to_string()
        };
        assert!(!reasons(named).contains("no_account"));
        assert!(reasons(unknown).contains("no_account") && reasons(untold).contains("no_account"));
    }
}
