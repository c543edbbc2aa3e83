//! Tells the program which commit it was built from, where that can be known.

use std::path::Path;
use std::process::Command;

/// What git answers; none if there is no git, no repository, or no commit.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // a path that does not exist would make cargo build anew every time
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file]).filter(|path| Path::new(path).exists()) {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    // the repository must be the package's own: a copy inside another repository has no commit
    let own = git(&["ls-files", "--error-unmatch", "Cargo.toml"]).is_some();
    if let Some(commit) = git(&["rev-parse", "HEAD"]).filter(|_| own) {
        println!("cargo:rustc-env=RESPROUT_COMMIT={commit}");
    }
}
