//! A post node: what its phones recorded arrives at the province with its receipts, once, and under the node's rights.

use axum::body::Body;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tuantra::app::App;
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::hex;
use tuantra::base::ids::{DeviceId, EntryId};
use tuantra::identity;
use tuantra::journal::model::{ReceiptState, sha256};
use tuantra::journal::{Entry, Kind, Receipt};
use tuantra::sync::bundle::opening;
use tuantra::sync::bundle::vouched::Vouched;
use tuantra::sync::node::{Filled, Lanes, Upstream, Wanted, begin, fill, forward_some, run};
use tuantra::sync::verify_rows;
use uuid::Uuid;

use crate::evidence::codes;
use crate::field::{Answer, Client, Database, Field};
use crate::ledger::eradication;
use crate::papers;
use crate::patrols::{declared, walk};
use crate::photos;
use crate::plots::{EAST, WEST, load_communes, plot_at};
use crate::redactions;
use crate::shutter::morning;
use crate::signed::{Signer, keys_of};
use crate::sync::{fact, signed};

/// Makes the province know a node that may record in these communes.
async fn known_node(province: &Field, node: &Field, name: &str, communes: &[&str]) -> Client {
    let client = province.phone(name, communes).await;
    let journal = &node.app.journal;
    let identity = &province.app.identity;
    let (console, device) = (Actor::console(), DeviceId(client.id));
    identity
        .set_node(&console, device, journal.log_id(), journal.present_key())
        .await
        .unwrap();
    client
}

fn all() -> Wanted {
    Wanted {
        after: -1,
        through: i64::MAX,
        author: None,
        from: None,
        until: None,
        lanes: Lanes::Both,
        most_bytes: u64::MAX,
        most_records: 1000,
    }
}

async fn exported(node: &Field, province: &Field, wanted: Wanted) -> (Vec<u8>, Filled) {
    node.settle().await;
    let to = opening(&province.app).unwrap().recipient();
    let mut writer = begin(
        &node.app,
        Vec::new(),
        (province.app.journal.log_id(), &to),
        1,
    )
    .unwrap();
    let filled = fill(&node.app, &mut writer, &wanted).await.unwrap();
    let bytes = writer
        .end(|text| node.app.journal.sign_text(text).1.to_vec())
        .unwrap();
    (bytes, filled)
}

async fn brought(carrier: &Client, bytes: Vec<u8>) -> Value {
    let kind = Some("application/octet-stream");
    let answer = carrier
        .send(Method::POST, "/api/v1/bundles", kind, Body::from(bytes))
        .await;
    answer.expect(200).json()
}

fn of_each(answer: &Value, member: &str) -> Vec<Value> {
    let results = answer["results"].as_array().unwrap();
    results.iter().map(|own| own[member].clone()).collect()
}

/// A bundle of one record that a node makes up.
fn made_up(node: &Field, province: &Field, vouched: &Vouched) -> Vec<u8> {
    let to = opening(&province.app).unwrap().recipient();
    let mut writer = begin(
        &node.app,
        Vec::new(),
        (province.app.journal.log_id(), &to),
        1,
    )
    .unwrap();
    writer
        .vouched(&serde_json::to_vec(vouched).unwrap())
        .unwrap();
    writer
        .end(|text| node.app.journal.sign_text(text).1.to_vec())
        .unwrap()
}

/// A plot in the name of an author, with a receipt that the node's key signed.
fn claimed(node: &Field, author: Uuid) -> Vouched {
    claiming(node, author, node.new_id(), &plot_at(104.3, 22.4))
}

/// The same of what it says of a plot.
fn claiming(node: &Field, author: Uuid, id: Uuid, body: &Value) -> Vouched {
    let body = body.to_string().into_bytes();
    let journal = &node.app.journal;
    let mut receipt = Receipt {
        log_id: journal.log_id(),
        key_id: journal.present_key().id(),
        entry_id: EntryId(node.new_id()),
        id,
        sha256: hex(&sha256(&body)),
        actor: author,
        received_at: journal.now(),
        signature: String::new(),
        state: ReceiptState::Stored,
    };
    receipt.signature = BASE64.encode(journal.sign_text(&receipt.signed_text()).1);
    Vouched {
        author,
        kind: "plot".to_owned(),
        id,
        body: BASE64.encode(body),
        signed: None,
        sent: None,
        nonce_issued_at: None,
        door: None,
        named: false,
        by_officer: false,
        paper: None,
        receipt,
    }
}

/// What phones said of a plot or patrol, without what each server adds.
fn said(answer: &Value) -> Value {
    let mut said = answer["properties"].clone();
    let members = said.as_object_mut().unwrap();
    for own in [
        "entry",
        "receipt",
        "recorded_at",
        "author",
        "team",
        "lead_org",
        "org",
        "measures",
        "life",
        "history",
        "handling_org",
    ] {
        members.remove(own);
    }
    without_entries(&mut said);
    said
}

/// Entries and the times of receipt are each server's own.
fn without_entries(told: &mut Value) {
    match told {
        Value::Object(members) => {
            for own in ["entry_id", "recorded_at", "org"] {
                members.remove(own);
            }
            // A recording and a measure have no id but that of their entry.
            for own in ["claimed", "remeasured"] {
                if let Some(quantity) = members.get_mut(own).and_then(Value::as_object_mut) {
                    quantity.remove("facts");
                }
            }
            members.values_mut().for_each(without_entries);
        }
        Value::Array(items) => items.iter_mut().for_each(without_entries),
        _ => {}
    }
}

struct Day {
    plot: Uuid,
    patrol: Uuid,
    photo: Uuid,
    picture: Vec<u8>,
}

/// A day of a phone at the node.
async fn a_day(node: &Field, phone: &Client) -> Day {
    let mut own = Signer::confirmed(node, phone).await;
    own.clock_s = Some(node.app.journal.now().as_millis() / 1000);
    let (plot, patrol, photo) = (node.new_id(), node.new_id(), node.new_id());
    let picture = photos::jpeg(64, 48);
    let captured = own.capture(
        "PUT",
        &format!("/api/v1/plots/{plot}"),
        &plot_at(104.3, 22.4),
    );
    let facts = json!({ "facts": [
        signed("plot", plot, &captured),
        fact("patrol", patrol, &declared(node, -3600, Some(0))),
        fact("fixes", patrol, &json!({ "fixes": walk(node, -3600, 25) })),
        fact("measure", plot, &json!({ "measured_at": "2026-03-02T09:31:05+07:00", "plants": 210, "plants_method": "counted" })),
        fact("eradication", plot, &json!({
            "started_at": "2026-03-02T08:00:00+07:00", "ended_at": "2026-03-02T09:00:00+07:00", "methods": ["pull_up"],
            "plants_destroyed": 210, "plants_method": "counted", "area_m2_destroyed": 64, "area_method": "tape",
            "completeness": "full", "confirmation": { "alone": true } })),
        fact("photo", photo, &photos::sidecar(&picture)),
    ] });
    let answer = phone
        .post("/api/v1/sync/push", &facts)
        .await
        .expect(200)
        .json();
    assert!(
        of_each(&answer, "status")
            .iter()
            .all(|own| own.as_u64().unwrap() < 300),
        "{answer:#}"
    );
    let path = format!("/api/v1/photos/{photo}/original");
    phone
        .send(
            Method::PUT,
            &path,
            Some("image/jpeg"),
            Body::from(picture.clone()),
        )
        .await
        .expect(201);
    Day {
        plot,
        patrol,
        photo,
        picture,
    }
}

async fn a_day_arrives(node: Field, province: Field) {
    load_communes(&node).await;
    load_communes(&province).await;
    let phone = node.phone("máy A", &[WEST]).await;
    let day = a_day(&node, &phone).await;
    let post = known_node(&province, &node, "Đồn A", &[WEST]).await;
    let (bytes, filled) = exported(&node, &province, all()).await;
    assert_eq!(
        (filled.entries.len(), filled.left_out, filled.is_cut),
        (7, 0, false)
    );
    let answer = brought(&post, bytes.clone()).await;
    assert_eq!(
        (&answer["taken"], &answer["review"]),
        (&json!(7), &json!(0)),
        "{answer:#}"
    );
    for receipt in of_each(&answer, "receipt") {
        assert_eq!(receipt["actor"], phone.id.to_string());
    }
    node.settle().await;
    province.settle().await;
    is_told_alike(&node, &province, &day).await;
    has_both_receipts(&node, &province, &filled.entries, &answer).await;
    is_taken_once(&node, &province, &post, bytes, &answer).await;
}

/// The day reads the same at both, its picture to the byte.
async fn is_told_alike(node: &Field, province: &Field, day: &Day) {
    let (there, here) = (node.officer().await, province.officer().await);
    for path in [
        format!("/api/v1/plots/{}", day.plot),
        format!("/api/v1/patrols/{}", day.patrol),
    ] {
        let told = |client: Client| {
            let path = path.clone();
            async move { client.get(&path).await.expect(200).json() }
        };
        let (there, here) = (told(there.clone()).await, told(here.clone()).await);
        assert_eq!(there["geometry"], here["geometry"]);
        assert_eq!(said(&there), said(&here));
    }
    let original = format!("/api/v1/photos/{}/original?reason=kiem-tra", day.photo);
    assert_eq!(here.get(&original).await.expect(200).bytes, day.picture);
}

/// Each fact has the node's receipt and the province's.
async fn has_both_receipts(
    node: &Field,
    province: &Field,
    entries: &[(i64, EntryId)],
    answer: &Value,
) {
    let auditor = province.account("kiem-toan", Role::Auditor, &[]).await;
    let key = node.app.journal.present_key();
    for ((_, entry), own) in entries.iter().zip(of_each(answer, "receipt")) {
        let path = format!("/api/v1/forwarding/receipts/{entry}");
        let receipts = auditor.get(&path).await.expect(200).json();
        assert_eq!(receipts["own"], own);
        let of_node: Receipt = serde_json::from_value(receipts["node"].clone()).unwrap();
        assert!(of_node.is_signed_by(&key) && of_node.entry_id == *entry);
        let of_province: Receipt = serde_json::from_value(own).unwrap();
        assert!(of_province.is_signed_by(&province.app.journal.present_key()));
    }
}

/// Again, and as another file: the same promises and no entry more.
async fn is_taken_once(
    node: &Field,
    province: &Field,
    post: &Client,
    bytes: Vec<u8>,
    answer: &Value,
) {
    province.settle().await;
    let before = province
        .app
        .journal
        .entries_since(-1, 1000)
        .await
        .unwrap()
        .len();
    let again = brought(post, bytes).await;
    assert_eq!(of_each(&again, "receipt"), of_each(answer, "receipt"));
    let (other, _) = exported(node, province, all()).await;
    let other = brought(post, other).await;
    assert_eq!(of_each(&other, "receipt"), of_each(answer, "receipt"));
    province.settle().await;
    let after = province.app.journal.entries_since(-1, 1000).await.unwrap();
    let kinds: Vec<&str> = after[before..]
        .iter()
        .map(|row| row.kind.as_str())
        .collect();
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| !["bundle", "view"].contains(kind))
            .count(),
        0,
        "{kinds:?}"
    );
    assert!(
        province
            .app
            .journal
            .verify()
            .await
            .unwrap()
            .faults
            .is_empty()
    );
}

/// A server's own socket, while the story lasts.
async fn served(field: &Field) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = tuantra::server::router(field.app.clone(), None);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Forwards until nothing waits; gives how far it came.
async fn forwarded(node: &Field, upstream: &Upstream, officer: &Client) -> Value {
    node.settle().await;
    let holder = node.new_id();
    while forward_some(&node.app, upstream, holder).await.unwrap() > 0 {}
    let standing = officer.get("/api/v1/forwarding").await;
    standing.expect(200).json()
}

async fn reviews(officer: &Client, state: &str) -> Vec<Value> {
    let path = format!("/api/v1/bundles/review?state={state}");
    let list = officer.get(&path).await.expect(200).json();
    list["reviews"].as_array().unwrap().clone()
}

async fn decided(officer: &Client, review: &Value, decision: &str) -> Answer {
    let id = review["id"].as_str().unwrap();
    let body = json!({ "decision": decision, "reason": "đã hỏi lại đồn, ghi đúng" });
    let path = format!("/api/v1/bundles/review/{id}/decision");
    officer.post(&path, &body).await
}

/// A node and its province, with a way between them.
struct Way {
    node: Field,
    upstream: Upstream,
    /// The node as the province knows it.
    post: Client,
    /// An officer of the node's own server for everything there.
    there: Client,
}

async fn way(province: &Field) -> Way {
    load_communes(province).await;
    let node = Field::start(Database::Sqlite).await;
    load_communes(&node).await;
    let post = known_node(province, &node, "Đồn A", &[WEST]).await;
    let secret = node.app.config.data.join("upstream.secret");
    std::fs::write(&secret, post.token()).unwrap();
    let upstream = Upstream::at(&served(province).await, &secret).unwrap();
    let there = node.officer().await;
    Way {
        node,
        upstream,
        post,
        there,
    }
}

impl Way {
    /// Forwards all that waits, and nothing may be left.
    async fn send(&self) {
        // Another process forwards from here on: the turn of the one before is over.
        self.node.clock.advance_millis(16_000);
        let told = forwarded(&self.node, &self.upstream, &self.there).await;
        assert_eq!(
            (&told["backlog"], &told["fault"]),
            (&json!(0), &json!(null)),
            "{told:#}"
        );
    }
}

/// A plot as a correction of a version says it.
fn correction(lon: f64, plants: u32, revises: u32) -> Value {
    let mut body = plot_at(lon, 22.4);
    body["properties"]["plants"] = plants.into();
    body["properties"]["revises"] = revises.into();
    body
}

fn plot_path(id: Uuid) -> String {
    format!("/api/v1/plots/{id}")
}

async fn read(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

/// Every row of field facts is what the log says.
async fn holds_whole(field: &Field) {
    field.settle().await;
    let store = field.app.journal.store();
    assert!(field.app.journal.verify().await.unwrap().faults.is_empty());
    let plots = tuantra::plots::verify_rows(store).await.unwrap();
    assert!(plots.faults.is_empty(), "{:?}", plots.faults);
    let patrols = tuantra::patrols::verify_rows(store).await.unwrap();
    assert!(patrols.faults.is_empty(), "{:?}", patrols.faults);
    let ledger = tuantra::ledger::verify_rows(store).await.unwrap();
    assert!(ledger.faults.is_empty(), "{:?}", ledger.faults);
    let made = tuantra::ledger::verify_made(store).await.unwrap();
    assert!(made.faults.is_empty(), "{:?}", made.faults);
    assert!(verify_rows(store).await.unwrap().faults.is_empty());
}

on_both! {
    async fn what_an_officer_of_a_node_corrects_arrives_and_what_follows_it_too(field: Field) {
        let way = way(&field).await;
        let node = &way.node;
        let chief = field.officer().await;
        let phone = node.phone("máy A", &[WEST]).await;
        let officer = node.account("can-bo-don", Role::PostOfficer, &[WEST]).await;
        let [mended, gone, referred] = [104.3, 104.31, 104.32].map(|lon| (node.new_id(), lon));
        for (id, lon) in [mended, gone, referred] {
            phone.put(&plot_path(id), &plot_at(lon, 22.4)).await.expect(201);
        }
        let patrol = node.new_id();
        let patrol_path = format!("/api/v1/patrols/{patrol}");
        phone.put(&patrol_path, &declared(node, -3600, None)).await.expect(201);
        way.send().await;
        assert_eq!(read(&chief, &patrol_path).await["properties"]["state"], "open");
        // The officer corrects one, takes another back, refers a third to another agency and closes the patrol.
        officer.put(&plot_path(mended.0), &correction(104.3, 500, 1)).await.expect(201);
        let reason = json!({ "reason": "ghi nhầm vị trí điểm trồng" });
        officer.post(&format!("{}/retractions", plot_path(gone.0)), &reason).await.expect(201);
        let referral = json!({ "referred_at": node.after(-60), "agency": "BLO", "document": "12/CV" });
        officer.post(&format!("{}/referrals", plot_path(referred.0)), &referral).await.expect(201);
        let own = read(&way.there, &patrol_path).await["properties"].clone();
        let mut closing = declared(node, -3600, Some(0));
        (closing["team"], closing["lead_org"], closing["revises"]) = (own["team"].clone(), own["lead_org"].clone(), json!(1));
        let lead = own["lead_org"].as_str().unwrap();
        closing["headcount"] = json!({ (lead): 4 });
        way.there.put(&patrol_path, &closing).await.expect(201);
        // The phone goes on from what the officer left.
        phone.put(&plot_path(mended.0), &correction(104.3, 501, 2)).await.expect(201);
        way.send().await;
        assert_eq!(reviews(&chief, "open").await, Vec::<Value>::new());
        let told = read(&chief, &plot_path(mended.0)).await;
        assert_eq!((&told["properties"]["plants"], &told["properties"]["version"]), (&json!(501), &json!(3)));
        assert_eq!(read(&chief, &plot_path(gone.0)).await["properties"]["state"], "retracted");
        // It lies in Vietnam, so what was said stands in its life and takes it to no other state.
        let life = read(&chief, &plot_path(referred.0)).await["properties"]["timeline"].clone();
        assert_eq!((&life[0]["kind"], &life[0]["said"]["document"]), (&json!("referral"), &json!("12/CV")), "{life:#}");
        let told = read(&chief, &patrol_path).await["properties"].clone();
        assert_eq!((&told["state"], &told["version"]), (&json!("closed"), &json!(2)), "{told:#}");
        assert!(told["ended_at"].is_string(), "{told:#}");
        let people: u64 = told["headcount"].as_object().unwrap().values().map(|own| own.as_u64().unwrap()).sum();
        assert_eq!(people, 4, "{told:#}");
        holds_whole(&field).await;
        // Sent once more nothing changes.
        let (bytes, _) = exported(node, &field, all()).await;
        assert_eq!(brought(&way.post, bytes).await["review"], 0);
        assert_eq!(read(&chief, &plot_path(mended.0)).await["properties"]["version"], 3);
    }

    async fn an_officers_word_on_an_eradication_at_a_node_stands_at_the_province_too(field: Field) {
        let way = way(&field).await;
        let node = &way.node;
        let chief = field.officer().await;
        let (phone, other) = (node.phone("máy A", &[WEST]).await, node.phone("máy B", &[WEST]).await);
        let officer = node.account("can-bo-don", Role::PostOfficer, &[WEST]).await;
        let plot = node.new_id();
        phone.put(&plot_path(plot), &plot_at(104.3, 22.4)).await.expect(201);
        let erase = format!("{}/eradications", plot_path(plot));
        let (first, second) = (node.new_id(), node.new_id());
        let of = |id: Uuid, corrects: Option<Uuid>, plants: u32| {
            let mut own = eradication();
            (own["id"], own["corrects"], own["plants_destroyed"]) = (json!(id), json!(corrects), json!(plants));
            own
        };
        phone.post(&erase, &of(first, None, 300)).await.expect(201);
        // Another phone's word has no effect at the node, and none at the province; the officer's has.
        other.post(&erase, &of(node.new_id(), Some(first), 200)).await.expect(201);
        way.send().await;
        let counted = |told: &Value| told["properties"]["quantities"]["destroyed_claimed"]["plants"].clone();
        assert_eq!(counted(&read(&chief, &plot_path(plot)).await), counted(&read(&way.there, &plot_path(plot)).await));
        officer.post(&erase, &of(second, Some(first), 310)).await.expect(201);
        way.send().await;
        assert_eq!(counted(&read(&way.there, &plot_path(plot)).await), 310);
        assert_eq!(counted(&read(&chief, &plot_path(plot)).await), 310);
        holds_whole(&field).await;
    }

    async fn a_correction_that_is_refused_holds_up_none_of_those_that_follow(field: Field) {
        let way = way(&field).await;
        let node = &way.node;
        let chief = field.officer().await;
        let phone = node.phone("máy A", &[WEST, EAST]).await;
        let (moved, strayed) = (node.new_id(), node.new_id());
        phone.put(&plot_path(moved), &plot_at(104.3, 22.4)).await.expect(201);
        phone.put(&plot_path(strayed), &plot_at(104.7, 22.4)).await.expect(201);
        // Corrected to beyond what the node may, and back again; the other from there to within.
        way.there.put(&plot_path(moved), &correction(104.7, 320, 1)).await.expect(201);
        phone.put(&plot_path(moved), &correction(104.3, 30, 2)).await.expect(201);
        way.there.put(&plot_path(strayed), &correction(104.31, 40, 1)).await.expect(201);
        way.send().await;
        let told = read(&chief, &plot_path(moved)).await;
        assert_eq!((&told["properties"]["plants"], &told["properties"]["version"]), (&json!(30), &json!(2)));
        chief.get(&plot_path(strayed)).await.expect(404);
        let of = |list: &[Value], plot: Uuid| -> Vec<Value> {
            list.iter().filter(|own| own["fact"] == json!(plot)).cloned().collect()
        };
        let open = reviews(&chief, "open").await;
        // The post sees which of its facts are not taken yet.
        let told = read(&way.there, "/api/v1/forwarding").await;
        let aside = told["kept_aside"].as_array().unwrap();
        let refused: Vec<&Value> = aside.iter().filter(|own| own["reason"] == "refused").collect();
        assert_eq!((aside.len(), refused.len(), &refused[0]["fact"], &refused[0]["kind"]), (3, 1, &json!(strayed), &json!("plot")), "{told:#}");
        // What a later one has overtaken is not taken any more, whoever decides.
        let late = of(&open, moved);
        assert_eq!(late.len(), 1, "{open:#?}");
        decided(&chief, &late[0], "accepted").await.expect(422);
        decided(&chief, &late[0], "refused").await.expect(200);
        // Of the other the first lies beyond the node's communes. The correction within becomes the first by a person's word.
        let strays = of(&open, strayed);
        assert_eq!(strays.len(), 2, "{open:#?}");
        let within = strays.iter().find(|own| own["reason"] == "refused").unwrap();
        decided(&chief, within, "accepted").await.expect(200);
        let told = read(&chief, &plot_path(strayed)).await;
        assert_eq!((&told["properties"]["plants"], &told["properties"]["version"]), (&json!(40), &json!(1)));
        phone.put(&plot_path(strayed), &correction(104.31, 41, 2)).await.expect(201);
        way.send().await;
        assert_eq!(read(&chief, &plot_path(strayed)).await["properties"]["plants"], 41);
        holds_whole(&field).await;
    }

    async fn what_the_province_corrected_itself_only_a_person_lets_a_node_correct(field: Field) {
        let way = way(&field).await;
        let node = &way.node;
        let chief = field.officer().await;
        let phone = node.phone("máy A", &[WEST]).await;
        let plot = node.new_id();
        phone.put(&plot_path(plot), &plot_at(104.3, 22.4)).await.expect(201);
        way.send().await;
        chief.put(&plot_path(plot), &correction(104.3, 700, 1)).await.expect(201);
        // The node's numbers are its own: its second correction names the version that the province wrote.
        phone.put(&plot_path(plot), &correction(104.3, 350, 1)).await.expect(201);
        phone.put(&plot_path(plot), &correction(104.3, 360, 2)).await.expect(201);
        way.send().await;
        assert_eq!(read(&chief, &plot_path(plot)).await["properties"]["plants"], 700);
        let open = reviews(&chief, "open").await;
        assert_eq!(open.len(), 2, "{open:#?}");
        decided(&chief, &open[0], "accepted").await.expect(200);
        let plants = read(&chief, &plot_path(plot)).await["properties"]["plants"].clone();
        assert!([json!(350), json!(360)].contains(&plants), "{plants}");
        // From then on the node's corrections follow by themselves.
        phone.put(&plot_path(plot), &correction(104.3, 370, 3)).await.expect(201);
        way.send().await;
        assert_eq!(read(&chief, &plot_path(plot)).await["properties"]["plants"], 370);
        holds_whole(&field).await;
    }

    async fn whoever_decides_sees_whose_it_is_where_what_it_says_and_why_it_waits(field: Field) {
        let way = way(&field).await;
        let node = &way.node;
        let chief = field.officer().await;
        let phone = node.phone("máy A", &[WEST, EAST]).await;
        let strayed = node.new_id();
        let mut first = plot_at(104.7, 22.4);
        first["properties"]["notes"] = json!("nói chuyện ở đầu bản");
        phone.put(&plot_path(strayed), &first).await.expect(201);
        phone.put(&plot_path(strayed), &correction(104.31, 40, 1)).await.expect(201);
        way.send().await;
        let open = reviews(&chief, "open").await;
        let because = |reason: &str| open.iter().find(|own| own["reason"] == reason).unwrap().clone();
        let beyond = because("no_right");
        assert!(beyond["name"].as_str().unwrap().starts_with("Đồn A · "), "{beyond:#}");
        assert_eq!((&beyond["kind"], &beyond["said"]["commune"], &beyond["said"]["plot"]), (&json!("plot"), &json!(EAST), &json!(null)));
        assert!(beyond["said"]["commune_name"].is_string() && beyond["said"]["at"].is_string(), "{beyond:#}");
        assert!(beyond["refusal"]["title"].is_string() && beyond["refusal"]["status"] == 403, "{beyond:#}");
        let values = beyond["said"]["values"].as_array().unwrap();
        for told in [json!({ "name": "crop", "text": "opium_poppy" }), json!({ "name": "plants", "text": "320" })] {
            assert!(values.contains(&told), "{values:#?}");
        }
        // No free text, and nothing that only the handling unit may read.
        let text = beyond.to_string();
        assert!(!text.contains("đầu bản") && !text.contains("grower_status"), "{text}");
        let within = because("refused");
        assert_eq!(within["refusal"]["fields"][0]["reason"], "there is no version to revise yet");
        assert_eq!(within["said"]["commune"], WEST);
        // Who keeps accounts and devices sees whose it is and why, and no field data.
        let keeper = field.account("quan-tri", Role::Admin, &[]).await;
        for own in reviews(&keeper, "open").await {
            assert_eq!(own["said"], Value::Null);
            assert!(own["name"].is_string() && own["kind"] == "plot" && own["refusal"].is_object(), "{own:#}");
        }
        // Once the plot is known here, what was decided about it leads there.
        decided(&chief, &within, "accepted").await.expect(200);
        let taken = reviews(&chief, "accepted").await;
        assert_eq!(taken[0]["said"]["plot"], json!(strayed));
    }

    async fn a_node_corrects_nothing_of_another_node_or_of_the_province(field: Field) {
        load_communes(&field).await;
        let (node, other) = (Field::start(Database::Sqlite).await, Field::start(Database::Sqlite).await);
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let second = known_node(&field, &other, "Đồn B", &[WEST]).await;
        let chief = field.officer().await;
        let own = claimed(&node, node.new_id());
        assert_eq!(brought(&post, made_up(&node, &field, &own)).await["taken"], 1);
        let of_province = field.new_id();
        let phone = field.phone("máy tỉnh", &[WEST]).await;
        phone.put(&plot_path(of_province), &plot_at(104.31, 22.4)).await.expect(201);
        for (plot, lon) in [(own.id, 104.3), (of_province, 104.31)] {
            let lie = claiming(&other, other.new_id(), plot, &correction(lon, 9, 1));
            let told = brought(&second, made_up(&other, &field, &lie)).await;
            assert_eq!(of_each(&told, "review"), [json!("refused")], "{told:#}");
            assert_eq!(read(&chief, &plot_path(plot)).await["properties"]["plants"], 320);
        }
        for review in reviews(&chief, "open").await {
            decided(&chief, &review, "accepted").await.expect(422);
        }
        // Nor what a phone of the province said of a plot of the node's, though it calls the author an officer.
        let shared = claiming(&node, node.new_id(), node.new_id(), &plot_at(104.32, 22.4));
        assert_eq!(brought(&post, made_up(&node, &field, &shared)).await["taken"], 1);
        let (first, between) = (field.new_id(), node.new_id());
        let of = |id: Uuid, corrects: Option<Uuid>, plants: u32| {
            let mut own = eradication();
            (own["id"], own["corrects"], own["plants_destroyed"]) = (json!(id), json!(corrects), json!(plants));
            own
        };
        phone.post(&format!("{}/eradications", plot_path(shared.id)), &of(first, None, 300)).await.expect(201);
        for (said, by_officer) in [(of(node.new_id(), Some(first), 1), true), (of(between, Some(first), 2), false), (of(node.new_id(), Some(between), 3), true)] {
            let lie = claiming(&node, node.new_id(), shared.id, &said);
            let lie = Vouched { kind: "eradication".to_owned(), by_officer, ..lie };
            assert_eq!(brought(&post, made_up(&node, &field, &lie)).await["taken"], 1);
            let told = read(&chief, &plot_path(shared.id)).await["properties"]["quantities"]["destroyed_claimed"].clone();
            assert_eq!(told["plants"], 300, "{told:#}");
        }
        // One of its own devices that is not the author may: the node says so, and nobody else.
        let right = claiming(&node, node.new_id(), own.id, &correction(104.3, 9, 1));
        assert_eq!(brought(&post, made_up(&node, &field, &right)).await["taken"], 1);
        assert_eq!(read(&chief, &plot_path(own.id)).await["properties"]["plants"], 9);
    }
}

on_both! {
    async fn what_the_province_keeps_aside_has_arrived_and_the_rest_goes_on(field: Field) {
        load_communes(&field).await;
        let node = Field::start(Database::Sqlite).await;
        load_communes(&node).await;
        let (chief, there) = (field.officer().await, node.officer().await);
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let secret = node.app.config.data.join("upstream.secret");
        std::fs::write(&secret, post.token()).unwrap();
        let upstream = Upstream::at(&served(&field).await, &secret).unwrap();
        let phone = node.phone("máy A", &[WEST, EAST]).await;
        let (beyond, within) = (node.new_id(), node.new_id());
        let plot = |id: Uuid| format!("/api/v1/plots/{id}");
        phone.put(&plot(beyond), &plot_at(104.7, 22.4)).await.expect(201);
        phone.put(&plot(within), &plot_at(104.3, 22.4)).await.expect(201);
        let picture = photos::jpeg(64, 48);
        let photo = photos::taken(&node, &phone, &picture, &photos::sidecar(&picture)).await;
        let told = forwarded(&node, &upstream, &there).await;
        assert_eq!((&told["backlog"], &told["fault"]), (&json!(0), &json!(null)), "{told:#}");
        chief.get(&plot(within)).await.expect(200);
        let original = format!("/api/v1/photos/{photo}/original?reason=kiem-tra");
        assert_eq!(chief.get(&original).await.expect(200).bytes, picture);
        chief.get(&plot(beyond)).await.expect(404);
        // The node knows what became of it.
        let entries = node.app.journal.entries_since(-1, 1000).await.unwrap();
        let entry = entries.iter().find(|own| own.fact == Some(beyond)).unwrap().id;
        let receipts = phone.get(&format!("/api/v1/forwarding/receipts/{entry}")).await.expect(200).json();
        assert_eq!(receipts["review"], "no_right", "{receipts:#}");
        let open = reviews(&chief, "open").await;
        let waiting = json!([beyond, "no_right", "vouched", phone.id]);
        assert_eq!(json!([open[0]["fact"], open[0]["reason"], open[0]["record"], open[0]["actor"]]), waiting);
        assert_eq!((open.len(), &open[0]["entry"]), (1, &receipts["upstream"]["entry_id"]));
        // An officer's word does not widen what the node may do; a right that it is given does.
        assert!(decided(&chief, &open[0], "accepted").await.expect(422).json()["refusal"].is_object());
        field.clock.advance_millis(60_000);
        let grants = json!([{ "role": "patrol_member", "communes": [WEST, EAST] }]);
        chief.put(&format!("/api/v1/holders/{}/grants", post.id), &grants).await.expect(204);
        let done = decided(&chief, &open[0], "accepted").await.expect(200).json();
        let told = chief.get(&plot(beyond)).await.expect(200).json();
        assert!(told["properties"]["flags"].as_array().unwrap().contains(&json!("accepted_after_review")), "{told:#}");
        assert!(reviews(&chief, "open").await.is_empty());
        // Carried once more it is known.
        let (bytes, _) = exported(&node, &field, all()).await;
        let again = brought(&post, bytes).await;
        assert_eq!((&again["taken"], &again["review"]), (&json!(4), &json!(0)), "{again:#}");
        assert_eq!(of_each(&again, "receipt")[0], done["accepted"]);
        assert!(field.app.journal.verify().await.unwrap().faults.is_empty());
        assert!(verify_rows(field.app.journal.store()).await.unwrap().faults.is_empty());
    }

    async fn an_original_whose_photo_the_province_erased_stays_at_the_node_and_holds_up_nothing(field: Field) {
        let way = way(&field).await;
        let (chief, second) = (field.officer().await, redactions::second(&field).await);
        let phone = way.node.phone("máy A", &[WEST]).await;
        let picture = photos::jpeg(640, 480);
        let photo = way.node.new_id();
        let path = format!("/api/v1/photos/{photo}");
        phone.put(&path, &photos::sidecar(&picture)).await.expect(201);
        way.send().await;
        // The same file came to the province itself, and is ordered away there with all that were announced by it.
        let other = field.phone("máy B", &[WEST]).await;
        let kept = photos::taken(&field, &other, &picture, &photos::sidecar(&picture)).await;
        let waiting = redactions::asked(&chief, "photo", kept).await;
        let done = redactions::decided(&second, &waiting, true).await.expect(200).json();
        assert_eq!(done["photos"].as_array().unwrap().len(), 2, "{done:#}");
        photos::upload(&phone, photo, &picture).await.expect(201);
        let next = photos::jpeg(64, 48);
        let next_id = photos::taken(&way.node, &phone, &next, &photos::sidecar(&next)).await;
        way.send().await;
        chief.get(&path).await.expect(200);
        let original = |id: Uuid| format!("/api/v1/photos/{id}/original?reason=kiem-tra");
        chief.get(&original(photo)).await.expect(410);
        assert_eq!(chief.get(&original(next_id)).await.expect(200).bytes, next);
        assert!(reviews(&chief, "open").await.is_empty(), "nor is it kept aside");
        assert_eq!(redactions::holding(&field.app.config.data, &picture), [] as [String; 0]);
        field.settle().await;
        assert_eq!(redactions::faults(&field).await, [] as [String; 0]);
    }

    async fn a_phone_whose_share_of_what_is_kept_aside_is_used_up_holds_up_no_other(field: Field) {
        load_communes(&field).await;
        let node = Field::start(Database::Sqlite).await;
        load_communes(&node).await;
        let (chief, there) = (field.officer().await, node.officer().await);
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let secret = node.app.config.data.join("upstream.secret");
        std::fs::write(&secret, post.token()).unwrap();
        let upstream = Upstream::at(&served(&field).await, &secret).unwrap();
        let phone = node.phone("máy A", &[WEST, EAST]).await;
        let other = node.phone("máy B", &[WEST]).await;
        // All that may be kept aside of the first phone in a day lies there already.
        let context = (field.app.journal.clone(), phone.id, field.new_id());
        let full = field.app.journal.write(context, |tx, (journal, actor, fact)| Box::pin(async move {
            let entry = Entry { kind: Kind::Bundle, fact: *fact, actor: *actor, device: None, origin: None, body: b"{}" };
            journal.keep_aside(tx, entry, "refused", 200_000_000).await
        }));
        assert!(full.await.unwrap().is_some());
        let plots: Vec<Uuid> = (0..4).map(|_| node.new_id()).collect();
        let plot = |id: Uuid| format!("/api/v1/plots/{id}");
        phone.put(&plot(plots[0]), &plot_at(104.3, 22.4)).await.expect(201);
        phone.put(&plot(plots[1]), &plot_at(104.7, 22.4)).await.expect(201);
        phone.put(&plot(plots[2]), &plot_at(104.32, 22.4)).await.expect(201);
        other.put(&plot(plots[3]), &plot_at(104.34, 22.4)).await.expect(201);
        let told = forwarded(&node, &upstream, &there).await;
        assert_eq!((&told["backlog"], &told["fault"], &told["failures"]), (&json!(1), &json!(null), &json!(0)), "{told:#}");
        let held = told["held_back"].as_array().unwrap().clone();
        assert_eq!((held.len(), &held[0]["tries"]), (1, &json!(1)));
        assert!(held[0]["reason"].as_str().unwrap().starts_with("the province answered 429: plot"), "{held:?}");
        let entries = node.app.journal.entries_since(-1, 1000).await.unwrap();
        let waiting = entries.iter().find(|own| own.fact == Some(plots[1])).unwrap().id;
        assert_eq!(held[0]["entry"], waiting.to_string());
        for id in [plots[0], plots[2], plots[3]] {
            chief.get(&plot(id)).await.expect(200);
        }
        // What comes later goes on, and the one that waits is left alone until its time.
        let later = node.new_id();
        // Another process forwards from here on: the turn of the first is over.
        node.clock.advance_millis(16_000);
        other.put(&plot(later), &plot_at(104.36, 22.4)).await.expect(201);
        let told = forwarded(&node, &upstream, &there).await;
        assert_eq!((&told["backlog"], &told["held_back"][0]["tries"]), (&json!(1), &json!(1)));
        chief.get(&plot(later)).await.expect(200);
        node.clock.advance_millis(3_600_001);
        let told = forwarded(&node, &upstream, &there).await;
        assert_eq!((&told["backlog"], &told["held_back"][0]["tries"]), (&json!(1), &json!(2)), "{told:#}");
        // On another day there is room again: it arrives, and waits for a person there.
        for clock in [&field.clock, &node.clock] {
            clock.advance_millis(25 * 3_600_000);
        }
        let told = forwarded(&node, &upstream, &there).await;
        assert_eq!((&told["backlog"], &told["held_back"]), (&json!(0), &json!([])), "{told:#}");
        let open = reviews(&chief, "open").await;
        assert!(open.iter().any(|own| own["fact"] == json!(plots[1]) && own["reason"] == "no_right"), "{open:#?}");
        let receipts = phone.get(&format!("/api/v1/forwarding/receipts/{waiting}")).await.expect(200).json();
        assert_eq!(receipts["review"], "no_right", "{receipts:#}");
    }

    async fn what_differs_from_what_came_before_waits_on_the_list_and_is_refused_there(field: Field) {
        load_communes(&field).await;
        let node = Field::start(Database::Sqlite).await;
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let chief = field.officer().await;
        let first = claimed(&node, node.new_id());
        brought(&post, made_up(&node, &field, &first)).await;
        let mut other = claimed(&node, first.author);
        other.id = first.id;
        other.receipt.id = first.id;
        let body = plot_at(104.31, 22.4).to_string().into_bytes();
        other.receipt.sha256 = hex(&sha256(&body));
        other.body = BASE64.encode(body);
        other.receipt.signature = BASE64.encode(node.app.journal.sign_text(&other.receipt.signed_text()).1);
        let told = brought(&post, made_up(&node, &field, &other)).await;
        assert_eq!((of_each(&told, "review"), of_each(&told, "status")), (vec![json!("refused")], vec![json!(202)]), "{told:#}");
        let open = reviews(&chief, "open").await;
        assert_eq!((open.len(), &open[0]["fact"]), (1, &json!(first.id)));
        decided(&chief, &open[0], "accepted").await.expect(422);
        decided(&chief, &open[0], "refused").await.expect(200);
        assert_eq!(reviews(&chief, "refused").await.len(), 1);
        let again = brought(&post, made_up(&node, &field, &other)).await;
        assert_eq!(of_each(&again, "decision"), ["refused"]);
    }

    async fn a_day_at_a_node_arrives_field_by_field_and_once(field: Field) {
        let province = Field::start(Database::Sqlite).await;
        a_day_arrives(field, province).await;
    }

    async fn a_province_takes_what_a_node_vouches_for(field: Field) {
        let node = Field::start(Database::Sqlite).await;
        a_day_arrives(node, field).await;
    }

    async fn what_a_phone_signed_at_a_node_has_the_same_grade_at_the_province(field: Field) {
        let province = Field::start(Database::Sqlite).await;
        load_communes(&province).await;
        province.clock.advance_millis(-76 * 3_600_000);
        let post = known_node(&province, &field, "Đồn A", &[WEST]).await;
        province.clock.advance_millis(6 * 3_600_000);
        let mut morning = morning(&field).await;
        morning.set(&field).await;
        let there = morning.done.told(&morning.done.phone).await;
        assert_eq!(there["grade"], "A");
        let (bytes, _) = exported(&field, &province, all()).await;
        let answer = brought(&post, bytes).await;
        assert_eq!(answer["review"], 0, "{answer:#}");
        province.settle().await;
        let officer = province.officer().await;
        let here = morning.done.told(&officer).await;
        assert_eq!((&here["grade"], codes(&here)), (&there["grade"], codes(&there)));
        // The key is listed with the phone, confirmed where it was; what it signed is whole but for its announcement.
        let keys = keys_of(&officer, morning.done.phone.id).await;
        assert!(keys[0]["confirmed_at"].is_string() && keys[0]["chain"]["missing"] == 0, "{keys:#}");
        assert!(province.app.journal.verify().await.unwrap().faults.is_empty());
        assert_eq!(identity::verify_rows(province.app.journal.store()).await.unwrap().faults, []);
        assert_eq!(verify_rows(province.app.journal.store()).await.unwrap().faults, []);
        // Revoked, it signs nothing more; what the node took before stands.
        let path = format!("/api/v1/devices/{}/keys/{}", morning.done.phone.id, keys[0]["key_id"].as_str().unwrap());
        officer.delete(&path).await.expect(200);
        assert_eq!(morning.done.told(&officer).await["grade"], "A");
    }

    async fn what_was_typed_in_from_paper_at_a_node_is_worth_as_little_at_the_province(field: Field) {
        load_communes(&field).await;
        let province = Field::start(Database::Sqlite).await;
        load_communes(&province).await;
        let post = known_node(&province, &field, "Đồn A", &[WEST]).await;
        let clerk = papers::clerk(&field).await;
        let paper = papers::scanned(&field, &clerk).await;
        let plot = field.new_id();
        let facts = json!([
            { "kind": "plot", "id": plot, "body": plot_at(104.3, 22.4) },
            { "kind": "eradication", "id": plot, "body": eradication() },
        ]);
        papers::type_in(&clerk, paper, &facts).await;
        let (bytes, _) = exported(&field, &province, all()).await;
        let answer = brought(&post, bytes).await;
        assert_eq!((&answer["taken"], &answer["review"]), (&json!(4), &json!(0)), "{answer:#}");
        province.settle().await;
        let officer = province.officer().await;
        let told = officer.get(&format!("/api/v1/plots/{plot}")).await.expect(200).json();
        let properties = &told["properties"];
        assert_eq!((&properties["source"], &properties["paper"]["id"]), (&json!("paper"), &json!(paper)), "{told:#}");
        assert_eq!(properties["paper"]["entered_by"], json!(clerk.id));
        let scan = officer.get(&format!("/api/v1/photos/{paper}/original?reason=kiem-tra")).await.expect(200);
        assert_eq!(scan.bytes, papers::SCAN);
        let eradication = of_each(&answer, "kind").iter().position(|kind| kind == "eradication").unwrap();
        let fact = of_each(&answer, "receipt")[eradication]["id"].as_str().unwrap().to_owned();
        let grade = officer.get(&format!("/api/v1/eradications/{fact}/evidence")).await.expect(200).json();
        assert!(codes(&grade).contains(&"from_paper"), "{grade:#}");
    }

    async fn a_file_holds_what_was_asked_for_and_goes_on_where_the_last_one_ended(field: Field) {
        load_communes(&field).await;
        let province = Field::start(Database::Sqlite).await;
        let (one, two) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        for (phone, lon) in [(&one, 104.3), (&two, 104.31), (&one, 104.32)] {
            phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(lon, 22.4)).await.expect(201);
        }
        let authors = |author| Wanted { author: Some(author), ..all() };
        assert_eq!(exported(&field, &province, authors(one.id)).await.1.entries.len(), 2);
        assert_eq!(exported(&field, &province, authors(two.id)).await.1.entries.len(), 1);
        let (now, lanes) = (field.app.journal.now(), Lanes::Originals);
        assert!(exported(&field, &province, Wanted { lanes, ..all() }).await.1.entries.is_empty());
        assert!(exported(&field, &province, Wanted { until: Some(now), ..all() }).await.1.entries.is_empty());
        let mut seen = Vec::new();
        let mut after = -1;
        loop {
            let (_, filled) = exported(&field, &province, Wanted { after, most_bytes: 1, ..all() }).await;
            assert!(filled.entries.len() <= 1);
            seen.extend(filled.entries);
            after = filled.through;
            if !filled.is_cut {
                break;
            }
        }
        assert_eq!(seen, exported(&field, &province, all()).await.1.entries);
    }

    async fn a_node_speaks_for_its_own_devices_within_its_communes_alone(field: Field) {
        load_communes(&field).await;
        let (node, other) = (Field::start(Database::Sqlite).await, Field::start(Database::Sqlite).await);
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let second = known_node(&field, &other, "Đồn B", &[EAST]).await;
        let phone = field.phone("máy tỉnh", &[WEST]).await;
        let author = node.new_id();
        let review = |answer: Value| of_each(&answer, "review")[0].clone();
        let own = claimed(&node, author);
        assert_eq!(review(brought(&post, made_up(&node, &field, &own)).await), json!(null));
        field.officer().await.get(&format!("/api/v1/plots/{}", own.id)).await.expect(200);
        for author in [phone.id, post.id, tuantra::base::actor::CONSOLE] {
            let lie = claimed(&node, author);
            assert_eq!(review(brought(&post, made_up(&node, &field, &lie)).await), json!("foreign_author"));
        }
        let lie = claimed(&other, author);
        assert_eq!(review(brought(&second, made_up(&other, &field, &lie)).await), json!("foreign_author"));
        let elsewhere = claimed(&other, other.new_id());
        assert_eq!(review(brought(&second, made_up(&other, &field, &elsewhere)).await), json!("no_right"));
        let mut altered = claimed(&node, author);
        altered.body = BASE64.encode(plot_at(104.31, 22.4).to_string());
        assert_eq!(review(brought(&post, made_up(&node, &field, &altered)).await), json!("receipt_fails"));
        let officer = field.account("can-bo-hai", Role::ProvincialOfficer, &[]).await;
        officer.delete(&format!("/api/v1/devices/{author}")).await.expect(204);
        let late = claimed(&node, author);
        assert_eq!(review(brought(&post, made_up(&node, &field, &late)).await), json!("revoked_since"));
        officer.delete(&format!("/api/v1/devices/{}", post.id)).await.expect(204);
        let late = claimed(&node, node.new_id());
        assert_eq!(review(brought(&officer, made_up(&node, &field, &late)).await), json!("revoked_since"));
        assert!(field.app.journal.verify().await.unwrap().faults.is_empty());
    }

    async fn a_process_that_died_while_it_forwarded_holds_nobody_up_for_long(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        phone.put(&format!("/api/v1/plots/{}", field.new_id()), &plot_at(104.3, 22.4)).await.expect(201);
        field.settle().await;
        let secret = field.app.config.data.join("upstream.secret");
        std::fs::write(&secret, "secret").unwrap();
        // Nobody listens there.
        let nowhere = Upstream::at("http://127.0.0.1:1", &secret).unwrap();
        let (dead, next) = (field.new_id(), field.new_id());
        let failed = forward_some(&field.app, &nowhere, dead).await.unwrap_err().to_string();
        assert!(failed.contains("cannot be reached") && failed.contains("refused"), "{failed}");
        assert_eq!(forward_some(&field.app, &nowhere, next).await.unwrap(), 0, "it is not its turn");
        field.clock.advance_millis(16_000);
        forward_some(&field.app, &nowhere, next).await.unwrap_err();
    }

    async fn fixes_that_wait_for_their_chunk_are_counted_and_go_with_what_is_carried_by_hand(field: Field) {
        load_communes(&field).await;
        let province = Field::start(Database::Sqlite).await;
        load_communes(&province).await;
        let officer = field.officer().await;
        let device = field.device("máy A", &[WEST]).await;
        let (phone, tracker) = (field.door(device, Door::Api).await, field.door(device, Door::Tracker).await);
        let patrol = field.new_id();
        phone.put(&format!("/api/v1/patrols/{patrol}"), &declared(&field, -600, None)).await.expect(201);
        let seconds = field.app.journal.now().as_millis() / 1000;
        for at in 1..=3 {
            let fix = format!("/t/{}?id=1&lat=22.4000{at}&lon=104.3&accuracy=5&timestamp={}", tracker.token(), seconds - 600 + 10 * at);
            field.anon().get(&fix).await.expect(200);
        }
        field.settle().await;
        let standing = async || {
            let told = officer.get("/api/v1/forwarding").await.expect(200).json();
            (told["backlog"].as_i64().unwrap(), told["unsealed_fixes"].as_i64().unwrap())
        };
        assert_eq!(standing().await, (1, 3));
        let fixes = async || officer.get("/ogc/collections/fixes/items?limit=1").await.expect(200).json();
        assert_eq!(fixes().await["unsealed_fixes"], 3);
        let chief = province.officer().await;
        let told = chief.get("/api/v1/bundles/recipient").await.expect(200);
        let file = field.app.config.data.join("tinh.json");
        std::fs::write(&file, told.bytes).unwrap();
        let mut config = (*field.app.config).clone();
        config.upstream_recipient = Some(file);
        let made = field.elsewhere_with(&officer, config).get("/api/v1/bundles/export").await.expect(200);
        assert_eq!(made.headers["tuantra-records"], "2", "the patrol and its fixes");
        assert_eq!(standing().await, (2, 0));
        assert_eq!(fixes().await["unsealed_fixes"], 0);
        let post = known_node(&province, &field, "Đồn A", &[WEST]).await;
        assert_eq!(brought(&post, made.bytes).await["taken"], 2);
        let shown = chief.get(&format!("/api/v1/patrols/{patrol}")).await.expect(200).json();
        assert_eq!(shown["properties"]["tracks"][0]["fixes"], 3);
    }

    async fn two_phones_of_a_node_on_one_patrol_arrive_as_one_party(field: Field) {
        load_communes(&field).await;
        let node = Field::start(Database::Sqlite).await;
        load_communes(&node).await;
        let (one, two) = (node.phone("máy A", &[WEST]).await, node.phone("máy B", &[WEST]).await);
        let path = format!("/api/v1/patrols/{}", node.new_id());
        one.put(&path, &declared(&node, -3600, Some(0))).await.expect(201);
        for (phone, from_s) in [(&one, -3600), (&two, -3000)] {
            phone.post(&format!("{path}/fixes"), &json!({ "fixes": walk(&node, from_s, 5) })).await.expect(200);
        }
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let (bytes, _) = exported(&node, &field, all()).await;
        let answer = brought(&post, bytes).await;
        assert_eq!((&answer["taken"], &answer["review"]), (&json!(3), &json!(0)), "{answer:#}");
        field.settle().await;
        let shown = field.officer().await.get(&path).await.expect(200).json();
        assert_eq!(shown["properties"]["tracks"].as_array().unwrap().len(), 2, "{shown:#}");
    }

    async fn a_node_without_a_team_is_kept_by_the_province_alone(field: Field) {
        let node = Field::start(Database::Sqlite).await;
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let commune = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        commune.get(&format!("/api/v1/devices/{}", phone.id)).await.expect(200);
        assert_eq!(commune.get("/api/v1/devices").await.expect(200).json().as_array().unwrap().len(), 1);
        let own = format!("/api/v1/devices/{}", post.id);
        commune.post(&format!("{own}/enrolment"), &json!({})).await.expect(404);
        commune.delete(&own).await.expect(404);
        field.officer().await.delete(&own).await.expect(204);
    }

    async fn a_failure_is_told_until_the_province_answers_again(field: Field) {
        load_communes(&field).await;
        let node = Field::start(Database::Sqlite).await;
        load_communes(&node).await;
        let there = node.officer().await;
        let post = known_node(&field, &node, "Đồn A", &[WEST]).await;
        let secret = node.app.config.data.join("upstream.secret");
        std::fs::write(&secret, post.token()).unwrap();
        let phone = node.phone("máy A", &[WEST]).await;
        phone.put(&format!("/api/v1/plots/{}", node.new_id()), &plot_at(104.3, 22.4)).await.expect(201);
        node.settle().await;
        let mut config = (*node.app.config).clone();
        config.upstream_url = Some("http://127.0.0.1:1".to_owned());
        let app = App::assemble(config, node.app.journal.clone(), node.app.blobs.clone());
        let running = tokio::spawn(run(app, "http://127.0.0.1:1".to_owned(), secret.clone()));
        let standing = async || there.get("/api/v1/forwarding").await.expect(200).json();
        while standing().await["failures"] == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        let told = standing().await;
        assert!(told["fault"].as_str().unwrap().contains("cannot be reached") && told["failed_at"].is_string(), "{told:#}");
        node.clock.advance_millis(16_000);
        let upstream = Upstream::at(&served(&field).await, &secret).unwrap();
        let told = forwarded(&node, &upstream, &there).await;
        assert_eq!((&told["backlog"], &told["failures"], &told["fault"], &told["failed_at"]), (&json!(0), &json!(0), &json!(null), &json!(null)));
    }

    async fn nothing_leaves_without_a_province_to_seal_it_to(field: Field) {
        load_communes(&field).await;
        let province = Field::start(Database::Sqlite).await;
        let officer = field.officer().await;
        officer.get("/api/v1/bundles/export").await.expect(409);
        let phone = field.phone("máy A", &[WEST]).await;
        phone.get("/api/v1/bundles/export").await.expect(403);
        a_day(&field, &phone).await;
        field.settle().await;
        let told = province.officer().await.get("/api/v1/bundles/recipient").await.expect(200);
        let file = field.app.config.data.join("tinh.json");
        std::fs::write(&file, told.bytes).unwrap();
        let mut config = (*field.app.config).clone();
        config.upstream_recipient = Some(file);
        let sealing = field.elsewhere_with(&officer, config);
        let made = sealing.get("/api/v1/bundles/export").await.expect(200);
        assert_eq!((&made.headers["tuantra-records"], &made.headers["tuantra-more"]), (&"7".parse().unwrap(), &"false".parse().unwrap()));
        load_communes(&province).await;
        let post = known_node(&province, &field, "Đồn A", &[WEST]).await;
        assert_eq!(brought(&post, made.bytes).await["taken"], 7);
        // Sealed bytes are not packed once more, so that a browser knows how long they are.
        let packed = sealing.open("/api/v1/bundles/export", &[("accept-encoding", "gzip")]).await;
        let length = packed.headers()["content-length"].clone();
        let whole = axum::body::to_bytes(packed.into_body(), usize::MAX).await.unwrap();
        assert_eq!(length, whole.len().to_string());
        assert_eq!(std::fs::read_dir(field.app.config.data.join("spool")).unwrap().count(), 0);
        let standing = officer.get("/api/v1/forwarding").await.expect(200).json();
        assert_eq!((&standing["upstream"], &standing["backlog"]), (&json!(null), &json!(7)));
    }
}
