//! The closed words of a patrol, and the states it goes through.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A word that is none of the permitted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown word: expected one of {expected}")]
pub struct UnknownWord {
    /// The permitted words, separated by commas.
    pub expected: &'static str,
}

/// Declares a closed vocabulary whose words are the same in JSON, in the database and in `Display`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $text)] $word),+
        }

        impl $name {
            /// Every word, in the order of the design.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The stable word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($text => Ok(Self::$word),)+
                    _ => Err(UnknownWord { expected: concat!($($text, ", "),+).trim_ascii_end().trim_end_matches(',') }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What a patrol is for.
    PatrolKind {
        /// Kiểm tra, rà soát: a search for illicit crops.
        CropCheck = "crop_check",
        /// Along the border line.
        Border = "border",
        /// At night, against dealing.
        Night = "night",
        /// At a border gate.
        Gate = "gate",
        /// Liên ngành: several forces together.
        InterAgency = "inter_agency",
        /// Song phương: with the neighbour country's force.
        CrossBorder = "cross_border",
        /// A superior office's inspection.
        Inspection = "inspection",
    }
}

words! {
    /// How the team moves; the rules of speed and the radius seen depend on it.
    Transport {
        /// On foot.
        Foot = "foot",
        /// By motorbike.
        Motorbike = "motorbike",
        /// By car or truck.
        Car = "car",
        /// By boat.
        Boat = "boat",
        /// An unmanned aircraft's own track.
        Uav = "uav",
    }
}

words! {
    /// Where a patrol stands between plan and judgement.
    PatrolState {
        /// Ordered, not yet begun.
        Planned = "planned",
        /// The team is out.
        Open = "open",
        /// The team is back; fixes may still lie on its phones.
        Closed = "closed",
        /// Its phones have sent what they hold.
        Uploaded = "uploaded",
        /// An officer found it true.
        Validated = "validated",
        /// An officer found it not to count.
        Rejected = "rejected",
    }
}

impl PatrolState {
    /// The states that may follow this one.
    ///
    /// Field states may be skipped forward: a phone without a signal passes them before the server hears of any.
    #[must_use]
    pub const fn successors(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Open, Self::Closed, Self::Uploaded],
            Self::Open => &[Self::Closed, Self::Uploaded],
            Self::Closed => &[Self::Uploaded],
            Self::Uploaded => &[Self::Validated, Self::Rejected],
            Self::Validated | Self::Rejected => &[],
        }
    }

    /// Whether `next` may follow this state.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.successors().contains(&next)
    }
}
