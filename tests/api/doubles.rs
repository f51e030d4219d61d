//! No ground counts twice, none is lost by judgements that lead in a circle, and nobody judges his own work.

use serde_json::{Value, json};
use tuantra::base::actor::Role;
use tuantra::cases::check;
use tuantra::cases::model::archive::read;
use tuantra::journal::note::PublicKey;
use tuantra::store::Error;
use uuid::Uuid;

use crate::cases::{files, packed};
use crate::field::{Client, Field};
use crate::figures::{People, people};
use crate::journal::looked_at;
use crate::ledger::{desk, eradication, org, photographed, verification};
use crate::photos;
use crate::plots::{EAST, WEST, plot_at};

async fn recorded(field: &Field, client: &Client, plot: &Value) -> Uuid {
    let id = field.new_id();
    let path = format!("/api/v1/plots/{id}");
    client.put(&path, plot).await.expect(201);
    // Ids and decisions at a desk are in the order of time, but not within a millisecond.
    field.clock.advance_millis(1_000);
    id
}

async fn sent(field: &Field, client: &Client, plot: Uuid, act: &str, body: &Value) -> Value {
    let path = format!("/api/v1/plots/{plot}/{act}");
    let answer = client.post(&path, body).await.expect(201).json();
    field.clock.advance_millis(1_000);
    answer["properties"].clone()
}

async fn told_of(client: &Client, plot: Uuid) -> Value {
    let path = format!("/api/v1/plots/{plot}");
    let told = client.get(&path).await.expect(200).json();
    told["properties"].clone()
}

async fn state(client: &Client, plot: Uuid) -> String {
    let told = told_of(client, plot).await;
    told["state"].as_str().unwrap().to_owned()
}

fn same(other: Uuid) -> Value {
    json!({ "other": other, "result": "same", "reason": "đã đối chiếu biên bản" })
}

fn grown(lon: f64, crop: &str, plants: u32) -> Value {
    let mut plot = plot_at(lon, 22.4);
    plot["properties"]["crop"] = json!(crop);
    plot["properties"]["plants"] = json!(plants);
    plot
}

/// A plot found at ten in the morning of a day.
fn found_on(lon: f64, day: &str) -> Value {
    let mut plot = plot_at(lon, 22.4);
    plot["properties"]["detected_at"] = json!(format!("{day}T10:00:00+07:00"));
    plot
}

/// Destroyed in full at noon of a day.
fn destroyed_on(day: &str) -> Value {
    let mut work = eradication();
    work["started_at"] = json!(format!("{day}T12:00:00+07:00"));
    work["ended_at"] = json!(format!("{day}T13:00:00+07:00"));
    work["minutes"]["date"] = json!(day);
    work
}

/// Why a judgement is not taken, after the field that it is about.
async fn refused(client: &Client, plot: Uuid, body: &Value) -> String {
    let path = format!("/api/v1/plots/{plot}/judgements");
    let told = client.post(&path, body).await.expect(422).json();
    let fault = &told["fields"][0];
    format!(
        "{} {}",
        fault["pointer"].as_str().unwrap(),
        fault["reason"].as_str().unwrap()
    )
}

/// One more photo of a plot, that names this work or none.
async fn shot(
    field: &Field,
    client: &Client,
    plot: Uuid,
    (width, work): (u32, Option<&Value>),
) -> String {
    let bytes = photos::jpeg(width, 30);
    let mut sidecar = photos::sidecar(&bytes);
    (sidecar["plot"], sidecar["phase"]) = (json!(plot), json!("during"));
    if let Some(work) = work {
        sidecar["eradication"] = work.clone();
    }
    let id = photos::taken(field, client, &bytes, &sidecar).await;
    field.settle().await;
    field.clock.advance_millis(1_000);
    id.to_string()
}

/// Which photos of a plot the list marks as added after a seal.
async fn marked(client: &Client, plot: Uuid) -> Vec<String> {
    let path = format!("/api/v1/photos?plot={plot}");
    let list = client.get(&path).await.expect(200).json();
    let photos = list["features"].as_array().unwrap().iter();
    let after = photos.filter(|photo| photo["properties"]["after_seal"] == true);
    let ids = after.map(|photo| photo["id"].as_str().unwrap().to_owned());
    sorted(ids.collect())
}

/// Which photos the case of a plot marks so; it checks out.
async fn marked_in_case(field: &Field, client: &Client, plot: Uuid) -> Vec<String> {
    marked_in(field, client, &format!("plots/{plot}")).await
}

/// The same of any case.
async fn marked_in(field: &Field, client: &Client, subject: &str) -> Vec<String> {
    field.settle().await;
    let path = format!("/api/v1/{subject}/case?reason=ban-giao");
    let package = client.get(&path).await.expect(200).bytes;
    let keys = field.app.journal.keys().await.unwrap();
    check(
        &package,
        &[PublicKey::parse(&keys[0].verifier_key).unwrap()],
    )
    .unwrap();
    let files = read(&package).unwrap();
    let manifest = files.iter().find(|(name, _)| name == "manifest.json");
    let manifest: Value = serde_json::from_slice(manifest.unwrap().1).unwrap();
    sorted(serde_json::from_value(manifest["after_seal"].clone()).unwrap())
}

/// The package of a plot with no photo marked, as its server might have made it: one of before marked none by the seals of
/// a kept plot, and did not say that it does.
async fn unmarked(field: &Field, package: &[u8], plot: Uuid, says_so: bool) -> Vec<u8> {
    let mut files = files(package);
    let manifest = files.iter().find(|(name, _)| name == "manifest.json");
    let mut manifest: Value = serde_json::from_slice(&manifest.unwrap().1).unwrap();
    manifest["after_seal"] = json!([]);
    if !says_so {
        let before = manifest.as_object_mut().unwrap().remove("marks_ground");
        assert_eq!(before, Some(json!(true)));
    }
    let body = manifest.to_string();
    let journal = field.app.journal.clone();
    let context = (journal.clone(), body.clone(), plot);
    let written: Result<_, Error> = journal
        .write(context, |tx, (journal, body, plot)| {
            Box::pin(async move { journal.enter(tx, looked_at(*plot, body.as_bytes())).await })
        })
        .await;
    let receipt = serde_json::to_vec(&journal.receipt(&written.unwrap())).unwrap();
    for (name, bytes) in &mut files {
        match name.as_str() {
            "manifest.json" => *bytes = body.clone().into_bytes(),
            "receipt.json" => bytes.clone_from(&receipt),
            _ => {}
        }
    }
    packed(files)
}

/// Another word on work that was sent: three saw it.
fn correction_of(claimed: &Value) -> Value {
    let mut corrected = eradication();
    corrected["corrects"] = claimed["fact"].clone();
    corrected["witnesses"] = json!(3);
    corrected
}

/// Neither the unit of the phone nor the post, which corrected its work, judges it: the province does.
async fn neither_side_judges(field: &Field, people: &People, plot: Uuid, acts: &[(&str, Value)]) {
    let (unit, role) = (people.reserve, Role::CommuneOfficer);
    let colleague = desk(field, "cung-don-vi", unit, role, &[WEST]).await;
    for (act, body) in acts {
        let path = format!("/api/v1/plots/{plot}/{act}");
        for judge in [&colleague, &people.post_desk] {
            let refused = judge.post(&path, body).await.expect(422);
            let said = String::from_utf8_lossy(&refused.bytes);
            assert!(said.contains("another organisation"), "{act}");
        }
        people.province.post(&path, body).await.expect(201);
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

on_both! {
    async fn one_seasons_plot_is_no_duplicate_of_anothers_nor_one_crop_of_another(field: Field) {
        let people = people(&field).await;
        let old = recorded(&field, &people.phone, &found_on(104.30, "2025-02-10")).await;
        sent(&field, &people.phone, old, "eradications", &destroyed_on("2025-02-11")).await;
        let new = recorded(&field, &people.post_desk, &found_on(104.30, "2026-02-25")).await;
        let years = async || people.province.get("/api/v1/ledger?by=period").await.expect(200).json()["rows"].clone();
        let before = years().await;
        assert_eq!((&before[0]["key"], &before[0]["claimed"]["area_m2"]), (&json!("2025"), &json!(64.0)));
        for (plot, other) in [(old, new), (new, old)] {
            let why = refused(&people.province, plot, &same(other)).await;
            assert!(why.starts_with("/other ") && why.contains("expected plots of one season"), "{why}");
        }
        assert_eq!((state(&people.phone, new).await, years().await), ("detected".into(), before));
        let khat = recorded(&field, &people.post_desk, &grown(104.300_01, "khat", 320)).await;
        for (plot, other) in [(khat, new), (new, khat)] {
            let why = refused(&people.province, plot, &same(other)).await;
            assert!(why.starts_with("/other ") && why.contains("expected two plots of one crop"), "{why}");
        }
        // Nor what was sown again where the other stood, in the same season.
        let mut again = found_on(104.30, "2026-02-27");
        again["properties"]["replanting_of"] = json!(new);
        let again = recorded(&field, &people.phone, &again).await;
        for (plot, other) in [(again, new), (new, again)] {
            let why = refused(&people.province, plot, &same(other)).await;
            assert!(why.starts_with("/other ") && why.contains("expected plots of one sowing"), "{why}");
        }
    }

    async fn what_was_destroyed_long_before_is_not_what_was_found_and_the_plot_found_first_is_kept(field: Field) {
        let people = people(&field).await;
        let pair = async |lon: f64, first: &str, second: &str| {
            let one = recorded(&field, &people.phone, &found_on(lon, first)).await;
            (one, recorded(&field, &people.post_desk, &found_on(lon, second)).await)
        };
        // What nobody destroyed may be found weeks later by another unit: a judge knows better than days do.
        let (one, two) = pair(104.30, "2026-02-01", "2026-02-25").await;
        assert_eq!(sent(&field, &people.province, two, "judgements", &same(one)).await["state"], "merged");
        // What was destroyed in full more than fourteen days before came up again, or was sown anew.
        let (one, two) = pair(104.32, "2026-02-01", "2026-02-25").await;
        sent(&field, &people.phone, one, "eradications", &destroyed_on("2026-02-02")).await;
        for (plot, other) in [(one, two), (two, one)] {
            let why = refused(&people.province, plot, &same(other)).await;
            assert!(why.starts_with("/other ") && why.contains("found 22 days after") && why.contains("at most 14 days"), "{why}");
        }
        // Once plants were found to stand there again, another's record of them is a duplicate.
        let standing = json!({ "inspected_at": "2026-02-24T08:00:00+07:00", "result": "standing" });
        sent(&field, &people.phone, one, "reinspections", &standing).await;
        assert_eq!(sent(&field, &people.province, two, "judgements", &same(one)).await["state"], "merged");
        // Within these days the plot that was found before the work is kept, whichever of the two is asked about.
        let (one, two) = pair(104.34, "2026-02-10", "2026-02-20").await;
        sent(&field, &people.phone, one, "eradications", &destroyed_on("2026-02-11")).await;
        let why = refused(&people.province, one, &same(two)).await;
        assert!(why.starts_with("/other ") && why.contains("the judgement on the plot that was found later"), "{why}");
        assert_eq!(sent(&field, &people.province, two, "judgements", &same(one)).await["state"], "merged");
        // Work that comes after the judgement is not taken either where it began before the kept plot was seen.
        let (one, two) = pair(104.36, "2026-02-10", "2026-02-20").await;
        sent(&field, &people.province, one, "judgements", &same(two)).await;
        sent(&field, &people.phone, one, "eradications", &destroyed_on("2026-02-11")).await;
        let kept = told_of(&people.phone, two).await;
        assert_eq!(kept["state"], "eradicating");
        assert!(kept["missing"].as_array().unwrap().contains(&json!("time_order")), "{}", kept["missing"]);
    }

    async fn no_ground_leaves_a_statistical_year_for_a_later_one(field: Field) {
        let people = people(&field).await;
        // One season; the year 2025 ends with 14 December.
        let early = recorded(&field, &people.phone, &found_on(104.30, "2025-12-10")).await;
        let late = recorded(&field, &people.post_desk, &found_on(104.30, "2025-12-20")).await;
        let why = refused(&people.province, early, &same(late)).await;
        assert!(why.starts_with("/other ") && why.contains("earlier statistical year"), "{why}");
        assert_eq!(sent(&field, &people.province, late, "judgements", &same(early)).await["state"], "merged");
        let of = async |year: u32| {
            let told = people.province.get(&format!("/api/v1/ledger?period={year}")).await.expect(200).json();
            told["total"]["claimed"]["area_m2"].clone()
        };
        assert_eq!((of(2025).await, of(2026).await), (json!(64.0), json!(0.0)));
    }

    async fn plots_that_are_one_are_told_apart_by_correcting_that_judgement(field: Field) {
        let people = people(&field).await;
        let first = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let second = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let merged = sent(&field, &people.province, second, "judgements", &same(first)).await;
        let judged = merged["fact"].as_str().unwrap();
        let distinct = |other: Uuid| json!({ "other": other, "result": "distinct", "reason": "hai luống khác nhau" });
        for (plot, other) in [(second, first), (first, second)] {
            let why = refused(&people.province, plot, &distinct(other)).await;
            let names_it = why.contains(judged) && why.contains(&second.to_string());
            assert!(why.starts_with("/corrects ") && names_it, "{why}");
        }
        let mut corrected = distinct(first);
        corrected["corrects"] = json!(judged);
        let apart = sent(&field, &people.province, second, "judgements", &corrected).await;
        assert_eq!((&apart["state"], &apart["correction_idle"]), (&json!("detected"), &Value::Null));
        assert_eq!(told_of(&people.phone, first).await["merged"], json!([]));
        // That they are two may be said again, now that it is so.
        let mut again = distinct(second);
        again["reason"] = json!("đã xem lại tại chỗ");
        assert_eq!(sent(&field, &people.province, first, "judgements", &again).await["state"], "detected");
    }

    async fn a_pair_across_a_communes_border_is_told_to_each_side_as_far_as_it_reaches(field: Field) {
        let people = people(&field).await;
        let eastern = field.phone("máy Đông", &[EAST]).await;
        let east_desk = desk(&field, "don-dong", org(&field, "Đồn phía đông").await, Role::PostOfficer, &[EAST]).await;
        // The communes meet at 104.5 degrees; the plots lie a metre from each other.
        let west = recorded(&field, &people.phone, &plot_at(104.499_995, 22.4)).await;
        let east = recorded(&field, &eastern, &plot_at(104.500_005, 22.4)).await;
        let mut left_out = 0.0;
        for (officer, own, other) in [(&people.post_desk, west, east), (&east_desk, east, west)] {
            assert_eq!(officer.get("/api/v1/ledger/duplicates").await.expect(200).json(), json!([]));
            let beyond = officer.get("/api/v1/ledger/duplicates/beyond?undecided=true").await.expect(200).json();
            let told = &beyond[0];
            assert_eq!((&told["own"]["plot"], &told["is_likely"], &told["seen_by"]), (&json!(own), &json!(true), &json!("province")));
            assert!(told["told"].as_str().unwrap().contains("ngoài địa bàn"), "{told}");
            let mut fields: Vec<&String> = told.as_object().unwrap().keys().collect();
            fields.sort_unstable();
            assert_eq!(fields, ["decided", "is_likely", "own", "seen_by", "told"], "nothing of the other side");
            assert!(!beyond.to_string().contains(&other.to_string()), "{beyond}");
            left_out += told["own"]["left_out"].as_f64().unwrap();
            let plot = told_of(officer, own).await;
            assert_eq!((&plot["flags"], &plot["candidates"]), (&json!(["possible_duplicate"]), &json!([])));
        }
        assert!((left_out - 1.0).abs() < 1e-9, "the ground counts once: {left_out}");
        // Whoever reaches both sees both, and decides.
        let both = "/api/v1/ledger/duplicates";
        assert_eq!(people.province.get(both).await.expect(200).json().as_array().unwrap().len(), 1);
        assert_eq!(people.province.get("/api/v1/ledger/duplicates/beyond").await.expect(200).json(), json!([]));
        let distinct = json!({ "other": west, "result": "distinct", "reason": "hai luống hai bên ranh giới" });
        sent(&field, &people.province, east, "judgements", &distinct).await;
        let beyond = async |query: &str| {
            let path = format!("/api/v1/ledger/duplicates/beyond{query}");
            people.post_desk.get(&path).await.expect(200).json()
        };
        assert_eq!(beyond("?undecided=true").await, json!([]));
        let decided = beyond("").await;
        assert_eq!((&decided[0]["decided"], &decided[0]["own"]["left_out"]), (&json!("distinct"), &json!(0.0)));
    }

    async fn no_communes_ground_goes_into_a_plot_beyond_the_border(field: Field) {
        let people = people(&field).await;
        let inside = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        sent(&field, &people.post_desk, inside, "verifications", &verification()).await;
        let everywhere = field.phone("máy toàn tỉnh", &[]).await;
        let mut abroad = plot_at(104.300_1, 22.4);
        abroad["properties"]["outside_vietnam"] = json!(true);
        let abroad = recorded(&field, &everywhere, &abroad).await;
        let why = refused(&people.province, inside, &same(abroad)).await;
        assert!(why.starts_with("/other ") && why.contains("beyond the border"), "{why}");
        let communes = people.province.get("/api/v1/ledger?by=commune").await.expect(200).json();
        let west = communes["rows"].as_array().unwrap().iter().find(|row| row["key"] == WEST).unwrap().clone();
        assert_eq!(west["verified"]["plots"], 1);
        assert_eq!(sent(&field, &people.province, abroad, "judgements", &same(inside)).await["state"], "merged");
    }

    async fn a_judgement_that_would_leave_no_plot_counted_is_refused(field: Field) {
        let people = people(&field).await;
        let mut plots = Vec::new();
        for lon in [104.300_0, 104.300_1, 104.300_2] {
            plots.push(recorded(&field, &people.phone, &plot_at(lon, 22.4)).await);
        }
        let [first, second, third] = plots[..] else { panic!() };
        sent(&field, &people.province, second, "judgements", &same(first)).await;
        sent(&field, &people.province, third, "judgements", &same(second)).await;
        for circle in [second, third] {
            let path = format!("/api/v1/plots/{first}/judgements");
            let refused = people.province.post(&path, &same(circle)).await.expect(422);
            assert_eq!(refused.pointers(), ["/other"]);
            assert!(refused.json()["fields"][0]["reason"].as_str().unwrap().contains("neither would count"));
        }
        let total = people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
        assert_eq!((total["claimed"]["area_m2"].clone(), total["not_counted_plots"].clone()), (json!(64.0), json!(2)));
        // Once the second is open again the first may be its duplicate.
        sent(&field, &people.province, second, "reopenings", &json!({ "reason": "chọn lại điểm được giữ" })).await;
        assert_eq!(sent(&field, &people.province, first, "judgements", &same(second)).await["state"], "merged");
    }

    async fn of_a_circle_that_a_correction_makes_one_plot_counts(field: Field) {
        let people = people(&field).await;
        let look_alike = json!({ "verified_at": "2026-02-26T08:00:00+07:00", "result": "look_alike" });
        let mut kept = Vec::new();
        // The verified one counts; of two verified ones the earlier, whichever was touched last.
        for (lon, is_other_verified) in [(104.30, false), (104.34, true)] {
            let first = recorded(&field, &people.phone, &plot_at(lon, 22.4)).await;
            let mut other = plot_at(lon + 0.000_1, 22.4);
            other["properties"]["detected_at"] = json!("2026-02-24T10:15:00+07:00");
            let other = recorded(&field, &people.phone, &other).await;
            if is_other_verified {
                sent(&field, &people.post_desk, other, "verifications", &verification()).await;
            }
            assert_eq!(sent(&field, &people.province, other, "judgements", &same(first)).await["state"], "merged");
            let wrong = sent(&field, &people.post_desk, first, "verifications", &look_alike).await;
            assert_eq!(wrong["state"], "rejected");
            sent(&field, &people.province, first, "judgements", &same(other)).await;
            let mut right = verification();
            right["corrects"] = wrong["fact"].clone();
            sent(&field, &people.post_desk, first, "verifications", &right).await;
            let (counts, merged) = if is_other_verified { (other, first) } else { (first, other) };
            assert_eq!(state(&people.phone, counts).await, "verified");
            assert_eq!(state(&people.phone, merged).await, "merged");
            kept.push(counts.to_string());
        }
        for query in ["", "?season=2025-2026", "?by=plot"] {
            let total = people.province.get(&format!("/api/v1/ledger{query}")).await.expect(200).json()["total"].clone();
            assert_eq!((total["plots"].clone(), total["claimed"]["area_m2"].clone()), (json!(2), json!(128.0)), "{query}");
        }
        let listed = people.phone.get("/api/v1/plots?state=verified").await.expect(200).json();
        let mut listed: Vec<&str> = listed["features"].as_array().unwrap().iter().map(|plot| plot["id"].as_str().unwrap()).collect();
        listed.sort_unstable();
        kept.sort_unstable();
        assert_eq!(listed, kept);
    }

    async fn what_was_recorded_on_a_merged_plot_is_told_of_the_one_that_counts(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let work = sent(&field, &people.phone, merged, "eradications", &eradication()).await["fact"].clone();
        assert_eq!(sent(&field, &people.province, merged, "judgements", &same(kept)).await["state"], "merged");
        let told = told_of(&people.phone, kept).await;
        assert_eq!((&told["state"], &told["merged"]), (&json!("eradicating"), &json!([merged])));
        let step = &told["timeline"][0];
        assert_eq!((&step["id"], &step["from"], &step["kind"]), (&work, &json!(merged), &json!("eradication")));
        assert_eq!(step["said"]["minutes"]["number"], "07/BB-CAX");
        // What comes to the merged plot afterwards counts on the kept one as well: a verification, photos, the desk's word.
        sent(&field, &people.post_desk, merged, "verifications", &verification()).await;
        photographed(&field, &people.phone, merged).await;
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, merged, "approvals", &json!({ "eradication": work })).await;
        let told = told_of(&people.phone, kept).await;
        assert_eq!((&told["state"], &told["approved"], &told["evidence"]["after"]), (&json!("eradicated"), &json!(true), &json!(1)));
        let flags = told["flags"].as_array().unwrap().iter().filter(|flag| **flag != json!("possible_duplicate"));
        assert_eq!((&told["quantities"]["verified"]["plants"], flags.count()), (&json!(320), 0), "{}", told["flags"]);
        let listed = people.phone.get("/api/v1/plots?state=eradicated").await.expect(200).json();
        assert_eq!((&listed["features"][0]["id"], &listed["features"][1]), (&json!(kept), &Value::Null));
        assert_eq!(state(&people.phone, merged).await, "merged");
        // The ground is claimed once and was destroyed once.
        let total = people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
        for figure in ["claimed", "verified", "destroyed_claimed", "eradicated", "approved"] {
            assert_eq!((&total[figure]["plots"], &total[figure]["plants"]), (&json!(1), &json!(320)), "{figure}");
        }
        assert_eq!((&total["plots"], &total["not_counted_plots"], &total["conflicts"]), (&json!(1), &json!(1), &json!(0)));
        // A second claim of the same work is told and adds nothing.
        sent(&field, &people.phone, kept, "eradications", &eradication()).await;
        let twice = told_of(&people.phone, kept).await;
        assert_eq!(twice["quantities"]["destroyed_claimed"]["plants"], 320);
        assert!(twice["flags"].as_array().unwrap().contains(&json!("claimed_twice")), "{}", twice["flags"]);
        // What the lists were settled to follows from the log.
        field.settle().await;
        let made = tuantra::ledger::verify_made(field.app.journal.store()).await.unwrap();
        assert!(made.faults.is_empty(), "{:?}", made.faults);
        // Once the judgement is taken back each plot has its own facts again.
        sent(&field, &people.province, merged, "reopenings", &json!({ "reason": "hai đám khác nhau" })).await;
        let apart = told_of(&people.phone, kept).await;
        assert_eq!((&apart["merged"], &apart["quantities"]["verified"]["plants"]), (&json!([]), &Value::Null));
        assert_eq!(state(&people.phone, merged).await, "eradicated");
        let total = people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
        assert_eq!((&total["plots"], &total["verified"]["plants"]), (&json!(2), &json!(320)));
    }

    async fn the_case_of_a_kept_plot_has_the_photos_of_the_plot_that_was_merged_into_it(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let work = sent(&field, &people.phone, merged, "eradications", &eradication()).await["fact"].clone();
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        sent(&field, &people.post_desk, merged, "verifications", &verification()).await;
        photographed(&field, &people.phone, merged).await;
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, merged, "approvals", &json!({ "eradication": work })).await;
        field.settle().await;
        let photos = people.phone.get(&format!("/api/v1/photos?plot={merged}")).await.expect(200).json();
        let mut photos: Vec<String> = photos["features"].as_array().unwrap().iter().map(|photo| photo["id"].as_str().unwrap().to_owned()).collect();
        let read_one = format!("/api/v1/photos/{}/original?reason=kiem-tra", photos[0]);
        people.post_desk.get(&read_one).await.expect(200);
        field.settle().await;
        let case = |plot: Uuid| format!("/api/v1/plots/{plot}/case?reason=ban-giao");
        let package = people.province.get(&case(kept)).await.expect(200).bytes;
        let keys = field.app.journal.keys().await.unwrap();
        let roots = [PublicKey::parse(&keys[0].verifier_key).unwrap()];
        let checked = check(&package, &roots).unwrap();
        let steps = checked.steps.join("\n");
        assert!(steps.contains("over 3 photos has the root"), "the seal of the merged plot's work: {steps}");
        let files = read(&package).unwrap();
        let told = |name: &str| -> Value {
            let file = files.iter().find(|(own, _)| own == name).unwrap();
            serde_json::from_slice(file.1).unwrap()
        };
        for photo in &photos {
            assert!(files.iter().any(|(name, _)| *name == format!("photos/{photo}/original.jpg")), "{photo}");
        }
        let manifest = told("manifest.json");
        let on = &manifest["merged"][merged.to_string()];
        let mut on: Vec<String> = serde_json::from_value(on.clone()).unwrap();
        on.sort_unstable();
        photos.sort_unstable();
        assert_eq!((on, &manifest["plot"]), (photos, &json!(kept)));
        // Who looked at a photo of the merged plot stands in the custody of the kept one.
        let custody = told("custody.json");
        let seen = custody.as_array().unwrap().iter().filter(|act| act["what"] == "original");
        assert_eq!(seen.count(), 1);
        assert_eq!(told("evidence.json")["merged"], json!([merged]));
        // The merged plot's own case holds what was recorded there and nothing of the kept one's.
        let own = people.province.get(&case(merged)).await.expect(200).bytes;
        check(&own, &roots).unwrap();
        let own = read(&own).unwrap();
        let manifest = own.iter().find(|(name, _)| name == "manifest.json").unwrap();
        let manifest: Value = serde_json::from_slice(manifest.1).unwrap();
        assert_eq!((&manifest["plot"], &manifest["merged"]), (&json!(merged), &Value::Null));
    }

    async fn a_kept_plots_life_is_the_same_whether_it_was_judged_before_or_after_the_work(field: Field) {
        let people = people(&field).await;
        let mut ends = Vec::new();
        for (lon, is_judged_first) in [(104.30, true), (104.34, false)] {
            let kept = recorded(&field, &people.phone, &plot_at(lon, 22.4)).await;
            let merged = recorded(&field, &people.phone, &plot_at(lon + 0.000_1, 22.4)).await;
            if is_judged_first {
                sent(&field, &people.province, merged, "judgements", &same(kept)).await;
            }
            let mut part = eradication();
            (part["plants_destroyed"], part["area_m2_destroyed"], part["completeness"]) = (json!(120), json!(24), json!("partial"));
            (part["remaining_plants"], part["remaining_area_m2"]) = (json!(200), json!(40));
            let mut rest = eradication();
            (rest["plants_destroyed"], rest["area_m2_destroyed"]) = (json!(200), json!(40));
            (rest["started_at"], rest["ended_at"]) = (json!("2026-02-28T08:00:00+07:00"), json!("2026-02-28T09:00:00+07:00"));
            rest["minutes"]["date"] = json!("2026-02-28");
            sent(&field, &people.phone, kept, "eradications", &rest).await;
            sent(&field, &people.phone, merged, "eradications", &part).await;
            sent(&field, &people.post_desk, merged, "verifications", &verification()).await;
            let look_alike = json!({ "verified_at": "2026-03-01T08:00:00+07:00", "result": "look_alike" });
            sent(&field, &people.post_desk, merged, "verifications", &look_alike).await;
            if !is_judged_first {
                sent(&field, &people.province, merged, "judgements", &same(kept)).await;
            }
            let told = told_of(&people.phone, kept).await;
            let sum = |figure: &str| told["quantities"][figure]["plants"].clone();
            ends.push((told["state"].clone(), told["flags"].clone(), told["missing"].clone(), told["conflicts"].clone(),
                sum("destroyed_claimed"), sum("verified"), sum("remaining")));
        }
        assert_eq!(ends[0], ends[1]);
        let (state, flags, _, conflicts, destroyed, verified, _) = &ends[0];
        assert_eq!((state, destroyed, verified, conflicts), (&json!("eradicating"), &json!(320), &json!(320), &json!([])));
        // A word that was said of the merged record takes no ground of the kept one out of the figures; it is told.
        assert!(flags.as_array().unwrap().contains(&json!("verification_conflict")), "{flags}");
    }

    async fn one_ground_that_one_unit_wrote_down_twice_is_told_and_counts_once(field: Field) {
        let people = people(&field).await;
        let other = field.phone("máy B", &[WEST]).await;
        recorded(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        let second = recorded(&field, &other, &plot_at(104.300_01, 22.4)).await;
        let total = async || people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
        let first_total = total().await;
        assert_eq!((&first_total["claimed"]["area_m2"], &first_total["in_dispute"]["claimed"]["area_m2"]), (&json!(64.0), &json!(64.0)));
        let found = people.province.get("/api/v1/ledger/duplicates?undecided=true").await.expect(200).json();
        assert_eq!((&found[0]["is_likely"], &found[1]), (&json!(true), &Value::Null));
        assert_eq!(found[0]["a"]["org"], found[0]["b"]["org"]);
        assert_eq!(found[0]["question"], "Cần đối chiếu: hai điểm này của một đơn vị có phải là một chỗ không?");
        let [a, b] = ["a", "b"].map(|side| found[0][side]["plot"].as_str().unwrap().to_owned());
        let first = if a == second.to_string() { b } else { a };
        let distinct = json!({ "other": first, "result": "distinct", "reason": "hai luống" });
        sent(&field, &people.province, second, "judgements", &distinct).await;
        assert_eq!(total().await["claimed"]["area_m2"], 128.0);
        // What one phone recorded on one outing is told, and counts: who stood on both beds says that there are two.
        for lon in [104.4, 104.400_01] {
            recorded(&field, &people.phone, &plot_at(lon, 22.4)).await;
        }
        let both = total().await;
        assert_eq!((&both["claimed"]["area_m2"], &both["in_dispute"]["claimed"]["plots"]), (&json!(256.0), &json!(0)));
        assert_eq!(both["perhaps_twice"]["claimed"]["area_m2"], 64.0);
    }

    async fn no_ground_vanishes_into_a_plot_that_does_not_count(field: Field) {
        let people = people(&field).await;
        let mut plots = Vec::new();
        for lon in [104.300_0, 104.300_1, 104.300_2, 104.300_3] {
            plots.push(recorded(&field, &people.phone, &plot_at(lon, 22.4)).await);
        }
        let [kept, taken_back, merged, other] = plots[..] else { panic!() };
        let total = async || {
            let total = people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
            (total["claimed"]["area_m2"].clone(), total["not_counted_plots"].clone())
        };
        let taking_back = json!({ "reason": "ghi nhầm" });
        for (plot, into) in [(merged, taken_back), (other, taken_back)] {
            sent(&field, &people.province, plot, "judgements", &same(into)).await;
        }
        assert_eq!(total().await, (json!(128.0), json!(2)));
        let retracted = sent(&field, &people.phone, taken_back, "retractions", &taking_back).await;
        assert_eq!(retracted["state"], "retracted");
        let path = format!("/api/v1/plots/{kept}/judgements");
        let refused = people.province.post(&path, &same(taken_back)).await.expect(422);
        assert_eq!(refused.pointers(), ["/other"]);
        assert!(refused.json()["fields"][0]["reason"].as_str().unwrap().contains("would vanish"));
        // One of the two that were merged into it counts the ground now, wherever they are read.
        assert_eq!(total().await, (json!(128.0), json!(2)));
        assert_eq!((state(&people.phone, merged).await, state(&people.phone, other).await), ("detected".into(), "merged".into()));
        let listed = async || {
            let listed = people.phone.get("/api/v1/plots?state=detected").await.expect(200).json();
            let mut listed: Vec<String> = listed["features"].as_array().unwrap().iter().map(|plot| plot["id"].as_str().unwrap().to_owned()).collect();
            listed.sort_unstable();
            listed
        };
        let sorted = |plots: [Uuid; 2]| {
            let mut plots = plots.map(|plot| plot.to_string());
            plots.sort_unstable();
            plots
        };
        assert_eq!(listed().await, sorted([kept, merged]));
        sent(&field, &people.province, taken_back, "reopenings", &json!({ "reason": "có thật" })).await;
        assert_eq!(listed().await, sorted([kept, taken_back]));
        assert_eq!(total().await, (json!(128.0), json!(2)));
    }

    async fn an_incidents_badge_counts_a_ground_once_and_no_unverified_cannabis(field: Field) {
        let people = people(&field).await;
        let incident = field.new_id();
        let path = format!("/api/v1/incidents/{incident}");
        let body = json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        people.phone.put(&path, &body).await.expect(201);
        let claims = [(&people.phone, grown(104.3, "opium_poppy", 600)), (&people.post_desk, grown(104.300_01, "opium_poppy", 605)),
            (&people.phone, grown(104.32, "cannabis", 5_000))];
        let mut plots = Vec::new();
        for (client, mut plot) in claims {
            plot["properties"]["incident"] = json!(incident);
            plots.push(recorded(&field, client, &plot).await);
        }
        let badge = people.phone.get(&path).await.expect(200).json()["law_badge"].clone();
        assert_eq!((badge["plants"].clone(), badge["reaches_plants"].clone()), (json!(600), json!(500)));
        let hemp = format!("/api/v1/plots/{}", plots[2]);
        assert_eq!(people.phone.get(&hemp).await.expect(200).json()["properties"]["law_badge"], Value::Null);
        let mut confirmed = verification();
        confirmed["plants"] = json!(5_000);
        sent(&field, &people.post_desk, plots[2], "verifications", &confirmed).await;
        assert_eq!(people.phone.get(&hemp).await.expect(200).json()["properties"]["law_badge"]["reaches_plants"], 3_000);
        let alone = people.phone.get(&path).await.expect(200).json()["law_badge"].clone();
        assert_eq!(alone["plants"], 5_600);
        // A page tells the same of each in one answer, where it is asked for.
        let bare = json!({ "title": "Vụ 02", "occurred_at": "2026-02-24T10:15:00+07:00", "commune": WEST });
        people.phone.put(&format!("/api/v1/incidents/{}", field.new_id()), &bare).await.expect(201);
        let list = people.phone.get("/api/v1/incidents?sums=true").await.expect(200).json()["incidents"].clone();
        let west = json!([{ "code": WEST, "name": "Tây" }]);
        assert_eq!(list[0]["sums"], json!({ "plots": 3, "plants": 5_600, "communes": west, "law_badge": alone }));
        assert_eq!(list[1]["sums"], json!({ "plots": 0, "plants": 0, "communes": [], "law_badge": null }));
    }

    async fn areas_that_reach_a_threshold_together_reach_it(field: Field) {
        let people = people(&field).await;
        for (lon, area_m2) in [(104.30, 40.3), (104.32, 40.4), (104.34, 44.3)] {
            let plot = recorded(&field, &people.phone, &grown(lon, "opium_poppy", 90)).await;
            let mut said = verification();
            (said["plants"], said["area_m2"]) = (json!(90), json!(area_m2));
            sent(&field, &people.post_desk, plot, "verifications", &said).await;
        }
        let communes = people.province.get("/api/v1/ledger/communes?period=2026").await.expect(200).json();
        assert_eq!((communes[0]["area_m2"].clone(), communes[0]["flag"]["class"].clone()), (json!(125.0), json!("II")));
    }

    async fn no_claimants_own_officer_ends_the_dispute(field: Field) {
        let people = people(&field).await;
        let first = recorded(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        let member = desk(&field, "to-vien-bp", people.post, Role::PatrolMember, &[WEST]).await;
        let second = recorded(&field, &member, &plot_at(104.300_01, 22.4)).await;
        // Whichever of the two plots it is said of, and whatever is said.
        for (plot, other) in [(first, second), (second, first)] {
            let path = format!("/api/v1/plots/{plot}/judgements");
            for result in ["distinct", "same"] {
                let said = json!({ "other": other, "result": result, "reason": "hai luống" });
                let refused = people.post_desk.post(&path, &said).await.expect(422);
                let why = refused.json()["fields"][0]["reason"].as_str().unwrap().to_owned();
                assert!(why.contains("such as the province's"), "{why}");
            }
        }
        let total = people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
        assert_eq!(total["in_dispute"]["claimed"]["area_m2"], 64.0);
        // Nor does who destroyed what another had recorded.
        let third = recorded(&field, &people.phone, &plot_at(104.4, 22.4)).await;
        let fourth = recorded(&field, &people.phone, &plot_at(104.42, 22.4)).await;
        let distinct = json!({ "other": fourth, "result": "distinct", "reason": "hai luống" });
        let path = format!("/api/v1/plots/{third}/judgements");
        sent(&field, &member, third, "eradications", &eradication()).await;
        people.post_desk.post(&path, &distinct).await.expect(422);
        sent(&field, &people.province, third, "judgements", &distinct).await;
        let distinct = json!({ "other": first, "result": "distinct", "reason": "hai luống" });
        sent(&field, &people.province, second, "judgements", &distinct).await;
        let total = people.province.get("/api/v1/ledger").await.expect(200).json()["total"].clone();
        assert_eq!(total["in_dispute"]["claimed"]["plots"], 0);
    }

    async fn nobody_approves_his_own_work_after_anothers_correction(field: Field) {
        let people = people(&field).await;
        let plot = recorded(&field, &people.phone, &plot_at(104.3, 22.4)).await;
        let claimed = sent(&field, &people.phone, plot, "eradications", &eradication()).await;
        let corrected = correction_of(&claimed);
        let corrected = sent(&field, &people.post_desk, plot, "eradications", &corrected).await;
        let acts = [("waivers", json!({ "eradication": corrected["fact"], "reason": "máy ảnh hỏng" })),
            ("approvals", json!({ "eradication": corrected["fact"] }))];
        neither_side_judges(&field, &people, plot, &acts).await;
    }

    async fn nobody_approves_his_own_work_that_another_corrected_on_the_plot_that_is_kept(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let claimed = sent(&field, &people.phone, merged, "eradications", &eradication()).await;
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        let corrected = correction_of(&claimed);
        // The plot that is kept shows the work, so it is corrected there.
        let corrected = sent(&field, &people.post_desk, kept, "eradications", &corrected).await;
        assert_eq!(corrected["timeline"][0]["corrected_by"], corrected["fact"]);
        let back = json!({ "eradication": corrected["fact"], "reason": "thiếu ảnh" });
        let acts = [("returns", back.clone()), ("waivers", back), ("approvals", json!({ "eradication": corrected["fact"] }))];
        neither_side_judges(&field, &people, kept, &acts).await;
    }

    async fn what_comes_for_a_merged_plot_after_the_seal_of_the_kept_one_is_an_addition(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let claimed = sent(&field, &people.phone, merged, "eradications", &eradication()).await;
        photographed(&field, &people.phone, merged).await;
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        let corrected = correction_of(&claimed);
        let work = sent(&field, &people.post_desk, kept, "eradications", &corrected).await["fact"].clone();
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, kept, "approvals", &json!({ "eradication": work })).await;
        field.settle().await;
        assert_eq!(marked(&people.province, merged).await, [] as [String; 0], "what is sealed is no addition");
        let late = sorted(vec![
            shot(&field, &people.phone, merged, (60, None)).await,
            shot(&field, &people.phone, merged, (62, Some(&claimed["fact"]))).await,
        ]);
        assert_eq!(marked(&people.province, merged).await, late);
        let evidence = format!("/api/v1/eradications/{}/evidence", work.as_str().unwrap());
        let told = people.province.get(&evidence).await.expect(200).json();
        let after = told["photos"].as_array().unwrap().iter().filter(|photo| photo["after_seal"] == true);
        assert_eq!(sorted(after.map(|photo| photo["id"].as_str().unwrap().to_owned()).collect()), late);
        assert_eq!(marked_in_case(&field, &people.province, kept).await, late);
        // The merged plot's own case has no seal, and tells of none.
        assert_eq!(marked_in_case(&field, &people.province, merged).await, [] as [String; 0]);
        // Told apart again they are no additions to anything.
        sent(&field, &people.province, merged, "reopenings", &json!({ "reason": "hai đám khác nhau" })).await;
        field.settle().await;
        assert_eq!(marked(&people.province, merged).await, [] as [String; 0]);
        assert_eq!(marked_in_case(&field, &people.province, kept).await, [] as [String; 0]);
    }

    async fn what_lay_on_a_merged_plot_before_the_seal_is_no_addition_to_it(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let work = sent(&field, &people.phone, kept, "eradications", &eradication()).await["fact"].clone();
        photographed(&field, &people.phone, kept).await;
        shot(&field, &people.phone, merged, (60, None)).await;
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, kept, "approvals", &json!({ "eradication": work })).await;
        field.settle().await;
        assert_eq!(marked(&people.province, merged).await, [] as [String; 0]);
        let late = shot(&field, &people.phone, merged, (62, None)).await;
        assert_eq!(marked(&people.province, merged).await, [late.as_str()]);
        assert_eq!(marked_in_case(&field, &people.province, kept).await, [late.as_str()]);
        assert_eq!(marked_in_case(&field, &people.province, merged).await, [] as [String; 0]);
    }

    async fn in_an_incidents_case_a_photo_of_a_merged_plot_is_marked_alike_wherever_it_stands(field: Field) {
        let people = people(&field).await;
        let incident = field.new_id();
        let body = json!({ "title": "Vụ 01", "occurred_at": "2026-02-25T10:15:00+07:00", "commune": WEST });
        people.phone.put(&format!("/api/v1/incidents/{incident}"), &body).await.expect(201);
        let mut plots = Vec::new();
        for lon in [104.30, 104.300_1] {
            let mut plot = plot_at(lon, 22.4);
            plot["properties"]["incident"] = json!(incident);
            plots.push(recorded(&field, &people.phone, &plot).await);
        }
        // The chapter of the merged one, in which no seal is, stands first.
        let (merged, kept) = (plots[0], plots[1]);
        let work = sent(&field, &people.phone, kept, "eradications", &eradication()).await["fact"].clone();
        photographed(&field, &people.phone, kept).await;
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, kept, "approvals", &json!({ "eradication": work })).await;
        field.settle().await;
        let late = shot(&field, &people.phone, merged, (62, None)).await;
        let marked = marked_in(&field, &people.province, &format!("incidents/{incident}")).await;
        assert_eq!(marked, [late.as_str()]);
    }

    async fn a_package_that_was_made_before_merged_plots_were_marked_still_holds(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let work = sent(&field, &people.phone, kept, "eradications", &eradication()).await["fact"].clone();
        photographed(&field, &people.phone, kept).await;
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, kept, "approvals", &json!({ "eradication": work })).await;
        field.settle().await;
        let late = shot(&field, &people.phone, merged, (62, None)).await;
        field.settle().await;
        let path = format!("/api/v1/plots/{kept}/case?reason=ban-giao");
        let package = people.province.get(&path).await.expect(200).bytes;
        let keys = field.app.journal.keys().await.unwrap();
        let roots = [PublicKey::parse(&keys[0].verifier_key).unwrap()];
        check(&package, &roots).unwrap();
        check(&unmarked(&field, &package, kept, false).await, &roots).unwrap();
        // One that says that it marks them does.
        let fault = check(&unmarked(&field, &package, kept, true).await, &roots).unwrap_err().to_string();
        assert!(fault.contains("does not mark exactly") && fault.contains(&late), "{fault}");
    }

    async fn work_that_was_corrected_on_the_plot_that_is_kept_rests_on_the_photos_of_the_merged_one(field: Field) {
        let people = people(&field).await;
        let kept = recorded(&field, &people.phone, &plot_at(104.30, 22.4)).await;
        let merged = recorded(&field, &people.phone, &plot_at(104.300_1, 22.4)).await;
        let claimed = sent(&field, &people.phone, merged, "eradications", &eradication()).await;
        photographed(&field, &people.phone, merged).await;
        sent(&field, &people.province, merged, "judgements", &same(kept)).await;
        let corrected = correction_of(&claimed);
        let work = sent(&field, &people.post_desk, kept, "eradications", &corrected).await["fact"].clone();
        let id = work.as_str().unwrap();
        let told = people.phone.get(&format!("/api/v1/eradications/{id}/evidence")).await.expect(200).json();
        let reasons = told["set_reasons"].to_string();
        assert_eq!((told["photos"].as_array().unwrap().len(), &told["missing"]), (3, &json!([])));
        for phase in ["no_before", "no_close_up", "no_after"] {
            assert!(!reasons.contains(phase), "{reasons}");
        }
        assert_eq!(told_of(&people.phone, kept).await["evidence_grades"][id], told["grade"]);
        // Its approval seals them.
        field.clock.advance_millis(60_000);
        sent(&field, &people.province, kept, "approvals", &json!({ "eradication": work })).await;
        field.settle().await;
        let package = people.province.get(&format!("/api/v1/plots/{kept}/case?reason=ban-giao")).await.expect(200).bytes;
        let keys = field.app.journal.keys().await.unwrap();
        let steps = check(&package, &[PublicKey::parse(&keys[0].verifier_key).unwrap()]).unwrap().steps.join("\n");
        assert!(steps.contains("over 3 photos has the root"), "{steps}");
        // The seal stands when the plots are told apart again, and the case has what lies under it.
        sent(&field, &people.province, merged, "reopenings", &json!({ "reason": "hai đám khác nhau" })).await;
        field.settle().await;
        assert_eq!(told_of(&people.phone, kept).await["merged"], json!([]));
        let package = people.province.get(&format!("/api/v1/plots/{kept}/case?reason=ban-giao")).await.expect(200).bytes;
        let steps = check(&package, &[PublicKey::parse(&keys[0].verifier_key).unwrap()]).unwrap().steps.join("\n");
        assert!(steps.contains("over 3 photos has the root"), "{steps}");
    }
}
