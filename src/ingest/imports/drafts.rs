//! From rows to the drafts of the slices: names and words turned into those of the API, then each slice's own parser.

use std::borrow::Cow;

use geo::{Area, CoordsIter, Geometry, InteriorPoint, MultiPolygon, Point, Polygon};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::areas::model::faults::Reason;
use crate::areas::model::gate::GateDraft;
use crate::areas::model::hamlet::HamletDraft;
use crate::areas::model::reader::Feature;
use crate::areas::model::risk::RiskAreaDraft;
use crate::geo::vn2000::{Reading, System};
use crate::plots::Returned;
use crate::plots::model::wire::PlotWire;

use super::amounts::Amounts;
use super::codes;
use super::lineage::Lineage;
use super::names::{self, ImportKind};
use super::place::{Ground, Placed, Way};
use super::read::numbers::Amount;
use super::read::{as_text, plain};
use super::returned::id_of;
use super::table::{FileFormat, Place, Row};
use super::values::{day, flag, instant, windows};
use super::words;

/// A fault of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportFault)]
pub struct RowFault {
    /// The row's number as the office sees it.
    pub row: usize,
    /// The field, as it is called here; none where the row as a whole is at fault.
    pub field: Option<String>,
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

/// What a row says.
#[derive(Debug, Clone)]
pub enum Draft {
    /// A plot under the key that tells it from others.
    Plot {
        /// What is the same whenever this plot comes again.
        key: String,
        /// The plot.
        wire: Box<PlotWire>,
    },
    /// A plot that is named by its id.
    Returned(Box<Returned>),
    /// A plot under a code as forms have it: one that is known if it lies there, else a new one.
    Coded {
        /// The code.
        code: String,
        /// What the row says of a known plot.
        known: Box<Returned>,
        /// What it says otherwise.
        fresh: Box<Result<Self, Vec<RowFault>>>,
    },
    /// A risk area, and whether the row says when checks count.
    RiskArea(Box<RiskAreaDraft>, bool),
    /// A gate.
    Gate(Box<GateDraft>),
    /// A hamlet.
    Hamlet(Box<HamletDraft>),
}

impl Draft {
    /// The code or key under which it is known.
    #[must_use]
    pub fn key(&self) -> Cow<'_, str> {
        match self {
            Self::Plot { key, .. } => key.into(),
            Self::Returned(own) => format!("id {}", own.id).into(),
            Self::Coded { code, .. } => format!("code {code}").into(),
            Self::RiskArea(draft, _) => draft.code.as_str().into(),
            Self::Gate(draft) => draft.code.as_str().into(),
            Self::Hamlet(draft) => draft.code.as_str().into(),
        }
    }
}

/// What rows are read as.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// What the file holds.
    pub kind: ImportKind,
    /// Its format.
    pub format: FileFormat,
    /// Where it lies.
    pub ground: Ground<'a>,
    /// How its numbers become positions.
    pub way: &'a Way,
    /// Its columns.
    pub heads: &'a [String],
    /// How its columns write counts and areas.
    pub amounts: &'a Amounts,
    /// Codes from before mergers.
    pub lineage: &'a Lineage,
}

/// More vertices than a risk area along a province's border has.
const MOST_VERTICES: usize = 100_000;

impl Reader<'_> {
    /// What a row says, or its faults.
    pub fn draft(self, row: &Row) -> Result<Draft, Vec<RowFault>> {
        if self.kind == ImportKind::Plots
            && let Some(id) = id_of(self.format, row)
        {
            return self.returned(row, id);
        }
        self.coded(row, self.fresh(row))
    }

    /// What a row says of something that it does not name by an id.
    fn fresh(self, row: &Row) -> Result<Draft, Vec<RowFault>> {
        let mut faults = Vec::new();
        let mut properties = self.properties(row, &mut faults);
        let commune = self.commune(row, &mut properties).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let placed = self.way.place(row, self.ground, commune.as_deref());
        let read = match placed {
            Placed::Shape(shape) => Some((shape, None)),
            Placed::Typed(typed) => {
                let point = Geometry::Point(typed.1.position.to_point());
                Some((point, Some(*typed)))
            }
            other => {
                faults.push(unplaced(row.number, &other));
                None
            }
        };
        let Some((shape, typed)) = read.filter(|_| faults.is_empty()) else {
            return Err(faults);
        };
        if self.kind == ImportKind::Plots {
            return self.plot(row, properties, &shape, typed.as_ref());
        }
        let geometry = self.shape_of(shape, &mut properties);
        let has_windows = properties.contains_key("windows");
        let feature = Feature {
            number: row.number,
            properties,
            vertices: geometry.coords_count(),
            geometry: Some(geojson::Geometry::new((&geometry).into())),
        };
        let draft = match self.kind {
            ImportKind::RiskAreas => RiskAreaDraft::parse(&feature, MOST_VERTICES)
                .map(|draft| Draft::RiskArea(Box::new(draft), has_windows)),
            ImportKind::Gates => {
                GateDraft::parse(&feature).map(|draft| Draft::Gate(Box::new(draft)))
            }
            _ => HamletDraft::parse(&feature).map(|draft| Draft::Hamlet(Box::new(draft))),
        };
        draft.map_err(|fault| vec![of_reason(self.kind, row.number, &fault.reason)])
    }

    /// The row's values under the names and in the words of the API.
    pub(super) fn properties(self, row: &Row, faults: &mut Vec<RowFault>) -> Map<String, Value> {
        let mut properties = Map::new();
        for (head, value) in &row.values {
            let Some(field) = names::field(self.kind, self.format, head) else {
                continue;
            };
            if properties.contains_key(field) {
                continue;
            }
            let own = match self.amounts.read(head, field, value) {
                Some(Amount::Unclear) => {
                    faults.push(words::unclear(row.number, field, value));
                    continue;
                }
                Some(Amount::Plain(own) | Amount::Thousands(own) | Amount::Decimal(own)) => {
                    Some(json!(own))
                }
                None => None,
            };
            match told(self.kind, field, own.as_ref().unwrap_or(value)) {
                Some(value) => {
                    properties.insert(field.to_owned(), value);
                }
                None => faults.push(words::bad(row.number, field)),
            }
        }
        properties
    }

    /// The geometry in the type that the kind has.
    fn shape_of(self, shape: Geometry<f64>, properties: &mut Map<String, Value>) -> Geometry<f64> {
        match (self.kind, shape) {
            (ImportKind::RiskAreas, shape) => {
                polygons(&shape).map_or(shape, Geometry::MultiPolygon)
            }
            (_, shape @ Geometry::MultiPoint(_)) => single(shape),
            (ImportKind::Hamlets, shape @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_))) => {
                // A hamlet's ground is as good as a point within it that says how far the ground reaches.
                let radius_m = (shape.unsigned_area() / std::f64::consts::PI).sqrt() * 111_320.0;
                properties
                    .entry("accuracy_m")
                    .or_insert_with(|| json!(radius_m.round().min(100_000.0)));
                shape.interior_point().map_or(shape, Geometry::Point)
            }
            (_, shape) => shape,
        }
    }

    fn plot(
        self,
        row: &Row,
        mut properties: Map<String, Value>,
        shape: &Geometry<f64>,
        typed: Option<&(String, Reading)>,
    ) -> Result<Draft, Vec<RowFault>> {
        let (point, outline) = match single(shape.clone()) {
            Geometry::Point(point) => (point, None),
            other => match polygons(&other).as_ref().map(|all| all.0.as_slice()) {
                Some([only]) => (
                    only.interior_point().unwrap_or_default(),
                    Some(only.clone()),
                ),
                _ => return Err(vec![words::shape(row.number, "Point, Polygon")]),
            },
        };
        // Where a plot lies is told by its place, which was held against this.
        properties.remove("commune");
        let code = properties.remove("code").and_then(|code| as_text(&code));
        properties
            .entry("detected_by")
            .or_insert_with(|| json!("check"));
        properties.insert("source".into(), json!("import"));
        properties.insert("position_method".into(), json!("typed"));
        if let Some(polygon) = outline {
            let ring: Vec<[f64; 2]> = polygon.exterior().coords().map(|at| [at.x, at.y]).collect();
            properties.insert(
                "outline".into(),
                json!({ "type": "Polygon", "coordinates": [ring] }),
            );
        }
        if let Some(input) = self.input(row, typed) {
            properties.insert("coord_input".into(), input);
        }
        let key = code.map_or_else(
            || key_of_place(point, &properties),
            |code| format!("code {code}"),
        );
        let wire = json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [point.x(), point.y()] },
            "properties": properties,
        });
        match serde_json::from_value(wire) {
            Ok(wire) => Ok(Draft::Plot {
                key,
                wire: Box::new(wire),
            }),
            Err(_) => Err(vec![words::bad(row.number, "properties")]),
        }
    }

    /// The coordinates as they stood, where they were not degrees of WGS84.
    fn input(self, row: &Row, typed: Option<&(String, Reading)>) -> Option<Value> {
        if let Some((text, reading)) = typed {
            return Some(json!({
                "text": text, "crs": reading.system.label(), "format": reading.format.as_str(),
            }));
        }
        let view = self
            .way
            .view
            .as_ref()
            .filter(|view| view.epsg != System::Wgs84.epsg())?;
        match &row.place {
            Place::Shape(Geometry::Point(at)) => {
                let is_sheet = matches!(self.format, FileFormat::Csv | FileFormat::Xlsx);
                // As the columns stand: X, then Y.
                let text = if is_sheet && view.epsg != System::Vn2000Degrees.epsg() {
                    format!("{} {}", at.y(), at.x())
                } else {
                    format!("{} {}", at.x(), at.y())
                };
                Some(json!({ "text": text, "crs": view.label }))
            }
            _ => None,
        }
    }
}

/// A value in the form that the field's parser takes; none where it cannot be.
fn told(kind: ImportKind, field: &str, value: &Value) -> Option<Value> {
    let text = || as_text(value).map(|text| text.trim().to_owned());
    Some(match field {
        "plants" | "required_visits" => {
            let number = plain(value).filter(|number| number.fract() == 0.0 && *number >= 0.0)?;
            // Far above every number of plants or visits that is accepted.
            json!(format!("{:.0}", number.min(1e12)).parse::<u64>().ok()?)
        }
        "area_m2" | "hacc_m" | "accuracy_m" => json!(plain(value)?),
        "voluntary" | "outside_vietnam" => json!(flag(value)?),
        "detected_at" => json!(instant(&text()?)?),
        "valid_from" | "valid_to" => json!(day(&text()?)?.to_string()),
        "windows" if value.is_string() => windows(&text()?)?,
        "windows" | "former_names" => value.clone(),
        // Workbooks take the leading zeros of the five digits.
        "commune" if value.is_number() => json!(format!("{:0>5}", text()?)),
        "basis" if kind != ImportKind::RiskAreas => json!(text()?),
        _ => json!(codes::code(field, &text()?)),
    })
}

/// The point of a collection of one point.
pub(super) fn single(shape: Geometry<f64>) -> Geometry<f64> {
    match shape {
        Geometry::MultiPoint(points) => match points.0.as_slice() {
            [only] => Geometry::Point(*only),
            _ => Geometry::MultiPoint(points),
        },
        other => other,
    }
}

/// The polygons of a geometry that consists of nothing else.
fn polygons(shape: &Geometry<f64>) -> Option<MultiPolygon<f64>> {
    fn gather(shape: &Geometry<f64>, into: &mut Vec<Polygon<f64>>) -> bool {
        match shape {
            Geometry::Polygon(own) => {
                into.push(own.clone());
                true
            }
            Geometry::MultiPolygon(own) => {
                into.extend(own.0.iter().cloned());
                true
            }
            Geometry::GeometryCollection(parts) => parts.0.iter().all(|part| gather(part, into)),
            _ => false,
        }
    }
    let mut found = Vec::new();
    (gather(shape, &mut found) && !found.is_empty()).then_some(MultiPolygon(found))
}

/// What tells a plot without a code from others: where and when it was found, and of which crop.
fn key_of_place(point: Point<f64>, properties: &Map<String, Value>) -> String {
    let text = |field: &str| {
        properties
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (x, y) = (e7(point.x()), e7(point.y()));
    format!("place {x} {y} {} {}", text("crop"), text("detected_at"))
}

fn e7(degrees: f64) -> f64 {
    (degrees * 1e7).round()
}

pub(super) fn unplaced(row: usize, placed: &Placed) -> RowFault {
    match placed {
        Placed::Outside(own) => words::outside(row, own),
        Placed::Unread => words::unread(row),
        Placed::Ambiguous(labels) => words::ambiguous(row, labels),
        Placed::AmbiguousNear(labels) => words::ambiguous_near(row, labels),
        Placed::OffPlane => words::off_plane(row),
        _ => words::nowhere(row),
    }
}

fn of_reason(kind: ImportKind, row: usize, reason: &Reason) -> RowFault {
    let field = match reason {
        Reason::Missing { field } | Reason::BadProperty { field, .. } => Some(field.clone()),
        Reason::EmptyValidity => Some("valid_to".to_owned()),
        Reason::NoGeometry | Reason::Shape(_) => Some("geometry".to_owned()),
        _ => None,
    };
    RowFault {
        row,
        field,
        vi: words::reason_vi(kind, reason),
        en: reason.to_string(),
    }
}
