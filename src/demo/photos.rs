//! Photos of plots: the sidecar of each, and the picture itself when it is asked for.

use image::ImageError;

use super::dice::{Dice, Stream};
use super::ground::Spot;
use super::phone::FIX_PARTS;
use super::{Demo, number, scene, tags};
use crate::base::ids::{PhotoId, PlotId};
use crate::base::time::Timestamp;
use crate::geo::position::Position;

/// Photos of one plot, on average: three of a plot just seen, five of one pulled up on the spot.
const PER_PLOT: usize = 4;

/// An invented evidence photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Its id.
    pub id: PhotoId,
    /// The plot that it shows.
    pub plot: PlotId,
    /// `overview`, `before`, `close_up`, `during` or `after`.
    pub phase: &'static str,
    /// When the shutter was pressed.
    pub taken_at: Timestamp,
    /// Where the phone believed to be.
    pub position: Position,
    /// Horizontal accuracy, metres.
    pub accuracy_m: f64,
    /// Direction of view, degrees clockwise from north.
    pub bearing_deg: f64,
    /// Age of the position, seconds.
    pub fix_age_s: f64,
    /// EXIF orientation: 1 upright, 6 to be turned clockwise by a quarter.
    pub orientation: u16,
    /// The seed of the picture.
    pub(super) seed: u64,
}

impl Photo {
    /// The picture as a JPEG with EXIF, `long_px` by three quarters of it (4:3, as phones take them).
    pub fn jpeg(&self, long_px: u32) -> Result<Vec<u8>, ImageError> {
        let long_px = long_px.clamp(16, 8_000);
        let picture = scene::painted(self, long_px, long_px * 3 / 4)?;
        Ok(tags::written_into(&picture, self))
    }
}

impl Demo {
    /// The photos of a plot: only some plots have any, so that all together are about as many as planned.
    pub(super) fn photos(
        &self,
        plot: PlotId,
        detected_at: Timestamp,
        spot: Spot,
        ordinal: usize,
    ) -> Vec<Photo> {
        let shown = (self.plan.photos / PER_PLOT).min(self.plots).max(1);
        let place = ordinal * shown / self.plots.max(1);
        let first = ordinal == 0 || (ordinal - 1) * shown / self.plots.max(1) != place;
        if !first || self.plan.photos < PER_PLOT {
            return Vec::new();
        }
        let phases: &[(&str, f64)] = if place.is_multiple_of(2) {
            &[("overview", 1.0), ("before", 3.0), ("close_up", 4.0)]
        } else {
            &[
                ("overview", 1.0),
                ("before", 3.0),
                ("close_up", 4.0),
                ("during", 21.0),
                ("after", 48.0),
            ]
        };
        let mut dice = Dice::of(self.plan.seed, Stream::Photos, ordinal);
        let seed = dice.bits();
        let bearing = dice.between(0.0, 360.0);
        let stand = spot.moved(bearing.to_radians(), -14.0);
        phases
            .iter()
            .map(|&(phase, minutes)| {
                let millis = number::whole((minutes + dice.between(0.0, 0.9)) * 60.0) * 1_000;
                let taken_at = detected_at.plus_millis(millis);
                let near = if phase == "close_up" { spot } else { stand };
                let turn = dice.turn();
                Photo {
                    id: PhotoId(dice.id(taken_at)),
                    plot,
                    phase,
                    taken_at,
                    position: near.moved(turn, dice.between(0.5, 5.0)).position(FIX_PARTS),
                    accuracy_m: number::rounded(dice.between(3.0, 12.0), 10.0),
                    bearing_deg: number::rounded(bearing + 8.0 * dice.normal(), 10.0)
                        .rem_euclid(360.0),
                    fix_age_s: number::rounded(dice.between(0.2, 9.0), 10.0),
                    orientation: if dice.chance(0.4) { 6 } else { 1 },
                    seed,
                }
            })
            .collect()
    }
}
