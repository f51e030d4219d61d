//! Which patrols are shown live, and how late: rules with versions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::journal::Rules;
use crate::patrols::model::vocabulary::PatrolKind;

/// The longest that positions may be held back, s.
const LONGEST_DELAY_S: u32 = 86_400;

/// Which patrols are shown live, and how late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiveRules {
    /// The version.
    pub version: u32,
    /// Kinds of patrols that are not shown at all.
    pub hidden: BTreeSet<PatrolKind>,
    /// Seconds by which positions of a kind are held back; a kind that is not named is shown at once.
    #[schema(value_type = std::collections::HashMap<String, u32>)]
    pub delay_s: BTreeMap<PatrolKind, u32>,
}

impl Default for LiveRules {
    /// Border patrols are not shown until a province says so.
    fn default() -> Self {
        Self {
            version: 1,
            hidden: [PatrolKind::Border].into(),
            delay_s: BTreeMap::new(),
        }
    }
}

impl LiveRules {
    /// How late positions of a kind are shown, ms; none for a kind that is not.
    #[must_use]
    pub fn delay_ms(&self, kind: PatrolKind) -> Option<i64> {
        if self.hidden.contains(&kind) {
            return None;
        }
        let delay_s = self.delay_s.get(&kind).copied().unwrap_or(0);
        Some(i64::from(delay_s) * 1_000)
    }
}

impl Rules for LiveRules {
    const BOOK: &'static str = "live";

    fn version(&self) -> u32 {
        self.version
    }

    fn fault(&self) -> Option<String> {
        let longest = self.delay_s.values().max().copied().unwrap_or(0);
        (longest > LONGEST_DELAY_S)
            .then(|| format!("delay_s: expected at most {LONGEST_DELAY_S} for each kind"))
    }
}
