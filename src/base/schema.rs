//! How the vocabulary of `base` appears in the OpenAPI document.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaFormat, Type};

/// A text of that format.
#[must_use]
pub fn text(format: Option<&str>, what: &str) -> RefOr<Schema> {
    let format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(format)
        .description(Some(what))
        .into()
}

/// One of these texts.
#[must_use]
pub fn one_of(codes: &[&str], what: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(codes.iter().copied()))
        .description(Some(what))
        .into()
}
