//! Chance from a seed.

use std::f64::consts::TAU;

/// A stream of chance (`SplitMix64`).
#[derive(Debug, Clone)]
pub struct Dice(u64);

const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Dice {
    /// One of the streams under a seed.
    pub fn of(seed: u64, stream: u64) -> Self {
        Self(mix(
            mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_add(mix(stream ^ 0x7ac5))
        ))
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 up to but not 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.bits() % end.max(1) as u64).unwrap_or(0)
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.between(1e-12, 1.0), self.between(0.0, TAU));
        (-2.0 * radius.ln()).sqrt() * angle.cos()
    }

    pub fn turn(&mut self) -> f64 {
        self.between(0.0, TAU)
    }
}

/// A number that wanders around 0 with deviation 1, half forgotten after `memory_s`.
#[derive(Debug, Clone)]
pub struct Drift {
    value: f64,
    keeps: f64,
    fresh: f64,
}

impl Drift {
    pub fn new(dice: &mut Dice, memory_s: f64, step_s: f64) -> Self {
        let keeps = 0.5_f64.powf(step_s / memory_s);
        Self {
            value: dice.normal(),
            keeps,
            fresh: (1.0 - keeps * keeps).sqrt(),
        }
    }

    pub fn next(&mut self, dice: &mut Dice) -> f64 {
        self.value = self.keeps * self.value + self.fresh * dice.normal();
        self.value
    }
}
