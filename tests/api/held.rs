//! What is held of a handheld that has a tracker's secret alone: its holder claims it or lets it go, by a code.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use tuantra::base::actor::{Door, Role};
use tuantra::base::ids::DeviceId;

use crate::field::{Answer, Client, Field, START};
use crate::patrols::declared;
use crate::plots::{EAST, WEST, load_communes};

const FORM: &str = "application/x-www-form-urlencoded";

/// A handheld with a tracker's secret.
struct Handheld {
    device: DeviceId,
    path: String,
    anon: Client,
}

impl Handheld {
    async fn of(field: &Field, name: &str) -> Self {
        let device = field.device(name, &[WEST]).await;
        let tracker = field.door(device, Door::Tracker).await;
        Self {
            device,
            path: format!("/t/{}", tracker.token()),
            anon: field.anon(),
        }
    }

    /// Fixes a minute apart, the first so many seconds after the start.
    async fn walk(&self, first_s: i64, fixes: i64) {
        for n in 0..fixes {
            let at = START.as_millis() / 1000 + first_s + 60 * n;
            let lat = 22.4 + 1e-4 * f64::from(i32::try_from(n).unwrap());
            let query = format!(
                "{}?id=x&lat={lat}&lon=104.3&accuracy=5&timestamp={at}",
                self.path
            );
            self.anon.get(&query).await.expect(200);
        }
    }

    async fn post(&self, form: &str) -> Answer {
        let path = format!("{}/held", self.path);
        self.anon
            .send(Method::POST, &path, Some(FORM), Body::from(form.to_owned()))
            .await
    }

    async fn page(&self, code: &str) -> String {
        text(&self.post(&format!("code={code}")).await.expect(200))
    }

    fn windows(&self) -> String {
        format!("/api/v1/devices/{}/held-windows", self.device)
    }
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).unwrap()
}

async fn opened(officer: &Client, handheld: &Handheld) -> String {
    let window = officer
        .post(&handheld.windows(), &Value::Null)
        .await
        .expect(201)
        .json();
    window["code"].as_str().unwrap().to_owned()
}

/// The value of a hidden field of a page's first form.
fn hidden(page: &str, name: &str) -> String {
    let head = format!("name=\"{name}\" value=\"");
    let at = page.find(&head).unwrap_or_else(|| panic!("{name}: {page}")) + head.len();
    let rest = &page[at..];
    rest[..rest.find('"').unwrap()].to_owned()
}

on_both! {
    async fn the_holder_of_a_handheld_joins_what_is_held_to_a_patrol_or_erases_it(field: Field) {
        load_communes(&field).await;
        let (handheld, officer) = (Handheld::of(&field, "máy Garmin").await, field.officer().await);
        handheld.walk(-7200, 6).await;
        handheld.walk(-1200, 4).await;
        let code = opened(&officer, &handheld).await;
        let shown = handheld.page(&code).await;
        assert!(shown.contains("6 điểm vị trí") && shown.contains("4 điểm vị trí"), "{shown}");
        assert!(!shown.contains("104.3") && !shown.contains("22.4"), "{shown}");
        assert!(shown.contains("Tổ chưa có chuyến tuần tra nào"), "{shown}");
        // A patrol that is declared afterwards takes what lies in its time; the rest is its holder's to decide.
        let phone = field.door(handheld.device, Door::Api).await;
        let id = field.new_id();
        let path = format!("/api/v1/patrols/{id}");
        phone.put(&path, &declared(&field, -7300, Some(-6000))).await.expect(201);
        let shown = handheld.page(&code.to_lowercase().replace('-', " ")).await;
        assert!(shown.contains("4 điểm vị trí") && !shown.contains("6 điểm vị trí"), "{shown}");
        let span = |page: &str| format!("from={}&to={}", hidden(page, "from"), hidden(page, "to"));
        let foreign = format!("code={code}&act=claim&patrol={}&{}", field.new_id(), span(&shown));
        assert!(text(&handheld.post(&foreign).await.expect(200)).contains("Không có chuyến đó"));
        // The patrol is over, and is not offered.
        assert!(shown.contains("Tổ chưa có chuyến tuần tra nào trong giờ này"), "{shown}");
        let late = handheld.post(&format!("code={code}&act=claim&patrol={id}&{}", span(&shown))).await.expect(200);
        assert!(text(&late).contains("ngoài giờ của chuyến"), "{}", text(&late));
        let team = field.phone("máy của tổ", &[WEST]).await;
        let theirs = field.new_id();
        team.put(&format!("/api/v1/patrols/{theirs}"), &declared(&field, -1300, Some(-900))).await.expect(201);
        let shown = handheld.page(&code).await;
        assert!(shown.contains(&format!("value=\"{theirs}\"")) && !shown.contains(&id.to_string()), "{shown}");
        let claimed = handheld.post(&format!("code={code}&act=claim&patrol={theirs}&{}", span(&shown))).await.expect(200);
        assert!(text(&claimed).contains("Đã gộp 4 điểm"), "{}", text(&claimed));
        assert!(text(&claimed).contains("Không còn vị trí nào"));
        handheld.walk(600, 2).await;
        let rest = handheld.page(&code).await;
        let gone = handheld.post(&format!("code={code}&act=let_go&{}", span(&rest))).await.expect(200);
        assert!(text(&gone).contains("Đã xóa 2 điểm"), "{}", text(&gone));
        assert!(handheld.page(&code).await.contains("Không còn vị trí nào"));
        field.settle().await;
        let tracks = officer.get(&path).await.expect(200).json()["properties"]["tracks"].clone();
        assert_eq!(tracks[0]["fixes"], json!(6), "{tracks}");
        let theirs = officer.get(&format!("/api/v1/patrols/{theirs}")).await.expect(200).json();
        assert_eq!(theirs["properties"]["tracks"][0]["fixes"], json!(4));
        let rows = field.app.journal.entries_since(-1, 500).await.unwrap();
        let kinds: Vec<&str> = rows.iter().filter(|row| row.actor == handheld.device.0).map(|row| row.kind.as_str()).collect();
        assert!(kinds.contains(&"fixes") && kinds.contains(&"redaction"), "{kinds:?}");
        assert!(rows.iter().any(|row| row.kind == "enrolment" && row.fact == Some(handheld.device.0)));
    }

    async fn a_code_opens_its_own_device_for_fifteen_minutes_and_is_not_guessed(field: Field) {
        load_communes(&field).await;
        let (own, other) = (Handheld::of(&field, "máy A").await, Handheld::of(&field, "máy B").await);
        let officer = field.account("xa-tay", Role::CommuneOfficer, &[WEST]).await;
        own.walk(-600, 3).await;
        let page = own.anon.get(&format!("{}/held", own.path)).await.expect(200);
        assert!(!text(&page).contains("điểm vị trí;"));
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        own.post("code=AAAA-AAAA").await.expect(403);
        let code = opened(&officer, &own).await;
        assert_eq!(code.len(), 9);
        other.post(&format!("code={code}")).await.expect(403);
        own.post("code=").await.expect(403);
        own.post("nothing").await.expect(403);
        own.page(&code).await;
        // Another code takes its place; the officer sees nothing of what is held.
        let later = opened(&officer, &own).await;
        own.post(&format!("code={code}")).await.expect(403);
        own.page(&later).await;
        for n in 0..10 {
            own.post(&format!("code=AAAA-AAA{n}")).await.expect(403);
        }
        own.post(&format!("code={later}")).await.expect(403);
        let last = opened(&officer, &own).await;
        own.page(&last).await;
        field.clock.advance_millis(15 * 60 * 1000);
        own.post(&format!("code={last}")).await.expect(403);
        field.anon().get("/t/0123456789/held").await.expect(404);
    }

    async fn a_window_is_opened_by_whoever_enrols_the_device(field: Field) {
        load_communes(&field).await;
        let handheld = Handheld::of(&field, "máy A").await;
        let east = field.account("xa-dong", Role::CommuneOfficer, &[EAST]).await;
        east.post(&handheld.windows(), &Value::Null).await.expect(404);
        let member = field.account("to-vien", Role::PatrolMember, &[WEST]).await;
        member.post(&handheld.windows(), &Value::Null).await.expect(403);
        let officer = field.officer().await;
        let revoked = format!("/api/v1/devices/{}", handheld.device);
        opened(&officer, &handheld).await;
        officer.delete(&revoked).await.expect(204);
        officer.post(&handheld.windows(), &Value::Null).await.expect(409);
        handheld.anon.get(&format!("{}/held", handheld.path)).await.expect(404);
    }
}
