//! ODK Collect from outside: forms fetched, filled in and sent, and what stands in the record afterwards.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use tuantra::base::actor::{Door, Role};
use tuantra::base::ids::DeviceId;
use tuantra::config::Config;
use tuantra::{changed, on};
use uuid::Uuid;

use crate::field::{Answer, Client, Field};
use crate::photos::jpeg;
use crate::plots::{EAST, WEST, load_communes, plot_at};

const BOUNDARY: &str = "bien-gui-7c2e";
const VERSION: &str = "2026112501";

/// A phone with a secret for the native API and one for forms.
pub struct Phone {
    pub native: Client,
    pub odk: Client,
}

/// The forms' door of a device that has a native one.
pub async fn forms_of(field: &Field, native: &Client) -> Phone {
    let odk = field.door(DeviceId(native.id), Door::Odk).await;
    Phone {
        native: native.clone(),
        odk,
    }
}

async fn phone(field: &Field, name: &str, communes: &[&str]) -> Phone {
    let native = field.phone(name, communes).await;
    forms_of(field, &native).await
}

impl Phone {
    fn base(&self) -> String {
        format!("/v1/key/{}/projects/1", self.odk.token())
    }

    async fn fetch(&self, path: &str) -> Answer {
        let path = format!("{}{path}?deviceID=collect:Tq3vN1n0cQpY8rAd", self.base());
        self.ask(Method::GET, &path, Body::empty()).await
    }

    /// Without any header that carries a secret.
    async fn ask(&self, method: Method, path: &str, body: Body) -> Answer {
        let kind = format!("multipart/form-data; boundary=\"{BOUNDARY}\"");
        let request = Request::builder().method(method).uri(path);
        let request = request.header(header::CONTENT_TYPE, kind).body(body);
        self.odk.call(request.unwrap()).await
    }

    /// Sends a form with files; `more` follow.
    pub async fn send(&self, xml: &str, files: &[(&str, &[u8])], more: bool) -> Answer {
        let mut body = part(
            "name=\"xml_submission_file\"; filename=\"a.xml\"",
            "text/xml",
            xml.as_bytes(),
        );
        for (name, bytes) in files {
            let named = format!("name=\"{name}\"; filename=\"{name}\"");
            body.extend(part(&named, "image/jpeg", bytes));
        }
        if more {
            body.extend(part("name=\"*isIncomplete*\"", "text/plain", b"yes"));
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let path = format!("{}/submission", self.base());
        self.ask(Method::POST, &path, Body::from(body)).await
    }

    /// The only submission of that instance, as its team sees it.
    async fn submission(&self, instance: &str) -> Value {
        let list = self
            .native
            .get("/api/v1/submissions?limit=500")
            .await
            .expect(200)
            .json();
        let all = list["submissions"].as_array().unwrap().clone();
        let mut own = all.into_iter().filter(|told| told["instance"] == instance);
        own.next().unwrap()
    }

    async fn fact(&self, instance: &str, part: &str) -> String {
        let told = self.submission(instance).await;
        Self::fact_of(&told, part)
    }

    fn fact_of(told: &Value, part: &str) -> String {
        let parts = told["parts"].as_array().unwrap();
        let part = parts.iter().find(|told| told["part"] == part).unwrap();
        part["fact"].as_str().unwrap().to_owned()
    }

    async fn plot(&self, id: &str) -> Value {
        self.native
            .get(&format!("/api/v1/plots/{id}"))
            .await
            .expect(200)
            .json()
    }
}

fn part(disposition: &str, kind: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

fn form(id: &str, instance: &str, inside: &str) -> String {
    form_with_meta(
        id,
        &format!("<orx:instanceID>{instance}</orx:instanceID>"),
        inside,
    )
}

fn form_with_meta(id: &str, meta: &str, inside: &str) -> String {
    format!(
        "<?xml version='1.0' ?><data id=\"{id}\" version=\"{VERSION}\" xmlns:orx=\"http://openrosa.org/xforms\">\
         <start>2026-03-02T07:31:05.123+07:00</start>{inside}<orx:meta>{meta}</orx:meta></data>"
    )
}

/// An edit of the form that came as `old`.
fn edited(id: &str, old: &str, new: &str, inside: &str) -> String {
    let meta =
        format!("<orx:deprecatedID>{old}</orx:deprecatedID><orx:instanceID>{new}</orx:instanceID>");
    form_with_meta(id, &meta, inside)
}

/// A plot that any phone of the commune may send.
pub fn detection(instance: &str, lon: f64, lat: f64) -> String {
    form(
        "plot_detection",
        instance,
        &detected(lon, lat, "4.3", "320"),
    )
}

fn detected(lon: f64, lat: f64, accuracy: &str, plants: &str) -> String {
    format!(
        "<crop>opium_poppy</crop><detected_at>2026-02-25T10:15:00.000+07:00</detected_at><detected_by>patrol</detected_by>\
         <point>{lat} {lon} 1510.2 {accuracy}</point><stage>flowering</stage><plants>{plants}</plants>\
         <plants_method>counted</plants_method><area_how>known</area_how><area_m2>64</area_m2><area_method>tape</area_method>\
         <land>swidden</land><voluntary>no</voluntary><walking_minutes>90</walking_minutes><notes>trồng xen</notes>"
    )
}

fn destroyed(plants: u32, stop: &str) -> String {
    format!(
        "<plot_source>new</plot_source><found><crop>opium_poppy</crop><point>22.4 104.3 1510.2 4.0</point>\
         <plants>{plants}</plants><found_plants_method>counted</found_plants_method><area_m2>64</area_m2>\
         <found_area_method>tape</found_area_method></found><plants_destroyed>{plants}</plants_destroyed>\
         <plants_method>counted</plants_method>{stop}<started_at>2026-02-27T08:00:00.000+07:00</started_at>\
         <ended_at>2026-02-27T09:00:00.000+07:00</ended_at><methods>pull_up burn</methods>\
         <area_m2_destroyed>64</area_m2_destroyed><area_method>tape</area_method><completeness>full</completeness>\
         <before_harvest>yes</before_harvest><headcount>1</headcount><alone>yes</alone><witnesses>2</witnesses>\
         <minutes_way>given</minutes_way><minutes_number>07/BB-CAX</minutes_number><minutes_date>2026-02-27</minutes_date>\
         <photo_overview>toàn_cảnh.jpg</photo_overview><photo_close_up>can_canh.jpg</photo_close_up>\
         <photo_before>truoc.jpg</photo_before><photo_after>sau.jpg</photo_after>"
    )
}

fn reinspected(instance: &str, plot: &str, version: &str, result: &str) -> String {
    let meta = format!(
        "<entity dataset=\"diem_kiem_tra\" id=\"{plot}\" update=\"1\" baseVersion=\"{version}\" trunkVersion=\"\" branchId=\"\"/>\
         <orx:instanceID>{instance}</orx:instanceID>"
    );
    let inside = format!(
        "<plot>{plot}</plot><inspected_at>2026-03-01T08:00:00.000+07:00</inspected_at><result>{result}</result>"
    );
    form_with_meta("reinspection", &meta, &inside)
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).unwrap()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).unwrap().split(to).next().unwrap()
}

/// Insists on an answer that Collect takes for OpenRosa's.
#[track_caller]
fn spoken(answer: &Answer) {
    assert_eq!(answer.headers["x-openrosa-version"], "1.0");
    assert!(
        answer.headers[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/xml")
    );
    assert!(
        text(answer)
            .contains("<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\"><message"),
        "{}",
        text(answer)
    );
    assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE));
}

on_both! {
    async fn forms_and_lists_are_what_the_phone_is_told_they_are(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let list = phone.fetch("/formList").await.expect(200);
        assert_eq!(list.headers["x-openrosa-version"], "1.0");
        let list = text(&list);
        assert_eq!(list.matches("<xform>").count(), 4);
        for entry in list.split("<xform>").skip(1) {
            let id = between(entry, "<formID>", "</formID>");
            let link = between(entry, "<downloadUrl>", "</downloadUrl>");
            assert!(link.starts_with("http://") && link.ends_with(&format!("{}/forms/{id}.xml", phone.base())));
            let xform = phone.fetch(&format!("/forms/{id}.xml")).await.expect(200);
            assert_eq!(md5(&xform.bytes), between(entry, "<hash>", "</hash>"));
            assert!(text(&xform).contains(&format!("version=\"{}\"", between(entry, "<version>", "</version>"))));
            let manifest = text(&phone.fetch(&format!("/forms/{id}/manifest")).await.expect(200));
            for media in manifest.split("<mediaFile").skip(1) {
                let file = between(media, "<filename>", "</filename>");
                let csv = phone.fetch(&format!("/forms/{id}/attachments/{file}")).await.expect(200);
                assert_eq!(md5(&csv.bytes), between(media, "<hash>", "</hash>"));
            }
        }
        let communes = text(&phone.fetch("/forms/plot_detection/attachments/communes.csv").await.expect(200));
        assert_eq!(communes, format!("name,label\n{WEST},xã Tây\n"));
        spoken(&phone.fetch("/forms/no_such_form/manifest").await.expect(404));
        let probe = phone.ask(Method::HEAD, &format!("{}/submission", phone.base()), Body::empty()).await.expect(204);
        assert!(probe.headers["location"].to_str().unwrap().ends_with(&format!("{}/submission", phone.base())));
        assert_eq!(probe.headers["x-openrosa-accept-content-length"], "100000000");
    }

    async fn a_secret_of_another_door_is_refused_without_asking_for_a_password(field: Field) {
        let phone = phone(&field, "máy A", &[]).await;
        let tracker = field.door(DeviceId(phone.native.id), Door::Tracker).await;
        for secret in [phone.native.token(), tracker.token(), "A"] {
            for (method, path) in [(Method::GET, "formList"), (Method::POST, "submission"), (Method::GET, "forms/reinspection/manifest")] {
                let path = format!("/v1/key/{secret}/projects/1/{path}");
                let answer = phone.ask(method, &path, Body::empty()).await.expect(403);
                spoken(&answer);
                assert!(!text(&answer).contains(phone.native.token()));
            }
        }
        phone.odk.get("/api/v1/plots").await.expect(401);
        let path = format!("{}/formList", phone.base());
        spoken(&phone.ask(Method::DELETE, &path, Body::empty()).await.expect(405));
    }

    async fn a_detected_plot_stands_field_by_field(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let outline = "<area_how>edge</area_how><outline>22.4 104.3 9 4;22.401 104.3 9 4;22.401 104.301 9 4;22.4 104.301 9 4;22.4 104.3 9 4</outline>";
        let inside = detected(104.3, 22.4, "4.3", "320").replace("<area_how>known</area_how><area_m2>64</area_m2><area_method>tape</area_method>", outline);
        let answer = phone.send(&form("plot_detection", "uuid:p1", &inside), &[], false).await.expect(201);
        spoken(&answer);
        let plot = phone.plot(&phone.fact("uuid:p1", "plot").await).await;
        assert_eq!(plot["geometry"]["coordinates"], json!([104.3, 22.4, 1510.2]));
        let told = &plot["properties"];
        for (name, value) in [("crop", json!("opium_poppy")), ("detected_at", json!("2026-02-25T03:15:00Z")), ("detected_by", json!("patrol")),
            ("stage", json!("flowering")), ("plants", json!(320)), ("plants_method", json!("counted")), ("hacc_m", json!(4.3)),
            ("area_method", json!("gnss_polygon")), ("land", json!("swidden")), ("voluntary", json!(false)), ("notes", json!("trồng xen")),
            ("walking_minutes_from_settlement", json!(90)), ("position_method", json!("gnss_single")), ("state", json!("detected"))] {
            assert_eq!(told[name], value, "{name}");
        }
        // 0.001° squared at 22.4° N.
        assert!((told["area_m2"].as_f64().unwrap() - 11_410.0).abs() < 30.0, "{}", told["area_m2"]);
        assert_eq!(told["commune"]["code"], WEST);
        assert_eq!(told["coord_input"], json!({ "text": "22.4 104.3 1510.2 4.3", "crs": "WGS 84", "format": "odk geopoint, measured" }));
        // Walked clockwise, kept anticlockwise.
        assert_eq!(told["outline"]["coordinates"][0][1], json!([104.301, 22.4]));
    }

    async fn a_tapped_point_and_a_made_up_one_keep_how_they_came_about(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let tapped = detected(104.3, 22.4, "0.0", "320").replace("1510.2 0.0", "0.0 0.0");
        phone.send(&form("plot_detection", "uuid:tap", &tapped), &[], false).await.expect(201);
        let told = phone.plot(&phone.fact("uuid:tap", "plot").await).await["properties"].clone();
        assert_eq!(told["position_method"], "map_tap");
        assert_eq!(told["hacc_m"], Value::Null);
        assert!(told["flags"].as_array().unwrap().contains(&json!("position_hand_placed")));
        assert_eq!(told["coord_input"]["format"], "odk geopoint, placed by hand");
        phone.send(&form("plot_detection", "uuid:mock", &detected(104.35, 22.4, "0.0", "320")), &[], false).await.expect(201);
        let told = phone.plot(&phone.fact("uuid:mock", "plot").await).await["properties"].clone();
        assert_eq!(told["coord_input"]["format"], "odk geopoint, mock location");
        assert!(told["flags"].as_array().unwrap().contains(&json!("position_mock")));
        assert!(told["flags"].as_array().unwrap().contains(&json!("accuracy_unknown")));
    }

    async fn a_patrol_report_is_a_patrol_with_its_track(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let route = (0..11).fold(String::new(), |route, n| route + &format!("{:.4} 104.3 900 5.0;", 22.4 + 0.001 * f64::from(n)));
        let inside = format!("<kind>night</kind><transport>foot</transport><started_at>2026-03-02T07:00:00.000+07:00</started_at>\
            <ended_at>2026-03-02T07:20:00.000+07:00</ended_at><headcount>4</headcount><route>{route}22.5 104.3 0.0 0.0</route><notes>sương mù</notes>");
        phone.send(&form("patrol_report", "uuid:t1", &inside), &[], false).await.expect(201);
        field.settle().await;
        let id = phone.fact("uuid:t1", "patrol").await;
        let patrol = phone.native.get(&format!("/api/v1/patrols/{id}")).await.expect(200).json();
        let told = &patrol["properties"];
        assert_eq!(told["kind"], "night");
        assert_eq!(told["transport"], "foot");
        assert_eq!(told["started_at"], "2026-03-02T00:00:00Z");
        assert_eq!(told["ended_at"], "2026-03-02T00:20:00Z");
        assert_eq!(told["headcount"][tuantra::identity::model::RESERVE_ORG.to_string()], 4);
        assert!(told["notes"].as_str().unwrap().starts_with("sương mù\n[ODK]"));
        assert_eq!(told["tracks"][0]["fixes"], 11);
        // Eleven points 0.001° of latitude apart: 1,107 m.
        assert!((told["length_m"].as_f64().unwrap() - 1_107.0).abs() < 2.0, "{told}");
        let submission = phone.submission("uuid:t1").await;
        assert_eq!(submission["commune"], WEST);
        let taps = submission["parts"].as_array().unwrap().iter().find(|part| part["part"] == "taps").unwrap();
        assert_eq!((&taps["state"], &taps["reason"]), (&json!("kept"), &json!("hand-placed")));
        assert_eq!(submission["state"], "taken", "nobody need look at it");
        let drawn = inside.replace("900 5.0", "0.0 0.0");
        phone.send(&form("patrol_report", "uuid:t2", &drawn), &[], false).await.expect(201);
        let drawn = phone.submission("uuid:t2").await;
        assert_eq!(drawn["parts"][1]["reason"], "hand-placed");
    }

    async fn an_eradication_brings_its_plot_its_photos_and_is_guarded(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let xml = form("eradication", "uuid:e1", &destroyed(620, ""));
        let pictures: Vec<Vec<u8>> = (0..4).map(|n| jpeg(64 + n, 48)).collect();
        let answer = phone.send(&xml, &[("toàn_cảnh.jpg", &pictures[0]), ("lạ.jpg", &pictures[1])], true).await.expect(201);
        assert!(text(&answer).contains("còn thiếu 3 tệp"), "{}", text(&answer));
        let told = phone.submission("uuid:e1").await;
        assert_eq!(told["complete"], false);
        assert_eq!(told["missing"], json!(["can_canh.jpg", "sau.jpg", "truoc.jpg"]));
        assert_eq!(told["files"].as_array().unwrap().len(), 1, "a file that the form does not name is passed over");
        let incomplete = phone.native.get("/api/v1/submissions?incomplete=true").await.expect(200).json();
        assert_eq!(incomplete["submissions"].as_array().unwrap().len(), 1);
        let rest = [("can_canh.jpg", &*pictures[1]), ("truoc.jpg", &pictures[2]), ("sau.jpg", &pictures[3])];
        phone.send(&xml, &rest, false).await.expect(201);
        field.settle().await;
        let told = phone.submission("uuid:e1").await;
        assert_eq!((&told["complete"], &told["state"]), (&json!(true), &json!("taken")));
        let (plot, eradication) = (phone.fact("uuid:e1", "plot").await, phone.fact("uuid:e1", "eradication").await);
        let stood = phone.plot(&plot).await["properties"].clone();
        assert_eq!(stood["state"], "eradicating");
        assert_eq!(stood["missing"], json!(["samples"]), "from 450 plants on samples or a release come first");
        assert_eq!(stood["plants"], 620);
        let photos = phone.native.get(&format!("/api/v1/photos?plot={plot}")).await.expect(200).json();
        let mut phases: Vec<_> = photos["features"].as_array().unwrap().iter()
            .map(|photo| (photo["properties"]["phase"].as_str().unwrap().to_owned(), photo["properties"]["state"].clone())).collect();
        phases.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(phases.iter().map(|(phase, _)| phase.as_str()).collect::<Vec<_>>(), ["after", "before", "close_up", "overview"]);
        assert!(phases.iter().all(|(_, state)| state == "stored"));
        let photo = &photos["features"][0]["properties"];
        assert_eq!(photo["eradication"], eradication);
        assert_eq!(photo["taken_at"], "2026-02-27T02:00:00Z");
        assert_eq!((&photo["lon"], &photo["lat"], &photo["accuracy_m"]), (&json!(104.3), &json!(22.4), &json!(4.0)));
        let evidence = phone.native.get(&format!("/api/v1/eradications/{eradication}/evidence")).await.expect(200).json();
        assert!(evidence.to_string().contains("unsigned_door"), "the door caps the grade");
        let asked = phone.native.get("/api/v1/evidence/questions").await.expect(200).json();
        assert_eq!(asked["questions"], json!([]), "photos of a form have one time, and nobody is asked why");
        // A correction stands by the time of its receipt.
        field.clock.advance_millis(60_000);
        let stop = "<stop><stop_way>samples</stop_way><sample><sample_number>M1</sample_number><sample_seal>NP1</sample_seal></sample></stop>";
        let edit = "<orx:deprecatedID>uuid:e1</orx:deprecatedID><orx:instanceID>uuid:e2</orx:instanceID>";
        let edited = form_with_meta("eradication", edit, &destroyed(620, stop));
        let all: Vec<(&str, &[u8])> = [("toàn_cảnh.jpg", &*pictures[0])].into_iter().chain(rest).collect();
        phone.send(&edited, &all, false).await.expect(201);
        field.settle().await;
        let stood = phone.plot(&plot).await["properties"].clone();
        assert_eq!((&stood["state"], &stood["version"], &stood["missing"]), (&json!("eradicated"), &json!(2), &json!([])));
        let photos = phone.native.get(&format!("/api/v1/photos?plot={plot}")).await.expect(200).json();
        assert_eq!(photos["features"].as_array().unwrap().len(), 4, "the same photos sent with an edit are the same photos");
    }

    async fn a_files_name_is_the_same_however_its_marks_are_written(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let (composed, apart) = ("toàn_cảnh.jpg", "toa\u{300}n_ca\u{309}nh.jpg");
        assert!(composed != apart && destroyed(320, "").contains(composed));
        let pictures: Vec<Vec<u8>> = (0..8).map(|n| jpeg(64 + n, 48)).collect();
        for (n, (in_form, of_file)) in [(composed, apart), (apart, composed)].into_iter().enumerate() {
            let own = &pictures[4 * n..];
            let instance = format!("uuid:nf{n}");
            let inside = destroyed(320, "").replace(composed, in_form).replace("104.3 ", &format!("104.3{n} "));
            let files = [(of_file, &*own[0]), ("can_canh.jpg", &own[1]), ("truoc.jpg", &own[2]), ("sau.jpg", &own[3])];
            phone.send(&form("eradication", &instance, &inside), &files, false).await.expect(201);
            let told = phone.submission(&instance).await;
            assert_eq!((&told["complete"], told["files"].as_array().unwrap().len()), (&json!(true), 4), "{told:#}");
            assert!(told["files"].as_array().unwrap().iter().any(|file| file["name"] == composed));
        }
        let incomplete = phone.native.get("/api/v1/submissions?incomplete=true").await.expect(200).json();
        assert_eq!(incomplete["submissions"], json!([]));
    }

    async fn a_file_that_an_edit_names_anew_is_the_same_photo(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let pictures: Vec<Vec<u8>> = (0..4).map(|n| jpeg(64 + n, 48)).collect();
        let names = ["toàn_cảnh.jpg", "can_canh.jpg", "truoc.jpg", "sau.jpg"];
        let files = |names: [&'static str; 4]| -> Vec<(&str, &[u8])> {
            names.into_iter().zip(pictures.iter().map(Vec::as_slice)).collect()
        };
        let photo_of = |told: &Value, name: &str| {
            let files = told["files"].as_array().unwrap().clone();
            files.into_iter().find(|file| file["name"] == name).unwrap()["photo"].clone()
        };
        let inside = destroyed(320, "");
        phone.send(&form("eradication", "uuid:rn1", &inside), &files(names), false).await.expect(201);
        let first = photo_of(&phone.submission("uuid:rn1").await, "truoc.jpg");
        let anew = inside.replace("truoc.jpg", "truoc_2.jpg");
        let edit = edited("eradication", "uuid:rn1", "uuid:rn2", &anew);
        phone.send(&edit, &files([names[0], names[1], "truoc_2.jpg", names[3]]), false).await.expect(201);
        let told = phone.submission("uuid:rn2").await;
        assert_eq!((&told["complete"], photo_of(&told, "truoc_2.jpg")), (&json!(true), first.clone()), "{told:#}");
        // Meant for another stage it is another photo, of which somebody asks.
        let moved = inside.replace("truoc.jpg", "khac.jpg").replace("sau.jpg", "truoc_3.jpg");
        let edit = edited("eradication", "uuid:rn2", "uuid:rn3", &moved);
        let own: [(&str, &[u8]); 4] = [
            (names[0], &pictures[0]), (names[1], &pictures[1]), ("khac.jpg", &pictures[3]), ("truoc_3.jpg", &pictures[2]),
        ];
        phone.send(&edit, &own, false).await.expect(201);
        let told = phone.submission("uuid:rn3").await;
        assert_ne!(photo_of(&told, "truoc_3.jpg"), first);
        let plot = phone.plot(&phone.fact("uuid:rn1", "plot").await).await;
        assert_eq!(plot["properties"]["photos"], 6, "{plot:#}");
    }

    async fn split_posts_and_replays_change_nothing_and_other_bytes_conflict(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let xml = detection("uuid:s1", 104.3, 22.4).replace("<land>", "<photo_overview>a.jpg</photo_overview><land>");
        phone.send(&xml, &[], true).await.expect(201);
        let id = phone.submission("uuid:s1").await["id"].as_str().unwrap().to_owned();
        let receipt = phone.native.get(&format!("/api/v1/submissions/{id}")).await.expect(200).json()["receipt"].clone();
        assert_eq!(receipt["sha256"], tuantra::base::hex(&tuantra::journal::model::sha256(xml.as_bytes())));
        field.clock.advance_millis(60_000);
        let picture = jpeg(64, 48);
        for _ in 0..2 {
            phone.send(&xml, &[("a.jpg", &picture)], false).await.expect(201);
        }
        let again = phone.native.get(&format!("/api/v1/submissions/{id}")).await.expect(200).json();
        assert_eq!(again["receipt"], receipt);
        assert_eq!((&again["complete"], again["files"].as_array().unwrap().len()), (&json!(true), 1));
        let differs = phone.send(&xml.replace("320", "321"), &[], false).await.expect(409);
        spoken(&differs);
        let plots = phone.native.get("/api/v1/plots").await.expect(200).json();
        assert_eq!(plots["features"].as_array().unwrap().len(), 1);
        assert_eq!(plots["features"][0]["properties"]["plants"], 320);
        assert_eq!(plots["features"][0]["properties"]["photos"], 1);
    }

    async fn an_edit_is_a_version_and_an_officers_own_correction_is_not_overwritten(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        phone.send(&detection("uuid:v1", 104.3, 22.4), &[], false).await.expect(201);
        let edit = |old: &str, new: &str, plants: &str| {
            let meta = format!("<orx:deprecatedID>{old}</orx:deprecatedID><orx:instanceID>{new}</orx:instanceID>");
            form_with_meta("plot_detection", &meta, &detected(104.3, 22.4, "4.3", plants))
        };
        phone.send(&edit("uuid:v1", "uuid:v2", "330"), &[], false).await.expect(201);
        let id = phone.fact("uuid:v1", "plot").await;
        assert_eq!(id, phone.fact("uuid:v2", "plot").await);
        let told = phone.plot(&id).await["properties"].clone();
        assert_eq!((&told["plants"], &told["version"]), (&json!(330), &json!(2)));
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let mut corrected = plot_at(104.3, 22.4);
        corrected["properties"]["revises"] = json!(2);
        officer.put(&format!("/api/v1/plots/{id}"), &corrected).await.expect(201);
        let answer = phone.send(&edit("uuid:v2", "uuid:v3", "340"), &[], false).await.expect(202);
        spoken(&answer);
        assert_eq!(phone.plot(&id).await["properties"]["version"], 3);
        let kept = phone.submission("uuid:v3").await;
        assert_eq!((&kept["state"], &kept["parts"][0]["reason"]), (&json!("review"), &json!("stale-revision")));
        assert!(kept["parts"][0]["quarantine"].is_string());
        let seen = officer.get("/api/v1/submissions?state=review").await.expect(200).json();
        assert_eq!(seen["submissions"][0]["instance"], "uuid:v3");
    }

    async fn another_content_under_one_name_stands_beside_the_first_until_it_was_seen(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let xml = detection("uuid:k1", 104.3, 22.4);
        phone.send(&xml, &[], false).await.expect(201);
        phone.send(&detection("uuid:k2", 104.32, 22.4), &[], false).await.expect(201);
        let waiting = async || officer.get("/api/v1/submissions?state=review").await.expect(200).json()["submissions"].clone();
        assert_eq!(waiting().await, json!([]));
        let other = xml.replace(">320<", ">321<");
        for _ in 0..2 {
            phone.send(&other, &[], false).await.expect(409);
        }
        let listed = waiting().await;
        assert_eq!(listed.as_array().unwrap().len(), 1, "{listed:#}");
        assert_eq!((&listed[0]["instance"], &listed[0]["state"]), (&json!("uuid:k1"), &json!("taken")));
        assert_eq!((&listed[0]["others"][0]["bytes"], listed[0]["others"].as_array().unwrap().len()), (&json!(other.len()), 1));
        let view = format!("/api/v1/submissions/{}", listed[0]["id"].as_str().unwrap());
        let seen = officer.get(&view).await.expect(200).json();
        let plants = |answers: &Value| answers.as_array().unwrap().iter().find(|told| told["name"] == "plants").unwrap()["text"].clone();
        assert_eq!((plants(&seen["answers"]), plants(&seen["others"][0]["answers"])), (json!("320"), json!("321")));
        field.account("dong", Role::CommuneOfficer, &[EAST]).await.get(&view).await.expect(404);
        let decision = format!("{view}/decision");
        officer.post(&decision, &json!({ "decision": "refused", "reason": "bản sau không đúng số đếm" })).await.expect(409);
        officer.post(&decision, &json!({ "decision": "accepted" })).await.expect(200);
        assert_eq!(waiting().await, json!([]));
        assert_eq!(officer.get(&view).await.expect(200).json()["others"].as_array().unwrap().len(), 1, "it stays");
        assert_eq!(phone.plot(&phone.fact("uuid:k1", "plot").await).await["properties"]["plants"], 320);
    }

    async fn a_form_whose_photos_did_not_come_is_told_of_its_phone_until_an_edit_brings_them(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let officer = field.officer().await;
        let pictures: Vec<Vec<u8>> = (0..4).map(|n| jpeg(64 + n, 48)).collect();
        let files = [("toàn_cảnh.jpg", &*pictures[0]), ("can_canh.jpg", &pictures[1]), ("truoc.jpg", &pictures[2]), ("sau.jpg", &pictures[3])];
        let owed = format!("/api/v1/devices/{}/owed", phone.native.id);
        let told = async || officer.get(&owed).await.expect(200).json()["forms"].clone();
        phone.send(&form("eradication", "uuid:f1", &destroyed(320, "")), &files[..1], true).await.expect(201);
        let listed = told().await;
        assert_eq!((&listed[0]["form"], &listed[0]["missing"]), (&json!("eradication"), &json!(3)), "{listed:#}");
        assert_eq!(listed[0]["id"], phone.submission("uuid:f1").await["id"]);
        assert!(listed[0].get("commune").is_none(), "whoever keeps phones need not know where they were");
        let incomplete = async || officer.get("/api/v1/submissions?incomplete=true").await.expect(200).json()["submissions"].as_array().unwrap().len();
        assert_eq!(incomplete().await, 1);
        phone.send(&edited("eradication", "uuid:f1", "uuid:f2", &destroyed(320, "")), &files, false).await.expect(201);
        assert_eq!((told().await, incomplete().await), (json!([]), 0));
        // What will never come may be noted as seen, once.
        phone.send(&form("eradication", "uuid:f3", &destroyed(310, "").replace("104.3 ", "104.34 ")), &files[..1], true).await.expect(201);
        let id = phone.submission("uuid:f3").await["id"].as_str().unwrap().to_owned();
        officer.post(&format!("/api/v1/submissions/{id}/decision"), &json!({ "decision": "accepted" })).await.expect(200);
        assert_eq!(told().await[0]["missing"], 3, "the phone owes them still");
    }

    async fn a_form_that_many_connections_bring_at_once_is_one_submission_and_one_plot(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let xml = detection("uuid:at-once", 104.35, 22.4);
        let answers = futures::future::join_all((0..8).map(|_| phone.send(&xml, &[], false))).await;
        for answer in answers {
            answer.expect(201);
        }
        let told = phone.submission("uuid:at-once").await;
        assert_eq!((&told["state"], &told["commune"], &told["revision"]), (&json!("taken"), &json!(WEST), &json!(1)));
        assert_eq!(told["parts"].as_array().unwrap().len(), 1);
        assert_eq!(phone.plot(&phone.fact("uuid:at-once", "plot").await).await["properties"]["version"], 1);
        field.settle().await;
        let entries = field.app.journal.entries_since(-1, 10_000).await.unwrap();
        let kinds = entries.iter().map(|entry| entry.kind.as_str());
        let of_the_form: Vec<&str> = kinds.filter(|kind| ["submission", "plot"].contains(kind)).collect();
        assert_eq!(of_the_form, ["submission", "plot"], "the form itself is entered first");
    }

    async fn forms_that_come_at_once_stand_as_if_each_had_come_alone(field: Field) {
        const ROW: u32 = 40;
        load_communes(&field).await;
        let phones = [phone(&field, "máy A", &[WEST]).await, phone(&field, "máy B", &[WEST]).await];
        let of = |n: u32| &phones[usize::from(n % 2 == 1)];
        // 20.6 m apart: each may be the same as the one before and the one after it, and as no other.
        let in_row = |n: u32| detection(&format!("uuid:row-{n}"), 104.3 + 0.0002 * f64::from(n), 22.4);
        let mut sent: Vec<(&Phone, String)> = (0..ROW).map(|n| (of(n), in_row(n))).collect();
        sent.push((of(7), in_row(7)));
        sent.push((of(0), detection("uuid:twice", 104.33, 22.4)));
        sent.push((of(0), detection("uuid:twice", 104.34, 22.4)));
        sent.push((of(0), detection("uuid:outside", 104.7, 22.4)));
        let answers = sent.iter().map(|(phone, xml)| phone.send(xml, &[], false));
        let mut answers: Vec<u16> = futures::future::join_all(answers).await.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(answers.pop(), Some(202));
        let mut twice = answers.split_off(answers.len() - 2);
        twice.sort_unstable();
        assert_eq!(twice, [201, 409], "of two with one id and other bytes one stands and one lies aside");
        assert!(answers.iter().all(|status| *status == 201), "{answers:?}");
        let mut plots = Vec::new();
        for n in 0..ROW {
            let told = of(n).submission(&format!("uuid:row-{n}")).await;
            assert_eq!((&told["state"], &told["commune"], &told["revision"]), (&json!("taken"), &json!(WEST), &json!(1)));
            assert_eq!((&told["complete"], told["parts"].as_array().unwrap().len()), (&json!(true), 1));
            plots.push(Phone::fact_of(&told, "plot"));
        }
        for (n, id) in plots.iter().enumerate() {
            let told = phones[n % 2].plot(id).await["properties"].clone();
            assert_eq!((&told["version"], &told["plants"]), (&json!(1), &json!(320)));
            let near = told["candidates"].as_array().unwrap().iter();
            let mut near: Vec<(&str, &Value)> = near.map(|near| (near["id"].as_str().unwrap(), &near["distance_m"])).collect();
            near.sort_unstable_by_key(|(id, _)| *id);
            let beside = [n.checked_sub(1), n.checked_add(1)].into_iter().flatten();
            let metres = json!(20.6);
            let mut expected: Vec<(&str, &Value)> = beside.filter_map(|n| Some((plots.get(n)?.as_str(), &metres))).collect();
            expected.sort_unstable_by_key(|(id, _)| *id);
            assert_eq!(near, expected, "of number {n}");
        }
        field.settle().await;
        assert_eq!(settled(&field).await, i64::from(ROW) + 1);
        let entries = field.app.journal.entries_since(-1, 10_000).await.unwrap();
        for kind in ["submission", "plot"] {
            let count = entries.iter().filter(|entry| entry.kind == kind).count();
            assert_eq!(count, 41 + usize::from(kind == "submission"), "{kind}: what lies aside is entered as that");
        }
    }

    async fn plots_settle_together_and_one_that_cannot_holds_up_no_other(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        for n in 0..70_u32 {
            let xml = detection(&format!("uuid:many-{n}"), 104.3 + 0.001 * f64::from(n), 22.4);
            phone.send(&xml, &[], false).await.expect(201);
        }
        let broken: Uuid = phone.fact("uuid:many-7", "plot").await.parse().unwrap();
        assert_eq!(settled(&field).await, 0);
        field.app.journal.store().write(broken, |tx, broken| {
            Box::pin(async move { changed!(tx, sqlx::query("UPDATE plots SET record = 'no JSON' WHERE id = $1").bind(*broken)) })
        }).await.unwrap();
        field.settle().await;
        assert_eq!(settled(&field).await, 69);
        assert_eq!(field.app.journal.waiting("settle_plot").await.unwrap().0, 1, "it is tried again later");
        assert_eq!(field.app.journal.waiting("link_photos").await.unwrap().0, 0);
    }

    async fn what_no_slice_takes_is_kept_and_listed(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let picture = jpeg(64, 48);
        let outside = detection("uuid:o1", 104.7, 22.4).replace("<land>", "<photo_overview>a.jpg</photo_overview><land>");
        for _ in 0..2 {
            phone.send(&outside, &[("a.jpg", &picture)], false).await.expect(202);
        }
        let told = phone.submission("uuid:o1").await;
        assert_eq!(told["parts"][0]["reason"], "outside-scope");
        assert_eq!((&told["commune"], &told["complete"]), (&json!(EAST), &json!(true)));
        let photo = told["files"][0]["photo"].as_str().unwrap();
        assert_eq!(phone.native.get(&format!("/api/v1/photos/{photo}")).await.expect(200).json()["state"], "stored");
        let bad = form("plot_detection", "uuid:o2", &detected(104.3, 22.4, "4.3", "320").replace("opium_poppy", "poppy"));
        phone.send(&bad, &[], false).await.expect(202);
        let told = phone.submission("uuid:o2").await;
        assert_eq!(told["parts"][0]["reason"], "invalid-content");
        assert_eq!(told["parts"][0]["faults"][0]["pointer"], "/properties/crop");
        assert!(told["parts"][0]["quarantine"].is_string());
        let east = field.account("can-bo-dong", Role::CommuneOfficer, &[EAST]).await;
        let seen = east.get("/api/v1/submissions").await.expect(200).json();
        let instances: Vec<_> = seen["submissions"].as_array().unwrap().iter().map(|told| &told["instance"]).collect();
        assert_eq!(instances, ["uuid:o1"], "officers see what lies in their communes");
        let id = phone.submission("uuid:o2").await["id"].as_str().unwrap().to_owned();
        east.get(&format!("/api/v1/submissions/{id}")).await.expect(404);
    }

    async fn a_file_that_can_never_be_a_photo_holds_up_nothing(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let named = "<photo_overview>z.jpg</photo_overview><photo_close_up>good.jpg</photo_close_up><land>";
        // A receiver that tells 200 km tells no place either, and the form says both.
        let inside = detected(104.3, 22.4, "200000.0", "320").replace("<land>", named);
        let xml = form("plot_detection", "uuid:z1", &inside);
        let picture = jpeg(64, 48);
        for _ in 0..2 {
            let answer = phone.send(&xml, &[("z.jpg", b""), ("good.jpg", &picture)], false).await.expect(201);
            spoken(&answer);
            assert!(text(&answer).contains("có 1 tệp không dùng được"), "{}", text(&answer));
        }
        let told = phone.submission("uuid:z1").await;
        assert_eq!((&told["missing"], &told["complete"], &told["state"]), (&json!([]), &json!(false), &json!("taken")));
        let files = told["files"].as_array().unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!((&files[0]["name"], &files[0]["unusable"]), (&json!("good.jpg"), &Value::Null));
        assert_eq!((&files[1]["name"], &files[1]["unusable"], &files[1]["photo"]), (&json!("z.jpg"), &json!("empty"), &Value::Null));
        let photo = files[0]["photo"].as_str().unwrap();
        assert_eq!(phone.native.get(&format!("/api/v1/photos/{photo}")).await.expect(200).json()["state"], "stored");
        let plot = phone.plot(&phone.fact("uuid:z1", "plot").await).await["properties"].clone();
        assert_eq!((&plot["hacc_m"], &plot["coord_input"]["text"]), (&Value::Null, &json!("22.4 104.3 1510.2 200000.0")));
        assert!(plot["flags"].as_array().unwrap().contains(&json!("accuracy_unknown")));
        // What came whole later is the file; the phone is told of nothing missing.
        phone.send(&xml, &[("z.jpg", &picture)], false).await.expect(201);
        assert_eq!(phone.submission("uuid:z1").await["complete"], true);
    }

    async fn a_file_larger_than_any_that_is_taken_keeps_no_form_on_the_phone(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let config = Config { max_photo_mb: 1, ..(*field.app.config).clone() };
        let small = Phone { native: field.elsewhere_with(&phone.native, config.clone()), odk: field.elsewhere_with(&phone.odk, config) };
        let named = "<photo_overview>z.jpg</photo_overview><photo_close_up>good.jpg</photo_close_up><land>";
        let inside = detected(104.3, 22.4, "4.3", "320").replace("<land>", named);
        let xml = form("plot_detection", "uuid:l1", &inside);
        let (picture, mut large) = (jpeg(64, 48), jpeg(80, 60));
        large.resize(2_500_000, 0);
        for _ in 0..2 {
            let answer = small.send(&xml, &[("z.jpg", &large), ("good.jpg", &picture)], false).await.expect(201);
            spoken(&answer);
            assert!(text(&answer).contains("không nhận 1 tệp vì quá lớn: giữ ảnh trong máy"), "{}", text(&answer));
        }
        // Split over posts, as phones do with many files, the others go on.
        small.send(&xml, &[("z.jpg", &large)], true).await.expect(201);
        let told = small.submission("uuid:l1").await;
        assert_eq!((&told["missing"], &told["complete"], &told["state"]), (&json!([]), &json!(false), &json!("taken")));
        let files = told["files"].as_array().unwrap();
        assert_eq!(files.len(), 2, "{told}");
        assert_eq!((&files[0]["name"], &files[0]["photo"].is_string()), (&json!("good.jpg"), &true));
        let digest = tuantra::base::hex(&tuantra::journal::model::sha256(&large));
        assert_eq!((&files[1]["unusable"], &files[1]["bytes"], &files[1]["sha256"]), (&json!("too-large"), &json!(2_500_000), &json!(digest)));
        // It stands on the officers' list until one has seen it.
        let west = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        let waiting = async |query: &str| {
            let list = west.get(&format!("/api/v1/submissions?{query}")).await.expect(200).json();
            list["submissions"].as_array().unwrap().len()
        };
        assert_eq!((waiting("state=review").await, waiting("incomplete=true").await), (1, 1));
        let decision = format!("/api/v1/submissions/{}/decision", told["id"].as_str().unwrap());
        let refused = json!({ "decision": "refused", "reason": "ảnh quá lớn nên không ghi nhận" });
        west.post(&decision, &refused).await.expect(409);
        let seen = west.post(&decision, &json!({ "decision": "accepted" })).await.expect(200).json();
        assert_eq!((&seen["submission"]["state"], &seen["submission"]["decision"]["decision"]), (&json!("taken"), &json!("accepted")));
        assert_eq!((waiting("state=review").await, waiting("incomplete=true").await), (0, 1));
        // Where the bound is raised, the same file is taken; the other phone's form had nothing too large.
        phone.send(&xml, &[("z.jpg", &large)], false).await.expect(201);
        let told = phone.submission("uuid:l1").await;
        assert_eq!((&told["complete"], &told["files"].as_array().unwrap().len()), (&json!(true), &2), "{told}");
        assert_eq!(waiting("incomplete=true").await, 0);
        phone.send(&detection("uuid:l2", 104.35, 22.4), &[], false).await.expect(201);
        let other = format!("/api/v1/submissions/{}/decision", phone.submission("uuid:l2").await["id"].as_str().unwrap());
        west.post(&other, &json!({ "decision": "accepted" })).await.expect(409);
    }

    async fn an_edit_that_overtakes_what_it_edits_is_done_when_that_has_come(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let edit = |old: &str, new: &str, plants: &str| {
            let meta = format!("<orx:deprecatedID>{old}</orx:deprecatedID><orx:instanceID>{new}</orx:instanceID>");
            form_with_meta("plot_detection", &meta, &detected(104.3, 22.4, "4.3", plants))
        };
        // The later edit first, then the one before it, then what both edit.
        phone.send(&edit("uuid:e2", "uuid:e3", "340"), &[], false).await.expect(202);
        phone.send(&edit("uuid:e1", "uuid:e2", "330"), &[], false).await.expect(202);
        assert_eq!(phone.submission("uuid:e2").await["state"], "review");
        phone.send(&detection("uuid:e1", 104.3, 22.4), &[], false).await.expect(201);
        let first = phone.submission("uuid:e1").await;
        for (instance, revision) in [("uuid:e1", 1), ("uuid:e2", 2), ("uuid:e3", 3)] {
            let told = phone.submission(instance).await;
            assert_eq!((&told["state"], &told["revision"], &told["root"]), (&json!("taken"), &json!(revision), &first["id"]), "{instance}");
        }
        let told = phone.plot(&phone.fact("uuid:e1", "plot").await).await["properties"].clone();
        assert_eq!((&told["plants"], &told["version"]), (&json!(340), &json!(3)));
        phone.send(&edit("uuid:e2", "uuid:e3", "340"), &[], false).await.expect(201);
        assert_eq!(phone.plot(&phone.fact("uuid:e1", "plot").await).await["properties"]["version"], 3);
    }

    async fn an_edit_mends_what_could_not_be_recorded(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let officer = field.officer().await;
        let waiting = async || officer.get("/api/v1/submissions?state=review").await.expect(200).json()["submissions"].as_array().unwrap().len();
        let good = |lon: f64, plants: &str| detected(lon, 22.4, "4.3", plants);
        let known = "<area_how>known</area_how><area_m2>64</area_m2><area_method>tape</area_method>";
        let crossing = "<area_how>edge</area_how><outline>22.4 104.32 1500 4;22.401 104.321 1500 4;22.4 104.321 1500 4;22.401 104.32 1500 4;22.4 104.32 1500 4</outline>";
        // Outside the phone's communes, a walked edge that crosses itself, a crop that there is none of.
        let firsts = [good(104.7, "320"), good(104.32, "320").replace(known, crossing), good(104.34, "320").replace("opium_poppy", "poppy")];
        let mended = [good(104.3, "320"), good(104.32, "321"), good(104.34, "322")];
        for (n, (first, mended)) in firsts.iter().zip(&mended).enumerate() {
            let (a, b) = (format!("uuid:m{n}"), format!("uuid:m{n}-b"));
            phone.send(&form("plot_detection", &a, first), &[], false).await.expect(202);
            assert_eq!(phone.native.get("/api/v1/plots").await.expect(200).json()["features"].as_array().unwrap().len(), n, "{a}");
            phone.send(&edited("plot_detection", &a, &b, mended), &[], false).await.expect(201);
            let told = phone.submission(&b).await;
            assert_eq!((&told["state"], &told["revision"]), (&json!("taken"), &json!(2)), "{told:#}");
            let plot = phone.plot(&Phone::fact_of(&told, "plot")).await["properties"].clone();
            assert_eq!((&plot["version"], &plot["plants"]), (&json!(1), &json!(320 + n)));
            // Nobody has to decide about what was mended, and its phone may send it as often as it likes.
            let first_told = phone.submission(&a).await;
            assert_eq!((&first_told["state"], &first_told["parts"][0]["state"]), (&json!("taken"), &json!("kept")), "{first_told:#}");
            assert_eq!(first_told["parts"][0]["reason"], "edited");
            phone.send(&form("plot_detection", &a, first), &[], false).await.expect(201);
            assert_eq!(phone.plot(&Phone::fact_of(&told, "plot")).await["properties"]["version"], 1);
            assert_eq!(waiting().await, 0, "{a}");
        }
        // An edit that cannot be recorded is no version: the next one corrects what stands.
        phone.send(&detection("uuid:c1", 104.36, 22.4), &[], false).await.expect(201);
        phone.send(&edited("plot_detection", "uuid:c1", "uuid:c2", &good(104.36, "-4")), &[], false).await.expect(202);
        assert_eq!(waiting().await, 1);
        phone.send(&edited("plot_detection", "uuid:c2", "uuid:c3", &good(104.36, "340")), &[], false).await.expect(201);
        let plot = phone.plot(&phone.fact("uuid:c3", "plot").await).await["properties"].clone();
        assert_eq!((&plot["version"], &plot["plants"]), (&json!(2), &json!(340)));
        assert_eq!(waiting().await, 0);
        assert_eq!(field.app.journal.verify().await.unwrap().faults, []);
    }

    async fn an_edit_that_came_before_a_form_that_cannot_be_recorded_is_recorded_in_its_place(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let mended = edited("plot_detection", "uuid:o1", "uuid:o2", &detected(104.3, 22.4, "4.3", "330"));
        phone.send(&mended, &[], false).await.expect(202);
        let bad = form("plot_detection", "uuid:o1", &detected(104.3, 22.4, "4.3", "320").replace("opium_poppy", "poppy"));
        phone.send(&bad, &[], false).await;
        let told = phone.submission("uuid:o2").await;
        assert_eq!(told["state"], "taken", "{told:#}");
        let plot = phone.plot(&Phone::fact_of(&told, "plot")).await["properties"].clone();
        assert_eq!((&plot["version"], &plot["plants"]), (&json!(1), &json!(330)));
        assert_eq!(phone.submission("uuid:o1").await["state"], "taken");
    }

    async fn an_eradication_that_an_edit_mends_counts_once(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        phone.send(&form("eradication", "uuid:x1", &destroyed(320, "")), &[], false).await.expect(201);
        field.clock.advance_millis(60_000);
        let bad = destroyed(310, "").replace("<plants_destroyed>310<", "<plants_destroyed>-5<");
        phone.send(&edited("eradication", "uuid:x1", "uuid:x2", &bad), &[], false).await.expect(202);
        field.clock.advance_millis(60_000);
        phone.send(&edited("eradication", "uuid:x2", "uuid:x3", &destroyed(300, "")), &[], false).await.expect(201);
        field.settle().await;
        let told = phone.submission("uuid:x3").await;
        let plot = phone.plot(&Phone::fact_of(&told, "plot")).await["properties"].clone();
        assert_eq!((&plot["plants"], &plot["version"]), (&json!(300), &json!(3)));
        assert_eq!(plot["quantities"]["destroyed_claimed"]["plants"], 300, "{plot:#}");
        let before = phone.submission("uuid:x2").await;
        assert_eq!(before["state"], "taken", "{before:#}");
    }

    async fn an_edit_that_names_another_plot_is_work_of_its_own_once_somebody_has_seen_both(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let mut plots = Vec::new();
        for (instance, lon) in [("uuid:k1", 104.3), ("uuid:k2", 104.34)] {
            phone.send(&detection(instance, lon, 22.4), &[], false).await.expect(201);
            plots.push(phone.fact(instance, "plot").await);
        }
        let known = |plot: &str, plants: u32| {
            let source = format!("<plot_source>known</plot_source><plot>{plot}</plot>");
            destroyed(plants, "").replace("<plot_source>new</plot_source>", &source)
        };
        let claimed = async |plot: &str| phone.plot(plot).await["properties"]["quantities"]["destroyed_claimed"]["plants"].clone();
        phone.send(&form("eradication", "uuid:y1", &known(&plots[0], 320)), &[], false).await.expect(201);
        field.clock.advance_millis(60_000);
        phone.send(&edited("eradication", "uuid:y1", "uuid:y2", &known(&plots[1], 320)), &[], false).await.expect(202);
        let told = phone.submission("uuid:y2").await;
        assert_eq!((&told["state"], &told["parts"][0]["reason"]), (&json!("review"), &json!("invalid-content")), "{told:#}");
        let decision = format!("/api/v1/submissions/{}/decision", told["id"].as_str().unwrap());
        officer.post(&decision, &json!({ "decision": "accepted" })).await.expect(200);
        assert_eq!(phone.submission("uuid:y2").await["state"], "taken");
        assert_eq!((claimed(&plots[0]).await, claimed(&plots[1]).await), (json!(320), json!(320)));
        // The next edit corrects it where it stands.
        field.clock.advance_millis(60_000);
        phone.send(&edited("eradication", "uuid:y2", "uuid:y3", &known(&plots[1], 310)), &[], false).await.expect(201);
        assert_eq!((claimed(&plots[0]).await, claimed(&plots[1]).await), (json!(320), json!(310)));
    }

    async fn no_later_edit_overwrites_what_an_officer_corrected(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let officer = field.account("can-bo", Role::CommuneOfficer, &[WEST]).await;
        let edit = |old: &str, new: &str, plants: &str| edited("plot_detection", old, new, &detected(104.3, 22.4, "4.3", plants));
        phone.send(&detection("uuid:w1", 104.3, 22.4), &[], false).await.expect(201);
        let id = phone.fact("uuid:w1", "plot").await;
        let mut corrected = plot_at(104.3, 22.4);
        corrected["properties"]["plants"] = json!(99);
        corrected["properties"]["revises"] = json!(1);
        officer.put(&format!("/api/v1/plots/{id}"), &corrected).await.expect(201);
        // The phone never saw 99, however often it edits.
        for (old, new, plants) in [("uuid:w1", "uuid:w2", "330"), ("uuid:w2", "uuid:w3", "331"), ("uuid:w3", "uuid:w4", "332")] {
            phone.send(&edit(old, new, plants), &[], false).await.expect(202);
            let told = phone.submission(new).await;
            assert_eq!((&told["state"], &told["parts"][0]["reason"]), (&json!("review"), &json!("stale-revision")), "{new}");
            let stood = phone.plot(&id).await["properties"].clone();
            assert_eq!((&stood["plants"], &stood["version"]), (&json!(99), &json!(2)), "{new}");
        }
        // Whoever looked at both may take the phone's word, and the next edit goes on from there.
        let last = phone.submission("uuid:w4").await["id"].as_str().unwrap().to_owned();
        let accepted = json!({ "decision": "accepted" });
        officer.post(&format!("/api/v1/submissions/{last}/decision"), &accepted).await.expect(200);
        let stood = phone.plot(&id).await["properties"].clone();
        assert_eq!((&stood["plants"], &stood["version"]), (&json!(332), &json!(3)));
        assert!(stood["flags"].as_array().unwrap().contains(&json!("accepted_after_review")), "{stood:#}");
        assert_eq!(officer.get("/api/v1/submissions?state=review").await.expect(200).json()["submissions"], json!([]));
    }

    async fn a_plot_elsewhere_is_told_of_like_one_that_there_is_not(field: Field) {
        load_communes(&field).await;
        let (west, east) = (phone(&field, "máy tây", &[WEST]).await, phone(&field, "máy đông", &[EAST]).await);
        east.send(&detection("uuid:p", 104.7, 22.4), &[], false).await.expect(201);
        let foreign = east.fact("uuid:p", "plot").await;
        let mut told = Vec::new();
        for (instance, plot) in [("uuid:p1", foreign.as_str()), ("uuid:p2", &field.new_id().to_string())] {
            let answer = west.send(&reinspected(instance, plot, "5", "clear"), &[], false).await.expect(202);
            let mut seen = west.submission(instance).await;
            for own in ["id", "root", "instance", "entry", "recorded_at", "receipt"] {
                seen.as_object_mut().unwrap().remove(own);
            }
            for part in seen["parts"].as_array_mut().unwrap() {
                for own in ["fact", "quarantine"] {
                    part.as_object_mut().unwrap().remove(own);
                }
            }
            told.push((text(&answer), seen));
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(told[0].1["parts"][0]["reason"], "unknown-plot");
        // Of a plot of its own communes the phone hears that it has an older view.
        west.send(&detection("uuid:q", 104.3, 22.4), &[], false).await.expect(201);
        let own = west.fact("uuid:q", "plot").await;
        west.send(&reinspected("uuid:q1", &own, "5", "clear"), &[], false).await.expect(202);
        assert_eq!(west.submission("uuid:q1").await["parts"][0]["reason"], "stale-entity");
    }

    async fn what_waits_is_recorded_or_refused_by_an_officer_of_its_commune(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        phone.send(&detection("uuid:d1", 104.7, 22.4), &[], false).await.expect(202);
        phone.send(&detection("uuid:d2", 104.72, 22.4), &[], false).await.expect(202);
        phone.send(&detection("uuid:d3", 104.3, 22.4), &[], false).await.expect(201);
        let path = async |instance: &str| {
            let id = phone.submission(instance).await["id"].as_str().unwrap().to_owned();
            (format!("/api/v1/submissions/{id}"), format!("/api/v1/submissions/{id}/decision"))
        };
        let (view, decision) = path("uuid:d1").await;
        let east = field.account("can-bo-dong", Role::CommuneOfficer, &[EAST]).await;
        let west = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        let accepted = json!({ "decision": "accepted" });
        west.post(&decision, &accepted).await.expect(404);
        phone.native.post(&decision, &accepted).await.expect(403);
        for (login, role) in [("kiem-toan", Role::Auditor), ("quan-tri", Role::Admin), ("nguoi-doc", Role::Reader)] {
            field.account(login, role, &[]).await.post(&decision, &accepted).await.expect(403);
        }
        let seen = east.get(&view).await.expect(200).json();
        let answer = seen["answers"].as_array().unwrap().iter().find(|told| told["name"] == "plants").unwrap().clone();
        assert_eq!((&answer["text"], answer["label"].is_string()), (&json!("320"), true));
        let done = east.post(&decision, &accepted).await.expect(200).json();
        assert_eq!((&done["submission"]["state"], &done["submission"]["decision"]["decision"]), (&json!("taken"), &json!("accepted")));
        assert!(done["receipt"].is_object());
        let plot = east.get(&format!("/api/v1/plots/{}", Phone::fact_of(&done["submission"], "plot"))).await.expect(200).json();
        assert!(plot["properties"]["flags"].as_array().unwrap().contains(&json!("accepted_after_review")), "{plot}");
        assert_eq!(east.post(&decision, &accepted).await.expect(200).json()["receipt"], Value::Null, "once");
        let refused = json!({ "decision": "refused", "reason": "ngoài địa bàn của tổ, đã có bản khác" });
        east.post(&decision, &refused).await.expect(409);
        let (view, decision) = path("uuid:d2").await;
        assert_eq!(east.post(&decision, &json!({ "decision": "refused" })).await.expect(422).pointers(), ["/reason"]);
        let done = east.post(&decision, &refused).await.expect(200).json();
        assert_eq!((&done["submission"]["state"], &done["submission"]["decision"]["reason"]), (&json!("refused"), &refused["reason"]));
        assert_eq!(east.post(&decision, &refused).await.expect(200).json()["receipt"], Value::Null);
        // The phone hears that it came, and nothing is recorded however often it comes.
        let again = phone.send(&detection("uuid:d2", 104.72, 22.4), &[], false).await.expect(202);
        assert!(text(&again).contains("không ghi nhận"), "{}", text(&again));
        assert_eq!(east.get(&view).await.expect(200).json()["state"], "refused");
        let listed = async |state: &str| east.get(&format!("/api/v1/submissions?state={state}")).await.expect(200).json()["submissions"].as_array().unwrap().len();
        assert_eq!((listed("review").await, listed("refused").await, listed("taken").await), (0, 1, 1));
        let (_, decision) = path("uuid:d3").await;
        west.post(&decision, &refused).await.expect(409);
        field.settle().await;
        let entries = field.app.journal.entries_since(-1, 10_000).await.unwrap();
        let decisions = entries.iter().filter(|entry| entry.kind.as_str() == "submission" && entry.actor == east.id);
        assert_eq!(decisions.count(), 2);
        assert_eq!(field.app.journal.verify().await.unwrap().faults, []);
    }

    async fn what_waits_in_a_commune_that_was_merged_is_decided_by_whoever_holds_its_ground(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        phone.send(&detection("uuid:g1", 104.7, 22.4), &[], false).await.expect(202);
        let id = phone.submission("uuid:g1").await["id"].as_str().unwrap().to_owned();
        let west = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        let waiting = async || west.get("/api/v1/submissions?state=review").await.expect(200).json()["submissions"].as_array().unwrap().len();
        let decision = format!("/api/v1/submissions/{id}/decision");
        let accepted = json!({ "decision": "accepted" });
        assert_eq!(waiting().await, 0);
        west.post(&decision, &accepted).await.expect(404);
        field.clock.advance_millis(1_000);
        crate::reports::merged(&field, "2026-03-02").await;
        assert_eq!(waiting().await, 1);
        let view = west.get(&format!("/api/v1/submissions/{id}")).await.expect(200).json();
        assert_eq!(view["commune"], EAST, "where it lay when it came");
        let done = west.post(&decision, &accepted).await.expect(200).json();
        assert_eq!(done["submission"]["state"], "taken");
        assert_eq!(waiting().await, 0);
    }

    async fn what_its_own_route_never_takes_waits_until_it_is_refused(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let bad = form("plot_detection", "uuid:n1", &detected(104.3, 22.4, "4.3", "320").replace("opium_poppy", "poppy"));
        phone.send(&bad, &[], false).await.expect(202);
        let officer = field.account("can-bo-tay", Role::CommuneOfficer, &[WEST]).await;
        let id = phone.submission("uuid:n1").await["id"].as_str().unwrap().to_owned();
        let decision = format!("/api/v1/submissions/{id}/decision");
        let refused = officer.post(&decision, &json!({ "decision": "accepted" })).await.expect(422);
        assert_eq!(refused.pointers(), ["/decision/plot"]);
        assert_eq!(officer.get("/api/v1/submissions?state=review").await.expect(200).json()["submissions"].as_array().unwrap().len(), 1);
        let reason = json!({ "decision": "refused", "reason": "loại cây không có, ghi lại trên hệ thống" });
        officer.post(&decision, &reason).await.expect(200);
    }

    async fn what_is_no_form_of_ours_is_refused_in_plain_words(field: Field) {
        let phone = phone(&field, "máy A", &[]).await;
        let good = detection("uuid:r1", 104.3, 22.4);
        for (xml, status) in [
            (good.replace("plot_detection", "no_such_form"), 404),
            (good.replace(VERSION, "1999010101"), 404),
            (good.replace("<data ", "<!DOCTYPE data [<!ENTITY a \"b\">]><data "), 400),
            (good[..200].to_owned(), 400),
            (good.replace("<data ", "<data encrypted=\"yes\" "), 422),
        ] {
            let answer = phone.send(&xml, &[], false).await.expect(status);
            spoken(&answer);
        }
        let path = format!("{}/submission", phone.base());
        let form = [part("name=\"wrong_field\"; filename=\"a.xml\"", "text/xml", b"<a/>"), format!("--{BOUNDARY}--\r\n").into_bytes()].concat();
        spoken(&phone.ask(Method::POST, &path, Body::from(form)).await.expect(400));
        spoken(&phone.ask(Method::POST, &path, Body::from("cut")).await.expect(400));
        let list = phone.native.get("/api/v1/submissions").await.expect(200).json();
        assert_eq!(list["submissions"], json!([]));
    }

    async fn the_same_instance_of_two_devices_is_two_submissions(field: Field) {
        load_communes(&field).await;
        let one = phone(&field, "máy A", &[WEST]).await;
        let other = phone(&field, "máy B", &[WEST]).await;
        one.send(&detection("uuid:same", 104.3, 22.4), &[], false).await.expect(201);
        other.send(&detection("uuid:same", 104.4, 22.4), &[], false).await.expect(201);
        let plots = one.native.get("/api/v1/plots").await.expect(200).json();
        assert_eq!(plots["features"].as_array().unwrap().len(), 2);
    }

    async fn plots_of_the_list_are_inspected_and_older_views_are_looked_at(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let stop = "<stop><stop_way>release</stop_way><release_agency>Công an tỉnh</release_agency><release_document>12/CV</release_document></stop>";
        let xml = form("eradication", "uuid:l1", &destroyed(620, stop));
        let pictures: Vec<Vec<u8>> = (0..4).map(|n| jpeg(64 + n, 48)).collect();
        let files = [("toàn_cảnh.jpg", &*pictures[0]), ("can_canh.jpg", &pictures[1]), ("truoc.jpg", &pictures[2]), ("sau.jpg", &pictures[3])];
        phone.send(&xml, &files, false).await.expect(201);
        phone.send(&detection("uuid:l2", 104.41236, 22.41), &[], false).await.expect(201);
        field.settle().await;
        let plot = phone.fact("uuid:l1", "plot").await;
        let list = text(&phone.fetch("/forms/reinspection/attachments/diem_kiem_tra.csv").await.expect(200));
        assert!(list.starts_with("name,label,__version,purpose,crop,state,commune,geometry\n"));
        let row: Vec<&str> = list.lines().find(|line| line.starts_with(&plot)).unwrap().split(',').collect();
        assert_eq!(row[2..], ["2", "reinspect", "opium_poppy", "eradicated", "Tây", "22.400 104.300 0 0"]);
        assert!(list.contains(",eradicate,opium_poppy,detected,Tây,22.410 104.412 0 0"), "places are rounded: {list}");
        let elsewhere = self::phone(&field, "máy đông", &[EAST]).await;
        let theirs = text(&elsewhere.fetch("/forms/reinspection/attachments/diem_kiem_tra.csv").await.expect(200));
        assert_eq!(theirs.lines().count(), 1, "another commune's plots are on no list of theirs");
        phone.send(&reinspected("uuid:l3", &plot, "2", "clear"), &[], false).await.expect(201);
        let told = phone.plot(&plot).await["properties"].clone();
        assert_eq!(told["facts"].as_array().map_or(0, Vec::len).max(2), 2, "{told}");
        let late = phone.send(&reinspected("uuid:l4", &plot, "2", "resprout"), &[], false).await.expect(202);
        spoken(&late);
        field.settle().await;
        let kept = phone.submission("uuid:l4").await;
        assert_eq!(kept["parts"][0]["reason"], "stale-entity");
        assert_eq!((&kept["parts"][1]["part"], &kept["parts"][1]["state"]), (&json!("reinspection"), &json!("taken")), "both sides are kept");
        assert_eq!(phone.plot(&plot).await["properties"]["state"], "resprout");
        let gone = field.new_id();
        let asked = format!("{}/datasets/diem_kiem_tra/integrity?id={plot},{gone}", phone.base());
        let told = text(&phone.ask(Method::GET, &asked, Body::empty()).await.expect(200));
        assert!(told.contains(&format!("<entity id=\"{plot}\"><deleted>false</deleted></entity><entity id=\"{gone}\"><deleted>true</deleted></entity>")), "{told}");
        let unknown = phone.send(&reinspected("uuid:l5", &gone.to_string(), "1", "clear"), &[], false).await.expect(202);
        spoken(&unknown);
        assert_eq!(phone.submission("uuid:l5").await["parts"][0]["reason"], "unknown-plot");
    }

    async fn the_xml_of_a_patrol_report_goes_with_its_track(field: Field) {
        load_communes(&field).await;
        let phone = phone(&field, "máy A", &[WEST]).await;
        let inside = "<kind>night</kind><transport>foot</transport><started_at>2026-03-02T07:00:00.000+07:00</started_at>\
            <ended_at>2026-03-02T07:20:00.000+07:00</ended_at><route>22.4 104.3 900 5.0;22.401 104.3 900 5.0</route>";
        phone.send(&form("patrol_report", "uuid:x1", inside), &[], false).await.expect(201);
        phone.send(&detection("uuid:x2", 104.3, 22.4), &[], false).await.expect(201);
        field.settle().await;
        let entry = |instance: &'static str| {
            let phone = &phone;
            let journal = &field.app.journal;
            async move {
                let id = phone.submission(instance).await["entry"].as_str().unwrap().parse().unwrap();
                let mut tx = journal.store().read().await.unwrap();
                journal.entry(&mut tx, id).await.unwrap().unwrap().body
            }
        };
        assert!(entry("uuid:x1").await.is_some());
        field.clock.advance_millis(25 * 31 * 86_400_000);
        tuantra::jobs::erase_due(&field.app).await.unwrap();
        assert!(entry("uuid:x1").await.is_none());
        assert!(entry("uuid:x2").await.is_some(), "what holds no track stays");
    }
}

/// How many plots the ledger has followed.
async fn settled(field: &Field) -> i64 {
    const COUNT: &str = "SELECT COUNT(*) FROM ledger_plots";
    let tx = &mut field.app.journal.store().read().await.unwrap();
    on!(tx, |c| sqlx::query_scalar(COUNT).fetch_one(c)).unwrap()
}

fn md5(bytes: &[u8]) -> String {
    use md5::Digest;
    format!("md5:{}", tuantra::base::hex(&md5::Md5::digest(bytes)))
}
