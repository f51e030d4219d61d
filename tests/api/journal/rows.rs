//! Rows of the slices against their entries: whoever edits one in its table is found, and the row is named.

use std::future::Future;

use serde_json::json;
use tuantra::base::actor::Role;
use tuantra::journal::audit::Rows;
use tuantra::{evidence, patrols as patrols_of};

use super::by_hand;
use crate::field::Field;
use crate::ledger::{Destroyed, desk, destroyed, org};
use crate::patrols::{gpx, path, recorded, send, send_gpx, walk};
use crate::photos;
use crate::plots::{WEST, load_communes};
use crate::screens::question;

/// A change by hand, what undoes it, and how what is found begins.
pub type Edit = (&'static str, &'static str, &'static str);

/// Makes each change, sees that it is found and named, and undoes it.
pub async fn each_is_found<F: Future<Output = Rows>>(
    field: &Field,
    judge: impl Fn() -> F,
    edits: &[Edit],
) {
    let before = judge().await;
    assert!(
        before.agreeing > 0 && before.faults.is_empty(),
        "{before:?}"
    );
    for (change, undo, said) in edits {
        by_hand(field, change).await;
        let faults: Vec<String> = judge()
            .await
            .faults
            .iter()
            .map(ToString::to_string)
            .collect();
        let is_named = faults.iter().any(|fault| fault.starts_with(said));
        assert!(is_named, "{change}: {faults:?}");
        by_hand(field, undo).await;
    }
    let after = judge().await;
    assert_eq!(after, before);
}

/// Makes each change, which is not undone, and sees that one more thing is found and named.
pub async fn each_is_found_at_last<F: Future<Output = Rows>>(
    field: &Field,
    judge: impl Fn() -> F,
    changes: &[(&'static str, &str)],
) {
    let mut before = judge().await.faults;
    for (change, said) in changes {
        by_hand(field, change).await;
        let faults = judge().await.faults;
        let mut fresh = faults.iter().filter(|fault| !before.contains(fault));
        let is_named = fresh.any(|fault| fault.to_string().starts_with(said));
        assert!(is_named, "{change}: {faults:?}");
        before = faults;
    }
}

on_both! {
    async fn rows_of_patrols_that_are_edited_in_their_tables_are_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy 1", &[WEST]).await;
        let id = recorded(&field, &phone).await;
        send(&phone, id, &walk(&field, -3600, 20)).await.expect(200);
        let other = recorded(&field, &phone).await;
        // Fixes outside every patrol are held.
        let file = gpx(&[walk(&field, -3000, 1), walk(&field, -90_000, 3)].concat());
        send_gpx(&phone, &path(id, "/gpx"), file).await.expect(201);
        let officer = field.officer().await;
        let judged = json!({ "state": "rejected", "reason": "vết đứt" });
        officer.post(&path(id, "/validation"), &judged).await.expect(200);
        officer.put(&path(id, "/hold"), &json!({ "reason": "vụ án 12" })).await.expect(200);
        field.settle().await;
        let judge = || async { patrols_of::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, judge, &[
            ("UPDATE patrols SET started_at = started_at - 3600000", "UPDATE patrols SET started_at = started_at + 3600000", "patrols "),
            ("UPDATE patrols SET transport = 'motorbike'", "UPDATE patrols SET transport = 'foot'", "patrols "),
            ("UPDATE patrols SET state = 'validated' WHERE state = 'rejected'", "UPDATE patrols SET state = 'rejected' WHERE state = 'validated'", "patrols "),
            ("UPDATE patrols SET judged_why = NULL WHERE judged_why IS NOT NULL", "UPDATE patrols SET judged_why = 'vết đứt' WHERE judged_entry IS NOT NULL", "patrols "),
            ("UPDATE patrols SET held_why = 'khác' WHERE held_entry IS NOT NULL", "UPDATE patrols SET held_why = 'vụ án 12' WHERE held_entry IS NOT NULL", "patrols "),
            ("UPDATE patrol_versions SET draft = REPLACE(draft, 'crop_check', 'border')", "UPDATE patrol_versions SET draft = REPLACE(draft, 'border', 'crop_check')", "patrol_versions "),
            ("UPDATE patrol_versions SET author = patrol", "UPDATE patrol_versions SET author = (SELECT p.author FROM patrols p WHERE p.id = patrol)", "patrol_versions "),
            ("UPDATE fix_chunks SET last_at = last_at + 60000", "UPDATE fix_chunks SET last_at = last_at - 60000", "fix_chunks "),
            ("UPDATE fix_chunks SET fixes = fixes + 900", "UPDATE fix_chunks SET fixes = fixes - 900", "fix_chunks "),
            ("UPDATE held_chunks SET first_at = first_at - 60000", "UPDATE held_chunks SET first_at = first_at + 60000", "held_chunks "),
        ]).await;
        let faults = async || judge().await.faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        // A track is given to another patrol.
        let store = field.app.journal.store();
        let moved = store.write(other, |tx, other| {
            Box::pin(async move { tuantra::changed!(tx, sqlx::query("UPDATE fix_chunks SET patrol = $1").bind(*other)) })
        });
        let moved: Result<u64, tuantra::store::Error> = moved.await;
        assert_eq!(moved.unwrap(), 2);
        let told = faults().await;
        assert!(told.len() == 2 && told.iter().all(|told| told.starts_with("fix_chunks ")), "{told:?}");
        by_hand(&field, "DELETE FROM fix_chunks").await;
        let told = faults().await;
        assert!(told.iter().any(|told| told.contains("tells of a fixes") && told.ends_with("no row does")), "{told:?}");
    }

    async fn a_hold_on_a_track_that_is_set_or_lifted_in_its_table_alone_is_found(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy 1", &[WEST]).await;
        let id = recorded(&field, &phone).await;
        let (officer, hold) = (field.officer().await, path(id, "/hold"));
        let words = json!({ "reason": "vụ án 12" });
        let judge = || async { patrols_of::verify_rows(field.app.journal.store()).await.unwrap() };
        officer.put(&hold, &words).await.expect(200);
        field.clock.advance_millis(120_000);
        let set = "UPDATE patrols SET held_why = 'vụ án 12', held_since = (SELECT e.received_at FROM journal_entries e WHERE e.kind = 'hold_set')";
        let lifted = "UPDATE patrols SET held_why = NULL, held_since = NULL";
        each_is_found(&field, judge, &[
            (lifted, set, "patrols "),
            ("UPDATE patrols SET held_since = held_since + 60000", "UPDATE patrols SET held_since = held_since - 60000", "patrols "),
        ]).await;
        // The same words lift it: which act it was stands in the entry's kind, and so under its leaf.
        let body = words.to_string().into();
        officer.send(axum::http::Method::DELETE, &hold, Some("application/json"), body).await.expect(200);
        each_is_found(&field, judge, &[(set, lifted, "patrols ")]).await;
        field.settle().await;
        let entries = field.app.journal.entries_since(-1, 500).await.unwrap();
        let acts = entries.iter().filter(|entry| entry.fact == Some(id) && entry.kind.starts_with("hold"));
        let acts: Vec<_> = acts.map(|entry| (entry.kind.as_str(), entry.sha256.clone())).collect();
        assert_eq!((acts[0].0, acts[1].0), ("hold_set", "hold_lifted"));
        assert_eq!(acts[0].1, acts[1].1);
    }

    async fn questions_seals_and_holds_that_are_edited_in_their_tables_are_found(field: Field) {
        let Destroyed { phone, desk: judge, plot, eradication } = destroyed(&field).await;
        let bytes = photos::jpeg(77, 30);
        let mut sidecar = photos::sidecar(&bytes);
        (sidecar["plot"], sidecar["mock"]) = (json!(plot), json!(true));
        let photo = photos::taken(&field, &phone, &bytes, &sidecar).await;
        field.settle().await;
        let asked = question(&phone, photo, "mock_position").await;
        phone.post(&format!("{asked}/answers"), &json!({ "text": "máy thử" })).await.expect(201);
        field.clock.advance_millis(1_000);
        let upheld = json!({ "result": "upheld", "reason": "không đúng" });
        judge.post(&format!("{asked}/decisions"), &upheld).await.expect(201);
        let approver = desk(&field, "ca-xa", org(&field, "Công an xã").await, Role::PostOfficer, &[WEST]).await;
        let approval = json!({ "eradication": eradication });
        approver.post(&format!("/api/v1/plots/{plot}/approvals"), &approval).await.expect(201);
        let (officer, hold) = (field.officer().await, format!("/api/v1/plots/{plot}/hold"));
        officer.put(&hold, &json!({ "reason": "vụ án 12" })).await.expect(200);
        field.clock.advance_millis(1_000);
        let lift = json!({ "reason": "hết vụ" }).to_string();
        officer.send(axum::http::Method::DELETE, &hold, Some("application/json"), lift.into()).await.expect(200);
        field.settle().await;
        let rows = || async { evidence::verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE evidence_questions SET screen = 'same_file'", "UPDATE evidence_questions SET screen = 'mock_position'", "evidence_questions "),
            ("UPDATE evidence_questions SET state = 'cleared'", "UPDATE evidence_questions SET state = 'upheld'", "evidence_questions "),
            ("UPDATE evidence_replies SET body = REPLACE(body, 'upheld', 'cleared')", "UPDATE evidence_replies SET body = REPLACE(body, 'cleared', 'upheld')", "evidence_replies "),
            ("UPDATE evidence_replies SET body = REPLACE(body, 'máy thử', 'ảnh thật')", "UPDATE evidence_replies SET body = REPLACE(body, 'ảnh thật', 'máy thử')", "evidence_replies "),
            ("UPDATE evidence_replies SET org = (SELECT r.org FROM evidence_replies r WHERE r.kind = 'decision') WHERE kind = 'answer'",
                "UPDATE evidence_replies SET org = (SELECT p.org FROM plots p) WHERE kind = 'answer'", "evidence_replies "),
            ("UPDATE evidence_seals SET plot = eradication", "UPDATE evidence_seals SET plot = (SELECT p.id FROM plots p)", "evidence_seals "),
            ("UPDATE evidence_seals SET sealed_at = sealed_at + 60000", "UPDATE evidence_seals SET sealed_at = sealed_at - 60000", "evidence_seals "),
            ("UPDATE evidence_holds SET reason = 'khác'", "UPDATE evidence_holds SET reason = 'vụ án 12'", "evidence_holds "),
            ("UPDATE evidence_holds SET lifted_at = lifted_at + 60000", "UPDATE evidence_holds SET lifted_at = lifted_at - 60000", "evidence_holds "),
        ]).await;
        each_is_found_at_last(&field, rows, &[
            ("DELETE FROM evidence_sealed WHERE photo = (SELECT m.photo FROM evidence_sealed m ORDER BY m.photo LIMIT 1)", "evidence_seals "),
            ("UPDATE evidence_holds SET lifted_by = NULL, lifted_at = NULL", "entry "),
            ("DELETE FROM evidence_replies WHERE kind = 'answer'", "entry "),
        ]).await;
    }
}
