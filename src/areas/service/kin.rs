//! Which communes are kin: their ground is one commune's today. Phones without a team are of one party where they have a
//! commune in common, and a merger parts no party: one still has the ended commune, another was given its heir.

use std::collections::{BTreeMap, BTreeSet};

use crate::areas::sql;
use crate::store::Error;

use super::Areas;

impl Areas {
    /// Writes down which communes are kin by the boundaries of today, unless that was done before for these and for this day.
    pub async fn keep_kin(&self) -> Result<(), Error> {
        let of = (self.epoch().await?, self.today());
        if self
            .shared
            .kin_of
            .lock()
            .is_ok_and(|kept| *kept == Some(of))
        {
            return Ok(());
        }
        let mut tx = self.journal.store().read().await?;
        let codes = sql::communes_of_rights(&mut tx).await?;
        let known: BTreeSet<(String, String)> = sql::kin(&mut tx).await?.into_iter().collect();
        drop(tx);
        let heirs = self.heirs_of(codes.into_iter().collect()).await?;
        let kin = pairs(&heirs);
        if kin != known {
            self.journal
                .store()
                .write(kin, |tx, kin| Box::pin(sql::set_kin(tx, kin)))
                .await?;
        }
        if let Ok(mut kept) = self.shared.kin_of.lock() {
            *kept = Some(of);
        }
        Ok(())
    }
}

/// Every two codes that have an heir in common, in both orders; an heir is its own.
fn pairs(heirs: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<(String, String)> {
    let mut families: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (ended, today) in heirs {
        for heir in today {
            families
                .entry(heir)
                .or_default()
                .extend([ended, heir].map(String::as_str));
        }
    }
    let mut pairs = BTreeSet::new();
    for family in families.values() {
        for code in family {
            let others = family.iter().filter(|kin| *kin != code);
            pairs.extend(others.map(|kin| ((*code).to_owned(), (*kin).to_owned())));
        }
    }
    pairs
}
