//! The landing page, what is conformed to, and the collections.

use serde_json::{Value, json};

use super::crs::Crs;
use super::{GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Site};
use crate::publish::feature::Collection;
use crate::publish::tiles::has_layer;

/// What is conformed to; a class stands here only once all of it is answered.
const CLASSES: [&str; 25] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/accent-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/property-property",
    "http://www.opengis.net/spec/cql2/1.0/conf/arithmetic",
];

pub(super) fn conformance(site: &Site) -> Value {
    json!({
        "title": "Conformance",
        "conformsTo": CLASSES,
        "links": [
            site.link("self", JSON, "This document", "/conformance?f=json"),
            site.link("alternate", HTML, "This document as a page", "/conformance?f=html"),
        ],
    })
}

pub(super) fn landing(site: &Site) -> Value {
    json!({
        "title": "tuantra",
        "description": "Tuần tra, điểm trồng cây có chất ma túy, ảnh chứng cứ và độ bao phủ, theo quyền của người đọc. \
                        Patrols, illicit-crop plots, evidence photos and coverage, as far as the reader may see them.",
        "links": [
            site.link("self", JSON, "This document", "?f=json"),
            site.link("alternate", HTML, "This document as a page", "?f=html"),
            site.link("service-desc", OPENAPI, "Mô tả dịch vụ (OpenAPI 3.0)", "/openapi"),
            site.link("conformance", JSON, "Conformance", "/conformance"),
            site.link("http://www.opengis.net/def/rel/ogc/1.0/conformance", JSON, "Conformance", "/conformance"),
            site.link("data", JSON, "Các lớp dữ liệu (collections)", "/collections"),
            site.link("http://www.opengis.net/def/rel/ogc/1.0/data", JSON, "Các lớp dữ liệu (collections)", "/collections"),
            site.link("http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", JSON, "Tile matrix sets", "/tileMatrixSets"),
        ],
    })
}

pub(super) fn collections(site: &Site, visible: &[Collection]) -> Value {
    let listed: Vec<Value> = visible.iter().map(|own| collection(site, *own)).collect();
    json!({
        "title": "Các lớp dữ liệu (collections)",
        "links": [
            site.link("self", JSON, "This document", "/collections?f=json"),
            site.link("alternate", HTML, "This document as a page", "/collections?f=html"),
        ],
        "crs": crs_list(),
        "collections": listed,
    })
}

fn crs_list() -> Vec<String> {
    Crs::all().map(Crs::uri).collect()
}

pub(super) fn collection(site: &Site, own: Collection) -> Value {
    let (vi, en) = titles(own);
    let path = format!("/collections/{own}");
    let at = |rel: &str, kind: &str, title: &str, rest: &str| {
        site.link(rel, kind, title, &format!("{path}{rest}"))
    };
    let mut told = json!({
        "id": own.as_str(),
        "title": vi,
        "description": en,
        "itemType": "feature",
        "extent": {
            "spatial": { "bbox": [EXTENT], "crs": Crs::Crs84.uri() },
            "temporal": { "interval": [[null, null]] },
        },
        "crs": crs_list(),
        "storageCrs": Crs::Crs84.uri(),
        "links": [
            at("self", JSON, "This document", "?f=json"),
            at("alternate", HTML, "This document as a page", "?f=html"),
            at("items", GEOJSON, vi, "/items"),
            at("items", HTML, vi, "/items?f=html"),
            at("describedby", SCHEMA, "Các trường (schema)", "/schema"),
            at("http://www.opengis.net/def/rel/ogc/1.0/schema", SCHEMA, "Các trường (schema)", "/schema"),
            at("http://www.opengis.net/def/rel/ogc/1.0/queryables", SCHEMA, "Queryables", "/queryables"),
        ],
    });
    if let Some(links) = told["links"].as_array_mut().filter(|_| has_layer(own)) {
        let rel = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
        links.push(at(rel, JSON, "Mảnh bản đồ (vector tiles)", "/tiles"));
    }
    told
}

/// Vietnam with its islands: what a collection really covers would tell outsiders where things are.
const EXTENT: [f64; 4] = [102.0, 6.0, 118.0, 24.0];

/// What a collection is called in Vietnamese and in English.
pub(super) const fn titles(own: Collection) -> (&'static str, &'static str) {
    match own {
        Collection::Communes => ("Xã, phường", "Communes by the map of a day"),
        Collection::Hamlets => ("Thôn, bản", "Hamlets"),
        Collection::RiskAreas => (
            "Khu vực nguy cơ",
            "Areas where planting is likely, as they stand on a day",
        ),
        Collection::BorderGates => ("Cửa khẩu, lối mở", "Border gates and crossings"),
        Collection::Patrols => (
            "Cuộc tuần tra",
            "Patrols as lines, one part per recorded leg",
        ),
        Collection::Fixes => (
            "Điểm định vị",
            "Fixes of patrols' tracks; those of trackers ten minutes after they came at the latest",
        ),
        Collection::Plots => (
            "Điểm trồng cây có chất ma túy",
            "Plots of illicit crops as points",
        ),
        Collection::Photos => ("Ảnh chứng cứ", "Evidence photos as points"),
        Collection::CoverageCells => (
            "Ô bao phủ",
            "Cells of risk areas with their visits in a window (datetime)",
        ),
        Collection::DensityCells => (
            "Mật độ điểm trồng",
            "Cells with the density of plots in a window (datetime)",
        ),
    }
}
