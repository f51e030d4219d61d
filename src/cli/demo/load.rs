//! Feeding the made-up province: organisations and devices through identity, areas as files, facts over the API.

use std::fmt;
use std::iter::Peekable;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use futures::{StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use crate::app::App;
use crate::base::ids::DeviceId;
use crate::base::time::{LocalDate, Timestamp};
use crate::demo::{Demo, Patrol, Photo, Plan, Plot};
use crate::plots::model::season::Period;
use crate::{jobs, server};

use super::forces::Forces;
use super::{areas, wire, work};

/// Patrols under way at once, so that many facts share a commit.
const AT_ONCE: usize = 16;
/// Fixes in a batch, as a phone sends them.
const BATCH: usize = 500;
pub(super) const PHOTO_PX: u32 = 1600;

/// What was loaded.
#[derive(Debug)]
pub struct Loaded {
    communes: usize,
    risk_areas: usize,
    brought: Brought,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            communes,
            risk_areas,
            brought,
        } = self;
        let Brought {
            patrols,
            fixes,
            plots,
            photos,
        } = brought;
        write!(
            f,
            "{communes} communes, {risk_areas} risk areas, {patrols} patrols with {fixes} fixes, {plots} plots, {photos} photos"
        )
    }
}

/// So long before a statistical year is over its last facts are in, ms (2 h).
const IN_TIME_MS: i64 = 7_200_000;
/// A plot is destroyed and photographed within this time of being found, ms (1 h).
const WORKED_ON_MS: i64 = 3_600_000;

/// The last days of the statistical years that are over within a plan.
#[must_use]
pub fn year_ends(plan: &Plan) -> Vec<LocalDate> {
    let (since, until) = (plan.since(), plan.end);
    let years = since.ymd().0..=until.ymd().0;
    let ends = years.filter_map(|year| Some(Period::of_year(year).days()?.1));
    ends.filter(|end| (since..until).contains(end)).collect()
}

/// Loads all of the province and lets the background work finish. What happened in a statistical year that is over comes
/// before that ends, and the log's head is signed after it, so that the year can be drawn from: `travel` puts the clock to
/// an instant, and back to the present.
pub async fn everything(
    app: &App,
    demo: &Demo,
    ends: &[LocalDate],
    travel: &impl Fn(Option<Timestamp>),
) -> anyhow::Result<Loaded> {
    areas::load(app, demo).await?;
    let forces = Forces::enlisted(app, demo.into()).await?;
    let forces = forces.with_secrets(app).await?;
    let mut walks = Walks {
        patrols: demo.patrols().peekable(),
        held: Vec::new(),
    };
    let (mut story, mut brought) = (work::Story::default(), Brought::default());
    for end in ends {
        let until = end.end().plus_millis(-IN_TIME_MS);
        travel(Some(until));
        let found = came_home(app, &forces, walks.until(until), &mut brought).await?;
        story.go_on(app, demo, &forces, found).await?;
        travel(Some(end.end().plus_millis(IN_TIME_MS)));
        work::signed_in(app).await?;
    }
    travel(None);
    let rest = walks.until(Timestamp::from_millis(i64::MAX));
    let found = came_home(app, &forces, rest, &mut brought).await?;
    story.go_on(app, demo, &forces, found).await?;
    story.end(app, demo, &forces).await?;
    Ok(Loaded {
        communes: demo.communes.len(),
        risk_areas: demo.risk_areas.len(),
        brought,
    })
}

/// Patrols in the order of their days.
struct Walks<I: Iterator<Item = Patrol>> {
    patrols: Peekable<I>,
    /// Begun before an end of a year, and over after it.
    held: Vec<Patrol>,
}

impl<I: Iterator<Item = Patrol>> Walks<I> {
    /// Those of which everything was over by an instant.
    fn until(&mut self, until: Timestamp) -> impl Iterator<Item = Patrol> + '_ {
        let Self { patrols, held } = self;
        let before = std::mem::take(held).into_iter();
        let begun =
            std::iter::from_fn(move || patrols.next_if(|patrol| patrol.started_at <= until));
        before.chain(begun).filter_map(move |patrol| {
            if over_at(&patrol) <= until {
                return Some(patrol);
            }
            held.push(patrol);
            None
        })
    }
}

/// When a patrol was over, with all that was done where it found something.
fn over_at(patrol: &Patrol) -> Timestamp {
    let found = patrol.plots.iter().map(|plot| plot.detected_at);
    let last = found.max().map(|at| at.plus_millis(WORKED_ON_MS));
    last.map_or(patrol.ended_at, |last| last.max(patrol.ended_at))
}

/// Sends patrols in and lets the background work finish; gives the plots that they found.
async fn came_home(
    app: &App,
    forces: &Forces,
    patrols: impl Iterator<Item = Patrol>,
    brought: &mut Brought,
) -> anyhow::Result<Vec<Plot>> {
    let found = Mutex::new(Vec::new());
    let patrols = patrols.inspect(|patrol| {
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(patrol.plots.iter().cloned());
    });
    let more = through_the_doors(app, forces, patrols).await?;
    brought.add(more);
    app.journal.sequence_all().await?;
    while jobs::run_due(app).await? > 0 {}
    app.journal.sequence_all().await?;
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Sends patrols with all that they brought home as phones would, over the API in process.
pub async fn through_the_doors(
    app: &App,
    forces: &Forces,
    patrols: impl Iterator<Item = Patrol>,
) -> anyhow::Result<Brought> {
    let door = Phones {
        router: server::router(app.clone(), None),
        forces,
    };
    let sent = patrols.map(|patrol| door.patrol(patrol));
    let mut sent = std::pin::pin!(futures::stream::iter(sent).buffered(AT_ONCE));
    let mut all = Brought::default();
    while let Some(one) = sent.try_next().await? {
        all.add(one);
    }
    Ok(all)
}

/// What patrols brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    /// How many patrols.
    pub patrols: usize,
    /// Their fixes.
    pub fixes: usize,
    /// The plots that they found.
    pub plots: usize,
    /// Photos of those.
    pub photos: usize,
}

impl Brought {
    fn add(&mut self, more: Self) {
        self.patrols += more.patrols;
        self.fixes += more.fixes;
        self.plots += more.plots;
        self.photos += more.photos;
    }
}

/// The API in process, as the phones see it.
struct Phones<'a> {
    router: Router,
    forces: &'a Forces,
}

impl Phones<'_> {
    async fn patrol(&self, patrol: Patrol) -> anyhow::Result<Brought> {
        let mut brought = Brought {
            patrols: 1,
            ..Brought::default()
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
        let token = self.forces.token(device)?;
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

/// A body's SHA-256, in hex.
pub(super) fn digest(bytes: &[u8]) -> String {
    crate::base::hex(&crate::journal::model::sha256(bytes))
}

/// An id as text, where JSON wants it.
pub(super) fn text(id: Uuid) -> String {
    id.to_string()
}
