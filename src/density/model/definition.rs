//! The definition of density: what counts, neighbourhoods, thresholds and classes, as versioned data.
//!
//! Every answer carries it. No threshold stands anywhere else.

use serde::{Deserialize, Serialize};

use crate::base::words::Crop;
use crate::geo::cells::Cell;

use super::publish::PublishRule;
use super::trend::TrendRule;

const DM2_PER_KM2: f64 = 1e8;
const FINEST: u8 = 12;
const MOST_SEASONS: usize = 20;

/// The definition as it is written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DensityDefinition)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Grows by one with every change.
    pub version: u32,
    /// States of plots that never count.
    pub states_left_out: Vec<String>,
    /// Crops that count only once they are verified: another plant looks like them.
    pub crops_once_verified: Vec<Crop>,
    /// States of a plot whose crop was confirmed.
    pub states_verified: Vec<String>,
    /// H3 resolutions that may be asked for.
    pub resolutions: Vec<u8>,
    /// The resolution when none is asked for.
    pub default_resolution: u8,
    /// Below so many plots a cell is marked as small: its interval says more than its rate.
    pub small_plots: u32,
    /// The share that intervals hold.
    pub interval_share: f64,
    /// Steps around a cell that make its neighbourhood.
    pub neighbour_steps: u32,
    /// The false-discovery rate at which a neighbourhood is called high or low.
    pub false_discovery: f64,
    /// Seasons that trends look back over.
    pub trend_seasons: usize,
    /// Ended seasons with enough effort that the test of trends needs.
    pub trend_least_seasons: usize,
    /// The largest p value that is called a trend.
    pub trend_alpha: f64,
    /// Effort from which a season counts as looked at, in km per km² of the cell.
    pub clean_km_per_km2: f64,
    /// Seasons with plots that make a cell persistent.
    pub persistent_seasons: u32,
    /// The share of known seasons with plots that makes a cell persistent.
    pub persistent_share: f64,
    /// Clean seasons after which a first find is new.
    pub new_after_clean: u32,
    /// Clean seasons after which a label expires.
    pub expires_after_clean: u32,
    /// The one resolution that outsiders see.
    pub outsider_resolution: u8,
    /// Plots that a cell needs to be shown to outsiders.
    pub outsider_least_plots: u32,
    /// Cells that share what is hidden from outsiders in a commune.
    pub outsider_least_hidden_cells: u32,
    /// The resolution of suggested areas.
    pub suggestion_resolution: u8,
    /// The least share of suggested areas that are drawn at random.
    pub suggestion_random_share: f64,
    /// Suggested areas when no number is asked for.
    pub suggestion_default: usize,
    /// The most areas that are suggested at once.
    pub suggestion_most: usize,
}

/// A definition that can be computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Draft", into = "Draft")]
pub struct Definition(Draft);

/// A definition that cannot be computed, or that would break a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct InvalidDefinition {
    /// The field.
    pub field: &'static str,
    /// What is wrong.
    pub reason: &'static str,
}

/// How a plot enters figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It will count once its crop is confirmed.
    Unverified,
    /// It does not count.
    LeftOut,
}

impl TryFrom<Draft> for Definition {
    type Error = InvalidDefinition;

    fn try_from(draft: Draft) -> Result<Self, InvalidDefinition> {
        let broken = FAULTS.iter().find(|(_, _, is_broken)| is_broken(&draft));
        match broken {
            Some(&(field, reason, _)) => Err(InvalidDefinition { field, reason }),
            None => Ok(Self(draft)),
        }
    }
}

type Fault = (&'static str, &'static str, fn(&Draft) -> bool);

const SHARE: &str = "a share between 0 and 1";

/// What makes a definition one that cannot be computed, or one that would break a promise.
const FAULTS: [Fault; 13] = [
    ("resolutions", "give some, 12 at the finest", |draft| {
        !resolutions_are_fine(draft)
    }),
    ("interval_share", SHARE, |draft| {
        !is_share(draft.interval_share)
    }),
    ("false_discovery", SHARE, |draft| {
        !is_share(draft.false_discovery)
    }),
    ("trend_alpha", SHARE, |draft| !is_share(draft.trend_alpha)),
    ("persistent_share", SHARE, |draft| {
        !is_share(draft.persistent_share)
    }),
    ("trend_seasons", "from 1 to 20", |draft| {
        !(1..=MOST_SEASONS).contains(&draft.trend_seasons)
    }),
    ("clean_km_per_km2", "more than 0", |draft| {
        draft.clean_km_per_km2.is_nan() || draft.clean_km_per_km2 <= 0.0
    }),
    ("expires_after_clean", "at least 1", |draft| {
        draft.expires_after_clean < 1
    }),
    ("outsider_resolution", "one of the resolutions", |draft| {
        !draft.resolutions.contains(&draft.outsider_resolution)
    }),
    (
        "outsider_least_plots",
        "at least 3: smaller numbers are never shown",
        |draft| draft.outsider_least_plots < 3,
    ),
    ("outsider_least_hidden_cells", "at least 2", |draft| {
        draft.outsider_least_hidden_cells < 2
    }),
    (
        "suggestion_random_share",
        "at least 0.2, below 1",
        |draft| !(0.2..1.0).contains(&draft.suggestion_random_share),
    ),
    ("suggestion_default", "at most suggestion_most", |draft| {
        draft.suggestion_default > draft.suggestion_most
    }),
];

fn resolutions_are_fine(draft: &Draft) -> bool {
    let others = [draft.suggestion_resolution];
    let all = draft.resolutions.iter().chain(&others);
    draft.resolutions.contains(&draft.default_resolution)
        && all.copied().all(|resolution| resolution <= FINEST)
}

fn is_share(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

impl From<Definition> for Draft {
    fn from(definition: Definition) -> Self {
        definition.0
    }
}

impl Draft {
    /// The definition that a new province starts with.
    #[must_use]
    pub fn current() -> Self {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Self {
            version: 1,
            states_left_out: words(&[
                "reported",
                "not_found",
                "rejected",
                "merged",
                "retracted",
                "referred",
            ]),
            crops_once_verified: vec![Crop::Cannabis],
            states_verified: words(&[
                "verified",
                "eradicating",
                "eradicated",
                "resprout",
                "clear",
                "gone",
                "transferred",
            ]),
            resolutions: vec![7, 8, 9],
            default_resolution: 8,
            small_plots: 3,
            interval_share: 0.95,
            neighbour_steps: 1,
            false_discovery: 0.05,
            trend_seasons: 5,
            trend_least_seasons: 4,
            trend_alpha: 0.1,
            clean_km_per_km2: 2.0,
            persistent_seasons: 3,
            persistent_share: 0.6,
            new_after_clean: 2,
            expires_after_clean: 2,
            outsider_resolution: 7,
            outsider_least_plots: 3,
            outsider_least_hidden_cells: 2,
            suggestion_resolution: 8,
            suggestion_random_share: 0.2,
            suggestion_default: 10,
            suggestion_most: 50,
        }
    }
}

impl Definition {
    /// The definition that a new province starts with.
    #[must_use]
    pub fn current() -> Self {
        Self(Draft::current())
    }

    /// The definition as data.
    #[must_use]
    pub const fn draft(&self) -> &Draft {
        &self.0
    }

    /// How a plot of that state and crop enters figures.
    #[must_use]
    pub fn standing(&self, state: &str, crop: Crop) -> Standing {
        let holds = |states: &[String]| states.iter().any(|known| known == state);
        if holds(&self.0.states_left_out) {
            Standing::LeftOut
        } else if self.0.crops_once_verified.contains(&crop) && !holds(&self.0.states_verified) {
            Standing::Unverified
        } else {
            Standing::Counts
        }
    }

    /// The share that intervals hold.
    #[must_use]
    pub const fn interval_share(&self) -> f64 {
        self.0.interval_share
    }

    /// Steps around a cell that make its neighbourhood.
    #[must_use]
    pub const fn neighbour_steps(&self) -> u32 {
        self.0.neighbour_steps
    }

    /// By which rules the history of a cell is read.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a cell has less than 2^53 dm²")]
    pub fn trend_rule(&self, cell: Cell) -> TrendRule {
        let draft = &self.0;
        let area_km2 = cell.area_dm2() as f64 / DM2_PER_KM2;
        TrendRule {
            least_seasons: draft.trend_least_seasons,
            alpha: draft.trend_alpha,
            clean_km: draft.clean_km_per_km2 * area_km2,
            persistent_seasons: draft.persistent_seasons,
            persistent_share: draft.persistent_share,
            new_after_clean: draft.new_after_clean,
            expires_after_clean: draft.expires_after_clean,
        }
    }

    /// By which rule cells are shown to outsiders.
    #[must_use]
    pub const fn publish_rule(&self) -> PublishRule {
        PublishRule {
            least_plots: self.0.outsider_least_plots,
            least_hidden_cells: self.0.outsider_least_hidden_cells,
        }
    }
}
