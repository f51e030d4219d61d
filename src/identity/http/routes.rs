//! Organisations, teams, accounts, secrets: thin handlers.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base::actor::{Actor, Principal, Right, Scope};
use crate::base::ids::{OrgId, TeamId, TokenId};
use crate::http::{Body, Json, Path, Problem};
use crate::identity::model::{AccountDraft, GrantDraft, OrgChange, OrgDraft, TeamDraft};
use crate::identity::service::{AccountView, Identity, OrgView, TeamView, TokenView};

use super::Caller;

/// Who the caller is to this server.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Me {
    /// The account's or device's id.
    pub id: Uuid,
    /// `account` or `device`.
    pub kind: &'static str,
    /// What it is called: an account's login, a device's name.
    pub name: Option<String>,
    /// A device's team.
    pub team: Option<TeamId>,
    /// The organisation.
    pub org: Option<OrgId>,
    /// Whether the secret may only read.
    pub read_only: bool,
    /// The rights held, each with the communes it reaches (`null`: the whole province).
    pub rights: Vec<MyRight>,
}

/// One right and its reach.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MyRight {
    /// The right.
    pub right: Right,
    /// The communes by code; `null`: the whole province.
    pub communes: Option<Vec<String>>,
}

/// A token to be made for an account.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDraft {
    /// Whether it may only read.
    #[serde(default)]
    pub read_only: bool,
    /// Its life in days.
    #[serde(default)]
    pub days: Option<u32>,
}

/// A secret, shown once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SecretView {
    /// Under which it can be revoked.
    pub id: TokenId,
    /// The secret.
    pub token: String,
}

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordDraft {
    /// At least ten characters.
    pub password: String,
}

pub(super) type Answer<T> = Result<Body<T>, Problem>;

/// Who the caller is, and what it may do where.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", responses((status = 200, body = Me)))]
pub async fn me(State(identity): State<Identity>, Caller(actor): Caller) -> Answer<Me> {
    let rights = Right::ALL
        .iter()
        .filter_map(|right| my_right(&actor, *right))
        .collect();
    let kind = if actor.principal == Principal::Device {
        "device"
    } else {
        "account"
    };
    let me = Me {
        id: actor.id,
        kind,
        name: identity.called(actor.id).await?,
        team: actor.team,
        org: actor.org,
        read_only: actor.read_only,
        rights,
    };
    Ok(Body(StatusCode::OK, me))
}

fn my_right(actor: &Actor, right: Right) -> Option<MyRight> {
    let communes = match actor.reach(right)? {
        Scope::Province => None,
        Scope::Communes(codes) => Some(codes.into_iter().collect()),
    };
    Some(MyRight { right, communes })
}

/// Writes an organisation.
#[utoipa::path(post, path = "/api/v1/orgs", tag = "identity", request_body = OrgDraft, responses((status = 201, body = OrgView)))]
pub async fn add_org(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    draft: Json<OrgDraft>,
) -> Answer<OrgView> {
    Ok(Body(
        StatusCode::CREATED,
        identity.add_org(&actor, draft.value).await?,
    ))
}

/// Every organisation.
#[utoipa::path(get, path = "/api/v1/orgs", tag = "identity", responses((status = 200, body = [OrgView])))]
pub async fn orgs(State(identity): State<Identity>, _caller: Caller) -> Answer<Vec<OrgView>> {
    Ok(Body(StatusCode::OK, identity.orgs().await?))
}

/// Writes a team.
#[utoipa::path(post, path = "/api/v1/teams", tag = "identity", request_body = TeamDraft, responses((status = 201, body = TeamView)))]
pub async fn add_team(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    draft: Json<TeamDraft>,
) -> Answer<TeamView> {
    Ok(Body(
        StatusCode::CREATED,
        identity.add_team(&actor, draft.value).await?,
    ))
}

/// Every team.
#[utoipa::path(get, path = "/api/v1/teams", tag = "identity", responses((status = 200, body = [TeamView])))]
pub async fn teams(State(identity): State<Identity>, _caller: Caller) -> Answer<Vec<TeamView>> {
    Ok(Body(StatusCode::OK, identity.teams().await?))
}

/// Writes an account with its first role.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "identity", request_body = AccountDraft, responses((status = 201, body = AccountView)))]
pub async fn add_account(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    draft: Json<AccountDraft>,
) -> Answer<AccountView> {
    Ok(Body(
        StatusCode::CREATED,
        identity.add_account(&actor, draft.value).await?,
    ))
}

/// Every account.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "identity", responses((status = 200, body = [AccountView])))]
pub async fn accounts(
    State(identity): State<Identity>,
    Caller(actor): Caller,
) -> Answer<Vec<AccountView>> {
    Ok(Body(StatusCode::OK, identity.accounts(&actor).await?))
}

/// Closes an account.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}", tag = "identity", params(("id" = Uuid, Path)), responses((status = 204)))]
pub async fn disable_account(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    identity.disable_account(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Replaces the roles of an account or device.
#[utoipa::path(put, path = "/api/v1/holders/{id}/grants", tag = "identity", params(("id" = Uuid, Path)), request_body = [GrantDraft], responses((status = 204)))]
pub async fn regrant(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
    drafts: Json<Vec<GrantDraft>>,
) -> Result<StatusCode, Problem> {
    identity.regrant(&actor, id, drafts.value).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says which organisation an account works for from now on.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/org", tag = "identity", params(("id" = Uuid, Path)), request_body = OrgChange, responses((status = 204)))]
pub async fn set_org(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
    change: Json<OrgChange>,
) -> Result<StatusCode, Problem> {
    identity.set_org(&actor, id, change.value.org).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets an account's password; its sessions and tokens end.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/password", tag = "identity", params(("id" = Uuid, Path)), request_body = PasswordDraft, responses((status = 204)))]
pub async fn set_password(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
    draft: Json<PasswordDraft>,
) -> Result<StatusCode, Problem> {
    identity
        .set_password(&actor, id, &draft.value.password)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a token for an account.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/tokens", tag = "identity", params(("id" = Uuid, Path)), request_body = TokenDraft, responses((status = 201, body = SecretView)))]
pub async fn add_token(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
    draft: Json<TokenDraft>,
) -> Answer<SecretView> {
    let secret = identity
        .account_token(&actor, id, draft.value.read_only, draft.value.days)
        .await?;
    Ok(Body(
        StatusCode::CREATED,
        SecretView {
            id: secret.id,
            token: secret.text,
        },
    ))
}

/// The caller's own secrets with their last use.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "identity", responses((status = 200, body = [TokenView])))]
pub async fn tokens(
    State(identity): State<Identity>,
    Caller(actor): Caller,
) -> Answer<Vec<TokenView>> {
    Ok(Body(StatusCode::OK, identity.tokens(&actor).await?))
}

/// The secrets of an account or device with their last use.
#[utoipa::path(get, path = "/api/v1/holders/{id}/tokens", tag = "identity", params(("id" = Uuid, Path)), responses((status = 200, body = [TokenView])))]
pub async fn tokens_of(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Answer<Vec<TokenView>> {
    Ok(Body(StatusCode::OK, identity.tokens_of(&actor, id).await?))
}

/// Revokes a secret.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "identity", params(("id" = Uuid, Path)), responses((status = 204)))]
pub async fn revoke_token(
    State(identity): State<Identity>,
    Caller(actor): Caller,
    Path(id): Path<TokenId>,
) -> Result<StatusCode, Problem> {
    identity.revoke_token(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
