//! Reads GeoJSON features from a stream one at a time: a `FeatureCollection` however printed, or one feature per line
//! (newline-delimited GeoJSON, RFC 8142). Memory is bounded by the largest feature allowed, never by the file.
//!
//! The `geojson` crate's own feature reader takes the first `[` of the file for the features, even that of a `bbox`,
//! and looks at nothing behind the last feature, so a cut or wrongly joined file would pass.

use std::io::Read;

use geojson::Geometry;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::faults::{ImportError, Reason};
use super::scan::Scanner;
use super::vertices::count;
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
    takes_any_crs: bool,
    crs: Option<String>,
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
            takes_any_crs: false,
            crs: None,
        }
    }

    /// Takes features of every reference system that a file names, and leaves it to the caller to turn them. A feature's
    /// own id stands among its properties.
    #[must_use]
    pub fn with_any_crs(mut self) -> Self {
        self.takes_any_crs = true;
        self
    }

    /// The reference system other than WGS84 that the file names, as far as it was read.
    #[must_use]
    pub fn crs(&self) -> Option<&str> {
        self.crs.as_deref()
    }

    fn see_crs(&mut self, crs: &Value) -> Result<(), Reason> {
        match check_crs(crs) {
            Err(ShapeError::ForeignCrs { name }) if self.takes_any_crs => {
                self.crs = Some(name);
                Ok(())
            }
            checked => Ok(checked?),
        }
    }

    fn see_root(&mut self, has_features: bool) -> Result<bool, Reason> {
        let (is_typed, crs) = check_root(&self.value, has_features)?;
        self.see_crs(&crs)?;
        Ok(is_typed)
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
            self.is_typed = self.see_root(true)?;
            self.state = State::InCollection;
            return Ok(None);
        }
        self.see_root(false)?;
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
        if !self.see_root(true)? && !self.is_typed {
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
        self.see_crs(&parsed.crs)?;
        let vertices = parsed.geometry.as_ref().map_or(0, count);
        self.vertices += vertices;
        if self.vertices > self.limits.vertices {
            return Err(Reason::TooManyVertices {
                max: self.limits.vertices,
            });
        }
        let mut properties = parsed.properties.unwrap_or_default();
        if self.takes_any_crs && !parsed.id.is_null() {
            properties.entry("id").or_insert(parsed.id);
        }
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
    id: Value,
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

/// Checks the type of the root; tells whether it was there, which may stand behind the features, and the `crs`.
fn check_root(text: &[u8], has_features: bool) -> Result<(bool, Value), Reason> {
    let root: RootText = serde_json::from_slice(text).or(Err(Reason::NotJson))?;
    let expected = if has_features {
        "FeatureCollection"
    } else {
        "Feature"
    };
    match root.kind {
        Some(kind) if kind == expected => Ok((true, root.crs)),
        None if has_features => Ok((false, root.crs)),
        kind => Err(Reason::WrongRoot {
            found: shortened(kind.as_deref().unwrap_or("an object without type")),
        }),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
