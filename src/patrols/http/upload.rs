//! Fixes and track files on the wire.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use serde::Serialize;

use crate::base::ids::PatrolId;
use crate::base::time::Timestamp;
use crate::http::extract::{json_in_turn, parse_json, raw_in_turn};
use crate::http::turns::Lane;
use crate::http::{Body, Path, Problem, ProblemKind};
use crate::identity::{Caller, TrackerCaller};
use crate::journal::Receipt;
use crate::journal::model::sha256;
use crate::patrols::model::batch::{Batch, BatchShape, BatchWire, MAX_BATCH};
use crate::patrols::model::chunk::RequestDigest;
use crate::patrols::model::gpx::{self, GpxRefusal};
use crate::patrols::service::{Appended, Patrols, Upload};

/// What a body is called that is one file as it lies.
const OF_FILES: [&str; 4] = [
    "application/gpx+xml",
    "application/xml",
    "text/xml",
    "application/octet-stream",
];

/// Largest track file, after inflation.
pub const GPX_LIMIT: usize = 32 * 1024 * 1024;

/// What became of fixes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AppendedView {
    /// New fixes of the track.
    pub accepted: usize,
    /// Those of the new fixes that count in no figure, for the raw fixes of their patrol were erased before; absent when all
    /// count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uncounted: Option<usize>,
    /// Fixes that were known or came twice.
    pub duplicates: usize,
    /// Readings that can be no fix; kept aside.
    pub quarantined: usize,
    /// How many for which reason.
    #[schema(value_type = std::collections::HashMap<String, usize>)]
    pub reasons: BTreeMap<&'static str, usize>,
    /// The signed promise; absent when nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// What became of a file's fixes, or of those of several files together.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FileView {
    /// Fixes outside every patrol: their holder claims them within 72 hours, else they are erased.
    pub held: usize,
    /// The last whole point of a file that ends in the middle: what is behind it was set apart. Send the file again when
    /// there is a whole one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_after_point: Option<u32>,
    /// The rest.
    #[serde(flatten)]
    pub appended: AppendedView,
}

/// A batch's bytes, unread.
#[derive(Debug)]
pub struct BatchBytes(Bytes);

impl<S: Send + Sync> FromRequest<S> for BatchBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        json_in_turn(request, state, Lane::Fixes).await.map(Self)
    }
}

/// Track files of one request: the whole body, or each file of a form; and the body, with which they have their turn.
#[derive(Debug)]
pub struct TrackFiles(Vec<Bytes>, Bytes);

impl<S: Send + Sync> FromRequest<S> for TrackFiles {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let essence = kind.split(';').next().unwrap_or("").trim();
        let essence = essence.to_ascii_lowercase();
        let body = raw_in_turn(request, state, Lane::Fixes).await?;
        if essence == "multipart/form-data" {
            return Ok(Self(form_files(&kind, body.clone()).await?, body));
        }
        // Programs that send a file as it lies call it anything, or a form as `curl --data-binary` does.
        if OF_FILES.contains(&essence.as_str()) || begins_as_xml(&body) {
            return Ok(Self(vec![body.clone()], body));
        }
        Err(Problem::new(ProblemKind::UnsupportedType)
            .detail("expected application/gpx+xml, or multipart/form-data with a part `file`"))
    }
}

/// Whether the first letter is that of XML, in whichever encoding: marks and the zeroes of two-byte letters are none.
fn begins_as_xml(bytes: &[u8]) -> bool {
    let is_passed =
        |byte: &u8| byte.is_ascii_whitespace() || b"\0\xEF\xBB\xBF\xFE\xFF".contains(byte);
    bytes.iter().find(|byte| !is_passed(byte)) == Some(&b'<')
}

/// Every part that is a file, whatever it is called: none is passed over in silence.
async fn form_files(kind: &str, body: Bytes) -> Result<Vec<Bytes>, Problem> {
    let malformed = |_| Problem::new(ProblemKind::MalformedBody).detail("not a whole form");
    let boundary = multer::parse_boundary(kind).map_err(malformed)?;
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(body)]);
    let mut form = multer::Multipart::new(stream, boundary);
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(malformed)? {
        // What browsers send of a field in which nothing was chosen.
        let is_unchosen = field.file_name() == Some("");
        let is_file = field.name() == Some("file") || field.file_name().is_some();
        let bytes = field.bytes().await.map_err(malformed)?;
        if is_file && !(is_unchosen && bytes.is_empty()) {
            files.push(bytes);
        }
    }
    if files.is_empty() {
        return Err(
            Problem::new(ProblemKind::InvalidContent).fault("/file", "the form has no part `file`")
        );
    }
    Ok(files)
}

/// Appends fixes to the caller's own track of a patrol.
#[utoipa::path(post, path = "/api/v1/patrols/{id}/fixes", tag = "patrols", params(("id" = PatrolId, Path)), request_body = BatchWire,
    responses((status = 200, body = AppendedView), (status = 404), (status = 422)))]
pub async fn append_fixes(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
    BatchBytes(bytes): BatchBytes,
) -> Result<Body<AppendedView>, Problem> {
    let batch = read_batch(&bytes, patrols.journal().now())?;
    let vouched = actor.origin.vouched.as_deref();
    let request = vouched.and_then(|own| own.request);
    let upload = Upload {
        batch,
        request: request.unwrap_or_else(|| sha256(&bytes)),
        turn: bytes,
    };
    let appended = patrols.append(&actor, id, upload).await?;
    Ok(Body(StatusCode::OK, view(appended)))
}

/// Takes a track file, or each file of a form; their fixes join the patrols of its device by time.
#[utoipa::path(post, path = "/api/v1/patrols/{id}/gpx", tag = "patrols", params(("id" = PatrolId, Path)),
    request_body(content = String, content_type = "application/gpx+xml"),
    responses((status = 201, body = FileView), (status = 404), (status = 422)))]
pub async fn send_gpx(
    State(patrols): State<Patrols>,
    Caller(actor): Caller,
    Path(id): Path<PatrolId>,
    TrackFiles(files, body): TrackFiles,
) -> Result<Body<FileView>, Problem> {
    let (mut upload, cut) = read_files(files, patrols.journal().now()).await?;
    upload.turn = body;
    let appended = patrols.take_for(&actor, id, upload).await?;
    Ok(Body(StatusCode::CREATED, file_view(appended, cut)))
}

/// Takes a track file, or each file of a form, from a handheld or tracker.
#[utoipa::path(post, path = "/t/{token}/gpx", tag = "trackers", params(("token" = String, Path)),
    request_body(content = String, content_type = "application/gpx+xml"),
    responses((status = 201, body = FileView), (status = 404), (status = 422)))]
pub async fn track_gpx(
    State(patrols): State<Patrols>,
    TrackerCaller(actor): TrackerCaller,
    TrackFiles(files, body): TrackFiles,
) -> Result<Body<FileView>, Problem> {
    let (mut upload, cut) = read_files(files, patrols.journal().now()).await?;
    upload.turn = body;
    let appended = patrols.take(&actor, upload).await?;
    Ok(Body(StatusCode::CREATED, file_view(appended, cut)))
}

fn read_batch(bytes: &[u8], received_at: Timestamp) -> Result<Batch, Problem> {
    let Some(batch) = Batch::read(bytes, received_at) else {
        // Reading the mere shape tells where the fault lies.
        let _shape: BatchShape = parse_json(bytes)?;
        return Err(Problem::new(ProblemKind::MalformedBody));
    };
    if batch.len() > MAX_BATCH {
        return Err(Problem::new(ProblemKind::InvalidContent).fault(
            "/fixes",
            format!("more than {MAX_BATCH} fixes: send them in parts"),
        ));
    }
    Ok(batch)
}

/// Files of many points take long to read: off the threads that answer requests. All of them are read before any is
/// kept, and are one upload. Gives the last whole point, too, of the first that ends in the middle.
async fn read_files(
    files: Vec<Bytes>,
    received_at: Timestamp,
) -> Result<(Upload, Option<u32>), Problem> {
    let read = tokio::task::spawn_blocking(move || {
        let (mut good, mut apart, mut cuts, mut points) =
            (Vec::new(), Vec::new(), Vec::new(), 0_u32);
        let (mut waypoints, mut route_points) = (0_u32, 0_u32);
        for (before, bytes) in files.iter().enumerate() {
            let named = (files.len() > 1).then_some(before + 1);
            let file = gpx::read(bytes).map_err(|refusal| refused_file(&refusal, named))?;
            points = points.saturating_add(file.points);
            if points > gpx::MAX_POINTS {
                return Err(refused_file(&GpxRefusal::TooManyPoints, named));
            }
            waypoints = waypoints.saturating_add(file.waypoints);
            route_points = route_points.saturating_add(file.route_points);
            let (own, refused) = file.fixes(received_at);
            good.extend(own);
            apart.extend(refused);
            cuts.extend(file.cut);
        }
        // A form may bring waypoints in one file and the track in another.
        if points == 0 && cuts.is_empty() && (waypoints, route_points) != (0, 0) {
            let refusal = GpxRefusal::NoTrack {
                waypoints,
                route_points,
            };
            return Err(refused_file(&refusal, None));
        }
        let batch = Batch::of_points(good, &apart);
        let upload = Upload {
            batch: cuts.iter().fold(batch, Batch::cut_at),
            request: digest_of(&files),
            turn: Bytes::new(),
        };
        Ok((upload, cuts.first().map(|cut| cut.after_point)))
    });
    match read.await {
        Ok(upload) => upload,
        Err(cause) => Err(Problem::new(ProblemKind::Internal).internal(cause)),
    }
}

/// Of one file its own digest, of several that of their digests.
fn digest_of(files: &[Bytes]) -> RequestDigest {
    match files {
        [file] => sha256(file),
        files => {
            let digests: Vec<RequestDigest> = files.iter().map(|file| sha256(file)).collect();
            sha256(&digests.concat())
        }
    }
}

fn refused_file(refusal: &GpxRefusal, number: Option<usize>) -> Problem {
    let kind = match refusal {
        GpxRefusal::TooLarge { .. } => ProblemKind::TooLarge,
        GpxRefusal::NoTrack { .. } | GpxRefusal::TooManyPoints | GpxRefusal::TooManyParts => {
            ProblemKind::InvalidContent
        }
        _ => ProblemKind::MalformedBody,
    };
    let told = match number {
        Some(number) => format!("file {number} of the form: {refusal}"),
        None => refusal.to_string(),
    };
    Problem::new(kind).detail(told)
}

pub(super) fn view(appended: Appended) -> AppendedView {
    AppendedView {
        accepted: appended.accepted,
        uncounted: Some(appended.uncounted).filter(|many| *many > 0),
        duplicates: appended.duplicates,
        quarantined: appended.quarantined,
        reasons: appended.reasons,
        receipt: appended.receipt,
    }
}

fn file_view(appended: Appended, cut_after_point: Option<u32>) -> FileView {
    FileView {
        held: appended.held,
        cut_after_point,
        appended: view(appended),
    }
}
