//! What is published: collections, their fields, and features whose values stand in the order of the fields.

use geo::Geometry;

use crate::base::time::{LocalDate, Timestamp};
use crate::base::words::vocabulary;

vocabulary! {
    /// A published collection; the word is its id in addresses.
    Collection: "a collection" {
        /// Communes by the map of a day.
        Communes = "communes",
        /// Hamlets.
        Hamlets = "hamlets",
        /// Areas where planting is likely.
        RiskAreas = "risk_areas",
        /// Border gates and crossings.
        BorderGates = "border_gates",
        /// Patrols as lines, one part per recorded leg.
        Patrols = "patrols",
        /// Fixes of patrols' tracks.
        Fixes = "fixes",
        /// Plots of illicit crops.
        Plots = "plots",
        /// Evidence photos as points.
        Photos = "photos",
        /// Cells of risk areas with their visits.
        CoverageCells = "coverage_cells",
        /// Cells with the density of plots.
        DensityCells = "density_cells",
    }
}

/// What the values of a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text, NFC.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Real,
    /// True or false.
    Flag,
    /// An instant, RFC 3339 in UTC when written as text.
    Time,
    /// A local day (UTC+7).
    Date,
}

/// One field of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in data: ASCII, with its unit (`area_m2`).
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What staff call it.
    pub title_vi: &'static str,
    /// The same in English.
    pub title_en: &'static str,
    /// Whether filters may use it.
    pub is_queryable: bool,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Not known, or not for this reader.
    Null,
    /// Text, NFC.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Real(f64),
    /// True or false.
    Flag(bool),
    /// An instant.
    Time(Timestamp),
    /// A local day (UTC+7).
    Date(LocalDate),
}

/// What kinds of geometry a collection has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Points.
    Point,
    /// Lines of several parts.
    MultiLineString,
    /// Areas of several parts.
    MultiPolygon,
    /// Hexagons.
    Polygon,
}

/// One feature as one reader may see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// The id within the collection: an UUID, a code or a cell.
    pub id: String,
    /// Longitude and latitude in degrees (WGS84); none where the reader may not know the place.
    pub geometry: Option<Geometry<f64>>,
    /// Values in the order of the collection's fields.
    pub values: Vec<Value>,
}
