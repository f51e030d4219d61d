//! Density of a province with five seasons of patrols and some 2,000 plots: the map at resolution 8, first and warm.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tuantra::base::ids::IdMaker;
use tuantra::base::time::{Clock, LocalDate, SystemClock};

use crate::server::{Client, Folder, Server, command, officer_token, quantile_ms, say};

/// At 130 km² each, 13,000 km².
const COMMUNES: &str = "99";
const PATROLS: &str = "3000";
const PLOTS: usize = 2_000;
const SEASONS: i32 = 5;
const REQUESTS: usize = 200;

pub async fn run() -> anyhow::Result<()> {
    let folder = Folder::new("density")?;
    let begun = Instant::now();
    let words = [
        "demo",
        "--load-only",
        "--communes",
        COMMUNES,
        "--patrols",
        PATROLS,
        "--seasons",
        "5",
        "--no-photos",
    ];
    command(folder.path(), &words)?;
    let token = officer_token(folder.path())?;
    let server = Server::start(folder.path()).await?;
    let mut client = Client::connect(&server.address).await?;
    let plots = more_plots(&mut client, &token).await?;
    say(&format!(
        "density: {COMMUNES} communes, {PATROLS} patrols, {plots} plots over {SEASONS} seasons made in {:.0} s",
        begun.elapsed().as_secs_f64()
    ));
    let today = SystemClock.now().local_date();
    let (year, month, _) = today.ymd();
    let last = if month >= 9 { year } else { year - 1 };
    let season = format!("season={}-{last}", last - 1);
    let all = format!("from={}-09-01&to={today}", last - SEASONS + 1);
    for (name, window) in [("one season", &season), ("all seasons", &all)] {
        map(&mut client, &token, name, &format!("{window}&res=8")).await?;
    }
    changed(&mut client, &token, &format!("{all}&res=8")).await?;
    let (rss, peak) = server.memory_mb();
    say(&format!("density: server RSS {rss:.0} MB (peak {peak:.0})"));
    Ok(())
}

async fn asked(client: &mut Client, token: &str, path: &str) -> anyhow::Result<Vec<u8>> {
    let answer = client.request("GET", path, token, b"").await?;
    let text = || String::from_utf8_lossy(&answer.body).into_owned();
    ensure!(answer.status == 200, "{path}: {}", text());
    Ok(answer.body)
}

async fn map(client: &mut Client, token: &str, name: &str, query: &str) -> anyhow::Result<()> {
    let path = format!("/api/v1/density?{query}");
    let begun = Instant::now();
    let body = asked(client, token, &path).await?;
    let first = begun.elapsed();
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..REQUESTS {
        let begun = Instant::now();
        asked(client, token, &path).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let answer: Value = serde_json::from_slice(&body)?;
    let cells = answer["cells"].as_array().context("no cells")?;
    let marked = cells.iter().filter(|cell| !cell["gi"].is_null()).count();
    let trends = cells.iter().filter(|cell| cell["trend"] != "none").count();
    say(&format!(
        "density: {name}, res 8: {} cells with {} plots, {marked} marked by Gi*, {trends} with a trend class, {} kB; \
         first {:.0} ms, warm p50 {:.2} ms, p99 {:.2} ms",
        cells.len(),
        answer["total"]["plots"],
        body.len() / 1000,
        first.as_secs_f64() * 1000.0,
        quantile_ms(&times, 0.5),
        quantile_ms(&times, 0.99),
    ));
    Ok(())
}

/// What the first request pays after a plot has come in.
async fn changed(client: &mut Client, token: &str, query: &str) -> anyhow::Result<()> {
    let mut times: Vec<Duration> = Vec::new();
    for n in 0..10 {
        let at = format!("{}T03:00:00Z", SystemClock.now().local_date().plus_days(-1));
        put(client, token, 104.3 + f64::from(n) * 1e-3, 22.4, &at).await?;
        let begun = Instant::now();
        asked(client, token, &format!("/api/v1/density?{query}")).await?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    say(&format!(
        "density: after a new plot: p50 {:.0} ms",
        quantile_ms(&times, 0.5)
    ));
    Ok(())
}

/// Adds plots within 2 km of those that the demo's patrols found, until there are enough.
async fn more_plots(client: &mut Client, token: &str) -> anyhow::Result<usize> {
    let mut places: Vec<(f64, f64, LocalDate)> = Vec::new();
    let mut next = Some("/api/v1/plots?limit=500".to_owned());
    while let Some(path) = next {
        let page: Value = serde_json::from_slice(&asked(client, token, &path).await?)?;
        for feature in page["features"].as_array().context("no features")? {
            let at = |n: usize| feature["geometry"]["coordinates"][n].as_f64();
            let day = feature["properties"]["detected_at"].as_str();
            let day = day.and_then(|day| day.get(..10)?.parse().ok());
            if let (Some(lon), Some(lat), Some(day)) = (at(0), at(1), day) {
                places.push((lon, lat, day));
            }
        }
        next = page["next"].as_str().map(ToOwned::to_owned);
    }
    ensure!(!places.is_empty(), "the demo found nothing");
    let mut dice = 1_u64;
    let mut toss = move || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f64::from(u32::try_from(dice >> 33).unwrap_or(0)) / f64::from(1_u32 << 31) - 0.5
    };
    let known = places.len();
    for (lon, lat, day) in places.iter().cycle().take(PLOTS.saturating_sub(known)) {
        let at = format!("{day}T03:00:00Z");
        put(client, token, lon + 0.04 * toss(), lat + 0.04 * toss(), &at).await?;
    }
    Ok(known.max(PLOTS))
}

async fn put(client: &mut Client, token: &str, lon: f64, lat: f64, at: &str) -> anyhow::Result<()> {
    let plot = json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [lon, lat] },
        "properties": {
            "crop": "opium_poppy", "detected_at": at, "detected_by": "patrol", "hacc_m": 5.0,
            "plants": 200, "plants_method": "counted", "area_m2": 60.0, "area_method": "tape",
        },
    });
    let id = IdMaker::new(Arc::new(SystemClock)).make();
    let path = format!("/api/v1/plots/{id}");
    let answer = client
        .request("PUT", &path, token, plot.to_string().as_bytes())
        .await?;
    let text = || String::from_utf8_lossy(&answer.body).into_owned();
    ensure!(answer.status == 201, "{}", text());
    Ok(())
}
