//! Forged signatures: sidecars added to honest plots that are stripped, signed by others, swapped, dated back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tuantra::base::ids::{DeviceId, PhotoId};
use uuid::Uuid;

use super::people::{Ground, MINUTE_MS, Season, sidecar};
use crate::photos;
use crate::signed::{Signer, keys_of};

/// A sidecar of another photo of the work, and the picture.
struct Draft {
    id: Uuid,
    path: String,
    body: Value,
    bytes: Vec<u8>,
}

impl Season<'_> {
    pub async fn forged_signatures(&mut self, count: usize) {
        let ground = self
            .grounds
            .iter()
            .find(|ground| ground.eradication.is_some())
            .unwrap()
            .clone();
        let device = ground.plot.device;
        self.stripped_and_stolen(&ground, count).await;
        self.swapped(&ground, count).await;
        self.nonces(&ground, count).await;
        self.dated_back(&ground, count).await;
        self.numbers(&ground, device, count).await;
    }

    /// A photo of the work at the plot, so and so many seconds into it.
    fn draft(&mut self, ground: &Ground, nonce: Option<String>) -> Draft {
        let second = i64::try_from(self.chance.below(50 * 60_000)).unwrap();
        let mut photo = ground.plot.photos[0].clone();
        (photo.phase, photo.id) = ("during", PhotoId(self.field.new_id()));
        photo.taken_at = ground.plot.detected_at.plus_millis(25 * MINUTE_MS + second);
        let bytes = photos::jpeg(u32::try_from(60 + self.chance.below(900)).unwrap(), 30);
        let named = json!({ "eradication": ground.eradication });
        Draft {
            id: photo.id.0,
            path: format!("/api/v1/photos/{}", photo.id),
            body: sidecar(&photo, &bytes, (self.member, nonce), &named),
            bytes,
        }
    }

    async fn uploaded(&mut self, device: DeviceId, draft: &Draft) {
        let client = self.phone(device).await.own.phone.clone();
        photos::upload(&client, draft.id, &draft.bytes)
            .await
            .expect(201);
        self.field.clock.advance_millis(1_000);
    }

    /// How many of these photos have that reason.
    async fn told_of(
        &mut self,
        ground: &Ground,
        photos: &[Uuid],
        code: &str,
        class: &str,
        how: &str,
    ) {
        self.field.settle().await;
        let (codes, _) = self.reasons(ground.eradication.unwrap()).await;
        let caught = photos
            .iter()
            .filter(|photo| codes[&photo.to_string()].iter().any(|own| own == code));
        let caught = caught.count();
        self.table
            .forged(class, photos.len(), caught, format!("{how} (`{code}`)"));
    }

    async fn stripped_and_stolen(&mut self, ground: &Ground, count: usize) {
        let device = ground.plot.device;
        let (mut bare, mut strange) = (Vec::new(), Vec::new());
        let other = self.field.phone("máy lạ", &[]).await;
        let mut thief = Signer::confirmed(self.field, &other).await;
        for _ in 0..count {
            let draft = self.draft(ground, None);
            let client = self.phone(device).await.own.phone.clone();
            client.put(&draft.path, &draft.body).await.expect(201);
            self.uploaded(device, &draft).await;
            bare.push(draft.id);
            let draft = self.draft(ground, None);
            thief
                .capture("PUT", &draft.path, &draft.body)
                .send(&client)
                .await
                .expect(201);
            self.uploaded(device, &draft).await;
            strange.push(draft.id);
        }
        self.told_of(
            ground,
            &bare,
            "unsigned",
            "signature taken away",
            "capped at B",
        )
        .await;
        self.told_of(
            ground,
            &strange,
            "unsigned",
            "signed by another phone's key",
            "capped at D",
        )
        .await;
    }

    async fn swapped(&mut self, ground: &Ground, count: usize) {
        let device = ground.plot.device;
        let (mut refused, mut kept) = (0, Vec::new());
        for number in 0..2 * count {
            let (first, second) = (self.draft(ground, None), self.draft(ground, None));
            let own = &mut self.phone(device).await.own;
            let mut captured = own.capture("PUT", &first.path, &first.body);
            captured.body = second.body.to_string().into_bytes();
            let client = own.phone.clone();
            if number % 2 == 0 {
                refused += usize::from(captured.send(&client).await.status.is_client_error());
                continue;
            }
            let digest = BASE64.encode(Sha256::digest(&captured.body));
            captured
                .headers
                .retain(|(name, _)| *name != "content-digest");
            captured
                .headers
                .push(("content-digest", format!("sha-256=:{digest}:")));
            captured.send(&client).await.expect(201);
            let sent = Draft {
                id: first.id,
                ..second
            };
            self.uploaded(device, &sent).await;
            kept.push(first.id);
        }
        self.table.forged(
            "sidecar swapped after signing",
            count,
            refused,
            "refused (`Content-Digest`)",
        );
        self.told_of(
            ground,
            &kept,
            "bad_signature",
            "sidecar swapped, digest made to fit",
            "capped at D",
        )
        .await;
    }

    async fn nonces(&mut self, ground: &Ground, count: usize) {
        let device = ground.plot.device;
        let other = self.field.phone("máy khác", &[]).await;
        let issued = other
            .post("/api/v1/nonces", &json!({ "count": count }))
            .await
            .expect(201)
            .json();
        let spent = self.phone(device).await.spent.clone();
        let (mut again, mut foreign) = (Vec::new(), Vec::new());
        for number in 0..count {
            let used = spent[number % spent.len()].clone();
            let draft = self.draft(ground, Some(used));
            self.signed(device, "PUT", &draft.path, &draft.body)
                .await
                .expect(201);
            self.uploaded(device, &draft).await;
            again.push(draft.id);
            let others = issued["nonces"][number].as_str().unwrap().to_owned();
            let draft = self.draft(ground, Some(others));
            self.signed(device, "PUT", &draft.path, &draft.body)
                .await
                .expect(201);
            self.uploaded(device, &draft).await;
            foreign.push(draft.id);
        }
        self.told_of(
            ground,
            &again,
            "nonce_reused",
            "nonce of an earlier photo",
            "capped at D",
        )
        .await;
        self.told_of(
            ground,
            &foreign,
            "nonce_unknown",
            "nonce of another phone",
            "capped at C",
        )
        .await;
    }

    async fn dated_back(&mut self, ground: &Ground, count: usize) {
        let device = ground.plot.device;
        let client = self.phone(device).await.own.phone.clone();
        let issued = client
            .post("/api/v1/nonces", &json!({ "count": count }))
            .await
            .expect(201)
            .json();
        self.field.settle().await;
        let head = self.field.app.journal.head().await.unwrap().unwrap();
        let seen = format!(", head=\"{}:{}\"", head.size, root_of(&head.checkpoint));
        let (mut by_nonce, mut by_head) = (Vec::new(), Vec::new());
        for number in 0..count {
            let young = issued["nonces"][number].as_str().unwrap().to_owned();
            let draft = self.draft(ground, Some(young));
            self.signed(device, "PUT", &draft.path, &draft.body)
                .await
                .expect(201);
            self.uploaded(device, &draft).await;
            by_nonce.push(draft.id);
            let draft = self.draft(ground, None);
            self.phone(device).await.own.more.clone_from(&seen);
            self.signed(device, "PUT", &draft.path, &draft.body)
                .await
                .expect(201);
            self.phone(device).await.own.more.clear();
            self.uploaded(device, &draft).await;
            by_head.push(draft.id);
        }
        self.told_of(
            ground,
            &by_nonce,
            "time_impossible",
            "dated before the nonce that it names",
            "capped at C",
        )
        .await;
        self.told_of(
            ground,
            &by_head,
            "time_impossible",
            "dated before the head that it names",
            "capped at C",
        )
        .await;
    }

    async fn numbers(&mut self, ground: &Ground, device: DeviceId, count: usize) {
        let mut twice = Vec::new();
        for _ in 0..count {
            let (first, second) = (self.draft(ground, None), self.draft(ground, None));
            self.signed(device, "PUT", &first.path, &first.body)
                .await
                .expect(201);
            self.phone(device).await.own.sequence -= 1;
            self.signed(device, "PUT", &second.path, &second.body)
                .await
                .expect(201);
            self.uploaded(device, &first).await;
            self.uploaded(device, &second).await;
            twice.extend([first.id, second.id]);
        }
        self.told_of(
            ground,
            &twice,
            "chain_broken",
            "one number for two photos",
            "capped at C",
        )
        .await;
        let missing = async |season: &Self| {
            let keys = keys_of(season.province(), season.forces.device(device).0).await;
            keys[0]["chain"]["missing"].as_u64().unwrap()
        };
        let before = missing(self).await;
        for _ in 0..count {
            let (held_back, sent) = (self.draft(ground, None), self.draft(ground, None));
            self.phone(device)
                .await
                .own
                .capture("PUT", &held_back.path, &held_back.body);
            self.signed(device, "PUT", &sent.path, &sent.body)
                .await
                .expect(201);
        }
        let caught = missing(self).await - before;
        self.table.forged(
            "facts signed and held back",
            count,
            usize::try_from(caught).unwrap(),
            "shown as missing numbers",
        );
    }

    /// Chains of honest phones with anything to ask about.
    pub async fn honest_chains(&mut self) {
        let mut odd = 0;
        let devices: Vec<DeviceId> = self.phones.keys().copied().collect();
        for device in &devices {
            let chain =
                keys_of(self.province(), self.forces.device(*device).0).await[0]["chain"].clone();
            let is_whole = chain["missing"] == 0
                && chain["forks"] == json!([])
                && chain["broken"] == json!([]);
            odd += usize::from(!is_whole);
        }
        self.table.honest(
            "phones whose numbers do not make a chain",
            devices.len(),
            odd,
            "",
        );
    }
}

/// The root of a signed head in hexadecimal, from its note.
fn root_of(checkpoint: &str) -> String {
    let root = checkpoint.lines().nth(2).unwrap();
    tuantra::base::hex(&<[u8; 32]>::try_from(BASE64.decode(root).unwrap()).unwrap())
}
