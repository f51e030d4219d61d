//! Canaries through every door, then a search of the log and the metrics: no secret, place or person may be there.

use serde_json::json;

use crate::binary::{Folder, Start, request};

/// Digits that appear nowhere by chance.
const LON: &str = "104.3141592";
const LAT: &str = "22.2718281";
const NOTE: &str = "gặp ông Canary 0912345678";
const PATROL: &str = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d4";
const PLOT: &str = "01938f3a-7c2e-7b1a-9d43-6f0a51b2c3d5";

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one canary after the other through every door"
)]
async fn logs_and_metrics_hold_no_secret_place_or_person() {
    let folder = Folder::new("canary");
    let mut start = Start::on(folder.path(), None);
    let officer = start.answer(&[
        "account",
        "token",
        "--name",
        "can-bo",
        "--role",
        "provincial_officer",
    ]);
    let phone = start.answer(&["device", "enrol", "--name", "máy"]);
    let tracker = start.answer(&["device", "enrol", "--name", "máy", "--door", "tracker"]);
    let link = start.answer(&["account", "link", "--name", "can-bo"]);
    let code = link.rsplit('/').next().unwrap().to_owned();
    let log = folder.path().join("log");
    start.log = Some(log.clone());
    let server = start.serve().await;
    let patrol = json!({ "kind": "crop_check", "transport": "foot", "started_at": "2026-03-02T00:00:00Z", "notes": NOTE });
    let fixes = json!({ "fixes": [{ "t": "2026-03-02T00:00:01Z", "lon": 104.314_159_2, "lat": 22.271_828_1, "accuracy_m": 4.0 },
                                  { "t": "nie", "lon": 104.314_159_2, "lat": 922.271_828_1 }] });
    let plot = json!({ "type": "Feature", "geometry": { "type": "Point", "coordinates": [104.314_159_2, 22.271_828_1] },
                       "properties": { "crop": "opium_poppy", "detected_at": "2026-03-02T00:00:01Z", "notes": NOTE, "area_m2": "x" } });
    server
        .put(&format!("/api/v1/patrols/{PATROL}"), &phone, &patrol)
        .await
        .unwrap();
    server
        .post(&format!("/api/v1/patrols/{PATROL}/fixes"), &phone, &fixes)
        .await
        .unwrap();
    server
        .put(&format!("/api/v1/plots/{PLOT}"), &phone, &plot)
        .await
        .unwrap();
    server
        .get(&format!("/api/v1/plots?bbox={LON},{LAT},105,23"), &officer)
        .await
        .unwrap();
    let gpx = format!(
        "<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg><trkpt lon=\"{LON}\" lat=\"{LAT}\"><time>2026-03-02T00:00:05Z</time></trkpt></trkseg></trk></gpx>"
    );
    request(
        &server.address,
        "POST",
        &format!("/t/{tracker}/gpx"),
        "",
        "application/gpx+xml",
        gpx.as_bytes(),
    )
    .await
    .unwrap();
    request(
        &server.address,
        "POST",
        "/t/wrong-canary-token/gpx",
        "",
        "application/gpx+xml",
        b"<broken",
    )
    .await
    .unwrap();
    through_the_trackers_doors(&server.address, &tracker).await;
    request(
        &server.address,
        "POST",
        &format!("/sign-in/{code}"),
        "",
        "application/x-www-form-urlencoded",
        b"",
    )
    .await
    .unwrap();
    request(
        &server.address,
        "POST",
        "/enrol/wrong-canary-code",
        "",
        "application/json",
        b"{}",
    )
    .await
    .unwrap();
    let metrics = server.get("/metrics", "").await.unwrap();
    drop(server);
    let said = std::fs::read_to_string(log).unwrap() + &String::from_utf8_lossy(&metrics.body);
    assert!(said.contains("/t/{token}/overland"), "{said}");
    assert!(
        said.contains("/api/v1/patrols/{id}"),
        "the log names routes: {said}"
    );
    let secrets = [
        officer.as_str(),
        &phone,
        &tracker,
        &code,
        "wrong-canary-token",
        "wrong-canary-code",
    ];
    let places = [LON, LAT, "314159", "271828", "922.27"];
    for canary in secrets
        .into_iter()
        .chain(places)
        .chain(["Canary", "0912345678"])
    {
        let found = said.lines().find(|line| line.contains(canary));
        assert!(
            found.is_none(),
            "{canary} is in: {}",
            found.unwrap_or_default()
        );
    }
}

/// Good, unusable and broken requests with a right and a wrong secret: each answer is as quiet as the log.
async fn through_the_trackers_doors(address: &str, tracker: &str) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let good = format!("id=canary&lat={LAT}&lon={LON}&timestamp=1772409600&alarm=sos");
    let bad = format!("id=canary&lat=9{LAT}&lon={LON}&timestamp=1772409600");
    let overland = format!(
        r#"{{"locations":[{{"type":"Feature","geometry":{{"type":"Point","coordinates":[{LON},{LAT}]}},"properties":{{"timestamp":"2026-03-02T00:00:07Z"}}}},{{"geometry":"{LON}"}}]}}"#
    );
    let owntracks = format!(r#"{{"_type":"location","lat":{LAT},"lon":9{LON},"tst":1772409600}}"#);
    for token in [tracker, "wrong-canary-token"] {
        let door = |rest: &str| format!("/t/{token}{rest}");
        let sent = [
            ("GET", door(&format!("?{good}")), FORM, ""),
            ("GET", door(&format!("?{bad}")), FORM, ""),
            ("POST", door(""), FORM, good.as_str()),
            ("POST", door(""), FORM, bad.as_str()),
            ("POST", door(""), "application/json", "{"),
            (
                "POST",
                door("/overland"),
                "application/json",
                overland.as_str(),
            ),
            (
                "POST",
                door("/owntracks"),
                "application/json",
                owntracks.as_str(),
            ),
            ("POST", door("/owntracks"), "application/json", "nothing"),
            ("PUT", door(""), FORM, good.as_str()),
            ("GET", door("/overland"), FORM, ""),
            ("POST", door("/nowhere"), FORM, good.as_str()),
        ];
        for (method, path, kind, body) in sent {
            let answer = request(address, method, &path, "", kind, body.as_bytes())
                .await
                .unwrap();
            let told = String::from_utf8_lossy(&answer.body).into_owned();
            assert!(
                !told.contains(token) && !told.contains("314159"),
                "{method} {kind}: {told}"
            );
        }
    }
    let too_large = vec![b'x'; 2 * 1024 * 1024];
    let answer = request(
        address,
        "POST",
        &format!("/t/{tracker}"),
        "",
        FORM,
        &too_large,
    )
    .await;
    assert!(answer.is_none_or(|answer| answer.status == 413));
    // As a bearer of the wrong door, and in the header that asks for Basic.
    let answer = request(address, "POST", "/pub", tracker, FORM, owntracks.as_bytes())
        .await
        .unwrap();
    assert_eq!(answer.status, 401);
}
