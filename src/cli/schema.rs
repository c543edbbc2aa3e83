//! `resprout schema`: the JSON schema of configs.

use super::terminal;
use crate::configuration::structure;
use crate::foundation::error::{Error, Result};

pub(super) fn run() -> Result<()> {
    let text = serde_json::to_string_pretty(&structure::schema()).map_err(|error| Error::Run(error.to_string()))?;
    terminal::say(&format!("{text}\n"))
}
