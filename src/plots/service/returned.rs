//! Plots of a file that this server wrote and an office brings back: known by their id, left where nothing was changed,
//! revised where something was.

use serde_json::{Map, Value, json};

use crate::base::actor::{Actor, Right};
use crate::base::ids::PlotId;
use crate::base::time::{LocalDate, Timestamp};
use crate::geo::position::Position;
use crate::geo::vn2000::{nearest_meridian, plane};
use crate::plots::model::draft::PlotDraft;
use crate::plots::model::wire::PlotWire;
use crate::plots::sql::{self, PlotRow};
use crate::store;

use super::formed::{FORM_AREA_M2, is_formed, says};
use super::imports::{Listed, Over};
use super::{Error, Plots};

/// What people may change of a plot in such a file.
pub const EDITED: [&str; 15] = [
    "crop",
    "detected_at",
    "detected_by",
    "stage",
    "plants",
    "plants_method",
    "area_m2",
    "area_method",
    "hacc_m",
    "land",
    "notes",
    "voluntary",
    "outside_vietnam",
    "intercropped_with",
    "forest_compartment",
];
/// What such a file says of a plot that follows from other facts; counts of photos and the like are not held against it.
pub const DERIVED: [&str; 12] = [
    "state",
    "season",
    "period",
    "uncertainty_pct",
    "altitude_m",
    "commune",
    "commune_name",
    "patrol",
    "incident",
    "vn2000_x_m",
    "vn2000_y_m",
    "vn2000_meridian",
];
/// More plots than share the digits of a code.
const MOST_CODED: u32 = 50;
/// Forms write degrees to six places.
const FORM_DEGREES: f64 = 1.1e-6;
/// Exports write metres of the plane to the millimetre.
const PLANE_M: f64 = 0.02;

/// A row of such a file.
#[derive(Debug, Clone)]
pub struct Returned {
    /// The plot.
    pub id: PlotId,
    /// The version that the row was written from; none in a form, which rounds and tells of days.
    pub version: Option<i64>,
    /// Its fields in the API's words, null where a column is empty; without a column none.
    pub told: Map<String, Value>,
    /// What it says of fields that follow from others, as it stands.
    pub derived: Map<String, Value>,
    /// The day of detection, where the row tells of no time.
    pub day: Option<LocalDate>,
    /// Where it lies.
    pub at: Option<Position>,
}

/// What such a row comes to.
#[derive(Debug)]
pub enum Back {
    /// The plot as the row leaves it.
    Known {
        /// What is to be recorded, if anything differs.
        listed: Box<Listed>,
        /// Fields that follow from others and differ: they stay.
        kept: Vec<String>,
        /// Whether it was retracted, and stays so.
        is_retracted: bool,
    },
    /// There is no such plot in the caller's reach.
    NotFound,
    /// It was changed, and nothing says since which version.
    NoVersion,
    /// It was changed, and so was the plot meanwhile.
    Stale {
        /// The row's version.
        told: i64,
        /// The one that stands.
        stands: i64,
    },
    /// A later measure stands, which a correction of the recording would not change.
    Measured(&'static str),
}

impl Plots {
    /// What a row of a file that comes back does to its plot.
    pub async fn returned(&self, actor: &Actor, own: Returned) -> Result<Back, Error> {
        self.today().await?;
        let mut tx = self.journal.store().read().await?;
        let row = sql::plot(&mut tx, own.id).await?;
        let sees = |row: &PlotRow| actor.may(Right::ReadPlots, row.place.as_deref());
        let Some(row) = row.filter(sees) else {
            return Ok(Back::NotFound);
        };
        let (mut wire, draft) = self.wire_of(&mut tx, &row).await?;
        drop(tx);
        wire.properties.revises = None;
        let is_retracted = row.state == "retracted";
        let stands = Stands::of(&row)?;
        let changed = if is_retracted {
            Vec::new()
        } else {
            stands.changed(&own, &draft)
        };
        let moved = own
            .at
            .filter(|at| !is_retracted && stands.is_elsewhere(*at, &own));
        let is_changed = !changed.is_empty() || moved.is_some();
        if is_changed {
            match own.version {
                None => return Ok(Back::NoVersion),
                Some(told) if told != row.version => {
                    let stands = row.version;
                    return Ok(Back::Stale { told, stands });
                }
                Some(_) => {}
            }
            if let Some(field) = measured_later(&row, &draft, &changed) {
                return Ok(Back::Measured(field));
            }
        }
        let wire = overlaid(wire, &own, &stands, &changed, moved).ok_or(row.corrupt("record"))?;
        let kept = stands.kept(&own);
        let listed = self.listed(actor, own.id, wire).await?;
        let over = Over {
            version: row.version,
            is_changed,
        };
        Ok(Back::Known {
            listed: Box::new(listed.over(over)),
            kept,
            is_retracted,
        })
    }

    /// The plot in the caller's reach that people call by this code and that lies here, as forms tell of plots.
    pub async fn coded_at(
        &self,
        actor: &Actor,
        code: &str,
        at: Position,
    ) -> Result<Option<PlotId>, Error> {
        let coded = self.by_code(actor, code, MOST_CODED).await?;
        let mut tx = self.journal.store().read().await?;
        for plot in coded {
            let row = sql::plot(&mut tx, plot.id).await?;
            let is_here = |row: PlotRow| {
                let off = [at.lon() - row.lon, at.lat() - row.lat];
                off.iter().all(|off| off.abs() <= FORM_DEGREES)
            };
            if row.is_some_and(is_here) {
                return Ok(Some(plot.id));
            }
        }
        Ok(None)
    }

    /// What the version that stands was sent as.
    async fn wire_of(
        &self,
        tx: &mut store::Tx,
        row: &PlotRow,
    ) -> Result<(PlotWire, PlotDraft), Error> {
        let stored = self.journal.entry(tx, row.entry).await?;
        let stored = stored.ok_or(row.corrupt("entry"))?;
        let body = stored.body.ok_or(row.corrupt("entry"))?;
        let wire: PlotWire = serde_json::from_slice(&body).or(Err(row.corrupt("entry")))?;
        let draft = PlotDraft::from_wire(&wire, stored.row.received_at)?;
        Ok((wire, draft))
    }
}

/// A plot as it stands, as files tell it.
struct Stands<'a> {
    row: &'a PlotRow,
    record: Map<String, Value>,
}

impl<'a> Stands<'a> {
    fn of(row: &'a PlotRow) -> Result<Self, store::Error> {
        let record = serde_json::from_str(&row.record).or(Err(row.corrupt("record")))?;
        Ok(Self { row, record })
    }

    fn value(&self, field: &str) -> Value {
        let row = self.row;
        match field {
            "state" => json!(row.state),
            "crop" => json!(row.crop),
            "season" => json!(row.season),
            "period" => json!(row.period),
            "detected_at" => json!(row.detected_at),
            "plants" => json!(row.plants),
            "plants_method" => json!(row.plants_method),
            "area_m2" => json!(row.area_m2),
            "area_method" => json!(row.area_method),
            "uncertainty_pct" => json!(row.uncertainty_pct),
            "altitude_m" => json!(row.altitude_m),
            "hacc_m" => json!(row.hacc_m),
            "commune" => json!(row.commune),
            "commune_name" => json!(row.commune_name),
            "patrol" => json!(row.patrol),
            "incident" => json!(row.incident),
            other => self.record.get(other).cloned().unwrap_or_default(),
        }
    }

    /// The fields that the row changes.
    fn changed(&self, own: &Returned, draft: &PlotDraft) -> Vec<&'static str> {
        let is_formed = is_formed(own, self.row, draft);
        let differs = |field: &&'static str| {
            let told = own.told.get(*field);
            told.is_some_and(|told| {
                !(self.is_said(field, told, own) || is_formed && says(field, told, draft))
            })
        };
        EDITED.into_iter().filter(differs).collect()
    }

    fn is_said(&self, field: &str, told: &Value, own: &Returned) -> bool {
        let stands = self.value(field);
        match field {
            "detected_at" => {
                let at = told
                    .as_str()
                    .and_then(|text| text.parse::<Timestamp>().ok());
                let is_day = own.day == Some(self.row.detected_at.local_date());
                let is_near = |at: Timestamp| at.since(self.row.detected_at).abs() < 1_000;
                is_day || at.is_some_and(is_near)
            }
            "area_m2" if own.version.is_none() => {
                let pair = told.as_f64().zip(stands.as_f64());
                pair.is_some_and(|(a, b)| (a - b).abs() < FORM_AREA_M2)
                    || (told.is_null() && stands.is_null())
            }
            _ => is_same(told, &stands),
        }
    }

    fn is_elsewhere(&self, at: Position, own: &Returned) -> bool {
        let far = [at.lon() - self.row.lon, at.lat() - self.row.lat];
        let is_near = |limit: f64| far.iter().all(|off| off.abs() <= limit);
        let Ok(here) = Position::new(self.row.lon, self.row.lat) else {
            return true;
        };
        let is_of_form = own.version.is_none() && is_near(FORM_DEGREES);
        at.settled(here) != here && !is_of_form
    }

    /// The fields that follow from others and that the row has otherwise.
    fn kept(&self, own: &Returned) -> Vec<String> {
        let on_plane = |told: &Value, field: &str| {
            let here = Position::new(self.row.lon, self.row.lat).ok()?;
            let meridian = own.derived.get("vn2000_meridian").and_then(number);
            let plane = plane(here, meridian.unwrap_or_else(|| nearest_meridian(here))).ok()?;
            let own = match field {
                "vn2000_x_m" => plane.x_north_m,
                "vn2000_y_m" => plane.y_east_m,
                _ => return Some(true),
            };
            Some((number(told)? - own).abs() <= PLANE_M)
        };
        let differs = |(field, told): &(&String, &Value)| match field.as_str() {
            plane if plane.starts_with("vn2000") => on_plane(told, plane) == Some(false),
            other => !is_same(told, &self.value(other)),
        };
        let kept = own.derived.iter().filter(differs);
        kept.map(|(field, _)| field.clone()).collect()
    }
}

fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().replace(',', ".").parse().ok())
}

/// Whether a cell says what stands, as files write it: no is empty, spaces around do not count, and what a spreadsheet
/// would have taken for a formula has an apostrophe in front.
fn is_same(told: &Value, stands: &Value) -> bool {
    let is_empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    };
    if is_empty(told) || is_empty(stands) {
        return is_empty(told) && is_empty(stands);
    }
    if let Some(stands) = stands.as_f64() {
        return number(told)
            .is_some_and(|told| (told - stands).abs() <= 1e-9 * stands.abs().max(1.0));
    }
    let plain = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    match (told.as_str().map(plain), stands.as_str().map(plain)) {
        (Some(told), Some(stands)) => {
            told == stands || told.strip_prefix('\'') == Some(stands.as_str())
        }
        _ => told == stands,
    }
}

/// The measure that a change would not reach, as a later one than the recording's stands.
fn measured_later(
    row: &PlotRow,
    draft: &PlotDraft,
    changed: &[&'static str],
) -> Option<&'static str> {
    let is_told = |names: [&str; 2]| names.iter().any(|name| changed.contains(name));
    let plants = draft.plants.map(|plants| i64::from(plants.number));
    let area = draft.area.map(|area| area.area_m2.to_bits());
    if is_told(["plants", "plants_method"]) && plants != row.plants {
        return Some("plants");
    }
    let is_other = area != row.area_m2.map(f64::to_bits);
    (is_told(["area_m2", "area_method"]) && is_other).then_some("area_m2")
}

/// The version that stands with what the row changes of it; none where it is no plot any more.
fn overlaid(
    wire: PlotWire,
    own: &Returned,
    stands: &Stands<'_>,
    changed: &[&'static str],
    moved: Option<Position>,
) -> Option<PlotWire> {
    let mut whole = serde_json::to_value(wire).ok()?;
    let properties = whole.get_mut("properties")?.as_object_mut()?;
    let mut set = |field: &str, value: Value| {
        properties.insert(field.to_owned(), value);
    };
    let told = |field: &str| {
        let own = own.told.get(field).filter(|value| !value.is_null());
        own.cloned()
    };
    for field in changed {
        set(field, told(field).unwrap_or_default());
    }
    // A measure goes with how it was taken, and a typed area takes the place of a list of beds.
    for (measure, method) in [("plants", "plants_method"), ("area_m2", "area_method")] {
        if !changed.contains(&measure) && !changed.contains(&method) {
            continue;
        }
        let is_gone = own.told.get(measure).is_some_and(Value::is_null);
        for field in [measure, method] {
            let value = match (is_gone, own.told.contains_key(field)) {
                (true, _) => Value::Null,
                (false, true) => told(field).unwrap_or_default(),
                (false, false) => stands.value(field),
            };
            set(field, value);
        }
        if measure == "area_m2" {
            set("beds", Value::Null);
            set("pace_m", Value::Null);
        }
    }
    if let Some(at) = moved {
        // A place that was set by hand is no longer what was read off the paper.
        set("coord_input", Value::Null);
        let coordinates = match stands.row.altitude_m {
            Some(altitude_m) => json!([at.lon(), at.lat(), altitude_m]),
            None => json!([at.lon(), at.lat()]),
        };
        whole
            .get_mut("geometry")?
            .as_object_mut()?
            .insert("coordinates".into(), coordinates);
    }
    serde_json::from_value(whole).ok()
}
