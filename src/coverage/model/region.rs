//! Regions: the H3 cells four resolutions above the words of masks, by which the index is laid out and kept in memory.
//!
//! A region holds 2,401 words, so a word's position in it fits two bytes and everything seen in a region is an array.

use h3o::{CellIndex, Resolution};

use super::lattice::{CHILDREN, Lattice, ParentCell, ParentMask};
use super::packed::Damaged;

/// Words in a region that is no pentagon: seven to the fourth power.
pub const WORDS: usize = 2_401;

/// All bits of a word.
pub const FULL: u64 = (1 << CHILDREN) - 1;

const ENTRY_BYTES: usize = 9;

/// A region, as the number that rows hold. Its resolution tells that of its masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(u64);

/// What was seen under one word of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordSeen {
    /// The word's position.
    pub position: u16,
    /// Its bits.
    pub mask: u64,
}

/// The same in eight bytes, as it lies in memory: the position above the bits, so that rows sort by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(u64);

impl Row {
    /// Of what was seen.
    #[must_use]
    pub const fn of(seen: WordSeen) -> Self {
        Self((seen.position as u64) << CHILDREN | seen.mask & FULL)
    }

    /// The word's position.
    #[must_use]
    pub const fn position(self) -> u16 {
        (self.0 >> CHILDREN & 0xFFFF) as u16
    }

    /// Its bits.
    #[must_use]
    pub const fn mask(self) -> u64 {
        self.0 & FULL
    }

    /// What was seen.
    #[must_use]
    pub const fn seen(self) -> WordSeen {
        WordSeen {
            position: self.position(),
            mask: self.mask(),
        }
    }
}

impl Region {
    /// The region of a word, and the word's position in it; `None` for a number that is no cell, or too coarse a one.
    #[must_use]
    pub fn of(word: ParentCell) -> Option<(Self, u16)> {
        let cell = word.cell()?;
        let region = Resolution::try_from(u8::from(cell.resolution()).checked_sub(4)?).ok()?;
        let position = u16::try_from(cell.child_position(region)?).ok()?;
        Some((Self(u64::from(cell.parent(region)?)), position))
    }

    /// A number as it was stored. One that is no cell matches no risk and is otherwise harmless.
    #[must_use]
    #[expect(clippy::cast_sign_loss, reason = "a stored cell is never negative")]
    pub const fn from_db(number: i64) -> Self {
        Self(number as u64)
    }

    /// The number to store.
    #[must_use]
    #[expect(
        clippy::cast_possible_wrap,
        reason = "the top bit of an H3 index is reserved and zero"
    )]
    pub const fn to_db(self) -> i64 {
        self.0 as i64
    }

    /// The cell, if the number is one.
    #[must_use]
    pub fn cell(self) -> Option<CellIndex> {
        CellIndex::try_from(self.0).ok()
    }

    /// Whether the coarse masks are kept under it, those of every walk.
    #[must_use]
    pub fn is_coarse(self) -> bool {
        self.lattice() == Some(Lattice::CURRENT)
    }

    /// The region of the coarse masks that lies above it, or itself.
    #[must_use]
    pub fn coarse(self) -> Option<Self> {
        Self::above(self.cell()?)
    }

    /// The region of the coarse masks that lies above a finer cell.
    #[must_use]
    pub fn above(cell: CellIndex) -> Option<Self> {
        let region = cell.parent(Resolution::Five)?;
        Some(Self(u64::from(region)))
    }

    /// It and the regions around it: cells stand out of the region above them, so a walk at its edge may have left
    /// its coarse masks in the next one.
    #[must_use]
    pub fn with_neighbours(self) -> Vec<Self> {
        let around = self.cell().map(|cell| cell.grid_disk::<Vec<_>>(1));
        let around = around.into_iter().flatten();
        around.map(|cell| Self(u64::from(cell))).collect()
    }

    /// The masks that are kept under this region.
    #[must_use]
    pub fn lattice(self) -> Option<Lattice> {
        Lattice::new(u8::from(self.cell()?.resolution()) + 6).ok()
    }

    /// The word at a position.
    #[must_use]
    pub fn word(self, position: u16) -> Option<ParentCell> {
        let words = self.lattice()?.parent();
        let word = self.cell()?.child_at(u64::from(position), words)?;
        Some(ParentCell::of(word))
    }
}

/// Masks sorted by word, laid out by region.
#[must_use]
pub fn by_region(masks: &[ParentMask]) -> Vec<(Region, Vec<WordSeen>)> {
    let mut regions: Vec<(Region, Vec<WordSeen>)> = Vec::new();
    for seen in masks {
        let Some((region, position)) = Region::of(seen.parent) else {
            continue;
        };
        let seen = WordSeen {
            position,
            mask: seen.mask,
        };
        match regions.last_mut() {
            Some((last, own)) if *last == region => own.push(seen),
            _ => regions.push((region, vec![seen])),
        }
    }
    regions
}

/// What was seen in a region, as it is kept.
#[must_use]
pub fn pack(seen: &[WordSeen]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(seen.len() * ENTRY_BYTES);
    for own in seen {
        bytes.extend_from_slice(&own.position.to_be_bytes());
        bytes.extend(own.mask.to_be_bytes().iter().skip(1));
    }
    bytes
}

/// What some kept bytes tell.
pub fn unpack(bytes: &[u8]) -> Result<impl Iterator<Item = WordSeen>, Damaged> {
    let (entries, rest) = bytes.as_chunks::<ENTRY_BYTES>();
    let is_placed = |entry: &[u8; ENTRY_BYTES]| usize::from(seen(entry).position) < WORDS;
    if !rest.is_empty() || !entries.iter().all(is_placed) {
        return Err(Damaged);
    }
    Ok(entries.iter().map(seen))
}

fn seen(entry: &[u8; ENTRY_BYTES]) -> WordSeen {
    let ([high, low], rest) = entry
        .split_first_chunk::<2>()
        .map_or(([0; 2], &[][..]), |own| (*own.0, own.1));
    WordSeen {
        position: u16::from_be_bytes([high, low]),
        mask: rest
            .iter()
            .fold(0, |mask, byte| mask << 8 | u64::from(*byte)),
    }
}
