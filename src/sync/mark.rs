//! How far a pull came, as an opaque cursor.

use uuid::Uuid;

use crate::base::page::Cursor;

/// How far a caller came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The list that is being told.
    pub phase: Phase,
    /// The last number that was told, or before which the start lies.
    pub since: i64,
    /// The last row of a list of the start.
    pub after: Option<(i64, Uuid)>,
}

/// What a caller starts with, then the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Plots that are to be looked at again.
    Due,
    /// Plots whose eradication waits for a second member's word.
    Unconfirmed,
    /// Plots of which something was sent back for completing.
    Returned,
    /// Open questions about photos.
    Questions,
    /// Open questions about tracks.
    TrackQuestions,
    /// What was numbered since.
    Log,
}

/// By their numbers in cursors, which outlive a new version of the server: what was added later stands last.
const PHASES: [Phase; 6] = [
    Phase::Due,
    Phase::Questions,
    Phase::TrackQuestions,
    Phase::Log,
    Phase::Unconfirmed,
    Phase::Returned,
];

impl Phase {
    /// What comes after it.
    pub fn next(self) -> Self {
        match self {
            Self::Due => Self::Unconfirmed,
            Self::Unconfirmed => Self::Returned,
            Self::Returned => Self::Questions,
            Self::Questions => Self::TrackQuestions,
            Self::TrackQuestions | Self::Log => Self::Log,
        }
    }
}

impl Mark {
    /// One whose cursor is as long as any.
    pub const LONGEST: Self = Self {
        phase: Phase::Log,
        since: 0,
        after: Some((0, Uuid::nil())),
    };

    /// The cursor's text, bound to its caller.
    pub fn encode(self, bound: &str) -> String {
        let phase = PHASES.iter().position(|own| *own == self.phase);
        let mut key = vec![phase.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)];
        key.extend_from_slice(&self.since.to_be_bytes());
        if let Some((at, id)) = self.after {
            key.extend_from_slice(&at.to_be_bytes());
            key.extend_from_slice(id.as_bytes());
        }
        Cursor(key).encode(bound)
    }

    /// Reads a cursor that was made for this caller.
    pub fn decode(text: &str, bound: &str) -> Option<Self> {
        let key = Cursor::decode(text, bound).ok()?.0;
        let (phase, rest) = key.split_first()?;
        let (since, rest) = rest.split_first_chunk::<8>()?;
        let after = if rest.is_empty() {
            None
        } else {
            let (at, id) = rest.split_first_chunk::<8>()?;
            Some((i64::from_be_bytes(*at), Uuid::from_slice(id).ok()?))
        };
        Some(Self {
            phase: *PHASES.get(usize::from(*phase))?,
            since: i64::from_be_bytes(*since),
            after,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_went(phase in 0_usize..PHASES.len(), since: i64, at: i64, id: u128, is_in_list: bool) {
            let after = is_in_list.then_some((at, Uuid::from_u128(id)));
            let mark = Mark { phase: PHASES[phase], since, after };
            let text = mark.encode("pull a");
            proptest::prop_assert_eq!(Mark::decode(&text, "pull a"), Some(mark));
            proptest::prop_assert_eq!(Mark::decode(&text, "pull b"), None);
        }

        #[test]
        fn any_cursor_is_read_or_refused(text in ".{0,80}") {
            let _ = Mark::decode(&text, "pull a");
        }
    }
}
