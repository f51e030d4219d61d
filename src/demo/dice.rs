//! Chance from a seed: a small generator of our own, so that a seed means the same province on every
//! machine and in every release of the crates we use.

use uuid::{Builder, Uuid};

use super::number;
use crate::base::time::Timestamp;

/// What a stream of chance is for; streams never share numbers, so one patrol more moves nothing else.
#[derive(Clone, Copy)]
pub(super) enum Stream {
    Land = 1,
    Names,
    RiskAreas,
    Forces,
    Outings,
    Patrol,
    Phone,
    Plots,
    Photos,
    Year,
    YearRisk,
    YearForces,
}

/// A stream of chance (`SplitMix64`, Steele, Lea and Flood 2014).
#[derive(Clone)]
pub(super) struct Dice(u64);

/// The finaliser of `SplitMix64`: any two different inputs give unrelated outputs.
pub(super) const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Dice {
    /// The stream of that purpose and index under a seed.
    pub(super) fn of(seed: u64, stream: Stream, index: usize) -> Self {
        let index = u64::try_from(index).unwrap_or(u64::MAX);
        Self(mix(mix(mix(seed) ^ stream as u64).wrapping_add(index)))
    }

    /// Sixty-four even bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in 0..1.
    pub(super) fn unit(&mut self) -> f64 {
        number::unit(self.bits())
    }

    /// A number in `low..high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number in `0..count`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, count: usize) -> usize {
        number::count(self.unit() * number::real(count)).min(count.saturating_sub(1))
    }

    /// A direction: radians in `0..2π`.
    pub(super) fn turn(&mut self) -> f64 {
        self.between(0.0, std::f64::consts::TAU)
    }

    /// True that often, 0..1.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// About normal with mean 0 and deviation 1: four even numbers summed, which needs no logarithm.
    pub(super) fn normal(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 3.0_f64.sqrt()
    }

    /// One of these.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, from: [T; N]) -> T {
        const { assert!(N > 0) };
        from[self.below(N)]
    }

    /// An index, each as likely as its weight; 0 when nothing weighs.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        0
    }

    /// A version 7 UUID whose time part is `at`, as a phone would have made it there and then.
    pub(super) fn id(&mut self, at: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        let words = self
            .bits()
            .to_be_bytes()
            .into_iter()
            .chain(self.bits().to_be_bytes());
        for (byte, from) in bytes.iter_mut().zip(words) {
            *byte = from;
        }
        let millis = u64::try_from(at.as_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}
