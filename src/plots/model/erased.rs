//! Free text of plots and incidents, and what is left of a content and of its record without it.

use crate::base::members::{Members, exchanged};

/// The free text of a recording.
pub const OF_PLOTS: [&str; 3] = ["notes", "intercropped_with", "forest_compartment"];
/// How the text begins that stands in the place of words that an order erased.
pub const MARK: &str = "[đã xóa theo văn bản / removed by order ";
/// The free text of a later measure.
pub const OF_MEASURES: [&str; 1] = ["notes"];
/// The free text of an incident.
pub const OF_INCIDENTS: [&str; 2] = ["title", "notes"];

const FEATURE: [&str; 3] = ["type", "geometry", "properties"];
const GEOMETRY: [&str; 2] = ["type", "coordinates"];

/// A recording as it was sent, with `marker` in the place of its free text and without what nobody reads of a Feature; none
/// where it has neither.
#[must_use]
pub fn recording(body: &[u8], marker: &str) -> Option<String> {
    let mut feature = Members::of(body)?;
    let mut own = Members::of(feature.get("properties")?.as_bytes())?;
    let mut is_changed = own.exchange(&OF_PLOTS, marker);
    is_changed |= bare(&mut own, "outline");
    feature.set("properties", &own.to_json());
    is_changed |= bare(&mut feature, "geometry");
    is_changed |= feature.only(&FEATURE);
    is_changed.then(|| feature.to_json())
}

/// A later measure as it was sent, in the same way.
#[must_use]
pub fn measure(body: &[u8], marker: &str) -> Option<String> {
    let mut sent = Members::of(body)?;
    let mut is_changed = sent.exchange(&OF_MEASURES, marker);
    is_changed |= bare(&mut sent, "outline");
    is_changed.then(|| sent.to_json())
}

/// What is kept of a version or measure with `marker` in the place of its free text.
#[must_use]
pub fn record(kept: &str, names: &[&str], marker: &str) -> String {
    exchanged(kept.as_bytes(), names, marker).unwrap_or_else(|| kept.to_owned())
}

/// Leaves of a geometry what is read of one; gives whether there was more.
fn bare(of: &mut Members, name: &str) -> bool {
    let Some(mut geometry) = of.get(name).and_then(|own| Members::of(own.as_bytes())) else {
        return false;
    };
    let had_more = geometry.only(&GEOMETRY);
    if had_more {
        of.set(name, &geometry.to_json());
    }
    had_more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_keeps_its_numbers_and_nothing_that_somebody_wrote() {
        let body = br#"{"type":"Feature","id":"cua chi B","geometry":{"type":"Point","coordinates":[104.9870000000000001,21.5],
            "ten":"B"},"properties":{"crop":"opium","notes":"nha chi B","plants":120,"forest_compartment":" "}}"#;
        let left = recording(body, "x").unwrap();
        assert_eq!(
            left,
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[104.9870000000000001,21.5]},"properties":{"crop":"opium","notes":"x","plants":120,"forest_compartment":" "}}"#
        );
        assert_eq!(
            recording(left.as_bytes(), "x").as_deref(),
            Some(left.as_str())
        );
    }

    #[test]
    fn a_recording_without_words_has_none_to_erase() {
        let body = br#"{"type":"Feature","geometry":{"type":"Point","coordinates":[104,21]},"properties":{"crop":"opium"}}"#;
        assert_eq!(recording(body, "x"), None);
        assert_eq!(
            measure(
                br#"{"plants":5,"outline":{"type":"Polygon","coordinates":[]}}"#,
                "x"
            ),
            None
        );
    }
}
