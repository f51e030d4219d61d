//! The built binary over real sockets: what is acknowledged is on disk, and stays when the process is killed.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod binary;
mod canary;
mod cluster;
mod decoder;
mod faults;
mod kill;
mod node;
mod resend;
mod trace;
mod tus;
