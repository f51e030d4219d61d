//! The communes that rights are given in: of those that are loaded, as the slice that keeps them tells.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::base::refusal::Refusal;
use crate::store;

use super::{Error, Identity};

/// Tells the codes of the communes of today; none while nothing is loaded.
pub type LoadedCommunes =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Arc<BTreeSet<String>>, store::Error>> + Send + Sync>;

/// Communes that a fault names at most.
const MOST_NAMED: usize = 3;
/// How many digits the General Statistics Office's codes of communes have; spreadsheets drop the first zeroes.
const DIGITS: usize = 5;

impl Identity {
    /// The same, holding codes of communes against those that are loaded.
    #[must_use]
    pub fn with_communes(mut self, loaded: LoadedCommunes) -> Self {
        self.communes = Some(loaded);
        self
    }

    /// The codes of the communes of today; `None` while nothing is loaded, so that nothing can be held against them.
    pub(super) async fn loaded(&self) -> Result<Option<Arc<BTreeSet<String>>>, store::Error> {
        let Some(loaded) = &self.communes else {
            return Ok(None);
        };
        Ok(Some(loaded().await?).filter(|codes| !codes.is_empty()))
    }

    /// Refuses a list of communes with a code that no commune of today has.
    pub(super) async fn check_loaded(&self, codes: &[String], pointer: &str) -> Result<(), Error> {
        if codes.is_empty() {
            return Ok(());
        }
        let Some(loaded) = self.loaded().await? else {
            return Ok(());
        };
        let mut refusal = Refusal::default();
        for (index, code) in codes.iter().enumerate() {
            if let Some(reason) = unknown(code, &loaded) {
                refusal.add(format!("{pointer}/communes/{index}"), reason);
            }
        }
        Ok(refusal.or(())?)
    }
}

/// Why a code is none of a commune of today, and which was perhaps meant; `None` when it is one.
pub(super) fn unknown(code: &str, loaded: &BTreeSet<String>) -> Option<String> {
    if loaded.contains(code) {
        return None;
    }
    let padded = format!("{code:0>DIGITS$}");
    let meant: Vec<&str> = if loaded.contains(&padded) {
        vec![padded.as_str()]
    } else {
        let alike = loaded.iter().filter(|known| is_near(known, code));
        alike.map(String::as_str).take(MOST_NAMED).collect()
    };
    let mut reason = "expected the code of a commune of today".to_owned();
    if !meant.is_empty() {
        // Writing into a String cannot fail.
        let _ = write!(reason, "; meant was perhaps {}", meant.join(", "));
    }
    Some(reason)
}

/// Whether two codes differ in one sign, or one lacks a sign that the other has.
fn is_near(known: &str, code: &str) -> bool {
    if known.len() == code.len() {
        let differing = known.chars().zip(code.chars()).filter(|(a, b)| a != b);
        return differing.count() == 1;
    }
    let lacks = |at: usize| {
        let rest = known.chars().enumerate().filter(|(n, _)| *n != at);
        rest.map(|(_, sign)| sign).eq(code.chars())
    };
    (0..known.chars().count()).any(lacks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_a_spreadsheet_spoilt_names_the_one_that_was_meant() {
        let loaded = ["02647", "02650", "03001"].map(str::to_owned).into();
        let meant = |code: &str| unknown(code, &loaded);
        assert_eq!(meant("02647"), None);
        let told = |code: &str| meant(code).unwrap_or_default();
        assert!(told("2647").ends_with("meant was perhaps 02647"));
        assert!(told("0265").ends_with("meant was perhaps 02650"));
        assert!(told("0301").ends_with("meant was perhaps 03001"));
        assert!(told("02657").ends_with("meant was perhaps 02647, 02650"));
        assert_eq!(told("99999"), "expected the code of a commune of today");
        assert_eq!(told("0"), "expected the code of a commune of today");
    }
}
