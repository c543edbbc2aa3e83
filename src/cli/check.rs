//! `resprout check`: is the config sound, and what would it take?

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::options::{Edits, Threads};
use super::rehearsal::Rehearsal;
use super::sweep::in_pool;
use super::terminal;
use crate::configuration::conditions::shipped_condition;
use crate::configuration::estimate::{Estimate, available_memory_bytes, format_bytes, grouped};
use crate::configuration::{Experiment, load};
use crate::foundation::characters::escaped_line;
use crate::foundation::diagnostics::codes;
use crate::foundation::error::Result;
use crate::foundation::grid::LONGEST_TICK;
use crate::foundation::time::Time;
use crate::foundation::units::format_time;
use crate::mechanisms::Cascade;
use crate::recording::course::{Amount, RunCourse};
use crate::studies::{Study, StudyPlan, is_study};

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The config, or a study
    #[arg(value_name = "EXP.toml")]
    config: PathBuf,
    #[command(flatten)]
    edits: Edits,
    #[command(flatten)]
    threads: Threads,
    /// Measure the time it will take on this machine, by a rehearsal of some seconds
    #[arg(long)]
    measure: bool,
}

impl Check {
    pub(super) fn run(self, cascade: &Cascade) -> Result<()> {
        if is_study(&self.config) {
            return self.study(cascade);
        }
        let loaded = load(&self.config, &self.edits.in_order(), cascade)?;
        if !loaded.remarks.diagnostics().is_empty() {
            terminal::complain(&loaded.remarks.to_string());
        }
        let mut text = format!("{}: sound\n", self.config.display());
        let rehearsal =
            if self.measure { Some(Rehearsal::of(&loaded.experiment, cascade, self.threads)?) } else { None };
        text.push_str(&summary(&loaded.experiment, self.threads.count(), rehearsal.as_ref()));
        text.push_str(&course(&loaded.experiment.course()?));
        terminal::say(&text)
    }
}

impl Check {
    /// A study: what it is, and what all its points take together.
    fn study(&self, cascade: &Cascade) -> Result<()> {
        let edits = self.edits.in_order();
        if let Some(first) = edits.first() {
            let hint = "write it into the study's `set`, which holds for every point".to_owned();
            return Err(terminal::refuse(&codes::BAD_EDIT, format!("`{first}` cannot be set on a study"), Some(hint)));
        }
        let threads = self.threads.count();
        let study = Study::open(&self.config, cascade)?;
        let plan = in_pool(self.threads, || StudyPlan::of(&study, cascade))?;
        let (_, remarks) = study.point(0, cascade)?;
        if !remarks.diagnostics().is_empty() {
            terminal::complain(&remarks.to_string());
        }
        let mut text = format!("{}: sound\n", self.config.display());
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<11}{}", escaped_line(&value));
        };
        line("title", study.title.clone());
        line("question", study.question.clone());
        for factor in &study.factors {
            line("factor", factor.words());
        }
        let method: &str = study.method.into();
        line("design", format!("{method}, {} points", grouped(study.points.len() as u64)));
        let outcomes: Vec<&str> = study.outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        line("outcomes", outcomes.join(", "));
        line(
            "random",
            if study.draws_alike() {
                "the same numbers at every point".to_owned()
            } else {
                "other numbers at every point".to_owned()
            },
        );
        line("networks", format!("{}, of up to {} synapses", grouped(plan.networks), grouped(plan.synapses)));
        line(
            "batches",
            format!("{}: points in one begin alike, and share what they can", grouped(plan.batches.len() as u64)),
        );
        let available =
            available_memory_bytes().map_or(String::new(), |bytes| format!("; {} available", format_bytes(bytes)));
        line("memory", format!("about {} for each batch under way{available}", format_bytes(plan.batch_bytes)));
        line("disk", format!("about {}", format_bytes(plan.disk_bytes())));
        line("ticks", format!("about {} at most", grouped(plan.ticks)));
        line("run time", format!("about {} at most on {threads} threads", duration(plan.processor_s / threads as f64)));
        line("hash", study.hash());
        terminal::say(&text)
    }
}

/// What the experiment is and what it takes, one line each.
fn summary(experiment: &Experiment, threads: usize, rehearsal: Option<&Rehearsal>) -> String {
    let estimate = Estimate::of(experiment);
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<11}{}", escaped_line(&value));
    };
    line("title", experiment.title.clone());
    if !experiment.question.is_empty() {
        line("question", experiment.question.clone());
    }
    if let Some(condition) = experiment.condition.as_deref().and_then(shipped_condition) {
        line("condition", condition.title);
        for remark in condition.notes {
            line("", remark);
        }
        for remark in condition.contested {
            line("contested", remark);
        }
    }
    if let Some(scale) = &experiment.scale {
        line("read on", scale.clone());
    }
    let populations: Vec<String> = experiment
        .populations
        .iter()
        .map(|population| format!("{} {}", percent(population.fraction), population.name))
        .collect();
    line("network", format!("{} neurons ({})", grouped(experiment.network.neurons.into()), populations.join(", ")));
    line(
        "synapses",
        format!(
            "{} ({} per neuron)",
            grouped(estimate.synapses),
            grouped(experiment.network.synapses_per_neuron.into())
        ),
    );
    line(
        "time",
        format!("{} burn-in, {} after it", format_time(experiment.time.burn_in), format_time(experiment.time.horizon)),
    );
    line("rows", rows(experiment));
    for file in &experiment.drugs {
        let routes: Vec<&str> = file.drug.routes.iter().map(|kinetics| kinetics.route.into()).collect();
        line("own drug", format!("{} ({}): {}", file.drug.name, file.drug.title, routes.join(", ")));
    }
    let arms: Vec<&str> = experiment.arms.iter().map(|arm| arm.name.as_str()).collect();
    line("arms", arms.join(", "));
    line("replicates", format!("{}, from seed {}", experiment.run.replicates, experiment.run.seed));
    if let Some(subjects) = &experiment.subjects {
        let each = if experiment.run.replicates > 1 { " in each replicate" } else { "" };
        line("subjects", format!("{} virtual subjects{each}, each a network of its own", grouped(subjects.n.into())));
    }
    let available =
        available_memory_bytes().map_or(String::new(), |bytes| format!("; {} available", format_bytes(bytes)));
    let (least, most) = (format_bytes(estimate.least_memory_bytes), format_bytes(estimate.most_memory_bytes));
    let memory = if least == most { least } else { format!("{least} to {most}") };
    line("memory", format!("about {memory}{available}"));
    line(
        "disk",
        format!(
            "about {}, {} of them figures; up to {} of checkpoints while it runs; {} allowed",
            format_bytes(estimate.kept_bytes),
            format_bytes(estimate.figure_bytes),
            format_bytes(estimate.checkpoint_bytes),
            format_bytes(experiment.record.max_disk_bytes)
        ),
    );
    let on = format!("on {threads} thread{}", if threads == 1 { "" } else { "s" });
    match rehearsal {
        None => {
            line("ticks", format!("about {}", grouped(estimate.ticks)));
            let simulated = duration(estimate.processor_s / threads as f64);
            line("run time", format!("a guess: {simulated} {on}, and drawing; --measure measures it here"));
        }
        Some(Rehearsal { ticks, wall_s, drawing_s }) => {
            line("ticks", grouped(*ticks));
            let (whole, drawing) = (duration(*wall_s), duration(*drawing_s));
            line("run time", format!("about {whole} {on}, {drawing} of them drawing: measured here"));
        }
    }
    line("hash", experiment.hash());
    text
}

/// Doses of one arm that are listed one by one.
const LISTED: usize = 20;

/// What happens in every arm, as a table: repeats expanded, in order of time.
fn course(course: &RunCourse) -> String {
    let mut rows: Vec<[String; 4]> = vec![["arm", "at", "lasts", "what"].map(str::to_owned)];
    for arm in &course.arms {
        let mut happens: Vec<(Time, Time, String)> = Vec::new();
        for dose in arm.doses.iter().take(LISTED) {
            let route: &str = dose.route.into();
            let what = format!("{} {}, {route}", amount(dose.amount), dose.drug);
            happens.push((dose.start, dose.start + dose.duration, what));
        }
        happens.extend(arm.stress.iter().map(|it| (it.start, it.end, format!("stress of level {}", it.level))));
        happens.extend(arm.spine_removals.iter().map(|it| {
            let born = format_time(it.born_after);
            (it.time, it.time, format!("{} of spines born since {born} are removed", percent(it.fraction)))
        }));
        happens.sort_by_key(|&(from, to, _)| (from, to));
        if happens.is_empty() {
            rows.push([arm.name.clone(), String::new(), String::new(), "nothing: no dose, no stress".to_owned()]);
        }
        for (from, to, what) in happens {
            let lasts = if to == from { String::new() } else { format_time(to - from) };
            rows.push([arm.name.clone(), format_time(from), lasts, what]);
        }
        if let Some(last) = arm.doses.last().filter(|_| arm.doses.len() > LISTED) {
            let rest = arm.doses.len() - LISTED;
            let what = format!("… {rest} more doses, the last then");
            rows.push([arm.name.clone(), format_time(last.start), String::new(), what]);
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2].map(width);
    let mut text = String::from("\n");
    for [arm, from, lasts, what] in &rows {
        let _ = writeln!(text, "  {arm:<0$}  {from:>1$}  {lasts:>2$}  {what}", widths[0], widths[1], widths[2]);
    }
    text
}

fn amount(amount: Amount) -> String {
    // nine digits: what a unit was converted by leaves its trace in the sixteenth
    let shown = |value: f64| format!("{value:.8e}").parse().unwrap_or(value);
    match amount {
        Amount::Mg(mg) => format!("{} mg", shown(mg)),
        Amount::MgPerKg(mg_per_kg) => format!("{} mg/kg", shown(mg_per_kg)),
    }
}

/// When rows are written, and what becomes of those that are due within a tick.
fn rows(experiment: &Experiment) -> String {
    let record = &experiment.record;
    let mut text = format!("every {}, and at landmarks", format_time(record.every));
    let at_rest = Time::from_milliseconds(LONGEST_TICK.milliseconds() / i64::from(experiment.time.refine.max(1)));
    if !record.every.is_multiple_of(at_rest) {
        let at_rest = format_time(at_rest);
        let _ = write!(text, "; a tick lasts up to {at_rest} and has one row at its end, where `time_h` says so");
    }
    let within: Vec<String> =
        record.network_at.iter().filter(|at| !at.is_multiple_of(at_rest)).map(|&at| format_time(at)).collect();
    if !within.is_empty() {
        let _ = write!(text, "; the network of {} at the end of its tick", within.join(", "));
    }
    text
}

fn percent(fraction: f64) -> String {
    format!("{} %", (fraction * 1_000.0).round() / 10.0)
}

fn duration(seconds: f64) -> String {
    if seconds < 90.0 {
        format!("{} s", seconds.ceil().max(1.0))
    } else if seconds < 5_400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3_600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_for_people() {
        assert_eq!(amount(Amount::MgPerKg(14.0 * 0.1)), "1.4 mg/kg");
        assert_eq!(amount(Amount::MgPerKg(0.1 + 0.2)), "0.3 mg/kg");
        assert_eq!(amount(Amount::Mg(35.0)), "35 mg");
    }
}
