//! The communes that rights are given in: of those that are loaded, as the slice that keeps them tells; and what those that
//! have ended stand for today.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::base::actor::{Actor, Principal, Role, Scope};
use crate::base::refusal::Refusal;
use crate::store;

use super::super::sql::GrantRow;
use super::{Error, Identity};

/// Tells the codes of the communes of today; none while nothing is loaded.
pub type LoadedCommunes =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Arc<BTreeSet<String>>, store::Error>> + Send + Sync>;

/// For communes that have ended, by code: those of today that hold their ground.
pub type Heirs = BTreeMap<String, BTreeSet<String>>;

/// Tells the heirs of those of some communes that have ended and have any; fails for no boundary that cannot be read.
pub type EndedCommunes =
    Arc<dyn Fn(BTreeSet<String>) -> BoxFuture<'static, Result<Heirs, store::Error>> + Send + Sync>;

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

    /// The same, knowing who holds the ground of communes that have ended.
    #[must_use]
    pub fn with_heirs(mut self, ended: EndedCommunes) -> Self {
        self.ended = Some(ended);
        self
    }

    /// The heirs of those of some communes that have ended.
    pub(super) async fn heirs(&self, codes: BTreeSet<String>) -> Result<Heirs, store::Error> {
        match self.ended.as_ref().filter(|_| !codes.is_empty()) {
            Some(ended) => ended(codes).await,
            None => Ok(Heirs::new()),
        }
    }

    /// A device with its right to record where the ground of its communes lies today, in place of those that have ended: the
    /// team walks on there, and nobody comes to every phone on that day. Officers are given theirs anew.
    pub(super) async fn on_todays_ground(&self, mut actor: Actor) -> Result<Actor, store::Error> {
        if actor.principal != Principal::Device {
            return Ok(actor);
        }
        for grant in &mut actor.grants {
            if let (Role::PatrolMember, Scope::Communes(codes)) = (grant.role, &mut grant.scope) {
                for (ended, today) in self.heirs(codes.clone()).await? {
                    codes.remove(&ended);
                    codes.extend(today);
                }
            }
        }
        Ok(actor)
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

/// The communes that some grants are for.
pub(super) fn communes_in<'a>(grants: impl IntoIterator<Item = &'a GrantRow>) -> BTreeSet<String> {
    let communes = grants.into_iter().filter_map(|grant| grant.commune.clone());
    communes.collect()
}

/// Whether a reach holds what a commune stands for today.
pub(super) fn holds_today(reach: &Scope, code: &str, heirs: &Heirs) -> bool {
    match heirs.get(code) {
        Some(today) => today.iter().all(|own| reach.holds(Some(own))),
        None => reach.holds(Some(code)),
    }
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
