//! The search over picture fingerprints: 1,000,000 keys, against looking at every key.

use std::hint::black_box;
use std::time::Instant;

use anyhow::ensure;
use tuantra::evidence::model::screens::{KeyIndex, ScreenRules};

use crate::server::{quantile_ms, say};

const KEYS: u32 = 1_000_000;
const SEARCHES: u32 = 500;

/// `SplitMix64`.
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub fn run() -> anyhow::Result<()> {
    let most = ScreenRules::default().near().key;
    let keys: Vec<(u64, u32)> = (0..KEYS).map(|at| (mixed(at.into()), at)).collect();
    let mut index = KeyIndex::default();
    let began = Instant::now();
    index.extend(keys.iter().copied());
    let made = began.elapsed();
    let (mut searched, mut scanned) = (Vec::new(), Vec::new());
    for number in 0..SEARCHES {
        // A key that is there, with eight of its bits turned.
        let flips = (0..8).fold(0_u64, |flips, bit| {
            flips | 1 << (mixed(u64::from(number * 8 + bit) << 32) % 64)
        });
        let key = mixed(u64::from(number) * 997) ^ flips;
        let began = Instant::now();
        let found = black_box(index.within(black_box(key), most)).len();
        searched.push(began.elapsed());
        let began = Instant::now();
        let there = keys
            .iter()
            .filter(|(other, _)| (black_box(key) ^ other).count_ones() <= most);
        let all = black_box(there.count());
        scanned.push(began.elapsed());
        ensure!(found == all && found > 0, "{found} found, {all} are there");
    }
    searched.sort_unstable();
    scanned.sort_unstable();
    let (fast, slow) = (quantile_ms(&searched, 0.5), quantile_ms(&scanned, 0.5));
    say(&format!(
        "pictures: {KEYS} keys in {:.2} s; search within {most} bits median {fast:.3} ms, p99 {:.3} ms; every key looked \
         at {slow:.3} ms; ratio {:.1}",
        made.as_secs_f64(),
        quantile_ms(&searched, 0.99),
        slow / fast
    ));
    Ok(())
}
