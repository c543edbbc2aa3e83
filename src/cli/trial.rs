//! `resprout trial`: a virtual trial, and how often trials like it find what they look for.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::closing;
use super::options::{Edits, Limits, Threads};
use super::progress::Progress;
use super::terminal;
use crate::configuration::{TrialDesign, load};
use crate::foundation::error::Result;
use crate::mechanisms::Cascade;
use crate::recording::claim;
use crate::studies::trial::{Rate, Resampling, TrialReport, require_subjects};

const EXAMPLES: &str = "\
Examples:
  resprout trial configs/virtual_trial.toml --out output/trial        randomise its subjects to arms, and tell what is found
  resprout trial configs/virtual_trial.toml --repeat 1000             with power, type I error and the size that is needed
  resprout trial configs/virtual_trial.toml --set 'trial.primary=\"7 d\"' --set trial.design=crossover
";

/// Needs `[subjects]` in the config; `[trial]` says how the trial is drawn (`resprout keys trial`).
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Trial {
    /// The config
    #[arg(value_name = "EXP.toml")]
    config: PathBuf,
    #[command(flatten)]
    edits: Edits,
    /// Resample N trials for each operating characteristic; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    repeat: u32,
    /// Draw uncertain parameters N times for assurance
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    draws: u32,
    /// Write trial.csv and trial.json here
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
    #[command(flatten)]
    limits: Limits,
    /// Print trial.json
    #[arg(long)]
    json: bool,
    /// Print nothing but errors
    #[arg(long)]
    quiet: bool,
}

impl Trial {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let loaded = load(&self.config, &self.edits.in_order(), cascade)?;
        if !self.quiet && !self.json && !loaded.remarks.diagnostics().is_empty() {
            terminal::complain(&loaded.remarks.to_string());
        }
        let experiment = loaded.experiment;
        require_subjects(&experiment)?;
        let _lock = self.out.as_deref().map(claim::claim_beside).transpose()?;
        let progress = Progress::listening(self.quiet || self.json, self.limits.max_time)?;
        let resampling = Resampling { repeats: self.repeat, draws: self.draws };
        let told = TrialReport::of(&experiment, resampling, &progress, self.threads.count());
        progress.clear();
        let told = told.map_err(|error| progress.for_good(error))?;
        let text = told.json()?;
        if let Some(out) = &self.out {
            closing::trial(out, &experiment.title, &told)?;
        }
        if self.json {
            terminal::say(&text)
        } else if self.quiet {
            Ok(())
        } else {
            terminal::say(&words(&told))
        }
    }
}

fn words(told: &TrialReport) -> String {
    let TrialReport { record, control, design, .. } = told;
    let mut text = String::new();
    let visit = &record.visits[record.primary];
    let (endpoint, of_control) = (record.scale.column.to_uppercase(), &record.arms[*control]);
    let groups: Vec<String> =
        record.arms.iter().zip(&told.finding.allocated).map(|(arm, n)| format!("{arm} {n}")).collect();
    let design = match design {
        TrialDesign::Parallel => "each subject randomised to one arm",
        TrialDesign::Crossover => "every subject in every arm, which no real trial can do",
    };
    let _ = writeln!(text, "{design}: {}", groups.join(", "));
    let _ =
        writeln!(text, "{endpoint} at {} after the first dose, less {of_control}, at the same baseline:", visit.name);
    for (arm, adjusted) in &told.finding.primary {
        match adjusted {
            None => drop(writeln!(text, "  {arm}: too few subjects")),
            Some(it) => {
                let [low, high] = it.interval();
                let _ =
                    writeln!(text, "  {arm}: {:.1} points ({low:.1} to {high:.1}), p = {:.2e}", it.difference, it.p);
            }
        }
    }
    let percent =
        |rate: &Rate| format!("{:.1} % ({:.1} to {:.1})", 100.0 * rate.value, 100.0 * rate.low, 100.0 * rate.high);
    if let Some(it) = &told.operating {
        let _ = writeln!(
            text,
            "\n{} trials of {} subjects in each of two parallel groups, with 95 % Monte-Carlo intervals:",
            it.repeats, it.per_arm
        );
        if let Some(note) = told.few_subjects() {
            let _ = writeln!(text, "  note: {note}");
        }
        for arm in &it.arms {
            let sizes =
                arm.needed.map(|size| size.map_or_else(|| "more than 4096".to_owned(), |size| size.to_string()));
            let [eighty, ninety] = sizes;
            let _ = writeln!(
                text,
                "  {}: power {}; {eighty} in each arm for 80 %, {ninety} for 90 %",
                arm.arm,
                percent(&arm.in_favour)
            );
        }
        let _ = writeln!(text, "  type I error, both groups {of_control}: {}", percent(&it.type_one));
        for (arm, rate) in &told.under_none {
            let _ = writeln!(
                text,
                "  {arm}, under no hypothesis of ketamine's action (expectancy and unblinding alone): {}",
                percent(rate)
            );
        }
        for (arm, values) in &told.assurance {
            let _ = writeln!(
                text,
                "  {arm}, assurance over {} draws of parameters: {}",
                values.len(),
                percent(&Rate::over(values))
            );
        }
    }
    let _ = writeln!(text, "Virtual subjects: research and teaching, no advice.");
    text
}
