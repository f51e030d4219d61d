//! Durable ingest over HTTP: batches of 100 fixes with auth, journal and quality rule, against one row and one commit
//! per fix in the same database, driven the same way.

use std::fmt::Write;
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::anchor;
use crate::server::{Client, Folder, Server, bytes_in, command, officer_token, quantile_ms, say};

const CONNECTIONS: usize = 24;
const BATCHES: usize = 400;
const FIXES: usize = 100;
/// 2026-03-02T00:00:00Z.
const BEGIN_S: usize = 1_772_409_600;

pub async fn run() -> anyhow::Result<()> {
    let folder = Folder::new("ingest")?;
    let anchor = anchor::run(CONNECTIONS).await?;
    let mut tokens = Vec::new();
    for device in 0..CONNECTIONS {
        tokens.push(command(
            folder.path(),
            &["device", "enrol", "--name", &format!("máy {device}")],
        )?);
    }
    let server = Server::start(folder.path()).await?;
    let begun = Instant::now();
    let walkers = tokens.into_iter().enumerate().map(|(device, token)| {
        let address = server.address.clone();
        tokio::spawn(async move { walk(&address, &token, device).await })
    });
    let mut latencies = Vec::new();
    for walker in walkers.collect::<Vec<_>>() {
        latencies.extend(walker.await??);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let fixes = f64::from(u32::try_from(latencies.len() * FIXES)?);
    let (rss, peak) = server.memory_mb();
    say(&format!(
        "ingest: {:.0} durable fixes/s over HTTP ({CONNECTIONS} phones, batches of {FIXES}); batch p50 {:.1} ms, p99 {:.1} ms; RSS {rss:.0} MB (peak {peak:.0})",
        fixes / elapsed,
        quantile_ms(&latencies, 0.5),
        quantile_ms(&latencies, 0.99),
    ));
    say(&format!(
        "ingest anchor: {anchor:.0} fixes/s, one row and one commit per fix over HTTP; ratio {:.1}x",
        fixes / elapsed / anchor
    ));
    let lag = drained(&server, folder.path()).await?;
    drop(server);
    #[expect(clippy::cast_precision_loss, reason = "a few hundred megabytes")]
    let per_fix = bytes_in(folder.path()) as f64 / fixes;
    say(&format!(
        "ingest: {per_fix:.2} bytes per fix on disk, all in (journal, receipts' entries, indexes, masks); index caught up {:.1} s after the last answer",
        lag.as_secs_f64()
    ));
    Ok(())
}

async fn walk(address: &str, token: &str, device: usize) -> anyhow::Result<Vec<Duration>> {
    let mut client = Client::connect(address).await?;
    let patrol = format!("01938f3a-7c2e-7b1a-9d43-{device:012x}");
    let draft = r#"{"kind":"crop_check","transport":"foot","started_at":"2026-03-02T00:00:00Z"}"#;
    let answer = client
        .request(
            "PUT",
            &format!("/api/v1/patrols/{patrol}"),
            token,
            draft.as_bytes(),
        )
        .await?;
    ensure!(
        answer.status == 201,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    let path = format!("/api/v1/patrols/{patrol}/fixes");
    let mut latencies = Vec::with_capacity(BATCHES);
    for batch in 0..BATCHES {
        let body = body(device, batch);
        let sent = Instant::now();
        let answer = client
            .request("POST", &path, token, body.as_bytes())
            .await?;
        latencies.push(sent.elapsed());
        ensure!(
            (200..300).contains(&answer.status),
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
    }
    Ok(latencies)
}

/// A hundred fixes of a wandering walk, one a second.
fn body(device: usize, batch: usize) -> String {
    let mut text = String::with_capacity(FIXES * 120);
    text.push_str("{\"fixes\":[");
    for index in 0..FIXES {
        let step = batch * FIXES + index;
        let noise = (step * 7919 + device * 104_729) % 1000;
        let time = anchor::rfc3339(BEGIN_S + step);
        let separator = if index == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{separator}{{\"t\":\"{time}\",\"lon\":104.{:07},\"lat\":22.{:07},\"accuracy_m\":{}.{},\"altitude_m\":{}.{},\"speed_mps\":1.{:02},\"bearing_deg\":{}}}",
            3_000_000 + device * 20_000 + (step % 4000) * 90 + noise % 40,
            4_000_000 + (step % 3000) * 80 + noise % 50,
            3 + noise % 5,
            noise % 10,
            1200 + step % 40,
            noise % 10,
            noise % 100,
            noise % 360,
        );
    }
    text.push_str("]}");
    text
}

/// How long the index needs after the last answer.
async fn drained(server: &Server, data: &std::path::Path) -> anyhow::Result<Duration> {
    let token = officer_token(data)?;
    let mut client = Client::connect(&server.address).await?;
    let begun = Instant::now();
    loop {
        let answer = client
            .request(
                "GET",
                "/api/v1/coverage?from=2026-03-01&to=2026-03-31",
                &token,
                b"",
            )
            .await?;
        let json: serde_json::Value = serde_json::from_slice(&answer.body)?;
        if json["pending_patrols"] == 0 {
            return Ok(begun.elapsed());
        }
        ensure!(
            begun.elapsed() < Duration::from_mins(5),
            "the index does not catch up: {json}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
