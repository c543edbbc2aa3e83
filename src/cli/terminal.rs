//! Writing to standard output and standard error.
//!
//! A reader that has seen enough (`resprout params list | head`) closes the pipe, which is no error.

use std::io::{self, ErrorKind, Write};

use crate::foundation::error::{Error, Result};

/// Writes `text` to standard output.
pub(super) fn say(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::Io { action: "write", path: "standard output".into(), source: error })
        }
        _ => Ok(()),
    }
}

/// Writes `text` to standard error, ending the line.
pub(super) fn complain(text: &str) {
    // if standard error is gone, there is nobody left to tell
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}
