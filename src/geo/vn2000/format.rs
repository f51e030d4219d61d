//! How coordinates were written.

use crate::base::words::vocabulary;

vocabulary! {
    /// How coordinates were written.
    Format: "a way to write coordinates" {
        /// Degrees with decimals.
        Degrees = "degrees",
        /// Degrees and minutes with decimals, as a Garmin shows them.
        DegreesMinutes = "dm",
        /// Degrees, minutes and seconds.
        DegreesMinutesSeconds = "dms",
        /// Metres on a plane.
        Metres = "metres",
        /// Kilometres on a plane.
        Kilometres = "kilometres",
    }
}
