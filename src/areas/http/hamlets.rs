//! Hamlets.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use crate::areas::service::{Areas, Hamlet};
use crate::http::{Params, Problem};
use crate::identity::Caller;

use super::features::{Asked, Feature, Features, point};

/// Which hamlets are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HamletList {
    /// Those of the commune of this code only.
    pub commune: Option<String>,
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
    /// Whether the number of all is wanted.
    pub count: Option<bool>,
}

/// The hamlets (thôn, bản, tổ dân phố), with the names that they had before.
#[utoipa::path(get, path = "/api/v1/hamlets", tag = "areas", params(HamletList), responses((status = 200, body = Features, content_type = "application/geo+json")))]
pub async fn hamlets(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Params(list): Params<HamletList>,
) -> Result<Features, Problem> {
    let mut hamlets = areas.hamlets_for(&actor).await?;
    let mut filter = String::new();
    if let Some(commune) = &list.commune {
        hamlets.retain(|hamlet| hamlet.facts.commune.as_ref() == Some(commune));
        let mut pair = form_urlencoded::Serializer::new(String::new());
        filter = format!("&{}", pair.append_pair("commune", commune).finish());
    }
    let asked = Asked {
        path: "/api/v1/hamlets",
        filter: &filter,
        limit: list.limit,
        cursor: list.cursor.as_deref(),
        count: list.count.unwrap_or(false),
    };
    asked.page(&hamlets, |hamlet| &hamlet.facts.code, feature)
}

fn feature(hamlet: &Hamlet) -> Feature {
    let facts = &hamlet.facts;
    let properties = json!({
        "id": hamlet.id,
        "code": facts.code,
        "name": facts.name,
        "kind": facts.kind,
        "label": facts.kind.label(),
        "former_names": facts.former_names,
        "commune": facts.commune,
        "accuracy_m": facts.accuracy_m,
        "basis": facts.basis,
        "version": hamlet.version,
    });
    Feature::new(&facts.code, properties, Some(point(facts.position)))
}
