//! The signing key is changed: what the old one signed still stands.

use std::sync::Arc;

use tuantra::base::actor::Actor;
use tuantra::base::time::Clock;
use tuantra::journal::history::{KeyRing, Trust};
use tuantra::journal::note::PublicKey;
use tuantra::journal::{Journal, KeyFault, Proving};

use super::entries;
use super::proofs::{Desk, verify};
use crate::field::Field;

async fn opened(field: &Field) -> Result<Journal, KeyFault> {
    let clock = field.clock.clone() as Arc<dyn Clock>;
    let key = field.app.config.data.join("keys/journal.pem");
    Journal::open(field.app.journal.store().clone(), clock, &key).await
}

on_both! {
    async fn after_a_change_of_key_old_and_new_signatures_are_trusted_through_the_rotation(field: Field) {
        let journal = field.app.journal.clone();
        let desk = Desk::new();
        let old_root = desk.trust(&field).await;
        let receipts = entries(&field, 5).await;
        let old_head = journal.head().await.unwrap().unwrap();
        let Proving::Proof(before) = journal.prove(&Actor::console(), receipts[0].entry_id, None).await.unwrap() else {
            panic!("no proof");
        };
        journal.rotate_key().await.unwrap();
        let new_receipts = entries(&field, 5).await;
        let new_head = journal.head().await.unwrap().unwrap();
        assert_ne!(old_head.key_id, new_head.key_id);
        assert_eq!((&receipts[0].key_id, &new_receipts[0].key_id), (&old_head.key_id, &new_head.key_id));

        let keys = journal.keys().await.unwrap();
        assert_eq!(keys.iter().map(|key| &key.key_id).collect::<Vec<_>>(), [&new_head.key_id, &old_head.key_id]);
        for root in &keys {
            let root = PublicKey::parse(&root.verifier_key).unwrap();
            let ring = KeyRing::new(journal.log_id(), &keys, &[root]).unwrap();
            assert!(keys.iter().all(|key| ring.key(&key.key_id).unwrap().1 == Trust::Proven));
        }
        let Proving::Proof(proof) = journal.prove(&Actor::console(), receipts[0].entry_id, None).await.unwrap() else {
            panic!("no proof");
        };
        let own = desk.file("receipt", serde_json::to_string(&receipts[0]).unwrap());
        let whole = desk.file("proof", serde_json::to_string(&proof).unwrap());
        let words = ["receipt", "FILE", "--proof", "FILE", "--trust", "FILE"];
        assert_eq!(verify(&words, &[&own, &whole, &old_root]), (true, "verified".to_owned()));
        let mut cut = (*proof).clone();
        cut.keys.iter_mut().for_each(|key| key.rotation = None);
        let cut = desk.file("cut", serde_json::to_string(&cut).unwrap());
        let (is_good, said) = verify(&words, &[&own, &cut, &old_root]);
        assert!(!is_good && said.contains("do not vouch for"), "{said}");
        let found = journal.verify().await.unwrap();
        assert_eq!(found.faults, []);

        // Who has the new key alone cannot tell of the old one, unless something tells how it handed over.
        let new_root = desk.file("new-root", &keys[0].verifier_key);
        let alone = desk.file("alone", serde_json::to_string(&before).unwrap());
        let (older, newer) = (desk.file("older", &old_head.checkpoint), desk.file("newer", &new_head.checkpoint));
        let heads = ["heads", "FILE", "FILE", "--trust", "FILE"];
        for (is_good, said) in [
            verify(&words, &[&own, &alone, &new_root]),
            verify(&["receipt", "FILE", "--trust", "FILE"], &[&own, &new_root]),
            verify(&heads, &[&older, &newer, &new_root]),
        ] {
            assert!(!is_good && said.contains("cannot be told") && !said.contains("does not hold"), "{said}");
        }
        let phone = field.phone("máy 2", &[]).await;
        let between = format!("/api/v1/journal/consistency?from={}&to={}", old_head.size, new_head.size);
        let between = desk.file("between", phone.get(&between).await.expect(200).bytes);
        let held = ["heads", "FILE", "FILE", "--proof", "FILE", "--trust", "FILE"];
        assert_eq!(verify(&held, &[&older, &newer, &between, &new_root]), (true, "verified".to_owned()));
        // What is wrong without any key is told, whoever signed.
        let mut other = (*before).clone();
        other.index += 1;
        let other = desk.file("other", serde_json::to_string(&other).unwrap());
        let (is_good, said) = verify(&words, &[&own, &other, &new_root]);
        assert!(!is_good && said.contains("does not hold"), "{said}");
    }

    async fn a_proof_of_before_a_change_of_key_stands_beside_a_head_of_after_it(field: Field) {
        let journal = field.app.journal.clone();
        let desk = Desk::new();
        let old_root = desk.trust(&field).await;
        let receipts = entries(&field, 5).await;
        let Proving::Proof(before) = journal.prove(&Actor::console(), receipts[0].entry_id, None).await.unwrap() else {
            panic!("no proof");
        };
        journal.rotate_key().await.unwrap();
        entries(&field, 5).await;
        let new_head = journal.head().await.unwrap().unwrap();
        let new_root = desk.file("new-root", &journal.keys().await.unwrap()[0].verifier_key);
        let alone = desk.file("alone", serde_json::to_string(&before).unwrap());
        let newer = desk.file("newer", &new_head.checkpoint);
        let phone = field.phone("máy 2", &[]).await;
        // The proof between both heads lists both keys; without it nothing is said against either.
        let beside = ["entry", "FILE", "--head", "FILE", "--trust", "FILE"];
        for root in [&old_root, &new_root] {
            let (is_good, said) = verify(&beside, &[&alone, &newer, root]);
            assert!(!is_good && said.contains("cannot be told") && !said.contains("does not hold"), "{said}");
        }
        let held = ["entry", "FILE", "--head", "FILE", "--consistency", "FILE", "--trust", "FILE"];
        let path = format!("/api/v1/journal/consistency?from={}&to={}", before.head.size, new_head.size);
        let beside_between = desk.file("beside-between", phone.get(&path).await.expect(200).bytes);
        for root in [&old_root, &new_root] {
            assert_eq!(verify(&held, &[&alone, &newer, &beside_between, root]), (true, "verified".to_owned()));
        }
        // A head that says it is signed by a key of the list, and is not, is still told as wrong.
        let forged = new_head.checkpoint.replacen(&format!("\n{}\n", new_head.size), &format!("\n{}\n", new_head.size + 1), 1);
        let forged = desk.file("forged", forged);
        let (is_good, said) = verify(&held, &[&alone, &forged, &beside_between, &old_root]);
        assert!(!is_good && said.contains("the signature of the newer head does not hold"), "{said}");
    }

    async fn another_process_follows_a_change_of_key(field: Field) {
        let other = opened(&field).await.unwrap();
        field.app.journal.rotate_key().await.unwrap();
        other.sequence_all().await.unwrap();
        let head = other.head().await.unwrap().unwrap();
        assert_eq!(head.key_id, field.app.journal.keys().await.unwrap()[0].key_id);
        assert_eq!(other.verify().await.unwrap().faults, []);
    }

    async fn a_change_of_key_that_was_cut_off_is_finished_at_the_next_start(field: Field) {
        let keys = field.app.config.data.join("keys");
        let (file, next) = (keys.join("journal.pem"), keys.join("journal.next.pem"));
        let old = std::fs::read(&file).unwrap();
        field.app.journal.rotate_key().await.unwrap();
        assert!(!next.exists());
        std::fs::rename(&file, &next).unwrap();
        std::fs::write(&file, &old).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        opened(&field).await.unwrap();
        assert!(!next.exists());
        std::fs::write(&file, &old).unwrap();
        assert!(matches!(opened(&field).await, Err(KeyFault::Foreign { .. })));
    }
}
