//! The `resprout` command: parse, call, print, exit.

fn main() {}
