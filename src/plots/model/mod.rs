//! What a plot is: parsed drafts, derived measures, seasons, warnings and likeness. Pure.

pub mod area;
pub mod candidates;
pub mod draft;
pub mod erased;
pub mod gnss_error;
pub mod incident;
pub mod measure;
mod measured;
pub mod outline;
pub mod record;
pub mod season;
pub mod warnings;
pub mod wire;
pub mod words;

pub use area::AreaMeasure;
pub use candidates::{Sighting, is_possible_duplicate};
pub use draft::PlotDraft;
pub use incident::IncidentDraft;
pub use measure::{MeasureDraft, Measured};
pub use outline::Outline;
pub use season::{Period, Season, period_of, season_of};
pub use warnings::warnings;
pub use words::PlotFlag;

#[cfg(test)]
mod tests;
