//! Chance from a seed.

use super::Spot;

/// A stream of chance (`SplitMix64`, Steele, Lea and Flood 2014).
pub struct Dice(u64);

/// The finaliser of `SplitMix64`: any two different inputs give unrelated outputs.
const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl Dice {
    /// One of the streams under a seed; streams never share numbers.
    pub fn of(seed: u64, stream: u64) -> Self {
        Self(mix(mix(seed).wrapping_add(mix(stream ^ 0x5eed))))
    }

    /// A number in 0..1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
    pub fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number in `low..high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: i32, high: i32) -> i32 {
        let count = f64::from(high - low) + 1.0;
        (low + super::whole((self.unit() * count - 0.5).max(0.0))).min(high)
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let count = i32::try_from(from.len()).ok()?;
        from.get(usize::try_from(self.whole(0, count - 1)).ok()?)
    }

    /// True that often, 0..1.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// About normal with mean 0 and deviation 1: four even numbers summed.
    pub fn normal(&mut self) -> f64 {
        (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 3.0_f64.sqrt()
    }

    /// About normal in both directions.
    pub fn scatter(&mut self) -> Spot {
        let east = self.normal();
        Spot::new(east, self.normal())
    }

    /// A direction, each as likely as any other: a place in the unit disc, drawn until it lies in it.
    pub fn direction(&mut self) -> Spot {
        loop {
            let east = self.between(-1.0, 1.0);
            let spot = Spot::new(east, self.between(-1.0, 1.0));
            if (0.01..=1.0).contains(&spot.length()) {
                return spot.direction();
            }
        }
    }
}
