//! A new track's places, found once, to be held against every earlier track that may be alike.

use super::line::{Line, Metres};

/// Places are held against one another as means over so long, s.
pub(super) const MEAN_S: f64 = 60.0;
/// Places are compared so often, s, and at most so many times.
const EVERY_S: f64 = 30.0;
const MOST_PLACES: f64 = 240.0;
/// Who goes less far in two minutes stands: standing agrees with any standing, m.
const UNDER_WAY_M: f64 = 25.0;
pub(super) const AROUND_S: f64 = 120.0;

/// A new track with what is held of it against every earlier one.
#[derive(Debug)]
pub struct Asked {
    line: Line,
    means: Vec<Place>,
    fixes: Vec<Place>,
}

/// Where a new track is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) at_s: f64,
    pub(super) here: Metres,
    /// How far it goes in the two minutes around.
    pub(super) way_m: f64,
}

impl Asked {
    /// Finds the places of a new track.
    #[must_use]
    pub fn of(line: Line) -> Self {
        let under_way = |places: Vec<(f64, Metres)>| {
            let places = places.into_iter().map(|(at_s, here)| Place {
                at_s,
                here,
                way_m: way_around_m(&line, at_s, here),
            });
            places.filter(|place| place.way_m >= UNDER_WAY_M).collect()
        };
        let (means, fixes) = (under_way(mean_places(&line)), under_way(fix_places(&line)));
        Self { line, means, fixes }
    }

    /// Its line.
    #[must_use]
    pub const fn line(&self) -> &Line {
        &self.line
    }

    pub(super) fn places(&self, by: By) -> &[Place] {
        match by {
            By::Means => &self.means,
            By::Fixes => &self.fixes,
        }
    }
}

/// The seconds of a track at which it is looked at.
fn looked_at(line: &Line) -> impl Iterator<Item = f64> {
    let every_s = EVERY_S.max(line.length_s() / MOST_PLACES);
    let length_s = line.length_s();
    std::iter::successors(Some(MEAN_S / 2.0), move |second| Some(second + every_s))
        .take_while(move |second| *second < length_s)
}

fn mean_places(line: &Line) -> Vec<(f64, Metres)> {
    let half_s = MEAN_S / 2.0;
    let mean = |second| Some((second, line.mean(second - half_s, second + half_s)?));
    looked_at(line).filter_map(mean).collect()
}

/// Each fix once, however far it is to the next.
fn fix_places(line: &Line) -> Vec<(f64, Metres)> {
    let mut places: Vec<(f64, Metres)> = looked_at(line)
        .filter_map(|second| line.fix_at(second))
        .collect();
    places.dedup_by(|(later_s, _), (at_s, _)| *later_s <= *at_s);
    places
}

/// What is held against one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum By {
    /// Means over a minute, which bear with jitter.
    Means,
    /// The new track's own fixes, which bear with gaps between them.
    Fixes,
}

/// How far it goes in the two minutes around a second, as far as that is known.
fn way_around_m(line: &Line, second: f64, here: Metres) -> f64 {
    let before = line.mean(second - 75.0, second - 45.0);
    let after = line.mean(second + 45.0, second + 75.0);
    let way_m = |other: Option<Metres>| other.map(|other| other.minus(here).length());
    [way_m(before), way_m(after)].into_iter().flatten().sum()
}
