//! Facts of a plot's life: one route for each kind, one act behind all of them.

use axum::extract::State;
use axum::http::StatusCode;

use crate::base::ids::PlotId;
use crate::http::{Body, Json, Path, Problem};
use crate::identity::Caller;
use crate::ledger::model::parse::Wire;
use crate::ledger::model::wire::{
    ApprovalWire, ConfirmationWire, EradicationWire, JudgementWire, MinutesWire, ReasonWire,
    ReferralWire, ReinspectionWire, ReplyWire, ReturnWire, TransferWire, VerificationWire,
    WaiverWire,
};
use crate::ledger::service::{Ledger, Recorded};
use crate::plots::http::PlotFeature;

type Answer = Result<Body<PlotFeature>, Problem>;

fn answered(recorded: Recorded) -> Body<PlotFeature> {
    let status = if recorded.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut view = recorded.view;
    view.properties
        .insert("fact".into(), serde_json::json!(recorded.fact));
    if let Some(idle) = recorded.idle {
        view.properties
            .insert("correction_idle".into(), idle.told().into());
    }
    Body(status, PlotFeature::of(view, Some(recorded.receipt)))
}

/// Says what the crop is: an account of another organisation than the detector's, which the detector did not create.
#[utoipa::path(post, path = "/api/v1/plots/{id}/verifications", tag = "ledger", params(("id" = PlotId, Path)), request_body = VerificationWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn verify_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<VerificationWire>,
) -> Answer {
    let wire = Wire::Verification(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Confirms on the spot as a second member, or says that there was none.
#[utoipa::path(post, path = "/api/v1/plots/{id}/confirmations", tag = "ledger", params(("id" = PlotId, Path)), request_body = ConfirmationWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn confirm_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ConfirmationWire>,
) -> Answer {
    let wire = Wire::Confirmation(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Records an eradication; what is still missing for `eradicated` is told in `missing`.
#[utoipa::path(post, path = "/api/v1/plots/{id}/eradications", tag = "ledger", params(("id" = PlotId, Path)), request_body = EradicationWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn eradicate_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<EradicationWire>,
) -> Answer {
    let wire = Wire::Eradication(Box::new(sent.value));
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Gives the number of minutes that were still to come (chờ biên bản).
#[utoipa::path(post, path = "/api/v1/plots/{id}/minutes", tag = "ledger", params(("id" = PlotId, Path)), request_body = MinutesWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn add_minutes(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<MinutesWire>,
) -> Answer {
    let wire = Wire::Minutes(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Accepts an eradication at the desk: an account of another organisation than its author's.
#[utoipa::path(post, path = "/api/v1/plots/{id}/approvals", tag = "ledger", params(("id" = PlotId, Path)), request_body = ApprovalWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn approve_eradication(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ApprovalWire>,
) -> Answer {
    let wire = Wire::Approval(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Lets an eradication count without its photos, with a reason: an account of another organisation than its author's.
/// The plot stays flagged `photos_waived`.
#[utoipa::path(post, path = "/api/v1/plots/{id}/waivers", tag = "ledger", params(("id" = PlotId, Path)), request_body = WaiverWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn waive_photos(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<WaiverWire>,
) -> Answer {
    let wire = Wire::Waiver(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Sends what waits for a desk back to its author for completing (Trả lại – cần bổ sung): an eradication, by whoever might
/// approve it, or a version of the recording, by whoever might verify it. It changes neither state nor figure. The plot is
/// flagged `returned` until the author's side answers by a correction, a photo or a reply, or a desk accepts the work.
#[utoipa::path(post, path = "/api/v1/plots/{id}/returns", tag = "ledger", params(("id" = PlotId, Path)), request_body = ReturnWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn return_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ReturnWire>,
) -> Answer {
    let wire = Wire::Return(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Answers a return in words: the organisation whose work was sent back.
#[utoipa::path(post, path = "/api/v1/plots/{id}/replies", tag = "ledger", params(("id" = PlotId, Path)), request_body = ReplyWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn reply_to_return(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ReplyWire>,
) -> Answer {
    let wire = Wire::Reply(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Records a look at the ground after the work.
#[utoipa::path(post, path = "/api/v1/plots/{id}/reinspections", tag = "ledger", params(("id" = PlotId, Path)), request_body = ReinspectionWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn reinspect_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ReinspectionWire>,
) -> Answer {
    let wire = Wire::Reinspection(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Hands a plot over to another organisation, with the number of the record.
#[utoipa::path(post, path = "/api/v1/plots/{id}/transfers", tag = "ledger", params(("id" = PlotId, Path)), request_body = TransferWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn transfer_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<TransferWire>,
) -> Answer {
    let wire = Wire::Transfer(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Tells others of a plot beyond the border.
#[utoipa::path(post, path = "/api/v1/plots/{id}/referrals", tag = "ledger", params(("id" = PlotId, Path)), request_body = ReferralWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn refer_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ReferralWire>,
) -> Answer {
    let wire = Wire::Referral(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Takes a plot back as recorded by mistake (Ghi nhầm – thu hồi).
#[utoipa::path(post, path = "/api/v1/plots/{id}/retractions", tag = "ledger", params(("id" = PlotId, Path)), request_body = ReasonWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn retract_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ReasonWire>,
) -> Answer {
    let wire = Wire::Retraction(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Opens a closed plot again, with a reason.
#[utoipa::path(post, path = "/api/v1/plots/{id}/reopenings", tag = "ledger", params(("id" = PlotId, Path)), request_body = ReasonWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn reopen_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<ReasonWire>,
) -> Answer {
    let wire = Wire::Reopening(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}

/// Decides whether this plot is the same ground as another.
#[utoipa::path(post, path = "/api/v1/plots/{id}/judgements", tag = "ledger", params(("id" = PlotId, Path)), request_body = JudgementWire,
    responses((status = 201, body = PlotFeature), (status = 200, body = PlotFeature)))]
pub async fn judge_plot(
    State(ledger): State<Ledger>,
    Caller(actor): Caller,
    Path(id): Path<PlotId>,
    sent: Json<JudgementWire>,
) -> Answer {
    let wire = Wire::Judgement(sent.value);
    let recorded = ledger.record(&actor, id, &wire, &sent.bytes).await?;
    Ok(answered(recorded))
}
