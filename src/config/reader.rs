//! Reading settings by their keys.

use std::collections::BTreeMap;

use figment::value::Value;

use super::keys::KEYS;

/// The settings as texts, and what was found wrong with them.
pub(super) struct Reader<'a> {
    pub(super) texts: &'a BTreeMap<String, String>,
    pub(super) faults: Vec<String>,
}

impl Reader<'_> {
    pub(super) fn name_unknown_keys(&mut self) {
        for key in self
            .texts
            .keys()
            .filter(|key| KEYS.iter().all(|(known, _)| known != key))
        {
            let known = KEYS.map(|(known, _)| known).join(", ");
            self.faults
                .push(format!("{key}: unknown; known are {known}"));
        }
    }

    pub(super) fn parse<T: std::str::FromStr>(&mut self, key: &'static str) -> Option<T> {
        let text = self.texts.get(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.blame(key);
        }
        parsed
    }

    pub(super) fn blame(&mut self, key: &'static str) {
        self.faults
            .push(format!("{key}: expected {}", expected(key)));
    }
}

/// What a key accepts.
pub(super) fn expected(key: &str) -> &'static str {
    KEYS.iter()
        .find(|(known, _)| *known == key)
        .map_or("another value", |(_, what)| what)
}

/// A value of the TOML file as a text.
pub(super) fn text_of(value: Value) -> String {
    match value {
        Value::String(_, text) => text,
        Value::Bool(_, yes) => yes.to_string(),
        Value::Char(_, letter) => letter.to_string(),
        Value::Num(_, number) => number
            .to_i128()
            .map(|whole| whole.to_string())
            .or_else(|| number.to_u128().map(|whole| whole.to_string()))
            .or_else(|| number.to_f64().map(|real| real.to_string()))
            .unwrap_or_default(),
        Value::Empty(..) | Value::Dict(..) | Value::Array(..) => String::new(),
    }
}
