//! The files of a slice: the same names everywhere, so that one knows where to look.

use crate::modules::is_slice;
use crate::sources::Source;

const USUAL: [&str; 6] = ["mod", "model", "sql", "service", "http", "tests"];

/// Files and folders of slices with other names.
pub fn unusual(sources: &[Source]) -> Vec<String> {
    let files = sources
        .iter()
        .filter(|source| source.path.starts_with("src/"));
    let unusual = files.filter(|source| !is_usual(&source.path));
    unusual
        .map(|source| format!("{}: a slice holds only {USUAL:?}", source.path))
        .collect()
}

fn is_usual(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["src", slice, file] if is_slice(slice) => file
            .strip_suffix(".rs")
            .is_some_and(|stem| USUAL.contains(&stem)),
        ["src", slice, folder, ..] if is_slice(slice) => folder != "mod" && USUAL.contains(&folder),
        _ => true,
    }
}

#[test]
fn an_unusual_name_in_a_slice_is_found() {
    let found = |path| unusual(&[Source::new(path, "")]).len();
    assert_eq!(found("src/plots/helpers.rs"), 1);
    assert_eq!(found("src/plots/helpers/mod.rs"), 1);
    assert_eq!(found("src/plots/notes.txt"), 1);
    assert_eq!(found("src/plots/model/shape.rs"), 0);
    assert_eq!(found("src/plots/http.rs"), 0);
    assert_eq!(found("src/store/writer.rs"), 0);
}
