//! Previews: small enough to be read while their sender waits.

use super::{DeriveFault, Limits, derive, inspect};

/// The largest preview that is taken, bytes.
pub const PREVIEW_BYTES: usize = 64 * 1024;
/// Its longest side, pixels.
pub const PREVIEW_SIDE: u32 = 640;

/// A preview as it is shown: pixels alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// JPEG, at most 320 pixels long.
    pub jpeg: Vec<u8>,
    /// Its width, pixels.
    pub width: u32,
    /// Its height, pixels.
    pub height: u32,
}

/// Reads a preview; what it says beside its pixels is left out. The decoders are foreign code on foreign bytes: call it
/// where a panic is caught ([`DeriveFault::DecoderPanicked`]).
pub fn preview(bytes: &[u8]) -> Result<Preview, DeriveFault> {
    if bytes.len() > PREVIEW_BYTES {
        return Err(DeriveFault::TooManyPixels);
    }
    let seen = inspect(bytes, &limits());
    let longest = seen.width.max(seen.height);
    if longest.is_some_and(|side| side > PREVIEW_SIDE) {
        return Err(DeriveFault::TooManyPixels);
    }
    let jpeg = derive(bytes, &limits())?.thumbnail_jpeg;
    let shown = inspect(&jpeg, &limits());
    Ok(Preview {
        width: shown.width.unwrap_or_default(),
        height: shown.height.unwrap_or_default(),
        jpeg,
    })
}

/// A few megabytes and milliseconds: no process of its own is needed to stop it.
fn limits() -> Limits {
    let pixels = u64::from(PREVIEW_SIDE) * u64::from(PREVIEW_SIDE);
    Limits {
        pixels,
        memory_bytes: 16_000_000,
        scans: 16,
        scanned_pixels: pixels * 16,
    }
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, ImageFormat};
    use proptest::prelude::*;

    use super::*;

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height)
            .write_to(&mut bytes, ImageFormat::Jpeg)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_preview_is_small_in_bytes_and_pixels() {
        let shown = preview(&jpeg(640, 480)).unwrap();
        assert_eq!((shown.width, shown.height), (320, 240));
        assert_eq!(preview(&jpeg(641, 10)), Err(DeriveFault::TooManyPixels));
        let mut padded = jpeg(64, 48);
        padded.resize(PREVIEW_BYTES + 1, 0);
        assert_eq!(preview(&padded), Err(DeriveFault::TooManyPixels));
        assert_eq!(preview(b"text"), Err(DeriveFault::NotAPicture));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_and_broken_pictures_are_answered(
            bytes in proptest::collection::vec(any::<u8>(), 0..600),
            at in 0_usize..400,
        ) {
            let _ = preview(&bytes);
            let mut broken = jpeg(32, 24);
            let at = at.min(broken.len() - 1);
            broken[at] ^= 0x55;
            if let Ok(shown) = preview(&broken) {
                prop_assert!(shown.width <= 320 && shown.height <= 320);
            }
        }
    }
}
