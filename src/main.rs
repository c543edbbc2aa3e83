//! The `resprout` command.

use std::process::ExitCode;

use resprout::mechanisms::Cascade;

fn main() -> ExitCode {
    resprout::cli::main(&Cascade::standard())
}
