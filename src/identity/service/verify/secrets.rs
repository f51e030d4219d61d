//! Secrets: none that no entry made, none under another hash, and none that opens a door again after an act that shut it.
//!
//! Which enrolment's number was matched, when a door was shut and a holder shut out are told by entries; that a link was
//! spent and when a secret was last used are not.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::actor::Door;
use crate::base::ids::TokenId;
use crate::base::time::Timestamp;
use crate::identity::sql::{self, KeptToken};
use crate::journal::Kind;
use crate::journal::audit::RowPass;
use crate::store::{self, Tx};

use super::super::issue::kept;
use super::acts::{Act, Acts, about};
use super::{is_after, is_one_act};

/// How an entry tells of a secret.
#[derive(Clone, Copy)]
enum Made<'a> {
    /// By an entry of its own.
    Alone(&'a Act),
    /// When a device spent an enrolment's code, with what is told of it; nothing in logs of before it was told.
    Enrolled(&'a Act, Option<&'a Value>),
}

/// Secrets that devices got for their codes.
type Handed<'a> = BTreeMap<Uuid, (&'a Act, &'a Value)>;

pub(super) async fn secrets(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
) -> Result<(), store::Error> {
    let mut handed = handed(acts);
    let mut after = TokenId(Uuid::nil());
    loop {
        let rows = sql::tokens_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let own = about(&acts.tokens, row.id.0);
            for act in own {
                pass.note(act.entry);
            }
            let made = made(own, handed.remove(&row.id.0), &row, acts);
            let holds = made.is_some_and(|made| {
                is_made(made, &row) && is_shut(&row, acts) && is_handed_on(made, &row, acts)
            });
            pass.standing("identity_tokens", row.id.to_string(), holds);
        }
    }
    for id in handed.into_keys() {
        pass.standing("identity_tokens", id.to_string(), false);
    }
    pass.rowless(tx, Kind::Token, |_| true).await
}

fn handed(acts: &Acts) -> Handed<'_> {
    let spent = acts.enrolments.values().flatten();
    let told = spent.flat_map(|act| {
        let secrets = act.said["secrets"].as_array().into_iter().flatten();
        secrets.map(move |secret| (act, secret))
    });
    told.filter_map(|(act, secret)| {
        let id = secret["id"].as_str()?.parse().ok()?;
        Some((id, (act, secret)))
    })
    .collect()
}

fn made<'a>(
    own: &'a [Act],
    handed: Option<(&'a Act, &'a Value)>,
    row: &KeptToken,
    acts: &'a Acts,
) -> Option<Made<'a>> {
    if let Some(act) = own.iter().find(|act| !act.is("revoked")) {
        return Some(Made::Alone(act));
    }
    if let Some((act, secret)) = handed {
        return Some(Made::Enrolled(act, Some(secret)));
    }
    let spent = about(&acts.enrolments, row.holder).iter();
    let mut before = spent.filter(|act| act.is("spent") && !act.tells("secrets"));
    let own = before.find(|act| is_one_act(act.at, row.created_at))?;
    Some(Made::Enrolled(own, None))
}

fn is_made(made: Made<'_>, row: &KeptToken) -> bool {
    let (act, told) = match made {
        Made::Alone(act) => (act, Some(&act.said)),
        Made::Enrolled(act, told) => (act, told),
    };
    let named = |name: &str| act.said[name] == json!(row.holder);
    let is_read_only = row.read_only != 0;
    let (is_holders, door) = match made {
        Made::Alone(_) if act.is("session") => (
            row.holder_kind == "account" && act.actor == row.holder,
            json!(Door::Session),
        ),
        Made::Alone(_) if act.tells("account") => (
            row.holder_kind == "account" && named("account"),
            act.said["door"].clone(),
        ),
        Made::Alone(_) => (
            row.holder_kind == "device" && named("device"),
            act.said["door"].clone(),
        ),
        Made::Enrolled(_, told) => (
            row.holder_kind == "device" && act.actor == row.holder,
            told.map_or(json!(row.door), |told| told["door"].clone()),
        ),
    };
    let says = |name: &str, stands: Value| {
        let told = told.and_then(|told| told.get(name));
        told.is_none_or(|told| *told == stands)
    };
    is_holders
        && door == row.door.as_str()
        && is_one_act(act.at, row.created_at)
        && act.said["read_only"].as_bool().unwrap_or(false) == is_read_only
        && says("kept_sha256", json!(kept(&row.hash)))
        && says("expires_at", json!(row.expires_at))
}

/// A secret opens nothing any more since an act that ended it, and since no other.
fn is_shut(row: &KeptToken, acts: &Acts) -> bool {
    let own = about(&acts.tokens, row.id.0).iter();
    let own: Vec<&Act> = own.filter(|act| act.is("revoked")).collect();
    let account = about(&acts.accounts, row.holder).iter();
    let account = account.filter(|act| act.is("disabled") || act.said["password"] == "changed");
    let device = about(&acts.devices, row.holder).iter();
    let device = device.filter(|act| act.is("revoked") || act.said["door"] == row.door.as_str());
    let holder: Vec<&Act> = account.chain(device).collect();
    let Some(at) = row.revoked_at else {
        return own.is_empty() && !holder.iter().any(|act| is_after(act.at, row.created_at));
    };
    // A link is spent by its use. What waited for its number goes with the next code, sheet or shut door.
    let is_spent = row.door == Door::SignIn.as_str();
    let waited = about(&acts.enrolments, row.holder).iter();
    let waited = waited
        .chain(about(&acts.devices, row.holder))
        .filter(|_| row.active == 0);
    let ends = own.into_iter().chain(holder).chain(waited);
    is_spent || ends.map(|act| act.at).any(|act| is_one_act(act, at))
}

/// A secret that came by enrolment opens its door from the matching of the number on, if no other code, sheet or shut door
/// came before that; the next match for the same door puts another in its place.
fn is_handed_on(made: Made<'_>, row: &KeptToken, acts: &Acts) -> bool {
    let enrolments = about(&acts.enrolments, row.holder).iter();
    let opens = |act: &Act| {
        let mut doors = act.said["doors"].as_str().unwrap_or_default().split(' ');
        doors.any(|door| door == row.door)
    };
    let matched = enrolments.clone().filter(|act| act.is("confirmed"));
    let mut matched = matched.filter(|act| act.at >= row.created_at && opens(act));
    let is_active = match made {
        Made::Alone(_) => row.active != 0,
        Made::Enrolled(..) => {
            let own = matched.next().map(|act| act.at);
            let others = enrolments.filter(|act| act.tells("opened_until") || act.is("printed"));
            let shut = about(&acts.devices, row.holder).iter();
            let ends = others.chain(shut.filter(|act| !act.tells("device")));
            let end = ends
                .map(|act| act.at)
                .filter(|at| *at > row.created_at)
                .min();
            let is_withdrawn = end.is_some_and(|end| own.is_none_or(|own| end < own));
            let is_open = own.is_some() && !is_withdrawn;
            (row.active != 0) == is_open && (!is_withdrawn || row.revoked_at.is_some())
        }
    };
    let later: Vec<Timestamp> = matched.map(|act| act.at).collect();
    let is_retired = match row.retired_at {
        Some(at) => later.iter().any(|act| is_one_act(*act, at)),
        None => {
            row.revoked_at.is_some()
                || row.active == 0
                || !later.iter().any(|act| is_after(*act, row.created_at))
        }
    };
    is_active && is_retired
}
