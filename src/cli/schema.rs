//! `resprout schema`: the JSON schema of configs.

use clap::Args;

use super::terminal;
use crate::experiment::configuration::structure;
use crate::foundation::error::{Error, Result};

#[derive(Debug, Args)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> Result<()> {
        let text = serde_json::to_string_pretty(&structure::schema()).map_err(|error| Error::Run(error.to_string()))?;
        terminal::say(&format!("{text}\n"))
    }
}
