//! Who writes which table, where writing SQL stands, and how few statements differ by backend.

use std::collections::{BTreeMap, BTreeSet};

use crate::lexer::{Kind, only, pieces};
use crate::sources::Source;

/// A statement in a literal that changes a table.
#[derive(Debug)]
struct Write<'a> {
    source: &'a Source,
    line: usize,
    table: String,
}

/// Writing statements outside `sql`, the journal and the store.
pub fn misplaced_writes(sources: &[Source]) -> Vec<String> {
    let misplaced = writes(sources)
        .into_iter()
        .filter(|write| !may_write(write.source));
    misplaced
        .map(|write| {
            format!(
                "{}: a write to {} belongs into sql.rs",
                place(&write),
                write.table
            )
        })
        .collect()
}

/// Tables that more than one module writes.
pub fn shared_tables(sources: &[Source]) -> Vec<String> {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for write in writes(sources) {
        let module = write.source.inside()[0].to_owned();
        writers.entry(write.table).or_default().insert(module);
    }
    let shared = writers.iter().filter(|(_, modules)| modules.len() > 1);
    shared
        .map(|(table, modules)| format!("table {table} is written by several modules: {modules:?}"))
        .collect()
}

/// One fault when more than a tenth of the statements has a text per backend.
pub fn too_many_dialects(sources: &[Source]) -> Vec<String> {
    let pairs: usize = crate_files(sources)
        .map(|source| dialect_pairs(&source.text))
        .sum();
    let texts: usize = crate_files(sources)
        .map(|source| statements(&source.text))
        .sum();
    // Each pair is two texts of one statement.
    let statements = texts.saturating_sub(pairs);
    if pairs * 10 > statements {
        vec![format!(
            "{pairs} of {statements} statements differ by backend; at most a tenth may"
        )]
    } else {
        Vec::new()
    }
}

fn crate_files(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources
        .iter()
        .filter(|source| source.is_crate() && !source.is_test())
}

fn place(write: &Write<'_>) -> String {
    format!("{}:{}", write.source.path, write.line)
}

fn may_write(source: &Source) -> bool {
    let inside = source.inside();
    let is_door = crate::modules::DOORS.contains(&inside[0]);
    matches!(inside[0], "journal" | "store")
        || inside.get(1) == Some(&"sql")
        || (is_door && inside.get(2) == Some(&"sql"))
}

fn writes(sources: &[Source]) -> Vec<Write<'_>> {
    crate_files(sources).flat_map(writes_in).collect()
}

fn writes_in(source: &Source) -> Vec<Write<'_>> {
    let literals = pieces(&source.text)
        .into_iter()
        .filter(|piece| piece.kind == Kind::Literal);
    literals
        .flat_map(|piece| {
            let tables = written_tables(piece.text).into_iter();
            tables.map(move |table| Write {
                source,
                line: piece.line,
                table,
            })
        })
        .collect()
}

/// The tables that a text inserts into, updates or deletes from.
fn written_tables(text: &str) -> Vec<String> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "\"()\\".contains(c))
        .collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let tables = (0..words.len()).filter_map(|at| written_table(&words[..at], &words[at..]));
    tables
        .filter(|table| is_name(table))
        .map(ToOwned::to_owned)
        .collect()
}

fn written_table<'a>(before: &[&str], words: &[&'a str]) -> Option<&'a str> {
    match words {
        ["INSERT" | "REPLACE", "INTO", table, ..] | ["INSERT", "OR", _, "INTO", table, ..] => {
            Some(table)
        }
        ["DELETE", "FROM", table, ..] => Some(table),
        ["UPDATE", table, rest @ ..] if sets(rest) && !part_of_another(before) => Some(table),
        _ => None,
    }
    .map(|table| table.trim_end_matches(';'))
}

/// Whether `SET` follows the table, perhaps after `AS` and another name.
fn sets(after_table: &[&str]) -> bool {
    after_table.iter().take(3).any(|word| *word == "SET")
}

/// Whether `UPDATE` belongs to `FOR UPDATE`, `ON UPDATE` or `DO UPDATE`.
fn part_of_another(before: &[&str]) -> bool {
    matches!(before.last(), Some(&("FOR" | "ON" | "DO")))
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// How often a text per backend is chosen; the macro's own definition does not count.
fn dialect_pairs(text: &str) -> usize {
    only(text, &[Kind::Code])
        .matches(concat!("by_backend", "!"))
        .count()
}

/// How many literals start as a statement does.
fn statements(text: &str) -> usize {
    let literals = pieces(text)
        .into_iter()
        .filter(|piece| piece.kind == Kind::Literal);
    literals
        .filter(|piece| starts_as_statement(piece.text))
        .count()
}

fn starts_as_statement(literal: &str) -> bool {
    let text = literal.trim_start_matches(|c: char| "rb#\"\\".contains(c) || c.is_whitespace());
    ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "]
        .iter()
        .any(|verb| text.starts_with(verb))
}

#[cfg(test)]
fn sql(path: &str, statement: &str) -> Source {
    Source::new(path, &format!("const A: &str = \"{statement}\";"))
}

#[test]
fn a_write_outside_sql_is_found() {
    for statement in [
        "INSERT INTO plots (id) VALUES ($1)",
        "INSERT INTO plots(id) VALUES ($1)",
        "UPDATE plots SET crop = $1",
        "UPDATE plots AS p SET crop = $1",
        "DELETE FROM plots WHERE id = $1",
        "WITH old AS (SELECT 1)\n DELETE FROM plots",
    ] {
        let found = misplaced_writes(&[sql("src/plots/service.rs", statement)]);
        assert_eq!(
            found,
            ["src/plots/service.rs:1: a write to plots belongs into sql.rs"],
            "{statement}"
        );
        assert!(misplaced_writes(&[sql("src/plots/sql/insert.rs", statement)]).is_empty());
        assert!(misplaced_writes(&[sql("src/journal/entries.rs", statement)]).is_empty());
    }
}

#[test]
fn reading_and_speaking_are_no_writes() {
    for statement in [
        "SELECT id FROM plots FOR UPDATE SKIP LOCKED",
        "the UPDATE of a plot FROM afar",
        "ON CONFLICT (id) DO UPDATE SET crop = excluded.crop",
    ] {
        assert_eq!(
            written_tables(statement),
            Vec::<String>::new(),
            "{statement}"
        );
    }
}

#[test]
fn a_table_with_two_writers_is_found() {
    let plots = sql("src/plots/sql.rs", "INSERT INTO plots (id) VALUES ($1)");
    let ledger = sql("src/ledger/sql.rs", "UPDATE plots SET state = $1");
    let reader = sql("src/ledger/sql.rs", "SELECT id FROM plots");
    assert_eq!(shared_tables(&[plots.clone(), ledger]).len(), 1);
    assert!(shared_tables(&[plots, reader]).is_empty());
}

#[test]
fn too_many_texts_per_backend_are_found() {
    let pair = "by_backend! { sqlite: \"SELECT 1\", postgres: \"SELECT 2\" }\n";
    let plain = "const A: &str = \"SELECT 1\";\n";
    let found = |pairs, plains| {
        let text = pair.repeat(pairs) + &plain.repeat(plains);
        too_many_dialects(&[Source::new("src/plots/sql.rs", &text)]).len()
    };
    assert_eq!(found(1, 9), 0);
    assert_eq!(found(1, 8), 1);
    assert_eq!(found(0, 0), 0);
}
