//! What work in progress leaves behind: reminders, disabled tests, dead code and banners.

use crate::lexer::{Kind, Piece, pieces};
use crate::sources::Source;

// Written in two parts, so that this file does not find itself.
const REMINDERS: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const CALLS: [&str; 5] = [
    "dbg!(",
    "todo!(",
    "unimplemented!(",
    "#[ignore",
    "#[cfg(any())]",
];
const ALLOWED: [&str; 2] = ["#[allow(", "#![allow("];
const DEAD_CODE: [&str; 6] = [
    "// fn ",
    "// pub ",
    "// use crate::",
    "// #[",
    "// }",
    "//     }",
];
const BANNERS: [&str; 4] = ["====", "----", "****", "####"];

/// Reminders, disabled tests, dead code and banners in any Rust file.
pub fn leftovers(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| source.is_rust())
        .flat_map(leftovers_in)
        .collect()
}

fn leftovers_in(source: &Source) -> Vec<String> {
    let pieces = joined_code(pieces(&source.text));
    let found = pieces
        .iter()
        .flat_map(|(kind, text, line)| faults(*kind, text, *line));
    found
        .map(|(line, fault)| format!("{}:{line}: {fault}", source.path))
        .collect()
}

/// Pieces with neighbouring code made one, since the lexer cuts code into words.
fn joined_code(pieces: Vec<Piece<'_>>) -> Vec<(Kind, String, usize)> {
    let mut joined: Vec<(Kind, String, usize)> = Vec::new();
    for piece in pieces {
        match joined.last_mut() {
            Some((Kind::Code, text, _)) if piece.kind == Kind::Code => text.push_str(piece.text),
            _ => joined.push((piece.kind, piece.text.to_owned(), piece.line)),
        }
    }
    joined
}

fn faults(kind: Kind, text: &str, line: usize) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate().map(|(at, text)| (line + at, text));
    lines
        .filter_map(|(line, text)| Some((line, fault(kind, text)?)))
        .collect()
}

fn fault(kind: Kind, line: &str) -> Option<String> {
    match kind {
        Kind::Code => code_fault(line),
        Kind::Comment => comment_fault(line.trim_start()),
        Kind::Literal => None,
    }
}

fn code_fault(line: &str) -> Option<String> {
    if ALLOWED.iter().any(|allowed| line.contains(allowed)) {
        return Some("use #[expect(lint, reason = ..)]".to_owned());
    }
    let found = CALLS.iter().find(|call| line.contains(**call))?;
    Some(format!("`{found}` is left over"))
}

fn comment_fault(line: &str) -> Option<String> {
    if let Some(reminder) = REMINDERS.iter().find(|reminder| has_word(line, reminder)) {
        return Some(format!("{reminder} belongs into an issue"));
    }
    if is_plain(line) && (is_dead_let(line) || DEAD_CODE.iter().any(|dead| line.starts_with(dead)))
    {
        return Some("code in a comment".to_owned());
    }
    let words = line.trim_start_matches(['/', '!']).trim_start();
    let banner = is_plain(line) && BANNERS.iter().any(|banner| words.starts_with(banner));
    banner.then(|| "a banner".to_owned())
}

/// Documentation may show code and draw tables.
fn is_plain(line: &str) -> bool {
    line.starts_with("//") && !line.starts_with("///") && !line.starts_with("//!")
}

/// `let` starts an English sentence as well, which has no `=`.
fn is_dead_let(line: &str) -> bool {
    line.starts_with("// let ") && line.contains('=')
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric())
        .any(|found| found == word)
}

#[cfg(test)]
fn found(text: &str) -> usize {
    leftovers(&[Source::new("src/plots/model.rs", text)]).len()
}

#[test]
fn reminders_are_found_in_comments() {
    for reminder in REMINDERS {
        assert_eq!(found(&format!("fn f() {{}} // {reminder}: later")), 1);
        assert_eq!(found(&format!("/// {reminder}\nfn f() {{}}")), 1);
        assert_eq!(found(&format!("// {reminder}S of another kind")), 0);
    }
}

#[test]
fn disabled_and_unfinished_code_is_found() {
    for call in CALLS.iter().chain(&ALLOWED) {
        let text = format!("fn f() {{\n    {call}x)]\n}}");
        assert_eq!(found(&text), 1, "{call}");
        assert_eq!(found(&format!("// never {call}")), 0, "{call}");
    }
    assert_eq!(found("#[expect(clippy::panic, reason = \"..\")]"), 0);
}

#[test]
fn code_in_comments_is_found() {
    assert_eq!(found("// let area = 3;"), 1);
    assert_eq!(found("    // fn area() {"), 1);
    assert_eq!(found("    //     }"), 1);
    assert_eq!(found("// let the phone name it"), 0);
    assert_eq!(found("/// let area = plot.area();"), 0);
}

#[test]
fn banners_are_found() {
    assert_eq!(found("// ==== Plots ===="), 1);
    assert_eq!(found("//----------"), 1);
    assert_eq!(found("/// ---- | ----"), 0);
    assert_eq!(found("// a -- b"), 0);
}
