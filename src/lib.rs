//! tuantra (tuần tra = patrol): the field-operations server of provincial anti-drug programmes.
//!
//! Facts arrive from phones, are appended to one journal, and every figure is computed from them.
//! The modules stand in dependency order: each uses only those above it (held by `tests/tidy.rs`).

pub mod base;
pub mod coverage;
pub mod geo;
