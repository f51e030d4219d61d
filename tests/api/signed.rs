//! What phones sign: their keys, their chains, their clocks.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::signed_text::Said;
use tuantra::base::time::Timestamp;
use tuantra::http::signed::check_digest;
use tuantra::journal::{is_signed_by, key_id};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::journal::proofs::{Desk, verify};
use crate::ledger::eradication;
use crate::openrosa::{detection, forms_of};
use crate::plots::{WEST, load_communes, plot_at};

/// A phone that signs what it captures.
pub struct Signer {
    pub phone: Client,
    pair: EcdsaKeyPair,
    pub sequence: u64,
    pub previous: [u8; 32],
    /// More members of `Tuantra-Capture`.
    pub more: String,
    /// Seconds since 1970 by its clock, where a story needs them.
    pub clock_s: Option<i64>,
}

/// A request as it was signed; it can be sent later, and more than once.
#[derive(Clone)]
pub struct Captured {
    pub method: &'static str,
    pub path: String,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap()
}

impl Signer {
    pub fn new(phone: &Client) -> Self {
        let random = SystemRandom::new();
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random);
        Self {
            phone: phone.clone(),
            pair: pair.unwrap(),
            sequence: 0,
            previous: [0; 32],
            more: String::new(),
            clock_s: None,
        }
    }

    pub fn key_id(&self) -> String {
        key_id(self.pair.public_key().as_ref()).unwrap()
    }

    pub fn sign(&self, text: &str) -> Vec<u8> {
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        signature.unwrap().as_ref().to_vec()
    }

    pub fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|half| BASE64_URL.encode(half));
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "ext": true, "key_ops": ["verify"] })
    }

    /// Signs, and goes on in the chain.
    pub fn capture(&mut self, method: &'static str, path: &str, body: &Value) -> Captured {
        let created = self.clock_s.unwrap_or_else(|| signed_at(body));
        let body = body.to_string().into_bytes();
        let digest = format!("sha-256=:{}:", BASE64.encode(sha256(&body)));
        let previous = BASE64.encode(self.previous);
        let chain = format!("seq={}, prev=:{previous}:{}", self.sequence, self.more);
        let input = format!(
            "(\"@method\" \"@path\" \"content-digest\" \"tuantra-capture\");created={};keyid=\"{}\";alg=\"ecdsa-p256-sha256\";tag=\"tuantra-capture\"",
            created,
            self.key_id()
        );
        let base = format!(
            "\"@method\": {method}\n\"@path\": {path}\n\"content-digest\": {digest}\n\"tuantra-capture\": {chain}\n\"@signature-params\": {input}"
        );
        let signature = self
            .pair
            .sign(&SystemRandom::new(), base.as_bytes())
            .unwrap();
        self.sequence += 1;
        self.previous = sha256(base.as_bytes());
        let headers = vec![
            ("content-digest", digest),
            ("tuantra-capture", chain),
            ("signature-input", format!("own={input}")),
            ("signature", format!("own=:{}:", BASE64.encode(signature))),
        ];
        Captured {
            method,
            path: path.to_owned(),
            body,
            headers,
        }
    }

    pub async fn put(&mut self, path: &str, body: &Value) -> Answer {
        let captured = self.capture("PUT", path, body);
        captured.send(&self.phone).await
    }

    /// Announces its key, and another account than the one that enrolled it confirms it.
    pub async fn confirmed(field: &Field, phone: &Client) -> Self {
        let mut own = Self::new(phone);
        let told = own
            .put("/api/v1/device/key", &own.jwk())
            .await
            .expect(200)
            .json();
        let login = format!("can-bo-{}", field.new_id().simple());
        let second = field.account(&login, Role::ProvincialOfficer, &[]).await;
        let path = format!("/api/v1/devices/{}/keys/{}/confirm", phone.id, own.key_id());
        second
            .post(&path, &json!({ "code": told["code"] }))
            .await
            .expect(200);
        own
    }
}

/// Seconds since 1970 at which it is signed: at the shutter where there is one.
fn signed_at(body: &Value) -> i64 {
    let taken_at = body["taken_at"].as_str();
    let taken_at = taken_at.map(|at| at.parse::<Timestamp>().unwrap().as_millis() / 1_000);
    taken_at.unwrap_or(1_772_420_000)
}

impl Captured {
    pub async fn send(&self, phone: &Client) -> Answer {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        request = request.header(header::CONTENT_TYPE, "application/json");
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", phone.token()));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        phone
            .call(request.body(Body::from(self.body.clone())).unwrap())
            .await
    }

    /// The same with one header changed.
    fn with(&self, name: &'static str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(own, _)| *own != name);
        changed.headers.push((name, value.to_owned()));
        changed
    }
}

pub fn plot(id: Uuid) -> String {
    format!("/api/v1/plots/{id}")
}

pub async fn keys_of(client: &Client, device: Uuid) -> Value {
    let path = if client.id == device {
        "/api/v1/device/key".to_owned()
    } else {
        format!("/api/v1/devices/{device}/keys")
    };
    client.get(&path).await.expect(200).json()
}

/// The standing of the statement that an entry came with.
async fn standing(field: &Field, answer: &Answer) -> Option<String> {
    let entry = answer.json()["receipt"]["entry_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let mut tx = field.app.journal.store().read().await.unwrap();
    let signed = field.app.journal.signed(&mut tx, entry).await.unwrap();
    signed.map(|signed| signed.standing.to_string())
}

on_both! {
    async fn a_phone_announces_its_key_and_a_second_account_confirms_it(field: Field) {
        let enroller = field.officer().await;
        let device = enroller.post("/api/v1/devices", &json!({ "name": "máy A", "communes": [] })).await.expect(201).json();
        let device: Uuid = device["id"].as_str().unwrap().parse().unwrap();
        let opened = enroller.post(&format!("/api/v1/devices/{device}/enrolment"), &json!({})).await.expect(201).json();
        let spent = field.anon().post(&format!("/enrol/{}", opened["code"].as_str().unwrap()), &json!({})).await.expect(201).json();
        enroller.post(&format!("/api/v1/devices/{device}/enrolment/confirm"), &json!({ "number": spent["number"] })).await.expect(204);
        let phone = field.with_token(spent["api_token"].as_str().unwrap().into(), device);
        let mut own = Signer::new(&phone);
        let captured = own.capture("PUT", "/api/v1/device/key", &own.jwk());
        let told = captured.send(&phone).await.expect(200).json();
        assert_eq!(captured.send(&phone).await.expect(200).json(), told, "a replay gets the same receipt");
        assert_eq!(told["key_id"], own.key_id());
        assert!(told["confirmed_at"].is_null());
        let confirm = format!("/api/v1/devices/{device}/keys/{}/confirm", own.key_id());
        let code = json!({ "code": told["code"] });
        enroller.post(&confirm, &code).await.expect(409);
        phone.post(&confirm, &code).await.expect(403);
        let second = field.account("truong-phong", Role::ProvincialOfficer, &[]).await;
        assert_eq!(second.post(&confirm, &json!({ "code": "00000" })).await.expect(422).pointers(), ["/code"]);
        // An account that the enroller made is no other person for certain.
        let made = enroller.post("/api/v1/accounts", &json!({ "login": "nguoi-thu-hai", "role": "provincial_officer" })).await.expect(201).json();
        let token = enroller.post(&format!("/api/v1/accounts/{}/tokens", made["id"].as_str().unwrap()), &json!({})).await.expect(201).json();
        let same = field.with_token(token["token"].as_str().unwrap().into(), Uuid::nil());
        same.post(&confirm, &code).await.expect(409);
        assert!(keys_of(&second, device).await[0]["code"].is_null(), "whoever confirms reads it on the phone");
        second.post(&confirm, &code).await.expect(200);
        let kept = &keys_of(&phone, device).await[0];
        assert_eq!(kept["confirmed_by"], second.id.to_string());
        assert_eq!(kept["chain"]["through"], 0);
        assert_eq!(keys_of(&second, device).await[0]["key_id"], own.key_id());
        field.phone("máy B", &[]).await.get(&format!("/api/v1/devices/{device}/keys")).await.expect(403);
    }

    async fn a_key_is_announced_only_by_who_holds_it(field: Field) {
        let phone = field.phone("máy A", &[]).await;
        let (mut own, other) = (Signer::new(&phone), Signer::new(&phone));
        phone.put("/api/v1/device/key", &own.jwk()).await.expect(422);
        own.put("/api/v1/device/key", &other.jwk()).await.expect(422);
        let mut fresh = Signer::new(&phone);
        fresh.sequence = 3;
        fresh.put("/api/v1/device/key", &fresh.jwk()).await.expect(422);
        let mut wrong = Signer::new(&phone);
        let jwk = json!({ "kty": "RSA", "crv": "P-256", "x": "AA", "y": wrong.jwk()["y"] });
        assert_eq!(wrong.put("/api/v1/device/key", &jwk).await.expect(422).pointers(), ["/kty", "/x"]);
        assert_eq!(keys_of(&phone, phone.id).await, json!([]));
        let taken = Signer::confirmed(&field, &phone).await;
        let thief = field.phone("máy B", &[]).await;
        let mut stolen = Signer { phone: thief.clone(), sequence: 0, previous: [0; 32], ..taken };
        stolen.put("/api/v1/device/key", &stolen.jwk()).await.expect(422);
    }

    async fn a_signed_fact_keeps_its_statement_and_its_proof_checks_out(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let id = field.new_id();
        let answer = own.put(&plot(id), &plot_at(104.3, 22.4)).await.expect(201);
        assert_eq!(standing(&field, &answer).await.as_deref(), Some("holds"));
        field.settle().await;
        let entry = answer.json()["receipt"]["entry_id"].as_str().unwrap().to_owned();
        let proof = phone.get(&format!("/api/v1/journal/proof?entry={entry}")).await.expect(200).json();
        assert_eq!(proof["statement"]["key_id"], own.key_id());
        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let check = |name: &str, proof: &Value| verify(&["entry", "FILE", "--trust", "FILE"], &[&desk.file(name, proof.to_string()), &trust]);
        assert_eq!(check("proof", &proof), (true, "verified".to_owned()));
        let forgeries: [(&str, Value); 4] = [
            ("/statement/base", json!(proof["statement"]["base"].as_str().unwrap().replace("PUT", "POST"))),
            ("/statement/signature", json!(BASE64.encode([7; 64]))),
            ("/statement/public", json!("04".repeat(65))),
            ("/statement", Value::Null),
        ];
        for (pointer, value) in forgeries {
            let mut forged = proof.clone();
            *forged.pointer_mut(pointer).unwrap() = value;
            let (holds, said) = check("forged", &forged);
            assert!(!holds && said.contains("the device's statement does not hold"), "{pointer}: {said}");
        }
        assert_eq!(field.app.journal.verify().await.unwrap().faults, []);
    }

    async fn a_statement_changed_in_the_database_is_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        own.put(&plot(field.new_id()), &plot_at(104.3, 22.4)).await.expect(201);
        field.settle().await;
        let edits = [
            ("SET base = REPLACE(base, '\"@method\": PUT', '\"@method\": POST')", "SET base = REPLACE(base, '\"@method\": POST', '\"@method\": PUT')"),
            ("SET sequence = sequence + 7", "SET sequence = sequence - 7"),
            ("SET previous = own", "SET previous = (SELECT s.own FROM journal_statements s WHERE s.sequence = journal_statements.sequence - 1)"),
            ("SET nonce = 'x'", "SET nonce = NULL"),
            ("SET head_size = 3, head_root = own", "SET head_size = NULL, head_root = NULL"),
            ("SET standing = 'fails'", "SET standing = 'holds'"),
            ("SET signed_at = signed_at - 86400000", "SET signed_at = signed_at + 86400000"),
            ("SET public = signature", "SET public = NULL"),
        ];
        for (edit, undo) in edits {
            crate::journal::by_hand(&field, format!("UPDATE journal_statements {edit} WHERE sequence <> 0").leak()).await;
            let faults = field.app.journal.verify().await.unwrap().faults;
            assert!(faults.len() == 1 && faults[0].to_string().contains("what its device signed"), "{edit}: {faults:?}");
            crate::journal::by_hand(&field, format!("UPDATE journal_statements {undo} WHERE sequence IN (1, 8)").leak()).await;
        }
    }

    async fn an_unsigned_fact_in_the_name_of_a_phone_that_signs_is_named(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let [before, signed, bare, late] = [(); 4].map(|()| field.new_id());
        phone.put(&plot(before), &plot_at(104.21, 22.41)).await.expect(201);
        field.clock.advance_millis(1_000);
        let mut own = Signer::confirmed(&field, &phone).await;
        field.clock.advance_millis(1_000);
        own.put(&plot(signed), &plot_at(104.3, 22.4)).await.expect(201);
        // Doors that sign nothing, and phones that have no key, stay as they are.
        field.phone("máy B", &[WEST]).await.put(&plot(field.new_id()), &plot_at(104.25, 22.45)).await.expect(201);
        let forms = forms_of(&field, &phone).await;
        forms.send(&detection("uuid:k1", 104.26, 22.42), &[], false).await.expect(201);
        let named = async || {
            field.settle().await;
            let found = field.app.journal.verify().await.unwrap();
            assert_eq!(found.faults, []);
            assert_eq!(found.unsigned_count, found.unsigned.len() as u64);
            found.unsigned.iter().map(|own| (own.entry.to_string(), own.device)).collect::<Vec<_>>()
        };
        assert!(named().await.is_empty());
        // What is put into the database without a signature looks like this.
        let made = phone.put(&plot(bare), &plot_at(104.31, 22.41)).await.expect(201).json();
        let entry = made["receipt"]["entry_id"].as_str().unwrap().to_owned();
        assert_eq!(named().await, [(entry, phone.id)]);
        let is_flagged = async |id: Uuid| {
            let told = phone.get(&plot(id)).await.expect(200).json();
            told["properties"]["flags"].as_array().unwrap().contains(&json!("unsigned"))
        };
        assert_eq!([is_flagged(before).await, is_flagged(signed).await, is_flagged(bare).await], [false, false, true]);
        let listed = phone.get("/api/v1/plots").await.expect(200).json();
        let listed = listed["features"].as_array().unwrap().clone();
        let flagged = listed.iter().filter(|own| own["properties"]["flags"].as_array().unwrap().contains(&json!("unsigned")));
        assert_eq!(flagged.map(|own| own["id"].clone()).collect::<Vec<_>>(), [json!(bare)]);
        let claimed = phone.post(&format!("{}/eradications", plot(signed)), &eradication()).await.expect(201).json();
        assert_eq!(claimed["properties"]["timeline"].as_array().unwrap().last().unwrap()["unsigned"], true);
        assert!(is_flagged(signed).await && named().await.len() == 2);
        if field.app.journal.store().engine() == "sqlite" {
            let desk = Desk::new();
            let head = desk.file("head", field.app.journal.head().await.unwrap().unwrap().checkpoint);
            let (is_good, said) = verify(&["log", "--data", "FILE", "--head", "FILE"], &[&field.app.config.data, &head]);
            assert!(is_good && said.contains("which nothing signed: 2 (named above)"), "{said}");
        }
        // Once its key is revoked the phone signs nothing that holds.
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}/keys/{}", phone.id, own.key_id())).await.expect(200);
        field.clock.advance_millis(1_000);
        phone.put(&plot(late), &plot_at(104.22, 22.44)).await.expect(201);
        assert!(!is_flagged(late).await && named().await.len() == 2);
    }

    async fn a_key_that_was_put_in_for_a_device_is_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        Signer::confirmed(&field, &phone).await;
        let stranger = field.phone("máy lạ", &[WEST]).await;
        let mut other = Signer::confirmed(&field, &stranger).await;
        let edit = format!("UPDATE identity_device_keys SET device = (SELECT k.device FROM identity_device_keys k WHERE k.id <> '{0}') WHERE id = '{0}'", other.key_id());
        crate::journal::by_hand(&field, edit.leak()).await;
        other.phone = phone;
        let made = other.put(&plot(field.new_id()), &plot_at(104.3, 22.4)).await.expect(201);
        assert_eq!(standing(&field, &made).await.as_deref(), Some("holds"), "the table says so");
        field.settle().await;
        let faults = field.app.journal.verify().await.unwrap().faults;
        assert!(faults.len() == 1 && faults[0].to_string().contains("what its device signed"), "{faults:?}");
    }

    async fn a_signature_that_does_not_hold_is_kept_as_such_and_the_fact_is_not_refused(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let mut capture = |field: &Field| own.capture("PUT", &plot(field.new_id()), &plot_at(104.3, 22.4));
        let (whole, late, foreign) = (capture(&field), capture(&field), capture(&field));
        let forged = whole.with("signature", &format!("own=:{}:", BASE64.encode([9; 64])));
        assert_eq!(standing(&field, &forged.send(&phone).await.expect(201)).await.as_deref(), Some("fails"));
        let other = field.phone("máy B", &[WEST]).await;
        assert_eq!(standing(&field, &foreign.send(&other).await.expect(201)).await.as_deref(), Some("other_device"));
        let unknown = Signer::new(&phone).capture("PUT", &plot(field.new_id()), &plot_at(104.3, 22.4));
        assert_eq!(standing(&field, &unknown.send(&phone).await.expect(201)).await.as_deref(), Some("unknown_key"));
        let officer = field.officer().await;
        officer.delete(&format!("/api/v1/devices/{}/keys/{}", phone.id, own.key_id())).await.expect(200);
        assert_eq!(standing(&field, &late.send(&phone).await.expect(201)).await.as_deref(), Some("revoked"));
        // What came with them proves nothing, and hinders nothing.
        field.settle().await;
        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        for (path, way) in [(&forged.path, "it stood as: fails"), (&late.path, "the signature stood as: revoked")] {
            let plot = phone.get(path).await.expect(200).json();
            let entry = plot["properties"]["entry_id"].as_str().or(plot["properties"]["history"][0]["entry_id"].as_str()).unwrap().to_owned();
            let proof = phone.get(&format!("/api/v1/journal/proof?entry={entry}")).await.expect(200).json();
            let proof = desk.file(way, proof.to_string());
            let told = std::process::Command::new(env!("CARGO_BIN_EXE_tuantra")).arg("verify").arg("entry").arg(&proof).arg("--trust").arg(&trust).output().unwrap();
            let said = String::from_utf8(told.stdout).unwrap();
            assert!(told.status.success() && said.contains(way), "{way}: {said}");
        }
        assert_eq!(field.app.journal.verify().await.unwrap().faults, []);
        assert_eq!(standing(&field, &phone.put(&plot(field.new_id()), &plot_at(104.3, 22.4)).await.expect(201)).await, None);
    }

    async fn a_body_damaged_on_the_way_is_refused_and_unreadable_headers_are_named(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let good = own.capture("PUT", &plot(field.new_id()), &plot_at(104.3, 22.4));
        let mut damaged = good.clone();
        damaged.body = String::from_utf8(damaged.body).unwrap().replace("320", "920").into_bytes();
        let refused = damaged.send(&phone).await.expect(400);
        assert_eq!((refused.problem(), refused.pointers()), ("invalid-header".into(), vec!["header:content-digest".into()]));
        for (name, value) in [
            ("tuantra-capture", "seq=x"),
            ("tuantra-capture", "seq=-1, prev=:AA==:"),
            ("signature-input", "own=(\"@method\");tag=\"tuantra-capture\""),
            ("signature-input", "own=("),
            ("signature-input", "own=(\"@method\" \"@path\" \"content-digest\" \"tuantra-capture\" \"authorization\");created=1;keyid=\"x\";alg=\"ecdsa-p256-sha256\";tag=\"tuantra-capture\""),
            ("signature", "own=:AA==:"),
            ("tuantra-sent", "at=soon"),
            ("tuantra-sent", "at=1772420400000, rtt=-5"),
        ] {
            let refused = good.with(name, value).send(&phone).await.expect(400);
            assert_eq!(refused.pointers(), [format!("header:{name}")], "{value}");
        }
        good.send(&phone).await.expect(201);
    }

    async fn gaps_forks_and_broken_links_in_a_chain_are_shown(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        let mut captured = Vec::new();
        for _ in 0..6 {
            captured.push(own.capture("PUT", &plot(field.new_id()), &plot_at(104.3, 22.4)));
        }
        for number in [1, 2, 5, 6] {
            captured[number - 1].send(&phone).await.expect(201);
        }
        let chain = |keys: Value| keys[0]["chain"].clone();
        let withheld = json!({ "through": 6, "arrived": 5, "missing": 2, "gaps": [[3, 4]], "forks": [], "broken": [] });
        assert_eq!(chain(keys_of(&phone, phone.id).await), withheld);
        captured[3].send(&phone).await.expect(201);
        captured[2].send(&phone).await.expect(201);
        captured[2].send(&phone).await.expect(200);
        let whole = json!({ "through": 6, "arrived": 7, "missing": 0, "gaps": [], "forks": [], "broken": [] });
        assert_eq!(chain(keys_of(&phone, phone.id).await), whole);
        own.sequence = 4;
        own.put(&plot(field.new_id()), &plot_at(104.31, 22.4)).await.expect(201);
        own.sequence = 7;
        own.previous = [1; 32];
        own.put(&plot(field.new_id()), &plot_at(104.32, 22.4)).await.expect(201);
        let told = chain(keys_of(&field.officer().await, phone.id).await);
        assert_eq!((&told["forks"], &told["broken"]), (&json!([4]), &json!([7])));
    }

    async fn a_clock_is_measured_when_a_request_is_sent(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut own = Signer::confirmed(&field, &phone).await;
        // The phone's clock is ten minutes behind; an exchange takes it 400 ms at most.
        let captured = own.capture("PUT", &plot(field.new_id()), &plot_at(104.3, 22.4));
        let told = captured.with("tuantra-sent", "at=1772419800000, rtt=400").send(&phone).await.expect(201).json();
        let entry = told["receipt"]["entry_id"].as_str().unwrap().parse().unwrap();
        let mut tx = field.app.journal.store().read().await.unwrap();
        let offset = field.app.journal.clock_offset(&mut tx, entry).await.unwrap().unwrap();
        assert_eq!((offset.least_ms, offset.most_ms), (599_600, 600_000));
    }
}

#[test]
fn a_nonce_that_looks_like_a_digest_is_none() {
    let digest = |byte: u8| BASE64.encode([byte; 32]);
    let base = format!(
        "\"@method\": PUT\n\"@path\": /x\n\"content-digest\": sha-256=:{}:\n\"tuantra-capture\": seq=1, prev=:{}:, nonce=\"keyid=a\"\n\
         \"@signature-params\": (\"@method\" \"@path\" \"content-digest\" \"tuantra-capture\");created=1;keyid=\"b\"",
        digest(1),
        digest(2)
    );
    let said = Said::of(&base).unwrap();
    assert_eq!((said.digest, said.key_id.as_str()), ([1; 32], "b"));
    let twice = format!("\"content-digest\": sha-256=:{}:\n{base}", digest(3));
    assert_eq!(Said::of(&twice), None);
    let long = base.replace("keyid=a", &format!("sha-256=:{}:", digest(3)));
    assert_eq!(
        Said::of(&long),
        None,
        "a digest is longer than a nonce may be"
    );
}

/// RFC 9421 B.1.3, B.2.4.
#[test]
fn a_published_signature_verifies() {
    let half = |text: &str| BASE64_URL.decode(text).unwrap();
    let (x, y) = (
        "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
        "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
    );
    let public = [vec![4], half(x), half(y)].concat();
    let base = "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": \
        sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n\
        \"content-length\": 23\n\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" \"content-length\")\
        ;created=1618884473;keyid=\"test-key-ecc-p256\"";
    let signature =
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==";
    let signature = BASE64.decode(signature).unwrap();
    assert!(is_signed_by(&public, base, &signature));
    assert!(!is_signed_by(
        &public,
        &base.replace("200", "201"),
        &signature
    ));
    // Worked out beside with Python's hashlib from RFC 7638 §3.
    assert_eq!(
        key_id(&public).unwrap(),
        "ydQXMtvbsOsZyFir-Y7A8t7fKEM1gbKPvyFkdpu4fvI"
    );
}

/// RFC 9421 B.2 and RFC 9530 appendix B: digests of `{"hello": "world"}`.
#[test]
fn published_digests_fit_and_others_do_not() {
    let body = br#"{"hello": "world"}"#;
    let fits = |digest: &'static str, body: &[u8]| {
        let headers = HeaderMap::from_iter([(
            "content-digest".parse().unwrap(),
            HeaderValue::from_static(digest),
        )]);
        check_digest(&headers, body).is_ok()
    };
    let long = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
    let short = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
    assert!(fits(long, body) && fits(short, body));
    assert!(!fits(long, b"{}") && !fits(short, b"{}"));
    assert!(
        fits("md5=:AA==:", body),
        "an unknown algorithm tells nothing"
    );
    assert!(!fits("sha-256", body));
}
