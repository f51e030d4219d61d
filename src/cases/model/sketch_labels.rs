//! Labels of a drawing, each beside its point and none over another.

use crate::base::paper::letters::width;
use crate::base::paper::paint::Mark;

/// Left, top, right, bottom, points from the page's upper left corner.
type Box = [f32; 4];

/// So many directions are tried around a point, at each of these distances.
const DIRECTIONS: u8 = 16;
const AWAY: [f32; 9] = [6.0, 12.0, 20.0, 30.0, 42.0, 56.0, 72.0, 90.0, 120.0];
/// From here on a thin line leads from the label to its point.
const LED: f32 = 14.0;

/// Labels within a frame.
#[derive(Debug)]
pub(super) struct Labels {
    frame: Box,
    taken: Vec<Box>,
    marks: Vec<Mark>,
}

impl Labels {
    pub(super) fn new((left, top): (f32, f32), (right, bottom): (f32, f32)) -> Self {
        Self {
            frame: [left, top, right, bottom],
            taken: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Keeps labels off what is drawn there.
    pub(super) fn keep_free(&mut self, (left, top): (f32, f32), (right, bottom): (f32, f32)) {
        self.taken.push([left, top, right, bottom]);
    }

    /// Writes a label beside a point; false when there is no room within reach.
    pub(super) fn tell(&mut self, point: (f32, f32), size: f32, bold: bool, text: &str) -> bool {
        let own = (width(text, size, bold), size);
        for away in AWAY {
            for direction in 0..DIRECTIONS {
                let place = beside(point, own, away, direction);
                if !self.is_free(&place) {
                    continue;
                }
                if away >= LED {
                    let end = nearest(point, &place);
                    self.marks.push(Mark::Line {
                        points: vec![point, end],
                        width: 0.3,
                        closed: false,
                    });
                }
                self.taken.push(place);
                self.marks.push(Mark::Text {
                    x: place[0],
                    // The letters' feet hang a fifth below the base line.
                    y: place[3] - size * 0.2,
                    size,
                    bold,
                    text: text.to_owned(),
                });
                return true;
            }
        }
        false
    }

    pub(super) fn into_marks(self) -> Vec<Mark> {
        self.marks
    }

    fn is_free(&self, place: &Box) -> bool {
        let within = place[0] >= self.frame[0]
            && place[1] >= self.frame[1]
            && place[2] <= self.frame[2]
            && place[3] <= self.frame[3];
        let meets = |other: &Box| {
            place[0] < other[2] && other[0] < place[2] && place[1] < other[3] && other[1] < place[3]
        };
        within && !self.taken.iter().any(meets)
    }
}

/// A label's box so far from a point in a direction, the right one first.
fn beside(point: (f32, f32), (wide, high): (f32, f32), away: f32, direction: u8) -> Box {
    let angle = f32::from(direction) * std::f32::consts::TAU / f32::from(DIRECTIONS);
    let (east, north) = (angle.cos(), angle.sin());
    // The box touches the circle around the point from outside.
    let middle = (
        point.0 + east * (away + wide / 2.0),
        point.1 - north * (away + high / 2.0),
    );
    [
        middle.0 - wide / 2.0,
        middle.1 - high / 2.0,
        middle.0 + wide / 2.0,
        middle.1 + high / 2.0,
    ]
}

/// The point of a box that is nearest to another point.
fn nearest(point: (f32, f32), place: &Box) -> (f32, f32) {
    (
        point.0.clamp(place[0], place[2]),
        point.1.clamp(place[1], place[3]),
    )
}
