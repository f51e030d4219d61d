//! Makes the display image and the thumbnail: turned upright, and with nothing in them but pixels.

use std::io::Cursor;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Rgb, RgbImage};

use super::{DeriveFault, Format, Inspection, Limits, inspect};

/// Longest side of the display image, pixels.
pub const DISPLAY_SIDE: u32 = 1_280;
/// Longest side of the thumbnail, pixels.
pub const THUMBNAIL_SIDE: u32 = 320;
const JPEG_QUALITY: u8 = 80;

/// The derived images of one original.
#[derive(Clone, PartialEq, Eq)]
pub struct Derived {
    /// The display image, JPEG, at most 1280 pixels long.
    pub display_jpeg: Vec<u8>,
    /// The thumbnail, JPEG, at most 320 pixels long.
    pub thumbnail_jpeg: Vec<u8>,
    /// Width of the display image, pixels.
    pub width: u32,
    /// Height of the display image, pixels.
    pub height: u32,
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Derived({} x {})", self.width, self.height)
    }
}

/// Decodes a picture within the limits and makes its small copies. The decoders are foreign code on
/// foreign bytes: call it where a panic is caught ([`DeriveFault::DecoderPanicked`]).
pub fn derive(bytes: &[u8], limits: &Limits) -> Result<Derived, DeriveFault> {
    let seen = inspect(bytes, limits);
    if let Some(fault) = seen.faults.first() {
        return Err(*fault);
    }
    let original = decode(bytes, &seen, limits)?;
    let mut display = shrunk(original, DISPLAY_SIDE)?;
    display.apply_orientation(
        Orientation::from_exif(seen.orientation).unwrap_or(Orientation::NoTransforms),
    );
    let display = DynamicImage::ImageRgb8(on_white(display));
    let (width, height) = (display.width(), display.height());
    let display_jpeg = jpeg(&display)?;
    let thumbnail_jpeg = jpeg(&shrunk(display, THUMBNAIL_SIDE)?)?;
    Ok(Derived {
        display_jpeg,
        thumbnail_jpeg,
        width,
        height,
    })
}

fn decode(bytes: &[u8], seen: &Inspection, limits: &Limits) -> Result<DynamicImage, DeriveFault> {
    let format = match seen.format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Heic => return Err(DeriveFault::UnsupportedHeic),
        Format::Other => return Err(DeriveFault::NotAPicture),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = image::Limits::no_limits();
    bounds.max_image_width = seen.width;
    bounds.max_image_height = seen.height;
    bounds.max_alloc = Some(limits.memory_bytes);
    reader.limits(bounds);
    reader.decode().map_err(|fault| fault_of(&fault))
}

fn fault_of(fault: &ImageError) -> DeriveFault {
    match fault {
        ImageError::Limits(_) => DeriveFault::TooManyPixels,
        ImageError::IoError(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
            DeriveFault::Truncated
        }
        _ => DeriveFault::Damaged,
    }
}

/// The picture with its longest side at most `side`; smaller pictures stay as they are.
fn shrunk(picture: DynamicImage, side: u32) -> Result<DynamicImage, DeriveFault> {
    let longest = picture.width().max(picture.height());
    if longest <= side {
        return Ok(picture);
    }
    let scale = |length: u32| {
        let scaled =
            (u64::from(length) * u64::from(side) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    let mut small = DynamicImage::new(
        scale(picture.width()),
        scale(picture.height()),
        picture.color(),
    );
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new()
        .resize(&picture, &mut small, &options)
        .or(Err(DeriveFault::Damaged))?;
    Ok(small)
}

/// JPEG has no transparency: what shows through becomes paper, not whatever colour lies hidden there.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        Rgb([over_white(r, a), over_white(g, a), over_white(b, a)])
    })
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let mixed = u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
    u8::try_from((mixed + 127) / 255).unwrap_or(u8::MAX)
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, DeriveFault> {
    let mut encoded = Vec::new();
    JpegEncoder::new_with_quality(&mut encoded, JPEG_QUALITY)
        .encode_image(picture)
        .or(Err(DeriveFault::Damaged))?;
    Ok(encoded)
}
