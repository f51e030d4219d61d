//! The service as OpenAPI 3.0, complete in itself, with a path of its own for each collection: clients read the
//! parameters that they may send from there.

use serde_json::{Map, Value, json};

use super::crs::Crs;
use super::documents::titles;
use super::params::{DEFAULT_LIMIT, KNOWN, MAX_LIMIT, has_resolution};
use super::schema::type_of;
use super::{GEOJSON, HTML, JSON, SCHEMA, Site};
use crate::publish::feature::{Collection, Field};

/// A collection as its caller sees it.
pub(super) struct Told {
    pub(super) collection: Collection,
    pub(super) fields: &'static [Field],
    /// Whether the caller may add and change features.
    pub(super) is_editable: bool,
}

pub(super) fn document(site: &Site, all: &[Told]) -> Value {
    let mut paths = Map::new();
    let mut page = |path: &str, id: &str, summary: &str, kind: &str| {
        paths.insert(
            path.into(),
            json!({ "get": read(id, summary, &[kind, HTML], &[reference("f")]) }),
        );
    };
    page("/", "landing", "Landing page", JSON);
    page("/conformance", "conformance", "Conformance", JSON);
    page("/collections", "collections", "Collections", JSON);
    for told in all {
        add(&mut paths, told);
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "tuantra – OGC API Features", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": site.at("") }],
        "security": [{ "basic": [] }, { "bearer": [] }, { "access_token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": { "type": "http", "scheme": "basic", "description": "Any user; the token is the password." },
                "bearer": { "type": "http", "scheme": "bearer" },
                "access_token": { "type": "apiKey", "in": "query", "name": "access_token",
                    "description": "A token that may only read and that expires; in reading requests only." },
            },
            "parameters": parameters(),
            "responses": {
                "refusal": { "description": "A refusal (RFC 9457)",
                    "content": { "application/problem+json": { "schema": { "type": "object" } } } },
            },
        },
    })
}

fn add(paths: &mut Map<String, Value>, told: &Told) {
    let own = told.collection;
    let base = format!("/collections/{own}");
    let id = |what: &str| format!("{what}_{own}");
    let title = titles(own).1;
    let f = [reference("f")];
    paths.insert(
        base.clone(),
        json!({ "get": read(&id("describe"), title, &[JSON, HTML], &f) }),
    );
    for what in ["schema", "queryables"] {
        let summary = format!("{what} of {own}");
        paths.insert(
            format!("{base}/{what}"),
            json!({ "get": read(&id(what), &summary, &[SCHEMA], &[]) }),
        );
    }
    let mut items = json!({ "get": read(&id("items"), title, &[GEOJSON, HTML], &asked(told)) });
    let feature_id = json!({ "name": "featureId", "in": "path", "required": true, "schema": { "type": "string" } });
    let one = [feature_id.clone(), reference("f"), reference("crs")];
    let mut item = json!({ "get": read(&id("item"), title, &[GEOJSON, HTML], &one) });
    if told.is_editable {
        items["post"] = write(&id("create"), "201", true, &[]);
        let mut named = vec![feature_id, reference("If-Match")];
        item["put"] = write(&id("replace"), "204", true, &named);
        item["patch"] = write(&id("update"), "204", true, &named);
        named.push(reference("reason"));
        item["delete"] = write(&id("retract"), "204", false, &named);
    }
    paths.insert(format!("{base}/items"), items);
    paths.insert(format!("{base}/items/{{featureId}}"), item);
}

fn asked(told: &Told) -> Vec<Value> {
    let mut list: Vec<Value> = KNOWN.into_iter().map(reference).collect();
    if has_resolution(told.collection) {
        list.push(reference("res"));
    }
    let fields = told.fields.iter().filter(|field| field.is_queryable);
    list.extend(fields.map(|field| {
        json!({
            "name": field.name, "in": "query", "required": false, "style": "form", "explode": false,
            "description": format!("{} ({})", field.title_vi, field.title_en),
            "schema": type_of(field.kind),
        })
    }));
    list
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

fn read(id: &str, summary: &str, kinds: &[&str], parameters: &[Value]) -> Value {
    let content: Map<String, Value> = kinds
        .iter()
        .map(|kind| {
            let form = if *kind == HTML { "string" } else { "object" };
            ((*kind).to_owned(), json!({ "schema": { "type": form } }))
        })
        .collect();
    json!({
        "operationId": id, "summary": summary, "parameters": parameters,
        "responses": {
            "200": { "description": summary, "content": content },
            "default": { "$ref": "#/components/responses/refusal" },
        },
    })
}

fn write(id: &str, status: &str, has_body: bool, parameters: &[Value]) -> Value {
    let mut told = json!({
        "operationId": id, "parameters": parameters,
        "responses": {
            "default": { "$ref": "#/components/responses/refusal" },
        },
    });
    told["responses"][status] = json!({ "description": "Done" });
    if has_body {
        told["requestBody"] = json!({
            "required": true, "content": { GEOJSON: { "schema": { "type": "object" } } },
        });
    }
    told
}

fn parameters() -> Value {
    let query = |name: &str, schema: Value, description: &str| {
        json!({ "name": name, "in": "query", "required": false, "style": "form", "explode": false,
            "description": description, "schema": schema })
    };
    let text = || json!({ "type": "string" });
    let numbers =
        json!({ "type": "array", "minItems": 4, "maxItems": 6, "items": { "type": "number" } });
    let systems: Vec<String> = Crs::all().map(Crs::uri).collect();
    let system = || json!({ "type": "string", "format": "uri", "enum": systems });
    json!({
        "f": query("f", json!({ "type": "string", "enum": ["json", "html"] }), "Form of the answer"),
        "limit": query("limit",
            json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT }),
            "Features in a page; more than the maximum is the maximum"),
        "cursor": query("cursor", text(), "From a next link"),
        "bbox": query("bbox", numbers, "Lower and upper corner, in the axes of bbox-crs"),
        "bbox-crs": query("bbox-crs", system(), "Reference system of bbox"),
        "crs": query("crs", system(), "Reference system of the answer"),
        "datetime": query("datetime", text(),
            "A day, a time or an interval. Communes and risk areas: as on its last day; cells: computed over its days"),
        "cells": query("cells", text(), "H3 cells of resolutions 0 to 12, comma-separated"),
        "res": query("res", json!({ "type": "integer" }), "H3 resolution of the cells"),
        "filter": query("filter", text(), "A condition in CQL2 on the queryables"),
        "filter-lang": query("filter-lang",
            json!({ "type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text" }), "Language of filter"),
        "filter-crs": query("filter-crs", system(), "Reference system of the filter's geometries"),
        "If-Match": { "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string" },
            "description": "The ETag that the feature had when it was read: 412 when it has another now" },
        "reason": { "name": "reason", "in": "query", "required": true, "schema": { "type": "string" },
            "description": "Why the feature is retracted" },
    })
}
