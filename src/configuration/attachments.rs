//! Files that a config points to: drugs of the user's own, and tables of doses.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::document::{Content, KeyPath, Node, Part, at};
use super::dose_table::{DoseRow, read_dose_table};
use super::{Experiment, plain_name};
use crate::foundation::diagnostics::{Diagnostic, Source, Span, codes};
use crate::mechanisms::dosing::Drug;
use crate::mechanisms::dosing::formulary::SHIPPED;

/// A drug file of the user's own.
#[derive(Clone, Debug, PartialEq)]
pub struct DrugFile {
    /// The drug.
    pub drug: Drug,
    /// The file's text.
    pub text: String,
}

impl DrugFile {
    /// Where the run folder keeps it, which is how a resolved config names it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("drugs/{}.toml", self.drug.name)
    }
}

/// `events` of an arm: doses in a CSV file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(extend("required" = ["file"]))]
pub struct EventFile {
    /// The file, relative to the config.
    pub file: String,
    /// The drug of the lines that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::protocol::drug_schema")]
    pub drug: Option<String>,
}

/// A dose table as it was read, for the run folder.
#[derive(Clone, Debug, PartialEq)]
pub struct EventTable {
    /// The arm whose doses it gave.
    pub arm: String,
    /// The file's text.
    pub text: String,
}

impl EventTable {
    /// Where the run folder keeps it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("doses/{}.csv", self.arm)
    }
}

/// Where the files are that a config points to.
#[derive(Clone, Debug)]
pub(super) enum Files {
    /// Below this folder.
    Below(PathBuf),
    /// In memory, by the path that the config gives.
    Held(BTreeMap<String, String>),
}

impl Files {
    pub(super) fn beside(config: &Path) -> Self {
        Self::Below(config.parent().unwrap_or(Path::new("")).to_path_buf())
    }

    /// The name of a file in messages, and its text or why there is none.
    fn read(&self, path: &str) -> (String, Result<String, String>) {
        match self {
            Self::Below(folder) => {
                let path = folder.join(path);
                (path.display().to_string(), std::fs::read_to_string(&path).map_err(|error| error.to_string()))
            }
            Self::Held(texts) => (path.to_owned(), texts.get(path).cloned().ok_or_else(|| "not held".to_owned())),
        }
    }
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
    /// The lines of dose tables by the place of their dose in the config.
    rows: Vec<(KeyPath, DoseRow)>,
}

impl<'a> Attachments<'a> {
    pub(super) fn new(files: &'a Files, sources: Vec<Source>) -> Self {
        let names = SHIPPED.iter().map(|&(name, _)| name.to_owned()).collect();
        Self { files, sources, faults: Vec::new(), drugs: Vec::new(), names, rows: Vec::new() }
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
                self.read_drug(source, text);
            }
        }
    }

    fn read_drug(&mut self, source: usize, text: String) {
        let stated = Node::parse(&text, source).ok();
        let name = stated.as_ref().and_then(|node| match &node.entry("name")?.1.content {
            Content::Text(name) => Some(name.clone()),
            _ => None,
        });
        let place = stated.map_or_else(Span::default, |node| node.locate(&at!["name"], Part::Value));
        let clash = name.as_ref().filter(|name| self.names.contains(name));
        if let Some(name) = clash {
            let shipped = SHIPPED.iter().any(|(shipped, _)| shipped == name);
            let owner = if shipped { "a shipped drug" } else { "another file's drug" };
            let fault = Diagnostic::new(&codes::DUPLICATE_NAME, format!("`{name}` is the name of {owner}")).at(place);
            self.faults.push(fault.help("give it a name of its own, and name that in the doses"));
        }
        self.names.extend(name);
        match Drug::from_toml(&self.sources[source].name, &text) {
            Ok(drug) if plain_name(&drug.name) => self.drugs.push(DrugFile { drug, text }),
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
        for (index, arm) in experiment.arms.iter_mut().enumerate() {
            // a missing `file` is a fault of the structure, found elsewhere
            let Some(events) = arm.events.take().filter(|events| !events.file.is_empty()) else { continue };
            let here = at!["arm", index, "events", "file"];
            let Some((source, text)) = self.read(&events.file, document.locate(&here, Part::Value)) else { continue };
            let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
            match read_dose_table(&text, source, events.drug.as_deref(), &names) {
                Ok(rows) => {
                    for row in rows {
                        match &row.arm {
                            Some(other) if !arms.contains(other) => {
                                let fault = Diagnostic::new(&codes::UNKNOWN_NAME, "no arm has this name");
                                let fault = fault.at(row.cell("arm")).help(format!("arms: {}", arms.join(", ")));
                                self.faults.push(fault);
                            }
                            Some(other) if *other != arm.name => {}
                            _ => {
                                let place = at!["arm", index, "doses", arm.doses.len()];
                                arm.doses.push(row.event.clone());
                                self.rows.push((place, row));
                            }
                        }
                    }
                    experiment.event_tables.push(EventTable { arm: arm.name.clone(), text });
                }
                Err(faults) => self.faults.extend(faults),
            }
        }
    }

    /// Where `path` stands in a dose table, if it came from one.
    pub(super) fn locate(&self, path: &KeyPath) -> Option<Span> {
        let (place, row) = self.rows.iter().find(|(place, _)| path.0.starts_with(&place.0))?;
        match path.0.get(place.0.len()) {
            Some(super::document::Step::Key(column)) => Some(row.cell(column)),
            _ => Some(row.cell("")),
        }
    }
}

/// Paths of drug files; their content is read by [`Attachments`]. No format of `serde_with` forgets what it reads.
pub(super) mod drug_files {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::DrugFile;

    pub(in super::super) fn serialize<S: Serializer>(value: &[DrugFile], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(value.iter().map(DrugFile::path))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DrugFile>, D::Error> {
        Vec::<String>::deserialize(deserializer).map(|_| Vec::new())
    }
}
