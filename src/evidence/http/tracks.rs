//! Questions about tracks and claims: listed, answered by the unit, decided by a role; and the rules they are asked by.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::{AnswerWire, DecisionWire, QuestionParams};
use crate::base::ids::QuestionId;
use crate::evidence::service::{Evidence, TrackQuestionView};
use crate::http::paging::ListUri;
use crate::http::{Body, Json, Params, Path, Problem};
use crate::identity::Caller;
use crate::journal::{Receipt, RulesEntry, RulesSet, RulesWire};
use crate::patrols::model::screens::TrackRules;

/// A page of questions about tracks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TrackQuestionList {
    /// The questions, the latest first.
    pub questions: Vec<TrackQuestionView>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// A question after something was said.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TrackQuestionAnswer {
    /// The question.
    pub question: TrackQuestionView,
    /// The promise over what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// A page of the questions about tracks and claims in the caller's reach, the latest first.
#[utoipa::path(get, path = "/api/v1/evidence/track-questions", tag = "evidence", params(QuestionParams),
    responses((status = 200, body = TrackQuestionList)))]
pub async fn track_questions(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<QuestionParams>,
) -> Result<Body<TrackQuestionList>, Problem> {
    let query = params.query(&uri)?;
    let page = evidence.track_questions(&actor, query).await?;
    let list = TrackQuestionList {
        questions: page.items,
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
    };
    Ok(Body(StatusCode::OK, list))
}

/// One question about a track or a claim with both sides, its answers and decisions.
#[utoipa::path(get, path = "/api/v1/evidence/track-questions/{id}", tag = "evidence", params(("id" = QuestionId, Path)),
    responses((status = 200, body = TrackQuestionAnswer)))]
pub async fn track_question(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<QuestionId>,
) -> Result<Body<TrackQuestionAnswer>, Problem> {
    let question = evidence.track_question_of(&actor, id).await?;
    let answer = TrackQuestionAnswer {
        question,
        receipt: None,
    };
    Ok(Body(StatusCode::OK, answer))
}

/// The unit's answer: an account or device of one of the patrols' units, or of the claiming one.
#[utoipa::path(post, path = "/api/v1/evidence/track-questions/{id}/answers", tag = "evidence", params(("id" = QuestionId, Path)),
    request_body = AnswerWire, responses((status = 201, body = TrackQuestionAnswer)))]
pub async fn answer_track_question(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<QuestionId>,
    Json { value, bytes }: Json<AnswerWire>,
) -> Result<Body<TrackQuestionAnswer>, Problem> {
    let (question, receipt) = evidence
        .answer_track(&actor, id, &value.text, &bytes)
        .await?;
    Ok(Body(StatusCode::CREATED, told(question, receipt)))
}

/// A role's decision, once the unit answered or its days are over: an account of another organisation.
#[utoipa::path(post, path = "/api/v1/evidence/track-questions/{id}/decisions", tag = "evidence", params(("id" = QuestionId, Path)),
    request_body = DecisionWire, responses((status = 201, body = TrackQuestionAnswer)))]
pub async fn decide_track_question(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<QuestionId>,
    Json { value, bytes }: Json<DecisionWire>,
) -> Result<Body<TrackQuestionAnswer>, Problem> {
    let (question, receipt) = evidence
        .decide_track(&actor, id, value.result, &value.reason, &bytes)
        .await?;
    Ok(Body(StatusCode::CREATED, told(question, receipt)))
}

/// Every version of the rules that tracks and claims are screened by, the oldest first.
#[utoipa::path(get, path = "/api/v1/evidence/track-definitions", tag = "evidence",
    responses((status = 200, body = [RulesEntry<TrackRules>])))]
pub async fn track_definitions(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
) -> Result<Body<Vec<RulesEntry<TrackRules>>>, Problem> {
    let rules = evidence.all_track_rules(&actor).await?;
    Ok(Body(StatusCode::OK, rules))
}

/// Sets the next rules; tracks that come from then on are screened by them.
#[utoipa::path(post, path = "/api/v1/evidence/track-definitions", tag = "evidence", request_body = RulesWire<TrackRules>,
    responses((status = 201, body = RulesSet), (status = 400)))]
pub async fn set_track_definition(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Json { value, bytes }: Json<RulesWire<TrackRules>>,
) -> Result<Body<RulesSet>, Problem> {
    let set = evidence.set_track_rules(&actor, value, &bytes).await?;
    Ok(Body(StatusCode::CREATED, set))
}

fn told(question: TrackQuestionView, receipt: Receipt) -> TrackQuestionAnswer {
    TrackQuestionAnswer {
        question,
        receipt: Some(receipt),
    }
}
