//! The files of the repository as text, with paths relative to its root.

use std::fs;
use std::path::{Path, PathBuf};

/// What is built, fetched or local, and so no part of the repository.
const LEFT_OUT: [&str; 6] = [".git", ".direnv", "data", "dist", "node_modules", "target"];

/// One text file of the repository.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path from the repository's root, with `/` between its parts.
    pub path: String,
    /// The whole content.
    pub text: String,
}

impl Source {
    /// A source as a rule's own test makes it.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// Whether this is a Rust file of the crate itself.
    pub fn is_crate(&self) -> bool {
        self.path.starts_with("src/") && self.is_rust()
    }

    /// Whether this is a Rust file of any kind.
    pub fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// Whether this file of the crate is compiled for tests only.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/") || self.inside().contains(&"tests")
    }

    /// Module names from the crate's root down, so `src/plots/sql/mod.rs` is `plots`, `sql`.
    pub fn inside(&self) -> Vec<&str> {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let path = path.strip_suffix(".rs").unwrap_or(path);
        let mut parts: Vec<&str> = path.split('/').collect();
        if parts.last() == Some(&"mod") {
            parts.pop();
        }
        parts
    }
}

/// Whether a path ends in this extension.
pub fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == extension)
}

/// Every text file of the repository, in the order of their paths.
pub fn repository() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, &mut files);
    files.sort();
    files.iter().filter_map(|file| read(root, file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder of the repository is readable");
    for entry in entries {
        let entry = entry.expect("an entry of the repository is readable");
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => collect(&entry.path(), files),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}

/// The file as a source; pictures and other bytes are none.
fn read(root: &Path, file: &Path) -> Option<Source> {
    let text = String::from_utf8(fs::read(file).ok()?).ok()?;
    let path = file.strip_prefix(root).ok()?.to_str()?.to_owned();
    Some(Source { path, text })
}

#[test]
fn a_folder_module_is_named_by_its_folder() {
    assert_eq!(
        Source::new("src/plots/sql/mod.rs", "").inside(),
        ["plots", "sql"]
    );
    assert_eq!(
        Source::new("src/plots/http.rs", "").inside(),
        ["plots", "http"]
    );
    assert_eq!(Source::new("src/config.rs", "").inside(), ["config"]);
}

#[test]
fn files_of_tests_are_told_apart() {
    assert!(Source::new("src/plots/tests.rs", "").is_test());
    assert!(Source::new("src/plots/tests/upload.rs", "").is_test());
    assert!(Source::new("tests/api/main.rs", "").is_test());
    assert!(!Source::new("src/plots/model.rs", "").is_test());
}
