//! Errors of a run and the exit code that each of them carries.

use std::path::{Path, PathBuf};

use super::sections::is_damage;

/// What can go wrong, told apart by what the person can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input is wrong; the text is a finished report with file, line and key.
    #[error("{0}")]
    Input(String),
    /// The run itself failed in a way that neither input, numbers nor disk explain.
    #[error("error: {0}")]
    Run(String),
    /// A state variable left the numbers, or a conservation law was broken.
    #[error("error[E300]: numerical failure at t = {time_h:.3} h: {what}")]
    Numerical {
        /// Simulated time of the failure, in hours.
        time_h: f64,
        /// What was found, and in which variable.
        what: String,
    },
    /// A column left the range in which it makes sense.
    #[error("error[E301]: nonsense at t = {time_h:.3} h: {what}")]
    Nonsense {
        /// Simulated time at which it was seen, in hours.
        time_h: f64,
        /// Which column, its value and its range.
        what: String,
    },
    /// The disk or the file system refused.
    #[error("error[E400]: cannot {action} `{}`: {source}", path.display())]
    Io {
        /// The verb: "write", "read", "create".
        action: &'static str,
        /// The file or folder concerned.
        path: PathBuf,
        /// The operating system's own words.
        source: std::io::Error,
    },
    /// A checkpoint of another version, another config, or a damaged one.
    #[error("error[E500]: incompatible checkpoint: {0}")]
    Checkpoint(String),
    /// Stopped by a signal, after everything that was finished had been saved.
    #[error("interrupted: {0}")]
    Interrupted(String),
}

impl Error {
    /// An I/O error that remembers what was attempted on which path.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// What reading `path`, a file of [sections](crate::foundation::sections), failed of: its content, the disk, or an error
    /// of ours that the reader brought with it.
    pub fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| {
            let source = match source.downcast::<Self>() {
                Ok(own) => return own,
                Err(source) => source,
            };
            if is_damage(&source) {
                let why = match source.kind() {
                    std::io::ErrorKind::UnexpectedEof => "it was cut short".to_owned(),
                    _ => source.to_string(),
                };
                Self::Checkpoint(format!("`{}` is damaged: {why}", path.display()))
            } else {
                Self::Io { action: "read", path, source }
            }
        }
    }

    /// The process exit code: 1 run failed, 2 bad input, 3 numerical failure or nonsense, 4 disk, 5 checkpoint,
    /// 130 interrupted.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Run(_) => 1,
            Self::Input(_) => 2,
            Self::Numerical { .. } | Self::Nonsense { .. } => 3,
            Self::Io { .. } => 4,
            Self::Checkpoint(_) => 5,
            Self::Interrupted(_) => 130,
        }
    }
}

/// A result whose error carries its exit code.
pub type Result<T> = std::result::Result<T, Error>;
