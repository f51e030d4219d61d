//! Tells code, comments and literals of a Rust source apart; just enough of the language for that.

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything that is neither comment nor literal.
    Code,
    /// A line or block comment, documentation included, with its marks.
    Comment,
    /// A string or character literal, with its quotes.
    Literal,
}

/// A stretch of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text as written.
    pub text: &'a str,
    /// The line on which it starts, from 1.
    pub line: usize,
}

/// The source as pieces, in order and without gaps.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while !rest.is_empty() {
        let (kind, length) = first_piece(rest);
        let (text, after) = rest.split_at(length);
        pieces.push(Piece { kind, text, line });
        line += text.matches('\n').count();
        rest = after;
    }
    pieces
}

/// The source with every other kind blanked, so that lines keep their numbers.
pub fn only(source: &str, kinds: &[Kind]) -> String {
    pieces(source)
        .iter()
        .map(|piece| {
            if kinds.contains(&piece.kind) {
                piece.text.to_owned()
            } else {
                blank(piece.text)
            }
        })
        .collect()
}

/// The line, from 1, on which this offset of the text lies.
pub fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn blank(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\n' { '\n' } else { ' ' })
        .collect()
}

fn first_piece(rest: &str) -> (Kind, usize) {
    comment(rest)
        .or_else(|| literal(rest))
        .unwrap_or_else(|| (Kind::Code, code(rest)))
}

/// Code up to the next place where a comment or literal may start; a name is taken whole, so that
/// the `r` of `for` never opens a raw string.
fn code(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    let Some((_, first)) = chars.next() else {
        return 0;
    };
    let whole_name = is_word(first);
    chars
        .find(|(_, c)| !(whole_name && is_word(*c)))
        .map_or(rest.len(), |(at, _)| at)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn comment(rest: &str) -> Option<(Kind, usize)> {
    if rest.starts_with("//") {
        return Some((Kind::Comment, rest.find('\n').unwrap_or(rest.len())));
    }
    rest.starts_with("/*")
        .then(|| (Kind::Comment, block_comment(rest)))
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn literal(rest: &str) -> Option<(Kind, usize)> {
    let unprefixed = rest.strip_prefix(['b', 'c']).unwrap_or(rest);
    let prefix = rest.len() - unprefixed.len();
    let length = if unprefixed.starts_with('"') {
        quoted(unprefixed)
    } else if unprefixed.starts_with('r') {
        raw(unprefixed)?
    } else {
        character(unprefixed)?
    };
    Some((Kind::Literal, prefix + length))
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn raw(rest: &str) -> Option<usize> {
    let after = &rest[1..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let opening = rest.len() - body.len();
    Some(
        body.find(&end)
            .map_or(rest.len(), |at| opening + at + end.len()),
    )
}

/// A character, told from a lifetime by its closing quote.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices();
    if chars.next()?.1 != '\'' {
        return None;
    }
    if chars.next()?.1 == '\\' {
        chars.next()?;
        return rest[3..].find('\'').map(|at| at + 4);
    }
    let (at, closing) = chars.next()?;
    (closing == '\'').then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::{Kind, only, pieces};

    fn code(source: &str) -> String {
        only(source, &[Kind::Code])
    }

    #[test]
    fn comments_and_literals_are_blanked() {
        assert_eq!(code("a // b\nc"), "a     \nc");
        assert_eq!(
            code("a /* b /* c */ d */ e"),
            format!("a {} e", " ".repeat(17))
        );
        assert_eq!(code(r#"f("a\"b", 'x')"#), "f(      ,    )");
        assert_eq!(code("r#\"a \" b\"# + 1"), "           + 1");
        assert_eq!(code("b\"a\" c"), "     c");
    }

    #[test]
    fn a_lifetime_is_no_literal() {
        assert_eq!(code("fn f<'a>(x: &'a str)"), "fn f<'a>(x: &'a str)");
        assert_eq!(code(r"'\'' a '\u{1F}' b"), "     a          b");
    }

    #[test]
    fn a_name_that_ends_in_r_opens_no_raw_string() {
        assert_eq!(code("for\"x\""), "for   ");
        assert_eq!(code("r#type + 1"), "r#type + 1");
    }

    #[test]
    fn pieces_leave_nothing_out() {
        let source = "let tuần = \"đồi\"; // núi\n/* open";
        let joined: String = pieces(source).iter().map(|piece| piece.text).collect();
        assert_eq!(joined, source);
        assert_eq!(pieces("\n\n\"x\"").last().map(|piece| piece.line), Some(3));
    }
}
