//! Under which address the server of a data folder was last reached, for commands that print links into it.

use crate::config::Config;

const FILE: &str = "address";
const LONGEST: usize = 2_000;

/// Keeps where the server is reached. Links of commands are a convenience: a server runs without it too.
pub(super) fn keep(config: &Config, url: &str) {
    if let Err(error) = std::fs::write(config.data.join(FILE), url) {
        tracing::warn!(%error, "the address could not be kept for the command line");
    }
}

/// The configured public address, else where the server was last reached, else where it would listen.
pub(super) fn told(config: &Config) -> String {
    if config.public_url.is_some() {
        return config.shown_url();
    }
    let kept = std::fs::read_to_string(config.data.join(FILE)).ok();
    let kept = kept.filter(|url| url.starts_with("http") && url.len() <= LONGEST);
    kept.unwrap_or_else(|| config.shown_url())
}
