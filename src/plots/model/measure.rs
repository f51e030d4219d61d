//! A later measure of a plot, and which of several measures stands.

use serde::Deserialize;
use serde_json::{Value, json};

use super::area::AreaMeasure;
use super::draft::{PlantCount, outline, plants};
use super::measured::measured_area;
use super::outline::Outline;
use super::record::{geometry, present};
use super::wire::{BedWire, GeometryWire, PropertiesWire};
use crate::base::fields::Fields;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;

/// A measure taken after the recording. Two drafts are equal when they mean the same.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureDraft {
    /// When it was taken, by the device's clock.
    pub measured_at: Timestamp,
    /// Number of standing plants.
    pub plants: Option<PlantCount>,
    /// Area.
    pub area: Option<AreaMeasure>,
    /// The outline that was walked.
    pub outline: Option<Outline>,
    /// Accuracy of the walk, m.
    pub hacc_m: Option<f64>,
    /// Free text.
    pub notes: Option<String>,
}

/// A measure as it is sent.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "the draft documents them; these are their wire names"
)]
pub struct MeasureWire {
    pub measured_at: Option<String>,
    pub plants: Option<f64>,
    pub plants_method: Option<String>,
    pub area_m2: Option<f64>,
    pub area_method: Option<String>,
    pub beds: Option<Vec<BedWire>>,
    pub pace_m: Option<f64>,
    pub outline: Option<GeometryWire>,
    pub confirmed_small_outline: Option<bool>,
    pub hacc_m: Option<f64>,
    pub notes: Option<String>,
}

impl MeasureDraft {
    /// Parses the wire form; every fault is told at once.
    pub fn from_wire(wire: MeasureWire, received_at: Timestamp) -> Result<Self, Refusal> {
        let mut fields = Fields::default();
        let measured_at = fields.instant("/measured_at", wire.measured_at.as_deref(), received_at);
        let notes = fields.text("/notes", wire.notes.as_deref(), 4_000);
        let accuracy = "an accuracy from 0 to 100,000 m";
        let hacc_m = fields.within("/hacc_m", wire.hacc_m, &(0.0..=100_000.0), accuracy);
        let sent = PropertiesWire {
            plants: wire.plants,
            plants_method: wire.plants_method,
            area_m2: wire.area_m2,
            area_method: wire.area_method,
            beds: wire.beds,
            pace_m: wire.pace_m,
            outline: wire.outline,
            confirmed_small_outline: wire.confirmed_small_outline,
            ..PropertiesWire::default()
        };
        let outline = outline(&mut fields, &sent);
        let area = measured_area(&mut fields, &sent, outline.as_ref(), hacc_m);
        let plants = plants(&mut fields, &sent);
        let draft = measured_at.map(|measured_at| Self {
            measured_at,
            plants,
            area,
            outline,
            hacc_m,
            notes,
        });
        let draft = fields.finish(draft).map_err(without_properties)?;
        if draft.plants.is_none() && draft.area.is_none() {
            return Err(Refusal::at(
                "",
                "expected plants, or an area by area_m2, beds or an outline of 2,000 m² and more",
            ));
        }
        Ok(draft)
    }

    /// The measure's fields under their wire names; what is absent is left out.
    #[must_use]
    pub fn record(&self) -> Value {
        present(json!({
            "measured_at": self.measured_at,
            "plants": self.plants.map(|plants| plants.number),
            "plants_method": self.plants.map(|plants| plants.method),
            "area_m2": self.area.map(|area| area.area_m2),
            "area_method": self.area.map(|area| area.method),
            "uncertainty_pct": self.area.map(|area| area.uncertainty_pct),
            "outline": self.outline.as_ref().map(geometry),
            "outline_area_m2": self.outline.as_ref().map(Outline::area_m2),
            "hacc_m": self.hacc_m,
            "notes": self.notes,
        }))
    }
}

/// In a measure the fields stand at the top, not among a Feature's properties.
fn without_properties(mut refusal: Refusal) -> Refusal {
    for fault in &mut refusal.0 {
        if let Some(rest) = fault.pointer.strip_prefix("/properties") {
            fault.pointer = rest.to_owned();
        }
    }
    refusal
}

/// A kept measure, as far as it decides what stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured<P, A> {
    /// When it was taken.
    pub measured_at: Timestamp,
    /// The version of the recording that brought it; none for a measure taken later.
    pub version: Option<i64>,
    /// Plants, if it numbers them.
    pub plants: Option<P>,
    /// Area, if it has one.
    pub area: Option<A>,
}

/// Plants and area that stand: the last taken of each. Of recordings only the latest version counts, for it corrects
/// those before it; of measures of one instant the one that came last. `kept` is in the order of receipt.
pub fn standing<P, A>(
    kept: impl IntoIterator<Item = Measured<P, A>>,
    version: i64,
) -> (Option<P>, Option<A>) {
    let mut counted: Vec<_> = kept
        .into_iter()
        .filter(|measured| measured.version.is_none_or(|of| of == version))
        .collect();
    counted.sort_by_key(|measured| measured.measured_at);
    let (mut plants, mut area) = (None, None);
    for measured in counted {
        plants = measured.plants.or(plants);
        area = measured.area.or(area);
    }
    (plants, area)
}
