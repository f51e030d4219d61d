//! Commands that read what is there, on a folder in which nothing is.

use crate::binary::{Folder, Start};

#[test]
fn a_folder_without_a_database_is_refused_and_not_made() {
    let folder = Folder::new("mistyped");
    let missing = folder.path().join("mistyped");
    let start = Start::on(&missing, None);
    let window = ["--from", "2026-03-01", "--to", "2026-03-31"];
    for words in [
        vec!["reindex"],
        vec!["reindex", "--continue"],
        [&["coverage"][..], &window[..]].concat(),
    ] {
        let output = start.command(&words).output().unwrap();
        assert!(!output.status.success(), "{words:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("tuantra.db is not there"), "{said}");
        assert!(!missing.exists(), "{words:?}");
    }
}
