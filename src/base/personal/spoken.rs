//! Places that are written in words, in letters of a grid with spaces, or in three words.

/// Numbers as they are said.
const NUMBERS: [&str; 24] = [
    "không", "một", "mốt", "hai", "ba", "bốn", "tư", "năm", "lăm", "nhăm", "sáu", "bảy", "bẩy",
    "tám", "chín", "mười", "mươi", "trăm", "linh", "lẻ", "hăm", "rưỡi", "nửa", "nghìn",
];

/// Whether the text, folded, holds any of these.
pub(super) fn is_spoken_place(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    let lower = text.to_lowercase();
    lower.contains("what3words")
        || lower.contains("w3w.co")
        || lower.split_whitespace().any(is_three_words)
        || has_grid_reference(&text)
        || is_said(&lower)
}

/// `///word.word.word`.
fn is_three_words(word: &str) -> bool {
    let Some((_, said)) = word.split_once("///") else {
        return false;
    };
    let said = said.trim_end_matches(|c: char| !c.is_alphanumeric());
    let parts: Vec<&str> = said.split('.').collect();
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(char::is_alphabetic);
    parts.len() == 3 && parts.iter().all(is_word)
}

/// A reference of the military grid in this country's zones, its parts set apart by spaces: 48Q VL 123 456.
fn has_grid_reference(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    (0..parts.len()).any(|from| {
        let own: String = parts.iter().skip(from).take(5).copied().collect();
        is_grid_reference(&own)
    })
}

/// Zone, band, square of 100 km, then six digits or more.
fn is_grid_reference(text: &str) -> bool {
    let zoned = ["47", "48", "49"]
        .iter()
        .find_map(|zone| text.strip_prefix(zone));
    let Some(rest) = zoned.and_then(|rest| rest.strip_prefix(['N', 'P', 'Q', 'R'])) else {
        return false;
    };
    let square = rest.chars().take_while(char::is_ascii_uppercase).count();
    let digits = rest
        .chars()
        .skip(square)
        .take_while(char::is_ascii_digit)
        .count();
    square == 2 && digits >= 6
}

/// Degrees and minutes in words, a latitude or longitude with a number in words, or decimals said one by one.
fn is_said(lower: &str) -> bool {
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    (0..words.len()).any(|at| {
        let (before, after) = words.split_at(at);
        let Some((own, after)) = after.split_first() else {
            return false;
        };
        let run = after.iter().take_while(|word| is_number(word)).count();
        let next = after.get(run).copied();
        let is_after_number = before.last().is_some_and(|word| is_word(word));
        match *own {
            "độ" if before
                .last()
                .is_some_and(|word| matches!(*word, "vĩ" | "kinh")) =>
            {
                after.first().is_some_and(|word| is_word(word))
            }
            "độ" => is_after_number && run > 0 && next == Some("phút"),
            "phẩy" | "chấm" => is_after_number && run >= 4,
            _ => false,
        }
    })
}

fn is_word(word: &str) -> bool {
    NUMBERS.contains(&word)
}

/// In words or in digits.
fn is_number(word: &str) -> bool {
    is_word(word) || word.chars().all(|c| c.is_ascii_digit())
}
