//! Organisations, teams, accounts, devices, dated roles with commune scope, and their secrets.
//!
//! Invariants: a secret is stored as its SHA-256 only and opens one door; rights are those of the grants valid now;
//! every change is a journal entry without the secret. No register of persons: an account is a login name.

pub mod http;
pub mod model;
mod service;
mod sql;

pub use http::{Caller, OdkCaller, TrackerBasic, TrackerCaller};
pub use service::Named;
pub use service::{
    EndedCommunes, Error, Heirs, Identity, KeyHolder, LoadedCommunes, NodeHolder, Roll, Sealing,
    Secret, SheetsDraft, Then, VouchedFor, VouchedKey, devices_in_use, unsigned, verify_rows,
};
pub use sql::STATEMENTS;
