//! The areas over HTTP.
