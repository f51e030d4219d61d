//! Submissions: the probe before them, and the form with its files as it streams in.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use multer::{Constraints, Field, Multipart, SizeLimit};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use crate::base::actor::Actor;
use crate::http::{Path, Problem, ProblemKind};
use crate::identity::OdkCaller;
use crate::identity::http::ShownUrl;
use crate::patrols::model::text::composed;
use crate::store;

use super::super::service::{Accepted, Error, LargeFile, PhoneStanding, SentFile};
use super::super::{OpenRosa, xml};
use super::answers::message;
use super::forms::{ProjectPath, base, check_project};

/// What phones are told that one request may carry; they split what is longer.
const ACCEPTED_BYTES: u64 = 100_000_000;
/// A single file may still go beyond it, and is then read past without being kept: a phone hears no answer before all of it
/// was read.
const MOST_BYTES: u64 = 1_000_000_000;
/// Files up to here need no leave to be in memory.
const SMALL_FILE_BYTES: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(20);
/// A phone that sends nothing for so long is gone; one that sends slowly is not.
const SILENCE: Duration = Duration::from_mins(1);

const SUBMISSION_PART: &str = "xml_submission_file";
const INCOMPLETE_PART: &str = "*isIncomplete*";

/// What a phone asks before every submission.
#[utoipa::path(head, path = "/v1/key/{token}/projects/{project}/submission", tag = "openrosa",
    params(ProjectPath), responses((status = 204), (status = 403)))]
pub async fn submission_probe(
    State(public): State<ShownUrl>,
    OdkCaller(_caller): OdkCaller,
    Path(at): Path<ProjectPath>,
) -> Result<Response, Problem> {
    check_project(&at.project)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let here = format!("{}/submission", base(&public, &at.token, &at.project));
    if let Ok(here) = HeaderValue::from_str(&here) {
        headers.insert(header::LOCATION, here);
    }
    headers.insert(
        "x-openrosa-accept-content-length",
        HeaderValue::from(ACCEPTED_BYTES),
    );
    Ok(response)
}

/// Takes a submission with its files, or a part of it.
#[utoipa::path(post, path = "/v1/key/{token}/projects/{project}/submission", tag = "openrosa",
    params(ProjectPath),
    request_body(content = String, content_type = "multipart/form-data"),
    responses((status = 201, body = String, content_type = "text/xml"), (status = 202, body = String, content_type = "text/xml"),
        (status = 400), (status = 403), (status = 404), (status = 409)))]
pub async fn submit(
    State(odk): State<OpenRosa>,
    OdkCaller(actor): OdkCaller,
    Path(at): Path<ProjectPath>,
    request: Request,
) -> Result<Response, Problem> {
    check_project(&at.project)?;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let boundary = kind.and_then(|kind| multer::parse_boundary(kind.to_str().ok()?).ok());
    let boundary = boundary.ok_or(Error::NoSubmission)?;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(MOST_BYTES));
    let stream = request.into_body().into_data_stream();
    let mut form = Multipart::with_constraints(stream, boundary, limits);
    let mut incoming = Incoming::new(odk, actor);
    while let Some(field) = form.next_field().await.map_err(cut_off)? {
        incoming.take(field).await?;
    }
    incoming.finish().await
}

/// A request's parts as they come. A refusal waits until all of them were read: a phone that is still sending hears
/// nothing of an answer.
struct Incoming {
    odk: OpenRosa,
    actor: Actor,
    accepted: Option<Result<Accepted, Error>>,
    /// Files that came before the submission.
    early: Vec<SentFile>,
    /// Files that are larger than any that is taken, and came before the submission.
    early_large: Vec<LargeFile>,
    /// Whether a file was kept.
    is_any_kept: bool,
    refused: Option<Error>,
}

impl Incoming {
    fn new(odk: OpenRosa, actor: Actor) -> Self {
        Self {
            odk,
            actor,
            accepted: None,
            early: Vec::new(),
            early_large: Vec::new(),
            is_any_kept: false,
            refused: None,
        }
    }

    async fn take(&mut self, field: Field<'_>) -> Result<(), Problem> {
        let name = field.name().unwrap_or("").to_owned();
        if name == SUBMISSION_PART && self.accepted.is_none() {
            return self.take_submission(field).await;
        }
        let file = composed(field.file_name().map_or(name.as_str(), base_name));
        if name == INCOMPLETE_PART || !self.wants(&file) {
            return drain(field).await;
        }
        let media_type = field.content_type().map(ToString::to_string);
        let most = self.odk.most_file_bytes();
        let held = match hold(field, most, &self.odk).await? {
            Part::Held(held) => held,
            Part::TooLarge { sha256, bytes } => {
                let name = file;
                let large = LargeFile {
                    name,
                    sha256,
                    bytes,
                };
                return self.take_large(large).await;
            }
        };
        let sent = SentFile {
            name: file,
            sha256: Sha256::digest(&held.bytes).into(),
            bytes: held.bytes,
            media_type,
        };
        if let Some(Ok(accepted)) = &self.accepted {
            match self.odk.attach(&self.actor, accepted, sent).await {
                Err(error @ Error::Store(store::Error::Retired)) => self.refused = Some(error),
                kept => {
                    kept?;
                    self.is_any_kept = true;
                }
            }
        } else {
            self.early.push(sent);
        }
        Ok(())
    }

    /// A refusal for one file would keep the whole form on the phone, which sends the same again for ever.
    async fn take_large(&mut self, large: LargeFile) -> Result<(), Problem> {
        match &self.accepted {
            Some(Ok(accepted)) => {
                self.odk
                    .note_too_large(&self.actor, accepted, large)
                    .await?;
                self.is_any_kept = true;
            }
            _ => self.early_large.push(large),
        }
        Ok(())
    }

    async fn take_submission(&mut self, field: Field<'_>) -> Result<(), Problem> {
        let Part::Held(held) = hold(field, xml::MAX_BYTES as u64, &self.odk).await? else {
            self.accepted = Some(Err(Error::Unreadable(xml::XmlRefusal::TooLarge)));
            return Ok(());
        };
        match self.odk.accept(&self.actor, held.bytes).await {
            refused @ Err(Error::Store(store::Error::Retired)) => {
                self.accepted = Some(refused);
                Ok(())
            }
            // Nothing was promised: the phone keeps everything and comes again.
            Err(error @ (Error::Store(_) | Error::Blobs(_))) => Err(error.into()),
            accepted => {
                self.accepted = Some(accepted);
                Ok(())
            }
        }
    }

    /// Whether a file of that name is kept; before the submission came, those that fit one small file.
    fn wants(&self, file: &str) -> bool {
        match &self.accepted {
            Some(Ok(accepted)) => accepted.names(file),
            Some(Err(_)) => false,
            None => {
                let held: usize = self.early.iter().map(|file| file.bytes.len()).sum();
                held < SMALL_FILE_BYTES && self.early.len() + self.early_large.len() < 100
            }
        }
    }

    async fn finish(mut self) -> Result<Response, Problem> {
        let accepted = self.accepted.ok_or(Error::NoSubmission)??;
        for file in self.early {
            if accepted.names(&file.name) {
                self.odk.attach(&self.actor, &accepted, file).await?;
                self.is_any_kept = true;
            }
        }
        for large in self.early_large {
            if accepted.names(&large.name) {
                self.odk
                    .note_too_large(&self.actor, &accepted, large)
                    .await?;
                self.is_any_kept = true;
            }
        }
        if let Some(error) = self.refused {
            return Err(error.into());
        }
        let standing = if self.is_any_kept {
            self.odk.standing(accepted.id).await?
        } else {
            accepted.standing()
        };
        let status = if standing.state == "taken" {
            StatusCode::CREATED
        } else {
            StatusCode::ACCEPTED
        };
        Ok(message(status, &told(&standing)))
    }
}

/// What the phone shows.
fn told(standing: &PhoneStanding) -> String {
    let mut text = match standing.state.as_str() {
        "taken" => "Đã nhận và ghi nhận / received and recorded",
        "refused" => "Đã nhận; cán bộ đã xem và không ghi nhận / received; an officer looked at it and did not record it",
        _ => "Đã nhận và giữ nguyên, cán bộ sẽ xem lại / received and kept as it is, an officer will look at it",
    }
    .to_owned();
    let files = [
        (
            standing.missing,
            ("còn thiếu", "tệp"),
            "files are still to come",
        ),
        (
            i64::try_from(standing.unusable).unwrap_or(i64::MAX),
            ("có", "tệp không dùng được"),
            "files cannot be used",
        ),
        (
            i64::try_from(standing.too_large).unwrap_or(i64::MAX),
            (
                "không nhận",
                "tệp vì quá lớn: giữ ảnh trong máy và báo cán bộ",
            ),
            "files were too large and not taken: keep them on the phone and tell an officer",
        ),
    ];
    for (number, (before, after), english) in files {
        if number > 0 {
            text = format!("{text}; {before} {number} {after} / {number} {english}");
        }
    }
    text
}

/// A part in memory, with the leave to be there when it is large.
struct Held {
    bytes: Bytes,
    _leave: Option<OwnedSemaphorePermit>,
}

/// A part as it was read.
enum Part {
    /// All of it.
    Held(Held),
    /// Longer than any that is taken: nothing of it is kept but what it was.
    TooLarge { sha256: [u8; 32], bytes: u64 },
}

/// Reads a part of at most so many bytes; one that is longer is read to its end and not kept.
async fn hold(mut field: Field<'_>, most: u64, odk: &OpenRosa) -> Result<Part, Problem> {
    let mut bytes = BytesMut::new();
    let mut leave = None;
    while let Some(chunk) = next_chunk(&mut field).await? {
        let length = bytes.len() + chunk.len();
        if u64::try_from(length).unwrap_or(u64::MAX) > most {
            drop(leave);
            return read_past(field, bytes, &chunk).await;
        }
        if length > SMALL_FILE_BYTES && leave.is_none() {
            leave = Some(odk.leave_for_large_file(PATIENCE).await.ok_or(busy())?);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Part::Held(Held {
        bytes: bytes.freeze(),
        _leave: leave,
    }))
}

/// Reads the rest of a part that is too long, of which this much came; what came is let go at once.
async fn read_past(mut field: Field<'_>, came: BytesMut, chunk: &Bytes) -> Result<Part, Problem> {
    let mut digest = Sha256::new_with_prefix(&came);
    digest.update(chunk);
    let mut bytes = came.len() + chunk.len();
    drop(came);
    while let Some(chunk) = next_chunk(&mut field).await? {
        digest.update(&chunk);
        bytes += chunk.len();
    }
    Ok(Part::TooLarge {
        sha256: digest.finalize().into(),
        bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
    })
}

async fn next_chunk(field: &mut Field<'_>) -> Result<Option<Bytes>, Problem> {
    let chunk = tokio::time::timeout(SILENCE, field.chunk()).await;
    let chunk = chunk.or(Err(Problem::new(ProblemKind::Timeout)))?;
    chunk.map_err(cut_off)
}

async fn drain(mut field: Field<'_>) -> Result<(), Problem> {
    while next_chunk(&mut field).await?.is_some() {}
    Ok(())
}

fn busy() -> Problem {
    Problem::new(ProblemKind::Unavailable).internal("too many large files at once")
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it on")]
fn cut_off(fault: multer::Error) -> Problem {
    match fault {
        multer::Error::StreamSizeExceeded { .. } => Problem::new(ProblemKind::TooLarge),
        _ => Problem::new(ProblemKind::MalformedBody),
    }
}

/// The last part of a path: phones and browsers differ in what they call a file.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
