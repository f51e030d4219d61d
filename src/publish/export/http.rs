//! The routes of files.

use axum::body::Body as Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::base::hex;
use crate::blobs::Shelved;
use crate::http::range::{Asked, range};
use crate::http::{Body, Json, Params, Path, Problem, ProblemKind};
use crate::identity::Caller;
use crate::publish::feature::Collection;
use crate::publish::reader::{Reader, without_token};

use super::orders::{ExportDecision, ExportDraft, ExportView};
use super::run::shelf;
use super::sql::ExportRow;
use super::{Error, Exports, Filter, Format, Made, Wanted};

/// The caller's files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExportList {
    /// The newest first.
    pub exports: Vec<ExportView>,
}

/// A collection as a file: `plots.gpkg`, `patrols.gpx`, `communes.geojson` and so on; formats are `geojson`, `geojsonl`,
/// `fgb`, `gpkg`, `csv`, `gpx` and `kml`. The caller's own rights and precision hold; that it was taken out is journalled.
/// A file with more features than the server gives this way (see `export_features`) is asked for in the background.
#[utoipa::path(get, path = "/export/{file}", tag = "export",
    params(("file" = String, Path, description = "collection.ending, such as plots.gpkg", example = "plots.geojson"), Filter,
        ("access_token" = Option<String>, Query, description = "A secret that may only read and that expires, where no header can be sent")),
    responses((status = 200, content((serde_json::Value = "application/geo+json"), (String = "application/geo+json-seq"),
        (String = "application/flatgeobuf"), (String = "application/geopackage+sqlite3"), (String = "text/csv"),
        (String = "application/gpx+xml"), (String = "application/vnd.google-earth.kml+xml"))),
        (status = 400), (status = 404), (status = 413)))]
pub async fn export_file(
    State(exports): State<Exports>,
    Reader(actor): Reader,
    method: Method,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    // The filter goes into the log, the secret beside it must not.
    let Params(filter) = Params::<Filter>::read(&without_token(query.as_deref()))?;
    let unknown = || Problem::new(ProblemKind::NotFound);
    let (collection, format) = file.rsplit_once('.').ok_or_else(unknown)?;
    let collection: Collection = collection.parse().or(Err(unknown()))?;
    let format: Format = format.parse().or(Err(unknown()))?;
    let wanted = Wanted {
        collections: vec![collection],
        format,
        filter,
    };
    let name = format!("{collection}.{format}");
    if method == Method::HEAD {
        // Nothing is taken out, so that nothing is made.
        exports.layers(&actor, &wanted)?;
        return Ok(attached(format, &name).into_response());
    }
    let direct = exports.direct(&actor, &wanted).await?;
    let mut headers = attached(format, &name);
    tell(&mut headers, &direct.made);
    let body = Bytes::from_stream(direct.stream().await?);
    Ok((headers, body).into_response())
}

/// Asks for a file in the background, of any size, in one or (as `GeoPackage`) several collections. It needs a reason, and
/// it is made when a second account that does not stand behind the same person has approved it.
#[utoipa::path(post, path = "/api/v1/exports", tag = "export", request_body = ExportDraft,
    responses((status = 201, body = ExportView)))]
pub async fn ask_export(
    State(exports): State<Exports>,
    Caller(actor): Caller,
    draft: Json<ExportDraft>,
) -> Result<Body<ExportView>, Problem> {
    let view = exports.ask(&actor, draft.value).await?;
    Ok(Body(StatusCode::CREATED, view))
}

/// The caller's own files and those that the caller may approve.
#[utoipa::path(get, path = "/api/v1/exports", tag = "export", responses((status = 200, body = ExportList)))]
pub async fn exports(
    State(exports): State<Exports>,
    Caller(actor): Caller,
) -> Result<Body<ExportList>, Problem> {
    let exports = exports.list(&actor).await?;
    Ok(Body(StatusCode::OK, ExportList { exports }))
}

/// One file and how far it is.
#[utoipa::path(get, path = "/api/v1/exports/{id}", tag = "export", params(("id" = Uuid, Path)),
    responses((status = 200, body = ExportView)))]
pub async fn export(
    State(exports): State<Exports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<Body<ExportView>, Problem> {
    Ok(Body(StatusCode::OK, exports.export(&actor, id).await?))
}

/// Approves or refuses a file that another account asked for.
#[utoipa::path(post, path = "/api/v1/exports/{id}/decision", tag = "export", params(("id" = Uuid, Path)),
    request_body = ExportDecision, responses((status = 200, body = ExportView)))]
pub async fn decide_export(
    State(exports): State<Exports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
    decision: Json<ExportDecision>,
) -> Result<Body<ExportView>, Problem> {
    let view = exports.decide(&actor, id, decision.value).await?;
    Ok(Body(StatusCode::OK, view))
}

/// Takes a file back: what was made of it is removed.
#[utoipa::path(delete, path = "/api/v1/exports/{id}", tag = "export", params(("id" = Uuid, Path)),
    responses((status = 200, body = ExportView)))]
pub async fn cancel_export(
    State(exports): State<Exports>,
    Caller(actor): Caller,
    Path(id): Path<Uuid>,
) -> Result<Body<ExportView>, Problem> {
    Ok(Body(StatusCode::OK, exports.cancel(&actor, id).await?))
}

/// The bytes of a finished file, for its asker only; whole or from where a connection broke off (`Range` with
/// `If-Range`).
#[utoipa::path(get, path = "/api/v1/exports/{id}/file", tag = "export", params(("id" = Uuid, Path)),
    responses((status = 200, content((serde_json::Value = "application/geo+json"), (String = "application/geo+json-seq"),
        (String = "application/flatgeobuf"), (String = "application/geopackage+sqlite3"), (String = "text/csv"),
        (String = "application/gpx+xml"), (String = "application/vnd.google-earth.kml+xml"))),
        (status = 206), (status = 416)))]
pub async fn fetch_export(
    State(exports): State<Exports>,
    Caller(actor): Caller,
    method: Method,
    Path(id): Path<Uuid>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let row = exports.ready(&actor, id).await?;
    let wanted = row.wanted().map_err(Error::from)?;
    let whole = u64::try_from(row.bytes).unwrap_or(0);
    let tag = format!("\"{}\"", hex(row.sha256.as_deref().unwrap_or_default()));
    let name = match wanted.collections[..] {
        [one] => format!("{one}.{}", wanted.format),
        _ => format!("tuantra.{}", wanted.format),
    };
    let mut headers = attached(wanted.format, &name);
    set(&mut headers, header::ETAG, &tag);
    set(&mut headers, header::ACCEPT_RANGES, "bytes");
    let (status, from, to) = match range(&asked, whole, &tag) {
        Asked::Whole => (StatusCode::OK, 0, whole),
        Asked::Part(from, to) => {
            let part = format!("bytes {from}-{}/{whole}", to - 1);
            set(&mut headers, header::CONTENT_RANGE, &part);
            (StatusCode::PARTIAL_CONTENT, from, to)
        }
        Asked::Beyond => {
            set(
                &mut headers,
                header::CONTENT_RANGE,
                &format!("bytes */{whole}"),
            );
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
    };
    set(
        &mut headers,
        header::CONTENT_LENGTH,
        &(to - from).to_string(),
    );
    if method == Method::HEAD {
        return Ok((status, headers).into_response());
    }
    exports.enter_fetched(&row, from).await?;
    let body = Bytes::from_stream(exports.pieces(&row, from, to));
    Ok((status, headers, body).into_response())
}

impl Exports {
    /// Journals that a file is fetched.
    async fn enter_fetched(&self, row: &ExportRow, from: u64) -> Result<(), Error> {
        let told = json!({ "from": from });
        let context = (self.clone(), row.asker, row.id, told);
        self.journal
            .write(context, |tx, (exports, actor, id, told)| {
                Box::pin(async move {
                    exports
                        .step(tx, *actor, *id, "fetched", told.clone())
                        .await?;
                    Ok::<_, Error>(())
                })
            })
            .await
    }

    /// The bytes of a file from one place up to another, a piece at a time.
    fn pieces(
        &self,
        row: &ExportRow,
        from: u64,
        to: u64,
    ) -> BoxStream<'static, Result<bytes::Bytes, Error>> {
        let (blobs, of) = (self.blobs.clone(), shelf(row.id, row.attempt));
        stream::try_unfold(from, move |at| {
            let blobs = blobs.clone();
            async move {
                if at >= to {
                    return Ok(None);
                }
                let number = at / Shelved::PIECE;
                let piece = blobs.shelved(of, number).await?.ok_or(Error::Gone)?;
                let start = at - number * Shelved::PIECE;
                let end = (start + (to - at)).min(piece.len() as u64);
                let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
                if end <= start {
                    return Err(Error::Gone);
                }
                let part = piece.slice(within(start)..within(end));
                Ok(Some((part, at + (end - start))))
            }
        })
        .boxed()
    }
}

fn attached(format: Format, name: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    set(&mut headers, header::CONTENT_TYPE, format.media_type());
    let disposition = format!("attachment; filename=\"{name}\"");
    set(&mut headers, header::CONTENT_DISPOSITION, &disposition);
    set(&mut headers, header::CACHE_CONTROL, "private, no-store");
    set(&mut headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    headers
}

fn tell(headers: &mut HeaderMap, made: &Made) {
    if let Some(entry) = made.as_of {
        set(
            headers,
            header::HeaderName::from_static("tuantra-as-of"),
            &entry.to_string(),
        );
    }
    let settled = if made.is_settled { "true" } else { "false" };
    set(
        headers,
        header::HeaderName::from_static("tuantra-settled"),
        settled,
    );
    let features = made.features().to_string();
    set(
        headers,
        header::HeaderName::from_static("tuantra-features"),
        &features,
    );
}

fn set(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    // Every value is made here of letters that headers may hold.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Forbidden => Self::new(ProblemKind::Forbidden)
                .detail("files in the background are for accounts with a right to change something"),
            Error::NotFound => Self::new(ProblemKind::NotFound),
            Error::Filter(fault) => Self::new(ProblemKind::InvalidParameter)
                .fault(format!("query:{}", fault.name), fault.reason),
            Error::Refused(refusal) => refusal.into(),
            Error::TooMany(most) => Self::new(ProblemKind::TooLarge).detail(format!(
                "more than {most} features: narrow the filter, or ask for it in the background with a reason (POST \
                 /api/v1/exports) / quá {most} đối tượng: thu hẹp bộ lọc hoặc gửi yêu cầu xuất tệp kèm lý do"
            )),
            Error::TooManyOpen(open) => Self::new(ProblemKind::TooManyRequests).detail(format!(
                "{open} files are open already: cancel one / đã có {open} tệp đang mở"
            )),
            Error::SecondAccount => Self::new(ProblemKind::Forbidden).detail(
                "another account must approve, that the asker did not create and that did not create the asker / cần \
                 một tài khoản khác duyệt",
            ),
            Error::WrongState => Self::new(ProblemKind::WrongState),
            Error::Gone => Self::new(ProblemKind::Gone).detail("the file's days are over: ask again"),
            Error::Disk(cause) if is_full(&cause) => Self::new(ProblemKind::StorageFull),
            Error::Identity(error) => error.into(),
            Error::Store(error) => error.into(),
            cause @ (Error::Disk(_) | Error::Package(_) | Error::Blobs(_) | Error::Stopped) => {
                Self::new(ProblemKind::Unavailable).internal(cause)
            }
        }
    }
}

fn is_full(cause: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(cause.kind(), StorageFull | QuotaExceeded)
}
