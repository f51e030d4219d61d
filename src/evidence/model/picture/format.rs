//! Tells the kind of a file by its first bytes; names and declared types are not believed.

use crate::base::words::vocabulary;

vocabulary! {
    /// A kind of file.
    Format: "a picture format" {
        /// JPEG (ISO/IEC 10918-1).
        Jpeg = "jpeg",
        /// PNG.
        Png = "png",
        /// WebP.
        Webp = "webp",
        /// HEIC or HEIF.
        Heic = "heic",
        /// Anything else.
        Other = "other",
    }
}

/// Brands of HEVC pictures in the HEIF box file (ISO/IEC 23008-12 annex B), and the generic ones.
const HEIF_BRANDS: [&[u8; 4]; 8] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
];

impl Format {
    /// The kind of file that begins with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Self::Jpeg
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Self::Webp
        } else if bytes.get(4..8) == Some(b"ftyp") && has_heif_brand(bytes) {
            Self::Heic
        } else {
            Self::Other
        }
    }

    /// The media types that this kind of file may be called by.
    #[must_use]
    pub const fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["image/jpeg", "image/jpg"],
            Self::Png => &["image/png"],
            Self::Webp => &["image/webp"],
            Self::Heic => &["image/heic", "image/heif"],
            Self::Other => &["application/octet-stream"],
        }
    }
}

/// AVIF shares the box file and the generic brands, but is another codec.
fn has_heif_brand(bytes: &[u8]) -> bool {
    let length = bytes
        .first_chunk::<4>()
        .map_or(0, |length| u32::from_be_bytes(*length));
    let end = usize::try_from(length)
        .unwrap_or(0)
        .min(bytes.len())
        .min(256);
    let major = bytes.get(8..12);
    let compatible = bytes.get(16..end).unwrap_or_default();
    let mut brands = major.into_iter().chain(compatible.chunks_exact(4));
    let avif = brands
        .clone()
        .any(|brand| brand == b"avif" || brand == b"avis");
    !avif && brands.any(|brand| HEIF_BRANDS.iter().any(|known| brand == known.as_slice()))
}
