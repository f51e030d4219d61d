//! Enrolment codes: sixteen signs that can be read out, typed with one finger and printed (Crockford's base 32).

/// Without I, L, O and U, which are mistaken for others.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 16;
const SHORT_LENGTH: usize = 8;
const GROUP: usize = 4;

/// A code of eighty random bits, in groups of four.
#[must_use]
pub fn code_text(random: [u8; 10]) -> String {
    signs_of(&random, LENGTH)
}

/// A code of forty random bits, in groups of four: for what is tried a few times at most.
#[must_use]
pub fn short_code_text(random: [u8; 5]) -> String {
    signs_of(&random, SHORT_LENGTH)
}

fn signs_of(random: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length + length / GROUP);
    let mut bits = random
        .iter()
        .fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    for at in 0..length {
        if at > 0 && at % GROUP == 0 {
            text.push('-');
        }
        let sign = usize::try_from(bits & 31).unwrap_or(0);
        text.push(char::from(SIGNS[sign]));
        bits >>= 5;
    }
    text
}

/// The code that somebody typed, as it was printed: case, spaces, dashes and the signs that look alike do not matter.
/// `None`: no code looks like that.
#[must_use]
pub fn code_as_printed(typed: &str) -> Option<String> {
    as_printed(typed, LENGTH)
}

/// The short code that somebody typed, likewise.
#[must_use]
pub fn short_code_as_printed(typed: &str) -> Option<String> {
    as_printed(typed, SHORT_LENGTH)
}

fn as_printed(typed: &str, length: usize) -> Option<String> {
    // Long enough for every way to write one; longer texts are not looked at.
    if typed.len() > 64 {
        return None;
    }
    let mut text = String::with_capacity(length + length / GROUP);
    let signs = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let mut count = 0;
    for sign in signs {
        let sign = match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !u8::try_from(sign).is_ok_and(|sign| SIGNS.contains(&sign)) {
            return None;
        }
        if count > 0 && count % GROUP == 0 {
            text.push('-');
        }
        text.push(sign);
        count += 1;
    }
    (count == length).then_some(text)
}
