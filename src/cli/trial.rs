//! `resprout trial`: a virtual trial, and how often trials like it find what they look for.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::options::{Edits, Limits, Threads};
use super::progress::Progress;
use super::sweep::in_pool;
use super::terminal::{self, refuse};
use crate::configuration::{Experiment, Override, TrialDesign, TrialTable, load};
use crate::experiment::RowsKept;
use crate::experiment::points;
use crate::figures::DrawingOptions;
use crate::figures::study::{DrawnTrial, PowerCurve, TrialPoint, draw_trial};
use crate::foundation::diagnostics::codes;
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::foundation::random::{Purpose, Seed};
use crate::foundation::units::convert;
use crate::mechanisms::Cascade;
use crate::recording::claim;
use crate::recording::columns::TRIAL;
use crate::studies::trial::{OperatingCharacteristics, Rate, TrialFinding, TrialRecord, found, operating, power};

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

/// Fewer make no two groups.
const FEWEST_SUBJECTS: u64 = 4;

/// All that is told of a trial.
struct Told {
    finding: TrialFinding,
    operating: Option<OperatingCharacteristics>,
    /// By arm: trials that find a difference although no hypothesis of ketamine's action holds.
    under_none: Vec<(String, Rate)>,
    /// By arm: power over draws of uncertain parameters.
    assurance: Vec<(String, Vec<f64>)>,
}

impl Trial {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        let loaded = load(&self.config, &self.edits.in_order(), cascade)?;
        if !self.quiet && !self.json && !loaded.remarks.diagnostics().is_empty() {
            terminal::complain(&loaded.remarks.to_string());
        }
        let experiment = loaded.experiment;
        if experiment.networks() < FEWEST_SUBJECTS {
            let hint = "state `n` in `[subjects]`, as in configs/virtual_trial.toml".to_owned();
            let label = format!(
                "a trial needs virtual subjects, {FEWEST_SUBJECTS} at least; the config has {}",
                experiment.networks()
            );
            return Err(refuse(&codes::TRIAL, label, Some(hint)));
        }
        if experiment.arms.len() < 2 {
            let label = "a trial compares arms, and the config has one";
            return Err(refuse(&codes::TRIAL, label, Some("add a control".to_owned())));
        }
        let trial = experiment.trial.clone().unwrap_or_default();
        let _lock = self.out.as_deref().map(claim::claim_beside).transpose()?;
        let progress = Progress::listening(self.quiet || self.json, self.limits.max_time)?;
        let told = self.told(&experiment, &trial, &progress);
        progress.clear();
        let (record, control, told) = told.map_err(|error| progress.for_good(error))?;
        let whole = json_of(&record, control, &trial, &told);
        let text = serde_json::to_string_pretty(&whole);
        let text = text.map_err(|error| Error::Run(format!("cannot write the trial: {error}")))? + "\n";
        if let Some(out) = &self.out {
            files::write(&out.join("trial.csv"), table(&told.finding)?.as_bytes())?;
            files::write(&out.join("trial.json"), text.as_bytes())?;
            draw_trial(out, &drawn_trial(&experiment.title, &record, &trial, &told), &DrawingOptions::default())?;
        }
        if self.json {
            terminal::say(&text)
        } else if self.quiet {
            Ok(())
        } else {
            terminal::say(&words(&record, control, &trial, &told))
        }
    }

    fn told(
        &self,
        experiment: &Experiment,
        trial: &TrialTable,
        progress: &Progress,
    ) -> Result<(TrialRecord, usize, Told)> {
        let seed = experiment.run.seed;
        let record = self.simulated(experiment, trial, progress)?;
        let control = record.control(experiment, trial.control.as_deref())?;
        let finding = found(&record, trial.design, control, seed);
        let mut told = Told { finding, operating: None, under_none: Vec::new(), assurance: Vec::new() };
        if self.repeat == 0 {
            return Ok((record, control, told));
        }
        let (alpha, repeats) = (trial.alpha, self.repeat);
        let per_arm = trial.per_arm.unwrap_or_else(|| told.finding.allocated.iter().copied().min().unwrap_or(4) as u32);
        let others: Vec<usize> = (0..record.arms.len()).filter(|arm| *arm != control).collect();
        told.operating =
            Some(in_pool(self.threads, || Ok(operating(&record, control, per_arm, alpha, repeats, seed)))?);
        let rates = |record: &TrialRecord| -> Result<Vec<(Rate, Rate)>> {
            in_pool(self.threads, || {
                Ok(others.iter().map(|&arm| power(record, (arm, control), per_arm, alpha, repeats, seed)).collect())
            })
        };
        let mut none = experiment.clone();
        none.model.hypotheses.clear();
        let of_none = rates(&self.simulated(&none, trial, progress)?)?;
        told.under_none = others.iter().zip(of_none).map(|(&arm, (any, _))| (record.arms[arm].clone(), any)).collect();
        if !trial.uncertain.is_empty() {
            told.assurance = others.iter().map(|&arm| (record.arms[arm].clone(), Vec::new())).collect();
            for draw in 0..self.draws {
                let drawn = drawn(experiment, trial, draw)?;
                for (place, (_, in_favour)) in rates(&self.simulated(&drawn, trial, progress)?)?.into_iter().enumerate()
                {
                    told.assurance[place].1.push(in_favour.value);
                }
            }
        }
        Ok((record, control, told))
    }

    /// Takes every subject through every arm.
    fn simulated(&self, experiment: &Experiment, trial: &TrialTable, progress: &Progress) -> Result<TrialRecord> {
        let mut experiment = experiment.clone();
        experiment.record.network_at.clear();
        experiment.run.checkpoint_every = crate::foundation::time::Time::ZERO;
        // visits and what else the trial asks for have rows whatever the interval
        experiment.record.every = crate::foundation::time::Time::DAY;
        let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        let left =
            points::simulate(&[&experiment], scratch.path(), RowsKept::AsConfigured, progress, self.threads.count())?;
        let left = left.first().ok_or_else(|| Error::Run("the trial left nothing".to_owned()))?;
        TrialRecord::of(&experiment, trial, left)
    }
}

/// The trial as its figure shows it.
fn drawn_trial(title: &str, record: &TrialRecord, trial: &TrialTable, told: &Told) -> DrawnTrial {
    let is_of_arm = |row: &&crate::studies::trial::TrialTableRow| record.arms.contains(&row.arm);
    let point = |row: &crate::studies::trial::TrialTableRow| TrialPoint {
        arm: row.arm.clone(),
        visit: row.visit.clone(),
        hours: row.hours,
        outcome: row.outcome,
        n: row.n,
        value: row.value,
        low: row.low,
        high: row.high,
    };
    let sizes = |by_size: &[(u32, Rate)]| by_size.iter().map(|(size, rate)| (*size, rate.value, rate.error)).collect();
    let curves = told.operating.iter().flat_map(|it| &it.arms);
    DrawnTrial {
        title: title.to_owned(),
        endpoint: record.scale.column.to_uppercase(),
        design: match trial.design {
            TrialDesign::Parallel => "Parallel groups: each virtual subject is randomised to one arm".to_owned(),
            TrialDesign::Crossover => "Every virtual subject in every arm, which no real trial can do".to_owned(),
        },
        arms: record.arms.clone(),
        points: told.finding.rows.iter().filter(is_of_arm).map(point).collect(),
        curves: curves.map(|it| PowerCurve { arm: it.arm.clone(), sizes: sizes(&it.by_size) }).collect(),
        repeats: told.operating.as_ref().map_or(0, |it| it.repeats),
    }
}

/// The experiment with a draw of its uncertain parameters.
fn drawn(experiment: &Experiment, trial: &TrialTable, draw: u32) -> Result<Experiment> {
    let mut drawn = experiment.clone();
    for (place, uncertain) in trial.uncertain.iter().enumerate() {
        let wrong = |what: String| refuse(&codes::TRIAL, format!("`trial.uncertain.{place}`: {what}"), None);
        let parameter = experiment.cascade.parameter(&uncertain.parameter);
        let parameter = parameter.ok_or_else(|| wrong(format!("no parameter is called `{}`", uncertain.parameter)))?;
        let read = |text: &str| convert(text, parameter.unit).map_err(|error| wrong(error.to_string()));
        let (from, to) = (read(&uncertain.from)?, read(&uncertain.to)?);
        let u = Seed(experiment.run.seed).draws(Purpose::ParameterDraw, place as u64, draw).uniform();
        let value = from + f64::from(u) * (to - from);
        drawn.model.overrides.0.insert(uncertain.parameter.clone(), Override::of(parameter, value));
    }
    Ok(drawn)
}

fn number(value: f64) -> Value {
    if value.is_finite() { json!(value) } else { Value::Null }
}

fn rate(rate: &Rate) -> Value {
    json!({
        "value": number(rate.value), "monte_carlo_error": number(rate.error),
        "low": number(rate.low), "high": number(rate.high),
    })
}

fn json_of(record: &TrialRecord, control: usize, trial: &TrialTable, told: &Told) -> Value {
    let design: &str = trial.design.into();
    let primary = told.finding.primary.iter().map(|(arm, adjusted)| match adjusted {
        None => json!({ "arm": arm, "difference": null }),
        Some(it) => {
            let [low, high] = it.interval();
            json!({
                "arm": arm, "n": it.n, "difference": number(it.difference), "low": number(low), "high": number(high),
                "p": number(it.p), "degrees_of_freedom": it.freedom,
            })
        }
    });
    let operating = told.operating.as_ref().map(|it| {
        let arm = |arm: &crate::studies::trial::ArmPower| {
            json!({
                "arm": arm.arm, "power": rate(&arm.power), "power_in_favour": rate(&arm.in_favour),
                "by_size": arm.by_size.iter().map(|(size, it)| json!({ "per_arm": size, "power": rate(it) })).collect::<Vec<_>>(),
                "needed_per_arm_80": arm.needed[0], "needed_per_arm_90": arm.needed[1],
            })
        };
        json!({
            "groups": "parallel", "note": few_subjects(record, it), "repeats": it.repeats, "per_arm": it.per_arm, "alpha": it.alpha, "type_one_error": rate(&it.type_one),
            "arms": it.arms.iter().map(arm).collect::<Vec<_>>(),
            "under_hypothesis_none":
                told.under_none.iter().map(|(arm, it)| json!({ "arm": arm, "positive": rate(it) })).collect::<Vec<_>>(),
            "assurance": told.assurance.iter().map(|(arm, values)| {
                json!({ "arm": arm, "draws": values, "mean": rate(&Rate::over(values)) })
            }).collect::<Vec<_>>(),
        })
    });
    json!({
        "design": design,
        "arms": record.arms,
        "allocated": told.finding.allocated,
        "control": record.arms[control],
        "endpoint": record.scale.column,
        "primary_visit_h": record.visits[record.primary].hours,
        "primary": primary.collect::<Vec<_>>(),
        "operating_characteristics": operating,
        "note": "Virtual subjects; research and teaching software, not medical advice.",
    })
}

/// What resampling more subjects than there are comes to.
fn few_subjects(record: &TrialRecord, it: &OperatingCharacteristics) -> Option<String> {
    let subjects = record.subjects.len();
    let largest = it.arms.iter().flat_map(|arm| arm.needed).flatten().max().unwrap_or(0).max(it.per_arm);
    (largest as usize > subjects).then(|| {
        format!(
            "trials of up to {largest} in each arm repeat the {subjects} subjects that were simulated: raise subjects.n"
        )
    })
}

fn table(finding: &TrialFinding) -> Result<String> {
    let refused = |error: csv::Error| Error::Run(format!("cannot write the trial: {error}"));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(TRIAL.map(|column| column.name)).map_err(refused)?;
    finding.rows.iter().try_for_each(|row| csv.write_record(row.cells())).map_err(refused)?;
    let bytes = csv.into_inner().map_err(|error| refused(error.into_error().into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn words(record: &TrialRecord, control: usize, trial: &TrialTable, told: &Told) -> String {
    let mut text = String::new();
    let visit = &record.visits[record.primary];
    let (endpoint, of_control) = (record.scale.column.to_uppercase(), &record.arms[control]);
    let groups: Vec<String> =
        record.arms.iter().zip(&told.finding.allocated).map(|(arm, n)| format!("{arm} {n}")).collect();
    let design = match trial.design {
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
        if let Some(note) = few_subjects(record, it) {
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
