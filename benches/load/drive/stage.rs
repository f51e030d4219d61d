//! The server under load: a province with communes, enrolled phones, and what the process takes.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{Connection, Executor, PgConnection};
use tuantra::app::App;
use tuantra::base::actor::{Actor, Door};
use tuantra::base::time::SystemClock;
use tuantra::config::Config;
use tuantra::identity::model::DeviceDraft;

use super::phones::{Load, Secrets};
use super::tally::{Report, Tally};
use super::wire::{Line, request};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tuantra");
const COMMUNES: &str = "12";

/// Where the server keeps what it is sent.
pub enum Database {
    /// A file in a throwaway folder.
    Sqlite,
    /// A fresh database beside the one of this URL.
    Postgres(String),
}

/// A running server with its phones.
pub struct Stage {
    pub address: String,
    pub phones: Vec<Secrets>,
    pub live: Vec<Secrets>,
    data: PathBuf,
    url: Option<String>,
    child: Child,
    cpu_before_s: [f64; 2],
    _port: tokio::net::TcpSocket,
}

/// A port for the server: bound and not listened on, it is given to nobody else meanwhile.
fn held_port() -> std::io::Result<tokio::net::TcpSocket> {
    let held = tokio::net::TcpSocket::new_v4()?;
    held.set_reuseaddr(true)?;
    held.bind(([127, 0, 0, 1], 0).into())?;
    Ok(held)
}

impl Stage {
    /// Lays a province, enrols the phones and starts the server.
    pub async fn set(database: &Database, load: Load, live: usize) -> anyhow::Result<Self> {
        static STAGES: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), STAGES.fetch_add(1, Ordering::Relaxed));
        let data = std::env::temp_dir().join(format!("tuantra-load-{process}-{number}"));
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data)?;
        let url = match database {
            Database::Sqlite => None,
            Database::Postgres(url) => Some(fresh(url).await?),
        };
        let command = || {
            let mut command = Command::new(PROGRAM);
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("TUANTRA_") {
                    command.env_remove(name);
                }
            }
            if let Some(url) = &url {
                command.env("TUANTRA_DATABASE_URL", url);
            }
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let laid = command()
            .args([
                "demo",
                "--load-only",
                "--communes",
                COMMUNES,
                "--patrols",
                "1",
                "--no-photos",
                "--data",
            ])
            .arg(&data)
            .status()?;
        ensure!(laid.success(), "the province could not be laid");
        let (phones, live) = enrolled(&data, url.as_deref(), load.phones, live).await?;
        let held = held_port()?;
        let address = held.local_addr()?.to_string();
        let child = command()
            .args(["serve", "--listen", &address, "--data"])
            .arg(&data)
            .env("RUST_LOG", "warn")
            .spawn()?;
        let mut stage = Self {
            address,
            phones,
            live,
            data,
            url,
            child,
            cpu_before_s: [0.0; 2],
            _port: held,
        };
        stage.answers().await?;
        stage.cpu_before_s = [cpu_s(&stage.child.id().to_string())?, cpu_s("self")?];
        Ok(stage)
    }

    async fn answers(&self) -> anyhow::Result<()> {
        let (begun, mut line) = (Instant::now(), Line::to(&self.address));
        let asked = request("GET", "/healthz", "", "", b"");
        while line.ask(&asked).await.is_err() {
            ensure!(
                begun.elapsed() < Duration::from_mins(2),
                "the server does not answer"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// What it took until now.
    pub fn measured(&self, tally: &Tally, took: Duration) -> anyhow::Result<Report> {
        let id = self.child.id().to_string();
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let highest = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = highest.and_then(|field| field.split_whitespace().next());
        let memory_mb = kilobytes.context("no VmHWM")?.parse::<f64>()? / 1024.0;
        let [server_s, phones_s] = self.cpu_before_s;
        let took_s = [memory_mb, cpu_s(&id)? - server_s, cpu_s("self")? - phones_s];
        Ok(tally.report(took, took_s))
    }

    /// What the server could not take and kept aside: facts, and forms that an officer would have to look at.
    pub async fn kept_aside(&self) -> anyhow::Result<u64> {
        const ASIDE: &str = "SELECT (SELECT COUNT(*) FROM quarantine), (SELECT COUNT(*) FROM odk_submissions WHERE state <> 'taken')";
        let (facts, forms) = self.two_numbers(ASIDE).await?;
        Ok(facts + forms)
    }

    /// Fixes and originals as the database holds them, the province's own ones aside.
    pub async fn stored(&self) -> anyhow::Result<(u64, u64)> {
        const COUNTS: &str = "SELECT (SELECT CAST(COALESCE(SUM(c.fixes), 0) AS BIGINT) FROM fix_chunks c JOIN patrols p ON p.id = c.patrol \
            JOIN identity_devices d ON d.id = c.device WHERE d.name LIKE 'load %') + (SELECT COUNT(*) FROM fix_tail), \
            (SELECT COUNT(*) FROM photos WHERE original_entry IS NOT NULL AND bytes > 1000)";
        self.two_numbers(COUNTS).await
    }

    async fn two_numbers(&self, query: &'static str) -> anyhow::Result<(u64, u64)> {
        let (one, other): (i64, i64) = if let Some(url) = &self.url {
            let pool = PgPoolOptions::new().connect(url).await?;
            sqlx::query_as(query).fetch_one(&pool).await?
        } else {
            let url = format!("sqlite://{}", self.data.join("tuantra.db").display());
            let pool = SqlitePoolOptions::new().connect(&url).await?;
            sqlx::query_as(query).fetch_one(&pool).await?
        };
        Ok((one.unsigned_abs(), other.unsigned_abs()))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

async fn fresh(url: &str) -> anyhow::Result<String> {
    let mut conn = PgConnection::connect(url).await?;
    conn.execute("DROP DATABASE IF EXISTS load WITH (FORCE)")
        .await?;
    conn.execute("CREATE DATABASE load").await?;
    let (server, _) = url.rsplit_once('/').context("a URL with a database")?;
    Ok(format!("{server}/load"))
}

async fn enrolled(
    data: &std::path::Path,
    url: Option<&str>,
    phones: usize,
    live: usize,
) -> anyhow::Result<(Vec<Secrets>, Vec<Secrets>)> {
    let mut config = Config::load(None, [("data", data.display().to_string())].into())?;
    config.database_url = url.map(str::to_owned);
    let app = App::open(config, Arc::new(SystemClock)).await?;
    let mut all = Vec::new();
    for n in 0..phones + live {
        let draft = DeviceDraft {
            name: format!("load {n}"),
            team: None,
            communes: Vec::new(),
            maker: None,
        };
        let console = Actor::console();
        let device = app.identity.add_device(&console, draft).await?.id;
        let api = app
            .identity
            .device_secret(&console, device, Door::Api)
            .await?;
        let tracker = app
            .identity
            .device_secret(&console, device, Door::Tracker)
            .await?;
        let odk = app
            .identity
            .device_secret(&console, device, Door::Odk)
            .await?;
        all.push(Secrets {
            api: api.text,
            tracker: tracker.text,
            odk: odk.text,
        });
    }
    app.journal.store().close().await;
    let live = all.split_off(phones);
    Ok((all, live))
}

/// Seconds of CPU that a process took, its threads together.
fn cpu_s(process: &str) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("no stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}
