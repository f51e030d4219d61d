//! Photos that a phone signed: nonces, keys and chains, and what they do to the grade.

use serde_json::json;
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::evidence::{Done, codes};
use crate::field::Field;
use crate::journal::by_hand;
use crate::journal::rows::each_is_found;
use crate::ledger::eradication;
use crate::photos;
use crate::plots::{WEST, load_communes, plot_at};
use crate::signed::{Signer, keys_of, plot};

const HOUR_MS: i64 = 3_600_000;

/// A phone with a confirmed key and nonces that it fetched at six in the morning, before the work at eight; its track
/// follows the photos. It is noon.
pub struct Morning {
    own: Signer,
    pub done: Done,
    member: Uuid,
    nonces: Vec<String>,
}

pub async fn morning(field: &Field) -> Morning {
    // From ten in the morning of 2 March to six of 27 February.
    field.clock.advance_millis(-76 * HOUR_MS);
    load_communes(field).await;
    let phone = field.phone("máy A", &[WEST]).await;
    let own = Signer::confirmed(field, &phone).await;
    let member = field
        .account("to-vien", Role::PatrolMember, &[WEST])
        .await
        .id;
    let issued = phone
        .post("/api/v1/nonces", &json!({ "count": 6 }))
        .await
        .expect(201)
        .json();
    let nonces = issued["nonces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|nonce| nonce.as_str().unwrap().to_owned())
        .collect();
    field.clock.advance_millis(6 * HOUR_MS);
    let patrol = format!("/api/v1/patrols/{}", field.new_id());
    let body = json!({ "kind": "crop_check", "transport": "foot",
        "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
    phone.put(&patrol, &body).await.expect(201);
    let fix = |time: &str| json!({ "t": format!("2026-02-27T{time}+07:00"), "lon": 104.3, "lat": 22.4, "accuracy_m": 5 });
    let fixes = json!({ "fixes": [fix("07:50:00"), fix("07:55:00"), fix("09:05:00")] });
    phone
        .post(&format!("{patrol}/fixes"), &fixes)
        .await
        .expect(200);
    let plot_id = field.new_id();
    phone
        .put(&plot(plot_id), &plot_at(104.3, 22.4))
        .await
        .expect(201);
    let claimed = phone
        .post(&format!("{}/eradications", plot(plot_id)), &eradication())
        .await
        .expect(201)
        .json();
    let id = claimed["properties"]["fact"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let done = Done {
        phone,
        plot: plot_id,
        eradication: id,
    };
    Morning {
        own,
        done,
        member,
        nonces,
    }
}

impl Morning {
    /// Announces a signed sidecar with that nonce and uploads its picture.
    async fn photo(&mut self, field: &Field, phase: &str, time: &str, nonce: &str) -> Uuid {
        let width = 60 + u32::try_from(self.own.sequence).unwrap();
        let bytes = photos::jpeg(width, 30);
        let mut sidecar = photos::sidecar(&bytes);
        let more = json!({ "plot": self.done.plot, "eradication": self.done.eradication, "phase": phase, "fix_age_s": 2.0,
            "taken_at": format!("2026-02-27T{time}+07:00"), "gnss_at": format!("2026-02-27T{time}+07:00"),
            "source": "camera", "taken_by": self.member, "nonce": nonce });
        for (name, value) in more.as_object().unwrap() {
            sidecar[name] = value.clone();
        }
        let id = field.new_id();
        self.own
            .put(&format!("/api/v1/photos/{id}"), &sidecar)
            .await
            .expect(201);
        photos::upload(&self.done.phone, id, &bytes)
            .await
            .expect(201);
        id
    }

    pub async fn set(&mut self, field: &Field) {
        for (at, (phase, time)) in [
            ("overview", "07:50:00"),
            ("close_up", "07:55:00"),
            ("after", "09:05:00"),
        ]
        .iter()
        .enumerate()
        {
            let nonce = self.nonces[at].clone();
            self.photo(field, phase, time, &nonce).await;
        }
        field.settle().await;
    }

    async fn reasons(&self, photo: Uuid) -> Vec<String> {
        let told = self.done.told(&self.done.phone).await;
        let photos = told["photos"].as_array().unwrap();
        let photo = photos
            .iter()
            .find(|own| own["id"] == photo.to_string())
            .unwrap();
        serde_json::from_value(photo["reasons"].clone()).unwrap()
    }
}

on_both! {
    async fn photos_that_were_signed_named_and_tracked_are_an_a(field: Field) {
        let mut morning = morning(&field).await;
        morning.set(&field).await;
        let told = morning.done.told(&morning.done.phone).await;
        assert_eq!((&told["grade"], codes(&told)), (&json!("A"), vec!["exif_missing"]));
        // The device itself is gone later; what it signed while it was in use stands.
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}", morning.done.phone.id)).await.expect(204);
        assert_eq!(morning.done.told(&officer).await["grade"], "A");
    }

    async fn a_nonce_serves_one_photo_of_one_device(field: Field) {
        let mut morning = morning(&field).await;
        morning.set(&field).await;
        let first = morning.nonces[0].clone();
        let again = morning.photo(&field, "during", "08:30:00", &first).await;
        let other = field.phone("máy B", &[WEST]).await;
        let foreign = other.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(201).json()["nonces"][0].clone();
        let foreign = morning.photo(&field, "during", "08:31:00", foreign.as_str().unwrap()).await;
        let made_up = morning.photo(&field, "during", "08:32:00", "tu-nghi-ra").await;
        let young = morning.done.phone.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(201).json()["nonces"][0].clone();
        let dated_back = morning.photo(&field, "during", "08:33:00", young.as_str().unwrap()).await;
        field.settle().await;
        for (photo, code) in [(again, "nonce_reused"), (foreign, "nonce_unknown"), (made_up, "nonce_unknown"), (dated_back, "time_impossible")] {
            let reasons = morning.reasons(photo).await;
            assert!(reasons.contains(&code.to_owned()), "{code}: {reasons:?}");
        }
    }

    async fn a_nonce_that_is_given_free_in_its_table_is_found(field: Field) {
        let mut morning = morning(&field).await;
        morning.set(&field).await;
        field.settle().await;
        let rows = || async { tuantra::evidence::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE evidence_nonces SET spent_at = spent_at + 60000 WHERE photo IS NOT NULL",
                "UPDATE evidence_nonces SET spent_at = spent_at - 60000 WHERE photo IS NOT NULL", "evidence_nonces "),
            ("UPDATE evidence_nonces SET device = photo WHERE photo IS NOT NULL",
                "UPDATE evidence_nonces SET device = (SELECT p.author FROM photos p WHERE p.id = photo) WHERE photo IS NOT NULL", "evidence_nonces "),
        ]).await;
        by_hand(&field, "UPDATE evidence_nonces SET photo = NULL, spent_at = NULL WHERE photo IS NOT NULL").await;
        let faults = rows().await.faults;
        assert!(!faults.is_empty() && faults.iter().all(|told| told.to_string().starts_with("evidence_nonces ")), "{faults:?}");
    }

    async fn nonces_are_few_and_belong_to_who_may_take_photos(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        for count in [0, 201] {
            assert_eq!(phone.post("/api/v1/nonces", &json!({ "count": count })).await.expect(422).pointers(), ["/count"]);
        }
        for _ in 0..5 {
            phone.post("/api/v1/nonces", &json!({ "count": 200 })).await.expect(201);
        }
        phone.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(422);
        field.clock.advance_millis(31 * 24 * HOUR_MS);
        phone.post("/api/v1/nonces", &json!({ "count": 1 })).await.expect(201);
    }

    async fn keys_and_chains_cap_the_grade_and_say_why(field: Field) {
        let mut morning = morning(&field).await;
        morning.set(&field).await;
        let nonce = |at: usize, morning: &Morning| morning.nonces[at].clone();
        // The same number for two things.
        morning.own.sequence -= 1;
        let (third, fourth) = (nonce(3, &morning), nonce(4, &morning));
        let twin = morning.photo(&field, "during", "08:30:00", &third).await;
        morning.own.more = format!(", head=\"1:{}\"", "ab".repeat(32));
        let elsewhere = morning.photo(&field, "during", "08:31:00", &fourth).await;
        morning.own.more.clear();
        let confirmed = std::mem::replace(&mut morning.own, Signer::new(&morning.done.phone));
        let fifth = nonce(5, &morning);
        let strange = morning.photo(&field, "during", "08:32:00", &fifth).await;
        let mut waiting = Signer::new(&morning.done.phone);
        waiting.put("/api/v1/device/key", &waiting.jwk()).await.expect(200);
        morning.own = waiting;
        let unconfirmed = morning.photo(&field, "during", "08:33:00", "x").await;
        field.settle().await;
        for (photo, code) in [(twin, "chain_broken"), (elsewhere, "chain_broken"), (strange, "unsigned"), (unconfirmed, "key_unconfirmed")] {
            let reasons = morning.reasons(photo).await;
            assert!(reasons.contains(&code.to_owned()), "{code}: {reasons:?}");
        }
        assert!(keys_of(&morning.done.phone, morning.done.phone.id).await.to_string().contains(&confirmed.key_id()));
    }
}
