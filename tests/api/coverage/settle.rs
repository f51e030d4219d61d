//! Communes with little risk are measured on finer cells, so that no figure leaves more than a point open.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tuantra::areas::{AREAS_JOB, CommuneImport};
use tuantra::base::ids::{JobId, PatrolId};
use tuantra::changed;
use tuantra::jobs::work_off;
use tuantra::patrols::{DERIVE_JOB, INDEX_JOB};
use tuantra::store::Error;
use uuid::Uuid;

use super::{
    DAY_S, TODAY, assert_near, collection, commune, first_commune, fixes, load_communes, load_risk,
    patrol, rectangle, risk_area, send, walked,
};
use crate::field::{Client, Field};

/// A field of 0.001 by 0.001 degrees around the walk: 102.93 m by 110.74 m on the ellipsoid at 22.4 degrees. The
/// walk passes through its middle and beyond both ends, so that 50 m to either side are seen.
const SEEN_50: f64 = 100.0 / 102.93;

pub(super) async fn a_small_field(field: &Field) {
    let ground = rectangle(104.28, 22.38, 104.32, 22.42);
    let file = collection(&[commune("99001", &ground)]);
    load_communes(field, file, CommuneImport::default()).await;
    let small = rectangle(104.2995, 22.399, 104.3005, 22.4);
    load_risk(
        field,
        collection(&[risk_area("R1", "opium_poppy", "2025-09-01", &small)]),
    )
    .await;
}

#[track_caller]
fn assert_settled(figures: &Value) {
    assert!(figures["resolution"].as_u64().unwrap() > 11, "{figures}");
    assert!(
        figures["error_bound"].as_f64().unwrap() <= 0.01,
        "{figures}"
    );
    assert_near(&figures["coverage"], SEEN_50, 0.005);
}

async fn both(field: &Field, officer: &Client) -> [Value; 2] {
    [
        first_commune(officer, "").await,
        first_commune(&field.elsewhere(officer), "").await,
    ]
}

/// The job of a kind that waits on a subject.
async fn waiting(field: &Field, kind: &str, subject: Uuid) -> JobId {
    let journal = &field.app.journal;
    let mut tx = journal.store().read().await.unwrap();
    let job = journal.waiting_job(&mut tx, kind, subject).await;
    job.unwrap().unwrap()
}

/// Holds back every act that changes the index, from the first word of the gate to the second.
fn held_back(field: &Field, gate: &Arc<(Notify, Notify)>) -> JoinHandle<()> {
    let (store, gate) = (field.app.journal.store().clone(), Arc::clone(gate));
    tokio::spawn(async move {
        let held = store.write(gate, |tx, gate| {
            Box::pin(async move {
                changed!(
                    tx,
                    sqlx::query("UPDATE coverage_clock SET epoch = epoch WHERE only_row = 1")
                )?;
                gate.0.notify_one();
                gate.1.notified().await;
                Ok::<_, Error>(())
            })
        });
        held.await.unwrap();
    })
}

on_both! {
    async fn a_small_field_is_measured_within_a_point(field: Field) {
        a_small_field(&field).await;
        field.settle().await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        for figures in both(&field, &officer).await {
            assert_settled(&figures);
        }
        // Passes and visits are counted on the same cells.
        assert_settled(&first_commune(&officer, "&pass=flowering").await);
        assert_eq!(first_commune(&officer, "&visits=2").await["covered_m2"], 0.0);
        walked(&field, &phone, TODAY - DAY_S, 104.3).await;
        assert_settled(&first_commune(&officer, "&visits=2").await);
    }

    async fn walks_from_before_a_risk_area_was_set_are_swept_again_for_it(field: Field) {
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        a_small_field(&field).await;
        // Until then the coarse figure stands, and says how much it leaves open.
        let early = first_commune(&officer, "").await;
        assert_eq!(early["resolution"], 11);
        assert!(early["error_bound"].as_f64().unwrap() > 0.01);
        field.settle().await;
        for figures in both(&field, &officer).await {
            assert_settled(&figures);
        }
        let then = format!("&as_of={}", field.app.journal.now());
        assert_settled(&first_commune(&officer, &then).await);
    }

    async fn a_walk_that_is_indexed_while_the_ground_grows_is_swept_again_for_it(field: Field) {
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        a_small_field(&field).await;
        let id = patrol(&field, &phone, TODAY, json!({})).await;
        send(&phone, id, &fixes(&field, TODAY, 104.3, 0..180)).await;
        work_off(&field.app, DERIVE_JOB, 1, |_| {}).await.unwrap();
        let index = waiting(&field, INDEX_JOB, id).await;
        let follow = waiting(&field, AREAS_JOB, Uuid::nil()).await;
        // Both read what they need, and neither sees what the other is about to write: the walk is written first.
        let gate = Arc::new((Notify::new(), Notify::new()));
        let holder = held_back(&field, &gate);
        gate.0.notified().await;
        let coverage = field.app.coverage.clone();
        let indexing = tokio::spawn(async move { coverage.index(PatrolId(id), index).await.unwrap() });
        tokio::time::sleep(Duration::from_secs(1)).await;
        let coverage = field.app.coverage.clone();
        let following = tokio::spawn(async move { coverage.follow_areas(follow).await.unwrap() });
        tokio::time::sleep(Duration::from_secs(1)).await;
        gate.1.notify_one();
        for done in [holder, indexing, following] {
            done.await.unwrap();
        }
        field.settle().await;
        for figures in both(&field, &officer).await {
            assert_settled(&figures);
        }
    }

    async fn erased_walks_cannot_be_swept_again_and_keep_the_coarse_figure(field: Field) {
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, TODAY, 104.3).await;
        field.clock.advance_millis(800 * DAY_S * 1000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        field.settle().await;
        a_small_field(&field).await;
        field.settle().await;
        let figures = first_commune(&officer, "").await;
        assert_eq!(figures["resolution"], 11);
        assert!(figures["error_bound"].as_f64().unwrap() > 0.01);
    }
}
