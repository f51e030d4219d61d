//! Walks a file's segments without decoding: size, scans, and whether it is all there.

use super::{DeriveFault, Format, Limits};

/// What the segments say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) width: Option<u32>,
    pub(super) height: Option<u32>,
    /// Bytes that the decoder needs for each pixel.
    bytes_per_pixel: u64,
    scans: u32,
    complete: bool,
}

impl Header {
    fn pixels(&self) -> Option<u64> {
        self.width
            .zip(self.height)
            .map(|(width, height)| u64::from(width) * u64::from(height))
    }

    /// Why the picture must not be decoded, worst first.
    pub(super) fn faults(&self, limits: &Limits) -> Vec<DeriveFault> {
        let pixels = self.pixels().unwrap_or(0);
        let scanned = u64::from(self.scans).saturating_mul(pixels);
        let memory = self.bytes_per_pixel.saturating_mul(pixels);
        [
            (
                pixels > limits.pixels || memory > limits.memory_bytes,
                DeriveFault::TooManyPixels,
            ),
            (
                self.scans > limits.scans || scanned > limits.scanned_pixels,
                DeriveFault::ScanBomb,
            ),
            (!self.complete, DeriveFault::Truncated),
            (pixels == 0 && self.complete, DeriveFault::Damaged),
        ]
        .into_iter()
        .filter_map(|(holds, fault)| holds.then_some(fault))
        .collect()
    }

    /// Takes the largest size told: a file may carry several frame headers to hide one.
    fn grow(&mut self, width: u32, height: u32, bytes_per_pixel: u64) {
        let larger = u64::from(width) * u64::from(height) >= self.pixels().unwrap_or(0);
        if larger {
            (self.width, self.height) = (Some(width), Some(height));
        }
        self.bytes_per_pixel = self.bytes_per_pixel.max(bytes_per_pixel);
    }
}

pub(super) fn read(format: Format, bytes: &[u8]) -> Header {
    match format {
        Format::Jpeg => jpeg(bytes),
        Format::Png => png(bytes),
        Format::Webp => webp(bytes),
        Format::Heic | Format::Other => Header::default(),
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    pair.first_chunk::<2>()
        .map(|pair| u32::from(u16::from_be_bytes(*pair)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .first_chunk::<4>()
        .map(|four| u32::from_be_bytes(*four))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at.checked_add(4)?)?
        .first_chunk::<4>()
        .map(|four| u32::from_le_bytes(*four))
}

fn jpeg(bytes: &[u8]) -> Header {
    let mut header = Header::default();
    let mut at = 2;
    while let Some((marker, body)) = next_marker(bytes, at) {
        at = body;
        match marker {
            0xD9 => {
                header.complete = header.scans > 0;
                break;
            }
            0xDA => header.scans = header.scans.saturating_add(1),
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                frame(&mut header, bytes, body, marker);
            }
            _ => {}
        }
        if has_length(marker) {
            let Some(length) = be16(bytes, body) else {
                break;
            };
            at = body + usize::try_from(length).unwrap_or(2).max(2);
        }
    }
    header
}

/// Markers that stand alone: TEM, RST0–7, SOI.
const fn has_length(marker: u8) -> bool {
    !matches!(marker, 0x01 | 0xD0..=0xD8)
}

/// The next marker at or after `at`, and where its body begins. Scan data is passed over the same way:
/// in it FF is always followed by 00 or by a restart marker (ITU-T T.81 B.1.1.5).
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        let rest = bytes.get(at..)?;
        at += rest.iter().position(|byte| *byte == 0xFF)?;
        match bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 | 0xD0..=0xD7 => at += 2,
            marker => return Some((*marker, at + 2)),
        }
    }
}

/// The decoder writes 3 bytes for a pixel; progressive frames also keep up to three 16-bit coefficients.
fn frame(header: &mut Header, bytes: &[u8], body: usize, marker: u8) {
    let progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
    let components = bytes
        .get(body + 7)
        .map_or(3, |count| u64::from(*count).clamp(1, 4));
    if let (Some(height), Some(width)) = (be16(bytes, body + 3), be16(bytes, body + 5)) {
        header.grow(
            width,
            height,
            3 + if progressive { 2 * components } else { 0 },
        );
    }
}

fn png(bytes: &[u8]) -> Header {
    let mut header = Header::default();
    let mut at: usize = 8;
    while let (Some(length), Some(kind)) = (be32(bytes, at), bytes.get(at + 4..at + 8)) {
        let body = at + 8;
        match kind {
            b"IHDR" => png_size(&mut header, bytes, body),
            b"IEND" => {
                header.complete = bytes.len() >= body + 4;
                break;
            }
            _ => {}
        }
        let Some(next) = usize::try_from(length)
            .ok()
            .and_then(|length| body.checked_add(length)?.checked_add(4))
        else {
            break;
        };
        at = next;
    }
    header
}

fn png_size(header: &mut Header, bytes: &[u8], body: usize) {
    let wide = bytes.get(body + 8) == Some(&16);
    if let (Some(width), Some(height)) = (be32(bytes, body), be32(bytes, body + 4)) {
        header.grow(width, height, if wide { 8 } else { 4 });
    }
}

fn webp(bytes: &[u8]) -> Header {
    let declared = le32(bytes, 4)
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(usize::MAX);
    let mut header = Header {
        complete: declared <= bytes.len().saturating_sub(8),
        ..Header::default()
    };
    let mut at: usize = 12;
    while let (Some(kind), Some(length)) = (bytes.get(at..at + 4), le32(bytes, at + 4)) {
        webp_size(&mut header, bytes, at + 8, kind);
        let padded = usize::try_from(length)
            .ok()
            .and_then(|length| length.checked_add(length % 2));
        let Some(next) = padded.and_then(|length| at.checked_add(8)?.checked_add(length)) else {
            break;
        };
        at = next;
    }
    header
}

/// Sizes of the three kinds of WebP (RFC 9649): extended, lossy, lossless.
fn webp_size(header: &mut Header, bytes: &[u8], body: usize, kind: &[u8]) {
    let three = |at: usize| le32(bytes, at).map(|four| four & 0xFF_FFFF);
    let size = match kind {
        b"VP8X" => three(body + 4)
            .zip(three_at_end(bytes, body + 7))
            .map(|(w, h)| (w + 1, h + 1)),
        b"VP8 " => le32(bytes, body + 6).map(|four| (four & 0x3FFF, (four >> 16) & 0x3FFF)),
        b"VP8L" => {
            le32(bytes, body + 1).map(|four| ((four & 0x3FFF) + 1, ((four >> 14) & 0x3FFF) + 1))
        }
        _ => None,
    };
    if let Some((width, height)) = size {
        header.grow(width, height, 8);
    }
}

/// Three little-endian bytes that may be the last of their chunk.
fn three_at_end(bytes: &[u8], at: usize) -> Option<u32> {
    let three = bytes.get(at..at + 3)?.first_chunk::<3>()?;
    Some(u32::from_le_bytes([three[0], three[1], three[2], 0]))
}
