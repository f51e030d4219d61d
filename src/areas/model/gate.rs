//! Border gates (cửa khẩu) and crossings as a file describes them: points, often known only roughly.

use std::io::Read;

use geojson::GeometryValue;

use super::commune::Codes;
use super::faults::{ImportError, Reason};
use super::properties::{Properties, bad};
use super::reader::{Feature, FeatureReader, Limits};
use crate::base::words::vocabulary;
use crate::geo::position::Position;
use crate::geo::shape::ShapeError;

vocabulary! {
    /// What a gate is open to.
    GateKind: "a kind of gate" {
        /// Cửa khẩu quốc tế.
        International = "international",
        /// Cửa khẩu chính, song phương.
        Main = "main",
        /// Cửa khẩu phụ.
        Secondary = "secondary",
        /// Lối mở.
        Opening = "opening",
    }
}

impl GateKind {
    fn read(text: &str) -> Option<Self> {
        let word = text.to_lowercase();
        match word.as_str() {
            "quốc tế" => Some(Self::International),
            "chính" | "song phương" => Some(Self::Main),
            "phụ" => Some(Self::Secondary),
            "lối mở" => Some(Self::Opening),
            code => code.parse().ok(),
        }
    }
}

/// A gate as a file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct GateDraft {
    /// Its code; the name if the file gives none.
    pub code: String,
    /// The name.
    pub name: String,
    /// What it is open to.
    pub kind: GateKind,
    /// The code of its commune, if the file says so.
    pub commune: Option<String>,
    /// Where it stands.
    pub position: Position,
    /// How well that is known: radius in metres.
    pub accuracy_m: Option<f64>,
    /// How the position was found.
    pub basis: Option<String>,
}

impl GateDraft {
    /// Parses one feature.
    pub fn parse(feature: &Feature) -> Result<Self, ImportError> {
        Self::read(feature).map_err(|reason| reason.at(feature.number, None))
    }

    fn read(feature: &Feature) -> Result<Self, Reason> {
        let properties = Properties(&feature.properties);
        let owned = |field| Ok::<_, Reason>(properties.text(field)?.map(str::to_owned));
        let name = properties.required("name")?.to_owned();
        let code = match properties.value("code") {
            Some(_) => properties.code("code")?.to_owned(),
            None => name.clone(),
        };
        let commune = match owned("commune")? {
            Some(code) => Some(code),
            None => owned("commune_code")?,
        };
        Ok(Self {
            code,
            name,
            kind: kind(properties)?,
            commune,
            position: position(feature)?,
            accuracy_m: accuracy_m(properties)?,
            basis: basis(properties)?,
        })
    }
}

fn kind(properties: Properties<'_>) -> Result<GateKind, Reason> {
    let field = ["kind", "type"]
        .into_iter()
        .find(|field| properties.value(field).is_some())
        .unwrap_or("kind");
    let expected = "international, main, secondary or opening (quốc tế, chính, phụ, lối mở)";
    GateKind::read(properties.required(field)?).ok_or_else(|| bad(field, expected))
}

pub(super) fn accuracy_m(properties: Properties<'_>) -> Result<Option<f64>, Reason> {
    let field = "accuracy_m";
    let Some(value) = properties.value(field) else {
        return Ok(None);
    };
    let metres = value
        .as_f64()
        .filter(|metres| (0.0..=100_000.0).contains(metres));
    metres
        .map(Some)
        .ok_or_else(|| bad(field, "metres, 0 to 100000"))
}

/// Longer than other texts: it argues.
pub(super) fn basis(properties: Properties<'_>) -> Result<Option<String>, Reason> {
    const MOST_CHARS: usize = 1_000;
    let Some(value) = properties.value("basis") else {
        return Ok(None);
    };
    let text = value.as_str().map(str::trim);
    let text = text.filter(|text| text.chars().count() <= MOST_CHARS);
    text.map(|text| Some(text.to_owned()))
        .ok_or_else(|| bad("basis", "text of at most 1000 characters"))
}

pub(super) fn position(feature: &Feature) -> Result<Position, Reason> {
    let geometry = feature.geometry.as_ref().ok_or(Reason::NoGeometry)?;
    let GeometryValue::Point { coordinates } = &geometry.value else {
        return Err(Reason::Shape(ShapeError::WrongType {
            expected: "Point",
            found: geometry.value.type_name(),
        }));
    };
    let [lon, lat, ..] = coordinates.as_slice() else {
        return Err(Reason::Shape(ShapeError::OutOfRange { at: 1 }));
    };
    let looks_projected = lon.abs() > 360.0 || lat.abs() > 360.0;
    match Position::new(*lon, *lat) {
        Ok(position) => Ok(position),
        Err(_) if looks_projected => Err(Reason::Shape(ShapeError::ProjectedCoordinates { at: 1 })),
        Err(_) if lat.abs() <= 180.0 && lon.abs() <= 90.0 => {
            Err(Reason::Shape(ShapeError::SwappedAxes { at: 1 }))
        }
        Err(_) => Err(Reason::Shape(ShapeError::OutOfRange { at: 1 })),
    }
}

/// Reads every gate of a file; the first fault ends the reading and nothing is returned.
pub fn read_gates(input: impl Read, limits: Limits) -> Result<Vec<GateDraft>, ImportError> {
    let mut drafts = Vec::new();
    let mut codes = Codes::default();
    for feature in FeatureReader::new(input, limits) {
        let feature = feature?;
        let draft = GateDraft::parse(&feature)?;
        codes.add(&draft.code, feature.number)?;
        drafts.push(draft);
    }
    if drafts.is_empty() {
        return Err(Reason::NoFeatures.of_file());
    }
    Ok(drafts)
}
