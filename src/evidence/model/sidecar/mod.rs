//! The sidecar of a photo: what the phone knew when the shutter closed.

mod capture;

use serde::Deserialize;

use crate::base::fields::Fields;
use crate::base::ids::{EradicationId, PlotId};
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;
use crate::base::{from_hex, hex};
use crate::geo::position::Position;

use capture::capture;

pub use capture::{Capture, Source};

vocabulary! {
    /// What a photo shows of the work at a plot.
    Phase: "a photo's phase" {
        /// Trước khi phá nhổ.
        Before = "before",
        /// Trong khi phá nhổ.
        During = "during",
        /// Sau khi phá nhổ.
        After = "after",
        /// Toàn cảnh.
        Overview = "overview",
        /// Cận cảnh.
        CloseUp = "close_up",
        /// Biên bản.
        Minutes = "minutes",
        /// Mẫu vật.
        Sample = "sample",
    }
}

/// The SHA-256 of an original, by which it is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

/// A text that is no SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256: expected 64 hexadecimal digits")]
pub struct InvalidDigest;

/// What the phone says about a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Sidecar {
    /// SHA-256 of the original.
    pub sha256: Digest,
    /// Length of the original, bytes.
    pub bytes: u64,
    /// When the shutter closed, by the device's clock.
    pub taken_at: Timestamp,
    /// Where the phone stood.
    pub position: Option<Position>,
    /// Accuracy of the position, m (1 sigma horizontal).
    pub accuracy_m: Option<f64>,
    /// Where the camera pointed, degrees from north, 0 up to but not 360.
    pub bearing_deg: Option<f64>,
    /// Age of the position at the shutter, s.
    pub fix_age_s: Option<f64>,
    /// What the photo shows.
    pub phase: Phase,
    /// The plot it belongs to.
    pub plot: Option<PlotId>,
    /// The eradication it belongs to.
    pub eradication: Option<EradicationId>,
    /// The server's nonce that was burned before the shutter.
    pub nonce: Option<String>,
    /// A person is to be seen: no thumbnail outside the handling unit.
    pub contains_person: bool,
    /// What the sender takes the file for, such as `image/jpeg`.
    pub media_type: Option<String>,
    /// How it was captured.
    pub capture: Capture,
}

/// A sidecar as it is sent.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "the sidecar documents them; these are their wire names"
)]
pub struct SidecarWire {
    pub sha256: Option<String>,
    pub bytes: Option<u64>,
    pub taken_at: Option<String>,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub bearing_deg: Option<f64>,
    pub fix_age_s: Option<f64>,
    pub phase: Option<String>,
    pub plot: Option<String>,
    pub eradication: Option<String>,
    pub nonce: Option<String>,
    pub contains_person: Option<bool>,
    pub media_type: Option<String>,
    pub source: Option<String>,
    pub taken_by: Option<String>,
    pub gnss_at: Option<String>,
    pub monotonic_ms: Option<u64>,
    pub mock: Option<bool>,
}

impl Sidecar {
    /// Parses the wire form; every fault is told at once. `most_bytes` is the largest original taken.
    pub fn from_wire(
        wire: &SidecarWire,
        most_bytes: u64,
        received_at: Timestamp,
    ) -> Result<Self, Refusal> {
        let mut fields = Fields::default();
        let sidecar = sidecar(&mut fields, wire, most_bytes, received_at);
        fields.finish(sidecar)
    }
}

fn sidecar(
    fields: &mut Fields,
    wire: &SidecarWire,
    most_bytes: u64,
    received_at: Timestamp,
) -> Option<Sidecar> {
    let sha256 = fields.required_word("/sha256", wire.sha256.as_deref());
    let bytes = length(fields, wire.bytes, most_bytes);
    let taken_at = fields.instant("/taken_at", wire.taken_at.as_deref(), received_at);
    let position = position(fields, wire.lon, wire.lat);
    let metres = "an accuracy from 0 to 100,000 m";
    let accuracy_m = fields.within("/accuracy_m", wire.accuracy_m, &(0.0..=100_000.0), metres);
    let degrees = "degrees from north, 0 to 360";
    let bearing_deg = fields.within("/bearing_deg", wire.bearing_deg, &(0.0..=360.0), degrees);
    let seconds = "seconds from 0 to 604,800";
    let fix_age_s = fields.within("/fix_age_s", wire.fix_age_s, &(0.0..=604_800.0), seconds);
    let phase = fields.required_word("/phase", wire.phase.as_deref());
    let plot = fields.word("/plot", wire.plot.as_deref());
    let eradication = fields.word("/eradication", wire.eradication.as_deref());
    let nonce = fields.text("/nonce", wire.nonce.as_deref(), 200);
    let media_type = fields.text("/media_type", wire.media_type.as_deref(), 100);
    let capture = capture(fields, wire, received_at);
    Some(Sidecar {
        sha256: sha256?,
        bytes: bytes?,
        taken_at: taken_at?,
        position,
        accuracy_m,
        bearing_deg: bearing_deg.map(|degrees| degrees % 360.0),
        fix_age_s,
        phase: phase?,
        plot,
        eradication,
        nonce,
        contains_person: wire.contains_person.unwrap_or(false),
        media_type,
        capture,
    })
}

fn length(fields: &mut Fields, bytes: Option<u64>, most: u64) -> Option<u64> {
    let within = bytes.filter(|bytes| (1..=most).contains(bytes));
    if within.is_none() {
        fields.refuse(
            "/bytes",
            format_args!("expected the original's length, 1 to {most} bytes"),
        );
    }
    within
}

fn position(fields: &mut Fields, lon: Option<f64>, lat: Option<f64>) -> Option<Position> {
    match (lon, lat) {
        (None, None) => None,
        (Some(lon), Some(lat)) => match Position::new(lon, lat) {
            Ok(position) => Some(position),
            Err(fault) => {
                fields.refuse(if lon.abs() > 180.0 { "/lon" } else { "/lat" }, fault);
                None
            }
        },
        (lon, _) => {
            fields.refuse(
                if lon.is_none() { "/lon" } else { "/lat" },
                "expected both lon and lat, or neither",
            );
            None
        }
    }
}

impl std::str::FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        from_hex(text).map(Self).ok_or(InvalidDigest)
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
