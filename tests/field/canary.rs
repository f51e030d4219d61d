//! Canaries through every door, then a search of the log and the metrics: no secret, place or person may be there.

use serde_json::{Value, json};

use crate::binary::{Folder, Server, Start, request};

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
    let officer = start.officer();
    let phone = start.answer(&["device", "enrol", "--name", "máy"]);
    let tracker = start.answer(&["device", "enrol", "--name", "máy", "--door", "tracker"]);
    let odk = start.answer(&["device", "enrol", "--name", "máy", "--door", "odk"]);
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
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"a.xml\"\r\n\r\n\
         <data id=\"plot_detection\" version=\"2026112501\"><point>{LAT} {LON} 900 4.0</point><plants>{NOTE}</plants><notes>{NOTE}</notes>\
         <meta><instanceID>uuid:1</instanceID></meta></data>\r\n--b--\r\n"
    );
    for (key, path, body) in [
        (odk.as_str(), "submission", form.as_str()),
        (&odk, "submission", "cut"),
        (&odk, "no-such-path", ""),
        ("wrong-canary-key", "submission", ""),
    ] {
        request(
            &server.address,
            "POST",
            &format!("/v1/key/{key}/projects/1/{path}"),
            "",
            "multipart/form-data; boundary=b",
            body.as_bytes(),
        )
        .await
        .unwrap();
    }
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
    // A method is a word of the sender's as well; what is measured of each would be kept for good.
    for path in ["/", "/healthz", "/api/v1/plots"] {
        let made_up = request(&server.address, "WRONG-CANARY-METHOD", path, "", "", b"").await;
        assert!(made_up.unwrap().status >= 400);
    }
    let enrolment = enrolled(&server, &officer).await;
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
        &odk,
        &code,
        "wrong-canary-token",
        "wrong-canary-key",
        "wrong-canary-code",
        "WRONG-CANARY-METHOD",
    ];
    let places = [LON, LAT, "314159", "271828", "922.27"];
    for canary in secrets
        .into_iter()
        .chain(enrolment.iter().map(String::as_str))
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

/// Enrols a phone by its page and tries its secrets at every door; gives the codes and secrets that were used.
#[expect(
    clippy::too_many_lines,
    reason = "one way through the page and every door"
)]
async fn enrolled(server: &Server, officer: &str) -> Vec<String> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let device = json!({ "name": "máy hoàng yến" });
    let device = server
        .post("/api/v1/devices", officer, &device)
        .await
        .unwrap();
    let device: Value = serde_json::from_slice(&device.body).unwrap();
    let row = format!(
        "/api/v1/devices/{}/enrolment",
        device["id"].as_str().unwrap()
    );
    let opened = server.post(&row, officer, &json!({})).await.unwrap();
    let opened: Value = serde_json::from_slice(&opened.body).unwrap();
    let code = opened["code"].as_str().unwrap().to_owned();
    let path = format!("/enrol/{code}");
    server.get(&path, "").await.unwrap();
    let page = request(&server.address, "POST", &path, "", FORM, b"")
        .await
        .unwrap();
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.body).unwrap();
    assert!(!page.contains(&code), "the page repeats no code");
    let after = |mark: &str| {
        let text = page.split(mark).nth(1).unwrap();
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
            .collect::<String>()
    };
    let (odk, tracker, handed) = (after("/v1/key/"), after("/t/"), after("/field/#enrol="));
    for path in [
        path.clone(),
        format!("/v1/key/{odk}/projects/1/formList"),
        format!("/t/{tracker}?lat={LAT}&lon={LON}"),
        format!("/t/{tracker}/owntracks"),
        format!("/t/{tracker}/overland"),
    ] {
        request(&server.address, "POST", &path, "", FORM, b"")
            .await
            .unwrap();
        server.get(&path, "").await.unwrap();
    }
    let typed = format!("code={code}");
    request(
        &server.address,
        "POST",
        "/enrol",
        "",
        FORM,
        typed.as_bytes(),
    )
    .await
    .unwrap();
    let number = json!({ "number": page.split("aria-labelledby=\"n\">").nth(1).unwrap()[..2].parse::<u8>().unwrap() });
    // 204 has no length that the plain client could count: what it did is read after it.
    server
        .post(&format!("{row}/confirm"), officer, &number)
        .await;
    let path = row.trim_end_matches("/enrolment");
    let standing = server.get(path, officer).await.unwrap();
    let standing: Value = serde_json::from_slice(&standing.body).unwrap();
    assert_eq!(standing["enrolment"], "enrolled");
    vec![code.replace('-', ""), code, odk, tracker, handed]
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
