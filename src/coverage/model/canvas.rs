//! Everything seen in one region: a word for each of its positions, and how often if that is asked.

use std::num::NonZeroU8;

use super::region::{Row, WORDS, WordSeen};

/// The cells seen in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    masks: Vec<u64>,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            masks: vec![0; WORDS],
        }
    }
}

impl Canvas {
    /// Nothing seen.
    pub fn clear(&mut self) {
        self.masks.fill(0);
    }

    /// Adds what was seen.
    pub fn add(&mut self, rows: &[Row]) {
        let words = self.masks.as_mut_slice();
        for row in rows {
            if let Some(word) = words.get_mut(usize::from(row.position())) {
                *word |= row.mask();
            }
        }
    }

    /// The cells seen under the word at a position.
    #[must_use]
    pub fn mask(&self, position: u16) -> u64 {
        self.masks.get(usize::from(position)).copied().unwrap_or(0)
    }

    /// Every word of which anything was seen, by position.
    pub fn seen(&self) -> impl Iterator<Item = WordSeen> {
        let words = (0..).zip(&self.masks).filter(|(_, mask)| **mask != 0);
        words.map(|(position, mask)| WordSeen {
            position,
            mask: *mask,
        })
    }
}

/// How often each cell of a region was seen, up to a number: one canvas for each count reached.
#[derive(Debug)]
pub struct Counts {
    reached: Vec<Canvas>,
}

impl Counts {
    /// Nothing seen, counting up to that number.
    #[must_use]
    pub fn up_to(times: NonZeroU8) -> Self {
        Self {
            reached: vec![Canvas::default(); usize::from(times.get())],
        }
    }

    /// Adds one occasion on which that was seen; a position stands in it once.
    pub fn add(&mut self, rows: &[Row]) {
        for row in rows {
            let mut carried = row.mask();
            for level in &mut self.reached {
                if let Some(word) = level.masks.get_mut(usize::from(row.position())) {
                    (*word, carried) = (*word | carried, *word & carried);
                }
                if carried == 0 {
                    break;
                }
            }
        }
    }

    /// Adds one occasion on which all that was seen.
    pub fn add_all(&mut self, canvas: &Canvas) {
        for seen in canvas.seen() {
            self.add(&[Row::of(seen)]);
        }
    }

    /// The cells that were seen as often as that number says.
    #[must_use]
    pub fn all_reached(mut self) -> Canvas {
        self.reached.pop().unwrap_or_default()
    }
}
