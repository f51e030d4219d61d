//! The rooms of the house: which modules there are, that each says what it is for, and that models
//! are pure.

use crate::lexer::{Kind, line_at, only};
use crate::sources::Source;

/// The modules that build on one another; a module uses only those on levels before its own.
pub const LEVELS: [&[&str]; 13] = [
    &["base"],
    &["geo"],
    &["store"],
    &["journal"],
    &["identity"],
    &["areas"],
    &["patrols", "plots", "programme"],
    &["evidence"],
    &["ledger"],
    &["cases"],
    &["coverage"],
    &["density"],
    &["reports"],
];

/// The level of the first module that is a slice.
const FIRST_SLICE: usize = 4;

/// Modules beside the levels that know no slice.
pub const SERVANTS: [&str; 3] = ["blobs", "config", "http"];

/// Modules that bring foreign protocols to the slices and the slices to standards.
pub const DOORS: [&str; 3] = ["ingest", "publish", "sync"];

/// Modules that put everything together.
pub const TOPS: [&str; 7] = ["app", "cli", "demo", "jobs", "lib", "main", "server"];

/// What a model must do without: waiting, databases and the web.
const IMPURE: [&str; 6] = [
    "async ",
    ".await",
    "sqlx::query",
    "QueryBuilder",
    "axum::",
    "tokio::",
];

/// The level on which a module stands, if it stands on one.
pub fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|level| level.contains(&module))
}

/// Whether a module is a slice: a field noun with model, SQL, service and routes.
pub fn is_slice(module: &str) -> bool {
    level(module).is_some_and(|level| level >= FIRST_SLICE)
}

/// Modules of the crate that do not start with `//!`.
pub fn without_docs(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| source.is_crate() && !source.is_test() && !source.text.starts_with("//!"))
        .map(|source| format!("{}: start with `//!`: what the module is for", source.path))
        .collect()
}

/// Modules of the crate that have no place in the layout.
pub fn unknown(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| source.is_crate() && !is_known(source.inside()[0]))
        .map(|source| {
            format!(
                "{}: no such module in the layout (tests/tidy/modules.rs)",
                source.path
            )
        })
        .collect()
}

fn is_known(module: &str) -> bool {
    level(module).is_some()
        || SERVANTS.contains(&module)
        || DOORS.contains(&module)
        || TOPS.contains(&module)
}

/// Models that wait, query or know the web.
pub fn impure_models(sources: &[Source]) -> Vec<String> {
    let models = sources
        .iter()
        .filter(|source| source.is_crate() && is_model(source));
    models.flat_map(impurities).collect()
}

fn is_model(source: &Source) -> bool {
    !source.is_test() && is_slice(source.inside()[0]) && source.inside().get(1) == Some(&"model")
}

fn impurities(source: &Source) -> Vec<String> {
    let code = only(&source.text, &[Kind::Code]);
    let found = IMPURE
        .iter()
        .filter_map(|impure| Some((impure, code.find(impure)?)));
    found
        .map(|(impure, at)| {
            format!(
                "{}:{}: `{}` in a model",
                source.path,
                line_at(&code, at),
                impure.trim()
            )
        })
        .collect()
}

#[test]
fn a_module_without_docs_is_found() {
    let silent = [Source::new("src/plots/model.rs", "use std::fmt;\n")];
    assert_eq!(without_docs(&silent).len(), 1);
    let speaking = [Source::new("src/plots/model.rs", "//! Plots.\n")];
    assert!(without_docs(&speaking).is_empty());
}

#[test]
fn a_module_outside_the_layout_is_found() {
    assert_eq!(unknown(&[Source::new("src/helpers.rs", "")]).len(), 1);
    assert_eq!(
        unknown(&[Source::new("src/helpers/deep/mod.rs", "")]).len(),
        1
    );
    assert!(unknown(&[Source::new("src/plots/model.rs", "")]).is_empty());
}

#[test]
fn a_model_that_waits_or_queries_is_found() {
    let found = |text| impure_models(&[Source::new("src/plots/model/shape.rs", text)]).len();
    assert_eq!(found("async fn read() {}"), 1);
    assert_eq!(found("fn f() { sqlx::query(\"SELECT 1\"); }"), 1);
    assert_eq!(
        found("/// Never `async `, never axum::Router.\n#[derive(sqlx::Type)]\nstruct Id;"),
        0
    );
    assert!(impure_models(&[Source::new("src/plots/service.rs", "async fn f() {}")]).is_empty());
}
