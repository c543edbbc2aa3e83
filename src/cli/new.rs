//! `resprout new`: a study from a shipped template.

use std::path::PathBuf;

use clap::Args;

use super::terminal::{self, refuse};
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::error::Result;
use crate::foundation::files;

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Name and text of every shipped config, the simplest first.
        const TEMPLATES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../configs/", $name, ".toml")))),*];
    };
}

templates!(
    "quick_start",
    "stress_then_ketamine",
    "chronic_stress",
    "dose_response",
    "mechanism_knockouts",
    "repeated_dosing",
    "side_effects",
    "hypotheses",
    "virtual_trial",
    "treatment_resistance",
    "ssri_onset",
    "large_network",
);

#[derive(Debug, Args)]
pub(super) struct New {
    /// The folder of the study; created if it does not exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The shipped config to start from
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].0)]
    template: String,
    /// Replace what stands at the destination
    #[arg(long)]
    force: bool,
}

impl New {
    pub(super) fn run(self) -> Result<()> {
        let Some((name, text)) = TEMPLATES.iter().find(|(name, _)| *name == self.template) else {
            let names = || TEMPLATES.iter().map(|(name, _)| *name);
            let hint = nearest(&self.template, names()).map_or_else(
                || format!("templates: {}", names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let label = format!("no template is called `{}`", self.template);
            return Err(refuse(&codes::NO_SUCH_TOPIC, label, Some(hint)));
        };
        let path = self.folder.join(format!("{name}.toml"));
        if path.exists() && !self.force {
            let label = format!("`{}` exists", path.display());
            let hint = "name another folder, or replace the file with --force".to_owned();
            return Err(refuse(&codes::OUTPUT_EXISTS, label, Some(hint)));
        }
        files::create_folder(&self.folder)?;
        files::write(&path, text.as_bytes())?;
        let path = path.display();
        terminal::say(&format!("wrote {path}\nnext: resprout check {path}\n      resprout run {path}\n"))
    }
}
