//! Doors for apps that speak protocols of others: each parses into the slices' drafts and has no rules of its own.

pub mod tus;
