//! Labels of a drawing, each beside its point, none over another and none over a line.

use crate::base::paper::letters::width;
use crate::base::paper::paint::Mark;

/// Left, top, right, bottom, points from the page's upper left corner.
pub(super) type Box = [f32; 4];

/// So many directions are tried around a point, at each of these distances.
const DIRECTIONS: u8 = 48;
const AWAY: [f32; 17] = [
    6.0, 12.0, 20.0, 30.0, 42.0, 56.0, 72.0, 90.0, 105.0, 120.0, 135.0, 150.0, 165.0, 180.0, 195.0,
    210.0, 225.0,
];
/// From here on a thin line leads from the label to its point.
const LED: f32 = 14.0;
/// Letters stay so far from lines, points.
const CLEAR: f32 = 1.0;

/// A straight line from point to point.
type Side = ((f32, f32), (f32, f32));

/// Labels within a frame.
#[derive(Debug)]
pub(super) struct Labels {
    frame: Box,
    taken: Vec<Box>,
    lines: Vec<Side>,
    told: Vec<Box>,
    marks: Vec<Mark>,
}

impl Labels {
    pub(super) fn new((left, top): (f32, f32), (right, bottom): (f32, f32)) -> Self {
        Self {
            frame: [left, top, right, bottom],
            taken: Vec::new(),
            lines: Vec::new(),
            told: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Keeps labels off what is drawn there.
    pub(super) fn keep_free(&mut self, (left, top): (f32, f32), (right, bottom): (f32, f32)) {
        self.taken.push([left, top, right, bottom]);
    }

    /// Keeps labels off the lines from point to point.
    pub(super) fn keep_off(&mut self, points: &[(f32, f32)]) {
        let next = points.iter().skip(1);
        let sides = points.iter().copied().zip(next.copied());
        self.lines.extend(sides);
    }

    /// Writes a label beside a point; false when there is no room within reach.
    pub(super) fn tell(&mut self, point: (f32, f32), size: f32, bold: bool, text: &str) -> bool {
        let own = (width(text, size, bold), size);
        for away in AWAY {
            for direction in 0..DIRECTIONS {
                let place = beside(point, own, away, direction);
                let led = (point, nearest(point, &place));
                let is_hidden = away >= LED && self.told.iter().any(|own| crosses(own, led));
                if is_hidden || !self.is_free(&place) {
                    continue;
                }
                if away >= LED {
                    self.marks.push(Mark::Line {
                        points: vec![led.0, led.1],
                        width: 0.3,
                        closed: false,
                    });
                    self.lines.push(led);
                }
                self.taken.push(place);
                self.told.push(place);
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
        let clear = [
            place[0] - CLEAR,
            place[1] - CLEAR,
            place[2] + CLEAR,
            place[3] + CLEAR,
        ];
        let meets_line = |side: &Side| crosses(&clear, *side);
        within && !self.taken.iter().any(meets) && !self.lines.iter().any(meets_line)
    }
}

/// Whether a line meets a box (clipping by Liang and Barsky).
pub(super) fn crosses(place: &Box, (a, b): Side) -> bool {
    let [left, top, right, bottom] = *place;
    let (along, down) = (b.0 - a.0, b.1 - a.1);
    let edges = [
        (-along, a.0 - left),
        (along, right - a.0),
        (-down, a.1 - top),
        (down, bottom - a.1),
    ];
    let (mut from, mut to) = (0.0_f32, 1.0_f32);
    for (step, room) in edges {
        if step.abs() < f32::EPSILON {
            if room < 0.0 {
                return false;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    from <= to
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
