//! Tables of a `FlatBuffer`, each offset checked against the bytes before it is followed.

use super::bytes::Bytes;

/// One table.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    bytes: &'a [u8],
    at: usize,
    fields: usize,
    size: usize,
}

impl<'a> Node<'a> {
    /// The table at the root of a buffer.
    #[must_use]
    pub fn root(bytes: &'a [u8]) -> Option<Self> {
        Self::at(bytes, Bytes(bytes).u32_le(0)? as usize)
    }

    fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let back = i64::from(Bytes(bytes).i32_le(at)?);
        let fields = usize::try_from(i64::try_from(at).ok()?.checked_sub(back)?).ok()?;
        let size = usize::from(Bytes(bytes).u16_le(fields)?);
        Some(Self {
            bytes,
            at,
            fields,
            size,
        })
    }

    /// Where a field's value stands; none where it has its default.
    fn field(self, number: usize) -> Option<usize> {
        let slot = 4 + number * 2;
        if slot + 2 > self.size {
            return None;
        }
        match Bytes(self.bytes).u16_le(self.fields + slot)? {
            0 => None,
            offset => Some(self.at + usize::from(offset)),
        }
    }

    /// A byte.
    #[must_use]
    pub fn byte(self, number: usize) -> Option<u8> {
        Bytes(self.bytes).byte(self.field(number)?)
    }

    /// A number of 16 bits.
    #[must_use]
    pub fn u16(self, number: usize) -> Option<u16> {
        Bytes(self.bytes).u16_le(self.field(number)?)
    }

    /// A number of 32 bits.
    #[must_use]
    pub fn i32(self, number: usize) -> Option<i32> {
        Bytes(self.bytes).i32_le(self.field(number)?)
    }

    /// A number of 64 bits.
    #[must_use]
    pub fn u64(self, number: usize) -> Option<u64> {
        Bytes(self.bytes).u64_le(self.field(number)?)
    }

    fn target(self, number: usize) -> Option<usize> {
        let at = self.field(number)?;
        at.checked_add(Bytes(self.bytes).u32_le(at)? as usize)
    }

    /// Another table.
    #[must_use]
    pub fn node(self, number: usize) -> Option<Self> {
        Self::at(self.bytes, self.target(number)?)
    }

    /// The elements of a vector, each of so many bytes, as one piece.
    #[must_use]
    pub fn vector(self, number: usize, element_bytes: usize) -> Option<&'a [u8]> {
        let at = self.target(number)?;
        let length = Bytes(self.bytes).u32_le(at)? as usize;
        Bytes(self.bytes).slice(at + 4, length.checked_mul(element_bytes)?)
    }

    /// A text.
    #[must_use]
    pub fn text(self, number: usize) -> Option<&'a str> {
        std::str::from_utf8(self.vector(number, 1)?).ok()
    }

    /// The tables of a vector; those that stand nowhere are left out.
    #[must_use]
    pub fn nodes(self, number: usize) -> Vec<Self> {
        let Some((start, offsets)) = self.target(number).zip(self.vector(number, 4)) else {
            return Vec::new();
        };
        let offsets = offsets.chunks_exact(4).enumerate();
        let nodes = offsets.filter_map(|(index, offset)| {
            let at = start + 4 + index * 4;
            Self::at(
                self.bytes,
                at.checked_add(Bytes(offset).u32_le(0)? as usize)?,
            )
        });
        nodes.collect()
    }
}
