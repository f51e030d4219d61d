//! Organisations named on the command line, and the team that a phone joins there.

use crate::app::App;
use crate::base::actor::Actor;
use crate::base::ids::{OrgId, TeamId};
use crate::identity::model::{OrgDraft, OrgKind, TeamDraft};

/// The organisation of that name, made where its kind was given.
pub(super) async fn org_named(
    app: &App,
    name: &str,
    kind: Option<OrgKind>,
) -> anyhow::Result<OrgId> {
    let orgs = app.identity.orgs().await?;
    if let Some(known) = orgs.iter().find(|org| org.name == name) {
        return Ok(known.id);
    }
    let Some(kind) = kind else {
        let names: Vec<&str> = orgs.iter().map(|org| org.name.as_str()).collect();
        anyhow::bail!(
            "there is no organisation {name}; known: {}. Give --org-kind to make it",
            names.join(", ")
        );
    };
    let draft = OrgDraft {
        name: name.to_owned(),
        kind,
    };
    Ok(app.identity.add_org(&Actor::console(), draft).await?.id)
}

/// The team of an organisation that carries its name, made when there is none: whom phones of no named team belong to.
pub(super) async fn team_of(app: &App, org: OrgId, name: &str) -> anyhow::Result<TeamId> {
    let teams = app.identity.teams().await?;
    if let Some(known) = teams
        .iter()
        .find(|team| team.org == org && team.name == name)
    {
        return Ok(known.id);
    }
    let draft = TeamDraft {
        name: name.to_owned(),
        org,
    };
    Ok(app.identity.add_team(&Actor::console(), draft).await?.id)
}

/// The team of an id, or of a name that only one team has.
pub(super) async fn team_named(app: &App, text: &str) -> anyhow::Result<TeamId> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let teams = app.identity.teams().await?;
    let mut named = teams.iter().filter(|team| team.name == text);
    match (named.next(), named.next()) {
        (Some(team), None) => Ok(team.id),
        (Some(_), Some(_)) => anyhow::bail!("several teams are named {text}: give the team's id"),
        (None, _) => {
            let known: Vec<&str> = teams.iter().map(|team| team.name.as_str()).collect();
            anyhow::bail!("there is no team {text}; known: {}", known.join(", "))
        }
    }
}

/// A kind of organisation by its code.
pub(super) fn parse_org_kind(text: &str) -> Result<OrgKind, String> {
    text.parse()
        .map_err(|error: crate::base::words::UnknownWord| error.to_string())
}
