//! Seals: whatever is damaged or edited in a sealed JSON file shows, down to the last blank.
//!
//! The seal is BLAKE3 of all that stands before it in the file: not a signature, for whoever means to can make it anew.

use super::files;

/// What stands between the object and its seal.
const BEFORE_SEAL: &str = ",\n  \"seal\": \"";
/// What follows the seal.
const AFTER_SEAL: &str = "\"\n}\n";

/// The text of a JSON object, as serde_json prints it prettily, with a seal as its last entry.
#[must_use]
pub fn sealed(object: &str) -> String {
    let text = object.trim_end_matches("\n}");
    let seal = files::hash_of(text.as_bytes());
    format!("{text}{BEFORE_SEAL}{seal}{AFTER_SEAL}")
}

/// Whether `text` is as [`sealed`] left it.
#[must_use]
pub fn is_sealed(text: &str) -> bool {
    text.rsplit_once(BEFORE_SEAL).is_some_and(|(text, seal)| {
        seal.strip_suffix(AFTER_SEAL).is_some_and(|seal| seal == files::hash_of(text.as_bytes()))
    })
}
