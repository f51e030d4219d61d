//! Coverage of the demo province for 1, 30 and 365 days, cold and warm.

use std::time::{Duration, Instant};

use anyhow::ensure;
use tuantra::base::time::{Clock, SystemClock};

use crate::server::{Client, Folder, Server, bytes_in, command, officer_token, quantile_ms, say};

const COMMUNES: &str = "99";

pub async fn run() -> anyhow::Result<()> {
    for patrols in ["1000", "10000"] {
        let folder = Folder::new(&format!("coverage-{patrols}"))?;
        let begun = Instant::now();
        command(
            folder.path(),
            &[
                "demo",
                "--load-only",
                "--communes",
                COMMUNES,
                "--patrols",
                patrols,
                "--seasons",
                "2",
                "--no-photos",
            ],
        )?;
        say(&format!(
            "coverage: {patrols} patrols loaded and indexed through the services in {:.0} s, {:.0} MB on disk",
            begun.elapsed().as_secs_f64(),
            megabytes(bytes_in(folder.path()))
        ));
        let token = officer_token(folder.path())?;
        let server = Server::start(folder.path()).await?;
        for days in [1, 30, 365] {
            window(&server, &token, patrols, days).await?;
        }
        let (rss, peak) = server.memory_mb();
        say(&format!(
            "coverage: server RSS {rss:.0} MB (peak {peak:.0}) with {patrols} patrols"
        ));
    }
    Ok(())
}

async fn window(server: &Server, token: &str, patrols: &str, days: i64) -> anyhow::Result<()> {
    let mut client = Client::connect(&server.address).await?;
    // The demo's patrols end the day before it is made.
    let to = SystemClock.now().local_date().plus_days(-1);
    let path = format!("/api/v1/coverage?from={}&to={to}", to.plus_days(1 - days));
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..21 {
        let begun = Instant::now();
        let answer = client.request("GET", &path, token, b"").await?;
        times.push(begun.elapsed());
        ensure!(
            answer.status == 200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
    }
    let cold = times.remove(0);
    times.sort_unstable();
    say(&format!(
        "coverage: {COMMUNES} communes, {patrols} patrols, {days} days: first {:.1} ms, warm p50 {:.2} ms, p99 {:.2} ms",
        cold.as_secs_f64() * 1000.0,
        quantile_ms(&times, 0.5),
        quantile_ms(&times, 0.99)
    ));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
