//! What a mechanism tells of a whole run, beside the columns of its time series: one value for each network and analyte.

use crate::anatomy::view::View;

/// A family of outcomes that differ by analyte, read off the world where the run ends.
#[derive(Clone, Copy, Debug)]
pub struct AnalyteOutcome {
    /// The key in `outcomes.csv`, which carries the unit; [`ANALYTE`](super::column::ANALYTE) stands for the analyte.
    pub name: &'static str,
    /// The unit.
    pub unit: &'static str,
    /// What the value means, in a sentence without a full stop, and when there is none.
    pub meaning: &'static str,
    /// How it is read; `None` where there is no value.
    pub read: fn(&View, &str) -> Option<f64>,
}
