//! Telephone and identity numbers, however they are grouped.

use super::contacts::is_contact;
use super::folded::{folded, is_in_word};

/// Words after which a number is a person's, whatever its digits are.
const OF_PAPERS: [&str; 9] = [
    "cccd",
    "cmnd",
    "cmt",
    "căn cước",
    "can cuoc",
    "chứng minh",
    "định danh",
    "hộ chiếu",
    "passport",
];
/// How many characters before a number such a word may stand.
const NEAR: usize = 24;
/// Digits as they are said.
const SAID: [&str; 13] = [
    "không", "một", "mốt", "hai", "ba", "bốn", "tư", "năm", "lăm", "sáu", "bảy", "bẩy", "tám",
];
const SAID_TOO: [&str; 2] = ["chín", "linh"];

/// Digit groups with single separators between them.
struct Chain {
    groups: Vec<String>,
    separators: Vec<char>,
    start: usize,
}

/// True when the text holds an identity number (9 to 12 digits), a telephone number, one that is spelt out, or what else
/// leads to a person: a passport, a plate, an address of mail, a name in a network.
#[must_use]
pub fn looks_personal(text: &str) -> bool {
    let text = folded(text);
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (chain, end) = chain_at(&text, at);
        if is_personal(&chain, &text) {
            return true;
        }
        at = end;
    }
    let text: String = text.iter().collect();
    let lower = text.to_lowercase();
    is_spelt(&lower) || is_contact(&text, &lower)
}

fn chain_at(text: &[char], start: usize) -> (Chain, usize) {
    let mut chain = Chain {
        groups: vec![String::new()],
        separators: Vec::new(),
        start,
    };
    let mut at = start;
    while let Some(c) = text.get(at) {
        if c.is_ascii_digit() {
            if let Some(group) = chain.groups.last_mut() {
                group.push(*c);
            }
        } else if let Some(next) = joined(text, at) {
            chain.separators.push(*c);
            chain.groups.push(String::new());
            at = next;
            continue;
        } else {
            break;
        }
        at += 1;
    }
    (chain, at)
}

/// Where the next group begins when what stands here only parts groups: one mark, a bracket or a dash with spaces around.
fn joined(text: &[char], at: usize) -> Option<usize> {
    let is_mark = |c: &char| matches!(c, ' ' | '.' | '-' | '(' | ')' | '_');
    let marks = text[at..].iter().take(4).take_while(|c| is_mark(c)).count();
    let next = at + marks;
    let is_one = marks == 1 || (marks <= 3 && text[at..next].contains(&'-'));
    let is_bracket = marks <= 3 && text[at..next].iter().any(|c| matches!(c, '(' | ')'));
    let is_digit = text.get(next).is_some_and(char::is_ascii_digit);
    (marks > 0 && (is_one || is_bracket) && is_digit).then_some(next)
}

fn is_personal(chain: &Chain, text: &[char]) -> bool {
    if chain
        .groups
        .iter()
        .any(|group| (9..=12).contains(&group.len()))
    {
        return true;
    }
    let whole: String = chain.groups.concat();
    if (9..=12).contains(&whole.len()) && is_of_paper(chain, text) {
        return true;
    }
    if chain.is_sum() {
        return false;
    }
    (0..chain.groups.len()).any(|from| chain.is_number_from(from))
}

fn is_of_paper(chain: &Chain, text: &[char]) -> bool {
    let from = chain.start.saturating_sub(NEAR);
    let before: String = text[from..chain.start].iter().collect();
    let before = before.to_lowercase();
    OF_PAPERS.iter().any(|word| before.contains(word))
}

impl Chain {
    /// Thousands: up to three digits that do not begin with nought, then three in each group.
    fn is_sum(&self) -> bool {
        let Some((first, rest)) = self.groups.split_first() else {
            return false;
        };
        // Eleven digits from 84 on are a telephone number of this country before they are billions.
        let is_telephone = first == "84" && rest.len() == 3;
        let is_plain = first.len() <= 3 && !first.starts_with('0') && !is_telephone;
        is_plain && !rest.is_empty() && rest.iter().all(|group| group.len() == 3)
    }

    /// Whether a telephone or identity number begins with this group. Behind other numbers only groups of three digits
    /// or more begin one, for dates and hours are joined the same way.
    fn is_number_from(&self, from: usize) -> bool {
        let own = &self.groups[from..];
        if (from > 0 && own[0].len() < 3) || is_date(own) {
            return false;
        }
        let mut digits = String::new();
        for (more, group) in own.iter().enumerate() {
            digits.push_str(group);
            if digits.len() > 13 {
                break;
            }
            let parts = &self.separators[from..from + more];
            let is_even = parts.windows(2).all(|pair| pair[0] == pair[1]);
            let may_join = is_even || own[0].len() >= 3 || own[0] == "84";
            if may_join && (is_telephone(&digits) || is_identity(&digits, more > 0)) {
                return true;
            }
        }
        false
    }
}

/// Day, month and year.
fn is_date(groups: &[String]) -> bool {
    let [day, month, year, ..] = groups else {
        return false;
    };
    let within = |text: &str, last: u16| {
        text.len() <= 2 && text.parse().is_ok_and(|own: u16| (1..=last).contains(&own))
    };
    let is_year = year.len() == 4 && (year.starts_with("19") || year.starts_with("20"));
    within(day, 31) && within(month, 12) && is_year
}

/// Nought or the country's 84, then nine digits of which the first is a mobile's; fixed lines have ten, from 2.
fn is_telephone(digits: &str) -> bool {
    let own = digits
        .strip_prefix("0084")
        .or_else(|| digits.strip_prefix("84"))
        .or_else(|| digits.strip_prefix('0'));
    own.is_some_and(|own| match own.len() {
        9 => own.starts_with(['1', '3', '5', '7', '8', '9']),
        10 => own.starts_with('2') || own.starts_with('1'),
        _ => false,
    })
}

/// A citizen's number in groups begins with its province's three digits, 001 to 096; nine digits in groups are one only
/// with a nought in front, for sums have none there.
fn is_identity(digits: &str, is_grouped: bool) -> bool {
    let province: u16 = digits
        .get(..3)
        .and_then(|own| own.parse().ok())
        .unwrap_or(0);
    let is_citizen = digits.len() == 12 && (1..=96).contains(&province);
    let is_card = digits.len() == 9 && digits.starts_with('0') && province > 0;
    is_grouped && (is_citizen || is_card)
}

/// Nine digits or more said one after the other, in small letters.
fn is_spelt(lower: &str) -> bool {
    let mut run = 0;
    for word in lower.split(|c: char| !is_in_word(c)) {
        if word.is_empty() {
            continue;
        }
        let is_digit = SAID.contains(&word) || SAID_TOO.contains(&word);
        run = if is_digit { run + 1 } else { 0 };
        if run >= 9 {
            return true;
        }
    }
    false
}
