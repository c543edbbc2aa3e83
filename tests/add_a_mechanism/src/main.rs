//! The `resprout` command with sleep pressure in the cascade: every command knows it.

use std::process::ExitCode;

fn main() -> ExitCode {
    resprout::cli::main(&add_a_mechanism::cascade())
}
