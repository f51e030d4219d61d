//! The pictures: an invented hillside under the sky, with a bed of plants in it that the phases change.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, Rgb, RgbImage, imageops};

use super::dice::{Dice, Stream};
use super::ground::noise;
use super::number;
use super::photos::Photo;

const QUALITY: u8 = 80;
/// Ridges behind one another, the farthest first.
const RIDGES: usize = 4;
const HAZE: [f64; 3] = [196.0, 209.0, 219.0];
const SKY: [f64; 3] = [122.0, 164.0, 210.0];
const FOREST: [f64; 3] = [52.0, 84.0, 46.0];
const SOIL: [f64; 3] = [134.0, 98.0, 66.0];
const GRASS: [f64; 3] = [104.0, 118.0, 58.0];
const LEAF: [f64; 3] = [112.0, 152.0, 112.0];

type Colour = [f64; 3];

/// The picture as the sensor kept it: upright pictures long by short, turned ones lying on their side.
pub(super) fn painted(photo: &Photo, long_px: u32, short_px: u32) -> Result<Vec<u8>, ImageError> {
    let upright = photo.orientation == 1;
    let (width, height) = if upright {
        (long_px, short_px)
    } else {
        (short_px, long_px)
    };
    let mut picture = View::of(photo, width, height).backdrop();
    plant(&mut picture, photo);
    let kept = if upright {
        picture
    } else {
        imageops::rotate270(&picture)
    };
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&kept)?;
    Ok(jpeg)
}

struct View {
    seed: u64,
    width: u32,
    height: u32,
    close: bool,
}

impl View {
    fn of(photo: &Photo, width: u32, height: u32) -> Self {
        Self {
            seed: photo.seed,
            width,
            height,
            close: photo.phase == "close_up",
        }
    }

    fn backdrop(&self) -> RgbImage {
        let skylines: Vec<[f64; RIDGES]> = (0..self.width).map(|x| self.skyline(x)).collect();
        let mut grain = Dice::of(self.seed, Stream::Photos, 1);
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let tops = skylines
                .get(usize::try_from(x).unwrap_or(0))
                .copied()
                .unwrap_or_default();
            let colour = self.colour(
                tops,
                f64::from(x) / self.scale(),
                f64::from(y) / f64::from(self.height),
                y,
            );
            let light = 1.0 + 0.09 * (grain.unit() - 0.5);
            Rgb(colour.map(|part| number::byte(part * light)))
        })
    }

    /// Pixels in a hundredth of the long side: so that a small picture shows the same scene.
    fn scale(&self) -> f64 {
        f64::from(self.width.max(self.height)) / 100.0
    }

    /// Where each ridge's top lies in a column, as a share of the height.
    fn skyline(&self, x: u32) -> [f64; RIDGES] {
        let along = f64::from(x) / self.scale();
        let lift = if self.close { -0.6 } else { 0.0 };
        std::array::from_fn(|ridge| {
            let far = number::real(ridge);
            let seed = self.seed ^ ridge as u64;
            let broad = noise(seed, along / 34.0, far * 3.7);
            let fine = noise(seed, along / 4.0, far * 9.1);
            lift + 0.24 + 0.105 * far + (0.10 - 0.015 * far) * broad + 0.012 * fine
        })
    }

    fn colour(&self, tops: [f64; RIDGES], along: f64, down: f64, y: u32) -> Colour {
        let Some(ridge) = tops.iter().rposition(|top| down > *top) else {
            let cloud = noise(self.seed ^ 0x40, along / 16.0, down * 14.0).max(0.0) * 0.6;
            return blend(
                blend(SKY, HAZE, (down / 0.4).min(1.0)),
                [244.0, 245.0, 246.0],
                cloud,
            );
        };
        let rows = f64::from(y) / self.scale();
        let light = 1.0
            + 0.30 * noise(self.seed ^ 0x50, along / 3.0, rows / 2.2)
            + 0.22 * noise(self.seed ^ 0x51, along * 1.9, rows * 2.3);
        if ridge + 1 < RIDGES {
            let haze = 0.72 - 0.2 * number::real(ridge);
            return blend(FOREST.map(|part| part * light), HAZE, haze);
        }
        let bare = 0.5 + 0.5 * noise(self.seed ^ 0x52, along / 9.0, rows / 5.0);
        blend(GRASS, SOIL, bare).map(|part| part * light)
    }
}

fn blend(from: Colour, to: Colour, share: f64) -> Colour {
    std::array::from_fn(|part| from[part] + (to[part] - from[part]) * share)
}

/// The bed: a trapezium of turned soil, and on it as many plants as the phase leaves.
fn plant(picture: &mut RgbImage, photo: &Photo) {
    let mut dice = Dice::of(photo.seed, Stream::Photos, 2);
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let close = photo.phase == "close_up";
    let (plants, size) = if close { (60, 0.045) } else { (420, 0.008) };
    let left = match photo.phase {
        "during" => 0.45,
        "after" => 0.03,
        _ => 1.0,
    };
    let turned: Colour = [112.0, 78.0, 52.0];
    let petal = dice.pick([
        [232.0, 228.0, 236.0],
        [206.0, 92.0, 128.0],
        [168.0, 96.0, 178.0],
        [150.0, 172.0, 140.0],
    ]);
    let top = if close { 0.05 } else { 0.66 };
    for index in 0..plants {
        // From far to near, so that near plants cover far ones.
        let depth = (number::real(index) + dice.unit()) / number::real(plants);
        let reach = 0.20 + 0.26 * depth;
        let across = dice.between(-reach, reach);
        let (x, y) = (
            width * (0.5 + across),
            height * (top + (0.95 - top) * depth),
        );
        let radius = width.max(height) * size * (0.45 + 0.75 * depth) * dice.between(0.8, 1.2);
        dab(picture, x, y + radius * 0.6, radius * 1.5, turned, 0.55);
        if dice.unit() < left {
            let shade = dice.between(0.75, 1.15);
            dab(picture, x, y, radius, LEAF.map(|part| part * shade), 0.9);
            dab(
                picture,
                x - radius * 0.3,
                y - radius * 0.9,
                radius * 0.62,
                petal,
                0.92,
            );
        }
    }
}

/// A soft round dab of colour.
fn dab(picture: &mut RgbImage, x: f64, y: f64, radius: f64, colour: Colour, strength: f64) {
    let (right, bottom) = (
        f64::from(picture.width()) - 1.0,
        f64::from(picture.height()) - 1.0,
    );
    let columns = number::tally((x - radius).clamp(0.0, right))
        ..=number::tally((x + radius).clamp(0.0, right));
    for column in columns {
        let rows = number::tally((y - radius).clamp(0.0, bottom))
            ..=number::tally((y + radius).clamp(0.0, bottom));
        for row in rows {
            let off = (f64::from(column) - x).hypot(f64::from(row) - y) / radius.max(0.5);
            let share = strength * (1.4 * (1.0 - off)).clamp(0.0, 1.0);
            if share > 0.0 {
                let pixel = picture.get_pixel_mut(column, row);
                let mixed = blend(pixel.0.map(f64::from), colour, share);
                *pixel = Rgb(mixed.map(number::byte));
            }
        }
    }
}
