//! `resprout completions`: a script that lets a shell complete commands and flags.

use clap::{Args, Command};
use clap_complete::Shell;

use super::terminal;
use crate::foundation::error::Result;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    /// Prints the script for `resprout`.
    pub(super) fn run(self, resprout: &mut Command) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, resprout, "resprout", &mut script);
        terminal::say(&String::from_utf8_lossy(&script))
    }
}
