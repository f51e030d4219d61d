//! A plot's area: typed, summed from measured beds, or taken from an outline, with how far it may be off.

use super::gnss_error::walked_area_error_pct;
use super::outline::Outline;
use super::wire::BedWire;
use super::words::AreaMethod;

/// Version of the rules by which `uncertainty_pct` is given; stored with it.
pub const UNCERTAINTY_RULE: &str = "area-uncertainty-1";
/// No plot is larger, m².
pub const MAX_AREA_M2: f64 = 50_000.0;
/// A walked edge is a measure only from here, m² (see `gnss_error`).
pub const WALKED_EDGE_FROM_M2: f64 = 2_000.0;
/// Accuracy taken for a walk that came without one, m: a phone under trees.
pub const ASSUMED_ACCURACY_M: f64 = 8.0;

/// Relative error that one measurement in ten exceeds, %. Assumed, not measured: sides by tape on a
/// slope ±2–3 % each, paces ±10 % each, judging by eye ±50 %, orthophoto edges ±5 % each.
const ASSUMED_PCT: [(AreaMethod, f64); 4] = [
    (AreaMethod::Tape, 5.0),
    (AreaMethod::Paced, 20.0),
    (AreaMethod::Uav, 10.0),
    (AreaMethod::Estimated, 50.0),
];

/// Where an area figure came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaSource {
    /// Typed by the measurer.
    Typed,
    /// Summed from measured beds.
    Beds,
    /// Computed from the outline.
    Outline,
}

/// An area with its method and uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AreaMeasure {
    /// Area, m².
    pub area_m2: f64,
    /// How it was measured.
    pub method: AreaMethod,
    /// Where the figure came from.
    pub source: AreaSource,
    /// Relative error that one measurement in ten exceeds, %, by [`UNCERTAINTY_RULE`].
    pub uncertainty_pct: f64,
}

impl AreaMeasure {
    /// A measure whose uncertainty follows from method, size and the receiver's accuracy.
    #[must_use]
    pub fn new(
        area_m2: f64,
        method: AreaMethod,
        source: AreaSource,
        accuracy_m: Option<f64>,
    ) -> Self {
        Self {
            area_m2,
            method,
            source,
            uncertainty_pct: uncertainty_pct(method, area_m2, accuracy_m),
        }
    }
}

/// Relative error (%) that one measurement in ten by this method exceeds.
#[must_use]
pub fn uncertainty_pct(method: AreaMethod, area_m2: f64, accuracy_m: Option<f64>) -> f64 {
    let assumed = ASSUMED_PCT.iter().find(|(known, _)| *known == method);
    assumed.map_or_else(
        || walked_area_error_pct(area_m2, accuracy_m.unwrap_or(ASSUMED_ACCURACY_M)),
        |(_, pct)| *pct,
    )
}

/// True when a walked edge of that size is too small to be a measure.
#[must_use]
pub fn walked_edge_too_small(outline: &Outline) -> bool {
    outline.area_m2() < WALKED_EDGE_FROM_M2
}

/// Why a bed has no area.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBed {
    /// The shape's word is unknown.
    #[error("expected shape rectangle or triangle")]
    UnknownShape,
    /// The wrong sides for the shape.
    #[error(
        "expected length and width of a rectangle, or base and height or the sides a, b, c of a triangle, each as *_m or as *_paces"
    )]
    WrongSides,
    /// Paces without the length of a pace.
    #[error("sides in paces need pace_m, the length of one pace, from 0.3 to 1.5 m")]
    NoPace,
    /// A side that is no length.
    #[error("expected sides longer than 0 and up to 1,000 m")]
    SideOutOfRange,
    /// Three sides that do not meet.
    #[error("the sides do not close a triangle: each must be shorter than the other two together")]
    NoTriangle,
    /// Not a number of beds.
    #[error("expected a count from 1 to 1,000")]
    CountOutOfRange,
}

/// The area of one line of the bed list (all its `count` beds), m².
pub fn bed_area_m2(bed: &BedWire, pace_m: Option<f64>) -> Result<f64, InvalidBed> {
    let count = bed.count.unwrap_or(1.0);
    if count.fract() != 0.0 || !(1.0..=1_000.0).contains(&count) {
        return Err(InvalidBed::CountOutOfRange);
    }
    let side = |metres: Option<f64>, paces: Option<f64>| side_m(metres, paces, pace_m);
    let length = side(bed.length_m, bed.length_paces)?;
    let width = side(bed.width_m, bed.width_paces)?;
    let base = side(bed.base_m, bed.base_paces)?;
    let height = side(bed.height_m, bed.height_paces)?;
    let abc = [
        side(bed.a_m, bed.a_paces)?,
        side(bed.b_m, bed.b_paces)?,
        side(bed.c_m, bed.c_paces)?,
    ];
    let one = match (bed.shape.as_str(), length, width, base, height, abc) {
        ("rectangle", Some(length), Some(width), None, None, [None, None, None]) => length * width,
        ("triangle", None, None, Some(base), Some(height), [None, None, None]) => {
            base * height / 2.0
        }
        ("triangle", None, None, None, None, [Some(a), Some(b), Some(c)]) => triangle_m2(a, b, c)?,
        ("rectangle" | "triangle", ..) => return Err(InvalidBed::WrongSides),
        _ => return Err(InvalidBed::UnknownShape),
    };
    Ok(one * count)
}

fn side_m(
    metres: Option<f64>,
    paces: Option<f64>,
    pace_m: Option<f64>,
) -> Result<Option<f64>, InvalidBed> {
    let length = match (metres, paces, pace_m) {
        (None, None, _) => return Ok(None),
        (Some(_), Some(_), _) => return Err(InvalidBed::WrongSides),
        (Some(metres), None, _) => metres,
        (None, Some(paces), Some(pace_m)) => paces * pace_m,
        (None, Some(_), None) => return Err(InvalidBed::NoPace),
    };
    if length > 0.0 && length <= 1_000.0 {
        Ok(Some(length))
    } else {
        Err(InvalidBed::SideOutOfRange)
    }
}

/// Heron's formula as Kahan orders it, so that needle triangles keep their digits.
fn triangle_m2(a: f64, b: f64, c: f64) -> Result<f64, InvalidBed> {
    let mut sides = [a, b, c];
    sides.sort_by(|x, y| y.total_cmp(x));
    let [a, b, c] = sides;
    let square = (a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c));
    if square > 0.0 {
        Ok(square.sqrt() / 4.0)
    } else {
        Err(InvalidBed::NoTriangle)
    }
}
