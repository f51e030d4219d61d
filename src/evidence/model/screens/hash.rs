//! A picture's fingerprints: the signs of its lowest frequencies, of the whole and of parts of it, so that a crop, a small
//! turn, another size, another compression or another brightness leaves at least one of them nearly as it was.

use image::GrayImage;
use image::imageops::{FilterType, resize};

/// Samples along each side that frequencies are made of.
const SIDE: usize = 32;
/// Frequencies along each side in the key.
const KEY_SIDE: usize = 8;
/// Frequencies along each side in the check.
const CHECK_SIDE: usize = 16;
/// Pictures are made this wide first, pixels.
const BASE_WIDTH: u32 = 128;
/// What is taken of a picture besides the whole: share of the sides, where its middle lies (shares of what is left over),
/// and by how many degrees it is turned.
const VIEWS: [(f64, f64, f64, f64); 15] = [
    (1.0, 0.0, 0.0, 0.0),
    (0.95, 0.0, 0.0, 0.0),
    (0.91, 0.0, 0.0, 0.0),
    (0.95, -1.0, -1.0, 0.0),
    (0.95, 1.0, -1.0, 0.0),
    (0.95, -1.0, 1.0, 0.0),
    (0.95, 1.0, 1.0, 0.0),
    (0.91, -1.0, -1.0, 0.0),
    (0.91, 1.0, -1.0, 0.0),
    (0.91, -1.0, 1.0, 0.0),
    (0.91, 1.0, 1.0, 0.0),
    (0.96, 0.0, 0.0, -1.7),
    (0.96, 0.0, 0.0, 1.7),
    (0.93, 0.0, 0.0, -3.0),
    (0.93, 0.0, 0.0, 3.0),
];

/// How many fingerprints a picture has; the first is of the whole.
pub const FINGERPRINTS: usize = VIEWS.len();

/// The fingerprint of one part of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// Signs of 64 frequencies: what is searched for.
    pub key: u64,
    /// Signs of 256 frequencies: what a find is checked by.
    pub check: [u64; 4],
}

impl Fingerprint {
    /// Frequencies of the key whose signs differ, of 64.
    #[must_use]
    pub fn key_apart(&self, other: &Self) -> u32 {
        (self.key ^ other.key).count_ones()
    }

    /// Frequencies of the check whose signs differ, of 256.
    #[must_use]
    pub fn check_apart(&self, other: &Self) -> u32 {
        let pairs = self.check.iter().zip(&other.check);
        pairs.map(|(one, other)| (one ^ other).count_ones()).sum()
    }
}

/// A sample shows detail when it differs by so many levels of grey from one beside it; noise and compression stay below.
const DETAIL: f64 = 6.0;

/// The share of a picture that shows any detail, from 0 to 1: skies, fog and walls show none.
#[must_use]
pub fn detail(luma: &GrayImage) -> f64 {
    let Some(base) = base(luma) else { return 0.0 };
    let light = samples(&base, VIEWS[0]);
    let mut shown = 0_u32;
    for row in 0..SIDE - 1 {
        for column in 0..SIDE - 1 {
            let own = light[row][column];
            let beside = [light[row][column + 1], light[row + 1][column]];
            shown += u32::from(beside.iter().any(|other| (own - other).abs() >= DETAIL));
        }
    }
    let all = u32::try_from((SIDE - 1) * (SIDE - 1)).unwrap_or(1);
    f64::from(shown) / f64::from(all)
}

/// The fingerprints of a picture, that of the whole first.
#[must_use]
pub fn fingerprints(luma: &GrayImage) -> Vec<Fingerprint> {
    let Some(base) = base(luma) else {
        return Vec::new();
    };
    let waves = waves();
    VIEWS
        .iter()
        .map(|view| fingerprint(&samples(&base, *view), &waves))
        .collect()
}

/// The picture at the size that everything is made of; none when it has no pixels.
fn base(luma: &GrayImage) -> Option<GrayImage> {
    let (width, height) = luma.dimensions();
    if width == 0 || height == 0 {
        return None;
    }
    let tall = (u64::from(BASE_WIDTH) * u64::from(height) / u64::from(width)).clamp(8, 1_024);
    let tall = u32::try_from(tall).unwrap_or(BASE_WIDTH);
    Some(resize(luma, BASE_WIDTH, tall, FilterType::Triangle))
}

type Square = [[f64; SIDE]; SIDE];

/// Each sample is the mean of nine points.
fn samples(base: &GrayImage, (share, right, down, degrees): (f64, f64, f64, f64)) -> Square {
    let (width, height) = (f64::from(base.width()), f64::from(base.height()));
    let margin = (1.0 - share) / 2.0;
    let middle_x = width * (0.5 + margin * right);
    let middle_y = height * (0.5 + margin * down);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let mut light = [[0.0; SIDE]; SIDE];
    for (row, line) in light.iter_mut().enumerate() {
        for (column, sample) in line.iter_mut().enumerate() {
            let mut sum = 0.0;
            for part in 0..9 {
                let across = unit(column, part % 3) * width * share;
                let along = unit(row, part / 3) * height * share;
                let x = middle_x + across * cos - along * sin;
                let y = middle_y + across * sin + along * cos;
                sum += at(base, x, y);
            }
            *sample = sum / 9.0;
        }
    }
    light
}

/// Where a third of a sample lies, from -0.5 to 0.5.
fn unit(sample: usize, third: usize) -> f64 {
    let whole = f64::from(u32::try_from(sample * 3 + third).unwrap_or(0));
    (whole + 0.5) / f64::from(u32::try_from(SIDE * 3).unwrap_or(1)) - 0.5
}

fn at(base: &GrayImage, x: f64, y: f64) -> f64 {
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (u, v) = (x - left, y - top);
    let pixel = |right: f64, down: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped into the picture"
        )]
        let (column, row) = (
            (left + right).clamp(0.0, f64::from(base.width() - 1)) as u32,
            (top + down).clamp(0.0, f64::from(base.height() - 1)) as u32,
        );
        f64::from(base.get_pixel(column, row).0[0])
    };
    let upper = pixel(0.0, 0.0) * (1.0 - u) + pixel(1.0, 0.0) * u;
    let lower = pixel(0.0, 1.0) * (1.0 - u) + pixel(1.0, 1.0) * u;
    upper * (1.0 - v) + lower * v
}

/// The cosines of the discrete cosine transform (type II), frequency by sample.
fn waves() -> [[f64; SIDE]; CHECK_SIDE + 1] {
    let number = |index: usize| f64::from(u32::try_from(index).unwrap_or(0));
    std::array::from_fn(|frequency| {
        std::array::from_fn(|sample| {
            let step = std::f64::consts::PI / number(SIDE);
            (step * number(frequency) * (number(sample) + 0.5)).cos()
        })
    })
}

fn fingerprint(square: &Square, waves: &[[f64; SIDE]; CHECK_SIDE + 1]) -> Fingerprint {
    let rows: Vec<Vec<f64>> = square
        .iter()
        .map(|line| waves.iter().map(|wave| dot(line, wave)).collect())
        .collect();
    let strength = |down: usize, across: usize| -> f64 {
        rows.iter()
            .zip(&waves[down])
            .map(|(row, wave)| row[across] * wave)
            .sum()
    };
    // Frequency 0 along a side is the mean: it tells brightness and little else, so the lowest is left out of both.
    let key = signs(KEY_SIDE, &strength);
    let check = signs(CHECK_SIDE, &strength);
    Fingerprint {
        key: key[0],
        check: [
            key_part(&check, 0),
            key_part(&check, 1),
            key_part(&check, 2),
            key_part(&check, 3),
        ],
    }
}

fn key_part(bits: &[u64], index: usize) -> u64 {
    bits.get(index).copied().unwrap_or(0)
}

fn dot(line: &[f64; SIDE], wave: &[f64; SIDE]) -> f64 {
    line.iter()
        .zip(wave)
        .map(|(light, wave)| light * wave)
        .sum()
}

/// Which of the lowest frequencies lie above their median, row by row, 64 to a word.
fn signs(side: usize, strength: &impl Fn(usize, usize) -> f64) -> Vec<u64> {
    let strengths: Vec<f64> = (0..side * side)
        .map(|index| strength(index / side, index % side + usize::from(index < side)))
        .collect();
    let mut sorted = strengths.clone();
    sorted.sort_by(f64::total_cmp);
    let median = sorted[sorted.len() / 2];
    strengths
        .chunks(64)
        .map(|chunk| {
            let bits = chunk.iter().enumerate();
            bits.fold(0, |word, (bit, strength)| {
                word | (u64::from(*strength >= median) << bit)
            })
        })
        .collect()
}
