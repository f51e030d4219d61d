//! Files that staff's tools open: what one reader may see of a collection, in the formats of QGIS, Excel, handhelds and
//! Google Earth.
//!
//! Every writer takes features one after the other and holds none: memory does not grow with their number (`FlatGeobuf`
//! keeps eight bytes of each for its index, `GeoPackage` what SQLite caches). What all formats have in common is done
//! once, in [`layer`].

pub mod csv;
mod direct;
mod filter;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
pub mod gpx;
pub mod http;
pub mod kml;
pub mod layer;
mod make;
mod orders;
mod run;
mod sink;
mod sql;
mod styles;
#[cfg(test)]
mod tests;
mod text;
mod verify;
mod withdraw;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::refusal::Refusal;
use crate::base::words::vocabulary;
use crate::blobs::{self, Blobs};
use crate::identity::{self, Identity};
use crate::journal::Journal;
use crate::publish::source::Publisher;
use crate::store::{self, ActError};

pub use direct::Direct;
pub use filter::{Filter, FilterFault};
pub use make::{Count, Made, Wanted};
pub use orders::{ExportDecision, ExportDraft, ExportState, ExportView};
pub use sink::Sink;
pub use sql::STATEMENTS;
pub use verify::verify_rows;

use layer::Layer;
use text::Rows;

vocabulary! {
    /// A format of files; the word is the file's ending.
    Format: "a format" {
        /// GeoJSON (RFC 7946), one collection.
        GeoJson = "geojson",
        /// GeoJSON features, a line each.
        GeoJsonLines = "geojsonl",
        /// `FlatGeobuf` 3 with its packed index.
        FlatGeobuf = "fgb",
        /// `GeoPackage` 1.3 with styles.
        GeoPackage = "gpkg",
        /// Comma-separated values for Excel.
        Csv = "csv",
        /// GPX 1.1 for handhelds.
        Gpx = "gpx",
        /// KML 2.2.
        Kml = "kml",
    }
}

impl Format {
    /// The registered type of the bytes.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::GeoJson => "application/geo+json",
            Self::GeoJsonLines => "application/geo+json-seq",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Gpx => "application/gpx+xml",
            Self::Kml => "application/vnd.google-earth.kml+xml",
        }
    }

    /// Whether one file may hold several collections.
    #[must_use]
    pub const fn holds_several(self) -> bool {
        matches!(self, Self::GeoPackage)
    }

    /// Whether the format can hold this layer: handhelds know points and tracks only.
    #[must_use]
    pub const fn holds(self, layer: &Layer) -> bool {
        !matches!(self, Self::Gpx) || !layer.is_area()
    }

    /// The writer of a format that is text from front to back.
    fn rows(self, layer: Layer) -> Option<Box<dyn Rows>> {
        Some(match self {
            Self::GeoJson => Box::new(geojson::Collection::new(layer)),
            Self::GeoJsonLines => Box::new(geojson::Lines::new(layer)),
            Self::Csv => Box::new(csv::Csv::new(layer)),
            Self::Gpx => Box::new(gpx::Gpx::new(layer)),
            Self::Kml => Box::new(kml::Kml::new(layer)),
            Self::FlatGeobuf | Self::GeoPackage => return None,
        })
    }
}

/// What the operator allows.
#[derive(Debug, Clone, Copy)]
pub struct ExportLimits {
    /// Features of a file that needs no reason.
    pub features: u32,
    /// Days that a file in the background can be fetched.
    pub days: u32,
    /// Files in the background that one account may have at once.
    pub open: u32,
}

/// Makes files for staff.
#[derive(Debug, Clone)]
pub struct Exports {
    journal: Journal,
    identity: Identity,
    publisher: Publisher,
    blobs: Blobs,
    /// Where files are while they are made.
    folder: Arc<PathBuf>,
    limits: ExportLimits,
    /// Where the server is reached, without a slash at the end.
    root: Arc<str>,
}

impl Exports {
    /// Exports of what `publisher` gives; files are made in a folder of their own within `data`.
    #[must_use]
    pub fn new(
        identity: Identity,
        publisher: Publisher,
        blobs: Blobs,
        data: &Path,
        limits: ExportLimits,
    ) -> Self {
        Self {
            journal: identity.journal().clone(),
            identity,
            publisher,
            blobs,
            folder: Arc::new(data.join("spool/exports")),
            limits,
            root: Arc::from(""),
        }
    }

    /// The same with links that lead to a server at that address.
    #[must_use]
    pub fn at(self, url: &str) -> Self {
        let root = Arc::from(url.trim_end_matches('/'));
        Self { root, ..self }
    }
}

/// Why a file is not given.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller lacks the right.
    #[error("not allowed")]
    Forbidden,
    /// There is no such collection or file, or it is not the caller's.
    #[error("no such thing")]
    NotFound,
    /// A filter cannot be answered.
    #[error(transparent)]
    Filter(#[from] FilterFault),
    /// What was sent cannot be accepted.
    #[error("refused")]
    Refused(#[from] Refusal),
    /// More features than go without a reason.
    #[error("more than {0} features")]
    TooMany(u64),
    /// The account has so many files already.
    #[error("{0} files are open")]
    TooManyOpen(u32),
    /// The asker cannot approve, nor whoever may be the same person.
    #[error("a second account is needed")]
    SecondAccount,
    /// The file is not in a state for this.
    #[error("wrong state")]
    WrongState,
    /// The file's days are over.
    #[error("expired")]
    Gone,
    /// It was taken back while it was made.
    #[error("taken back")]
    Stopped,
    /// The disk failed.
    #[error("the file cannot be written: {0}")]
    Disk(#[from] std::io::Error),
    /// A `GeoPackage` failed.
    #[error("the GeoPackage cannot be written: {0}")]
    Package(#[from] sqlx::Error),
    /// The store of pieces failed.
    #[error(transparent)]
    Blobs(#[from] blobs::Error),
    /// Accounts could not be read.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl ActError for Error {
    fn store(&self) -> Option<&store::Error> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl Error {
    /// Whether trying again would end alike.
    const fn is_lasting(&self) -> bool {
        matches!(self, Self::Forbidden | Self::NotFound | Self::Filter(_))
    }

    /// What the asker is told.
    fn told(&self) -> String {
        match self {
            Self::Forbidden | Self::NotFound => {
                "the asker may not read this any more / người yêu cầu không còn quyền đọc"
                    .to_owned()
            }
            Self::Filter(fault) => fault.to_string(),
            _ => "the server could not make the file / máy chủ không tạo được tệp".to_owned(),
        }
    }
}
