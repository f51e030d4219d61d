//! A season's pictures, honest and forged: invented scenes, each plot photographed several times from nearly one
//! standpoint, and pictures of one plot brought again for another after a change that hides it.

use image::imageops::{FilterType, crop_imm, resize};
use image::{GrayImage, Luma};

/// Seeds by which thresholds are chosen.
pub const CHOOSING: [u64; 2] = [1, 2];
/// Seeds by which they are judged; nobody looks at these before.
pub const HELD_OUT: [u64; 3] = [101, 202, 303];

/// Pixels of a picture: half of a thumbnail's sides, because tests run unoptimised.
const WIDTH: u32 = 160;
const HEIGHT: u32 = 120;

/// How a picture was changed before it was brought again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    Recompressed,
    Resized,
    Cropped,
    Rotated,
    Brightened,
    All,
}

impl Forgery {
    pub const EVERY: [Self; 6] = [
        Self::Recompressed,
        Self::Resized,
        Self::Cropped,
        Self::Rotated,
        Self::Brightened,
        Self::All,
    ];
}

/// A picture of a plot; a forged one names the picture that it was made of by its place in the season.
pub struct Picture {
    pub plot: u64,
    pub luma: GrayImage,
    pub forged: Option<(Forgery, usize)>,
}

/// Xorshift64*, seeded through `SplitMix64`.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((z ^ (z >> 31)) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to but not 1.
    pub fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap()) / 4_294_967_296.0
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

/// Brightness of noise at a lattice point.
fn lattice(seed: u64, x: i64, y: i64) -> f64 {
    let mixed = seed
        ^ x.cast_unsigned().wrapping_mul(0x9e37_79b9)
        ^ y.cast_unsigned().wrapping_mul(0x85eb_ca6b_c2b2);
    Dice::new(mixed).unit()
}

fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (left, top) = (x.floor(), y.floor());
    let (u, v) = (x - left, y - top);
    let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
    let (u, v) = (smooth(u), smooth(v));
    #[expect(clippy::cast_possible_truncation, reason = "small lattice numbers")]
    let (column, row) = (left as i64, top as i64);
    let at = |dx, dy| lattice(seed, column + dx, row + dy);
    let upper = at(0, 0) * (1.0 - u) + at(1, 0) * u;
    let lower = at(0, 1) * (1.0 - u) + at(1, 1) * u;
    upper * (1.0 - v) + lower * v
}

/// A hillside under a sky: every scene has the same make-up, so that honest pictures are alike as real ones are.
struct Scene {
    seed: u64,
    ridge: f64,
    slope: f64,
    plants: Vec<(f64, f64, f64)>,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let ridge = dice.between(0.15, 0.45);
        let slope = dice.between(-0.3, 0.3);
        let plants = (0..dice.next() % 40 + 20).map(|_| {
            (
                dice.unit(),
                dice.between(0.5, 1.0),
                dice.between(0.01, 0.05),
            )
        });
        Self {
            seed,
            ridge,
            slope,
            plants: plants.collect(),
        }
    }

    /// From 0 to 255 at a place of the unit square; pulled up, there are no plants.
    fn light(&self, x: f64, y: f64, pulled_up: bool) -> f64 {
        let ridge = self.ridge + self.slope * (x - 0.5) + 0.1 * noise(self.seed ^ 3, x * 5.0, 0.0);
        if y < ridge {
            return 200.0 + 40.0 * noise(self.seed ^ 5, x * 3.0, y * 3.0);
        }
        let ground = [(4.0, 70.0), (9.0, 45.0), (23.0, 25.0), (61.0, 15.0)];
        let mut light: f64 = ground
            .iter()
            .zip(7..)
            .map(|((scale, depth), salt)| depth * noise(self.seed ^ salt, x * scale, y * scale))
            .sum();
        if !pulled_up {
            let near = |(px, py, size): &(f64, f64, f64)| (x - px).hypot(y - py) < *size;
            light += if self.plants.iter().any(near) {
                60.0
            } else {
                0.0
            };
        }
        light.min(255.0)
    }

    /// A picture from nearly the same standpoint as the others.
    fn taken(&self, dice: &mut Dice, pulled_up: bool) -> GrayImage {
        let (scale, gain) = (dice.between(0.9, 1.1), dice.between(0.85, 1.1));
        let (right, down) = (dice.between(-0.05, 0.05), dice.between(-0.05, 0.05));
        GrayImage::from_fn(WIDTH, HEIGHT, |column, row| {
            let (u, v) = (
                f64::from(column) / f64::from(WIDTH) - 0.5,
                f64::from(row) / f64::from(HEIGHT) - 0.5,
            );
            let light = self.light(0.5 + right + u * scale, 0.5 + down + v * scale, pulled_up);
            Luma([byte(light * gain + dice.between(-6.0, 6.0))])
        })
    }
}

fn byte(light: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a byte"
    )]
    let byte = light.clamp(0.0, 255.0) as u8;
    byte
}

/// A season of `plots` plots with four pictures each, and `forged` more of every class.
pub fn season(seed: u64, plots: u64, forged: usize) -> Vec<Picture> {
    let mut dice = Dice::new(seed);
    let mut pictures = Vec::new();
    for plot in 0..plots {
        let scene = Scene::new(seed.wrapping_mul(1_000_003) ^ (plot << 20));
        for pulled_up in [false, false, false, true] {
            pictures.push(Picture {
                plot,
                luma: scene.taken(&mut dice, pulled_up),
                forged: None,
            });
        }
    }
    let honest = pictures.len();
    for forgery in Forgery::EVERY {
        for _ in 0..forged {
            let of = usize::try_from(dice.next()).unwrap_or(usize::MAX) % honest;
            let luma = changed(&pictures[of].luma, forgery, &mut dice);
            let plot = 1_000_000 + u64::try_from(pictures.len()).unwrap();
            pictures.push(Picture {
                plot,
                luma,
                forged: Some((forgery, of)),
            });
        }
    }
    pictures
}

fn changed(luma: &GrayImage, forgery: Forgery, dice: &mut Dice) -> GrayImage {
    match forgery {
        Forgery::Recompressed => recompressed(luma, dice),
        Forgery::Resized => resized(luma, dice),
        Forgery::Cropped => cropped(luma, dice),
        Forgery::Rotated => rotated(luma, dice.between(-3.0, 3.0)),
        Forgery::Brightened => brightened(luma, dice),
        Forgery::All => {
            let turned = rotated(luma, dice.between(-1.0, 1.0));
            let cut = cropped(&turned, dice);
            recompressed(&resized(&brightened(&cut, dice), dice), dice)
        }
    }
}

fn recompressed(luma: &GrayImage, dice: &mut Dice) -> GrayImage {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a quality from 25 to 70"
    )]
    let quality = dice.between(25.0, 70.0) as u8;
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(luma)
        .unwrap();
    image::load_from_memory(&bytes).unwrap().to_luma8()
}

fn resized(luma: &GrayImage, dice: &mut Dice) -> GrayImage {
    let scale = dice.between(0.4, 1.5);
    resize(
        luma,
        part(luma.width(), scale),
        part(luma.height(), scale),
        FilterType::Triangle,
    )
}

fn part(length: u32, share: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "lengths of some hundred pixels"
    )]
    let part = (f64::from(length) * share).round() as u32;
    part
}

/// Up to a tenth of each side is cut away, anywhere.
fn cropped(luma: &GrayImage, dice: &mut Dice) -> GrayImage {
    let (width, height) = luma.dimensions();
    let (left, top) = (dice.between(0.9, 1.0), dice.between(0.9, 1.0));
    let (wide, high) = (part(width, left), part(height, top));
    let x = part(width - wide, dice.unit());
    let y = part(height - high, dice.unit());
    crop_imm(luma, x, y, wide, high).to_image()
}

/// Turned, and cut to the largest upright part without corners, as phones do.
fn rotated(luma: &GrayImage, degrees: f64) -> GrayImage {
    let (width, height) = (f64::from(luma.width()), f64::from(luma.height()));
    let (sin, cos) = degrees.to_radians().sin_cos();
    let share = 1.0 / (cos + sin.abs() * width / height);
    GrayImage::from_fn(
        part(luma.width(), share),
        part(luma.height(), share),
        |x, y| {
            let right = f64::from(x) - width * share / 2.0;
            let down = f64::from(y) - height * share / 2.0;
            let from_x = width / 2.0 + right * cos - down * sin;
            let from_y = height / 2.0 + right * sin + down * cos;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped into the picture"
            )]
            let (column, row) = (
                from_x.clamp(0.0, width - 1.0) as u32,
                from_y.clamp(0.0, height - 1.0) as u32,
            );
            *luma.get_pixel(column, row)
        },
    )
}

fn brightened(luma: &GrayImage, dice: &mut Dice) -> GrayImage {
    let (gain, lift) = (dice.between(0.75, 1.25), dice.between(-20.0, 20.0));
    GrayImage::from_fn(luma.width(), luma.height(), |x, y| {
        Luma([byte(f64::from(luma.get_pixel(x, y).0[0]) * gain + lift)])
    })
}
