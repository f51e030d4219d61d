//! The composition root: everything that a request or job may need, cheap to clone.

use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use uuid::Uuid;

use crate::areas::Areas;
use crate::base::ids::IdMaker;
use crate::base::time::{Clock, LocalDate};
use crate::blobs::{self, Blobs, Place};
use crate::cases::Cases;
use crate::config::{Config, make_private};
use crate::coverage::{self, Coverage};
use crate::density::Density;
use crate::evidence::{Bounds, Decoder, Evidence, UploadLimits, WordBooks};
use crate::geo::position::Position;
use crate::identity::http::{Limits, SecureCookies, ShownUrl, TrustedOrigin};
use crate::identity::{EndedCommunes, Identity, LoadedCommunes, Sealing};
use crate::ingest::imports::{ImportLimits, Imports};
use crate::ingest::openrosa::{OpenRosa, Slices};
use crate::ingest::papers::Papers;
use crate::journal::Journal;
use crate::ledger::{Ledger, Passes};
use crate::patrols::Patrols;
use crate::plots::Plots;
use crate::publish::export::{ExportLimits, Exports};
use crate::publish::ogc::{Edits, Pages};
use crate::publish::search::Search;
use crate::publish::source::Publisher;
use crate::publish::tiles::Tiles;
use crate::reports::Reports;
use crate::store::{self, Store};
use crate::sync::live::Live;

/// The open server. Every request is handed clones of it, several on its way, so a clone is one count.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

/// What an open server consists of: store, journal, blobs and the slices' services.
#[derive(Debug)]
pub struct Parts {
    /// The settings.
    pub config: Arc<Config>,
    /// The log, with the store behind it.
    pub journal: Journal,
    /// Who may do what.
    pub identity: Identity,
    /// Communes by day, risk areas, gates.
    pub areas: Areas,
    /// Patrols and their tracks.
    pub patrols: Patrols,
    /// Plots and incidents.
    pub plots: Plots,
    /// Shares of risk areas that were seen.
    pub coverage: Coverage,
    /// Plots by cell, corrected for effort.
    pub density: Density,
    /// Evidence photos.
    pub evidence: Evidence,
    /// What happens to plots, and the figures made of it.
    pub ledger: Ledger,
    /// Plots' cases as packages that prove themselves.
    pub cases: Cases,
    /// The live feed.
    pub live: Live,
    /// The door of ODK Collect.
    pub openrosa: OpenRosa,
    /// Map tiles and what they are drawn from.
    pub tiles: Tiles,
    /// Pages of features that may be given again.
    pub pages: Pages,
    /// Originals and derived images.
    pub blobs: Blobs,
    limits: Limits,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens data folder, database, key and blobs, and brings the schema up to date.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        use anyhow::Context;
        make_private(&config.data)
            .with_context(|| format!("the data folder {} cannot be made", config.data.display()))?;
        let store = match &config.database_url {
            Some(url) => Store::open_postgres(url, PG_CONNECTIONS)
                .await
                .context("PostgreSQL cannot be reached")?,
            None => Store::open_sqlite(&config.data, config.fsync)
                .await
                .context("the database file cannot be opened")?,
        };
        store
            .migrate()
            .await
            .context("the schema cannot be brought up to date")?;
        let blobs = open_blobs(&config, config.fsync)?;
        let journal = Journal::open(store, clock, &config.data.join("keys/journal.pem")).await?;
        let bounds = Bounds {
            time: Duration::from_secs(config.photo_seconds.into()),
            memory_mib: config.photo_memory_mib,
        };
        let mut parts = Parts::assemble(config, journal, blobs);
        parts.evidence = parts
            .evidence
            .with_decoder(Decoder::of_this_program(bounds));
        Ok(Self(Arc::new(parts)))
    }

    /// An app over parts that are already open.
    #[must_use]
    pub fn assemble(config: Config, journal: Journal, blobs: Blobs) -> Self {
        Self(Arc::new(Parts::assemble(config, journal, blobs)))
    }
}

impl Parts {
    fn assemble(config: Config, journal: Journal, blobs: Blobs) -> Self {
        let areas = Areas::new(journal.clone());
        let identity = identity_of(&journal, &areas);
        let patrols = Patrols::new(journal.clone(), identity.clone(), areas.clone());
        let plots = Plots::new(journal.clone(), areas.clone());
        let coverage = coverage_of(&config, (&journal, &identity), (&areas, &patrols));
        let density = Density::new(
            journal.clone(),
            areas.clone(),
            plots.clone(),
            coverage.clone(),
        );
        let evidence = Evidence::new(
            journal.clone(),
            identity.clone(),
            plots.clone(),
            patrols.clone(),
            blobs.clone(),
            u64::from(config.max_photo_mb) * 1_000_000,
        )
        .with_upload_limits(upload_limits(&config));
        let ledger = Ledger::new(
            journal.clone(),
            identity.clone(),
            plots.clone(),
            evidence.clone(),
        )
        .with_passes(passes_of(&coverage));
        let cases = Cases::new(
            journal.clone(),
            identity.clone(),
            areas.clone(),
            plots.clone(),
            evidence.clone(),
            ledger.clone(),
        );
        let live = live_of(&config, &patrols, (&journal, &identity, &areas));
        let slices = Slices::of(&areas, &patrols, &plots, &evidence, &ledger);
        let openrosa = OpenRosa::new(journal.clone(), slices);
        let tiles = tiles_of(&config, (&areas, &patrols, &plots), (&coverage, &density));
        Self {
            limits: limits_of(&config),
            pages: Pages::new(bytes_of(config.page_memory_mib)),
            config: Arc::new(config),
            journal,
            identity: identity.with_sealing(sealing_of(&patrols)),
            areas,
            patrols,
            plots,
            coverage,
            density,
            evidence,
            ledger,
            cases,
            live,
            openrosa,
            tiles,
            blobs,
        }
    }
}

fn identity_of(journal: &Journal, areas: &Areas) -> Identity {
    Identity::new(journal.clone())
        .with_communes(loaded_communes(areas))
        .with_heirs(ended_communes(areas))
}

/// The communes of today by code, for the slice below the one that keeps them.
fn loaded_communes(areas: &Areas) -> LoadedCommunes {
    let areas = areas.clone();
    Arc::new(move || {
        let areas = areas.clone();
        Box::pin(async move { areas.codes_of_today().await.map(Arc::new) })
    })
}

/// Who holds the ground of communes that have ended, for the slice below the one that keeps them.
fn ended_communes(areas: &Areas) -> EndedCommunes {
    let areas = areas.clone();
    Arc::new(move |codes| {
        let areas = areas.clone();
        Box::pin(async move { areas.heirs_of(codes).await })
    })
}

/// Sealing of a device's tail, for the slice below the one that keeps it.
fn sealing_of(patrols: &Patrols) -> Sealing {
    let patrols = patrols.clone();
    Arc::new(move |device: Uuid| {
        let patrols = patrols.clone();
        Box::pin(async move { patrols.seal_waiting(Some(device)).await })
    })
}

/// Which places patrols saw, for the slice below the one that knows.
fn passes_of(coverage: &Coverage) -> Passes {
    let coverage = coverage.clone();
    Arc::new(
        move |places: Vec<Position>, (from, to): (LocalDate, LocalDate)| {
            let coverage = coverage.clone();
            Box::pin(async move {
                let passed = coverage.passed(&places, from, to).await;
                passed.map_err(|error| match error {
                    coverage::Error::Store(error) => error,
                    other => store::Error::Unavailable(other.to_string()),
                })
            })
        },
    )
}

/// The store of originals that the settings name; a folder's writes are on disk before an answer with `fsync`.
pub fn open_blobs(config: &Config, fsync: bool) -> Result<Blobs, blobs::Error> {
    let Some(bucket) = &config.bucket else {
        return Blobs::open_folder(&config.data.join("blobs"), fsync);
    };
    Blobs::open_bucket(&Place {
        bucket: &bucket.name,
        folder: &bucket.folder,
        endpoint: bucket.endpoint.as_deref(),
        region: &bucket.region,
        access_key: &bucket.access_key,
        secret_key: bucket.secret_key.reveal(),
        plain_http: bucket.plain_http,
    })
}

fn limits_of(config: &Config) -> Limits {
    Limits::per_second(
        config.requests_per_second.max(NonZeroU32::MIN),
        config.tracker_requests_per_second.max(NonZeroU32::MIN),
    )
}

const fn bytes_of(mebibytes: u32) -> usize {
    (mebibytes as usize).saturating_mul(1024 * 1024)
}

fn coverage_of(
    config: &Config,
    (journal, identity): (&Journal, &Identity),
    (areas, patrols): (&Areas, &Patrols),
) -> Coverage {
    Coverage::new(
        journal.clone(),
        identity.clone(),
        areas.clone(),
        patrols.clone(),
        bytes_of(config.coverage_memory_mib),
    )
}

fn tiles_of(
    config: &Config,
    (areas, patrols, plots): (&Areas, &Patrols, &Plots),
    (coverage, density): (&Coverage, &Density),
) -> Tiles {
    Tiles::new(
        (areas.clone(), patrols.clone(), plots.clone()),
        (coverage.clone(), density.clone()),
        bytes_of(config.tile_memory_mib),
    )
}

fn live_of(config: &Config, patrols: &Patrols, parts: (&Journal, &Identity, &Areas)) -> Live {
    let (journal, identity, areas) = parts;
    let most_listeners = config.live_listeners as usize;
    Live::new(
        journal.clone(),
        identity.clone(),
        areas.clone(),
        patrols.clone(),
        most_listeners,
    )
}

fn upload_limits(config: &Config) -> UploadLimits {
    UploadLimits {
        days: config.upload_days,
        open: config.open_uploads,
        open_bytes: u64::from(config.open_uploads_mb) * 1_000_000,
    }
}

const PG_CONNECTIONS: u32 = 16;

/// Lets handlers ask for the part that they use, so that a signature says what it touches.
macro_rules! parts {
    ($($part:ty: |$app:ident| $take:expr;)+) => {$(
        impl FromRef<App> for $part {
            fn from_ref($app: &App) -> Self {
                $take
            }
        }
    )+};
}

parts! {
    Journal: |app| app.journal.clone();
    Identity: |app| app.identity.clone();
    Areas: |app| app.areas.clone();
    Patrols: |app| app.patrols.clone();
    Plots: |app| app.plots.clone();
    Coverage: |app| app.coverage.clone();
    Density: |app| app.density.clone();
    Evidence: |app| app.evidence.clone();
    Ledger: |app| app.ledger.clone();
    Cases: |app| app.cases.clone();
    Exports: |app| Exports::new(
        app.identity.clone(),
        Publisher::from_ref(app),
        app.blobs.clone(),
        &app.config.data,
        ExportLimits {
            features: app.config.export_features,
            days: app.config.export_days,
            open: app.config.open_exports,
        },
    )
    .at(&app.config.shown_url());
    WordBooks: |app| WordBooks::new(vec![
        Arc::new(app.ledger.clone()),
        Arc::new(app.openrosa.clone()),
        Arc::new(Exports::from_ref(app)),
    ], app.config.upstream_url.is_some())
    .with_follower(Arc::new(app.coverage.clone()));
    Reports: |app| Reports::new(
        app.identity.clone(),
        app.areas.clone(),
        app.ledger.clone(),
        app.coverage.clone(),
    );
    Publisher: |app| Publisher::new(
        (app.areas.clone(), app.patrols.clone(), app.plots.clone()),
        (app.coverage.clone(), app.density.clone()),
    );
    Edits: |app| Edits::new(
        Publisher::from_ref(app),
        app.plots.clone(),
        app.ledger.clone(),
        app.areas.clone(),
    );
    Papers: |app| Papers::new(
        app.journal.clone(),
        Slices::of(&app.areas, &app.patrols, &app.plots, &app.evidence, &app.ledger),
    );
    Imports: |app| Imports::new(
        app.areas.clone(),
        app.plots.clone(),
        app.blobs.clone(),
        ImportLimits {
            bytes: bytes_of(app.config.import_mib),
            rows: app.config.import_rows as usize,
            days: app.config.import_days,
        },
    );
    Search: |app| Search::new(app.areas.clone(), app.plots.clone());
    Live: |app| app.live.clone();
    OpenRosa: |app| app.openrosa.clone();
    Tiles: |app| app.tiles.clone();
    Pages: |app| app.pages.clone();
    Blobs: |app| app.blobs.clone();
    Limits: |app| app.limits.clone();
    IdMaker: |app| app.journal.ids().clone();
    SecureCookies: |app| SecureCookies(app.config.is_https());
    ShownUrl: |app| ShownUrl(app.config.shown_url());
    TrustedOrigin: |app| TrustedOrigin(app.config.public_url.clone());
}
