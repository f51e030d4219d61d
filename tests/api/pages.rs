//! Pages of features that are kept: nobody is given another's, and none that is no longer true.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::redactions::{asked, decided, second};
use crate::tiles::{load_risk, walked};

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

/// The first page of one plot, without when it was told.
async fn first(client: &Client) -> Value {
    let path = format!("{ITEMS}?limit=1");
    let mut page = client.get(&path).await.expect(200).json();
    page.as_object_mut().unwrap().remove("timeStamp");
    page
}

/// Holds the page as it is kept against what somebody finds who has kept nothing, and against the one before.
async fn followed(field: &Field, officer: &Client, before: &mut Value, change: (&str, bool)) {
    let (kept, fresh) = (first(officer).await, first(&field.elsewhere(officer)).await);
    let (change, is_seen) = change;
    assert_eq!(kept, fresh, "{change}");
    assert_eq!(kept != *before, is_seen, "{change}");
    *before = kept;
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

    async fn cells_of_coverage_follow_what_was_walked(field: Field) {
        load_communes(&field).await;
        load_risk(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy ghi", &[]).await);
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let cells = async |client: &Client| {
            let path = "/ogc/collections/coverage_cells/items?datetime=2026-02-01/2026-03-31&limit=1000";
            let page = client.get(path).await.expect(200).json();
            let covered = |cell: &Value| cell["properties"]["covered_m2"].as_f64().unwrap();
            let cells = page["features"].as_array().unwrap();
            (cells.len(), cells.iter().map(covered).sum::<f64>() > 0.0)
        };
        for _ in 0..2 {
            assert!(!cells(&officer).await.1);
            assert!(cells(&east).await.0 < cells(&officer).await.0);
        }
        walked(&field, &phone, (104.3, 22.395), "night").await;
        assert!(cells(&officer).await.1);
        assert!(!cells(&east).await.1, "another commune was walked");
    }

    async fn a_page_gives_each_plot_as_it_is_given_alone_to_the_last_bit(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let reals: [f64; 8] = [1.0 / 3.0, 0.1, 64.0, 1e-4, 1.0 / 1024.0, 1e5 / 7.0, 2.5, 1.0 - f64::EPSILON];
        for (at, real) in (0..).zip(reals) {
            let mut plot = plot_at(104.123_456_75 + f64::from(at) * 0.01, 22.2);
            let told = &mut plot["properties"];
            told["area_m2"] = json!(real);
            told["hacc_m"] = json!(real.max(0.5));
            told["notes"] = json!("dòng\n\t\u{1e}\u{1f}\"cuối\"");
            if at % 2 == 0 {
                plot["geometry"]["coordinates"].as_array_mut().unwrap().push(json!(-real));
            }
            let told = &mut plot["properties"];
            if at == 2 {
                for name in ["plants", "plants_method", "hacc_m"] {
                    told.as_object_mut().unwrap().remove(name);
                }
            }
            let path = format!("/api/v1/plots/{}", field.new_id());
            officer.put(&path, &plot).await.expect(201);
        }
        let page = officer.get(&format!("{ITEMS}?limit=5")).await.expect(200);
        let links = page.json()["links"].clone();
        let next = links.as_array().unwrap().iter().find(|link| link["rel"] == "next").unwrap();
        let next = next["href"].as_str().unwrap().split_once("/ogc/").unwrap().1;
        let rest = officer.get(&format!("/ogc/{next}")).await.expect(200);
        let mut seen = 0;
        for page in [&page, &rest] {
            let (text, told) = (String::from_utf8(page.bytes.clone()).unwrap(), page.json());
            for feature in told["features"].as_array().unwrap() {
                let path = format!("{ITEMS}/{}", feature["id"].as_str().unwrap());
                let alone = officer.get(&path).await.expect(200).bytes;
                let alone = String::from_utf8(alone).unwrap();
                let (alone, _) = alone.split_once(r#","links":"#).unwrap();
                assert!(text.contains(alone), "{alone} differs");
                seen += 1;
            }
        }
        assert_eq!(seen, reals.len());
    }

    async fn whoever_follows_links_is_given_what_was_recorded_meanwhile(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for at in 0..6 {
            field.clock.advance_millis(10);
            put_plot(&officer, field.new_id(), 104.1 + f64::from(at) * 0.01).await;
        }
        let (mut path, mut seen) = (format!("{ITEMS}?limit=2"), 0);
        for recorded in 0..4 {
            let page = officer.get(&path).await.expect(200).json();
            seen += page["features"].as_array().unwrap().len();
            let links = page["links"].as_array().unwrap();
            let next = links.iter().find(|link| link["rel"] == "next");
            let Some(next) = next else { break };
            path = format!("/ogc/{}", next["href"].as_str().unwrap().split_once("/ogc/").unwrap().1);
            // The next page may stand written already; this plot belongs behind it.
            if recorded < 2 {
                field.clock.advance_millis(10);
                put_plot(&officer, field.new_id(), 104.3).await;
            }
        }
        assert_eq!(seen, 8);
    }

    async fn a_page_that_a_change_elsewhere_left_as_it_was_is_still_right_after_each_change_of_its_own(field: Field) {
        load_communes(&field).await;
        let (phone, officer) = (field.phone("máy A", &[WEST]).await, field.officer().await);
        // Ids go by time, and pages by ids.
        let plot = field.new_id();
        put_plot(&phone, plot, 104.2).await;
        field.clock.advance_millis(10);
        let beside = field.new_id();
        put_plot(&phone, beside, 104.21).await;
        let mut before = first(&officer).await;
        followed(&field, &officer, &mut before, ("nothing", false)).await;
        let path = |id: Uuid| format!("/api/v1/plots/{id}");
        let measure = |hour: u32, area: f64| json!({
            "plants": 8, "plants_method": "counted", "area_m2": area, "area_method": "tape",
            "measured_at": format!("2026-02-26T{hour}:15:00+07:00"),
        });
        phone.post(&format!("{}/measures", path(beside)), &measure(10, 9.5)).await.expect(201);
        followed(&field, &officer, &mut before, ("a measure of another plot", false)).await;
        phone.post(&format!("{}/measures", path(plot)), &measure(10, 0.3)).await.expect(201);
        followed(&field, &officer, &mut before, ("a measure", true)).await;
        phone.post(&format!("{}/measures", path(plot)), &measure(11, 0.300_000_000_000_000_2)).await.expect(201);
        followed(&field, &officer, &mut before, ("an area that differs in its sixteenth digit", true)).await;
        announced(&field, &phone, plot).await;
        followed(&field, &officer, &mut before, ("a photo", true)).await;
        let mut noted = plot_at(104.2, 22.2);
        noted["properties"]["notes"] = json!("ven suối");
        noted["properties"]["revises"] = json!(1);
        phone.put(&path(plot), &noted).await.expect(201);
        followed(&field, &officer, &mut before, ("a revision", true)).await;
        let order = asked(&officer, "notes", plot).await;
        decided(&second(&field).await, &order, true).await.expect(200);
        followed(&field, &officer, &mut before, ("an order on its words", true)).await;
        field.clock.advance_millis(10);
        let third = field.new_id();
        put_plot(&phone, third, 104.22).await;
        followed(&field, &officer, &mut before, ("another plot, which is counted", true)).await;
        officer.delete(&format!("{ITEMS}/{plot}?reason=thu")).await.expect(204);
        followed(&field, &officer, &mut before, ("a retraction", true)).await;
    }
}
