//! Files for staff's tools: who gets which, what is said of it in the log, and files in the background.

use axum::extract::FromRef;
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Role};
use tuantra::blobs::Blobs;
use tuantra::config::Config;
use tuantra::identity::model::AccountDraft;
use tuantra::publish::export::{ExportLimits, Exports, verify_rows};
use tuantra::publish::source::Publisher;

use crate::field::{Client, Field, Folder};
use crate::journal::rows::{each_is_found, each_is_found_at_last};
use crate::plots::{EAST, WEST, load_communes, plot_at};

async fn plot(field: &Field, phone: &Client, lon: f64) {
    field.clock.advance_millis(1_000);
    let path = format!("/api/v1/plots/{}", field.new_id());
    phone.put(&path, &plot_at(lon, 22.4)).await.expect(201);
}

/// Three plots in the west, one in the east.
async fn with_plots(field: &Field) -> Client {
    load_communes(field).await;
    let phone = field.phone("máy", &[]).await;
    for lon in [104.3, 104.31, 104.32, 104.7] {
        plot(field, &phone, lon).await;
    }
    field.settle().await;
    field.officer().await
}

fn features(answer: &[u8]) -> usize {
    let read: Value = serde_json::from_slice(answer).unwrap();
    read["features"].as_array().unwrap().len()
}

/// What the log says of exports, in order.
async fn told(field: &Field) -> Vec<Value> {
    field.app.journal.sequence_all().await.unwrap();
    let entries = field.app.journal.entries_since(-1, 5_000).await.unwrap();
    let mut tx = field.app.journal.store().read().await.unwrap();
    let mut told = Vec::new();
    for entry in entries.iter().filter(|entry| entry.kind == "view") {
        let stored = field.app.journal.entry(&mut tx, entry.id).await.unwrap();
        let body = stored.unwrap().body.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        if body["what"] == "export" {
            told.push(body);
        }
    }
    told
}

async fn steps(field: &Field) -> Vec<String> {
    let told = told(field).await.into_iter();
    told.map(|step| step["step"].as_str().unwrap().to_owned())
        .collect()
}

fn draft() -> Value {
    json!({ "collections": ["plots", "communes"], "format": "gpkg", "filter": { "from": "2026-01-01" }, "reason": "bàn giao số liệu quý I" })
}

async fn asked(field: &Field, client: &Client) -> String {
    // Entries of one millisecond are numbered in any order.
    field.clock.advance_millis(1_000);
    let asked = client
        .post("/api/v1/exports", &draft())
        .await
        .expect(201)
        .json();
    assert_eq!(asked["state"], "asked");
    asked["id"].as_str().unwrap().to_owned()
}

async fn decided(field: &Field, client: &Client, id: &str, approve: bool, status: u16) -> Value {
    field.clock.advance_millis(1_000);
    let path = format!("/api/v1/exports/{id}/decision");
    let body = json!({ "approve": approve, "reason": "đã kiểm tra" });
    client.post(&path, &body).await.expect(status).json()
}

async fn state(client: &Client, id: &str) -> String {
    let view = client
        .get(&format!("/api/v1/exports/{id}"))
        .await
        .expect(200)
        .json();
    view["state"].as_str().unwrap().to_owned()
}

async fn second(field: &Field) -> Client {
    field
        .account("can-bo-hai", Role::ProvincialOfficer, &[])
        .await
}

on_both! {
    async fn a_file_is_attached_and_the_log_says_who_took_how_much_without_places(field: Field) {
        let officer = with_plots(&field).await;
        let answer = officer.get("/export/plots.geojson?bbox=104.305,22,104.9,22.5").await.expect(200);
        assert_eq!(answer.headers["content-type"], "application/geo+json");
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"plots.geojson\"");
        assert_eq!(answer.headers["tuantra-features"], "3");
        assert_eq!(answer.headers["tuantra-settled"], "true");
        assert_eq!(features(&answer.bytes), 3);
        let told = told(&field).await;
        let last = told.last().unwrap();
        assert_eq!(last["step"], "taken");
        assert_eq!(last["features"], json!([{ "collection": "plots", "features": 3 }]));
        assert_eq!(last["as_of"], answer.headers["tuantra-as-of"].to_str().unwrap());
        let text = last.to_string();
        assert!(!text.contains("104.") && text.contains("given"), "{text}");
    }

    async fn every_format_is_given_under_its_own_type(field: Field) {
        let officer = with_plots(&field).await;
        for (ext, kind, begins) in [
            ("geojson", "application/geo+json", "{\"type\":\"FeatureCollection\""),
            ("geojsonl", "application/geo+json-seq", "{\"type\":\"Feature\""),
            ("fgb", "application/flatgeobuf", "fgb\u{3}fgb"),
            ("gpkg", "application/geopackage+sqlite3", "SQLite format 3"),
            ("csv", "text/csv; charset=utf-8", "\u{FEFF}id,"),
            ("gpx", "application/gpx+xml", "<?xml"),
            ("kml", "application/vnd.google-earth.kml+xml", "<?xml"),
        ] {
            let answer = officer.get(&format!("/export/plots.{ext}")).await.expect(200);
            assert_eq!(answer.headers["content-type"], kind);
            assert!(answer.bytes.starts_with(begins.as_bytes()), "{ext}");
        }
        officer.get("/export/communes.gpx").await.expect(400);
        officer.get("/export/plots.parquet").await.expect(404);
        officer.get("/export/nothing.csv").await.expect(404);
    }

    async fn a_file_holds_what_its_reader_may_see(field: Field) {
        let officer = with_plots(&field).await;
        let of = |answer: &crate::field::Answer| features(&answer.bytes);
        assert_eq!(of(&officer.get("/export/plots.geojson").await.expect(200)), 4);
        let commune = field.account("xa", Role::CommuneOfficer, &[EAST]).await;
        assert_eq!(of(&commune.get("/export/plots.geojson").await.expect(200)), 1);
        let reader = field.account("doc", Role::Reader, &[]).await;
        reader.get("/export/plots.geojson").await.expect(404);
        let filtered = officer.get(&format!("/export/plots.geojson?commune={WEST}&state=detected")).await.expect(200);
        assert_eq!(of(&filtered), 3);
    }

    async fn a_token_in_the_address_opens_a_file_and_stands_neither_in_it_nor_in_the_log(field: Field) {
        let officer = with_plots(&field).await;
        let made = async |read_only, days| {
            let console = Actor::console();
            field.app.identity.account_token(&console, officer.id, read_only, days).await.unwrap().text
        };
        let (token, anon) = (made(true, Some(30)).await, field.anon());
        let answer = anon.get(&format!("/export/plots.geojson?commune={WEST}&access_token={token}")).await.expect(200);
        assert_eq!(features(&answer.bytes), 3);
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(&token));
        let told = told(&field).await;
        let last = told.last().unwrap();
        assert_eq!((last["step"].clone(), last["filter"].clone()), (json!("taken"), json!({ "commune": WEST })));
        for refused in [made(false, Some(30)).await, made(true, None).await, "x".into()] {
            let answer = anon.get(&format!("/export/plots.csv?access_token={refused}")).await.expect(401);
            assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));
        }
        // Files in the background are asked for and fetched by their asker's own secret.
        anon.get(&format!("/api/v1/exports?access_token={token}")).await.expect(401);
    }

    async fn links_to_photos_lead_to_the_server_from_every_format(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy", &[]).await;
        let bytes = crate::photos::jpeg(64, 48);
        let photo = crate::photos::taken(&field, &phone, &bytes, &crate::photos::sidecar(&bytes)).await;
        field.settle().await;
        let officer = field.officer().await;
        let item = officer.get(&format!("/ogc/collections/photos/items/{photo}")).await.expect(200).json();
        let link = item["properties"]["display_href"].as_str().unwrap().to_owned();
        assert!(link.starts_with("http") && link.ends_with(&format!("/api/v1/photos/{photo}/display")), "{link}");
        for ext in ["geojson", "geojsonl", "fgb", "gpkg", "csv", "gpx", "kml"] {
            let file = officer.get(&format!("/export/photos.{ext}")).await.expect(200);
            assert!(String::from_utf8_lossy(&file.bytes).contains(&link), "{ext}");
        }
    }

    async fn an_unknown_filter_is_refused_and_so_is_one_that_the_collection_has_not(field: Field) {
        let officer = with_plots(&field).await;
        officer.get("/export/plots.csv?colour=red").await.expect(400);
        let refused = officer.get("/export/communes.csv?state=verified").await.expect(400);
        assert_eq!(refused.pointers(), ["query:state"]);
        officer.get("/export/plots.csv?from=2026-02-02&to=2026-02-01").await.expect(400);
        assert!(steps(&field).await.is_empty());
    }

    async fn more_than_goes_without_a_reason_is_pointed_to_the_background(field: Field) {
        let officer = with_plots(&field).await;
        let config = Config { export_features: 3, ..(*field.app.config).clone() };
        let small = field.elsewhere_with(&officer, config);
        let refused = small.get("/export/plots.csv").await.expect(413);
        assert!(refused.json()["detail"].as_str().unwrap().contains("/api/v1/exports"));
        small.get(&format!("/export/plots.csv?commune={WEST}")).await.expect(200);
        assert_eq!(steps(&field).await, ["taken"]);
    }

    async fn a_file_in_the_background_needs_a_reason_and_a_second_account(field: Field) {
        let officer = with_plots(&field).await;
        let mut unreasoned = draft();
        unreasoned["reason"] = json!(" ");
        assert_eq!(officer.post("/api/v1/exports", &unreasoned).await.expect(422).pointers(), ["/reason"]);
        let id = asked(&field, &officer).await;
        decided(&field, &officer, &id, true, 403).await;
        // Whoever may be the same person cannot stand beside the asker.
        let made = AccountDraft { login: "ban-sao".into(), org: None, role: Role::ProvincialOfficer, communes: Vec::new(), password: None };
        let creator = Actor { id: officer.id, ..Actor::console() };
        let copy = field.app.identity.add_account(&creator, made).await.unwrap();
        let secret = field.app.identity.account_token(&Actor::console(), copy.id, false, None).await.unwrap();
        decided(&field, &field.with_token(secret.text, copy.id), &id, true, 403).await;
        // Nor can whoever answers for a part of it only.
        let commune = field.account("xa", Role::CommuneOfficer, &[WEST]).await;
        decided(&field, &commune, &id, true, 404).await;
        let second = second(&field).await;
        let waiting = second.get("/api/v1/exports").await.expect(200).json()["exports"][0].clone();
        assert_eq!(waiting["id"], id.as_str());
        assert_eq!(waiting["asker_name"], officer.get("/api/v1/me").await.expect(200).json()["name"]);
        assert_eq!(decided(&field, &second, &id, true, 200).await["state"], "approved");
        decided(&field, &second, &id, true, 409).await;
        field.settle().await;
        let view = officer.get(&format!("/api/v1/exports/{id}")).await.expect(200).json();
        assert_eq!(view["state"], "ready");
        assert_eq!(view["features"], json!([{ "collection": "plots", "features": 4 }, { "collection": "communes", "features": 2 }]));
        assert_eq!(steps(&field).await, ["asked", "approved", "made"]);
    }

    async fn a_finished_file_is_its_askers_and_goes_on_where_it_broke_off(field: Field) {
        let officer = with_plots(&field).await;
        let second = second(&field).await;
        let id = asked(&field, &officer).await;
        decided(&field, &second, &id, true, 200).await;
        let path = format!("/api/v1/exports/{id}/file");
        officer.get(&path).await.expect(409);
        field.settle().await;
        second.get(&path).await.expect(404);
        let whole = officer.get(&path).await.expect(200);
        assert_eq!(whole.headers["accept-ranges"], "bytes");
        let tag = whole.headers["etag"].to_str().unwrap().to_owned();
        let part = |range: String, tag: String| {
            let (officer, path) = (officer.clone(), path.clone());
            async move {
                let headers = [("range", range.as_str()), ("if-range", tag.as_str()), ("accept-encoding", "gzip")];
                let answer = officer.open(&path, &headers).await;
                let status = answer.status().as_u16();
                let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
                (status, bytes.to_vec())
            }
        };
        let (status, rest) = part("bytes=1000-".into(), tag.clone()).await;
        assert_eq!((status, rest.as_slice()), (206, &whole.bytes[1000..]));
        let (status, all) = part("bytes=1000-".into(), "\"other\"".into()).await;
        assert_eq!((status, all), (200, whole.bytes.clone()));
        assert_eq!(part("bytes=99999999-".into(), tag).await.0, 416);
        // Seven days later it is gone, with its bytes.
        field.clock.advance_millis(7 * 86_400_000 + 1_000);
        officer.get(&path).await.expect(410);
        Exports::from_ref(&field.app).expire().await.unwrap();
        assert_eq!(state(&officer, &id).await, "expired");
        officer.get(&path).await.expect(410);
        assert_eq!(steps(&field).await, ["asked", "approved", "made", "fetched", "fetched", "fetched", "expired"]);
    }

    async fn files_in_the_background_that_are_edited_in_their_table_are_found(field: Field) {
        let officer = with_plots(&field).await;
        let second = second(&field).await;
        let refused = asked(&field, &officer).await;
        decided(&field, &second, &refused, false, 200).await;
        let ready = asked(&field, &officer).await;
        decided(&field, &second, &ready, true, 200).await;
        field.settle().await;
        assert_eq!(state(&officer, &ready).await, "ready");
        let cancelled = asked(&field, &officer).await;
        officer.delete(&format!("/api/v1/exports/{cancelled}")).await.expect(200);
        asked(&field, &officer).await;
        field.settle().await;
        let rows = || async { verify_rows(field.app.journal.store()).await.unwrap() };
        each_is_found(&field, rows, &[
            ("UPDATE exports SET reason = 'khác'", "UPDATE exports SET reason = 'bàn giao số liệu quý I'", "exports "),
            ("UPDATE exports SET filter = REPLACE(filter, '2026-01-01', '2025-01-01')", "UPDATE exports SET filter = REPLACE(filter, '2025-01-01', '2026-01-01')", "exports "),
            ("UPDATE exports SET collections = '[\"plots\"]'", "UPDATE exports SET collections = '[\"plots\",\"communes\"]'", "exports "),
            ("UPDATE exports SET state = 'approved' WHERE state = 'asked'", "UPDATE exports SET state = 'asked' WHERE state = 'approved'", "exports "),
            ("UPDATE exports SET state = 'asked' WHERE state = 'cancelled'", "UPDATE exports SET state = 'cancelled' WHERE state = 'asked' AND ended_at IS NOT NULL", "exports "),
            ("UPDATE exports SET state = 'approved' WHERE state = 'refused'", "UPDATE exports SET state = 'refused' WHERE state = 'approved'", "exports "),
            ("UPDATE exports SET decided_by = asker WHERE decided_by IS NOT NULL", "UPDATE exports SET decided_by = (SELECT a.id FROM identity_accounts a WHERE a.login = 'can-bo-hai') WHERE decided_by IS NOT NULL", "exports "),
            ("UPDATE exports SET bytes = bytes + 1 WHERE state = 'ready'", "UPDATE exports SET bytes = bytes - 1 WHERE state = 'ready'", "exports "),
            ("UPDATE exports SET features = REPLACE(features, '4', '3') WHERE state = 'ready'", "UPDATE exports SET features = REPLACE(features, '3', '4') WHERE state = 'ready'", "exports "),
            ("UPDATE exports SET fault = 'khác' WHERE state = 'refused'", "UPDATE exports SET fault = 'đã kiểm tra' WHERE state = 'refused'", "exports "),
            ("UPDATE exports SET asked_at = asked_at - 86400000", "UPDATE exports SET asked_at = asked_at + 86400000", "exports "),
        ]).await;
        each_is_found_at_last(&field, rows, &[("DELETE FROM exports WHERE state = 'ready'", "exports ")]).await;
    }

    async fn a_worker_that_fails_is_followed_by_another_when_its_lease_is_over(field: Field) {
        let officer = with_plots(&field).await;
        let second = second(&field).await;
        let id = asked(&field, &officer).await;
        decided(&field, &second, &id, true, 200).await;
        let folder = Folder::new();
        let blobs = Blobs::open_folder(&folder.path().join("blobs"), false).unwrap();
        std::fs::remove_dir_all(folder.path().join("blobs")).unwrap();
        std::fs::write(folder.path().join("blobs"), "no folder").unwrap();
        let limits = ExportLimits { features: 1, days: 7, open: 5 };
        let identity = field.app.identity.clone();
        let broken = Exports::new(identity, Publisher::from_ref(&field.app), blobs, folder.path(), limits);
        assert!(broken.run_next().await.unwrap());
        assert_eq!(state(&officer, &id).await, "working");
        field.settle().await;
        assert_eq!(state(&officer, &id).await, "working");
        field.clock.advance_millis(3 * 60_000);
        field.settle().await;
        assert_eq!(state(&officer, &id).await, "ready");
        officer.get(&format!("/api/v1/exports/{id}/file")).await.expect(200);
        assert_eq!(steps(&field).await, ["asked", "approved", "made", "fetched"]);
    }

    async fn what_is_refused_or_taken_back_is_never_made(field: Field) {
        let officer = with_plots(&field).await;
        let second = second(&field).await;
        let refused = asked(&field, &officer).await;
        assert_eq!(decided(&field, &second, &refused, false, 200).await["fault"], "đã kiểm tra");
        let cancelled = asked(&field, &officer).await;
        decided(&field, &second, &cancelled, true, 200).await;
        officer.delete(&format!("/api/v1/exports/{cancelled}")).await.expect(200);
        officer.delete(&format!("/api/v1/exports/{cancelled}")).await.expect(409);
        field.settle().await;
        assert_eq!(state(&officer, &refused).await, "refused");
        assert_eq!(state(&officer, &cancelled).await, "cancelled");
        officer.get(&format!("/api/v1/exports/{cancelled}/file")).await.expect(409);
        for _ in 0..5 {
            asked(&field, &officer).await;
        }
        officer.post("/api/v1/exports", &draft()).await.expect(429);
        let phone = field.phone("máy hai", &[]).await;
        phone.post("/api/v1/exports", &draft()).await.expect(403);
    }

    async fn a_file_is_not_made_for_whom_lost_the_right(field: Field) {
        with_plots(&field).await;
        let second = second(&field).await;
        let asker = field.account("sap-nghi", Role::ProvincialOfficer, &[]).await;
        let id = asked(&field, &asker).await;
        decided(&field, &second, &id, true, 200).await;
        field.app.identity.disable_account(&Actor::console(), asker.id).await.unwrap();
        field.settle().await;
        assert_eq!(state(&second, &id).await, "failed");
        assert_eq!(steps(&field).await, ["asked", "approved", "failed"]);
    }

    async fn a_patrols_gpx_has_the_times_of_its_fixes(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy", &[]).await;
        let patrol = crate::patrols::recorded(&field, &phone).await;
        crate::patrols::send(&phone, patrol, &crate::patrols::walk(&field, -3_000, 6)).await.expect(200);
        field.settle().await;
        let officer = field.officer().await;
        let answer = officer.get("/export/patrols.gpx").await.expect(200);
        let text = String::from_utf8(answer.bytes).unwrap();
        assert_eq!(text.matches("<trkpt").count(), 6, "{text}");
        assert_eq!(text.matches("<time>2026-").count(), 6, "{text}");
        let fixes = officer.get("/export/fixes.csv").await.expect(200);
        assert_eq!(String::from_utf8(fixes.bytes).unwrap().matches(&patrol.to_string()).count(), 12);
    }
}
