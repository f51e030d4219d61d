//! Lines, thinned for every zoom once and then cut tile by tile.

use geo::MultiLineString;

use super::clip;
use super::thin::depths;
use super::world::{Bounds, Tile, World};

/// Lines, each of several parts.
pub struct Lines(Vec<Vec<Part>>);

struct Part {
    bounds: Bounds,
    places: Vec<World>,
    depths: Vec<u8>,
}

impl Lines {
    /// Thins lines of longitudes and latitudes.
    pub fn of<'a>(lines: impl Iterator<Item = &'a MultiLineString<f64>>) -> Self {
        let parts = |line: &MultiLineString<f64>| {
            let parts = line.iter().filter_map(|part| {
                let mut places: Vec<World> =
                    part.coords().map(|at| World::of(at.x, at.y)).collect();
                places.dedup();
                Some(Part {
                    bounds: Bounds::of(&places)?,
                    depths: depths(&places),
                    places,
                })
            });
            parts.collect()
        };
        Self(lines.map(parts).collect())
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Roughly how many bytes they take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let parts = self.0.iter().flatten();
        self.0.len() * 24 + parts.map(|part| 64 + part.places.len() * 9).sum::<usize>()
    }

    /// What a tile shows of a line.
    #[must_use]
    pub fn cut(&self, at: usize, tile: Tile) -> Vec<Vec<[i32; 2]>> {
        let parts = self.0.get(at).into_iter().flatten();
        let near = parts.filter(|part| tile.meets(&part.bounds));
        near.flat_map(|part| part.cut(tile)).collect()
    }
}

impl Part {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "units of the deepest zoom are below 2^33; a cut line lies in the buffer"
    )]
    fn cut(&self, tile: Tile) -> Vec<Vec<[i32; 2]>> {
        let standing = self.places.iter().zip(&self.depths);
        let standing = standing.filter(|(_, depth)| **depth <= tile.z());
        let mut places: Vec<[i64; 2]> = standing.map(|(place, _)| tile.units(*place)).collect();
        places.dedup();
        let line: Vec<clip::At> = places
            .iter()
            .map(|at| [at[0] as f64, at[1] as f64])
            .collect();
        let parts = clip::line(&line).into_iter().map(|part| {
            let mut part: Vec<[i32; 2]> = part
                .into_iter()
                .map(|at| [at[0].round() as i32, at[1].round() as i32])
                .collect();
            part.dedup();
            part
        });
        parts.filter(|part| part.len() > 1).collect()
    }
}
