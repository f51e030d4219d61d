//! Communes with little risk are measured on finer cells, so that no figure leaves more than a point open.

use serde_json::Value;
use tuantra::areas::CommuneImport;

use super::{
    DAY_S, TODAY, assert_near, collection, commune, first_commune, load_communes, load_risk,
    rectangle, risk_area, walked,
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
