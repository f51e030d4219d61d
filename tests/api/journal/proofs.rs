//! From a receipt through a proof to a signed head, checked by the binary without the server.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::base::from_hex;
use tuantra::journal::merkle::{self, Hash};

use super::{by_hand, entries};
use crate::field::{Field, Folder};
use crate::photos;

/// Files for the command, and what it says of them.
pub struct Desk(Folder);

impl Desk {
    pub fn new() -> Self {
        Self(Folder::new())
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The trusted key as an office keeps it.
    pub async fn trust(&self, field: &Field) -> PathBuf {
        let key = field
            .anon()
            .get("/api/v1/journal/key")
            .await
            .expect(200)
            .json();
        let text = format!(
            "# kept at the office\n{}\n",
            key["verifier_key"].as_str().unwrap()
        );
        self.file("trust", text)
    }
}

/// Runs `tuantra verify` with these words: whether it ended well, and the last line it said.
pub fn verify(words: &[&str], files: &[&Path]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tuantra"));
    command.arg("verify").env_remove("TUANTRA_DATABASE_URL");
    let mut files = files.iter();
    for word in words {
        if *word == "FILE" {
            command.arg(files.next().unwrap());
        } else {
            command.arg(word);
        }
    }
    let done = command.output().unwrap();
    let said = if done.status.success() {
        &done.stdout
    } else {
        &done.stderr
    };
    let said = String::from_utf8_lossy(said);
    (
        done.status.success(),
        said.lines().last().unwrap_or_default().to_owned(),
    )
}

#[track_caller]
fn assert_fails(words: &[&str], files: &[&Path], reason: &str) {
    let (is_good, said) = verify(words, files);
    assert!(!is_good && said.contains(reason), "{words:?} said: {said}");
}

/// A copy with one value changed.
fn changed(value: &Value, pointer: &str, to: Value) -> String {
    let mut value = value.clone();
    *value.pointer_mut(pointer).unwrap() = to;
    value.to_string()
}

/// Another hex digit in front.
fn turned(value: &Value, pointer: &str) -> String {
    let text = value.pointer(pointer).unwrap().as_str().unwrap();
    let first = if text.starts_with('0') { "1" } else { "0" };
    changed(value, pointer, json!(format!("{first}{}", &text[1..])))
}

fn mth(leaves: &[Hash]) -> Hash {
    if let [only] = leaves {
        return *only;
    }
    let k = 1 << (leaves.len() - 1).ilog2();
    merkle::node_hash(&mth(&leaves[..k]), &mth(&leaves[k..]))
}

on_both! {
    async fn a_receipt_leads_through_a_proof_to_a_signed_head(field: Field) {
        let phone = field.phone("máy 1", &[]).await;
        let body = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-3600), "ended_at": field.after(-60) });
        let answer = phone.put(&format!("/api/v1/patrols/{}", field.new_id()), &body).await.expect(201).json();
        let receipt = &answer["receipt"];
        let path = format!("/api/v1/journal/proof?entry={}", receipt["entry_id"].as_str().unwrap());
        assert_eq!(phone.get(&path).await.expect(409).problem(), "wrong-state");
        entries(&field, 300).await;
        let proof = phone.get(&path).await.expect(200).json();

        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let (own, whole) = (desk.file("receipt", receipt.to_string()), desk.file("proof", proof.to_string()));
        let content = desk.file("body", body.to_string());
        let all = ["receipt", "FILE", "--proof", "FILE", "--body", "FILE", "--trust", "FILE"];
        assert_eq!(verify(&all, &[&own, &whole, &content, &trust]), (true, "verified".to_owned()));
        let (is_good, said) = verify(&all[..6], &[&own, &whole, &content]);
        assert!(is_good && said.starts_with("consistent, origin unproven"), "{said}");
        assert!(verify(&["receipt", "FILE", "--trust", "FILE"], &[&own, &trust]).0);
        assert_fails(&["receipt", "FILE"], &[&own], "which is not at hand");

        let other = desk.file("other-body", body.to_string().replace("foot", "boat"));
        assert_fails(&all, &[&own, &whole, &other, &trust], "not the one that the receipt is over");
        let stranger = desk.file("stranger", "00".repeat(32));
        assert_fails(&all, &[&own, &whole, &content, &stranger], "do not vouch for");
        for (pointer, reason) in [
            ("/sha256", "signature of the receipt"),
            ("/entry_id", "signature of the receipt"),
        ] {
            let bad = desk.file("bad", turned(receipt, pointer));
            assert_fails(&all, &[&bad, &whole, &content, &trust], reason);
        }
        let entry = ["entry", "FILE", "--body", "FILE", "--trust", "FILE"];
        assert!(verify(&entry, &[&whole, &content, &trust]).0);
        for (pointer, reason) in [
            ("/header/actor", "leaf is not the hash"),
            ("/salt", "leaf is not the hash"),
            ("/covered", "leaf is not the hash"),
            ("/leaf", "leaf is not the hash"),
            ("/sha256", "not the one that was recorded"),
            ("/path/0", "does not lead from the leaf"),
            ("/head/root", "not those of its signed text"),
            ("/receipt/signature", "signature of the receipt"),
            ("/keys/0/public_key", "has another id"),
        ] {
            let bad = desk.file("bad", turned(&proof, pointer));
            assert_fails(&entry, &[&bad, &content, &trust], reason);
        }
        let bad = desk.file("bad", changed(&proof, "/index", json!(proof["index"].as_u64().unwrap() + 1)));
        assert_fails(&entry, &[&bad, &content, &trust], "does not lead from the leaf");
        let text = proof["head"]["checkpoint"].as_str().unwrap().replace("\nepoch 1\n", "\nepoch 2\n");
        let bad = desk.file("bad", changed(&proof, "/head/checkpoint", json!(text)));
        assert_fails(&entry, &[&bad, &content, &trust], "signature of the head");
    }

    async fn a_proof_without_its_content_still_holds_everything_but_the_salt(field: Field) {
        let phone = field.phone("máy 1", &[]).await;
        let body = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-3600), "ended_at": field.after(-60) });
        let answer = phone.put(&format!("/api/v1/patrols/{}", field.new_id()), &body).await.expect(201).json();
        entries(&field, 30).await;
        let path = format!("/api/v1/journal/proof?entry={}", answer["receipt"]["entry_id"].as_str().unwrap());
        let proof = phone.get(&path).await.expect(200).json();
        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let whole = desk.file("proof", proof.to_string());
        let bare = ["entry", "FILE", "--trust", "FILE"];
        assert_eq!(verify(&bare, &[&whole, &trust]), (true, "verified".to_owned()));
        let said = Command::new(env!("CARGO_BIN_EXE_tuantra")).args(["verify", "entry"]).arg(&whole).arg("--trust").arg(&trust).output().unwrap();
        assert!(String::from_utf8_lossy(&said.stdout).contains("its salt was not checked"));
        for (pointer, reason) in [
            ("/header/actor", "leaf is not the hash"),
            ("/covered", "leaf is not the hash"),
            ("/leaf", "leaf is not the hash"),
            ("/sha256", "not of this entry"),
            ("/path/0", "does not lead from the leaf"),
            ("/head/key_id", "not those of its signed text"),
            ("/keys/0/key_id", "another id or verifier key"),
            ("/keys/0/verifier_key", "another id or verifier key"),
        ] {
            let bad = desk.file("bad", turned(&proof, pointer));
            assert_fails(&bare, &[&bad, &trust], reason);
        }
        // Another letter for the same digit is another text.
        let letters = proof["leaf"].as_str().unwrap().to_uppercase();
        let bad = desk.file("bad", changed(&proof, "/leaf", json!(letters)));
        assert_fails(&bare, &[&bad, &trust], "leaf is not the hash");
    }

    async fn a_proof_is_for_its_author_and_for_auditors(field: Field) {
        let (phone, other) = (field.phone("máy 1", &[]).await, field.phone("máy 2", &[]).await);
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        let local = field.account("thanh-tra-xa", Role::Auditor, &["10001"]).await;
        let body = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-3600) });
        let answer = phone.put(&format!("/api/v1/patrols/{}", field.new_id()), &body).await.expect(201).json();
        field.settle().await;
        let path = format!("/api/v1/journal/proof?entry={}", answer["receipt"]["entry_id"].as_str().unwrap());
        let nobodys = format!("/api/v1/journal/proof?entry={}", field.new_id());
        phone.get(&path).await.expect(200);
        auditor.get(&path).await.expect(200);
        for client in [&other, &local] {
            let (theirs, none) = (client.get(&path).await.expect(404).json(), client.get(&nobodys).await.expect(404).json());
            assert_eq!(theirs["detail"], none["detail"]);
        }
        phone.get(&format!("{path}&size=1")).await.expect(404);
        phone.get("/api/v1/journal/proof").await.expect(400);
    }

    async fn two_heads_are_held_together_by_a_consistency_proof(field: Field) {
        let phone = field.phone("máy 1", &[]).await;
        entries(&field, 5).await;
        let older = phone.get("/api/v1/journal/head").await.expect(200).json();
        entries(&field, 400).await;
        let newer = phone.get("/api/v1/journal/head").await.expect(200).json();
        let (from, to) = (older["size"].as_u64().unwrap(), newer["size"].as_u64().unwrap());
        let note = phone.get("/api/v1/journal/checkpoint").await.expect(200);
        assert_eq!(String::from_utf8(note.bytes).unwrap(), newer["checkpoint"].as_str().unwrap());
        assert_eq!(phone.get(&format!("/api/v1/journal/head?size={from}")).await.expect(200).json(), older);
        phone.get("/api/v1/journal/head?size=3000").await.expect(404);
        let proof = phone.get(&format!("/api/v1/journal/consistency?from={from}&to={to}")).await.expect(200).json();
        assert_eq!((&proof["from_head"], &proof["to_head"]), (&older, &newer));
        for query in [format!("from={to}&to={from}"), format!("from=1&to={}", to + 1), "from=-1".to_owned()] {
            phone.get(&format!("/api/v1/journal/consistency?{query}")).await.expect(400);
        }

        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let old = desk.file("old", older["checkpoint"].as_str().unwrap());
        let new = desk.file("new", newer["checkpoint"].as_str().unwrap());
        let between = desk.file("between", proof.to_string());
        let words = ["heads", "FILE", "FILE", "--proof", "FILE", "--trust", "FILE"];
        assert_eq!(verify(&words, &[&old, &new, &between, &trust]), (true, "verified".to_owned()));
        assert!(verify(&["heads", "FILE", "FILE", "--trust", "FILE"], &[&new, &new, &trust]).0);
        assert_fails(&["heads", "FILE", "FILE", "--trust", "FILE"], &[&old, &new, &trust], "need a consistency proof");
        let (is_good, said) = verify(&["heads", "FILE", "FILE", "--trust", "FILE"], &[&old, &new, &trust]);
        assert!(!is_good && said.contains("cannot be told") && !said.contains("does not hold"), "{said}");
        assert_fails(&["heads", "FILE", "FILE"], &[&old, &new], "no public key is at hand");
        assert_fails(&words, &[&new, &old, &between, &trust], "other sizes");
        let bad = desk.file("bad", turned(&proof, "/path/1"));
        assert_fails(&words, &[&old, &new, &bad, &trust], "does not begin with");
        let forged = desk.file("forged", older["checkpoint"].as_str().unwrap().replacen(&format!("\n{from}\n"), &format!("\n{}\n", from + 1), 1));
        assert_fails(&words, &[&forged, &new, &between, &trust], "signature of the older head");
    }

    async fn the_tiles_hold_the_tree_that_the_head_signs(field: Field) {
        let auditor = field.account("thanh-tra", Role::Auditor, &[]).await;
        entries(&field, 300).await;
        let head = auditor.get("/api/v1/journal/head").await.expect(200).json();
        let mut leaves = Vec::new();
        for number in 0..2 {
            let tile = auditor.get(&format!("/api/v1/journal/tiles/0/{number}")).await.expect(200).bytes;
            leaves.extend(tile.as_chunks::<32>().0.to_vec());
        }
        assert_eq!(leaves.len() as u64, head["size"].as_u64().unwrap());
        assert_eq!(mth(&leaves), from_hex(head["root"].as_str().unwrap()).unwrap());
        let upper = auditor.get("/api/v1/journal/tiles/1/0").await.expect(200).bytes;
        assert_eq!(upper, mth(&leaves[..256]));
        auditor.get("/api/v1/journal/tiles/0/2").await.expect(404);
        let listed = auditor.get("/api/v1/journal/entries?limit=500").await.expect(200).json();
        for (entry, leaf) in listed["entries"].as_array().unwrap().iter().zip(&leaves) {
            let data: Hash = from_hex(entry["leaf"].as_str().unwrap()).unwrap();
            assert_eq!(merkle::leaf_hash(&data), *leaf);
        }
    }

    async fn a_log_numbered_before_there_was_a_tree_is_put_in_whole(field: Field) {
        entries(&field, 600).await;
        let before = field.app.journal.head().await.unwrap().unwrap();
        super::rebuild(&field).await;
        let after = field.app.journal.head().await.unwrap().unwrap();
        assert_eq!((before.size, &before.root), (after.size, &after.root));
        by_hand(&field, "DELETE FROM journal_tiles").await;
        by_hand(&field, "DELETE FROM journal_heads").await;
        // Entries that come in while the old ones are put in wait for their turn.
        entries(&field, 3).await;
        assert_eq!(field.app.journal.head().await.unwrap().unwrap().size, before.size + 3);
        assert_eq!(field.app.journal.verify().await.unwrap().faults, []);
    }

    async fn a_head_of_another_size_says_which_proof_is_missing(field: Field) {
        let phone = field.phone("máy ảnh", &[]).await;
        let bytes = photos::jpeg(64, 48);
        let photo = photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        let officer = field.officer().await;
        field.settle().await;
        let proof = officer.get(&format!("/api/v1/photos/{photo}/proof")).await.expect(200).json();
        let desk = Desk::new();
        let (own, whole) = (desk.file("photo.jpg", &bytes), desk.file("proof", proof.to_string()));
        let beside = ["photo", "FILE", "--proof", "FILE", "--head", "FILE"];
        // A head of another size says nothing without the proof between both: that is told, and not that something is wrong.
        let size = proof["original"]["head"]["size"].as_u64().unwrap();
        entries(&field, 3).await;
        let newer = field.app.journal.head().await.unwrap().unwrap();
        let later = desk.file("later", newer.checkpoint);
        let (is_good, said) = verify(&beside, &[&own, &whole, &later]);
        let fetch = format!("/api/v1/journal/consistency?from={size}&to={}", newer.size);
        assert!(!is_good && said.contains("cannot be told") && said.contains(&fetch), "{said}");
        assert!(!said.contains("does not hold"), "{said}");
        let between = officer.get(&fetch).await.expect(200).bytes;
        let between = desk.file("between", between);
        let held = ["photo", "FILE", "--proof", "FILE", "--head", "FILE", "--consistency", "FILE"];
        assert!(verify(&held, &[&own, &whole, &later, &between]).0);
    }

    async fn both_entries_of_a_photo_are_held_against_a_kept_head(field: Field) {
        let phone = field.phone("máy ảnh", &[]).await;
        let bytes = photos::jpeg(64, 48);
        let photo = photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        let officer = field.officer().await;
        let proof = async || officer.get(&format!("/api/v1/photos/{photo}/proof")).await.expect(200).json();
        field.settle().await;
        let before = proof().await;
        entries(&field, 5).await;
        let now = proof().await;
        assert_eq!(now["sidecar"]["head"], now["original"]["head"]);
        let desk = Desk::new();
        let (own, kept) = (desk.file("photo.jpg", &bytes), desk.file("kept", now["original"]["head"]["checkpoint"].as_str().unwrap()));
        let mixed = desk.file("mixed", changed(&now, "/sidecar", before["sidecar"].clone()));
        assert!(verify(&["photo", "FILE", "--proof", "FILE"], &[&own, &mixed]).0);
        let beside = ["photo", "FILE", "--proof", "FILE", "--head", "FILE"];
        assert_fails(&beside, &[&own, &mixed, &kept], "cannot be told: the photo's entries lead to two heads");
        assert!(verify(&beside, &[&own, &desk.file("now", now.to_string()), &kept]).0);
    }

    async fn a_photo_and_its_proof_are_checked_without_the_server(field: Field) {
        let phone = field.phone("máy ảnh", &[]).await;
        let bytes = photos::jpeg(64, 48);
        let photo = photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        let officer = field.officer().await;
        let path = format!("/api/v1/photos/{photo}/proof");
        assert_eq!(officer.get(&path).await.expect(409).problem(), "wrong-state");
        field.settle().await;
        phone.get(&path).await.expect(403);
        let proof = officer.get(&path).await.expect(200).json();
        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let (own, whole) = (desk.file("photo.jpg", &bytes), desk.file("proof", proof.to_string()));
        let words = ["photo", "FILE", "--proof", "FILE", "--trust", "FILE"];
        assert_eq!(verify(&words, &[&own, &whole, &trust]), (true, "verified".to_owned()));
        let mut other = bytes.clone();
        *other.last_mut().unwrap() ^= 1;
        let other = desk.file("other.jpg", other);
        assert_fails(&words, &[&other, &whole, &trust], "not those that were recorded");
        let swapped = changed(&proof, "/sidecar", proof["original"].clone());
        assert_fails(&words, &[&own, &desk.file("bad", swapped), &trust], "not the photo's");
        let mut sidecar: Value = serde_json::from_slice(&BASE64.decode(proof["sidecar"]["body"].as_str().unwrap()).unwrap()).unwrap();
        sidecar["taken_at"] = json!("2026-03-01T00:00:00Z");
        let swapped = changed(&proof, "/sidecar/body", json!(BASE64.encode(sidecar.to_string())));
        assert_fails(&words, &[&own, &desk.file("bad", swapped), &trust], "not the one that was recorded");
        // Without its salt a content is held to no leaf: the server could show any other with a receipt of today.
        for entry in ["original", "sidecar"] {
            let unsalted = desk.file("bad", changed(&proof, &format!("/{entry}/salt"), Value::Null));
            assert_fails(&words, &[&own, &unsalted, &trust], "a content without its salt");
        }

        let kept = desk.file("kept", field.app.journal.head().await.unwrap().unwrap().checkpoint);
        let beside = ["photo", "FILE", "--proof", "FILE", "--head", "FILE"];
        assert!(verify(&beside, &[&own, &whole, &kept]).0);
        by_hand(&field, "UPDATE journal_entries SET leaf = sha256 WHERE kind = 'key'").await;
        super::rebuild(&field).await;
        let rebuilt = desk.file("rebuilt", officer.get(&path).await.expect(200).bytes);
        assert!(verify(&["photo", "FILE", "--proof", "FILE"], &[&own, &rebuilt]).0);
        assert_fails(&beside, &[&own, &rebuilt, &kept], "fork");
    }
}
