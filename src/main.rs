//! The one binary: parses arguments, starts tracing, calls the command.

use std::process::ExitCode;

use clap::Parser;

/// The C library's allocator keeps an arena for each of sixteen threads on two cores, with what each once needed; how many
/// arenas this one has stands in `.cargo/config.toml`.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    tuantra::cli::run(tuantra::cli::Cli::parse())
}
