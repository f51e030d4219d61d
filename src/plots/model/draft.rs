//! A plot as someone recorded it, parsed: what the sender claims, before commune, cells and candidates are known.

use serde_json::Value;

use super::area::{AreaMeasure, MAX_AREA_M2};
use super::measured::measured_area;
use super::outline::{InvalidOutline, Outline};
use super::season::{Period, Season, period_of, season_of};
use super::wire::{CoordInputWire, GeometryWire, PlotWire, PropertiesWire};
use super::words::{DetectedBy, GrowerStatus, Land, PlantsMethod, PositionMethod, Source, Stage};
use crate::base::fields::Fields;
use crate::base::ids::{IncidentId, PatrolId, PlotId};
use crate::base::personal::looks_personal;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::Crop;
use crate::geo::position::Position;

/// A plot record. Two drafts are equal when they mean the same.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotDraft {
    /// The crop as recorded; verification comes later.
    pub crop: Crop,
    /// When it was seen, by the device's clock.
    pub detected_at: Timestamp,
    /// What brought it to notice.
    pub detected_by: DetectedBy,
    /// The patrol on which it was recorded.
    pub patrol: Option<PatrolId>,
    /// Growth stage.
    pub stage: Option<Stage>,
    /// Number of standing plants and how it was found.
    pub plants: Option<PlantCount>,
    /// Area and how it was found.
    pub area: Option<AreaMeasure>,
    /// The outline; a cross-check unless `area` came from it.
    pub outline: Option<Outline>,
    /// The plot's point.
    pub position: Position,
    /// Altitude of the point, m.
    pub altitude_m: Option<f64>,
    /// Accuracy of the point, m (1 sigma horizontal).
    pub hacc_m: Option<f64>,
    /// How the point was placed.
    pub position_method: PositionMethod,
    /// The phone says that another program made the point up.
    pub mock: bool,
    /// Where the record comes from, if not from the ground.
    pub source: Option<Source>,
    /// Kind of land.
    pub land: Option<Land>,
    /// The grower pulled it up or declared it (tự nguyện phá bỏ).
    pub voluntary: bool,
    /// The incident (vụ) that groups it with others.
    pub incident: Option<IncidentId>,
    /// The closed plot of an earlier season that was sown again.
    pub replanting_of: Option<PlotId>,
    /// Beyond the border: referred, never in a commune's figures.
    pub outside_vietnam: bool,
    /// The coordinates as they were typed.
    pub coord_input: Option<CoordInput>,
    /// The crop it hides among.
    pub intercropped_with: Option<String>,
    /// Walking time from the nearest settlement, minutes.
    pub walking_minutes_from_settlement: Option<u32>,
    /// Forest sub-compartment (tiểu khu, khoảnh).
    pub forest_compartment: Option<String>,
    /// What is known about the grower; never who it is.
    pub grower_status: GrowerStatus,
    /// Free text.
    pub notes: Option<String>,
    /// What its texts look like: kept, because telling takes a while.
    pub texts: Texts,
    /// The version that this one corrects.
    pub revises: Option<u32>,
}

/// What the texts of a record look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Texts {
    /// None of them is about a person.
    Plain,
    /// One holds what looks like a telephone or an identity number.
    LookPersonal,
}

impl Texts {
    fn of<'a>(mut all: impl Iterator<Item = &'a String>) -> Self {
        if all.any(|text| looks_personal(text)) {
            Self::LookPersonal
        } else {
            Self::Plain
        }
    }
}

/// A number of plants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlantCount {
    /// How many stand.
    pub number: u32,
    /// How the number was found.
    pub method: PlantsMethod,
}

/// Typed coordinates, kept as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoordInput {
    /// What was typed.
    pub text: String,
    /// The reference system it was read in, such as `VN-2000 104°45'`.
    pub crs: Option<String>,
    /// How it was written, such as `dms`.
    pub format: Option<String>,
}

impl PlotDraft {
    /// Parses the wire form; every fault is told at once.
    pub fn from_wire(wire: &PlotWire, received_at: Timestamp) -> Result<Self, Refusal> {
        let mut fields = Fields::default();
        if wire.kind != "Feature" {
            fields.refuse("/type", "expected Feature");
        }
        let draft = draft(&mut fields, wire, received_at);
        fields.finish(draft)
    }

    /// The crop's season in which it was detected.
    #[must_use]
    pub fn season(&self) -> Season {
        season_of(self.crop, self.detected_at.local_date())
    }

    /// The statistical year in which it was detected.
    #[must_use]
    pub fn period(&self) -> Period {
        period_of(self.detected_at.local_date())
    }
}

fn draft(fields: &mut Fields, wire: &PlotWire, received_at: Timestamp) -> Option<PlotDraft> {
    let sent = &wire.properties;
    let place = point(fields, &wire.geometry);
    let crop = fields.required_word("/properties/crop", sent.crop.as_deref());
    let detected_at = fields.instant(
        "/properties/detected_at",
        sent.detected_at.as_deref(),
        received_at,
    );
    let detected_by = fields.required_word("/properties/detected_by", sent.detected_by.as_deref());
    let accuracy = "an accuracy from 0 to 100,000 m";
    let hacc_m = fields.within(
        "/properties/hacc_m",
        sent.hacc_m,
        &(0.0..=100_000.0),
        accuracy,
    );
    let outline = outline(fields, sent);
    let area = measured_area(fields, sent, outline.as_ref(), hacc_m);
    let rest = Rest::read(fields, sent);
    let (position, altitude_m) = place?;
    let intercropped_with = fields.text(
        "/properties/intercropped_with",
        sent.intercropped_with.as_deref(),
        200,
    );
    let texts = [&rest.notes, &intercropped_with, &rest.forest_compartment];
    let texts = Texts::of(texts.into_iter().flatten());
    Some(PlotDraft {
        crop: crop?,
        detected_at: detected_at?,
        detected_by: detected_by?,
        patrol: rest.patrol,
        stage: rest.stage,
        plants: rest.plants,
        area,
        outline,
        position,
        altitude_m,
        hacc_m,
        position_method: rest.position_method,
        mock: sent.mock.unwrap_or(false),
        source: rest.source,
        land: rest.land,
        voluntary: sent.voluntary.unwrap_or(false),
        incident: rest.incident,
        replanting_of: rest.replanting_of,
        outside_vietnam: sent.outside_vietnam.unwrap_or(false),
        coord_input: rest.coord_input,
        intercropped_with,
        walking_minutes_from_settlement: rest.walking_minutes,
        forest_compartment: rest.forest_compartment,
        grower_status: rest.grower_status,
        notes: rest.notes,
        texts,
        revises: rest.revises,
    })
}

/// The fields that may be absent and depend on no other.
struct Rest {
    patrol: Option<PatrolId>,
    stage: Option<Stage>,
    plants: Option<PlantCount>,
    position_method: PositionMethod,
    source: Option<Source>,
    land: Option<Land>,
    incident: Option<IncidentId>,
    replanting_of: Option<PlotId>,
    coord_input: Option<CoordInput>,
    walking_minutes: Option<u32>,
    forest_compartment: Option<String>,
    grower_status: GrowerStatus,
    notes: Option<String>,
    revises: Option<u32>,
}

impl Rest {
    fn read(fields: &mut Fields, sent: &PropertiesWire) -> Self {
        Self {
            patrol: fields.word("/properties/patrol", sent.patrol.as_deref()),
            stage: fields.word("/properties/stage", sent.stage.as_deref()),
            plants: plants(fields, sent),
            position_method: fields
                .word(
                    "/properties/position_method",
                    sent.position_method.as_deref(),
                )
                .unwrap_or(PositionMethod::GnssSingle),
            source: fields.word("/properties/source", sent.source.as_deref()),
            land: fields.word("/properties/land", sent.land.as_deref()),
            incident: fields.word("/properties/incident", sent.incident.as_deref()),
            replanting_of: fields.word("/properties/replanting_of", sent.replanting_of.as_deref()),
            coord_input: sent
                .coord_input
                .as_ref()
                .and_then(|typed| coord_input(fields, typed)),
            walking_minutes: fields.whole(
                "/properties/walking_minutes_from_settlement",
                sent.walking_minutes_from_settlement,
                10_000,
            ),
            forest_compartment: fields.text(
                "/properties/forest_compartment",
                sent.forest_compartment.as_deref(),
                200,
            ),
            grower_status: fields
                .word("/properties/grower_status", sent.grower_status.as_deref())
                .unwrap_or(GrowerStatus::Unknown),
            notes: fields.text("/properties/notes", sent.notes.as_deref(), 4_000),
            revises: fields.whole("/properties/revises", sent.revises, u32::MAX),
        }
    }
}

fn point(fields: &mut Fields, geometry: &GeometryWire) -> Option<(Position, Option<f64>)> {
    let numbers: Option<Vec<f64>> = geometry
        .coordinates
        .as_array()
        .and_then(|all| all.iter().map(Value::as_f64).collect());
    let (lon, lat, altitude_m) = match (geometry.kind.as_str(), numbers.as_deref()) {
        ("Point", Some([lon, lat])) => (*lon, *lat, None),
        ("Point", Some([lon, lat, altitude_m])) => (*lon, *lat, Some(*altitude_m)),
        ("Point", _) => {
            fields.refuse(
                "/geometry/coordinates",
                "expected [longitude, latitude] or [longitude, latitude, altitude]",
            );
            return None;
        }
        _ => {
            fields.refuse(
                "/geometry/type",
                "expected Point; an outline goes into properties.outline",
            );
            return None;
        }
    };
    match Position::new(lon, lat) {
        Ok(position) => Some((position, altitude_m)),
        Err(fault) => {
            fields.refuse(
                "/geometry/coordinates",
                format_args!("{fault}, longitude first"),
            );
            None
        }
    }
}

pub(super) fn outline(fields: &mut Fields, sent: &PropertiesWire) -> Option<Outline> {
    match Outline::from_geojson(sent.outline.as_ref()?) {
        Ok(outline) if outline.area_m2() <= MAX_AREA_M2 => Some(outline),
        Ok(_) => {
            fields.refuse("/properties/outline", "expected at most 50,000 m²");
            None
        }
        Err(fault @ InvalidOutline::NotAPosition { index }) => {
            fields.refuse(format!("/properties/outline/coordinates/0/{index}"), fault);
            None
        }
        Err(fault) => {
            fields.refuse("/properties/outline", fault);
            None
        }
    }
}

pub(super) fn plants(fields: &mut Fields, sent: &PropertiesWire) -> Option<PlantCount> {
    let method = fields.word("/properties/plants_method", sent.plants_method.as_deref());
    let number = fields.whole("/properties/plants", sent.plants, 10_000_000)?;
    Some(PlantCount {
        number,
        method: method.unwrap_or(PlantsMethod::Estimated),
    })
}

fn coord_input(fields: &mut Fields, typed: &CoordInputWire) -> Option<CoordInput> {
    let text = fields.text("/properties/coord_input/text", typed.text.as_deref(), 200);
    let crs = fields.text("/properties/coord_input/crs", typed.crs.as_deref(), 100);
    let format = fields.text(
        "/properties/coord_input/format",
        typed.format.as_deref(),
        100,
    );
    if typed
        .text
        .as_deref()
        .is_none_or(|text| text.trim().is_empty())
    {
        fields.refuse(
            "/properties/coord_input/text",
            "expected the coordinates as they were typed",
        );
    }
    Some(CoordInput {
        text: text?,
        crs,
        format,
    })
}
