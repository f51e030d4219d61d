//! Questions about photos: listed, answered by the team, decided by a role.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::base::ids::QuestionId;
use crate::evidence::model::screens::{QuestionState, Verdict};
use crate::evidence::service::{Evidence, QuestionQuery, QuestionView};
use crate::http::paging::{ListUri, limit};
use crate::http::{Body, Json, Params, Path, Problem};
use crate::identity::Caller;
use crate::journal::Receipt;

/// A page of questions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct QuestionList {
    /// The questions, the latest first.
    pub questions: Vec<QuestionView>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// Which questions are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QuestionParams {
    /// In this state: `open`, `answered`, `cleared`, `upheld`.
    state: Option<QuestionState>,
    /// Rows in a page (50, at most 500).
    limit: Option<u32>,
    /// From the previous page's `next`.
    cursor: Option<String>,
}

impl QuestionParams {
    pub(super) fn query(&self, uri: &ListUri) -> Result<QuestionQuery, Problem> {
        Ok(QuestionQuery {
            state: self.state,
            after: uri
                .after(self.cursor.as_deref())?
                .map(|(at, id)| (at, QuestionId(id))),
            limit: limit(self.limit)?,
        })
    }
}

/// What the team says.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerWire {
    /// How it came; no names and no numbers of persons.
    pub text: String,
}

/// What a role decides.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionWire {
    /// `cleared` or `upheld`.
    pub result: Verdict,
    /// Why.
    pub reason: String,
}

/// A question after something was said.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct QuestionAnswer {
    /// The question.
    pub question: QuestionView,
    /// The promise over what was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// A page of the questions about photos in the caller's reach, the latest first.
#[utoipa::path(get, path = "/api/v1/evidence/questions", tag = "evidence", params(QuestionParams),
    responses((status = 200, body = QuestionList)))]
pub async fn evidence_questions(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    uri: ListUri,
    Params(params): Params<QuestionParams>,
) -> Result<Body<QuestionList>, Problem> {
    let query = params.query(&uri)?;
    let page = evidence.questions(&actor, query).await?;
    let list = QuestionList {
        questions: page.items,
        next: page.next.map(|(at, id)| uri.next((at, id.0))),
    };
    Ok(Body(StatusCode::OK, list))
}

/// One question with both sides, its answers and decisions.
#[utoipa::path(get, path = "/api/v1/evidence/questions/{id}", tag = "evidence", params(("id" = QuestionId, Path)),
    responses((status = 200, body = QuestionAnswer)))]
pub async fn evidence_question(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<QuestionId>,
) -> Result<Body<QuestionAnswer>, Problem> {
    let question = evidence.question_of(&actor, id).await?;
    let answer = QuestionAnswer {
        question,
        receipt: None,
    };
    Ok(Body(StatusCode::OK, answer))
}

/// The team's answer: an account or device of the unit that took the photo in question.
#[utoipa::path(post, path = "/api/v1/evidence/questions/{id}/answers", tag = "evidence", params(("id" = QuestionId, Path)),
    request_body = AnswerWire, responses((status = 201, body = QuestionAnswer)))]
pub async fn answer_question(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<QuestionId>,
    Json { value, bytes }: Json<AnswerWire>,
) -> Result<Body<QuestionAnswer>, Problem> {
    let (question, receipt) = evidence.answer(&actor, id, &value.text, &bytes).await?;
    Ok(Body(StatusCode::CREATED, told(question, receipt)))
}

/// A role's decision, once the team answered or its days are over: an account of another organisation. Deciding anew
/// needs a provincial role.
#[utoipa::path(post, path = "/api/v1/evidence/questions/{id}/decisions", tag = "evidence", params(("id" = QuestionId, Path)),
    request_body = DecisionWire, responses((status = 201, body = QuestionAnswer)))]
pub async fn decide_question(
    State(evidence): State<Evidence>,
    Caller(actor): Caller,
    Path(id): Path<QuestionId>,
    Json { value, bytes }: Json<DecisionWire>,
) -> Result<Body<QuestionAnswer>, Problem> {
    let (question, receipt) = evidence
        .decide(&actor, id, value.result, &value.reason, &bytes)
        .await?;
    Ok(Body(StatusCode::CREATED, told(question, receipt)))
}

fn told(question: QuestionView, receipt: Receipt) -> QuestionAnswer {
    QuestionAnswer {
        question,
        receipt: Some(receipt),
    }
}
