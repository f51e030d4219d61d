//! Organisations, teams, accounts and devices: as they were written down, and whether they are still in use.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::ids::DeviceId;
use crate::base::time::Timestamp;
use crate::identity::model::{
    OrgKind, RESERVE_ORG, RESERVE_ORG_NAME, RESERVE_TEAM, RESERVE_TEAM_NAME,
};
use crate::identity::sql::{self, KeptAccount, KeptDevice, KeptOrg, KeptTeam};
use crate::journal::Kind;
use crate::journal::audit::RowPass;
use crate::store::{self, Tx};

use super::super::issue::kept;
use super::acts::{Act, Acts, about};
use super::{is_as_done, is_one_act};

pub(super) async fn orgs(tx: &mut Tx, pass: &mut RowPass, acts: &Acts) -> Result<(), store::Error> {
    for row in sql::kept_orgs(tx).await? {
        let own = about(&acts.orgs, row.id.0);
        let holds = is_reserve_org(&row) || is_written(own, "org", &org(&row), row.created_at);
        note(pass, own);
        pass.standing("identity_orgs", row.id.to_string(), holds);
    }
    for row in sql::kept_teams(tx).await? {
        let own = about(&acts.orgs, row.id.0);
        let holds = is_reserve_team(&row) || is_written(own, "team", &team(&row), row.created_at);
        note(pass, own);
        pass.standing("identity_teams", row.id.to_string(), holds);
    }
    pass.rowless(tx, Kind::Org, |_| true).await
}

fn note(pass: &mut RowPass, acts: &[Act]) {
    for act in acts {
        pass.note(act.entry);
    }
}

/// The program writes them down by itself, for devices without a team of their own.
fn is_reserve_org(row: &KeptOrg) -> bool {
    row.id == RESERVE_ORG
        && row.name == RESERVE_ORG_NAME
        && row.kind == OrgKind::ProvincialPolice.as_str()
}

fn is_reserve_team(row: &KeptTeam) -> bool {
    row.id == RESERVE_TEAM && row.org == RESERVE_ORG && row.name == RESERVE_TEAM_NAME
}

fn org(row: &KeptOrg) -> Value {
    json!({ "id": row.id, "name": row.name, "kind": row.kind })
}

fn team(row: &KeptTeam) -> Value {
    json!({ "id": row.id, "org": row.org, "name": row.name })
}

fn is_written(acts: &[Act], name: &str, stands: &Value, at: Timestamp) -> bool {
    acts.iter()
        .any(|act| act.said.get(name) == Some(stands) && is_one_act(act.at, at))
}

pub(super) async fn accounts(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
) -> Result<(), store::Error> {
    let mut after = Uuid::nil();
    loop {
        let rows = sql::accounts_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let own = about(&acts.accounts, row.id);
            note(pass, own);
            pass.standing(
                "identity_accounts",
                row.id.to_string(),
                is_account(own, &row),
            );
        }
    }
    pass.rowless(tx, Kind::Account, |_| true).await
}

fn is_account(acts: &[Act], row: &KeptAccount) -> bool {
    let Some(first) = acts.iter().find(|act| act.tells("login")) else {
        return false;
    };
    let (mut org, mut hash) = (&first.said["org"], first.said.get("kept_sha256"));
    let mut disabled = None;
    for act in acts.iter().filter(|act| !act.tells("login")) {
        if act.is("disabled") {
            disabled = disabled.or(Some(act.at));
        } else if act.tells("password") {
            hash = act.said.get("kept_sha256");
        } else {
            org = act.said.get("org").unwrap_or(org);
        }
    }
    let stands = row.password_hash.as_deref();
    let stands = json!(stands.map(|hash| kept(hash.as_bytes())));
    first.said["login"] == row.login.as_str()
        && *org == json!(row.org)
        && first.actor == row.created_by
        && is_one_act(first.at, row.created_at)
        && is_as_done(disabled, row.disabled_at)
        // Entries of before the hash was told leave it open.
        && hash.is_none_or(|hash| *hash == stands)
}

pub(super) async fn devices(
    tx: &mut Tx,
    pass: &mut RowPass,
    acts: &Acts,
) -> Result<(), store::Error> {
    let mut after = DeviceId(Uuid::nil());
    loop {
        let rows = sql::devices_from(tx, after).await?;
        let Some(last) = rows.last() else {
            break;
        };
        after = last.id;
        for row in rows {
            let own = about(&acts.devices, row.id.0);
            note(pass, own);
            pass.standing("identity_devices", row.id.to_string(), is_device(own, &row));
        }
    }
    pass.rowless(tx, Kind::Device, |_| true).await
}

fn is_device(acts: &[Act], row: &KeptDevice) -> bool {
    let Some(first) = acts.iter().find(|act| act.tells("device")) else {
        return false;
    };
    let said = &first.said["device"];
    let revoked = acts.iter().find(|act| act.is("revoked"));
    said["id"] == json!(row.id)
        && said["name"] == row.name.as_str()
        && said["team"] == json!(row.team)
        && said["maker"] == json!(row.maker)
        && first.actor == row.created_by
        && is_one_act(first.at, row.created_at)
        && is_as_done(revoked.map(|act| act.at), row.revoked_at)
}
