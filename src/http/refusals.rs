//! What every operation may answer besides: a refusal, told once for all in the OpenAPI document.

use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr};

/// The component that describes problems.
const PROBLEM: &str = "Problem";
/// Under these paths forms' apps are told in the words of their own protocol.
const OPENROSA: &str = "/v1/key/";
/// Pages for people answer with a page.
const PAGES: [&str; 2] = ["/sign-in", "/enrol"];

/// Adds the refusals (RFC 9457) to every operation's answers.
pub(super) fn tell_refusals(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words = if path.starts_with(OPENROSA) {
            Some("text/xml")
        } else {
            PAGES
                .iter()
                .any(|page| path.starts_with(page))
                .then_some("text/html")
        };
        let refusal = refusal(words);
        for operation in operations(item) {
            let answers = &mut operation.responses.responses;
            answers
                .entry("default".to_owned())
                .or_insert_with(|| RefOr::T(refusal.clone()));
        }
    }
    document
        .components
        .get_or_insert_with(|| ComponentsBuilder::new().build())
        .schemas
        .insert(PROBLEM.to_owned(), RefOr::T(Schema::Object(problem())));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    let PathItem {
        get,
        put,
        post,
        delete,
        patch,
        head,
        options,
        ..
    } = item;
    [get, put, post, delete, patch, head, options]
        .into_iter()
        .filter_map(Option::as_mut)
}

fn refusal(words: Option<&str>) -> Response {
    let problem = || Content::new(Some(Ref::from_schema_name(PROBLEM)));
    let told = ResponseBuilder::new()
        .description("A refusal (RFC 9457)")
        .content("application/problem+json", problem());
    match words {
        Some(kind) => {
            let text = ObjectBuilder::new().schema_type(Type::String);
            told.content(kind, Content::new(Some(text))).build()
        }
        None => told.build(),
    }
}

fn problem() -> utoipa::openapi::Object {
    let text = |about: &str| {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(about.to_owned()))
    };
    let fault = ObjectBuilder::new()
        .property("pointer", text("Which value, as a JSON pointer."))
        .property("reason", text("What would be accepted."))
        .required("pointer")
        .required("reason");
    ObjectBuilder::new()
        .property("type", text("What kind of problem: a stable word."))
        .property("title", text("The kind in words."))
        .property("status", ObjectBuilder::new().schema_type(Type::Integer))
        .property("detail", text("This problem in words."))
        .property("fields", ArrayBuilder::new().items(fault))
        .property("request_id", text("The request's id, as in the log."))
        .required("type")
        .required("title")
        .required("status")
        .build()
}
