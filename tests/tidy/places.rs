//! Names of the machines on which the project was worked on: they mean nothing to others.

use crate::lexer::line_at;
use crate::sources::Source;

// Written in two parts, so that this file does not find itself.
const FOLDERS: [&str; 4] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];
const REGISTRIES: [&str; 8] = [
    concat!("index.crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("registry.npmjs", ".org"),
    concat!("pypi", ".org"),
    concat!("files.pythonhosted", ".org"),
    concat!("deb.debian", ".org"),
    concat!("\"resolved\": \"ht", "tp"),
    concat!("index-", "url"),
];

/// Folders of a developer's machine and addresses of package registries in any text file.
pub fn machine_names(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(names_in).collect()
}

fn names_in(source: &Source) -> Vec<String> {
    let folders = FOLDERS
        .iter()
        .filter_map(|folder| Some((folder, absolute(&source.text, folder)?)));
    let registries = REGISTRIES
        .iter()
        .filter_map(|host| Some((host, source.text.find(host)?)));
    folders
        .chain(registries)
        .map(|(name, at)| {
            format!(
                "{}:{}: names {name}",
                source.path,
                line_at(&source.text, at)
            )
        })
        .collect()
}

/// Where the folder stands at the start of a path, not in the middle of another or of an address.
fn absolute(text: &str, folder: &str) -> Option<usize> {
    let starts = text.match_indices(folder).map(|(at, _)| at);
    let mut absolute = starts.filter(|at| !text[..*at].ends_with(|c: char| is_part_of_path(c)));
    absolute.next()
}

fn is_part_of_path(c: char) -> bool {
    c.is_alphanumeric() || "._-/})".contains(c)
}

#[test]
fn folders_of_a_machine_are_found() {
    for folder in FOLDERS {
        let found = machine_names(&[Source::new("README.md", &format!("a\ncd {folder}tuantra"))]);
        assert_eq!(found, [format!("README.md:2: names {folder}")]);
        assert!(machine_names(&[Source::new("README.md", &format!("src{folder}x"))]).is_empty());
    }
}

#[test]
fn addresses_of_registries_are_found() {
    for host in REGISTRIES {
        let found = machine_names(&[Source::new("web/package-lock.json", &format!("x {host} y"))]);
        assert_eq!(found.len(), 1, "{host}");
    }
}
