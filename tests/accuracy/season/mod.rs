//! A made-up season of tracks and claims, honest and forged, for judging the screens of tracks. Written and kept before
//! any screen was: thresholds are chosen on the seeds of [`CHOOSING`], the screens are judged on those of [`HELD_OUT`],
//! with which nothing was looked at before.
//!
//! Assumed: trails bend every hundred metres or so and slow everybody down in the same places; a walker's pace differs
//! from day to day and drifts on the way, and nobody rests twice for as long; a receiver's error is 2 to 7 m (1 sigma),
//! half of it new after 20 s and the rest after minutes, and its scatter from fix to fix is a few decimetres. Forgers
//! jitter by 0.5 to 4 m (more would look worse than a receiver), keep every second to fourth fix, shift by 30 to 500 m.

pub mod claims;
mod dice;
mod forge;
mod land;
mod phone;
mod walk;

pub use forge::Forgery;
pub use walk::Honest;

use tuantra::base::time::Timestamp;
use tuantra::patrols::model::fix::Fix;
use tuantra::patrols::model::vocabulary::Transport;

/// Seeds by which thresholds are chosen.
pub const CHOOSING: [u64; 4] = [1, 2, 3, 4];
/// Seeds by which they are judged; nobody looks at these before.
pub const HELD_OUT: [u64; 5] = [901, 902, 903, 904, 905];
/// The seed of the smaller season that the tests judge them by.
pub const FIXTURE: [u64; 1] = [801];

/// 2026-01-05T00:00:00Z, the first day of every season.
pub const FIRST_DAY: Timestamp = Timestamp::from_millis(1_767_571_200_000);
pub const DAY_MS: i64 = 86_400_000;

/// What a track is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Honest(Honest),
    /// Made of an earlier track where there is one, by its place in the season.
    Forged(Forgery, Option<usize>),
}

/// One device's track of one patrol.
#[derive(Clone)]
pub struct Track {
    pub kind: Kind,
    /// The patrol: two phones of one party share it.
    pub patrol: u32,
    pub team: u32,
    pub device: u32,
    pub transport: Transport,
    /// Sorted by time.
    pub fixes: Vec<Fix>,
}

impl Track {
    /// Tracks of one party are those of one patrol.
    pub const fn party(&self) -> (u32, u32) {
        (self.team, self.patrol)
    }
}

/// A season of honest tracks, so many of every class and thrice as many ordinary ones, then so many forged ones of every
/// class, in the order of their arrival.
pub fn season(seed: u64, per_class: usize) -> Vec<Track> {
    let mut tracks = walk::honest(seed, per_class);
    let forged = forged(seed, &tracks, per_class);
    tracks.extend(forged);
    tracks
}

/// So many forged tracks of every class, made of these.
pub fn forged(seed: u64, honest: &[Track], per_class: usize) -> Vec<Track> {
    forge::forged(seed, honest, per_class)
}
