//! One walk over every declared route: each role, in its own commune, in a foreign one, and outside all of them.
//!
//! The table comes from the server; a route without a sample here fails the walk, so none is forgotten.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::http::Access;
use tuantra::http::routes::Route;
use tuantra::server::route_table;
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};

/// Where a sample's thing is: in the caller's commune, in another, in none.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Own,
    Foreign,
    Nowhere,
}

const PLACES: [Place; 3] = [Place::Own, Place::Foreign, Place::Nowhere];

impl Place {
    fn cell(self) -> h3o::CellIndex {
        let (lon, lat) = self.position();
        h3o::LatLng::new(lat, lon)
            .unwrap()
            .to_cell(h3o::Resolution::Eleven)
    }

    fn position(self) -> (f64, f64) {
        match self {
            Self::Own => (104.3, 22.4),
            Self::Foreign => (104.7, 22.4),
            Self::Nowhere => (106.3, 21.4),
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Own => WEST,
            Self::Foreign => EAST,
            Self::Nowhere => "19999",
        }
    }
}

/// The things of one place that reading routes are tried on.
struct Things {
    place: Place,
    plot: Uuid,
    photo: Uuid,
    patrol: Uuid,
    device: Uuid,
    incident: Uuid,
    eradication: Uuid,
    question: Uuid,
    track_question: Uuid,
    tip: Uuid,
    submission: Uuid,
}

/// How a route is tried: the request, and whether it concerns a place.
struct Sample {
    path: String,
    body: Value,
    placed: bool,
}

fn sample(path: impl Into<String>, body: Value, placed: bool) -> Sample {
    Sample {
        path: path.into(),
        body,
        placed,
    }
}

async fn things(field: &Field, phone: &Client, officer: &Client, place: Place) -> Things {
    let (lon, lat) = place.position();
    let (plot, patrol, incident) = (field.new_id(), field.new_id(), field.new_id());
    phone
        .put(
            &format!("/api/v1/plots/{plot}"),
            &plot_in(place, Some(incident)),
        )
        .await
        .expect(201);
    phone
        .put(
            &format!("/api/v1/incidents/{incident}"),
            &incident_body(place),
        )
        .await
        .expect(201);
    let patrol_path = format!("/api/v1/patrols/{patrol}");
    phone
        .put(&patrol_path, &patrol_body(field))
        .await
        .expect(201);
    // Of twelve fixes the phone says that the last six were made up.
    let fixes: Vec<Value> = (0..12)
        .map(|n| json!({ "t": field.after(n * 10 - 3000), "lon": lon, "lat": lat + 1e-4 * f64::from(i32::try_from(n).unwrap()), "accuracy_m": 5, "mock": n > 5 }))
        .collect();
    phone
        .post(&format!("{patrol_path}/fixes"), &json!({ "fixes": fixes }))
        .await
        .expect(200);
    let bytes = photos::jpeg(64, 48);
    let mut sidecar = photos::sidecar(&bytes);
    (sidecar["lon"], sidecar["lat"]) = (json!(lon), json!(lat));
    sidecar["mock"] = json!(true);
    let photo = photos::taken(field, phone, &bytes, &sidecar).await;
    let communes = if place == Place::Nowhere {
        json!([])
    } else {
        json!([place.code()])
    };
    let device = json!({ "name": format!("máy {place:?}"), "communes": communes });
    let device = officer
        .post("/api/v1/devices", &device)
        .await
        .expect(201)
        .json();
    Things {
        place,
        plot,
        question: question_about(field, officer, photo).await,
        track_question: question_about_track(officer, patrol).await,
        eradication: eradicated(phone, plot).await,
        photo,
        patrol,
        device: device["id"].as_str().unwrap().parse().unwrap(),
        incident,
        tip: told(field, phone, (lon, lat)).await,
        submission: submitted(field, phone, place).await,
    }
}

/// A form that a phone fills in at a place.
async fn submitted(field: &Field, phone: &Client, place: Place) -> Uuid {
    let (lon, lat) = place.position();
    let forms = crate::openrosa::forms_of(field, phone).await;
    let instance = format!("uuid:{place:?}");
    let xml = crate::openrosa::detection(&instance, lon, lat);
    forms.send(&xml, &[], false).await.expect(201);
    let list = phone
        .get("/api/v1/submissions?limit=500")
        .await
        .expect(200)
        .json();
    let all = list["submissions"].as_array().unwrap();
    let own = all
        .iter()
        .find(|told| told["instance"] == instance.as_str());
    own.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

/// A tip that a phone writes down.
async fn told(field: &Field, phone: &Client, (lon, lat): (f64, f64)) -> Uuid {
    let tip = crate::tips::random(field.new_id());
    let path = format!("/api/v1/tips/{tip}");
    phone
        .put(&path, &crate::tips::tip(lon, lat))
        .await
        .expect(201);
    tip
}

/// The eradication of a plot that a phone reports.
async fn eradicated(phone: &Client, plot: Uuid) -> Uuid {
    let path = format!("/api/v1/plots/{plot}/eradications");
    let claimed = phone.post(&path, &crate::ledger::eradication()).await;
    let claimed = claimed.expect(201).json();
    let fact = claimed["properties"]["fact"].as_str().unwrap();
    fact.parse().unwrap()
}

/// What a screen asks about a photo whose position was made up.
async fn question_about(field: &Field, officer: &Client, photo: Uuid) -> Uuid {
    field.settle().await;
    let path = "/api/v1/evidence/questions?limit=500";
    let asked = officer.get(path).await.expect(200).json();
    let questions = asked["questions"].as_array().unwrap();
    let question = questions.iter().find(|question| {
        question["photo"] == photo.to_string() && question["screen"] == "mock_position"
    });
    question.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

/// What a screen asks about a track with positions that were made up; jobs have run.
async fn question_about_track(officer: &Client, patrol: Uuid) -> Uuid {
    let path = "/api/v1/evidence/track-questions?limit=500";
    let asked = officer.get(path).await.expect(200).json();
    let questions = asked["questions"].as_array().unwrap();
    let question = questions
        .iter()
        .find(|question| question["patrol"] == patrol.to_string());
    question.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

fn plot_in(place: Place, incident: Option<Uuid>) -> Value {
    let (lon, lat) = place.position();
    let mut plot = plot_at(lon, lat);
    plot["properties"]["incident"] = json!(incident);
    plot
}

fn incident_body(place: Place) -> Value {
    let commune = (place != Place::Nowhere).then(|| place.code());
    json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": commune })
}

fn patrol_body(field: &Field) -> Value {
    json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(-3600), "ended_at": field.after(-60) })
}

fn risk_area(place: Place) -> Value {
    let (west, south) = place.position();
    let ring = [
        [west, south],
        [west + 0.01, south],
        [west + 0.01, south + 0.01],
        [west, south + 0.01],
        [west, south],
    ];
    json!({
        "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [ring] },
        "properties": { "name": "Khu", "level": "high", "basis": "history", "crop": "opium_poppy", "valid_from": "2025-07-01", "reason": "thử" }
    })
}

/// The sample of a route for the things of a place.
#[expect(
    clippy::too_many_lines,
    clippy::unnested_or_patterns,
    reason = "a table, a line per route"
)]
fn sample_of(field: &Field, route: &Route, things: &Things) -> Option<Sample> {
    let (id, place, code) = (field.new_id(), things.place, things.place.code());
    let none = Value::Null;
    let device = format!("/api/v1/devices/{}", things.device);
    let photo = format!("/api/v1/photos/{}", things.photo);
    let patrol = format!("/api/v1/patrols/{}", things.patrol);
    let position = place.position();
    Some(match (route.method.as_str(), route.path.as_str()) {
        (
            "GET",
            "/api/v1/journal/entries"
            | "/api/v1/bundles/recipient"
            | "/api/v1/bundles/review"
            | "/api/v1/bundles/export"
            | "/api/v1/forwarding"
            | "/api/v1/sync/pull"
            | "/api/v1/sync/inventory"
            | "/api/v1/live/definitions"
            | "/api/v1/accounts"
            | "/api/v1/communes"
            | "/api/v1/gates"
            | "/api/v1/hamlets"
            | "/api/v1/map-packs"
            | "/api/v1/devices",
        )
        | (
            "GET",
            "/api/v1/plots" | "/api/v1/incidents" | "/api/v1/photos" | "/api/v1/patrols"
            | "/api/v1/risk-areas",
        )
        | (
            "GET",
            "/api/v1/evidence/definitions"
            | "/api/v1/evidence/screens"
            | "/api/v1/evidence/questions",
        )
        | ("GET", "/api/v1/evidence/track-definitions" | "/api/v1/evidence/track-questions")
        | (
            "GET",
            "/api/v1/journal/head" | "/api/v1/journal/checkpoint" | "/api/v1/journal/heads",
        )
        | (
            "GET",
            "/api/v1/ledger/definitions"
            | "/api/v1/ledger/reinspections-due"
            | "/api/v1/ledger/minutes-due"
            | "/api/v1/ledger"
            | "/api/v1/ledger/duplicates"
            | "/api/v1/ledger/duplicates/beyond"
            | "/api/v1/ledger/samples"
            | "/api/v1/tips"
            | "/api/v1/submissions",
        )
        | ("GET", "/api/v1/fixes/held" | "/api/v1/sos")
        | ("GET", "/api/v1/me" | "/api/v1/tokens" | "/api/v1/orgs" | "/api/v1/teams") => {
            sample(&route.path, none, false)
        }
        ("GET", "/api/v1/journal/proof") => {
            sample(format!("/api/v1/journal/proof?entry={id}"), none, false)
        }
        ("GET", "/api/v1/journal/consistency") => {
            sample("/api/v1/journal/consistency?from=1", none, false)
        }
        ("GET", "/api/v1/journal/stamps") => sample("/api/v1/journal/stamps", none, false),
        ("GET", "/api/v1/journal/stamps/{size}") => sample("/api/v1/journal/stamps/1", none, false),
        ("GET", "/api/v1/journal/tiles/{level}/{number}") => {
            sample("/api/v1/journal/tiles/0/0", none, false)
        }
        ("POST", "/api/v1/journal/heads") => sample(
            "/api/v1/journal/heads",
            json!({ "checkpoint": "no head" }),
            false,
        ),
        ("POST", "/api/v1/orgs") => sample(
            &route.path,
            json!({ "name": format!("Đơn vị {id}"), "kind": "tram" }),
            false,
        ),
        ("POST", "/api/v1/teams") => {
            let org = tuantra::identity::model::RESERVE_ORG;
            sample(
                &route.path,
                json!({ "name": format!("Tổ {id}"), "org": org }),
                false,
            )
        }
        ("POST", "/api/v1/accounts") => sample(
            &route.path,
            json!({ "login": format!("tk-{id}"), "role": "reader" }),
            false,
        ),
        ("DELETE", "/api/v1/accounts/{id}") => {
            sample(format!("/api/v1/accounts/{id}"), none, false)
        }
        ("PUT", "/api/v1/holders/{id}/grants") => {
            sample(format!("/api/v1/holders/{id}/grants"), json!([]), false)
        }
        ("PUT", "/api/v1/accounts/{id}/org") => sample(
            format!("/api/v1/accounts/{id}/org"),
            json!({ "org": null }),
            false,
        ),
        ("PUT", "/api/v1/accounts/{id}/password") => sample(
            format!("/api/v1/accounts/{id}/password"),
            json!({ "password": "mười ký tự trở lên" }),
            false,
        ),
        ("POST", "/api/v1/accounts/{id}/tokens") => {
            sample(format!("/api/v1/accounts/{id}/tokens"), json!({}), false)
        }
        ("GET", "/api/v1/holders/{id}/tokens") => {
            sample(format!("/api/v1/holders/{id}/tokens"), none, false)
        }
        ("DELETE", "/api/v1/tokens/{id}") => sample(format!("/api/v1/tokens/{id}"), none, false),
        ("DELETE", "/api/v1/session") => sample("/api/v1/session", none, false),
        ("POST", "/api/v1/devices") => {
            let communes = if place == Place::Nowhere {
                json!([])
            } else {
                json!([code])
            };
            sample(
                "/api/v1/devices",
                json!({ "name": format!("máy {id}"), "communes": communes }),
                true,
            )
        }
        ("POST", "/api/v1/devices/import") => {
            let communes = if place == Place::Nowhere {
                "toàn tỉnh"
            } else {
                code
            };
            let list = format!("name,communes\nmáy {id},{communes}\n");
            // A list in a commune that is not the caller's is told row by row, in 422.
            sample("/api/v1/devices/import", json!(list), false)
        }
        ("POST", "/api/v1/devices/sheets") => sample(
            "/api/v1/devices/sheets",
            json!({ "devices": [things.device] }),
            true,
        ),
        ("GET" | "DELETE", "/api/v1/devices/{id}") => sample(device, none, true),
        ("DELETE", "/api/v1/devices/{id}/doors/{door}") => {
            sample(format!("{device}/doors/odk"), none, true)
        }
        ("POST", "/api/v1/devices/{id}/loss") => sample(
            format!("{device}/loss"),
            json!({ "since": "2026-03-01T00:00:00Z" }),
            true,
        ),
        ("POST", "/api/v1/devices/{id}/held-windows") => {
            sample(format!("{device}/held-windows"), none, true)
        }
        ("POST", "/api/v1/devices/{id}/enrolment") => {
            sample(format!("{device}/enrolment"), json!({}), true)
        }
        ("POST", "/api/v1/devices/{id}/enrolment/confirm") => sample(
            format!("{device}/enrolment/confirm"),
            json!({ "number": 5 }),
            true,
        ),
        ("POST", "/api/v1/nonces") => sample("/api/v1/nonces", json!({ "count": 1 }), false),
        ("GET", "/api/v1/device/key") => sample("/api/v1/device/key", none, false),
        ("GET", "/api/v1/devices/{id}/keys") => sample(format!("{device}/keys"), none, true),
        ("GET", "/api/v1/devices/{id}/owed") => sample(format!("{device}/owed"), none, true),
        ("POST", "/api/v1/devices/{id}/keys/{key}/confirm") => sample(
            format!("{device}/keys/khong-co/confirm"),
            json!({ "code": "000000" }),
            true,
        ),
        ("DELETE", "/api/v1/devices/{id}/keys/{key}") => {
            sample(format!("{device}/keys/khong-co"), none, true)
        }
        ("PUT", "/api/v1/patrols/{id}") => {
            sample(format!("/api/v1/patrols/{id}"), patrol_body(field), false)
        }
        ("GET", "/api/v1/patrols/{id}") => sample(patrol, none, true),
        ("DELETE", "/api/v1/fixes/held") => sample(
            "/api/v1/fixes/held?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z",
            none,
            false,
        ),
        ("POST", "/api/v1/patrols/{id}/validation") => sample(
            format!("{patrol}/validation"),
            json!({ "state": "validated" }),
            true,
        ),
        ("PUT" | "DELETE", "/api/v1/patrols/{id}/hold") => sample(
            format!("{patrol}/hold"),
            json!({ "reason": "vụ án" }),
            false,
        ),
        ("PUT", "/api/v1/plots/{id}") => {
            sample(format!("/api/v1/plots/{id}"), plot_in(place, None), true)
        }
        ("POST", "/api/v1/coordinates/readings") => {
            sample(&route.path, json!({ "text": "22.4 103.9" }), false)
        }
        ("POST", "/api/v1/devices/{id}/storage-openings") => sample(
            format!("{device}/storage-openings"),
            json!({ "sealed": "AAAA" }),
            true,
        ),
        ("GET", "/api/v1/forwarding/receipts/{entry}") => {
            sample(format!("/api/v1/forwarding/receipts/{id}"), none, false)
        }
        ("POST", "/api/v1/bundles/review/{id}/decision") => sample(
            format!("/api/v1/bundles/review/{id}/decision"),
            json!({ "decision": "refused", "reason": "không rõ ai đã ký" }),
            false,
        ),
        ("POST", "/api/v1/bundles") => sample(&route.path, json!({}), false),
        ("POST", "/api/v1/sync/push") => sample(&route.path, json!({ "facts": [] }), false),
        ("POST", "/api/v1/sync/inventory") => sample(&route.path, json!({ "holds": [] }), false),
        ("GET", "/api/v1/live") => sample("/api/v1/live?once=true", none, false),
        ("POST", "/api/v1/live/definitions") => sample(
            "/api/v1/live/definitions",
            json!({ "definition": tuantra::sync::live::LiveRules::default(), "reason": "thử" }),
            false,
        ),
        ("GET", "/api/v1/patrols/{id}/watchers") => {
            sample(format!("{patrol}/watchers"), none, true)
        }
        ("GET", "/api/v1/plots/{id}") => {
            sample(format!("/api/v1/plots/{}", things.plot), none, true)
        }
        ("POST", "/api/v1/plots/{id}/measures") => {
            let measure = json!({ "measured_at": "2026-02-26T10:15:00+07:00", "plants": 300, "plants_method": "counted" });
            sample(
                format!("/api/v1/plots/{}/measures", things.plot),
                measure,
                true,
            )
        }
        (
            _,
            "/ogc"
            | "/ogc/conformance"
            | "/ogc/openapi"
            | "/ogc/collections"
            | "/ogc/tileMatrixSets",
        ) => sample(route.path.as_str(), none, false),
        (_, "/ogc/tileMatrixSets/{tms}") => {
            sample("/ogc/tileMatrixSets/WebMercatorQuad", none, false)
        }
        (_, "/tiles/{layer}") => sample("/tiles/communes.json", none, false),
        (_, path)
            if path.starts_with("/ogc/collections/{collection}") || path.starts_with("/tiles/") =>
        {
            sample(
                path.replace("{collection}", "communes")
                    .replace("{layer}", "communes")
                    .replace("{tms}", "WebMercatorQuad")
                    .replace("{z}/{y}/{x}", "8/111/202")
                    .replace("{z}/{x}/{y}", "8/202/111.mvt")
                    .replace("{id}", WEST),
                none,
                false,
            )
        }
        ("POST", path) if path.starts_with("/api/v1/plots/{id}/") => {
            let (act, body, placed) = ledger_sample(path, things)?;
            sample(format!("/api/v1/plots/{}/{act}", things.plot), body, placed)
        }
        ("GET", "/api/v1/ledger/rates") => sample(
            "/api/v1/ledger/rates?from=2026-02-01&to=2026-03-02",
            none,
            false,
        ),
        ("GET", "/api/v1/ledger/rates/communes") => sample(
            "/api/v1/ledger/rates/communes?from=2026-02-01&to=2026-03-02",
            none,
            false,
        ),
        ("GET", "/api/v1/ledger/rates/plots") => sample(
            "/api/v1/ledger/rates/plots?of=flow&from=2026-02-01&to=2026-03-02",
            none,
            false,
        ),
        ("GET", "/api/v1/ledger/replanting") => {
            sample("/api/v1/ledger/replanting?season=2025-2026", none, false)
        }
        ("GET", "/api/v1/ledger/communes") => {
            sample("/api/v1/ledger/communes?period=2026", none, false)
        }
        ("GET", "/api/v1/eradications/{id}/evidence") => sample(
            format!("/api/v1/eradications/{}/evidence", things.eradication),
            none,
            true,
        ),
        ("GET", "/api/v1/evidence/questions/{id}") => sample(
            format!("/api/v1/evidence/questions/{}", things.question),
            none,
            true,
        ),
        ("POST", "/api/v1/evidence/questions/{id}/answers") => sample(
            format!("/api/v1/evidence/questions/{}/answers", things.question),
            json!({ "text": "chụp nhầm" }),
            true,
        ),
        ("POST", "/api/v1/evidence/questions/{id}/decisions") => sample(
            format!("/api/v1/evidence/questions/{}/decisions", things.question),
            json!({ "result": "cleared", "reason": "thử" }),
            true,
        ),
        ("GET", "/api/v1/evidence/track-questions/{id}") => sample(
            format!("/api/v1/evidence/track-questions/{}", things.track_question),
            none,
            true,
        ),
        ("POST", "/api/v1/evidence/track-questions/{id}/answers") => sample(
            format!(
                "/api/v1/evidence/track-questions/{}/answers",
                things.track_question
            ),
            json!({ "text": "máy thử" }),
            true,
        ),
        ("POST", "/api/v1/evidence/track-questions/{id}/decisions") => sample(
            format!(
                "/api/v1/evidence/track-questions/{}/decisions",
                things.track_question
            ),
            json!({ "result": "cleared", "reason": "thử" }),
            true,
        ),
        ("POST", "/api/v1/evidence/track-definitions") => sample(
            "/api/v1/evidence/track-definitions",
            json!({ "definition": tuantra::patrols::model::screens::TrackRules::default(), "reason": "thử" }),
            false,
        ),
        ("POST", "/api/v1/evidence/definitions") => sample(
            "/api/v1/evidence/definitions",
            json!({ "definition": tuantra::evidence::model::grade::GradeRules::default(), "reason": "thử" }),
            false,
        ),
        ("POST", "/api/v1/evidence/screens") => sample(
            "/api/v1/evidence/screens",
            json!({ "definition": tuantra::evidence::model::screens::ScreenRules::default(), "reason": "thử" }),
            false,
        ),
        ("PUT" | "DELETE", "/api/v1/plots/{id}/hold") => sample(
            format!("/api/v1/plots/{}/hold", things.plot),
            json!({ "reason": "vụ án" }),
            false,
        ),
        ("PUT" | "DELETE", "/api/v1/incidents/{id}/hold") => sample(
            format!("/api/v1/incidents/{}/hold", things.incident),
            json!({ "reason": "vụ án" }),
            false,
        ),
        ("GET", "/api/v1/redactions") => sample(&route.path, none, false),
        ("POST", "/api/v1/redactions") => sample(
            &route.path,
            json!({ "target": "photo", "id": things.photo, "document": "12/QĐ", "reason": "lộ mặt người" }),
            false,
        ),
        ("POST", "/api/v1/redactions/{id}/decision") => sample(
            format!("/api/v1/redactions/{}/decision", things.plot),
            json!({ "approve": true }),
            false,
        ),
        ("POST", "/api/v1/ledger/definitions") => sample(
            "/api/v1/ledger/definitions",
            json!({ "definition": tuantra::ledger::model::Definition::default(), "reason": "thử" }),
            false,
        ),
        ("PUT", "/api/v1/tips/{id}") => sample(
            format!("/api/v1/tips/{}", crate::tips::random(id)),
            crate::tips::tip(position.0, position.1),
            true,
        ),
        ("POST", "/api/v1/tips/{id}/outcomes") => sample(
            format!("/api/v1/tips/{}/outcomes", things.tip),
            json!({ "state": "assigned" }),
            true,
        ),
        ("GET", "/api/v1/ledger/sample") => {
            sample("/api/v1/ledger/sample?period=2025", none, false)
        }
        ("GET", "/api/v1/ledger/sample/visits") => {
            sample("/api/v1/ledger/sample/visits?period=2025", none, false)
        }
        ("POST", "/api/v1/ledger/sample") => {
            sample("/api/v1/ledger/sample", json!({ "period": 2025 }), false)
        }
        ("GET", "/api/v1/plots/{id}/case") => sample(
            format!("/api/v1/plots/{}/case?reason=kiem-tra", things.plot),
            none,
            true,
        ),
        ("GET", "/api/v1/incidents/{id}/case") => sample(
            format!("/api/v1/incidents/{}/case?reason=kiem-tra", things.incident),
            none,
            true,
        ),
        ("PUT", "/api/v1/incidents/{id}") => sample(
            format!("/api/v1/incidents/{id}"),
            incident_body(Place::Own),
            false,
        ),
        ("GET", "/api/v1/incidents/{id}") => {
            sample(format!("/api/v1/incidents/{}", things.incident), none, true)
        }
        ("PUT", "/api/v1/photos/{id}") => {
            let mut sidecar = photos::sidecar(b"other bytes");
            (sidecar["lon"], sidecar["lat"]) = (json!(position.0), json!(position.1));
            sample(format!("/api/v1/photos/{id}"), sidecar, true)
        }
        ("POST", "/files") => sample("/files", none, false),
        ("GET" | "HEAD" | "PATCH" | "DELETE" | "POST", "/files/{id}") => {
            sample(format!("/files/{id}"), none, false)
        }
        ("PUT", "/api/v1/photos/{id}/upload") => sample(
            format!("/api/v1/photos/{id}/upload"),
            json!({ "upload": id }),
            false,
        ),
        ("GET", "/api/v1/photos/{id}") => sample(photo, none, true),
        ("GET", "/api/v1/photos/{id}/original") => {
            sample(format!("{photo}/original?reason=thu"), none, true)
        }
        (
            "GET",
            "/api/v1/photos/{id}/display"
            | "/api/v1/photos/{id}/thumbnail"
            | "/api/v1/photos/{id}/proof",
        ) => sample(
            route.path.replace("{id}", &things.photo.to_string()),
            none,
            true,
        ),
        ("GET", "/api/v1/submissions/{id}") => sample(
            format!("/api/v1/submissions/{}", things.submission),
            none,
            true,
        ),
        // What was taken waits for nobody: those who may decide are told so.
        ("POST", "/api/v1/submissions/{id}/decision") => sample(
            format!("/api/v1/submissions/{}/decision", things.submission),
            json!({ "decision": "refused", "reason": "không rõ ai đã gửi" }),
            true,
        ),
        ("GET", "/api/v1/communes/{code}") => {
            sample(format!("/api/v1/communes/{WEST}"), none, false)
        }
        ("GET", "/api/v1/map-packs/{name}") => sample("/api/v1/map-packs/nen", none, false),
        ("GET", "/api/v1/risk-areas/{code}") => {
            sample(format!("/api/v1/risk-areas/NC-{code}"), none, true)
        }
        ("PUT", "/api/v1/risk-areas/{code}") => sample(
            format!("/api/v1/risk-areas/NC-{id}"),
            risk_area(place),
            false,
        ),
        ("GET", "/api/v1/coverage") => sample(
            format!("/api/v1/coverage?from=2026-02-01&to=2026-03-02&commune={code}"),
            none,
            true,
        ),
        ("GET", "/api/v1/coverage/patrols") => sample(
            format!("/api/v1/coverage/patrols?from=2026-02-01&to=2026-03-02&commune={code}"),
            none,
            true,
        ),
        ("GET", "/api/v1/coverage/definitions") => {
            sample("/api/v1/coverage/definitions", none, false)
        }
        ("POST", "/api/v1/coverage/definitions") => sample(
            "/api/v1/coverage/definitions",
            json!({ "definition": a_distant_definition(), "reason": "thử" }),
            false,
        ),
        ("GET", "/api/v1/coverage/series") => sample(
            format!("/api/v1/coverage/series?from=2026-02-01&to=2026-03-02&commune={code}"),
            none,
            true,
        ),
        ("GET", "/api/v1/coverage/explain") => sample(
            format!(
                "/api/v1/coverage/explain?from=2026-02-01&to=2026-03-02&cell={}",
                place.cell()
            ),
            none,
            true,
        ),
        ("GET", "/api/v1/coverage/cells") => sample(
            format!("/api/v1/coverage/cells?from=2026-02-01&to=2026-03-02&commune={code}"),
            none,
            true,
        ),
        ("GET", "/api/v1/density") => sample("/api/v1/density?season=2024-2025", none, false),
        ("GET", "/api/v1/density/campaigns") => sample(
            "/api/v1/density/campaigns?from=2025-09-01&to=2026-03-02",
            none,
            false,
        ),
        ("GET", "/api/v1/density/suggestions") => sample(
            format!("/api/v1/density/suggestions?commune={code}"),
            none,
            true,
        ),
        _ => return report_sample(route, things),
    })
}

/// Files and forms.
fn report_sample(route: &Route, things: &Things) -> Option<Sample> {
    let none = Value::Null;
    let export = format!("/api/v1/exports/{}", things.plot);
    let import = format!("/api/v1/imports/{}", things.plot);
    let run = format!("/api/v1/reports/runs/{}", things.plot);
    Some(match (route.method.as_str(), route.path.as_str()) {
        ("GET", "/api/v1/search") => sample("/api/v1/search?q=tay", none, false),
        ("GET", "/export/{file}") => sample("/export/communes.csv", none, false),
        (
            "GET",
            "/api/v1/exports"
            | "/api/v1/imports"
            | "/api/v1/reports/runs"
            | "/api/v1/reports/status",
        ) => sample(&route.path, none, false),
        ("POST", "/api/v1/imports") => sample("/api/v1/imports?kind=plots&name=a.csv", none, false),
        ("GET" | "DELETE", "/api/v1/imports/{id}") => sample(import, none, false),
        ("POST", "/api/v1/imports/{id}/load") => sample(
            format!("{import}/load"),
            json!({ "sha256": "00", "reason": "thử" }),
            false,
        ),
        ("POST", "/api/v1/exports") => sample(
            &route.path,
            json!({ "collections": ["communes"], "format": "csv", "reason": "thử" }),
            false,
        ),
        ("GET" | "DELETE", "/api/v1/exports/{id}") => sample(export, none, false),
        ("GET", "/api/v1/exports/{id}/file") => sample(format!("{export}/file"), none, false),
        ("POST", "/api/v1/exports/{id}/decision") => sample(
            format!("{export}/decision"),
            json!({ "approve": true }),
            false,
        ),
        ("GET", "/api/v1/reports/{form}") => sample("/api/v1/reports/b03?period=2026", none, false),
        ("POST", "/api/v1/reports/runs") => sample(
            &route.path,
            json!({ "form": "b03", "period": "2025-H1" }),
            false,
        ),
        ("GET", "/api/v1/reports/runs/{id}") => sample(run, none, false),
        ("GET", "/api/v1/reports/runs/{id}/file") => sample(format!("{run}/file"), none, false),
        ("PUT" | "DELETE", "/api/v1/reports/nothing/{commune}/{period}") => sample(
            format!("/api/v1/reports/nothing/{}/2025-H1", things.place.code()),
            json!({ "note": "thử" }),
            true,
        ),
        _ => return paper_sample(route, things),
    })
}

/// What is typed in from paper.
fn paper_sample(route: &Route, things: &Things) -> Option<Sample> {
    let none = Value::Null;
    Some(match (route.method.as_str(), route.path.as_str()) {
        ("GET", "/api/v1/papers") => sample(&route.path, none, false),
        ("PUT", "/api/v1/papers/{id}") => sample(
            format!("/api/v1/papers/{}", things.patrol),
            crate::papers::paper_of(WEST, b"%PDF-"),
            false,
        ),
        ("GET", "/api/v1/papers/{id}") => {
            sample(format!("/api/v1/papers/{}", things.plot), none, false)
        }
        ("GET", "/api/v1/papers/{id}/scan") => sample(
            format!("/api/v1/papers/{}/scan?reason=thu", things.plot),
            none,
            false,
        ),
        ("POST", "/api/v1/papers/{id}/facts") => sample(
            format!("/api/v1/papers/{}/facts", things.plot),
            json!({ "facts": [] }),
            false,
        ),
        ("POST", "/api/v1/papers/{id}/retraction") => sample(
            format!("/api/v1/papers/{}/retraction", things.plot),
            json!({ "reason": "thử" }),
            false,
        ),
        _ => return None,
    })
}

/// A fact of the ledger for a plot: the route's last part, the body, and whether its place decides.
fn ledger_sample<'a>(path: &'a str, things: &Things) -> Option<(&'a str, Value, bool)> {
    let act = path.strip_prefix("/api/v1/plots/{id}/")?;
    let at = "2026-02-27T08:00:00+07:00";
    let body = match act {
        "verifications" => crate::ledger::verification(),
        "confirmations" => json!({ "confirmed_at": at }),
        "eradications" => crate::ledger::eradication(),
        "minutes" => json!({ "number": "1/BB", "date": "2026-02-27" }),
        "approvals" => json!({ "eradication": things.plot }),
        "reinspections" => json!({ "inspected_at": at, "result": "clear" }),
        "transfers" => {
            json!({ "transferred_at": at, "to_org": tuantra::identity::model::RESERVE_ORG, "document": "1/BBBG" })
        }
        "waivers" | "returns" => {
            json!({ "eradication": things.eradication, "reason": "thử" })
        }
        "replies" => json!({ "returned": things.eradication, "text": "thử" }),
        "referrals" => json!({ "referred_at": at, "agency": "BLO", "document": "1/CV" }),
        "retractions" | "reopenings" => json!({ "reason": "thử" }),
        "revisits" => json!({ "period": 2025, "visited_at": at, "found_m2": 64 }),
        "judgements" => json!({ "other": things.plot, "result": "distinct", "reason": "thử" }),
        _ => return None,
    };
    Some((act, body, act != "reopenings"))
}

/// A definition that no keeper may set yet, because others come before it.
fn a_distant_definition() -> Value {
    let draft = tuantra::coverage::model::definition::Draft::current();
    let mut definition = serde_json::to_value(draft).unwrap();
    definition["version"] = json!(99);
    definition
}

/// Routes whose callers are decided by something else than the walk tries: bytes, files, tracker paths.
const TOLD_ELSEWHERE: [&str; 8] = [
    "/api/v1/fixes/held/claim",
    "/api/v1/patrols/{id}/fixes",
    "/api/v1/patrols/{id}/gpx",
    "/t/{token}/gpx",
    "/api/v1/photos/{id}/original",
    "/api/v1/photos/{id}/preview",
    "/api/v1/papers/{id}/scan",
    "/api/v1/device/key",
];

async fn asked(client: &Client, method: &Method, sample: &Sample) -> Answer {
    let body = if sample.body.is_null() {
        Body::empty()
    } else {
        sample.body.to_string().into()
    };
    client
        .send(method.clone(), &sample.path, Some("application/json"), body)
        .await
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 401 | 403 | 404)
}

struct World {
    things: Vec<Things>,
    roles: Vec<(Role, Client)>,
    provincial: Vec<(Role, Client)>,
    tracker: Client,
}

async fn world(field: &Field) -> World {
    load_communes(field).await;
    let officer = field.officer().await;
    let phone = field.phone("máy ghi", &[]).await;
    for place in [Place::Own, Place::Foreign] {
        officer
            .put(
                &format!("/api/v1/risk-areas/NC-{}", place.code()),
                &risk_area(place),
            )
            .await
            .expect(201);
    }
    let mut all = Vec::new();
    for place in PLACES {
        all.push(things(field, &phone, &officer, place).await);
    }
    field.settle().await;
    let (mut roles, mut provincial) = (Vec::new(), Vec::new());
    for role in Role::ALL {
        roles.push((
            *role,
            field.account(&format!("xa-{role}"), *role, &[WEST]).await,
        ));
        provincial.push((
            *role,
            field.account(&format!("tinh-{role}"), *role, &[]).await,
        ));
    }
    let device = field.device("máy vết", &[]).await;
    let tracker = field.door(device, Door::Tracker).await;
    World {
        things: all,
        roles,
        provincial,
        tracker,
    }
}

/// What a route owes a caller of this role at this place; `None`: nothing is promised either way.
fn owed(access: Access, role: Role, in_province: bool, place: Place, placed: bool) -> Option<bool> {
    match access {
        Access::Public | Access::TrackerPath | Access::OdkPath => None,
        Access::SignedIn => Some(true),
        Access::Needs(right) if !role.gives(right) => Some(false),
        Access::Needs(_) => Some(in_province || !placed || place == Place::Own),
        Access::NeedsInProvince(right) => Some(role.gives(right) && in_province),
    }
}

async fn walk(field: &Field, world: &World, in_province: bool, wrong: &mut Vec<String>) {
    let callers = if in_province {
        &world.provincial
    } else {
        &world.roles
    };
    for route in route_table().iter() {
        if matches!(
            route.access,
            Access::Public | Access::TrackerPath | Access::OdkPath
        ) || is_told_elsewhere(route)
        {
            continue;
        }
        for (things, (role, client)) in world
            .things
            .iter()
            .flat_map(|things| callers.iter().map(move |caller| (things, caller)))
        {
            let Some(sample) = sample_of(field, route, things) else {
                wrong.push(format!("{} {} has no sample", route.method, route.path));
                break;
            };
            // What a role may do is promised only where there is something: nowhere is no commune's code, and an
            // unknown account or token is not there for anybody.
            let promised = owed(
                route.access,
                *role,
                in_province,
                things.place,
                sample.placed,
            );
            let answer = asked(client, &route.method, &sample).await;
            let is_absent = answer.status == 404
                && promised == Some(true)
                && names_nothing(route, things.place);
            if promised.is_some_and(|may| may == is_refused(&answer)) && !is_absent {
                wrong.push(format!(
                    "{role} ({}) {:?} {} {}: {}",
                    if in_province { "province" } else { "commune" },
                    things.place,
                    route.method,
                    route.path,
                    answer.status
                ));
            }
        }
    }
}

fn is_told_elsewhere(route: &Route) -> bool {
    TOLD_ELSEWHERE.contains(&route.path.as_str()) && route.method != Method::GET
}

/// Samples that name something which does not exist, so that even its keeper gets a 404, and devices that the walk
/// itself revoked.
fn names_nothing(route: &Route, place: Place) -> bool {
    let unknown = [
        "/api/v1/accounts/{id}",
        "/api/v1/accounts/{id}/org",
        "/api/v1/accounts/{id}/password",
        "/api/v1/accounts/{id}/tokens",
        "/api/v1/tokens/{id}",
        "/api/v1/exports/{id}",
        "/api/v1/bundles/review/{id}/decision",
        "/api/v1/forwarding/receipts/{entry}",
        "/api/v1/exports/{id}/decision",
        "/api/v1/exports/{id}/file",
        "/api/v1/imports/{id}",
        "/api/v1/imports/{id}/load",
        "/api/v1/reports/runs/{id}",
        "/api/v1/reports/runs/{id}/file",
        "/api/v1/reports/nothing/{commune}/{period}",
        "/api/v1/devices/{id}/keys/{key}",
        "/api/v1/devices/{id}/keys/{key}/confirm",
        "/api/v1/journal/proof",
        "/api/v1/journal/stamps/{size}",
        "/api/v1/ledger/sample",
        "/api/v1/ledger/sample/visits",
        "/api/v1/papers/{id}",
        "/api/v1/papers/{id}/scan",
        "/api/v1/papers/{id}/facts",
        "/api/v1/papers/{id}/retraction",
        "/api/v1/redactions/{id}/decision",
        "/api/v1/map-packs/{name}",
        "/api/v1/photos/{id}/upload",
        "/files/{id}",
    ];
    let of_a_commune = [
        "/api/v1/coverage",
        "/api/v1/coverage/cells",
        "/api/v1/coverage/patrols",
        "/api/v1/coverage/series",
        "/api/v1/density/suggestions",
        "/api/v1/risk-areas/{code}",
    ];
    unknown.contains(&route.path.as_str())
        || (place == Place::Nowhere && of_a_commune.contains(&route.path.as_str()))
}

/// A route's path with something where it has parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

on_both! {
    async fn every_route_of_ours_refuses_parameters_that_it_does_not_know_and_names_those_it_does(field: Field) {
        load_communes(&field).await;
        let officer = field.officer().await;
        let kind = Some("application/json");
        let mut tried = 0;
        for route in route_table().iter() {
            let is_ours = route.path.starts_with("/api/v1/") || route.path.starts_with("/ogc/");
            let is_foreign = matches!(route.access, Access::TrackerPath | Access::OdkPath);
            let is_told = [Method::HEAD, Method::OPTIONS].contains(&route.method);
            // Layers are read by their fields, which `ogc` tries.
            let is_layer = route.method == Method::GET && route.path.starts_with("/ogc/");
            if !is_ours || is_foreign || is_told || is_layer {
                continue;
            }
            let path = format!("{}?khong_co=1", filled(&route.path));
            let refused = officer.send(route.method.clone(), &path, kind, "{}".into()).await.expect(400);
            assert_eq!(refused.problem(), "invalid-parameter", "{} {path}", route.method);
            if route.method == Method::GET {
                continue;
            }
            assert_eq!(refused.pointers(), ["query:khong_co"], "{} {path}", route.method);
            let detail = refused.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("khong_co: unknown field `khong_co`, "), "{} {path}: {detail}", route.method);
            tried += 1;
        }
        assert!(tried > 80, "{tried}");
        // The same words as of requests that read, with the names that would be accepted.
        let detail = async |method: Method, path: &str| {
            let refused = officer.send(method, path, kind, "{}".into()).await.expect(400);
            refused.json()["detail"].as_str().unwrap().to_owned()
        };
        assert_eq!(detail(Method::PUT, "/api/v1/incidents/x?a=1").await, "a: unknown field `a`, there are no fields");
        let held = "/api/v1/fixes/held?from=2026-02-01&to=2026-03-01&den=1";
        assert_eq!(detail(Method::DELETE, held).await, "den: unknown field `den`, expected one of `from`, `to`");
        assert_eq!(detail(Method::DELETE, "/ogc/collections/plots/items/x?ly_do=a").await, "ly_do: unknown field `ly_do`, expected `reason`");
        let read = detail(Method::GET, "/api/v1/reports/b01?khong_co=1").await;
        assert!(read.starts_with("khong_co: unknown field `khong_co`, expected one of `period`, `from`"), "{read}");
        assert_eq!(detail(Method::GET, "/api/v1/orgs?khong_co=1").await, "khong_co: unknown field `khong_co`, there are no fields");
        // Foreign doors take what the apps send that knock there.
        let phone = field.phone("máy", &[]).await;
        let answer = phone.send(Method::POST, "/files?khong_co=1", None, Body::empty()).await;
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("unknown field"), "{answer:?}");
    }

    async fn every_route_refuses_whom_it_must_and_serves_whom_it_should(field: Field) {
        let world = world(&field).await;
        let mut wrong = Vec::new();
        walk(&field, &world, false, &mut wrong).await;
        walk(&field, &world, true, &mut wrong).await;
        assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn nobody_without_a_secret_of_the_native_door_passes(field: Field) {
        let world = world(&field).await;
        for route in route_table().iter() {
            if matches!(route.access, Access::Public | Access::TrackerPath | Access::OdkPath) || is_told_elsewhere(route) {
                continue;
            }
            let Some(sample) = sample_of(&field, route, &world.things[0]) else { continue };
            for client in [field.anon(), world.tracker.clone()] {
                let answer = asked(&client, &route.method, &sample).await;
                assert_eq!(answer.status, 401, "{} {}", route.method, route.path);
            }
        }
    }

    async fn what_is_not_yours_looks_like_what_is_not_there(field: Field) {
        let world = world(&field).await;
        let (_, officer) = world.roles.iter().find(|(role, _)| *role == Role::CommuneOfficer).unwrap();
        let foreign = &world.things[1];
        let unknown = field.new_id();
        for (path, id) in [("plots", foreign.plot), ("photos", foreign.photo), ("patrols", foreign.patrol), ("incidents", foreign.incident)] {
            let theirs = officer.get(&format!("/api/v1/{path}/{id}")).await.expect(404);
            let nobodys = officer.get(&format!("/api/v1/{path}/{unknown}")).await.expect(404);
            let plain = |answer: &Answer| {
                let mut json = answer.json();
                json["request_id"].take();
                json
            };
            assert_eq!(plain(&theirs), plain(&nobodys), "{path}");
        }
    }

    async fn lists_hold_only_what_lies_in_the_callers_communes(field: Field) {
        let world = world(&field).await;
        let (_, officer) = world.roles.iter().find(|(role, _)| *role == Role::CommuneOfficer).unwrap();
        for list in ["plots", "photos", "patrols", "incidents"] {
            let text = String::from_utf8(officer.get(&format!("/api/v1/{list}?limit=500")).await.expect(200).bytes).unwrap();
            let of = |things: &Things| match list {
                "plots" => things.plot,
                "photos" => things.photo,
                "patrols" => things.patrol,
                _ => things.incident,
            };
            assert!(text.contains(&of(&world.things[0]).to_string()), "{list} misses the own");
            for foreign in &world.things[1..] {
                assert!(!text.contains(&of(foreign).to_string()), "{list} shows {:?}", foreign.place);
            }
        }
    }
}

#[test]
fn the_console_holds_every_right() {
    let console = Actor::console();
    for right in tuantra::base::actor::Right::ALL {
        assert!(console.may_in_province(*right), "{right}");
    }
}
