//! Virtual trials: what a trial of these subjects would find, and how often.
//!
//! A run takes every virtual subject through every arm, which no real trial can do. Here a trial is drawn from it: subjects are
//! randomised to arms, rated at visits, and some leave. The primary endpoint is the score at one visit, compared with the
//! control at the same baseline (analysis of covariance). Trials of any size are resampled from the subjects, with
//! replacement: how often they find a difference is their power, and with both groups from the control their type I error.

mod found;
mod operating;
mod record;
mod report;

pub use found::{TrialFinding, TrialTableRow, found};
pub use operating::{ArmPower, OperatingCharacteristics, Rate, needed, operating, power};
pub use record::{SubjectCourse, TrialRecord, TrialVisit};
pub use report::{Resampling, TrialReport, require_subjects};
