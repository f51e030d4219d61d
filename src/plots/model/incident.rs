//! An incident (vụ): what groups the plots of one find.

use serde::Deserialize;

use crate::base::fields::Fields;
use crate::base::refusal::Refusal;
use crate::base::time::Timestamp;

/// An incident record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentDraft {
    /// The unit's own code or title; names no person.
    pub title: String,
    /// Official code of the commune, when the sender says it.
    pub commune: Option<String>,
    /// When it came to notice, by the device's clock.
    pub occurred_at: Timestamp,
    /// Free text.
    pub notes: Option<String>,
    /// The version that this one corrects.
    pub revises: Option<u32>,
}

/// An incident as it is sent.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(
    missing_docs,
    reason = "the draft documents them; these are their wire names"
)]
pub struct IncidentWire {
    pub title: Option<String>,
    pub commune: Option<String>,
    pub occurred_at: Option<String>,
    pub notes: Option<String>,
    pub revises: Option<f64>,
}

impl IncidentDraft {
    /// Parses the wire form; every fault is told at once.
    pub fn from_wire(wire: &IncidentWire, received_at: Timestamp) -> Result<Self, Refusal> {
        let mut fields = Fields::default();
        let title = fields.text("/title", wire.title.as_deref(), 200);
        if wire
            .title
            .as_deref()
            .is_none_or(|title| title.trim().is_empty())
        {
            fields.refuse("/title", "expected the incident's code or title");
        }
        let commune = fields.text("/commune", wire.commune.as_deref(), 20);
        let occurred_at = fields.instant("/occurred_at", wire.occurred_at.as_deref(), received_at);
        let notes = fields.text("/notes", wire.notes.as_deref(), 4_000);
        let revises = fields.whole("/revises", wire.revises, u32::MAX);
        let draft = title.zip(occurred_at).map(|(title, occurred_at)| Self {
            title,
            commune,
            occurred_at,
            notes,
            revises,
        });
        fields.finish(draft)
    }

    /// True when a text holds what looks like a person's number.
    #[must_use]
    pub fn text_looks_personal(&self) -> bool {
        let texts = [Some(&self.title), self.notes.as_ref()];
        texts
            .into_iter()
            .flatten()
            .any(|text| crate::base::personal::looks_personal(text))
    }
}
