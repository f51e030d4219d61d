//! Fine ground: the words under which masks finer than usual are kept, because the risk of a commune is small.

use std::collections::{BTreeMap, BTreeSet};

use super::lattice::{Lattice, ParentCell};
use super::packed::Damaged;
use super::region::{Region, WORDS};
use super::risk::RiskGrid;

const WORD_BITS: usize = 8;
const BYTES: usize = WORDS.div_ceil(WORD_BITS);

/// Which words of one region are fine ground: a bit for each, and the generation in which it grew last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FineRegion {
    bits: Vec<u8>,
    /// Grows with the ground.
    pub generation: i64,
}

/// All fine ground.
#[derive(Debug, Clone, Default)]
pub struct FineGround {
    regions: BTreeMap<Region, FineRegion>,
    /// Words by the resolution of their cells, sorted.
    words: BTreeMap<u8, Vec<ParentCell>>,
    generation: i64,
}

impl FineRegion {
    /// The words of some kept bytes.
    pub fn of(bits: Vec<u8>, generation: i64) -> Result<Self, Damaged> {
        if bits.len() == BYTES {
            Ok(Self { bits, generation })
        } else {
            Err(Damaged)
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bits
    }

    fn empty() -> Self {
        Self {
            bits: vec![0; BYTES],
            generation: 0,
        }
    }

    fn holds(&self, position: u16) -> bool {
        let at = usize::from(position);
        let byte = self.bits.get(at / WORD_BITS).copied().unwrap_or(0);
        byte >> (at % WORD_BITS) & 1 == 1
    }

    fn add(&mut self, position: u16) {
        let at = usize::from(position);
        if let Some(byte) = self.bits.get_mut(at / WORD_BITS) {
            *byte |= 1 << (at % WORD_BITS);
        }
    }

    fn positions(&self) -> impl Iterator<Item = u16> {
        (0_u16..)
            .take(WORDS)
            .filter(|position| self.holds(*position))
    }
}

/// The region of the coarse masks above a fine word.
fn above(word: ParentCell) -> Option<Region> {
    word.cell().and_then(Region::above)
}

impl FineGround {
    /// The ground of some regions.
    #[must_use]
    pub fn of(regions: BTreeMap<Region, FineRegion>) -> Self {
        let mut words = BTreeMap::<u8, Vec<ParentCell>>::new();
        for (region, own) in &regions {
            if let Some(lattice) = region.lattice() {
                let words = words.entry(u8::from(lattice.mask())).or_default();
                words.extend(own.positions().filter_map(|at| region.word(at)));
            }
        }
        for own in words.values_mut() {
            own.sort_unstable();
        }
        let generations = regions.values().map(|own| own.generation);
        Self {
            generation: generations.max().unwrap_or(0),
            regions,
            words,
        }
    }

    /// The generation in which it grew last; 0 while there is none.
    #[must_use]
    pub const fn generation(&self) -> i64 {
        self.generation
    }

    /// The words to sweep around regions of the coarse masks, sorted, by the lattice they belong to.
    #[must_use]
    pub fn words_in(&self, coarse: &BTreeSet<Region>) -> Vec<(Lattice, Vec<ParentCell>)> {
        let all = self.words.iter();
        let near = all.filter_map(|(mask, words)| {
            let own = coarse.iter().flat_map(|region| {
                let from = words.partition_point(|word| above(*word) < Some(*region));
                let rest = words.get(from..).unwrap_or_default();
                let many = rest.partition_point(|word| above(*word) == Some(*region));
                rest.iter().take(many).copied()
            });
            let own: Vec<ParentCell> = own.collect();
            Some((Lattice::new(*mask).ok()?, own)).filter(|(_, own)| !own.is_empty())
        });
        near.collect()
    }

    /// The generation from which on every word of a grid is fine ground; none while one is missing.
    #[must_use]
    pub fn since(&self, grid: &RiskGrid) -> Option<i64> {
        let mut since = 0;
        for (region, mut places) in grid.regions() {
            let own = self.regions.get(&region)?;
            if !places.all(|place| own.holds(grid.position(place))) {
                return None;
            }
            since = since.max(own.generation);
        }
        Some(since)
    }

    /// The regions that some grids add words to, as they are with those words, in the next generation.
    #[must_use]
    pub fn grown<'a>(
        &self,
        grids: impl IntoIterator<Item = &'a RiskGrid>,
    ) -> BTreeMap<Region, FineRegion> {
        let generation = self.generation() + 1;
        let mut grown = BTreeMap::<Region, FineRegion>::new();
        for grid in grids {
            for (region, places) in grid.regions() {
                let known = self.regions.get(&region);
                for place in places {
                    let position = grid.position(place);
                    if known.is_some_and(|known| known.holds(position)) {
                        continue;
                    }
                    let own = grown.entry(region);
                    let own =
                        own.or_insert_with(|| known.cloned().unwrap_or_else(FineRegion::empty));
                    own.add(position);
                    own.generation = generation;
                }
            }
        }
        grown
    }
}
