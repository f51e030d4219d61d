//! A plot as it is sent: a GeoJSON Feature (RFC 7946). Words stay text here, so that all faults are told at once.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The Feature; members that RFC 7946 allows but we do not read (`id`, `bbox`) are passed over.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub struct PlotWire {
    /// Must be `Feature`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The plot's point.
    pub geometry: GeometryWire,
    /// Everything else.
    pub properties: PropertiesWire,
}

/// A GeoJSON geometry before it is known to be the right one.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub struct GeometryWire {
    /// `Point` or `Polygon`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its positions.
    #[schema(value_type = Vec<Object>)]
    pub coordinates: Value,
}

/// The properties; the meaning of each is told at [`super::draft::PlotDraft`].
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "the draft documents them; these are their wire names"
)]
pub struct PropertiesWire {
    pub crop: Option<String>,
    pub detected_at: Option<String>,
    pub detected_by: Option<String>,
    pub patrol: Option<String>,
    pub stage: Option<String>,
    pub plants: Option<f64>,
    pub plants_method: Option<String>,
    pub area_m2: Option<f64>,
    pub area_method: Option<String>,
    pub beds: Option<Vec<BedWire>>,
    pub pace_m: Option<f64>,
    pub outline: Option<GeometryWire>,
    pub confirmed_small_outline: Option<bool>,
    pub hacc_m: Option<f64>,
    pub position_method: Option<String>,
    pub mock: Option<bool>,
    pub source: Option<String>,
    pub land: Option<String>,
    pub voluntary: Option<bool>,
    pub incident: Option<String>,
    pub replanting_of: Option<String>,
    pub outside_vietnam: Option<bool>,
    pub coord_input: Option<CoordInputWire>,
    pub intercropped_with: Option<String>,
    pub walking_minutes_from_settlement: Option<f64>,
    pub forest_compartment: Option<String>,
    pub grower_status: Option<String>,
    pub notes: Option<String>,
    pub revises: Option<f64>,
}

/// One line of a bed list: `count` equal beds, sides in metres or in paces of `pace_m`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "sides are named as they are drawn on the form")]
pub struct BedWire {
    pub shape: String,
    pub count: Option<f64>,
    pub length_m: Option<f64>,
    pub width_m: Option<f64>,
    pub base_m: Option<f64>,
    pub height_m: Option<f64>,
    pub a_m: Option<f64>,
    pub b_m: Option<f64>,
    pub c_m: Option<f64>,
    pub length_paces: Option<f64>,
    pub width_paces: Option<f64>,
    pub base_paces: Option<f64>,
    pub height_paces: Option<f64>,
    pub a_paces: Option<f64>,
    pub b_paces: Option<f64>,
    pub c_paces: Option<f64>,
}

/// Coordinates as they were read off another device or a paper.
#[derive(Debug, Clone, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the draft documents them")]
pub struct CoordInputWire {
    pub text: Option<String>,
    pub crs: Option<String>,
    pub format: Option<String>,
}
