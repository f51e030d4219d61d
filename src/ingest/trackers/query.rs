//! Names and values of a query or a form.

use std::borrow::Cow;

/// So many pairs are looked at; no tracker sends more.
const MAX_PAIRS: usize = 128;

/// Pairs of a query or a form, read on demand.
#[derive(Default)]
pub struct Pairs<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Pairs<'a> {
    /// The pairs of a form, then those of a query: of a name that both have, the form's value counts.
    #[must_use]
    pub fn of(form: &'a str, query: &'a str) -> Self {
        let pairs = |text: &'a str| form_urlencoded::parse(text.as_bytes());
        Self(pairs(form).chain(pairs(query)).take(MAX_PAIRS).collect())
    }

    /// The first value of any of these names, unless it is empty.
    #[must_use]
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let mut pairs = self.0.iter();
            let found = pairs.find(|(known, value)| known == name && !value.trim().is_empty());
            found.map(|(_, value)| value.as_ref())
        })
    }

    /// Whether one of these names is there, with or without a value.
    #[must_use]
    pub fn has(&self, names: &[&str]) -> bool {
        self.0
            .iter()
            .any(|(known, _)| names.contains(&known.as_ref()))
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
