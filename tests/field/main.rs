//! The built binary over real sockets: what is acknowledged is on disk, and stays when the process is killed.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod accounts;
mod binary;
mod bucket;
mod canary;
mod cluster;
mod decoder;
mod disk;
mod doors;
mod drills;
mod exports;
mod faults;
mod gdal;
mod kill;
mod load;
mod node;
mod people;
mod reindex;
mod resend;
mod trace;
mod tus;
