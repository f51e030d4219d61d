//! Numbers at places of foreign bytes: none where the bytes end before.

/// Bytes of a file.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a>(pub &'a [u8]);

macro_rules! numbers {
    ($($name:ident: $kind:ty, $read:ident;)+) => {$(
        #[doc = concat!("A `", stringify!($kind), "` at a place.")]
        #[must_use]
        pub fn $name(self, at: usize) -> Option<$kind> {
            const SIZE: usize = size_of::<$kind>();
            let bytes = self.0.get(at..at.checked_add(SIZE)?)?;
            bytes.try_into().ok().map(<$kind>::$read)
        }
    )+};
}

impl<'a> Bytes<'a> {
    numbers! {
        u16_le: u16, from_le_bytes;
        u16_be: u16, from_be_bytes;
        u32_le: u32, from_le_bytes;
        u32_be: u32, from_be_bytes;
        i32_le: i32, from_le_bytes;
        i64_le: i64, from_le_bytes;
        u64_le: u64, from_le_bytes;
        f32_le: f32, from_le_bytes;
        f64_le: f64, from_le_bytes;
        f64_be: f64, from_be_bytes;
    }

    /// One byte at a place.
    #[must_use]
    pub fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    /// So many bytes from a place on.
    #[must_use]
    pub fn slice(self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.0.get(at..at.checked_add(length)?)
    }
}
