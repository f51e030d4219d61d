//! Printed enrolment sheets: each with a code that opens nothing before its device's row is opened.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::ids::{DeviceId, TeamId};
use crate::base::refusal::Refusal;
use crate::journal::{Journal, Kind};
use crate::store::Tx;

use super::super::model::sheet::{MOST_SHEETS, Sheet};
use super::super::sql;
use super::enrolment::{fresh_code, withdraw};
use super::issue::digest;
use super::reach::{DeviceStanding, EnrolmentState};
use super::{Error, Identity, enter};

/// Which sheets are printed.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetsDraft {
    /// These devices; none: all in reach that have no secret in use.
    #[serde(default)]
    pub devices: Vec<DeviceId>,
    /// Only those of this team.
    #[serde(default)]
    pub team: Option<TeamId>,
}

impl SheetsDraft {
    fn wants(&self, standing: &DeviceStanding) -> bool {
        let named = self.devices.contains(&standing.device.id);
        let unused = matches!(
            standing.enrolment,
            EnrolmentState::None | EnrolmentState::Printed
        );
        let of_team = self.team.is_none_or(|team| team == standing.device.team);
        of_team && (named || (self.devices.is_empty() && unused))
    }
}

impl Identity {
    /// Makes sheets with fresh codes for devices, under the address `base`; the sheets that they had are void.
    pub async fn print_sheets(
        &self,
        actor: &Actor,
        draft: &SheetsDraft,
        base: &str,
    ) -> Result<Vec<Sheet>, Error> {
        let mut wanted = self.devices(actor).await?;
        let there: Vec<DeviceId> = wanted.iter().map(|standing| standing.device.id).collect();
        if draft.devices.iter().any(|id| !there.contains(id)) {
            return Err(Error::NotFound);
        }
        wanted.retain(|standing| draft.wants(standing));
        if wanted.iter().any(|standing| standing.device.revoked) {
            return Err(Error::DeviceRevoked);
        }
        if wanted.is_empty() || wanted.len() > MOST_SHEETS {
            let reason = format!(
                "expected 1 to {MOST_SHEETS} devices, found {}",
                wanted.len()
            );
            return Err(Refusal::at("/devices", reason).into());
        }
        let sheets = self.sheets_of(&wanted, base).await?;
        let printed = wanted.iter().zip(&sheets);
        let printed: Vec<(DeviceId, [u8; 32])> = printed
            .map(|(standing, sheet)| (standing.device.id, digest(&sheet.code)))
            .collect();
        let context = (self.journal.clone(), actor.clone(), printed);
        self.journal
            .write(context, |tx, (journal, actor, printed)| {
                Box::pin(keep(tx, journal, actor, printed))
            })
            .await?;
        Ok(sheets)
    }

    async fn sheets_of(&self, wanted: &[DeviceStanding], base: &str) -> Result<Vec<Sheet>, Error> {
        let orgs = self.orgs().await?.into_iter().map(|org| (org.id, org.name));
        let orgs: HashMap<_, _> = orgs.collect();
        let teams = self
            .teams()
            .await?
            .into_iter()
            .map(|team| (team.id, team.name));
        let teams: HashMap<_, _> = teams.collect();
        let sheet = |standing: &DeviceStanding| {
            let code = fresh_code()?;
            let device = &standing.device;
            Ok(Sheet {
                name: device.name.clone(),
                team: teams.get(&device.team).cloned().unwrap_or_default(),
                org: orgs.get(&device.org).cloned().unwrap_or_default(),
                communes: match &standing.communes {
                    Some(codes) => codes.join(", "),
                    None => "toàn tỉnh".to_owned(),
                },
                maker: device.maker.as_deref().and_then(|maker| maker.parse().ok()),
                link: format!("{base}/enrol/{code}"),
                typed_at: format!("{base}/enrol"),
                code,
            })
        };
        wanted.iter().map(sheet).collect()
    }
}

async fn keep(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    printed: &[(DeviceId, [u8; 32])],
) -> Result<(), Error> {
    let now = journal.now();
    for (device, hash) in printed {
        withdraw(tx, *device, now).await?;
        sql::void_sheets(tx, *device, now).await?;
        sql::insert_sheet(tx, hash, *device, actor.id, now).await?;
        let change = json!({ "printed": true });
        enter(tx, journal, actor, Kind::Enrolment, device.0, &change).await?;
    }
    Ok(())
}
