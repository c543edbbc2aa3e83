//! Taking a folder for a new run, before anything is simulated.

use std::collections::BTreeSet;
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::layout::{CHECKPOINTS, FIGURES, FOLDERS, MANIFEST, STUDY_MANIFEST};
use super::lock::{FolderLock, LOCK};
use super::manifest::Manifest;
use crate::foundation::diagnostics::{Code, Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;

/// So many files that are in the way are named.
const MOST_NAMED: usize = 5;

/// Makes `folder` an empty run folder, and returns the lock under which it is this process's.
///
/// What a run left half-written that was killed before it had a manifest is deleted. With `force`, so is the earlier run:
/// what its manifest says that it wrote, and nothing else.
///
/// # Errors
/// [`Error::Input`] if another process is at work in the folder, whatever `force` says; if it holds a run and `force` is
/// off; or if it holds anything that no run wrote. [`Error::Io`] if it cannot be created or takes no file.
pub fn claim(folder: &Path, force: bool) -> Result<FolderLock> {
    let shown = folder.display();
    if folder.is_file() {
        return Err(refuse(&codes::OUTPUT_EXISTS, format!("`{shown}` is a file"), "name a folder with --out"));
    }
    files::create_folder(folder)?;
    let lock = FolderLock::to_write(folder)?;
    let found = Contents::of(folder)?;
    let is_run = folder.join(MANIFEST).is_file();
    if found.ours.is_empty() && found.foreign.is_empty() {
        found.parts.iter().try_for_each(|part| delete(part))?;
    } else if !force {
        let label = format!("`{shown}` {}", if is_run { "holds a run" } else { "is not empty" });
        let hint = if is_run {
            "name another folder with --out, or replace the run with --force"
        } else {
            "name another folder with --out"
        };
        return Err(refuse(&codes::OUTPUT_EXISTS, label, hint));
    } else if found.foreign.is_empty() {
        found.delete(folder)?;
    } else {
        let label = if !is_run {
            format!("`{shown}` is not empty and has no {MANIFEST}")
        } else if found.ours.is_empty() {
            format!("no run wrote the {MANIFEST} in `{shown}`, or it was changed since")
        } else {
            format!("`{shown}` holds {}", named(&found.foreign))
        };
        let hint = "--force replaces an earlier run and nothing else: name another folder with --out";
        return Err(refuse(&codes::OUTPUT_NOT_A_RUN, label, hint));
    }
    files::require_writable(folder)?;
    Ok(lock)
}

/// Takes `folder` for tables and figures that are of no run, beside what is there, and returns the lock under which it is
/// this process's.
///
/// # Errors
/// [`Error::Input`] if another process is at work in the folder or it holds a run; [`Error::Io`] if it cannot be created.
pub fn claim_beside(folder: &Path) -> Result<FolderLock> {
    files::create_folder(folder)?;
    let lock = FolderLock::to_write(folder)?;
    let holds = [(MANIFEST, "a run"), (STUDY_MANIFEST, "a study")];
    if let Some((_, what)) = holds.into_iter().find(|(name, _)| folder.join(name).exists()) {
        let label = format!("`{}` holds {what}", folder.display());
        return Err(refuse(&codes::OUTPUT_EXISTS, label, "name another folder with --out"));
    }
    Ok(lock)
}

fn refuse(code: &'static Code, label: String, hint: &str) -> Error {
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(code, label).help(hint)]).to_string())
}

fn named(files: &[String]) -> String {
    let shown: Vec<String> = files.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect();
    let more = files.len() - shown.len();
    let listed = shown.join(", ");
    if more > 0 { format!("{listed} and {more} more") } else { listed }
}

/// What a folder holds, told apart by whose it is. Links are nobody's: what they lead to is not in the folder.
#[derive(Default)]
struct Contents {
    /// Files of the run whose manifest, as it was written, stands there; none without.
    ours: Vec<PathBuf>,
    /// The folders of that run.
    folders: Vec<PathBuf>,
    /// What a program that was killed left half-written.
    parts: Vec<PathBuf>,
    /// All else, by its path in the folder.
    foreign: Vec<String>,
}

impl Contents {
    fn of(folder: &Path) -> Result<Self> {
        let run = Manifest::read(folder).ok().filter(|(_, is_sealed)| *is_sealed).map(|(manifest, _)| manifest);
        let mut found = Self::default();
        for entry in entries(folder)? {
            let (name, path) = (name(&entry), entry.path());
            let kind = entry.file_type().map_err(Error::io("read", &path))?;
            if name == LOCK && kind.is_file() {
                continue;
            }
            if kind.is_dir() && run.is_some() && FOLDERS.contains(&name.as_str()) {
                for entry in entries(&path)? {
                    found.take(&entry, &format!("{name}/"), run.as_ref())?;
                }
                found.folders.push(path);
            } else {
                found.take(&entry, "", run.as_ref())?;
            }
        }
        found.foreign.sort();
        Ok(found)
    }

    fn take(&mut self, entry: &DirEntry, prefix: &str, run: Option<&Manifest>) -> Result<()> {
        let path = entry.path();
        let is_file = entry.file_type().map_err(Error::io("read", &path))?.is_file();
        let name = name(entry);
        let key = format!("{prefix}{name}");
        if is_file && files::is_part(&name) {
            self.parts.push(path);
        } else if is_file && run.is_some_and(|run| run.owns(&key)) {
            self.ours.push(path);
        } else {
            self.foreign.push(key);
        }
        Ok(())
    }

    /// Deletes the run. The manifest goes last, so that a deletion cut short can be repeated.
    fn delete(&self, folder: &Path) -> Result<()> {
        let manifest = folder.join(MANIFEST);
        self.ours.iter().chain(&self.parts).filter(|&path| *path != manifest).try_for_each(|path| delete(path))?;
        for path in &self.folders {
            fs::remove_dir(path).map_err(Error::io("delete", path))?;
        }
        delete(&manifest)
    }
}

fn name(entry: &DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

/// What stands in `folder`; nothing if it is not there.
fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        entries => {
            entries.and_then(Iterator::collect::<std::io::Result<Vec<DirEntry>>>).map_err(Error::io("read", folder))
        }
    }
}

fn delete(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("delete", path)(error)),
        _ => Ok(()),
    }
}

/// Refuses links in place of folders that a run writes.
///
/// # Errors
/// [`Error::Input`] that names the first.
pub fn refuse_links(folder: &Path) -> Result<()> {
    FOLDERS.iter().try_for_each(|name| files::refuse_link(&folder.join(name)))
}

/// Deletes what a program that was killed left half-written, in `folder` and the folders that a run writes.
pub fn delete_parts(folder: &Path) -> Result<()> {
    for folder in std::iter::once(folder.to_path_buf()).chain(FOLDERS.map(|name| folder.join(name))) {
        for entry in entries(&folder)? {
            if files::is_part(&name(&entry)) {
                delete(&entry.path())?;
            }
        }
    }
    Ok(())
}

/// Deletes figures of a run that was stopped while it drew them, by their path in its folder.
pub fn delete_figures(folder: &Path, drawing: &BTreeSet<String>) -> Result<()> {
    let is_figure =
        |name: &&String| name.split_once('/').is_some_and(|(sub, file)| sub == FIGURES && !file.contains('/'));
    drawing.iter().filter(is_figure).try_for_each(|name| delete(&folder.join(name)))
}

/// Deletes the checkpoints of a run that is over, and their folder unless it holds anything else.
pub fn delete_checkpoints(folder: &Path) -> Result<()> {
    let path = folder.join(CHECKPOINTS);
    for entry in entries(&path)? {
        let name = name(&entry);
        if files::is_part(&name) || [".branch", ".series"].iter().any(|kind| name.ends_with(kind)) {
            delete(&entry.path())?;
        }
    }
    match fs::remove_dir(&path) {
        Err(error) if ![ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty].contains(&error.kind()) => {
            Err(Error::io("delete", &path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_holds_anything_is_refused_without_force() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("a/b");
        drop(claim(&run, false).unwrap());
        drop(claim(&run, false).unwrap());
        fs::write(run.join(MANIFEST), "{}").unwrap();
        let error = claim(&run, false).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("holds a run") && error.to_string().contains("--force"), "{error}");
        let file = claim(&run.join(MANIFEST), true).unwrap_err();
        assert!(file.to_string().contains("is a file"), "{file}");
    }

    #[test]
    fn whoever_is_at_work_in_a_folder_is_not_disturbed() {
        let folder = tempfile::tempdir().unwrap();
        let lock = claim(folder.path(), false).unwrap();
        for force in [false, true] {
            let error = claim(folder.path(), force).unwrap_err();
            assert!(error.exit_code() == 2 && error.to_string().contains("E046"), "{error}");
        }
        drop(lock);
        drop(claim(folder.path(), false).unwrap());
    }

    #[test]
    fn what_was_left_half_written_bars_nobody() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".resprout-x.part", LOCK] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        drop(claim(folder.path(), false).unwrap());
        assert!(entries(folder.path()).unwrap().is_empty());
        fs::write(folder.path().join(".resprout-notes"), "").unwrap();
        assert_eq!(claim(folder.path(), true).unwrap_err().exit_code(), 2);
    }

    #[test]
    fn force_takes_no_other_manifest_for_that_of_a_run() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["{}", r#"{ "name": "a browser's extension", "version": "1.0" }"#] {
            fs::write(folder.path().join(MANIFEST), text).unwrap();
            let error = claim(folder.path(), true).unwrap_err();
            assert!(error.exit_code() == 2 && error.to_string().contains("no run wrote"), "{error}");
            assert_eq!(fs::read_to_string(folder.path().join(MANIFEST)).unwrap(), text);
        }
    }
}
