//! The photo pipeline against the `image` crate's plain path on the same 12-megapixel JPEG.

use std::io::Cursor;
use std::time::{Duration, Instant};

use anyhow::Context;
use image::ImageFormat;
use image::imageops::FilterType;
use tuantra::evidence::model::{Limits, derive};

use crate::server::say;

const ROUNDS: usize = 5;

pub fn run() -> anyhow::Result<()> {
    let picture = image::RgbImage::from_fn(4000, 3000, |x, y| {
        let noise = u8::try_from((x * 31 + y * 17 + (x * y) % 97) % 64).unwrap_or(0);
        image::Rgb([
            80 + noise,
            110 + noise / 2,
            u8::try_from((x / 16 + y / 12) % 200).unwrap_or(0),
        ])
    });
    let mut jpeg = Vec::new();
    picture.write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg)?;
    let ours = fastest(|| {
        derive(&jpeg, &Limits::default())
            .map(drop)
            .ok()
            .context("the picture was refused")
    })?;
    let plain = fastest(|| {
        let decoded = image::load_from_memory(&jpeg)?;
        let mut out = Vec::new();
        decoded
            .resize(1280, 1280, FilterType::Lanczos3)
            .write_to(&mut Cursor::new(&mut out), ImageFormat::Jpeg)?;
        decoded
            .resize(320, 320, FilterType::Lanczos3)
            .write_to(&mut Cursor::new(&mut out), ImageFormat::Jpeg)?;
        Ok(())
    })?;
    say(&format!(
        "photo: 12 MP JPEG of {:.1} MB: display and thumbnail in {:.0} ms; image crate with Lanczos3 {:.0} ms; ratio {:.1}x",
        f64::from(u32::try_from(jpeg.len())?) / 1e6,
        ours.as_secs_f64() * 1000.0,
        plain.as_secs_f64() * 1000.0,
        plain.as_secs_f64() / ours.as_secs_f64()
    ));
    Ok(())
}

fn fastest(mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        work()?;
        best = best.min(begun.elapsed());
    }
    Ok(best)
}
