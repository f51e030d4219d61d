//! How fast this machine ORs masks that lie in memory: the limit of every answer from memory.

use std::hint::black_box;
use std::time::Instant;

use crate::report::{Times, say};

const ROUNDS: usize = 15;

/// ORs arrays of masks of several sizes into a canvas, one thread and two.
pub fn run() {
    for megabytes in [1, 8, 64, 256] {
        let words = megabytes * (1 << 20) / size_of::<u64>();
        for threads in [1, 2] {
            let gigabytes_per_s = stream_or(words, threads);
            say(&format!(
                "memory: OR of {megabytes} MB of masks on {threads} threads: {gigabytes_per_s:.1} GB/s"
            ));
        }
    }
    let scattered = scattered_or();
    say(&format!(
        "memory: OR of 16 million entries of position and mask onto canvases of 2,401 words: {:.2} ns an entry, {:.1} GB/s",
        scattered,
        10.0 / scattered
    ));
}

/// Gigabytes a second read by a plain OR of one array into one word.
fn stream_or(words: usize, threads: usize) -> f64 {
    let masks: Vec<u64> = (0..words as u64).collect();
    let share = words.div_ceil(threads);
    let mut times = Times::none();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for part in masks.chunks(share) {
                scope.spawn(move || black_box(part.iter().fold(0, |all, mask| all | mask)));
            }
        });
        times.add(begun.elapsed());
    }
    gigabytes(words * size_of::<u64>()) / (times.median_ms() / 1000.0)
}

/// Nanoseconds for an entry of a position and a mask, in columns, painted on one region's canvas after another.
fn scattered_or() -> f64 {
    const ENTRIES: usize = 1 << 24;
    const PER_REGION: usize = 1 << 14;
    let positions: Vec<u16> = (0..ENTRIES)
        .map(|at| u16::try_from((at * 7_919 / 3) % 2_401).unwrap_or(0))
        .collect();
    let masks: Vec<u64> = (0..ENTRIES as u64).collect();
    let mut times = Times::none();
    for _ in 0..5 {
        let begun = Instant::now();
        let columns = positions.chunks(PER_REGION).zip(masks.chunks(PER_REGION));
        for (positions, masks) in columns {
            let mut canvas = vec![0_u64; 2_401];
            for (position, mask) in positions.iter().zip(masks) {
                if let Some(word) = canvas.get_mut(usize::from(*position)) {
                    *word |= mask;
                }
            }
            black_box(&canvas);
        }
        times.add(begun.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "2^24")]
    let entries = ENTRIES as f64;
    times.median_ms() * 1e6 / entries
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
fn gigabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e9
}
