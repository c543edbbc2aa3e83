//! A config that is read once and edited often.

use std::collections::BTreeMap;
use std::path::Path;

use super::attachments::Files;
use super::estimate;
use super::load::{ConfigReader, Loaded, unreadable};
use crate::foundation::diagnostics::Report;
use crate::foundation::error::{Error, Result};
use crate::mechanisms::Cascade;

/// A config as it was written, and the files that it points to.
#[derive(Debug)]
pub struct BaseConfig {
    name: String,
    text: String,
    files: Files,
}

impl BaseConfig {
    /// Reads the config at `path`; its files are read when they are wanted.
    ///
    /// # Errors
    /// [`Error::Input`] if there is no text.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(&name, &error))?;
        Ok(Self { name, text, files: Files::remembered_beside(path) })
    }

    /// A config in memory, called `name` in messages, whose files are below `folder`; they are read when they are wanted.
    #[must_use]
    pub fn stated(name: &str, text: String, folder: &Path) -> Self {
        Self { name: name.to_owned(), text, files: Files::remembered_below(folder) }
    }

    /// A config in memory, called `name` in messages, with the files that it points to by the path that it gives.
    #[must_use]
    pub fn held(name: &str, text: String, files: BTreeMap<String, String>) -> Self {
        Self { name: name.to_owned(), text, files: Files::Held(files) }
    }

    /// The text, as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The experiment after `edits`, each `KEY=VALUE`, in order.
    ///
    /// # Errors
    /// Those of [`load`](super::load()).
    pub fn with(&self, edits: &[String], cascade: &Cascade) -> Result<Loaded> {
        self.examine(edits, cascade)?.map_err(|report| Error::Input(report.to_string()))
    }

    /// The same; faults come as the report that they make. Its source 0 is the config, those after it are the edits.
    ///
    /// # Errors
    /// What is no fault of the config.
    pub fn examine(&self, edits: &[String], cascade: &Cascade) -> Result<std::result::Result<Loaded, Report>> {
        let memory_bytes = estimate::available_memory_bytes();
        ConfigReader { edits, files: &self.files, memory_bytes, cascade }.examine(&self.name, &self.text)
    }

    /// The files that were read so far, by the path that the config gives.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, String> {
        self.files.read_so_far()
    }
}
