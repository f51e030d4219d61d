//! The screens of tracks: what they find in seasons held out, and what it costs to look for a copy among 100,000 tracks
//! by windows, against looking at every window.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use anyhow::ensure;
use tuantra::patrols::model::screens::Line;
use tuantra::patrols::model::screens::copies::{Hit, ranked};
use tuantra::patrols::model::screens::keys::{Shares, Window, apart, asked, kept};

use crate::screens::{COMPARED, Table, claimed, tracks};
use crate::season::{CHOOSING, FIXTURE, HELD_OUT, Kind, Track, season};
use crate::server::{quantile_ms, say};

/// Tracks of every class, and claims of every kind, in a season.
const PER_CLASS: usize = 30;
const PER_KIND: usize = 60;
/// Earlier tracks among which copies are looked for.
const EARLIER: usize = 100_000;
/// Seasons of these seeds on make them up.
const FIRST_SEED: u64 = 10_000;
/// Tracks that are looked for, honest ones and copies.
const ASKED: usize = 120;

/// What the screens ask about, by class.
pub fn tables() {
    tell("chosen on", &CHOOSING);
    tell("fixture", &FIXTURE);
    tell("held out", &HELD_OUT);
}

fn tell(name: &str, seeds: &[u64]) {
    let mut table = Table::new();
    for seed in seeds {
        tracks(*seed, PER_CLASS, &mut table);
        claimed(*seed, PER_KIND, &mut table);
    }
    for (class, tally) in table {
        say(&format!(
            "tracks: {name}: {class}: {} of {} asked about",
            tally.asked, tally.made
        ));
    }
}

/// Windows of earlier tracks by key, as the table of windows has them.
#[derive(Default)]
struct Known {
    by_key: HashMap<u64, Vec<(u32, f32, Shares)>>,
    windows: Vec<Shares>,
    tracks: usize,
}

impl Known {
    fn keep(&mut self, track: &Track) {
        let number = u32::try_from(self.tracks).unwrap_or(u32::MAX);
        self.tracks += 1;
        for window in Line::of(&track.fixes).iter().flat_map(kept) {
            self.windows.push(window.shares);
            #[expect(clippy::cast_possible_truncation, reason = "seconds of some hours")]
            let at_s = window.at_s as f32;
            for key in window.keys {
                let known = self.by_key.entry(key).or_default();
                known.push((number, at_s, window.shares));
            }
        }
    }

    /// How many rows were read, and the tracks that share windows, best first.
    fn candidates(&self, windows: &[Window]) -> (usize, Vec<u32>) {
        let (mut rows, mut hits) = (0, std::collections::BTreeMap::<u32, Vec<Hit>>::new());
        for window in windows {
            for key in &window.keys {
                for (track, at_s, shares) in self.by_key.get(key).into_iter().flatten() {
                    rows += 1;
                    if let Some(hit) = Hit::of(window, f64::from(*at_s), shares) {
                        hits.entry(*track).or_default().push(hit);
                    }
                }
            }
        }
        let ranked = ranked(&hits).into_iter().map(|(track, _)| track);
        (rows, ranked.collect())
    }

    /// Every window held against every other: the nearest.
    fn linear(&self, windows: &[Window]) -> f64 {
        let mut nearest = f64::INFINITY;
        for window in windows {
            for kept in &self.windows {
                nearest = nearest.min(apart(&window.shares, kept));
            }
        }
        nearest
    }
}

#[derive(Default)]
struct Asked {
    copies: usize,
    found: usize,
    first: usize,
    rows: Vec<usize>,
    candidates: Vec<usize>,
    searched: Vec<std::time::Duration>,
    keys: usize,
}

/// What it costs to look for copies, and how many of them are among the candidates.
pub fn search() -> anyhow::Result<()> {
    let (mut known, mut new) = (Known::default(), Vec::new());
    let mut seed = FIRST_SEED;
    while known.tracks < EARLIER {
        let first = known.tracks;
        // A few of every season are copies of its tracks; those are looked for.
        for (at, track) in season(seed, 20).into_iter().enumerate() {
            match track.kind {
                Kind::Honest(_) => known.keep(&track),
                Kind::Forged(_, Some(of)) if at % 37 == 0 && new.len() < ASKED / 2 => {
                    new.push((Some(first + of), track));
                }
                Kind::Forged(..) => {}
            }
        }
        seed += 1;
    }
    let honest = season(FIRST_SEED - 1, 20).into_iter();
    let honest = honest.filter(|track| matches!(track.kind, Kind::Honest(_)));
    new.extend(honest.step_by(4).take(ASKED / 2).map(|track| (None, track)));
    let mut told = Asked::default();
    for (of, track) in &new {
        look(&known, *of, track, &mut told);
    }
    ensure!(told.found * 10 >= told.copies * 9, "copies are lost");
    let (_, track) = &new[0];
    let windows = Line::of(&track.fixes).map(|line| asked(&line));
    let windows = windows.unwrap_or_default();
    let sample = &windows[..windows.len().min(20)];
    let began = Instant::now();
    black_box(known.linear(black_box(sample)));
    let linear_ms =
        began.elapsed().as_secs_f64() * 1_000.0 * real(windows.len()) / real(sample.len().max(1));
    told.searched.sort_unstable();
    told.rows.sort_unstable();
    told.candidates.sort_unstable();
    let fast_ms = quantile_ms(&told.searched, 0.5);
    let (middle, last) = (told.rows.len() / 2, told.rows.len() - 1);
    say(&format!(
        "tracks: {} earlier, {} windows; a new one is asked with {} keys, reads median {} (most {}) rows, shares windows \
         with median {} (most {}) tracks; search median {fast_ms:.1} ms, p99 {:.1} ms; every window looked at {linear_ms:.0} ms: \
         ratio {:.0}; of {} copies {} among the candidates, {} among the first {COMPARED}",
        known.tracks,
        known.windows.len(),
        told.keys / new.len(),
        told.rows[middle],
        told.rows[last],
        told.candidates[middle],
        told.candidates[last],
        quantile_ms(&told.searched, 0.99),
        linear_ms / fast_ms,
        told.copies,
        told.found,
        told.first,
    ));
    Ok(())
}

fn look(known: &Known, of: Option<usize>, track: &Track, told: &mut Asked) {
    let Some(line) = Line::of(&track.fixes) else {
        return;
    };
    let began = Instant::now();
    let windows = asked(&line);
    let (rows, candidates) = known.candidates(black_box(&windows));
    told.searched.push(began.elapsed());
    told.keys += windows
        .iter()
        .map(|window| window.keys.len())
        .sum::<usize>();
    told.rows.push(rows);
    told.candidates.push(candidates.len());
    if let Some(of) = of {
        let place = candidates
            .iter()
            .position(|track| usize::try_from(*track) == Ok(of));
        told.copies += 1;
        told.found += usize::from(place.is_some());
        told.first += usize::from(place.is_some_and(|place| place < COMPARED));
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of windows")]
fn real(count: usize) -> f64 {
    count as f64
}
