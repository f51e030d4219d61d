//! Pages of GeoJSON features.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use geo::MapCoords;
use geojson::{Geometry, GeometryValue};
use serde::Serialize;
use serde_json::Value;

use crate::base::page::{Cursor, DEFAULT_LIMIT, MAX_LIMIT};
use crate::geo::position::Position;
use crate::geo::shape::Region;
use crate::http::{Problem, ProblemKind};

/// A GeoJSON feature.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Feature {
    /// Always `Feature`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The code.
    id: String,
    /// What is known.
    #[schema(value_type = Object)]
    properties: Value,
    /// Where; `null` when it was not asked for.
    #[schema(value_type = Option<Object>)]
    geometry: Option<Geometry>,
}

/// A page of features.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Features {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The features, by code.
    features: Vec<Feature>,
    /// The address of the next page.
    next: Option<String>,
    /// How many there are on all pages, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The list's path.
    pub path: &'static str,
    /// The other parameters in their canonical form, each as `&name=value`.
    pub filter: &'a str,
    /// Rows in a page.
    pub limit: Option<u32>,
    /// Where to go on.
    pub cursor: Option<&'a str>,
    /// Whether the total is wanted.
    pub count: bool,
}

impl Feature {
    /// A feature of its code, properties and place.
    pub fn new(id: &str, properties: Value, geometry: Option<Geometry>) -> Self {
        Self {
            kind: "Feature",
            id: id.to_owned(),
            properties,
            geometry,
        }
    }
}

impl Asked<'_> {
    /// The page of `all`, which stand in the order of their keys.
    pub fn page<T>(
        self,
        all: &[T],
        key: impl Fn(&T) -> &str,
        feature: impl Fn(&T) -> Feature,
    ) -> Result<Features, Problem> {
        let limit = usize::try_from(self.limit()?).unwrap_or(usize::MAX);
        let first = match self.cursor {
            None => 0,
            Some(text) => {
                let cursor = Cursor::decode(text, self.filter).map_err(|fault| {
                    Problem::new(ProblemKind::InvalidParameter).detail(fault.to_string())
                })?;
                all.partition_point(|item| key(item).as_bytes() <= cursor.0.as_slice())
            }
        };
        let rest = all.get(first..).unwrap_or_default();
        let items = rest.get(..limit).unwrap_or(rest);
        let more = items.last().filter(|_| rest.len() > items.len());
        Ok(Features {
            kind: "FeatureCollection",
            next: more.map(|last| self.next(limit, key(last))),
            features: items.iter().map(feature).collect(),
            count: self.count.then_some(all.len()),
        })
    }

    fn limit(&self) -> Result<u32, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if (1..=MAX_LIMIT).contains(&limit) {
            Ok(limit)
        } else {
            let detail = format!("limit: expected 1 to {MAX_LIMIT}");
            Err(Problem::new(ProblemKind::InvalidParameter).detail(detail))
        }
    }

    fn next(&self, limit: usize, last: &str) -> String {
        let cursor = Cursor(last.as_bytes().to_vec()).encode(self.filter);
        let count = if self.count { "&count=true" } else { "" };
        format!(
            "{}?limit={limit}{}{count}&cursor={cursor}",
            self.path, self.filter
        )
    }
}

impl IntoResponse for Features {
    fn into_response(self) -> Response {
        geojson(&self)
    }
}

impl IntoResponse for Feature {
    fn into_response(self) -> Response {
        geojson(&self)
    }
}

fn geojson(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => (
            StatusCode::OK,
            [(header::CONTENT_TYPE, "application/geo+json")],
            bytes,
        )
            .into_response(),
        Err(cause) => Problem::new(ProblemKind::Internal)
            .internal(cause)
            .into_response(),
    }
}

/// A region's geometry with at most seven decimals.
pub fn geometry(region: &Region) -> Geometry {
    let rounded = region.as_polygons().map_coords(|coord| geo::Coord {
        x: rounded(coord.x),
        y: rounded(coord.y),
    });
    Geometry::new(match rounded.0.as_slice() {
        [only] => GeometryValue::from(only),
        _ => GeometryValue::from(&rounded),
    })
}

/// A position's geometry with at most seven decimals.
pub fn point(position: Position) -> Geometry {
    let point = geo::Point::new(rounded(position.lon()), rounded(position.lat()));
    Geometry::new(GeometryValue::from(&point))
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}
