//! The API from outside, in process: every test tells a story and runs on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a story that cannot go on has failed"
)]

#[macro_use]
mod field;

mod approvals;
mod areas;
mod bundle;
mod cases;
mod coordinates;
mod coverage;
mod demo;
mod density;
mod doubles;
mod enrolment;
mod evidence;
mod exports;
mod figures;
mod guards;
mod hamlets;
mod held;
mod identity;
mod imports;
mod journal;
mod keeping;
mod later;
mod ledger;
mod live;
mod map_packs;
mod nodes;
mod ogc;
mod openrosa;
mod operate;
mod pages;
mod papers;
mod patrols;
mod photos;
mod plots;
mod previews;
mod redactions;
mod replanting;
mod reports;
mod returns;
mod rights;
mod rules;
mod samples;
mod screens;
mod search;
mod season;
mod shutter;
mod signed;
mod stamps;
mod statements;
mod storage;
mod sync;
mod tiles;
mod tips;
mod track_screens;
mod trackers;
mod tracks;
mod tus;
mod words;
mod year;
