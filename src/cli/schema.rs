//! `resprout schema`: the JSON schema of configs.

use super::terminal;
use crate::configuration::structure;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;

pub(super) fn run(cascade: &Cascade) -> Result<()> {
    let schema = structure::schema(cascade);
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Error::Run(error.to_string()))?;
    terminal::say(&format!("{text}\n"))
}
