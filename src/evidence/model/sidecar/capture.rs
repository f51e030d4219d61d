//! How a photo was captured: by what, by whom, and by which clocks.

use crate::base::fields::Fields;
use crate::base::ids::AccountId;
use crate::base::time::Timestamp;
use crate::base::words::vocabulary;

use super::SidecarWire;

vocabulary! {
    /// Where a picture came from.
    Source: "a source of pictures" {
        /// The app's own camera, at the time that is told.
        Camera = "camera",
        /// Chosen from the gallery.
        Gallery = "gallery",
        /// A paper photographed or scanned.
        Paper = "paper",
    }
}

/// What the phone says of the moment besides place and time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Capture {
    /// Where the picture came from.
    pub source: Option<Source>,
    /// The named account at the shutter.
    pub taken_by: Option<AccountId>,
    /// The satellites' time of the position.
    pub gnss_at: Option<Timestamp>,
    /// Milliseconds since the device started: a clock that nobody sets.
    pub monotonic_ms: Option<u64>,
    /// Another program made the position up.
    pub is_mock: bool,
}

pub(super) fn capture(fields: &mut Fields, wire: &SidecarWire, received_at: Timestamp) -> Capture {
    let gnss_at = wire
        .gnss_at
        .as_deref()
        .and_then(|text| fields.instant("/gnss_at", Some(text), received_at));
    Capture {
        source: fields.word("/source", wire.source.as_deref()),
        taken_by: fields.word("/taken_by", wire.taken_by.as_deref()),
        gnss_at,
        monotonic_ms: wire.monotonic_ms,
        is_mock: wire.mock.unwrap_or(false),
    }
}
