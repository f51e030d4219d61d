//! The made-up forces on a server: organisations, teams and phones, each added once, under the ids it gave them.

use std::collections::HashMap;
use std::hash::Hash;

use anyhow::Context;
use futures::{StreamExt, TryStreamExt};

use crate::app::App;
use crate::base::actor::{Actor, Door};
use crate::base::ids::{DeviceId, OrgId, TeamId};
use crate::demo::{Demo, Device, Org, Team, Year};
use crate::identity::model::{DeviceDraft, OrgDraft, TeamDraft};

/// Acts under way at once, so that many share a commit.
const AT_ONCE: usize = 32;

/// The forces to be added.
#[derive(Clone, Copy)]
pub struct Muster<'a> {
    orgs: &'a [Org],
    teams: &'a [Team],
    devices: &'a [Device],
}

impl<'a> From<&'a Demo> for Muster<'a> {
    fn from(demo: &'a Demo) -> Self {
        Self {
            orgs: &demo.orgs,
            teams: &demo.teams,
            devices: &demo.devices,
        }
    }
}

impl<'a> From<&'a Year> for Muster<'a> {
    fn from(year: &'a Year) -> Self {
        Self {
            orgs: &year.orgs,
            teams: &year.teams,
            devices: &year.devices,
        }
    }
}

/// The demo's forces under the ids that this server gave them.
#[derive(Debug, Default)]
pub struct Forces {
    orgs: HashMap<OrgId, OrgId>,
    teams: HashMap<TeamId, TeamId>,
    devices: HashMap<DeviceId, DeviceId>,
    tokens: HashMap<DeviceId, String>,
}

impl Forces {
    /// Adds those that the server does not know by name.
    pub async fn enlisted(app: &App, muster: Muster<'_>) -> anyhow::Result<Self> {
        let mut forces = Self::default();
        forces.orgs = orgs(app, muster.orgs).await?;
        forces.teams = teams(app, muster.teams, &forces.orgs).await?;
        forces.devices = devices(app, muster.devices, &forces.teams).await?;
        Ok(forces)
    }

    /// Gives every phone a secret for the API.
    pub async fn with_secrets(mut self, app: &App) -> anyhow::Result<Self> {
        let console = Actor::console();
        for (own, given) in &self.devices {
            let secret = app
                .identity
                .device_secret(&console, *given, Door::Api)
                .await?;
            self.tokens.insert(*own, secret.text);
        }
        Ok(self)
    }

    /// The id that the server gave an organisation.
    #[must_use]
    pub fn org(&self, id: OrgId) -> OrgId {
        known(&self.orgs, id)
    }

    /// The id that the server gave a team.
    #[must_use]
    pub fn team(&self, id: TeamId) -> TeamId {
        known(&self.teams, id)
    }

    /// The id that the server gave a phone.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> DeviceId {
        known(&self.devices, id)
    }

    /// A phone's secret.
    pub fn token(&self, device: DeviceId) -> anyhow::Result<&str> {
        let token = self.tokens.get(&device).map(String::as_str);
        token.context("a device without secret")
    }
}

/// The id that the server gave, or the demo's own where it is not known.
fn known<K: Copy + Eq + Hash>(map: &HashMap<K, K>, id: K) -> K {
    map.get(&id).copied().unwrap_or(id)
}

async fn orgs(app: &App, orgs: &[Org]) -> anyhow::Result<HashMap<OrgId, OrgId>> {
    let views = app.identity.orgs().await?.into_iter();
    let there: HashMap<String, OrgId> = views.map(|view| (view.name, view.id)).collect();
    let added = orgs.iter().map(async |org| {
        if let Some(id) = there.get(&org.name) {
            return anyhow::Ok((org.id, *id));
        }
        let draft = OrgDraft {
            name: org.name.clone(),
            kind: org.kind.parse()?,
        };
        let view = app.identity.add_org(&Actor::console(), draft).await?;
        Ok((org.id, view.id))
    });
    futures::stream::iter(added)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

async fn teams(
    app: &App,
    teams: &[Team],
    orgs: &HashMap<OrgId, OrgId>,
) -> anyhow::Result<HashMap<TeamId, TeamId>> {
    let views = app.identity.teams().await?.into_iter();
    let there: HashMap<String, TeamId> = views.map(|view| (view.name, view.id)).collect();
    let added = teams.iter().map(async |team| {
        if let Some(id) = there.get(&team.label) {
            return anyhow::Ok((team.id, *id));
        }
        let draft = TeamDraft {
            name: team.label.clone(),
            org: known(orgs, team.org),
        };
        let view = app.identity.add_team(&Actor::console(), draft).await?;
        Ok((team.id, view.id))
    });
    futures::stream::iter(added)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

async fn devices(
    app: &App,
    devices: &[Device],
    teams: &HashMap<TeamId, TeamId>,
) -> anyhow::Result<HashMap<DeviceId, DeviceId>> {
    let views = app.identity.devices(&Actor::console()).await?.into_iter();
    let there: HashMap<String, DeviceId> = views
        .map(|view| (view.device.name, view.device.id))
        .collect();
    let added = devices.iter().map(async |device| {
        if let Some(id) = there.get(&device.label) {
            return anyhow::Ok((device.id, *id));
        }
        let draft = DeviceDraft {
            name: device.label.clone(),
            team: Some(known(teams, device.team)),
            communes: Vec::new(),
            maker: None,
        };
        let view = app.identity.add_device(&Actor::console(), draft).await?;
        Ok((device.id, view.id))
    });
    futures::stream::iter(added)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}
