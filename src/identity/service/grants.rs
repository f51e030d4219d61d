//! The roles of accounts and devices, and the organisation that an account works for.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::actor::{Actor, Right, Role, Scope};
use crate::base::ids::{GrantId, OrgId};
use crate::base::refusal::Refusal;
use crate::base::time::{LocalDate, Timestamp};
use crate::journal::{Journal, Kind};
use crate::store::{self, Tx};

use super::super::model::{GrantDraft, scope_of};
use super::super::sql::{self, GrantRow};
use super::{Error, Identity, enter, need};

/// A role that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct GrantView {
    /// The role.
    pub role: Role,
    /// The communes that it reaches, by code; none: the whole province.
    pub communes: Vec<String>,
    /// The last local day (UTC+7) on which it is held; none: until it is taken back.
    pub until: Option<LocalDate>,
}

impl Identity {
    /// Replaces the roles of an account or device by these.
    pub async fn regrant(
        &self,
        actor: &Actor,
        holder: Uuid,
        drafts: Vec<GrantDraft>,
    ) -> Result<(), Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let today = self.journal.now().local_date();
        let mut refusal = Refusal::default();
        for (index, draft) in drafts.iter().enumerate() {
            draft.check(&format!("/{index}"), today, &mut refusal);
        }
        let drafts = refusal.or(drafts)?;
        for (index, draft) in drafts.iter().enumerate() {
            self.check_loaded(&draft.communes, &format!("/{index}"))
                .await?;
        }
        let context = (self.journal.clone(), actor.clone(), holder, drafts);
        self.journal
            .write(context, |tx, (journal, actor, holder, drafts)| {
                Box::pin(async move {
                    let ended = sql::end_grants(tx, *holder, journal.now()).await?;
                    if ended > 0 || drafts.is_empty() {
                        let change = json!({ "holder": holder, "ended": ended });
                        enter(tx, journal, actor, Kind::Grant, *holder, &change).await?;
                    }
                    for draft in drafts {
                        give(tx, journal, actor, *holder, draft).await?;
                    }
                    Ok::<(), Error>(())
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }

    /// Says which organisation an account works for from now on; what it did before stays its former one's.
    pub async fn set_org(&self, actor: &Actor, id: Uuid, org: Option<OrgId>) -> Result<(), Error> {
        need(actor, Right::ManageIdentity, &[])?;
        let context = (self.journal.clone(), actor.clone(), id, org);
        self.journal
            .write(context, |tx, (journal, actor, id, org)| {
                Box::pin(async move {
                    if let Some(org) = org
                        && sql::org(tx, *org).await?.is_none()
                    {
                        return Err(Refusal::at("/org", "no such organisation").into());
                    }
                    if !sql::set_org(tx, *id, *org).await? {
                        return Err(Error::NotFound);
                    }
                    let change = json!({ "org": org });
                    Ok(enter(tx, journal, actor, Kind::Account, *id, &change).await?)
                })
            })
            .await?;
        self.forget_known();
        Ok(())
    }
}

/// Gives a role for each commune of the scope, or one for the province.
pub(super) async fn give(
    tx: &mut Tx,
    journal: &Journal,
    actor: &Actor,
    holder: Uuid,
    draft: &GrantDraft,
) -> Result<(), store::Error> {
    let now = journal.now();
    let places: Vec<Option<String>> = match scope_of(&draft.communes) {
        Scope::Province => vec![None],
        Scope::Communes(codes) => codes.into_iter().map(Some).collect(),
    };
    for commune in places {
        let row = GrantRow {
            id: GrantId(journal.ids().make()),
            role: draft.role.as_str().to_owned(),
            commune,
            valid_to: draft.until.map(|day| day.plus_days(1).start()),
        };
        sql::insert_grant(tx, &row, holder, actor.id, now).await?;
    }
    let mut change = json!({ "holder": holder, "role": draft.role, "communes": draft.communes });
    if let Some(until) = draft.until {
        change["until"] = json!(until);
    }
    enter(tx, journal, actor, Kind::Grant, holder, &change).await
}

/// The roles that each account holds now, in the order of roles.
pub(super) async fn held(
    tx: &mut Tx,
    now: Timestamp,
) -> Result<HashMap<Uuid, Vec<GrantView>>, Error> {
    let mut all: HashMap<Uuid, Vec<GrantView>> = HashMap::new();
    for row in sql::grants_of_accounts(tx, now).await? {
        let role: Role = row.grant.role.parse().or(Err(store::Error::Corrupt {
            table: "identity_grants",
            column: "role",
            id: row.grant.id.to_string(),
        }))?;
        let last = |end: Timestamp| end.plus_millis(-1).local_date();
        let until = row.grant.valid_to.map(last);
        let views = all.entry(row.holder).or_default();
        // A grant of the province stands by itself: among communes it would be read as none of them.
        let same = |view: &&mut GrantView| {
            view.role == role && view.until == until && !view.communes.is_empty()
        };
        match (row.grant.commune, views.iter_mut().find(same)) {
            (Some(code), Some(view)) => view.communes.push(code),
            (code, _) => views.push(GrantView {
                role,
                communes: code.into_iter().collect(),
                until,
            }),
        }
    }
    Ok(all)
}
