//! What is wrong with the settings, all at once.

use std::fmt;

use super::{Config, expected};

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

impl Config {
    /// Names what a post node's settings do not fit together in.
    pub(super) fn name_upstream(&self, faults: &mut Vec<String>) {
        if self.upstream_url.is_some() != self.upstream_token_file.is_some() {
            faults.push(
                "upstream_url and upstream_token_file belong together: give both or none".into(),
            );
        }
        let Some(url) = &self.upstream_url else {
            return;
        };
        let near = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        let is_near = near.iter().any(|start| url.starts_with(start));
        let is_open = url.starts_with("http://") && (is_near || self.plain_http);
        if !url.starts_with("https://") && !is_open {
            faults.push(format!(
                "upstream_url: expected {}",
                expected("upstream_url")
            ));
        }
    }
}
