//! What leads to a person without being a telephone or identity number: passports, vehicles' plates, addresses of mail and
//! names in social networks.

use super::folded::is_in_word;

/// Addresses of networks in which a name follows.
const LINKS: [&str; 8] = [
    "zalo.me",
    "facebook.com",
    "fb.com",
    "fb.me",
    "m.me/",
    "t.me/",
    "tiktok.com",
    "viber://",
];
/// Networks after whose word a name or number may stand.
const NETWORKS: [&str; 7] = [
    "zalo",
    "facebook",
    "fb",
    "telegram",
    "viber",
    "messenger",
    "tiktok",
];
/// Words that may stand between a network and a name in it.
const BETWEEN: [&str; 6] = ["tên", "ten", "nick", "là", "la", "của"];

/// Whether the text, folded, holds any of these; `lower` is the same in small letters.
pub(super) fn is_contact(text: &str, lower: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    has_link(lower)
        || (text.contains('@') && text.split_whitespace().any(is_mail))
        || (has_digit && (words(text).any(is_passport) || has_plate(text)))
        || names_network(text)
}

/// Each of the addresses has one of these ends in it, and few texts do.
fn has_link(lower: &str) -> bool {
    const ENDS: [&str; 3] = [".me", ".com", "://"];
    let mut marks = lower.match_indices(['.', ':']);
    let is_end = |at: usize| {
        ENDS.iter()
            .any(|end| lower.get(at..).is_some_and(|rest| rest.starts_with(end)))
    };
    marks.any(|(at, _)| is_end(at)) && LINKS.iter().any(|link| lower.contains(link))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_in_word(c))
        .filter(|word| !word.is_empty())
}

/// Something, an at sign, and a host with a dot in it.
fn is_mail(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !is_in_word(c));
    let Some((own, host)) = word.split_once('@') else {
        return false;
    };
    let dotted = host.split_once('.');
    !own.is_empty() && dotted.is_some_and(|(name, end)| !name.is_empty() && end.len() >= 2)
}

/// A capital and seven digits, or eight since the passports with a chip.
fn is_passport(word: &str) -> bool {
    let mut signs = word.chars();
    let is_series = signs.next().is_some_and(|c| c.is_ascii_uppercase());
    let digits = signs.as_str();
    is_series && matches!(digits.len(), 7 | 8) && digits.chars().all(|c| c.is_ascii_digit())
}

/// A plate as it is written: the place's two digits, one or two letters with or without a digit, then four or five digits,
/// the fifth apart by a dot or not: 24B1-123.45, 29A-12345.
fn has_plate(text: &str) -> bool {
    let mut before = None;
    for (at, c) in text.char_indices() {
        let is_start = c.is_ascii_digit() && before.is_none_or(|c: char| !is_in_word(c));
        before = Some(c);
        if is_start && text.get(at..).is_some_and(is_plate) {
            return true;
        }
    }
    false
}

fn is_plate(text: &str) -> bool {
    let (place, rest) = taken(text, |c| c.is_ascii_digit());
    let (series, rest) = taken(rest, |c| c.is_ascii_uppercase());
    if place.len() != 2 || place < "11" || !matches!(series.len(), 1 | 2) {
        return false;
    }
    let (number, after) = taken(rest, |c| c.is_ascii_digit());
    let rest = if number.len() <= 1 { after } else { rest };
    let is_dashed = rest.starts_with('-');
    let rest = rest.trim_start_matches(['-', ' ', '.']);
    let (first, after) = taken(rest, |c| c.is_ascii_digit());
    let (second, end) = match after.strip_prefix('.') {
        Some(after) => taken(after, |c| c.is_ascii_digit()),
        None => ("", after),
    };
    let is_whole = !end.starts_with(|c: char| is_in_word(c));
    let is_number = match (first.len(), second.len()) {
        (3, 2) | (5, 0) => true,
        // Four digits behind a space are a sum of plants as well.
        (4, 0) => is_dashed,
        _ => false,
    };
    is_whole && is_number
}

/// What the text begins with, and the rest.
fn taken(text: &str, is_part: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// A network's word, and a name or number after it.
fn names_network(text: &str) -> bool {
    let mut parts = text.split_whitespace().peekable();
    while let Some(part) = parts.next() {
        // Small letters of these alone make the first ones of the networks.
        if !part.starts_with(['z', 'Z', 'f', 'F', 't', 'T', 'v', 'V', 'm', 'M']) {
            continue;
        }
        let (word, mut said) = taken(part, is_in_word);
        if !NETWORKS.contains(&word.to_lowercase().as_str()) {
            continue;
        }
        said = said.trim_start_matches([':', '=', '-']);
        // A full stop or comma ends what is said of the network.
        if said.starts_with(['.', ',', ';', ')']) {
            continue;
        }
        if said.is_empty() {
            while parts
                .next_if(|next| BETWEEN.contains(&next.to_lowercase().as_str()))
                .is_some()
            {}
            said = parts.peek().copied().unwrap_or_default();
            said = said.trim_start_matches([':', '=', '-']);
        }
        if said.starts_with(|c: char| c.is_uppercase() || matches!(c, '@' | '"' | '\'')) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{LINKS, has_link};

    #[test]
    fn every_address_of_a_network_is_found() {
        for link in LINKS {
            assert!(has_link(&format!("xem ở {link}abc. hết")), "{link}");
        }
        assert!(!has_link("gặp lúc 8:30, ở bản a.com bản b"));
    }

    #[test]
    fn no_sign_becomes_the_first_letter_of_a_network_but_its_own_two() {
        for c in '\0'..=char::MAX {
            if c.to_lowercase().any(|small| "zftvm".contains(small)) {
                assert!(c.is_ascii(), "{:?}", u32::from(c));
            }
        }
    }
}
