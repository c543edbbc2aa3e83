//! `resprout new`: a study from a shipped template, or a shipped drug or condition to start one's own from.

use std::path::PathBuf;

use clap::Args;

use super::terminal::{self, refuse};
use crate::configuration::conditions::shipped_conditions;
use crate::foundation::diagnostics::{codes, nearest};
use crate::foundation::error::{Error, Result};
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

/// Name, text and base of every shipped study.
const STUDIES: &[(&str, &str, &str)] = &[
    ("stress_dose_inflammation", include_str!("../../configs/studies/stress_dose_inflammation.toml"), "quick_start"),
    ("outcomes_by_size", include_str!("../../configs/studies/outcomes_by_size.toml"), "stress_then_ketamine"),
    ("which_parameters_matter", include_str!("../../configs/studies/which_parameters_matter.toml"), "quick_start"),
];

#[derive(Debug, Args)]
pub(super) struct New {
    /// The folder of the study; created if it does not exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The shipped config to start from
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].0, conflicts_with_all = ["drug", "condition", "study"])]
    template: String,
    /// Write a shipped drug file instead, to make a drug of one's own from
    #[arg(long, value_name = "NAME", conflicts_with_all = ["condition", "study"])]
    drug: Option<String>,
    /// Write a shipped condition instead, whose tables go into a config
    #[arg(long, value_name = "NAME")]
    condition: Option<String>,
    /// Write a shipped study instead, with the config that it begins from
    #[arg(long, value_name = "NAME", conflicts_with = "condition")]
    study: Option<String>,
    /// Replace what stands at the destination
    #[arg(long)]
    force: bool,
}

impl New {
    pub(super) fn run(self) -> Result<()> {
        if let Some(study) = &self.study {
            return self.study(study);
        }
        let (kind, wanted, shipped) = match (&self.drug, &self.condition) {
            (Some(drug), _) => ("drug", drug, formulary::SHIPPED),
            (None, Some(condition)) => ("condition", condition, shipped_conditions()),
            (None, None) => ("template", &self.template, TEMPLATES),
        };
        let names = || shipped.iter().map(|(name, _)| *name);
        let Some((name, text)) = shipped.iter().find(|(name, _)| name == wanted) else {
            return Err(unknown(kind, wanted, &names().collect::<Vec<_>>()));
        };
        self.write(&[(name, text)])?;
        let path = self.folder.join(format!("{name}.toml"));
        let path = path.display();
        let next = match kind {
            "drug" => format!("give it a name of its own, then list it in a config: drugs = [\"{name}.toml\"]"),
            "condition" => format!("copy what differs into a config, beside or instead of condition = \"{name}\""),
            _ => format!("resprout check {path}\n      resprout run {path}"),
        };
        terminal::say(&format!("wrote {path}\nnext: {next}\n"))
    }

    /// Writes a study and the config that it begins from, side by side.
    fn study(&self, wanted: &str) -> Result<()> {
        let names: Vec<&str> = STUDIES.iter().map(|(name, ..)| *name).collect();
        let Some((name, text, base)) = STUDIES.iter().find(|(name, ..)| *name == wanted) else {
            return Err(unknown("study", wanted, &names));
        };
        let beside = text.replace(&format!("base = \"../{base}.toml\""), &format!("base = \"{base}.toml\""));
        let of_base = TEMPLATES.iter().find(|(name, _)| name == base).map_or("", |(_, text)| *text);
        self.write(&[(name, &beside), (base, of_base)])?;
        let [study, base] = [name, base].map(|name| self.folder.join(format!("{name}.toml")));
        let (study, base) = (study.display(), base.display());
        terminal::say(&format!(
            "wrote {study}\nwrote {base}\nnext: resprout check {study}\n      resprout sweep {study}\n"
        ))
    }

    /// Writes configs by name; none if any is in the way.
    fn write(&self, configs: &[(&str, &str)]) -> Result<()> {
        let path = |name: &str| self.folder.join(format!("{name}.toml"));
        if let Some((name, _)) = configs.iter().find(|(name, _)| !self.force && path(name).exists()) {
            let label = format!("`{}` exists", path(name).display());
            let hint = "name another folder, or replace the file with --force".to_owned();
            return Err(refuse(&codes::OUTPUT_EXISTS, label, Some(hint)));
        }
        files::create_folder(&self.folder)?;
        configs.iter().try_for_each(|(name, text)| files::write(&path(name), text.as_bytes()))
    }
}

fn unknown(kind: &str, wanted: &str, names: &[&str]) -> Error {
    let all = if kind == "study" { "studies".to_owned() } else { format!("{kind}s") };
    let hint = nearest(wanted, names.iter().copied())
        .map_or_else(|| format!("{all}: {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
    refuse(&codes::NO_SUCH_TOPIC, format!("no {kind} is called `{wanted}`"), Some(hint))
}
