//! The routes: `TileJSON`, tiles as web maps name them, and the same tiles in the order of OGC API – Tiles.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Tiles;
use super::drawn::Drawn;
use super::layers::rules;
use super::params::{TileQuery, Wanted};
use super::tile_json::document;
use crate::geo::tile::Tile;
use crate::http::{Params, Path, Problem, ProblemKind};
use crate::identity::http::ShownUrl;
use crate::publish::reader::Reader;

pub(super) const MVT: &str = "application/vnd.mapbox-vector-tile";
/// The one set of tile matrices: Web Mercator as all web maps cut it.
pub(super) const MATRIX_SET: &str = "WebMercatorQuad";

pub(super) type Answer = Result<Response, Problem>;

pub(super) fn unknown() -> Problem {
    Problem::new(ProblemKind::NotFound)
}

/// What a layer is and where its tiles are, as `TileJSON` 3.0.0.
#[utoipa::path(get, path = "/tiles/{layer}", tag = "tiles",
    params(("layer" = String, Path, description = "communes, risk_areas, patrols, plots, coverage_cells or density_cells, then .json"), TileQuery),
    responses((status = 200), (status = 400), (status = 404)))]
pub async fn tile_json(
    State(tiles): State<Tiles>,
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path(layer): Path<String>,
    Params(query): Params<TileQuery>,
) -> Answer {
    let name = layer.strip_suffix(".json").ok_or_else(unknown)?;
    let today = tiles.areas.today();
    let wanted = Wanted::of(name, &query, today)?;
    let collection = wanted.collection;
    let rules = rules(collection).ok_or_else(unknown)?;
    super::reach(collection, &actor).ok_or_else(unknown)?;
    let map = tiles.areas.map(today).await?;
    let bounds = map.communes().iter().map(|own| own.region().bounds());
    let bounds = bounds.reduce(|all, next| {
        let (low, high) = (all.min(), all.max());
        let corner = |x: f64, y: f64| geo::Coord { x, y };
        geo::Rect::new(
            corner(low.x.min(next.min().x), low.y.min(next.min().y)),
            corner(high.x.max(next.max().x), high.y.max(next.max().y)),
        )
    });
    let mut kept = form_urlencoded::Serializer::new(String::new());
    let kept = kept.extend_pairs(query.given()).finish();
    let kept = if kept.is_empty() {
        kept
    } else {
        format!("?{kept}")
    };
    let root = url.0.trim_end_matches('/');
    let fields = tiles.publisher.fields(collection, &actor);
    let document = document(collection, rules, fields, bounds, (root, &kept));
    let body = serde_json::to_vec(&document).unwrap_or_default();
    let drawn = Drawn::of(body);
    Ok(named(
        &drawn.tag,
        ([(header::CONTENT_TYPE, "application/json")], drawn.body).into_response(),
    ))
}

/// A tile by zoom, column and row. Nothing to show is 204.
#[utoipa::path(get, path = "/tiles/{layer}/{z}/{x}/{y}", tag = "tiles",
    params(("layer" = String, Path), ("z" = u8, Path), ("x" = u32, Path), ("y" = String, Path, description = "the row, then .mvt"), TileQuery),
    responses((status = 200), (status = 204), (status = 304), (status = 400), (status = 404)))]
pub async fn tile(
    State(tiles): State<Tiles>,
    Reader(actor): Reader,
    Path((layer, z, x, y)): Path<(String, u8, u32, String)>,
    Params(query): Params<TileQuery>,
    headers: HeaderMap,
) -> Answer {
    let wanted = Wanted::of(&layer, &query, tiles.areas.today())?;
    let row = y.strip_suffix(".mvt").ok_or_else(unknown)?;
    let y = row.parse::<u32>().or(Err(
        Problem::new(ProblemKind::InvalidParameter).detail("y: expected a row, then .mvt")
    ))?;
    let tile = Tile::new(z, x, y).ok_or_else(unknown)?;
    let drawn = tiles.draw(&actor, &wanted, tile).await?;
    answer(&drawn, &headers).await
}

/// The same tile under its collection, by zoom, row and column (OGC API – Tiles).
#[utoipa::path(get, path = "/ogc/collections/{collection}/tiles/{tms}/{z}/{y}/{x}", tag = "tiles",
    params(("collection" = String, Path), ("tms" = String, Path, description = "WebMercatorQuad"), ("z" = u8, Path), ("y" = u32, Path), ("x" = u32, Path), TileQuery),
    responses((status = 200), (status = 204), (status = 304), (status = 400), (status = 404)))]
pub async fn ogc_tile(
    State(tiles): State<Tiles>,
    Reader(actor): Reader,
    Path((collection, tms, z, y, x)): Path<(String, String, u8, u32, u32)>,
    Params(query): Params<TileQuery>,
    headers: HeaderMap,
) -> Answer {
    let wanted = Wanted::of(&collection, &query, tiles.areas.today())?;
    let tile = Tile::new(z, x, y).filter(|_| tms == MATRIX_SET);
    let tile = tile.ok_or_else(unknown)?;
    let drawn = tiles.draw(&actor, &wanted, tile).await?;
    answer(&drawn, &headers).await
}

async fn answer(drawn: &Drawn, headers: &HeaderMap) -> Answer {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let mut asked = text(header::IF_NONE_MATCH).unwrap_or_default().split(',');
    if asked.any(|own| own.trim() == drawn.tag || own.trim() == "*") {
        return Ok(named(&drawn.tag, StatusCode::NOT_MODIFIED.into_response()));
    }
    if drawn.body.is_empty() {
        return Ok(named(&drawn.tag, StatusCode::NO_CONTENT.into_response()));
    }
    let kind = [(header::CONTENT_TYPE, MVT)];
    let takes_gzip = text(header::ACCEPT_ENCODING).is_some_and(|all| {
        let mut all = all.split(',').map(str::trim);
        all.any(|own| own.split(';').next() == Some("gzip") && !own.ends_with("q=0"))
    });
    let response = if takes_gzip {
        let body = drawn.compressed().await?;
        (kind, [(header::CONTENT_ENCODING, "gzip")], body).into_response()
    } else {
        (kind, drawn.body.clone()).into_response()
    };
    Ok(named(&drawn.tag, response))
}

/// An answer with its name, for its reader alone.
pub(super) fn named(tag: &str, mut response: Response) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(header::CACHE_CONTROL, "private, no-cache");
    say(header::VARY, "authorization, cookie, accept-encoding");
    response
}
