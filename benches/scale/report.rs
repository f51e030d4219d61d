//! Times put in order, and lines printed.

use std::time::Duration;

/// Times of one thing, done again and again.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<f64>);

impl Times {
    pub fn add(&mut self, spent: Duration) {
        let ms = spent.as_secs_f64() * 1000.0;
        let at = self.0.partition_point(|own| *own < ms);
        self.0.insert(at, ms);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time below which a share of all lies, in milliseconds.
    pub fn quantile_ms(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index within the list"
        )]
        let at = (self.0.len().saturating_sub(1) as f64 * share).round() as usize;
        self.0.get(at).copied().unwrap_or(f64::NAN)
    }

    pub fn median_ms(&self) -> f64 {
        self.quantile_ms(0.5)
    }
}

/// Prints a line of figures.
#[expect(clippy::print_stdout, reason = "figures are what a bench is for")]
pub fn say(line: &str) {
    println!("{line}");
}
