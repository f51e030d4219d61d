//! Feeding the made-up province: organisations and devices through identity, areas as files, facts over the API.

use std::collections::HashMap;
use std::fmt;
use std::io::Cursor;

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use futures::StreamExt;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::App;
use crate::areas::CommuneImport;
use crate::base::actor::{Actor, Door};
use crate::base::ids::{DeviceId, OrgId, TeamId};
use crate::base::time::LocalDate;
use crate::demo::{Demo, Patrol, Photo, Plot};
use crate::identity::model::{DeviceDraft, OrgDraft, TeamDraft};
use crate::{jobs, server};

use super::wire;

/// Patrols under way at once, so that many facts share a commit.
const AT_ONCE: usize = 16;
/// Fixes in a batch, as a phone sends them.
const BATCH: usize = 500;
const PHOTO_PX: u32 = 1600;

/// What was loaded.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    communes: usize,
    risk_areas: usize,
    patrols: usize,
    fixes: usize,
    plots: usize,
    photos: usize,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            communes,
            risk_areas,
            patrols,
            fixes,
            plots,
            photos,
        } = self;
        write!(
            f,
            "{communes} communes, {risk_areas} risk areas, {patrols} patrols with {fixes} fixes, {plots} plots, {photos} photos"
        )
    }
}

/// The demo's forces under the ids that this server gave them.
pub(super) struct Forces {
    pub orgs: HashMap<OrgId, OrgId>,
    pub teams: HashMap<TeamId, TeamId>,
    tokens: HashMap<DeviceId, String>,
}

/// Loads all of the province and lets the background work finish.
pub(super) async fn everything(app: &App, demo: &Demo) -> anyhow::Result<Loaded> {
    let console = Actor::console();
    load_areas(app, &console, demo).await?;
    let forces = load_forces(app, &console, demo).await?;
    let door = Phones {
        router: server::router(app.clone(), None),
        forces: &forces,
    };
    let mut loaded = Loaded {
        communes: demo.communes.len(),
        risk_areas: demo.risk_areas.len(),
        ..Loaded::default()
    };
    let mut patrols =
        futures::stream::iter(demo.patrols().map(|patrol| door.patrol(patrol))).buffered(AT_ONCE);
    while let Some(done) = patrols.next().await {
        let done = done?;
        loaded.patrols += 1;
        loaded.fixes += done.fixes;
        loaded.plots += done.plots;
        loaded.photos += done.photos;
    }
    app.journal.sequence_all().await?;
    while jobs::run_due(app).await? > 0 {}
    app.journal.sequence_all().await?;
    Ok(loaded)
}

async fn load_areas(app: &App, console: &Actor, demo: &Demo) -> anyhow::Result<()> {
    let first_day = demo.risk_areas.iter().map(|area| area.valid_from).min();
    let import = CommuneImport {
        valid_from: first_day.or(LocalDate::from_ymd(2025, 7, 1)),
        ..CommuneImport::default()
    };
    app.areas
        .import_communes(console, Cursor::new(wire::communes(demo)), import)
        .await
        .context("the demo's communes")?;
    let reason = "tỉnh mẫu: dữ liệu hư cấu";
    app.areas
        .import_risk_areas(console, Cursor::new(wire::risk_areas(demo)), reason, false)
        .await
        .context("the demo's risk areas")?;
    app.areas
        .import_gates(console, Cursor::new(wire::gates(demo)), false)
        .await
        .context("the demo's gates")?;
    Ok(())
}

async fn load_forces(app: &App, console: &Actor, demo: &Demo) -> anyhow::Result<Forces> {
    let mut forces = Forces {
        orgs: HashMap::new(),
        teams: HashMap::new(),
        tokens: HashMap::new(),
    };
    for org in &demo.orgs {
        let draft = OrgDraft {
            name: org.name.clone(),
            kind: org.kind.parse()?,
        };
        forces
            .orgs
            .insert(org.id, app.identity.add_org(console, draft).await?.id);
    }
    for team in &demo.teams {
        let org = *forces
            .orgs
            .get(&team.org)
            .context("a team without organisation")?;
        let draft = TeamDraft {
            name: team.label.clone(),
            org,
        };
        forces
            .teams
            .insert(team.id, app.identity.add_team(console, draft).await?.id);
    }
    for device in &demo.devices {
        let team = forces.teams.get(&device.team).copied();
        let draft = DeviceDraft {
            name: device.label.clone(),
            team,
            communes: Vec::new(),
        };
        let id = app.identity.add_device(console, draft).await?.id;
        let secret = app.identity.device_secret(console, id, Door::Api).await?;
        forces.tokens.insert(device.id, secret.text);
    }
    Ok(forces)
}

/// What one patrol brought.
struct Brought {
    fixes: usize,
    plots: usize,
    photos: usize,
}

/// The API in process, as the phones see it.
struct Phones<'a> {
    router: Router,
    forces: &'a Forces,
}

impl Phones<'_> {
    async fn patrol(&self, patrol: Patrol) -> anyhow::Result<Brought> {
        let mut brought = Brought {
            fixes: 0,
            plots: 0,
            photos: 0,
        };
        let owner = patrol
            .tracks
            .first()
            .map(|track| track.device)
            .context("a patrol without tracks")?;
        let path = format!("/api/v1/patrols/{}", patrol.id);
        self.put(owner, &path, &wire::patrol(&patrol, self.forces))
            .await?;
        for track in &patrol.tracks {
            if track.team != patrol.team {
                continue;
            }
            for batch in track.fixes.chunks(BATCH) {
                self.send(
                    track.device,
                    Method::POST,
                    &format!("{path}/fixes"),
                    wire::fixes(batch).to_string().into(),
                )
                .await?;
            }
            brought.fixes += track.fixes.len();
        }
        if let Some(incident) = &patrol.incident {
            self.put(
                owner,
                &format!("/api/v1/incidents/{}", incident.id),
                &wire::incident(incident),
            )
            .await?;
        }
        for plot in &patrol.plots {
            self.plot(plot).await?;
            brought.plots += 1;
            brought.photos += plot.photos.len();
        }
        Ok(brought)
    }

    async fn plot(&self, plot: &Plot) -> anyhow::Result<()> {
        self.put(
            plot.device,
            &format!("/api/v1/plots/{}", plot.id),
            &wire::plot(plot),
        )
        .await?;
        for photo in &plot.photos {
            self.photo(plot.device, photo).await?;
        }
        Ok(())
    }

    async fn photo(&self, device: DeviceId, photo: &Photo) -> anyhow::Result<()> {
        let bytes = photo.jpeg(PHOTO_PX)?;
        let path = format!("/api/v1/photos/{}", photo.id);
        self.put(device, &path, &wire::sidecar(photo, &bytes))
            .await?;
        self.send(
            device,
            Method::PUT,
            &format!("{path}/original"),
            bytes.into(),
        )
        .await
    }

    async fn put(&self, device: DeviceId, path: &str, body: &Value) -> anyhow::Result<()> {
        self.send(device, Method::PUT, path, body.to_string().into())
            .await
    }

    async fn send(
        &self,
        device: DeviceId,
        method: Method,
        path: &str,
        body: Body,
    ) -> anyhow::Result<()> {
        let token = self
            .forces
            .tokens
            .get(&device)
            .context("a device without secret")?;
        let kind = if path.ends_with("/original") {
            "image/jpeg"
        } else {
            "application/json"
        };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind)
            .body(body)?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        ensure!(
            status.is_success(),
            "{path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        Ok(())
    }
}

/// The id that the server gave, or the demo's own where it is not known.
pub(super) fn known<K: Copy + Eq + std::hash::Hash>(map: &HashMap<K, K>, id: K) -> K {
    map.get(&id).copied().unwrap_or(id)
}

/// A body's SHA-256, in hex.
pub(super) fn digest(bytes: &[u8]) -> String {
    crate::base::hex(&crate::journal::model::sha256(bytes))
}

/// An id as text, where JSON wants it.
pub(super) fn text(id: Uuid) -> String {
    id.to_string()
}
