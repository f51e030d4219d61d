//! Times put in order.

use std::time::Duration;

use crate::server::quantile_ms;

pub use crate::server::say;

/// Times of one thing, done again and again.
#[derive(Debug, Clone)]
pub struct Times(Vec<Duration>);

impl Times {
    /// None yet.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, spent: Duration) {
        let at = self.0.partition_point(|own| *own < spent);
        self.0.insert(at, spent);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn median_ms(&self) -> f64 {
        quantile_ms(&self.0, 0.5)
    }

    pub fn least_ms(&self) -> f64 {
        quantile_ms(&self.0, 0.0)
    }

    pub fn p99_ms(&self) -> f64 {
        quantile_ms(&self.0, 0.99)
    }

    pub fn most_ms(&self) -> f64 {
        quantile_ms(&self.0, 1.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "for people to read")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
