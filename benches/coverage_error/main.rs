//! How far coverage from masks lies from exact coverage, on cells of several resolutions and settled; what the two
//! constants of the interval must be; and how long a sweep takes.
//!
//! - `cargo bench --bench coverage_error -- dump FOLDER FIRST LAST` writes the patches of those seeds, from which
//!   `fixtures/coverage/make_cases.py` computes the exact figures;
//! - `cargo bench --bench coverage_error -- FILE.json...` prints the tables of `docs/coverage-error.md` for such figures,
//!   those of the checked-in fixture when no file is named.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "../../tests/accuracy/cases.rs"]
mod cases;
#[path = "../../tests/accuracy/patch.rs"]
mod patch;
mod speed;
mod tables;
#[path = "../../tests/accuracy/world/mod.rs"]
mod world;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use cases::{Case, Truth};
use patch::Patch;
use tuantra::coverage::model::lattice::Lattice;
use world::World;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/coverage/cases.json");
const RESOLUTIONS: [u8; 3] = [10, 11, 12];

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with("--"))
        .collect();
    match words[..] {
        ["dump", folder, first, last] => dump(Path::new(folder), first.parse()?, last.parse()?),
        [] => judge(&[FIXTURE]),
        _ => judge(&words),
    }
}

fn dump(folder: &Path, first: u64, last: u64) -> Result<()> {
    for seed in first..=last {
        let file = folder.join(format!("{seed:06}.json"));
        let json = World::of(seed).to_json();
        fs::write(&file, json).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn judge(files: &[&str]) -> Result<()> {
    let mut by_resolution = RESOLUTIONS.map(|resolution| (resolution, Vec::new()));
    let mut settled = Vec::new();
    let mut pieces = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        let truth: Truth = serde_json::from_str(&text)?;
        for exact in truth.worlds {
            let world = World::of(exact.seed);
            if exact.sha256 != world.sha256() {
                bail!(
                    "seed {} makes another patch than {file} was made of",
                    exact.seed
                );
            }
            let patch = Patch::of(&world);
            for (resolution, cases) in &mut by_resolution {
                cases.extend(exact.cases(&patch.measured(Lattice::new(*resolution)?)));
            }
            let usual = patch.measured(Lattice::CURRENT);
            settled.extend(exact.cases(&patch.settled(&usual)));
            pieces.extend(patch.walked.into_iter().map(|(_, pieces)| pieces));
        }
    }
    println!("{}", tables::HEAD);
    for (resolution, cases) in &by_resolution {
        tables::by_window(&format!("res {resolution}"), cases);
    }
    tables::by_window("settled", &settled);
    println!("\n{}", tables::SIZES_HEAD);
    if let Some((_, usual)) = by_resolution
        .iter()
        .find(|(resolution, _)| *resolution == 11)
    {
        tables::by_size("res 11", usual);
    }
    tables::by_size("settled", &settled);
    println!();
    for (resolution, cases) in &by_resolution {
        tables::constants(&format!("res {resolution}"), cases);
    }
    tables::constants("settled", &settled);
    for resolution in 11..=15 {
        let own = tables::at_resolution(&settled, Lattice::new(resolution)?);
        tables::constants(&format!("settled, res {resolution}"), &own);
    }
    speed::print(&pieces);
    Ok(())
}
