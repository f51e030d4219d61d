//! How long files and functions of the crate may be, tests aside.

use crate::lexer::{Kind, line_at, only};
use crate::sources::Source;

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

/// Files that may be longer, each with the reason.
const LONG_FILES: [(&str, &str); 0] = [];

/// Files over the limit that have no stated reason.
pub fn long_files(sources: &[Source]) -> Vec<String> {
    let long = files(sources).map(|source| (source, source.text.lines().count()));
    long.filter(|(source, lines)| *lines > FILE_LINES && !has_reason(&source.path))
        .map(|(source, lines)| format!("{}: {lines} lines, at most {FILE_LINES}", source.path))
        .collect()
}

/// Functions over the limit; blank lines and comments do not count.
pub fn long_functions(sources: &[Source]) -> Vec<String> {
    files(sources).flat_map(long_functions_in).collect()
}

fn files(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources
        .iter()
        .filter(|source| source.is_crate() && !source.is_test())
}

fn has_reason(path: &str) -> bool {
    LONG_FILES.iter().any(|(long, _)| *long == path)
}

fn long_functions_in(source: &Source) -> Vec<String> {
    let code = only(&source.text, &[Kind::Code]);
    let uncommented = only(&source.text, &[Kind::Code, Kind::Literal]);
    let lines: Vec<&str> = uncommented.lines().collect();
    let functions = bodies(&code).into_iter().map(|(first, last)| {
        let inner = lines.get(first..last - 1).unwrap_or_default();
        (
            first,
            inner.iter().filter(|line| !line.trim().is_empty()).count(),
        )
    });
    functions
        .filter(|(_, count)| *count > FUNCTION_LINES)
        .map(|(line, count)| {
            format!(
                "{}:{line}: a body of {count} lines, at most {FUNCTION_LINES}",
                source.path
            )
        })
        .collect()
}

/// The lines of the opening and closing brace of every function.
fn bodies(code: &str) -> Vec<(usize, usize)> {
    let heads = code.match_indices("fn ").map(|(at, _)| at);
    let heads =
        heads.filter(|at| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    heads.filter_map(|head| body(code, head)).collect()
}

/// A declaration without a body, or a function's type, ends before any brace.
fn body(code: &str, head: usize) -> Option<(usize, usize)> {
    let opening = head + code[head..].find(['{', ';'])?;
    if code[opening..].starts_with(';') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, c) in code[opening..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((line_at(code, opening), line_at(code, opening + at)));
        }
    }
    None
}

#[test]
fn a_long_file_is_found() {
    let found = |path, lines| long_files(&[Source::new(path, &"x\n".repeat(lines))]).len();
    assert_eq!(found("src/plots/model.rs", 401), 1);
    assert_eq!(found("src/plots/model.rs", 400), 0);
    assert_eq!(found("src/plots/tests.rs", 401), 0);
}

#[test]
fn a_long_function_is_found() {
    let found = |lines: usize, line: &str| {
        let text = format!(
            "fn short() {{}}\n\nfn long(\n    a: u8,\n) {{\n{}}}\n",
            line.repeat(lines)
        );
        long_functions(&[Source::new("src/plots/model.rs", &text)])
    };
    assert_eq!(
        found(61, "    f(a);\n"),
        ["src/plots/model.rs:5: a body of 61 lines, at most 60"]
    );
    assert!(found(60, "    f(a);\n").is_empty());
    assert!(found(61, "    // why: }\n").is_empty());
    assert!(found(12, "    if a {\n        f(\"}\");\n    }\n\n").is_empty());
}

#[test]
fn a_declaration_has_no_body() {
    assert!(bodies("trait T { fn f(&self);\n fn g(&self); }").is_empty());
}
