//! The search over picture fingerprints: 1,000,000 keys of made-up pictures, against looking at every key. The scenes are
//! hillsides under a sky as the screens' own tests make them, four pictures of each from nearly one standpoint, some brought
//! again after a change: near keys are as many as such pictures have.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, ensure};
use tuantra::evidence::model::screens::{KeyIndex, ScreenRules, fingerprints};

use crate::scenes::season;
use crate::server::{quantile_ms, say};

const KEYS: usize = 1_000_000;
const SEARCHES: usize = 500;
/// Plots and changed copies of each class in a season: four and six pictures for each.
const PLOTS: u64 = 96;
const COPIES: usize = 6;
/// The first seed; every season has its own.
const SEED: u64 = 40_000;
const WORKERS: usize = 2;

/// Keys of pictures in their order, and which of them are the first key of a changed copy.
#[derive(Default)]
struct Made {
    keys: Vec<u64>,
    copies: Vec<u64>,
    pictures: usize,
}

/// Seasons from a seed on, every so many, until there are enough keys.
fn made(first: u64, enough: usize) -> Made {
    let mut all = Made::default();
    let mut seed = first;
    while all.keys.len() < enough {
        for picture in season(seed, PLOTS, COPIES) {
            let own: Vec<u64> = fingerprints(&picture.luma)
                .iter()
                .map(|own| own.key)
                .collect();
            if picture.forged.is_some() {
                all.copies.extend(own.first());
            }
            all.keys.extend(own);
            all.pictures += 1;
        }
        seed += 1;
    }
    all.keys.truncate(enough);
    all
}

pub fn run() -> anyhow::Result<()> {
    let most = ScreenRules::default().near().key;
    let began = Instant::now();
    let workers: Vec<_> = (SEED..)
        .step_by(10_000)
        .take(WORKERS)
        .map(|seed| std::thread::spawn(move || made(seed, KEYS / WORKERS)))
        .collect();
    let (mut keys, mut asked, mut pictures) = (Vec::new(), Vec::new(), 0);
    for worker in workers {
        let own = worker.join().ok().context("a worker ended early")?;
        keys.extend(own.keys);
        asked.extend(own.copies);
        pictures += own.pictures;
    }
    say(&format!(
        "pictures: {pictures} made-up pictures with {} keys in {:.0} s",
        keys.len(),
        began.elapsed().as_secs_f64()
    ));
    let keys: Vec<(u64, u32)> = keys.into_iter().zip(0..).collect();
    let mut index = KeyIndex::default();
    let began = Instant::now();
    index.extend(keys.iter().copied());
    let made = began.elapsed();
    let (mut searched, mut scanned, mut hits) = (Vec::new(), Vec::new(), Vec::new());
    let every = (asked.len() / SEARCHES).max(1);
    for key in asked.into_iter().step_by(every).take(SEARCHES) {
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
        hits.push(found);
    }
    searched.sort_unstable();
    scanned.sort_unstable();
    hits.sort_unstable();
    let hits_median = hits.get(hits.len() / 2).copied().unwrap_or_default();
    let (fast, slow) = (quantile_ms(&searched, 0.5), quantile_ms(&scanned, 0.5));
    say(&format!(
        "pictures: {KEYS} keys in {:.2} s; search within {most} bits, {} searches with changed copies: median {fast:.3} ms, p99 \
         {:.3} ms, {hits_median} keys found (median); every key looked at {slow:.3} ms; ratio {:.1}",
        made.as_secs_f64(),
        searched.len(),
        quantile_ms(&searched, 0.99),
        slow / fast
    ));
    Ok(())
}
