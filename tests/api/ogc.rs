//! OGC API – Features as QGIS and GDAL ask: documents, pages, filters, reference systems, edits, and what outsiders
//! cannot find out.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Role};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::plots::{EAST, WEST, load_communes, plot_at};

const ITEMS: &str = "/ogc/collections/plots/items";
const GEOJSON: &str = "application/geo+json";
const EPSG: &str = "http://www.opengis.net/def/crs/EPSG/0/";

pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

async fn items(client: &Client, query: &str) -> Value {
    client
        .get(&format!("{ITEMS}?{query}"))
        .await
        .expect(200)
        .json()
}

async fn filtered(client: &Client, filter: &str) -> BTreeSet<String> {
    ids(&items(client, &format!("filter={}", encoded(filter))).await)
}

fn ids(page: &Value) -> BTreeSet<String> {
    let features = page["features"].as_array().unwrap();
    features
        .iter()
        .map(|feature| feature["id"].as_str().unwrap().to_owned())
        .collect()
}

fn link<'a>(document: &'a Value, rel: &str) -> Option<&'a Value> {
    let mut links = document["links"].as_array().unwrap().iter();
    links.find(|link| link["rel"] == rel)
}

/// The path and query of an absolute link.
fn local(href: &str) -> String {
    let rest = href.split_once("://").unwrap().1;
    rest[rest.find('/').unwrap()..].to_owned()
}

async fn put_plot(field: &Field, client: &Client, lon: f64, lat: f64, change: Value) -> Uuid {
    let (id, mut plot) = (field.new_id(), plot_at(lon, lat));
    for (name, value) in change.as_object().unwrap() {
        plot["properties"][name] = value.clone();
    }
    let path = format!("/api/v1/plots/{id}");
    client.put(&path, &plot).await.expect(201);
    id
}

/// Every page from an address on, each feature's id once.
async fn all_pages(client: &Client, first: &str) -> Vec<BTreeSet<String>> {
    let (mut pages, mut path) = (Vec::new(), first.to_owned());
    loop {
        let page = client.get(&path).await.expect(200).json();
        pages.push(ids(&page));
        match link(&page, "next") {
            None => return pages,
            Some(next) => {
                assert_eq!(next["type"], GEOJSON);
                path = local(next["href"].as_str().unwrap());
            }
        }
    }
}

async fn send(
    client: &Client,
    method: &str,
    path: &str,
    body: &Value,
    crs: Option<&str>,
) -> Answer {
    let crs = crs.map(|crs| format!("<{crs}>"));
    let headers: Vec<(&str, &str)> = crs
        .iter()
        .map(|crs| ("content-crs", crs.as_str()))
        .collect();
    send_with(client, method, path, body, &headers).await
}

async fn send_with(
    client: &Client,
    method: &str,
    path: &str,
    body: &Value,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, GEOJSON)
        .header(header::AUTHORIZATION, format!("Bearer {}", client.token()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client
        .call(request.body(Body::from(body.to_string())).unwrap())
        .await
}

async fn allowed(client: &Client, path: &str) -> String {
    let answer = client
        .send(Method::OPTIONS, path, None, Body::empty())
        .await
        .expect(204);
    answer.headers[header::ALLOW].to_str().unwrap().to_owned()
}

on_both! {
    async fn the_documents_are_those_that_gis_tools_look_for(field: Field) {
        let officer = field.officer().await;
        let landing = officer.get("/ogc").await.expect(200).json();
        let typed = |rel: &str| link(&landing, rel).unwrap()["type"].clone();
        assert_eq!(typed("service-desc"), "application/vnd.oai.openapi+json;version=3.0");
        assert_eq!((typed("data"), typed("conformance")), (json!("application/json"), json!("application/json")));
        for own in landing["links"].as_array().unwrap() {
            let href = own["href"].as_str().unwrap();
            assert!(href.starts_with("http"), "{href}");
        }
        let api = officer.get("/ogc/openapi").await.expect(200);
        assert_eq!(api.headers[header::CONTENT_TYPE], "application/vnd.oai.openapi+json;version=3.0");
        let api = api.json();
        let limit = &api["components"]["parameters"]["limit"]["schema"];
        assert!(limit["maximum"].is_u64() && limit["default"].is_u64());
        let parameters = api["paths"]["/collections/plots/items"]["get"]["parameters"].as_array().unwrap();
        assert!(parameters.iter().any(|own| own["name"] == "crop" && own["schema"]["type"] == "string"));
        assert!(api["paths"]["/collections/plots/items"]["post"].is_object());
        assert!(!api.to_string().contains("\"$ref\":\"http"), "the document leans on others");
        let plots = officer.get("/ogc/collections/plots").await.expect(200).json();
        let own = link(&plots, "items").unwrap();
        assert_eq!(own["type"], GEOJSON);
        assert!(!own["href"].as_str().unwrap().contains('?'));
        assert!(plots["crs"].as_array().unwrap().contains(&json!(format!("{EPSG}9205"))));
        for what in ["schema", "queryables"] {
            let told = officer.get(&format!("/ogc/collections/plots/{what}")).await.expect(200);
            assert_eq!(told.headers[header::CONTENT_TYPE], "application/schema+json");
            let told = told.json();
            assert_eq!(told["properties"]["area_m2"]["type"], "number");
            assert_eq!(told["properties"]["detected_at"]["format"], "date-time");
        }
        for page in ["/ogc?f=html", "/ogc/collections?f=html", "/ogc/conformance?f=html", "/ogc/collections/plots/items?f=html"] {
            let told = officer.get(page).await.expect(200);
            assert_eq!(told.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        }
    }

    async fn each_role_is_told_of_the_collections_that_it_may_read(field: Field) {
        load_communes(&field).await;
        let field_crew = "communes hamlets risk_areas border_gates patrols fixes plots photos";
        for (role, expected) in [
            (Role::PatrolMember, field_crew.to_owned()),
            (Role::CommuneOfficer, format!("{field_crew} coverage_cells density_cells")),
            (Role::PostOfficer, format!("{field_crew} coverage_cells density_cells")),
            (Role::ProvincialOfficer, format!("{field_crew} coverage_cells density_cells")),
            (Role::Auditor, format!("{field_crew} coverage_cells density_cells")),
            (Role::Reader, "communes hamlets border_gates density_cells".to_owned()),
            (Role::Admin, "communes hamlets border_gates".to_owned()),
        ] {
            let client = field.account(&format!("tk-{role}"), role, &[WEST]).await;
            let told = client.get("/ogc/collections").await.expect(200).json();
            let told = told["collections"].as_array().unwrap().iter().map(|own| own["id"].as_str().unwrap());
            let told: Vec<&str> = told.collect();
            assert_eq!(told.join(" "), expected, "{role}");
            for id in told {
                let path = format!("/ogc/collections/{id}/items");
                client.get(&path).await.expect(200);
            }
        }
        field.anon().get("/ogc/collections").await.expect(401);
    }

    async fn pages_give_every_plot_once_while_others_come_in(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[]).await;
        let officer = field.officer().await;
        let earlier = field.new_id();
        let mut known = BTreeSet::new();
        for at in 0..23 {
            let lon = 104.1 + f64::from(at) * 0.01;
            known.insert(put_plot(&field, &phone, lon, 22.2, json!({})).await.to_string());
        }
        let first = items(&officer, "limit=7").await;
        assert_eq!((first["numberMatched"].clone(), first["numberReturned"].clone()), (json!(23), json!(7)));
        // A plot that was found long ago and comes late stands before the pages that are still to come.
        phone.put(&format!("/api/v1/plots/{earlier}"), &plot_at(104.35, 22.3)).await.expect(201);
        let next = local(link(&first, "next").unwrap()["href"].as_str().unwrap());
        let mut pages = vec![ids(&first)];
        pages.extend(all_pages(&officer, &next).await);
        let seen: Vec<String> = pages.concat_all();
        let once: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(seen.len(), once.len(), "a page repeats a plot");
        assert!(once.is_superset(&known));
        assert_eq!(pages.len(), 4);
        let filtered = all_pages(&officer, &format!("{ITEMS}?limit=2&filter={}", encoded("plants > 0"))).await;
        assert_eq!(filtered.concat_all().len(), 24);
        // A cursor holds under the filter that it was made for, and no other.
        let moved = next.replace("limit=7", "limit=7&crop=cannabis");
        officer.get(&moved).await.expect(400);
    }

    async fn a_rectangle_and_coordinates_are_understood_in_every_system_that_is_offered(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        // The first vector of domain.md 3 that lies in the communes here: EPSG:9208, from PROJ.
        let own = put_plot(&field, &officer, 104.9127, 22.4856, json!({})).await.to_string();
        put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        let here = |page: &Value| ids(page).into_iter().collect::<Vec<_>>() == [own.clone()];
        assert!(here(&items(&officer, "bbox=104.9,22.4,104.95,22.5").await));
        assert!(here(&items(&officer, "bbox=104.9,22.4,0,104.95,22.5,9000").await));
        let turned = format!("bbox=22.4,104.9,22.5,104.95&bbox-crs={EPSG}4326");
        assert!(here(&items(&officer, &turned).await));
        let page = officer.get(&format!("{ITEMS}/{own}?crs={EPSG}4326")).await.expect(200);
        assert_eq!(page.headers["content-crs"], format!("<{EPSG}4326>"));
        assert_eq!(page.json()["geometry"]["coordinates"], json!([22.4856, 104.9127]));
        let plane = officer.get(&format!("{ITEMS}/{own}?crs={EPSG}9208")).await.expect(200).json();
        let at: Vec<f64> = serde_json::from_value(plane["geometry"]["coordinates"].clone()).unwrap();
        assert!((500_000.0..530_000.0).contains(&at[0]) && (2_480_000.0..2_495_000.0).contains(&at[1]), "{at:?}");
        let around = format!("bbox={},{},{},{}&bbox-crs={EPSG}9208", at[0] - 5.0, at[1] - 5.0, at[0] + 5.0, at[1] + 5.0);
        assert!(here(&items(&officer, &around).await));
        let filter = encoded(&format!("S_INTERSECTS(geometry, BBOX({},{},{},{}))", at[0] - 5.0, at[1] - 5.0, at[0] + 5.0, at[1] + 5.0));
        assert!(here(&items(&officer, &format!("filter={filter}&filter-crs={EPSG}9208")).await));
        let cell = officer.get(&format!("{ITEMS}/{own}")).await.expect(200).json()["properties"]["cell_9"].clone();
        assert!(here(&items(&officer, &format!("cells={}", cell.as_str().unwrap())).await));
    }

    async fn filters_in_text_and_json_choose_what_they_say(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let small = put_plot(&field, &officer, 104.2, 22.2, json!({ "plants": 10, "notes": "gần suối Nậm Xé" })).await.to_string();
        let large = put_plot(&field, &officer, 104.3, 22.3, json!({ "plants": 900, "detected_at": "2026-01-10T08:00:00+07:00" })).await.to_string();
        let east = put_plot(&field, &officer, 104.7, 22.3, json!({ "crop": "cannabis", "plants": null, "plants_method": null })).await.to_string();
        let set = |all: &[&String]| all.iter().map(|id| (*id).clone()).collect::<BTreeSet<String>>();
        for (filter, expected) in [
            ("plants > 500", set(&[&large])),
            ("plants IS NULL", set(&[&east])),
            ("crop = 'opium_poppy' AND NOT (plants > 500)", set(&[&small])),
            ("crop IN ('cannabis', 'coca') OR plants BETWEEN 5 AND 15", set(&[&small, &east])),
            ("ACCENTI(CASEI(notes)) LIKE '%nam xe'", set(&[&small])),
            ("commune_name = 'Đông'", set(&[&east])),
            ("S_INTERSECTS(geometry, POLYGON((104.25 22.25, 104.8 22.25, 104.8 22.4, 104.25 22.4, 104.25 22.25)))", set(&[&large, &east])),
            ("T_BEFORE(detected_at, DATE('2026-02-01'))", set(&[&large])),
            ("detected_at >= TIMESTAMP('2026-02-01T00:00:00+07:00') AND commune = '10001'", set(&[&small])),
            ("area_m2 / plants > 1", set(&[&small])),
            (&format!("id = '{east}'"), set(&[&east])),
        ] {
            assert_eq!(filtered(&officer, filter).await, expected, "{filter}");
        }
        let text = json!({ "op": "and", "args": [
            { "op": "=", "args": [{ "property": "crop" }, "opium_poppy"] },
            { "op": "s_within", "args": [{ "property": "geometry" }, { "bbox": [104.25, 22.25, 105, 23] }] },
        ] });
        let page = items(&officer, &format!("filter-lang=cql2-json&filter={}", encoded(&text.to_string()))).await;
        assert_eq!(ids(&page), set(&[&large]));
        assert_eq!(ids(&items(&officer, "crop=cannabis").await), set(&[&east]));
        assert_eq!(items(&officer, "crop=cannabis").await["numberMatched"], 1);
        assert_eq!(ids(&items(&officer, "datetime=2026-01-10").await), set(&[&large]));
        assert_eq!(ids(&items(&officer, "datetime=2026-02-01T00:00:00Z/..").await), set(&[&small, &east]));
    }

    async fn what_cannot_be_understood_is_refused_by_name(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        for (query, name) in [
            ("bbox=a", "bbox"), ("bbox=1,2,3", "bbox"), ("bbox=5,5,1,1", "bbox"), ("limit=0", "limit"), ("limit=x", "limit"),
            ("nonsense=1", "not known"), ("datetime=yesterday", "datetime"), ("datetime=2026-02-02/2026-01-01", "datetime"),
            ("bbox-crs=http://x/y&bbox=0,0,1,1", "bbox-crs"), ("crs=EPSG:4326", "crs"), ("f=xml", "f"), ("cells=zz", "cells"),
            ("filter=plants", "filter"), ("filter=grower_status%20IS%20NULL", "filter"), ("filter-lang=ecql&filter=TRUE", "filter-lang"),
            ("limit=1&limit=2", "twice"), ("plants=many", "plants"), ("cursor=AAAA", "cursor"), ("res=9", "not known"),
        ] {
            let answer = officer.get(&format!("{ITEMS}?{query}")).await.expect(400);
            let told = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(told.contains(name), "{query}: {told}");
        }
        assert_eq!(ids(&items(&officer, "limit=99999999999999999999999").await).len(), 1);
        officer.get("/ogc/collections/nope").await.expect(404);
        officer.get(&format!("{ITEMS}/nope")).await.expect(404);
        officer.get("/ogc?colour=red").await.expect(400);
        officer.send(Method::DELETE, "/ogc", None, Body::empty()).await.expect(405);
        let page = items(&officer, "bbox=0,0,1,1").await;
        assert_eq!((page["features"].clone(), page["numberReturned"].clone()), (json!([]), json!(0)));
    }

    async fn an_answer_that_is_known_is_not_sent_again(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        let first = officer.get(ITEMS).await.expect(200);
        let tag = first.headers[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(first.headers[header::CACHE_CONTROL], "private, no-cache");
        assert!(first.json()["timeStamp"].is_string());
        let asked = |tag: &str| {
            let request = Request::builder().uri(ITEMS).header(header::IF_NONE_MATCH, tag)
                .header(header::AUTHORIZATION, format!("Bearer {}", officer.token()));
            officer.call(request.body(Body::empty()).unwrap())
        };
        field.clock.advance_millis(60_000);
        let again = asked(&tag).await.expect(304);
        assert!(again.bytes.is_empty());
        put_plot(&field, &officer, 104.21, 22.2, json!({})).await;
        asked(&tag).await.expect(200);
        let head = officer.send(Method::HEAD, ITEMS, None, Body::empty()).await.expect(200);
        assert!(head.bytes.is_empty() && head.headers.contains_key(header::ETAG));
        let packed = officer.open(&format!("{ITEMS}?limit=50"), &[("accept-encoding", "gzip")]).await;
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    }

    async fn an_outsider_who_halves_rectangles_and_filters_learns_of_no_foreign_plot(field: Field) {
        load_communes(&field).await;
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let own = put_plot(&field, &west, 104.2, 22.2, json!({})).await.to_string();
        let province = field.officer().await;
        let probes = |foreign: &str| [
            "bbox=104.5,22,105,22.5".to_owned(), "bbox=104.69,22.29,104.71,22.31".to_owned(),
            format!("filter={}", encoded("plants > 700")), format!("filter={}", encoded("NOT (plants < 700)")),
            format!("filter={}", encoded("S_INTERSECTS(geometry, BBOX(104.5,22,105,23))")),
            format!("filter={}", encoded("commune = '10002'")), format!("filter={}", encoded(&format!("id = '{foreign}'"))),
            "datetime=2026-01-01/2026-01-31".to_owned(), "limit=1".to_owned(), "commune=10002".to_owned(),
            format!("filter={}", encoded("ACCENTI(notes) LIKE '%'")),
        ];
        let unborn = field.new_id().to_string();
        let mut before = Vec::new();
        for probe in probes(&unborn) {
            before.push(west.get(&format!("{ITEMS}?{probe}")).await.expect(200).json());
        }
        let foreign = put_plot(&field, &province, 104.7, 22.3, json!({
            "plants": 900, "notes": "bí mật", "detected_at": "2026-01-10T08:00:00+07:00"
        })).await.to_string();
        assert_eq!(ids(&items(&province, "").await).len(), 2);
        for (probe, known) in probes(&foreign).iter().zip(&before) {
            let mut now = west.get(&format!("{ITEMS}?{probe}")).await.expect(200).json();
            let mut known = known.clone();
            // The id that was asked for stands in the link, and nothing else may differ.
            for told in [&mut now, &mut known] {
                told["links"] = Value::Null;
            }
            assert_eq!(now, known, "{probe}");
        }
        assert_eq!(ids(&items(&west, "").await), BTreeSet::from([own]));
        let missing = |id: &str| format!("{ITEMS}/{id}");
        let (hidden, absent) = (west.get(&missing(&foreign)).await.expect(404), west.get(&missing(&unborn)).await.expect(404));
        assert_eq!(without_request(&hidden), without_request(&absent));
        let reader = field.account("doc", Role::Reader, &[]).await;
        for path in [ITEMS.to_owned(), missing(&foreign), "/ogc/collections/plots/schema".into(), "/ogc/collections/coverage_cells/items".into()] {
            let (hidden, absent) = (reader.get(&path).await.expect(404), reader.get("/ogc/collections/nothing").await.expect(404));
            assert_eq!(without_request(&hidden), without_request(&absent), "{path}");
        }
    }

    async fn outsiders_see_density_without_the_fields_that_would_give_small_cells_away(field: Field) {
        load_communes(&field).await;
        let (reader, officer) = (field.account("doc", Role::Reader, &[]).await, field.officer().await);
        put_plot(&field, &officer, 104.2, 22.2, json!({ "detected_at": "2025-02-10T08:00:00+07:00" })).await;
        let cells = "/ogc/collections/density_cells";
        let told = reader.get(&format!("{cells}/queryables")).await.expect(200).json();
        for hidden in ["rate", "gi_z", "trend", "last_plot_on", "clean_seasons"] {
            assert!(told["properties"][hidden].is_null(), "{hidden}");
            reader.get(&format!("{cells}/items?filter={}", encoded(&format!("{hidden} IS NULL")))).await.expect(400);
        }
        for probe in ["", "datetime=2024-09-01/2025-08-31", "bbox=104,22,104.5,22.5", "filter=plots%20%3E%3D%201", "cells=874159444ffffff"] {
            let page = reader.get(&format!("{cells}/items?{probe}")).await.expect(200).json();
            assert_eq!((page["features"].clone(), page["numberMatched"].clone()), (json!([]), json!(0)), "{probe}");
        }
        for refused in ["datetime=2025-02-01/2025-02-28", "datetime=2025-02-10", "res=9", "datetime=2025-09-01/2026-08-31"] {
            reader.get(&format!("{cells}/items?{refused}")).await.expect(400);
        }
        let full = officer.get(&format!("{cells}/items?datetime=2024-09-01/2025-08-31&res=7&filter=plots%20%3E%200")).await.expect(200).json();
        assert_eq!(full["features"][0]["properties"]["plots"], 1);
    }

    async fn an_edit_in_a_gis_is_a_recording_a_revision_and_a_retraction(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let mut sent = plot_at(104.2, 22.2);
        sent["properties"].as_object_mut().unwrap().remove("grower_status");
        sent["properties"]["state"] = Value::Null;
        let made = send(&officer, "POST", ITEMS, &sent, None).await.expect(201);
        let location = made.headers[header::LOCATION].to_str().unwrap().to_owned();
        assert!(location.contains("/ogc/collections/plots/items/"));
        let path = local(&location);
        let plot = officer.get(&path).await.expect(200).json();
        assert_eq!((plot["properties"]["version"].clone(), plot["properties"]["plants"].clone()), (json!(1), json!(320)));
        // As QGIS does it: every attribute as it was, some changed; computed ones come back unchanged.
        let mut changed = plot.clone();
        changed["properties"]["plants"] = json!(400);
        changed["properties"]["notes"] = json!("đếm lại");
        send(&officer, "PUT", &path, &changed, None).await.expect(204);
        let plot = officer.get(&path).await.expect(200).json();
        assert_eq!((plot["properties"]["version"].clone(), plot["properties"]["plants"].clone()), (json!(2), json!(400)));
        let moved = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [22.25, 104.25] }, "properties": { "stage": "flowering" } });
        send(&officer, "PATCH", &path, &moved, Some(&format!("{EPSG}4326"))).await.expect(204);
        let plot = officer.get(&path).await.expect(200).json();
        assert_eq!(plot["geometry"]["coordinates"], json!([104.25, 22.25]));
        let told = &plot["properties"];
        assert_eq!((told["stage"].clone(), told["notes"].clone(), told["version"].clone()), (json!("flowering"), json!("đếm lại"), json!(3)));
        let native = format!("/api/v1/plots/{}", plot["id"].as_str().unwrap());
        let history = officer.get(&native).await.expect(200).json()["properties"]["history"].clone();
        assert_eq!(history.as_array().unwrap().len(), 3);
        // QGIS writes times as they stand in its form, without an offset, and gives computed ones back so.
        let mut bare = plot.clone();
        bare["properties"]["detected_at"] = json!("2026-03-01T07:30:00.000");
        let recorded_at = bare["properties"]["recorded_at"].as_str().unwrap().trim_end_matches('Z').to_owned();
        bare["properties"]["recorded_at"] = json!(recorded_at);
        send(&officer, "PUT", &path, &bare, None).await.expect(204);
        let told = officer.get(&path).await.expect(200).json()["properties"].clone();
        assert_eq!(told["detected_at"], json!("2026-03-01T00:30:00Z"));
        let yesterday = json!({ "type": "Feature", "properties": { "detected_at": "hôm qua" } });
        assert_eq!(send(&officer, "PATCH", &path, &yesterday, None).await.expect(422).pointers(), ["/properties/detected_at"]);
        let forged = json!({ "type": "Feature", "properties": { "state": "eradicated" } });
        let refused = send(&officer, "PATCH", &path, &forged, None).await.expect(422);
        assert_eq!(refused.pointers(), ["/properties/state"]);
        let answer = officer.delete(&path).await.expect(400);
        assert!(answer.json()["detail"].as_str().unwrap().contains("reason"));
        officer.delete(&format!("{path}?reason=ghi%20nh%E1%BA%A7m")).await.expect(204);
        officer.get(&path).await.expect(410);
    }

    async fn an_edit_of_what_somebody_has_changed_meanwhile_is_refused_and_told_what_stands(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let id = put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        let path = format!("{ITEMS}/{id}");
        let read = officer.open(&path, &[("accept-encoding", "gzip")]).await;
        let tag = read.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"'), "{tag} is weak");
        assert!(!read.headers().contains_key(header::CONTENT_ENCODING), "other bytes under a strong name");
        let first = officer.get(&path).await.expect(200).json();
        let by = |method: &'static str, body: Value, name: &'static str, value: String| {
            let (officer, path) = (officer.clone(), path.clone());
            async move { send_with(&officer, method, &path, &body, &[(name, value.as_str())]).await }
        };
        let noted = |text: &str| json!({ "type": "Feature", "properties": { "notes": text } });
        for (name, value) in [
            ("if-match", "\"wrong\"".to_owned()), ("if-match", format!("W/{tag}")), ("if-match", "W/\"zzz\"".into()),
            ("if-none-match", "*".into()), ("if-none-match", tag.clone()),
        ] {
            let refused = by("PATCH", noted("đè"), name, value.clone()).await.expect(412).json();
            assert_eq!((refused["version"].clone(), refused["stands"]["plants"].clone()), (json!(1), json!(320)), "{value}");
            assert_eq!(refused["etag"], tag);
        }
        by("PATCH", noted("của tôi"), "if-match", format!("\"x\", {tag}")).await.expect(204);
        by("PATCH", noted("ai cũng được"), "if-match", "*".into()).await.expect(204);
        let mut late = first.clone();
        late["properties"]["plants"] = json!(5);
        by("PUT", late.clone(), "if-match", tag.clone()).await.expect(412);
        // Without a condition the version that comes back tells as much.
        let stale = send(&officer, "PUT", &path, &late, None).await.expect(409).json();
        assert_eq!((stale["type"].clone(), stale["version"].clone()), (json!("/problems/stale-revision"), json!(3)));
        assert_eq!(stale["stands"]["notes"], "ai cũng được");
        assert!(stale["detail"].as_str().unwrap().contains("đã có người sửa"));
        send_with(&officer, "DELETE", &format!("{path}?reason=th%E1%BB%AD"), &Value::Null, &[("if-match", tag.as_str())]).await.expect(412);
        let stands = officer.get(&path).await.expect(200);
        let told = stands.json()["properties"].clone();
        assert_eq!((told["plants"].clone(), told["notes"].clone(), told["version"].clone()), (json!(320), json!("ai cũng được"), json!(3)));
        let now = stands.headers[header::ETAG].to_str().unwrap().to_owned();
        let weak = format!("W/{now}");
        let known = officer.open(&path, &[("if-none-match", weak.as_str())]).await;
        assert_eq!(known.status(), 304);
        late["properties"]["version"] = json!(3);
        by("PUT", late, "if-match", now).await.expect(204);
        assert_eq!(officer.get(&path).await.expect(200).json()["properties"]["plants"], 5);
    }

    async fn of_editors_who_have_read_the_same_only_one_edits(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for round in 0..6_u8 {
            let id = put_plot(&field, &officer, 104.2 + 0.01 * f64::from(round), 22.2, json!({})).await;
            let path = format!("{ITEMS}/{id}");
            let read = officer.get(&path).await.expect(200);
            let tag = read.headers[header::ETAG].to_str().unwrap().to_owned();
            let reason = format!("{path}?reason=th%E1%BB%AD");
            let noted = |text: &str| json!({ "type": "Feature", "properties": { "notes": text } });
            let mut whole = read.json();
            whole["properties"]["plants"] = json!(400);
            let held = [("if-match", tag.as_str())];
            let edits = [
                ("PATCH", &path, noted("một")), ("DELETE", &reason, Value::Null), ("PUT", &path, whole),
                ("DELETE", &reason, Value::Null), ("PATCH", &path, noted("hai")),
            ];
            let asked = edits.iter().cycle().skip(usize::from(round)).take(edits.len()).map(|(method, path, body)| {
                send_with(&officer, method, path, body, &held)
            });
            let answers = futures::future::join_all(asked).await;
            let told: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
            assert_eq!(told.iter().filter(|status| **status == 204).count(), 1, "{told:?}");
            // Whoever came later is told of what stands since, or that it is gone.
            assert!(told.iter().all(|status| [204, 410, 412].contains(status)), "{told:?}");
            for answer in answers.iter().filter(|answer| answer.status == 412) {
                assert_eq!(answer.json()["type"], "/problems/changed-since");
                assert!(answer.json()["etag"].is_string() && answer.json()["etag"] != tag, "{}", answer.json());
            }
            field.clock.advance_millis(1_000);
            let native = officer.get(&format!("/api/v1/plots/{id}")).await.expect(200).json();
            let versions = native["properties"]["version"].as_u64().unwrap();
            let is_retracted = native["properties"]["state"] == "retracted";
            assert_eq!(versions + u64::from(is_retracted), 2, "one edit and no more: {native}");
        }
    }

    async fn of_two_who_end_or_change_a_risk_area_that_both_have_read_one_does(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let items = "/ogc/collections/risk_areas/items";
        let area = json!({ "type": "Feature", "properties": { "code": "NC-2", "name": "Khu", "level": "high", "basis": "history",
            "crop": "opium_poppy", "valid_from": "2025-07-01", "reason": "thử" },
            "geometry": { "type": "Polygon", "coordinates": [[[104.1, 22.1], [104.11, 22.1], [104.11, 22.11], [104.1, 22.11], [104.1, 22.1]]] } });
        send(&officer, "POST", items, &area, None).await.expect(201);
        let path = format!("{items}/NC-2");
        let read = officer.get(&path).await.expect(200);
        let tag = read.headers[header::ETAG].to_str().unwrap().to_owned();
        field.clock.advance_millis(1_000);
        let changed = json!({ "type": "Feature", "properties": { "level": "low", "reason": "rà soát" } });
        let gone = format!("{path}?reason=th%E1%BB%AD");
        let held = [("if-match", tag.as_str())];
        let patching = send_with(&officer, "PATCH", &path, &changed, &held);
        let ending = send_with(&officer, "DELETE", &gone, &Value::Null, &held);
        let (patched, ended) = futures::future::join(patching, ending).await;
        let told = [patched.status.as_u16(), ended.status.as_u16()];
        assert_eq!(told.iter().filter(|status| **status == 204).count(), 1, "{told:?}");
        assert!(told.iter().all(|status| [204, 410, 412].contains(status)), "{told:?}");
        let version = officer.get("/api/v1/risk-areas/NC-2").await.expect(200).json()["properties"]["version"].clone();
        assert_eq!(version, 2);
    }

    async fn edits_of_a_risk_area_at_once_are_all_made_but_for_those_that_name_what_was_read(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let items = "/ogc/collections/risk_areas/items";
        let area = json!({ "type": "Feature", "properties": { "code": "NC-3", "name": "Khu", "level": "high", "basis": "history",
            "crop": "opium_poppy", "valid_from": "2025-07-01", "reason": "thử" },
            "geometry": { "type": "Polygon", "coordinates": [[[104.1, 22.1], [104.11, 22.1], [104.11, 22.11], [104.1, 22.11], [104.1, 22.1]]] } });
        send(&officer, "POST", items, &area, None).await.expect(201);
        let path = format!("{items}/NC-3");
        let changed = |name: &'static str, value: Value| {
            let mut properties = json!({ "reason": "rà soát" });
            properties[name] = value;
            json!({ "type": "Feature", "properties": properties })
        };
        let edits = [
            changed("level", json!("low")), changed("name", json!("Khu đông")), changed("required_visits", json!(3)),
            changed("basis", json!("terrain")),
        ];
        let answers = futures::future::join_all(edits.iter().map(|edit| send(&officer, "PATCH", &path, edit, None))).await;
        for answer in answers {
            answer.expect(204);
        }
        let now = officer.get("/api/v1/risk-areas/NC-3").await.expect(200).json()["properties"].clone();
        assert_eq!(now["version"], 5, "nobody's change was lost: {now}");
        assert_eq!(
            [&now["level"], &now["name"], &now["required_visits"], &now["basis"]],
            [&json!("low"), &json!("Khu đông"), &json!(3), &json!("terrain")]
        );
        let tag = officer.get(&path).await.expect(200).headers[header::ETAG].to_str().unwrap().to_owned();
        let held = [("if-match", tag.as_str())];
        let edits = ["một", "hai", "ba"].map(|name| changed("name", json!(name)));
        let answers = futures::future::join_all(edits.iter().map(|edit| send_with(&officer, "PATCH", &path, edit, &held))).await;
        let mut told: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        told.sort_unstable();
        assert_eq!(told, [204, 412, 412]);
        // A version that comes back in the body tells as much as a condition does, and is answered as such.
        let mut late = officer.get(&path).await.expect(200).json();
        late["properties"]["version"] = json!(5);
        late["properties"]["reason"] = json!("trễ");
        let stale = send(&officer, "PUT", &path, &late, None).await.expect(409).json();
        assert_eq!((stale["type"].clone(), stale["version"].clone()), (json!("/problems/stale-revision"), json!(6)));
    }

    async fn a_retracted_plot_is_in_no_list_but_for_those_who_ask_for_its_state(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        let stays = put_plot(&field, &officer, 104.21, 22.2, json!({})).await.to_string();
        let wrong = put_plot(&field, &officer, 104.2, 22.2, json!({})).await.to_string();
        let (path, tile) = (format!("{ITEMS}/{wrong}"), "/tiles/plots/4/12/6.mvt");
        let before = officer.get(ITEMS).await.expect(200);
        assert_eq!(before.json()["numberMatched"], 2);
        let drawn = officer.get(tile).await.expect(200);
        officer.delete(&format!("{path}?reason=nh%E1%BA%ADp%20th%E1%BB%AD")).await.expect(204);
        let after = officer.get(ITEMS).await.expect(200);
        assert_ne!(after.headers[header::ETAG], before.headers[header::ETAG]);
        assert_eq!((ids(&after.json()), after.json()["numberMatched"].clone()), (BTreeSet::from([stays.clone()]), json!(1)));
        let pages = all_pages(&officer, &format!("{ITEMS}?limit=1")).await;
        assert_eq!(pages.concat_all(), std::slice::from_ref(&stays));
        assert_ne!(officer.get(tile).await.expect(200).headers[header::ETAG], drawn.headers[header::ETAG]);
        let exported = |query: &'static str| {
            let officer = officer.clone();
            async move { ids(&officer.get(&format!("/export/plots.geojson{query}")).await.expect(200).json()) }
        };
        assert_eq!(exported("").await, BTreeSet::from([stays.clone()]));
        // Whoever holds one list against another finds the same: no filter brings it back but by its word.
        for filter in ["state <> 'eradicated'", "state IS NOT NULL", "NOT (state = 'verified')", "state LIKE '%'"] {
            assert_eq!(filtered(&officer, filter).await, BTreeSet::from([stays.clone()]), "{filter}");
        }
        for filter in ["state = 'retracted'", "state IN ('retracted', 'rejected')", "CASEI(state) = CASEI('Retracted')"] {
            assert_eq!(filtered(&officer, filter).await, BTreeSet::from([wrong.clone()]), "{filter}");
        }
        assert_eq!(items(&officer, "state=retracted").await["numberMatched"], 1);
        assert_eq!(exported("?state=retracted").await, BTreeSet::from([wrong.clone()]));
        let gone = officer.get(&path).await.expect(410).json();
        assert!(gone["detail"].as_str().unwrap().contains("đã thu hồi"), "{gone}");
        officer.delete(&format!("{path}?reason=l%E1%BA%A7n%20hai")).await.expect(410);
        send(&officer, "PATCH", &path, &json!({ "properties": { "plants": 1 } }), None).await.expect(410);
        // That it was there is told to those alone who may read its place.
        east.get(&path).await.expect(404);
    }

    async fn a_plot_is_not_moved_to_where_turned_axes_or_another_zone_would_put_it(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let own = put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        let path = format!("{ITEMS}/{own}");
        let at = |x: f64, y: f64| json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [x, y] } });
        // EPSG:9208, by PROJ: 103.9707 22.4856, which is within some kilometres of the communes here.
        let (east, north) = (419_615.382, 2_487_639.514);
        let (vn, degrees) = (format!("{EPSG}9208"), format!("{EPSG}4326"));
        let cases = [
            (at(north, east), Some(vn.as_str()), "EPSG:9208 is easting (Y), then northing (X)"),
            (at(east, north), Some("http://www.opengis.net/def/crs/EPSG/0/5898"), "EPSG:5898 is easting"),
            (at(104.2, 22.2), Some(degrees.as_str()), "EPSG:4326 is latitude, then longitude"),
            (at(122.36, 3.62), None, "CRS84 is longitude, then latitude"),
        ];
        for (moved, crs, told) in cases {
            for (method, to) in [("PATCH", path.as_str()), ("POST", ITEMS)] {
                let mut sent = plot_at(104.2, 22.2);
                sent["geometry"] = moved["geometry"].clone();
                let body = if method == "POST" { &sent } else { &moved };
                let refused = send(&officer, method, to, body, crs).await.expect(422).json();
                assert_eq!(refused["fields"][0]["pointer"], "/geometry", "{refused}");
                let reason = refused["fields"][0]["reason"].as_str().unwrap();
                assert!(reason.contains(told) && reason.contains("địa bàn"), "{reason}");
            }
        }
        let area = json!({
            "type": "Feature", "properties": { "code": "NC-9", "name": "Khu 9", "level": "high", "basis": "history",
                "crop": "opium_poppy", "valid_from": "2025-07-01", "reason": "thử" },
            "geometry": { "type": "Polygon", "coordinates": [[[122.1, 3.1], [122.2, 3.1], [122.2, 3.2], [122.1, 3.1]]] },
        });
        let refused = send(&officer, "POST", "/ogc/collections/risk_areas/items", &area, None).await.expect(422);
        assert_eq!(refused.pointers(), ["/geometry"]);
        let stands = officer.get(&path).await.expect(200).json();
        assert_eq!(stands["geometry"]["coordinates"], json!([104.2, 22.2]));
        send(&officer, "PATCH", &path, &at(east, north), Some(&vn)).await.expect(204);
        let stands = officer.get(&path).await.expect(200).json();
        let moved: Vec<f64> = serde_json::from_value(stands["geometry"]["coordinates"].clone()).unwrap();
        assert!((moved[0] - 103.9707).abs() < 1e-6 && (moved[1] - 22.4856).abs() < 1e-6, "{moved:?}");
    }

    async fn a_rectangle_on_a_plane_holds_what_lies_in_it_and_not_what_lies_around_it(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for step in 0..40 {
            let (lon, lat) = (104.05 + 0.023 * f64::from(step % 8), 22.05 + 0.08 * f64::from(step / 8));
            put_plot(&field, &officer, lon, lat, json!({})).await;
        }
        for epsg in [9208, 3405, 5897, 9209] {
            let told = items(&officer, &format!("limit=100&crs={EPSG}{epsg}")).await;
            let mut all: Vec<(String, f64, f64)> = told["features"].as_array().unwrap().iter().map(|own| {
                let at = &own["geometry"]["coordinates"];
                (own["id"].as_str().unwrap().to_owned(), at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
            }).collect();
            all.sort_by(|one, other| one.1.total_cmp(&other.1));
            let mut tried = 0;
            // Each rectangle has a plot at its corners: what lies outside lies close to an edge.
            for (one, other) in [(0, 39), (3, 28), (8, 37), (1, 22), (16, 34), (5, 33), (10, 38)] {
                let (a, b) = (&all[one], &all[other]);
                let (low, high) = ((a.1.min(b.1), a.2.min(b.2)), (a.1.max(b.1), a.2.max(b.2)));
                let within = |own: &&(String, f64, f64)| (low.0..=high.0).contains(&own.1) && (low.1..=high.1).contains(&own.2);
                let wanted: BTreeSet<String> = all.iter().filter(within).map(|own| own.0.clone()).collect();
                let query = format!("limit=100&bbox={},{},{},{}&bbox-crs={EPSG}{epsg}", low.0, low.1, high.0, high.1);
                let page = items(&officer, &query).await;
                assert_eq!(ids(&page), wanted, "{epsg} {query}");
                assert_eq!(page["numberMatched"], wanted.len(), "{epsg} {query}");
                tried += wanted.len();
            }
            assert!(tried > 30, "{tried}");
        }
        // An area meets it by its outline on the plane: a box just south of the commune's edge meets none.
        let lines = officer.get(&format!("/ogc/collections/communes/items?crs={EPSG}9209")).await.expect(200).json();
        let ring = lines["features"][0]["geometry"]["coordinates"][0][0].as_array().unwrap().clone();
        let south = ring.iter().map(|at| at[1].as_f64().unwrap()).fold(f64::INFINITY, f64::min);
        let (west, east) = ring.iter().map(|at| at[0].as_f64().unwrap())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        let met = async |top: f64| {
            let query = format!("bbox={west},{},{east},{top}&bbox-crs={EPSG}9209", south - 2_000.0);
            let told = officer.get(&format!("/ogc/collections/communes/items?{query}")).await.expect(200).json();
            ids(&told).contains(WEST)
        };
        assert!(met(south + 1.0).await && !met(south - 1.0).await);
    }

    async fn a_text_with_its_tone_marks_apart_is_the_same_text(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let east = put_plot(&field, &officer, 104.7, 22.3, json!({ "notes": "Dền Thàu" })).await.to_string();
        put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        let own = BTreeSet::from([east]);
        let (apart, name) = ("De\u{302}\u{300}n Tha\u{300}u", "\u{110}o\u{302}ng");
        for filter in [format!("notes = '{apart}'"), format!("notes LIKE '{apart}%'"), format!("commune_name IN ('{name}')")] {
            assert_eq!(filtered(&officer, &filter).await, own, "{filter}");
        }
        assert_eq!(ids(&items(&officer, &format!("commune_name={}", encoded(name))).await), own);
        let text = json!({ "op": "=", "args": [{ "property": "notes" }, apart] }).to_string();
        assert_eq!(ids(&items(&officer, &format!("filter-lang=cql2-json&filter={}", encoded(&text))).await), own);
    }

    async fn risk_areas_are_changed_with_a_reason_by_the_province_alone(field: Field) {
        load_communes(&field).await;
        let (officer, commune) = (field.officer().await, field.account("xa", Role::CommuneOfficer, &[WEST]).await);
        let list = "/ogc/collections/risk_areas/items";
        let area = json!({
            "type": "Feature",
            "geometry": { "type": "MultiPolygon", "coordinates": [[[[104.1, 22.1], [104.2, 22.1], [104.2, 22.2], [104.1, 22.1]]]] },
            "properties": { "code": "NC-01", "name": "Khu 1", "level": "high", "basis": "history", "crop": "opium_poppy",
                "valid_from": "2025-07-01", "reason": "khảo sát" }
        });
        send(&commune, "POST", list, &area, None).await.expect(403);
        let mut silent = area.clone();
        silent["properties"]["reason"] = Value::Null;
        send(&officer, "POST", list, &silent, None).await.expect(422);
        send(&officer, "POST", list, &area, None).await.expect(201);
        let path = format!("{list}/NC-01");
        let mut changed = officer.get(&path).await.expect(200).json();
        changed["properties"]["level"] = json!("low");
        changed["properties"]["reason"] = json!("đã trồng rừng");
        send(&officer, "PUT", &path, &changed, None).await.expect(204);
        let renamed = json!({ "properties": { "name": "Khu Một", "reason": "đặt lại tên" } });
        send(&officer, "PATCH", &path, &renamed, None).await.expect(204);
        let told = officer.get(&path).await.expect(200).json()["properties"].clone();
        assert_eq!((told["level"].clone(), told["name"].clone(), told["version"].clone()), (json!("low"), json!("Khu Một"), json!(3)));
        // QGIS sends an outline that was drawn anew alone: what it does not name stays, the reason too.
        let wider = json!({ "geometry": { "type": "MultiPolygon", "coordinates": [[[[104.1, 22.1], [104.25, 22.1], [104.2, 22.2], [104.1, 22.1]]]] } });
        send(&officer, "PATCH", &path, &wider, None).await.expect(204);
        let told = officer.get(&path).await.expect(200).json();
        assert_eq!(told["geometry"]["coordinates"], wider["geometry"]["coordinates"]);
        assert_eq!((told["properties"]["reason"].clone(), told["properties"]["version"].clone()), (json!("đặt lại tên"), json!(4)));
        let unsaid = json!({ "properties": { "name": "Khu 1", "reason": null } });
        assert_eq!(send(&officer, "PATCH", &path, &unsaid, None).await.expect(422).pointers(), ["/properties/reason"]);
        officer.delete(&path).await.expect(400);
        officer.delete(&format!("{path}?reason=thu")).await.expect(204);
        assert!(officer.get(&path).await.expect(200).json()["properties"]["valid_to"].is_string());
        assert_eq!(allowed(&commune, list).await, "GET, HEAD, OPTIONS");
        assert_eq!(allowed(&officer, list).await, "GET, HEAD, POST, OPTIONS");
    }

    async fn tools_are_told_what_their_reader_may_write(field: Field) {
        load_communes(&field).await;
        let (officer, auditor) = (field.officer().await, field.account("tt", Role::Auditor, &[]).await);
        let id = put_plot(&field, &officer, 104.2, 22.2, json!({})).await;
        let one = format!("{ITEMS}/{id}");
        assert_eq!(allowed(&officer, &one).await, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
        for (client, path) in [(&auditor, ITEMS), (&auditor, one.as_str()), (&field.anon(), ITEMS)] {
            assert_eq!(allowed(client, path).await, "GET, HEAD, OPTIONS");
        }
        send(&auditor, "POST", ITEMS, &plot_at(104.3, 22.3), None).await.expect(403);
        let never = send(&officer, "POST", "/ogc/collections/communes/items", &plot_at(104.3, 22.3), None).await.expect(405);
        assert_eq!(never.headers[header::ALLOW], "GET, HEAD, OPTIONS");
        // Outside the author's communes it is kept aside, as by the native API.
        let west = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        send(&west, "POST", ITEMS, &plot_at(104.7, 22.3), None).await.expect(403);
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        send(&east, "PATCH", &one, &json!({ "properties": { "plants": 1 } }), None).await.expect(404);
    }

    async fn a_token_in_the_address_reads_only_and_is_never_repeated(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        for at in 0..3 {
            put_plot(&field, &officer, 104.2 + f64::from(at) * 0.01, 22.2, json!({})).await;
        }
        let made = async |read_only, days| {
            let console = Actor::console();
            field.app.identity.account_token(&console, officer.id, read_only, days).await.unwrap().text
        };
        let token = made(true, Some(30)).await;
        let anon = field.anon();
        let page = anon.get(&format!("{ITEMS}?limit=2&access_token={token}")).await.expect(200);
        assert!(!String::from_utf8_lossy(&page.bytes).contains(&token), "the token stands in the page");
        assert_eq!(page.json()["numberMatched"], 3);
        let next = local(link(&page.json(), "next").unwrap()["href"].as_str().unwrap());
        anon.get(&next).await.expect(401);
        assert_eq!(ids(&anon.get(&format!("{next}&access_token={token}")).await.expect(200).json()).len(), 1);
        for refused in [made(false, Some(30)).await, made(true, None).await, officer.token().to_owned(), "x".into()] {
            anon.get(&format!("/ogc?access_token={refused}")).await.expect(401);
        }
        anon.post(&format!("{ITEMS}?access_token={token}"), &plot_at(104.3, 22.3)).await.expect(401);
        let basic = |secret: &str| {
            let shown = base64_of(&format!("ai:{secret}"));
            let request = Request::builder().uri(ITEMS).header(header::AUTHORIZATION, format!("Basic {shown}"));
            anon.call(request.body(Body::empty()).unwrap())
        };
        basic(officer.token()).await.expect(200);
        let refused = basic("sai").await.expect(401);
        assert!(refused.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic"));
    }

    async fn every_collection_gives_its_features_with_their_fields(field: Field) {
        let phone = field.phone("máy ghi", &[]).await;
        load_communes(&field).await;
        let officer = field.officer().await;
        let plot = put_plot(&field, &phone, 104.2, 22.2, json!({})).await;
        let patrol = field.new_id();
        let body = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-3600), "ended_at": field.after(-60) });
        phone.put(&format!("/api/v1/patrols/{patrol}"), &body).await.expect(201);
        let fixes: Vec<Value> = (0..40).map(|at| json!({
            "t": field.after(-3500 + at * 10), "lon": 104.2 + f64::from(i32::try_from(at).unwrap()) * 0.0001, "lat": 22.2, "accuracy_m": 5.0
        })).collect();
        phone.post(&format!("/api/v1/patrols/{patrol}/fixes"), &json!({ "fixes": fixes })).await.expect(200);
        field.settle().await;
        let first = async |collection: &str, query: &str| {
            let path = format!("/ogc/collections/{collection}/items?{query}");
            officer.get(&path).await.expect(200).json()
        };
        let line = first("patrols", "bbox=104.19,22.19,104.21,22.21").await["features"][0].clone();
        assert_eq!((line["id"].clone(), line["geometry"]["type"].clone()), (json!(patrol), json!("MultiLineString")));
        assert!(line["properties"]["length_km"].as_f64().unwrap() > 0.3, "{line}");
        assert_eq!((line["properties"]["fixes"].clone(), line["properties"]["credible_fixes"].clone()), (json!(40), json!(40)));
        let pages = all_pages(&officer, "/ogc/collections/fixes/items?limit=15").await;
        assert_eq!(pages.concat_all().len(), 40);
        assert_eq!(first("fixes", "limit=1").await["numberMatched"], 40);
        let own = &first("fixes", &format!("limit=1&patrol={patrol}")).await["features"][0];
        let again = officer.get(&format!("/ogc/collections/fixes/items/{}", own["id"].as_str().unwrap())).await.expect(200).json();
        assert_eq!((again["properties"].clone(), again["properties"]["quality"].clone()), (own["properties"].clone(), json!("good")));
        let communes = first("communes", "").await;
        assert_eq!((communes["numberMatched"].clone(), communes["features"][0]["id"].clone()), (json!(2), json!(WEST)));
        assert_eq!(communes["features"][0]["geometry"]["type"], "MultiPolygon");
        assert_eq!(ids(&first("communes", "bbox=104.6,22.1,104.7,22.2").await), BTreeSet::from([EAST.to_owned()]));
        let density = first("density_cells", "filter=plots%20%3D%201").await;
        assert_eq!(density["features"][0]["geometry"]["type"], "Polygon");
        let stranger = field.phone("máy lạ", &[]).await;
        assert_eq!(stranger.get(&format!("{ITEMS}/{plot}")).await.status, 200);
    }
}

/// A refusal without what differs from request to request.
fn without_request(answer: &Answer) -> Value {
    let mut told = answer.json();
    told["request_id"] = Value::Null;
    told
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

trait ConcatAll {
    fn concat_all(&self) -> Vec<String>;
}

impl ConcatAll for Vec<BTreeSet<String>> {
    fn concat_all(&self) -> Vec<String> {
        self.iter().flatten().cloned().collect()
    }
}
