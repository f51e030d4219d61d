//! `/api/v1/devices/{id}/owed`: what a phone announced and did not bring, for whoever keeps it: a lost phone is reported with it.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::base::ids::{DeviceId, PhotoId, SubmissionId};
use crate::base::time::Timestamp;
use crate::http::{Body, Path, Problem};
use crate::identity::Caller;

use super::sql::{self, OwedFormRow};

/// Photos that are told at once.
const MOST_OWED: usize = 500;

/// A photo that was announced and whose original did not come. Of what it shows, and where, nothing is told here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OwedPhoto {
    /// The photo.
    pub id: PhotoId,
    /// Whether a preview came.
    pub has_preview: bool,
    /// The size of the original, in bytes.
    pub bytes: i64,
    /// When it was announced.
    pub announced_at: Timestamp,
}

/// A form of ODK Collect of which photos did not come. Of what it says, and where, nothing is told here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OwedForm {
    /// The submission.
    pub id: SubmissionId,
    /// The form.
    pub form: String,
    /// How many of the files that it names did not come.
    pub missing: i64,
    /// When the form was received.
    pub received_at: Timestamp,
}

/// What a device still owes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Owed {
    /// Photos without their originals, in the order of their ids; the first 500.
    pub photos: Vec<OwedPhoto>,
    /// Forms without all of their photos, the latest first; at most 500.
    pub forms: Vec<OwedForm>,
    /// Whether there are more than are listed.
    pub more: bool,
}

impl OwedForm {
    fn of(row: OwedFormRow) -> Self {
        Self {
            id: row.id,
            form: row.form,
            missing: row.missing,
            received_at: row.recorded_at,
        }
    }
}

/// What a device announced and did not bring. Which numbers of its chain are missing is told with its keys.
#[utoipa::path(get, path = "/api/v1/devices/{id}/owed", tag = "identity", params(("id" = DeviceId, Path)),
    responses((status = 200, body = Owed)))]
pub async fn owed(
    State(app): State<App>,
    Caller(actor): Caller,
    Path(id): Path<DeviceId>,
) -> Result<Body<Owed>, Problem> {
    app.identity.device(&actor, id).await?;
    let most = i64::try_from(MOST_OWED + 1).unwrap_or(i64::MAX);
    let mut tx = app.journal.store().read().await?;
    let mut rows = sql::waiting_photos(&mut tx, id.0, Uuid::nil(), most).await?;
    let mut forms = sql::owed_forms(&mut tx, id.0, most).await?;
    let more = rows.len() > MOST_OWED || forms.len() > MOST_OWED;
    rows.truncate(MOST_OWED);
    forms.truncate(MOST_OWED);
    let photos = rows.into_iter().map(|photo| OwedPhoto {
        id: photo.id,
        has_preview: photo.previews > 0,
        bytes: photo.bytes,
        announced_at: photo.recorded_at,
    });
    Ok(Body(
        StatusCode::OK,
        Owed {
            photos: photos.collect(),
            forms: forms.into_iter().map(OwedForm::of).collect(),
            more,
        },
    ))
}
