//! `resprout new`: a study from a shipped template, or a shipped drug or condition to start one's own from.

use std::path::PathBuf;

use clap::Args;

use super::terminal::{self, refuse};
use crate::configuration::conditions::shipped_conditions;
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::error::Result;
use crate::foundation::files;
use crate::mechanisms::dosing::formulary;

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
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].0, conflicts_with_all = ["drug", "condition"])]
    template: String,
    /// Write a shipped drug file instead, to make a drug of one's own from
    #[arg(long, value_name = "NAME", conflicts_with = "condition")]
    drug: Option<String>,
    /// Write a shipped condition instead, whose tables go into a config
    #[arg(long, value_name = "NAME")]
    condition: Option<String>,
    /// Replace what stands at the destination
    #[arg(long)]
    force: bool,
}

impl New {
    pub(super) fn run(self) -> Result<()> {
        let (kind, wanted, shipped) = match (&self.drug, &self.condition) {
            (Some(drug), _) => ("drug", drug, formulary::SHIPPED),
            (None, Some(condition)) => ("condition", condition, shipped_conditions()),
            (None, None) => ("template", &self.template, TEMPLATES),
        };
        let Some((name, text)) = shipped.iter().find(|(name, _)| name == wanted) else {
            let names = || shipped.iter().map(|(name, _)| *name);
            let hint = nearest(wanted, names()).map_or_else(
                || format!("{kind}s: {}", names().collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            let label = format!("no {kind} is called `{wanted}`");
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
        let next = match kind {
            "drug" => format!("give it a name of its own, then list it in a config: drugs = [\"{name}.toml\"]"),
            "condition" => format!("copy what differs into a config, beside or instead of condition = \"{name}\""),
            _ => format!("resprout check {path}\n      resprout run {path}"),
        };
        terminal::say(&format!("wrote {path}\nnext: {next}\n"))
    }
}
