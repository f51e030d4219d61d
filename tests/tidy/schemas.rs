//! Names in the contract: two types of one name would overwrite each other there, without a word.

use std::collections::BTreeMap;

use crate::sources::Source;

/// Types of the contract that share a name.
pub fn shared(sources: &[Source]) -> Vec<String> {
    let mut places = BTreeMap::<String, Vec<&str>>::new();
    for source in sources
        .iter()
        .filter(|source| source.path.starts_with("src/"))
    {
        for name in schemas(&source.text) {
            places.entry(name).or_default().push(&source.path);
        }
    }
    let shared = places.into_iter().filter(|(_, paths)| paths.len() > 1);
    shared
        .map(|(name, paths)| {
            format!(
                "{name}: one name in the contract for types of {paths:?}; say #[schema(as = …)]"
            )
        })
        .collect()
}

/// The names that a file's types have in the contract.
fn schemas(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !(line.starts_with("#[derive(") && line.contains("ToSchema")) {
            continue;
        }
        let mut own = None;
        for line in lines.by_ref() {
            let renamed = line.strip_prefix("#[schema(as = ");
            own = own.or(renamed.and_then(|rest| rest.split([')', ',']).next()));
            let declared = ["pub struct ", "pub enum ", "struct ", "enum "];
            let declared = declared.iter().find_map(|start| line.strip_prefix(start));
            if let Some(declared) = declared {
                let name = declared.split(|c: char| !c.is_alphanumeric()).next();
                names.extend(own.or(name).map(str::to_owned));
                break;
            }
        }
    }
    names
}

#[test]
fn two_types_of_one_name_in_the_contract_are_found() {
    let plain = "#[derive(Debug, utoipa::ToSchema)]\npub struct Figures {\n";
    let renamed = "#[derive(ToSchema)]\n#[schema(as = LedgerFigures)]\npub struct Figures {\n";
    let found = |second| {
        let sources = [
            Source::new("src/a/model.rs", plain),
            Source::new("src/b/model.rs", second),
        ];
        shared(&sources).len()
    };
    assert_eq!(found(plain), 1);
    assert_eq!(found(renamed), 0);
}
