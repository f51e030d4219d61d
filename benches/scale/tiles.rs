//! Tiles of the country's communes: ours through the router, PostGIS by `ST_AsMVT`, the same tiles of the same shapes,
//! two callers at once on each side.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, ensure};
use axum::body::Body;
use axum::http::{Request, header};
use flate2::read::GzDecoder;
use geo::{Geometry, MultiPolygon};
use geozero::{CoordDimensions, ToWkb};
use http_body_util::BodyExt;
use sqlx::PgPool;
use tower::ServiceExt;
use tuantra::app::App;
use tuantra::areas::CommuneImport;
use tuantra::base::actor::{Actor, Role};
use tuantra::identity::model::AccountDraft;

use crate::cluster::Cluster;
use crate::report::{Times, say};
use crate::world::{Folder, open};

const CALLERS: usize = 2;
/// Tiles of each zoom at most.
const MOST: usize = 150;

const SCHEMA: &str = "CREATE EXTENSION IF NOT EXISTS postgis; DROP TABLE IF EXISTS tile_communes; \
     CREATE TABLE tile_communes (code text, name text, kind text, geom geometry(MultiPolygon, 3857))";
const LOAD: &str = "INSERT INTO tile_communes SELECT c, n, k, ST_Transform(ST_SetSRID(ST_GeomFromWKB(g), 4326), 3857) \
     FROM UNNEST($1::text[], $2::text[], $3::text[], $4::bytea[]) AS t (c, n, k, g)";
const INDEX: &str =
    "CREATE INDEX tile_communes_geom ON tile_communes USING gist (geom); ANALYZE tile_communes";
/// Bounds first, so that only the tile's own communes are looked at; the same buffer as ours.
const PLAIN: &str = "SELECT ST_AsMVT(t, 'communes', 4096, 'geom') FROM (SELECT code, name, kind, \
     ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS geom FROM tile_communes \
     WHERE geom && ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096)) t WHERE geom IS NOT NULL";
/// The same, thinned to what the zoom shows before anything is cut: what a careful user would add.
const THINNED: &str = "SELECT ST_AsMVT(t, 'communes', 4096, 'geom') FROM (SELECT code, name, kind, \
     ST_AsMVTGeom(ST_Simplify(geom, 3 * 40075016.6856 / (4096.0 * (1 << $1)), true), ST_TileEnvelope($1, $2, $3), 4096, 64, true) \
     AS geom FROM tile_communes WHERE geom && ST_TileEnvelope($1, $2, $3, margin => 64.0 / 4096)) t WHERE geom IS NOT NULL";

type At = (u8, u32, u32);

/// Loads the communes of the file that `NATIONAL` names into both, and asks both for the same tiles.
pub async fn run() -> anyhow::Result<()> {
    let path = std::env::var_os("NATIONAL").context("NATIONAL names no file of communes")?;
    let folder = Folder::throwaway("tiles")?;
    let app = open(&folder, None).await?;
    let mut text = Vec::new();
    if path.to_string_lossy().ends_with(".gz") {
        GzDecoder::new(File::open(&path)?).read_to_end(&mut text)?;
    } else {
        File::open(&path)?.read_to_end(&mut text)?;
    }
    let file = std::io::Cursor::new(text);
    let console = Actor::console();
    let import = CommuneImport::default();
    app.areas.import_communes(&console, file, import).await?;
    let tiles = Arc::new(tiles_of(&app).await?);
    let ours = Ours::start(&app).await?;
    let begun = Instant::now();
    ours.ask((5, 25, 13)).await?;
    say(&format!(
        "tiles: the first, with all communes thinned for every zoom: {:.2} s",
        begun.elapsed().as_secs_f64()
    ));
    let cold = measured("ours, cold", &tiles, 1, |at| ours.ask(at)).await?;
    let warm = measured("ours, warm", &tiles, 10, |at| ours.ask(at)).await?;
    let cluster = Cluster::start()?;
    let pool = PgPool::connect(&cluster.database("country").await?).await?;
    load(&app, &pool).await?;
    for (name, query) in [("PostGIS, plain", PLAIN), ("PostGIS, thinned", THINNED)] {
        let ask = async |at: At| {
            let (z, x, y) = (i32::from(at.0), at.1.cast_signed(), at.2.cast_signed());
            let tile: Vec<u8> = sqlx::query_scalar(query)
                .bind(z)
                .bind(x)
                .bind(y)
                .fetch_one(&pool)
                .await?;
            Ok(tile.len())
        };
        measured(name, &tiles, 1, ask).await?;
        let again = measured(&format!("{name}, again"), &tiles, 1, ask).await?;
        say(&format!(
            "tiles: {name}: {:.1} times slower than ours cold, {:.1} than ours warm",
            cold / again,
            warm / again
        ));
    }
    Ok(())
}

/// Tiles over the middle of communes, every zoom that draws them.
async fn tiles_of(app: &App) -> anyhow::Result<Vec<At>> {
    let map = app.areas.map(app.areas.today()).await?;
    let mut all = Vec::new();
    for z in 5_u8..=14 {
        let side = f64::from(1_u32 << z);
        let own: BTreeSet<(u32, u32)> = map
            .communes()
            .iter()
            .map(|commune| {
                let middle = commune.region().bounds().center();
                let north = middle.y.to_radians().tan().asinh() / std::f64::consts::PI;
                (
                    whole((middle.x + 180.0) / 360.0 * side),
                    whole((1.0 - north) / 2.0 * side),
                )
            })
            .collect();
        let every = own.len().div_ceil(MOST);
        all.extend(
            own.into_iter()
                .step_by(every.max(1))
                .map(|(x, y)| (z, x, y)),
        );
    }
    Ok(all)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number of a tile"
)]
fn whole(number: f64) -> u32 {
    number.floor() as u32
}

/// Asks for all tiles so many times, two at once, and gives tiles per second.
async fn measured(
    name: &str,
    tiles: &[At],
    rounds: usize,
    ask: impl AsyncFn(At) -> anyhow::Result<usize>,
) -> anyhow::Result<f64> {
    let (next, total) = (AtomicUsize::new(0), tiles.len() * rounds);
    let begun = Instant::now();
    let caller = async || {
        let (mut waits, mut bytes) = (Vec::new(), 0);
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= total {
                return anyhow::Ok((waits, bytes));
            }
            let begun = Instant::now();
            bytes += ask(tiles[at % tiles.len()]).await?;
            waits.push(begun.elapsed());
        }
    };
    let callers = (0..CALLERS).map(|_| caller());
    let done = futures::future::try_join_all(callers).await?;
    let spent = begun.elapsed().as_secs_f64();
    let (mut waits, mut bytes) = (Times::none(), 0);
    for (own, read) in done {
        bytes += read;
        for wait in own {
            waits.add(wait);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "some thousands")]
    let rate = total as f64 / spent;
    say(&format!(
        "tiles: {name}: {rate:.0} tiles/s, median {:.2} ms, p99 {:.2} ms of {}, {} kB a tile",
        waits.median_ms(),
        waits.p99_ms(),
        waits.count(),
        bytes / total / 1000,
    ));
    Ok(rate)
}

/// Our server, in process, asked as an officer.
struct Ours {
    router: axum::Router,
    token: String,
}

impl Ours {
    async fn start(app: &App) -> anyhow::Result<Self> {
        let console = Actor::console();
        let draft = AccountDraft {
            login: "do-toc-do".into(),
            org: None,
            role: Role::ProvincialOfficer,
            communes: Vec::new(),
            password: None,
        };
        let account = app.identity.add_account(&console, draft).await?;
        let secret = app
            .identity
            .account_token(&console, account.id, false, None)
            .await?;
        Ok(Self {
            router: tuantra::server::router(app.clone(), None),
            token: secret.text,
        })
    }

    async fn ask(&self, (z, x, y): At) -> anyhow::Result<usize> {
        let request = Request::builder()
            .uri(format!("/tiles/communes/{z}/{x}/{y}.mvt"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Body::empty())?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        ensure!(status.is_success(), "{status}");
        Ok(response.into_body().collect().await?.to_bytes().len())
    }
}

async fn load(app: &App, pool: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(SCHEMA).execute(pool).await?;
    let map = app.areas.map(app.areas.today()).await?;
    for some in map.communes().chunks(100) {
        let (mut codes, mut names, mut kinds, mut shapes) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for commune in some {
            codes.push(commune.facts.code.clone());
            names.push(commune.facts.name.clone());
            kinds.push(commune.facts.kind.as_str());
            let shape: MultiPolygon<f64> = commune.region().as_polygons().clone();
            shapes.push(Geometry::MultiPolygon(shape).to_wkb(CoordDimensions::xy())?);
        }
        sqlx::query(LOAD)
            .bind(codes)
            .bind(names)
            .bind(kinds)
            .bind(shapes)
            .execute(pool)
            .await?;
    }
    sqlx::raw_sql(INDEX).execute(pool).await?;
    Ok(())
}
