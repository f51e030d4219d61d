//! Pages of features that are kept: nobody is given another's, and none that is no longer true.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};

const ITEMS: &str = "/ogc/collections/plots/items";

async fn put_plot(client: &Client, id: Uuid, lon: f64) {
    let path = format!("/api/v1/plots/{id}");
    client.put(&path, &plot_at(lon, 22.2)).await.expect(201);
}

/// Photos of each plot on the first page.
async fn told(client: &Client) -> BTreeMap<String, i64> {
    let page = client.get(ITEMS).await.expect(200).json();
    let features = page["features"].as_array().unwrap();
    assert_eq!(page["numberMatched"], features.len());
    let told = |feature: &Value| {
        let photos = feature["properties"]["photos"].as_i64().unwrap();
        (feature["id"].as_str().unwrap().to_owned(), photos)
    };
    features.iter().map(told).collect()
}

async fn announced(field: &Field, client: &Client, plot: Uuid) {
    let mut sidecar = photos::sidecar(b"abc");
    sidecar["plot"] = json!(plot);
    let path = format!("/api/v1/photos/{}", field.new_id());
    client.put(&path, &sidecar).await.expect(201);
}

on_both! {
    async fn a_page_is_given_again_to_those_who_may_see_it_and_while_it_is_true(field: Field) {
        load_communes(&field).await;
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let province = field.officer().await;
        let (here, there) = (field.new_id(), field.new_id());
        put_plot(&province, here, 104.2).await;
        put_plot(&province, there, 104.7).await;
        let without_photos = |ids: &[Uuid]| -> BTreeMap<String, i64> {
            ids.iter().map(|id| (id.to_string(), 0)).collect()
        };
        for _ in 0..2 {
            assert_eq!(told(&province).await, without_photos(&[here, there]));
            assert_eq!(told(&west).await, without_photos(&[here]));
            assert_eq!(told(&east).await, without_photos(&[there]));
        }
        // Another process on the same database records a plot.
        let later = field.new_id();
        put_plot(&field.elsewhere(&province), later, 104.3).await;
        assert_eq!(told(&west).await, without_photos(&[here, later]));
        assert_eq!(told(&east).await, without_photos(&[there]));
    }

    async fn a_page_counts_a_photo_as_soon_as_it_is_joined(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy A", &[WEST]).await, field.officer().await);
        let (plot, late) = (field.new_id(), field.new_id());
        put_plot(&phone, plot, 104.2).await;
        assert_eq!(told(&officer).await[&plot.to_string()], 0);
        announced(&field, &phone, plot).await;
        assert_eq!(told(&officer).await[&plot.to_string()], 1);
        // A photo that came before its plot is joined to it by a job.
        announced(&field, &phone, late).await;
        put_plot(&phone, late, 104.3).await;
        assert_eq!(told(&officer).await[&late.to_string()], 0);
        field.settle().await;
        assert_eq!(told(&officer).await[&late.to_string()], 1);
    }
}
