//! What a tracker says besides fixes: that its device lives, and that somebody calls for help.

use crate::base::time::Timestamp;
use crate::base::words::vocabulary;

vocabulary! {
    /// The program that a tracker's request has the shape of.
    TrackerApp: "a tracker's program" {
        /// Traccar Client up to 8: a query without a body.
        Traccar8 = "traccar_8",
        /// Traccar Client 9: one location as JSON.
        Traccar9 = "traccar_9",
        /// Traccar Client from 10 on: a form.
        Traccar10 = "traccar_10",
        /// OsmAnd's online tracking, and whatever else sends a query by GET.
        Osmand = "osmand",
        /// `GPSLogger`'s custom URL.
        GpsLogger = "gpslogger",
        /// OwnTracks in its HTTP mode.
        OwnTracks = "owntracks",
        /// Overland for iOS and Android.
        Overland = "overland",
    }
}

/// That a device was alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// When, never later than it was heard.
    pub at: Timestamp,
    /// The battery's charge in per cent.
    pub battery_pct: Option<u8>,
    /// Whether it is being charged.
    pub charging: Option<bool>,
}

/// A call for help as a tracker sent it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// When, by the device, never later than it was heard.
    pub at: Timestamp,
    /// Longitude and latitude in 1e-7 degrees, where the call had a usable place.
    pub place_e7: Option<(i32, i32)>,
}

/// Places of officers stay out of logs.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call(..)")
    }
}
