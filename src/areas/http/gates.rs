//! Border gates.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use crate::areas::service::{Areas, Gate};
use crate::http::{Params, Problem};
use crate::identity::Caller;

use super::features::{Asked, Feature, Features, point};

/// Which gates are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct GateList {
    /// Rows in a page (50, at most 500).
    pub limit: Option<u32>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
    /// Whether the number of all is wanted.
    pub count: Option<bool>,
}

/// The border gates.
#[utoipa::path(get, path = "/api/v1/gates", tag = "areas", params(GateList), responses((status = 200, body = Features, content_type = "application/geo+json")))]
pub async fn gates(
    State(areas): State<Areas>,
    Caller(actor): Caller,
    Params(list): Params<GateList>,
) -> Result<Features, Problem> {
    let gates = areas.gates_for(&actor).await?;
    let asked = Asked {
        path: "/api/v1/gates",
        filter: "",
        limit: list.limit,
        cursor: list.cursor.as_deref(),
        count: list.count.unwrap_or(false),
    };
    asked.page(&gates, |gate| &gate.facts.code, feature)
}

fn feature(gate: &Gate) -> Feature {
    let facts = &gate.facts;
    let properties = json!({
        "id": gate.id,
        "code": facts.code,
        "name": facts.name,
        "kind": facts.kind,
        "commune": facts.commune,
        "accuracy_m": facts.accuracy_m,
        "basis": facts.basis,
    });
    Feature::new(&facts.code, properties, Some(point(facts.position)))
}
