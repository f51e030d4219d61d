//! The few roundings and casts of the generator, each with why it cannot lose anything.

/// The top 53 bits as a number in 0..1.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
pub(super) fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// A count as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a demo stay far below 2^53"
)]
pub(super) const fn real(count: usize) -> f64 {
    count as f64
}

/// Milliseconds as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "epoch milliseconds stay far below 2^53"
)]
pub(super) const fn millis(count: i64) -> f64 {
    count as f64
}

/// The whole part of a number that is not negative; 0 otherwise.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and the whole part is what is wanted"
)]
pub(super) const fn count(value: f64) -> usize {
    value as usize
}

/// The nearest whole number.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
pub(super) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// The nearest whole number that is not negative.
pub(super) fn tally(value: f64) -> u32 {
    u32::try_from(whole(value)).unwrap_or(0)
}

/// The nearest colour value.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates to 0..255"
)]
pub(super) fn byte(value: f64) -> u8 {
    value.round() as u8
}

/// Rounded to so many parts of one: 10 keeps tenths.
pub(super) fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}
