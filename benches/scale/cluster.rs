//! The throwaway PostGIS cluster of a run, as `benches/anchors/cluster.sh` starts it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use sqlx::{Connection, PgConnection};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/anchors/cluster.sh");

/// A running cluster; it ends with this value, unless `SCALE_POSTGIS` named one that runs already.
pub struct Cluster {
    child: Option<Child>,
    url: String,
}

impl Cluster {
    pub fn start() -> anyhow::Result<Self> {
        if let Ok(url) = std::env::var("SCALE_POSTGIS") {
            return Ok(Self { child: None, url });
        }
        let mut child = Command::new(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context(SCRIPT)?;
        let mut url = String::new();
        let out = child.stdout.take().context("no output")?;
        BufReader::new(out).read_line(&mut url)?;
        let url = url.trim().to_owned();
        ensure!(!url.is_empty(), "the cluster did not start");
        Ok(Self {
            child: Some(child),
            url,
        })
    }

    /// The URL of a new database.
    pub async fn database(&self, name: &'static str) -> anyhow::Result<String> {
        let mut conn = PgConnection::connect(&self.url).await?;
        let create = match name {
            "anchor" => "CREATE DATABASE anchor",
            "province" => "CREATE DATABASE province",
            _ => "CREATE DATABASE country",
        };
        sqlx::query(create).execute(&mut conn).await?;
        let (head, _) = self
            .url
            .rsplit_once('/')
            .context("no database in the URL")?;
        Ok(format!("{head}/{name}"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}
