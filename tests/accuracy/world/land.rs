//! Communes that share their borders: a bent grid whose sides are broken again and again in their middles.

use super::Spot;
use super::dice::Dice;

/// Columns and rows; one of each is wide, so that communes differ in size.
const LINES: usize = 4;
const NARROW_M: (f64, f64) = (2_400.0, 3_600.0);
const WIDE_M: (f64, f64) = (6_800.0, 8_200.0);
/// How often a side is broken in two.
const BREAKS: usize = 4;
/// How far a middle moves aside at most, in terms of the length of what is broken; each time less by a fifth, so that
/// sides that meet in a corner never cross.
const ASIDE: f64 = 0.12;

/// The bent grid.
pub struct Land {
    /// Sides from west to east, row by row from the south, and from south to north, column by column from the west;
    /// each without its last place.
    eastward: Vec<Vec<Vec<Spot>>>,
    northward: Vec<Vec<Vec<Spot>>>,
    corners: Vec<Vec<Spot>>,
}

impl Land {
    pub fn drawn(dice: &mut Dice) -> Self {
        let (easts, norths) = (lines(dice), lines(dice));
        let jitter_m = 0.05 * NARROW_M.0;
        let mut corner =
            |east: &f64, north: &f64| Spot::new(*east, *north).plus(dice.scatter(), jitter_m);
        let corners: Vec<Vec<Spot>> = norths
            .iter()
            .map(|north| easts.iter().map(|east| corner(east, north)).collect())
            .collect();
        let mut side = |from: &Spot, to: &Spot| broken(*from, *to, BREAKS, ASIDE, dice);
        let eastward = corners.iter().map(|row| {
            let ends = row.iter().zip(row.iter().skip(1));
            ends.map(|(from, to)| side(from, to)).collect()
        });
        let eastward = eastward.collect();
        let northward = corners
            .iter()
            .zip(corners.iter().skip(1))
            .map(|(south, north)| {
                let ends = south.iter().zip(north);
                ends.map(|(from, to)| side(from, to)).collect()
            });
        Self {
            eastward,
            northward: northward.collect(),
            corners,
        }
    }

    /// The outlines, not closed, turning left.
    pub fn communes(&self) -> impl Iterator<Item = Vec<Spot>> {
        let rows = 0..self.northward.len();
        rows.flat_map(move |row| (0..LINES).map(move |column| self.commune(row, column)))
    }

    fn commune(&self, row: usize, column: usize) -> Vec<Spot> {
        let back = |side: &[Spot], end: Spot| {
            let mut back = vec![end];
            back.extend(side.iter().skip(1).rev());
            back
        };
        let mut ring = self.eastward[row][column].clone();
        ring.extend(&self.northward[row][column + 1]);
        ring.extend(back(
            &self.eastward[row + 1][column],
            self.corners[row + 1][column + 1],
        ));
        ring.extend(back(
            &self.northward[row][column],
            self.corners[row + 1][column],
        ));
        ring
    }

    /// The rough middle of each commune, and its rough half width and half height.
    pub fn seats(&self) -> Vec<(Spot, Spot)> {
        let seat = |ring: Vec<Spot>| {
            let low = |of: fn(&Spot) -> f64| ring.iter().map(of).fold(f64::INFINITY, f64::min);
            let (west, south) = (low(|spot| spot.east), low(|spot| spot.north));
            let (east, north) = (-low(|spot| -spot.east), -low(|spot| -spot.north));
            let middle = Spot::new(f64::midpoint(west, east), f64::midpoint(south, north));
            (
                middle,
                Spot::new((east - west) / 2.0, (north - south) / 2.0),
            )
        };
        self.communes().map(seat).collect()
    }
}

/// Where the columns (or rows) begin and end, around 0.
fn lines(dice: &mut Dice) -> Vec<f64> {
    let wide = dice.whole(0, 3);
    let widths = (0..4).map(|n| if n == wide { WIDE_M } else { NARROW_M });
    let widths: Vec<f64> = widths.map(|(low, high)| dice.between(low, high)).collect();
    let mut lines = vec![-widths.iter().sum::<f64>() / 2.0];
    for width in widths {
        lines.push(lines.last().copied().unwrap_or_default() + width);
    }
    lines
}

/// A side with its middle moved aside, and so on; its last place is left to the next side.
fn broken(from: Spot, to: Spot, breaks: usize, aside: f64, dice: &mut Dice) -> Vec<Spot> {
    if breaks == 0 {
        return vec![from];
    }
    let way = to.minus(from);
    let middle = from
        .plus(way, 0.5)
        .plus(way.left(), dice.between(-aside, aside));
    let mut side = broken(from, middle, breaks - 1, 0.8 * aside, dice);
    side.extend(broken(middle, to, breaks - 1, 0.8 * aside, dice));
    side
}
