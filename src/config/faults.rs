//! What is wrong with the settings, all at once.

use std::fmt;

/// Everything that is wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<String>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the settings cannot be used:\n  - {}",
            self.0.join("\n  - ")
        )
    }
}

impl std::error::Error for ConfigFaults {}
