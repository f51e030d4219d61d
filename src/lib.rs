//! tuantra (tuần tra = patrol): the field-operations server of provincial anti-drug programmes.
//!
//! Facts arrive from phones, are appended to one journal, and every figure is computed from them.
//! The modules stand in dependency order: each uses only those above it (held by `tests/tidy`).

pub mod base;
pub mod geo;

pub mod store;

pub mod blobs;

pub mod http;

pub mod journal;

pub mod identity;

pub mod areas;

pub mod patrols;

pub mod plots;

pub mod evidence;

pub mod ledger;

pub mod cases;

pub mod coverage;

pub mod density;

pub mod reports;

pub mod ingest;

pub mod publish;

pub mod sync;

pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod jobs;
pub mod server;
