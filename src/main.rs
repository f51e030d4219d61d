//! The one binary: parses arguments, starts tracing, calls the command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tuantra::cli::run(tuantra::cli::Cli::parse())
}
