//! Whoever can write the database changes the log: each change is found, and named.

use serde_json::json;
use tuantra::base::actor::{Actor, CONSOLE};
use tuantra::base::ids::EntryId;
use tuantra::evidence::verify_originals;
use tuantra::journal::audit::{Fault, Outside, verify};
use tuantra::journal::note::Checkpoint;
use tuantra::journal::proofs;
use tuantra::journal::{Entry, Kind, Proving, Receipt, Verified};
use tuantra::plots::verify_rows;
use tuantra::store::Error;

use super::proofs::{Desk, verify as command};
use super::{by_hand, entries, rebuild};
use crate::field::Field;
use crate::photos;
use crate::plots::{load_communes, plot_at};

async fn judged(field: &Field) -> Verified {
    field.app.journal.verify().await.unwrap()
}

/// The first thing found after a change.
async fn first(field: &Field, statement: &'static str) -> Fault {
    assert_eq!(judged(field).await.faults, [], "before {statement}");
    by_hand(field, statement).await;
    judged(field)
        .await
        .faults
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("not found: {statement}"))
}

async fn entry_at(field: &Field, seq: i64) -> EntryId {
    field.app.journal.entries_since(seq - 1, 1).await.unwrap()[0].id
}

/// Erases an entry's content by an order that says it erases so many.
async fn erase(field: &Field, entries: Vec<EntryId>, said: usize) {
    let journal = field.app.journal.clone();
    let context = (journal.clone(), entries, field.new_id());
    let done: Result<(), Error> = journal
        .write(context, move |tx, (journal, entries, fact)| {
            Box::pin(async move {
                let body =
                    serde_json::json!({ "of": fact, "why": "lệnh", "entries": said }).to_string();
                let entry = Entry {
                    kind: Kind::Redaction,
                    fact: *fact,
                    actor: CONSOLE,
                    device: None,
                    origin: None,
                    body: body.as_bytes(),
                };
                let by = journal.enter(tx, entry).await?;
                for entry in entries {
                    journal.redact(tx, *entry, &by).await?;
                }
                Ok(())
            })
        })
        .await;
    done.unwrap();
    journal.sequence_all().await.unwrap();
}

async fn proof_of(field: &Field, receipt: &Receipt) -> proofs::EntryProof {
    match field
        .app
        .journal
        .prove(&Actor::console(), receipt.entry_id, None)
        .await
        .unwrap()
    {
        Proving::Proof(proof) => *proof,
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn a_changed_row_is_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 4).await;
        let fault = first(&field, "UPDATE journal_entries SET received_at = received_at - 86400000 WHERE seq = 4").await;
        assert_eq!(fault, Fault::Leaf { entry, seq: 4 });
    }

    async fn a_changed_author_is_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 4).await;
        let fault = first(&field, "UPDATE journal_entries SET actor = fact WHERE seq = 4").await;
        assert_eq!(fault, Fault::Leaf { entry, seq: 4 });
    }

    async fn an_entry_that_is_said_to_be_erased_and_has_its_content_is_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 4).await;
        let marks = "UPDATE journal_entries SET redacted_by = (SELECT e.id FROM journal_entries e WHERE e.seq = 7) WHERE seq = 4";
        assert_eq!(first(&field, marks).await, Fault::NotErased { entry, seq: 4 });
        by_hand(&field, "UPDATE journal_entries SET redacted_by = NULL, covered = leaf WHERE seq = 4").await;
        assert_eq!(judged(&field).await.faults, [Fault::NotErased { entry, seq: 4 }]);
    }

    async fn changed_contents_are_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 5).await;
        let fault = first(&field, "UPDATE journal_bodies SET body = salt WHERE entry = (SELECT id FROM journal_entries WHERE seq = 5)").await;
        assert_eq!(fault, Fault::Leaf { entry, seq: 5 });
    }

    async fn a_changed_digest_is_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 5).await;
        let fault = first(&field, "UPDATE journal_entries SET sha256 = leaf WHERE seq = 5").await;
        assert_eq!(fault, Fault::Digest { entry, seq: 5 });
    }

    async fn changed_order_is_found(field: Field) {
        entries(&field, 300).await;
        by_hand(&field, "UPDATE journal_entries SET seq = -7 WHERE seq = 270").await;
        by_hand(&field, "UPDATE journal_entries SET seq = 270 WHERE seq = 271").await;
        by_hand(&field, "UPDATE journal_entries SET seq = 271 WHERE seq = -7").await;
        assert_eq!(judged(&field).await.faults[0], Fault::NotInTree(270));
    }

    async fn an_entry_taken_out_is_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 4).await;
        let fault = first(&field, "DELETE FROM journal_entries WHERE seq = 3").await;
        assert_eq!(fault, Fault::Gap { expected: 3, entry, seq: 4 });
    }

    async fn a_cut_end_is_found(field: Field) {
        entries(&field, 10).await;
        let last = judged(&field).await.through;
        let fault = first(&field, "DELETE FROM journal_entries WHERE seq = (SELECT MAX(seq) FROM journal_entries)").await;
        assert_eq!(fault, Fault::Cut { found: last, counted: last + 1 });
    }

    async fn contents_gone_without_an_order_are_found(field: Field) {
        entries(&field, 10).await;
        let entry = entry_at(&field, 5).await;
        let fault = first(&field, "DELETE FROM journal_bodies WHERE entry = (SELECT id FROM journal_entries WHERE seq = 5)").await;
        assert_eq!(fault, Fault::Erased { entry, seq: 5 });
    }

    async fn erased_contents_verify_as_such(field: Field) {
        let receipts = entries(&field, 10).await;
        erase(&field, vec![receipts[3].entry_id, receipts[4].entry_id], 2).await;
        let found = judged(&field).await;
        assert_eq!((found.faults.as_slice(), found.redacted), (&[][..], 2));
        let proof = proof_of(&field, &receipts[3]).await;
        assert!(proof.redacted_by.is_some() && proof.salt.is_none());
        let desk = Desk::new();
        let (trust, own) = (desk.trust(&field).await, desk.file("proof", serde_json::to_string(&proof).unwrap()));
        assert_eq!(command(&["entry", "FILE", "--trust", "FILE"], &[&own, &trust]), (true, "verified".to_owned()));
        // What stood there is told by the receipt of then alone.
        let said = desk.file("said", receipts[3].id.to_string());
        let (holds, why) = command(&["entry", "FILE", "--body", "FILE", "--trust", "FILE"], &[&own, &said, &trust]);
        assert!(!holds && why.contains("cannot be told: the content was erased with its salt"), "{why}");
        let receipt = desk.file("receipt", serde_json::to_string(&receipts[3]).unwrap());
        let words = ["receipt", "FILE", "--proof", "FILE", "--body", "FILE", "--trust", "FILE"];
        assert_eq!(command(&words, &[&receipt, &own, &said, &trust]), (true, "verified".to_owned()));
        let other = proof_of(&field, &receipts[5]).await;
        let forged = proofs::EntryProof { covered: None, index: other.index, leaf: other.leaf, path: other.path, head: other.head, ..proof.clone() };
        let own = desk.file("forged", serde_json::to_string(&forged).unwrap());
        let (holds, said) = command(&["entry", "FILE", "--trust", "FILE"], &[&own, &trust]);
        assert!(!holds && said.contains("nothing shows that the leaf is this entry's"), "{said}");
        by_hand(&field, "UPDATE journal_entries SET received_at = received_at + 1 WHERE covered IS NOT NULL").await;
        let entry = receipts[3].entry_id;
        let seq = i64::try_from(proof.index).unwrap();
        assert!(judged(&field).await.faults.contains(&Fault::Leaf { entry, seq }));
    }

    async fn more_erased_than_was_ordered_is_found(field: Field) {
        let receipts = entries(&field, 10).await;
        erase(&field, vec![receipts[3].entry_id], 1).await;
        assert_eq!(judged(&field).await.faults, []);
        by_hand(&field, "UPDATE journal_entries SET redacted_by = (SELECT e.redacted_by FROM journal_entries e WHERE e.redacted_by IS NOT NULL LIMIT 1) \
            WHERE seq = (SELECT MAX(e.seq) FROM journal_entries e WHERE e.kind = 'view' AND e.redacted_by IS NULL)").await;
        by_hand(&field, "DELETE FROM journal_bodies WHERE entry IN (SELECT id FROM journal_entries WHERE redacted_by IS NOT NULL)").await;
        let fault = judged(&field).await.faults.remove(0);
        assert!(matches!(fault, Fault::Redaction { said: 1, erased: 2, .. }), "{fault}");
    }

    async fn a_changed_tile_is_found(field: Field) {
        entries(&field, 300).await;
        let fault = first(&field, "UPDATE journal_tiles SET hashes = (SELECT root FROM journal_heads WHERE size > 300) WHERE level = 1 AND number = 0").await;
        assert_eq!(fault, Fault::Tile { level: 1, number: 0 });
    }

    async fn a_changed_head_is_found(field: Field) {
        entries(&field, 10).await;
        let size = i64::try_from(field.app.journal.head().await.unwrap().unwrap().size).unwrap();
        let fault = first(&field, "UPDATE journal_heads SET root = (SELECT leaf FROM journal_entries WHERE seq = 1) WHERE size > 9").await;
        assert_eq!(fault, Fault::HeadSignature(size));
    }

    async fn a_key_that_the_log_does_not_tell_of_is_found(field: Field) {
        entries(&field, 10).await;
        let fault = first(&field, "INSERT INTO journal_keys (key_id, public_key, since) SELECT '630dcd2966c43366', leaf, 0 FROM journal_entries WHERE seq = 1").await;
        assert!(matches!(fault, Fault::Keys(_)), "{fault}");
    }

    async fn a_list_of_keys_that_was_emptied_is_found_whatever_is_trusted(field: Field) {
        entries(&field, 5).await;
        let key = field.app.journal.keys().await.unwrap().remove(0);
        let trusted = vec![tuantra::journal::note::PublicKey::parse(&key.verifier_key).unwrap()];
        by_hand(&field, "DELETE FROM journal_keys").await;
        let outside = Outside { trusted, ..Outside::default() };
        let found = verify(field.app.journal.store(), outside).await.unwrap();
        assert_eq!(found.faults, [Fault::KeyNotListed(key.public_key)]);
    }

    async fn heads_that_were_taken_out_at_the_end_are_found(field: Field) {
        entries(&field, 5).await;
        let kept = field.app.journal.head().await.unwrap().unwrap().size.cast_signed();
        entries(&field, 5).await;
        let last = field.app.journal.head().await.unwrap().unwrap().size.cast_signed() - 1;
        by_hand(&field, format!("DELETE FROM journal_heads WHERE size > {kept}").leak()).await;
        assert_eq!(judged(&field).await.faults, [Fault::Headless { last, counted: kept }]);
        by_hand(&field, "DELETE FROM journal_heads").await;
        assert_eq!(judged(&field).await.faults, [Fault::Headless { last, counted: 0 }]);
    }

    async fn a_log_rebuilt_with_its_own_key_is_found_by_a_head_kept_outside(field: Field) {
        entries(&field, 300).await;
        let kept = field.app.journal.head().await.unwrap().unwrap();
        entries(&field, 50).await;
        let outside = || Outside { heads: vec![Checkpoint::parse(&kept.checkpoint).unwrap()], ..Outside::default() };
        let store = field.app.journal.store();
        let found = verify(store, outside()).await.unwrap();
        assert_eq!((found.faults.as_slice(), found.outside), (&[][..], 1));
        // Two entries change places before the head was signed; everything is made anew with the key.
        by_hand(&field, "UPDATE journal_entries SET seq = -7 WHERE seq = 100").await;
        by_hand(&field, "UPDATE journal_entries SET seq = 100 WHERE seq = 101").await;
        by_hand(&field, "UPDATE journal_entries SET seq = 101 WHERE seq = -7").await;
        rebuild(&field).await;
        assert_eq!(judged(&field).await.faults, [], "from inside nothing can be found");
        let found = verify(store, outside()).await.unwrap();
        assert_eq!(found.faults, [Fault::OutsideFork(kept.size)]);
    }

    async fn a_log_cut_with_its_own_key_is_found_by_a_head_kept_outside(field: Field) {
        entries(&field, 20).await;
        let kept = field.app.journal.head().await.unwrap().unwrap();
        by_hand(&field, "DELETE FROM journal_entries WHERE seq >= 15").await;
        by_hand(&field, "UPDATE journal_sequencer SET next_seq = 15").await;
        rebuild(&field).await;
        assert_eq!(judged(&field).await.faults, []);
        let outside = Outside { heads: vec![Checkpoint::parse(&kept.checkpoint).unwrap()], ..Outside::default() };
        let found = verify(field.app.journal.store(), outside).await.unwrap();
        assert_eq!(found.faults, [Fault::OutsideAhead { size: kept.size, has: 15 }]);
    }

    async fn changed_bytes_and_changed_rows_of_photos_are_found(field: Field) {
        let phone = field.phone("máy ảnh", &[]).await;
        let mut names = Vec::new();
        for width in [64, 65] {
            let bytes = photos::jpeg(width, 48);
            let sidecar = photos::sidecar(&bytes);
            photos::taken(&field, &phone, &bytes, &sidecar).await;
            names.push(sidecar["sha256"].as_str().unwrap().to_owned());
        }
        field.settle().await;
        let judge = || async { verify_originals(field.app.journal.store(), &field.app.blobs).await.unwrap() };
        let found = judge().await;
        assert_eq!((found.photos, found.faults.len()), (2, 0));
        let blob = |name: &str| field.app.config.data.join(format!("blobs/sha256/{}/{}/{name}", &name[..2], &name[2..4]));
        let original = std::fs::read(blob(&names[0])).unwrap();
        std::fs::write(blob(&names[0]), b"other").unwrap();
        let said: Vec<_> = judge().await.faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 2);
        assert!(said[0].contains("damaged") && said[1].contains(&names[0]), "{said:?}");
        std::fs::remove_file(blob(&names[0])).unwrap();
        assert!(judge().await.faults[0].to_string().contains("is gone"));
        std::fs::write(blob(&names[0]), original).unwrap();
        by_hand(&field, "UPDATE photos SET stored_at = stored_at - 3600000").await;
        let said: Vec<_> = judge().await.faults.iter().map(ToString::to_string).collect();
        assert!(said.len() == 2 && said.iter().all(|said| said.contains("its row does not say")), "{said:?}");
        by_hand(&field, "UPDATE photos SET stored_at = stored_at + 3600000").await;
        by_hand(&field, "UPDATE photos SET sha256 = (SELECT o.sha256 FROM photos o ORDER BY o.id LIMIT 1)").await;
        assert!(judge().await.faults[0].to_string().contains("its row does not say"));
        by_hand(&field, "DELETE FROM photo_images").await;
        by_hand(&field, "DELETE FROM photos").await;
        assert_eq!(judge().await.faults.len(), 2);
        // So is a photo that was only announced.
        let rows = tuantra::evidence::verify_rows(field.app.journal.store()).await.unwrap();
        assert_eq!(rows.faults.len(), 2, "{:?}", rows.faults);
        let announced = field.new_id();
        phone.put(&format!("/api/v1/photos/{announced}"), &photos::sidecar(&photos::jpeg(66, 48))).await.expect(201);
        assert_eq!(tuantra::evidence::verify_rows(field.app.journal.store()).await.unwrap().faults.len(), 2);
        by_hand(&field, "DELETE FROM photos").await;
        let rows = tuantra::evidence::verify_rows(field.app.journal.store()).await.unwrap();
        let missed = format!("tells of a photo {announced}, and no row does");
        assert!(rows.faults.iter().any(|fault| fault.to_string().contains(&missed)), "{:?}", rows.faults);
    }

    async fn pictures_that_were_exchanged_are_found(field: Field) {
        let phone = field.phone("máy ảnh", &[]).await;
        for width in [64, 65] {
            let bytes = photos::jpeg(width, 48);
            photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        }
        field.settle().await;
        let judge = || async { verify_originals(field.app.journal.store(), &field.app.blobs).await.unwrap() };
        let whole = judge().await;
        assert_eq!((whole.pictures, whole.unsigned, whole.faults.len()), (4, 0, 0));
        // Each photo is given the pictures of the first one.
        by_hand(&field, "UPDATE photo_images SET sha256 = (SELECT o.sha256 FROM photo_images o WHERE o.size = photo_images.size ORDER BY o.photo LIMIT 1)").await;
        let said: Vec<_> = judge().await.faults.iter().map(ToString::to_string).collect();
        assert!(said.len() == 2 && said.iter().all(|said| said.contains("not the one that was made of the original")), "{said:?}");
        // Another's signature is none; where there is none nothing is known, and how many those are is told.
        by_hand(&field, "UPDATE photo_images SET signature = sha256").await;
        assert_eq!(judge().await.faults.len(), 4);
        by_hand(&field, "UPDATE photo_images SET key_id = NULL, signature = NULL").await;
        let unsigned = judge().await;
        assert_eq!((unsigned.pictures, unsigned.unsigned, unsigned.faults.len()), (0, 4, 0));
        by_hand(&field, "UPDATE photo_images SET sha256 = (SELECT e.sha256 FROM journal_entries e WHERE e.seq = 0)").await;
        assert!(judge().await.faults[0].to_string().contains("are gone or damaged"));
        by_hand(&field, "DELETE FROM photo_images WHERE size = 'thumbnail'").await;
        let said: Vec<_> = judge().await.faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.iter().filter(|said| said.ends_with("no row tells of one of them")).count(), 2, "{said:?}");
    }

    async fn a_photos_row_that_no_longer_says_what_the_phone_said_is_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy 1", &[]).await;
        let bytes = photos::jpeg(64, 48);
        photos::taken(&field, &phone, &bytes, &photos::sidecar(&bytes)).await;
        field.settle().await;
        let judge = || async { verify_originals(field.app.journal.store(), &field.app.blobs).await.unwrap() };
        assert_eq!(judge().await.faults, []);
        for (change, undo, column) in [
            ("UPDATE photos SET taken_at = taken_at - 86400000", "UPDATE photos SET taken_at = taken_at + 86400000", "taken_at"),
            ("UPDATE photos SET lat = 22.9", "UPDATE photos SET lat = 22.4", "lon or lat"),
            ("UPDATE photos SET bytes = bytes + 1", "UPDATE photos SET bytes = bytes - 1", "bytes"),
            ("UPDATE photos SET plot = id", "UPDATE photos SET plot = NULL", "plot"),
            ("UPDATE photos SET record = REPLACE(record, 'close_up', 'after')", "UPDATE photos SET record = REPLACE(record, 'after', 'close_up')", "record"),
            ("UPDATE photos SET recorded_at = recorded_at - 3600000", "UPDATE photos SET recorded_at = recorded_at + 3600000", "recorded_at"),
            ("UPDATE photos SET author = id", "UPDATE photos SET author = (SELECT e.actor FROM journal_entries e WHERE e.id = photos.entry)", "author"),
        ] {
            by_hand(&field, change).await;
            let said: Vec<_> = judge().await.faults.iter().map(ToString::to_string).collect();
            assert!(said.len() == 1 && said[0].contains(&format!("{column} of its row is not what entry")), "{change}: {said:?}");
            by_hand(&field, undo).await;
        }
    }

    async fn plots_made_larger_in_their_tables_are_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy 1", &[]).await;
        let path = format!("/api/v1/plots/{}", field.new_id());
        let mut plot = plot_at(104.3, 22.4);
        phone.put(&path, &plot).await.expect(201);
        plot["properties"]["area_m2"] = json!(40);
        plot["properties"]["revises"] = json!(1);
        phone.put(&path, &plot).await.expect(201);
        let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 300, "plants_method": "counted", "area_m2": 55 });
        phone.post(&format!("{path}/measures"), &measure).await.expect(201);
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.7, 22.4)).await.expect(201);
        field.settle().await;
        let judge = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        let found = judge().await;
        assert_eq!((found.plots, found.faults.as_slice()), (2, &[][..]));
        assert!(found.agreeing >= 5, "{}", found.agreeing);
        // Each change is undone before the next.
        for (change, undo, said) in [
            ("UPDATE plots SET area_m2 = area_m2 + 5000 WHERE version = 2", "UPDATE plots SET area_m2 = area_m2 - 5000 WHERE version = 2", "its row is not"),
            ("UPDATE plots SET lon = lon + 0.5", "UPDATE plots SET lon = lon - 0.5", "its row is not"),
            ("UPDATE plots SET cell_9 = cell_9 + 1 WHERE version = 2", "UPDATE plots SET cell_9 = cell_9 - 1 WHERE version = 2", "its row is not"),
            ("UPDATE plot_measures SET area_m2 = area_m2 + 5000 WHERE version IS NULL", "UPDATE plot_measures SET area_m2 = area_m2 - 5000 WHERE version IS NULL", "a measure is not"),
            ("UPDATE plot_versions SET record = '~' || record WHERE version = 1", "UPDATE plot_versions SET record = SUBSTR(record, 2) WHERE version = 1", "version 1 is not"),
            ("UPDATE plot_versions SET recorded_at = recorded_at - 3600000 WHERE version = 2", "UPDATE plot_versions SET recorded_at = recorded_at + 3600000 WHERE version = 2", "version 2 is not"),
            ("UPDATE plot_measures SET recorded_at = recorded_at + 3600000 WHERE version IS NULL", "UPDATE plot_measures SET recorded_at = recorded_at - 3600000 WHERE version IS NULL", "a measure is not"),
            ("UPDATE plot_measures SET record = '~' || record WHERE version IS NULL", "UPDATE plot_measures SET record = SUBSTR(record, 2) WHERE version IS NULL", "a measure is not"),
            ("UPDATE plot_measures SET record = '{\"notes\":\"x\"}' WHERE version = 2", "UPDATE plot_measures SET record = '{}' WHERE version = 2", "a measure is not"),
        ] {
            by_hand(&field, change).await;
            let first = judge().await.faults.into_iter().next();
            let first = first.unwrap_or_else(|| panic!("not found: {change}")).to_string();
            assert!(first.contains(said), "{change}: {first}");
            by_hand(&field, undo).await;
        }
        by_hand(&field, "DELETE FROM plot_measures WHERE version IS NULL").await;
        let said: Vec<_> = judge().await.faults.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|said| said.ends_with("and no row does")), "{said:?}");
    }

    async fn the_command_judges_a_whole_log_without_its_key(field: Field) {
        if field.app.journal.store().engine() != "sqlite" {
            return;
        }
        entries(&field, 20).await;
        let data = field.app.config.data.clone();
        std::fs::rename(data.join("keys"), data.join("keys-elsewhere")).unwrap();
        let desk = Desk::new();
        let trust = desk.trust(&field).await;
        let kept = desk.file("head", field.app.journal.head().await.unwrap().unwrap().checkpoint);
        let words = ["log", "--data", "FILE", "--head", "FILE", "--trust", "FILE"];
        assert_eq!(command(&words, &[&data, &kept, &trust]), (true, "verified".to_owned()));
        assert!(!data.join("keys").exists());
        let stranger = desk.file("stranger", "00".repeat(32));
        let (is_good, said) = command(&words, &[&data, &kept, &stranger]);
        assert!(!is_good && said.contains("do not vouch for"), "{said}");
        by_hand(&field, "UPDATE journal_entries SET received_at = 0 WHERE seq = 4").await;
        let (is_good, said) = command(&words, &[&data, &kept, &trust]);
        assert!(!is_good && said.contains("(number 4) is not what its leaf says"), "{said}");
    }
}
