//! Names of arms, populations and drugs, which become part of file names and of columns.

/// The longest name that fits in file names beside what they say besides.
pub(super) const LONGEST_NAME: usize = 128;

/// Whether a name can be part of a file name and of a column's name.
pub(super) fn is_plain(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
