//! Settings: defaults < TOML file < `TUANTRA_*` environment < flags. Every fault is named at once.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use figment::value::Value;

mod bucket;
mod faults;
mod folder;
mod keys;
mod reader;
#[cfg(test)]
mod tests;

pub use bucket::Bucket;
pub use faults::ConfigFaults;
pub use folder::make_private;
use reader::{Reader, expected, text_of};

/// The settings of one server.
#[derive(Clone)]
pub struct Config {
    /// The folder of the SQLite file, the blobs and the keys.
    pub data: PathBuf,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// A PostgreSQL URL; without one the database is a SQLite file in `data`.
    pub database_url: Option<String>,
    /// Where originals are kept on an S3-compatible store; without one they are in the folder `blobs` in `data`.
    pub bucket: Option<Bucket>,
    /// How the outside reaches this server, without a trailing slash.
    pub public_url: Option<String>,
    /// PEM file of the certificate chain.
    pub tls_cert: Option<PathBuf>,
    /// PEM file of the private key.
    pub tls_key: Option<PathBuf>,
    /// Allow plain HTTP off loopback (a lab only: secrets would be readable on the wire).
    pub plain_http: bool,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// Requests per second for each account or device.
    pub requests_per_second: NonZeroU32,
    /// Requests per second through the tracker of one device, in bursts of ten times as many.
    pub tracker_requests_per_second: NonZeroU32,
    /// Largest photo, in megabytes.
    pub max_photo_mb: u32,
    /// Days that an upload lives after its last byte.
    pub upload_days: u32,
    /// Uploads that one device may have open.
    pub open_uploads: u32,
    /// Megabytes that these may come to.
    pub open_uploads_mb: u32,
    /// Sites whose pages may upload, as browsers name them in `Origin`, separated by commas.
    pub cors_origins: String,
    /// Seconds that decoding one photo may take; longer, and it has no small images.
    pub photo_seconds: u32,
    /// Memory that decoding one photo may take, in MiB.
    pub photo_memory_mib: u32,
    /// Memory for what coverage knows of regions, in MiB; what was used longest ago goes first and is read again.
    pub coverage_memory_mib: u32,
    /// Mebibytes of map tiles, and of what they are drawn from, that are kept in memory.
    pub tile_memory_mib: u32,
    /// Mebibytes of pages of features that are kept in memory.
    pub page_memory_mib: u32,
    /// Facts that one push may hold.
    pub push_facts: u32,
    /// Largest push after inflation, in MiB.
    pub push_mib: u32,
    /// Largest bundle that is carried here by hand, in MiB.
    pub bundle_mib: u32,
    /// Days after which what a carried bundle holds is looked at by a person before it counts.
    pub bundle_days: u32,
    /// The province's server, which a post node forwards to.
    pub upstream_url: Option<String>,
    /// The file with the secret that the province gave the node.
    pub upstream_token_file: Option<PathBuf>,
    /// The file with what the province's `bundle recipient` printed, for bundles that are carried.
    pub upstream_recipient: Option<PathBuf>,
    /// Listeners at the live feed of one process.
    pub live_listeners: u32,
    /// Features that a file may hold which is asked for without a reason and a second account.
    pub export_features: u32,
    /// Days that a file made in the background can be fetched.
    pub export_days: u32,
    /// Files in the background that one account may have at once.
    pub open_exports: u32,
    /// Largest file of an office that is read, in MiB.
    pub import_mib: u32,
    /// Rows that a file of an office may hold.
    pub import_rows: u32,
    /// Days that a file of an office waits to be loaded after its report.
    pub import_days: u32,
    /// Months that raw tracks are kept.
    pub retention_months: u32,
    /// An outside time-stamping authority (RFC 3161) that stamps the log's heads; without one none does.
    pub tsa_url: Option<String>,
    /// Hours between two stamps.
    pub tsa_hours: u32,
    /// Whether the SQLite file and the blobs are on disk before an answer. Without it nothing acknowledged survives
    /// a power cut, and `/readyz` says so: for throwaway data only.
    pub fsync: bool,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Reads the settings; `flags` win over all else.
    pub fn load(
        file: Option<&Path>,
        flags: BTreeMap<&'static str, String>,
    ) -> Result<Self, ConfigFaults> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(
            Env::prefixed("TUANTRA_")
                .filter(|key| !key.starts_with("test_") && key != "bless" && key != "config"),
        );
        let merged: BTreeMap<String, Value> = figment.extract().map_err(|error| {
            ConfigFaults(error.into_iter().map(|fault| fault.to_string()).collect())
        })?;
        let mut texts: BTreeMap<String, String> = merged
            .into_iter()
            .map(|(key, value)| (key, text_of(value)))
            .collect();
        texts.extend(
            flags
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value)),
        );
        Self::parse(&texts)
    }

    fn parse(texts: &BTreeMap<String, String>) -> Result<Self, ConfigFaults> {
        let mut reader = Reader {
            texts,
            faults: Vec::new(),
        };
        reader.name_unknown_keys();
        let config = Self {
            data: reader
                .parse("data")
                .unwrap_or_else(|| PathBuf::from("data")),
            listen: reader
                .parse("listen")
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            database_url: reader.parse("database_url"),
            bucket: Bucket::read(&mut reader),
            public_url: reader
                .parse::<String>("public_url")
                .map(|url| url.trim_end_matches('/').to_owned()),
            tls_cert: reader.parse("tls_cert"),
            tls_key: reader.parse("tls_key"),
            plain_http: reader.parse("plain_http").unwrap_or(false),
            log_format: reader.parse("log_format").unwrap_or(LogFormat::Text),
            requests_per_second: reader
                .parse("requests_per_second")
                .unwrap_or(const { NonZeroU32::new(100).expect("not zero") }),
            tracker_requests_per_second: reader
                .parse("tracker_requests_per_second")
                .unwrap_or(const { NonZeroU32::new(200).expect("not zero") }),
            max_photo_mb: reader.parse("max_photo_mb").unwrap_or(40),
            upload_days: reader.parse("upload_days").unwrap_or(14),
            open_uploads: reader.parse("open_uploads").unwrap_or(100),
            open_uploads_mb: reader.parse("open_uploads_mb").unwrap_or(2000),
            cors_origins: reader.parse("cors_origins").unwrap_or_default(),
            photo_seconds: reader.parse("photo_seconds").unwrap_or(30),
            photo_memory_mib: reader.parse("photo_memory_mib").unwrap_or(2048),
            coverage_memory_mib: reader.parse("coverage_memory_mib").unwrap_or(768),
            tile_memory_mib: reader.parse("tile_memory_mib").unwrap_or(192),
            page_memory_mib: reader.parse("page_memory_mib").unwrap_or(128),
            push_facts: reader.parse("push_facts").unwrap_or(500),
            push_mib: reader.parse("push_mib").unwrap_or(4),
            bundle_mib: reader.parse("bundle_mib").unwrap_or(64),
            bundle_days: reader.parse("bundle_days").unwrap_or(30),
            upstream_url: reader.parse("upstream_url"),
            upstream_token_file: reader.parse("upstream_token_file"),
            upstream_recipient: reader.parse("upstream_recipient"),
            live_listeners: reader.parse("live_listeners").unwrap_or(200),
            export_features: reader.parse("export_features").unwrap_or(20_000),
            export_days: reader.parse("export_days").unwrap_or(7),
            open_exports: reader.parse("open_exports").unwrap_or(5),
            import_mib: reader.parse("import_mib").unwrap_or(16),
            import_rows: reader.parse("import_rows").unwrap_or(5_000),
            import_days: reader.parse("import_days").unwrap_or(3),
            retention_months: reader.parse("retention_months").unwrap_or(24),
            tsa_url: reader.parse("tsa_url"),
            tsa_hours: reader.parse("tsa_hours").unwrap_or(24),
            fsync: reader.parse("fsync").unwrap_or(true),
        };
        config.unless(reader.faults)
    }

    /// Itself, where neither a key nor what keys say together is at fault.
    fn unless(self, mut faults: Vec<String>) -> Result<Self, ConfigFaults> {
        self.name_contradictions(&mut faults);
        if faults.is_empty() {
            Ok(self)
        } else {
            Err(ConfigFaults(faults))
        }
    }

    fn name_contradictions(&self, faults: &mut Vec<String>) {
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            faults.push("tls_cert and tls_key belong together: give both or none".into());
        }
        self.name_upstream(faults);
        for (key, url) in [("public_url", &self.public_url), ("tsa_url", &self.tsa_url)] {
            let is_url = |url: &String| url.starts_with("https://") || url.starts_with("http://");
            if !url.as_ref().is_none_or(is_url) {
                faults.push(format!("{key}: expected {}", expected(key)));
            }
        }
        if let Some(url) = &self.database_url
            && !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
        {
            faults.push(format!(
                "database_url: expected {}",
                expected("database_url")
            ));
        }
        for (key, value, allowed) in [
            ("max_photo_mb", self.max_photo_mb, 1..=1000),
            ("upload_days", self.upload_days, 1..=90),
            ("open_uploads", self.open_uploads, 1..=10_000),
            ("open_uploads_mb", self.open_uploads_mb, 1..=1_000_000),
            ("photo_seconds", self.photo_seconds, 1..=60),
            ("photo_memory_mib", self.photo_memory_mib, 128..=16_384),
            ("coverage_memory_mib", self.coverage_memory_mib, 16..=65_536),
            ("tile_memory_mib", self.tile_memory_mib, 1..=65_536),
            ("page_memory_mib", self.page_memory_mib, 1..=65_536),
            ("push_facts", self.push_facts, 1..=5_000),
            ("push_mib", self.push_mib, 1..=16),
            ("bundle_mib", self.bundle_mib, 1..=190),
            ("bundle_days", self.bundle_days, 1..=366),
            ("live_listeners", self.live_listeners, 1..=10_000),
            ("export_features", self.export_features, 1..=1_000_000),
            ("export_days", self.export_days, 1..=90),
            ("open_exports", self.open_exports, 1..=100),
            ("import_mib", self.import_mib, 1..=64),
            ("import_rows", self.import_rows, 1..=20_000),
            ("import_days", self.import_days, 1..=90),
            ("retention_months", self.retention_months, 1..=600),
            ("tsa_hours", self.tsa_hours, 1..=720),
        ] {
            if !allowed.contains(&value) {
                faults.push(format!("{key}: expected {}", expected(key)));
            }
        }
        if !self.listen.ip().is_loopback()
            && self.tls_cert.is_none()
            && !self.is_https()
            && !self.plain_http
        {
            faults.push(format!(
                "listen: {} is reachable from outside without TLS: give tls_cert and tls_key, or a public_url with \
                 https when a proxy ends TLS, or plain_http = true in a lab",
                self.listen
            ));
        }
    }

    /// Whether browsers reach this server by HTTPS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        match &self.public_url {
            Some(url) => url.starts_with("https://"),
            None => self.tls_cert.is_some(),
        }
    }

    /// The address that people are told.
    #[must_use]
    pub fn shown_url(&self) -> String {
        let scheme = if self.tls_cert.is_some() {
            "https"
        } else {
            "http"
        };
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("{scheme}://{}", self.listen))
    }
}

/// Without the URL of the database, which may hold a password, and what else is secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("data", &self.data)
            .field("listen", &self.listen)
            .field(
                "database",
                &self
                    .database_url
                    .as_ref()
                    .map_or("sqlite", |_| "postgres://…"),
            )
            .field("public_url", &self.public_url)
            .field("tls", &self.tls_cert.is_some())
            .finish_non_exhaustive()
    }
}

impl std::str::FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}
