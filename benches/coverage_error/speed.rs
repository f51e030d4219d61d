//! How long a sweep takes.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts of pieces, far below 2^53"
)]

use std::hint::black_box;
use std::time::Instant;

use tuantra::coverage::model::lattice::Lattice;
use tuantra::coverage::model::sweep::{Walked, sweep_each};

use crate::patch::RADII_CM;

const ROUNDS: usize = 15;
/// A patrol of three hours with a fix every five seconds.
const PATROL: f64 = 2_000.0;

/// Prints the time per 2,000 pieces of both radii together: the best of several rounds, since other work on the machine
/// only ever adds.
pub fn print(walks: &[Vec<Walked>]) {
    for (least, most) in [(1_000, usize::MAX), (100, 400)] {
        let own = walks
            .iter()
            .filter(|walk| (least..most).contains(&walk.len()));
        let own: Vec<_> = own.collect();
        let count: usize = own.iter().map(|walk| walk.len()).sum();
        let round = || {
            let begun = Instant::now();
            for walk in &own {
                black_box(sweep_each(Lattice::CURRENT, &RADII_CM, walk));
            }
            begun.elapsed().as_secs_f64()
        };
        let best_s = (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min);
        println!(
            "sweep at both radii: {} walks of {} pieces on average: {:.3} ms a walk, {:.3} ms per 2,000 pieces",
            own.len(),
            count / own.len().max(1),
            1e3 * best_s / own.len().max(1) as f64,
            1e3 * best_s / count.max(1) as f64 * PATROL,
        );
    }
}
