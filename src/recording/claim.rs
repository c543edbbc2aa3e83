//! Taking a folder for a new run, before anything is simulated.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::foundation::diagnostics::{Code, Diagnostic, Report, codes};
use crate::foundation::error::{Error, Result};
use crate::foundation::files;

/// The name of the file that makes a folder a run folder.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file that holds the course of the run.
pub const COURSE: &str = "course.json";
/// Files that a run writes, in the order of the interface.
pub const FILES: [&str; 9] = [
    MANIFEST,
    "config.toml",
    COURSE,
    "summary.json",
    "outcomes.csv",
    "timeseries.csv",
    "dictionary.csv",
    "subjects.csv",
    "log.txt",
];
/// Folders that a run writes.
pub const FOLDERS: [&str; 5] = ["network", "figures", CHECKPOINTS, "drugs", "doses"];
/// The folder of checkpoints: what a run that is not over goes on from. It is no result.
pub const CHECKPOINTS: &str = "checkpoints";

/// Makes `folder` an empty run folder and returns it.
///
/// With `force`, the earlier run in it is deleted: the files that a run writes, and nothing else.
///
/// # Errors
/// [`Error::Input`] if the folder holds anything and `force` is off, or if it holds something other than a
/// run; [`Error::Io`] if it cannot be created or takes no file.
pub fn claim(folder: &Path, force: bool) -> Result<PathBuf> {
    let shown = folder.display();
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                let is_run = folder.join(MANIFEST).is_file();
                match (force, is_run) {
                    (true, true) => clear(folder)?,
                    (true, false) => {
                        let label = format!("`{shown}` is not empty and has no {MANIFEST}");
                        let hint = "--force replaces an earlier run and nothing else: name another folder with --out";
                        return Err(refuse(&codes::OUTPUT_NOT_A_RUN, label, hint));
                    }
                    (false, _) => {
                        let label = format!("`{shown}` {}", if is_run { "holds a run" } else { "is not empty" });
                        let hint = if is_run {
                            "name another folder with --out, or replace the run with --force"
                        } else {
                            "name another folder with --out"
                        };
                        return Err(refuse(&codes::OUTPUT_EXISTS, label, hint));
                    }
                }
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => files::create_folder(folder)?,
        Err(_) if folder.is_file() => {
            let hint = "name a folder with --out";
            return Err(refuse(&codes::OUTPUT_EXISTS, format!("`{shown}` is a file"), hint));
        }
        Err(error) => return Err(Error::io("read", folder)(error)),
    }
    files::require_writable(folder)?;
    Ok(folder.to_path_buf())
}

fn refuse(code: &'static Code, label: String, hint: &str) -> Error {
    Error::Input(Report::new(Vec::new(), vec![Diagnostic::new(code, label).help(hint)]).to_string())
}

/// Deletes what a program that was killed left half-written, in `folder` and the folders that a run writes.
pub fn delete_parts(folder: &Path) -> Result<()> {
    for folder in std::iter::once(folder.to_path_buf()).chain(FOLDERS.map(|name| folder.join(name))) {
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(Error::io("read", &folder))?,
        };
        for entry in entries {
            let entry = entry.map_err(Error::io("read", &folder))?;
            if entry.file_name().to_string_lossy().starts_with(files::PART_PREFIX) {
                fs::remove_file(entry.path()).map_err(Error::io("delete", &entry.path()))?;
            }
        }
    }
    Ok(())
}

/// Deletes the checkpoints of a run that is over.
pub fn delete_checkpoints(folder: &Path) -> Result<()> {
    let path = folder.join(CHECKPOINTS);
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("delete", &path)(error)),
        _ => Ok(()),
    }
}

/// Deletes what a run writes. The manifest goes last, so that a deletion cut short can be repeated.
fn clear(folder: &Path) -> Result<()> {
    let delete = |path: PathBuf, deleted: std::io::Result<()>| match deleted {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("delete", &path)(error)),
        _ => Ok(()),
    };
    for name in FOLDERS {
        let path = folder.join(name);
        let deleted = fs::remove_dir_all(&path);
        delete(path, deleted)?;
    }
    delete_parts(folder)?;
    for name in FILES.into_iter().rev() {
        let path = folder.join(name);
        let deleted = fs::remove_file(&path);
        delete(path, deleted)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_holds_anything_is_refused_without_force() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("a/b");
        assert_eq!(claim(&run, false).unwrap(), run);
        claim(&run, false).unwrap();
        fs::write(run.join(MANIFEST), "{}").unwrap();
        let error = claim(&run, false).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("holds a run") && error.to_string().contains("--force"), "{error}");
        let file = claim(&run.join(MANIFEST), true).unwrap_err();
        assert!(file.to_string().contains("is a file"), "{file}");
    }

    #[test]
    fn force_deletes_a_run_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        fs::write(path.join("thesis.tex"), "years of work").unwrap();
        fs::write(path.join("summary.json"), "{}").unwrap();
        let error = claim(path, true).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(path.join("summary.json").exists(), "a folder without a manifest is left alone");
        fs::write(path.join(MANIFEST), "{}").unwrap();
        fs::write(path.join(".resprout-x.part"), "").unwrap();
        fs::create_dir(path.join("figures")).unwrap();
        fs::write(path.join("figures/F01.svg"), "").unwrap();
        claim(path, true).unwrap();
        let left: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["thesis.tex"]);
    }
}
