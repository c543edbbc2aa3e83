//! Reading the files that a config points to, and completing the experiment with what they hold.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::attached::{DrugFile, EventFile, EventTable};
use super::document::{Content, EntryPart, KeyPath, KeyStep, Node, at};
use super::dose_table::{DoseRow, read_dose_table, resembles_dose_table};
use super::experiment::Experiment;
use super::name::is_plain;
use crate::foundation::diagnostics::{Diagnostic, Source, Span, codes};
use crate::mechanisms::dosing::Drug;
use crate::mechanisms::dosing::formulary::SHIPPED;

/// Where the files are that a config points to.
#[derive(Debug)]
pub(super) enum Files {
    /// Below this folder.
    Below(PathBuf),
    /// Below this folder, each read once: its text by the path that the config gives.
    Remembered(PathBuf, Mutex<BTreeMap<String, String>>),
    /// In memory, by the path that the config gives.
    Held(BTreeMap<String, String>),
}

impl Files {
    pub(super) fn beside(config: &Path) -> Self {
        Self::Below(config.parent().unwrap_or(Path::new("")).to_path_buf())
    }

    pub(super) fn remembered_beside(config: &Path) -> Self {
        Self::remembered_below(config.parent().unwrap_or(Path::new("")))
    }

    pub(super) fn remembered_below(folder: &Path) -> Self {
        Self::Remembered(folder.to_path_buf(), Mutex::default())
    }

    /// Texts that are in memory, by the path that the config gives.
    pub(super) fn read_so_far(&self) -> BTreeMap<String, String> {
        match self {
            Self::Below(_) => BTreeMap::new(),
            Self::Remembered(_, texts) => texts.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Self::Held(texts) => texts.clone(),
        }
    }

    /// The name of a file in messages, and its text or why there is none.
    fn read(&self, path: &str) -> (String, Result<String, String>) {
        match self {
            Self::Below(folder) => {
                let path = folder.join(path);
                (path.display().to_string(), read_plain(&path))
            }
            Self::Remembered(folder, texts) => {
                let found = folder.join(path);
                let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
                let text = match texts.get(path) {
                    Some(text) => Ok(text.clone()),
                    None => read_plain(&found).inspect(|text| drop(texts.insert(path.to_owned(), text.clone()))),
                };
                (found.display().to_string(), text)
            }
            Self::Held(texts) => (path.to_owned(), texts.get(path).cloned().ok_or_else(|| "not held".to_owned())),
        }
    }
}

/// The largest file that is read, in bytes: a drug takes some thousand, ten thousand lines of doses a million.
const LARGEST: u64 = 1 << 26;

/// The text of a plain file. Devices and pipes may never end, or give something else each time.
fn read_plain(path: &Path) -> Result<String, String> {
    let found = std::fs::metadata(path).map_err(|error| error.to_string())?;
    if !found.is_file() {
        return Err("it is no plain file".to_owned());
    }
    if found.len() > LARGEST {
        return Err(format!("it is larger than {} MB", LARGEST / 1_000_000));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

/// Whether `text` was meant for a drug: it has a line that hardly anything else has.
fn resembles_drug(text: &str) -> bool {
    let keys = ["moiety", "route", "stereochemistry"];
    let starts = |line: &str| {
        let line = line.trim_start().trim_start_matches('[').trim_start();
        keys.iter().any(|key| line.starts_with(key))
    };
    text.lines().any(starts)
}

/// What the files of one config held, and what was wrong with them.
pub(super) struct Attachments<'a> {
    files: &'a Files,
    /// Every text that a message may point into, the config first.
    pub(super) sources: Vec<Source>,
    pub(super) faults: Vec<Diagnostic>,
    drugs: Vec<DrugFile>,
    /// Names of drugs, those of faulty files included, so that a dose of one is no second fault.
    names: Vec<String>,
    /// The lines of dose tables by the indices of the arm and of its dose.
    rows: HashMap<(usize, usize), DoseRow>,
}

impl<'a> Attachments<'a> {
    pub(super) fn new(files: &'a Files, sources: Vec<Source>) -> Self {
        let names = SHIPPED.iter().map(|&(name, _)| name.to_owned()).collect();
        Self { files, sources, faults: Vec::new(), drugs: Vec::new(), names, rows: HashMap::new() }
    }

    /// The text of the file that the config names at `span`; its index among the sources.
    fn read(&mut self, path: &str, span: Span) -> Option<(usize, String)> {
        match self.files.read(path) {
            (name, Ok(text)) => {
                self.sources.push(Source { name, text: text.clone() });
                Some((self.sources.len() - 1, text))
            }
            (name, Err(error)) => {
                self.faults.push(Diagnostic::new(&codes::UNREADABLE_FILE, format!("`{name}`: {error}")).at(span));
                None
            }
        }
    }

    /// Reads the drug files that `document` lists.
    pub(super) fn read_drugs(&mut self, document: &Node) {
        let Some(Content::List(items)) = document.entry("drugs").map(|(_, node)| &node.content) else { return };
        for item in items {
            // anything but a text is a fault of the structure, found elsewhere
            let Content::Text(path) = &item.content else { continue };
            if let Some((source, text)) = self.read(path, item.span) {
                if resembles_drug(&text) {
                    self.read_drug(source, text);
                } else {
                    let what = "is no drug file: it states no `moiety` and no `route`";
                    self.refuse_stranger(source, item.span, what);
                }
            }
        }
    }

    /// Names a file that is something else than what the config, at `span`, takes it for. Whoever wrote the config may
    /// not be whoever reads the message: nothing of the file is shown.
    fn refuse_stranger(&mut self, source: usize, span: Span, what: &str) {
        let label = format!("`{}` {what}", self.sources[source].name);
        self.faults.push(Diagnostic::new(&codes::UNREADABLE_FILE, label).at(span));
    }

    fn read_drug(&mut self, source: usize, text: String) {
        let stated = Node::parse(&text, source).ok();
        let name = stated.as_ref().and_then(|node| match &node.entry("name")?.1.content {
            Content::Text(name) => Some(name.clone()),
            _ => None,
        });
        let place = stated.map_or_else(Span::default, |node| node.locate(&at!["name"], EntryPart::Value));
        let clash = name.as_ref().filter(|name| self.names.iter().any(|known| known.eq_ignore_ascii_case(name)));
        if let Some(name) = clash {
            let shipped = SHIPPED.iter().any(|(shipped, _)| shipped.eq_ignore_ascii_case(name));
            let owner = if shipped { "a shipped drug" } else { "another file's drug" };
            let fault = Diagnostic::new(&codes::DUPLICATE_NAME, format!("`{name}` is the name of {owner}")).at(place);
            self.faults.push(fault.help("give it a name of its own, and name that in the doses"));
        }
        self.names.extend(name);
        match Drug::from_toml(&self.sources[source].name, &text) {
            Ok(drug) if is_plain(&drug.name) => self.drugs.push(DrugFile { drug, text }),
            Ok(drug) => {
                let label = format!("`{}` cannot be part of a file name here", drug.name);
                self.faults.push(Diagnostic::new(&codes::BAD_NAME, label).at(place));
            }
            Err(report) => self.faults.extend(report.diagnostics().iter().cloned().map(|fault| {
                let span = fault.span.map_or(Span { source, start: 0, end: 0 }, |span| Span { source, ..span });
                fault.at(span)
            })),
        }
    }

    /// Lets `schema` accept the names of the drugs that were read.
    pub(super) fn name_drugs(&self, schema: &mut Value) {
        for place in ["/$defs/DoseTable/properties/drug/enum", "/$defs/EventFile/properties/drug/enum"] {
            if let Some(names) = schema.pointer_mut(place) {
                *names = json!(self.names);
            }
        }
    }

    /// Hands the drugs over to `experiment`, and appends to each arm the doses of its table.
    pub(super) fn complete(&mut self, experiment: &mut Experiment, document: &Node) {
        experiment.drugs = std::mem::take(&mut self.drugs);
        let arms: Vec<String> = experiment.arms.iter().map(|arm| arm.name.clone()).collect();
        let mut tables = Tables::of(&arms);
        for (index, arm) in experiment.arms.iter_mut().enumerate() {
            let Some(events) = arm.events.take() else { continue };
            let here = at!["arm", index, "events", "file"];
            let place = document.locate(&here, EntryPart::Value);
            if events.file.trim().is_empty() {
                // a missing `file` is a fault of the structure, found elsewhere
                if document.find(&here).is_some() {
                    let fault = Diagnostic::new(&codes::MISSING_KEY, "names no file").at(place);
                    self.faults.push(fault.help("name a dose table in CSV, or remove `events`"));
                }
                continue;
            }
            let stated = events.drug.clone();
            let Some((text, rows)) = tables.read(self, events, place) else { continue };
            let mine = || rows.iter().filter(|row| row.arm.as_ref().is_none_or(|named| *named == arm.name));
            let before = arm.doses.len();
            for row in mine() {
                self.rows.insert((index, arm.doses.len()), row.clone());
                arm.doses.push(row.event.clone());
            }
            if arm.doses.len() == before {
                let (name, why) = (&arm.name, if rows.is_empty() { "has no line" } else { "names other arms" });
                let label = format!("the table {why}: arm `{name}` gets no dose from it");
                self.faults.push(Diagnostic::new(&codes::NO_DOSE, label).at(place));
            } else if let Some(stated) = stated
                && mine().all(|row| row.names_drug)
                && mine().any(|row| row.event.first.drug != stated)
            {
                let place = document.locate(&at!["arm", index, "events", "drug"], EntryPart::Value);
                let label = format!("each line for arm `{}` names its own", arm.name);
                self.faults.push(Diagnostic::new(&codes::IDLE_TABLE_DRUG, label).at(place));
            }
            experiment.event_tables.push(EventTable { arm: arm.name.clone(), text });
        }
    }

    /// Where `path` stands in a dose table, if it came from one.
    pub(super) fn locate(&self, path: &KeyPath) -> Option<Span> {
        let [KeyStep::Key(arms), KeyStep::Index(arm), KeyStep::Key(doses), KeyStep::Index(dose), within @ ..] =
            path.0.as_slice()
        else {
            return None;
        };
        let row = self.rows.get(&(*arm, *dose)).filter(|_| arms == "arm" && doses == "doses")?;
        match within.first() {
            Some(KeyStep::Key(column)) => Some(row.cell(column)),
            _ => Some(row.cell("")),
        }
    }
}

/// The dose tables of a config, each read once however many arms it is for.
struct Tables<'a> {
    arms: HashSet<&'a str>,
    /// The arms in words, for hints.
    listed: String,
    /// Texts by path: the index of the source, and the text.
    texts: HashMap<String, Option<(usize, String)>>,
    /// Lines by path and by the drug of lines that name none.
    rows: HashMap<(String, Option<String>), Option<Vec<DoseRow>>>,
}

impl<'a> Tables<'a> {
    fn of(arms: &'a [String]) -> Self {
        let more = if arms.len() > MOST_LISTED { ", …" } else { "" };
        let listed = format!("arms: {}{more}", arms[..arms.len().min(MOST_LISTED)].join(", "));
        let arms = arms.iter().map(String::as_str).collect();
        Self { arms, listed, texts: HashMap::new(), rows: HashMap::new() }
    }

    /// The text of the table that the config names at `place`, and its lines; none if it is faulty, which `into` is
    /// told the first time.
    fn read(&mut self, into: &mut Attachments, events: EventFile, place: Span) -> Option<(String, &[DoseRow])> {
        let EventFile { file, drug } = events;
        let text = self.texts.entry(file.clone()).or_insert_with(|| {
            let (source, text) = into.read(&file, place)?;
            if resembles_dose_table(&text) {
                return Some((source, text));
            }
            into.refuse_stranger(
                source,
                place,
                "is no dose table: no line of it names columns such as `time` and `amt`",
            );
            None
        });
        let (source, text) = text.as_ref()?;
        let rows = self.rows.entry((file, drug.clone())).or_insert_with(|| {
            let names: Vec<&str> = into.names.iter().map(String::as_str).collect();
            let rows = match read_dose_table(text, *source, drug.as_deref(), &names) {
                Ok(rows) => rows,
                Err(faults) => {
                    into.faults.extend(faults);
                    return None;
                }
            };
            let stranger = |row: &&DoseRow| row.arm.as_deref().is_some_and(|name| !self.arms.contains(name));
            into.faults.extend(rows.iter().filter(stranger).map(|row| {
                let fault = Diagnostic::new(&codes::UNKNOWN_NAME, "no arm has this name");
                fault.at(row.cell("arm")).help(self.listed.as_str())
            }));
            Some(rows)
        });
        Some((text.clone(), rows.as_deref()?))
    }
}

/// So many arms are listed in a hint.
const MOST_LISTED: usize = 16;
