//! What follows a find in the made-up province: other units confirm, teams destroy and photograph, desks approve and look
//! again; some of it is still to be done. The same province has the same story.

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::App;
use crate::base::actor::{Actor, Role};
use crate::base::ids::{DeviceId, OrgId, PhotoId};
use crate::base::time::Timestamp;
use crate::demo::{Demo, Photo, Plot};
use crate::identity::model::AccountDraft;
use crate::{jobs, server};

use super::forces::Forces;
use super::load::PHOTO_PX;
use super::wire;

/// The account that the demo is shown with: of the province's police.
pub const OFFICER: &str = "can-bo-demo";
const POST: &str = "don-bp-demo";
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// A plot is looked at again so long after it was destroyed, where somebody has.
const LOOKED_AGAIN_MS: i64 = 35 * DAY_MS;
/// At this number of plants the work stops until samples are taken.
const SAMPLED_PLANTS: u32 = 450;

/// The officer's account, made if need be.
pub async fn officer(app: &App) -> anyhow::Result<Uuid> {
    let orgs = app.identity.orgs().await?;
    let police = orgs
        .iter()
        .find(|org| org.kind == "cong_an_tinh")
        .map(|org| org.id);
    account(app, OFFICER, (police, Role::ProvincialOfficer, Vec::new())).await
}

async fn account(
    app: &App,
    login: &str,
    (org, role, communes): (Option<OrgId>, Role, Vec<String>),
) -> anyhow::Result<Uuid> {
    let console = Actor::console();
    if let Some(known) = app.identity.account_by_login(&console, login).await? {
        return Ok(known.id);
    }
    let draft = AccountDraft {
        login: login.to_owned(),
        org,
        role,
        communes,
        password: None,
    };
    Ok(app.identity.add_account(&console, draft).await?.id)
}

/// A desk of an organisation.
struct Desk {
    org: OrgId,
    token: String,
}

/// The API in process, as phones and desks see it.
struct Work<'a> {
    app: &'a App,
    router: Router,
    forces: &'a Forces,
    desks: [Desk; 2],
}

/// Where the work on a plot stands in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Found,
    Confirmed,
    Destroyed,
    Approved,
    LookedAt,
}

impl Stage {
    /// The stage of a plot by its place among all. Those with pictures go farther.
    const fn of(number: usize, is_shown: bool) -> Self {
        match (number % 6, is_shown) {
            (0, _) => Self::Found,
            (1, _) | (2, false) => Self::Confirmed,
            (4, true) => Self::LookedAt,
            (3 | 5, true) => Self::Approved,
            _ => Self::Destroyed,
        }
    }
}

/// The work on finds, as it goes on from year to year.
#[derive(Default)]
pub(super) struct Story {
    /// Plots with pictures and those without are counted apart, so that there are some of both at every stage.
    shown: usize,
    bare: usize,
    staged: Vec<(Stage, Plot)>,
}

impl Story {
    /// Confirms and destroys what was found, as far as that is done.
    pub(super) async fn go_on(
        &mut self,
        app: &App,
        demo: &Demo,
        forces: &Forces,
        mut plots: Vec<Plot>,
    ) -> anyhow::Result<()> {
        plots.retain(|plot| plot.same_as.is_none());
        plots.sort_by_key(|plot| (plot.detected_at, plot.id));
        let work = Work::of(app, demo, forces).await?;
        for plot in plots {
            let is_shown = !plot.photos.is_empty();
            let count = if is_shown {
                &mut self.shown
            } else {
                &mut self.bare
            };
            let stage = Stage::of(*count, is_shown);
            *count += 1;
            work.until_destroyed(stage, &plot).await?;
            self.staged.push((stage, plot));
        }
        work.settle().await
    }

    /// Asks, approves and looks again.
    pub(super) async fn end(&self, app: &App, demo: &Demo, forces: &Forces) -> anyhow::Result<()> {
        let work = Work::of(app, demo, forces).await?;
        let staged = self.staged.iter().map(|(stage, plot)| (*stage, plot));
        let staged: Vec<(Stage, &Plot)> = staged.collect();
        work.shown_twice(&staged).await?;
        work.settle().await?;
        for (stage, plot) in staged {
            work.after(stage, plot).await?;
        }
        work.settle().await
    }
}

/// Somebody signs in, so that there is something over which a head is signed.
pub(super) async fn signed_in(app: &App) -> anyhow::Result<()> {
    let officer = officer(app).await?;
    let console = Actor::console();
    app.identity
        .account_token(&console, officer, true, Some(1))
        .await?;
    Ok(app.journal.sequence_all().await?)
}

/// The province's police and a border post: neither judges what its own teams did.
async fn desks(app: &App, demo: &Demo, forces: &Forces) -> anyhow::Result<[Desk; 2]> {
    let org = |kind: &str| {
        let own = demo.orgs.iter().find(|org| org.kind == kind);
        own.or(demo.orgs.first()).map(|org| forces.org(org.id))
    };
    let police = officer(app).await?;
    let post = org("don_bien_phong");
    let role = Role::ProvincialOfficer;
    let post = (account(app, POST, (post, role, Vec::new())).await?, post);
    let (console, mut desks) = (Actor::console(), Vec::new());
    for (account, org) in [(police, org("cong_an_tinh")), post] {
        let secret = app
            .identity
            .account_token(&console, account, false, Some(1));
        desks.push(Desk {
            org: org.context("a province without organisations")?,
            token: secret.await?.text,
        });
    }
    desks.try_into().ok().context("two desks")
}

/// When a plot was worked on: those with the demo's own pictures after them take as long as these say.
fn hours(plot: &Plot) -> (Timestamp, Timestamp) {
    let is_slow = plot.photos.iter().any(|photo| photo.phase == "after");
    let (from, to) = if is_slow { (15, 47) } else { (5, 12) };
    let at = |minutes: i64| plot.detected_at.plus_millis(minutes * MINUTE_MS);
    (at(from), at(to))
}

/// An id that follows from another.
fn after(id: Uuid, number: u128) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ number)
}

impl<'a> Work<'a> {
    async fn of(app: &'a App, demo: &Demo, forces: &'a Forces) -> anyhow::Result<Self> {
        Ok(Self {
            app,
            router: server::router(app.clone(), None),
            forces,
            desks: desks(app, demo, forces).await?,
        })
    }
}

impl Work<'_> {
    /// The desk of another organisation than the plot's.
    fn desk(&self, plot: &Plot) -> &Desk {
        let own = self.forces.org(plot.org);
        let [first, second] = &self.desks;
        if first.org == own { second } else { first }
    }

    async fn until_destroyed(&self, stage: Stage, plot: &Plot) -> anyhow::Result<()> {
        let path = format!("/api/v1/plots/{}", plot.id);
        if stage != Stage::Found {
            let at = plot.detected_at.plus_millis(3 * MINUTE_MS);
            let said = json!({ "verified_at": at, "result": "confirmed", "plants": plot.plants, "plants_method": "counted",
                "area_m2": (plot.area_m2 * 10.3).round() / 10.0, "area_method": "tape" });
            let path = format!("{path}/verifications");
            self.post(&self.desk(plot).token, &path, &said).await?;
        }
        if matches!(stage, Stage::Found | Stage::Confirmed) {
            return Ok(());
        }
        let (started_at, ended_at) = hours(plot);
        let samples = if plot.plants >= SAMPLED_PLANTS {
            json!([{ "number": format!("M-{}", plot.plants), "seal": "NP-01" }])
        } else {
            json!([])
        };
        let done = json!({ "id": after(plot.id.0, 1), "started_at": started_at, "ended_at": ended_at,
            "methods": ["pull_up", "burn"], "plants_destroyed": plot.plants, "plants_method": plot.plants_method,
            "area_m2_destroyed": plot.area_m2, "area_method": plot.area_method, "completeness": "full",
            "confirmation": { "alone": false }, "witnesses": 2, "samples": samples,
            "minutes": { "number": format!("{}/BB", plot.plants), "date": plot.detected_at.local_date() } });
        let token = self.forces.token(plot.device)?;
        self.post(token, &format!("{path}/eradications"), &done)
            .await?;
        let Some(like) = plot.photos.iter().find(|photo| photo.phase == "before") else {
            return Ok(());
        };
        if plot.photos.iter().any(|photo| photo.phase == "after") {
            return Ok(());
        }
        for (number, phase, minutes) in [(2, "during", 7), (3, "after", 13)] {
            let mut photo = like.clone();
            photo.id = PhotoId(after(plot.id.0, number));
            photo.phase = phase;
            photo.taken_at = plot.detected_at.plus_millis(minutes * MINUTE_MS);
            self.photo(plot.device, &photo, PHOTO_PX / 2).await?;
        }
        Ok(())
    }

    /// One team sent a picture of another plot of its own: a question that somebody has to answer.
    async fn shown_twice(&self, staged: &[(Stage, &Plot)]) -> anyhow::Result<()> {
        let mut shown = staged.iter().filter(|(_, plot)| !plot.photos.is_empty());
        let Some((_, first)) = shown.next() else {
            return Ok(());
        };
        let other = staged.iter().find(|(stage, plot)| {
            *stage == Stage::Confirmed && plot.photos.is_empty() && plot.id != first.id
        });
        let (Some((_, other)), Some(like)) = (other, first.photos.first()) else {
            return Ok(());
        };
        let mut photo = like.clone();
        photo.id = PhotoId(after(other.id.0, 4));
        photo.plot = other.id;
        photo.taken_at = other.detected_at.plus_millis(MINUTE_MS);
        photo.position = other.position;
        self.photo(other.device, &photo, PHOTO_PX / 2).await?;
        self.settle().await?;
        self.answered(&photo, other.device).await
    }

    async fn after(&self, stage: Stage, plot: &Plot) -> anyhow::Result<()> {
        let path = format!("/api/v1/plots/{}", plot.id);
        if matches!(stage, Stage::Approved | Stage::LookedAt) {
            let approval = json!({ "eradication": after(plot.id.0, 1) });
            let path = format!("{path}/approvals");
            self.post(&self.desk(plot).token, &path, &approval).await?;
        }
        let again = plot.detected_at.plus_millis(LOOKED_AGAIN_MS);
        if stage == Stage::LookedAt && again < self.app.journal.now() {
            let looked = json!({ "inspected_at": again, "result": "clear" });
            let token = self.forces.token(plot.device)?;
            self.post(token, &format!("{path}/reinspections"), &looked)
                .await?;
        }
        Ok(())
    }

    /// The team says how the first thing came that was asked of this photo; the others wait.
    async fn answered(&self, photo: &Photo, device: DeviceId) -> anyhow::Result<()> {
        let token = self.forces.token(device)?;
        let path = "/api/v1/evidence/questions?state=open&limit=500";
        let all = self
            .send(token, Method::GET, path, Vec::new(), None)
            .await?;
        let all: Value = serde_json::from_slice(&all)?;
        let own = photo.id.to_string();
        let mut asked = all["questions"].as_array().into_iter().flatten();
        let first = asked.find(|question| question["photo"] == own.as_str());
        let Some(id) = first.and_then(|question| question["id"].as_str()) else {
            return Ok(());
        };
        let answer = json!({ "text": "Tổ gắn nhầm ảnh của điểm khác khi về trạm, đã báo cán bộ." });
        let path = format!("/api/v1/evidence/questions/{id}/answers");
        self.post(token, &path, &answer).await
    }

    async fn settle(&self) -> anyhow::Result<()> {
        self.app.journal.sequence_all().await?;
        while jobs::run_due(self.app).await? > 0 {}
        self.app.journal.sequence_all().await?;
        Ok(())
    }

    async fn photo(&self, device: DeviceId, photo: &Photo, long_px: u32) -> anyhow::Result<()> {
        let bytes = photo.jpeg(long_px)?;
        let token = self.forces.token(device)?;
        let path = format!("/api/v1/photos/{}", photo.id);
        let told = wire::sidecar(photo, &bytes).to_string();
        self.send(
            token,
            Method::PUT,
            &path,
            told.into(),
            Some("application/json"),
        )
        .await?;
        let path = format!("{path}/original");
        self.send(token, Method::PUT, &path, bytes, Some("image/jpeg"))
            .await?;
        Ok(())
    }

    async fn post(&self, token: &str, path: &str, body: &Value) -> anyhow::Result<()> {
        let body = body.to_string().into();
        self.send(token, Method::POST, path, body, Some("application/json"))
            .await?;
        Ok(())
    }

    async fn send(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Vec<u8>,
        kind: Option<&str>,
    ) -> anyhow::Result<Vec<u8>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body))?);
        let response = response.await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let said = String::from_utf8_lossy(&body);
        ensure!(status.is_success(), "{path}: {status} {said}");
        Ok(body.to_vec())
    }
}
