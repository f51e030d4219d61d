//! What is printed of a case.

use crate::base::ids::PlotId;
use crate::base::paper::offices::Above;
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// A case as its pages tell it.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// The plot.
    pub plot: PlotId,
    /// Who hands it out.
    pub org: Option<String>,
    /// The office above that one.
    pub above: Above,
    /// The place by which the paper is dated; none where it is to be filled in.
    pub dated_at: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Where the plot is.
    pub position: Position,
    /// Its accuracy, m.
    pub hacc_m: Option<f64>,
    /// Its outline, if one was walked or drawn.
    pub outline: Vec<Position>,
    /// Area of the plot, m²: verified, else claimed.
    pub area_m2: Option<f64>,
    /// Label and value of each line of the summary.
    pub lines: Vec<(String, String)>,
    /// What happened, in order: when, and what.
    pub steps: Vec<(Timestamp, String)>,
    /// What was asked about the plot and its photos, how each question stands, and what was said of it.
    pub asked: Vec<String>,
    /// What the photos of each eradication are worth: a heading and its reasons.
    pub grades: Vec<(String, Vec<String>)>,
    /// Who decided, saw and took out, the latest last: when, and what.
    pub custody: Vec<(Timestamp, String)>,
    /// The nearest known place.
    pub landmark: Option<Landmark>,
    /// The photos in the order of the shutter.
    pub photos: Vec<PhotoFacts>,
    /// How many photos that were only announced are not among them.
    pub left_out: usize,
    /// The head of the log that the package holds.
    pub head: HeadFacts,
    /// Outside time-stamps of earlier heads, the latest last: when by the authority's clock, and of what.
    pub stamps: Vec<(Timestamp, String)>,
}

/// A head of the log as papers print it.
#[derive(Debug, Clone)]
pub struct HeadFacts {
    /// `SIZE:ROOT`, the root in hex: what phones name when they sign.
    pub text: String,
    /// When it was signed.
    pub at: Timestamp,
    /// By which key.
    pub key: String,
}

/// A known place to which a distance can be given.
#[derive(Debug, Clone)]
pub struct Landmark {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub position: Position,
    /// How well that is known, m.
    pub accuracy_m: Option<f64>,
}

/// A photo as the pages tell it.
#[derive(Debug, Clone)]
pub struct PhotoFacts {
    /// Its id, shortened for people.
    pub name: String,
    /// SHA-256 of the original, in hex.
    pub sha256: String,
    /// Size of the original, bytes.
    pub bytes: u64,
    /// Whether the original is in the package.
    pub is_stored: bool,
    /// When it was erased and by which document, where an order did that.
    pub erased: Option<String>,
    /// Which eradication and minutes it was taken for, by the sidecar.
    pub joined: String,
    /// When the shutter closed, by the device.
    pub taken_at: Timestamp,
    /// Where the phone stood.
    pub position: Option<Position>,
    /// Its accuracy, m.
    pub accuracy_m: Option<f64>,
    /// What it shows of the course of events.
    pub phase: String,
    /// The named account or the device at the shutter (decisions 18: here and nowhere else).
    pub taken_by: String,
    /// Whether it was added after the eradication was approved and its photos sealed.
    pub after_seal: bool,
    /// A small image; none where the original cannot be shown or shows a person, or where there are too many to be printed.
    pub image: Option<Vec<u8>>,
    /// Why there is no image.
    pub instead: &'static str,
}
