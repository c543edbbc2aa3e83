//! A study as it was read: base, factors, points, outcomes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rayon::prelude::*;
use serde::Deserialize;

use super::design::{self, DesignFault};
use super::factor::{Factor, Level};
use super::layout;
use super::outcome::StudyOutcome;
use super::sensitivity::sobol::FEWEST_SAMPLES;
use super::statement::{self, DesignTable, Method, StudyStatement};
use crate::configuration::document::{EntryPart, KeyPath, Node, at};
use crate::configuration::{BaseConfig, Experiment, keys, structure};
use crate::experiment::points;
use crate::foundation::diagnostics::{Diagnostic, Report, Severity, Source, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;
use crate::foundation::random::{Purpose, Seed};
use crate::foundation::units::convert;
use crate::mechanisms::Cascade;
use crate::recording::columns;

/// A study: a question about many runs.
#[derive(Debug)]
pub struct Study {
    /// Its title.
    pub title: String,
    /// What it asks.
    pub question: String,
    /// What varies.
    pub factors: Vec<Factor>,
    /// The level of each factor at each point.
    pub points: Vec<Vec<Level>>,
    /// How the points were chosen.
    pub method: Method,
    /// What is asked of every point.
    pub outcomes: Vec<StudyOutcome>,
    /// Whether all points draw the same random numbers.
    pub common_random_numbers: bool,
    /// The most memory that points under way may take together, if the study says so.
    pub memory_bytes: Option<u64>,
    pub(super) base: BaseConfig,
    pub(super) set: Vec<String>,
    pub(super) seed: u64,
    source: Source,
    document: Node,
}

/// Whether readers that do not tell case apart take two columns for one.
fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Whether the tables of a study have a column of this name whatever varies.
fn is_taken(name: &str) -> bool {
    columns::STUDY.iter().chain(&columns::FAILED).any(|column| is_same(column.name, name))
}

/// Whether the file at `path` is meant for a study rather than for a run: it names a base.
#[must_use]
pub fn is_study(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Node::parse(&text, 0).is_ok_and(|document| document.entry("base").is_some())
}

impl Study {
    /// Reads the study at `path`, and checks all that can be told without a point's config.
    ///
    /// # Errors
    /// [`Error::Input`] with every fault that was found, each at its place.
    pub fn open(path: &Path, cascade: &Cascade) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let fault = Diagnostic::new(&codes::UNREADABLE_FILE, format!("`{name}`: {error}"));
            Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
        })?;
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let points = |table: &DesignTable, factors: &[Factor]| design::points(table, factors, &folder, None);
        Self::read(&name, text, cascade, points, |base| BaseConfig::open(&folder.join(base)))
    }

    /// Reads a study over `base` whose points are given later; until then it has one that is nowhere.
    pub(super) fn over(name: &str, text: String, base: BaseConfig, cascade: &Cascade) -> Result<Self> {
        let nowhere = |_: &DesignTable, factors: &[Factor]| Ok(vec![vec![Level::Number(f64::NAN); factors.len()]]);
        Self::read(name, text, cascade, nowhere, |_| Ok(base))
    }

    /// Reads the study that a folder of results keeps: its text, its base, and the files that the base points to.
    pub(super) fn held(
        folder: &Path,
        text: String,
        base: String,
        inputs: BTreeMap<String, String>,
        cascade: &Cascade,
    ) -> Result<Self> {
        let kept = folder.join(layout::POINTS);
        let points = |table: &DesignTable, factors: &[Factor]| design::points(table, factors, folder, Some(&kept));
        Self::read(layout::STUDY, text, cascade, points, |_| Ok(BaseConfig::held(layout::BASE, base, inputs)))
    }

    fn read(
        name: &str,
        text: String,
        cascade: &Cascade,
        points_of: impl FnOnce(&DesignTable, &[Factor]) -> std::result::Result<Vec<Vec<Level>>, DesignFault>,
        base: impl FnOnce(&str) -> Result<BaseConfig>,
    ) -> Result<Self> {
        let source = Source { name: name.to_owned(), text };
        let fail = |faults: Vec<Diagnostic>| Error::Input(Report::new(vec![source.clone()], faults).to_string());
        let document = Node::parse(&source.text, 0).map_err(fail)?;
        let (value, faults) = structure::check(&document, &statement::schema());
        if !faults.is_empty() {
            let placed = faults.into_iter().map(|fault| {
                let place = fault.message.span.unwrap_or_else(|| document.locate(&fault.at, fault.part));
                fault.message.at(place)
            });
            return Err(fail(placed.collect()));
        }
        let table = StudyStatement::deserialize(value)
            .map_err(|error| Error::Run(format!("the schema accepts what the study's types refuse: {error}")))?;
        let mut faults: Vec<(KeyPath, Diagnostic)> = Vec::new();
        let settable = keys::settable(cascade);
        let mut factors: Vec<Factor> = Vec::new();
        for (place, stated) in table.factor.iter().enumerate() {
            match Factor::read(stated, place, &settable, cascade, table.design.method) {
                Ok(factor)
                    if factors.iter().any(|known| is_same(&known.name, &factor.name)) || is_taken(&factor.name) =>
                {
                    let label = format!("a column called `{}` is there already", factor.name);
                    faults.push((
                        at!["factor", place],
                        Diagnostic::new(&codes::STUDY_FACTOR, label).help("give it a `name`"),
                    ));
                }
                Ok(factor) => factors.push(factor),
                Err(fault) => faults.push(fault),
            }
        }
        let mut outcomes: Vec<StudyOutcome> = Vec::new();
        for (place, stated) in table.outcome.iter().enumerate() {
            match StudyOutcome::read(stated, place) {
                Ok(outcome) if outcomes.iter().any(|known| known.name == outcome.name) => {
                    let label = format!("an outcome called `{}` is there already", outcome.name);
                    let fault = Diagnostic::new(&codes::STUDY_OUTCOME, label).help("give it a `name`");
                    faults.push((at!["outcome", place], fault));
                }
                Ok(outcome) => outcomes.push(outcome),
                Err(fault) => faults.push(fault),
            }
        }
        for (key, is_empty) in [("factor", table.factor.is_empty()), ("outcome", table.outcome.is_empty())] {
            if is_empty {
                faults.push((at![key], Diagnostic::new(&codes::STUDY_DESIGN, format!("the study has no {key}"))));
            }
        }
        faults.extend(idle_seed(&table.design, &document));
        let memory_bytes = match table.design.memory.as_deref().map(|text| convert(text, "B")) {
            Some(Ok(bytes)) if bytes >= 1.0 => Some(bytes as u64),
            Some(other) => {
                let label =
                    other.map_or_else(|error| error.to_string(), |bytes| format!("{bytes} bytes are no memory"));
                faults.push((at!["design", "memory"], Diagnostic::new(&codes::STUDY_DESIGN, label)));
                None
            }
            None => None,
        };
        let mut points = Vec::new();
        if faults.is_empty() {
            match points_of(&table.design, &factors) {
                Ok(found) if found.is_empty() => {
                    faults.push((at!["design"], Diagnostic::new(&codes::STUDY_DESIGN, "the design has no point")));
                }
                Ok(found) => points = found,
                Err(fault) => faults.push(fault),
            }
        }
        for (place, factor) in factors.iter_mut().enumerate() {
            factor.is_numeric = points.iter().all(|point: &Vec<Level>| matches!(point[place], Level::Number(_)));
        }
        if !faults.is_empty() {
            let placed = faults.into_iter().map(|(at, fault)| fault.at(document.locate(&at, EntryPart::Value)));
            return Err(fail(placed.collect()));
        }
        let base = base(&table.base)?;
        let faults = set_twice(&factors, &table.set, &base);
        if !faults.is_empty() {
            let placed = faults.into_iter().map(|(at, fault)| fault.at(document.locate(&at, EntryPart::Value)));
            return Err(fail(placed.collect()));
        }
        let StudyStatement { title, question, set, design, .. } = table;
        Ok(Self {
            title,
            question,
            factors,
            points,
            method: design.method,
            outcomes,
            common_random_numbers: design.common_random_numbers,
            memory_bytes,
            base,
            set,
            seed: design.seed,
            source,
            document,
        })
    }
}

/// A seed that is stated where nothing is drawn.
fn idle_seed(design: &DesignTable, document: &Node) -> Option<(KeyPath, Diagnostic)> {
    let here = at!["design", "seed"];
    let is_idle = !design.method.takes_points() && design.common_random_numbers && document.find(&here).is_some();
    let name: &str = design.method.into();
    let label = format!("nothing is drawn for a `{name}` design: this has no effect");
    let fault = Diagnostic::new(&codes::STUDY_DESIGN, label);
    is_idle.then(|| (here, fault.help("`run.seed` of the base, or in `set`, is the seed of the networks")))
}

/// Keys that two factors, or a factor and `set`, would give a value: the last would win unseen.
fn set_twice(factors: &[Factor], set: &[String], base: &BaseConfig) -> Vec<(KeyPath, Diagnostic)> {
    let document = Node::parse(base.text(), 0).ok();
    let named = |steps: Vec<String>| document.as_ref().map_or_else(|| steps.clone(), |document| document.named(&steps));
    let of_set = |edit: &String| keys::steps_of(edit.split_once('=')?.0);
    let mut seen: Vec<(Vec<String>, String)> =
        set.iter().filter_map(of_set).map(|steps| (named(steps), "`set`".to_owned())).collect();
    let mut faults = Vec::new();
    for (place, factor) in factors.iter().enumerate() {
        for steps in factor.keys().map(named) {
            if let Some((_, by)) = seen.iter().find(|(known, _)| *known == steps) {
                let label = format!("{} is given its value by {by} already", steps.join("."));
                faults.push((at!["factor", place], Diagnostic::new(&codes::STUDY_FACTOR, label)));
            }
            seen.push((steps, format!("factor `{}`", factor.name)));
        }
    }
    faults
}

/// A point of a study: which, and its experiment.
#[derive(Clone, Debug)]
pub struct StudyPoint {
    /// Which, counted from 0.
    pub index: usize,
    /// Its experiment, checked.
    pub experiment: Experiment,
}

/// Why a point cannot be.
enum Refusal {
    /// Its config is at fault.
    Config(Report),
    /// Anything else.
    Other(Error),
}

/// So many points that cannot be are told of one by one.
const MOST_TOLD: usize = 3;

impl Study {
    /// The text of the study file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// What results depend on besides the version of the program: study, base, files that it points to, points.
    #[must_use]
    pub fn hash(&self) -> String {
        let points: Vec<String> = self.points.iter().map(|point| format!("{point:?}")).collect();
        let all = format!("{}\0{}\0{:?}\0{}", self.source.text, self.base.text(), self.base.files(), points.join("\n"));
        files::hash_of(all.as_bytes())
    }

    /// Whether all points draw the same random numbers: not where each has a seed of its own.
    #[must_use]
    pub fn draws_alike(&self) -> bool {
        let varies_seed = |factor: &Factor| factor.keys().any(|steps| steps == ["run", "seed"]);
        self.common_random_numbers && !self.factors.iter().any(varies_seed)
    }

    /// The columns of the factors that give values to some of `keys` and to no other key.
    #[must_use]
    pub fn columns_of(&self, keys: &[&str]) -> Vec<String> {
        let is_meant = |factor: &&Factor| factor.keys().all(|steps| keys.contains(&steps.join(".").as_str()));
        self.factors.iter().filter(is_meant).map(|factor| factor.name.clone()).collect()
    }

    /// A point in words: the value of every factor.
    #[must_use]
    pub fn words(&self, index: usize) -> String {
        let word = |(factor, level): (&Factor, &Level)| {
            let unit = factor.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
            match level {
                Level::Number(value) => format!("{} = {value}{unit}", factor.name),
                Level::Text(text) => format!("{} = {text}", factor.name),
            }
        };
        self.factors.iter().zip(&self.points[index]).map(word).collect::<Vec<_>>().join(", ")
    }

    /// The edits that make point `index` of the base.
    #[must_use]
    pub fn edits(&self, index: usize) -> Vec<String> {
        self.placed_edits(index).into_iter().map(|(edit, _)| edit).collect()
    }

    /// The same, each with the place of the study file that asks for it, if one does.
    fn placed_edits(&self, index: usize) -> Vec<(String, Option<KeyPath>)> {
        let of_set = self.set.iter().enumerate();
        let mut edits: Vec<_> = of_set.map(|(place, edit)| (edit.clone(), Some(at!["set", place]))).collect();
        if !self.common_random_numbers {
            let mut draws = Seed(self.seed).draws(Purpose::PointSeed, index as u64, 0);
            edits.push((format!("run.seed={}", draws.word()), None));
        }
        for (place, (factor, level)) in self.factors.iter().zip(&self.points[index]).enumerate() {
            let listed = match self.method {
                // a list may name a value more than once
                Method::List => Some(index),
                _ => factor.listed.iter().position(|listed| listed == level),
            };
            let at = match listed {
                _ if self.method == Method::Table => at!["design", "file"],
                Some(value) => at!["factor", place, "values", value],
                None => at!["factor", place],
            };
            edits.extend(factor.edits(level).into_iter().map(|edit| (edit, Some(at.clone()))));
        }
        // a point keeps numbers, and starts over if it is stopped
        edits.extend(["record.network_at=[]", "run.checkpoint_every=\"0 h\""].map(|edit| (edit.to_owned(), None)));
        edits
    }

    /// Point `index`, and what is to be said of its config.
    ///
    /// # Errors
    /// [`Error::Input`] with what is wrong with its config.
    pub fn point(&self, index: usize, cascade: &Cascade) -> Result<(StudyPoint, Report)> {
        self.examine(index, cascade)?.map_err(|report| self.refused(&[(index, Refusal::Config(report))]))
    }

    /// The same; faults come as the report that they make.
    pub(super) fn examine(
        &self,
        index: usize,
        cascade: &Cascade,
    ) -> Result<std::result::Result<(StudyPoint, Report), Report>> {
        let examined = self.base.examine(&self.edits(index), cascade)?;
        Ok(examined.map(|loaded| (StudyPoint { index, experiment: loaded.experiment }, loaded.remarks)))
    }

    /// What `of` says of every point, in order; on all threads of the pool.
    ///
    /// # Errors
    /// [`Error::Input`] that names the points whose configs are at fault, the first few with what is wrong.
    pub(super) fn survey<T: Send>(
        &self,
        cascade: &Cascade,
        of: impl Fn(StudyPoint) -> Result<T> + Sync,
    ) -> Result<Vec<T>> {
        let look = |index: usize| {
            let examined = self.examine(index, cascade).map_err(Refusal::Other)?;
            let (point, _) = examined.map_err(Refusal::Config)?;
            of(point).map_err(Refusal::Other)
        };
        let told: Vec<std::result::Result<T, Refusal>> = (0..self.points.len()).into_par_iter().map(look).collect();
        let (mut sound, mut refused) = (Vec::new(), Vec::new());
        for (index, one) in told.into_iter().enumerate() {
            match one {
                Ok(one) => sound.push(one),
                Err(Refusal::Other(error)) if !matches!(error, Error::Input(_)) => return Err(error),
                Err(refusal) => refused.push((index, refusal)),
            }
        }
        if refused.is_empty() { Ok(sound) } else { Err(self.refused(&refused)) }
    }

    /// What is wrong with points: at the value of the study file that brings it about, else point by point.
    fn refused(&self, points: &[(usize, Refusal)]) -> Error {
        let source = || vec![self.source.clone()];
        let (mut at_values, mut elsewhere) = (Vec::new(), Vec::new());
        for (index, refusal) in points {
            let own = match refusal {
                Refusal::Config(report) => self.at_values(*index, report),
                Refusal::Other(_) => Vec::new(),
            };
            if own.is_empty() {
                elsewhere.push((*index, refusal));
            }
            at_values.extend(own);
        }
        let mut text = if at_values.is_empty() { String::new() } else { Report::new(source(), at_values).to_string() };
        for (index, refusal) in elsewhere.iter().take(MOST_TOLD) {
            let label = format!("point {index} ({})", self.words(*index));
            let fault =
                Diagnostic::new(&codes::STUDY_POINT, label).at(self.document.locate(&at!["factor"], EntryPart::Key));
            text.push_str(&Report::new(source(), vec![fault]).to_string());
            text.push_str(&match refusal {
                Refusal::Config(report) => report.to_string(),
                Refusal::Other(error) => error.to_string(),
            });
        }
        if elsewhere.len() > MOST_TOLD {
            let _ = writeln!(text, "… and {} more of {} points", elsewhere.len() - MOST_TOLD, self.points.len());
        }
        Error::Input(text)
    }

    /// The faults of a point's config that lie in what the study file states, at their places there.
    fn at_values(&self, index: usize, report: &Report) -> Vec<Diagnostic> {
        let edits = self.placed_edits(index);
        let place = |fault: &&Diagnostic| {
            let edit = fault.span?.source.checked_sub(1)?;
            edits.get(edit)?.1.clone()
        };
        let errors = report.diagnostics().iter().filter(|fault| fault.code.severity() == Severity::Error);
        errors
            .filter_map(|fault| Some((place(&fault)?, fault)))
            .map(|(at, fault)| {
                let is_stated = at.0.len() > 2 || at.0[0] == "set".into();
                let told = fault.clone().at(self.document.locate(&at, EntryPart::Value));
                // a value that was drawn, or read off a table, does not stand in the study file
                if is_stated { told } else { told.help(format!("point {index}: {}", self.words(index))) }
            })
            .collect()
    }

    /// Refuses a study that no sensitivity analysis belongs to, before anything runs.
    ///
    /// # Errors
    /// [`Error::Input`] for another design than `saltelli`, `morris` and `grid`, or one of too few samples.
    pub fn require_analysis(&self) -> Result<()> {
        let refuse = |label: String, hint: String| {
            let fault = Diagnostic::new(&codes::STUDY_DESIGN, label).help(hint);
            Err(Error::Input(Report::new(Vec::new(), vec![fault]).to_string()))
        };
        if !matches!(self.method, Method::Saltelli | Method::Morris | Method::Grid) {
            let name: &str = self.method.into();
            let hint = "choose `saltelli` (first and total orders), `morris` (screening) or `grid` (exact shares)";
            return refuse(format!("a `{name}` design has no sensitivity analysis"), hint.to_owned());
        }
        let samples = self.points.len() / (self.factors.len() + 2);
        if self.method == Method::Saltelli && samples < FEWEST_SAMPLES {
            let hint = format!("state at least {FEWEST_SAMPLES} `points`; some hundred tell a share to a tenth");
            return refuse(format!("{samples} base samples are too few for any index"), hint);
        }
        Ok(())
    }

    /// Refuses outcomes that the first point cannot answer.
    ///
    /// # Errors
    /// [`Error::Input`] with every one of them, at its place.
    pub(super) fn check_outcomes(&self, first: &Experiment) -> Result<()> {
        let recorded = points::recorded(first)?;
        let check = |(place, outcome): (usize, &StudyOutcome)| {
            outcome.check(place, first, &recorded.headlines, &recorded.columns).err()
        };
        let faults: Vec<Diagnostic> = self
            .outcomes
            .iter()
            .enumerate()
            .filter_map(check)
            .map(|(at, fault)| fault.at(self.document.locate(&at, EntryPart::Value)))
            .collect();
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::Input(Report::new(vec![self.source.clone()], faults).to_string()))
    }
}
