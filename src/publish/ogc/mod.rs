//! OGC API – Features (17-069 1.0, 18-058 CRS, 19-079 filtering with CQL2, 20-002 edits): what QGIS and GDAL read.
//!
//! Invariants: everything told depends on the caller, also which collections there are; links are absolute and never
//! carry a secret; a parameter that is not known is refused; an edit is the same act as by the native API.

mod answer;
mod crs;
mod documents;
mod edit;
mod edit_fields;
mod edit_held;
mod edit_risk;
mod edit_routes;
mod ground;
mod html;
mod items;
mod openapi;
mod pages;
mod params;
mod routes;
mod schema;
#[cfg(test)]
mod tests;
mod unchanged;
mod wanted;

pub use edit::Edits;
pub use edit_routes::*;
pub use pages::Pages;
pub use routes::*;

use serde_json::{Value, json};

use crate::identity::http::ShownUrl;

/// Where the service is reached, without a slash at the end.
#[derive(Debug, Clone)]
struct Site {
    /// The whole server.
    root: String,
}

impl Site {
    fn of(url: &ShownUrl) -> Self {
        Self {
            root: url.0.trim_end_matches('/').to_owned(),
        }
    }

    /// No address at all, for what is told to nobody.
    const fn nowhere() -> Self {
        Self {
            root: String::new(),
        }
    }

    /// The address of a path under the landing page.
    fn at(&self, path: &str) -> String {
        format!("{}/ogc{path}", self.root)
    }

    fn link(&self, rel: &str, kind: &str, title: &str, path: &str) -> Value {
        json!({ "rel": rel, "type": kind, "title": title, "href": self.at(path) })
    }
}

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const SCHEMA: &str = "application/schema+json";
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";
const HTML: &str = "text/html";
