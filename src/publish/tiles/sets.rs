//! Which tiles there are, as OGC API – Tiles has it: the set of tile matrices, and the tilesets of a collection. They
//! lead to the tiles that web maps know by `/tiles`.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Tiles;
use super::drawn::Drawn;
use super::layers::{DEEPEST, Rules, rules};
use super::routes::{Answer, MATRIX_SET, MVT, named, unknown};
use crate::base::actor::Actor;
use crate::geo::tile::MAX_ZOOM;
use crate::http::{Params, Path, Problem, ProblemKind};
use crate::identity::http::ShownUrl;
use crate::publish::feature::Collection;
use crate::publish::reader::Reader;

const TITLE: &str = "Web Mercator, as all web maps cut it";
const CRS: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";
const URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";
const SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";
/// Half the way around the earth, m.
const HALF_M: f64 = 20_037_508.342_789_244;
/// Pixels along the side of a tile.
const TILE: u32 = 256;
/// Scale and pixel of the one tile of zoom 0 (OGC 17-083r4, annex D).
const SCALE_0: f64 = 559_082_264.028_717_4;
const CELL_0_M: f64 = 156_543.033_928_041;
/// Vietnam with its islands: longitudes and latitudes that tilesets say they cover.
const LONGITUDES: (f64, f64) = (102.0, 118.0);
const LATITUDES: (f64, f64) = (6.0, 24.0);

/// What documents of tilesets take.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SetQuery {
    /// `json`.
    pub f: Option<String>,
    /// A secret that may only read and that expires, where no header can be sent.
    pub access_token: Option<String>,
}

impl SetQuery {
    fn check(&self) -> Result<(), Problem> {
        match self.f.as_deref() {
            None | Some("json") => Ok(()),
            Some(_) => Err(Problem::new(ProblemKind::InvalidParameter).detail("f: json")),
        }
    }
}

/// The sets of tile matrices: one.
#[utoipa::path(get, path = "/ogc/tileMatrixSets", tag = "tiles", params(SetQuery), responses((status = 200), (status = 400)))]
pub async fn tile_matrix_sets(
    State(url): State<ShownUrl>,
    Reader(_reader): Reader,
    Params(query): Params<SetQuery>,
) -> Answer {
    query.check()?;
    let here = format!("{}/ogc/tileMatrixSets", root(&url));
    let mut set = matrix_set();
    set["links"] = json!([link("self", TITLE, &format!("{here}/{MATRIX_SET}"))]);
    Ok(told(&json!({
        "links": [link("self", "This document", &here)],
        "tileMatrixSets": [set],
    })))
}

/// A set of tile matrices, zoom by zoom.
#[utoipa::path(get, path = "/ogc/tileMatrixSets/{tms}", tag = "tiles",
    params(("tms" = String, Path, description = "WebMercatorQuad"), SetQuery), responses((status = 200), (status = 400), (status = 404)))]
pub async fn tile_matrix_set(
    Reader(_reader): Reader,
    Path(tms): Path<String>,
    Params(query): Params<SetQuery>,
) -> Answer {
    query.check()?;
    if tms != MATRIX_SET {
        return Err(unknown());
    }
    let mut set = matrix_set();
    set["tileMatrices"] = (0..=MAX_ZOOM).map(matrix).collect();
    Ok(told(&set))
}

/// The tilesets of a collection.
#[utoipa::path(get, path = "/ogc/collections/{collection}/tiles", tag = "tiles",
    params(("collection" = String, Path), SetQuery), responses((status = 200), (status = 400), (status = 404)))]
pub async fn tilesets(
    State(url): State<ShownUrl>,
    Reader(actor): Reader,
    Path(collection): Path<String>,
    Params(query): Params<SetQuery>,
) -> Answer {
    query.check()?;
    let (own, rules) = layer(&collection, &actor)?;
    let here = format!("{}/ogc/collections/{own}/tiles", root(&url));
    Ok(told(&json!({
        "links": [link("self", "This document", &here)],
        "tilesets": [tileset(own, rules, root(&url))],
    })))
}

/// One tileset of a collection.
#[utoipa::path(get, path = "/ogc/collections/{collection}/tiles/{tms}", tag = "tiles",
    params(("collection" = String, Path), ("tms" = String, Path, description = "WebMercatorQuad"), SetQuery),
    responses((status = 200), (status = 400), (status = 404)))]
pub async fn tileset_of(
    State(url): State<ShownUrl>,
    State(tiles): State<Tiles>,
    Reader(actor): Reader,
    Path((collection, tms)): Path<(String, String)>,
    Params(query): Params<SetQuery>,
) -> Answer {
    query.check()?;
    let (own, rules) = layer(&collection, &actor)?;
    if tms != MATRIX_SET {
        return Err(unknown());
    }
    let mut set = tileset(own, rules, root(&url));
    let fields = tiles.publisher.fields(own, &actor).iter();
    let shown = fields.filter(|field| rules.fields.contains(&field.name));
    let attributes = shown.map(|field| field.name).collect::<Vec<_>>();
    set["layers"] = json!([{ "id": own.as_str(), "dataType": "vector", "minTileMatrix": rules.min_zoom.to_string(),
        "maxTileMatrix": DEEPEST.to_string(), "attributes": attributes }]);
    set["tileMatrixSetLimits"] = (rules.min_zoom..=DEEPEST).map(limits).collect();
    Ok(told(&set))
}

/// The collection of a name with the rules of its layer, if the caller may see it and it has one.
fn layer(name: &str, actor: &Actor) -> Result<(Collection, Rules), Problem> {
    let own: Collection = name.parse().or(Err(unknown()))?;
    let rules = rules(own).ok_or_else(unknown)?;
    super::reach(own, actor).ok_or_else(unknown)?;
    Ok((own, rules))
}

fn root(url: &ShownUrl) -> &str {
    url.0.trim_end_matches('/')
}

fn link(rel: &str, title: &str, href: &str) -> Value {
    json!({ "rel": rel, "type": "application/json", "title": title, "href": href })
}

fn told(document: &Value) -> Response {
    let drawn = Drawn::of(serde_json::to_vec(document).unwrap_or_default());
    let kind = [(header::CONTENT_TYPE, "application/json")];
    named(&drawn.tag, (kind, drawn.body).into_response())
}

fn matrix_set() -> Value {
    json!({ "id": MATRIX_SET, "title": TITLE, "uri": URI, "crs": CRS, "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible" })
}

fn matrix(z: u8) -> Value {
    let side = 1_u32 << z;
    json!({
        "id": z.to_string(),
        "scaleDenominator": SCALE_0 / f64::from(side),
        "cellSize": CELL_0_M / f64::from(side),
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_M, HALF_M],
        "tileWidth": TILE, "tileHeight": TILE,
        "matrixWidth": side, "matrixHeight": side,
    })
}

fn tileset(own: Collection, rules: Rules, root: &str) -> Value {
    let here = format!("{root}/ogc/collections/{own}/tiles/{MATRIX_SET}");
    let matrices = format!("{root}/ogc/tileMatrixSets/{MATRIX_SET}");
    let json_of_tiles = format!("{root}/tiles/{own}.json");
    json!({
        "title": super::tile_json::title(own),
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetId": MATRIX_SET,
        "tileMatrixSetURI": URI,
        "minTileMatrix": rules.min_zoom.to_string(),
        "maxTileMatrix": DEEPEST.to_string(),
        "links": [
            link("self", "This tileset", &here),
            link(SCHEME, TITLE, &matrices),
            link("describedby", "TileJSON 3.0.0", &json_of_tiles),
            { "rel": "item", "type": MVT, "title": "Tiles", "templated": true,
                "href": format!("{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}") },
        ],
    })
}

/// The tiles of a zoom that the country is on.
fn limits(z: u8) -> Value {
    let side = f64::from(1_u32 << z);
    let column = |lon: f64| ((lon + 180.0) / 360.0 * side).floor();
    let row = |lat: f64| {
        let north = lat.to_radians().tan().asinh() / std::f64::consts::PI;
        ((1.0 - north) / 2.0 * side).floor()
    };
    // Far below 2^53, so that they are written as whole numbers.
    #[expect(clippy::cast_possible_truncation, reason = "at most 2^14")]
    let whole = |number: f64| number as i64;
    json!({
        "tileMatrix": z.to_string(),
        "minTileRow": whole(row(LATITUDES.1)), "maxTileRow": whole(row(LATITUDES.0)),
        "minTileCol": whole(column(LONGITUDES.0)), "maxTileCol": whole(column(LONGITUDES.1)),
    })
}
