//! Questions about tracks and claims: what is asked, who answers and decides, and what a decision does.

use serde_json::{Value, json};
use tuantra::base::actor::{Actor, Door, Role};
use tuantra::base::ids::OrgId;
use tuantra::identity::model::{DeviceDraft, TeamDraft};
use uuid::Uuid;

use crate::evidence::{Done, codes, done};
use crate::field::{Client, Field};
use crate::journal::by_hand;
use crate::ledger::{desk, org};
use crate::plots::{EAST, WEST, load_communes};

const LIST: &str = "/api/v1/evidence/track-questions";
/// Metres in a degree, near enough on both axes for a walk.
const DEGREE_M: f64 = 111_000.0;

/// Even numbers from a seed (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let share = f64::from(u32::try_from((word ^ (word >> 31)) >> 32).unwrap());
        low + (high - low) * share / 4_294_967_296.0
    }
}

/// A walk of two hours near a place: metres east and north, every ten seconds. The trail is that of the first seed; pace
/// and noise are those of the second.
fn walked(trail: u64, walker: u64) -> Vec<(f64, f64)> {
    let (mut bends, mut own) = (Chance(trail), Chance(walker));
    let headings: Vec<f64> = (0..400)
        .scan(0.5, |heading, _| {
            *heading += bends.between(-0.6, 0.6);
            Some(*heading)
        })
        .collect();
    let (mut at, mut along_m, mut pace, mut rest) = ((0.0, 0.0), 0.0, 1.0, 0);
    let mut places = Vec::new();
    for _ in 0..720 {
        let noise = (own.between(-4.0, 4.0), own.between(-4.0, 4.0));
        places.push((at.0 + noise.0, at.1 + noise.1));
        if rest > 0 {
            rest -= 1;
            continue;
        }
        if own.between(0.0, 1.0) < 0.01 {
            rest = 12;
        }
        pace = 0.9 * pace + 0.1 * own.between(0.5, 1.5);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "some hundred"
        )]
        let bend = (along_m / 30.0) as usize;
        let heading = headings[bend.min(399)];
        let step_m = 11.0 * pace;
        along_m += step_m;
        at = (at.0 + step_m * heading.sin(), at.1 + step_m * heading.cos());
    }
    places
}

/// The fixes of a walk that began then.
fn fixes(field: &Field, begins_s: i64, places: &[(f64, f64)]) -> Vec<Value> {
    let numbered = (0_i64..).zip(places);
    numbered
        .map(|(at, (east_m, north_m))| {
            json!({ "t": field.after(begins_s + 10 * at), "accuracy_m": 5,
                "lon": 104.29 + east_m / DEGREE_M, "lat": 22.39 + north_m / DEGREE_M })
        })
        .collect()
}

async fn patrolled(field: &Field, phone: &Client, begins_s: i64, fixes: &[Value]) -> Uuid {
    let id = field.new_id();
    let path = format!("/api/v1/patrols/{id}");
    let body = json!({ "kind": "crop_check", "transport": "foot", "started_at": field.after(begins_s),
        "ended_at": field.after(begins_s + 7_300) });
    phone.put(&path, &body).await.expect(201);
    let body = json!({ "fixes": fixes });
    phone
        .post(&format!("{path}/fixes"), &body)
        .await
        .expect(200);
    field.settle().await;
    id
}

async fn listed(client: &Client) -> Vec<Value> {
    let list = client.get(LIST).await.expect(200).json();
    list["questions"].as_array().unwrap().clone()
}

const DAY_S: i64 = 86_400;

/// A phone of a team of this organisation.
pub async fn phone_of(field: &Field, org: OrgId) -> Client {
    let (console, identity) = (Actor::console(), &field.app.identity);
    let name = format!("Tổ {}", field.new_id().simple());
    let draft = TeamDraft { name, org };
    let team = identity.add_team(&console, draft).await.unwrap().id;
    let draft = DeviceDraft {
        name: format!("may-{}", field.new_id().simple()),
        team: Some(team),
        communes: vec![WEST.to_owned()],
        maker: None,
    };
    let device = identity.add_device(&console, draft).await.unwrap().id;
    field.door(device, Door::Api).await
}

/// The unit's walk of that morning, four kilometres from the plot.
async fn walked_elsewhere(field: &Field, done: &Done) {
    let patrol = format!("/api/v1/patrols/{}", field.new_id());
    let body = json!({ "kind": "crop_check", "transport": "foot",
        "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
    done.phone.put(&patrol, &body).await.expect(201);
    let fix = |minute: i64| json!({ "t": format!("2026-02-27T08:{minute:02}:00+07:00"), "lon": 104.34, "lat": 22.4, "accuracy_m": 5 });
    done.phone
        .post(
            &format!("{patrol}/fixes"),
            &json!({ "fixes": (0..60).map(fix).collect::<Vec<_>>() }),
        )
        .await
        .expect(200);
}

on_both! {
    async fn a_walk_handed_in_again_is_a_question_that_the_unit_answers_first(field: Field) {
        load_communes(&field).await;
        let (phone, other) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        let walk = walked(1, 2);
        let first = patrolled(&field, &phone, -9 * DAY_S, &fixes(&field, -9 * DAY_S, &walk)).await;
        // The same trail on another day is nothing to ask about.
        let honest = fixes(&field, -6 * DAY_S, &walked(1, 3));
        patrolled(&field, &other, -6 * DAY_S, &honest).await;
        // Nor is a second phone in the party.
        let mut chance = Chance(4);
        let beside: Vec<(f64, f64)> = walk.iter().map(|(east, north)| (east + chance.between(-5.0, 5.0), north + chance.between(-5.0, 5.0))).collect();
        patrolled(&field, &other, -9 * DAY_S, &fixes(&field, -9 * DAY_S, &beside)).await;
        assert_eq!(listed(&phone).await, Vec::<Value>::new());
        // Moved, jittered, thinned and turned round.
        let mut copy: Vec<(f64, f64)> = walk.iter().rev().map(|(east, north)| (east + 90.0 + chance.between(-2.0, 2.0), north - 150.0 + chance.between(-2.0, 2.0))).collect();
        copy.truncate(650);
        let mut thin = fixes(&field, -3 * DAY_S, &copy);
        let mut number = 0;
        thin.retain(|_| { number += 1; number % 3 != 0 });
        let copied = patrolled(&field, &other, -3 * DAY_S, &thin).await;
        let asked = listed(&phone).await;
        let of_first = asked.iter().find(|question| question["other"] == first.to_string()).unwrap().clone();
        assert!(asked.iter().all(|question| question["patrol"] == copied.to_string() && question["screen"] == "copied_track"), "{asked:?}");
        assert_eq!(of_first["vi"], "Cần làm rõ: vết đi gần như trùng một vết đi trước đó, vì sao?");
        assert_eq!((of_first["found"]["is_reversed"].clone(), of_first["state"].clone()), (json!(true), json!("open")));
        let moved_m = of_first["found"]["moved_m"].as_f64().unwrap();
        assert!((moved_m - 175.0).abs() < 10.0, "{moved_m}");
        let path = format!("{LIST}/{}", of_first["id"].as_str().unwrap());
        let judge = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        let upheld = json!({ "result": "upheld", "reason": "vết đi cũ nộp lại" });
        let early = judge.post(&format!("{path}/decisions"), &upheld).await.expect(422);
        assert!(String::from_utf8_lossy(&early.bytes).contains("the unit answers first"));
        judge.post(&format!("{path}/answers"), &json!({ "text": "không phải tổ tôi" })).await.expect(422);
        phone.post(&format!("{path}/answers"), &json!({ "text": "gọi 0912345678" })).await.expect(422);
        let answered = other.post(&format!("{path}/answers"), &json!({ "text": "nộp nhầm tệp" })).await.expect(201).json();
        assert_eq!(answered["question"]["state"], "answered");
        assert!(answered["receipt"]["entry_id"].is_string());
        other.post(&format!("{path}/decisions"), &upheld).await.expect(403);
        let own = desk(&field, "cung-don-vi", tuantra::identity::model::RESERVE_ORG, Role::CommuneOfficer, &[WEST]).await;
        own.post(&format!("{path}/decisions"), &upheld).await.expect(422);
        let decided = judge.post(&format!("{path}/decisions"), &upheld).await.expect(201).json();
        assert_eq!(decided["question"]["state"], "upheld");
        assert_eq!(decided["question"]["replies"].as_array().unwrap().len(), 2);
        other.post(&format!("{path}/answers"), &json!({ "text": "nữa" })).await.expect(422);
        // Another phone of the same team sees what its team is asked.
        let same_team = field.phone("máy Đông", &[EAST, WEST]).await;
        same_team.get(&path).await.expect(200);
        let officer = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        officer.get(&path).await.expect(404);
        assert_eq!(listed(&officer).await, Vec::<Value>::new());
    }

    async fn the_unit_of_the_earlier_track_does_not_answer_for_the_one_that_is_asked(field: Field) {
        load_communes(&field).await;
        let (earlier, later) = (org(&field, "Công an xã").await, org(&field, "Dân quân xã").await);
        let (first, second) = (phone_of(&field, earlier).await, phone_of(&field, later).await);
        let walk = walked(11, 12);
        patrolled(&field, &first, -9 * DAY_S, &fixes(&field, -9 * DAY_S, &walk)).await;
        let copied = patrolled(&field, &second, -3 * DAY_S, &fixes(&field, -3 * DAY_S, &walk)).await;
        let asked = listed(&second).await;
        assert_eq!((asked.len(), asked[0]["patrol"].clone(), asked[0]["has_other"].clone()), (1, json!(copied), json!(true)));
        let path = format!("{LIST}/{}", asked[0]["id"].as_str().unwrap());
        let officer = desk(&field, "ca-xa", earlier, Role::CommuneOfficer, &[WEST]).await;
        let refused = officer.post(&format!("{path}/answers"), &json!({ "text": "chép của tổ tôi" })).await.expect(422);
        assert!(String::from_utf8_lossy(&refused.bytes).contains("the unit of the patrol or claim in question"));
        let province = desk(&field, "ca-tinh", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        let upheld = json!({ "result": "upheld", "reason": "vết đi chép lại" });
        province.post(&format!("{path}/decisions"), &upheld).await.expect(422);
        // A party to it decides nothing either, whoever has answered.
        second.post(&format!("{path}/answers"), &json!({ "text": "nộp nhầm tệp" })).await.expect(201);
        officer.post(&format!("{path}/decisions"), &upheld).await.expect(422);
        province.post(&format!("{path}/decisions"), &upheld).await.expect(201);
    }

    async fn a_walk_whose_fixes_were_erased_is_known_again(field: Field) {
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let walk = walked(5, 6);
        let first = patrolled(&field, &phone, -DAY_S, &fixes(&field, -DAY_S, &walk)).await;
        let years_s = 800 * DAY_S;
        field.clock.advance_millis(years_s * 1000);
        assert_eq!(field.app.patrols.expire_tracks(24).await.unwrap(), 1);
        let other = field.phone("máy B", &[WEST]).await;
        let begins_s = years_s - DAY_S;
        let copied = patrolled(&field, &other, begins_s, &fixes(&field, begins_s, &walk)).await;
        let asked = listed(&other).await;
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!((asked[0]["patrol"].clone(), asked[0]["other"].clone()), (json!(copied), json!(first)));
        assert_eq!(asked[0]["found"]["fixes_erased"], true);
        let later_s = asked[0]["found"]["later_s"].as_f64().unwrap();
        assert!((later_s - 800.0 * 86_400.0).abs() < 60.0, "{later_s}");
    }

    async fn tracks_that_came_before_there_were_screens_are_taken_up(field: Field) {
        load_communes(&field).await;
        let (phone, other) = (field.phone("máy A", &[WEST]).await, field.phone("máy B", &[WEST]).await);
        let walk = walked(7, 8);
        let first = patrolled(&field, &phone, -9 * DAY_S, &fixes(&field, -9 * DAY_S, &walk)).await;
        by_hand(&field, "DELETE FROM track_windows").await;
        by_hand(&field, "DELETE FROM track_screens").await;
        let begins_s = -8 * DAY_S;
        patrolled(&field, &other, begins_s, &fixes(&field, begins_s, &walk)).await;
        assert_eq!(listed(&other).await, Vec::<Value>::new(), "nothing is known to be alike");
        field.clock.advance_millis(3 * DAY_S * 1000);
        assert_eq!(field.app.patrols.ask_to_screen_earlier().await.unwrap(), 1);
        field.settle().await;
        assert_eq!(field.app.patrols.ask_to_screen_earlier().await.unwrap(), 0);
        // Whichever of the two is screened last is asked about.
        let asked = listed(&phone).await;
        assert_eq!((asked.len(), asked[0]["patrol"].clone()), (1, json!(first)));
    }

    async fn the_province_sets_the_rules_that_tracks_are_screened_by(field: Field) {
        let path = "/api/v1/evidence/track-definitions";
        let officer = field.officer().await;
        let first = officer.get(path).await.expect(200).json();
        let mut rules = first[0]["definition"].clone();
        assert_eq!((first.as_array().unwrap().len(), rules["version"].clone()), (1, json!(1)));
        rules["version"] = json!(2);
        rules["mock_fixes"] = json!(7);
        let wire = json!({ "definition": rules, "reason": "máy ngoài báo giả" });
        field.account("xa", Role::CommuneOfficer, &[WEST]).await.post(path, &wire).await.expect(403);
        officer.post(path, &wire).await.expect(201);
        // Six of seven are no longer asked about.
        load_communes(&field).await;
        let phone = field.phone("máy A", &[WEST]).await;
        let mut made_up = fixes(&field, -DAY_S, &walked(9, 9)[..40]);
        for fix in made_up.iter_mut().take(6) {
            fix["mock"] = json!(true);
        }
        patrolled(&field, &phone, -DAY_S, &made_up).await;
        assert_eq!(listed(&phone).await, Vec::<Value>::new());
        made_up[6]["mock"] = json!(true);
        patrolled(&field, &phone, -2 * DAY_S, &made_up).await;
        assert_eq!(listed(&phone).await.len(), 1);
        let mut wrong = wire;
        wrong["definition"]["even_share"] = json!(0);
        let refused = officer.post(path, &wrong).await.expect(400);
        assert!(String::from_utf8_lossy(&refused.bytes).contains("even_share"));
    }

    async fn a_track_decided_against_shows_nobodys_presence(field: Field) {
        let done = done(&field).await;
        let patrol = field.new_id();
        let path = format!("/api/v1/patrols/{patrol}");
        let body = json!({ "kind": "crop_check", "transport": "foot",
            "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
        done.phone.put(&path, &body).await.expect(201);
        // At the plot before the work; later a third of the fixes are made up.
        let fix = |minute: i64| json!({ "t": format!("2026-02-27T07:{minute:02}:00+07:00"), "lon": 104.3, "lat": 22.4, "accuracy_m": 5, "mock": minute > 54 });
        let body = json!({ "fixes": (45..60).map(fix).collect::<Vec<_>>() });
        done.phone.post(&format!("{path}/fixes"), &body).await.expect(200);
        done.photo(&field, "overview", "07:50:00", json!({})).await;
        field.settle().await;
        let asked = listed(&done.phone).await;
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!((asked[0]["screen"].clone(), asked[0]["has_other"].clone()), (json!("mock_fixes"), json!(false)));
        assert_eq!(asked[0]["found"], json!({ "fixes": 5, "of": 15 }));
        // Asked alone it lowers nothing.
        assert!(!codes(&done.told(&done.phone).await).contains(&"no_track"));
        let judge = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        let path = format!("{LIST}/{}/decisions", asked[0]["id"].as_str().unwrap());
        field.clock.advance_millis(7 * DAY_S * 1000);
        judge.post(&path, &json!({ "result": "upheld", "reason": "vị trí giả" })).await.expect(201);
        field.settle().await;
        assert!(codes(&done.told(&done.phone).await).contains(&"no_track"));
        // What is decided only a provincial role opens again.
        let cleared = json!({ "result": "cleared", "reason": "đã xem lại" });
        let other = desk(&field, "cb-xa", org(&field, "Công an xã").await, Role::CommuneOfficer, &[WEST]).await;
        for who in [&judge, &other] {
            let refused = who.post(&path, &cleared).await.expect(422);
            assert!(String::from_utf8_lossy(&refused.bytes).contains("decided already"));
        }
        assert!(codes(&done.told(&done.phone).await).contains(&"no_track"));
        let province = desk(&field, "ca-tinh", org(&field, "Công an tỉnh").await, Role::ProvincialOfficer, &[]).await;
        province.post(&path, &cleared).await.expect(201);
        assert!(!codes(&done.told(&done.phone).await).contains(&"no_track"));
    }

    async fn a_rejected_patrol_shows_nobodys_presence(field: Field) {
        let done = done(&field).await;
        let mut patrols = Vec::new();
        // One was at the plot on the day of the work, the other four kilometres away.
        for lon in [104.3, 104.34] {
            let id = field.new_id();
            let path = format!("/api/v1/patrols/{id}");
            let body = json!({ "kind": "crop_check", "transport": "foot",
                "started_at": "2026-02-27T07:00:00+07:00", "ended_at": "2026-02-27T10:00:00+07:00" });
            let phone = if patrols.is_empty() { done.phone.clone() } else { field.phone("máy B", &[WEST]).await };
            phone.put(&path, &body).await.expect(201);
            // Too late to have walked over before the work ended at nine.
            let hour = if patrols.is_empty() { 7 } else { 8 };
            let fix = |minute: i64| json!({ "t": format!("2026-02-27T{hour:02}:{minute:02}:00+07:00"), "lon": lon, "lat": 22.4, "accuracy_m": 5 });
            phone.post(&format!("{path}/fixes"), &json!({ "fixes": (45..60).map(fix).collect::<Vec<_>>() })).await.expect(200);
            patrols.push(path);
        }
        done.photo(&field, "overview", "07:50:00", json!({})).await;
        field.settle().await;
        field.clock.advance_millis(9 * DAY_S * 1000);
        field.settle().await;
        assert_eq!(listed(&done.phone).await, Vec::<Value>::new());
        assert!(!codes(&done.told(&done.phone).await).contains(&"no_track"));
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let rejected = json!({ "state": "rejected", "reason": "đi theo tổ khác" });
        officer.post(&format!("{}/validation", patrols[0]), &rejected).await.expect(200);
        field.settle().await;
        assert!(codes(&done.told(&done.phone).await).contains(&"no_track"));
        let asked = listed(&officer).await;
        assert!(asked.iter().any(|question| question["found"]["claim"] == "eradication"), "{asked:?}");
    }

    async fn nobody_puts_off_the_screening_of_a_claim(field: Field) {
        let done = done(&field).await;
        walked_elsewhere(&field, &done).await;
        let judge = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        // Every few days something more is said of the plot.
        for turn in 1..=3 {
            field.clock.advance_millis(3 * DAY_S * 1000);
            let path = format!("/api/v1/plots/{}/reinspections", done.plot);
            let looked = json!({ "inspected_at": field.after(turn * 3 * DAY_S), "result": "not_reached" });
            judge.post(&path, &looked).await.expect(201);
            field.settle().await;
        }
        let asked = listed(&judge).await;
        assert!(asked.iter().any(|question| question["found"]["claim"] == "eradication"), "{asked:?}");
    }

    async fn a_claim_that_no_track_of_the_unit_came_near_is_a_question_once_tracks_had_time_to_come(field: Field) {
        let done = done(&field).await;
        // The eradication ended on 27 February at 09:00; the unit walked four kilometres away that day.
        walked_elsewhere(&field, &done).await;
        field.settle().await;
        assert_eq!(listed(&done.phone).await, Vec::<Value>::new());
        let before = done.told(&done.phone).await;
        field.clock.advance_millis(9 * DAY_S * 1000);
        field.settle().await;
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        let asked = listed(&officer).await;
        let claims: Vec<&Value> = asked.iter().map(|question| &question["found"]["claim"]).collect();
        assert!(claims.contains(&&json!("eradication")), "{asked:?}");
        let of_work = asked.iter().find(|question| question["found"]["claim"] == "eradication").unwrap();
        assert_eq!((of_work["screen"].clone(), of_work["plot"].clone()), (json!("no_track_near"), json!(done.plot)));
        assert!(of_work["found"]["nearest_m"].as_f64().unwrap() > 3_500.0);
        assert_eq!(done.told(&done.phone).await["set_reasons"], before["set_reasons"]);
        let path = format!("{LIST}/{}", of_work["id"].as_str().unwrap());
        done.phone.post(&format!("{path}/answers"), &json!({ "text": "máy hết pin" })).await.expect(201);
        let judge = desk(&field, "don-bp", org(&field, "Đồn biên phòng").await, Role::PostOfficer, &[WEST]).await;
        judge.post(&format!("{path}/decisions"), &json!({ "result": "upheld", "reason": "không có mặt" })).await.expect(201);
        let told = done.told(&done.phone).await;
        assert_eq!((told["grade"].clone(), told["set_reasons"].as_array().unwrap().contains(&json!("rejected"))), (json!("D"), true));
        let stranger = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        stranger.get(&path).await.expect(404);
    }
}
