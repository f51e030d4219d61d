//! Map tiles: what each role sees in them, what changes their names, what they answer to nonsense, and what outsiders
//! cannot find out.

mod mvt;

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Role};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::plots::{EAST, WEST, load_communes, plot_at};

const MVT: &str = "application/vnd.mapbox-vector-tile";
const ENDED: &str = "2025-02-20T10:15:00+07:00";
/// The plot of most stories, and one in the other commune.
const NEAR: (f64, f64) = (104.3, 22.4);
const FAR: (f64, f64) = (104.7, 22.4);

/// The tile of a place by the formula of the OpenStreetMap wiki.
fn tile_at((lon, lat): (f64, f64), z: u8) -> String {
    let side = 2_f64.powi(i32::from(z));
    let x = (lon + 180.0) / 360.0 * side;
    let y = (1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * side;
    format!("{z}/{}/{}", x.floor(), y.floor())
}

/// A place in units of the tile that holds another.
fn unit_at((lon, lat): (f64, f64), tile_of: (f64, f64), z: u8) -> (f64, f64) {
    let side = 2_f64.powi(i32::from(z));
    let at = |(lon, lat): (f64, f64)| {
        let north = lat.to_radians().tan().asinh() / std::f64::consts::PI;
        ((lon + 180.0) / 360.0 * side, (1.0 - north) / 2.0 * side)
    };
    let (place, corner) = (at((lon, lat)), at(tile_of));
    (
        (place.0 - corner.0.floor()) * 4096.0,
        (place.1 - corner.1.floor()) * 4096.0,
    )
}

fn path(layer: &str, at: (f64, f64), z: u8) -> String {
    format!("/tiles/{layer}/{}.mvt", tile_at(at, z))
}

async fn put_plot(
    field: &Field,
    phone: &Client,
    (lon, lat): (f64, f64),
    when: Option<&str>,
) -> Uuid {
    let (id, mut plot) = (field.new_id(), plot_at(lon, lat));
    if let Some(when) = when {
        plot["properties"]["detected_at"] = json!(when);
    }
    phone
        .put(&format!("/api/v1/plots/{id}"), &plot)
        .await
        .expect(201);
    id
}

pub async fn load_risk(field: &Field) {
    let feature = |code: &str, west: f64| {
        let east = west + 0.02;
        json!({
            "type": "Feature",
            "properties": { "code": code, "name": code, "level": "high", "basis": "history", "crop": "opium_poppy", "valid_from": "2025-01-01" },
            "geometry": { "type": "Polygon", "coordinates": [[
                [west, 22.39], [east, 22.39], [east, 22.41], [west, 22.41], [west, 22.39]
            ]] }
        })
    };
    let file = json!({ "type": "FeatureCollection", "features": [feature("R-1", 104.29), feature("R-2", 104.69)] });
    let file = std::io::Cursor::new(file.to_string().into_bytes());
    let areas = &field.app.areas;
    areas
        .import_risk_areas(&Actor::console(), file, "thử", false)
        .await
        .unwrap();
}

/// A walk northwards with a pause of half an hour and 2 km in the middle.
pub async fn walked(field: &Field, phone: &Client, (lon, lat): (f64, f64), kind: &str) -> Uuid {
    let id = field.new_id();
    let draft = json!({
        "kind": kind, "transport": "foot",
        "started_at": field.after(-7260), "ended_at": field.after(-60),
    });
    phone
        .put(&format!("/api/v1/patrols/{id}"), &draft)
        .await
        .expect(201);
    let fixes: Vec<Value> = (0..120)
        .map(|n| {
            let (pause_s, way) = if n < 60 { (0, 0.0) } else { (1800, 0.02) };
            json!({
                "t": field.after(-7200 + 10 * n + pause_s), "lon": lon,
                "lat": lat + way + 0.00008 * f64::from(i32::try_from(n).unwrap()), "accuracy_m": 5.0,
            })
        })
        .collect();
    let fixes = json!({ "fixes": fixes });
    phone
        .post(&format!("/api/v1/patrols/{id}/fixes"), &fixes)
        .await
        .expect(200);
    field.settle().await;
    id
}

fn ids(tile: &Answer, layer: &str) -> BTreeSet<String> {
    let layers = mvt::read(&tile.bytes);
    let features = layers.get(layer).map(|own| own.features.as_slice());
    let features = features.unwrap_or_default().iter();
    features.map(|own| own.id().to_owned()).collect()
}

fn tag(answer: &Answer) -> String {
    answer.headers[header::ETAG].to_str().unwrap().to_owned()
}

async fn known(client: &Client, path: &str, tag: &str) -> Answer {
    let request = Request::builder()
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", client.token()))
        .header(header::IF_NONE_MATCH, tag);
    client.call(request.body(Body::empty()).unwrap()).await
}

on_both! {
    async fn a_collections_tilesets_lead_to_its_tiles_and_to_the_matrices_that_they_are_cut_by(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let told = async |path: &str| officer.get(path).await.expect(200).json();
        let href = |document: &Value, rel: &str| {
            let links = document["links"].as_array().unwrap();
            let own = links.iter().find(|own| own["rel"].as_str().unwrap().ends_with(rel)).unwrap();
            let href = own["href"].as_str().unwrap();
            href.split_once("://").unwrap().1.split_once('/').unwrap().1.to_owned()
        };
        let collection = told("/ogc/collections/communes").await;
        let list = told(&format!("/{}", href(&collection, "tilesets-vector"))).await;
        let one = told(&format!("/{}", href(&list["tilesets"][0], "self"))).await;
        let item = format!("/{}", href(&one, "item"));
        let limits = one["tileMatrixSetLimits"].as_array().unwrap();
        let (x, y) = (202, 111);
        let own = limits.iter().find(|own| own["tileMatrix"] == "8").unwrap();
        let within = |low: &str, high: &str, at: i64| (own[low].as_i64().unwrap()..=own[high].as_i64().unwrap()).contains(&at);
        assert!(within("minTileCol", "maxTileCol", x) && within("minTileRow", "maxTileRow", y), "{own}");
        let at = item.replace("{tileMatrix}", "8").replace("{tileRow}", &y.to_string()).replace("{tileCol}", &x.to_string());
        let tile = officer.get(&at).await.expect(200);
        assert_eq!(tile.bytes, officer.get(&format!("/tiles/communes/8/{x}/{y}.mvt")).await.expect(200).bytes);
        let matrices = told(&format!("/{}", href(&one, "tiling-scheme"))).await;
        let eighth = &matrices["tileMatrices"][8];
        // Of OGC 17-083r4, annex D: zoom 8.
        assert_eq!((eighth["id"].clone(), eighth["matrixWidth"].clone()), (json!("8"), json!(256)));
        assert!((eighth["scaleDenominator"].as_f64().unwrap() - 2_183_915.093_862_179).abs() < 1e-3);
        assert_eq!(told("/ogc/tileMatrixSets?f=json").await["tileMatrixSets"][0]["id"], "WebMercatorQuad");
        for unknown in ["/ogc/tileMatrixSets/WorldCRS84Quad", "/ogc/collections/communes/tiles/WorldCRS84Quad", "/ogc/collections/hamlets/tiles"] {
            officer.get(unknown).await.expect(404);
        }
        officer.get("/ogc/tileMatrixSets?f=html").await.expect(400);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get("/ogc/collections/plots/tiles").await.expect(404);
    }

    async fn a_layer_tells_what_it_is_and_where_its_tiles_are(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let told = officer.get("/tiles/plots.json?crop=cannabis&from=2026-01-01").await.expect(200).json();
        assert_eq!(told["tilejson"], "3.0.0");
        let address = told["tiles"][0].as_str().unwrap();
        assert!(address.starts_with("http"), "{address}");
        assert!(address.ends_with("/tiles/plots/{z}/{x}/{y}.mvt?from=2026-01-01&crop=cannabis"), "{address}");
        assert_eq!(told["bounds"], json!([104.0, 22.0, 105.0, 22.5]));
        let layer = &told["vector_layers"][0];
        assert_eq!(layer["id"], "plots");
        assert!(layer["fields"]["area_m2"].is_string() && layer["fields"]["grower_status"].is_null());
        assert!(told["minzoom"].as_u64() < told["maxzoom"].as_u64());
        let names = officer.get("/tiles/communes.json").await.expect(200).json();
        let names: Vec<&Value> = names["vector_layers"].as_array().unwrap().iter().map(|own| &own["id"]).collect();
        assert_eq!(names, ["communes", "communes_labels"]);
    }

    async fn communes_are_drawn_side_by_side_and_each_label_once(field: Field) {
        load_communes(&field).await;
        let reader = field.account("người đọc", Role::Reader, &[]).await;
        let mut labels = Vec::new();
        for z in 8..=10 {
            let mut seen = BTreeSet::new();
            for x in 0..=16 {
                for y in 0..=8 {
                    let at = (103.97 + f64::from(x) / 15.0, 21.95 + f64::from(y) / 14.0);
                    seen.insert(tile_at(at, z));
                }
            }
            labels.clear();
            for at in seen {
                let tile = reader.get(&format!("/tiles/communes/{at}.mvt")).await;
                if tile.status == 204 {
                    continue;
                }
                let layers = mvt::read(&tile.bytes);
                for own in layers.values().flat_map(|layer| &layer.features) {
                    assert!(own.kind == 1 || own.kind == 3);
                }
                for layer in layers.values() {
                    assert_eq!((layer.version, layer.extent), (2, 4096));
                }
                let own = layers.get("communes_labels").map_or(&[][..], |layer| &layer.features);
                labels.extend(own.iter().map(|own| own.tags["name"].as_str().unwrap().to_owned()));
            }
            labels.sort();
            assert_eq!(labels, ["Tây", "Đông"], "zoom {z}");
        }
    }

    async fn plots_are_seen_within_reach_alone(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy ghi", &[]).await;
        let west = put_plot(&field, &phone, NEAR, None).await.to_string();
        let east = put_plot(&field, &phone, FAR, None).await.to_string();
        let at = path("plots", NEAR, 7);
        let all = |client: Client| {
            let at = at.clone();
            async move {
                let tile = client.get(&at).await;
                if tile.status == 204 { BTreeSet::new() } else { ids(&tile.expect(200), "plots") }
            }
        };
        let both: BTreeSet<String> = [west.clone(), east.clone()].into();
        assert_eq!(all(field.officer().await).await, both);
        assert_eq!(all(field.account("thanh tra", Role::Auditor, &[]).await).await, both);
        assert_eq!(all(field.account("xã tây", Role::CommuneOfficer, &[WEST]).await).await, [west.clone()].into());
        assert_eq!(all(field.account("xã đông", Role::CommuneOfficer, &[EAST]).await).await, [east.clone()].into());
        assert_eq!(all(field.account("đồn biên phòng", Role::PostOfficer, &[WEST]).await).await, [west.clone()].into());
        assert_eq!(all(field.account("tổ tuần tra", Role::PatrolMember, &[EAST]).await).await, [east.clone()].into());
        for role in [Role::Reader, Role::Admin] {
            let outsider = field.account(role.as_str(), role, &[]).await;
            outsider.get(&at).await.expect(404);
            outsider.get("/tiles/plots.json").await.expect(404);
        }
        field.anon().get(&at).await.expect(401);
    }

    async fn only_the_tile_of_a_changed_fact_gets_a_new_name(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy ghi", &[]).await);
        put_plot(&field, &phone, NEAR, None).await;
        put_plot(&field, &phone, FAR, None).await;
        let (near, far) = (path("plots", NEAR, 12), path("plots", FAR, 12));
        let first = officer.get(&near).await.expect(200);
        assert_eq!(first.headers[header::CONTENT_TYPE], MVT);
        assert!(first.headers[header::CACHE_CONTROL].to_str().unwrap().contains("private"));
        let vary = first.headers[header::VARY].to_str().unwrap().to_lowercase();
        assert!(vary.contains("authorization") && vary.contains("cookie"), "{vary}");
        let other = tag(&officer.get(&far).await.expect(200));
        assert!(known(&officer, &near, &tag(&first)).await.expect(304).bytes.is_empty());
        let added = put_plot(&field, &phone, (NEAR.0 + 0.003, NEAR.1), None).await;
        let second = known(&officer, &near, &tag(&first)).await.expect(200);
        assert!(ids(&second, "plots").contains(&added.to_string()));
        known(&officer, &far, &other).await.expect(304);
        // Another process on the same database tells the same.
        let elsewhere = field.elsewhere(&officer);
        assert_eq!(tag(&elsewhere.get(&near).await.expect(200)), tag(&second));
    }

    async fn tiles_of_nothing_are_empty_and_those_that_are_not_there_refused(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for empty in ["/tiles/plots/8/0/0.mvt", "/tiles/communes/2/3/1.mvt", "/ogc/collections/plots/tiles/WebMercatorQuad/8/0/0"] {
            assert!(officer.get(empty).await.expect(204).bytes.is_empty());
        }
        for absent in [
            "/tiles/plots/3/99/0.mvt", "/tiles/plots/3/0/8.mvt", "/tiles/plots/21/0/0.mvt", "/tiles/plots/3/0/0.png",
            "/tiles/photos/3/0/0.mvt", "/tiles/nothing/3/0/0.mvt", "/tiles/nothing.json", "/tiles/plots",
            "/ogc/collections/plots/tiles/WorldCRS84Quad/8/111/202",
        ] {
            officer.get(absent).await.expect(404);
        }
        for nonsense in [
            "/tiles/plots/x/0/0.mvt", "/tiles/plots/3/-1/0.mvt", "/tiles/plots/3/0/a.mvt", "/tiles/plots/999/0/0.mvt",
            "/tiles/plots/8/0/0.mvt?nothing=1", "/tiles/plots/8/0/0.mvt?kind=night", "/tiles/communes/8/0/0.mvt?from=2026-01-01",
            "/tiles/plots/8/0/0.mvt?from=2026-02-01&to=2026-01-01", "/tiles/plots/8/0/0.mvt?season=2025-2026&to=2026-01-01",
            "/tiles/plots/8/0/0.mvt?season=mai", "/tiles/coverage_cells/8/0/0.mvt?crop=cannabis",
        ] {
            officer.get(nonsense).await.expect(400);
        }
    }

    async fn both_orders_and_both_encodings_give_the_same_tile(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let plain = officer.get("/tiles/communes/8/202/111.mvt").await.expect(200);
        let ogc = officer.get("/ogc/collections/communes/tiles/WebMercatorQuad/8/111/202").await.expect(200);
        assert_eq!((tag(&plain), &plain.bytes), (tag(&ogc), &ogc.bytes));
        let request = Request::builder()
            .uri("/tiles/communes/8/202/111.mvt")
            .header(header::AUTHORIZATION, format!("Bearer {}", officer.token()))
            .header(header::ACCEPT_ENCODING, "br, gzip;q=0.8");
        let packed = officer.call(request.body(Body::empty()).unwrap()).await.expect(200);
        assert_eq!(packed.headers[header::CONTENT_ENCODING], "gzip");
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.bytes.as_slice()), &mut unpacked).unwrap();
        assert_eq!((tag(&packed), unpacked), (tag(&plain), plain.bytes));
    }

    async fn patrols_are_lines_with_their_breaks_apart(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy ghi", &[]).await;
        let patrol = walked(&field, &phone, NEAR, "crop_check").await.to_string();
        let at = path("patrols", NEAR, 10);
        let officer = field.officer().await;
        let layers = mvt::read(&officer.get(&at).await.expect(200).bytes);
        let legs = &layers["patrols"].features;
        assert_eq!((legs.len(), legs[0].kind, legs[0].parts.len()), (1, 2, 2));
        assert_eq!((legs[0].id(), &legs[0].tags["kind"], &legs[0].tags["credible_pct"]), (patrol.as_str(), &json!("crop_check"), &json!(100.0)));
        let breaks = &layers["patrols_breaks"].features;
        assert_eq!((breaks.len(), breaks[0].id(), breaks[0].parts.len()), (1, patrol.as_str(), 1));
        // The break leads from the end of one leg to the start of the next.
        assert_eq!((breaks[0].parts[0][0], breaks[0].parts[0][1]), (*legs[0].parts[0].last().unwrap(), legs[0].parts[1][0]));
        officer.get(&format!("{at}?kind=night")).await.expect(204);
        officer.get(&format!("{at}?to=2026-01-31")).await.expect(204);
        let other = field.account("xã đông", Role::CommuneOfficer, &[EAST]).await;
        other.get(&at).await.expect(204);
    }

    async fn cells_of_coverage_get_finer_by_zoom_and_follow_what_was_walked(field: Field) {
        load_communes(&field).await;
        load_risk(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy ghi", &[]).await);
        let window = "from=2026-02-01&to=2026-03-31";
        let seen = async |query: &str, z: u8| {
            let at = format!("{}?{query}", path("coverage_cells", NEAR, z));
            let layers = mvt::read(&officer.get(&at).await.expect(200).bytes);
            let features = layers.into_values().flat_map(|layer| layer.features);
            let cells: Vec<(String, f64)> = features
                .map(|own| (own.id().to_owned(), own.tags["covered_m2"].as_f64().unwrap()))
                .collect();
            cells
        };
        let covered = |cells: &[(String, f64)]| cells.iter().map(|(_, m2)| m2).sum::<f64>();
        assert!(covered(&seen(window, 12).await) == 0.0);
        walked(&field, &phone, (104.3, 22.395), "night").await;
        for (z, resolution) in [(9, '7'), (12, '9'), (15, 'b')] {
            let cells = seen(window, z).await;
            assert!(cells.iter().all(|(cell, _)| cell.starts_with(&format!("8{resolution}"))), "zoom {z}: {cells:?}");
            assert!(covered(&cells) > 0.0, "zoom {z}");
        }
        let unique: BTreeSet<String> = seen(window, 12).await.into_iter().map(|(cell, _)| cell).collect();
        assert_eq!(unique.len(), seen(window, 12).await.len(), "a cell is drawn once");
        assert!(covered(&seen(&format!("{window}&kind=night"), 12).await) > 0.0);
        assert!(covered(&seen(&format!("{window}&kind=gate"), 12).await) == 0.0);
        let elsewhere = format!("{window}&campaign={}", field.new_id());
        assert!(covered(&seen(&elsewhere, 12).await) == 0.0);
        let other = field.account("xã đông", Role::CommuneOfficer, &[EAST]).await;
        other.get(&format!("{}?{window}", path("coverage_cells", NEAR, 12))).await.expect(204);
        let reader = field.account("người đọc", Role::Reader, &[]).await;
        reader.get(&path("coverage_cells", NEAR, 12)).await.expect(404);
    }

    async fn risk_areas_are_seen_within_reach_alone(field: Field) {
        load_communes(&field).await;
        load_risk(&field).await;
        let at = path("risk_areas", NEAR, 7);
        let both = ids(&field.officer().await.get(&at).await.expect(200), "risk_areas");
        assert_eq!(both, ["R-1".to_owned(), "R-2".to_owned()].into());
        let own = field.account("xã tây", Role::CommuneOfficer, &[WEST]).await;
        let own = own.get(&at).await.expect(200);
        assert_eq!(ids(&own, "risk_areas"), ["R-1".to_owned()].into());
        assert_eq!(ids(&own, "risk_areas_labels"), ["R-1".to_owned()].into());
    }

    async fn outsiders_see_the_coarse_density_in_every_tile_and_nothing_of_small_cells(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy ghi", &[]).await;
        let many = h3o::LatLng::new(NEAR.1, NEAR.0).unwrap().to_cell(h3o::Resolution::Seven);
        let few = h3o::LatLng::new(22.3, 104.2).unwrap().to_cell(h3o::Resolution::Seven);
        // Were it alone, a larger cell would have to hide it.
        let beside = h3o::LatLng::new(22.3, 104.25).unwrap().to_cell(h3o::Resolution::Seven);
        for (cell, plots) in [(many, 5), (few, 2), (beside, 2)] {
            let middle = h3o::LatLng::from(cell);
            for n in 0..plots {
                let at = (middle.lng() + 0.0005 * f64::from(n), middle.lat());
                put_plot(&field, &phone, at, Some(ENDED)).await;
            }
        }
        let (officer, reader) = (field.officer().await, field.account("người đọc", Role::Reader, &[]).await);
        let coarse = reader.get("/api/v1/density").await.expect(200).json();
        let published: BTreeSet<String> = coarse["cells"].as_array().unwrap().iter()
            .map(|own| own["cell"].as_str().unwrap().to_owned()).collect();
        assert!(published.contains(&many.to_string()) && !published.contains(&few.to_string()));
        let mut names = BTreeSet::new();
        for z in 6..=14 {
            for at in [NEAR, (104.2, 22.3)] {
                let tile = reader.get(&path("density_cells", at, z)).await;
                if tile.status == 204 {
                    continue;
                }
                let layers = mvt::read(&tile.expect(200).bytes);
                for own in layers.values().flat_map(|layer| &layer.features) {
                    names.insert(own.id().to_owned());
                    for hidden in ["gi", "gi_z", "rate", "trend", "last_plot_on"] {
                        assert!(!own.tags.contains_key(hidden), "{hidden}");
                    }
                }
            }
        }
        assert_eq!(names, published);
        let campaign = format!("season=2024-2025&campaign={}", field.new_id());
        for apart in ["from=2025-02-01&to=2025-02-20", "crop=opium_poppy&season=2024-2025", "season=2025-2026", campaign.as_str()] {
            reader.get(&format!("{}?{apart}", path("density_cells", NEAR, 9))).await.expect(400);
        }
        let full = officer.get(&format!("{}?season=2024-2025", path("density_cells", (104.2, 22.3), 8))).await.expect(200);
        assert!(ids(&full, "density_cells").contains(&few.to_string()));
        let outside = reader.get(&format!("{}?season=2024-2025", path("density_cells", (104.2, 22.3), 8))).await;
        assert!(outside.status == 204 || !ids(&outside, "density_cells").contains(&few.to_string()));
    }

    async fn density_is_drawn_of_one_campaign_and_plots_of_none_are_left_out(field: Field) {
        load_communes(&field).await;
        let (officer, phone) = (field.officer().await, field.phone("máy ghi", &[]).await);
        let (campaign, patrol) = (field.new_id(), field.new_id());
        let declared = json!({
            "kind": "crop_check", "transport": "foot", "campaign": campaign,
            "started_at": "2026-02-25T08:00:00+07:00", "ended_at": "2026-02-25T12:00:00+07:00",
        });
        phone.put(&format!("/api/v1/patrols/{patrol}"), &declared).await.expect(201);
        let mut plot = plot_at(NEAR.0, NEAR.1);
        plot["properties"]["patrol"] = json!(patrol);
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot).await.expect(201);
        // Another cell of resolution 9 in the same tile of zoom 11.
        let beside = (NEAR.0 + 0.01, NEAR.1);
        assert_eq!(tile_at(beside, 11), tile_at(NEAR, 11));
        put_plot(&field, &phone, beside, None).await;
        let drawn = async |query: &str| {
            let tile = officer.get(&format!("{}?{query}", path("density_cells", NEAR, 11))).await.expect(200);
            ids(&tile, "density_cells")
        };
        let cell = |(lon, lat): (f64, f64)| {
            let place = h3o::LatLng::new(lat, lon).unwrap();
            place.to_cell(h3o::Resolution::Nine).to_string()
        };
        assert_eq!(drawn("season=2025-2026").await, [cell(NEAR), cell(beside)].into());
        assert_eq!(drawn(&format!("season=2025-2026&campaign={campaign}")).await, [cell(NEAR)].into());
        let unknown = format!("{}?campaign={}", path("density_cells", NEAR, 11), field.new_id());
        officer.get(&unknown).await.expect(400);
    }

    async fn no_tile_of_any_zoom_tells_a_coarse_reader_more_of_a_place_than_its_cell(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy ghi", &[]).await;
        let cell = h3o::LatLng::new(NEAR.1, NEAR.0).unwrap().to_cell(h3o::Resolution::Seven);
        let middle = h3o::LatLng::from(cell);
        let place = (middle.lng() + 0.002, middle.lat() + 0.001);
        for n in 0..5 {
            put_plot(&field, &phone, (place.0 + 0.0001 * f64::from(n), place.1), Some(ENDED)).await;
        }
        let reader = field.account("người đọc", Role::Reader, &[]).await;
        for z in 6..=20 {
            for layer in ["plots", "coverage_cells", "risk_areas", "patrols"] {
                reader.get(&path(layer, place, z)).await.expect(404);
            }
            let layers = mvt::read(&reader.get(&path("density_cells", place, z)).await.expect(200).bytes);
            assert_eq!(layers.keys().collect::<Vec<_>>(), ["density_cells"]);
            let features = &layers["density_cells"].features;
            let own = features.iter().find(|own| own.id() == cell.to_string()).unwrap();
            // What is drawn is the cell's border, or the edge of the tile with its buffer.
            let corners: Vec<(f64, f64)> = cell.boundary().iter().map(|at| unit_at((at.lng(), at.lat()), place, z)).collect();
            for at in own.parts.iter().flatten() {
                let is_edge = [at.0, at.1].iter().any(|unit| *unit == -64 || *unit == 4160);
                let unit = |unit: i64| f64::from(i32::try_from(unit).unwrap());
                let units = (unit(at.0), unit(at.1));
                let is_corner = corners.iter().any(|corner| (corner.0 - units.0).hypot(corner.1 - units.1) <= 2.0);
                assert!(is_edge || is_corner, "zoom {z}: {at:?} of {corners:?}");
            }
        }
    }

    async fn a_secret_in_the_address_opens_tiles_and_stands_nowhere_in_them(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let made = field.app.identity.account_token(&Actor::console(), officer.id, true, Some(30)).await.unwrap();
        let token = made.text.as_str();
        let told = field.anon().get(&format!("/tiles/communes.json?access_token={token}")).await.expect(200);
        assert!(!String::from_utf8_lossy(&told.bytes).contains(token));
        field.anon().get(&format!("/tiles/communes/8/202/111.mvt?access_token={token}")).await.expect(200);
        field.anon().get(&format!("/tiles/communes/8/202/111.mvt?access_token={}", officer.token())).await.expect(401);
    }
}
