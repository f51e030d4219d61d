//! The routes of files that offices send.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;

use super::table::Encoding;
use super::{Error, ImportKind, ImportOptions, ImportView, Imports};

/// What is said of a file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// What it holds.
    #[param(inline)]
    kind: ImportKind,
    /// Its name, 1 to 200 characters.
    name: String,
    /// The code with EPSG of its reference system, where the file does not say: 4326, 4756 or a zone of VN-2000.
    epsg: Option<u32>,
    /// The code of the commune in which all of it lies.
    commune: Option<String>,
    /// The layer or sheet, where it has several.
    layer: Option<String>,
    /// How its texts are coded, where they are not Unicode.
    #[param(inline)]
    encoding: Option<Encoding>,
    /// What tells the codes of this list of plots from those of other lists: the caller's organisation unless told.
    source: Option<String>,
}

/// The caller's files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ImportList {
    /// The newest first, at most 100.
    pub imports: Vec<ImportView>,
}

/// Loads a file as its report told.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportOrder {
    /// The file's SHA-256 in hex, as the report has it.
    pub sha256: String,
    /// Why, at most 500 characters; risk areas need it.
    pub reason: Option<String>,
}

/// Reads a file and tells what loading it would do; nothing is loaded yet. The body is the file itself: GeoJSON, `GeoPackage`,
/// `FlatGeobuf`, KML, KMZ, a zipped shapefile, CSV or XLSX, in WGS84 or VN-2000. A file with faults is told of with each row,
/// field and reason (state `refused`); one without waits to be loaded (state `checked`).
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports", params(ImportParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = ImportView), (status = 413)))]
pub async fn bring_import(
    State(imports): State<Imports>,
    Caller(actor): Caller,
    Params(params): Params<ImportParams>,
    request: Request,
) -> Result<Body<ImportView>, Problem> {
    imports.may(&actor, params.kind)?;
    let bytes = received(request, imports.limits.bytes).await?;
    let view = imports.check(&actor, params.into(), bytes).await?;
    Ok(Body(StatusCode::CREATED, view))
}

/// The caller's own files.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", responses((status = 200, body = ImportList)))]
pub async fn imports(
    State(imports): State<Imports>,
    Caller(actor): Caller,
) -> Result<Body<ImportList>, Problem> {
    let imports = imports.list(&actor).await?;
    Ok(Body(StatusCode::OK, ImportList { imports }))
}

/// One file with its report.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = Uuid, Path)),
    responses((status = 200, body = ImportView)))]
pub async fn import(
    State(imports): State<Imports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<Body<ImportView>, Problem> {
    Ok(Body(StatusCode::OK, imports.view(&actor, id).await?))
}

/// Loads a file exactly as its report told: all of it or nothing. Where what stands has changed since, nothing is loaded
/// and the file must be brought again. Loaded already: the same answer.
#[utoipa::path(post, path = "/api/v1/imports/{id}/load", tag = "imports", params(("id" = Uuid, Path)),
    request_body = ImportOrder, responses((status = 200, body = ImportView), (status = 409)))]
pub async fn load_import(
    State(imports): State<Imports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
    order: Json<ImportOrder>,
) -> Result<Body<ImportView>, Problem> {
    let ImportOrder { sha256, reason } = order.value;
    let view = Box::pin(imports.load(&actor, id, &sha256, reason.as_deref())).await?;
    Ok(Body(StatusCode::OK, view))
}

/// Forgets a file that waits: its bytes are removed, its report stays.
#[utoipa::path(delete, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = Uuid, Path)),
    responses((status = 200, body = ImportView)))]
pub async fn forget_import(
    State(imports): State<Imports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<Body<ImportView>, Problem> {
    Ok(Body(StatusCode::OK, imports.forget(&actor, id).await?))
}

async fn received(request: Request, most: usize) -> Result<Bytes, Problem> {
    let mut body = request.into_body().into_data_stream();
    let mut whole = BytesMut::new();
    while let Some(block) = body.next().await {
        let block = block.or(Err(Problem::new(ProblemKind::MalformedBody)
            .detail("the body ended early: send the file again")))?;
        if whole.len() + block.len() > most {
            return Err(Error::TooLarge(most).into());
        }
        whole.extend_from_slice(&block);
    }
    Ok(whole.freeze())
}

impl From<ImportParams> for ImportOptions {
    fn from(params: ImportParams) -> Self {
        let ImportParams {
            kind,
            name,
            epsg,
            commune,
            layer,
            encoding,
            source,
        } = params;
        Self {
            kind,
            name,
            epsg,
            commune,
            layer,
            encoding,
            source,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let told = error.to_string();
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Refused(refusal) => refusal.into(),
            Error::TooLarge(_) | Error::TooSlow => Self::new(ProblemKind::TooLarge).detail(told),
            Error::TooManyOpen(open) => Self::new(ProblemKind::TooManyRequests).detail(format!(
                "{open} files wait already: load or forget one / đã có {open} tệp đang chờ"
            )),
            Error::Busy => Self::new(ProblemKind::Unavailable).detail(
                "other files are being read: try again soon / đang đọc tệp khác, hãy thử lại",
            ),
            Error::WrongState | Error::OtherFile | Error::Overtaken => {
                Self::new(ProblemKind::WrongState).detail(told)
            }
            Error::Blobs(error) if error.is_full() => {
                Self::new(ProblemKind::StorageFull).internal(error)
            }
            Error::Blobs(error) => Self::new(ProblemKind::Unavailable).internal(error),
            Error::Store(error) => error.into(),
        }
    }
}
