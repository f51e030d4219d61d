//! The routes.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::Asking;
use super::crs::Crs;
use super::documents;
use super::edit;
use super::items::Writer;
use super::openapi::{self, Told};
use super::pages::{Pages, Wish};
use super::params::{self, Asked, pairs, projector, refused};
use super::wanted::Wanted;
use super::{GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Site, schema, unchanged};
use crate::base::actor::Actor;
use crate::http::{Path, Problem, ProblemKind};
use crate::identity::http::ShownUrl;
use crate::journal::Journal;
use crate::publish::feature::Collection;
use crate::publish::reader::Reader;
use crate::publish::source::Publisher;

pub(super) type Answer = Result<Response, Problem>;

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// OGC API – Features: where everything is found.
#[utoipa::path(get, path = "/ogc", tag = "ogc", params(("f" = Option<String>, Query)), responses((status = 200), (status = 304)))]
pub async fn landing(
    State(url): State<ShownUrl>,
    Reader(_reader): Reader,
    asking: Asking,
) -> Answer {
    let wanted = Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let document = documents::landing(&Site::of(&url));
    Ok(asking.answer(wanted, JSON, &document))
}

/// What is conformed to.
#[utoipa::path(get, path = "/ogc/conformance", tag = "ogc", params(("f" = Option<String>, Query)), responses((status = 200), (status = 304)))]
pub async fn conformance(
    State(url): State<ShownUrl>,
    Reader(_reader): Reader,
    asking: Asking,
) -> Answer {
    let wanted = Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let document = documents::conformance(&Site::of(&url));
    Ok(asking.answer(wanted, JSON, &document))
}

/// The service as OpenAPI 3.0, as its caller may use it.
#[utoipa::path(get, path = "/ogc/openapi", tag = "ogc", params(("f" = Option<String>, Query)), responses((status = 200), (status = 304)))]
pub async fn service_openapi(
    State(publisher): State<Publisher>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    asking: Asking,
) -> Answer {
    Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let all: Vec<Told> = publisher
        .visible(&actor)
        .into_iter()
        .map(|collection| Told {
            collection,
            fields: publisher.fields(collection, &actor),
            is_editable: edit::may_edit(collection, &actor),
        })
        .collect();
    let document = openapi::document(&Site::of(&url), &all);
    Ok(asking.answer(Wanted::Json, OPENAPI, &document))
}

/// The collections that the caller may read.
#[utoipa::path(get, path = "/ogc/collections", tag = "ogc", params(("f" = Option<String>, Query)), responses((status = 200), (status = 304)))]
pub async fn collections(
    State(publisher): State<Publisher>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    asking: Asking,
) -> Answer {
    let wanted = Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let document = documents::collections(&Site::of(&url), &publisher.visible(&actor));
    Ok(asking.answer(wanted, JSON, &document))
}

/// One collection.
#[utoipa::path(get, path = "/ogc/collections/{collection}", tag = "ogc", params(("collection" = String, Path), ("f" = Option<String>, Query)),
    responses((status = 200), (status = 304)))]
pub async fn collection(
    State(publisher): State<Publisher>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path(collection): Path<String>,
    asking: Asking,
) -> Answer {
    let own = seen(&publisher, &actor, &collection)?;
    let wanted = Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let document = documents::collection(&Site::of(&url), own);
    Ok(asking.answer(wanted, JSON, &document))
}

/// What a collection's features hold.
#[utoipa::path(get, path = "/ogc/collections/{collection}/schema", tag = "ogc", params(("collection" = String, Path), ("f" = Option<String>, Query)),
    responses((status = 200), (status = 304)))]
pub async fn collection_schema(
    State(publisher): State<Publisher>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path(collection): Path<String>,
    asking: Asking,
) -> Answer {
    let own = seen(&publisher, &actor, &collection)?;
    Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let fields = publisher.fields(own, &actor);
    let document = schema::schema(&Site::of(&url), own, fields, publisher.shape(own));
    Ok(asking.answer(Wanted::Json, SCHEMA, &document))
}

/// What filters may name.
#[utoipa::path(get, path = "/ogc/collections/{collection}/queryables", tag = "ogc", params(("collection" = String, Path), ("f" = Option<String>, Query)),
    responses((status = 200), (status = 304)))]
pub async fn queryables(
    State(publisher): State<Publisher>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path(collection): Path<String>,
    asking: Asking,
) -> Answer {
    let own = seen(&publisher, &actor, &collection)?;
    Wanted::alone(&pairs(asking.query.as_deref())?, &asking.headers)?;
    let fields = publisher.fields(own, &actor);
    let document = schema::queryables(&Site::of(&url), own, fields, publisher.shape(own));
    Ok(asking.answer(Wanted::Json, SCHEMA, &document))
}

/// A page of features.
#[utoipa::path(get, path = "/ogc/collections/{collection}/items", tag = "ogc",
    params(("collection" = String, Path), ("f" = Option<String>, Query), ("limit" = Option<String>, Query), ("cursor" = Option<String>, Query),
        ("bbox" = Option<String>, Query), ("bbox-crs" = Option<String>, Query), ("crs" = Option<String>, Query),
        ("datetime" = Option<String>, Query), ("cells" = Option<String>, Query), ("filter" = Option<String>, Query),
        ("filter-lang" = Option<String>, Query), ("filter-crs" = Option<String>, Query)),
    responses((status = 200), (status = 304)))]
pub async fn items(
    State(publisher): State<Publisher>,
    State(pages): State<Pages>,
    State(journal): State<Journal>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path(collection): Path<String>,
    asking: Asking,
) -> Answer {
    let own = seen(&publisher, &actor, &collection)?;
    let fields = publisher.fields(own, &actor);
    let query = asking.query.as_deref();
    let wanted = Wanted::of(&pairs(query)?, &asking.headers)?;
    let asked = Asked::read(query, own, fields, wanted)?;
    let wish = Wish {
        publisher,
        actor,
        collection: own,
        asked,
        site: Site::of(&url),
    };
    let page = Box::pin(pages.page(&wish)).await?;
    let asked = &wish.asked;
    if asked.wanted == Wanted::Html {
        let mut document = page.document();
        document["title"] = documents::titles(own).0.into();
        return Ok(asking.page(&document));
    }
    let tail = format!(r#","timeStamp":"{}"}}"#, journal.now());
    Ok(with_crs(asking.written(GEOJSON, &page, tail), asked.crs))
}

fn with_crs(mut response: Response, crs: Crs) -> Response {
    if let Ok(value) = HeaderValue::try_from(format!("<{}>", crs.uri())) {
        response.headers_mut().insert(CONTENT_CRS, value);
    }
    response
}

/// One feature.
#[utoipa::path(get, path = "/ogc/collections/{collection}/items/{id}", tag = "ogc",
    params(("collection" = String, Path), ("id" = String, Path), ("f" = Option<String>, Query), ("crs" = Option<String>, Query)),
    responses((status = 200), (status = 304)))]
pub async fn item(
    State(publisher): State<Publisher>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path((collection, id)): Path<(String, String)>,
    asking: Asking,
) -> Answer {
    let own = seen(&publisher, &actor, &collection)?;
    let pairs = pairs(asking.query.as_deref())?;
    if pairs.iter().any(|(name, _)| name != "f" && name != "crs") {
        return Err(refused("query", "only f and crs are known here"));
    }
    let wanted = Wanted::of(&pairs, &asking.headers)?;
    let crs = params::crs(&pairs, "crs")?;
    let feature = Box::pin(publisher.one(&actor, own, &id)).await?;
    let fields = publisher.fields(own, &actor);
    let tag = unchanged::tag_of(&feature, fields)?;
    let (site, projector) = (Site::of(&url), projector(crs)?);
    let writer = Writer::new(&site, fields, &projector);
    let mut body = Vec::new();
    writer.open(&mut body, &feature);
    let path = format!("/collections/{own}/items/{}", segment(&feature.id));
    let links = json!([
        site.link("self", GEOJSON, "This feature", &path),
        site.link(
            "alternate",
            HTML,
            "This feature as a page",
            &format!("{path}?f=html")
        ),
        site.link(
            "collection",
            JSON,
            "The collection",
            &format!("/collections/{own}")
        ),
    ]);
    body.extend_from_slice(format!(r#","links":{links}}}"#).as_bytes());
    if wanted == Wanted::Html {
        let mut document: Value = serde_json::from_slice(&body).unwrap_or_default();
        document["title"] = documents::titles(own).0.into();
        return Ok(asking.page(&document));
    }
    Ok(with_crs(asking.feature(GEOJSON, &tag, body), crs))
}

/// An id as one segment of a path.
pub(super) fn segment(id: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    encoded.replace('+', "%20")
}

/// The collection of a name, if the caller may read it.
pub(super) fn seen(
    publisher: &Publisher,
    actor: &Actor,
    name: &str,
) -> Result<Collection, Problem> {
    let own = name.parse().ok();
    own.filter(|own| publisher.visible(actor).contains(own))
        .ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
