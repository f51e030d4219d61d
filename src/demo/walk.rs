//! How a patrol moves: from one point of its way to the next, along the slope rather than across it, with
//! rests, and home before the time is out.

use super::dice::Dice;
use super::ground::{Relief, Spot, inside};
use super::number;

/// The true path is known every so many seconds.
pub(super) const STEP_S: usize = 5;
/// Steps before the walker looks around for the flattest way.
const STEPS_PER_LOOK: usize = 4;

/// How a patrol moves and for how long.
pub(super) struct Gait {
    pub(super) speed_mps: f64,
    pub(super) steps: usize,
    /// Whether it keeps to its way (wheels) or follows the slope (feet).
    pub(super) wheels: bool,
    /// How many plots it stops at.
    pub(super) stops: usize,
}

/// The true path, a spot every [`STEP_S`], and the steps at which it stood at a find.
pub(super) struct Path {
    pub(super) spots: Vec<Spot>,
    pub(super) finds: Vec<usize>,
}

struct Walker {
    at: Spot,
    heading: f64,
    /// Steps of rest still to take.
    rest: usize,
}

/// Walks a route from its first point to its last.
pub(super) fn walked(route: &[Spot], gait: &Gait, relief: Relief, dice: &mut Dice) -> Path {
    let start = route.first().copied().unwrap_or(Spot::MIDDLE);
    let mut ahead = route.iter().skip(1).copied();
    let mut aim = ahead.next().unwrap_or(start);
    let mut walker = Walker {
        at: start,
        heading: start.heading_to(aim),
        rest: 0,
    };
    let mut path = Path {
        spots: Vec::with_capacity(gait.steps),
        finds: Vec::new(),
    };
    let close_m = if gait.wheels { 90.0 } else { 30.0 };
    let mut homeward = false;
    for step in 0..gait.steps {
        path.spots.push(walker.at);
        if path.finds.len() < gait.stops && step * 100 >= gait.steps * (34 + 13 * path.finds.len())
        {
            path.finds.push(step);
            walker.rest = 150 + dice.below(120);
        }
        if !homeward && step * 100 > gait.steps * 72 {
            homeward = true;
            aim = start;
        }
        if walker.at.distance_m(aim) < close_m {
            match ahead.next().filter(|_| !homeward) {
                Some(next) => aim = next,
                None => break,
            }
        }
        walker.step(aim, step, gait, relief, dice);
    }
    let last = path.spots.len().saturating_sub(1);
    path.finds.resize(gait.stops, last);
    path
}

impl Walker {
    fn step(&mut self, aim: Spot, step: usize, gait: &Gait, relief: Relief, dice: &mut Dice) {
        if self.rest > 0 {
            self.rest -= 1;
            return;
        }
        if dice.chance(0.004) {
            self.rest = 10 + dice.below(80);
        }
        let mut pace = gait.speed_mps * dice.between(0.85, 1.15);
        if step.is_multiple_of(STEPS_PER_LOOK) {
            self.heading = if gait.wheels {
                self.at.heading_to(aim) + 0.25 * dice.normal()
            } else {
                self.flattest(aim, relief, dice)
            };
        }
        if !gait.wheels {
            self.heading += 0.07 * dice.normal();
            let ahead = self.at.moved(self.heading, 20.0);
            let rise = (relief.altitude_m(ahead) - relief.altitude_m(self.at)).abs() / 20.0;
            pace *= 1.0 - 0.45 * (rise / 0.5).min(1.0);
        }
        self.at = self.at.moved(self.heading, pace * number::real(STEP_S));
    }

    /// Of a few directions that lead on, the one that climbs least.
    fn flattest(&self, aim: Spot, relief: Relief, dice: &mut Dice) -> f64 {
        let straight = self.at.heading_to(aim);
        let here = relief.altitude_m(self.at);
        let mut best = (f64::INFINITY, straight);
        for turn in [-0.75, -0.35, 0.0, 0.35, 0.75] {
            let heading = straight + turn + 0.12 * dice.normal();
            let climb = (relief.altitude_m(self.at.moved(heading, 45.0)) - here).abs();
            let cost = climb + 7.0 * turn * turn;
            if cost < best.0 {
                best = (cost, heading);
            }
        }
        best.1
    }
}

/// A round through an area: in from its foot, along the slope by near points, and out again.
pub(super) fn through(ring: &[Spot], centre: Spot, points: usize, dice: &mut Dice) -> Vec<Spot> {
    let edge = ring.get(dice.below(ring.len())).copied().unwrap_or(centre);
    let start = centre.moved(
        centre.heading_to(edge),
        centre.distance_m(edge) + dice.between(120.0, 700.0),
    );
    let mut left: Vec<Spot> = Vec::new();
    let reach_m = ring
        .iter()
        .map(|corner| corner.distance_m(centre))
        .fold(0.0, f64::max);
    for _ in 0..points * 12 {
        let spot = centre.moved(dice.turn(), reach_m * dice.unit().sqrt());
        if left.len() < points && inside(spot, ring) {
            left.push(spot);
        }
    }
    let mut route = vec![start, edge];
    let mut at = edge;
    while let Some(next) = nearest(&left, at) {
        at = left.swap_remove(next);
        route.push(at);
    }
    route.extend([edge, start]);
    route
}

fn nearest(spots: &[Spot], at: Spot) -> Option<usize> {
    (0..spots.len()).min_by_key(|&index| number::whole(spots[index].distance_m(at) * 1_000.0))
}

/// Along a line, a little inside it, from a piece on; back the same way.
pub(super) fn along(
    line: &[(Spot, usize)],
    piece: usize,
    reach: usize,
    dice: &mut Dice,
) -> Vec<Spot> {
    let inward_m = dice.between(60.0, 260.0);
    let out: Vec<Spot> = line
        .windows(2)
        .skip(piece.min(line.len().saturating_sub(reach)))
        .take(reach)
        .step_by(2)
        .map(|pair| {
            // The line runs counter-clockwise around the province, so the inside is on the left.
            let heading = pair[0].0.heading_to(pair[1].0) - std::f64::consts::FRAC_PI_2;
            pair[0].0.moved(heading, inward_m)
        })
        .collect();
    let back: Vec<Spot> = out
        .iter()
        .rev()
        .skip(1)
        .map(|spot| spot.moved(2.0, 25.0))
        .collect();
    out.into_iter().chain(back).collect()
}

/// A loop of points around a place.
pub(super) fn around(place: Spot, reach_m: f64, points: usize, dice: &mut Dice) -> Vec<Spot> {
    let first = dice.turn();
    let turn = std::f64::consts::TAU / number::real(points.max(1));
    let mut route = vec![place];
    for point in 0..points {
        let heading = first + turn * number::real(point) + 0.3 * dice.normal();
        route.push(place.moved(heading, reach_m * dice.between(0.35, 1.0)));
    }
    route.push(place);
    route
}
