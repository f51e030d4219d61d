//! The built binary over real sockets: what is acknowledged is on disk, and stays when the process is killed.

mod binary;
mod cluster;
mod kill;
mod trace;
