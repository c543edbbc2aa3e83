//! The ground floor: no biology, and no import from any other room of the crate.

/// Characters that are not seen, but do something to a terminal or to a line.
pub mod characters;
/// Simulated time as it passes: ticks, their phases, and how long each may be.
pub mod clock;
/// Messages about input, with codes, places and hints.
pub mod diagnostics;
/// Errors of a run and the exit code that each of them carries.
pub mod error;
/// Files that appear under their final name only when they are whole.
pub mod files;
/// How long ticks are, and where they end.
pub mod grid;
/// One declaration per model parameter: default, unit, bounds, source.
pub mod parameters;
/// Randomness that is addressed, never consumed.
pub mod random;
/// The only reductions over floating-point numbers that the crate allows itself.
pub mod reduce;
/// Seals of JSON files.
pub mod seal;
/// Named sections in one file, each with its checksum.
pub mod sections;
/// What a world remembers from one tick to the next.
pub mod state;
/// Simulated time in whole milliseconds.
pub mod time;
/// Quantities as people write them: a number and a unit.
pub mod units;
