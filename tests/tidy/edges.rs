//! Who may use whom, read from `crate::`, `tuantra::` and `super::` paths in code.

use crate::lexer::{Kind, line_at, only};
use crate::modules::{DOORS, TOPS, is_slice, level};
use crate::sources::Source;

/// One use of a module of the crate.
#[derive(Debug, PartialEq, Eq)]
struct Use {
    /// Module names and then item names from the crate's root down.
    path: Vec<String>,
    /// The line of the path's start, from 1.
    line: usize,
}

/// Uses that the layout forbids. Files of tests may use anything.
pub fn forbidden(sources: &[Source]) -> Vec<String> {
    let judged = sources
        .iter()
        .filter(|source| source.is_crate() && !source.is_test());
    judged.flat_map(forbidden_in).collect()
}

fn forbidden_in(source: &Source) -> Vec<String> {
    let from = source.inside();
    let uses = uses(source)
        .into_iter()
        .filter(|used| !may_use(&from, &used.path));
    uses.map(|used| {
        format!(
            "{}:{}: must not use crate::{}",
            source.path,
            used.line,
            used.path.join("::")
        )
    })
    .collect()
}

/// The store's macros: what uses them uses the store.
const STORE_MACROS: [&str; 5] = ["on", "changed", "later", "later_rows", "by_backend"];

/// Whether the module `from` may use `to`.
fn may_use(from: &[&str], to: &[String]) -> bool {
    let Some(target) = to.first().map(String::as_str) else {
        return true;
    };
    // Exported macros stand at the crate's root, wherever they are written.
    let target = if STORE_MACROS.contains(&target) {
        "store"
    } else {
        target
    };
    let (module, role) = (from[0], from.get(1).copied().unwrap_or("mod"));
    if module == target {
        return !is_slice(module) || may_use_in_slice(role, to.get(1).map(String::as_str));
    }
    match module {
        _ if TOPS.contains(&module) => true,
        _ if TOPS.contains(&target) => target == "app" && may_be_served(module, role),
        "base" => false,
        "blobs" | "config" => target == "base",
        "http" => matches!(target, "base" | "geo") || is_store_error(to),
        _ if DOORS.contains(&module) => !DOORS.contains(&target) && target != "config",
        _ if role == "model" && is_slice(module) => matches!(target, "base" | "geo"),
        _ if target == "http" => may_be_served(module, role),
        _ if target == "blobs" => level(module) > level("store"),
        _ => level(target).is_some() && level(target) < level(module),
    }
}

/// Routes of slices, the journal and the doors take their parts of the state and speak HTTP.
fn may_be_served(module: &str, role: &str) -> bool {
    DOORS.contains(&module) || (role == "http" && level(module) > level("store"))
}

fn is_store_error(to: &[String]) -> bool {
    to[0] == "store" && to.get(1).is_some_and(|item| item == "Error")
}

/// Within a slice: http -> service -> sql -> model.
fn may_use_in_slice(role: &str, target: Option<&str>) -> bool {
    let above: &[&str] = match role {
        "model" => &["sql", "service", "http"],
        "sql" => &["service", "http"],
        "service" => &["http"],
        _ => &[],
    };
    target.is_none_or(|target| !above.contains(&target))
}

fn uses(source: &Source) -> Vec<Use> {
    let code = only(&source.text, &[Kind::Code]);
    let mut uses = Vec::new();
    for start in path_starts(&code) {
        let line = line_at(&code, start);
        let (base, rest) = base_of(&source.inside(), &code[start..]);
        uses.extend(
            leaves(&base, rest)
                .into_iter()
                .map(|path| Use { path, line }),
        );
    }
    uses
}

/// Offsets at which a path into the crate starts.
fn path_starts(code: &str) -> Vec<usize> {
    let mut starts: Vec<usize> = ["crate::", "tuantra::", "super::"]
        .iter()
        .flat_map(|head| code.match_indices(head).map(|(at, _)| at))
        .filter(|at| !code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        .collect();
    starts.sort_unstable();
    starts
}

/// The module that the head of a path names, and the text after the head.
fn base_of<'a>(inside: &[&str], path: &'a str) -> (Vec<String>, &'a str) {
    for head in ["crate::", "tuantra::"] {
        if let Some(rest) = path.strip_prefix(head) {
            return (Vec::new(), rest);
        }
    }
    let mut base: Vec<String> = inside.iter().map(ToString::to_string).collect();
    let mut rest = path;
    while let Some(after) = rest.strip_prefix("super::") {
        base.pop();
        rest = after;
    }
    (base, rest)
}

/// Every path that a tree such as `a::{b, c::{d, e}}` names.
fn leaves(base: &[String], tree: &str) -> Vec<Vec<String>> {
    let mut path = base.to_vec();
    let mut rest = tree.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            return branches(group)
                .iter()
                .flat_map(|branch| leaves(&path, branch))
                .collect();
        }
        let name_ends = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let name = &rest[..name_ends];
        if !name.is_empty() && name != "self" {
            path.push(name.to_owned());
        }
        match rest[name_ends..].strip_prefix("::") {
            Some(after) => rest = after.trim_start(),
            None => return vec![path],
        }
    }
}

/// The branches of a group, whose opening brace is gone, up to its closing brace.
fn branches(group: &str) -> Vec<&str> {
    let mut branches = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                branches.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        if c == '}' && depth == 0 && start == at + 1 {
            break;
        }
    }
    branches.retain(|branch| !branch.is_empty());
    branches
}

#[cfg(test)]
fn faults(path: &str, text: &str) -> usize {
    forbidden(&[Source::new(path, text)]).len()
}

#[test]
fn a_use_of_a_higher_or_equal_level_is_found() {
    assert_eq!(faults("src/geo/mod.rs", "use crate::store::Store;"), 1);
    assert_eq!(
        faults("src/patrols/service.rs", "use crate::plots::Plot;"),
        1
    );
    assert_eq!(
        faults(
            "src/patrols/service.rs",
            "fn f(x: crate::coverage::Mask) {}"
        ),
        1
    );
    assert_eq!(
        faults(
            "src/coverage/service.rs",
            "use crate::{patrols, plots, areas};"
        ),
        0
    );
}

#[test]
fn every_branch_of_a_tree_is_judged() {
    let tree = "use crate::{\n    base::{ids::PlotId, time},\n    ledger::{self, Grade},\n    reports,\n};";
    assert_eq!(faults("src/plots/service.rs", tree), 3);
    let uses = uses(&Source::new(
        "src/plots/service.rs",
        "\nuse crate::{a::{b, c::D}, e};",
    ));
    let paths: Vec<String> = uses.iter().map(|used| used.path.join("::")).collect();
    assert_eq!(paths, ["a::b", "a::c::D", "e"]);
    assert!(uses.iter().all(|used| used.line == 2));
}

#[test]
fn a_way_round_through_super_is_found() {
    assert_eq!(
        faults("src/plots/service.rs", "use super::super::ledger::Grade;"),
        1
    );
    assert_eq!(faults("src/plots/service.rs", "use super::model::Plot;"), 0);
}

#[test]
fn comments_and_texts_use_nothing() {
    assert_eq!(
        faults(
            "src/geo/mod.rs",
            "//! See [`crate::store`].\nconst A: &str = \"crate::store\";"
        ),
        0
    );
}

#[test]
fn a_model_uses_only_the_ground() {
    assert_eq!(
        faults("src/plots/model.rs", "use crate::areas::Commune;"),
        1
    );
    assert_eq!(
        faults("src/plots/model/shape.rs", "use crate::store::Tx;"),
        1
    );
    assert_eq!(faults("src/plots/model.rs", "use super::sql;"), 1);
    assert_eq!(
        faults(
            "src/plots/model.rs",
            "use crate::{base::ids::PlotId, geo::position};"
        ),
        0
    );
}

#[test]
fn only_routes_know_http_and_the_state() {
    assert_eq!(
        faults("src/plots/service.rs", "use crate::http::Problem;"),
        1
    );
    assert_eq!(faults("src/plots/service.rs", "use super::http::Reply;"), 1);
    assert_eq!(faults("src/plots/service.rs", "use crate::app::App;"), 1);
    assert_eq!(
        faults("src/plots/http.rs", "use crate::{app::App, http::Problem};"),
        0
    );
    assert_eq!(faults("src/plots/http.rs", "use crate::server;"), 1);
}

#[test]
fn http_knows_no_slice() {
    assert_eq!(faults("src/http/problem.rs", "use crate::plots::Error;"), 1);
    assert_eq!(
        faults("src/http/problem.rs", "use crate::store::{Error, Store};"),
        1
    );
    assert_eq!(faults("src/http/problem.rs", "use crate::store::Error;"), 0);
}

#[test]
fn servants_use_only_the_ground() {
    assert_eq!(faults("src/blobs/mod.rs", "use crate::store::Store;"), 1);
    assert_eq!(faults("src/config.rs", "use crate::http;"), 1);
    assert_eq!(faults("src/base/ids.rs", "use crate::geo::position;"), 1);
    assert_eq!(
        faults("src/evidence/service.rs", "use crate::blobs::Blobs;"),
        0
    );
}

#[test]
fn tops_and_tests_use_anything() {
    assert_eq!(faults("src/main.rs", "use tuantra::cli;"), 0);
    assert_eq!(
        faults("src/server.rs", "use crate::{app, plots, ingest};"),
        0
    );
    assert_eq!(faults("src/plots/tests.rs", "use crate::ledger;"), 0);
    assert_eq!(faults("src/plots/service.rs", "use crate::ingest;"), 1);
}
