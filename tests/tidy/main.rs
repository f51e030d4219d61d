//! Reads the sources and holds what no compiler checks: who may use whom, who writes which table,
//! what files are called, how long they are and what they must not contain.
//!
//! Each rule is a function from sources to faults, with a test beside it that feeds it a fault.

mod edges;
mod lexer;
mod migrations;
mod modules;
mod named;
mod names;
mod places;
mod schemas;
mod sizes;
mod sources;
mod sql;
mod words;

use sources::{Source, repository};

fn refuse(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn check(rule: fn(&[Source]) -> Vec<String>) {
    refuse(&rule(&repository()));
}

#[test]
fn every_module_says_what_it_is_for() {
    check(modules::without_docs);
}

#[test]
fn every_module_has_its_place_in_the_house() {
    check(modules::unknown);
}

#[test]
fn modules_use_only_those_below_them() {
    check(edges::forbidden);
}

#[test]
fn models_are_pure() {
    check(modules::impure_models);
}

#[test]
fn sql_that_writes_stands_in_sql_files() {
    check(sql::misplaced_writes);
}

#[test]
fn each_table_has_one_writer() {
    check(sql::shared_tables);
}

#[test]
fn few_statements_differ_by_backend() {
    check(sql::too_many_dialects);
}

#[test]
fn names_in_the_contract_are_of_one_type() {
    check(schemas::shared);
}

#[test]
fn slices_hold_only_files_with_the_usual_names() {
    check(names::unusual);
}

#[test]
fn sources_hold_no_leftovers() {
    check(words::leftovers);
}

#[test]
fn files_stay_short() {
    check(sizes::long_files);
}

#[test]
fn functions_stay_short() {
    check(sizes::long_functions);
}

#[test]
fn nothing_names_a_machine() {
    check(places::machine_names);
}

#[test]
fn documents_name_tests_that_there_are() {
    check(named::missing_tests);
}

#[test]
fn migrations_are_numbered_without_gaps() {
    check(migrations::misnumbered);
}

#[test]
fn every_migration_is_run() {
    check(migrations::unlisted);
}

#[test]
fn the_repository_is_what_is_read() {
    let paths: Vec<String> = repository().into_iter().map(|source| source.path).collect();
    for expected in ["Cargo.toml", "src/lib.rs", "tests/tidy/main.rs", ".ci/run"] {
        assert!(
            paths.iter().any(|path| path == expected),
            "{expected} is not among the sources"
        );
    }
}
