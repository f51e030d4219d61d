//! Migrations: `NNNN_noun.sql`, numbered from 0001 without gaps.

use crate::sources::Source;

/// Migrations with another name, a number twice or a number left out.
pub fn misnumbered(sources: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expected = 1;
    for name in sources
        .iter()
        .filter_map(|source| source.path.strip_prefix("migrations/"))
    {
        if name == "README.md" {
            continue;
        }
        match number(name) {
            None => faults.push(format!("migrations/{name}: expected NNNN_noun.sql")),
            Some(found) if found != expected => {
                faults.push(format!("migrations/{name}: expected number {expected:04}"));
                expected = found + 1;
            }
            Some(_) => expected += 1,
        }
    }
    faults
}

/// Migrations that no list of the store runs.
pub fn unlisted(sources: &[Source]) -> Vec<String> {
    let list = sources
        .iter()
        .find(|source| source.path == "src/store/migrate.rs");
    let text = list.map(|source| source.text.as_str()).unwrap_or_default();
    let files = sources
        .iter()
        .filter_map(|source| source.path.strip_prefix("migrations/"));
    files
        .filter(|name| *name != "README.md" && !text.contains(&format!("/migrations/{name}\"")))
        .map(|name| format!("migrations/{name}: src/store/migrate.rs does not run it"))
        .collect()
}

fn number(name: &str) -> Option<u32> {
    let (digits, noun) = name.strip_suffix(".sql")?.split_once('_')?;
    let four_digits = digits.len() == 4 && digits.chars().all(|c| c.is_ascii_digit());
    let snake = !noun.is_empty() && noun.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if four_digits && snake {
        digits.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
fn found(names: &[&str]) -> usize {
    let files = names
        .iter()
        .map(|name| Source::new(&format!("migrations/{name}"), ""));
    misnumbered(&files.collect::<Vec<_>>()).len()
}

#[test]
fn a_gap_or_a_repeated_number_is_found() {
    assert_eq!(
        found(&["0001_journal.sql", "0002_plots.sql", "README.md"]),
        0
    );
    assert_eq!(
        found(&["0001_journal.sql", "0003_plots.sql", "0004_areas.sql"]),
        1
    );
    assert_eq!(found(&["0001_journal.sql", "0001_plots.sql"]), 1);
    assert_eq!(found(&["0002_journal.sql"]), 1);
}

#[test]
fn another_form_of_name_is_found() {
    for name in [
        "1_journal.sql",
        "0001-journal.sql",
        "0001_Journal.sql",
        "0001_.sql",
        "journal.txt",
    ] {
        assert_eq!(found(&[name]), 1, "{name}");
    }
}

#[test]
fn a_migration_that_nothing_runs_is_found() {
    let list = Source::new(
        "src/store/migrate.rs",
        "include_str!(\"../../migrations/0001_journal.sql\")",
    );
    let files = ["0001_journal.sql", "0002_plots.sql"];
    let files = files.map(|name| Source::new(&format!("migrations/{name}"), ""));
    let [first, second] = files;
    let faults = unlisted(&[list, first, second]);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("0002_plots.sql"));
}
