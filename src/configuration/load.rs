//! From a file to an experiment, or to a report of everything that is wrong with it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::attachments::{Attachments, Files};
use super::document::{KeyPath, KeyStep, Node, at};
use super::experiment::Experiment;
use super::fault::Fault;
use super::model::{Override, convert_overrides};
use super::{conditions, estimate, rules, structure};
use crate::foundation::diagnostics::{Diagnostic, Report, Severity, Source, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::units::convert;
use crate::mechanisms::Cascade;

/// An experiment that was read, with what there is to say about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The experiment, valid.
    pub experiment: Experiment,
    /// Warnings and notes that the config doesn't `allow`.
    pub remarks: Report,
}

/// Reads the config at `path`, applies `edits` (`KEY=VALUE`, in order), and checks everything, whether
/// it fits in this machine's memory included. What keys there are, the mechanisms of `cascade` say.
///
/// # Errors
/// [`Error::Input`] with a report of every fault.
pub fn load(path: &Path, edits: &[String], cascade: &Cascade) -> Result<Loaded> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&name, &error))?;
    let files = Files::beside(path);
    ConfigReader { edits, files: &files, memory_bytes: estimate::available_memory_bytes(), cascade }.read(&name, &text)
}

/// A config that is not there, or is no text.
pub(super) fn unreadable(name: &str, error: &std::io::Error) -> Error {
    let fault = Diagnostic::new(&codes::UNREADABLE_FILE, format!("`{name}`: {error}"));
    Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
}

impl Experiment {
    /// Reads and checks a config; files that it points to are looked for in the working directory. The memory of this machine plays no part, so that the config of a run
    /// can be read anywhere.
    ///
    /// # Errors
    /// [`Error::Input`] with a report of every fault.
    pub fn from_toml(text: &str) -> Result<Self> {
        Self::from_toml_in(&Cascade::standard(), text)
    }

    /// The same, with other mechanisms than those that are shipped.
    ///
    /// # Errors
    /// [`Error::Input`] with a report of every fault, of the cascade or of the config.
    pub fn from_toml_in(cascade: &Cascade, text: &str) -> Result<Self> {
        let files = Files::Below(PathBuf::new());
        let reading = ConfigReader { edits: &[], files: &files, memory_bytes: None, cascade };
        reading.read("config.toml", text).map(|loaded| loaded.experiment)
    }

    /// Checks an experiment that was built in Rust, through the same gate as one that was read.
    ///
    /// # Errors
    /// [`Error::Input`] with a report whose places are those of the experiment written as a config.
    pub fn checked(self) -> Result<Self> {
        let held = self.attachments().into_iter().map(|(path, text)| (path, text.to_owned())).collect();
        let event_tables = self.event_tables.clone();
        let files = Files::Held(held);
        let reading = ConfigReader { edits: &[], files: &files, memory_bytes: None, cascade: &self.cascade };
        let checked = reading.read("config.toml", &self.to_resolved_toml())?.experiment;
        Ok(Self { event_tables, ..checked })
    }
}

/// What a config is read with, beside its text.
pub(super) struct ConfigReader<'a> {
    /// `KEY=VALUE`, in order.
    pub(super) edits: &'a [String],
    /// Where the files are that it points to.
    pub(super) files: &'a Files,
    /// The memory that there is, if it plays a part.
    pub(super) memory_bytes: Option<u64>,
    pub(super) cascade: &'a Cascade,
}

impl ConfigReader<'_> {
    /// Reads, edits and checks `text`, which is called `name` in messages.
    pub(super) fn read(&self, name: &str, text: &str) -> Result<Loaded> {
        self.examine(name, text)?.map_err(|report| Error::Input(report.to_string()))
    }

    /// The same; faults come as the report that they make. Its source 0 is the text, those after it are the edits.
    pub(super) fn examine(&self, name: &str, text: &str) -> Result<std::result::Result<Loaded, Report>> {
        let Self { edits, files, memory_bytes, cascade } = *self;
        cascade.check()?;
        let mut sources = vec![Source { name: name.to_owned(), text: text.to_owned() }];
        sources.extend(edits.iter().map(|edit| Source { name: "--set".to_owned(), text: edit.clone() }));
        let mut document = match Node::parse(text, 0) {
            Ok(document) => document,
            Err(faults) => return Ok(Err(Report::new(sources, faults))),
        };
        let refused: Vec<Diagnostic> =
            edits.iter().enumerate().filter_map(|(index, edit)| document.set(edit, index + 1).err()).collect();

        let mut attachments = Attachments::new(files, sources.clone());
        attachments.read_drugs(&document);
        let mut schema = structure::schema(cascade);
        attachments.name_drugs(&mut schema);
        let (mut value, mut faults) = structure::check(&document, &schema);
        let recorded = value.as_object_mut().and_then(|table| table.remove("parameters"));
        let is_record = recorded.is_some();
        // the record of a run states everything
        faults.extend(conditions::apply(&mut value, &document).filter(|_| !is_record));
        convert_overrides(&mut value, cascade);
        let mut experiment = Experiment::deserialize(value)
            .map_err(|error| Error::Run(format!("the schema accepts what the config's types refuse: {error}")))?;
        experiment.cascade = cascade.clone();
        adopt_recorded_values(&mut experiment, recorded.as_ref());
        attachments.complete(&mut experiment, &document);
        let tainted = Tainted::by(&faults);
        let of_rules = rules::check(&experiment, memory_bytes).into_iter().filter(|fault| !tainted.holds(fault));
        let of_rules: Vec<Fault> = of_rules.collect();
        faults.extend(of_rules);
        let place = |fault: &Fault| {
            let of_condition = || conditions::locate(&fault.at, &document);
            let in_file = attachments.locate(&fault.at).or_else(of_condition);
            in_file.unwrap_or_else(|| document.locate(&fault.at, fault.part))
        };
        let mut diagnostics: Vec<Diagnostic> = refused;
        diagnostics.extend(faults.into_iter().map(|fault| {
            let place = fault.message.span.unwrap_or_else(|| place(&fault));
            fault.message.at(place)
        }));
        diagnostics.append(&mut attachments.faults);
        let idle = if is_record { Vec::new() } else { idle_allowances(&experiment.allow, &diagnostics) };
        diagnostics.extend(idle.into_iter().map(|fault| fault.message.at(document.locate(&fault.at, fault.part))));
        let allowed: HashSet<&str> = experiment.allow.iter().map(String::as_str).collect();
        diagnostics.retain(|diagnostic| !allowed.contains(diagnostic.code.id));
        let report = Report::new(attachments.sources, diagnostics);
        Ok(if report.has_errors() { Err(report) } else { Ok(Loaded { experiment, remarks: report }) })
    }
}

/// Codes that are allowed and did not occur. Where there are errors, not everything was looked for.
fn idle_allowances(allow: &[String], diagnostics: &[Diagnostic]) -> Vec<Fault> {
    if diagnostics.iter().any(|diagnostic| diagnostic.code.severity() == Severity::Error) {
        return Vec::new();
    }
    let occurred: HashSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect();
    // said where figures are drawn, not where a config is read
    let elsewhere = [codes::FIGURE_LEFT_OUT.id, codes::IDLE_ALLOWANCE.id];
    let is_idle = |code: &str| !occurred.contains(code) && !elsewhere.contains(&code);
    let idle = allow.iter().enumerate().filter(|(_, code)| is_idle(code));
    idle.map(|(index, code)| Fault::new(&codes::IDLE_ALLOWANCE, at!["allow", index], format!("no {code} occurs")))
        .collect()
}

/// Paths at which the structure is faulty, so that nothing can be said of what rests on them.
struct Tainted<'a> {
    /// In ascending order, as most faults are found: sorting them is quicker than hashing them.
    paths: Vec<&'a [KeyStep]>,
}

impl<'a> Tainted<'a> {
    fn by(faults: &'a [Fault]) -> Self {
        let mut paths: Vec<&[KeyStep]> = faults.iter().map(|fault| fault.at.0.as_slice()).collect();
        paths.sort();
        paths.dedup();
        Self { paths }
    }

    /// Whether `fault` lies at or within a faulty value, or rests on one.
    fn holds(&self, fault: &Fault) -> bool {
        let within =
            |KeyPath(path): &KeyPath| (0..=path.len()).any(|length| self.paths.binary_search(&&path[..length]).is_ok());
        // of the paths that a way leads to, the first stands where the way itself would
        let leads = |KeyPath(way): &KeyPath| {
            let first = self.paths.partition_point(|path| *path < way.as_slice());
            self.paths.get(first).is_some_and(|path| path.starts_with(way))
        };
        within(&fault.at) || fault.rests_on.iter().any(|other| within(other) || leads(other))
    }
}

/// A run folder's config records every parameter value. Where a recorded value is not the default of
/// this version, it holds, so that the config repeats the run it was written by.
fn adopt_recorded_values(experiment: &mut Experiment, recorded: Option<&Value>) {
    for (key, entry) in recorded.and_then(Value::as_object).into_iter().flatten() {
        let Some(declared) = experiment.cascade.parameter(key) else { continue };
        let value = match entry.get("value") {
            Some(Value::String(text)) => convert(text, declared.unit).ok(),
            Some(number) => number.as_f64(),
            None => None,
        };
        let stated = experiment.overrides().0.contains_key(key);
        if let Some(value) = value.filter(|value| *value != declared.default && !stated) {
            let why = entry.get("source").and_then(Value::as_str).map(str::to_owned);
            experiment.model.overrides.0.insert(key.clone(), Override { why, ..Override::of(declared, value) });
        }
    }
}
