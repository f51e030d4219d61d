//! JSON objects as they were written: a text is exchanged, and every other byte of what stands there stays as it is, so that
//! no number is read and written anew.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members of an object in the order in which they were written, each with its value's JSON.
#[derive(Debug, Clone)]
pub struct Members(Vec<(String, String)>);

struct Each;

impl<'de> Visitor<'de> for Each {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut all = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            all.push((name, value.get().to_owned()));
        }
        Ok(Members(all))
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_map(Each)
    }
}

impl Members {
    /// The members of a JSON text; none where it is no object.
    #[must_use]
    pub fn of(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// The JSON of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let member = self.0.iter().find(|(own, _)| own == name);
        member.map(|(_, value)| value.as_str())
    }

    /// Puts JSON into the place of a member that there is.
    pub fn set(&mut self, name: &str, json: &str) {
        for (_, value) in self.0.iter_mut().filter(|(own, _)| own == name) {
            json.clone_into(value);
        }
    }

    /// Puts `text` into the place of the texts of these members; gives whether one of them held more than spaces.
    pub fn exchange(&mut self, names: &[&str], text: &str) -> bool {
        let mut is_changed = false;
        for (name, value) in &mut self.0 {
            let is_text =
                serde_json::from_str::<String>(value).is_ok_and(|own| !own.trim().is_empty());
            if is_text && names.contains(&name.as_str()) {
                *value = Value::from(text).to_string();
                is_changed = true;
            }
        }
        is_changed
    }

    /// Leaves out every member but these; gives whether there was another.
    pub fn only(&mut self, names: &[&str]) -> bool {
        let before = self.0.len();
        self.0.retain(|(name, _)| names.contains(&name.as_str()));
        self.0.len() < before
    }

    /// The object as JSON without spaces.
    #[must_use]
    pub fn to_json(&self) -> String {
        let members = self.0.iter();
        let members: Vec<String> = members
            .map(|(name, value)| format!("{}:{value}", Value::from(name.as_str())))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

/// A JSON object with `text` in the place of the texts of these members; none where they hold none.
#[must_use]
pub fn exchanged(json: &[u8], names: &[&str], text: &str) -> Option<String> {
    let mut members = Members::of(json)?;
    members.exchange(names, text).then(|| members.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_exchanged_stays_to_the_last_digit() {
        let json =
            br#"{"b":104.98700000000000043,"notes":"t\u00ean","a":{"notes":"x", "n":1e0},"z":" "}"#;
        let left = exchanged(json, &["notes", "z"], "đã xóa").unwrap();
        assert_eq!(
            left,
            r#"{"b":104.98700000000000043,"notes":"đã xóa","a":{"notes":"x", "n":1e0},"z":" "}"#
        );
    }

    #[test]
    fn without_a_text_nothing_is_exchanged() {
        for json in [
            &br#"{"notes":null}"#[..],
            br#"{"notes":" "}"#,
            br#"{"notes":5}"#,
            b"[]",
            b"no",
        ] {
            assert_eq!(exchanged(json, &["notes"], "x"), None);
        }
    }

    #[test]
    fn a_name_may_be_written_in_any_way_and_others_are_left_out() {
        let mut members = Members::of(br#"{"not\u0065s":"x","who":"y"}"#).unwrap();
        assert!(members.exchange(&["notes"], "z"));
        assert!(members.only(&["notes"]));
        assert!(!members.only(&["notes"]));
        assert_eq!(members.to_json(), r#"{"notes":"z"}"#);
    }
}
