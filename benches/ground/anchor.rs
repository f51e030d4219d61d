//! The anchor of ingest: a plain server that writes one row and commits once per fix, in the same database engine with
//! the same settings, over HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::server::{Client, Folder};

const RUN: Duration = Duration::from_secs(5);

#[derive(serde::Deserialize)]
struct Fix {
    t: String,
    lon: f64,
    lat: f64,
    accuracy_m: f64,
}

/// Fixes per second of the anchor.
pub async fn run(connections: usize) -> anyhow::Result<f64> {
    let folder = Folder::new("anchor")?;
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("anchor.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10));
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    sqlx::query("CREATE TABLE fixes (device INTEGER, t TEXT, lon REAL, lat REAL, accuracy_m REAL, PRIMARY KEY (device, t))").execute(&pool).await?;
    let app = Router::new()
        .route("/fixes", post(store))
        .with_state(Arc::new(pool));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let serving = tokio::spawn(axum::serve(listener, app).into_future());
    let begun = Instant::now();
    let senders = (0..connections).map(|device| {
        let address = address.clone();
        tokio::spawn(async move { send(&address, device, begun).await })
    });
    let mut sent = 0;
    for sender in senders.collect::<Vec<_>>() {
        sent += sender.await??;
    }
    let rate = f64::from(sent) / begun.elapsed().as_secs_f64();
    serving.abort();
    Ok(rate)
}

async fn store(
    State(pool): State<Arc<SqlitePool>>,
    Json(fix): Json<Fix>,
) -> axum::http::StatusCode {
    let done = sqlx::query("INSERT INTO fixes VALUES (random(), $1, $2, $3, $4)")
        .bind(fix.t)
        .bind(fix.lon)
        .bind(fix.lat)
        .bind(fix.accuracy_m)
        .execute(&*pool)
        .await;
    if done.is_ok() {
        axum::http::StatusCode::CREATED
    } else {
        axum::http::StatusCode::SERVICE_UNAVAILABLE
    }
}

async fn send(address: &str, device: usize, begun: Instant) -> anyhow::Result<u32> {
    let mut client = Client::connect(address).await?;
    let mut sent = 0;
    while begun.elapsed() < RUN {
        let body = format!(
            "{{\"t\":\"{}\",\"lon\":104.3{device:03},\"lat\":22.4,\"accuracy_m\":4.2}}",
            rfc3339(1_772_409_600 + sent as usize)
        );
        let answer = client
            .request("POST", "/fixes", "", body.as_bytes())
            .await?;
        anyhow::ensure!(answer.status == 201, "the anchor refused a fix");
        sent += 1;
    }
    Ok(sent)
}

/// An instant in RFC 3339.
pub fn rfc3339(seconds: usize) -> String {
    let millis = i64::try_from(seconds).unwrap_or(i64::MAX / 1000) * 1000;
    tuantra::base::time::Timestamp::from_millis(millis).to_string()
}
