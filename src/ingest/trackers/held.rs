//! The page on which the holder of a handheld claims what is held of it outside every patrol, or lets it go.
//!
//! A tracker's secret alone opens only the field for the code; who has both sees when and how much, never where.

use axum::extract::{Form, FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::base::actor::Actor;
use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::http::{Problem, ProblemKind};
use crate::identity::{Identity, TrackerCaller};
use crate::patrols::{Claim, Error, Patrols};

use super::held_page as page;

/// Largest form.
pub const FORM_LIMIT: usize = 4 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    code: String,
    /// `claim` or `let_go`; without it the page is shown.
    act: Option<String>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    patrol: Option<PatrolId>,
}

/// The page on which the code is typed.
#[utoipa::path(get, path = "/t/{token}/held", tag = "trackers", params(("token" = String, Path)),
    responses((status = 200), (status = 404)))]
pub async fn held_form(holder: TrackerCaller) -> Html<String> {
    // The secret alone is asked for: whose it is makes no difference to the page.
    drop(holder);
    Html(page::typing(None))
}

/// Shows what is held, claims it or lets it go, by the code of the window that an officer opened.
#[utoipa::path(post, path = "/t/{token}/held", tag = "trackers", params(("token" = String, Path)),
    responses((status = 200), (status = 403), (status = 404)))]
pub async fn held_act(
    State(identity): State<Identity>,
    State(patrols): State<Patrols>,
    TrackerCaller(actor): TrackerCaller,
    request: Request,
) -> Result<Response, Problem> {
    let Ok(Form(asked)) = Form::<Asked>::from_request(request, &()).await else {
        return Ok(refused());
    };
    if !identity.is_held_window_open(&actor, &asked.code).await? {
        return Ok(refused());
    }
    let said = done(&patrols, &actor, &asked).await?;
    let held = patrols.held(&actor).await?;
    let into = patrols.claimable(&actor).await?;
    let shown = page::held(&asked.code, said.as_deref(), &held.spans, &into);
    Ok(Html(shown).into_response())
}

fn refused() -> Response {
    let told = "Mã không đúng, chưa được mở hoặc đã hết hạn.";
    (StatusCode::FORBIDDEN, Html(page::typing(Some(told)))).into_response()
}

/// Does what the form asks and tells it.
async fn done(patrols: &Patrols, actor: &Actor, asked: &Asked) -> Result<Option<String>, Problem> {
    let (Some(act), Some(from), Some(to)) = (asked.act.as_deref(), asked.from, asked.to) else {
        return Ok(None);
    };
    match (act, asked.patrol) {
        ("claim", Some(patrol)) => {
            let claim = Claim { patrol, from, to };
            Ok(Some(match patrols.claim(actor, claim).await {
                Ok(moved) if moved.held > 0 => format!(
                    "Đã gộp {} điểm vị trí vào chuyến; {} điểm ngoài giờ của chuyến vẫn được giữ.",
                    moved.accepted, moved.held
                ),
                Ok(moved) => format!("Đã gộp {} điểm vị trí vào chuyến.", moved.accepted),
                Err(Error::Refused(_)) => {
                    "Vị trí ngoài giờ của chuyến: sửa giờ của chuyến rồi gộp lại.".to_owned()
                }
                Err(Error::NotFound) => "Không có chuyến đó của tổ.".to_owned(),
                Err(error) => return Err(error.into()),
            }))
        }
        ("let_go", _) => {
            let gone = patrols.let_go(actor, from, to).await?;
            Ok(Some(format!("Đã xóa {gone} điểm vị trí.")))
        }
        _ => Err(Problem::new(ProblemKind::InvalidParameter)
            .detail("act: expected claim with a patrol, or let_go")),
    }
}
