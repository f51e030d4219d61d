//! The parts of CQL2 text: words, names, numbers, texts and signs.

use super::build::{Fault, fault};

/// One part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A word without quotes: a keyword, a function or a property.
    Word(String),
    /// A name between double quotes: always a property.
    Name(String),
    /// A number without its sign.
    Number(String),
    /// A text between single quotes.
    Text(String),
    /// An operator or bracket.
    Sign(&'static str),
}

/// More parts than any filter within the bounds has.
const MOST_TOKENS: usize = 10_000;
const SIGNS: [&str; 16] = [
    "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/", "%", "^", ";",
];

/// Takes a text apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if tokens.len() >= MOST_TOKENS {
            return fault("has too many parts");
        }
        let (token, after) = match first {
            '\'' | '"' => quoted(rest, first)?,
            '0'..='9' | '.' => number(rest),
            _ if is_letter(first) => word(rest),
            _ => sign(rest)?,
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn is_letter(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_' || letter == ':'
}

fn word(text: &str) -> (Token, &str) {
    let end = text
        .find(|letter: char| !(is_letter(letter) || letter.is_numeric() || letter == '.'))
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (Token::Word(word.to_owned()), rest)
}

/// Digits, a point and an exponent; whether they make a number is told by its reader.
fn number(text: &str) -> (Token, &str) {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(byte) = bytes.get(end) {
        let after_exponent = end > 0 && matches!(bytes.get(end - 1), Some(b'e' | b'E'));
        let belongs = byte.is_ascii_digit()
            || matches!(byte, b'.' | b'e' | b'E')
            || (after_exponent && matches!(byte, b'+' | b'-'));
        if !belongs {
            break;
        }
        end += 1;
    }
    let (number, rest) = text.split_at(end);
    (Token::Number(number.to_owned()), rest)
}

/// A quote within is written twice, or after a backslash.
fn quoted(text: &str, quote: char) -> Result<(Token, &str), Fault> {
    let mut inside = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && letters.next_if(|(_, next)| *next == quote).is_some() {
            inside.push(quote);
        } else if letter != quote {
            inside.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            inside.push(quote);
        } else {
            let rest = text.get(at + 1..).unwrap_or_default();
            let token = if quote == '"' {
                Token::Name(inside)
            } else {
                Token::Text(inside)
            };
            return Ok((token, rest));
        }
    }
    fault("a quote is not closed")
}

fn sign(text: &str) -> Result<(Token, &str), Fault> {
    let found = SIGNS
        .into_iter()
        .find_map(|sign| Some((sign, text.strip_prefix(sign)?)));
    match found {
        Some((sign, rest)) => Ok((Token::Sign(sign), rest)),
        None => fault("holds a sign that means nothing here"),
    }
}
