//! Organisations, teams, accounts and the roles given to them.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Right};
use crate::base::ids::{AccountId, OrgId, TeamId};
use crate::base::refusal::Refusal;
use crate::journal::Kind;

use super::super::model::{
    AccountDraft, GrantDraft, OrgDraft, OrgKind, RESERVE_ORG, RESERVE_ORG_NAME, RESERVE_TEAM,
    RESERVE_TEAM_NAME, TeamDraft,
};
use super::super::sql::{self, AccountRow};
use super::grants::{GrantView, held};
use super::issue::kept;
use super::{Error, Identity, enter, give, need};

/// An organisation as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrgView {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
}

/// A team as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TeamView {
    /// Its id.
    pub id: TeamId,
    /// Its organisation.
    pub org: OrgId,
    /// Its name.
    pub name: String,
}

/// An account as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Its id.
    pub id: Uuid,
    /// The name it signs in with.
    pub login: String,
    /// Its organisation.
    pub org: Option<OrgId>,
    /// Whether it was closed.
    pub disabled: bool,
    /// The roles that it holds now.
    pub grants: Vec<GrantView>,
}

impl Identity {
    /// Writes an organisation.
    pub async fn add_org(&self, actor: &Actor, draft: OrgDraft) -> Result<OrgView, Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let draft = draft.check()?;
        let view = OrgView {
            id: OrgId(self.journal.ids().make()),
            name: draft.name,
            kind: draft.kind.as_str().to_owned(),
        };
        let context = (self.journal.clone(), actor.clone(), view);
        self.journal
            .write(context, |tx, (journal, actor, org)| {
                Box::pin(async move {
                    if !sql::insert_org(tx, org.id, &org.name, &org.kind, journal.now()).await? {
                        return Err(Error::Taken("name"));
                    }
                    enter(
                        tx,
                        journal,
                        actor,
                        Kind::Org,
                        org.id.0,
                        &json!({ "org": org }),
                    )
                    .await?;
                    Ok(org.clone())
                })
            })
            .await
    }

    /// Writes a team.
    pub async fn add_team(&self, actor: &Actor, draft: TeamDraft) -> Result<TeamView, Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let draft = draft.check()?;
        let view = TeamView {
            id: TeamId(self.journal.ids().make()),
            org: draft.org,
            name: draft.name,
        };
        let context = (self.journal.clone(), actor.clone(), view);
        self.journal
            .write(context, |tx, (journal, actor, team)| {
                Box::pin(async move {
                    if sql::org(tx, team.org).await?.is_none() {
                        return Err(Refusal::at("/org", "no such organisation").into());
                    }
                    if !sql::insert_team(tx, team.id, team.org, &team.name, journal.now()).await? {
                        return Err(Error::Taken("name"));
                    }
                    enter(
                        tx,
                        journal,
                        actor,
                        Kind::Org,
                        team.id.0,
                        &json!({ "team": team }),
                    )
                    .await?;
                    Ok(team.clone())
                })
            })
            .await
    }

    /// Writes an account with its first role.
    pub async fn add_account(
        &self,
        actor: &Actor,
        draft: AccountDraft,
    ) -> Result<AccountView, Error> {
        need(actor, Right::ManageIdentity, &draft.communes)?;
        let draft = draft.check()?;
        self.check_loaded(&draft.communes, "").await?;
        let password_hash = match &draft.password {
            Some(password) => Some(self.hash_password(password).await?),
            None => None,
        };
        let id = self.journal.ids().make();
        let row = AccountRow {
            id,
            login: draft.login.clone(),
            org: draft.org,
            password_hash,
            disabled_at: None,
        };
        let context = (self.journal.clone(), actor.clone(), draft, row);
        self.journal
            .write(context, |tx, (journal, actor, draft, row)| {
                Box::pin(async move {
                    if !sql::insert_account(tx, row, actor.id, journal.now()).await? {
                        return Err(Error::Taken("login"));
                    }
                    let kept = row
                        .password_hash
                        .as_deref()
                        .map(|hash| kept(hash.as_bytes()));
                    let change = json!({ "login": row.login, "org": row.org, "kept_sha256": kept });
                    enter(tx, journal, actor, Kind::Account, row.id, &change).await?;
                    let first = GrantDraft {
                        role: draft.role,
                        communes: draft.communes.clone(),
                        until: None,
                    };
                    give(tx, journal, actor, row.id, &first).await?;
                    let grants = held(tx, journal.now()).await?.remove(&row.id);
                    Ok(view(row, grants))
                })
            })
            .await
    }

    /// Closes an account: its secrets open nothing any more.
    pub async fn disable_account(&self, actor: &Actor, id: Uuid) -> Result<(), Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let context = (self.journal.clone(), actor.clone(), id);
        self.journal
            .write(context, |tx, (journal, actor, id)| {
                Box::pin(async move {
                    if !sql::disable_account(tx, *id, journal.now()).await? {
                        return Err(Error::NotFound);
                    }
                    sql::revoke_tokens_of(tx, *id, journal.now()).await?;
                    Ok(enter(
                        tx,
                        journal,
                        actor,
                        Kind::Account,
                        *id,
                        &json!({ "disabled": true }),
                    )
                    .await?)
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    /// Every organisation.
    pub async fn orgs(&self) -> Result<Vec<OrgView>, Error> {
        let mut tx = self.journal.store().read().await?;
        let rows = sql::orgs(&mut tx).await?;
        Ok(rows
            .into_iter()
            .map(|row| OrgView {
                id: row.id,
                name: row.name,
                kind: row.kind,
            })
            .collect())
    }

    /// Every team.
    pub async fn teams(&self) -> Result<Vec<TeamView>, Error> {
        let mut tx = self.journal.store().read().await?;
        let rows = sql::teams(&mut tx).await?;
        Ok(rows
            .into_iter()
            .map(|row| TeamView {
                id: row.id,
                org: row.org,
                name: row.name,
            })
            .collect())
    }

    /// A team, if there is one of that id.
    pub async fn team(
        &self,
        tx: &mut crate::store::Tx,
        id: TeamId,
    ) -> Result<Option<TeamView>, Error> {
        let row = sql::team(tx, id).await?;
        Ok(row.map(|row| TeamView {
            id: row.id,
            org: row.org,
            name: row.name,
        }))
    }

    /// Whether there is such an organisation.
    pub async fn org_exists(&self, tx: &mut crate::store::Tx, id: OrgId) -> Result<bool, Error> {
        Ok(sql::org(tx, id).await?.is_some())
    }

    /// What an account or device is called; none when there is neither.
    pub async fn name_of(
        &self,
        tx: &mut crate::store::Tx,
        id: Uuid,
    ) -> Result<Option<String>, Error> {
        if let Some(account) = sql::account(tx, id).await? {
            return Ok(Some(account.login));
        }
        let device = sql::device(tx, crate::base::ids::DeviceId(id)).await?;
        Ok(device.map(|device| device.name))
    }

    /// The same by itself: what the caller is called on its own screens.
    pub async fn called(&self, id: Uuid) -> Result<Option<String>, Error> {
        let mut tx = self.journal.store().read().await?;
        self.name_of(&mut tx, id).await
    }

    /// Whether there is such an account and it is not closed.
    pub async fn is_in_use(
        &self,
        tx: &mut crate::store::Tx,
        account: AccountId,
        org: Option<OrgId>,
    ) -> Result<bool, Error> {
        let found = sql::account(tx, account.0).await?;
        Ok(found.is_some_and(|account| {
            account.disabled_at.is_none() && (account.org.is_none() || account.org == org)
        }))
    }

    /// Every account, for those who keep them.
    pub async fn accounts(&self, actor: &Actor) -> Result<Vec<AccountView>, Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let mut tx = self.journal.store().read().await?;
        let mut grants = held(&mut tx, self.journal.now()).await?;
        let rows = sql::accounts(&mut tx).await?;
        Ok(rows
            .iter()
            .map(|row| view(row, grants.remove(&row.id)))
            .collect())
    }

    /// The account with this login.
    pub async fn account_by_login(
        &self,
        actor: &Actor,
        login: &str,
    ) -> Result<Option<AccountView>, Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let mut tx = self.journal.store().read().await?;
        let mut grants = held(&mut tx, self.journal.now()).await?;
        let row = sql::account_by_login(&mut tx, login).await?;
        Ok(row.map(|row| view(&row, grants.remove(&row.id))))
    }

    /// Makes sure that the reserve organisation and team exist, for devices without a team of their own.
    pub async fn ensure_reserve(&self) -> Result<(), Error> {
        let now = self.journal.now();
        self.journal
            .write(now, |tx, now| {
                Box::pin(async move {
                    let kind = OrgKind::ProvincialPolice.as_str();
                    sql::insert_org(tx, RESERVE_ORG, RESERVE_ORG_NAME, kind, *now).await?;
                    sql::insert_team(tx, RESERVE_TEAM, RESERVE_ORG, RESERVE_TEAM_NAME, *now)
                        .await?;
                    Ok::<(), Error>(())
                })
            })
            .await
    }
}

fn view(row: &AccountRow, grants: Option<Vec<GrantView>>) -> AccountView {
    AccountView {
        id: row.id,
        login: row.login.clone(),
        org: row.org,
        disabled: row.disabled_at.is_some(),
        grants: grants.unwrap_or_default(),
    }
}
