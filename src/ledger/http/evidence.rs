//! The evidence of one eradication.

use axum::extract::State;
use axum::http::StatusCode;

use crate::base::ids::FactId;
use crate::http::{Body, Path, Problem};
use crate::identity::Caller;
use crate::ledger::service::{EvidenceView, Ledger};

/// The photos of an eradication with their grade A to D and every reason, in Vietnamese and English.
#[utoipa::path(get, path = "/api/v1/eradications/{id}/evidence", tag = "ledger", params(("id" = FactId, Path)),
    responses((status = 200, body = EvidenceView)))]
pub async fn eradication_evidence(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<FactId>,
) -> Result<Body<EvidenceView>, Problem> {
    Ok(Body(StatusCode::OK, ledger.evidence(&actor, id).await?))
}
