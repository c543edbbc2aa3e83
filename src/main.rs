//! The `resprout` command: parse, call, print, exit.

use std::process::ExitCode;

use clap::Parser;
use resprout::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
