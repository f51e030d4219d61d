//! Density: what counts, who sees what, what outsiders cannot work out, labels that expire, and where to look next.
//!
//! The model's figures are held in `src/density/model/tests/references.rs` against code that is not ours; here
//! they are recomputed from the answer's own numbers where that is a line.

use std::collections::BTreeSet;
use std::io::Cursor;

use serde_json::{Value, json};
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Role};
use tuantra::coverage::EffortAsked;
use tuantra::coverage::model::definition::FootprintClass;
use uuid::Uuid;

use crate::field::{Client, Field};
use crate::plots::{EAST, WEST, load_communes, plot_at};

const DAY_S: i64 = 86_400;
/// The clock stands at 2 March 2026: the season under way, and the one that has ended.
const NOW: &str = "2025-2026";
const ENDED: &str = "2024-2025";
const IN_ENDED: &str = "2025-02-20T10:15:00+07:00";

async fn put_plot(phone: &Client, id: Uuid, plot: &Value) {
    phone
        .put(&format!("/api/v1/plots/{id}"), plot)
        .await
        .expect(201);
}

async fn found(field: &Field, phone: &Client, lon: f64, lat: f64, at: &str) -> Uuid {
    let mut plot = plot_at(lon, lat);
    plot["properties"]["detected_at"] = json!(at);
    let id = field.new_id();
    put_plot(phone, id, &plot).await;
    id
}

/// A walk due north from a place: 180 fixes, 10 s and 8.86 m apart, so 1.586 km, that many seconds after the start.
async fn walked(field: &Field, phone: &Client, lon: f64, lat: f64, from_s: i64) {
    walked_for(field, phone, (lon, lat), from_s, None).await;
}

/// The same walk for a campaign; gives the patrol with what was declared of it.
async fn walked_for(
    field: &Field,
    phone: &Client,
    (lon, lat): (f64, f64),
    from_s: i64,
    campaign: Option<Uuid>,
) -> (Uuid, Value) {
    let id = field.new_id();
    let draft = json!({
        "campaign": campaign,
        "kind": "crop_check", "transport": "foot",
        "headcount": { tuantra::identity::model::RESERVE_ORG.to_string(): 4 },
        "started_at": field.after(from_s - 60), "ended_at": field.after(from_s + 3600),
    });
    phone
        .put(&format!("/api/v1/patrols/{id}"), &draft)
        .await
        .expect(201);
    let fixes: Vec<Value> = (0..180)
        .map(|n| {
            json!({
                "t": field.after(from_s + 10 * n), "lon": lon,
                "lat": lat + 0.00008 * f64::from(i32::try_from(n).unwrap()), "accuracy_m": 5.0,
            })
        })
        .collect();
    let path = format!("/api/v1/patrols/{id}/fixes");
    phone
        .post(&path, &json!({ "fixes": fixes }))
        .await
        .expect(200);
    field.settle().await;
    (id, draft)
}

/// A plot that a patrol found on 25 February 2026.
async fn found_by(field: &Field, phone: &Client, (lon, lat): (f64, f64), patrol: Uuid) {
    let mut plot = plot_at(lon, lat);
    plot["properties"]["patrol"] = json!(patrol);
    put_plot(phone, field.new_id(), &plot).await;
}

async fn density(client: &Client, rest: &str) -> Value {
    client
        .get(&format!("/api/v1/density?{rest}"))
        .await
        .expect(200)
        .json()
}

fn cells(answer: &Value) -> &Vec<Value> {
    answer["cells"].as_array().unwrap()
}

fn with_plots(answer: &Value) -> Vec<&Value> {
    cells(answer)
        .iter()
        .filter(|cell| cell["plots"] != 0)
        .collect()
}

fn codes(answer: &Value) -> Vec<&str> {
    let notes = answer["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|note| note["code"].as_str().unwrap())
        .collect()
}

/// The H3 cell of a place, by the library that is not asked elsewhere in these stories.
fn cell_at(lon: f64, lat: f64, resolution: u8) -> String {
    let place = h3o::LatLng::new(lat, lon).unwrap();
    place.to_cell(resolution.try_into().unwrap()).to_string()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// That many plots of a season around the middle of a coarse cell.
async fn cluster(
    field: &Field,
    phone: &Client,
    lon: f64,
    lat: f64,
    plots: i32,
    at: &str,
) -> Vec<Uuid> {
    let place = h3o::LatLng::new(lat, lon).unwrap();
    let middle = h3o::LatLng::from(place.to_cell(h3o::Resolution::Seven));
    let mut made = Vec::new();
    for n in 0..plots {
        let lon = middle.lng() + 0.0005 * f64::from(n);
        made.push(found(field, phone, lon, middle.lat(), at).await);
    }
    made
}

/// Three plots in one coarse cell of the west, two in another of the west, seven in one of the east; gives one of the two.
async fn uneven_season(field: &Field, phone: &Client) -> Uuid {
    cluster(field, phone, 104.3, 22.4, 3, IN_ENDED).await;
    let small = cluster(field, phone, 104.2, 22.3, 2, IN_ENDED).await;
    cluster(field, phone, 104.7, 22.4, 7, IN_ENDED).await;
    small[0]
}

on_both! {
    async fn plots_effort_and_rate_stand_in_the_cell_of_their_place(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, 104.3, 22.395, -7200).await;
        found(&field, &phone, 104.3, 22.4, "2026-02-25T10:15:00+07:00").await;
        found(&field, &phone, 104.35, 22.45, "2026-02-26T10:15:00+07:00").await;
        for res in [7, 8, 9] {
            let answer = density(&officer, &format!("from=2026-02-01&to=2026-03-31&res={res}")).await;
            assert_eq!(answer["label"], "Mật độ điểm trồng");
            assert_eq!(answer["view"], "full");
            assert_eq!(answer["definition"]["version"], 1);
            assert_eq!(answer["total"]["plots"], 2);
            let walked_km: f64 = cells(&answer).iter().map(|cell| number(&cell["effort_km"])).sum();
            assert!((walked_km - 1.586).abs() < 0.002, "{walked_km}");
            let of = |lon, lat| {
                let name = cell_at(lon, lat, res);
                cells(&answer).iter().find(|cell| cell["cell"] == name.as_str()).unwrap()
            };
            let own = of(104.3, 22.4);
            assert_eq!((&own["plots"], &own["plants"], &own["visits"]), (&json!(1), &json!(320), &json!(1)));
            assert_eq!((&own["area_m2"], &own["is_small"]), (&json!(64.0), &json!(true)));
            assert_eq!(own["last_visit_on"], "2026-03-02");
            let (raw, km) = (number(&own["raw_rate"]), number(&own["effort_km"]));
            assert!((raw * km - 1.0).abs() < 1e-12);
            assert!(number(&own["raw_low"]) < raw && raw < number(&own["raw_high"]));
            assert!(number(&own["rate_low"]) < number(&own["rate"]));
            // Nobody walked there: there is a plot and no rate, which is not a rate of zero.
            let unwalked = of(104.35, 22.45);
            assert_eq!(unwalked["rate"], Value::Null);
            assert_eq!(unwalked["gi_z"], Value::Null);
            assert_eq!(unwalked["plots"], 1);
            assert!(codes(&answer).contains(&"no_effort"));
        }
    }

    async fn windows_are_days_or_seasons_and_empty_ones_are_refused(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        found(&field, &phone, 104.3, 22.4, IN_ENDED).await;
        found(&field, &phone, 104.3, 22.4, "2026-02-25T10:15:00+07:00").await;
        let present = density(&officer, "").await;
        assert_eq!((&present["from"], &present["to"]), (&json!("2025-09-01"), &json!("2026-08-31")));
        assert_eq!(present["res"], 8);
        assert_eq!(present["total"]["plots"], 1);
        assert_eq!(present["seasons"], json!(["2021-2022", "2022-2023", "2023-2024", ENDED, NOW]));
        assert_eq!(density(&officer, &format!("season={ENDED}")).await["total"]["plots"], 1);
        assert_eq!(density(&officer, "from=2024-09-01&to=2026-08-31").await["total"]["plots"], 2);
        let part = density(&officer, &format!("from=2025-03-01&to=2026-12-31&season={ENDED}&res=9")).await;
        assert_eq!((&part["to"], &part["total"]["plots"]), (&json!("2025-08-31"), &json!(0)));
        let summer = density(&officer, "from=2025-06-10&to=2025-08-20").await;
        assert!(codes(&summer).contains(&"outside_season"));
        for (crop, is_told) in [("opium_poppy", true), ("cannabis", false)] {
            let summer = density(&officer, &format!("from=2025-06-10&to=2025-08-20&crop={crop}")).await;
            assert_eq!(codes(&summer).contains(&"outside_season"), is_told, "{crop}");
        }
        for refused in [
            "res=10", "season=2025-2027", "season=x", "crop=rice", "from=2026-01-01", "colour=red",
            "from=2026-02-01&to=2026-01-01", "from=2001-01-01&to=2026-01-01", "from=2026-01-01&to=2026-02-01&season=2024-2025",
        ] {
            officer.get(&format!("/api/v1/density?{refused}")).await.expect(400);
        }
    }

    async fn cannabis_leaves_no_mark_before_it_is_verified(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let mut plot = plot_at(104.3, 22.4);
        plot["properties"]["crop"] = json!("cannabis");
        put_plot(&phone, field.new_id(), &plot).await;
        found(&field, &phone, 104.31, 22.4, "2026-02-25T10:15:00+07:00").await;
        let answer = density(&officer, "").await;
        assert_eq!(answer["total"]["plots"], 1);
        let note = answer["notes"].as_array().unwrap().iter().find(|note| note["code"] == "unverified");
        assert!(note.unwrap()["text"].as_str().unwrap().starts_with("1 plots"));
        let only = density(&officer, "crop=cannabis&season=2026").await;
        assert_eq!((only["total"]["plots"].clone(), only["seasons"][4].clone()), (json!(0), json!("2026")));
        // Who does not answer for the commune does not learn of it.
        let other = field.account("xa-b", Role::CommuneOfficer, &[EAST]).await;
        assert!(!codes(&density(&other, "").await).contains(&"unverified"));
    }

    async fn plots_beyond_the_border_or_outside_every_commune_do_not_count(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let mut plot = plot_at(104.3, 22.4);
        plot["properties"]["outside_vietnam"] = json!(true);
        put_plot(&phone, field.new_id(), &plot).await;
        found(&field, &phone, 106.3, 21.4, "2026-02-25T10:15:00+07:00").await;
        let answer = density(&officer, "").await;
        assert_eq!(answer["total"]["plots"], 0);
        assert!(codes(&answer).contains(&"outside_communes"));
    }

    async fn every_change_of_a_plot_or_a_patrol_is_seen_at_once(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        assert_eq!(density(&officer, "").await["total"]["plots"], 0);
        let id = field.new_id();
        put_plot(&phone, id, &plot_at(104.3, 22.4)).await;
        let first = density(&officer, "").await;
        assert_eq!(first["cells"][0]["plants"], 320);
        let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 300, "plants_method": "counted" });
        phone.post(&format!("/api/v1/plots/{id}/measures"), &measure).await.expect(201);
        assert_eq!(density(&officer, "").await["cells"][0]["plants"], 300);
        let mut moved = plot_at(104.7, 22.4);
        moved["properties"]["revises"] = json!(1);
        put_plot(&phone, id, &moved).await;
        let after = density(&officer, "").await;
        assert_eq!(after["cells"][0]["cell"], cell_at(104.7, 22.4, 8));
        assert_eq!(cells(&after).len(), 1);
        walked(&field, &phone, 104.7, 22.395, -7200).await;
        let last = density(&officer, "").await;
        assert!(number(&last["total"]["effort_km"]) > 1.5);
        assert_eq!((&last["coverage_definition"], &last["pending_patrols"]), (&json!(1), &json!(0)));
        assert!(last["indexed_through"].is_i64() && last["indexed_through"] != after["indexed_through"]);
    }

    async fn effort_is_by_the_definition_of_coverage_that_the_answer_names(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        walked(&field, &phone, 104.3, 22.395, -7200).await;
        // A second patrol: a fix every 60 s and 222 m.
        let id = field.new_id();
        let draft = json!({
            "kind": "crop_check", "transport": "foot", "started_at": field.after(-3000), "ended_at": field.after(-1000),
        });
        phone.put(&format!("/api/v1/patrols/{id}"), &draft).await.expect(201);
        let sparse: Vec<Value> = (0..8_u32)
            .map(|n| {
                let (t, lat) = (field.after(-2900 + 60 * i64::from(n)), 22.2 + f64::from(n) * 0.002);
                json!({ "t": t, "lon": 104.3, "lat": lat, "accuracy_m": 5.0 })
            })
            .collect();
        phone.post(&format!("/api/v1/patrols/{id}/fixes"), &json!({ "fixes": sparse })).await.expect(200);
        field.settle().await;
        let told = async |client: &Client| {
            let answer = density(client, "").await;
            (answer["coverage_definition"].clone(), number(&answer["total"]["effort_km"]))
        };
        let path = "/api/v1/coverage/definitions";
        let mut definition = officer.get(path).await.expect(200).json()[0]["definition"].clone();
        (definition["version"], definition["max_gap_m"]) = (json!(2), json!(150));
        officer.post(path, &json!({ "definition": definition, "reason": "bước ngắn hơn" })).await.expect(201);
        field.settle().await;
        // Every patrol is indexed under the new one, and nobody has said so yet.
        let (version, wide_km) = told(&officer).await;
        assert_eq!(version, 1);
        field.clock.advance_millis(6_000);
        field.settle().await;
        let (version, narrow_km) = told(&officer).await;
        assert_eq!(version, 2);
        // Seven ways of 222 m are too far for it.
        assert!((wide_km - narrow_km - 7.0 * 0.2215).abs() < 0.02, "{wide_km} km, then {narrow_km} km");
        assert_eq!(told(&field.elsewhere(&officer)).await, (json!(2), narrow_km));
    }

    async fn a_campaign_is_its_patrols_and_the_plots_that_they_found(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let (campaign, other) = (field.new_id(), field.new_id());
        let (own, declared) = walked_for(&field, &phone, (104.3, 22.395), -7200, Some(campaign)).await;
        let (others, _) = walked_for(&field, &phone, (104.7, 22.395), -7200 - DAY_S, Some(other)).await;
        walked(&field, &phone, 104.3, 22.395, -7200 - 2 * DAY_S).await;
        found_by(&field, &phone, (104.3, 22.4), own).await;
        found_by(&field, &phone, (104.7, 22.4), others).await;
        // By nobody's patrol, beside the campaign's.
        found(&field, &phone, 104.301, 22.4, "2026-02-25T10:15:00+07:00").await;
        let all = density(&officer, "").await;
        assert_eq!((&all["campaign"], &all["total"]["plots"]), (&Value::Null, &json!(3)));
        assert!((number(&all["total"]["effort_km"]) - 3.0 * 1.586).abs() < 0.006);

        let asked = format!("campaign={campaign}");
        let answer = density(&officer, &asked).await;
        assert_eq!((&answer["campaign"], &answer["total"]["plots"]), (&json!(campaign), &json!(1)));
        assert!((number(&answer["total"]["effort_km"]) - 1.586).abs() < 0.002, "{}", answer["total"]);
        let cell = with_plots(&answer)[0];
        assert_eq!((&cell["cell"], &cell["visits"]), (&json!(cell_at(104.3, 22.4, 8)), &json!(1)));
        assert!((number(&cell["raw_rate"]) * number(&cell["effort_km"]) - 1.0).abs() < 1e-12);
        for untold in ["trend", "trend_z", "trend_p", "seasons_with_plots", "clean_seasons"] {
            assert!(cells(&answer).iter().all(|cell| cell[untold].is_null()), "{untold} of one campaign");
        }
        assert_eq!(answer["seasons"], json!([]));
        assert!(codes(&answer).contains(&"one_campaign") && !codes(&answer).contains(&"open_season"));
        assert_eq!(density(&officer, &format!("{asked}&to=2026-02-24&from=2026-01-01")).await["total"]["plots"], 0);
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        assert!(cells(&density(&east, &asked).await).is_empty(), "a campaign widens nobody's reach");

        // What was declared is corrected: the plots and the way follow.
        let mut corrected = declared;
        (corrected["campaign"], corrected["revises"]) = (json!(other), json!(1));
        phone.put(&format!("/api/v1/patrols/{own}"), &corrected).await.expect(201);
        field.settle().await;
        let moved = density(&officer, &format!("campaign={other}")).await;
        assert_eq!(moved["total"]["plots"], 2);
        assert!((number(&moved["total"]["effort_km"]) - 2.0 * 1.586).abs() < 0.004, "{}", moved["total"]);
        for unknown in [asked, format!("campaign={}", field.new_id())] {
            let refused = officer.get(&format!("/api/v1/density?{unknown}")).await.expect(400);
            assert_eq!(refused.json()["fields"][0]["pointer"], "/campaign");
        }
        officer.get("/api/v1/density?campaign=x").await.expect(400);
    }

    async fn the_campaigns_of_some_days_are_listed_for_who_may_ask_about_one(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let (late, early) = (field.new_id(), field.new_id());
        walked_for(&field, &phone, (104.3, 22.395), -7200, Some(late)).await;
        walked_for(&field, &phone, (104.7, 22.395), -7200 - DAY_S, Some(early)).await;
        walked_for(&field, &phone, (104.7, 22.395), -7200 - 3 * DAY_S, Some(early)).await;
        walked(&field, &phone, 104.3, 22.395, -7200 - 2 * DAY_S).await;
        let path = "/api/v1/density/campaigns";
        let listed = officer.get(&format!("{path}?from=2025-09-01&to=2026-08-31")).await.expect(200).json();
        assert_eq!(listed, json!([
            { "id": early, "first_on": "2026-02-27", "last_on": "2026-03-01" },
            { "id": late, "first_on": "2026-03-02", "last_on": "2026-03-02" },
        ]));
        let day = officer.get(&format!("{path}?from=2026-03-01&to=2026-03-01")).await.expect(200).json();
        assert_eq!(day, json!([{ "id": early, "first_on": "2026-03-01", "last_on": "2026-03-01" }]));
        officer.get(&format!("{path}?from=2026-03-02&to=2026-03-01")).await.expect(400);
        officer.get(path).await.expect(400);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get(&format!("{path}?from=2025-09-01&to=2026-08-31")).await.expect(403);
    }

    async fn whoever_reads_some_communes_learns_of_the_campaigns_that_came_there_and_of_their_days_there(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let (late, early) = (field.new_id(), field.new_id());
        walked_for(&field, &phone, (104.3, 22.395), -7200, Some(late)).await;
        walked_for(&field, &phone, (104.7, 22.395), -7200 - DAY_S, Some(early)).await;
        walked_for(&field, &phone, (104.3, 22.395), -7200 - 3 * DAY_S, Some(early)).await;
        // Elsewhere, and of no campaign.
        walked(&field, &phone, 104.7, 22.395, -7200 - 2 * DAY_S).await;
        let of_west = json!([
            { "id": early, "first_on": "2026-02-27", "last_on": "2026-02-27" },
            { "id": late, "first_on": "2026-03-02", "last_on": "2026-03-02" },
        ]);
        let of_east = json!([{ "id": early, "first_on": "2026-03-01", "last_on": "2026-03-01" }]);
        let of_both = json!([
            { "id": early, "first_on": "2026-02-27", "last_on": "2026-03-01" },
            { "id": late, "first_on": "2026-03-02", "last_on": "2026-03-02" },
        ]);
        let path = "/api/v1/density/campaigns?from=2025-09-01&to=2026-08-31";
        for (name, reach, expected) in
            [("xa-tay", vec![WEST], of_west), ("xa-dong", vec![EAST], of_east), ("hai-xa", vec![WEST, EAST], of_both)]
        {
            let own = field.account(name, Role::CommuneOfficer, &reach).await;
            assert_eq!(own.get(path).await.expect(200).json(), expected, "{name}");
        }
    }

    async fn campaigns_before_a_merger_are_listed_for_who_holds_their_ground_today(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let (early, late) = (field.new_id(), field.new_id());
        walked_for(&field, &phone, (104.3, 22.395), -7200 - 3 * DAY_S, Some(early)).await;
        walked_for(&field, &phone, (104.7, 22.395), -7200 - DAY_S, Some(early)).await;
        walked_for(&field, &phone, (104.3, 22.395), -7200, Some(late)).await;
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let path = "/api/v1/density/campaigns?from=2025-09-01&to=2026-08-31";
        assert_eq!(west.get(path).await.expect(200).json().as_array().unwrap().len(), 2);
        let ground = json!([[[104.0, 22.0], [105.0, 22.0], [105.0, 22.5], [104.0, 22.5], [104.0, 22.0]]]);
        let file = json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature", "properties": { "code": "10009", "name": "Mới", "kind": "xã" },
            "geometry": { "type": "Polygon", "coordinates": ground },
        }] });
        let import = CommuneImport {
            valid_from: Some("2026-03-02".parse().unwrap()),
            ends: vec![WEST.to_owned(), EAST.to_owned()],
            ..CommuneImport::default()
        };
        let areas = &field.app.areas;
        areas.import_communes(&Actor::console(), Cursor::new(file.to_string()), import).await.unwrap();
        field.settle().await;
        let both = field.account("xa-moi", Role::CommuneOfficer, &["10009"]).await;
        assert_eq!(both.get(path).await.expect(200).json(), json!([
            { "id": early, "first_on": "2026-02-27", "last_on": "2026-03-01" },
            { "id": late, "first_on": "2026-03-02", "last_on": "2026-03-02" },
        ]));
        let part = "/api/v1/density/campaigns?from=2026-02-28&to=2026-03-01";
        assert_eq!(both.get(part).await.expect(200).json(), json!([
            { "id": early, "first_on": "2026-03-01", "last_on": "2026-03-01" },
        ]));
        // The commune has ended, and its ground is another's.
        assert_eq!(west.get(path).await.expect(200).json(), json!([]));
    }

    async fn officers_see_their_communes_and_others_nothing(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        found(&field, &phone, 104.3, 22.4, "2026-02-25T10:15:00+07:00").await;
        found(&field, &phone, 104.7, 22.4, "2026-02-25T10:15:00+07:00").await;
        walked(&field, &phone, 104.3, 22.395, -7200).await;
        let officer = field.officer().await;
        let whole = density(&officer, "").await;
        let auditor = field.account("kt", Role::Auditor, &[]).await;
        assert_eq!(density(&auditor, "").await["cells"], whole["cells"]);
        for role in [Role::CommuneOfficer, Role::PostOfficer] {
            let own = field.account(&format!("xa-{role}"), role, &[WEST]).await;
            let own = density(&own, "").await;
            assert_eq!(own["total"]["plots"], 1);
            assert_eq!(with_plots(&own)[0]["cell"], cell_at(104.3, 22.4, 8));
            // The same figures as the province sees: statistics are the province's.
            assert!(cells(&own).iter().all(|cell| cells(&whole).contains(cell)));
            assert!(codes(&own).contains(&"province_statistics"));
        }
        for role in [Role::PatrolMember, Role::Admin] {
            field.account(&format!("k-{role}"), role, &[]).await.get("/api/v1/density").await.expect(403);
        }
        field.anon().get("/api/v1/density").await.expect(401);
        let answer = officer.get("/api/v1/density").await;
        assert_eq!(answer.headers["cache-control"], "private, no-cache");
    }

    async fn neighbours_see_the_same_border_cell(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        // A plot of the west in a cell whose middle lies in the east.
        let lat = (0..200).map(|n| 22.1 + 0.001 * f64::from(n)).find(|lat| {
            let cell = h3o::LatLng::new(*lat, 104.4995).unwrap().to_cell(h3o::Resolution::Eight);
            h3o::LatLng::from(cell).lng() > 104.5
        });
        found(&field, &phone, 104.4995, lat.unwrap(), "2026-02-25T10:15:00+07:00").await;
        let mut seen = Vec::new();
        for commune in [WEST, EAST] {
            let own = field.account(&format!("xa-{commune}"), Role::CommuneOfficer, &[commune]).await;
            seen.push(density(&own, "").await["cells"].clone());
        }
        assert_eq!(seen[0].as_array().unwrap().len(), 1);
        assert_eq!(seen[0], seen[1]);
    }

    async fn no_way_is_lost_where_the_middle_of_a_cell_lies_across_the_border(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        // West of 104.0 there is no commune: a walk 50 m inside, in cells whose middles lie outside.
        let middle = |lat: f64| {
            let cell = h3o::LatLng::new(lat, 104.0005).unwrap().to_cell(h3o::Resolution::Seven);
            h3o::LatLng::from(cell).lng()
        };
        let mut starts = (0..300).map(|n| 22.05 + 0.001 * f64::from(n));
        let lat = starts.find(|lat| middle(lat + 0.004) < 103.999 && middle(lat + 0.010) < 103.999).unwrap();
        walked(&field, &phone, 104.0005, lat, -7200).await;
        // The commune's own officer sees the cell as well.
        let own = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        for client in [&officer, &own] {
            for res in [7, 8, 9] {
                let answer = density(client, &format!("from=2026-02-01&to=2026-03-31&res={res}")).await;
                let walked_km: f64 = cells(&answer).iter().map(|cell| number(&cell["effort_km"])).sum();
                assert!((walked_km - 1.586).abs() < 0.002, "{res}: {walked_km}");
            }
        }
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        assert!(cells(&density(&east, "").await).is_empty());
        // Nor does a way outside every commune make a cell.
        walked(&field, &phone, 103.9, 22.2, -7200 - DAY_S).await;
        let whole = density(&officer, "from=2026-02-01&to=2026-03-31&res=7").await;
        assert!((number(&whole["total"]["effort_km"]) - 1.586).abs() < 0.002, "{}", whole["total"]);
    }

    async fn outsiders_get_whole_ended_seasons_of_coarse_cells_and_nothing_else(field: Field) {
        load_communes(&field).await;
        let (reader, phone) = (field.account("doc", Role::Reader, &[]).await, field.phone("máy A", &[]).await);
        uneven_season(&field, &phone).await;
        cluster(&field, &phone, 104.4, 22.4, 4, "2026-02-25T10:15:00+07:00").await;
        let answer = density(&reader, "").await;
        assert_eq!((&answer["view"], &answer["res"]), (&json!("coarse"), &json!(7)));
        assert_eq!(answer["seasons"], json!([ENDED]));
        for hidden in ["prior", "coverage_definition", "indexed_through", "pending_patrols"] {
            assert_eq!(answer[hidden], Value::Null, "{hidden}");
        }
        for same in [format!("season={ENDED}&res=7"), "from=2024-09-01&to=2025-08-31".to_owned()] {
            assert_eq!(density(&reader, &same).await, answer);
        }
        for refused in [
            "res=8", "res=9", "crop=opium_poppy", "campaign=01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4", "season=2025-2026", "season=2025", "from=2024-09-01&to=2025-08-30",
            "from=2023-09-01&to=2025-08-31", "from=2025-01-01&to=2025-12-31", "from=2024-10-01", "season=2024-2025&to=2025-01-01",
            "from=2025-02-20&to=2025-02-20", "season=2026-2027",
        ] {
            reader.get(&format!("/api/v1/density?{refused}")).await.expect(400);
        }
        // A campaign that there is, over the very season that is shown, is a part of it: one answer less another would tell
        // of plots that are hidden in both.
        let (campaign, patrol) = (field.new_id(), field.new_id());
        let declared = json!({
            "kind": "crop_check", "transport": "foot", "campaign": campaign,
            "started_at": "2025-02-20T08:00:00+07:00", "ended_at": "2025-02-20T12:00:00+07:00",
        });
        phone.put(&format!("/api/v1/patrols/{patrol}"), &declared).await.expect(201);
        let refused = reader.get(&format!("/api/v1/density?season={ENDED}&campaign={campaign}")).await.expect(400).json();
        assert!(refused["fields"][0]["reason"].as_str().unwrap().starts_with("not answered in this view"), "{refused}");
        // Nothing in which hidden cells or other seasons had a part.
        for cell in cells(&answer) {
            for hidden in ["rate", "gi_z", "gi_p", "gi_q", "gi", "trend", "trend_z", "clean_seasons", "last_plot_on", "plants_of"] {
                assert_eq!(cell[hidden], Value::Null, "{hidden}");
            }
            assert!(number(&cell["plots"]) >= 3.0);
        }
        reader.get(&format!("/api/v1/density/suggestions?commune={WEST}")).await.expect(403);
        let local = field.account("doc-dong", Role::Reader, &[EAST]).await;
        let local = density(&local, "").await;
        assert!(cells(&local).iter().all(|cell| cells(&answer).contains(cell)));
        assert_eq!(cells(&local).len(), 1);
    }

    async fn an_outsider_with_every_total_cannot_subtract_a_small_cell(field: Field) {
        load_communes(&field).await;
        let (reader, officer) = (field.account("doc", Role::Reader, &[]).await, field.officer().await);
        let phone = field.phone("máy A", &[]).await;
        let small = uneven_season(&field, &phone).await;
        let seen = density(&reader, "").await;
        // The west's one small cell takes the three beside it along; the east's seven can be shown.
        assert_eq!(cells(&seen).len(), 1);
        assert_eq!(seen["cells"][0]["plots"], 7);
        assert_eq!(seen["total"]["plots"], 7);
        // The attack: subtract what is shown from each total that a report may print.
        let truth = density(&officer, &format!("season={ENDED}&res=7")).await;
        let shown: BTreeSet<&str> = cells(&seen).iter().map(|cell| cell["cell"].as_str().unwrap()).collect();
        let hidden = with_plots(&truth).into_iter().filter(|cell| !shown.contains(cell["cell"].as_str().unwrap()));
        let hidden: Vec<f64> = hidden.map(|cell| number(&cell["plots"])).collect();
        assert!(hidden.contains(&2.0) && hidden.len() >= 2 && hidden.iter().sum::<f64>() >= 3.0, "{hidden:?}");
        // Which of the hidden cells holds how many: not a byte of the answer tells. One plot moves to a cell that was empty.
        let mut moved = plot_at(104.1, 22.2);
        moved["properties"]["detected_at"] = json!(IN_ENDED);
        moved["properties"]["revises"] = json!(1);
        put_plot(&phone, small, &moved).await;
        let after = reader.get("/api/v1/density").await.expect(200);
        assert!(after.json() == seen, "a plot that moves between hidden cells shows");
        // Nor does a season under way.
        found(&field, &phone, 104.2, 22.3, "2026-02-25T10:15:00+07:00").await;
        assert!(density(&reader, "").await == seen, "the season under way shows");
        let truth = density(&officer, &format!("season={ENDED}&res=7")).await;
        assert_eq!(with_plots(&truth).iter().filter(|cell| cell["plots"] == 1).count(), 2);
    }

    async fn a_small_cell_on_a_border_is_hidden_among_those_of_the_commune_of_its_plots(field: Field) {
        load_communes(&field).await;
        let (reader, phone) = (field.account("doc", Role::Reader, &[]).await, field.phone("máy A", &[]).await);
        cluster(&field, &phone, 104.3, 22.4, 7, IN_ENDED).await;
        cluster(&field, &phone, 104.7, 22.4, 4, IN_ENDED).await;
        cluster(&field, &phone, 104.8, 22.2, 9, IN_ENDED).await;
        // Two plots of the west in a cell whose middle lies in the east.
        let lat = (0..300).map(|n| 22.05 + 0.001 * f64::from(n)).find(|lat| {
            let cell = h3o::LatLng::new(*lat, 104.4995).unwrap().to_cell(h3o::Resolution::Seven);
            h3o::LatLng::from(cell).lng() > 104.5 && cell_at(104.4995, lat + 0.0005, 7) == cell.to_string()
        });
        for north in [0.0, 0.0005] {
            found(&field, &phone, 104.4995, lat.unwrap() + north, IN_ENDED).await;
        }
        // A report counts nine plots in the west. Were the seven shown, the two would lie in the only cell that is left.
        let seen = density(&reader, "").await;
        let mut plots: Vec<u64> = cells(&seen).iter().map(|cell| cell["plots"].as_u64().unwrap()).collect();
        plots.sort_unstable();
        assert_eq!(plots, [4, 9]);
    }

    async fn few_measured_plots_hide_their_measures_from_outsiders(field: Field) {
        load_communes(&field).await;
        let (reader, phone) = (field.account("doc", Role::Reader, &[]).await, field.phone("máy A", &[]).await);
        for n in 0..3 {
            let mut plot = plot_at(104.301 + 0.0002 * f64::from(n), 22.4);
            plot["properties"]["detected_at"] = json!(IN_ENDED);
            if n > 0 {
                for measure in ["plants", "plants_method"] {
                    plot["properties"].as_object_mut().unwrap().remove(measure);
                }
            }
            put_plot(&phone, field.new_id(), &plot).await;
        }
        let answer = density(&reader, "").await;
        let own = &answer["cells"][0];
        assert_eq!((&own["plots"], &own["plants"]), (&json!(3), &Value::Null));
        assert_eq!(own["area_m2"], 192.0);
    }

    async fn a_label_expires_after_two_clean_seasons(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        let place = (104.3, 22.4);
        for year in [2022, 2023, 2024] {
            found(&field, &phone, place.0, place.1, &format!("{year}-02-25T10:15:00+07:00")).await;
        }
        let class = async |season: &str| {
            let answer = density(&officer, &format!("season={season}")).await;
            let own = with_history(&answer, place);
            (own["trend"].clone(), own["clean_seasons"].clone())
        };
        assert_eq!(class("2023-2024").await, (json!("persistent"), json!(0)));
        // Nobody looked in 2024-2025: nothing is known, so nothing expires.
        assert_eq!(class(ENDED).await.0, "persistent");
        for walk in 0..3 {
            walked(&field, &phone, place.0, 22.395, -(370 + walk) * DAY_S).await;
        }
        assert_eq!(class(ENDED).await, (json!("persistent"), json!(1)));
        // The season under way is not clean before it has ended.
        for walk in 0..3 {
            walked(&field, &phone, place.0, 22.395, -(10 + walk) * DAY_S).await;
        }
        assert_eq!(class(NOW).await, (json!("persistent"), json!(1)));
        field.clock.advance_millis(200 * DAY_S * 1000);
        assert_eq!(class(NOW).await, (json!("none"), json!(2)));
    }

    async fn suggestions_hold_evidence_and_a_fifth_at_random(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy A", &[]).await);
        for n in 0..12 {
            found(&field, &phone, 104.1 + 0.03 * f64::from(n), 22.1, "2026-02-25T10:15:00+07:00").await;
        }
        walked(&field, &phone, 104.1, 22.095, -7200).await;
        let square = json!({ "type": "Polygon", "coordinates": [[
            [104.2, 22.3], [104.3, 22.3], [104.3, 22.4], [104.2, 22.4], [104.2, 22.3]
        ]] });
        let area = json!({ "type": "FeatureCollection", "features": [{
            "type": "Feature", "geometry": square, "properties": {
                "code": "R1", "name": "R1", "level": "high", "basis": "history", "crop": "opium_poppy", "valid_from": "2025-09-01",
            },
        }]});
        let console = Actor::console();
        let file = Cursor::new(area.to_string());
        field.app.areas.import_risk_areas(&console, file, "thử", false).await.unwrap();
        let path = format!("/api/v1/density/suggestions?commune={WEST}");
        let list = officer.get(&path).await.expect(200).json();
        assert_eq!(list["label"], "Nên kiểm tra tiếp");
        assert_eq!(list["week"], "2026-W10");
        let areas = list["areas"].as_array().unwrap();
        assert_eq!(areas.len(), 10);
        assert!(number(&list["random_share"]) >= 0.2);
        let random: Vec<&Value> = areas.iter().filter(|area| area["reason"] == "random").collect();
        assert_eq!(random.len(), 2);
        assert!(random.iter().all(|area| in_square(area["cell"].as_str().unwrap())));
        let strongest = areas.iter().find(|area| area["reason"] == "evidence").unwrap();
        assert_eq!(strongest["cell"], cell_at(104.1, 22.1, 8), "the one rate that is known leads");
        assert!(strongest["text"].as_str().unwrap().starts_with("1 điểm trồng trong 1 niên vụ; đã đi "));
        assert_eq!(officer.get(&path).await.json(), list, "one week has one list");
        field.clock.advance_millis(7 * DAY_S * 1000);
        assert_ne!(officer.get(&path).await.json()["areas"], list["areas"]);
        assert_eq!(officer.get(&format!("{path}&n=1")).await.json()["areas"][0]["reason"], "random");
        officer.get(&format!("{path}&n=51")).await.expect(400);
        // Where nobody drew risk areas, all of the commune is drawn from.
        let east = officer.get(&format!("/api/v1/density/suggestions?commune={EAST}")).await.expect(200).json();
        assert!(codes(&east).contains(&"no_risk_area"));
        assert_eq!(east["random_share"], 1.0);
    }

    async fn effort_by_cell_counts_visits_patrols_and_people(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        walked(&field, &phone, 104.3, 22.395, -7200).await;
        walked(&field, &phone, 104.3, 22.395, -7200 - DAY_S).await;
        let asked = |resolution| EffortAsked {
            from: "2026-02-01".parse().unwrap(),
            to: "2026-03-31".parse().unwrap(),
            resolution,
            class: FootprintClass::Ground,
            campaign: None,
        };
        let coverage = &field.app.coverage;
        let fine = coverage.effort_cells(asked(9)).await.unwrap();
        let coarse = coverage.effort_cells(asked(5)).await.unwrap();
        assert!(fine.len() > 3 && coarse.len() == 1);
        let whole = &coarse[0];
        assert_eq!((whole.visits, whole.patrols), (2, 2));
        assert_eq!((whole.duration_ms, whole.counted_ms), (3_580_000, 3_580_000));
        assert_eq!(whole.person_ms, 4 * 3_580_000);
        assert_eq!(whole.last_at.to_string(), field.after(-7200 + 1790));
        assert!((fine.iter().map(|own| own.length_m).sum::<f64>() - whole.length_m).abs() < 1e-6);
        assert_eq!(fine.iter().map(|own| own.duration_ms).sum::<i64>(), whole.duration_ms);
        let aerial = EffortAsked { class: FootprintClass::Aerial, ..asked(9) };
        assert!(coverage.effort_cells(aerial).await.unwrap().is_empty());
    }
}

fn with_history(answer: &Value, place: (f64, f64)) -> &Value {
    let name = cell_at(place.0, place.1, 8);
    cells(answer)
        .iter()
        .find(|cell| cell["cell"] == name.as_str())
        .unwrap()
}

/// Whether a cell of resolution 8 may meet the square: its middle lies within a cell's reach of it.
fn in_square(cell: &str) -> bool {
    let middle = h3o::LatLng::from(cell.parse::<h3o::CellIndex>().unwrap());
    (104.19..104.31).contains(&middle.lng()) && (22.29..22.41).contains(&middle.lat())
}
