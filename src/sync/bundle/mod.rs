//! Facts that are carried by hand where no network is: one file, signed by the device that made it and sealed to the
//! province.
//!
//! Invariants: whoever carries a bundle adds nothing to the rights of whoever speaks in it; each fact goes through its
//! own native route, as its author with the grants of the moment at which it was signed; what cannot be taken so waits
//! for a person, with its bytes; the same bundle again gives the same receipts.

pub mod aside;
pub mod deciding;
pub mod format;
pub mod http;
mod import;
mod judge;
pub mod seal;
mod spool;
mod taking;
#[cfg(test)]
mod tests;
pub mod told;
pub mod vouched;
mod vouching;

use std::path::Path;

use crate::app::App;
use crate::http::{Problem, ProblemKind};
use crate::journal::secret_in;

pub use spool::collect_spool;

pub(super) use import::named_by;
pub use import::{BundleAnswer, BundleResult, Carrier, import};

use seal::Opening;

/// The key that opens bundles for this server: a file beside the log's key, made when it is first asked for.
pub fn opening(app: &App) -> Result<Opening, Problem> {
    secret_in(&key_file(&app.config.data))
        .map(Opening::of)
        .map_err(|cause| Problem::new(ProblemKind::Unavailable).internal(cause))
}

fn key_file(data: &Path) -> std::path::PathBuf {
    data.join("keys/bundle.key")
}
