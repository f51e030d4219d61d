//! Tests that documents name: a promise is only as good as the test that it leads to.

use crate::lexer::line_at;
use crate::sources::{Source, has_extension};

/// Words of a document with so many joints are the name of a test.
const JOINTS: usize = 5;

/// Tests that a document of `docs/` names and that there are not.
pub fn missing_tests(sources: &[Source]) -> Vec<String> {
    let documents = sources
        .iter()
        .filter(|source| source.path.starts_with("docs/") && has_extension(&source.path, "md"));
    documents
        .flat_map(|document| missing_in(document, sources))
        .collect()
}

fn missing_in(document: &Source, sources: &[Source]) -> Vec<String> {
    // What stands between two of these signs is every other piece.
    let pieces = document.text.split('`').skip(1).step_by(2);
    let names = pieces.filter(|name| is_test_name(name));
    let missing = names.filter(|name| !is_there(name, sources));
    missing
        .map(|name| {
            let at = document.text.find(name).unwrap_or_default();
            let line = line_at(&document.text, at);
            format!("{}:{line}: no test is called {name}", document.path)
        })
        .collect()
}

fn is_test_name(name: &str) -> bool {
    let is_part = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    name.chars().all(is_part) && name.matches('_').count() >= JOINTS
}

fn is_there(name: &str, sources: &[Source]) -> bool {
    let head = format!("fn {name}(");
    sources
        .iter()
        .any(|source| source.is_rust() && source.text.contains(&head))
}

#[test]
fn a_test_that_is_not_there_is_named() {
    let test = Source::new(
        "tests/api/a.rs",
        "async fn a_plot_is_kept_as_sent(field: Field) {}",
    );
    let page = "one\n`a_plot_is_kept_as_sent`, `a_plot_is_lost_on_the_way`, `area_m2`";
    let document = Source::new("docs/a.md", page);
    assert_eq!(
        missing_tests(&[test, document]),
        ["docs/a.md:2: no test is called a_plot_is_lost_on_the_way"]
    );
}
