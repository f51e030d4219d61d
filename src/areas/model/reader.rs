//! Reads GeoJSON features from a stream one at a time: a `FeatureCollection` however printed, or one feature per line
//! (newline-delimited GeoJSON, RFC 8142). Memory is bounded by the largest feature allowed, never by the file.
//!
//! The `geojson` crate's own feature reader takes the first `[` of the file for the features, even that of a `bbox`,
//! and looks at nothing behind the last feature, so a cut or wrongly joined file would pass.

use std::io::{ErrorKind, Read};

use geojson::Geometry;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::scan::Scanner;
use crate::geo::shape::{ShapeError, check_crs};

const MAX_HEAD_BYTES: usize = 1024 * 1024;

/// How much a file may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole file.
    pub file_bytes: u64,
    /// Bytes of one feature.
    pub feature_bytes: usize,
    /// Vertices of all features together.
    pub vertices: usize,
    /// Features.
    pub features: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 512 << 20,
            feature_bytes: 32 << 20,
            vertices: 5_000_000,
            features: 20_000,
        }
    }
}

/// One feature as it stood in the file.
#[derive(Debug)]
pub struct Feature {
    /// Its place in the file, from 1.
    pub number: usize,
    /// Its properties; empty if there are none.
    pub properties: Map<String, Value>,
    /// Its geometry, unchecked.
    pub geometry: Option<Geometry>,
    /// Positions of its geometry.
    pub vertices: usize,
}

/// A fault of an imported file: where it is and why it is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}{reason}", place(*.feature, code.as_deref()))]
pub struct ImportError {
    /// The feature's place in the file, from 1; none if the file as a whole is at fault.
    pub feature: Option<usize>,
    /// The feature's code, as far as it could be read.
    pub code: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a file or feature is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// The file is not JSON text.
    #[error("the file is no JSON text")]
    NotJson,
    /// The file is compressed.
    #[error("the file is compressed: unpack it first")]
    Compressed,
    /// The file has no content.
    #[error("the file is empty")]
    EmptyFile,
    /// The file is JSON, but no collection of features.
    #[error("expected a GeoJSON FeatureCollection, or one Feature per line; found {found}")]
    WrongRoot {
        /// The type that came.
        found: String,
    },
    /// The file ends in the middle.
    #[error("the file is truncated: it ends in the middle")]
    Truncated,
    /// Something follows the collection.
    #[error("something follows the end of the FeatureCollection")]
    TrailingData,
    /// Neither a comma nor the end of the list between features.
    #[error("expected a comma or the end of the list of features")]
    BrokenList,
    /// A feature that does not parse.
    #[error("not a valid GeoJSON Feature (line {line}, column {column} of the feature)")]
    BrokenFeature {
        /// Line within the feature, from 1.
        line: usize,
        /// Column within the line, from 1.
        column: usize,
    },
    /// The file is too large.
    #[error("the file is larger than {} MB", max_bytes >> 20)]
    FileTooLarge {
        /// The most bytes allowed.
        max_bytes: u64,
    },
    /// A feature is too large.
    #[error("the feature is larger than {} bytes", max_bytes)]
    FeatureTooLarge {
        /// The most bytes allowed.
        max_bytes: usize,
    },
    /// Too many features.
    #[error("the file has more than {max} features")]
    TooManyFeatures {
        /// The most features allowed.
        max: usize,
    },
    /// Too many vertices.
    #[error("the file has more than {max} vertices")]
    TooManyVertices {
        /// The most vertices allowed.
        max: usize,
    },
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Unreadable(ErrorKind),
    /// The feature has no geometry.
    #[error("the feature has no geometry")]
    NoGeometry,
    /// The geometry is refused, or the file's reference system.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A property that must be there is not.
    #[error("property {field:?} is missing")]
    Missing {
        /// The property's name.
        field: String,
    },
    /// A property that cannot be used.
    #[error("property {field:?}: expected {expected}")]
    BadProperty {
        /// The property's name.
        field: String,
        /// What would do.
        expected: &'static str,
    },
    /// A code that an earlier feature already has.
    #[error("the code is the same as that of feature {first}")]
    DuplicateCode {
        /// The earlier feature's place in the file.
        first: usize,
    },
    /// A validity that ends before it begins.
    #[error("the validity ends before it begins")]
    EmptyValidity,
}

impl Reason {
    /// This reason at a feature.
    #[must_use]
    pub fn at(self, feature: usize, code: Option<&str>) -> ImportError {
        ImportError {
            feature: Some(feature),
            code: code.map(str::to_owned),
            reason: self,
        }
    }
}

fn place(feature: Option<usize>, code: Option<&str>) -> String {
    match (feature, code) {
        (Some(number), Some(code)) => format!("feature {number} (code {code}): "),
        (Some(number), None) => format!("feature {number}: "),
        (None, _) => String::new(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    InCollection,
    InLines,
    Done,
}

/// Yields features in file order; after the first error nothing more.
pub struct FeatureReader<R> {
    scanner: Scanner<R>,
    limits: Limits,
    state: State,
    is_typed: bool,
    number: usize,
    vertices: usize,
    value: Vec<u8>,
}

impl<R: Read> FeatureReader<R> {
    /// A reader within these limits.
    #[must_use]
    pub fn new(input: R, limits: Limits) -> Self {
        let scanner = Scanner::new(input, limits.file_bytes);
        Self {
            scanner,
            limits,
            state: State::Start,
            is_typed: false,
            number: 0,
            vertices: 0,
            value: Vec::new(),
        }
    }

    fn step(&mut self) -> Result<Option<Feature>, Reason> {
        loop {
            match self.state {
                State::Start => {
                    if let Some(feature) = self.open()? {
                        return Ok(Some(feature));
                    }
                }
                State::InCollection => return self.next_of_collection(),
                State::InLines => return self.next_of_lines(),
                State::Done => return Ok(None),
            }
        }
    }

    /// Reads up to the list of features, or the whole first value if there is none.
    fn open(&mut self) -> Result<Option<Feature>, Reason> {
        self.scanner.skip_mark()?;
        match self.scanner.peek_token()? {
            None => return Err(Reason::EmptyFile),
            Some(b'{') => {}
            Some(b'[') => {
                return Err(Reason::WrongRoot {
                    found: "a list".to_owned(),
                });
            }
            // The first bytes of gzip, zip and zstd files.
            Some(0x1F | b'P' | 0x28) => return Err(Reason::Compressed),
            Some(_) => return Err(Reason::NotJson),
        }
        self.value.clear();
        self.take_byte()?;
        if self.members_until_features()? {
            self.value.extend_from_slice(b"null}");
            self.is_typed = check_root(&self.value, true)?;
            self.state = State::InCollection;
            return Ok(None);
        }
        check_root(&self.value, false)?;
        self.state = State::InLines;
        self.parse().map(Some)
    }

    /// Copies members of the root object; true when it stands in front of the first of a list named `features`.
    fn members_until_features(&mut self) -> Result<bool, Reason> {
        loop {
            match self.scanner.peek_token()?.ok_or(Reason::Truncated)? {
                b'}' => {
                    self.take_byte()?;
                    return Ok(false);
                }
                b',' => self.take_byte()?,
                b'"' => {}
                _ => return Err(Reason::NotJson),
            }
            if self.scanner.peek_token()? != Some(b'"') {
                return Err(self.ended_or(Reason::NotJson)?);
            }
            let key_at = self.value.len();
            self.scanner.value(&mut self.value, MAX_HEAD_BYTES)?;
            let is_features = self.value.get(key_at..) == Some(b"\"features\"");
            if self.scanner.peek_token()? != Some(b':') {
                return Err(self.ended_or(Reason::NotJson)?);
            }
            self.take_byte()?;
            if is_features && self.scanner.peek_token()? == Some(b'[') {
                self.scanner.bump()?;
                return Ok(true);
            }
            let room = self.limits.feature_bytes.saturating_sub(self.value.len());
            self.scanner.value(&mut self.value, room)?;
        }
    }

    fn ended_or(&mut self, reason: Reason) -> Result<Reason, Reason> {
        Ok(if self.scanner.peek()?.is_none() {
            Reason::Truncated
        } else {
            reason
        })
    }

    fn take_byte(&mut self) -> Result<(), Reason> {
        self.value
            .push(self.scanner.bump()?.ok_or(Reason::Truncated)?);
        Ok(())
    }

    fn next_of_collection(&mut self) -> Result<Option<Feature>, Reason> {
        match (self.scanner.peek_token()?, self.number) {
            (None, _) => return Err(Reason::Truncated),
            (Some(b']'), _) => return self.close().map(|()| None),
            (Some(b','), 1..) => {
                self.scanner.bump()?;
            }
            (Some(_), 1..) => return Err(Reason::BrokenList),
            (Some(_), 0) => {}
        }
        self.read_value()?;
        self.parse().map(Some)
    }

    fn next_of_lines(&mut self) -> Result<Option<Feature>, Reason> {
        match self.scanner.peek_token()? {
            None => {
                self.state = State::Done;
                Ok(None)
            }
            Some(b'{') => {
                self.read_value()?;
                self.parse().map(Some)
            }
            Some(_) => Err(Reason::TrailingData),
        }
    }

    fn read_value(&mut self) -> Result<(), Reason> {
        self.value.clear();
        if self.scanner.peek_token()? == Some(b'{') {
            return self
                .scanner
                .value(&mut self.value, self.limits.feature_bytes);
        }
        Err(self.ended_or(Reason::BrokenFeature { line: 1, column: 1 })?)
    }

    /// Reads what follows the list of features; the root's type or `crs` may stand there.
    fn close(&mut self) -> Result<(), Reason> {
        self.state = State::Done;
        self.scanner.bump()?;
        self.value.clear();
        self.value.extend_from_slice(b"{\"features\":null");
        if self.members_until_features()? {
            return Err(Reason::TrailingData);
        }
        if !check_root(&self.value, true)? && !self.is_typed {
            return Err(Reason::WrongRoot {
                found: "an object without type".to_owned(),
            });
        }
        if self.scanner.peek_token()?.is_some() {
            Err(Reason::TrailingData)
        } else {
            Ok(())
        }
    }

    fn parse(&mut self) -> Result<Feature, Reason> {
        self.number += 1;
        if self.number > self.limits.features {
            return Err(Reason::TooManyFeatures {
                max: self.limits.features,
            });
        }
        let parsed: FeatureText =
            serde_json::from_slice(&self.value).map_err(|error| Reason::BrokenFeature {
                line: error.line(),
                column: error.column(),
            })?;
        if parsed.kind != "Feature" {
            return Err(Reason::WrongRoot {
                found: shortened(&parsed.kind),
            });
        }
        check_crs(&parsed.crs)?;
        let vertices = parsed.geometry.as_ref().map_or(0, count);
        self.vertices += vertices;
        if self.vertices > self.limits.vertices {
            return Err(Reason::TooManyVertices {
                max: self.limits.vertices,
            });
        }
        let properties = parsed.properties.unwrap_or_default();
        Ok(Feature {
            number: self.number,
            properties,
            geometry: parsed.geometry,
            vertices,
        })
    }

    /// Only a fault of one feature names it.
    fn located(&self, reason: Reason) -> ImportError {
        let of_file = matches!(
            reason,
            Reason::FileTooLarge { .. }
                | Reason::TooManyFeatures { .. }
                | Reason::TooManyVertices { .. }
        );
        let feature = match (self.state, &reason) {
            (State::Start | State::Done, _) => None,
            (_, Reason::Truncated | Reason::BrokenList | Reason::TrailingData)
                if self.number == 0 =>
            {
                None
            }
            (_, Reason::BrokenFeature { .. } | Reason::Shape(_) | Reason::WrongRoot { .. }) => {
                Some(self.number)
            }
            (_, Reason::FeatureTooLarge { .. }) => Some(self.number + 1),
            (_, Reason::Truncated | Reason::BrokenList) => Some(self.number),
            _ => None,
        };
        ImportError {
            feature: feature.filter(|_| !of_file),
            code: None,
            reason,
        }
    }
}

impl<R: Read> Iterator for FeatureReader<R> {
    type Item = Result<Feature, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        let located = step.map_err(|reason| self.located(reason));
        if located.is_err() {
            self.state = State::Done;
        }
        located.transpose()
    }
}

#[derive(Deserialize)]
struct FeatureText {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    properties: Option<Map<String, Value>>,
    #[serde(default)]
    geometry: Option<Geometry>,
    #[serde(default)]
    crs: Value,
}

#[derive(Deserialize)]
struct RootText {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    crs: Value,
}

/// Checks type and `crs` of the root; tells whether the type was there, which may stand behind the features.
fn check_root(text: &[u8], has_features: bool) -> Result<bool, Reason> {
    let root: RootText = serde_json::from_slice(text).or(Err(Reason::NotJson))?;
    check_crs(&root.crs)?;
    let expected = if has_features {
        "FeatureCollection"
    } else {
        "Feature"
    };
    match root.kind {
        Some(kind) if kind == expected => Ok(true),
        None if has_features => Ok(false),
        Some(kind) => Err(Reason::WrongRoot {
            found: shortened(&kind),
        }),
        None => Err(Reason::WrongRoot {
            found: "an object without type".to_owned(),
        }),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn count(geometry: &Geometry) -> usize {
    use geojson::GeometryValue as G;
    match &geometry.value {
        G::Point { .. } => 1,
        G::MultiPoint { coordinates } | G::LineString { coordinates } => coordinates.len(),
        G::MultiLineString { coordinates } | G::Polygon { coordinates } => {
            coordinates.iter().map(Vec::len).sum()
        }
        G::MultiPolygon { coordinates } => coordinates.iter().flatten().map(Vec::len).sum(),
        G::GeometryCollection { geometries } => geometries.iter().map(count).sum(),
    }
}
