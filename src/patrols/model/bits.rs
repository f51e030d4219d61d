//! Bits written and read from the least significant end, and Rice codes on them.
//!
//! A Rice code of parameter k writes `value >> k` as so many ones and a zero, then the low k bits; it is the
//! optimal prefix code for geometrically distributed figures (R. F. Rice, JPL 79-22, 1979).

/// So many ones announce a value in groups of seven bits instead (a rare, large one).
const ESCAPE_ONES: u32 = 20;

/// The largest Rice parameter: escape, zero and remainder must fit into one 57-bit window.
pub const MAX_RICE: u32 = 32;

/// The bits ended in the middle of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the coded bits end too early")]
pub struct Truncated;

/// Appends bits to a byte vector.
#[derive(Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    filled: u32,
}

impl BitWriter {
    /// A writer that appends after `bytes`.
    #[must_use]
    pub const fn after(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            pending: 0,
            filled: 0,
        }
    }

    /// Writes the low `width` bits of `value`; the bits above must be zero and `width` at most 56.
    pub fn write(&mut self, value: u64, width: u32) {
        self.pending |= value << self.filled;
        let filled = self.filled + width;
        if filled >= 64 {
            self.bytes.extend_from_slice(&self.pending.to_le_bytes());
            self.pending = value.checked_shr(64 - self.filled).unwrap_or(0);
        }
        self.filled = filled % 64;
    }

    /// Writes a value under Rice parameter `k`.
    pub fn write_rice(&mut self, value: u64, k: u32) {
        let quotient = value >> k;
        if quotient < u64::from(ESCAPE_ONES) {
            let ones = (1_u64 << quotient) - 1;
            let remainder = value & ((1 << k) - 1);
            #[expect(clippy::cast_possible_truncation, reason = "below the escape of 20")]
            let head = quotient as u32 + 1;
            self.write(ones | remainder << head, head + k);
        } else {
            self.write((1 << ESCAPE_ONES) - 1, ESCAPE_ONES);
            self.write_groups(value);
        }
    }

    /// Writes a value in groups of seven bits, lowest first, each with a bit that says whether more follow.
    pub fn write_groups(&mut self, mut value: u64) {
        while value > 0x7F {
            self.write(value & 0x7F | 0x80, 8);
            value >>= 7;
        }
        self.write(value, 8);
    }

    /// The bytes, the last one filled up with zero bits.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let left = self.filled.div_ceil(8) as usize;
        self.bytes
            .extend(self.pending.to_le_bytes().iter().take(left));
        self.bytes
    }
}

/// Reads bits from a byte slice.
#[derive(Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the first bit of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bits are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.bytes.len() * 8 - self.at
    }

    /// Reads `width` bits, at most 56.
    pub fn read(&mut self, width: u32) -> Result<u64, Truncated> {
        let value = self.window() & ((1 << width) - 1);
        self.advance(width)?;
        Ok(value)
    }

    /// Reads a value under Rice parameter `k`, at most [`MAX_RICE`].
    pub fn read_rice(&mut self, k: u32) -> Result<u64, Truncated> {
        let window = self.window();
        let ones = window.trailing_ones();
        if ones < ESCAPE_ONES {
            let remainder = (window >> (ones + 1)) & ((1 << k) - 1);
            self.advance(ones + 1 + k)?;
            return Ok(u64::from(ones) << k | remainder);
        }
        self.advance(ESCAPE_ONES)?;
        self.read_groups()
    }

    /// Reads a value in groups of seven bits; bits beyond the 64th are lost.
    pub fn read_groups(&mut self) -> Result<u64, Truncated> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let group = self.read(8)?;
            value |= (group & 0x7F) << shift;
            if group & 0x80 == 0 {
                break;
            }
        }
        Ok(value)
    }

    /// At least 57 bits from here, zeros beyond the end.
    fn window(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = if let Some(eight) = rest.first_chunk::<8>() {
            u64::from_le_bytes(*eight)
        } else {
            rest.iter()
                .rev()
                .fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        word >> (self.at % 8)
    }

    fn advance(&mut self, width: u32) -> Result<(), Truncated> {
        let width = width as usize;
        if width > self.left() {
            return Err(Truncated);
        }
        self.at += width;
        Ok(())
    }
}
