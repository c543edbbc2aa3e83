//! How often trials of these subjects find what they look for: power, type I error, the size that is needed.

use rayon::prelude::*;

use super::found::pairs;
use super::record::{SubjectCourse, TrialRecord};
use crate::foundation::random::{Purpose, Seed};
use crate::statistics::confidence;
use crate::statistics::moments::{mean, sd};
use crate::statistics::proportion::wilson;
use crate::statistics::regression::AdjustedDifference;

/// A share of trials, and the standard error with which so many trials tell it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The share.
    pub value: f64,
    /// Its Monte-Carlo standard error.
    pub error: f64,
    /// The lower end of its 95 % Monte-Carlo interval (Wilson; Student's t over draws of parameters).
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Rate {
    /// The mean of shares over draws of parameters, and its standard error.
    #[must_use]
    pub fn over(draws: &[f64]) -> Self {
        let [low, high] = confidence::of_mean(draws).unwrap_or([f64::NAN; 2]);
        Self { value: mean(draws), error: sd(draws) / (draws.len() as f64).sqrt(), low, high }
    }

    fn of(hits: usize, trials: u32) -> Self {
        let n = f64::from(trials.max(1));
        let value = hits as f64 / n;
        let [low, high] = wilson(value, trials.max(1) as usize);
        Self { value, error: (value * (1.0 - value) / n).sqrt(), low, high }
    }
}

/// How one arm fares against the control.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmPower {
    /// The arm.
    pub arm: String,
    /// Trials that find a difference at the primary visit, of either sign.
    pub power: Rate,
    /// Trials that find one in favour of the arm.
    pub in_favour: Rate,
    /// Subjects in each arm for 80 and for 90 % power in favour; none if not even the largest trial looked at has it.
    pub needed: [Option<u32>; 2],
    /// Power in favour by subjects in each arm.
    pub by_size: Vec<(u32, Rate)>,
}

/// How trials of this size and kind fare.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatingCharacteristics {
    /// Trials that were resampled for each number.
    pub repeats: u32,
    /// Subjects in each arm.
    pub per_arm: u32,
    /// The false positives that are accepted.
    pub alpha: f64,
    /// By arm but the control.
    pub arms: Vec<ArmPower>,
    /// False positives with both groups drawn from the control: nothing differs but chance.
    pub type_one: Rate,
}

/// Sizes for which power is told, in subjects of each arm.
const SIZES: [u32; 8] = [5, 10, 20, 40, 80, 160, 320, 640];
/// Trials larger than this are not looked at.
const LARGEST: u32 = 4096;

/// Of `repeats` trials of `per_arm` subjects in each of two groups, drawn with replacement from the arms at `arm` and `control`,
/// those that find a difference, and those that find one in favour of `arm` (fewer points).
#[must_use]
pub fn power(
    record: &TrialRecord,
    (arm, control): (usize, usize),
    per_arm: u32,
    alpha: f64,
    repeats: u32,
    seed: u64,
) -> (Rate, Rate) {
    let one = |trial: u32| {
        let draw = |group: u64, arm: usize| {
            let mut draws = Seed(seed).draws(Purpose::TrialResample, u64::from(per_arm) << 8 | group, trial);
            let drawn: Vec<&SubjectCourse> = (0..per_arm)
                .map(|_| &record.subjects[draws.below(record.subjects.len() as u32) as usize][arm])
                .collect();
            pairs(&drawn, record.primary)
        };
        let adjusted = AdjustedDifference::of(&draw(0, arm), &draw(1, control));
        adjusted.filter(|it| it.p < alpha).map(|it| it.difference < 0.0)
    };
    // counts do not depend on the order in which trials are drawn
    let found: Vec<Option<bool>> = (0..repeats).into_par_iter().map(one).collect();
    let hits = found.iter().flatten().count();
    let in_favour = found.iter().flatten().filter(|&&is_in_favour| is_in_favour).count();
    (Rate::of(hits, repeats), Rate::of(in_favour, repeats))
}

/// The smallest trial, in subjects of each arm, with at least this power in favour of `arm`; none up to the largest looked at.
#[must_use]
pub fn needed(
    record: &TrialRecord,
    arms: (usize, usize),
    wanted: f64,
    alpha: f64,
    repeats: u32,
    seed: u64,
) -> Option<u32> {
    let has = |per_arm: u32| power(record, arms, per_arm, alpha, repeats, seed).1.value >= wanted;
    let mut high = 4;
    while !has(high) {
        high *= 2;
        if high > LARGEST {
            return None;
        }
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low.midpoint(high);
        if has(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// The operating characteristics of trials of `per_arm` subjects in each arm.
#[must_use]
pub fn operating(
    record: &TrialRecord,
    control: usize,
    per_arm: u32,
    alpha: f64,
    repeats: u32,
    seed: u64,
) -> OperatingCharacteristics {
    let of_arm = |(arm, name): (usize, &String)| {
        let (power, in_favour) = power(record, (arm, control), per_arm, alpha, repeats, seed);
        let size = |wanted| needed(record, (arm, control), wanted, alpha, repeats, seed);
        let at = |per_arm: u32| (per_arm, self::power(record, (arm, control), per_arm, alpha, repeats, seed).1);
        let by_size = SIZES.into_iter().map(at).collect();
        ArmPower { arm: name.clone(), power, in_favour, needed: [size(0.8), size(0.9)], by_size }
    };
    let others = record.arms.iter().enumerate().filter(|(arm, _)| *arm != control);
    OperatingCharacteristics {
        repeats,
        per_arm,
        alpha,
        arms: others.map(of_arm).collect(),
        type_one: power(record, (control, control), per_arm, alpha, repeats, seed).0,
    }
}
