//! Reads pictures that strangers send: what they are, what they say, and small clean copies of them.
//!
//! Everything is judged from the headers before a pixel is decoded; memory and work are bounded.

mod container;
mod derive;
mod exif_facts;
mod format;
mod preview;

pub use derive::{Derived, derive};
pub use exif_facts::ExifFacts;
pub use format::Format;
pub use preview::{PREVIEW_BYTES, Preview, preview};

use crate::base::words::vocabulary;

vocabulary! {
    /// Why a picture has no derived images; the original is kept all the same.
    DeriveFault: "a fault of a picture" {
        /// None of the kinds that are read.
        NotAPicture = "not_a_picture",
        /// HEIC or HEIF: kept, but its pixels are not read here.
        UnsupportedHeic = "unsupported_heic",
        /// More pixels, or more memory for them, than the limits allow.
        TooManyPixels = "too_many_pixels",
        /// More scans than a camera writes: every scan passes over all pixels again.
        ScanBomb = "scan_bomb",
        /// The file ends before its picture does.
        Truncated = "truncated",
        /// The decoder could not make sense of it.
        Damaged = "damaged",
        /// The decoder stopped the job; said by the job that watched it.
        DecoderPanicked = "decoder_panicked",
    }
}

/// What decoding may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of the original.
    pub pixels: u64,
    /// Memory of the decoded original with the decoder's own tables, bytes.
    pub memory_bytes: u64,
    /// Scans of a JPEG.
    pub scans: u32,
    /// Scans times pixels of a JPEG.
    pub scanned_pixels: u64,
}

impl Default for Limits {
    /// Enough for 64 MP of a phone; a progressive JPEG holds all coefficients, so some 44 MP of those.
    fn default() -> Self {
        Self {
            pixels: 64_000_000,
            memory_bytes: 400_000_000,
            scans: 64,
            scanned_pixels: 640_000_000,
        }
    }
}

/// What a file is and says, read without decoding its pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The kind of file, by its first bytes.
    pub format: Format,
    /// Width as stored, pixels; before any turn that EXIF asks for.
    pub width: Option<u32>,
    /// Height as stored, pixels.
    pub height: Option<u32>,
    /// EXIF orientation, 1 to 8; 1 when none is given.
    pub orientation: u8,
    /// What EXIF says.
    pub exif: Option<ExifFacts>,
    /// Why it can have no derived images, worst first.
    pub faults: Vec<DeriveFault>,
}

/// Reads a file's headers; never fails, for the original is kept whatever it is.
#[must_use]
pub fn inspect(bytes: &[u8], limits: &Limits) -> Inspection {
    let format = Format::of(bytes);
    let header = container::read(format, bytes);
    let exif = exif_facts::read(format, bytes);
    let faults = match format {
        Format::Other => vec![DeriveFault::NotAPicture],
        Format::Heic => vec![DeriveFault::UnsupportedHeic],
        Format::Jpeg | Format::Png | Format::Webp => header.faults(limits),
    };
    Inspection {
        format,
        width: header.width,
        height: header.height,
        orientation: exif.as_ref().and_then(|exif| exif.orientation).unwrap_or(1),
        exif,
        faults,
    }
}

#[cfg(test)]
mod tests;
