//! What is printed of a case.

use crate::base::ids::PlotId;
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// A case as its pages tell it.
#[derive(Debug, Clone)]
pub struct CaseFacts {
    /// The plot.
    pub plot: PlotId,
    /// Who hands it out.
    pub org: Option<String>,
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
    /// What was asked about the plot and its photos, and how each question stands.
    pub asked: Vec<String>,
    /// The nearest known place.
    pub landmark: Option<Landmark>,
    /// The photos in the order of the shutter.
    pub photos: Vec<PhotoFacts>,
    /// The head of the log that the proofs lead to.
    pub head: String,
    /// The root of the tree under it, in hex.
    pub root: String,
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
    /// A small image; none where the original cannot be shown or shows a person.
    pub image: Option<Vec<u8>>,
    /// Why there is no image.
    pub instead: &'static str,
}
