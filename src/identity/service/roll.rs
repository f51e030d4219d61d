//! Many devices from one list: checked row by row, written all or none, and a second time without effect.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use crate::base::actor::{Actor, Right, Scope};
use crate::base::ids::{DeviceId, TeamId};
use crate::journal::Journal;
use crate::store::Tx;

use super::super::model::makers::Maker;
use super::super::model::roll::{Roll, RollRow, RowFault};
use super::super::model::{DeviceDraft, RESERVE_TEAM};
use super::super::sql::{self, TeamRow};
use super::communes::{Heirs, unknown};
use super::devices::{FOREIGN_TEAM, may_fill, write_device};
use super::reach::{communes_of, reaches};
use super::{Error, Identity};

/// What a list of devices comes to.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RollReport {
    /// Rows with a device.
    pub rows: usize,
    /// Devices that are (or, on a dry run, would be) written.
    pub added: usize,
    /// Devices that are there already, as the list has them.
    pub unchanged: usize,
    /// What cannot be accepted; with any of these nothing is written.
    pub faults: Vec<RowFault>,
    /// Whether nothing was to be written.
    pub dry_run: bool,
}

impl Identity {
    /// Writes the devices of a list, all or none.
    pub async fn import_devices(
        &self,
        actor: &Actor,
        bytes: &[u8],
        dry_run: bool,
    ) -> Result<RollReport, Error> {
        let reach = actor.reach(Right::EnrolDevices).ok_or(Error::Forbidden)?;
        self.ensure_reserve().await?;
        let roll = Roll::read(bytes);
        let named = roll.rows.iter().flat_map(|row| &row.communes);
        let heirs = self.heirs(named.cloned().collect()).await?;
        let asked = Asked {
            roll,
            reach,
            heirs,
            loaded: self.loaded().await?,
            dry_run,
        };
        let context = (self.journal.clone(), actor.clone(), asked);
        self.journal
            .write(context, |tx, (journal, actor, asked)| {
                Box::pin(import(tx, journal, actor, asked))
            })
            .await
    }
}

/// A list, and what it is held against.
struct Asked {
    roll: Roll,
    reach: Scope,
    heirs: Heirs,
    /// The communes of today, if any are loaded.
    loaded: Option<Arc<BTreeSet<String>>>,
    dry_run: bool,
}

impl Asked {
    /// Refuses the communes of a row that no commune of today has the code of.
    fn refuse_unknown(&self, row: &RollRow, checked: &mut Roll) {
        let Some(loaded) = self.loaded.as_deref() else {
            return;
        };
        for code in &row.communes {
            if let Some(reason) = unknown(code, loaded) {
                checked.refuse(row.row, "communes", format!("{code}: {reason}"));
            }
        }
    }
}

async fn import(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    asked: &Asked,
) -> Result<RollReport, Error> {
    let (roll, dry_run) = (&asked.roll, asked.dry_run);
    let mut checked = roll.clone();
    let mut teams = HashMap::new();
    let mut new: Vec<(&RollRow, TeamId)> = Vec::new();
    for row in &roll.rows {
        let team = team_of(tx, actor, &mut teams, row, &mut checked).await?;
        let is_faulty = |fault: &RowFault| fault.row == row.row && fault.field == "communes";
        if roll.faults.iter().any(is_faulty) {
            continue;
        }
        if !reaches(&asked.reach, &row.communes, &asked.heirs) {
            let reason =
                "expected communes of yours; only provincial officers give the whole province";
            checked.refuse(row.row, "communes", reason);
            continue;
        }
        // One whose team is not known is told its other faults too, as a new device's.
        let is_new = match team {
            Some(team) => is_new(tx, journal, row, team, &mut checked).await?,
            None => true,
        };
        if is_new {
            asked.refuse_unknown(row, &mut checked);
            new.extend(team.map(|team| (row, team)));
        }
    }
    let report = RollReport {
        rows: roll.rows.len(),
        added: new.len(),
        unchanged: roll.rows.len().saturating_sub(new.len()),
        faults: checked.faults,
        dry_run,
    };
    if !report.faults.is_empty() {
        return Ok(RollReport {
            added: 0,
            unchanged: 0,
            ..report
        });
    }
    if !dry_run {
        for (row, team) in new {
            let draft = DeviceDraft {
                name: row.name.clone(),
                team: Some(team),
                communes: row.communes.clone(),
                maker: row.maker,
            };
            let id = DeviceId(journal.ids().make());
            write_device(tx, journal, actor, &draft, id).await?;
        }
    }
    Ok(report)
}

/// The team that a row names, by its id or by a name that only one team has, where the actor may put a device into it or the
/// row's device is there already.
async fn team_of(
    tx: &mut Tx,
    actor: &Actor,
    teams: &mut HashMap<String, Vec<TeamRow>>,
    row: &RollRow,
    checked: &mut Roll,
) -> Result<Option<TeamId>, Error> {
    let Some(named) = &row.team else {
        return Ok(Some(RESERVE_TEAM));
    };
    if !teams.contains_key(named) {
        let found = match named.parse::<TeamId>() {
            Ok(id) => sql::team(tx, id).await?.into_iter().collect(),
            Err(_) => sql::teams_named(tx, named).await?,
        };
        teams.insert(named.clone(), found);
    }
    let reason = match teams.get(named).map_or(&[][..], Vec::as_slice) {
        [team] if may_fill(actor, team.id, team.org) => return Ok(Some(team.id)),
        [team] => {
            let there = sql::device_by_name(tx, &row.name).await?;
            if there.is_some_and(|there| there.team == team.id) {
                return Ok(Some(team.id));
            }
            FOREIGN_TEAM
        }
        [] => "no such team: expected a team's name or id, or nothing for the reserve team",
        _ => "several teams have this name: expected the team's id",
    };
    checked.refuse(row.row, "team", reason);
    Ok(None)
}

/// Whether the device must be written; one that is there with other values is a fault, since a list changes nobody's
/// rights.
async fn is_new(
    tx: &mut Tx,
    journal: &Journal,
    row: &RollRow,
    team: TeamId,
    checked: &mut Roll,
) -> Result<bool, Error> {
    let Some(there) = sql::device_by_name(tx, &row.name).await? else {
        return Ok(true);
    };
    let communes = communes_of(&sql::grants(tx, there.id.0, journal.now()).await?);
    let same = there.team == team
        && communes.unwrap_or_default() == row.communes
        && (row.maker.is_none() || there.maker.as_deref() == row.maker.map(Maker::as_str));
    if there.revoked_at.is_some() {
        checked.refuse(
            row.row,
            "name",
            "a device of this name was revoked: expected a new name",
        );
    } else if !same {
        let reason =
            "a device of this name is there with another team, other communes or another maker";
        checked.refuse(row.row, "name", reason);
    }
    Ok(false)
}
