//! Finds what looks like a person's number in free text: the server holds no register of people.

/// True when the text holds 9 to 12 digits in a row (identity card, citizen number) or a telephone number.
#[must_use]
pub fn looks_personal(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let (digits, separated, end) = number_at(&characters, at);
        if is_personal(&digits, separated) {
            return true;
        }
        at = end.max(at + 1);
    }
    false
}

/// The digits that start at `from`, joined over one kind of single separator; where they end.
fn number_at(text: &[char], from: usize) -> (String, bool, usize) {
    let mut digits = String::new();
    let mut separator = None;
    let mut at = from;
    while let Some(c) = text.get(at) {
        let joins = matches!(c, ' ' | '.' | '-')
            && !digits.is_empty()
            && text.get(at + 1).is_some_and(char::is_ascii_digit)
            && separator.is_none_or(|known| known == *c);
        if c.is_ascii_digit() {
            digits.push(*c);
        } else if joins {
            separator = Some(*c);
        } else {
            break;
        }
        at += 1;
    }
    (digits, separator.is_some(), at)
}

/// Separated digits count only as a telephone number (0 or 84, then nine), for "25 000 450 000" is a sum.
fn is_personal(digits: &str, separated: bool) -> bool {
    let telephone = (digits.len() == 10 && digits.starts_with('0'))
        || (digits.len() == 11 && digits.starts_with("84"));
    telephone || (!separated && (9..=12).contains(&digits.len()))
}
