//! Communes whose ground is one commune's today.

use std::collections::BTreeSet;

use sqlx::QueryBuilder;

use crate::store::{Error, Tx, pieces};
use crate::{changed, on};

pub(super) const KIN: &str = "SELECT code, kin FROM area_kin";
pub(super) const FORGET_KIN: &str = "DELETE FROM area_kin";
pub(super) const COMMUNES_OF_RIGHTS: &str =
    "SELECT DISTINCT commune FROM identity_grants WHERE commune IS NOT NULL";
const INSERT_KIN: &str = "INSERT INTO area_kin (code, kin) ";
const KNOWN: &str = " ON CONFLICT DO NOTHING";

/// Every pair of codes.
pub async fn kin(tx: &mut Tx) -> Result<Vec<(String, String)>, Error> {
    on!(tx, |c| sqlx::query_as(KIN).fetch_all(c))
}

/// The codes of communes for which somebody holds a right, or held one.
pub async fn communes_of_rights(tx: &mut Tx) -> Result<Vec<String>, Error> {
    on!(tx, |c| sqlx::query_scalar(COMMUNES_OF_RIGHTS).fetch_all(c))
}

/// Puts these pairs in the place of all.
pub async fn set_kin(tx: &mut Tx, pairs: &BTreeSet<(String, String)>) -> Result<(), Error> {
    changed!(tx, sqlx::query(FORGET_KIN))?;
    let pairs: Vec<&(String, String)> = pairs.iter().collect();
    for part in pieces(&pairs) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(INSERT_KIN);
            query.push_values(part, |mut row, (code, kin)| {
                row.push_bind(code.as_str()).push_bind(kin.as_str());
            });
            query.push(KNOWN);
            async move { query.build().execute(c).await.map(drop) }
        })?;
    }
    Ok(())
}
