//! A batch of fixes as a phone sends it. A reading that can be no fix is set apart with its bytes; the others stand.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::fix::{Fix, FixReason, RawFix};
use super::gpx::{Cut, RawPoint, RefusedPoint};
use crate::base::time::Timestamp;

/// The most fixes of one batch.
pub const MAX_BATCH: usize = 10_000;

/// The word for the end of a file that ends in the middle.
const FILE_CUT: &str = "file_cut";

/// The word for an element that is not an object of the right types.
const UNREADABLE: &str = "unreadable";

/// One fix on the wire; unknown members are passed over, for phones' programs add their own.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct FixWire {
    /// When.
    pub t: Option<Timestamp>,
    /// Longitude in degrees.
    pub lon: Option<f64>,
    /// Latitude in degrees.
    pub lat: Option<f64>,
    /// Horizontal accuracy in metres (1 sigma).
    pub accuracy_m: Option<f64>,
    /// Altitude in metres.
    pub altitude_m: Option<f64>,
    /// Speed over ground in m/s.
    pub speed_mps: Option<f64>,
    /// Course over ground in degrees from north.
    pub bearing_deg: Option<f64>,
    /// Whether the phone says that another program made the position up.
    pub mock: Option<bool>,
    /// Whether recording was interrupted before this fix (a pause, a hidden page): no line leads to it.
    #[serde(rename = "break")]
    pub after_break: Option<bool>,
}

/// The shape of a batch.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchWire {
    /// The fixes in any order, at most 10,000.
    pub fixes: Vec<FixWire>,
}

/// The shape of a batch whatever its elements are; what does not fit it is refused whole.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchShape {
    /// Anything.
    pub fixes: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elements<'a> {
    #[serde(borrow)]
    fixes: Vec<&'a RawValue>,
}

/// A reading that can be no fix.
#[derive(Clone, PartialEq, Eq)]
pub struct RefusedFix {
    /// The stable word for why.
    pub reason: &'static str,
    /// The reading as JSON.
    pub json: String,
}

/// Positions and times of officers stay out of logs.
impl std::fmt::Debug for RefusedFix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefusedFix({})", self.reason)
    }
}

/// What was read: fixes in the sender's order, and what could be none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The fixes.
    pub fixes: Vec<Fix>,
    /// The others.
    pub refused: Vec<RefusedFix>,
}

impl Batch {
    /// Reads a batch received at that instant; `None` when the bytes do not have the shape of one.
    #[must_use]
    pub fn read(bytes: &[u8], received_at: Timestamp) -> Option<Self> {
        Self::all_good(bytes, received_at).or_else(|| Self::one_by_one(bytes, received_at))
    }

    /// A track file's points.
    #[must_use]
    pub fn of_points(fixes: Vec<Fix>, refused: &[RefusedPoint]) -> Self {
        let refused = refused.iter().map(|refused| RefusedFix {
            reason: refused.reason.slug(),
            json: point_json(&refused.point),
        });
        Self {
            fixes,
            refused: refused.collect(),
        }
    }

    /// The same with the end of a file that ends in the middle set apart.
    #[must_use]
    pub fn cut_at(mut self, cut: &Cut) -> Self {
        self.refused.push(RefusedFix {
            reason: FILE_CUT,
            json: serde_json::json!({ "after_point": cut.after_point, "rest": cut.rest })
                .to_string(),
        });
        self
    }

    /// How many readings were sent.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fixes.len() + self.refused.len()
    }

    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The usual case, without a second look at any byte.
    fn all_good(bytes: &[u8], received_at: Timestamp) -> Option<Self> {
        let wire: BatchWire = serde_json::from_slice(bytes).ok()?;
        let fixes = wire.fixes.iter();
        let fixes = fixes
            .map(|fix| Fix::parse(&raw(fix), received_at))
            .collect::<Result<_, FixReason>>()
            .ok()?;
        Some(Self {
            fixes,
            refused: Vec::new(),
        })
    }

    fn one_by_one(bytes: &[u8], received_at: Timestamp) -> Option<Self> {
        let elements: Elements<'_> = serde_json::from_slice(bytes).ok()?;
        let mut batch = Self::default();
        for element in elements.fixes {
            let parsed = serde_json::from_str::<FixWire>(element.get());
            let parsed = match parsed {
                Ok(fix) if element.get().starts_with('{') => {
                    Fix::parse(&raw(&fix), received_at).map_err(FixReason::slug)
                }
                _ => Err(UNREADABLE),
            };
            match parsed {
                Ok(fix) => batch.fixes.push(fix),
                Err(reason) => batch.refused.push(RefusedFix {
                    reason,
                    json: element.get().to_owned(),
                }),
            }
        }
        Some(batch)
    }
}

fn raw(wire: &FixWire) -> RawFix {
    RawFix {
        time: wire.t,
        lon: wire.lon.unwrap_or(f64::NAN),
        lat: wire.lat.unwrap_or(f64::NAN),
        accuracy_m: wire.accuracy_m,
        altitude_m: wire.altitude_m,
        speed_mps: wire.speed_mps,
        bearing_deg: wire.bearing_deg,
        mock: wire.mock.unwrap_or(false),
        after_break: wire.after_break.unwrap_or(false),
    }
}

/// Not-a-number becomes `null`: the file had none.
fn point_json(point: &RawPoint) -> String {
    serde_json::json!({
        "number": point.number, "t": point.time, "lon": point.lon, "lat": point.lat, "altitude_m": point.ele_m,
    })
    .to_string()
}
