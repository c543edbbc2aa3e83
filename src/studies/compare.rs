//! Runs, or points of a study, side by side: what differs in what was asked, and in what came out.
//!
//! Networks of two runs are pairs where both runs drew them alike: the same seeds, the same `[network]` and `[subjects]`.
//! Then a difference is taken within each network; else the runs are independent samples.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::Value;

use super::folder::{StudyManifest, table};
use super::journal::Journal;
use super::{folder, layout};
use crate::foundation::diagnostics::{Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;
use crate::recording::layout::{CONFIG, OUTCOMES, SUMMARY_TABLE};
use crate::recording::lock::FolderLock;
use crate::recording::manifest::{self, Manifest, Status};
use crate::statistics::contrast::PairedContrast;
use crate::statistics::independent::IndependentContrast;
use crate::statistics::moments;

/// The values of one outcome in one arm, by replicate and subject.
type OutcomeByNetwork = BTreeMap<(i64, i64), f64>;

/// A run, or a point of a study, as it is compared.
#[derive(Clone, Debug)]
pub struct ComparedRun {
    /// What it is called: the folder, and the point.
    pub name: String,
    /// The folder of the run; none for a point of a study.
    pub folder: Option<PathBuf>,
    /// What was asked, by dotted key.
    asked: BTreeMap<String, String>,
    /// By arm, outcome and unit.
    outcomes: BTreeMap<(String, String, String), OutcomeByNetwork>,
}

/// A key in which runs differ, with its value in each; none where it is not stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedDifference {
    /// The dotted key.
    pub key: String,
    /// By run.
    pub values: Vec<Option<String>>,
}

/// An outcome of one arm in two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedOutcome {
    /// The run that is compared, by its place.
    pub run: usize,
    /// The arm.
    pub arm: String,
    /// The outcome.
    pub outcome: String,
    /// Its unit.
    pub unit: String,
    /// Its mean in the run.
    pub mean: f64,
    /// Its mean in the first run.
    pub mean_of_first: f64,
    /// Whether differences were taken within networks.
    pub is_paired: bool,
    /// Pairs, or networks of the run.
    pub n: usize,
    /// The mean difference from the first run.
    pub difference: f64,
    /// Its 95 % interval; NaN where there is none.
    pub interval: [f64; 2],
}

/// Several runs side by side; the first is what the others are compared with.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The runs.
    pub runs: Vec<ComparedRun>,
    /// What differs in what was asked.
    pub asked: Vec<AskedDifference>,
    /// What came out, run by run.
    pub outcomes: Vec<ComparedOutcome>,
}

fn refuse(code: &'static crate::foundation::diagnostics::Code, label: String, hint: &str) -> Error {
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(code, label).help(hint)]).to_string())
}

/// What identifies the draw of a run's networks.
const DRAW: [&str; 3] = ["run.", "network.", "subjects."];
/// What says nothing of the question: presentation, and how a run guards against being stopped.
const BESIDE: [&str; 6] = ["title", "question", "allow", "figures.", "run.checkpoint_every", "record."];

impl ComparedRun {
    /// Opens what `named` names: the folder of a run, or that of a study with a point, as in `output/study#3`.
    ///
    /// # Errors
    /// [`Error::Input`] if it is neither, is not complete, or is damaged.
    pub fn open(named: &str, cascade: &Cascade) -> Result<Self> {
        match named.rsplit_once('#') {
            Some((folder, point)) if Path::new(folder).join(layout::MANIFEST).is_file() => {
                Self::of_point(named, Path::new(folder), point, cascade)
            }
            _ if Path::new(named).join(layout::MANIFEST).is_file() => {
                let hint = format!("name one of its points, as in `{named}#0`");
                Err(refuse(&codes::NO_RUN_THERE, format!("`{named}` holds a study"), &hint))
            }
            _ => Self::of_run(named),
        }
    }

    fn of_run(named: &str) -> Result<Self> {
        let path = Path::new(named);
        let _lock = FolderLock::to_read(path)?;
        let (recorded, is_sealed) = Manifest::read_complete(path)?;
        let is_read = |name: &str| [CONFIG, OUTCOMES, SUMMARY_TABLE].contains(&name);
        manifest::require_whole(path, &recorded.damage(path, is_sealed, is_read)?)?;
        let config = path.join(CONFIG);
        let text = fs::read_to_string(&config).map_err(Error::io("read", &config))?;
        let mut asked = flattened(&text, &config)?;
        asked.insert("version".to_owned(), recorded.version);
        if let Some(commit) = recorded.commit {
            asked.insert("commit".to_owned(), commit);
        }
        let told = told(path)?;
        let outcomes = path.join(OUTCOMES);
        let mut found: BTreeMap<(String, String, String), OutcomeByNetwork> = BTreeMap::new();
        let wrong = |error: csv::Error| Error::Input(format!("error: {}: {error}", outcomes.display()));
        let reader = csv::Reader::from_path(&outcomes).map_err(wrong)?;
        for row in reader.into_deserialize::<(String, i64, i64, String, String, f64)>() {
            let (arm, replicate, subject, outcome, unit, value) = row.map_err(wrong)?;
            if told.contains(&outcome) {
                found.entry((arm, outcome, unit)).or_default().insert((replicate, subject), value);
            }
        }
        Ok(Self { name: named.to_owned(), folder: Some(path.to_path_buf()), asked, outcomes: found })
    }

    fn of_point(named: &str, path: &Path, point: &str, cascade: &Cascade) -> Result<Self> {
        let _lock = FolderLock::to_read(path)?;
        let (recorded, is_sealed) = StudyManifest::read(path)?;
        if recorded.status != Status::Complete {
            let label = format!("the study in `{}` is {}", path.display(), recorded.status.name());
            return Err(refuse(&codes::NO_STUDY_THERE, label, "the same `resprout sweep` command goes on with it"));
        }
        manifest::require_whole(path, &recorded.damage(path, is_sealed)?)?;
        let study = folder::kept(path, cascade)?;
        let index = point.parse::<usize>().ok().filter(|index| *index < study.points.len()).ok_or_else(|| {
            let label = format!("`{point}` is no point of the study in `{}`", path.display());
            refuse(&codes::NO_STUDY_THERE, label, &format!("points are counted from 0 to {}", study.points.len() - 1))
        })?;
        let (experiment, _) = study.point(index, cascade)?;
        let mut asked = flattened(&experiment.experiment.to_resolved_toml(), path)?;
        asked.insert("version".to_owned(), recorded.version);
        if let Some(commit) = recorded.commit {
            asked.insert("commit".to_owned(), commit);
        }
        let mut found: BTreeMap<(String, String, String), OutcomeByNetwork> = BTreeMap::new();
        let finished = Journal::read(&path.join(layout::JOURNAL))?;
        for row in table(&study, &finished).rows.into_iter().filter(|row| row.point == index) {
            let key = (row.arm, row.outcome, row.unit);
            found.entry(key).or_default().insert((row.replicate, row.subject), row.value);
        }
        Ok(Self { name: named.to_owned(), folder: None, asked, outcomes: found })
    }

    /// What decides how its networks were drawn.
    fn draw(&self) -> BTreeMap<&str, &str> {
        let is_draw = |key: &&String| DRAW.iter().any(|start| key.starts_with(start)) && !is_beside(key);
        let drawn = self.asked.iter().filter(|(key, _)| is_draw(key));
        drawn.map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
}

fn is_beside(key: &str) -> bool {
    BESIDE.iter().any(|start| key.starts_with(start))
}

/// The headline figures that the summary of a run tells.
fn told(path: &Path) -> Result<BTreeSet<String>> {
    let path = path.join(SUMMARY_TABLE);
    let wrong = |error: csv::Error| Error::Input(format!("error: {}: {error}", path.display()));
    let mut reader = csv::Reader::from_path(&path).map_err(wrong)?;
    reader.records().map(|row| row.map(|row| row[1].to_owned()).map_err(wrong)).collect()
}

/// A config by dotted key. The record of parameter values stands for itself where nothing overrides them.
fn flattened(text: &str, path: &Path) -> Result<BTreeMap<String, String>> {
    fn walk(key: &str, value: &Value, into: &mut BTreeMap<String, String>) {
        let below = |name: &str| {
            let step = if name.contains('.') { format!("\"{name}\"") } else { name.to_owned() };
            if key.is_empty() { step } else { format!("{key}.{step}") }
        };
        match value {
            Value::Table(entries) => entries.iter().for_each(|(name, value)| walk(&below(name), value, into)),
            Value::Array(items) if items.iter().any(Value::is_table) => {
                for (index, item) in items.iter().enumerate() {
                    let name =
                        item.get("name").and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned);
                    walk(&below(&name), item, into);
                }
            }
            Value::String(text) => drop(into.insert(key.to_owned(), text.clone())),
            other => drop(into.insert(key.to_owned(), other.to_string())),
        }
    }
    let value: toml::Table =
        text.parse().map_err(|error| Error::Input(format!("error: {}: {error}", path.display())))?;
    let mut found = BTreeMap::new();
    walk("", &Value::Table(value), &mut found);
    // beside the value of every parameter, where it comes from says nothing more
    found.retain(|key, _| !(key.starts_with("parameters.") && key.ends_with(".source")));
    Ok(found)
}

impl Comparison {
    /// Compares each run with the first.
    #[must_use]
    pub fn of(runs: Vec<ComparedRun>) -> Self {
        let keys: BTreeSet<&String> = runs.iter().flat_map(|run| run.asked.keys()).collect();
        let asked = keys
            .into_iter()
            .filter(|key| !is_beside(key))
            .map(|key| AskedDifference {
                key: key.clone(),
                values: runs.iter().map(|run| run.asked.get(key).cloned()).collect(),
            })
            .filter(|it| it.values.iter().any(|value| *value != it.values[0]))
            .collect();
        let mut outcomes = Vec::new();
        if let Some((first, others)) = runs.split_first() {
            for (place, run) in others.iter().enumerate() {
                let is_paired = run.draw() == first.draw();
                for ((arm, outcome, unit), values) in &run.outcomes {
                    let Some(of_first) = first.outcomes.get(&(arm.clone(), outcome.clone(), unit.clone())) else {
                        continue;
                    };
                    let key = (arm.as_str(), outcome.as_str(), unit.as_str());
                    outcomes.push(compared(place + 1, key, values, of_first, is_paired));
                }
            }
        }
        Self { runs, asked, outcomes }
    }
}

fn compared(
    run: usize,
    (arm, outcome, unit): (&str, &str, &str),
    values: &OutcomeByNetwork,
    of_first: &OutcomeByNetwork,
    is_paired: bool,
) -> ComparedOutcome {
    let all = |values: &OutcomeByNetwork| crate::statistics::finite(&values.values().copied().collect::<Vec<_>>());
    let (n, difference, interval) = if is_paired {
        let shared = values.iter().filter_map(|(network, value)| Some((*value, *of_first.get(network)?)));
        let (a, b): (Vec<f64>, Vec<f64>) = shared.unzip();
        let contrast = PairedContrast::of(&a, &b);
        (contrast.n, contrast.mean, contrast.interval)
    } else {
        let contrast = IndependentContrast::of(&all(values), &all(of_first));
        (contrast.n[0], contrast.mean, contrast.interval)
    };
    ComparedOutcome {
        run,
        arm: arm.to_owned(),
        outcome: outcome.to_owned(),
        unit: unit.to_owned(),
        mean: moments::mean(&all(values)),
        mean_of_first: moments::mean(&all(of_first)),
        is_paired,
        n,
        difference,
        interval: interval.unwrap_or([f64::NAN; 2]),
    }
}
