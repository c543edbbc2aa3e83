//! Writing to standard output and standard error, and refusing what was asked for.
//!
//! All that is printed passes here, so that no title, name or path out of a file is obeyed by the terminal.
//!
//! A reader that has seen enough (`resprout params list | head`) closes the pipe, which is no error.

use std::io::{self, ErrorKind, Write};

use crate::foundation::characters::escaped;
use crate::foundation::diagnostics::{Code, Diagnostic, Report};
use crate::foundation::error::{Error, Result};

/// Writes `text` to standard output.
pub(super) fn say(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(escaped(text).as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Io { action: "write", path: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}

/// Writes `text` to standard error, ending the line.
pub(super) fn complain(text: &str) {
    // if standard error is gone, there is nobody left to tell
    let _ = writeln!(io::stderr().lock(), "{}", escaped(text.trim_end()));
}

/// Bad input that has no place in a file, such as a wrong argument.
pub(super) fn refuse(code: &'static Code, label: impl Into<String>, hint: Option<String>) -> Error {
    let mut fault = Diagnostic::new(code, label);
    fault.help.extend(hint);
    Error::Input(Report::new(Vec::new(), vec![fault]).to_string())
}
