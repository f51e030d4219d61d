//! GPX 1.0 and 1.1 track files (topografix.com/GPX/1/1), as handhelds and phone apps write them.
//!
//! Points of tracks become fixes; waypoints and route points are counted only, for nobody need have been there.
//! Times may be missing, doubled or out of order: a point without a time is refused by itself, never the file.
//! A file that ends in the middle, as a dead battery leaves it, gives its whole points and what stands behind them. Any
//! other faulty file is refused whole, with the number of the last point read. Entities of the file's own are refused, no
//! document type is ever fetched, and bytes, points, parts and depth are bounded.

mod encoding;
mod reader;

use super::fix::{Fix, FixReason, RawFix};
use crate::base::time::Timestamp;

pub use reader::read;

/// The largest file taken.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most points of one file.
pub const MAX_POINTS: u32 = 1_000_000;

/// The most tracks and segments of one file together.
pub const MAX_PARTS: u32 = 100_000;

/// The deepest nesting of elements.
pub const MAX_DEPTH: usize = 32;

/// A track file as read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GpxTrackFile {
    /// The program or receiver that wrote it.
    pub creator: Option<String>,
    /// Its tracks in order.
    pub tracks: Vec<GpxTrack>,
    /// How many track points it holds.
    pub points: u32,
    /// How many of them have no usable time.
    pub without_time: u32,
    /// How many waypoints were passed over.
    pub waypoints: u32,
    /// How many route points were passed over.
    pub route_points: u32,
    /// Where the file ends, if in the middle.
    pub cut: Option<Cut>,
}

/// The end of a file that ends in the middle.
#[derive(Clone, PartialEq, Eq)]
pub struct Cut {
    /// The last whole point.
    pub after_point: u32,
    /// What stands behind it, as far as it is kept.
    pub rest: String,
}

/// Positions and times of officers stay out of logs.
impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cut({}, ..)", self.after_point)
    }
}

/// One track of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GpxTrack {
    /// Its name.
    pub name: Option<String>,
    /// Its segments that hold points, in order.
    pub segments: Vec<Vec<RawPoint>>,
}

/// A track point as read.
#[derive(Clone, Copy, PartialEq)]
pub struct RawPoint {
    /// Its number in the file, from 1.
    pub number: u32,
    /// Longitude in degrees; not a number where the file has none.
    pub lon: f64,
    /// Latitude in degrees; not a number where the file has none.
    pub lat: f64,
    /// When, where the file has a usable time.
    pub time: Option<Timestamp>,
    /// Elevation in metres.
    pub ele_m: Option<f64>,
    /// Horizontal dilution of precision: geometry of the satellites, not an accuracy in metres.
    pub hdop: Option<f64>,
    /// Speed over ground in m/s.
    pub speed_mps: Option<f64>,
    /// Course over ground in degrees from north.
    pub course_deg: Option<f64>,
}

/// Positions and times of officers stay out of logs.
impl std::fmt::Debug for RawPoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RawPoint({})", self.number)
    }
}

/// A point that can be no fix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RefusedPoint {
    /// The point as read.
    pub point: RawPoint,
    /// Why.
    pub reason: FixReason,
}

/// Why a file was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GpxRefusal {
    /// Larger than we take.
    #[error("the file has {bytes} bytes; at most {MAX_BYTES} are taken")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// A declared encoding that nobody knows.
    #[error("the file declares an encoding that is not known here; save it as UTF-8")]
    OtherEncoding,
    /// A document type with declarations of its own.
    #[error("the file declares a document type of its own; GPX needs none and it is not read")]
    DocumentType,
    /// A root element other than `gpx`.
    #[error("not a GPX file: its root element is not <gpx>")]
    WrongRoot,
    /// The file ends before its first whole point.
    #[error("the file ends in the middle, after point {after_point}")]
    Truncated {
        /// The last whole point, 0 for none.
        after_point: u32,
    },
    /// Not well-formed XML, or a reference to an unknown entity.
    #[error("the file is not well-formed XML near byte {at}, after point {after_point}")]
    Malformed {
        /// The last whole point, 0 for none.
        after_point: u32,
        /// Where reading stopped.
        at: u64,
    },
    /// Elements nested too deep.
    #[error("elements are nested deeper than {MAX_DEPTH} after point {after_point}")]
    TooDeep {
        /// The last whole point, 0 for none.
        after_point: u32,
    },
    /// Routes and waypoints alone, which somebody drew and nobody walked.
    #[error(
        "the file has no track: its {waypoints} waypoints and {route_points} route points tell of no walk; save the track that was recorded"
    )]
    NoTrack {
        /// How many waypoints it has.
        waypoints: u32,
        /// How many points of routes.
        route_points: u32,
    },
    /// More points than we take.
    #[error("the file has more than {MAX_POINTS} track points")]
    TooManyPoints,
    /// More tracks and segments than we take.
    #[error("the file has more than {MAX_PARTS} tracks and segments")]
    TooManyParts,
}

impl GpxTrackFile {
    /// The points of all tracks and segments, in the file's order.
    pub fn all_points(&self) -> impl Iterator<Item = &RawPoint> {
        self.tracks
            .iter()
            .flat_map(|track| track.segments.iter().flatten())
    }

    /// Parses the points, received at that instant, into fixes and refused points, both in the file's order. The first fix of
    /// a segment joins nothing before it.
    #[must_use]
    pub fn fixes(&self, received_at: Timestamp) -> (Vec<Fix>, Vec<RefusedPoint>) {
        let mut fixes = Vec::new();
        let mut refused = Vec::new();
        let mut segments = Vec::new();
        for segment in self.tracks.iter().flat_map(|track| &track.segments) {
            let from = fixes.len();
            for point in segment {
                match Fix::parse(&RawFix::from(point), received_at) {
                    Ok(fix) => fixes.push(fix),
                    Err(reason) => refused.push(RefusedPoint {
                        point: *point,
                        reason,
                    }),
                }
            }
            segments.extend(Span::of(&fixes, from));
        }
        part(&mut fixes, segments);
        (fixes, refused)
    }
}

/// The time of a segment's fixes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    first_at: Timestamp,
    last_at: Timestamp,
    /// Where the first of them stands.
    first: usize,
}

impl Span {
    /// Of the fixes from a place on; none where there are none.
    fn of(fixes: &[Fix], from: usize) -> Option<Self> {
        let own = || fixes.iter().enumerate().skip(from);
        let (first, fix) = own().min_by_key(|(_, fix)| **fix)?;
        let last_at = own().map(|(_, fix)| fix.t).max()?;
        Some(Self {
            first_at: fix.t,
            last_at,
            first,
        })
    }
}

/// Sets segments apart: one is a continuous span, and another begins where reception was lost or the receiver was off
/// (GPX 1.1, `trksegType`). One that begins while another goes on, or where it ends, parts nothing: receivers tell of the
/// same walk twice, as the track of now and as a saved one, and cut long ones at midnight.
fn part(fixes: &mut [Fix], mut segments: Vec<Span>) {
    segments.sort_unstable();
    let mut until = None;
    for segment in segments {
        if until.is_some_and(|until| segment.first_at > until)
            && let Some(fix) = fixes.get_mut(segment.first)
        {
            fix.after_break = true;
        }
        until = until.max(Some(segment.last_at));
    }
}

impl From<&RawPoint> for RawFix {
    fn from(point: &RawPoint) -> Self {
        Self {
            time: point.time,
            lon: point.lon,
            lat: point.lat,
            accuracy_m: None,
            altitude_m: point.ele_m,
            speed_mps: point.speed_mps,
            bearing_deg: point.course_deg,
            mock: false,
            after_break: false,
        }
    }
}
