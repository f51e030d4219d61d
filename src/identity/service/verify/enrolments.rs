//! Enrolments, printed sheets and windows for what is held: each opened, printed, spent and matched as entries tell.
//!
//! Codes live for minutes, and only their hashes are kept; neither stands in the log, nor does the number to be matched.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use crate::base::ids::DeviceId;
use crate::base::time::Timestamp;
use crate::identity::sql::{self, KeptEnrolment, KeptSheet, KeptWindow};
use crate::journal::Kind;
use crate::journal::audit::RowPass;
use crate::store::{self, Tx};

use super::acts::{Act, Acts, Found, about};
use super::{is_after, is_one_act};

const WINDOW: &str = "held_window_until";

pub(super) async fn enrolments(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
) -> Result<(), store::Error> {
    let mut found = Found::default();
    let mut after = Vec::new();
    loop {
        let rows = sql::enrolments_from(tx, &after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after.clone_from(&last.code_hash);
        for row in rows {
            let own = about(&acts.enrolments, row.device.0);
            let holds = is_enrolment(own, &row, &mut found);
            pass.standing(
                "identity_enrolments",
                named(row.device, row.expires_at),
                holds,
            );
        }
    }
    sheets(tx, pass, acts, &mut found).await?;
    windows(tx, pass, acts, &mut found).await?;
    for entry in found.0 {
        pass.note(entry);
    }
    pass.rowless(tx, Kind::Enrolment, |_| true).await
}

/// Codes are secrets: a row is named by its device and time.
fn named(device: DeviceId, at: Timestamp) -> String {
    format!("{device} {at}")
}

fn is_enrolment(acts: &[Act], row: &KeptEnrolment, found: &mut Found) -> bool {
    let (until, doors) = (json!(row.expires_at), json!(row.doors));
    let opened = found.nearest(acts, row.expires_at, |act| {
        act.said["opened_until"] == until
            && act.said["doors"] == doors
            && act.actor == row.opened_by
    });
    let mut is_told = |name: &str, at: Option<Timestamp>| {
        at.is_none_or(|at| {
            let fits = |act: &Act| act.is(name) && is_one_act(act.at, at);
            found.nearest(acts, at, fits).is_some()
        })
    };
    let is_opened = opened.is_some();
    let is_spent = is_told("spent", row.spent_at);
    is_told("confirmed", row.confirmed_at) && is_spent && is_opened
}

async fn sheets(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
    found: &mut Found,
) -> Result<(), store::Error> {
    let mut after = Vec::new();
    loop {
        let rows = sql::sheets_from(tx, &after).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after.clone_from(&last.code_hash);
        for row in rows {
            let own = about(&acts.enrolments, row.device.0);
            let printed = found.nearest(own, row.printed_at, |act| {
                act.is("printed")
                    && act.actor == row.printed_by
                    && is_one_act(act.at, row.printed_at)
            });
            let holds = printed.is_some() && is_void(&row, acts);
            pass.standing("identity_sheets", named(row.device, row.printed_at), holds);
        }
    }
}

/// A sheet is void since another was printed, a number was matched, its code was spent or the device was revoked.
fn is_void(row: &KeptSheet, acts: &Acts) -> bool {
    let own = about(&acts.enrolments, row.device.0).iter();
    let device = about(&acts.devices, row.device.0).iter();
    let revoked = device.filter(|act| act.is("revoked"));
    let ends = own
        .clone()
        .filter(|act| act.is("printed") || act.is("confirmed"))
        .chain(revoked);
    match row.void_at {
        None => !ends
            .map(|act| act.at)
            .any(|at| is_after(at, row.printed_at)),
        Some(void) => {
            let spent = own.filter(|act| act.is("spent"));
            ends.chain(spent).any(|act| is_one_act(act.at, void))
        }
    }
}

async fn windows(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
    found: &mut Found,
) -> Result<(), store::Error> {
    let is_window = |act: &&Act| act.tells(WINDOW);
    let opened = acts.enrolments.iter();
    let opened = opened.filter(|(_, own)| own.iter().any(|act| is_window(&act)));
    let mut rowless: BTreeSet<Uuid> = opened.map(|(device, _)| *device).collect();
    let mut after = DeviceId(Uuid::nil());
    loop {
        let rows = sql::windows_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.device;
        for row in rows {
            rowless.remove(&row.device.0);
            let own: Vec<&Act> = about(&acts.enrolments, row.device.0)
                .iter()
                .filter(is_window)
                .collect();
            let holds = is_last_window(&own, &row);
            pass.standing("identity_held_windows", row.device.to_string(), holds);
        }
    }
    for device in rowless {
        pass.standing("identity_held_windows", device.to_string(), false);
    }
    let all = acts.enrolments.values().flatten().filter(is_window);
    found.0.extend(all.map(|act| act.entry));
    Ok(())
}

/// The row of a device is the last window that was opened for it.
fn is_last_window(acts: &[&Act], row: &KeptWindow) -> bool {
    let last = acts.iter().map(|act| act.at).max();
    acts.iter().any(|act| {
        Some(act.at) == last
            && act.actor == row.opened_by
            && act.said[WINDOW] == json!(row.expires_at)
    })
}
