//! Roles: none that no entry gave, none longer than it was given, and none shorter unless an entry took it back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use uuid::Uuid;

use crate::base::ids::{EntryId, GrantId};
use crate::base::time::{LocalDate, Timestamp};
use crate::identity::sql::{self, KeptGrant};
use crate::journal::Kind;
use crate::journal::audit::RowPass;
use crate::store::{self, Tx};

use super::acts::{Act, Acts, about};
use super::{is_after, is_one_act};

/// A role in one place, as its entry gives it.
struct Given {
    entry: EntryId,
    actor: Uuid,
    at: Timestamp,
    until: Option<Timestamp>,
    is_found: bool,
}

/// Whose role, which, and where; nowhere: in the province.
type Place = (Uuid, String, Option<String>);

pub(super) async fn grants(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
) -> Result<(), store::Error> {
    let mut given = given(acts);
    let mut after = GrantId(Uuid::nil());
    loop {
        let rows = sql::grants_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let place = (row.holder, row.role.clone(), row.commune.clone());
            let ends = about(&acts.grants, row.holder);
            let own = given.get_mut(&place).into_iter().flatten();
            let own = own.filter(|own| !own.is_found).find(|own| {
                own.actor == row.given_by
                    && is_one_act(own.at, row.valid_from)
                    && is_ended(own, ends, &row)
            });
            let holds = own.map(|own| own.is_found = true).is_some();
            pass.standing("identity_grants", row.id.to_string(), holds);
        }
    }
    let all = given.into_values().flatten();
    let (found, missing): (Vec<_>, Vec<_>) = all.partition(|own| own.is_found);
    let missing: BTreeSet<EntryId> = missing.into_iter().map(|own| own.entry).collect();
    for own in found.iter().filter(|own| !missing.contains(&own.entry)) {
        pass.note(own.entry);
    }
    pass.rowless(tx, Kind::Grant, |entry| {
        let said: Value = serde_json::from_slice(&entry.body).unwrap_or_default();
        said.get("role").is_some()
    })
    .await
}

fn given(acts: &Acts) -> BTreeMap<Place, Vec<Given>> {
    let mut all: BTreeMap<Place, Vec<Given>> = BTreeMap::new();
    for (holder, own) in &acts.grants {
        for act in own {
            let Some(role) = act.said["role"].as_str() else {
                continue;
            };
            let until: Option<LocalDate> = serde_json::from_value(act.said["until"].clone()).ok();
            for place in places(&act.said["communes"]) {
                let place = (*holder, role.to_owned(), place);
                all.entry(place).or_default().push(Given {
                    entry: act.entry,
                    actor: act.actor,
                    at: act.at,
                    until: until.map(|day| day.plus_days(1).start()),
                    is_found: false,
                });
            }
        }
    }
    all
}

/// Each commune once; none are the province.
fn places(said: &Value) -> Vec<Option<String>> {
    let communes: BTreeSet<String> = serde_json::from_value(said.clone()).unwrap_or_default();
    if communes.is_empty() {
        vec![None]
    } else {
        communes.into_iter().map(Some).collect()
    }
}

/// Whether a role ends when it was given to, or when an entry about its holder took it back, and not later.
fn is_ended(given: &Given, acts: &[Act], row: &KeptGrant) -> bool {
    let taken = |act: &&Act| act.tells("ended");
    let is_early = row.valid_to != given.until;
    if is_early {
        let Some(to) = row.valid_to else {
            return false;
        };
        // In logs of before that was an entry, roles were taken back by the act that gave the next ones.
        let is_told = acts
            .iter()
            .any(|act| act.entry != given.entry && is_one_act(act.at, to));
        if given.until.is_some_and(|until| to > until) || !is_told {
            return false;
        }
    }
    acts.iter().filter(taken).all(|act| {
        !is_after(act.at, row.valid_from) || row.valid_to.is_some_and(|to| !is_after(to, act.at))
    })
}
