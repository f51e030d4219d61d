//! The built binary over real sockets: what is acknowledged is on disk, and stays when the process is killed.

mod binary;
mod canary;
mod cluster;
mod kill;
mod trace;
